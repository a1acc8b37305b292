//! Mirror of `assets/derivations.toml`.

use crate::error::{Error, Result};
use crate::model::Site;
use crate::regimen::Dose;
use crate::units::{Fraction, Quantity, Weight};
use serde::Deserialize;

/// How every number of grade D is derived.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derivations {
    #[serde(rename = "format")]
    _format: u32,
    /// Standard deviation of a log ratio when a target does not say.
    pub default_sd: Fraction,
    /// Fits.
    #[serde(default)]
    pub fit: Vec<FitFile>,
    /// Means of figures from several sources.
    #[serde(default)]
    pub pool: Vec<PoolFile>,
}

/// A least-squares fit of a few parameters.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitFile {
    /// Name of the fit, as messages and JSON give it.
    pub id: String,
    /// Model whose parameters are fitted.
    pub model: String,
    /// Parameters of the model that are estimated.
    pub parameters: Vec<String>,
    /// Parameter whose place the fitted one takes: the end of a range.
    pub replaces: Option<String>,
    /// Under which read-out, in words.
    pub read_out: String,
    /// What and why.
    pub about: String,
    /// Figures to meet.
    #[serde(rename = "target")]
    pub targets: Vec<TargetFile>,
}

/// One figure to meet.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetFile {
    /// Study, by which targets are left out together.
    pub study: String,
    /// Arm that holds the figure.
    pub arm: Option<String>,
    /// `cmax`, `tmax`, `curve` or `bioavailability`.
    pub quantity: String,
    /// Doses, when they are not those of the arm.
    #[serde(default)]
    pub dose: Vec<Dose>,
    /// Body weight, when it is not that of the arm.
    pub weight: Option<Weight>,
    /// Analyte, when it is not the drug.
    pub analyte: Option<String>,
    /// Site, when it is not the model's own.
    pub site: Option<Site>,
    /// The figure, when no arm holds it.
    pub expect: Option<String>,
    /// Where that is written.
    pub from: Option<String>,
    /// Standard deviation of its log.
    pub sd: Option<Fraction>,
}

/// A mean of figures from several sources.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolFile {
    /// Id of the model to which the pooled number belongs.
    pub model: String,
    /// Parameter, or
    pub parameter: Option<String>,
    /// parameter whose spread is meant.
    pub spread: Option<String>,
    /// Kind of mean.
    #[serde(default)]
    pub mean: Mean,
    /// Values of single sources that are pooled.
    pub values: Vec<PoolValue>,
}

/// Kind of mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mean {
    /// Of the logs.
    #[default]
    Geometric,
    /// Of the values, where one of them is nothing.
    Arithmetic,
}

/// One of the figures.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolValue {
    /// Value with its unit, for example "0.62 L/kg".
    pub value: String,
    /// Citation of the source of this value.
    pub from: String,
}

impl Derivations {
    /// The shipped file.
    ///
    /// # Errors
    /// Never with the shipped file, which tests read.
    pub fn embedded() -> Result<Self> {
        let (name, text) = ("assets/derivations.toml", include_str!("../../../assets/derivations.toml"));
        toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))
    }
}

impl PoolFile {
    /// The figures in canonical units.
    pub(super) fn canonical(&self) -> Result<Vec<f64>> {
        self.values.iter().map(|v| Ok(Quantity::parse(&v.value)?.value)).collect()
    }
}
