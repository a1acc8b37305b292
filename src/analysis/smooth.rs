//! A curve between its points: a cubic through values and slopes, so that a crossing or a peak does not depend on where
//! the points happen to lie.

use super::crossing::{crossing, crossing_between};
use crate::sim::{Profile, ReadOut};

/// Values and slopes at points in time. A jump has its time twice.
#[derive(Debug, Clone)]
pub struct Smooth<'a> {
    times: &'a [f64],
    values: Vec<f64>,
    /// Per hour.
    slopes: Vec<f64>,
    /// Parts of segments that rise or fall throughout, in order.
    runs: Vec<Run>,
    /// Neighbouring runs that rise, or that do not, together: a level is looked for by halving.
    monotone: Vec<Monotone>,
}

/// Runs in a row that all rise, or of which none rises.
#[derive(Debug, Clone)]
struct Monotone {
    rises: bool,
    runs: std::ops::Range<usize>,
}

/// Part of a segment on which the curve rises or falls throughout; a jump is one of no length.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// Index of the point before it.
    left: usize,
    /// Shares of the segment between the two points.
    from: f64,
    to: f64,
    /// Values at these.
    values: [f64; 2],
}

impl<'a> Smooth<'a> {
    /// From values and slopes at `times`, of equal number.
    pub fn new(times: &'a [f64], values: Vec<f64>, slopes: Vec<f64>) -> Self {
        let runs = Vec::with_capacity(times.len() + 8);
        let mut curve = Self { times, values, slopes, runs, monotone: Vec::new() };
        for left in 0..times.len().saturating_sub(1) {
            let [a, b] = [curve.values[left], curve.values[left + 1]];
            match curve.turn(left) {
                Some(at) => {
                    let turned = curve.cubic(left).at(at);
                    curve.runs.push(Run { left, from: 0.0, to: at, values: [a, turned] });
                    curve.runs.push(Run { left, from: at, to: 1.0, values: [turned, b] });
                }
                None => curve.runs.push(Run { left, from: 0.0, to: 1.0, values: [a, b] }),
            }
        }
        for (i, run) in curve.runs.iter().enumerate() {
            let rises = run.values[1] > run.values[0];
            match curve.monotone.last_mut() {
                Some(last) if last.rises == rises => last.runs.end = i + 1,
                _ => curve.monotone.push(Monotone { rises, runs: i..i + 1 }),
            }
        }
        curve
    }

    /// Of an effect site that follows `plasma` at a rate ke0 (1/h).
    pub fn behind(times: &'a [f64], plasma: &[f64], site: Vec<f64>, ke0: f64) -> Self {
        let slopes = plasma.iter().zip(&site).map(|(p, e)| ke0 * (p - e)).collect();
        Self::new(times, site, slopes)
    }

    /// Stretches at or above `level` from time `from` (h) on; the last has no end (infinity) where the curve is still
    /// above at its last point.
    pub fn above(&self, level: f64, from: f64) -> Vec<[f64; 2]> {
        let mut list: Vec<[f64; 2]> = Vec::new();
        let first = self.first_run(from);
        // it may begin above
        let mut since = self.runs.get(first).filter(|r| r.values[0] >= level).map(|r| self.time(r, r.from));
        for (rises, runs) in self.monotone_from(first) {
            let crosses = runs.partition_point(|run| (run.values[1] >= level) != rises);
            let Some(run) = runs.get(crosses) else { continue };
            if rises {
                since = since.or_else(|| Some(self.meets(run, level)));
            } else {
                list.extend(since.take().map(|start| [start, self.meets(run, level)]));
            }
        }
        list.extend(since.map(|start| [start, f64::INFINITY]));
        list.retain(|[a, b]| b > a);
        list
    }

    /// Time (h) and value of the highest point from `from` up to `to`, the first of equals.
    pub fn peak(&self, [from, to]: [f64; 2]) -> (f64, f64) {
        let mut best = (from, f64::NEG_INFINITY);
        let mut look = |run: &Run, share: f64, value: f64| {
            let time = self.time(run, share);
            if value > best.1 && time <= to {
                best = (time, value);
            }
        };
        for (rises, runs) in self.monotone_from(self.first_run(from)) {
            let until = runs.partition_point(|run| self.time(run, run.to) <= to);
            if let Some(run) = runs.first() {
                look(run, run.from, run.values[0]);
            }
            if let Some(run) = until.checked_sub(1).and_then(|last| runs.get(last)).filter(|_| rises) {
                look(run, run.to, run.values[1]);
            }
            if let Some(run) = runs.get(until) {
                // the part of it that lies before the last time begins at its start
                look(run, run.from, run.values[0]);
            }
        }
        best
    }

