//! All that is shown of made-up people: bands, quartiles and windows of every arm, the two ends of a range apart.

use super::bands::one;
use super::dots::{Dot, fading_dots, noticing_dots};
use super::draw::FirstDraws;
use super::windows::{summed, windows_of};
use super::{ArmBands, Crowd, PeopleWindows, Person, Progress, Workers, quartiles};
use crate::error::{Error, Result};
use crate::library::Library;
use crate::model::Range;
use crate::scenario::Scenario;
use crate::sim::Solver;
use crate::units::{Amount, MINUTES_PER_HOUR};
use std::collections::BTreeMap;

/// A crowd given every arm that is on.
#[derive(Debug, Clone, PartialEq)]
pub struct CrowdOutcome {
    /// How many, and which.
    pub crowd: Crowd,
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
    /// When people may notice something and when that fades; for a range, the people of both ends together.
    pub windows: PeopleWindows,
    /// The low and the high end of a range, each with everybody.
    pub ends: Option<[PeopleWindows; 2]>,
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

    /// How many of 100 reach their own level at all: low and high.
    pub fn reaching(&self) -> [f64; 2] {
        self.span(|w| 100.0 * w.share_reaching)
    }

    fn span(&self, of: impl Fn(&PeopleWindows) -> f64) -> [f64; 2] {
        let Some([low, high]) = &self.ends else { return [of(&self.windows); 2] };
        let (a, b) = (of(low), of(high));
        [a.min(b), a.max(b)]
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
    crowd.check()?;
    scenario.check(library)?;
    let on: Vec<usize> = (0..scenario.arms.len()).filter(|i| scenario.arms[*i].on).collect();
    let mut arms = Vec::new();
    for (k, &index) in on.iter().enumerate() {
        let part = |share: f64| progress((k as f64 + share) / on.len() as f64);
        arms.push(arm_crowd(scenario, index, library, crowd, workers, &part)?);
    }
    Ok(CrowdOutcome { crowd, arms })
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
    let go_on = |share: f64| if progress(share) { Ok(()) } else { Err(Error::cannot("stopped")) };
    let (mut band, mut inner, mut ends) = (None, Vec::new(), None);
    let windows = match range_of(scenario, index, library)? {
        Some(range) => {
            let low = windows_of(scenario, index, library, crowd, workers, &range.low.set)?;
            go_on(0.5)?;
            let high = windows_of(scenario, index, library, crowd, workers, &range.high.set)?;
            let both: Vec<Person> = low.people.iter().chain(&high.people).copied().collect();
            let pooled = summed(index, &low.label, &low.model, both);
            ends = Some([low, high]);
            pooled
        }
        None => {
            band =
                Some(one(scenario, index, library, (crowd, FirstDraws::default()), workers, &|s| progress(0.3 * s))?);
            inner = quartiles(scenario, index, library, crowd, workers, &|s| progress(0.3 + 0.2 * s))?;
            go_on(0.5)?;
            windows_of(scenario, index, library, crowd, workers, &BTreeMap::new())?
        }
    };
    go_on(0.95)?;
    let above = above(&windows.people, scenario.horizon.hours() * MINUTES_PER_HOUR);
    let (noticing, fading) = (noticing_dots(&windows.people), fading_dots(&windows.people));
    Ok(ArmCrowd { index, bands: band, quartiles: inner, windows, ends, above, noticing, fading })
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
    Ok(arm.routes().iter().find_map(|r| model.range(*r, Amount::from_mg(followed.given_by(*r)))))
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
            assert_eq!(crowd.ends.is_some(), arm.range.is_some());
            let n = if arm.range.is_some() { 120 } else { 60 };
            assert_eq!(crowd.windows.people.len(), n);
            for [minute, share] in &crowd.above {
                assert!((crowd.windows.above_at(*minute) - share).abs() < 1e-9, "{} at {minute}", arm.label);
            }
            let [low, high] = crowd.above_at(60.0);
            assert!(low <= high);
        }
        assert!(crowd_outcome(&scenario, &library, crowd, &InTurn, &|s| s < 0.4).is_err(), "it can be stopped");
    }
}
