//! The population outcome: bands, quartiles and effect windows of every arm. The two ends of a range are kept apart.

use super::bands::{Wanting, one};
use super::dots::{Dot, fading_dots, noticing_dots};
use super::sample::{ByModel, FirstSamples, room_for};
use super::windows::{people_of, summed};
use super::{ArmBands, MAY_NOT_FEEL, Person, PopulationAbove, PopulationWindows, Progress, Sample, Workers};
use crate::error::{Error, Result};
use crate::library::{Effects, Library};
use crate::outcome::Caused;
use crate::scenario::Scenario;
use crate::sim::{Session, Set, sessions};
use crate::units::MINUTES_PER_HOUR;

/// Tolerance for rounding when a time is compared with the start of its session, min.
const SLACK: f64 = 1e-6;

/// The outcome of a sample of virtual subjects in every arm that is on.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationOutcome {
    /// The sample: number of subjects, seed and time step.
    pub sample: Sample,
    /// How weight and age vary between the subjects, in words. `None` where every subject has the scenario's weight and
    /// age.
    pub bodies: Option<String>,
    /// One entry for each arm that is on, in the scenario's order.
    pub arms: Vec<ArmPopulation>,
}

/// The outcome of a sample of virtual subjects in one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmPopulation {
    /// Index of the arm in the scenario.
    pub index: usize,
    /// Label of the arm.
    pub label: String,
    /// Percentiles over time. `None` for an arm whose curve is a range: the two ends of a range are model uncertainty,
    /// not between-subject variability.
    pub bands: Option<ArmBands>,
    /// 25th and 75th percentile by analyte and point, ng/mL. Empty where there are no bands.
    pub quartiles: Vec<Vec<[f64; 2]>>,
    /// Id of the model that was used.
    pub model: String,
    /// Effects in every session, in order.
    pub sessions: Vec<SessionPopulation>,
}

/// All virtual subjects in one session. Times are minutes from the first dose of the session.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionPopulation {
    /// Number and times of the session.
    pub session: Session,
    /// One entry, or two for a range: its low end and its high end. The ends are uncertainty about the model. The
    /// subjects under each end are between-subject variability.
    pub counts: Vec<Counted>,
    /// Effect windows over all subjects. For a range they are over both ends together, for use where a single time or
    /// share has to be given.
    pub windows: PopulationWindows,
    /// When something is noticed, as dots for twenty subjects who stand for all. For a range, the dots are taken from
    /// both ends.
    pub noticing: Vec<Dot>,
    /// When main effects end, as dots in the same way.
    pub fading: Vec<Dot>,
}

/// All virtual subjects under one curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// "low end" or "high end" of a range. Empty where the curve is not a range.
    pub end: &'static str,
    /// One entry for each subject, in order of their number.
    pub people: Vec<Person>,
    /// Effect windows over these subjects.
    pub windows: PopulationWindows,
    /// Share of subjects above their own dissociative level: minute, and number out of 100.
    pub above: Vec<[f64; 2]>,
    /// Time at or above the level line of the scenario. `None` where it has none.
    pub above_level: Option<PopulationAbove>,
}

impl Counted {
    /// Share of subjects above their own dissociative level at a time, out of 100. The time is in minutes from the
    /// first dose of the session.
    pub fn above_at(&self, minutes: f64) -> f64 {
        let n = self.people.iter().filter(|p| p.is_above(minutes)).count();
        100.0 * n as f64 / self.people.len().max(1) as f64
    }
}

impl PopulationOutcome {
    /// The outcome of an arm, by its index in the scenario. `None` where the arm is off or does not exist.
    pub fn arm(&self, index: usize) -> Option<&ArmPopulation> {
        self.arms.iter().find(|a| a.index == index)
    }
}

impl ArmPopulation {
    /// The first session, which comparisons use.
    pub fn first(&self) -> Option<&SessionPopulation> {
        self.sessions.first()
    }

