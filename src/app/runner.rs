//! Runs the scenario when it changed, and keeps the last good outcome when it cannot be run.

use super::platform::Stopwatch;
use crate::error::{Error, Step};
use crate::figure::{Figure, PointSet, View};
use crate::library::Library;
use crate::outcome::{Options, Outcome};
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
    drawn: Option<(View, usize)>,
    /// How often a scenario was run; tests see that idle frames run nothing.
    pub runs: u64,
    /// Milliseconds the last run took.
    pub elapsed_ms: f64,
}

impl Shown {
    /// Runs and redraws what changed; nothing when nothing did.
    pub fn update(&mut self, scenario: &Scenario, view: &View, points: &[PointSet], library: &Library) {
        if self.tried.as_ref() != Some(scenario) {
            self.run(scenario, library);
        }
        let wanted = (view.clone(), points.len());
        if self.drawn.as_ref() != Some(&wanted) {
            self.figure = self.outcome.as_ref().map(|o| Figure::new(o, view, library, points));
            self.drawn = Some(wanted);
        }
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
