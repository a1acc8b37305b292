//! When each made-up person may notice something, is at their strongest, fades: levels and delay of their own.
//!
//! A person belongs to one study: levels and delay are drawn together from it. Percentiles are over the people who
//! reach a level; the share who do is told beside them. None of this says when somebody can leave or drive.

use super::cohort::{CHUNK, ChunkState, Cohort, Wanted, Within};
use super::covariates::SampledCovariates;
use super::endpoints::{EffectLevels, EndpointReader, Person};
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

/// Points of a session at most (a week by the minute); a minute apart where that is enough.
const MOST_POINTS: f64 = 10_080.0;

/// Windows over people, of one session. Times in minutes from its first dose.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationWindows {
    /// 10th, 50th and 90th percentile over people who notice.
    pub onset: Option<[f64; 3]>,
    /// Of the time of the strongest effect, over everybody; none where nobody reaches a level.
    pub peak: Option<[f64; 3]>,
    /// 10th percentile of starts and 90th of ends; none where nobody reaches a level.
    pub strongest: Option<[f64; 2]>,
    /// Over people who reach the level of the dissociative part; none while some outlast the simulated day.
    pub main_effects_end: Option<[f64; 3]>,
    /// Share of people who reach that level.
    pub share_reaching: f64,
    /// Share who may notice something, of those whose study has such a level.
    pub share_noticing: Option<f64>,
    /// Whether some outlast the simulated day.
    pub outlasts: bool,
    /// Whether so few notice that [`super::MAY_NOT_FEEL`] is said instead of an onset.
    pub few_notice: bool,
    /// The same for the level of the dissociative part and the time of fading.
    pub few_reach: bool,
}

impl PopulationWindows {
    /// Onset, unless its time would mislead.
    pub fn onset_told(&self) -> Option<[f64; 3]> {
        self.onset.filter(|_| !self.few_notice)
    }

    /// Time of fading, unless it would mislead.
    pub fn fading_told(&self) -> Option<[f64; 3]> {
        self.main_effects_end.filter(|_| !self.few_reach)
    }
}

/// People of one session of one arm; `end` replaces parameters, as an end of a range does.
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
    // where blood is drawn cannot change an effect: its clock runs on the model's own site
    let site = model.estimated_from;
    let case = arm.case(model, &scenario.subject, library)?;
    let length = session.end - session.start + TAIL_H;
    let dt = (length / MOST_POINTS).max(1.0 / MINUTES_PER_HOUR);
    let steps = (length / dt).ceil() as usize;
    let wanted = [Wanted { analyte: arm.drug.clone(), site }];
    let mut set = model.conditions_on(&scenario.conditions, &arm.routes());
    set.extend(end.iter().map(|(name, formula)| (name.clone(), formula.clone())));
    let bodies = SampledCovariates::new(&scenario.subject, &scenario.population, sample.seed);
    let drawn = (bodies, sample.seed, first_draws);
    let engine = Cohort::new(&case, &set, &wanted, (dt, steps), drawn, Some(0), Within::session(session))?;
    let own = |person: usize| EffectLevels::draw(&library.effects, &arm.drug, site, sample.seed, person);
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
        let mut watched = EndpointReader::new(steps + 1, dt, &owns[..size]);
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

/// Percentiles and shares over these people.
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

    /// Of a hundred, so many notice at minute 5 and so many fade at minute 60.
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

    /// One rule for both levels, each by itself: below 60 of 100 words stand in place of a time.
    #[test]
    fn a_time_is_told_when_sixty_of_a_hundred_cross_the_level() {
        for (notice, fade, told) in [(60, 60, [true, true]), (60, 59, [true, false]), (59, 59, [false, false])] {
            let w = counted(notice, fade);
            assert_eq!([w.onset_told().is_some(), w.fading_told().is_some()], told, "{notice} and {fade}");
            assert_eq!([w.few_notice, w.few_reach], told.map(|t| !t));
            // what others read as JSON stays
            assert_eq!((w.onset, w.main_effects_end), (Some([5.0; 3]), Some([60.0; 3])));
        }
        let people = vec![Person::default(); 20];
        let nobody = summed(&people.iter().collect::<Vec<_>>(), &Library::embedded().unwrap().effects);
        assert!(!nobody.few_notice && nobody.few_reach, "nobody's study asked for noticing");
    }
}
