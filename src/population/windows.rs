//! Effect windows over virtual subjects: when each may notice something, when the effect is strongest, when it fades.
//! Each subject has effect levels and an effect delay of its own.
//!
//! A subject belongs to one study: its levels and its delay are drawn together from that study. Percentiles are over
//! the subjects who reach a level, and the share who do is reported beside them. None of this says when somebody can
//! leave or drive.

use super::cohort::{CHUNK, ChunkState, Cohort, Wanted, Within};
use super::covariates::SampledCovariates;
use super::endpoints::{EffectLevels, EndpointReader, Person};
use super::level::Line;
use super::sample::FirstSamples;
use super::{Progress, Sample, Workers};
use crate::error::{Error, Result};
use crate::library::{Effects, Library};
use crate::scenario::Scenario;
use crate::sim::lanes::LANES;
use crate::sim::{Session, Set, TAIL_H};
use crate::units::MINUTES_PER_HOUR;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Largest number of points in a session (a week by the minute). The step is one minute where that is enough.
const MOST_POINTS: f64 = 10_080.0;

/// Effect windows over all subjects in one session. Times are minutes from the first dose of the session.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationWindows {
    /// Time of first noticing: 10th, 50th and 90th percentile over the subjects who notice. `None` where nobody does.
    pub onset: Option<[f64; 3]>,
    /// Time of the strongest effect: 10th, 50th and 90th percentile over all subjects. `None` where nobody reaches a
    /// level.
    pub peak: Option<[f64; 3]>,
    /// Window of the strongest effect: 10th percentile of its starts and 90th of its ends. `None` where nobody reaches
    /// a level.
    pub strongest: Option<[f64; 2]>,
    /// Time at which main effects end: 10th, 50th and 90th percentile over the subjects who reach the dissociative
    /// level. `None` where nobody does, or where somebody is still above it at the end of the simulation.
    pub main_effects_end: Option<[f64; 3]>,
    /// Share of subjects who reach the dissociative level, 0 to 1.
    pub share_reaching: f64,
    /// Share of subjects who may notice something, 0 to 1, out of those whose study has a level of noticing. `None`
    /// where no study has one.
    pub share_noticing: Option<f64>,
    /// Whether any subject is still above the dissociative level at the end of the simulation.
    pub outlasts: bool,
    /// Whether so few subjects notice that [`super::MAY_NOT_FEEL`] is said instead of an onset.
    pub few_notice: bool,
    /// Whether so few subjects reach the dissociative level that [`super::MAY_NOT_FEEL`] is said instead of a time of
    /// fading.
    pub few_reach: bool,
}

impl PopulationWindows {
    /// [`Self::onset`] as it is told to a reader. `None` also where too few subjects notice for a time to be
    /// meaningful.
    pub fn onset_told(&self) -> Option<[f64; 3]> {
        self.onset.filter(|_| !self.few_notice)
    }

    /// [`Self::main_effects_end`] as it is told to a reader. `None` also where too few subjects reach the level.
    pub fn fading_told(&self) -> Option<[f64; 3]> {
        self.main_effects_end.filter(|_| !self.few_reach)
    }
}

