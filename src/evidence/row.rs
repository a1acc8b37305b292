//! A figure as it was measured and as a model predicts it.

use crate::portable::Portable as _;
use serde::Serialize;

/// A ratio larger than this, either way, is said to be beyond 2-fold.
const TWO_FOLD: f64 = 2.0;

/// One figure, measured and predicted.
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
    /// Site at which it is predicted.
    pub site: &'static str,
    /// Whether the study says where it drew blood; else it is the model's own site.
    pub site_stated: bool,
    /// `cmax`, `tmax`, `auc` or `concentration`.
    pub quantity: &'static str,
    /// Unit of both figures.
    pub unit: &'static str,
    /// Time of a concentration, min after the first dose; `None` for the other quantities.
    pub time_min: Option<f64>,
    /// Measured value, in `unit`.
    pub observed: f64,
    /// Predicted value, in `unit`.
    pub predicted: f64,
    /// Predicted over measured; 1 is perfect.
    pub ratio: f64,
    /// Whether the study is new to the model.
    pub external: bool,
    /// Whether the source simulated the figure with the model itself: a check of the transcription, no measurement.
    pub simulated: bool,
    /// Its study: citation with DOI or PubMed number.
    pub study: String,
    /// Whether a metabolite was measured.
    pub metabolite: bool,
    /// What was taken for granted, and why the two lie far apart.
    pub note: String,
    /// What the model predicts at its other site; `None` where the arm states its site or there is no other.
    pub elsewhere: Option<Elsewhere>,
    /// Why the two lie beyond 2-fold apart; `None` within 2-fold, or where no reason is known.
    pub why: Option<String>,
    /// Beyond 2-fold and nothing known that explains it.
    pub unexplained: bool,
}

/// The same figure at another site.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Elsewhere {
    /// Site of plasma, as files write it.
    pub site: &'static str,
    /// Predicted value there, in the unit of the row.
    pub predicted: f64,
    /// That value over the measured one.
    pub ratio: f64,
}

impl Row {
    /// Whether prediction and measurement lie within 2-fold.
    pub fn within_2_fold(&self) -> bool {
        self.ratio.ln_portable().abs() <= TWO_FOLD.ln_portable() + 1e-12
    }
}
