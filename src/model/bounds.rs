//! Between which bounds the values of one subject must lie: no negative volume, no share above 1. Found once per model.

use super::expr::Expr;
use super::formulas::{Formulas, Slot};
use super::{Model, Pace, Reading};
use crate::error::{Error, PathStep, Result};
use crate::path;
use crate::regimen::SPAN_H;
use crate::units::number;
use std::sync::Arc;

/// A rate above this (a half-life of 2.5 ms) is a slip of the pen, 1/h.
const FASTEST: f64 = 1e6;
/// Rounding allowed where shares are added up.
const SLACK: f64 = 1e-9;

/// The bounds of a model, and its formulas with all that they are asked of.
#[derive(Debug)]
pub(crate) struct Bounds {
    pub formulas: Arc<Formulas>,
    rules: Vec<Rule>,
    weight: Slot,
    age: Slot,
}

#[derive(Debug)]
enum Rule {
    /// A value between two bounds.
    Within(Bound),
    /// Stated shares of a whole: none below 0, together at most 1.
    Shares { of_what: String, stated: Vec<Bound> },
}

#[derive(Debug)]
struct Bound {
    what: String,
    formula: Expr,
    slot: Slot,
    least: f64,
    most: f64,
    /// Part of the file that is looked at, for numbers without a name.
    part: Vec<PathStep>,
}

/// Gathers the rules of a model.
struct Gather {
    formulas: Formulas,
    rules: Vec<Rule>,
    part: Vec<PathStep>,
}

impl Bounds {
    /// All bounds of a model, in the order in which they are looked at.
    pub fn new(model: &Model) -> Self {
        let mut all = Gather { formulas: (*model.formulas()).clone(), rules: Vec::new(), part: Vec::new() };
        for compartment in &model.compartments {
            compartment.volume.iter().for_each(|v| all.positive("a volume", v));
        }
        for flow in &model.flows {
            match &flow.pace {
                Pace::Rate(rate) => all.within("a rate, per hour,", rate, f64::MIN_POSITIVE, FASTEST),
                Pace::Clearance(clearance) => all.positive("a clearance", clearance),
                Pace::Saturable { vmax, km } => {
                    all.positive("a Vmax", vmax);
                    all.positive("a Km", km);
                }
            }
            let from = &model.compartments[flow.from].name;
            all.shares(format!("what leaves \"{from}\""), flow.split.iter().map(|s| s.share.as_ref()));
            for split in &flow.split {
                if let Some(yields) = &split.yields {
                    let most = if split.apparent { f64::MAX } else { 1.0 + SLACK };
                    all.within("a yield (mark it `apparent = true` if it may exceed 1)", yields, 0.0, most);
                }
            }
        }
        let (shortest, longest) = (*SPAN_H.start(), *SPAN_H.end());
        for (route, way_in) in &model.routes {
            let id = route.id();
            all.part = path!["routes", id];
            all.shares(format!("a dose by route {id}"), way_in.ways.iter().map(|w| w.share.as_ref()));
            all.shares(format!("a dose by route {id} (later sprays)"), way_in.ways.iter().map(|w| w.share_of(true)));
            for way in &way_in.ways {
                way.lag.iter().for_each(|lag| all.within("a lag, in hours,", lag, 0.0, longest));
                way.duration.iter().for_each(|d| all.within("a length of input, in hours,", d, shortest, longest));
            }
            way_in
                .hold
                .iter()
                .for_each(|hold| all.within("a time of holding, in hours,", &hold.default, shortest, longest));
        }
        for output in &model.outputs {
            if let Reading::Delay { shunt: Some(shunt), .. } = &output.reads {
                all.part = path!["output"];
                all.within("the share that is not delayed", shunt, 0.0, 1.0);
            }
        }
        let Gather { mut formulas, rules, .. } = all;
        let [weight, age] = ["weight", "age"].map(|name| formulas.formula(&Expr::Name(name.to_owned())));
        Self { formulas: Arc::new(formulas), rules, weight, age }
    }

    /// Refuses a subject one of whose values, by slot, is out of bounds.
    ///
    /// # Errors
    /// The first bound that is not kept, and what the value is.
    pub fn verify(&self, model: &Model, slots: &[f64]) -> Result<()> {
        let refused = |bound: &Bound| Err(self.outside(model, bound, slots));
        for rule in &self.rules {
            match rule {
                Rule::Within(bound) if !bound.holds(slots) => return refused(bound),
                Rule::Within(_) => {}
                Rule::Shares { of_what, stated } => {
                    if let Some(bound) = stated.iter().find(|b| !b.holds(slots)) {
                        return refused(bound);
                    }
                    let sum: f64 = stated.iter().map(|b| slots[b.slot]).sum();
                    if sum > 1.0 + SLACK {
                        let what = format!("the shares of {of_what} add up to {}, more than all of it", number(sum));
                        return Err(Error::input(what)
                            .remedy("let the shares add up to 1 at most; the last may be \"rest\"")
                            .at(stated.first().map_or(Vec::new(), |share| share.place(model))));
                    }
                }
            }
        }
        Ok(())
    }

    fn outside(&self, model: &Model, bound: &Bound, slots: &[f64]) -> Error {
        let Bound { what, formula, least, most, .. } = bound;
        let value = slots[bound.slot];
        let shown = if value.is_finite() { number(value) } else { "not a finite number".to_owned() };
        let range = if *most == f64::MAX {
            if *least > 0.0 { "must be positive".to_owned() } else { "must not be negative".to_owned() }
        } else {
            format!("must lie between {} and {}", number(*least), number(most.round()))
        };
        if let Expr::Number(_) = formula {
            return Error::input(format!("{what} {range}, but it is {shown}"))
                .remedy("change the value")
                .at(bound.part.clone());
        }
        let (weight, age) = (number(slots[self.weight]), number(slots[self.age]));
        Error::input(format!("`{formula}` is {shown} for a person of {weight} kg and {age} y: {what} {range}"))
            .remedy("change the value, its covariate effects, or for whom the model is (`applies_to`)")
            .at(bound.place(model))
    }
}

impl Bound {
    fn holds(&self, slots: &[f64]) -> bool {
        let value = slots[self.slot];
        value.is_finite() && value >= self.least && value <= self.most
    }

    /// Where the first name of the formula is defined in the model file.
    fn place(&self, model: &Model) -> Vec<PathStep> {
        let names = self.formula.names();
        let Some(name) = names.first() else { return self.part.clone() };
        if model.derived.iter().any(|d| d.name == *name) { path!["derived", *name] } else { path!["parameters", *name] }
    }
}

impl Gather {
    fn bound(&mut self, what: &str, formula: &Expr, least: f64, most: f64) -> Bound {
        let slot = self.formulas.formula(formula);
        Bound { what: what.to_owned(), formula: formula.clone(), slot, least, most, part: self.part.clone() }
    }

    fn within(&mut self, what: &str, formula: &Expr, least: f64, most: f64) {
        let bound = self.bound(what, formula, least, most);
        self.rules.push(Rule::Within(bound));
    }

    fn positive(&mut self, what: &str, formula: &Expr) {
        self.within(what, formula, f64::MIN_POSITIVE, f64::MAX);
    }

    fn shares<'a>(&mut self, of_what: String, shares: impl Iterator<Item = Option<&'a Expr>>) {
        let what = format!("a share of {of_what}");
        let stated = shares.flatten().map(|share| self.bound(&what, share, 0.0, 1.0 + SLACK)).collect();
        self.rules.push(Rule::Shares { of_what, stated });
    }
}
