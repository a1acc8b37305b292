//! Evidence: measured arms, which model speaks for which of them, how far model and measurement lie
//! apart, and how the numbers of grade D follow from named data.
//!
//! The model for a drug, route and age is fixed in `assets/validation.toml` before anything is scored;
//! it is never the best of several.

mod cells;
mod fit;
mod given;
mod observed;
mod person;
mod predict;
mod prediction;
mod rules;
mod score;
mod study;
mod summary;
mod words;

pub use fit::{Derivations, Derived, LeftOut, Target, derive};
pub use observed::{ARMS, Arm, Observations, Skipped};
pub use predict::{Quantity, predict};
pub use prediction::{NewStudy, Prediction, PredictionRow, Total, miss, new_study};
pub use rules::{Age, NoTarget, Rules};
pub use score::{Report, Row, score, score_with};
pub use study::{Measure, Study};
pub use summary::{Group, RouteErrors, Summary};
