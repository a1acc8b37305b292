//! The course of one arm for sixteen people at a time, exactly: z after a step is exp(G dt) z, whatever the rates.
//!
//! G holds the rates and, as further states, the constant inputs. Its exponential is computed once per person by
//! scaling and squaring of a matrix without negative entries (shifted by its largest rate), so nothing cancels and
//! equal rates need no special case. Doses between two points of the grid are carried to the next by the series of
//! the exponential's action. What is zero for every person is never touched.

use super::lanes::{LANES, Lane, add_product, largest, map, map2, splat};
use super::program::{Program, Slot};
use std::collections::BTreeMap;

/// Rows of the matrix are scaled below this before the series.
const SMALL: f64 = 0.25;
/// Coefficients 1/k! of a series to the 12th power.
const SERIES: [f64; 13] = {
    let mut c = [1.0; 13];
    let mut k = 1;
    while k < 13 {
        c[k] = c[k - 1] / k as f64;
        k += 1;
    }
    c
};
/// With at most this many states the steps are quicker.
pub(super) const FEW: usize = 16;
/// Read-outs are taken so many points ahead of the states: a power of two.
pub(super) const AHEAD: usize = 8;
/// Terms of the action of an exponential at most, and when it has settled.
const MOST_TERMS: usize = 60;
const SETTLED: f64 = 1e-16;

/// An entry of the generator.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Entry {
    Slot(Slot),
    One,
}

/// Something put into a state at a time of each person's own.
#[derive(Debug, Clone)]
pub(super) struct Event {
    /// State, inputs counted behind the others.
    pub state: usize,
    /// h
    pub time: Lane,
    /// mg, or mg/h for an input.
    pub amount: Lane,
}

/// Structure of one arm's system: which entries there are, and in which order they are multiplied.
#[derive(Debug, Clone)]
pub(super) struct Kernel {
    /// States of the program that are kept; inputs follow.
    place: BTreeMap<usize, usize>,
    n: usize,
    generator: Vec<(usize, Entry)>,
    /// Entries that any power of the generator can have, row by row.
    pairs: Vec<(usize, usize)>,
    /// Where each row of them begins and ends.
    rows: Vec<std::ops::Range<usize>>,
    /// States that each read-out can show, now or later; as bytes where there are at most [`FEW`] states.
    shows: Vec<Vec<usize>>,
    columns: Vec<Vec<u8>>,
    /// dst += a * b for a product of two such matrices.
    triples: Vec<[u32; 3]>,
    diagonal: Vec<usize>,
    /// Read-outs: state and slot of each part.
    pub outputs: Vec<Vec<(usize, Slot)>>,
}

