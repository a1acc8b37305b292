//! Evidence: measured arms, the model used for each of them, how far predictions are from measurements, and how the
//! numbers of grade D are derived from named data.
//!
//! The model for a drug, route and age is fixed in `assets/validation.toml` before anything is scored. It is never the
//! best of several.
//!
//! ```
//! use ketasim::Library;
//! use ketasim::evidence::{Observations, ScoringRules, score};
//!
//! let arms = "id,population,mean_age_y,mean_weight_kg,drug,dose_value,dose_unit,dose_as,route,duration_min,matrix,analyte,cmax_ng_ml\n\
//!             mine,healthy adults,30,70,racemic,35,mg,base,IV infusion,40,arterial plasma,ketamine,250\n";
//! let observations = Observations::read(("mine.csv", arms), None)?;
//! let report = score(&observations, &ScoringRules::embedded()?, &Library::embedded()?)?;
//! let row = &report.rows[0];
//! assert_eq!((row.quantity, row.observed, row.unit), ("cmax", 250.0, "ng/mL"));
//! assert!(row.within_2_fold(), "{} predicts {}", row.model, row.predicted);
//! # Ok::<(), ketasim::Error>(())
//! ```

mod cells;
mod fit;
mod given;
mod observed;
mod person;
mod predict;
mod prediction;
mod row;
mod rules;
mod score;
mod study;
mod summary;
mod words;

pub use fit::{Derivations, DerivedNumber, LeftOut, Target, derive};
pub use observed::{ARMS, Arm, Observations, Skipped};
pub use person::AgeGroup;
pub use predict::{ExposureMetric, predict};
pub use prediction::{NewStudy, Prediction, PredictionRow, Total, miss, new_study};
pub use row::{Elsewhere, Row};
pub use rules::{NoTarget, ScoringRules};
pub use score::{Report, score, score_with};
pub use study::{MeasuredValue, Study};
pub use summary::{Group, RouteErrors, Summary};
