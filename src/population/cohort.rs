//! One arm for many virtual subjects: the doses as events of each subject's own, and the curves, chunk by chunk.

use super::covariates::SampledCovariates;
use super::sample::{FirstSamples, SubjectSampler};
use crate::error::{Error, Result};
use crate::model::expr::Expr;
use crate::model::formulas::Formulas;
use crate::model::{Individual, Site};
use crate::sim::lanes::{LANES, Lane, map2, splat, wide};
use crate::sim::linear::{Course, Engine, Preparing, Ready, Room, Sink};
use crate::sim::{Case, Equations, Event, Form, Layout, LoweredDose, Session, System, WaysIn, events};
use crate::units::number;
use std::collections::BTreeMap;

/// Subjects in a chunk: their curves lie together in memory.
pub(super) const CHUNK: usize = 256;
/// How often an impossible subject is drawn again before the model is given up.
const MOST_ATTEMPTS: u64 = 200;
/// Largest rate out of a state that is still simulated, 1/h: a half-life of 25 ms.
const FASTEST: f64 = 1e5;
/// Tolerance for rounding where shares are added up.
const SLACK: f64 = 1e-9;

/// Which doses are given, and which time counts as 0 on the grid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Within {
    /// Only doses that start before this time are given, h.
    pub before: f64,
    /// Time 0 of the grid, h. What earlier doses have left in the body by then is the starting state.
    pub origin: f64,
}

impl Within {
    /// Every dose, with the grid from time 0 on.
    pub const ALL: Self = Self { before: f64::INFINITY, origin: 0.0 };

    /// The doses of a session and those before it, with the grid from the session's start on.
    pub fn session(session: &Session) -> Self {
        Self { before: session.before(), origin: session.start }
    }
}

/// One arm, ready to run for any number of virtual subjects.
#[derive(Debug, Clone)]
pub(super) struct Cohort {
    system: System,
    ways: WaysIn,
    doses: Vec<LoweredDose>,
    engine: Engine,
    draws: SubjectSampler,
    /// The outputs to report, by their index in the system.
    outputs: Vec<usize>,
    /// Step of the grid (h). `steps` is their number.
    pub dt: f64,
    pub steps: usize,
}

/// The state of every subject of a chunk at one point of the grid, in blocks of sixteen subjects.
#[derive(Debug, Default, Clone)]
pub(super) struct ChunkState {
    states: Vec<Lane>,
    /// The state of each subject where the equations are solved numerically.
    numeric: Vec<Vec<f64>>,
    /// Index of the point that has been reached. `None` before the start.
    at: Option<usize>,
    /// What was prepared for each block of sixteen subjects where it is kept, otherwise for the last block only.
    ready: Vec<Ready>,
    /// How many of these blocks belong to the present arm.
    made: usize,
    room: Room,
}

impl ChunkState {
    /// How many blocks of sixteen subjects are kept for the last arm, and how many of these are solved as sums of
    /// eigenmodes.
    pub fn made(&self) -> (usize, usize) {
        let ready = &self.ready[..self.made.min(self.ready.len())];
        (ready.len(), ready.iter().filter(|r| r.by_modes()).count())
    }

    /// Back to the start, for any arm. The memory is kept.
    pub fn restart(&mut self) {
        (self.at, self.made) = (None, 0);
        self.states.clear();
        self.numeric.clear();
    }
}

/// An output that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    /// Analyte: the drug or a metabolite, by id.
    pub analyte: String,
    /// Sampling site at which the analyte is read.
    pub site: Site,
}

impl Cohort {
    /// Lowers an arm. `effect_of` is the index in `wanted` of the output that drives an effect site. The rate constant
    /// of the effect site (ke0) is then the first of the `extra` values given to [`Self::follow`].
    ///
    /// # Errors
    /// When the model cannot be used for these doses.
    pub fn new(
        case: &Case,
        set: &BTreeMap<String, Expr>,
        wanted: &[Wanted],
        (dt, steps): (f64, usize),
        (bodies, seed, first_draws): (SampledCovariates, u64, FirstSamples),
        effect_of: Option<usize>,
        within: Within,
    ) -> Result<Self> {
        let model = case.model;
        let typical = Individual::typical(model, case.subject, set)?;
        let salt = case.base_per_hydrochloride;
        let Layout { mut puts, schedule } = Layout::new(model, &typical, case.subject, case.doses, salt, case.sprays)?;
        puts.retain(|p| p.start < within.before);
        puts.iter_mut().for_each(|p| p.start -= within.origin);
        let mut system = System::new(model, Formulas::new(model, set), schedule.mouths)?;
        let output = |want: &Wanted| {
            system.output(&want.analyte, want.site).ok_or_else(|| {
                Error::cannot(format!("{} has no curve of {} in {}", model.id, want.analyte, want.site.words()))
            })
        };
        let mut outputs = wanted.iter().map(output).collect::<Result<Vec<usize>>>()?;
        if let Some(followed) = effect_of {
            outputs.push(system.add_effect_site(outputs[followed], model.parameters.len()));
        }
        let ways = WaysIn::new(model, &Form::all(&puts), &mut system);
        let doses = ways.doses(&puts, case.subject.weight.kg());
        let engine = Engine::new(&system, &outputs, (&ways.entered, &ways.inputs), false);
        let draws = SubjectSampler::new(model, bodies, case.subject, seed, first_draws)?;
        Ok(Self { system, ways, doses, engine, draws, outputs, dt, steps })
    }

    /// Whether the system is linear, so that subjects are solved side by side. Otherwise they are solved one after
    /// another, step by step.
    pub fn is_linear(&self) -> bool {
        self.system.is_linear()
    }

