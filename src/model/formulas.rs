//! The numbers of a model compiled once: every formula becomes operations on slots, so that one subject or many side
//! by side are computed by the same steps.

use super::Model;
use super::expr::{Expr, Op};
use rustc_hash::FxHashMap as HashMap;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Index of a number of a subject.
pub(crate) type Slot = usize;

/// A number of one subject, or of several side by side.
pub(crate) trait Value: Clone {
    /// The same number for all.
    fn splat(value: f64) -> Self;
    /// One by one.
    #[must_use]
    fn each(&self, f: impl Fn(f64) -> f64) -> Self;
    /// One by one over two.
    #[must_use]
    fn each2(&self, other: &Self, f: impl Fn(f64, f64) -> f64) -> Self;
}

impl Value for f64 {
    fn splat(value: f64) -> Self {
        value
    }

    fn each(&self, f: impl Fn(f64) -> f64) -> Self {
        f(*self)
    }

    fn each2(&self, other: &Self, f: impl Fn(f64, f64) -> f64) -> Self {
        f(*self, *other)
    }
}

/// What is done to fill one slot.
#[derive(Debug, Clone)]
enum Step {
    Number(f64),
    /// A parameter of the model, by its place in the file, or a number drawn beside them.
    Parameter(usize),
    Weight,
    Age,
    Binary(Op, Slot, Slot),
    Exp(Slot),
    /// 1 less the sum of shares, at least 0: the share "rest".
    Rest(Vec<Slot>),
    /// Sum of products: all that feeds one state from another.
    Sum(Vec<Vec<Slot>>),
    Negated(Vec<Slot>),
    Reciprocal(Slot),
}

