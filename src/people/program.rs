//! A model lowered once for many people: which numbers are computed from which, and which state feeds which.
//!
//! A person's numbers are slots; every formula of the model becomes operations on slots, so that sixteen people are
//! computed side by side. The states are those that some dose reaches and some read-out shows; sinks are left out.

use super::lanes::{Lane, map, map2, splat};
use crate::error::{Error, Result};
use crate::model::expr::{Expr, Op};
use crate::model::{Compartment, CompartmentKind, Model, Pace, Reading, Site};
use std::collections::{BTreeMap, HashMap};

/// Index of a number of a person.
pub(super) type Slot = usize;

/// What is done to fill the slots, in order.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Number(f64),
    /// A drawn parameter, by its place in the model.
    Parameter(usize),
    Weight,
    Age,
    Binary(Op, Slot, Slot),
    Exp(Slot),
    /// 1 less the sum of shares, at least 0: what takes the rest.
    Rest(Vec<Slot>),
    /// Sum of products: rates that feed one state from another.
    Sum(Vec<Vec<Slot>>),
    Negated(Vec<Slot>),
    Reciprocal(Slot),
}

/// How the numbers of sixteen people are computed.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    steps: Vec<Step>,
    named: HashMap<String, Slot>,
}

/// A model for many people.
#[derive(Debug, Clone)]
pub(super) struct Program {
    pub numbers: Numbers,
    /// Rate from the second state into the first, 1/h; the diagonal is what leaves.
    pub rates: Vec<(usize, usize, Slot)>,
    /// First state of each compartment that has one.
    first: Vec<Option<usize>>,
    /// Number of states.
    pub states: usize,
    /// Read-outs asked for: sums of slot times state.
    pub outputs: Vec<Vec<(usize, Slot)>>,
}

/// A read-out that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Analyte.
    pub analyte: String,
    /// Site.
    pub site: Site,
}

impl Numbers {
    fn push(&mut self, step: Step) -> Slot {
        if let Some(known) = self.steps.iter().position(|s| *s == step) {
            return known;
        }
        self.steps.push(step);
        self.steps.len() - 1
    }

    pub fn number(&mut self, value: f64) -> Slot {
        self.push(Step::Number(value))
    }

    pub fn product(&mut self, a: Slot, b: Slot) -> Slot {
        self.push(Step::Binary(Op::Multiply, a, b))
    }

    fn quotient(&mut self, a: Slot, b: Slot) -> Slot {
        self.push(Step::Binary(Op::Divide, a, b))
    }

    /// Slot of a formula.
    pub fn formula(&mut self, formula: &Expr) -> Slot {
        match formula {
            Expr::Number(value) => self.number(*value),
            // every name was checked when the model was read
            Expr::Name(name) => self.named.get(name).copied().unwrap_or(0),
            Expr::Binary(op, x, y) => {
                let (x, y) = (self.formula(x), self.formula(y));
                self.push(Step::Binary(*op, x, y))
            }
            Expr::Exp(x) => {
                let x = self.formula(x);
                self.push(Step::Exp(x))
            }
        }
    }