    /// The session to which a time (minutes from time 0) belongs: the last that has begun. `None` before the first.
    pub fn session_at(&self, minutes: f64) -> Option<&SessionPopulation> {
        self.sessions.iter().rfind(|s| s.session.start * MINUTES_PER_HOUR <= minutes + SLACK)
    }

    /// Share of subjects above their own dissociative level at a time (minutes from time 0), out of 100: low and high
    /// end, equal unless the curve is a range.
    pub fn above_at(&self, minutes: f64) -> [f64; 2] {
        let of = |s: &SessionPopulation| s.above_at(minutes - s.session.start * MINUTES_PER_HOUR);
        self.session_at(minutes).map_or([0.0; 2], of)
    }

    /// Number of virtual subjects.
    pub fn people(&self) -> usize {
        self.first().map_or(0, SessionPopulation::people)
    }
}

impl SessionPopulation {
    fn new(session: &Session, counts: Vec<Counted>, effects: &Effects) -> Self {
        let everybody: Vec<&Person> = counts.iter().flat_map(|c| &c.people).collect();
        Self {
            session: *session,
            windows: summed(&everybody, effects),
            noticing: noticing_dots(&everybody),
            fading: fading_dots(&everybody),
            counts,
        }
    }

    /// Number of virtual subjects.
    pub fn people(&self) -> usize {
        self.counts.first().map_or(0, |c| c.people.len())
    }

    /// Share of subjects who reach their own dissociative level at all, out of 100: low and high end, equal unless the
    /// curve is a range.
    pub fn reaching(&self) -> [f64; 2] {
        self.span(|c| 100.0 * c.windows.share_reaching)
    }

    /// [`super::MAY_NOT_FEEL`] where too few subjects reach the dissociative level; for a range, with the end at which
    /// this is so. `None` where enough do.
    pub fn few_reach(&self) -> Option<String> {
        let few: Vec<&str> = self.counts.iter().filter(|c| c.windows.few_reach).map(|c| c.end).collect();
        match few.as_slice() {
            [] => None,
            [end] if self.counts.len() > 1 => Some(format!("{MAY_NOT_FEEL} at its {end}")),
            _ => Some(MAY_NOT_FEEL.to_owned()),
        }
    }

    /// Share of subjects above their own dissociative level at a time (minutes from the first dose of the session), out
    /// of 100: low and high end, equal unless the curve is a range.
    pub fn above_at(&self, minutes: f64) -> [f64; 2] {
        self.span(|c| c.above_at(minutes))
    }

    fn span(&self, of: impl Fn(&Counted) -> f64) -> [f64; 2] {
        let values = self.counts.iter().map(of);
        values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)])
    }
}

/// Simulates a sample of virtual subjects in every arm that is on.
///
/// # Errors
/// When an arm cannot be simulated, or `progress` says to stop.
pub fn population_outcome(
    scenario: &Scenario,
    library: &Library,
    sample: Sample,
    workers: &dyn Workers,
    progress: Progress,
) -> Result<PopulationOutcome> {
    let mut by_arm = ArmByArm::new(scenario, library, sample)?;
    loop {
        if let Some(all) = by_arm.step(scenario, library, workers, progress)? {
            return Ok(all);
        }
    }
}

/// Simulates a sample one arm at a time, for callers without a second thread that must stay responsive.
#[derive(Debug)]
pub struct ArmByArm {
    sample: Sample,
    on: Vec<usize>,
    arms: Vec<ArmPopulation>,
    drawn: ByModel,
}

impl ArmByArm {
    /// Checks the scenario and prepares the sample; no arm is simulated yet.
    ///
    /// # Errors
    /// When the scenario or the sample is refused.
    pub fn new(scenario: &Scenario, library: &Library, sample: Sample) -> Result<Self> {
        scenario.check(library)?;
        let on = (0..scenario.arms.len()).filter(|i| scenario.arms[*i].on).collect();
        Ok(Self { sample, on, arms: Vec::new(), drawn: ByModel::default() })
    }