impl Kernel {
    /// For doses into `entered` states of a program, the last `inputs` of which are constant inputs into states.
    pub fn new(program: &Program, entered: &[usize], inputs: &[usize]) -> Self {
        let total = program.states + inputs.len();
        let mut edges: Vec<(usize, usize, Entry)> =
            program.rates.iter().map(|(i, j, slot)| (*i, *j, Entry::Slot(*slot))).collect();
        edges.extend(inputs.iter().enumerate().map(|(k, state)| (*state, program.states + k, Entry::One)));
        let mut reached = vec![false; total];
        entered.iter().for_each(|s| reached[*s] = true);
        (0..inputs.len()).for_each(|k| reached[program.states + k] = true);
        spread(&mut reached, edges.iter().map(|(i, j, _)| (*j, *i)).collect());
        let mut needed = vec![false; total];
        program.outputs.iter().flatten().for_each(|(s, _)| needed[*s] = true);
        spread(&mut needed, edges.iter().map(|(i, j, _)| (*i, *j)).collect());
        let kept: Vec<usize> = (0..total).filter(|s| reached[*s] && needed[*s]).collect();
        let place: BTreeMap<usize, usize> = kept.iter().enumerate().map(|(k, s)| (*s, k)).collect();
        let n = kept.len();
        let at = |s: &usize| place.get(s).copied();
        let edges: Vec<(usize, usize, Entry)> =
            edges.iter().filter_map(|(i, j, e)| Some((at(i)?, at(j)?, *e))).collect();
        let mut closure = vec![false; n * n];
        (0..n).for_each(|i| closure[i * n + i] = true);
        edges.iter().for_each(|(i, j, _)| closure[i * n + j] = true);
        for k in 0..n {
            for i in 0..n {
                for j in 0..n {
                    closure[i * n + j] |= closure[i * n + k] && closure[k * n + j];
                }
            }
        }
        let pairs: Vec<(usize, usize)> = (0..n * n).filter(|p| closure[*p]).map(|p| (p / n, p % n)).collect();
        let index = |i: usize, j: usize| pairs.binary_search(&(i, j)).ok();
        let mut triples = Vec::new();
        for (dst, (i, j)) in pairs.iter().enumerate() {
            for k in 0..n {
                if let (Some(a), Some(b)) = (index(*i, k), index(k, *j)) {
                    triples.push([dst as u32, a as u32, b as u32]);
                }
            }
        }
        let generator = edges.iter().filter_map(|(i, j, e)| Some((index(*i, *j)?, *e))).collect();
        let diagonal = (0..n).filter_map(|i| index(i, i)).collect();
        let row = |i: usize| pairs.partition_point(|p| p.0 < i)..pairs.partition_point(|p| p.0 <= i);
        let rows = (0..n).map(row).collect();
        let outputs: Vec<Vec<(usize, Slot)>> = program
            .outputs
            .iter()
            .map(|row| row.iter().filter_map(|(s, slot)| Some((at(s)?, *slot))).collect())
            .collect();
        let shows: Vec<Vec<usize>> = outputs
            .iter()
            .map(|row| (0..n).filter(|j| row.iter().any(|(i, _)| closure[i * n + j])).collect())
            .collect();
        let columns = shows.iter().map(|s| s.iter().map(|j| *j as u8).collect()).collect();
        Self { place, n, generator, pairs, rows, shows, columns, triples, diagonal, outputs }
    }

    /// Number of states kept.
    pub fn states(&self) -> usize {
        self.n
    }

    /// Place of a state of the program (inputs counted behind them); `None` when nothing shows it.
    pub fn place(&self, state: usize) -> Option<usize> {
        self.place.get(&state).copied()
    }

    /// The generator of sixteen people.
    pub fn fill(&self, slots: &[Lane], generator: &mut Vec<Lane>) {
        generator.clear();
        generator.resize(self.pairs.len(), splat(0.0));
        for (at, entry) in &self.generator {
            let value = match entry {
                Entry::Slot(slot) => slots[*slot],
                Entry::One => splat(1.0),
            };
            generator[*at] = map2(&generator[*at], &value, |a, b| a + b);
        }
    }

    /// exp(G dt).
    #[inline(always)]
    pub fn exponential<const FMA: bool>(&self, generator: &[Lane], dt: f64, scratch: &mut Scratch) -> Vec<Lane> {
        let mut shift = splat(0.0);
        for &d in &self.diagonal {
            shift = map2(&shift, &generator[d], |q, g| q.max(-g * dt));
        }
        let mut a: Vec<Lane> = generator.iter().map(|g| map(g, |v| v * dt)).collect();
        for &d in &self.diagonal {
            a[d] = map2(&a[d], &shift, |v, q| v + q);
        }
        let mut sums = vec![splat(0.0); self.n];
        for ((_, j), value) in self.pairs.iter().zip(&a) {
            sums[*j] = map2(&sums[*j], value, |s, v| s + v.abs());
        }
        let norm = sums.iter().map(largest).fold(0.0, f64::max);
        let squarings = if norm > SMALL { (norm / SMALL).log2().ceil() as i32 } else { 0 };
        let scale = 0.5_f64.powi(squarings);
        a.iter_mut().for_each(|v| *v = map(v, |x| x * scale));
        let mut power = self.series::<FMA>(&a, scratch);
        let decay = map(&shift, |q| (-q * scale).exp());
        power.iter_mut().for_each(|v| *v = map2(v, &decay, |x, d| x * d));
        for _ in 0..squarings {
            self.multiply::<FMA>(&power, &power, &mut scratch.product);
            std::mem::swap(&mut power, &mut scratch.product);
        }
        power
    }

