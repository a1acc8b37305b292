//! The file `assets/derivations.toml` as types.

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
    /// Least-squares fits.
    #[serde(default)]
    pub fit: Vec<FitFile>,
    /// Means of values from several sources.
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
    /// Parameter that the fitted one replaces: the end of a range. `None` where it replaces none.
    pub replaces: Option<String>,
    /// The output of the model that is compared with the targets, in words.
    pub read_out: String,
    /// Purpose and reasons of the fit.
    pub about: String,
    /// Values that the fit is to meet.
    #[serde(rename = "target")]
    pub targets: Vec<TargetFile>,
}

/// One value that the fit is to meet.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetFile {
    /// Study of the value. All targets of a study are left out together.
    pub study: String,
    /// Arm that holds the value. `None` where `expect` states it.
    pub arm: Option<String>,
    /// Kind of value: `cmax`, `tmax`, `curve` or `bioavailability`.
    pub quantity: String,
    /// Doses. Empty: those of the arm.
    #[serde(default)]
    pub dose: Vec<Dose>,
    /// Body weight. `None`: that of the arm.
    pub weight: Option<Weight>,
    /// Analyte. `None`: the drug itself.
    pub analyte: Option<String>,
    /// Sampling site. `None`: the model's own.
    pub site: Option<Site>,
    /// The value where no arm holds it.
    pub expect: Option<String>,
    /// Citation of `expect`.
    pub from: Option<String>,
    /// Standard deviation of the log of the value. `None`: the default.
    pub sd: Option<Fraction>,
}

/// A mean of values from several sources.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolFile {
    /// Id of the model to which the pooled number belongs.
    pub model: String,
    /// Parameter whose typical value is pooled. `None` where `spread` is stated.
    pub parameter: Option<String>,
    /// Parameter whose between-subject variability is pooled. `None` where `parameter` is stated.
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
    /// Geometric mean.
    #[default]
    Geometric,
    /// Arithmetic mean, where one of the values is zero.
    Arithmetic,
}

/// One of the pooled values.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolValue {
    /// Value with its unit, for example "0.62 L/kg".
    pub value: String,
    /// Citation of the source of this value.
    pub from: String,
}

impl Derivations {
    /// The derivations that ship with ketasim.
    ///
    /// # Errors
    /// Never with the shipped file, which tests read.
    pub fn embedded() -> Result<Self> {
        let (name, text) = ("assets/derivations.toml", include_str!("../../../assets/derivations.toml"));
        toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))
    }
}

impl PoolFile {
    /// The pooled values in canonical units.
    pub(super) fn canonical(&self) -> Result<Vec<f64>> {
        self.values.iter().map(|v| Ok(Quantity::parse(&v.value)?.value)).collect()
    }
}