    /// Shares of a whole; one without a formula takes the rest.
    pub fn shares<'a>(&mut self, shares: impl Iterator<Item = Option<&'a Expr>>) -> Vec<Slot> {
        let stated: Vec<Option<Slot>> = shares.map(|s| s.map(|formula| self.formula(formula))).collect();
        let sum: Vec<Slot> = stated.iter().flatten().copied().collect();
        stated.into_iter().map(|s| s.unwrap_or_else(|| self.push(Step::Rest(sum.clone())))).collect()
    }

    /// Names of a model: parameters, then what `set` puts in their place, then derived ones.
    fn names(&mut self, model: &Model, set: &BTreeMap<String, Expr>) {
        let zero = self.number(0.0);
        debug_assert_eq!(zero, 0);
        let (weight, age) = (self.push(Step::Weight), self.push(Step::Age));
        self.named.extend([("weight".to_owned(), weight), ("age".to_owned(), age)]);
        for (i, p) in model.parameters.iter().enumerate() {
            let slot = self.push(Step::Parameter(i));
            self.named.insert(p.name.clone(), slot);
        }
        self.derive(model);
        let replaced: Vec<(String, Slot)> =
            set.iter().map(|(name, formula)| (name.clone(), self.formula(formula))).collect();
        if !replaced.is_empty() {
            self.named.extend(replaced);
            self.derive(model);
        }
    }

    fn derive(&mut self, model: &Model) {
        for derived in &model.derived {
            let slot = self.formula(&derived.formula);
            self.named.insert(derived.name.clone(), slot);
        }
    }

    /// Fills the slots of sixteen people: `parameters` by their place in the model.
    pub fn fill(&self, parameters: &[Lane], weight: &Lane, age: &Lane, slots: &mut Vec<Lane>) {
        slots.clear();
        for step in &self.steps {
            let value = match step {
                Step::Number(value) => splat(*value),
                Step::Parameter(i) => parameters[*i],
                Step::Weight => *weight,
                Step::Age => *age,
                Step::Binary(op, x, y) => binary(*op, &slots[*x], &slots[*y]),
                Step::Exp(x) => map(&slots[*x], f64::exp),
                Step::Rest(stated) => map(&sum(slots, stated), |s| (1.0 - s).max(0.0)),
                Step::Sum(terms) => terms.iter().fold(splat(0.0), |all, factors| {
                    let term = factors.iter().fold(splat(1.0), |t, s| map2(&t, &slots[*s], |a, b| a * b));
                    map2(&all, &term, |a, b| a + b)
                }),
                Step::Negated(parts) => map(&sum(slots, parts), |s| -s),
                Step::Reciprocal(x) => map(&slots[*x], |v| 1.0 / v),
            };
            slots.push(value);
        }
    }
}

fn sum(slots: &[Lane], parts: &[Slot]) -> Lane {
    parts.iter().fold(splat(0.0), |all, s| map2(&all, &slots[*s], |a, b| a + b))
}

fn binary(op: Op, x: &Lane, y: &Lane) -> Lane {
    match op {
        Op::Add => map2(x, y, |a, b| a + b),
        Op::Subtract => map2(x, y, |a, b| a - b),
        Op::Multiply => map2(x, y, |a, b| a * b),
        Op::Divide => map2(x, y, |a, b| a / b),
        Op::Min => map2(x, y, f64::min),
        Op::Max => map2(x, y, f64::max),
        Op::Above => map2(x, y, |a, b| (a - b).max(0.0)),
    }
}

impl Program {
    /// Lowers a model with `mouths` doses held at once, for the read-outs that are asked for.
    ///
    /// # Errors
    /// When a read-out is asked for that the model has not.
    pub fn new(model: &Model, set: &BTreeMap<String, Expr>, mouths: usize, wanted: &[Wanted]) -> Result<Self> {
        let mut numbers = Numbers::default();
        numbers.names(model, set);
        let mut program = Self { numbers, rates: Vec::new(), first: Vec::new(), states: 0, outputs: Vec::new() };
        for c in &model.compartments {
            let copies = match c.kind {
                CompartmentKind::Sink => 0,
                CompartmentKind::Mouth => mouths.max(1),
                CompartmentKind::Ordinary => 1,
            };
            program.first.push((copies > 0).then_some(program.states));
            program.states += copies;
        }
        program.flows(model, mouths);
        for want in wanted {
            let output = model.outputs.iter().position(|o| o.analyte == want.analyte && o.site == want.site);
            let output = output.ok_or_else(|| {
                Error::cannot(format!("{} has no curve of {} in {}", model.id, want.analyte, want.site.words()))
            })?;
            let row = program.read_out(model, output);
            program.outputs.push(row);
        }
        Ok(program)
    }