    /// Sum of a^k / k! to the 12th power, in five products (Paterson and Stockmeyer).
    #[inline(always)]
    fn series<const FMA: bool>(&self, a: &[Lane], scratch: &mut Scratch) -> Vec<Lane> {
        let (mut a2, mut a3) = (Vec::new(), Vec::new());
        self.multiply::<FMA>(a, a, &mut a2);
        self.multiply::<FMA>(&a2, a, &mut a3);
        let part = |k: usize, above: &[Lane]| -> Vec<Lane> {
            let mut sum: Vec<Lane> = (0..self.pairs.len())
                .map(|p| {
                    let low = map2(&a[p], &a2[p], |x, y| SERIES[k + 1] * x + SERIES[k + 2] * y);
                    map2(&low, &above[p], |x, y| x + y)
                })
                .collect();
            for &d in &self.diagonal {
                sum[d] = map(&sum[d], |v| v + SERIES[k]);
            }
            sum
        };
        let top: Vec<Lane> = a3.iter().map(|v| map(v, |x| SERIES[12] * x)).collect();
        let mut all = part(9, &top);
        for k in [6, 3, 0] {
            self.multiply::<FMA>(&all, &a3, &mut scratch.product);
            all = part(k, &scratch.product);
        }
        all
    }

    #[inline(always)]
    fn multiply<const FMA: bool>(&self, a: &[Lane], b: &[Lane], out: &mut Vec<Lane>) {
        out.clear();
        out.resize(self.pairs.len(), splat(0.0));
        for [dst, x, y] in &self.triples {
            add_product::<FMA>(&mut out[*dst as usize], &a[*x as usize], &b[*y as usize]);
        }
    }

    /// exp(G dt) times a unit in `state`, `dt` each person's own.
    #[inline(always)]
    pub fn carried<const FMA: bool>(&self, generator: &[Lane], state: usize, amount: &Lane, dt: &Lane) -> Vec<Lane> {
        let mut z = vec![splat(0.0); self.n];
        z[state] = *amount;
        let longest = largest(dt);
        if longest <= 0.0 {
            return z;
        }
        let fastest = self.diagonal.iter().map(|d| -generator[*d].iter().copied().fold(f64::INFINITY, f64::min));
        let parts = (fastest.fold(0.0, f64::max) * longest).ceil().max(1.0);
        let h = map(dt, |d| d / parts);
        let (mut term, mut next) = (z.clone(), z.clone());
        for _ in 0..parts as usize {
            term.copy_from_slice(&z);
            for k in 1..MOST_TERMS {
                for (next, row) in next.iter_mut().zip(&self.rows) {
                    let mut sum = splat(0.0);
                    for ((_, j), g) in self.pairs[row.clone()].iter().zip(&generator[row.clone()]) {
                        add_product::<FMA>(&mut sum, g, &term[*j]);
                    }
                    *next = sum;
                }
                let (mut size, mut whole) = (0.0_f64, 0.0_f64);
                for (t, z) in next.iter_mut().zip(z.iter_mut()) {
                    *t = map2(t, &h, |v, h| v * h / k as f64);
                    *z = map2(z, t, |a, b| a + b);
                    size = size.max(t.iter().fold(0.0, |m, v| m.max(v.abs())));
                    whole = whole.max(z.iter().fold(0.0, |m, v| m.max(v.abs())));
                }
                std::mem::swap(&mut term, &mut next);
                if size <= SETTLED * whole {
                    break;
                }
            }
        }
        z
    }

    /// z after one step, or after as many as `power` stands for.
    #[inline(always)]
    pub fn step<const FMA: bool>(&self, power: &[Lane], z: &[Lane], out: &mut [Lane]) {
        for (out, row) in out.iter_mut().zip(&self.rows) {
            let mut sum = splat(0.0);
            for ((_, j), p) in self.pairs[row.clone()].iter().zip(&power[row.clone()]) {
                add_product::<FMA>(&mut sum, p, &z[*j]);
            }
            *out = sum;
        }
    }

