//! All that is shown of made-up people: bands, quartiles and windows of every arm, the two ends of a range apart.

use super::bands::{Wanting, one};
use super::dots::{Dot, fading_dots, noticing_dots};
use super::draw::{ByModel, FirstDraws, room_for};
use super::windows::windows_of;
use super::{ArmBands, Crowd, MAY_NOT_FEEL, PeopleWindows, Person, Progress, Workers};
use crate::error::{Error, Result};
use crate::library::Library;
use crate::model::Range;
use crate::model::expr::Expr;
use crate::scenario::Scenario;
use crate::sim::Solver;
use crate::units::{Amount, MINUTES_PER_HOUR};
use std::collections::BTreeMap;

/// A crowd given every arm that is on.
#[derive(Debug, Clone, PartialEq)]
pub struct CrowdOutcome {
    /// How many, and which.
    pub crowd: Crowd,
    /// How their weight and age differ, in words; none where everybody has the subject's.
    pub bodies: Option<String>,
    /// By arm, in order.
    pub arms: Vec<ArmCrowd>,
}

/// A crowd given one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmCrowd {
    /// Index in the scenario.
    pub index: usize,
    /// Percentiles over time; none for an arm whose curve is a range: its two ends are another kind of not knowing.
    pub bands: Option<ArmBands>,
    /// 25th and 75th percentile by analyte and point, beside the bands.
    pub quartiles: Vec<Vec<[f64; 2]>>,
    /// Model.
    pub model: String,
    /// Everybody, counted; for a range twice, at its low end and at its high end. The two are never put together:
    /// ends are doubt about the model, people are spread.
    pub counts: Vec<Counted>,
}

/// Everybody under one curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// "low end" or "high end" of a range; empty for a curve that is none.
    pub end: &'static str,
    /// When people may notice something and when that fades.
    pub windows: PeopleWindows,
    /// How many of 100 are above their own level of the dissociative part: minute and number.
    pub above: Vec<[f64; 2]>,
    /// Twenty who stand for all: when something is noticed.
    pub noticing: Vec<Dot>,
    /// When main effects fade.
    pub fading: Vec<Dot>,
}

impl CrowdOutcome {
    /// What people do in an arm, by its index in the scenario.
    pub fn arm(&self, index: usize) -> Option<&ArmCrowd> {
        self.arms.iter().find(|a| a.index == index)
    }
}

impl ArmCrowd {
    /// How many of 100 are above their own level at a time (minutes): low and high, equal but for a range.
    pub fn above_at(&self, minutes: f64) -> [f64; 2] {
        self.span(|w| w.above_at(minutes))
    }

    /// People.
    pub fn people(&self) -> usize {
        self.counts.first().map_or(0, |c| c.windows.people.len())
    }

    /// How many of 100 reach their own level at all: low and high.
    pub fn reaching(&self) -> [f64; 2] {
        self.span(|w| 100.0 * w.share_reaching)
    }

    /// Whether [`super::MAY_NOT_FEEL`] is said of the dissociative part; of a range, at which of its ends.
    pub fn few_reach(&self) -> Option<String> {
        let few: Vec<&str> = self.counts.iter().filter(|c| c.windows.few_reach).map(|c| c.end).collect();
        match few.as_slice() {
            [] => None,
            [end] if self.counts.len() > 1 => Some(format!("{MAY_NOT_FEEL} at its {end}")),
            _ => Some(MAY_NOT_FEEL.to_owned()),
        }
    }

    fn span(&self, of: impl Fn(&PeopleWindows) -> f64) -> [f64; 2] {
        let values = self.counts.iter().map(|c| of(&c.windows));
        values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)])
    }
}

/// Simulates a crowd for every arm that is on.
///
/// # Errors
/// When an arm cannot be simulated, or `progress` says to stop.
pub fn crowd_outcome(
    scenario: &Scenario,
    library: &Library,
    crowd: Crowd,
    workers: &dyn Workers,
    progress: Progress,
) -> Result<CrowdOutcome> {
    let mut by_arm = ArmByArm::new(scenario, library, crowd)?;
    loop {
        if let Some(all) = by_arm.step(scenario, library, workers, progress)? {
            return Ok(all);
        }
    }
}

