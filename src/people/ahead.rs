//! Read-outs of a leap of [`AHEAD`] points at once, straight from the states before it: for kernels of few states.

use super::kernel::{AHEAD, FEW, Kernel, Scratch};
use super::lanes::{LANES, Lane, add_product, map2, splat};

/// People whose states fit into registers together.
const PART: usize = 4;
/// Numbers of theirs. Rows that are used over and over lie in the order in which they are used: part by part.
type Part = [f64; PART];
/// Parts of sixteen people.
const PARTS: usize = LANES / PART;

/// Puts an entry of a row, `at` from the start of a part, into each part's place, `length` apart.
#[inline(always)]
fn in_parts(entry: &Lane, at: usize, length: usize, out: &mut [Part]) {
    for (part, numbers) in entry.as_chunks::<PART>().0.iter().enumerate() {
        out[part * length + at] = *numbers;
    }
}

/// Adds room for so many entries, in parts.
#[inline(always)]
fn room(entries: usize, out: &mut Vec<Lane>) -> &mut [Part] {
    let first = out.len();
    out.resize(first + entries, splat(0.0));
    out[first..].as_flattened_mut().as_chunks_mut::<PART>().0
}

impl Kernel {
    /// Adds the power of [`AHEAD`] steps; those of 1, 2, 4 steps stay in `scratch`.
    #[inline(always)]
    pub fn far<const FMA: bool>(&self, scratch: &mut Scratch, out: &mut Vec<Lane>) {
        let Scratch { power, product, .. } = scratch;
        for k in 1..power.len() {
            let (before, after) = power.split_at_mut(k);
            self.multiply::<FMA>(&before[k - 1], &before[k - 1], &mut after[0]);
        }
        self.multiply::<FMA>(&power[power.len() - 1], &power[power.len() - 1], product);
        out.extend_from_slice(product);
    }

    /// Adds rows that give every read-out after 1 to [`AHEAD`] steps from the states now.
    #[inline(always)]
    pub fn ahead<const FMA: bool>(&self, slots: &[Lane], scratch: &mut Scratch, out: &mut Vec<Lane>) {
        let Scratch { a: row, a2: found, power: [power, ..], .. } = scratch;
        for (parts, (shown, ahead)) in self.outputs.iter().zip(self.shows.iter().zip(&self.ahead)) {
            row.clear();
            row.resize(self.n, splat(0.0));
            for (state, slot) in parts {
                row[*state] = map2(&row[*state], &slots[*slot], |a, b| a + b);
            }
            let entries = AHEAD * shown.len();
            let room = room(entries, out);
            for step in 0..AHEAD {
                found.clear();
                for (k, terms) in ahead.iter().enumerate() {
                    let mut sum = splat(0.0);
                    for [i, p] in terms {
                        add_product::<FMA>(&mut sum, &row[*i as usize], &power[*p as usize]);
                    }
                    in_parts(&sum, step * shown.len() + k, entries, room);
                    found.push(sum);
                }
                for (j, found) in shown.iter().zip(found.iter()) {
                    row[*j] = *found;
                }
            }
        }
    }

    /// How many such rows there are.
    pub fn ahead_rows(&self) -> usize {
        if self.is_small() { AHEAD * self.shows.iter().map(Vec::len).sum::<usize>() } else { 0 }
    }

    /// Of what an event brings, which lies at `from` in `out`: adds each read-out at the [`AHEAD`] points from then on,
    /// and moves the states on by as many points as are `left` to each person.
    #[inline(always)]
    pub fn shown_within<const FMA: bool>(
        &self,
        (from, left): (usize, [u8; LANES]),
        scratch: &mut Scratch,
        out: &mut Vec<Lane>,
    ) {
        let Scratch { a: now, a2: next, power, .. } = scratch;
        now.clear();
        now.extend_from_slice(&out[from..from + self.n]);
        now.resize(FEW, splat(0.0));
        let mut base = self.reads() + self.entries();
        let mut values = [splat(0.0); AHEAD];
        for output in 0..self.outputs.len() {
            let columns = self.shown(output);
            out.push(self.read_out::<FMA>(output, out, now));
            if let Some(now) = now.first_chunk() {
                times::<FMA, false>(columns, &out[base..], now, (values.as_flattened_mut(), LANES));
            }
            out.extend_from_slice(&values[..AHEAD - 1]);
            base += AHEAD * columns.len();
        }
        now.truncate(self.n);
        next.clear();
        next.resize(self.n, splat(0.0));
        for (k, power) in power.iter().enumerate() {
            let who = left.map(|steps| steps >> k & 1 == 1);
            if who == [false; LANES] {
                continue;
            }
            self.step_any::<FMA>(power, now, next);
            for (now, next) in now.iter_mut().zip(next.iter()) {
                *now = std::array::from_fn(|l| if who[l] { next[l] } else { now[l] });
            }
        }
        out[from..from + self.n].copy_from_slice(now);
    }

    /// A read-out at the next [`AHEAD`] points by its rows: sixteen values every so many places.
    #[inline(always)]
    pub fn read_ahead<const FMA: bool>(columns: &[u8], rows: &[Lane], z: &[Lane; FEW], out: (&mut [f64], usize)) {
        times::<FMA, true>(columns, rows, z, out);
    }
}

/// Rows times the states of these `columns`; not below nothing with `FLOOR`.
#[inline(always)]
fn times<const FMA: bool, const FLOOR: bool>(
    columns: &[u8],
    rows: &[Lane],
    z: &[Lane; FEW],
    (out, apart): (&mut [f64], usize),
) {
    let rows = rows.as_flattened().as_chunks::<PART>().0;
    // a length known to the compiler keeps the states in registers
    macro_rules! by_length {
        ($($n:literal)*) => {
            match columns.len() {
                $($n => times_few::<FMA, FLOOR, $n>(columns, rows, z, out, apart),)*
                // a read-out that nothing reaches
                _ => out.fill(0.0),
            }
        };
    }
    by_length!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
}

#[inline(always)]
fn times_few<const FMA: bool, const FLOOR: bool, const N: usize>(
    columns: &[u8],
    rows: &[Part],
    z: &[Lane; FEW],
    out: &mut [f64],
    apart: usize,
) {
    let Some(columns) = columns.first_chunk::<N>() else { return };
    let mut rows = rows.as_chunks::<N>().0.iter();
    for part in 0..PARTS {
        // the mask only spares a check: there are never more states than it allows
        let states: [Part; N] = std::array::from_fn(|j| z[usize::from(columns[j]) % FEW].as_chunks().0[part]);
        for (out, row) in out.chunks_mut(apart).zip(&mut rows) {
            let mut sum = [0.0; PART];
            for j in 0..N {
                for l in 0..PART {
                    sum[l] =
                        if FMA { row[j][l].mul_add(states[j][l], sum[l]) } else { row[j][l] * states[j][l] + sum[l] };
                }
            }
            let Some(out) = out.get_mut(part * PART..).and_then(|o| o.first_chunk_mut()) else { return };
            *out = if FLOOR { sum.map(|v| v.max(0.0)) } else { sum };
        }
    }
}
