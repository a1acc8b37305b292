//! From a model file to a [`Model`]: every refusal in the reader's words.

mod forms;
mod numbers;
mod structure;
mod whole;

use super::expr::Expr;
use super::file::ModelFile;
use super::*;
use crate::error::{Error, PathStep, Result, suggestion};
use crate::path;

/// A model file is a few pages; more than this (1 MiB) is something else.
pub const LARGEST_FILE: usize = 1 << 20;

/// Reads and checks a model file; `name` is for messages.
///
/// # Errors
/// With file and line, what is wrong and what would have worked.
pub fn parse_model(name: &str, text: &str) -> Result<Model> {
    if text.len() > LARGEST_FILE {
        return Err(Error::input(format!("{name} has {} bytes", text.len()))
            .remedy(format!("a model file has at most {LARGEST_FILE} bytes")));
    }
    let file: ModelFile = toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))?;
    Checker::new(file).and_then(Checker::finish).map_err(|e| e.located(name, text))
}

struct Checker {
    file: ModelFile,
    model: Model,
    /// Whether formulas may name the single dose: those of a range may.
    dose_is_named: bool,
}

impl Checker {
    fn new(mut file: ModelFile) -> Result<Self> {
        check_head(&file)?;
        let sources = std::mem::take(&mut file.source).0.into_iter().map(|(key, s)| s.named(key)).collect();
        let model = Model {
            id: file.id.clone(),
            title: file.title.clone(),
            about: file.about.trim().to_owned(),
            drug: file.drug.clone(),
            estimated_from: file.estimated_from,
            site_grade: file.estimated_from_grade,
            composite: file.composite,
            disposition: file.disposition_from.clone().unwrap_or_else(|| file.id.clone()),
            default_for: file.default_for.clone(),
            sources,
            population: file.population.who.clone(),
            group: file.population.group.clone(),
            n: file.population.n,
            weight: file.applies_to.weight,
            age: file.applies_to.age,
            limits_note: file.applies_to.note.clone(),
            missing: file.missing.clone(),
            incomplete: file.incomplete.clone(),
            reported: Vec::new(),
            parameters: Vec::new(),
            derived: Vec::new(),
            effects: Vec::new(),
            spreads: Vec::new(),
            correlations: Vec::new(),
            residuals: Vec::new(),
            compartments: Vec::new(),
            flows: Vec::new(),
            routes: BTreeMap::new(),
            outputs: Vec::new(),
            ranges: Vec::new(),
            checkpoints: Vec::new(),
            conditions: Vec::new(),
            formulas: OnceLock::new(),
            bounds: OnceLock::new(),
        };
        Ok(Self { file, model, dose_is_named: false })
    }

    fn finish(mut self) -> Result<Model> {
        self.parameters()?;
        self.reported()?;
        self.derived()?;
        self.effects()?;
        self.spreads()?;
        self.correlations()?;
        if self.file.incomplete.is_some() {
            forms::of_incomplete(&self.file)?;
            return Ok(self.model);
        }
        if self.file.routes.is_empty() || self.file.output.is_empty() {
            return Err(Error::input("the model has no way in, or nothing is read out")
                .remedy(
                    "write [routes.iv] and [[output]]; for a set that cannot be simulated say why with `incomplete`",
                )
                .at(path!["id"]));
        }
        self.residuals()?;
        self.compartments()?;
        self.flows()?;
        self.routes()?;
        self.outputs()?;
        self.ranges()?;
        self.checkpoints()?;
        self.conditions()?;
        self.topology()?;
        self.numbers()?;
        Ok(self.model)
    }

    fn new_name(&self, name: &str) -> Result<()> {
        let well_formed = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !well_formed {
            return Err(Error::input(format!("`{name}` cannot be used in a formula"))
                .remedy("a name has letters, digits and _, and begins with a letter"));
        }
        if ["weight", "age", DOSE, "min", "max", "above", "exp", "rest"].contains(&name) {
            return Err(
                Error::input(format!("`{name}` has a meaning of its own in formulas")).remedy("use another name")
            );
        }
        if self.dim_of(name).is_some() || self.model.reported.iter().any(|p| p.name == name) {
            return Err(Error::input(format!("`{name}` is defined twice"))
                .remedy("give each parameter and formula a name of its own"));
        }
        Ok(())
    }

    fn provenance(
        &self,
        what: &str,
        source: Option<String>,
        grade: Option<Grade>,
        at: &[PathStep],
    ) -> Result<(String, Grade)> {
        let known = || self.model.sources.iter().map(|s| s.key.as_str());
        let Some(source) = source else {
            return Err(Error::input(format!("{what} has no source"))
                .remedy(format!("add source = \"...\"; {}", suggestion("", known())))
                .at(at.to_vec()));
        };
        if self.model.source(&source).is_none() {
            return Err(Error::input(format!("{what} names the source \"{source}\", which the file does not list"))
                .remedy(suggestion(&source, known()))
                .at([at.to_vec(), path!["source"]].concat()));
        }
        let Some(grade) = grade else {
            let legend: Vec<String> = Grade::ALL.iter().map(|g| format!("{g} {}", g.meaning())).collect();
            return Err(Error::input(format!("{what} has no grade"))
                .remedy(format!("add grade = \"...\": {}", legend.join("; ")))
                .at(at.to_vec()));
        };
        Ok((source, grade))
    }