/// A crowd worked out one arm at a time, for those who have no second thread and must not stay away long.
#[derive(Debug)]
pub struct ArmByArm {
    crowd: Crowd,
    on: Vec<usize>,
    arms: Vec<ArmCrowd>,
    drawn: ByModel,
}

impl ArmByArm {
    /// Before the first arm.
    ///
    /// # Errors
    /// When the scenario or the crowd is refused.
    pub fn new(scenario: &Scenario, library: &Library, crowd: Crowd) -> Result<Self> {
        crowd.check()?;
        scenario.check(library)?;
        let on = (0..scenario.arms.len()).filter(|i| scenario.arms[*i].on).collect();
        Ok(Self { crowd, on, arms: Vec::new(), drawn: ByModel::default() })
    }

    /// The next arm of the same scenario; everything, once it was the last.
    ///
    /// # Errors
    /// When the arm cannot be simulated, or `progress` says to stop.
    pub fn step(
        &mut self,
        scenario: &Scenario,
        library: &Library,
        workers: &dyn Workers,
        progress: Progress,
    ) -> Result<Option<CrowdOutcome>> {
        let (k, n) = (self.arms.len(), self.on.len());
        if let Some(&index) = self.on.get(k) {
            let part = |share: f64| progress((k as f64 + share) / n as f64);
            let first_draws = self.drawn.of(scenario.arms[index].model_in(library)?, self.crowd);
            self.arms.push(with_draws(scenario, index, library, (self.crowd, first_draws), (workers, &part))?);
        }
        if self.arms.len() < n {
            return Ok(None);
        }
        let arms = std::mem::take(&mut self.arms);
        Ok(Some(CrowdOutcome { crowd: self.crowd, bodies: scenario.population.words(), arms }))
    }
}

/// Simulates a crowd for one arm, by its index in a checked scenario.
///
/// # Errors
/// When the arm cannot be simulated, or `progress` says to stop.
pub fn arm_crowd(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    crowd: Crowd,
    workers: &dyn Workers,
    progress: Progress,
) -> Result<ArmCrowd> {
    with_draws(scenario, index, library, (crowd, room_for(crowd)), (workers, progress))
}

/// Everybody of one arm counted, without bands over time: by its index in a checked scenario.
///
/// # Errors
/// When the arm cannot be simulated, or `progress` says to stop.
pub fn counted(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    crowd: Crowd,
    workers: &dyn Workers,
    progress: Progress,
) -> Result<Vec<Counted>> {
    let range = range_of(scenario, index, library)?;
    counts(scenario, index, library, range, (crowd, room_for(crowd)), (workers, progress))
}

/// Under the curve, or under both ends of the range that one line would hide.
fn counts(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    range: Option<&Range>,
    (crowd, first_draws): (Crowd, FirstDraws),
    (workers, progress): (&dyn Workers, Progress),
) -> Result<Vec<Counted>> {
    let until = scenario.horizon.hours() * MINUTES_PER_HOUR;
    let count = |end: &'static str, set: &BTreeMap<String, Expr>, progress: Progress| {
        let windows = windows_of(scenario, index, library, (crowd, first_draws.clone()), set, (workers, progress))?;
        Ok(Counted {
            end,
            above: above(&windows.people, until),
            noticing: noticing_dots(&windows.people),
            fading: fading_dots(&windows.people),
            windows,
        })
    };
    let Some(range) = range else { return Ok(vec![count("", &BTreeMap::new(), progress)?]) };
    let low = count("low end", &range.low.set, &|s| progress(0.5 * s))?;
    Ok(vec![low, count("high end", &range.high.set, &|s| progress(0.5 + 0.5 * s))?])
}

