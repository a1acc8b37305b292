//! A model lowered: states, rates between them and read-outs as slots of its compiled formulas. The only place where a
//! flow or a read-out of a model becomes a number.

use crate::error::{Error, Result};
use crate::model::expr::Expr;
use crate::model::formulas::{Formulas, Slot};
use crate::model::{Compartment, CompartmentKind, Model, Pace, Reading, Site};
use std::collections::BTreeMap;

/// More doses held at once than this are refused.
pub const MOST_HELD: usize = 16;

/// A model lowered for any number of subjects. Every number is a slot: each subject fills them with their own.
#[derive(Debug, Clone)]
pub struct System {
    /// How the slots are filled.
    pub(crate) formulas: Formulas,
    /// What each state is.
    pub states: Vec<State>,
    /// Read-outs, in the order of the model's outputs, then those that were added.
    pub outputs: Vec<ReadOut>,
    /// First-order rates.
    pub(crate) rates: Vec<Rate>,
    /// What leaves by saturable processes.
    pub(crate) saturable: Vec<Saturable>,
    /// First state of each compartment; mouths have `mouths` states in a row.
    first: Vec<usize>,
    /// Number of doses that can be held at once.
    mouths: usize,
}

/// What a state holds.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Name of the compartment, sink or read-out.
    pub name: String,
    /// Analyte.
    pub analyte: String,
    /// What kind of place it is.
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

/// A concentration read from the states: the sum of state times slot, mg/L.
#[derive(Debug, Clone)]
pub struct ReadOut {
    /// Its place among the read-outs.
    pub(crate) index: usize,
    /// Analyte.
    pub analyte: String,
    /// Site.
    pub site: Site,
    /// State and what a unit there adds.
    pub(crate) row: Vec<(usize, Slot)>,
}

/// A first-order rate, 1/h: what a unit in one state adds to another per hour; on the diagonal what leaves, negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    pub into: usize,
    pub from: usize,
    pub slot: Slot,
}

/// A saturable process: Vmax C / (Km + C) leaves a state per hour, C = amount / volume.
#[derive(Debug, Clone)]
pub(crate) struct Saturable {
    pub from: usize,
    pub vmax: Slot,
    pub km: Slot,
    pub volume: Slot,
    /// Where it goes, and how much arrives of what leaves.
    pub into: Vec<(usize, Slot)>,
}

/// Stands for a volume that the checks of a model see to.
const NO_VOLUME: Expr = Expr::Number(f64::NAN);

/// How fast drug leaves, lowered.
enum Lowered {
    FirstOrder(Slot),
    Saturable { vmax: Slot, km: Slot, volume: Slot },
}

impl System {
    /// Lowers a model with room for `mouths` doses held at once; `formulas` hold the model's parameters.
    ///
    /// # Errors
    /// When too many doses are held at once.
    pub(crate) fn new(model: &Model, formulas: Formulas, mouths: usize) -> Result<Self> {
        if mouths > MOST_HELD {
            return Err(Error::input(format!("{mouths} doses are held under the tongue at the same time"))
                .remedy(format!("hold at most {MOST_HELD} at once: space them further apart")));
        }
        let mouths = mouths.max(1);
        let mut system = Self {
            formulas,
            states: Vec::new(),
            outputs: Vec::new(),
            rates: Vec::new(),
            saturable: Vec::new(),
            first: Vec::new(),
            mouths,
        };
        for c in &model.compartments {
            system.first.push(system.states.len());
            let kind = if c.kind == CompartmentKind::Sink { StateKind::Sink } else { StateKind::Amount };
            let one = State { name: c.name.clone(), analyte: c.holds.clone(), kind };
            system.states.extend(std::iter::repeat_n(one, system.copies(c)));
        }
        let conversions = system.conversion_sinks(model);
        system.flows(model, &conversions);
        for i in 0..model.outputs.len() {
            system.read_out(model, i);
        }
        Ok(system)
    }

    fn copies(&self, c: &Compartment) -> usize {
        if c.kind == CompartmentKind::Mouth { self.mouths } else { 1 }
    }

    /// State of a compartment; for a mouth, that of the given slot.
    pub fn state_of(&self, compartment: usize, mouth: usize) -> usize {
        self.first[compartment] + mouth
    }

    /// Index of the read-out of an analyte at a site.
    pub fn output(&self, analyte: &str, site: Site) -> Option<usize> {
        self.outputs.iter().position(|o| o.analyte == analyte && o.site == site)
    }

    /// Whether all its kinetics are of first order, so that it is solved exactly.
    pub fn is_linear(&self) -> bool {
        self.saturable.is_empty()
    }

    /// Slot of the rate at which a state is left, negative; `None` where nothing leaves it.
    pub(crate) fn loss(&self, state: usize) -> Option<Slot> {
        self.rates.iter().find(|r| r.into == state && r.from == state).map(|r| r.slot)
    }

    /// Parent that turns into a metabolite ends in a sink of the parent, so that its mass can be accounted for:
    /// "eliminated" from where drug that was in the plasma can get, else "presystemic".
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