    /// Index of the first run from a time on.
    fn first_run(&self, from: f64) -> usize {
        let first = self.times.partition_point(|t| *t < from - 1e-9);
        self.runs.partition_point(|run| run.left < first)
    }

    /// From a run on, the runs that rise together and those that do not, in order.
    fn monotone_from(&self, first: usize) -> impl Iterator<Item = (bool, &[Run])> {
        let skipped = self.monotone.partition_point(|m| m.runs.end <= first);
        self.monotone[skipped..].iter().map(move |m| (m.rises, &self.runs[m.runs.start.max(first)..m.runs.end]))
    }

    /// Time of the last point, h.
    pub fn end(&self) -> f64 {
        self.times.last().copied().unwrap_or(0.0)
    }

    fn time(&self, run: &Run, share: f64) -> f64 {
        self.times[run.left] + share * (self.times[run.left + 1] - self.times[run.left])
    }

    fn meets(&self, run: &Run, level: f64) -> f64 {
        let sign = if run.values[0] >= level { 1.0 } else { -1.0 };
        let (cubic, ends) = (self.cubic(run.left), run.values.map(|v| sign * (v - level)));
        let found = crossing_between(run.to - run.from, ends, |x| sign * (cubic.at(run.from + x) - level));
        self.time(run, run.from + found)
    }

    /// The cubic between point `i` and the next.
    fn cubic(&self, i: usize) -> Cubic {
        let width = self.times[i + 1] - self.times[i];
        Cubic {
            values: [self.values[i], self.values[i + 1]],
            slopes: [self.slopes[i] * width, self.slopes[i + 1] * width],
        }
    }

    /// Where the cubic turns within a segment whose ends slope in opposite directions: once.
    fn turn(&self, i: usize) -> Option<f64> {
        let width = self.times[i + 1] - self.times[i];
        let (left, right) = (self.slopes[i] * width, self.slopes[i + 1] * width);
        if width <= 0.0 || left * right >= 0.0 {
            return None;
        }
        let rise = self.values[i + 1] - self.values[i];
        let sign = if left > 0.0 { 1.0 } else { -1.0 };
        let slope =
            |x: f64| left * (1.0 - 4.0 * x + 3.0 * x * x) + right * (3.0 * x * x - 2.0 * x) + 6.0 * rise * (x - x * x);
        Some(crossing_between(1.0, [sign * left, sign * right], |x| sign * slope(x))).filter(|x| *x > 0.0 && *x < 1.0)
    }
}

/// A cubic over a segment: values at its ends, and slopes there times its width.
struct Cubic {
    values: [f64; 2],
    slopes: [f64; 2],
}

impl Cubic {
    /// At a share of the way.
    fn at(&self, x: f64) -> f64 {
        let ([a, b], [left, right]) = (self.values, self.slopes);
        let y = 1.0 - x;
        a * (1.0 + 2.0 * x) * y * y + b * (3.0 - 2.0 * x) * x * x + left * x * y * y - right * x * x * y
    }
}

/// Stretches in which a read-out is at or above `level` (mg/L) from time `from` (h) on, crossings found on the solution
/// itself; the last has no end (infinity) where it is still above at the last point.
pub fn stretches_above(
    profile: &Profile,
    output: &ReadOut,
    series: &[f64],
    (level, from): (f64, f64),
) -> Vec<[f64; 2]> {
    let times = &profile.times;
    let first = times.partition_point(|t| *t < from - 1e-9);
    let knots: Vec<Knot> = (first..times.len()).map(|point| Knot { point, after: 0.0, value: series[point] }).collect();
    stretches_between(profile, output, &knots, level)
}

/// A value of a read-out at some time after a point, before the next.
pub(super) struct Knot {
    pub point: usize,
    /// Hours after the point.
    pub after: f64,
    /// mg/L.
    pub value: f64,
}

