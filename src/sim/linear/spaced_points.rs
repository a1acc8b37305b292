//! Sums of modes at many points, each from what is there after the last cut: nothing is multiplied from point to point.
//! Points that lie at one spacing share their exponentials, sixteen of sixteen points each.

use crate::sim::lanes::{LANES, Lane, Work, exp, splat, wide};
use crate::sim::stops::{Even, Stops};

/// Fewer points in a row at one spacing have exponentials of their own.
const FEW: usize = 3 * LANES;
/// Points that share the start of their exponentials.
const MANY: usize = LANES * LANES;

/// Modes between cuts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fading<'a> {
    /// 1/h, negative.
    pub rates: &'a [f64],
    /// Rate at which a mode is fed by the one before it, 1/h; 0 where it is not.
    pub links: &'a [f64],
}

impl Fading<'_> {
    /// Moves modes to `hours` later.
    pub fn fade(self, z: &mut [f64], hours: f64) {
        wide(Later { fading: self, z, hours });
    }

    /// What each of these rows has of the modes at every point; `after` holds the modes after each cut, cut by cut.
    /// Nothing is there before the first.
    pub fn sums(self, stops: &Stops, after: &[f64], rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let mut out = vec![vec![0.0; stops.times.len()]; rows.len()];
        wide(Sums { fading: self, stops, after, rows, out: &mut out });
        out
    }
}

struct Later<'a> {
    fading: Fading<'a>,
    z: &'a mut [f64],
    hours: f64,
}

impl Work for Later<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Self { fading: Fading { rates, links }, z, hours } = self;
        let mut until = z.len();
        // the last first: each is fed by what the one before it has now
        while until > 0 {
            let from = (until - 1) / LANES * LANES;
            let mut left = splat(0.0);
            for (left, rate) in left.iter_mut().zip(&rates[from..until]) {
                *left = rate * hours;
            }
            let left = exp(&left);
            for m in (from..until).rev() {
                let fed = if links[m] == 0.0 { 0.0 } else { links[m] * hours * z[m - 1] };
                z[m] = left[m - from] * (z[m] + fed);
            }
            until = from;
        }
    }
}

/// A mode after a cut: at `hours` later it is e to the power of rate and hours, times `own + fed * hours`.
struct Term {
    mode: usize,
    rate: f64,
    own: f64,
    fed: f64,
}

struct Sums<'a> {
    fading: Fading<'a>,
    stops: &'a Stops,
    after: &'a [f64],
    rows: &'a [Vec<f64>],
    out: &'a mut [Vec<f64>],
}

impl Work for Sums<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Self { fading: Fading { rates, links }, stops, after, rows, out } = self;
        let Stops { times, cuts, even, .. } = stops;
        let n = rates.len();
        let mut even = even.iter().filter(|e| e.count >= FEW).peekable();
        let mut terms: Vec<Term> = Vec::with_capacity(n);
        let mut room = Room::default();
        for (k, cut) in cuts.iter().enumerate() {
            let end = cuts.get(k + 1).map_or(times.len(), |next| next.point);
            let z = &after[k * n..][..n];
            terms.clear();
            for mode in 0..n {
                let fed = if links[mode] == 0.0 { 0.0 } else { links[mode] * z[mode - 1] };
                let there = z[mode] != 0.0 || fed != 0.0;
                if there && rows.iter().any(|row| row[mode] != 0.0) {
                    terms.push(Term { mode, rate: rates[mode], own: z[mode], fed });
                }
            }
            let start = times[cut.point];
            let mut at = cut.point;
            while at < end {
                while even.next_if(|e| e.first < at).is_some() {}
                match even.peek() {
                    Some(row) if row.first == at => {
                        room.evenly(row, times[at] - start, &terms, rows, out);
                        at += row.count;
                    }
                    next => {
                        let until = next.map_or(end, |e| e.first.min(end)).min(at + LANES);
                        room.singly(at, &times[at..until], start, &terms, rows, out);
                        at = until;
                    }
                }
            }
        }
    }
}

