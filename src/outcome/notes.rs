//! What must be said beside a curve: sources, assumptions, what to beware of.

use super::caused::Caused;
use super::runner::{Runner, Solved};
use super::{ArmOutcome, Outside, PageReason, PageReasonKind};
use crate::analysis::Windows;
use crate::model::expr::Expr;
use crate::model::{ConditionRule, Effect, Grade, Model, Parameter, Reading, Site};
use crate::regimen::{Form, Route};
use crate::sim::SingleDose;
use crate::units::{Amount, Time, exceeds, significant};
use std::collections::BTreeMap;

/// Said of a model with saturable elimination, beside numbers that cannot be had.
pub const SATURABLE: &str = "elimination is saturable: twice the dose is not twice the curve; there is no terminal \
    half-life, and area to infinity and bioavailability are not given";

impl Runner<'_> {
    /// Conditions that are on and whose measured change the model reproduces on every route of the arm.
    pub(super) fn rules<'m>(&self, model: &'m Model) -> Vec<&'m ConditionRule> {
        model.rules_on(&self.scenario.conditions, &self.arm.routes())
    }

    /// What replaces parameters, the conditions counted; an end of a range stands above them.
    pub(super) fn with_conditions(&self, model: &Model, set: &BTreeMap<String, Expr>) -> BTreeMap<String, Expr> {
        let mut all = model.conditions_on(&self.scenario.conditions, &self.arm.routes());
        all.extend(set.clone());
        all
    }

    pub(super) fn assumptions(&self, model: &Model, plain: &Solved, used: &Used) -> Vec<String> {
        let routes = self.arm.routes();
        let mut list: Vec<String> =
            routes.iter().filter_map(|r| model.routes.get(r)).map(|r| r.assumption.clone()).collect();
        if self.arm.doses.iter().any(|d| d.form == Form::Hydrochloride) {
            list.push(format!("taken as hydrochloride: {} mg base in all", significant(plain.schedule().given(), 4)));
        } else if let Ok(drug) = self.library.drug(&self.arm.drug) {
            let less = significant(plain.schedule().given() * drug.base_per_hydrochloride, 3);
            list.push(format!("taken as base; if labelled hydrochloride, {less} mg base"));
        }
        if let Some(grade) = model.site_grade {
            list.push(format!("grade {grade} ({}): taken as {}", grade.meaning(), model.estimated_from.words()));
        }
        for line in &plain.schedule().taken {
            if !list.contains(line) {
                list.push(line.clone());
            }
        }
        for (whose, parameters) in [("", &used.parent), ("metabolites, ", &used.metabolites)] {
            for grade in [Grade::D, Grade::E] {
                let names: Vec<&str> =
                    parameters.iter().filter(|p| p.grade == grade).map(|p| p.name.as_str()).collect();
                if !names.is_empty() {
                    list.push(format!("{whose}grade {grade} ({}): {}", grade.meaning(), names.join(", ")));
                }
                list.extend(covariates(model, parameters, grade, whose));
            }
        }
        list
    }

    /// Where the arm lies outside what was studied.
    pub(super) fn outside(&self, model: &Model, plain: &Solved) -> Vec<Outside> {
        let subject = &self.subject;
        let whole = |words: String| Outside { words, from_h: None };
        let mut list = Vec::new();
        let note = model.limits_note.as_ref().map_or(String::new(), |n| format!(" ({n})"));
        if let Some([low, high]) = model.weight.filter(|[a, b]| subject.weight < *a || subject.weight > *b) {
            list.push(whole(format!("{} is outside the model's body weights, {low} to {high}{note}", subject.weight)));
        }
        if let Some([low, high]) = model.age.filter(|[a, b]| subject.age < *a || subject.age > *b) {
            list.push(whole(format!("{} is outside the model's ages, {low} to {high}{note}", subject.age)));
        }
        list.extend(not_studied(model, &plain.schedule().single_doses()));
        let manner = |(words, from): &(String, f64)| Outside { words: words.clone(), from_h: Some(*from) };
        list.extend(plain.schedule().extrapolated.iter().map(manner));
        list
    }

    pub(super) fn warnings(&self, model: &Model, arm: &ArmOutcome) -> Vec<String> {
        let mut list: Vec<String> = arm.outside_words().map(str::to_owned).collect();
        list.extend(self.offers(model));
        let told = |r: &&PageReason| r.kind != PageReasonKind::NoModel;
        list.extend(arm.page.reasons.iter().filter(told).map(|r| r.words.clone()));
        if let Some(range) = &arm.range {
            list.push(format!("a range, not a line: {}", range.note));
        }
        if model.is_saturable() {
            list.push(SATURABLE.to_owned());
        }
        if !model.uses_weight() {
            list.push("weight does not change this curve".to_owned());
        }
        if arm.curves.first().is_some_and(|c| c.exposure.still_rising) {
            list.push(
                "the concentration still rises at the end of the simulation: lengthen it to see the peak".to_owned(),
            );
        }
        if let Some(line) = self.caution(arm) {
            list.push(line);
        }
        for route in &arm.routes {
            list.extend(self.library.effects.evidence_note(&arm.drug, *route, &self.arm.doses).map(str::to_owned));
        }
        if arm.sessions.iter().any(|s| s.windows.outlasts) {
            list.push("main effects may outlast the simulated day: no time of fading is given".to_owned());
        }
        if self.arm.doses.iter().any(crate::regimen::Dose::is_bolus) {
            list.push("a bolus is taken as mixed at once: values of the first minutes are not real".to_owned());
        }
        for (id, _) in self.scenario.conditions.iter().filter(|(_, on)| **on) {
            let shown = self.rules(model).into_iter().find(|r| &r.id == id).map(|r| r.note.as_str());
            list.extend(self.library.condition(id).ok().map(|c| c.says_of(&arm.drug, &arm.routes, shown)));
        }
        list
    }

    fn caution(&self, arm: &ArmOutcome) -> Option<String> {
        let band = self.library.effects.caution(&arm.drug)?;
        (arm.highest() >= band.band[0].ng_ml()).then(|| {
            format!(
                "reaches {} ng/mL; {} to {} ng/mL: {}",
                significant(arm.highest(), 3),
                significant(band.band[0].ng_ml(), 3),
                significant(band.band[1].ng_ml(), 3),
                band.words
            )
        })
    }
}