    /// Simulates the next arm of the same scenario. `None` until the last arm is done, then the whole outcome.
    ///
    /// # Errors
    /// When the arm cannot be simulated, or `progress` says to stop.
    pub fn step(
        &mut self,
        scenario: &Scenario,
        library: &Library,
        workers: &dyn Workers,
        progress: Progress,
    ) -> Result<Option<PopulationOutcome>> {
        let (k, n) = (self.arms.len(), self.on.len());
        if let Some(&index) = self.on.get(k) {
            let part = |share: f64| progress((k as f64 + share) / n as f64);
            let first_draws = self.drawn.of(scenario, index, library, self.sample)?;
            self.arms.push(with_draws(scenario, index, library, (self.sample, first_draws), (workers, &part))?);
        }
        if self.arms.len() < n {
            return Ok(None);
        }
        let arms = std::mem::take(&mut self.arms);
        Ok(Some(PopulationOutcome { sample: self.sample, bodies: scenario.population.words(), arms }))
    }
}

/// Simulates a sample of virtual subjects in one arm, by its index in a checked scenario.
///
/// # Errors
/// When the arm cannot be simulated, or `progress` says to stop.
pub fn arm_population(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    sample: Sample,
    workers: &dyn Workers,
    progress: Progress,
) -> Result<ArmPopulation> {
    with_draws(scenario, index, library, (sample, room_for(sample)), (workers, progress))
}

/// Simulates the effects in one arm without bands over time, by its index in a checked scenario: in every session, or
/// only in the session with the given number. The window, the page, its JSON and the command line all count by this
/// function.
///
/// # Errors
/// When the arm cannot be simulated or has no such session, or `progress` says to stop.
pub fn counted(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    (sample, only): (Sample, Option<usize>),
    workers: &dyn Workers,
    progress: Progress,
) -> Result<Vec<SessionPopulation>> {
    counts(scenario, index, library, (sample, room_for(sample), only), (workers, progress))
}

/// In every session, or in one: under the curve, or under both ends of a range.
fn counts(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    (sample, first_draws, only): (Sample, FirstSamples, Option<usize>),
    (workers, progress): (&dyn Workers, Progress),
) -> Result<Vec<SessionPopulation>> {
    let arm = &scenario.arms[index];
    let model = arm.model_in(library)?;
    let schedule = arm.case(model, &scenario.subject_of(arm), library)?.schedule()?;
    let all = sessions(&schedule.doses, library.effects.session.gap.hours());
    let range = Caused::by(model, &schedule);
    let chosen: Vec<&Session> = all.iter().filter(|s| only.is_none_or(|number| s.number == number)).collect();
    if let (Some(number), true) = (only, chosen.is_empty()) {
        return Err(Error::input(format!("arm \"{}\" has no session {number}", arm.label))
            .remedy(format!("it has {}, counted from 1", all.len())));
    }
    let jobs = chosen.len().max(1) as f64;
    let mut list = Vec::new();
    for (k, session) in chosen.into_iter().enumerate() {
        let count = |end: &'static str, set: &Set, [from, part]: [f64; 2]| {
            let told = |s: f64| progress((k as f64 + from + part * s) / jobs);
            let drawn = (sample, first_draws.clone());
            let people = people_of(scenario, index, library, drawn, (set, session), (workers, &told))?;
            let windows = summed(&people.iter().collect::<Vec<_>>(), &library.effects);
            let above_level = PopulationAbove::of(people.iter().filter_map(|p| p.above_level), scenario.level());
            Ok::<_, Error>(Counted { end, above: above(&people), above_level, windows, people })
        };
        // a later dose does not turn an earlier session into a range
        let counts = match range.as_ref().and_then(|r| r.until(session.end)) {
            Some(range) => {
                let [low, high] = range.last();
                vec![count("low end", &low, [0.0, 0.5])?, count("high end", &high, [0.5, 0.5])?]
            }
            None => vec![count("", &Set::new(), [0.0, 1.0])?],
        };
        list.push(SessionPopulation::new(session, counts, &library.effects));
    }
    Ok(list)
}

