//! Made-up people behind the curves: few at once with every edit, all of them in the background once the hand rests.
//!
//! What is shown is always of the scenario on the screen: an edit replaces it in the same frame by a small sample, and
//! the full number, worked out beside the window, replaces that. A result of an earlier scenario is never taken.

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

/// The same people every time.
pub const SEED: u64 = crate::population::USUAL_SEED;
/// Numbers that may be asked for here.
pub const NUMBERS: [usize; 2] = [LEAST_PEOPLE as usize, 10_000];
/// Seconds without an edit after which the hand rests.
const RESTS: f64 = 0.3;
/// A frame may spend this long on a sample while things move, ms.
const BUDGET_MS: f64 = 7.0;
/// A small sample that would take so many times longer is made smaller, which costs every arm once.
const TOO_SLOW: f64 = 2.5;
/// As many while things move, at most; fewer where one thread does all.
const FEW: usize = match MOST_PEOPLE {
    Some(most) => most / 5,
    None => 200,
};

/// All people, and few of them to go on with when something moves.
type Answer = Result<(PopulationOutcome, PopulationOutcome)>;

/// Revisions of what people are made from, and how many are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wanted {
    simulated: u64,
    library: u64,
    number: usize,
}

/// Revisions of the outcome and of the people that dots were made from, and the minute they are counted at.
type Dotted = (u64, u64, f64);

/// Which people are on the screen, and what is under way.
#[derive(Debug)]
pub struct People {
    wanted: Option<Wanted>,
    /// When it was first wanted, seconds of the window's clock.
    since: f64,
    /// The last small sample and what it is of: arms that an edit leaves alone are taken from it.
    few: Option<(Scenario, PopulationOutcome)>,
    /// Milliseconds for one person and arm.
    pace: f64,
    job: Option<Background<Answer>>,
    dots: Made<Dotted, Option<DotsPlot>>,
    /// What is shown.
    pub outcome: Option<PopulationOutcome>,
    /// Why there is nothing.
    pub error: Option<Error>,
    /// Whether what is shown is of the number asked for.
    pub settled: bool,
    /// Whether somebody stopped the refining.
    pub stopped: bool,
    /// How often what is shown changed: its revision.
    pub changes: u64,
    /// Milliseconds the last small sample took.
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
    /// Follows the scenario that is drawn, which has a revision, and the number asked for.
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
            // dropping a job stops it: the latest scenario wins
            self.job = None;
            self.stopped = false;
            self.since = now;
            self.wanted = Some(wanted);
            if scenario.administrations_in_all(library) > MOST_IN_A_FRAME {
                // no frame waits for so many doses
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

    /// As many as a frame bears, of the arms that changed; the others stay.
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
        // a small sample that is there keeps its number, so that all arms have the same
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
        // the first run warms up, and one frame may have waited for others: neither says how fast people are
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

    /// Leaves it at the few there are.
    pub fn stop(&mut self) {
        self.job = None;
        self.stopped = true;
    }

    /// Goes on to the full number.
    pub fn go_on(&mut self) {
        self.stopped = false;
    }

    /// Makes the dots of people who are counted at a minute, beside an outcome of a revision.
    pub fn draw(&mut self, (outcome, runs): (&Outcome, u64), minute: f64) {
        let sample = self.outcome.as_ref();
        self.dots.update((runs, self.changes, minute), || sample.map(|c| DotsPlot::new(outcome, c, minute)));
    }

    /// All dots that were made last.
    pub fn dots(&self) -> Option<&DotsPlot> {
        self.dots.get()?.as_ref()
    }

    /// Those of an arm, by its index in the scenario.
    pub fn dots_of(&self, index: usize) -> Option<&ArmDots> {
        self.dots()?.arms.iter().find(|arm| arm.role.arm == index)
    }

    /// How far the refining has come, 0 to 1, while it is under way.
    pub fn progress(&self) -> Option<f64> {
        self.job.as_ref().map(Background::share)
    }

    /// How many are on the screen, and how many are wanted.
    pub fn numbers(&self) -> Option<[usize; 2]> {
        let wanted = self.wanted?.number;
        Some([self.outcome.as_ref()?.sample.people.size(), wanted])
    }
}

/// Few people and then all, an arm at a time: where there is one thread a frame takes one arm.
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
