//! JSON of `models list` and `models show`.

use crate::error::{Error, Result};
use crate::library::Library;
use crate::model::{EffectForm, Model, Source};
use crate::units::{NG_ML_PER_MG_L, split_number, tidy};
use serde::Serialize;
use serde_json::{Value, json};

/// All models.
#[derive(Debug, Serialize)]
pub struct ModelListJson {
    models: Vec<Value>,
}

impl ModelListJson {
    /// Every model of a library, in the order in which they were added.
    pub fn new(library: &Library) -> Self {
        let one = |m: &Model| {
            json!({
                "id": m.id,
                "title": m.title,
                "drug": m.drug,
                "routes": routes(m),
                "site": m.estimated_from.id(),
                "composite": m.composite,
                "incomplete": m.incomplete,
                "default_for": m.default_for.iter().map(|r| r.id()).collect::<Vec<_>>(),
                "n_parameters": m.parameters.len(),
                "worst_grade": m.worst_grade().to_string(),
            })
        };
        Self { models: library.models().map(one).collect() }
    }
}

/// One model.
#[derive(Debug, Serialize)]
pub struct ModelJson {
    id: String,
    title: String,
    about: String,
    drug: String,
    site: &'static str,
    composite: bool,
    disposition: String,
    default_for: Vec<&'static str>,
    population: Value,
    applies_to: Value,
    missing: Vec<String>,
    /// Why it cannot be simulated.
    incomplete: Option<String>,
    sources: Vec<Value>,
    parameters: Vec<ParameterJson>,
    /// Figures that the source prints and no curve uses.
    reported: Vec<ParameterJson>,
    derived: Vec<Value>,
    effects: Vec<Value>,
    spread: Vec<Value>,
    correlations: Vec<Value>,
    residual: Vec<Value>,
    routes: Vec<Value>,
    outputs: Vec<Value>,
    ranges: Vec<Value>,
}

/// A number with all that belongs to it.
#[derive(Debug, Serialize)]
pub struct ParameterJson {
    /// Symbol of the parameter as in the model file, for example `CL`.
    pub name: String,
    /// In the file's own unit.
    pub value: f64,
    /// As in the file; "1" for a pure number.
    pub unit: String,
    /// Citation of the source in full, with DOI where it has one.
    pub source: String,
    /// Its key in the file.
    pub source_key: String,
    /// Grade of the evidence, A to E.
    pub grade: String,
    /// What the letter means.
    pub grade_means: &'static str,
    /// Doubt about the estimate, not spread between people.
    pub uncertainty: Option<String>,
    /// Remark of the model file; null where it has none.
    pub note: Option<String>,
}

impl ModelJson {
    /// Of a model.
    ///
    /// # Errors
    /// When a parameter's text does not begin with a number, which the library refuses before.
    pub fn new(model: &Model) -> Result<Self> {
        let m = model;
        let range = |r: Option<[f64; 2]>| r.map(|r| r.map(tidy));
        Ok(Self {
            id: m.id.clone(),
            title: m.title.clone(),
            about: m.about.clone(),
            drug: m.drug.clone(),
            site: m.estimated_from.id(),
            composite: m.composite,
            disposition: m.disposition.clone(),
            default_for: m.default_for.iter().map(|r| r.id()).collect(),
            population: json!({ "who": m.population, "group": m.group, "n": m.n }),
            applies_to: json!({
                "weight_kg": range(m.weight.map(|w| w.map(crate::units::Weight::kg))),
                "age_y": range(m.age.map(|a| a.map(crate::units::Age::years))),
                "note": m.limits_note,
            }),
            missing: m.missing.clone(),
            incomplete: m.incomplete.clone(),
            sources: m.sources.iter().map(source).collect(),
            parameters: m.parameters.iter().map(|p| parameter(m, p)).collect::<Result<_>>()?,
            reported: m.reported.iter().map(|p| parameter(m, p)).collect::<Result<_>>()?,
            derived: derived(m),
            effects: effects(m),
            spread: spread(m),
            correlations: correlations(m),
            residual: residual(m),
            routes: route_list(m),
            outputs: outputs(m),
            ranges: ranges(m),
        })
    }

    /// Parameters that curves depend on, in the order of the file.
    pub fn parameters(&self) -> &[ParameterJson] {
        &self.parameters
    }

    /// Figures that the source prints and no curve uses, in the order of the file.
    pub fn reported(&self) -> &[ParameterJson] {
        &self.reported
    }
}