impl Step {
    /// Numbers by their bits, so that equal steps share a slot.
    fn key(&self) -> (u8, u64, &[Slot], &[Vec<Slot>]) {
        match self {
            Self::Number(value) => (0, value.to_bits(), &[], &[]),
            Self::Parameter(place) => (1, *place as u64, &[], &[]),
            Self::Weight => (2, 0, &[], &[]),
            Self::Age => (3, 0, &[], &[]),
            Self::Binary(op, x, y) => (4 + *op as u8, (*x as u64) << 32 | *y as u64, &[], &[]),
            Self::Exp(x) => (20, *x as u64, &[], &[]),
            Self::Rest(stated) => (21, 0, stated, &[]),
            Self::Sum(terms) => (22, 0, &[], terms),
            Self::Negated(parts) => (23, 0, parts, &[]),
            Self::Reciprocal(x) => (24, *x as u64, &[], &[]),
        }
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Step {}

impl Hash for Step {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// How the numbers of a subject are computed from the parameters, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Formulas {
    steps: Vec<Step>,
    /// Slots of the steps of the model, shared, and of those added since: equal steps share a slot.
    known: Arc<HashMap<Step, Slot>>,
    added: HashMap<Step, Slot>,
    named: Arc<HashMap<String, Slot>>,
    /// By parameter, which covariate effects of the model act on it.
    effects: Arc<Vec<Vec<usize>>>,
}

impl Formulas {
    /// The parameters and derived parameters of a model; `set` replaces parameters by formulas over the typical ones.
    pub fn new(model: &Model, set: &BTreeMap<String, Expr>) -> Self {
        let mut formulas = Self::default();
        let (weight, age) = (formulas.push(Step::Weight), formulas.push(Step::Age));
        let mut named = HashMap::from_iter([("weight".to_owned(), weight), ("age".to_owned(), age)]);
        for (place, p) in model.parameters.iter().enumerate() {
            let slot = formulas.push(Step::Parameter(place));
            named.insert(p.name.clone(), slot);
        }
        formulas.named = Arc::new(named);
        formulas.derive(model);
        let replaced: Vec<(String, Slot)> =
            set.iter().map(|(name, formula)| (name.clone(), formulas.formula(formula))).collect();
        if !replaced.is_empty() {
            Arc::make_mut(&mut formulas.named).extend(replaced);
            formulas.derive(model);
        }
        formulas.known = Arc::new(std::mem::take(&mut formulas.added));
        let acting = |name: &str| (0..model.effects.len()).filter(|e| model.effects[*e].acts_on(name)).collect();
        formulas.effects = Arc::new(model.parameters.iter().map(|p| acting(&p.name)).collect());
        formulas
    }

    fn derive(&mut self, model: &Model) {
        for derived in &model.derived {
            let slot = self.formula(&derived.formula);
            Arc::make_mut(&mut self.named).insert(derived.name.clone(), slot);
        }
    }

    fn push(&mut self, step: Step) -> Slot {
        if let Some(known) = self.known.get(&step).or_else(|| self.added.get(&step)) {
            return *known;
        }
        let slot = self.steps.len();
        self.added.insert(step.clone(), slot);
        self.steps.push(step);
        slot
    }

    /// Slot of a constant.
    pub fn number(&mut self, value: f64) -> Slot {
        self.push(Step::Number(value))
    }

    /// Slot of a number that is given beside the model's parameters, at this place behind them.
    pub fn beside(&mut self, place: usize) -> Slot {
        self.push(Step::Parameter(place))
    }

    /// x times y.
    pub fn product(&mut self, x: Slot, y: Slot) -> Slot {
        self.push(Step::Binary(Op::Multiply, x, y))
    }

    /// x over y.
    pub fn quotient(&mut self, x: Slot, y: Slot) -> Slot {
        self.push(Step::Binary(Op::Divide, x, y))
    }

    /// x less y.
    pub fn difference(&mut self, x: Slot, y: Slot) -> Slot {
        self.push(Step::Binary(Op::Subtract, x, y))
    }

    /// 1 over x.
    pub fn reciprocal(&mut self, x: Slot) -> Slot {
        self.push(Step::Reciprocal(x))
    }

    /// The sum of products.
    pub fn sum_of_products(&mut self, terms: Vec<Vec<Slot>>) -> Slot {
        self.push(Step::Sum(terms))
    }

    /// The sum, with its sign turned.
    pub fn negated(&mut self, parts: Vec<Slot>) -> Slot {
        self.push(Step::Negated(parts))
    }

    /// Slot of a formula; NaN for a name that does not exist, which the checks of a model refuse.
    pub fn formula(&mut self, formula: &Expr) -> Slot {
        match formula {
            Expr::Number(value) => self.number(*value),
            Expr::Name(name) => match self.named.get(name) {
                Some(slot) => *slot,
                None => self.number(f64::NAN),
            },
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

    /// Which covariate effects of the model act on a parameter, by its place.
    pub fn effects_on(&self, parameter: usize) -> &[usize] {
        self.effects.get(parameter).map_or(&[], Vec::as_slice)
    }

    /// Slot of a parameter or derived parameter.
    pub fn named(&self, name: &str) -> Option<Slot> {
        self.named.get(name).copied()
    }

    /// Fills the slots: `parameters` by their place in the model, weight in kg, age in years.
    pub fn fill<V: Value>(&self, parameters: &[V], weight: &V, age: &V, slots: &mut Vec<V>) {
        slots.clear();
        slots.reserve(self.steps.len());
        for step in &self.steps {
            let value = match step {
                Step::Number(value) => V::splat(*value),
                Step::Parameter(i) => parameters[*i].clone(),
                Step::Weight => weight.clone(),
                Step::Age => age.clone(),
                Step::Binary(op, x, y) => binary(*op, &slots[*x], &slots[*y]),
                Step::Exp(x) => slots[*x].each(libm::exp),
                Step::Rest(stated) => sum(slots, stated).each(|s| (1.0 - s).max(0.0)),
                Step::Sum(terms) => terms.iter().fold(V::splat(0.0), |all, factors| {
                    let term = factors.iter().fold(V::splat(1.0), |t, s| t.each2(&slots[*s], |a, b| a * b));
                    all.each2(&term, |a, b| a + b)
                }),
                Step::Negated(parts) => sum(slots, parts).each(|s| -s),
                Step::Reciprocal(x) => slots[*x].each(|v| 1.0 / v),
            };
            slots.push(value);
        }
    }
}

fn sum<V: Value>(slots: &[V], parts: &[Slot]) -> V {
    parts.iter().fold(V::splat(0.0), |all, s| all.each2(&slots[*s], |a, b| a + b))
}

fn binary<V: Value>(op: Op, x: &V, y: &V) -> V {
    x.each2(y, |a, b| op.of(a, b))
}