    fn flows(&mut self, model: &Model, conversions: &[Option<usize>]) {
        let mut into: BTreeMap<(usize, usize), Vec<Vec<Slot>>> = BTreeMap::new();
        let mut out: BTreeMap<usize, Vec<Slot>> = BTreeMap::new();
        for (flow, conversion) in model.flows.iter().zip(conversions) {
            let from = &model.compartments[flow.from];
            let pace = self.pace(&flow.pace, from);
            let shares = self.formulas.shares(flow.split.iter().map(|s| s.share.as_ref()));
            // where it goes, as products of slots
            let mut parts: Vec<(usize, Vec<Slot>)> = Vec::new();
            for (split, share) in flow.split.iter().zip(&shares) {
                let yields = split.yields.as_ref().map(|y| self.formulas.formula(y));
                parts.push((self.first[split.into], std::iter::once(*share).chain(yields).collect()));
                if model.compartments[split.into].holds != from.holds {
                    parts.extend(conversion.map(|sink| (sink, vec![*share])));
                }
            }
            let first = self.first[flow.from];
            for state in first..first + self.copies(from) {
                match pace {
                    Lowered::FirstOrder(pace) => {
                        out.entry(state).or_default().push(pace);
                        for (target, factors) in &parts {
                            let factors = std::iter::once(pace).chain(factors.iter().copied()).collect();
                            into.entry((*target, state)).or_default().push(factors);
                        }
                    }
                    Lowered::Saturable { vmax, km, volume } => {
                        let product = |f: &mut Formulas, factors: &[Slot]| f.sum_of_products(vec![factors.to_vec()]);
                        let into = parts.iter().map(|(state, factors)| (*state, product(&mut self.formulas, factors)));
                        let into = into.collect();
                        self.saturable.push(Saturable { from: state, vmax, km, volume, into });
                    }
                }
            }
        }
        for ((into, from), terms) in into {
            let slot = self.formulas.sum_of_products(terms);
            self.rates.push(Rate { into, from, slot });
        }
        for (state, paces) in out {
            let slot = self.formulas.negated(paces);
            self.rates.push(Rate { into: state, from: state, slot });
        }
    }

    fn pace(&mut self, pace: &Pace, from: &Compartment) -> Lowered {
        // the checks of a model see to it that there is a volume where one is needed
        let volume = |f: &mut Formulas| f.formula(from.volume.as_ref().unwrap_or(&NO_VOLUME));
        match pace {
            Pace::Rate(rate) => Lowered::FirstOrder(self.formulas.formula(rate)),
            Pace::Clearance(clearance) => {
                let (clearance, volume) = (self.formulas.formula(clearance), volume(&mut self.formulas));
                Lowered::FirstOrder(self.formulas.quotient(clearance, volume))
            }
            Pace::Saturable { vmax, km } => Lowered::Saturable {
                vmax: self.formulas.formula(vmax),
                km: self.formulas.formula(km),
                volume: volume(&mut self.formulas),
            },
        }
    }

    fn read_out(&mut self, model: &Model, output: usize) {
        let out = &model.outputs[output];
        let row = match &out.reads {
            Reading::Compartment(c) => {
                let f = &mut self.formulas;
                let volume = f.formula(model.compartments[*c].volume.as_ref().unwrap_or(&NO_VOLUME));
                vec![(self.first[*c], f.reciprocal(volume))]
            }
            Reading::Delay { of, rate, shunt } => {
                let rate = self.formulas.formula(rate);
                let delayed = self.delayed(*of, rate, &out.analyte, out.site);
                let one = self.formulas.number(1.0);
                match shunt {
                    None => vec![(delayed, one)],
                    Some(shunt) => {
                        let shunt = self.formulas.formula(shunt);
                        let rest = self.formulas.difference(one, shunt);
                        let followed = self.outputs[*of].row.clone();
                        let mut row: Vec<(usize, Slot)> =
                            followed.into_iter().map(|(i, per)| (i, self.formulas.product(per, shunt))).collect();
                        row.push((delayed, rest));
                        row
                    }
                }
            }
        };
        let index = self.outputs.len();
        self.outputs.push(ReadOut { index, analyte: out.analyte.clone(), site: out.site, row });
    }

    /// A state that follows a read-out at a rate, 1/h, and feeds nothing.
    fn delayed(&mut self, of: usize, rate: Slot, analyte: &str, site: Site) -> usize {
        let name = format!("{} {analyte}", site.id());
        let state = self.states.len();
        self.states.push(State { name, analyte: analyte.to_owned(), kind: StateKind::Delayed });
        for (from, per) in self.outputs[of].row.clone() {
            let slot = self.formulas.product(per, rate);
            self.rates.push(Rate { into: state, from, slot });
        }
        let slot = self.formulas.negated(vec![rate]);
        self.rates.push(Rate { into: state, from: state, slot });
        state
    }

    /// Adds an effect site that follows a read-out at a rate ke0 given beside the model's parameters, at this place
    /// behind them; its index among the read-outs.
    pub(crate) fn add_effect_site(&mut self, of: usize, place: usize) -> usize {
        let rate = self.formulas.beside(place);
        let analyte = self.outputs[of].analyte.clone();
        let state = self.delayed(of, rate, &analyte, Site::Effect);
        let one = self.formulas.number(1.0);
        let index = self.outputs.len();
        self.outputs.push(ReadOut { index, analyte, site: Site::Effect, row: vec![(state, one)] });
        index
    }
}

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