/// As [`arm_population`], with draws that are shared with other arms of the model.
fn with_draws(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    (sample, first_draws): (Sample, FirstSamples),
    (workers, progress): (&dyn Workers, Progress),
) -> Result<ArmPopulation> {
    let go_on = |share: f64| if progress(share) { Ok(()) } else { Err(Error::stopped()) };
    let arm = &scenario.arms[index];
    let model = arm.model_in(library)?;
    let range = Caused::by(model, &arm.case(model, &scenario.subject_of(arm), library)?.schedule()?);
    let (mut bands, mut quartiles, mut done) = (None, Vec::new(), 0.0);
    if range.is_none() {
        done = 0.4;
        let wanting = (Wanting::Quartiles, &mut Vec::new());
        let part = |s: f64| progress(done * s);
        let found = one(scenario, index, library, (sample, first_draws.clone()), wanting, (workers, &part))?;
        (bands, quartiles) = (Some(found.0), found.1);
        go_on(done)?;
    }
    let part = |s: f64| progress(done + (0.95 - done) * s);
    let sessions = counts(scenario, index, library, (sample, first_draws, None), (workers, &part))?;
    go_on(0.95)?;
    Ok(ArmPopulation { index, label: arm.label.clone(), bands, quartiles, model: model.id.clone(), sessions })
}

