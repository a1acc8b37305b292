//! The course of one arm for sixteen people at a time: z after a step is exp(G dt) z, whether rates are equal or not.
//!
//! G holds the rates and, as further states, the constant inputs. Its exponential is computed once per person by
//! scaling and squaring of a matrix without negative entries (shifted by its largest rate), so nothing cancels and
//! equal rates need no special case; what is lost grows with the quickest rate over the slowest. Doses between two
//! points of the grid are carried to the next by the series of the exponential's action. What is zero for every person
//! is never touched.

use super::super::dose_events::Event;
use super::super::lanes::{LANES, Lane, SERIES, add_product, larger, largest, map, map2, splat};
use super::super::system::System;
use crate::model::formulas::Slot;
use crate::portable::Portable as _;
use std::collections::BTreeMap;

/// Columns of the matrix are scaled below this before the series: what is left out, 0.25^13/13!, is less than rounding.
const SMALL: f64 = 0.25;
/// Terms of the action of an exponential at most, and when it has settled.
const MOST_TERMS: usize = 60;
const SETTLED: f64 = 1e-16;
/// The step by which what was given long before the first point is carried there, h.
pub(super) const HOUR: f64 = 1.0;

/// An entry of the generator.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Entry {
    Slot(Slot),
    One,
}

impl Event<Lane> {
    /// Whether it takes from some and gives to nobody.
    pub(super) fn takes(&self) -> bool {
        self.amount.iter().all(|a| *a <= 0.0) && self.amount.iter().any(|a| *a < 0.0)
    }
}

/// Structure of one arm's system: which entries there are, and in which order they are multiplied.
#[derive(Debug, Clone)]
pub(crate) struct Kernel {
    /// States of the program that are kept; inputs follow.
    place: BTreeMap<usize, usize>,
    n: usize,
    /// Place of each pair of states among the entries, row by row.
    entries: Vec<Option<usize>>,
    /// Which entries the generator itself has.
    fed: Vec<bool>,
    generator: Vec<(usize, Entry)>,
    /// Entries that any power of the generator can have, row by row.
    pairs: Vec<(usize, usize)>,
    /// Where each row of them begins and ends.
    rows: Vec<std::ops::Range<usize>>,
    /// Entries that the generator itself has, row by row: feeding state and entry.
    feeds: Vec<Vec<[u32; 2]>>,
    /// Factors of every entry of a product of two such matrices, entry after entry, and where those of each end.
    factors: Vec<[u32; 2]>,
    ends: Vec<u32>,
    diagonal: Vec<usize>,
    /// States that are constant inputs.
    inputs: Vec<usize>,
    /// Read-outs: state and slot of each part.
    pub outputs: Vec<Vec<(usize, Slot)>>,
}

impl Kernel {
    /// For doses into `entered` states of a system and constant inputs into `inputs`, for these of its read-outs.
    /// States that no dose reaches or no read-out shows are left out; with `every` none that a dose reaches.
    pub fn new(system: &System, outputs: &[usize], (entered, inputs): (&[usize], &[usize]), every: bool) -> Self {
        let states = system.states.len();
        let total = states + inputs.len();
        let mut edges: Vec<(usize, usize, Entry)> =
            system.rates.iter().map(|r| (r.into, r.from, Entry::Slot(r.slot))).collect();
        edges.extend(inputs.iter().enumerate().map(|(k, state)| (*state, states + k, Entry::One)));
        let mut reached = vec![false; total];
        entered.iter().for_each(|s| reached[*s] = true);
        (0..inputs.len()).for_each(|k| reached[states + k] = true);
        spread(&mut reached, edges.iter().map(|(i, j, _)| (*j, *i)).collect());
        let mut needed = vec![every; total];
        let shown = || outputs.iter().map(|o| &system.outputs[*o].row);
        shown().flatten().for_each(|(s, _)| needed[*s] = true);
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
        let mut entries = vec![None; n * n];
        pairs.iter().enumerate().for_each(|(entry, (i, j))| entries[i * n + j] = Some(entry));
        let index = |i: usize, j: usize| entries[i * n + j];
        let (mut factors, mut ends) = (Vec::new(), Vec::new());
        for (i, j) in &pairs {
            for k in 0..n {
                if let (Some(a), Some(b)) = (index(*i, k), index(k, *j)) {
                    factors.push([a as u32, b as u32]);
                }
            }
            ends.push(factors.len() as u32);
        }
        let generator: Vec<(usize, Entry)> = edges.iter().filter_map(|(i, j, e)| Some((index(*i, *j)?, *e))).collect();
        let diagonal = (0..n).filter_map(|i| index(i, i)).collect();
        let row = |i: usize| pairs.partition_point(|p| p.0 < i)..pairs.partition_point(|p| p.0 <= i);
        let rows: Vec<std::ops::Range<usize>> = (0..n).map(row).collect();
        let mut fed = vec![false; pairs.len()];
        generator.iter().for_each(|(entry, _)| fed[*entry] = true);
        let feeding = |e: usize| fed[e].then_some([pairs[e].1 as u32, e as u32]);
        let feeds = rows.iter().map(|row| row.clone().filter_map(feeding).collect()).collect();
        let outputs: Vec<Vec<(usize, Slot)>> =
            shown().map(|row| row.iter().filter_map(|(s, slot)| Some((at(s)?, *slot))).collect()).collect();
        let inputs = kept.iter().enumerate().filter(|(_, s)| **s >= states).map(|(k, _)| k).collect();
        Self { place, n, entries, fed, generator, pairs, rows, feeds, factors, ends, diagonal, inputs, outputs }
    }