    /// State of a compartment, for a mouth that of a slot; none for a sink.
    pub fn state_of(&self, compartment: usize, mouth: usize) -> Option<usize> {
        self.first[compartment].map(|first| first + mouth)
    }

    fn flows(&mut self, model: &Model, mouths: usize) {
        let n = self.states;
        let mut into: BTreeMap<(usize, usize), Vec<Vec<Slot>>> = BTreeMap::new();
        let mut out: BTreeMap<usize, Vec<Slot>> = BTreeMap::new();
        for flow in &model.flows {
            let from = &model.compartments[flow.from];
            let pace = self.pace(&flow.pace, from);
            let shares = self.numbers.shares(flow.split.iter().map(|s| s.share.as_ref()));
            let Some(first) = self.first[flow.from] else { continue };
            let copies = if from.kind == CompartmentKind::Mouth { mouths.max(1) } else { 1 };
            for state in first..first + copies {
                out.entry(state).or_default().push(pace);
                for (split, share) in flow.split.iter().zip(&shares) {
                    let Some(target) = self.first[split.into] else { continue };
                    let mut factors = vec![pace, *share];
                    factors.extend(split.yields.as_ref().map(|y| self.numbers.formula(y)));
                    into.entry((target, state)).or_default().push(factors);
                }
            }
        }
        for ((i, j), terms) in into {
            let slot = self.numbers.push(Step::Sum(terms));
            self.rates.push((i, j, slot));
        }
        for (i, paces) in out.into_iter().filter(|(i, _)| *i < n) {
            let slot = self.numbers.push(Step::Negated(paces));
            self.rates.push((i, i, slot));
        }
    }

    fn pace(&mut self, pace: &Pace, from: &Compartment) -> Slot {
        match pace {
            Pace::Rate(rate) => self.numbers.formula(rate),
            Pace::Clearance(clearance) => {
                let clearance = self.numbers.formula(clearance);
                let volume = from.volume.as_ref().map_or(0, |v| self.numbers.formula(v));
                self.numbers.quotient(clearance, volume)
            }
        }
    }

    fn read_out(&mut self, model: &Model, output: usize) -> Vec<(usize, Slot)> {
        match &model.outputs[output].reads {
            Reading::Compartment(c) => {
                let volume = model.compartments[*c].volume.as_ref().map_or(0, |v| self.numbers.formula(v));
                let per = self.numbers.push(Step::Reciprocal(volume));
                self.first[*c].map(|state| vec![(state, per)]).unwrap_or_default()
            }
            Reading::Delay { of, rate, shunt } => {
                let followed = self.read_out(model, *of);
                let rate = self.numbers.formula(rate);
                let state = self.delay(&followed, rate);
                let one = self.numbers.number(1.0);
                let Some(shunt) = shunt else { return vec![(state, one)] };
                let shunt = self.numbers.formula(shunt);
                let rest = self.numbers.push(Step::Binary(Op::Subtract, one, shunt));
                let mut row: Vec<(usize, Slot)> =
                    followed.into_iter().map(|(i, per)| (i, self.numbers.product(per, shunt))).collect();
                row.push((state, rest));
                row
            }
        }
    }

    /// A state that follows a read-out at a rate, and feeds nothing.
    pub fn delay(&mut self, followed: &[(usize, Slot)], rate: Slot) -> usize {
        let state = self.states;
        self.states += 1;
        for (from, per) in followed {
            let slot = self.numbers.product(*per, rate);
            self.rates.push((state, *from, slot));
        }
        let leaves = self.numbers.push(Step::Negated(vec![rate]));
        self.rates.push((state, state, leaves));
        state
    }

    /// A slot for a number that is drawn beside the model's parameters, at this place behind them.
    pub fn extra(&mut self, place: usize) -> Slot {
        self.numbers.push(Step::Parameter(place))
    }
}
