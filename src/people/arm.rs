//! One arm for many people: what is given, as events of each person's own, and the curves, chunk by chunk.

use super::body::Bodies;
use super::course::{Course, Preparing, Ready, Room};
use super::draw::{Draws, FirstDraws};
use super::kernel::{Event, Kernel};
use super::lanes::{LANES, Lane, map, map2, splat, wide};
use super::program::{Program, Slot, Wanted};
use crate::error::{Error, Result};
use crate::model::expr::Expr;
use crate::regimen::AfterHold;
use crate::sim::{Case, Schedule, Session};
use crate::units::number;
use std::collections::BTreeMap;

/// People whose curves lie together.
pub(super) const CHUNK: usize = 256;
/// How often an impossible person is drawn again before the model is given up.
const MOST_ATTEMPTS: u64 = 200;
/// People are followed through what leaves a state no faster than this, 1/h: a half-life of 25 ms.
const FASTEST: f64 = 1e5;
/// Rounding allowed where shares are added up.
const SLACK: f64 = 1e-9;

/// Which doses are given, and which time is 0 for those who follow them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Within {
    /// Doses that start before this, h.
    pub before: f64,
    /// h; what was given earlier has left what it leaves by then.
    pub origin: f64,
}

impl Within {
    /// Every dose, from time 0 on.
    pub const ALL: Self = Self { before: f64::INFINITY, origin: 0.0 };

    /// The doses of a session and those before it, from its start on.
    pub fn session(session: &Session) -> Self {
        Self { before: session.before(), origin: session.start }
    }
}

/// How one dose enters by one way.
#[derive(Debug, Clone)]
enum Entering {
    /// At once.
    Add { state: usize },
    /// At a constant rate over a time: the input's place among the states, and its length.
    Rate { input: usize, length: Length },
    /// Into a mouth, from which the rest is taken after a time.
    Held { mouth: usize, into: Option<usize>, hold: f64, leaves: Option<Slot> },
}

#[derive(Debug, Clone, Copy)]
enum Length {
    Fixed(f64),
    Own(Slot),
}

#[derive(Debug, Clone)]
struct Dosing {
    start: f64,
    /// mg for the person that the layout was made for.
    amount: f64,
    /// For amounts per kg, kg of that person.
    per_kg: Option<f64>,
    share: Slot,
    lag: Option<Slot>,
    entering: Entering,
}

/// One arm, ready to run for any number of people.
#[derive(Debug, Clone)]
pub(super) struct ArmEngine {
    program: Program,
    kernel: Kernel,
    draws: Draws,
    dosings: Vec<Dosing>,
    /// Shares that must lie between 0 and 1 and not exceed 1 together.
    shares: Vec<Vec<Slot>>,
    /// Step of the grid, h, and number of steps.
    pub dt: f64,
    pub steps: usize,
}

/// States at a point of the grid, sixteen people after sixteen.
#[derive(Debug, Default, Clone)]
pub(super) struct ChunkState {
    states: Vec<Lane>,
    /// Point up to which they were followed; none at the start.
    at: Option<usize>,
    /// What was made ready for each sixteen, where it is kept, else for the last.
    ready: Vec<Ready>,
    /// How many of them are of this arm.
    made: usize,
    room: Room,
}

impl ChunkState {
    /// How many sixteens are kept as made ready for the last arm, and how many of these are followed as sums of modes.
    pub fn made(&self) -> (usize, usize) {
        let ready = &self.ready[..self.made.min(self.ready.len())];
        (ready.len(), ready.iter().filter(|r| r.by_modes()).count())
    }

    /// Back to the start, of any arm; memory is kept.
    pub fn restart(&mut self) {
        (self.at, self.made) = (None, 0);
        self.states.clear();
    }
}

/// Told of every point of every person.
pub(super) trait Sink {
    /// Read-outs of sixteen people at a point, mg/L. `block` counts sixteens within the chunk.
    fn put(&mut self, block: usize, point: usize, output: usize, values: &Lane);

    /// Where read-outs of sixteen people at `count` points from `first` on are written at once.
    fn room(&mut self, block: usize, first: usize, count: usize) -> Place<'_>;

    /// Told when sixteen people are through.
    fn done(&mut self, _block: usize) {}
}

/// Where read-outs are written: values of sixteen people side by side, `outputs` apart from one read-out to the next
/// and `points` apart from one point to the next.
pub(super) struct Place<'a> {
    pub values: &'a mut [f64],
    pub outputs: usize,
    pub points: usize,
}