    fn dim_of(&self, name: &str) -> Option<Dim> {
        let own = self.model.parameters.iter().find(|p| p.name == name).map(|p| p.dim);
        own.or_else(|| self.model.derived.iter().find(|d| d.name == name).map(|d| d.dim)).or(match name {
            "weight" => Some(Dim::WEIGHT),
            "age" => Some(Dim::AGE),
            DOSE if self.dose_is_named => Some(Dim::DRUG),
            _ => None,
        })
    }

    fn names(&self) -> Vec<String> {
        let parameters = self.model.parameters.iter().map(|p| p.name.clone());
        parameters.chain(self.model.derived.iter().map(|d| d.name.clone())).collect()
    }

    /// Parses a formula that must have dimension `dim`; the numbers in it are 0, 1 or 2.
    fn expr(&self, text: &str, dim: Dim, at: Vec<PathStep>) -> Result<Expr> {
        self.expr_with(text, dim, 2.0, at)
    }

    /// Parses a formula that must have dimension `dim`; the numbers in it are whole and at most `most`, for
    /// any other would be a figure without a source.
    fn expr_with(&self, text: &str, dim: Dim, most: f64, at: Vec<PathStep>) -> Result<Expr> {
        let expr = Expr::parse(text).map_err(|e| e.at(at.clone()))?;
        let found = expr.dim(&|n| self.dim_of(n), &|| self.names()).map_err(|e| e.at(at.clone()))?;
        if found == dim {
            let constant = expr.names().is_empty().then(|| expr.value(&|_| f64::NAN)).filter(|v| v.fract() != 0.0);
            let bare = expr.numbers().into_iter().find(|n| n.fract() != 0.0 || *n > most);
            return match bare.or(constant) {
                Some(value) => Err(without_source(value, text, most).at(at)),
                None => Ok(expr),
            };
        }
        let parts = expr.names().into_iter().filter_map(|name| Some(format!("{name} {}", in_unit(self.dim_of(name)?))));
        let parts: Vec<String> = parts.collect();
        let remedy = if parts.is_empty() { "write a parameter that has the unit".to_owned() } else { parts.join(", ") };
        Err(Error::input(format!("\"{text}\" {}, but {dim} is needed", in_unit(found))).remedy(remedy).at(at))
    }

    fn opt_expr(&self, text: Option<&String>, dim: Dim, at: Vec<PathStep>) -> Result<Option<Expr>> {
        text.map(|t| self.expr(t, dim, at)).transpose()
    }

    fn grade_of(&self, name: &str) -> Option<Grade> {
        let own = self.model.parameters.iter().find(|p| p.name == name).map(|p| p.grade);
        own.or_else(|| self.model.derived.iter().find(|d| d.name == name).map(|d| d.grade))
    }

    /// The analyte of a checkpoint or residual error is one that is read out.
    fn known_analyte(&self, analyte: &str, at: &[PathStep]) -> Result<()> {
        let known = || self.file.output.iter().map(|o| &o.analyte).chain(self.model.outputs.iter().map(|o| &o.analyte));
        if known().any(|a| a == analyte) {
            return Ok(());
        }
        let mut list: Vec<&str> = known().map(String::as_str).collect();
        list.dedup();
        Err(Error::input(format!("no output reads {analyte}")).remedy(suggestion(analyte, list)).at([
            at.to_vec(),
            path!["analyte"],
        ]
        .concat()))
    }
}

fn check_head(file: &ModelFile) -> Result<()> {
    if let Some(format) = file.format.filter(|f| *f != 1) {
        return Err(Error::input(format!("format {format} is not known"))
            .remedy("this version reads format 1")
            .at(path!["format"]));
    }
    if file.id.is_empty() || !file.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        return Err(Error::input(format!("\"{}\" cannot be an id", file.id))
            .remedy("an id has small letters, digits and hyphens, for example \"author-2021\"")
            .at(path!["id"]));
    }
    if file.salt == Form::Hydrochloride {
        return Err(Error::input("amounts in a model file are mg of base: `salt` converts nothing")
            .remedy("convert the source's values with the molar masses of base and salt, then write salt = \"base\"")
            .at(path!["salt"]));
    }
    if file.estimated_from == Site::Effect {
        return Err(Error::input("nobody drew samples from the effect site, so no model was estimated from it")
            .remedy("write arterial, venous, mixed or unstated; the effect site is an [[output]] that follows it")
            .at(path!["estimated_from"]));
    }
    if file.source.0.is_empty() {
        return Err(Error::input("the model names no source").remedy("add [source.key] with a citation"));
    }
    for (key, s) in &file.source.0 {
        if s.citation.trim().is_empty() {
            return Err(Error::input(format!("the source \"{key}\" has no citation"))
                .remedy("write authors, title, journal, year; volume: pages")
                .at(path!["source", key]));
        }
    }
    Ok(())
}

fn without_source(value: f64, text: &str, most: f64) -> Error {
    let value = crate::units::number(value);
    let what = if text.trim() == value {
        format!("{value} has no source")
    } else {
        format!("{value} in \"{text}\" has no source")
    };
    Error::input(what)
        .remedy(format!("name it as a parameter with source and grade; only whole numbers up to {most} may stand bare"))
}

fn ordered(low: f64, high: f64, what: &str, at: Vec<PathStep>) -> Result<()> {
    if low <= high {
        return Ok(());
    }
    Err(Error::input(format!("the range of {what} has its lower end above its upper end"))
        .remedy("write the lower value first")
        .at(at))
}

fn in_unit(dim: Dim) -> String {
    if dim == Dim::NONE { "has no unit".to_owned() } else { format!("is in {dim}") }
}