fn parameter(model: &Model, p: &crate::model::Parameter) -> Result<ParameterJson> {
    let (digits, unit) = split_number(p.text.trim());
    let value = digits.parse().map_err(|_| Error::cannot(format!("\"{}\" of {} is not a number", p.text, p.name)))?;
    Ok(ParameterJson {
        name: p.name.clone(),
        value,
        unit: if unit.is_empty() { "1".to_owned() } else { unit.to_owned() },
        source: citation(model, &p.source),
        source_key: p.source.clone(),
        grade: p.grade.to_string(),
        grade_means: p.grade.meaning(),
        uncertainty: p.uncertainty.as_ref().map(crate::model::Uncertainty::words),
        note: p.note.clone(),
    })
}

fn routes(model: &Model) -> Vec<&'static str> {
    model.routes.keys().map(|r| r.id()).collect()
}

/// A key without a source is refused by the parser; the key itself is the honest fallback.
fn citation(model: &Model, key: &str) -> String {
    model.source(key).map_or_else(|| key.to_owned(), ToString::to_string)
}

fn source(s: &Source) -> Value {
    json!({ "key": s.key, "citation": s.citation, "doi": s.doi, "pmid": s.pmid, "read_in": s.read_in })
}

fn derived(model: &Model) -> Vec<Value> {
    let one = |d: &crate::model::Derived| {
        json!({
            "name": d.name, "formula": d.formula.to_string(), "unit": d.unit,
            "grade": d.grade.to_string(), "note": d.note,
        })
    };
    model.derived.iter().map(one).collect()
}

fn effects(model: &Model) -> Vec<Value> {
    let form = |form: &EffectForm| match form {
        EffectForm::Power { .. } => "power",
        EffectForm::Linear { .. } => "linear",
        EffectForm::Hinge { .. } => "hinge",
        EffectForm::Category { .. } => "category",
    };
    let one = |e: &crate::model::Effect| {
        json!({
            "on": e.on, "by": format!("{:?}", e.by).to_lowercase(), "form": form(&e.form), "words": e.words(),
            "source": citation(model, &e.source), "source_key": e.source,
            "grade": e.grade.to_string(), "note": e.note,
        })
    };
    model.effects.iter().map(one).collect()
}

fn spread(model: &Model) -> Vec<Value> {
    let one = |s: &crate::model::Spread| {
        json!({
            "name": s.name, "words": s.words(), "omega": tidy(s.omega()),
            "source": citation(model, &s.source), "source_key": s.source,
            "grade": s.grade.to_string(), "note": s.note,
        })
    };
    model.spreads.iter().map(one).collect()
}

fn correlations(model: &Model) -> Vec<Value> {
    let one = |c: &crate::model::Correlation| {
        json!({
            "between": c.between, "r": tidy(c.r),
            "source": citation(model, &c.source), "source_key": c.source, "grade": c.grade.to_string(),
        })
    };
    model.correlations.iter().map(one).collect()
}

fn residual(model: &Model) -> Vec<Value> {
    let one = |r: &crate::model::Residual| {
        json!({
            "analyte": r.analyte, "proportional": r.proportional.map(tidy),
            "additive_ng_ml": r.additive.map(|a| tidy(a * NG_ML_PER_MG_L)),
            "source": citation(model, &r.source), "source_key": r.source,
            "grade": r.grade.to_string(), "note": r.note,
        })
    };
    model.residuals.iter().map(one).collect()
}

fn route_list(model: &Model) -> Vec<Value> {
    let one = |(route, m): (&crate::regimen::Route, &crate::model::RouteModel)| {
        json!({
            "route": route.id(), "assumption": m.assumption,
            "studied_mg": m.studied.map(|s| s.map(|a| tidy(a.mg()))),
        })
    };
    model.routes.iter().map(one).collect()
}

fn outputs(model: &Model) -> Vec<Value> {
    let one = |o: &crate::model::Output| json!({ "analyte": o.analyte, "site": o.site.id(), "note": o.note });
    model.outputs.iter().map(one).collect()
}

fn ranges(model: &Model) -> Vec<Value> {
    let one = |r: &crate::model::Range| {
        json!({
            "route": r.route.id(), "above_mg": r.above.map(|a| tidy(a.mg())),
            "low": r.low.label, "high": r.high.label, "note": r.note,
        })
    };
    model.ranges.iter().map(one).collect()
}
