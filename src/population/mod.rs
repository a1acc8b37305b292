//! Many made-up people: a model's spread between people as percentile bands and as windows of each person's own.
//!
//! This is spread between people *within* a model. How far published models differ is another kind of not knowing,
//! in `outcome::others`; the two are never mixed in one figure.
//!
//! People are drawn by number and seed, so the same person gets every arm of a model. The work is cut into jobs over
//! chunks of people and stretches of time; [`Workers`] says who does them, one after another or side by side, with
//! the same result. Memory stays bounded: rows of a stretch of time are held, draws are made again for the next.

mod bands;
mod bracket;
mod cohort;
mod compare;
mod covariates;
mod dots;
mod endpoints;
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
pub use outcome::{
    ArmByArm, ArmPopulation, Counted, PopulationOutcome, SessionPopulation, arm_population, counted, population_outcome,
};
pub use percentiles::{PERCENTILES, Tracker};
pub use tornado::{Figures, Measure, Swing, Tornado, tornado};
pub use trial::trial;
pub use windows::PopulationWindows;

use crate::library::Effects;
use crate::units::{Count, Time};

/// Who does the jobs.
pub trait Workers: Sync {
    /// Calls `work` with every number below `jobs`, in any order, perhaps at once; returns when all are done.
    fn each(&self, jobs: usize, work: &(dyn Fn(usize) + Sync));
}

/// One job after another: the way of a browser, and of one thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct InTurn;

impl Workers for InTurn {
    fn each(&self, jobs: usize, work: &(dyn Fn(usize) + Sync)) {
        (0..jobs).for_each(work);
    }
}

/// How many people, which, and how finely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// People.
    pub people: People,
    /// The same seed gives the same people.
    pub seed: u64,
    /// Spacing of points; absent: as for one person.
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

/// Said in place of the time of a level that too few reach.
pub const MAY_NOT_FEEL: &str = "many people at this dose may not feel this";

/// Whether so few people cross a level that [`MAY_NOT_FEEL`] is said instead of a time.
pub fn too_few(share: f64, effects: &Effects) -> bool {
    share < effects.no_time_below.people.parts()
}

/// Ends of a share of 100, in numbers of people: "63" of 100, "22 to 51" of 100, and of fewer where there are fewer.
pub fn of_people([low, high]: [f64; 2], people: usize) -> (String, usize) {
    let base = people.min(100);
    let [low, high] = [low, high].map(|share| (share * base as f64 / 100.0).round());
    (if low == high { format!("{low}") } else { format!("{low} to {high}") }, base)
}

/// How many people, and which, where nobody says: the same in the window, on the page and on the command line.
pub const USUAL_PEOPLE: People = People::literal::<1000>();
/// Their seed.
pub const USUAL_SEED: u64 = 1;

/// Fewer people than this make no 5th percentile.
pub const LEAST_PEOPLE: u32 = 20;
/// More than this are refused.
pub const MOST_PEOPLE: u32 = 1_000_000;
/// A number of people that can be simulated.
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
