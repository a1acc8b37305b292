//! Every local maximum of a read-out, from the solution between its points.

use super::nca::summit;
use crate::sim::{SystemOutput, Trajectory};

/// A rise of less than this part of the value is rounding.
const RISE: f64 = 1e-12;

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
    let shown = trajectory.shown;
    let least = RISE * series[..shown].iter().copied().fold(0.0, f64::max);
    let mut list = Vec::new();
    for left in 0..shown.saturating_sub(1) {
        let width = trajectory.times[left + 1] - trajectory.times[left];
        let higher = if series[left] > series[left + 1] { left } else { left + 1 };
        if series[higher] <= least || slopes[left][1] * width <= RISE * series[higher] {
            continue;
        }
        let [before, after] = slopes[left + 1];
        let at = |point: usize| Peak { point, after: 0.0, value: series[point] };
        if before < 0.0 {
            let between = summit(trajectory, output, left).filter(|(_, v)| *v > series[higher] * (1.0 + RISE));
            let inside = |(time, value)| Peak { point: left, after: time - trajectory.times[left], value };
            list.push(between.map_or_else(|| at(higher), inside));
        } else if after <= 0.0 && left + 2 < shown {
            list.push(at(left + 1));
        }
    }
    list
}