    /// Rows that give every read-out after 1 to [`AHEAD`] steps from the states now, one behind another.
    #[inline(always)]
    pub fn ahead<const FMA: bool>(&self, power: &[Lane], numbers: &[Lane]) -> Vec<Lane> {
        let mut list = Vec::new();
        let mut rows = vec![splat(0.0); self.n * self.outputs.len()];
        let mut at = 0;
        for (output, parts) in self.outputs.iter().enumerate() {
            for (state, _) in parts {
                let into = &mut rows[output * self.n + state];
                *into = map2(into, &numbers[at], |a, b| a + b);
                at += 1;
            }
        }
        let mut next = rows.clone();
        for _ in 0..AHEAD {
            next.iter_mut().for_each(|v| *v = splat(0.0));
            for output in 0..self.outputs.len() {
                let base = output * self.n;
                for ((i, j), p) in self.pairs.iter().zip(power) {
                    if self.shows[output].contains(i) {
                        add_product::<FMA>(&mut next[base + j], &rows[base + i], p);
                    }
                }
            }
            std::mem::swap(&mut rows, &mut next);
            for (output, shown) in self.shows.iter().enumerate() {
                list.extend(shown.iter().map(|j| rows[output * self.n + j]));
            }
        }
        list
    }

    /// The power of [`AHEAD`] steps.
    #[inline(always)]
    pub fn far<const FMA: bool>(&self, power: &[Lane], scratch: &mut Scratch) -> Vec<Lane> {
        let mut far = power.to_vec();
        for _ in 0..AHEAD.trailing_zeros() {
            self.multiply::<FMA>(&far, &far, &mut scratch.product);
            std::mem::swap(&mut far, &mut scratch.product);
        }
        far
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

    /// States that a read-out can show, now or later.
    pub fn shown(&self, output: usize) -> &[u8] {
        &self.columns[output]
    }

    /// Whether steps can be taken by rows ahead.
    pub fn is_small(&self) -> bool {
        self.n <= FEW
    }

    /// The numbers that read-outs need, in their order.
    pub fn read_slots(&self, slots: &[Lane]) -> Vec<Lane> {
        self.outputs.iter().flatten().map(|(_, slot)| slots[*slot]).collect()
    }

    /// A read-out, mg/L; rounding can leave a hair below nothing.
    #[inline(always)]
    pub fn read<const FMA: bool>(&self, output: usize, numbers: &[Lane], z: &[Lane]) -> Lane {
        let before: usize = self.outputs[..output].iter().map(Vec::len).sum();
        let mut value = splat(0.0);
        for ((state, _), number) in self.outputs[output].iter().zip(&numbers[before..]) {
            add_product::<FMA>(&mut value, number, &z[*state]);
        }
        map(&value, |v| v.max(0.0))
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

/// Room that is used again from one person to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    product: Vec<Lane>,
}

/// Marks everything that can be reached along `edges` from what is marked.
fn spread(marked: &mut [bool], edges: Vec<(usize, usize)>) {
    loop {
        let before = marked.iter().filter(|m| **m).count();
        for (from, to) in &edges {
            marked[*to] |= marked[*from];
        }
        if marked.iter().filter(|m| **m).count() == before {
            return;
        }
    }
}

/// Contributions of one event: the grid point at which each person has it, and what it adds to the states there.
#[derive(Debug, Clone)]
pub(super) struct Arrival {
    /// Point of the grid.
    pub at: usize,
    /// Who.
    pub who: [bool; LANES],
    /// Which event's contributions.
    pub event: usize,
}

/// The grid point of each person at or after a time, and how long after it.
pub(super) fn next_point(time: &Lane, dt: f64) -> ([usize; LANES], Lane) {
    let at: [usize; LANES] = std::array::from_fn(|l| (time[l] / dt - 1e-9).ceil().max(0.0) as usize);
    let after = std::array::from_fn(|l| (at[l] as f64 * dt - time[l]).max(0.0));
    (at, after)
}