/// Room that is used again from one stretch of points to the next.
#[derive(Default)]
struct Room {
    sums: Vec<Lane>,
    left: Vec<Lane>,
    /// Of which mode each of these is.
    modes: Vec<usize>,
    sixteens: Vec<Lane>,
    starts: Vec<Lane>,
    heads: Vec<Lane>,
}

impl Room {
    /// At up to sixteen points that lie as they lie.
    #[inline(always)]
    fn singly(
        &mut self,
        first: usize,
        times: &[f64],
        start: f64,
        terms: &[Term],
        rows: &[Vec<f64>],
        out: &mut [Vec<f64>],
    ) {
        let mut hours = splat(0.0);
        for (hours, time) in hours.iter_mut().zip(times) {
            *hours = time - start;
        }
        self.sums.clear();
        self.sums.resize(rows.len(), splat(0.0));
        for term in terms {
            let mut now = splat(0.0);
            term.left(&hours, &mut now);
            for l in 0..LANES {
                now[l] *= term.own + term.fed * hours[l];
            }
            for (sum, row) in self.sums.iter_mut().zip(rows) {
                let weight = row[term.mode];
                if weight != 0.0 {
                    for l in 0..LANES {
                        sum[l] += weight * now[l];
                    }
                }
            }
        }
        for (out, sum) in out.iter_mut().zip(&self.sums) {
            put(sum, &mut out[first..][..times.len()]);
        }
    }

    /// At points in a row, the first of which lies `hours` after the cut: what is left of a term at a point is what is left
    /// at the first of so many, times what is left from there to the first of sixteen, times what is left from there.
    #[inline(always)]
    fn evenly(&mut self, points: &Even, hours: f64, terms: &[Term], rows: &[Vec<f64>], out: &mut [Vec<f64>]) {
        let Even { first, count, spacing } = *points;
        let Self { sums, left, modes, sixteens, starts, heads } = self;
        let within = spaced(0.0, spacing);
        let between = spaced(0.0, LANES as f64 * spacing);
        modes.clear();
        for term in terms {
            modes.push(term.mode);
            // a fed one has a part that grows
            if term.fed != 0.0 {
                modes.push(term.mode);
            }
        }
        left.resize(modes.len(), splat(0.0));
        heads.resize(modes.len(), splat(0.0));
        sums.resize(modes.len(), splat(0.0));
        sixteens.resize(terms.len(), splat(0.0));
        starts.resize(terms.len(), splat(0.0));
        let mut at = 0;
        for (term, sixteens) in terms.iter().zip(sixteens.iter_mut()) {
            term.left(&within, &mut left[at]);
            term.left(&between, sixteens);
            at += 1;
            if term.fed != 0.0 {
                for l in 0..LANES {
                    left[at][l] = left[at - 1][l] * within[l];
                }
                at += 1;
            }
        }
        for from in (0..count).step_by(MANY) {
            let many = from / MANY % LANES;
            if many == 0 {
                let after = spaced(hours + from as f64 * spacing, MANY as f64 * spacing);
                for (term, start) in terms.iter().zip(starts.iter_mut()) {
                    term.left(&after, start);
                }
            }
            let after = spaced(hours + from as f64 * spacing, LANES as f64 * spacing);
            let mut at = 0;
            for ((term, start), sixteens) in terms.iter().zip(starts.iter()).zip(sixteens.iter()) {
                let head = &mut heads[at];
                for l in 0..LANES {
                    head[l] = start[many] * sixteens[l] * (term.own + term.fed * after[l]);
                }
                at += 1;
                if term.fed != 0.0 {
                    let head = &mut heads[at];
                    for l in 0..LANES {
                        head[l] = start[many] * sixteens[l] * term.fed;
                    }
                    at += 1;
                }
            }
            for (row, out) in rows.iter().zip(out.iter_mut()) {
                let out = &mut out[first + from..][..MANY.min(count - from)];
                for ((own, head), mode) in sums.iter_mut().zip(heads.iter()).zip(modes.iter()) {
                    for l in 0..LANES {
                        own[l] = head[l] * row[*mode];
                    }
                }
                for (k, out) in out.chunks_mut(LANES).enumerate() {
                    let mut sum = splat(0.0);
                    for (head, left) in sums.iter().zip(left.iter()) {
                        for l in 0..LANES {
                            sum[l] += head[k] * left[l];
                        }
                    }
                    put(&sum, out);
                }
            }
        }
    }
}