impl ArmEngine {
    /// Lowers an arm; `extra` are numbers drawn beside the model's, of which the first is the rate of an effect site.
    ///
    /// # Errors
    /// When the model cannot be used for these doses.
    pub fn new(
        case: &Case,
        set: &BTreeMap<String, Expr>,
        wanted: &[Wanted],
        (dt, steps): (f64, usize),
        (bodies, seed, first_draws): (Bodies, u64, FirstDraws),
        effect_of: Option<usize>,
        within: Within,
    ) -> Result<Self> {
        let model = case.model;
        let typical = crate::model::Individual::typical(model, case.subject, set)?;
        let salt = (case.base_per_hydrochloride, case.sprays);
        let mut puts = Schedule::put_down(model, &typical, case.subject, case.doses, salt)?;
        puts.retain(|p| p.start < within.before);
        puts.iter_mut().for_each(|p| p.start -= within.origin);
        let mouths = puts.iter().map(|p| p.mouth + 1).max().unwrap_or(1);
        let mut program = Program::new(model, set, mouths, wanted)?;
        if let Some(output) = effect_of {
            let rate = program.extra(model.parameters.len());
            let followed = program.outputs[output].clone();
            let state = program.delay(&followed, rate);
            let one = program.numbers.number(1.0);
            program.outputs.push(vec![(state, one)]);
        }
        let mut engine = Self {
            kernel: Kernel::new(&program, &[], &[]),
            program,
            draws: Draws::new(model, bodies, case.subject, seed, first_draws)?,
            dosings: Vec::new(),
            shares: Vec::new(),
            dt,
            steps,
        };
        let (entered, inputs) = engine.doses(&puts, case.subject.weight.kg());
        engine.kernel = Kernel::new(&engine.program, &entered, &inputs);
        Ok(engine)
    }

    /// Lowers the doses; returns the states that they enter and those that have a constant input.
    fn doses(&mut self, puts: &[crate::sim::PutDown], weight: f64) -> (Vec<usize>, Vec<usize>) {
        let (mut entered, mut inputs): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        for put in puts {
            let numbers = &mut self.program.numbers;
            let shares = numbers.shares(put.way_in.ways.iter().map(|w| w.share_of(put.later)));
            let stated: Vec<Slot> = put
                .way_in
                .ways
                .iter()
                .zip(&shares)
                .filter(|(w, _)| w.share_of(put.later).is_some())
                .map(|(_, s)| *s)
                .collect();
            if !self.shares.contains(&stated) {
                self.shares.push(stated);
            }
            for (way, share) in put.way_in.ways.iter().zip(shares) {
                let held = put.way_in.hold.as_ref().filter(|h| h.mouth == way.into).zip(put.hold);
                let mouth = if held.is_some() { put.mouth } else { 0 };
                let Some(state) = self.program.state_of(way.into, mouth) else { continue };
                let numbers = &mut self.program.numbers;
                let lag = way.lag.as_ref().map(|l| numbers.formula(l));
                let own = way.duration.as_ref().map(|d| Length::Own(numbers.formula(d)));
                let entering = match (put.length.map(Length::Fixed).or(own), held) {
                    (Some(length), _) => {
                        let at = inputs.iter().position(|s| *s == state).unwrap_or_else(|| {
                            inputs.push(state);
                            inputs.len() - 1
                        });
                        Entering::Rate { input: at, length }
                    }
                    (None, Some((hold, (time, after)))) => {
                        let rest = if after == AfterHold::Swallow { hold.swallow } else { hold.spit };
                        let into = self.program.state_of(rest, 0);
                        entered.extend(into);
                        entered.push(state);
                        let leaves =
                            self.program.rates.iter().find(|(i, j, _)| *i == state && *j == state).map(|r| r.2);
                        Entering::Held { mouth: state, into, hold: time, leaves }
                    }
                    (None, None) => {
                        entered.push(state);
                        Entering::Add { state }
                    }
                };
                let per_kg = put.per_kg.then_some(weight);
                self.dosings.push(Dosing { start: put.start, amount: put.amount, per_kg, share, lag, entering });
            }
        }
        (entered, inputs)
    }

    /// Whether people differ at all.
    pub fn scatters(&self) -> bool {
        self.draws.scatter() || self.draws.bodies.differ()
    }

    /// Slots of sixteen people; those whose draws are impossible are drawn again. Returns how many were.
    fn people(&self, first: usize, extra: &[Lane], slots: &mut Vec<Lane>, parameters: &mut Vec<Lane>) -> Result<usize> {
        let mut attempts = [0_u64; LANES];
        let [weight, age] = self.draws.bodies.lanes(first);
        loop {
            self.draws.fill(first, &attempts, parameters);
            parameters.extend_from_slice(extra);
            self.program.numbers.fill(parameters, &weight, &age, slots);
            let bad = self.impossible(slots);
            if bad == [false; LANES] {
                return Ok(attempts.iter().filter(|a| **a > 0).count());
            }
            for l in (0..LANES).filter(|l| bad[*l]) {
                attempts[l] += 1;
                if attempts[l] > MOST_ATTEMPTS || !self.draws.scatter() {
                    return Err(Error::cannot("the model's spread gives hardly any possible people")
                        .remedy("check its shares: together they must not exceed 1"));
                }
            }
        }
    }