/// Single doses larger or smaller than those that were studied: equal ones in one line, from the first of them on.
fn not_studied(model: &Model, doses: &[SingleDose]) -> Vec<Outside> {
    // dose in words, span that was studied, times it is given
    let mut list: Vec<(String, String, Vec<f64>)> = Vec::new();
    for dose in doses {
        let studied = model.routes.get(&dose.route).and_then(|r| r.studied);
        let Some([low, high]) = studied.map(|s| s.map(Amount::mg)) else { continue };
        if !exceeds(dose.amount, high) && !exceeds(low, dose.amount) {
            continue;
        }
        let what = format!("{} mg by route {}", significant(dose.amount, 4), dose.route);
        match list.iter_mut().find(|(known, ..)| *known == what) {
            Some((.., times)) => times.push(dose.complete),
            None => {
                let span = if low == high { format!("{low} mg") } else { format!("{low} mg to {high} mg") };
                list.push((what, span, vec![dose.complete]));
            }
        }
    }
    let line = |(what, span, times): (String, String, Vec<f64>)| {
        let first = times.first().copied().unwrap_or(0.0);
        let more = match times.len() {
            0 | 1 => String::new(),
            2 => " and once more".to_owned(),
            n => format!(" and {} times more", n - 1),
        };
        let at = Time::from_hours(first);
        Outside { words: format!("{what} at {at}{more} is outside what was studied, {span}"), from_h: Some(first) }
    };
    list.into_iter().map(line).collect()
}

/// How many of the settings reach the dissociative level, said without a judgement: it must not read as
/// a dose that is too small.
pub(super) fn settings_reaching(windows: &Windows) -> Option<String> {
    let share = windows.grid_reaching;
    (share > 0.0 && share < 1.0).then(|| {
        let percent = significant(share * 100.0, 2);
        format!("the level of the dissociative part is reached in {percent} % of the settings tried; fading times are of those")
    })
}

/// Parameters that the arm's curves depend on.
pub(super) struct Used<'a> {
    /// Those of the drug itself.
    pub parent: Vec<&'a Parameter>,
    /// Those of its metabolites alone.
    pub metabolites: Vec<&'a Parameter>,
}

