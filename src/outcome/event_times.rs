//! Times at which something happens in an outcome, for a cursor that goes from one to the next.

use super::Outcome;
use crate::units::MINUTES_PER_HOUR;

/// Times closer than this are one, h.
const SAME_H: f64 = 1e-6;

impl Outcome {
    /// Starts and ends of doses and inputs, peaks, and crossings of the level line, of every arm and both ends of a range:
    /// hours from time 0 up to the horizon, ascending, each once.
    pub fn event_times(&self) -> Vec<f64> {
        let arms = || self.arms.iter().filter(|arm| !arm.faded);
        let mut list: Vec<f64> = arms().flat_map(|arm| &arm.rows).flat_map(|rows| rows.marked.clone()).collect();
        if let Some(level) = self.level {
            let stretches = arms().flat_map(|arm| arm.above(level).curves).flat_map(|curve| curve.stretches);
            list.extend(stretches.flatten().map(|minutes| minutes / MINUTES_PER_HOUR));
        }
        list.retain(|hours| *hours <= self.horizon.hours() + SAME_H);
        list.sort_by(f64::total_cmp);
        list.dedup_by(|later, earlier| *later - *earlier <= SAME_H);
        list
    }
}