    /// Entry by which a state has, sooner or later, what another had.
    pub fn entry(&self, of: usize, from: usize) -> Option<usize> {
        self.entries[of * self.n + from]
    }

    /// Entry of the rate from one state straight into another.
    pub fn fed(&self, into: usize, from: usize) -> Option<usize> {
        self.entry(into, from).filter(|e| self.fed[*e])
    }

    /// Whether a state is a constant input.
    pub fn is_input(&self, state: usize) -> bool {
        self.inputs.contains(&state)
    }

    /// Whether nothing leaves a state.
    pub fn is_kept(&self, state: usize) -> bool {
        self.fed(state, state).is_none()
    }

    /// Whether two states are left at the same rate by their very form.
    pub fn same_loss(&self, a: usize, b: usize) -> bool {
        let of = |state: usize| -> Vec<Entry> {
            let here = self.generator.iter().filter(|(at, _)| *at == self.diagonal[state]);
            here.map(|(_, entry)| *entry).collect()
        };
        of(a) == of(b)
    }

    /// Entries of the first subject as a square matrix, row by row.
    pub fn dense(&self, entries: &[Lane]) -> Vec<f64> {
        let mut matrix = vec![0.0; self.n * self.n];
        self.pairs.iter().zip(entries).for_each(|((i, j), entry)| matrix[i * self.n + j] = entry[0]);
        matrix
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

    /// exp(G dt), into `scratch.power`.
    #[inline(always)]
    pub fn exponential(&self, generator: &[Lane], dt: f64, scratch: &mut Scratch) {
        let Scratch { a, a2, a3, power, product, sums } = scratch;
        let mut shift = splat(0.0);
        for &d in &self.diagonal {
            shift = map2(&shift, &generator[d], |q, g| larger(q, -g * dt));
        }
        a.clear();
        a.extend(generator.iter().map(|g| map(g, |v| v * dt)));
        for &d in &self.diagonal {
            a[d] = map2(&a[d], &shift, |v, q| v + q);
        }
        sums.clear();
        sums.resize(self.n, splat(0.0));
        for ((_, j), value) in self.pairs.iter().zip(a.iter()) {
            sums[*j] = map2(&sums[*j], value, |s, v| s + v.abs());
        }
        let norm = largest(&sums.iter().fold(splat(0.0), |most, s| map2(&most, s, larger)));
        let squarings = if norm > SMALL { (norm / SMALL).log2_portable().ceil() as i32 } else { 0 };
        let scale = 0.5_f64.powi(squarings);
        a.iter_mut().for_each(|v| *v = map(v, |x| x * scale));
        self.series(a, [a2, a3, power, product]);
        let decay = map(&shift, |q| (-q * scale).exp_portable());
        power.iter_mut().for_each(|v| *v = map2(v, &decay, |x, d| x * d));
        for _ in 0..squarings {
            self.multiply(power, power, product);
            std::mem::swap(power, product);
        }
        // a constant input that has ended must leave nothing, however fast it was
        for &input in &self.inputs {
            power[self.diagonal[input]] = splat(1.0);
        }
    }

    /// Sum of a^k / k! to the 12th power, in five products (Paterson and Stockmeyer).
    #[inline(always)]
    fn series(&self, a: &[Lane], [a2, a3, all, product]: [&mut Vec<Lane>; 4]) {
        self.multiply(a, a, a2);
        self.multiply(a2, a, a3);
        let part = |k: usize, above: &[Lane], sum: &mut Vec<Lane>| {
            sum.clear();
            sum.extend(a.iter().zip(a2.iter()).zip(above).map(|((x, y), z)| {
                let low = map2(x, y, |x, y| SERIES[k + 1] * x + SERIES[k + 2] * y);
                map2(&low, z, |x, y| x + y)
            }));
            for &d in &self.diagonal {
                sum[d] = map(&sum[d], |v| v + SERIES[k]);
            }
        };
        product.clear();
        product.extend(a3.iter().map(|v| map(v, |x| SERIES[12] * x)));
        part(9, product, all);
        for k in [6, 3, 0] {
            self.multiply(all, a3, product);
            part(k, product, all);
        }
    }

    #[inline(always)]
    fn multiply(&self, a: &[Lane], b: &[Lane], out: &mut Vec<Lane>) {
        out.clear();
        let mut from = 0;
        for &end in &self.ends {
            let mut sum = splat(0.0);
            for [x, y] in &self.factors[from as usize..end as usize] {
                add_product(&mut sum, &a[*x as usize], &b[*y as usize]);
            }
            out.push(sum);
            from = end;
        }
    }

    /// Adds exp(G dt) times an amount in `state` behind `out`, `dt` each person's own. With `hours` the step of one
    /// hour stands in `scratch.power`, and whole hours that all have in common are made with it.
    #[inline(always)]
    pub fn carried(
        &self,
        generator: &[Lane],
        (state, amount, dt): (usize, &Lane, &Lane),
        hours: bool,
        scratch: &mut Scratch,
        out: &mut Vec<Lane>,
    ) {
        let first = out.len();
        out.resize(first + self.n, splat(0.0));
        let z = &mut out[first..];
        z[state] = *amount;
        let common = if hours { (-largest(&map(dt, |d| -d)) / HOUR).floor().max(0.0) } else { 0.0 };
        let dt = &map(dt, |d| d - common * HOUR);
        let longest = largest(dt);
        let parts = (self.fastest(generator) * longest).ceil().max(1.0);
        let h = map(dt, |d| d / parts);
        let Scratch { a: term, a2: next, power, .. } = scratch;
        let series = if longest > 0.0 { parts as usize } else { 0 };
        for _ in 0..series {
            term.clear();
            term.extend_from_slice(z);
            for k in 1..MOST_TERMS {
                let share = map(&h, |h| h / k as f64);
                next.clear();
                for (row, z) in self.feeds.iter().zip(z.iter_mut()) {
                    let mut sum = splat(0.0);
                    for [j, entry] in row {
                        add_product(&mut sum, &generator[*entry as usize], &term[*j as usize]);
                    }
                    let sum = map2(&sum, &share, |v, h| v * h);
                    *z = map2(z, &sum, |a, b| a + b);
                    next.push(sum);
                }
                std::mem::swap(term, next);
                // one term more costs less than looking at each
                if k % 3 == 0 && small_beside(term, z) {
                    break;
                }
            }
        }
        for _ in 0..common as usize {
            next.clear();
            next.resize(self.n, splat(0.0));
            self.step(power, z, next);
            z.copy_from_slice(next);
        }
    }

    /// The fastest rate at which anything leaves a state, over sixteen people, 1/h.
    #[inline(always)]
    pub fn fastest(&self, generator: &[Lane]) -> f64 {
        largest(&self.diagonal.iter().fold(splat(0.0), |q, d| map2(&q, &generator[*d], |q, g| larger(q, -g))))
    }

    /// z after one step.
    #[inline(always)]
    pub fn step(&self, power: &[Lane], z: &[Lane], out: &mut [Lane]) {
        for (out, row) in out.iter_mut().zip(&self.rows) {
            let mut sum = splat(0.0);
            for ((_, j), p) in self.pairs[row.clone()].iter().zip(&power[row.clone()]) {
                add_product(&mut sum, p, &z[*j]);
            }
            *out = sum;
        }
    }

    /// Entries that a power has.
    pub fn entries(&self) -> usize {
        self.pairs.len()
    }

    /// Adds the numbers that read-outs need, in their order.
    pub fn read_slots(&self, slots: &[Lane], out: &mut Vec<Lane>) {
        out.extend(self.outputs.iter().flatten().map(|(_, slot)| slots[*slot]));
    }

    /// How many these are.
    pub fn reads(&self) -> usize {
        self.outputs.iter().map(Vec::len).sum()
    }

    /// A read-out, mg/L; rounding can leave a hair below nothing.
    #[inline(always)]
    pub fn read(&self, output: usize, numbers: &[Lane], z: &[Lane]) -> Lane {
        let before: usize = self.outputs[..output].iter().map(Vec::len).sum();
        let mut value = splat(0.0);
        for ((state, _), number) in self.outputs[output].iter().zip(&numbers[before..]) {
            add_product(&mut value, number, &z[*state]);
        }
        map(&value, |v| v.max(0.0))
    }
}

/// Room that is used again from one person to the next.
#[derive(Debug, Default, Clone)]
pub(crate) struct Scratch {
    a: Vec<Lane>,
    a2: Vec<Lane>,
    a3: Vec<Lane>,
    /// exp(G dt) of the sixteen at hand.
    pub power: Vec<Lane>,
    product: Vec<Lane>,
    sums: Vec<Lane>,
}

/// Whether a term no longer changes a sum, for any of the sixteen.
#[inline(always)]
fn small_beside(term: &[Lane], sum: &[Lane]) -> bool {
    let size = |list: &[Lane]| largest(&list.iter().fold(splat(0.0), |m, v| map2(&m, v, |m, v| larger(m, v.abs()))));
    size(term) <= SETTLED * size(sum)
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

/// A point that no course reaches.
const NEVER: f64 = 1e12;

/// The grid point of each person at or after a time, and how long after it.
pub(super) fn next_point(time: &Lane, dt: f64) -> ([usize; LANES], Lane) {
    let at: [usize; LANES] = std::array::from_fn(|l| (time[l] / dt - 1e-9).ceil().clamp(0.0, NEVER) as usize);
    let after = std::array::from_fn(|l| (at[l] as f64 * dt - time[l]).max(0.0));
    (at, after)
}