/// Share of subjects above their own dissociative level, minute by minute until the last change (out of 100).
fn above(people: &[Person]) -> Vec<[f64; 2]> {
    let mut steps: Vec<(f64, i32)> = Vec::new();
    for person in people {
        steps.extend(person.begin.map(|t| (t, 1)));
        steps.extend(person.begin.and(person.end).map(|t| (t, -1)));
        steps.extend(person.gaps.iter().flat_map(|[from, to]| [(*from, -1), (*to, 1)]));
    }
    steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let share = |n: i32| 100.0 * f64::from(n) / people.len().max(1) as f64;
    let last = steps.last().map_or(0.0, |(t, _)| t.ceil());
    let (mut count, mut next, mut list) = (0, steps.iter().peekable(), Vec::new());
    for minute in 0..=last as usize {
        let minute = minute as f64;
        while let Some((_, step)) = next.next_if(|(t, _)| *t <= minute) {
            count += step;
        }
        list.push([minute, share(count)]);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::{InTurn, People};

    #[test]
    fn a_range_has_two_ends_and_no_bands() {
        let library = Library::embedded().unwrap();
        let scenario = Scenario::from_toml("test", Scenario::OPENING, &library).unwrap();
        let sample = Sample { people: People::literal::<60>(), seed: 1, every: None };
        let all = population_outcome(&scenario, &library, sample, &InTurn, &|_| true).unwrap();
        let outcome = scenario.run(&library, crate::Options::default()).unwrap();
        assert_eq!(all.arms.len(), outcome.arms.len());
        for (sample, arm) in all.arms.iter().zip(&outcome.arms) {
            assert_eq!((sample.index, sample.bands.is_none()), (arm.index, arm.range.is_some()), "{}", arm.label);
            assert_eq!(sample.sessions.len(), 1);
            let session = &sample.sessions[0];
            let ends: Vec<&str> = session.counts.iter().map(|c| c.end).collect();
            let expected: &[&str] = if arm.range.is_some() { &["low end", "high end"] } else { &[""] };
            assert_eq!(ends, expected, "{}: counted at each end", arm.label);
            assert_eq!(session.fading.len(), crate::population::DOTS);
            for counted in &session.counts {
                assert_eq!(counted.people.len(), 60);
                for [minute, share] in &counted.above {
                    assert!((counted.above_at(*minute) - share).abs() < 1e-9, "{} at {minute}", arm.label);
                }
            }
            let [low, high] = sample.above_at(60.0);
            assert!(low <= high);
        }
        assert!(population_outcome(&scenario, &library, sample, &InTurn, &|s| s < 0.4).is_err(), "it can be stopped");
    }

    /// Draws kept for other arms and curves change nothing, and the quartiles are those of the subjects themselves.
    #[test]
    fn kept_draws_change_nothing_and_quartiles_are_of_the_same_people() {
        let library = Library::embedded().unwrap();
        let scenario = Scenario::from_toml("test", Scenario::OPENING, &library).unwrap();
        let sample = Sample { people: People::literal::<300>(), seed: 1, every: None };
        let all = population_outcome(&scenario, &library, sample, &InTurn, &|_| true).unwrap();
        for arm in &all.arms {
            let alone = arm_population(&scenario, arm.index, &library, sample, &InTurn, &|_| true).unwrap();
            assert_eq!(*arm, alone);
        }
        let first = &all.arms[0];
        let people = crate::population::courses(&scenario, first.index, &library, sample, 0..300).unwrap();
        for (analyte, quartiles) in first.quartiles.iter().enumerate() {
            assert_eq!(quartiles.len(), people[0][analyte].len());
            for (point, found) in quartiles.iter().enumerate() {
                let mut row: Vec<f64> = people.iter().map(|p| p[analyte][point]).collect();
                row.sort_by(f64::total_cmp);
                for (found, p) in found.iter().zip([0.25, 0.75]) {
                    // by hand: position 299 p, between two neighbours
                    let at: f64 = 299.0 * p;
                    let (low, high) = (row[at as usize], row[at as usize + 1]);
                    let expected = low + at.fract() * (high - low);
                    assert!((found - expected).abs() <= 1e-12 * expected, "{found} and {expected} at {point}");
                }
            }
        }
    }

    /// A browser simulates one arm a frame: the subjects are the same as when all arms run at once.
    #[test]
    fn arm_by_arm_is_the_same_as_at_once() {
        let library = Library::embedded().unwrap();
        let scenario = Scenario::from_toml("test", Scenario::OPENING, &library).unwrap();
        let sample = Sample { people: People::literal::<40>(), seed: 1, every: None };
        let mut by_arm = ArmByArm::new(&scenario, &library, sample).unwrap();
        let on = scenario.arms.iter().filter(|a| a.on).count();
        for _ in 1..on {
            assert_eq!(by_arm.step(&scenario, &library, &InTurn, &|_| true), Ok(None));
        }
        let all = by_arm.step(&scenario, &library, &InTurn, &|_| true).unwrap().unwrap();
        assert_eq!(all, population_outcome(&scenario, &library, sample, &InTurn, &|_| true).unwrap());
    }

    /// Effect windows are most of the work: they report progress and can be stopped part-way.
    #[test]
    fn counting_can_be_stopped_part_way() {
        let library = Library::embedded().unwrap();
        let scenario = Scenario::from_toml("test", Scenario::OPENING, &library).unwrap();
        let sample = Sample { people: People::literal::<1_000>(), seed: 1, every: None };
        let told = std::sync::Mutex::new(Vec::new());
        let until = |most: f64| {
            told.lock().unwrap().clear();
            let progress = |share: f64| {
                told.lock().unwrap().push(share);
                share < most
            };
            arm_population(&scenario, 0, &library, sample, &InTurn, &progress)
        };
        assert!(until(2.0).is_ok());
        let within = told.lock().unwrap().iter().filter(|s| (0.45..0.95).contains(*s)).count();
        assert!(within >= 3, "{within}");
        assert!(until(0.6).unwrap_err().is_stopped());
        assert!(told.lock().unwrap().iter().filter(|s| **s >= 0.6).count() == 1, "nothing is done after that");
    }
}
