//! What is made ready for sixteen people who are followed as sums of modes.

use super::super::super::dose_events::Event;
use super::super::super::lanes::{Lane, add_product, exp, map, map2, splat};
use super::super::matrix_exponential::{Kernel, next_point};
use super::Modes;
use super::error_bound::{MOST_ERROR, rounding};
use super::jacobi::diagonal;
use super::workspace::ModesWorkspace;
use crate::model::formulas::Slot;

/// Ratio of two opposite rates at most, either way: beyond it one of them is nearly none.
const MOST_APART: f64 = 1e6;

impl Modes {
    /// Adds for sixteen subjects what each mode keeps from one point to the next (and gets of the one before it), what
    /// each read-out has of each, and what each event brings to each at the first point with it; whether that is exact
    /// enough for all of them.
    #[inline(always)]
    pub fn ready(
        &self,
        (kernel, dt, steps): (&Kernel, f64, usize),
        numbers: (&[Lane], &[Lane], &[Event<Lane>]),
        room: &mut ModesWorkspace,
        out: &mut Vec<Lane>,
    ) -> bool {
        let (generator, _, events) = numbers;
        if !self.decompose(kernel, numbers, (dt, dt * steps as f64, MOST_ERROR), room) {
            return false;
        }
        let kept = out.len();
        for rate in &room.rates {
            out.push(exp(&map(rate, |r| r * dt)));
        }
        if !self.links.is_empty() {
            for mode in 0..self.n {
                let got = self
                    .link(mode)
                    .map_or(splat(0.0), |link| map2(&out[kept + mode], &generator[link], |k, g| k * g * dt));
                out.push(got);
            }
        }
        out.extend_from_slice(&room.weights);
        for event in events {
            let Some(column) = room.column_of(kernel, event) else { continue };
            self.brought(generator, event, (column, dt), room, out);
        }
        true
    }

    /// Rates and modes of sixteen subjects, what each read-out has of each mode and what a unit in each dosed state
    /// brings to each, into `room`; whether rounding stays below `bound` of the peak of every read-out, when modes are
    /// multiplied from point to point `step` hours apart up to `end` hours.
    #[inline(always)]
    pub fn decompose(
        &self,
        kernel: &Kernel,
        (generator, slots, events): (&[Lane], &[Lane], &[Event<Lane>]),
        (step, end, bound): (f64, f64, f64),
        room: &mut ModesWorkspace,
    ) -> bool {
        if !self.blocks(generator, room) {
            return false;
        }
        self.between(generator, room);
        room.errors.clear();
        for (rate, input) in room.rates.iter().zip(&self.inputs) {
            room.errors.push(rounding(&map(rate, |r| r * step), *input));
        }
        room.weights.clear();
        for parts in &kernel.outputs {
            self.shown(parts, slots, room);
            room.weights.extend_from_slice(&room.row);
        }
        room.dosed.clear();
        room.columns.clear();
        room.judged.clear();
        for event in events {
            let Some(state) = kernel.place(event.state) else { continue };
            if self.column(state, room) {
                self.judge(generator, kernel.is_input(state), room);
            }
        }
        self.within((kernel, generator), (events, end), bound, room)
    }

    /// Adds what an event brings to each mode at the first point with it.
    #[inline(always)]
    fn brought(
        &self,
        generator: &[Lane],
        event: &Event<Lane>,
        (column, dt): (usize, f64),
        room: &ModesWorkspace,
        out: &mut Vec<Lane>,
    ) {
        let (_, after) = next_point(&event.time, dt);
        let at_once = after == splat(0.0);
        for mode in 0..self.n {
            let part = if at_once {
                room.columns[column * self.n + mode]
            } else {
                self.faded(generator, (column, mode), &after, room)
            };
            out.push(map2(&part, &event.amount, |p, a| p * a));
        }
    }

    /// What of a column is left in a mode after a time, h, of each person's own.
    #[inline(always)]
    pub fn faded(
        &self,
        generator: &[Lane],
        (column, mode): (usize, usize),
        after: &Lane,
        room: &ModesWorkspace,
    ) -> Lane {
        let column = &room.columns[column * self.n..][..self.n];
        let mut part = column[mode];
        if let Some(link) = self.link(mode) {
            let fed = map2(&generator[link], after, |g, t| g * t);
            add_product(&mut part, &fed, &column[mode - 1]);
        }
        if part == splat(0.0) {
            return part;
        }
        let left = exp(&map2(&room.rates[mode], after, |r, t| r * t));
        map2(&part, &left, |p, l| p * l)
    }