/// As [`stretches_above`], where the read-out rises or falls throughout from one of these to the next.
pub(super) fn stretches_between(profile: &Profile, output: &ReadOut, knots: &[Knot], level: f64) -> Vec<[f64; 2]> {
    let time = |knot: &Knot| profile.times[knot.point] + knot.after;
    let mut list: Vec<[f64; 2]> = Vec::new();
    let mut since = knots.first().filter(|k| k.value >= level).map(time);
    for pair in knots.windows(2) {
        let [a, b] = [&pair[0], &pair[1]];
        let (above, then) = (a.value >= level, b.value >= level);
        if above == then {
            continue;
        }
        let sign = if above { 1.0 } else { -1.0 };
        let value = |dt: f64| sign * (profile.after(output, a.point, a.after + dt).0 - level);
        let crossed = time(a) + crossing(time(b) - time(a), value);
        if above {
            list.extend(since.take().map(|start| [start, crossed]));
        } else {
            since = Some(crossed);
        }
    }
    list.extend(since.map(|start| [start, f64::INFINITY]));
    list
}

/// Time (h) within stretches, up to a last time.
pub fn length(stretches: &[[f64; 2]], until: f64) -> f64 {
    // from 0, as the sum of nothing is -0
    stretches.iter().map(|[a, b]| (b.min(until) - a).max(0.0)).fold(0.0, |sum, part| sum + part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portable::Portable as _;

    /// Plasma exp(-t), site behind it at rate 2: 2 (exp(-t) - exp(-2t)), highest 1/2 at ln 2; by hand it is at 3/8 where
    /// exp(-t) is 3/4 or 1/4.
    fn example(times: &[f64]) -> Smooth<'_> {
        let plasma: Vec<f64> = times.iter().map(|t| (-t).exp_portable()).collect();
        let site = times.iter().map(|t| 2.0 * ((-t).exp_portable() - (-2.0 * t).exp_portable())).collect();
        Smooth::behind(times, &plasma, site, 2.0)
    }

    #[test]
    fn peaks_and_crossings_do_not_depend_on_the_points() {
        for step in [0.01, 0.1, 0.17] {
            let times: Vec<f64> = (0..(4.0 / step) as usize).map(|i| i as f64 * step).collect();
            let curve = example(&times);
            let (time, value) = curve.peak([0.0, 4.0]);
            assert!((time - 2_f64.ln_portable()).abs() < 1e-3 && (value - 0.5).abs() < 1e-5, "{step}: {time} {value}");
            let found = curve.above(0.375, 0.0);
            assert_eq!(found.len(), 1);
            for (found, expected) in found[0].iter().zip([(4.0_f64 / 3.0).ln_portable(), 4_f64.ln_portable()]) {
                assert!((found - expected).abs() < 1e-4, "{step}: {found} and {expected}");
            }
            assert!(curve.above(0.6, 0.0).is_empty());
        }
    }

    /// A peak that lies between two points of a coarse grid, both of which are below the level, is seen.
    #[test]
    fn a_peak_between_two_low_points_is_found() {
        let times = [0.0, 0.35, 1.2, 4.0];
        let found = example(&times).above(0.49, 0.0);
        assert_eq!(found.len(), 1);
        assert!(found[0][0] > 0.35 && found[0][1] < 1.2);
    }

    /// Above, below and above again are two stretches; a jump begins or ends one at its own time.
    #[test]
    fn gaps_and_jumps() {
        let times = [0.0, 1.0, 1.0, 2.0, 3.0];
        let curve = Smooth::new(&times, vec![8.0, 4.0, 10.0, 4.0, 4.0], vec![-4.0, -4.0, -6.0, -6.0, 0.0]);
        let found = curve.above(6.0, 0.0);
        assert_eq!(found.len(), 2);
        assert!((found[0][1] - 0.5).abs() < 1e-9 && found[1][0] == 1.0);
        assert!((length(&found, 10.0) - (found[1][1] - 1.0 + 0.5)).abs() < 1e-9);
        assert_eq!(curve.above(3.0, 0.0), [[0.0, f64::INFINITY]]);
        // from a later time on, what was above before begins there
        assert_eq!(curve.above(3.0, 2.0), [[2.0, f64::INFINITY]]);
    }
}
