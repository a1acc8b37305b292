//! One value as it was measured and as a model predicts it.

use crate::portable::Portable as _;
use serde::Serialize;

/// Ratio, in either direction, above which a prediction is more than 2-fold off.
const TWO_FOLD: f64 = 2.0;

/// One value, measured and predicted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Id of the measured arm.
    pub id: String,
    /// Drug or metabolite that was measured.
    pub analyte: String,
    /// Id of the drug that was simulated.
    pub drug: String,
    /// Route as scenario files write it, for example `im`.
    pub route: String,
    /// Id of the model that the rules name for the arm.
    pub model: String,
    /// Sampling site at which the value is predicted.
    pub site: &'static str,
    /// Whether the study states its sampling site. Otherwise the model's own site is used.
    pub site_stated: bool,
    /// `cmax`, `tmax`, `auc` or `concentration`.
    pub quantity: &'static str,
    /// Unit of `observed` and `predicted`.
    pub unit: &'static str,
    /// Time of a concentration, min after the first dose. `None` for the other quantities.
    pub time_min: Option<f64>,
    /// Measured value, in `unit`.
    pub observed: f64,
    /// Predicted value, in `unit`.
    pub predicted: f64,
    /// Predicted divided by observed. 1 is perfect.
    pub ratio: f64,
    /// Whether the study is new to the model (external validation).
    pub external: bool,
    /// Whether the source simulated the value with this model. Such a row checks the transcription; it is not a
    /// measurement.
    pub simulated: bool,
    /// Citation of the study with DOI or PubMed number.
    pub study: String,
    /// Whether a metabolite was measured.
    pub metabolite: bool,
    /// Assumptions, and the reason for a large error.
    pub note: String,
    /// Prediction at the model's other site. `None` where the arm states its site or there is no other.
    pub elsewhere: Option<Elsewhere>,
    /// Reason for an error beyond 2-fold. `None` within 2-fold, or where no reason is known.
    pub why: Option<String>,
    /// Whether the error is beyond 2-fold and no reason is known.
    pub unexplained: bool,
}

/// The same value at another sampling site.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Elsewhere {
    /// Sampling site, as files write it.
    pub site: &'static str,
    /// Predicted value at this site, in the unit of the row.
    pub predicted: f64,
    /// This prediction divided by the observed value.
    pub ratio: f64,
}

impl Row {
    /// Whether prediction and measurement are within 2-fold.
    pub fn within_2_fold(&self) -> bool {
        self.ratio.ln_portable().abs() <= TWO_FOLD.ln_portable() + 1e-12
    }
}
