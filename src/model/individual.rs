//! One person's parameter values under a model.

use super::expr::Expr;
use super::formulas::Formulas;
use super::{Covariate, Effect, EffectForm, Model, Parameter};
use crate::error::Result;
use crate::subject::Subject;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Parameter values of one person, by name, in canonical units.
#[derive(Debug, Clone)]
pub struct Individual {
    formulas: Arc<Formulas>,
    parameters: Vec<f64>,
    body: [f64; 2],
    slots: Vec<f64>,
}

impl Individual {
    /// The typical person with these covariates; `set` replaces parameters by formulas over the others.
    ///
    /// # Errors
    /// When the covariates lead the model to an impossible value.
    pub fn typical(model: &Model, subject: &Subject, set: &BTreeMap<String, Expr>) -> Result<Self> {
        let bounds = model.bounds();
        let formulas = bounds.formulas.clone();
        let mut powers = Powers::default();
        let typical = |(place, p): (usize, &Parameter)| {
            let acting = formulas.effects_on(place).iter().map(|e| &model.effects[*e]);
            with_effects(acting, p.value, subject, &mut powers)
        };
        let mut person = Self {
            parameters: model.parameters.iter().enumerate().map(typical).collect(),
            formulas,
            body: [subject.weight.kg(), subject.age.years()],
            slots: Vec::new(),
        };
        person.fill();
        if !set.is_empty() {
            let place = |name: &String| model.parameters.iter().position(|p| p.name == *name);
            let replaced: Vec<(usize, f64)> =
                set.iter().filter_map(|(name, formula)| Some((place(name)?, person.value(formula)))).collect();
            replaced.into_iter().for_each(|(place, value)| person.parameters[place] = value);
            person.fill();
        }
        bounds.verify(model, &person.slots)?;
        Ok(person)
    }

    fn fill(&mut self) {
        let [weight, age] = self.body;
        self.formulas.fill(&self.parameters, &weight, &age, &mut self.slots);
    }

    /// Values of the parameters, in the order of the model, canonical units.
    pub(crate) fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    /// Weight, kg, and age, y.
    pub(crate) fn body(&self) -> [f64; 2] {
        self.body
    }

    /// Value of a formula for this person.
    pub fn value(&self, formula: &Expr) -> f64 {
        formula.value(&|name| self.get(name))
    }

    /// Values of shares of a whole; one without a formula takes the rest.
    pub fn parts<'a>(&self, shares: impl Iterator<Item = Option<&'a Expr>>) -> Vec<f64> {
        let values: Vec<Option<f64>> = shares.map(|share| share.map(|formula| self.value(formula))).collect();
        let stated: f64 = values.iter().flatten().sum();
        values.into_iter().map(|value| value.unwrap_or((1.0 - stated).max(0.0))).collect()
    }

    /// Value of a parameter or derived parameter; NaN for a name that does not exist, which checks refuse.
    pub fn get(&self, name: &str) -> f64 {
        self.formulas.named(name).map_or(f64::NAN, |slot| self.slots[slot])
    }
}

/// Powers that were worked out last: a model scales several parameters alike.
#[derive(Default)]
struct Powers {
    /// Base, exponent and power; the oldest makes room.
    known: [Option<(f64, f64, f64)>; 4],
    next: usize,
}

impl Powers {
    fn of(&mut self, base: f64, exponent: f64) -> f64 {
        if let Some((.., power)) = self.known.iter().flatten().find(|(b, e, _)| *b == base && *e == exponent) {
            return *power;
        }
        let power = libm::pow(base, exponent);
        self.known[self.next] = Some((base, exponent, power));
        self.next = (self.next + 1) % self.known.len();
        power
    }
}

/// A parameter's typical value for a subject with these covariates, by the effects that act on it.
pub(crate) fn by_effects<'a>(effects: impl Iterator<Item = &'a Effect>, typical: f64, subject: &Subject) -> f64 {
    with_effects(effects, typical, subject, &mut Powers::default())
}

fn with_effects<'a>(
    effects: impl Iterator<Item = &'a Effect>,
    typical: f64,
    subject: &Subject,
    powers: &mut Powers,
) -> f64 {
    let (mut factor, mut added) = (1.0, 0.0);
    for effect in effects {
        let (measure, category) = match effect.by {
            Covariate::Weight => (subject.weight.kg(), ""),
            Covariate::Age => (subject.age.years(), ""),
            Covariate::Sex => (0.0, subject.sex.as_str()),
            Covariate::Ancestry => (0.0, subject.ancestry.as_str()),
        };
        match &effect.form {
            EffectForm::Power { reference, power } => factor *= powers.of(measure / reference, *power),
            EffectForm::Linear { reference, slope } => added += slope * (measure - reference),
            EffectForm::Hinge { above, slope } => added += slope * (measure - above).max(0.0),
            EffectForm::Category { is, times } if is.iter().any(|c| c == category) => factor *= times,
            EffectForm::Category { .. } => {}
        }
    }
    typical * factor + added
}
