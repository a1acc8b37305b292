//! Virtual subjects drawn from a model: between-subject variability as percentile bands and effect windows.
//!
//! This is variability between subjects *within* one model. How far the published models differ from each other is
//! another kind of uncertainty, in `outcome::others`. The two are never mixed in one figure.
//!
//! A subject is drawn by number and seed, so the same subject gets every arm of a model. The work is cut into jobs over
//! chunks of subjects and stretches of time. [`Workers`] does them one after another or on several threads, with the
//! same result. Memory stays bounded: only the rows of one stretch of time are held at once. For large samples the
//! parameters are drawn again for each stretch.

mod bands;
mod bracket;
mod cohort;
mod compare;
mod covariates;
mod crossings;
mod dots;
mod endpoints;
mod level;
mod outcome;
mod percentiles;
mod quartiles;
mod random;
mod sample;
mod tornado;
mod trial;
mod windows;

pub use bands::{ArmBands, Band, Progress, SAME_TIME_H, bands, bands_at, courses, individuals, subject_of};
#[doc(hidden)]
pub use bands::{Kept, simulation_alone};
pub use compare::{Exposures, Ratio, comparable, exposures, models_ratio};
pub use dots::{DOTS, Dot, fading_dots, noticing_dots};
pub use endpoints::Person;
pub use level::{PersonAbove, PopulationAbove};
pub use outcome::{
    ArmByArm, ArmPopulation, Counted, PopulationOutcome, SessionPopulation, arm_population, counted, population_outcome,
};
pub use percentiles::{PERCENTILES, Tracker};
pub use tornado::{Figures, Measure, Swing, Tornado, tornado};
pub use trial::trial;
pub use windows::PopulationWindows;

use crate::library::Effects;
use crate::units::{Count, Time};

/// Runs the jobs of a simulation: on one thread or on several.
pub trait Workers: Sync {
    /// Calls `work` once with every number below `jobs`. The order is free and calls may run at the same time. Returns
    /// when all are done.
    fn each(&self, jobs: usize, work: &(dyn Fn(usize) + Sync));
}

/// Runs one job after another on the calling thread, as a browser has to.
#[derive(Debug, Clone, Copy, Default)]
pub struct InTurn;

impl Workers for InTurn {
    fn each(&self, jobs: usize, work: &(dyn Fn(usize) + Sync)) {
        (0..jobs).for_each(work);
    }
}

/// The virtual subjects to draw: how many, from which seed, and the time step of their curves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Number of virtual subjects.
    pub people: People,
    /// Seed of the random numbers. The same seed gives the same subjects.
    pub seed: u64,
    /// Spacing of the time points. `None`: the same as for a single simulated subject.
    pub every: Option<Time>,
}

/// The virtual subjects behind a page, and how they are simulated.
#[derive(Clone, Copy)]
pub struct SampleRun<'a> {
    /// How many subjects, drawn with which seed.
    pub sample: Sample,
    /// Who simulates them: one after the other, or on several threads.
    pub workers: &'a dyn Workers,
    /// Told the share that is done, from 0 to 1; its answer `false` stops the work.
    pub progress: Progress<'a>,
}

/// Said to the reader instead of a time when too few subjects reach the level.
pub const MAY_NOT_FEEL: &str = "many people at this dose may not feel this";

/// Whether the share of subjects (0 to 1) that crosses a level is so small that [`MAY_NOT_FEEL`] is said instead of a
/// time.
pub fn too_few(share: f64, effects: &Effects) -> bool {
    share < effects.no_time_below.people.parts()
}

/// Writes the ends of a share, in percent, as whole numbers of people: "63" or "22 to 51". The second value is the
/// base, which is 100, or the number of subjects where there are fewer.
pub fn of_people([low, high]: [f64; 2], people: usize) -> (String, usize) {
    let base = people.min(100);
    let [low, high] = [low, high].map(|share| (share * base as f64 / 100.0).round());
    (if low == high { format!("{low}") } else { format!("{low} to {high}") }, base)
}

/// Default number of virtual subjects: the same in the window, on the page and on the command line.
pub const USUAL_PEOPLE: People = People::literal::<1000>();
/// Default seed, used with [`USUAL_PEOPLE`].
pub const USUAL_SEED: u64 = 1;

/// Smallest sample: fewer subjects give no 5th percentile.
pub const LEAST_PEOPLE: u32 = 20;
/// Largest sample that is accepted.
pub const MOST_PEOPLE: u32 = 1_000_000;
/// A number of virtual subjects within the accepted limits.
pub type People = Count<LEAST_PEOPLE, MOST_PEOPLE>;

#[cfg(test)]
mod tests {
    use super::of_people;

    #[test]
    fn nobody_is_counted_who_was_not_made_up() {
        // by hand: 45 % and 55 % of twenty people
        assert_eq!(of_people([45.0, 55.0], 20), ("9 to 11".to_owned(), 20));
        assert_eq!(of_people([63.2, 63.4], 1_000), ("63".to_owned(), 100));
        assert_eq!(of_people([0.0, 100.0], 100), ("0 to 100".to_owned(), 100));
    }
}