impl Term {
    /// What is left after each of these times, h.
    #[inline(always)]
    fn left(&self, hours: &Lane, left: &mut Lane) {
        let mut powers = splat(0.0);
        for l in 0..LANES {
            powers[l] = self.rate * hours[l];
        }
        *left = exp(&powers);
    }
}

/// Puts as many of sixteen as there is place for: all at once where that is for all.
#[inline(always)]
fn put(sums: &Lane, out: &mut [f64]) {
    if let Some(out) = out.first_chunk_mut::<LANES>() {
        *out = *sums;
    } else {
        for (out, sum) in out.iter_mut().zip(sums) {
            *out = *sum;
        }
    }
}

/// Sixteen times from one on, so far apart, h.
#[inline(always)]
fn spaced(first: f64, spacing: f64) -> Lane {
    let mut hours = splat(0.0);
    for (k, hours) in hours.iter_mut().enumerate() {
        *hours = first + k as f64 * spacing;
    }
    hours
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portable::Portable as _;
    use crate::sim::Event;
    use crate::sim::stops::Points;

    /// A mode, one that it feeds at the same rate, an input and one that fades at once: at every point what the formula
    /// gives, however the points lie.
    #[test]
    fn sums_are_those_of_the_formula() {
        let (rates, links) = ([-1.3, -1.3, 0.0, -4e3], [0.0, 0.7, 0.0, 0.0]);
        let fading = Fading { rates: &rates, links: &links };
        let event = |time: f64| Event { state: 0, time, amount: 1.0 };
        for (every, times) in [(1.0 / 60.0, [0.0, 2.31]), (1.0, [0.0, 0.5]), (1.0 / 3600.0, [0.0, 1.0])] {
            let events = times.map(event);
            let stops = Stops::new(events.iter(), 1, Points::grid(6.0, every));
            assert_eq!(stops.cuts.len(), 2);
            let after = [1.0, 0.5, 0.25, 3.0, 2.0, 0.0, 0.0, 1.0];
            let rows = [vec![1.0, 0.0, 0.0, 0.0], vec![0.2, 3.0, 0.5, 1.0]];
            let found = fading.sums(&stops, &after, &rows);
            for (point, time) in stops.times.iter().enumerate() {
                let k = stops.cuts.partition_point(|c| c.point <= point) - 1;
                let (z, t) = (&after[4 * k..], time - stops.cuts[k].time);
                let left = (-1.3 * t).exp_portable();
                let own = [z[0] * left, (z[1] + 0.7 * t * z[0]) * left, z[2], z[3] * (-4e3 * t).exp_portable()];
                let mut moved = z[..4].to_vec();
                fading.fade(&mut moved, t);
                for (row, found) in rows.iter().zip(&found) {
                    let expected: f64 = row.iter().zip(own).map(|(r, z)| r * z).sum();
                    let later: f64 = row.iter().zip(&moved).map(|(r, z)| r * z).sum();
                    let near = |a: f64| (a - expected).abs() <= 1e-12 * expected.abs().max(1e-3);
                    assert!(
                        near(found[point]) && near(later),
                        "{time} h, every {every} h: {} {expected}",
                        found[point]
                    );
                }
            }
        }
    }
}
