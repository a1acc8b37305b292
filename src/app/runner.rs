//! Runs the scenario when it changed, and keeps the last good outcome when it cannot be run.

use super::people::People;
use super::platform::Stopwatch;
use crate::error::{Error, Step};
use crate::figure::{Figure, PointSet, View};
use crate::library::Library;
use crate::outcome::{ArmOutcome, Options, Outcome, swapped};
use crate::scenario::Scenario;

/// What is on the screen and what it was made from.
#[derive(Debug, Default)]
pub struct Shown {
    /// The scenario last looked at, whether it could be run or not.
    tried: Option<Scenario>,
    /// The last outcome that could be run.
    pub outcome: Option<Outcome>,
    /// Why the present scenario cannot be run.
    pub error: Option<Error>,
    /// The picture of the outcome.
    pub figure: Option<Figure>,
    drawn: Option<(View, usize, u64)>,
    /// The scenario that the outcome is of.
    ran: Option<Scenario>,
    swap: Option<Swap>,
    /// How often a scenario was run; tests see that idle frames run nothing.
    pub runs: u64,
    /// Milliseconds the last run took.
    pub elapsed_ms: f64,
}

/// A model was taken for an arm in place of another.
#[derive(Debug)]
struct Swap {
    index: usize,
    before: ArmOutcome,
    /// What it changed and the scenario that it holds for, once that was run.
    said: Option<(String, Scenario)>,
}

impl Shown {
    /// Remembers an arm before another model is taken for it.
    pub fn before_swap(&mut self, index: usize) {
        let before = self.outcome.as_ref().and_then(|o| o.arms.iter().find(|a| a.index == index));
        self.swap = before.map(|arm| Swap { index, before: arm.clone(), said: None });
    }

    /// What the last swap of this arm's model changed, until an edit that bears on it.
    pub fn swap_of(&self, index: usize) -> Option<&str> {
        let swap = self.swap.as_ref().filter(|s| s.index == index)?;
        swap.said.as_ref().map(|(line, _)| line.as_str())
    }

    /// The swap was read.
    pub fn forget_swap(&mut self) {
        self.swap = None;
    }

    fn settle_swap(&mut self, scenario: &Scenario) {
        let Some(mut swap) = self.swap.take() else { return };
        let arm = self.outcome.as_ref().and_then(|o| o.arms.iter().find(|a| a.index == swap.index));
        let line = match (&swap.said, arm, &self.error) {
            (Some((line, of)), ..) if bears_on(of, swap.index) == bears_on(scenario, swap.index) => Some(line.clone()),
            (None, Some(arm), None) => swapped(&swap.before, arm),
            _ => None,
        };
        self.swap = line.map(|line| {
            swap.said = Some((line, scenario.clone()));
            swap
        });
    }

    /// Runs what changed; nothing when nothing did.
    pub fn update(&mut self, scenario: &Scenario, library: &Library) {
        if self.tried.as_ref() != Some(scenario) {
            self.run(scenario, library);
            self.settle_swap(scenario);
        }
    }

    /// Redraws what changed, with the people behind it.
    pub fn redraw_changed(&mut self, view: &View, points: &[PointSet], people: &People, library: &Library) {
        let wanted = (view.clone(), points.len(), people.changes);
        if self.drawn.as_ref() != Some(&wanted) {
            let crowd = people.outcome.as_ref();
            self.figure = self.outcome.as_ref().map(|o| Figure::with_crowd(o, view, library, points, crowd));
            self.drawn = Some(wanted);
        }
    }

    /// The scenario that what is shown is of: the last one that could be run.
    pub fn scenario(&self) -> Option<&Scenario> {
        self.ran.as_ref()
    }

    fn run(&mut self, scenario: &Scenario, library: &Library) {
        let watch = Stopwatch::start();
        let result = scenario.run(library, Options::default());
        self.elapsed_ms = watch.milliseconds();
        self.runs += 1;
        self.tried = Some(scenario.clone());
        match result {
            Ok(outcome) => {
                self.outcome = Some(outcome);
                self.ran = Some(scenario.clone());
                self.error = None;
                self.drawn = None;
            }
            Err(error) => self.error = Some(error),
        }
    }

    /// Forces the next update to draw again, for example when points were replaced by as many others.
    pub fn redraw(&mut self) {
        self.drawn = None;
    }

    /// Forces the next update to run again, for example when the library grew.
    pub fn rerun(&mut self) {
        self.tried = None;
    }

    /// The refusal, when it is about this arm.
    pub fn error_of_arm(&self, index: usize) -> Option<&Error> {
        self.error.as_ref().filter(|e| e.path().starts_with(&[Step::from("arm"), Step::from(index)]))
    }

    /// The refusal, when it is about anything but an arm.
    pub fn error_elsewhere(&self) -> Option<&Error> {
        self.error.as_ref().filter(|e| e.path().first() != Some(&Step::from("arm")))
    }
}

/// What of a scenario changes the figures of an arm.
fn bears_on(
    scenario: &Scenario,
    index: usize,
) -> (Option<&crate::scenario::StudyArm>, &crate::subject::Subject, crate::units::Time) {
    (scenario.arms.get(index), &scenario.subject, scenario.horizon)
}
