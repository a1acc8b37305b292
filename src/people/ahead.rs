//! Read-outs of a leap of [`AHEAD`] points at once, straight from the states before it: for kernels of few states.

use super::kernel::{AHEAD, FEW, Kernel, Scratch};
use super::lanes::{LANES, Lane, add_product, map, map2, splat};

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

    /// Adds rows that give every read-out after 1 to [`AHEAD`] steps from the states now, one behind another.
    #[inline(always)]
    pub fn ahead<const FMA: bool>(&self, slots: &[Lane], scratch: &mut Scratch, out: &mut Vec<Lane>) {
        let stride: usize = self.shows.iter().map(Vec::len).sum();
        let first = out.len();
        out.resize(first + AHEAD * stride, splat(0.0));
        let Scratch { a: row, power: [power, ..], .. } = scratch;
        let mut base = 0;
        for (parts, (shown, ahead)) in self.outputs.iter().zip(self.shows.iter().zip(&self.ahead)) {
            row.clear();
            row.resize(self.n, splat(0.0));
            for (state, slot) in parts {
                row[*state] = map2(&row[*state], &slots[*slot], |a, b| a + b);
            }
            for step in 0..AHEAD {
                let found = &mut out[first + step * stride + base..][..shown.len()];
                for (found, terms) in found.iter_mut().zip(ahead) {
                    let mut sum = splat(0.0);
                    for [i, p] in terms {
                        add_product::<FMA>(&mut sum, &row[*i as usize], &power[*p as usize]);
                    }
                    *found = sum;
                }
                for (j, found) in shown.iter().zip(found.iter()) {
                    row[*j] = *found;
                }
            }
            base += shown.len();
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
        let (numbers, ahead) = (0, self.reads() + self.entries());
        let stride = self.ahead_rows() / AHEAD;
        now.clear();
        now.extend_from_slice(&out[from..from + self.n]);
        let (mut number, mut base) = (numbers, ahead);
        for (parts, shown) in self.outputs.iter().zip(&self.shows) {
            let mut sum = splat(0.0);
            for (state, _) in parts {
                add_product::<FMA>(&mut sum, &out[number], &now[*state]);
                number += 1;
            }
            out.push(sum);
            for step in 0..AHEAD - 1 {
                let mut sum = splat(0.0);
                for (j, row) in shown.iter().zip(&out[base + step * stride..]) {
                    add_product::<FMA>(&mut sum, row, &now[*j]);
                }
                out.push(sum);
            }
            base += shown.len();
        }
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

    /// A read-out at the next [`AHEAD`] points by those rows, which lie `stride` apart from point to point.
    #[inline(always)]
    pub fn read_ahead<const FMA: bool>(
        columns: &[u8],
        (rows, stride): (&[Lane], usize),
        z: &[Lane; FEW],
        values: &mut [Lane; AHEAD],
    ) {
        // a length known to the compiler keeps the states in registers
        macro_rules! by_length {
            ($($n:literal)*) => {
                match columns.len() {
                    $($n => read_rows::<FMA, $n>(columns, rows, stride, z, values),)*
                    _ => read_any::<FMA>(columns, rows, stride, z, values),
                }
            };
        }
        by_length!(1 2 3 4 5 6 7 8 9 10 11 12);
    }
}

/// People whose states fit into registers together.
const PART: usize = 4;

#[inline(always)]
fn read_rows<const FMA: bool, const N: usize>(
    columns: &[u8],
    rows: &[Lane],
    stride: usize,
    z: &[Lane; FEW],
    values: &mut [Lane; AHEAD],
) {
    let Some(columns) = columns.first_chunk::<N>() else { return };
    for part in 0..LANES / PART {
        let of = |lane: &Lane| lane.as_chunks::<PART>().0[part];
        // the mask only spares a check: there are never more states than it allows
        let states: [[f64; PART]; N] = std::array::from_fn(|j| of(&z[usize::from(columns[j]) % FEW]));
        for (step, values) in values.iter_mut().enumerate() {
            let Some(row) = rows.get(step * stride..).and_then(|r| r.first_chunk::<N>()) else { return };
            let mut sum = [0.0; PART];
            for j in 0..N {
                let weights = of(&row[j]);
                for l in 0..PART {
                    sum[l] =
                        if FMA { weights[l].mul_add(states[j][l], sum[l]) } else { weights[l] * states[j][l] + sum[l] };
                }
            }
            values.as_chunks_mut::<PART>().0[part] = sum.map(|v| v.max(0.0));
        }
    }
}

#[inline(always)]
fn read_any<const FMA: bool>(
    columns: &[u8],
    rows: &[Lane],
    stride: usize,
    z: &[Lane; FEW],
    values: &mut [Lane; AHEAD],
) {
    for (step, out) in values.iter_mut().enumerate() {
        let mut value = splat(0.0);
        for (j, r) in columns.iter().zip(&rows[step * stride..]) {
            add_product::<FMA>(&mut value, r, &z[usize::from(*j) % FEW]);
        }
        *out = map(&value, |v| v.max(0.0));
    }
}