    /// Rates and modes of each block; whether they were found.
    #[inline(always)]
    fn blocks(&self, generator: &[Lane], room: &mut ModesWorkspace) -> bool {
        let ModesWorkspace { rates, to, back, symmetric, units, .. } = room;
        rates.clear();
        to.clear();
        back.clear();
        for block in &self.blocks {
            let m = block.places.len();
            let one = |k: usize| splat(if k.is_multiple_of(m + 1) { 1.0 } else { 0.0 });
            if block.exchanges.is_empty() {
                rates.extend(block.leaving.iter().map(|entry| generator[*entry]));
                to.extend((0..m * m).map(one));
                back.extend((0..m * m).map(one));
                continue;
            }
            symmetric.clear();
            symmetric.resize(m * m, splat(0.0));
            units.clear();
            units.resize(m, splat(1.0));
            block.leaving.iter().enumerate().for_each(|(k, e)| symmetric[k * (m + 1)] = generator[*e]);
            for x in &block.exchanges {
                let (there, back) = (&generator[x.there], &generator[x.back]);
                let ratio = map2(there, back, |t, b| t / b);
                if !ratio.iter().all(|r| (1.0 / MOST_APART..=MOST_APART).contains(r)) {
                    return false;
                }
                units[x.into] = map2(&units[x.from], &ratio, |u, r| u * r.sqrt());
                let both = map2(there, back, |t, b| (t * b).sqrt());
                symmetric[x.from * m + x.into] = both;
                symmetric[x.into * m + x.from] = both;
            }
            let first = to.len();
            to.extend((0..m * m).map(one));
            if !diagonal(symmetric, &mut to[first..], m) {
                return false;
            }
            rates.extend((0..m).map(|k| symmetric[k * (m + 1)]));
            for state in 0..m {
                for mode in 0..m {
                    let turned = &mut to[first + state * m + mode];
                    back.push(map2(turned, &units[state], |q, u| q / u));
                    *turned = map2(turned, &units[state], |q, u| q * u);
                }
            }
        }
        true
    }

    /// What each mode has in those that it feeds.
    #[inline(always)]
    fn between(&self, generator: &[Lane], room: &mut ModesWorkspace) {
        let ModesWorkspace { rates, to, back, direct, part, .. } = room;
        direct.clear();
        for pair in &self.pairs {
            let mut sum = splat(0.0);
            for [into, entry, from] in &pair.direct {
                let given = map2(&generator[*entry], &to[*from], |g, t| g * t);
                add_product(&mut sum, &back[*into], &given);
            }
            direct.push(sum);
        }
        part.clear();
        for pair in &self.pairs {
            let mut sum = splat(0.0);
            for (last, before) in &pair.by {
                match before {
                    None => sum = map2(&sum, &direct[*last], |s, d| s + d),
                    Some(before) => add_product(&mut sum, &direct[*last], &part[*before]),
                }
            }
            if let Some([link, before]) = pair.linked_below {
                add_product(&mut sum, &generator[link], &part[before]);
            }
            if let Some([link, after]) = pair.linked_above {
                let passed = map2(&generator[link], &part[after], |g, p| -g * p);
                sum = map2(&sum, &passed, |s, p| s + p);
            }
            let gap = map2(&rates[pair.up], &rates[pair.down], |u, d| u - d);
            part.push(map2(&sum, &gap, |s, g| s / g));
        }
    }

    /// What a sum of states has of each mode, into `room.row`.
    #[inline(always)]
    fn shown(&self, parts: &[(usize, Slot)], slots: &[Lane], room: &mut ModesWorkspace) {
        let ModesWorkspace { to, part, row, .. } = room;
        row.clear();
        row.resize(self.n, splat(0.0));
        for (state, slot) in parts {
            let state = self.place[*state];
            let block = &self.blocks[self.block[state]];
            for mode in block.places.clone() {
                add_product(&mut row[mode], &slots[*slot], &to[block.at(state, mode)]);
            }
        }
        // upper ones first: those below still have what they have by themselves
        for at in 0..self.n {
            for pair in self.below[at].iter() {
                let below = row[self.pairs[*pair].down];
                add_product(&mut row[at], &part[*pair], &below);
            }
        }
    }

    /// Adds a column of what a unit in a state brings to each mode; whether there was none yet.
    #[inline(always)]
    pub fn column(&self, state: usize, room: &mut ModesWorkspace) -> bool {
        let ModesWorkspace { back, part, dosed, columns, .. } = room;
        if dosed.contains(&state) {
            return false;
        }
        dosed.push(state);
        let first = columns.len();
        columns.resize(first + self.n, splat(0.0));
        let column = &mut columns[first..];
        let at = self.place[state];
        let block = &self.blocks[self.block[at]];
        for mode in block.places.clone() {
            column[mode] = back[block.at(at, mode)];
        }
        for mode in block.places.end..self.n {
            let mut taken = splat(0.0);
            for at in self.above[mode].clone() {
                add_product(&mut taken, &part[at], &column[self.pairs[at].up]);
            }
            column[mode] = map2(&column[mode], &taken, |c, t| c - t);
        }
        true
    }
}