/// The same, with draws kept for other arms of the model.
fn with_draws(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    (crowd, first_draws): (Crowd, FirstDraws),
    (workers, progress): (&dyn Workers, Progress),
) -> Result<ArmCrowd> {
    let go_on = |share: f64| if progress(share) { Ok(()) } else { Err(Error::cannot("stopped")) };
    let range = range_of(scenario, index, library)?;
    let (mut bands, mut quartiles, mut done) = (None, Vec::new(), 0.0);
    if range.is_none() {
        done = 0.4;
        let wanting = (Wanting::Quartiles, &mut Vec::new());
        let part = |s: f64| progress(done * s);
        let found = one(scenario, index, library, (crowd, first_draws.clone()), wanting, (workers, &part))?;
        (bands, quartiles) = (Some(found.0), found.1);
        go_on(done)?;
    }
    let part = |s: f64| progress(done + (0.95 - done) * s);
    let counts = counts(scenario, index, library, range, (crowd, first_draws), (workers, &part))?;
    go_on(0.95)?;
    let model = scenario.arms[index].model_in(library)?.id.clone();
    Ok(ArmCrowd { index, bands, quartiles, model, counts })
}

/// The range that one line would hide, as for one person.
fn range_of<'a>(scenario: &Scenario, index: usize, library: &'a Library) -> Result<Option<&'a Range>> {
    let arm = &scenario.arms[index];
    let model = arm.model_in(library)?;
    if model.ranges.is_empty() {
        return Ok(None);
    }
    let case = arm.case(model, &scenario.subject, library)?;
    // what is given does not depend on points
    let horizon = scenario.horizon.hours();
    let followed = case.follow(&BTreeMap::new(), horizon, horizon, Solver::default())?;
    let largest = |r| Amount::from_mg(followed.schedule.largest_single(r, f64::INFINITY));
    Ok(arm.routes().iter().find_map(|r| model.range(*r, largest(*r))))
}