/// Simulates every subject of the sample in one session of one arm. `end` replaces parameters, as an end of a range
/// does.
pub(super) fn people_of(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    (sample, first_draws): (Sample, FirstSamples),
    (end, session): (&Set, &Session),
    (workers, progress): (&dyn Workers, Progress),
) -> Result<Vec<Person>> {
    let arm = &scenario.arms[index];
    let model = arm.model_in(library)?;
    // the sampling site cannot change an effect: the effect site is driven by the model's own site
    let site = model.estimated_from;
    let subject = scenario.subject_of(arm);
    let case = arm.case(model, &subject, library)?;
    let length = session.end - session.start + TAIL_H;
    let dt = (length / MOST_POINTS).max(1.0 / MINUTES_PER_HOUR);
    let steps = (length / dt).ceil() as usize;
    let wanted = [Wanted { analyte: arm.drug.clone(), site }];
    let mut set = model.conditions_on(&scenario.conditions, &arm.routes());
    set.extend(end.iter().map(|(name, formula)| (name.clone(), formula.clone())));
    let bodies = SampledCovariates::of_arm(scenario, arm, sample.seed);
    let drawn = (bodies, sample.seed, first_draws);
    let engine = Cohort::new(&case, &set, &wanted, (dt, steps), drawn, Some(0), Within::session(session))?;
    let own = |person: usize| EffectLevels::draw(&library.effects, &arm.drug, site, sample.seed, person);
    let until = (scenario.horizon.hours() - session.start).max(0.0);
    let line = scenario.level().map(|level| Line { level: level.concentration().mg_l(), until });
    let count = sample.people.size();
    let chunks: Vec<Mutex<Result<Vec<Person>>>> =
        (0..count.div_ceil(CHUNK)).map(|_| Mutex::new(Ok(Vec::new()))).collect();
    let (done, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    workers.each(chunks.len(), &|c| {
        if stopped.load(Ordering::Relaxed) {
            return;
        }
        let size = CHUNK.min(count - c * CHUNK);
        let owns: Vec<EffectLevels> = (0..size.next_multiple_of(LANES)).map(|l| own(c * CHUNK + l)).collect();
        let extra = |person: usize| {
            let at = person - c * CHUNK;
            vec![std::array::from_fn(|l| owns[at + l].ke0)]
        };
        let mut watched = EndpointReader::new(steps + 1, dt, &owns[..size]).against(line);
        let followed = engine.follow((c * CHUNK, size), steps, false, &extra, &mut ChunkState::default(), &mut watched);
        if let Ok(mut slot) = chunks[c].lock() {
            *slot = followed.map(|_| watched.people);
        }
        let share = (done.fetch_add(1, Ordering::Relaxed) + 1) as f64 / chunks.len() as f64;
        if !progress(share) {
            stopped.store(true, Ordering::Relaxed);
        }
    });
    if stopped.into_inner() {
        return Err(Error::stopped());
    }
    let mut people = Vec::with_capacity(count);
    for chunk in chunks {
        people.extend(chunk.into_inner().unwrap_or_else(|_| Ok(Vec::new()))?);
    }
    Ok(people)
}

/// Percentiles and shares over these subjects.
pub(super) fn summed(people: &[&Person], effects: &Effects) -> PopulationWindows {
    let of = |f: &dyn Fn(&Person) -> Option<f64>| -> Vec<f64> { people.iter().filter_map(|p| f(p)).collect() };
    let outlasts = people.iter().any(|p| p.outlasts);
    let spans = |values: Vec<f64>| crate::analysis::spans(&values);
    let onset = spans(of(&|p| p.onset));
    let end = spans(of(&|p| p.end)).filter(|_| !outlasts);
    let share = |n: usize| n as f64 / people.len().max(1) as f64;
    let (starts, stops) = (spans(of(&|p| Some(p.strongest[0]))), spans(of(&|p| Some(p.strongest[1]))));
    let share_reaching = share(people.iter().filter(|p| p.reaches).count());
    let share_noticing = noticing(people);
    let felt = people.iter().any(|p| p.feels());
    PopulationWindows {
        onset,
        peak: spans(of(&|p| Some(p.peak))).filter(|_| felt),
        strongest: starts.zip(stops).map(|(a, b)| [a[0], b[2]]).filter(|_| felt),
        main_effects_end: end,
        share_reaching,
        share_noticing,
        outlasts,
        few_notice: share_noticing.is_some_and(|s| super::too_few(s, effects)),
        few_reach: super::too_few(share_reaching, effects),
    }
}

fn noticing(people: &[&Person]) -> Option<f64> {
    let asked = people.iter().filter(|p| p.asked).count();
    let noticed = people.iter().filter(|p| p.onset.is_some()).count();
    (asked > 0).then(|| noticed as f64 / asked as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 subjects, of whom `notice` notice something at minute 5 and `fade` fade at minute 60.
    fn counted(notice: usize, fade: usize) -> PopulationWindows {
        let person = |i: usize| Person {
            asked: true,
            onset: (i < notice).then_some(5.0),
            begin: (i < fade).then_some(8.0),
            end: (i < fade).then_some(60.0),
            reaches: i < fade,
            ..Person::default()
        };
        let effects = Library::embedded().unwrap().effects;
        let people: Vec<Person> = (0..100).map(person).collect();
        summed(&people.iter().collect::<Vec<_>>(), &effects)
    }

    /// One rule for both levels, each by itself: when fewer than 60 of 100 reach a level, words replace the time.
    #[test]
    fn a_time_is_told_when_sixty_of_a_hundred_cross_the_level() {
        for (notice, fade, told) in [(60, 60, [true, true]), (60, 59, [true, false]), (59, 59, [false, false])] {
            let w = counted(notice, fade);
            assert_eq!([w.onset_told().is_some(), w.fading_told().is_some()], told, "{notice} and {fade}");
            assert_eq!([w.few_notice, w.few_reach], told.map(|t| !t));
            // the fields that JSON reports stay as they are
            assert_eq!((w.onset, w.main_effects_end), (Some([5.0; 3]), Some([60.0; 3])));
        }
        let people = vec![Person::default(); 20];
        let nobody = summed(&people.iter().collect::<Vec<_>>(), &Library::embedded().unwrap().effects);
        assert!(!nobody.few_notice && nobody.few_reach, "nobody's study asked for noticing");
    }
}
