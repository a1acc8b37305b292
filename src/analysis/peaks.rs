//! Every local maximum of a read-out, from the solution between its points.

use super::nca::summit;
use crate::sim::{SystemOutput, Trajectory};

/// A rise of less than this part of the value is rounding.
const RISE: f64 = 1e-12;
/// Points closer than this (h) leave no room for a rise and a fall that they do not show.
const CLOSE_H: f64 = 1.0 / 12.0;
/// Points farther apart are looked between, ever wider after something was given: first (h), ratio, last (h).
const FIRST_LOOK_H: f64 = 1.0 / 720.0;
const WIDER: f64 = 1.5;
const LAST_LOOK_H: f64 = 24.0;

/// A local maximum: at a point, or between a point and the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// The point, or the one before.
    pub point: usize,
    /// Hours after that point; 0 at the point itself.
    pub after: f64,
    /// Height, mg/L.
    pub value: f64,
}

/// Local maxima up to the horizon, in order: where the read-out stops rising. A jump has no slope and is not among
/// them, nor is the end of a curve that still rises there.
pub fn peaks(trajectory: &Trajectory, output: &SystemOutput, series: &[f64]) -> Vec<Peak> {
    let slopes = trajectory.slopes(output);
    let (times, shown) = (&trajectory.times, trajectory.shown);
    let least = RISE * series[..shown].iter().copied().fold(0.0, f64::max);
    let mut list: Vec<Peak> = Vec::new();
    let mut given = times.first().copied().unwrap_or(0.0);
    for left in 0..shown.saturating_sub(1) {
        if trajectory.is_cut(left) {
            given = times[left];
        }
        let width = times[left + 1] - times[left];
        let higher = if series[left] > series[left + 1] { left } else { left + 1 };
        // a value and its slope at each end and at each look between
        let mut ends = vec![(0.0, series[left], slopes[left][1])];
        for dt in looks(times[left] - given, width) {
            let (value, slope) = trajectory.after(output, left, dt);
            ends.push((dt, value, slope));
        }
        ends.push((width, series[left + 1], slopes[left + 1][0]));
        for pair in ends.windows(2) {
            let [(from, low, rises), (to, high, falls)] = [pair[0], pair[1]];
            let top = low.max(high);
            if top <= least || rises * (to - from) <= RISE * top || falls >= 0.0 {
                continue;
            }
            let between = summit(trajectory, output, left, [from, to]).filter(|(_, v)| *v > top * (1.0 + RISE));
            list.push(match between {
                Some((after, value)) => Peak { point: left, after, value },
                None if high >= low && to >= width => Peak { point: left + 1, after: 0.0, value: high },
                None if high >= low => Peak { point: left, after: to, value: high },
                None => Peak { point: left, after: from, value: low },
            });
        }
        // a corner: it rises up to the point and not beyond
        let (from, _, rises) = ends[ends.len() - 2];
        let up = series[higher] > least && rises * (width - from) > RISE * series[higher];
        if up && slopes[left + 1][0] >= 0.0 && slopes[left + 1][1] <= 0.0 && left + 2 < shown {
            list.push(Peak { point: left + 1, after: 0.0, value: series[left + 1] });
        }
    }
    list
}

/// Where to look within a segment that begins so long after something was given: soon after it things change fast.
fn looks(since: f64, width: f64) -> Vec<f64> {
    if width <= CLOSE_H {
        return Vec::new();
    }
    let all = std::iter::successors(Some(FIRST_LOOK_H), |t| Some(t * WIDER));
    let all = all.take_while(|t| *t < LAST_LOOK_H.min(since + width)).map(|t| t - since);
    all.filter(|dt| *dt > 0.0).collect()
}