/// How many of 100 are above their own level, at 241 times up to a time in minutes.
fn above(people: &[Person], until: f64) -> Vec<[f64; 2]> {
    const STEPS: usize = 240;
    let reaching = || people.iter().filter(|p| p.reaches);
    let mut begins: Vec<f64> = reaching().filter_map(|p| p.begin).collect();
    let mut ends: Vec<f64> = reaching().filter_map(|p| p.end).collect();
    begins.sort_by(f64::total_cmp);
    ends.sort_by(f64::total_cmp);
    let up_to = |list: &[f64], t: f64| list.partition_point(|v| *v <= t);
    (0..=STEPS)
        .map(|i| {
            let t = until * i as f64 / STEPS as f64;
            let n = up_to(&begins, t).saturating_sub(up_to(&ends, t));
            [t, 100.0 * n as f64 / people.len().max(1) as f64]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::InTurn;

    #[test]
    fn a_range_has_two_ends_and_no_bands() {
        let library = Library::embedded().unwrap();
        let scenario = Scenario::from_toml("test", Scenario::OPENING, &library).unwrap();
        let crowd = Crowd { people: 60, seed: 1, every: None };
        let all = crowd_outcome(&scenario, &library, crowd, &InTurn, &|_| true).unwrap();
        let outcome = scenario.run(&library, crate::Options::default()).unwrap();
        assert_eq!(all.arms.len(), outcome.arms.len());
        for (crowd, arm) in all.arms.iter().zip(&outcome.arms) {
            assert_eq!((crowd.index, crowd.bands.is_none()), (arm.index, arm.range.is_some()), "{}", arm.label);
            let ends: Vec<&str> = crowd.counts.iter().map(|c| c.end).collect();
            let expected: &[&str] = if arm.range.is_some() { &["low end", "high end"] } else { &[""] };
            assert_eq!(ends, expected, "{}: the two ends are never put together", arm.label);
            for counted in &crowd.counts {
                assert_eq!((counted.windows.people.len(), counted.fading.len()), (60, crate::people::DOTS));
                for [minute, share] in &counted.above {
                    assert!((counted.windows.above_at(*minute) - share).abs() < 1e-9, "{} at {minute}", arm.label);
                }
            }
            let [low, high] = crowd.above_at(60.0);
            assert!(low <= high);
        }
        assert!(crowd_outcome(&scenario, &library, crowd, &InTurn, &|s| s < 0.4).is_err(), "it can be stopped");
    }

    /// Draws kept for other arms and curves change nothing, and the quartiles are those of the people themselves.
    #[test]
    fn kept_draws_change_nothing_and_quartiles_are_of_the_same_people() {
        let library = Library::embedded().unwrap();
        let scenario = Scenario::from_toml("test", Scenario::OPENING, &library).unwrap();
        let crowd = Crowd { people: 300, seed: 1, every: None };
        let all = crowd_outcome(&scenario, &library, crowd, &InTurn, &|_| true).unwrap();
        for arm in &all.arms {
            let alone = arm_crowd(&scenario, arm.index, &library, crowd, &InTurn, &|_| true).unwrap();
            assert_eq!(*arm, alone);
        }
        let first = &all.arms[0];
        let people = crate::people::courses(&scenario, first.index, &library, crowd, 0..300).unwrap();
        for (analyte, quartiles) in first.quartiles.iter().enumerate() {
            assert_eq!(quartiles.len(), people[0][analyte].len());
            for (point, found) in quartiles.iter().enumerate() {
                let mut row: Vec<f64> = people.iter().map(|p| p[analyte][point]).collect();
                row.sort_by(f64::total_cmp);
                for (found, p) in found.iter().zip([0.25, 0.75]) {
                    // by hand: place 299 p, between two neighbours
                    let at: f64 = 299.0 * p;
                    let (low, high) = (row[at as usize], row[at as usize + 1]);
                    let expected = low + at.fract() * (high - low);
                    assert!((found - expected).abs() <= 1e-12 * expected, "{found} and {expected} at {point}");
                }
            }
        }
    }

    /// A browser takes an arm a frame: the same people as in one piece.
    #[test]
    fn arm_by_arm_is_the_same_as_at_once() {
        let library = Library::embedded().unwrap();
        let scenario = Scenario::from_toml("test", Scenario::OPENING, &library).unwrap();
        let crowd = Crowd { people: 40, seed: 1, every: None };
        let mut by_arm = ArmByArm::new(&scenario, &library, crowd).unwrap();
        let on = scenario.arms.iter().filter(|a| a.on).count();
        for _ in 1..on {
            assert_eq!(by_arm.step(&scenario, &library, &InTurn, &|_| true), Ok(None));
        }
        let all = by_arm.step(&scenario, &library, &InTurn, &|_| true).unwrap().unwrap();
        assert_eq!(all, crowd_outcome(&scenario, &library, crowd, &InTurn, &|_| true).unwrap());
    }

    /// Windows are most of the work: they are told of and stopped part-way.
    #[test]
    fn counting_can_be_stopped_part_way() {
        let library = Library::embedded().unwrap();
        let scenario = Scenario::from_toml("test", Scenario::OPENING, &library).unwrap();
        let crowd = Crowd { people: 1_000, seed: 1, every: None };
        let told = std::sync::Mutex::new(Vec::new());
        let until = |most: f64| {
            told.lock().unwrap().clear();
            let progress = |share: f64| {
                told.lock().unwrap().push(share);
                share < most
            };
            arm_crowd(&scenario, 0, &library, crowd, &InTurn, &progress)
        };
        assert!(until(2.0).is_ok());
        let within = told.lock().unwrap().iter().filter(|s| (0.45..0.95).contains(*s)).count();
        assert!(within >= 3, "{within}");
        assert_eq!(until(0.6).unwrap_err().what(), "stopped");
        assert!(told.lock().unwrap().iter().filter(|s| **s >= 0.6).count() == 1, "nothing is done after that");
    }
}
