//! Virtual subjects behind the curves: a small sample with every edit, and the whole sample in the background after the
//! edits.
//!
//! What is shown always belongs to the scenario on the screen. An edit replaces it in the same frame by a small sample.
//! The full sample, simulated in the background, replaces that. A result of an earlier scenario is never used.

use super::platform::{Background, MOST_PEOPLE, SideBySide, Stopwatch};
use super::revision::{Made, Revised, same_subjects};
use super::runner::MOST_IN_A_FRAME;
use crate::error::{Error, Result};
use crate::figure::{ArmDots, DotsPlot, View};
use crate::library::Library;
use crate::outcome::Outcome;
use crate::population::{
    ArmByArm, InTurn, LEAST_PEOPLE, People as Number, PopulationOutcome, Progress, Sample, arm_population,
};
use crate::scenario::Scenario;
use std::sync::Arc;

/// Seed of the virtual subjects: always the same.
pub const SEED: u64 = crate::population::USUAL_SEED;
/// Smallest and largest number of virtual subjects in the window.
pub const NUMBERS: [usize; 2] = [LEAST_PEOPLE as usize, 10_000];
/// Time without an edit after which the full sample is started, s.
const RESTS: f64 = 0.3;
/// Time that a frame may spend on a sample during edits, ms.
const BUDGET_MS: f64 = 7.0;
/// Factor over that time from which a small sample is made smaller. Every arm is then simulated once more.
const TOO_SLOW: f64 = 2.5;
/// Largest size of the small sample. It is smaller where there is only one thread.
const FEW: usize = match MOST_PEOPLE {
    Some(most) => most / 5,
    None => 200,
};

/// The full sample, and a small one to continue with at the next edit.
type Answer = Result<(PopulationOutcome, PopulationOutcome)>;

/// Revisions of the data that the subjects are made from, and the number requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wanted {
    simulated: u64,
    library: u64,
    number: usize,
}

/// Revisions of the outcome and of the subjects that the dots were made from, and the minute at which they are counted.
type Dotted = (u64, u64, f64);

/// The virtual subjects on the screen, and the simulation in progress.
#[derive(Debug)]
pub struct People {
    wanted: Option<Wanted>,
    /// Time of the first request, in seconds of the window's clock.
    since: f64,
    /// The last small sample and its scenario. Arms that an edit leaves unchanged are reused from it.
    few: Option<(Scenario, PopulationOutcome)>,
    /// Duration for one subject and arm, ms.
    pace: f64,
    job: Option<Background<Answer>>,
    dots: Made<Dotted, Option<DotsPlot>>,
    /// The population outcome that is shown. `None` where there is none.
    pub outcome: Option<PopulationOutcome>,
    /// Why there is no outcome. `None` where there is one.
    pub error: Option<Error>,
    /// Whether the outcome has the requested number of subjects.
    pub settled: bool,
    /// Whether the user stopped the full sample.
    pub stopped: bool,
    /// Revision of what is shown: number of changes so far.
    pub changes: u64,
    /// Duration of the last small sample, ms.
    pub few_ms: f64,
}

impl Default for People {
    fn default() -> Self {
        Self {
            wanted: None,
            since: 0.0,
            few: None,
            pace: 0.0,
            job: None,
            dots: Made::default(),
            outcome: None,
            error: None,
            settled: false,
            stopped: false,
            changes: 0,
            few_ms: 0.0,
        }
    }
}

impl People {
    /// Follows the scenario that is drawn, by its revision, and the requested number of subjects.
    pub fn update(
        &mut self,
        ctx: &egui::Context,
        (scenario, simulated): (Option<&Scenario>, u64),
        view: &View,
        library: &Revised<Arc<Library>>,
    ) {
        let Some(scenario) = scenario.filter(|s| view.people && s.arms.iter().any(|a| a.on)) else {
            self.clear();
            return;
        };
        let now = ctx.input(|i| i.time);
        let number = view.sample.clamp(NUMBERS[0], MOST_PEOPLE.unwrap_or(NUMBERS[1]));
        let wanted = Wanted { simulated, library: library.revision(), number };
        if self.wanted != Some(wanted) {
            if self.wanted.is_some_and(|before| before.library != wanted.library) {
                self.few = None;
            }
            // dropping a job stops it, so the latest scenario wins
            self.job = None;
            self.stopped = false;
            self.since = now;
            self.wanted = Some(wanted);
            if scenario.administrations_in_all(library) > MOST_IN_A_FRAME {
                // so many doses would hold up a frame
                (self.few, self.outcome, self.settled) = (None, None, false);
                self.changes += 1;
            } else {
                self.show_few(scenario, number, library);
            }
        }
        if let Some(answer) = self.job.as_mut().and_then(Background::take) {
            self.job = None;
            let scenario = scenario.clone();
            let all = answer.map(|(all, few)| {
                self.few = Some((scenario, few));
                all
            });
            self.show(all, true);
        }
        if self.settled || self.stopped || self.error.is_some() || self.job.is_some() {
            return;
        }
        let moving = ctx.input(|i| i.pointer.any_down());
        if !moving && now - self.since >= RESTS {
            self.start(ctx, scenario, number, library);
        } else {
            ctx.request_repaint_after_secs((RESTS - (now - self.since)).max(0.02) as f32);
        }
    }

    /// Simulates as many subjects as fit into a frame, for the arms that changed. The other arms stay.
    fn show_few(&mut self, scenario: &Scenario, number: usize, library: &Library) {
        let watch = Stopwatch::start();
        let answer = self.small(scenario, number, library);
        self.few_ms = watch.milliseconds();
        let whole = answer.as_ref().is_ok_and(|few| few.sample.people.size() == number);
        self.few = answer.as_ref().ok().map(|few| (scenario.clone(), few.clone()));
        self.show(answer, whole);
    }