    fn impossible(&self, slots: &[Lane]) -> [bool; LANES] {
        let mut bad = [false; LANES];
        for group in &self.shares {
            let mut sum = splat(0.0);
            for slot in group {
                sum = map2(&sum, &slots[*slot], |a, b| a + b);
                (0..LANES).for_each(|l| bad[l] |= !(0.0..=1.0 + SLACK).contains(&slots[*slot][l]));
            }
            (0..LANES).for_each(|l| bad[l] |= sum[l] > 1.0 + SLACK);
        }
        for (i, j, slot) in &self.program.rates {
            for l in 0..LANES {
                let rate = slots[*slot][l];
                bad[l] |= !rate.is_finite() || (i != j && rate < 0.0);
            }
        }
        bad
    }

    /// Follows people `first..first + count` from where `state` stands to point `to`, telling `sink` of each point.
    /// With `keep` what was made ready is kept for the next stretch. Returns how many people were drawn again.
    ///
    /// # Errors
    /// When the spread gives no possible people.
    pub fn follow(
        &self,
        (first, count): (usize, usize),
        to: usize,
        keep: bool,
        extra: &dyn Fn(usize) -> Vec<Lane>,
        state: &mut ChunkState,
        sink: &mut impl Sink,
    ) -> Result<usize> {
        let n = self.kernel.states();
        let blocks = count.div_ceil(LANES);
        let ChunkState { states, at, ready, made, room } = state;
        states.resize(blocks * n, splat(0.0));
        let mut again = 0;
        for block in 0..blocks {
            let place = if keep { block } else { 0 };
            if !keep || *made <= block {
                if ready.len() <= place {
                    ready.push(Ready::default());
                }
                let person = first + block * LANES;
                again += self.people(person, &extra(person), &mut room.slots, &mut room.parameters)?;
                self.kernel.fill(&room.slots, &mut room.generator);
                let fastest = self.kernel.fastest(&room.generator);
                // not a number is no rate either
                if fastest.is_nan() || fastest > FASTEST {
                    let what = format!("a rate of {} 1/h is too fast to follow people by it", number(fastest));
                    return Err(
                        Error::cannot(what).remedy(format!("at most {} 1/h: check volumes and rates", number(FASTEST)))
                    );
                }
                let [weight, _] = self.draws.bodies.lanes(person);
                self.events(&room.slots, &weight, &mut room.events);
                let grid = (self.dt, self.steps);
                wide(Preparing { kernel: &self.kernel, grid, room, ready: &mut ready[place] });
                *made = block + 1;
            }
            let z = &mut states[block * n..(block + 1) * n];
            wide(Course { kernel: &self.kernel, ready: &ready[place], z, room, span: (*at, to), block, sink });
            sink.done(block);
        }
        if !keep {
            // with very many people the room of each chunk would add up
            (*ready, *room) = (Vec::new(), Room::default());
        }
        *at = Some(to);
        Ok(again)
    }

    fn events(&self, slots: &[Lane], weight: &Lane, list: &mut Vec<Event>) {
        list.clear();
        for d in &self.dosings {
            let mut amount = map(&slots[d.share], |s| s * d.amount);
            if let Some(kg) = d.per_kg.filter(|_| self.draws.bodies.differ()) {
                amount = map2(&amount, weight, |a, w| a * w / kg);
            }
            let start = d.lag.map_or(splat(d.start), |lag| map(&slots[lag], |l| d.start + l));
            match &d.entering {
                Entering::Add { state } => list.push(Event { state: *state, time: start, amount }),
                Entering::Rate { input, length } => {
                    let state = self.program.states + input;
                    let length = match length {
                        Length::Fixed(h) => splat(*h),
                        Length::Own(slot) => slots[*slot],
                    };
                    let rate = map2(&amount, &length, |a, h| a / h);
                    let end = map2(&start, &length, |s, h| s + h);
                    list.push(Event { state, time: start, amount: rate });
                    list.push(Event { state, time: end, amount: map(&rate, |r| -r) });
                }
                Entering::Held { mouth, into, hold, leaves } => {
                    let rate = leaves.map_or(splat(0.0), |slot| slots[slot]);
                    let left = map2(&amount, &rate, |a, r| a * (r * hold).exp());
                    let end = map(&start, |s| s + hold);
                    list.push(Event { state: *mouth, time: start, amount });
                    list.push(Event { state: *mouth, time: end, amount: map(&left, |v| -v) });
                    list.extend(into.map(|into| Event { state: into, time: end, amount: left }));
                }
            }
        }
    }
}