impl<'a> Used<'a> {
    /// Those of the ways in, of what is reached from there, of the read-outs at the site, and of the ends of a range.
    pub fn by(model: &'a Model, routes: &[Route], site: Site, caused: Option<&Caused>) -> Self {
        let of = |names: &[String]| -> Vec<&'a Parameter> {
            model.parameters.iter().filter(|p| names.contains(&p.name)).collect()
        };
        let ends = caused.map(Caused::names).unwrap_or_default();
        let parent = of(&names_used(model, routes, site, false, ends.clone()));
        let all = of(&names_used(model, routes, site, true, ends));
        let metabolites = all.into_iter().filter(|p| !parent.contains(p)).collect();
        Self { parent, metabolites }
    }

    /// Names of all, in the order of the file.
    pub fn names(&self, model: &Model) -> Vec<String> {
        let all = || self.parent.iter().chain(&self.metabolites);
        let used = |name: &&String| all().any(|p| p.name == **name);
        model.parameters.iter().map(|p| &p.name).filter(used).cloned().collect()
    }

    /// Worst grade behind the drug's own curve: of its parameters, of how covariates change them, of its site.
    pub fn worst_grade(&self, model: &Model) -> Grade {
        let effects = model.effects.iter().filter(|e| !changed(e, &self.parent).is_empty()).map(|e| e.grade);
        self.parent.iter().map(|p| p.grade).chain(effects).chain(model.site_grade).max().unwrap_or(Grade::A)
    }
}

/// Names of those among `parameters` that an effect changes.
fn changed<'a>(effect: &Effect, parameters: &[&'a Parameter]) -> Vec<&'a str> {
    parameters.iter().map(|p| p.name.as_str()).filter(|name| effect.on.iter().any(|on| on == name)).collect()
}

/// "grade E (assumption): how weight changes V1, CL", one line for each covariate.
fn covariates(model: &Model, parameters: &[&Parameter], grade: Grade, whose: &str) -> Vec<String> {
    let mut by: Vec<(&str, Vec<&str>)> = Vec::new();
    for effect in model.effects.iter().filter(|e| e.grade == grade) {
        let names = changed(effect, parameters);
        match by.iter_mut().find(|(covariate, _)| *covariate == effect.by.word()) {
            _ if names.is_empty() => {}
            Some((_, list)) => list.extend(names),
            None => by.push((effect.by.word(), names)),
        }
    }
    let line = |(covariate, names): (&str, Vec<&str>)| {
        format!("{whose}grade {grade} ({}): how {covariate} changes {}", grade.meaning(), names.join(", "))
    };
    by.into_iter().map(line).collect()
}

/// Names in every formula that the drug, or also its metabolites, depend on, beside `names`.
fn names_used(model: &Model, routes: &[Route], site: Site, metabolites: bool, mut names: Vec<String>) -> Vec<String> {
    let counts = |i: usize| metabolites || model.compartments[i].holds == model.drug;
    let mut reached = vec![false; model.compartments.len()];
    let mut note = |e: &Expr| names.extend(e.names().into_iter().map(str::to_owned));
    for way_in in routes.iter().filter_map(|r| model.routes.get(r)) {
        for way in &way_in.ways {
            reached[way.into] = true;
            [&way.share, &way.share_later, &way.lag, &way.duration].into_iter().flatten().for_each(&mut note);
        }
        if let Some(hold) = &way_in.hold {
            reached[hold.swallow] = true;
            note(&hold.default);
        }
        way_in.sprays_restart.iter().for_each(&mut note);
    }
    for _ in 0..model.compartments.len() {
        for flow in &model.flows {
            flow.split.iter().for_each(|s| reached[s.into] |= reached[flow.from]);
        }
    }
    for flow in model.flows.iter().filter(|f| reached[f.from] && counts(f.from)) {
        flow.pace.formulas().into_iter().for_each(&mut note);
        let split = flow.split.iter().filter(|s| counts(s.into));
        split.flat_map(|s| [&s.share, &s.yields]).flatten().for_each(&mut note);
    }
    for (i, compartment) in model.compartments.iter().enumerate().filter(|(i, _)| reached[*i]) {
        compartment.volume.iter().filter(|_| counts(i)).for_each(&mut note);
    }
    for output in model.outputs.iter().filter(|o| o.site == site || o.site == Site::Effect) {
        if let Reading::Delay { rate, shunt, .. } = &output.reads {
            note(rate);
            shunt.iter().for_each(&mut note);
        }
    }
    // formulas stand for what they use
    let mut at = 0;
    while at < names.len() {
        if let Some(derived) = model.derived.iter().find(|d| d.name == names[at]) {
            names.extend(derived.formula.names().into_iter().map(str::to_owned));
        }
        at += 1;
    }
    names
}

/// Citations of what is used, in the order of the file.
pub(super) fn sources(model: &Model, used: &Used) -> Vec<String> {
    let all: Vec<&Parameter> = used.parent.iter().chain(&used.metabolites).copied().collect();
    let effects = || model.effects.iter().filter(|e| !changed(e, &all).is_empty());
    let cited = |key: &str| all.iter().any(|p| p.source == key) || effects().any(|e| e.source == key);
    model.sources.iter().filter(|s| cited(&s.key)).map(ToString::to_string).collect()
}
