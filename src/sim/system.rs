//! A model lowered for one person: states, rate matrix, read-outs.

use super::schedule::Act;
use crate::error::{Error, Result};
use crate::model::{CompartmentKind, Individual, Model, Pace, Reading, Site};
use nalgebra::{DMatrix, DVector, RowDVector, Schur};

/// Linear kinetics x' = K x + u of one person.
#[derive(Debug, Clone)]
pub struct System {
    /// Rate matrix, 1/h.
    pub rates: DMatrix<f64>,
    /// What each state is.
    pub states: Vec<State>,
    /// Read-outs, in the order of the model's outputs.
    pub outputs: Vec<SystemOutput>,
    /// First state of each compartment; mouths have `mouths` states in a row.
    first: Vec<usize>,
    /// Number of doses that can be held at once.
    pub mouths: usize,
}

/// What a state holds.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Name of the compartment, sink or read-out.
    pub name: String,
    /// Analyte.
    pub analyte: String,
    /// Kind.
    pub kind: StateKind,
}

/// Kind of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateKind {
    /// mg in a compartment.
    Amount,
    /// mg that ended in a sink.
    Sink,
    /// mg/L behind a delay; feeds nothing.
    Delayed,
}

/// A concentration read from the states.
#[derive(Debug, Clone)]
pub struct SystemOutput {
    /// Analyte.
    pub analyte: String,
    /// Site.
    pub site: Site,
    /// concentration = row . states, mg/L
    pub row: RowDVector<f64>,
}

/// More doses held at once than this are refused.
pub const MOST_HELD: usize = 16;

impl System {
    /// Lowers a model for a person, with room for `mouths` doses held at once.
    ///
    /// # Errors
    /// When too many doses are held at once.
    pub fn new(model: &Model, person: &Individual, mouths: usize) -> Result<Self> {
        if mouths > MOST_HELD {
            return Err(Error::input(format!("{mouths} doses are held under the tongue at the same time"))
                .remedy(format!("hold at most {MOST_HELD} at once: space them further apart")));
        }
        let mouths = mouths.max(1);
        let mut states = Vec::new();
        let mut first = Vec::new();
        for c in &model.compartments {
            first.push(states.len());
            let kind = if c.kind == CompartmentKind::Sink { StateKind::Sink } else { StateKind::Amount };
            let copies = if c.kind == CompartmentKind::Mouth { mouths } else { 1 };
            states.extend((0..copies).map(|_| State { name: c.name.clone(), analyte: c.holds.clone(), kind }));
        }
        let mut system = Self { rates: DMatrix::zeros(0, 0), states, outputs: Vec::new(), first, mouths };
        let conversions = system.conversion_sinks(model);
        let delays_at = system.states.len();
        for output in &model.outputs {
            if matches!(output.reads, Reading::Delay { .. }) {
                let name = format!("{} {}", output.site.id(), output.analyte);
                system.states.push(State { name, analyte: output.analyte.clone(), kind: StateKind::Delayed });
            }
        }
        let n = system.states.len();
        system.rates = DMatrix::zeros(n, n);
        system.fill_flows(model, person, &conversions);
        system.fill_outputs(model, person, delays_at);
        Ok(system)
    }

    /// Parent that turns into a metabolite ends in a sink of the parent, so that its mass can be
    /// accounted for: "eliminated" from where drug that was in the plasma can get, else "presystemic".
    fn conversion_sinks(&mut self, model: &Model) -> Vec<Option<usize>> {
        let systemic = systemic(model);
        let mut at = Vec::new();
        for flow in &model.flows {
            let from = &model.compartments[flow.from];
            let converts = flow.split.iter().any(|s| model.compartments[s.into].holds != from.holds);
            if !converts {
                at.push(None);
                continue;
            }
            let name = if systemic[flow.from] || from.holds != model.drug { "eliminated" } else { "presystemic" };
            let found =
                self.states.iter().position(|s| s.kind == StateKind::Sink && s.name == name && s.analyte == from.holds);
            at.push(Some(found.unwrap_or_else(|| {
                self.states.push(State { name: name.to_owned(), analyte: from.holds.clone(), kind: StateKind::Sink });
                self.states.len() - 1
            })));
        }
        at
    }