    fn small(&mut self, scenario: &Scenario, number: usize, library: &Library) -> Result<PopulationOutcome> {
        let on: Vec<usize> = (0..scenario.arms.len()).filter(|i| scenario.arms[*i].on).collect();
        let kept = |index: usize, people: usize| {
            let (of, few) = self
                .few
                .as_ref()
                .filter(|(of, few)| few.sample.people.size() == people && same_subjects(of, scenario))?;
            let same = of.arms.get(index) == scenario.arms.get(index);
            few.arm(index).filter(|_| same).cloned()
        };
        // an existing small sample keeps its size, so that all arms have the same
        let there = self.few.as_ref().map_or(FEW, |(_, few)| few.sample.people.size()).min(number);
        let changed = on.iter().filter(|i| kept(**i, there).is_none()).count();
        let slow = self.pace * (changed * there) as f64 > TOO_SLOW * BUDGET_MS;
        let bearable = (BUDGET_MS / (self.pace * on.len() as f64).max(1e-9)) as usize;
        let people = if slow { bearable.clamp(NUMBERS[0], there) } else { there };
        let sample = Sample { people: Number::nearest(people), seed: SEED, every: None };
        let (mut arms, mut worked) = (Vec::new(), 0.0_f64);
        let watch = Stopwatch::start();
        for index in on {
            arms.push(match kept(index, people) {
                Some(arm) => arm,
                None => {
                    worked += 1.0;
                    arm_population(scenario, index, library, sample, &InTurn, &|_| true)?
                }
            });
        }
        // the first run warms up, and a frame may have waited for others: neither tells the speed
        if worked > 0.0 && self.few.is_some() {
            let pace = watch.milliseconds() / (worked * people as f64);
            self.pace = if self.pace > 0.0 { pace.min(1.2 * self.pace) } else { pace };
        }
        Ok(PopulationOutcome { sample, bodies: scenario.population.words(), arms })
    }

    fn start(&mut self, ctx: &egui::Context, scenario: &Scenario, people: usize, library: &Arc<Library>) {
        let (scenario, library) = (scenario.clone(), Arc::clone(library));
        let sample = Sample { people: Number::nearest(people), seed: SEED, every: None };
        let few = Sample { people: Number::nearest(people.min(FEW)), ..sample };
        let both = ArmByArm::new(&scenario, &library, few)
            .and_then(|few| Ok((few, ArmByArm::new(&scenario, &library, sample)?)));
        match both {
            Ok((few, all)) => {
                let mut refining = Refining { scenario, library, few, found: None, all };
                self.job = Some(Background::start(ctx, move |progress| refining.step(progress)));
            }
            Err(error) => self.show(Err(error), true),
        }
    }

    fn show(&mut self, answer: Result<PopulationOutcome>, settled: bool) {
        self.changes += 1;
        match answer {
            Ok(outcome) => (self.outcome, self.error, self.settled) = (Some(outcome), None, settled),
            Err(error) => (self.outcome, self.error, self.settled) = (None, Some(error), true),
        }
    }

    fn clear(&mut self) {
        if self.wanted.is_some() {
            let Self { pace, changes, .. } = std::mem::take(self);
            *self = Self { pace, changes: changes + 1, ..Self::default() };
        }
    }

    /// Stops the full sample and keeps the small one.
    pub fn stop(&mut self) {
        self.job = None;
        self.stopped = true;
    }

    /// Continues with the full sample.
    pub fn go_on(&mut self) {
        self.stopped = false;
    }

    /// Makes the dots of the subjects, with the number above their level at a minute, for an outcome and its revision.
    pub fn draw(&mut self, (outcome, runs): (&Outcome, u64), minute: f64) {
        let sample = self.outcome.as_ref();
        self.dots.update((runs, self.changes, minute), || sample.map(|c| DotsPlot::new(outcome, c, minute)));
    }

    /// The dots of all arms, as made last.
    pub fn dots(&self) -> Option<&DotsPlot> {
        self.dots.get()?.as_ref()
    }

    /// The dots of an arm, by its index in the scenario.
    pub fn dots_of(&self, index: usize) -> Option<&ArmDots> {
        self.dots()?.arms.iter().find(|arm| arm.role.arm == index)
    }

    /// Share of the full sample that is done, 0 to 1. `None` while none is in progress.
    pub fn progress(&self) -> Option<f64> {
        self.job.as_ref().map(Background::share)
    }

    /// Number of subjects on the screen, and number requested.
    pub fn numbers(&self) -> Option<[usize; 2]> {
        let wanted = self.wanted?.number;
        Some([self.outcome.as_ref()?.sample.people.size(), wanted])
    }
}

/// A small sample and then the full one, an arm at a time. With a single thread, a frame simulates one arm.
struct Refining {
    scenario: Scenario,
    library: Arc<Library>,
    few: ArmByArm,
    found: Option<PopulationOutcome>,
    all: ArmByArm,
}

impl Refining {
    fn step(&mut self, progress: Progress) -> Option<Answer> {
        let Self { scenario, library, few, found, all } = self;
        let next = match found {
            None => few.step(scenario, library, &InTurn, &|_| progress(0.0)).map(|done| {
                *found = done;
                None
            }),
            Some(few) => {
                all.step(scenario, library, &SideBySide::default(), progress).map(|done| Some((done?, few.clone())))
            }
        };
        next.transpose()
    }
}
