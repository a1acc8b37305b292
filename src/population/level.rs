//! Time of virtual subjects at or above the level line of a scenario, in plasma and up to the end of the simulation.

use super::crossings::{crossings, inside};
use crate::analysis::spans;
use crate::portable::Portable as _;
use crate::scenario::LevelLine;
use crate::units::MINUTES_PER_HOUR;

/// One subject in one session.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PersonAbove {
    /// All time at or above the level, min. 0 where it is not reached.
    pub minutes: f64,
    /// Whether the level is reached.
    pub reaches: bool,
    /// Whether it is still exceeded when the simulation ends.
    pub still_above: bool,
}

/// All subjects in one session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PopulationAbove {
    /// The level.
    pub level: LevelLine,
    /// Share of subjects who reach it, 0 to 1.
    pub share_reaching: f64,
    /// Minutes at or above it: 10th, 50th and 90th percentile over all subjects. Who never reaches it counts as 0.
    pub minutes: [f64; 3],
    /// Share of subjects who are still above it when the simulation ends, 0 to 1.
    pub share_still_above: f64,
}

impl PopulationAbove {
    /// Over these subjects. `None` without a level, and for fewer than two subjects.
    pub(super) fn of(people: impl Iterator<Item = PersonAbove>, level: Option<LevelLine>) -> Option<Self> {
        let level = level?;
        let above: Vec<PersonAbove> = people.collect();
        let share = |of: fn(&PersonAbove) -> bool| above.iter().filter(|a| of(a)).count() as f64 / above.len() as f64;
        Some(Self {
            level,
            minutes: spans(&above.iter().map(|a| a.minutes).collect::<Vec<_>>())?,
            share_reaching: share(|a| a.reaches),
            share_still_above: share(|a| a.still_above),
        })
    }
}

/// A level to read plasma against, up to a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// mg/L.
    pub level: f64,
    /// Hours from the first point.
    pub until: f64,
}

impl Line {
    /// Reads plasma of one subject at points `dt` hours apart. Between two points it rises straight and falls
    /// logarithmically, as areas do.
    pub fn read(self, plasma: &[f64], dt: f64) -> PersonAbove {
        let last = ((self.until / dt + 1e-9).floor().max(0.0) as usize + 2).min(plasma.len());
        let plasma = &plasma[..last];
        let top = plasma.iter().copied().enumerate().fold((0.0, f64::NEG_INFINITY), |best, (i, value)| {
            if value > best.1 { (i as f64 * dt, value) } else { best }
        });
        if top.1 < self.level {
            return PersonAbove::default();
        }
        let found = crossings(plasma, dt, self.level, top.0, |i| {
            let [a, b] = [plasma[i], plasma[i + 1]];
            if b < a && b > 0.0 {
                (a / self.level).ln_portable() / (a / b).ln_portable()
            } else {
                (self.level - a) / (b - a)
            }
        });
        let minutes = inside(&found, self.until) * MINUTES_PER_HOUR;
        // an odd number of crossings before the end: still above
        let still_above = found.iter().filter(|t| **t < self.until).count() % 2 == 1;
        PersonAbove { minutes, reaches: found.first().is_some_and(|t| *t <= self.until), still_above }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 8, 4, 2, 1, 0.5 halves in every step, so 3 is crossed after log2(8 / 3) steps; straight up from 0 to 8
    /// it is crossed at 3 / 8 of the step.
    #[test]
    fn crossings_lie_between_the_points() {
        let dt = 0.5;
        let down = |until: f64| Line { level: 3.0, until }.read(&[8.0, 4.0, 2.0, 1.0, 0.5], dt);
        let by_hand = 60.0 * dt * (8.0_f64 / 3.0).ln_portable() / 2.0_f64.ln_portable();
        assert!((down(2.0).minutes - by_hand).abs() < 1e-9 && down(2.0).reaches && !down(2.0).still_above);
        let cut = down(0.25);
        assert!((cut.minutes - 15.0).abs() < 1e-9 && cut.still_above);
        let up = Line { level: 3.0, until: 1.0 }.read(&[0.0, 8.0, 0.0, 8.0], dt);
        // straight down too, where the curve falls to nothing
        assert!((up.minutes - 60.0 * dt * 2.0 * 5.0 / 8.0).abs() < 1e-9 && up.reaches && !up.still_above);
        assert_eq!(Line { level: 9.0, until: 2.0 }.read(&[8.0, 4.0], dt), PersonAbove::default());
        assert_eq!(Line { level: 3.0, until: 0.1 }.read(&[0.0, 8.0], dt), PersonAbove::default());
    }
}