    fn fill_flows(&mut self, model: &Model, person: &Individual, conversions: &[Option<usize>]) {
        for (flow, conversion) in model.flows.iter().zip(conversions) {
            let from = &model.compartments[flow.from];
            let pace = match &flow.pace {
                Pace::Rate(rate) => person.value(rate),
                Pace::Clearance(clearance) => {
                    person.value(clearance) / from.volume.as_ref().map_or(f64::NAN, |v| person.value(v))
                }
            };
            let shares = person.parts(flow.split.iter().map(|s| s.share.as_ref()));
            let copies = if from.kind == CompartmentKind::Mouth { self.mouths } else { 1 };
            for state in (0..copies).map(|k| self.first[flow.from] + k) {
                self.rates[(state, state)] -= pace;
                for (split, share) in flow.split.iter().zip(&shares) {
                    let yields = split.yields.as_ref().map_or(1.0, |y| person.value(y));
                    self.rates[(self.first[split.into], state)] += pace * share * yields;
                    if model.compartments[split.into].holds != from.holds
                        && let Some(sink) = conversion
                    {
                        self.rates[(*sink, state)] += pace * share;
                    }
                }
            }
        }
    }

    fn fill_outputs(&mut self, model: &Model, person: &Individual, delays_at: usize) {
        let n = self.states.len();
        let mut delay = delays_at;
        for output in &model.outputs {
            let mut row = RowDVector::zeros(n);
            match &output.reads {
                Reading::Compartment(c) => {
                    let volume = model.compartments[*c].volume.as_ref().map_or(f64::NAN, |v| person.value(v));
                    row[self.first[*c]] = 1.0 / volume;
                }
                Reading::Delay { of, rate, shunt } => {
                    let rate = person.value(rate);
                    let shunt = shunt.as_ref().map_or(0.0, |s| person.value(s));
                    let followed = self.outputs[*of].row.clone() * rate;
                    self.rates.row_mut(delay).copy_from(&followed);
                    self.rates[(delay, delay)] -= rate;
                    row[delay] = 1.0 - shunt;
                    row += self.outputs[*of].row.clone() * shunt;
                    delay += 1;
                }
            }
            self.outputs.push(SystemOutput { analyte: output.analyte.clone(), site: output.site, row });
        }
    }

    /// State of a compartment; for a mouth, that of the given slot.
    pub fn state_of(&self, compartment: usize, slot: usize) -> usize {
        self.first[compartment] + slot
    }

    /// Leaves out every state that these acts never reach: smaller matrices, the same curves.
    #[must_use]
    pub fn reached_by(&self, acts: &[Act]) -> (Self, Vec<Option<usize>>) {
        let n = self.states.len();
        let mut reached = vec![false; n];
        for act in acts {
            match act {
                Act::Add { state, .. } | Act::Rate { state, .. } => reached[*state] = true,
                Act::Move { into, .. } => reached[*into] = true,
            }
        }
        loop {
            let before = reached.iter().filter(|r| **r).count();
            for j in 0..n {
                for i in 0..n {
                    reached[i] |= reached[j] && self.rates[(i, j)] != 0.0;
                }
            }
            if reached.iter().filter(|r| **r).count() == before {
                break;
            }
        }
        let kept: Vec<usize> = (0..n).filter(|&i| reached[i]).collect();
        let place: Vec<Option<usize>> = (0..n).map(|i| kept.iter().position(|&k| k == i)).collect();
        let smaller = Self {
            rates: self.rates.select_rows(&kept).select_columns(&kept),
            states: kept.iter().map(|&i| self.states[i].clone()).collect(),
            outputs: self
                .outputs
                .iter()
                .map(|o| SystemOutput { row: o.row.select_columns(&kept), ..o.clone() })
                .collect(),
            first: self.first.clone(),
            mouths: self.mouths,
        };
        (smaller, place)
    }

