//! Time at or above a level, up to the end of the simulation.

use super::crossing::crossing;
use super::peaks;
use super::smooth::{Knot, length, stretches_between};
use crate::sim::{Profile, ReadOut};
use crate::units::{Concentration, MINUTES_PER_HOUR};

/// When a curve is at or above a level. Times in min from time 0.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeAbove {
    /// From when to when, in order; empty where the level is not reached. The last ends with the simulation where the
    /// curve is still above it.
    pub stretches: Vec<[f64; 2]>,
    /// All of them together.
    pub minutes: f64,
    /// Whether the curve is still at or above the level when the simulation ends, so that the true time is longer.
    pub still_above: bool,
}

impl TimeAbove {
    /// Reads `output` of `profile`: crossings lie on the solution itself, not on lines between its points.
    pub fn of(profile: &Profile, output: &ReadOut, level: Concentration) -> Self {
        let series = profile.series(output);
        let hours = stretches_between(profile, output, &knots(profile, output, series), level.mg_l());
        let end = profile.shown.checked_sub(1).map_or(0.0, |last| profile.times[last]);
        let still_above = hours.last().is_some_and(|[from, to]| to.is_infinite() && *from < end);
        let hours: Vec<[f64; 2]> =
            hours.into_iter().map(|[from, to]| [from, to.min(end)]).filter(|[from, to]| to > from).collect();
        Self {
            minutes: length(&hours, end) * MINUTES_PER_HOUR,
            stretches: hours.into_iter().map(|stretch| stretch.map(|h| h * MINUTES_PER_HOUR)).collect(),
            still_above,
        }
    }

    /// Whether the level is reached at all.
    pub fn reaches(&self) -> bool {
        !self.stretches.is_empty()
    }
}

/// Points up to the horizon, and between them the peaks and the troughs: what rises and falls again between two low
/// points is above a level all the same.
fn knots(profile: &Profile, output: &ReadOut, series: &[f64]) -> Vec<Knot> {
    let slopes = profile.slopes(output);
    let mut list: Vec<Knot> =
        (0..profile.shown).map(|point| Knot { point, after: 0.0, value: series[point] }).collect();
    let between = peaks(profile, output, series).into_iter().filter(|peak| peak.after > 0.0);
    list.extend(between.map(|peak| Knot { point: peak.point, after: peak.after, value: peak.value }));
    for point in 0..profile.shown.saturating_sub(1) {
        let width = profile.times[point + 1] - profile.times[point];
        if width > 0.0 && slopes[point][1] < 0.0 && slopes[point + 1][0] > 0.0 {
            let after = crossing(width, |dt| -profile.after(output, point, dt).1);
            if after > 0.0 && after < width {
                list.push(Knot { point, after, value: profile.after(output, point, after).0 });
            }
        }
    }
    list.sort_by(|a, b| a.point.cmp(&b.point).then(a.after.total_cmp(&b.after)));
    list
}
