//! Runs the scenario when it changed, and keeps the last good outcome when it cannot be run.

use super::platform::{Background, Stopwatch};
use super::revision::{Made, Revised, simulates_same};
use crate::error::{Error, Result};
use crate::figure::{Figure, PointSet, View};
use crate::library::Library;
use crate::outcome::{ArmAbove, ArmOutcome, Options, Outcome, swapped};
use crate::population::PopulationOutcome;
use crate::scenario::{LevelLine, Scenario};
use std::sync::Arc;

/// The outcome on the screen and what it was made from.
#[derive(Debug, Default)]
pub struct Shown {
    /// The scenario of the last attempt, whether it could be run or not.
    tried: Option<Tried>,
    /// The last outcome that could be run.
    pub outcome: Option<Outcome>,
    /// Why nothing of the present scenario can be run. `None` where something can.
    pub error: Option<Error>,
    /// Arms that cannot be run, by index, with the reason. The others are run.
    pub arm_errors: Vec<(usize, Error)>,
    figure: Made<Drawn, Option<Figure>>,
    /// The scenario of the outcome.
    ran: Option<Scenario>,
    /// Revision: increases when that scenario gives other curves or virtual subjects.
    simulated: u64,
    swap: Option<Swap>,
    running: Option<Running>,
    /// The run that the user stopped. It is not started again automatically.
    stopped: Option<Source>,
    /// Revision of the outcome: number of runs so far.
    pub runs: u64,
    /// Duration of the last run, ms.
    pub elapsed_ms: f64,
}

/// Largest number of administrations (with every spray counted) that is run inside a frame.
pub const MOST_IN_A_FRAME: u64 = 24;

/// Results of arms, by index.
type Arms = Vec<(usize, Result<ArmOutcome>)>;

/// Revisions of the data that an outcome is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Source {
    scenario: u64,
    library: u64,
}

/// The scenario of an attempt, and its number of arms.
#[derive(Debug, Clone, Copy)]
struct Tried {
    source: Source,
    arms: usize,
}

/// Revisions of the data that a picture of the outcome is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    runs: u64,
    view: u64,
    points: u64,
    people: u64,
    level: Option<u64>,
}

/// A run in the background.
#[derive(Debug)]
struct Running {
    of: Tried,
    before: Option<Tried>,
    /// The job. Its result is `None` when it was stopped.
    job: Background<Option<Result<Arms>>>,
    watch: Stopwatch,
}

/// A change of an arm's model.
#[derive(Debug)]
struct Swap {
    index: usize,
    before: ArmOutcome,
    /// What it changed and for which scenario, once that was run.
    said: Option<(String, Scenario)>,
}

impl Shown {
    /// Remembers an arm before its model is changed.
    pub fn before_swap(&mut self, index: usize) {
        let before = self.outcome.as_ref().and_then(|o| o.arms.iter().find(|a| a.index == index));
        self.swap = before.map(|arm| Swap { index, before: arm.clone(), said: None });
    }

    /// What the last change of this arm's model changed. `None` after an edit that affects it.
    pub fn swap_of(&self, index: usize) -> Option<&str> {
        let swap = self.swap.as_ref().filter(|s| s.index == index)?;
        swap.said.as_ref().map(|(line, _)| line.as_str())
    }

    /// Dismisses the note on the last change of model.
    pub fn forget_swap(&mut self) {
        self.swap = None;
    }

    fn settle_swap(&mut self, scenario: &Scenario) {
        let Some(mut swap) = self.swap.take() else { return };
        let arm = self.outcome.as_ref().and_then(|o| o.arms.iter().find(|a| a.index == swap.index));
        let line = match (&swap.said, arm, self.first_error()) {
            (Some((line, of)), ..) if bears_on(of, swap.index) == bears_on(scenario, swap.index) => Some(line.clone()),
            (None, Some(arm), None) => swapped(&swap.before, arm),
            _ => None,
        };
        self.swap = line.map(|line| {
            swap.said = Some((line, scenario.clone()));
            swap
        });
    }

    /// Runs a scenario of this revision, if that was not done. A run that would hold up a frame runs in the background.
    pub fn update(
        &mut self,
        ctx: &egui::Context,
        (scenario, revision): (&Scenario, u64),
        library: &Revised<Arc<Library>>,
    ) {
        let source = Source { scenario: revision, library: library.revision() };
        if let Some(running) = &mut self.running {
            let stale = running.of.source != source;
            if stale {
                running.job.stop();
            }
            let Some(answer) = running.job.take() else { return };
            let Some(Running { before, watch, .. }) = self.running.take() else { return };
            match answer {
                Some(arms) if !stale => self.settle(scenario, before, arms, watch.milliseconds()),
                _ => self.tried = before,
            }
            if !stale {
                return self.settle_swap(scenario);
            }
        }
        if self.tried.is_some_and(|tried| tried.source == source) || self.stopped == Some(source) {
            return;
        }
        self.stopped = None;
        let of = Tried { source, arms: scenario.arms.len() };
        let before = self.tried.replace(of);
        if scenario.administrations_in_all(library) > MOST_IN_A_FRAME {
            let job = beside(ctx, scenario.clone(), Arc::clone(library));
            self.running = Some(Running { of, before, job, watch: Stopwatch::start() });
            return;
        }
        let watch = Stopwatch::start();
        let arms = scenario.run_each(library, Options::default());
        self.settle(scenario, before, arms, watch.milliseconds());
        self.settle_swap(scenario);
    }