    /// Whether subjects differ at all: in parameters or in covariates.
    pub fn scatters(&self) -> bool {
        self.draws.scatter() || self.draws.bodies.differ()
    }

    /// Fills the slots of sixteen subjects. A subject whose values are impossible is drawn again; returns how many
    /// were.
    fn people(&self, first: usize, extra: &[Lane], slots: &mut Vec<Lane>, parameters: &mut Vec<Lane>) -> Result<usize> {
        let mut attempts = [0_u64; LANES];
        let [weight, age] = self.draws.bodies.lanes(first);
        loop {
            self.draws.fill(first, &attempts, parameters);
            parameters.extend_from_slice(extra);
            self.system.formulas.fill(parameters, &weight, &age, slots);
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
        for group in &self.ways.shares {
            let mut sum = splat(0.0);
            for slot in group {
                sum = map2(&sum, &slots[*slot], |a, b| a + b);
                (0..LANES).for_each(|l| bad[l] |= !(0.0..=1.0 + SLACK).contains(&slots[*slot][l]));
            }
            (0..LANES).for_each(|l| bad[l] |= sum[l] > 1.0 + SLACK);
        }
        for rate in &self.system.rates {
            for l in 0..LANES {
                let value = slots[rate.slot][l];
                bad[l] |= !value.is_finite() || (rate.into != rate.from && value < 0.0);
            }
        }
        bad
    }

    /// Simulates the subjects `first..first + count` from where `state` stands to point `to`, and gives every point to
    /// `sink`. With `keep`, what was prepared is kept for the next stretch. Returns how many subjects were drawn again.
    ///
    /// # Errors
    /// When the variability of the model gives no possible subject within the allowed number of draws, or a rate is too
    /// fast.
    pub fn follow(
        &self,
        (first, count): (usize, usize),
        to: usize,
        keep: bool,
        extra: &dyn Fn(usize) -> Vec<Lane>,
        state: &mut ChunkState,
        sink: &mut impl Sink,
    ) -> Result<usize> {
        if !self.system.is_linear() {
            return self.follow_numeric((first, count), to, extra, state, sink);
        }
        let n = self.engine.kernel.states();
        let blocks = count.div_ceil(LANES);
        let ChunkState { states, at, ready, made, room, .. } = state;
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
                self.engine.kernel.fill(&room.slots, &mut room.generator);
                let fastest = self.engine.kernel.fastest(&room.generator);
                // NaN is refused as well
                if fastest.is_nan() || fastest > FASTEST {
                    let what = format!("a rate of {} 1/h is too fast to follow people by it", number(fastest));
                    return Err(
                        Error::cannot(what).remedy(format!("at most {} 1/h: check volumes and rates", number(FASTEST)))
                    );
                }
                let [weight, _] = self.draws.bodies.lanes(person);
                let own = self.draws.bodies.differ().then_some(&weight);
                let states = self.system.states.len();
                events((&self.ways, &self.doses), &room.slots, own, states, &mut room.events);
                let grid = (self.dt, self.steps);
                wide(Preparing { engine: &self.engine, grid, room, ready: &mut ready[place] });
                *made = block + 1;
            }
            let z = &mut states[block * n..(block + 1) * n];
            wide(Course { engine: &self.engine, ready: &ready[place], z, room, span: (*at, to), block, sink });
            sink.done(block);
        }
        if !keep {
            // with very many subjects the memory of all chunks would add up
            (*ready, *room) = (Vec::new(), Room::default());
        }
        *at = Some(to);
        Ok(again)
    }

    /// The same for saturable elimination: subject by subject, with a step-by-step solver.
    fn follow_numeric(
        &self,
        (first, count): (usize, usize),
        to: usize,
        extra: &dyn Fn(usize) -> Vec<Lane>,
        state: &mut ChunkState,
        sink: &mut impl Sink,
    ) -> Result<usize> {
        let ChunkState { numeric, at, room, .. } = state;
        numeric.resize(count, Vec::new());
        let mut again = 0;
        let points = at.map_or(0, |at| at + 1)..=to;
        for block in 0..count.div_ceil(LANES) {
            let person = first + block * LANES;
            again += self.people(person, &extra(person), &mut room.slots, &mut room.parameters)?;
            let [weight, _] = self.draws.bodies.lanes(person);
            let own = self.draws.bodies.differ().then_some(&weight);
            let states = self.system.states.len();
            events((&self.ways, &self.doses), &room.slots, own, states, &mut room.events);
            let mut rows = vec![splat(0.0); points.clone().count() * self.outputs.len()];
            for (l, z) in numeric[block * LANES..].iter_mut().take(LANES).enumerate() {
                let slots: Vec<f64> = room.slots.iter().map(|lane| lane[l]).collect();
                let equations = Equations::new(&self.system, &slots, &self.ways.inputs, false);
                let mut events: Vec<Event> = room.events.iter().map(|e| e.of(l)).collect();
                events.sort_by(|a, b| a.time.total_cmp(&b.time));
                let mut row = rows.chunks_mut(self.outputs.len());
                for point in points.clone() {
                    let from = point.checked_sub(1).map(|before| before as f64 * self.dt);
                    equations.advance(z, &events, (from, point as f64 * self.dt))?;
                    let Some(row) = row.next() else { break };
                    for (value, output) in row.iter_mut().zip(&self.outputs) {
                        value[l] = equations.read(*output, z).max(0.0);
                    }
                }
            }
            for (k, point) in points.clone().enumerate() {
                for output in 0..self.outputs.len() {
                    sink.put(block, point, output, &rows[k * self.outputs.len() + output]);
                }
            }
            sink.done(block);
        }
        *at = Some(to);
        Ok(again)
    }
}
