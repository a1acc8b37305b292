//! Derives the numbers of grade D from named data: least squares on log ratios, with uncertainty, and with each study
//! left out in turn.

mod file;
mod problem;

pub use file::Derivations;

use super::observed::Observations;
use crate::error::{Error, Result};
use crate::library::Library;
use crate::model::{Grade, Model};
use crate::portable::Portable as _;
use file::{FitFile, Mean, PoolFile};
use problem::Problem;
use serde::Serialize;

/// 97.5 % quantile of the standard normal distribution, for 95 % intervals.
const Z: f64 = 1.959_963_984_540_054;

/// A derived number, compared with the one in the model file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DerivedNumber {
    /// Id of the fit in `assets/derivations.toml`, or `pool`.
    pub id: String,
    /// Id of the model whose number it is.
    pub model: String,
    /// Name of the parameter, or `spread of` one.
    pub name: String,
    /// Derived value, in `unit`.
    pub value: f64,
    /// 95 % confidence interval of a fit, or lowest and highest of the pooled values.
    pub interval: [f64; 2],
    /// Unit of the value, its interval and both texts. "1" for a dimensionless number.
    pub unit: String,
    /// The number as the model file writes it, without its unit.
    pub in_file: String,
    /// The derived value rounded to the decimals of the model file.
    pub rounded: String,
    /// Whether the rounded value equals the number in the file.
    pub agrees: bool,
    /// The output of the model that was compared with the targets.
    pub read_out: String,
    /// Values that it was fitted to, with the prediction of the fitted model.
    pub targets: Vec<Target>,
    /// Cross-validation: each study predicted by a fit to the others.
    pub left_out: Vec<LeftOut>,
}

/// A value that was fitted to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Target {
    /// Citation of the study.
    pub study: String,
    /// The kind of value, with its time, interval and site.
    pub what: String,
    /// Observed value.
    pub observed: f64,
    /// Value that the fitted model predicts, in the unit of `observed`.
    pub predicted: f64,
}

/// A study predicted by a fit to the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeftOut {
    /// Citation of the study.
    pub study: String,
    /// Geometric mean fold error of its values. `None` where too few other studies remain.
    pub gmfe: Option<f64>,
}

/// Derives every number of grade D, of all models or of one.
///
/// # Errors
/// When the file of derivations does not fit the library, or a fit fails.
pub fn derive(
    derivations: &Derivations,
    observations: &Observations,
    library: &Library,
    only: Option<&str>,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<DerivedNumber>> {
    let mut list = Vec::new();
    for fit in derivations.fit.iter().filter(|f| only.is_none_or(|id| id == f.model)) {
        progress(&fit.id);
        list.extend(one_fit(fit, derivations, observations, library)?);
    }
    for pool in derivations.pool.iter().filter(|p| only.is_none_or(|id| id == p.model)) {
        list.push(one_pool(pool, library)?);
    }
    Ok(list)
}

fn one_fit(
    fit: &FitFile,
    derivations: &Derivations,
    observations: &Observations,
    library: &Library,
) -> Result<Vec<DerivedNumber>> {
    let model = library.model(&fit.model)?;
    let problem = Problem::new(fit, derivations, observations, library)?;
    let solution = problem.solve(&problem.start())?;
    let errors = problem.standard_errors(&solution)?;
    let targets = problem.targets(&solution)?;
    let left_out = problem
        .studies()
        .into_iter()
        .map(|study| Ok(LeftOut { gmfe: problem.leave_out(&study, &solution)?, study }))
        .collect::<Result<Vec<_>>>()?;
    let mut list = Vec::new();
    for (k, name) in fit.parameters.iter().enumerate() {
        let ends = [-Z, Z].map(|z| problem.value(k, solution[k] + z * errors[k]));
        let mut one = beside(model, name, problem.value(k, solution[k]), ends)?;
        one.id.clone_from(&fit.id);
        one.read_out.clone_from(&fit.read_out);
        one.targets.clone_from(&targets);
        one.left_out.clone_from(&left_out);
        list.push(one);
    }
    Ok(list)
}

fn one_pool(pool: &PoolFile, library: &Library) -> Result<DerivedNumber> {
    let model = library.model(&pool.model)?;
    let values = pool.canonical()?;
    let n = values.len() as f64;
    let mean = match pool.mean {
        Mean::Geometric => (values.iter().map(|v| v.ln_portable()).sum::<f64>() / n).exp_portable(),
        Mean::Arithmetic => values.iter().sum::<f64>() / n,
    };
    let ends = [values.iter().copied().fold(f64::INFINITY, f64::min), values.iter().copied().fold(0.0, f64::max)];
    let mut one = match (&pool.parameter, &pool.spread) {
        (Some(name), None) => beside(model, name, mean, ends)?,
        (None, Some(name)) => beside_spread(model, name, mean, ends)?,
        _ => return Err(Error::input("a pool names a parameter or a spread").remedy("write one of the two")),
    };
    "pool".clone_into(&mut one.id);
    "the sources' own".clone_into(&mut one.read_out);
    one.targets = pool
        .values
        .iter()
        .zip(&values)
        .map(|(v, value)| Target {
            study: v.from.clone(),
            what: "its value".to_owned(),
            observed: value / (mean / one.value),
            predicted: one.value,
        })
        .collect();
    Ok(one)
}

/// The derived value in the unit and with the decimals of the model file.
fn beside(model: &Model, name: &str, value: f64, ends: [f64; 2]) -> Result<DerivedNumber> {
    let parameter = model.parameters.iter().find(|p| p.name == name).ok_or_else(|| {
        Error::input(format!("{} has no parameter {name}", model.id)).remedy("correct assets/derivations.toml")
    })?;
    if parameter.grade != Grade::D {
        return Err(Error::input(format!("{name} of {} is derived but has the grade {}", model.id, parameter.grade))
            .remedy("a derived number has grade D"));
    }
    let (digits, unit) = crate::units::split_number(parameter.text.trim());
    let written: f64 = digits.parse().unwrap_or(f64::NAN);
    Ok(at_digits(model, name.to_owned(), digits, unit, parameter.value / written, value, ends))
}

fn beside_spread(model: &Model, name: &str, value: f64, ends: [f64; 2]) -> Result<DerivedNumber> {
    let spread = model.spreads.iter().find(|s| s.name == name && s.grade == Grade::D);
    let Some(crate::model::SpreadFigure::Cv(cv)) = spread.map(|s| s.figure) else {
        return Err(Error::input(format!("{} has no CV of {name} with grade D", model.id))
            .remedy("correct assets/derivations.toml"));
    };
    let digits = crate::units::number(cv * 100.0);
    Ok(at_digits(model, format!("spread of {name}"), &digits, "%", 0.01, value, ends))
}

fn at_digits(
    model: &Model,
    name: String,
    digits: &str,
    unit: &str,
    factor: f64,
    value: f64,
    ends: [f64; 2],
) -> DerivedNumber {
    let value = value / factor;
    let decimals = digits.split_once('.').map_or(0, |(_, d)| d.len());
    let rounded = format!("{value:.decimals$}");
    DerivedNumber {
        id: String::new(),
        model: model.id.clone(),
        agrees: rounded.parse::<f64>().ok() == digits.parse::<f64>().ok(),
        name,
        value,
        interval: ends.map(|e| e / factor),
        unit: if unit.is_empty() { "1".to_owned() } else { unit.to_owned() },
        in_file: digits.to_owned(),
        rounded,
        read_out: String::new(),
        targets: Vec::new(),
        left_out: Vec::new(),
    }
}