    /// Two systems with the same read-outs as one: what is put into either is read together, and neither feeds the
    /// other. Doses that enter in another way than those before them need this.
    #[must_use]
    pub(super) fn beside(&self, other: &Self) -> Self {
        let (n, m) = (self.states.len(), other.states.len());
        let mut rates = DMatrix::zeros(n + m, n + m);
        rates.view_mut((0, 0), (n, n)).copy_from(&self.rates);
        rates.view_mut((n, n), (m, m)).copy_from(&other.rates);
        let row = |a: &RowDVector<f64>, b: &RowDVector<f64>| {
            RowDVector::from_iterator(n + m, a.iter().chain(b.iter()).copied())
        };
        let outputs = self.outputs.iter().zip(&other.outputs);
        Self {
            rates,
            states: self.states.iter().chain(&other.states).cloned().collect(),
            outputs: outputs.map(|(a, b)| SystemOutput { row: row(&a.row, &b.row), ..a.clone() }).collect(),
            first: self.first.clone(),
            mouths: self.mouths,
        }
    }

    /// For each state, the area under `row` that one mg there leads to when nothing more happens: w K = -row.
    ///
    /// # Errors
    /// When the rate matrix cannot be inverted, which the checks of a model exclude.
    pub fn area_per_amount(&self, row: &RowDVector<f64>) -> Result<DVector<f64>> {
        let moving: Vec<usize> = (0..self.states.len()).filter(|&i| self.states[i].kind != StateKind::Sink).collect();
        if moving.is_empty() {
            return Ok(DVector::zeros(self.states.len()));
        }
        let k = self.rates.select_rows(&moving).select_columns(&moving);
        let c = row.select_columns(&moving).transpose() * -1.0;
        let solved =
            k.transpose().lu().solve(&c).ok_or_else(|| Error::cannot("the model's rates cannot be inverted"))?;
        let mut all = DVector::zeros(self.states.len());
        for (value, &i) in solved.iter().zip(&moving) {
            all[i] = *value;
        }
        Ok(all)
    }

    /// Slowest rate that shows in `row`, 1/h: its half-life is the terminal one.
    pub fn slowest_rate(&self, row: &RowDVector<f64>) -> Option<f64> {
        let n = self.states.len();
        let mut seen: Vec<bool> = row.iter().map(|v| *v != 0.0).collect();
        let mut open: Vec<usize> = (0..n).filter(|&i| seen[i]).collect();
        while let Some(i) = open.pop() {
            for j in (0..n).filter(|&j| self.rates[(i, j)] != 0.0) {
                if !std::mem::replace(&mut seen[j], true) {
                    open.push(j);
                }
            }
        }
        let kept: Vec<usize> = (0..n).filter(|&i| seen[i] && self.states[i].kind != StateKind::Sink).collect();
        if kept.is_empty() {
            return None;
        }
        let k = self.rates.select_rows(&kept).select_columns(&kept);
        // iteration at full precision may go round in circles: it gets so many rounds, then a coarser end
        let schur = DEFLATED.iter().find_map(|eps| Schur::try_new(k.clone(), *eps, MOST_ROUNDS))?;
        let slowest = schur.complex_eigenvalues().iter().map(|l| -l.re).fold(f64::INFINITY, f64::min);
        (slowest.is_finite() && slowest > 0.0).then_some(slowest)
    }
}

/// How small an entry counts as nothing beside its neighbours on the diagonal when rates are sought, finest first.
const DEFLATED: [f64; 3] = [f64::EPSILON, 1e-13, 1e-11];
/// Rounds of that search; a few for each state are usual.
const MOST_ROUNDS: usize = 2_000;

/// The compartment in which the parent is read at the model's own site, and all that drug can reach from there.
fn systemic(model: &Model) -> Vec<bool> {
    let mut reached = vec![false; model.compartments.len()];
    let mut read = model.output(&model.drug, model.estimated_from).map(|o| &o.reads);
    // a delay follows an output above it, so this ends
    while let Some(Reading::Delay { of, .. }) = read {
        read = model.outputs.get(*of).map(|o| &o.reads);
    }
    if let Some(Reading::Compartment(c)) = read {
        reached[*c] = true;
    }
    for _ in 0..model.compartments.len() {
        for flow in &model.flows {
            for split in &flow.split {
                reached[split.into] |= reached[flow.from];
            }
        }
    }
    reached
}
