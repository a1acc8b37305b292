//! One person's parameter values under a model.

use super::expr::Expr;
use super::formulas::Formulas;
use super::{Covariate, Effect, EffectForm, Model, Pace, Parameter, Reading};
use crate::error::{Error, PathStep, Result};
use crate::path;
use crate::regimen::SPAN_H;
use crate::subject::Subject;
use crate::units::number;
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

/// A rate above this (a half-life of 2.5 ms) is a slip of the pen, 1/h.
const FASTEST: f64 = 1e6;

/// Rounding allowed where shares are added up.
const SLACK: f64 = 1e-9;

impl Individual {
    /// The typical person with these covariates; `set` replaces parameters by formulas over the others.
    ///
    /// # Errors
    /// When the covariates lead the model to an impossible value.
    pub fn typical(model: &Model, subject: &Subject, set: &BTreeMap<String, Expr>) -> Result<Self> {
        let formulas = model.formulas();
        let typical = |(place, p): (usize, &Parameter)| {
            by_effects(formulas.effects_on(place).iter().map(|e| &model.effects[*e]), p.value, subject)
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
        person.verify(model)?;
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

    /// Refuses negative volumes, shares above one and the like.
    fn verify(&self, model: &Model) -> Result<()> {
        let mut check = Verify { person: self, model, part: Vec::new() };
        for compartment in &model.compartments {
            compartment.volume.iter().try_for_each(|v| check.positive("a volume", v))?;
        }
        for flow in &model.flows {
            match &flow.pace {
                Pace::Rate(rate) => {
                    check.within(format_args!("a rate, per hour,"), rate, f64::MIN_POSITIVE, FASTEST)?
                }
                Pace::Clearance(clearance) => check.positive("a clearance", clearance)?,
                Pace::Saturable { vmax, km } => {
                    check.positive("a Vmax", vmax)?;
                    check.positive("a Km", km)?;
                }
            }
            let from = &model.compartments[flow.from].name;
            check.shares(format_args!("what leaves \"{from}\""), flow.split.iter().map(|s| s.share.as_ref()))?;
            for split in &flow.split {
                if let Some(yields) = &split.yields {
                    let most = if split.apparent { f64::MAX } else { 1.0 + SLACK };
                    check.within(
                        format_args!("a yield (mark it `apparent = true` if it may exceed 1)"),
                        yields,
                        0.0,
                        most,
                    )?;
                }
            }
        }
        let (shortest, longest) = (*SPAN_H.start(), *SPAN_H.end());
        for (route, way_in) in &model.routes {
            check.part = path!["routes", route.id()];
            let id = route.id();
            check.shares(format_args!("a dose by route {id}"), way_in.ways.iter().map(|w| w.share.as_ref()))?;
            let later = way_in.ways.iter().map(|w| w.share_of(true));
            check.shares(format_args!("a dose by route {id} (later sprays)"), later)?;
            for way in &way_in.ways {
                way.lag.iter().try_for_each(|lag| check.within(format_args!("a lag, in hours,"), lag, 0.0, longest))?;
                way.duration.iter().try_for_each(|d| {
                    check.within(format_args!("a length of input, in hours,"), d, shortest, longest)
                })?;
            }
            way_in.hold.iter().try_for_each(|hold| {
                check.within(format_args!("a time of holding, in hours,"), &hold.default, shortest, longest)
            })?;
        }
        for output in &model.outputs {
            if let Reading::Delay { shunt: Some(shunt), .. } = &output.reads {
                check.part = path!["output"];
                check.within(format_args!("the share that is not delayed"), shunt, 0.0, 1.0)?;
            }
        }
        Ok(())
    }
}

/// A person's values against what a model can be.
struct Verify<'a> {
    person: &'a Individual,
    model: &'a Model,
    /// Part of the file that is looked at, for numbers without a name.
    part: Vec<PathStep>,
}

impl Verify<'_> {
    fn positive(&self, what: &str, formula: &Expr) -> Result<()> {
        self.within(format_args!("{what}"), formula, f64::MIN_POSITIVE, f64::MAX)
    }

    fn within(&self, what: std::fmt::Arguments, formula: &Expr, least: f64, most: f64) -> Result<()> {
        let value = self.person.value(formula);
        if value.is_finite() && value >= least && value <= most {
            return Ok(());
        }
        let shown = if value.is_finite() { number(value) } else { "not a finite number".to_owned() };
        let range = if most == f64::MAX {
            if least > 0.0 { "must be positive".to_owned() } else { "must not be negative".to_owned() }
        } else {
            format!("must lie between {} and {}", number(least), number(most.round()))
        };
        if let Expr::Number(_) = formula {
            return Err(Error::input(format!("{what} {range}, but it is {shown}"))
                .remedy("change the value")
                .at(self.part.clone()));
        }
        let (weight, age) = (number(self.person.get("weight")), number(self.person.get("age")));
        Err(Error::input(format!("`{formula}` is {shown} for a person of {weight} kg and {age} y: {what} {range}"))
            .remedy("change the value, its covariate effects, or for whom the model is (`applies_to`)")
            .at(self.place_of(formula)))
    }

    /// Where the first name of a formula is defined in the model file.
    fn place_of(&self, formula: &Expr) -> Vec<PathStep> {
        let names = formula.names();
        let Some(name) = names.first() else { return self.part.clone() };
        if self.model.derived.iter().any(|d| d.name == *name) {
            path!["derived", *name]
        } else {
            path!["parameters", *name]
        }
    }

    fn shares<'a>(&self, of_what: std::fmt::Arguments, shares: impl Iterator<Item = Option<&'a Expr>>) -> Result<()> {
        let (mut sum, mut first) = (0.0, None);
        for share in shares.flatten() {
            self.within(format_args!("a share of {of_what}"), share, 0.0, 1.0 + SLACK)?;
            sum += self.person.value(share);
            first = first.or(Some(share));
        }
        if sum > 1.0 + SLACK {
            let error = Error::input(format!("the shares of {of_what} add up to {}, more than all of it", number(sum)))
                .remedy("let the shares add up to 1 at most; the last may be \"rest\"");
            return Err(error.at(first.map_or(Vec::new(), |share| self.place_of(share))));
        }
        Ok(())
    }
}

/// A parameter's typical value for a subject with these covariates, by the effects that act on it.
pub(crate) fn by_effects<'a>(effects: impl Iterator<Item = &'a Effect>, typical: f64, subject: &Subject) -> f64 {
    let (mut factor, mut added) = (1.0, 0.0);
    for effect in effects {
        let (measure, category) = match effect.by {
            Covariate::Weight => (subject.weight.kg(), ""),
            Covariate::Age => (subject.age.years(), ""),
            Covariate::Sex => (0.0, subject.sex.as_str()),
            Covariate::Ancestry => (0.0, subject.ancestry.as_str()),
        };
        match &effect.form {
            EffectForm::Power { reference, power } => factor *= libm::pow(measure / reference, *power),
            EffectForm::Linear { reference, slope } => added += slope * (measure - reference),
            EffectForm::Hinge { above, slope } => added += slope * (measure - above).max(0.0),
            EffectForm::Category { is, times } if is.iter().any(|c| c == category) => factor *= times,
            EffectForm::Category { .. } => {}
        }
    }
    typical * factor + added
}