    /// Stops the run in progress until the scenario changes or [`Shown::go_on`] is called.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.job.stop();
            self.tried = running.before;
            self.stopped = Some(running.of.source);
        }
    }

    /// Starts the stopped run again.
    pub fn go_on(&mut self) {
        self.stopped = None;
    }

    /// Whether the run of the present scenario was stopped.
    pub fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// Share of the run of the present scenario that is done, 0 to 1. `None` while none is in progress.
    pub fn progress(&self) -> Option<f64> {
        self.running.as_ref().map(|running| running.job.share())
    }

    /// Makes the picture again where the view, the measured points or the virtual subjects changed, by their revisions.
    pub fn draw(
        &mut self,
        (view, revision): (&View, u64),
        points: &Revised<Vec<PointSet>>,
        (sample, people): (Option<&PopulationOutcome>, u64),
        library: &Library,
    ) {
        let outcome = self.outcome.as_ref();
        let level = outcome.and_then(|o| o.level);
        let bits = level.map(|l| l.ng_ml().to_bits());
        let key = Drawn { runs: self.runs, view: revision, points: points.revision(), people, level: bits };
        self.figure.update(key, || outcome.map(|o| Figure::with_crowd(o, view, library, points, sample)));
    }

    /// Shows the outcome with this level line, without a run.
    pub fn set_level(&mut self, level: Option<LevelLine>) {
        if let Some(outcome) = &mut self.outcome {
            outcome.level = level;
        }
    }

    /// Time of an arm above the level line, by its place in the outcome. `None` without a line.
    pub fn above(&self, place: usize) -> Option<&ArmAbove> {
        self.figure()?.above.get(place)
    }

    /// The figure of the outcome. `None` where there is none.
    pub fn figure(&self) -> Option<&Figure> {
        self.figure.get()?.as_ref()
    }

    /// The scenario of what is shown: the last one that could be run.
    pub fn scenario(&self) -> Option<&Scenario> {
        self.ran.as_ref()
    }

    /// Revision of that scenario: increases when it gives other curves or virtual subjects.
    pub fn simulated(&self) -> u64 {
        self.simulated
    }

    fn settle(&mut self, scenario: &Scenario, before: Option<Tried>, arms: Result<Arms>, elapsed_ms: f64) {
        self.elapsed_ms = elapsed_ms;
        self.runs += 1;
        let arms = match arms {
            Ok(arms) => arms,
            Err(error) => {
                self.arm_errors.clear();
                self.error = Some(error);
                return;
            }
        };
        self.error = None;
        self.arm_errors.clear();
        // how it is shown is followed without a run, so what ran does not have it
        let (mut all, mut ran) = (Vec::new(), Scenario { view: None, ..scenario.clone() });
        for (index, arm) in arms {
            match arm {
                Ok(arm) => all.push(arm),
                Err(error) => {
                    // its last state is still shown, in a pale colour
                    all.extend(self.last_good(index, scenario, before));
                    ran.arms[index].on = false;
                    self.arm_errors.push((index, error));
                }
            }
        }
        self.outcome = Some(scenario.outcome(all));
        self.simulated += u64::from(self.ran.as_ref().is_none_or(|before| !simulates_same(before, &ran)));
        self.ran = Some(ran);
    }

    /// The arm in the state in which it could last be run.
    fn last_good(&self, index: usize, scenario: &Scenario, before: Option<Tried>) -> Option<ArmOutcome> {
        // arms may have been added or removed since, then the label identifies it
        let same_list = before.is_some_and(|b| b.arms == scenario.arms.len());
        let label = &scenario.arms[index].label;
        let was = |a: &&ArmOutcome| if same_list { a.index == index } else { a.label == *label };
        let arm = self.outcome.as_ref()?.arms.iter().find(was)?;
        Some(ArmOutcome { faded: true, index, label: label.clone(), ..arm.clone() })
    }

    /// The outcome of what can be run now, for files and the clipboard.
    pub fn current(&self) -> Option<Outcome> {
        let mut outcome = self.outcome.clone().filter(|_| self.running.is_none() && self.stopped.is_none())?;
        outcome.arms.retain(|a| !a.faded);
        Some(outcome)
    }

    /// The error of an arm, by its index.
    pub fn error_of_arm(&self, index: usize) -> Option<&Error> {
        self.arm_errors.iter().find(|(i, _)| *i == index).map(|(_, error)| error)
    }

    /// The first error, of the whole scenario or of an arm.
    pub fn first_error(&self) -> Option<&Error> {
        self.error.as_ref().or(self.arm_errors.first().map(|(_, error)| error))
    }
}

/// Runs the arms of a scenario one after another in the background, until it is told to stop.
fn beside(ctx: &egui::Context, scenario: Scenario, library: Arc<Library>) -> Background<Option<Result<Arms>>> {
    let on: Vec<usize> = (0..scenario.arms.len()).filter(|i| scenario.arms[*i].on).collect();
    let mut found = Arms::new();
    Background::start(ctx, move |progress| {
        if let Err(e) = scenario.check_head(&library) {
            return Some(Some(Err(e)));
        }
        let Some(&index) = on.get(found.len()) else { return Some(Some(Ok(std::mem::take(&mut found)))) };
        if !progress(found.len() as f64 / on.len() as f64) {
            return Some(None);
        }
        found.push((index, scenario.run_checked(index, &library, Options::default())));
        None
    })
}

/// The parts of a scenario that affect the results of an arm.
fn bears_on(
    scenario: &Scenario,
    index: usize,
) -> (Option<&crate::scenario::StudyArm>, &crate::subject::Subject, crate::units::Time) {
    (scenario.arms.get(index), &scenario.subject, scenario.horizon)
}
