//! One person's parameter values under a model.

use super::expr::Expr;
use super::{Covariate, EffectForm, Model, Pace};
use crate::error::{Error, Result};
use crate::subject::Subject;
use crate::units::number;
use std::collections::{BTreeMap, HashMap};

/// Parameter values of one person, by name, in canonical units.
#[derive(Debug, Clone)]
pub struct Individual {
    values: HashMap<String, f64>,
}

/// Rounding allowed where shares are added up.
const SLACK: f64 = 1e-9;

impl Individual {
    /// The typical person with these covariates; `set` replaces parameters by formulas over the others.
    ///
    /// # Errors
    /// When the covariates lead the model to an impossible value.
    pub fn typical(model: &Model, subject: &Subject, set: &BTreeMap<String, Expr>) -> Result<Self> {
        let mut values: HashMap<String, f64> =
            HashMap::from([("weight".to_owned(), subject.weight.kg()), ("age".to_owned(), subject.age.years())]);
        for parameter in &model.parameters {
            values.insert(parameter.name.clone(), with_covariates(model, &parameter.name, parameter.value, subject));
        }
        let mut person = Self { values };
        person.derive(model);
        let replaced: Vec<(String, f64)> =
            set.iter().map(|(name, formula)| (name.clone(), person.value(formula))).collect();
        if !replaced.is_empty() {
            person.values.extend(replaced);
            person.derive(model);
        }
        person.verify(model)?;
        Ok(person)
    }

    fn derive(&mut self, model: &Model) {
        for derived in &model.derived {
            let value = self.value(&derived.formula);
            self.values.insert(derived.name.clone(), value);
        }
    }

    /// Value of a formula for this person.
    pub fn value(&self, formula: &Expr) -> f64 {
        formula.value(&|name| self.get(name))
    }

    /// Value of a parameter or derived parameter; NaN for a name that does not exist, which checks refuse.
    pub fn get(&self, name: &str) -> f64 {
        self.values.get(name).copied().unwrap_or(f64::NAN)
    }

    /// Refuses negative volumes, shares above one and the like.
    fn verify(&self, model: &Model) -> Result<()> {
        let positive = |what: &str, formula: &Expr| self.within(what, formula, f64::MIN_POSITIVE, f64::MAX);
        for compartment in &model.compartments {
            if let Some(volume) = &compartment.volume {
                positive("a volume", volume)?;
            }
        }
        for flow in &model.flows {
            match &flow.pace {
                Pace::Rate(rate) => positive("a rate", rate)?,
                Pace::Clearance(clearance) => positive("a clearance", clearance)?,
            }
            let from = &model.compartments[flow.from].name;
            self.shares(&format!("what leaves \"{from}\""), flow.split.iter().map(|s| s.share.as_ref()))?;
            for split in &flow.split {
                if let Some(yields) = &split.yields {
                    let most = if split.apparent { f64::MAX } else { 1.0 + SLACK };
                    self.within("a yield (mark it `apparent = true` if it may exceed 1)", yields, 0.0, most)?;
                }
            }
        }
        for (route, way_in) in &model.routes {
            let what = format!("a dose by route {}", route.id());
            self.shares(&what, way_in.ways.iter().map(|w| w.share.as_ref()))?;
            let later = way_in.ways.iter().map(|w| w.share_later.as_ref().or(w.share.as_ref()));
            self.shares(&format!("{what} (later sprays)"), later)?;
            for way in &way_in.ways {
                way.lag.iter().try_for_each(|lag| self.within("a lag", lag, 0.0, f64::MAX))?;
                way.duration.iter().try_for_each(|d| positive("a duration of input", d))?;
            }
            way_in.hold.iter().try_for_each(|hold| positive("a time of holding", &hold.default))?;
        }
        Ok(())
    }

    fn within(&self, what: &str, formula: &Expr, least: f64, most: f64) -> Result<()> {
        let value = self.value(formula);
        if value.is_finite() && value >= least && value <= most {
            return Ok(());
        }
        let shown = if value.is_finite() { number(value) } else { "not a finite number".to_owned() };
        let range = match (least > 0.0, most < 2.0) {
            (true, _) => "must be positive",
            (false, true) => "must lie between 0 and 1",
            (false, false) => "must not be negative",
        };
        Err(Error::input(format!("`{formula}` is {shown} for a person of {} kg and {} y: {what} {range}",
            number(self.get("weight")), number(self.get("age")))))
    }

    fn shares<'a>(&self, of_what: &str, shares: impl Iterator<Item = Option<&'a Expr>>) -> Result<()> {
        let mut sum = 0.0;
        for share in shares.flatten() {
            self.within(&format!("a share of {of_what}"), share, 0.0, 1.0 + SLACK)?;
            sum += self.value(share);
        }
        if sum > 1.0 + SLACK {
            return Err(Error::input(format!("the shares of {of_what} add up to {}, more than all of it", number(sum)))
                .remedy("let the shares add up to 1 at most; the last may be \"rest\""));
        }
        Ok(())
    }
}

fn with_covariates(model: &Model, name: &str, typical: f64, subject: &Subject) -> f64 {
    let (mut factor, mut added) = (1.0, 0.0);
    for effect in model.effects.iter().filter(|e| e.on.iter().any(|on| on == name)) {
        let (measure, category) = match effect.by {
            Covariate::Weight => (subject.weight.kg(), ""),
            Covariate::Age => (subject.age.years(), ""),
            Covariate::Sex => (0.0, subject.sex.as_str()),
            Covariate::Ancestry => (0.0, subject.ancestry.as_str()),
        };
        match &effect.form {
            EffectForm::Power { reference, power } => factor *= (measure / reference).powf(*power),
            EffectForm::Linear { reference, slope } => added += slope * (measure - reference),
            EffectForm::Hinge { above, slope } => added += slope * (measure - above).max(0.0),
            EffectForm::Category { is, times } if is.iter().any(|c| c == category) => factor *= times,
            EffectForm::Category { .. } => {}
        }
    }
    typical * factor + added
}
