//! The rules in `assets/validation.toml`: the model used for each arm, the studies it has seen, and known reasons for
//! large errors.

use super::observed::Arm;
use super::person::AgeGroup;
use super::study::Study;
use crate::error::{Error, Result};
use crate::model::Site;
use crate::regimen::Route;
use serde::{Deserialize, Serialize};

/// The fixed rules of scoring.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoringRules {
    #[serde(rename = "format")]
    _format: u32,
    /// The table of models. The first line that fits an arm is used.
    pub score: Vec<Choice>,
    seen: Vec<Seen>,
    explanation: Vec<Explanation>,
    /// Words in the notes of an arm that show that the source simulated its values.
    simulated: Vec<String>,
    /// Questions without measurements to check them.
    pub no_target: Vec<NoTarget>,
}

/// A question that cannot be assessed for lack of measurements.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NoTarget {
    /// The question that cannot be answered.
    pub what: String,
    /// Which measurement is lacking.
    pub why: String,
}

/// One line of the table of models.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Id of the drug.
    pub drug: String,
    /// Whether the line is for adults or for children.
    pub age: AgeGroup,
    /// Routes for which the line holds.
    pub routes: Vec<Route>,
    /// Sampling site that an arm must state. `None` holds for every arm.
    pub site: Option<Site>,
    /// Id of the model that is scored.
    pub model: String,
    /// Why this model is used for such arms.
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    model: String,
    /// Words of a citation. They apply to every arm of the study.
    #[serde(default)]
    studies: Vec<String>,
    /// Ids of the arms that were used, where a source has several.
    #[serde(default)]
    arms: Vec<String>,
    #[serde(rename = "why")]
    _why: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Explanation {
    drug: String,
    routes: Vec<Route>,
    quantity: Option<String>,
    metabolite: Option<bool>,
    bolus: Option<bool>,
    before_min: Option<f64>,
    words: String,
}

/// The error to be explained.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap<'a> {
    pub study: &'a Study,
    pub quantity: &'a str,
    /// Time of a concentration or peak, min. `None` for other quantities.
    pub at_min: Option<f64>,
}

impl ScoringRules {
    /// The rules that ship with ketasim.
    ///
    /// # Errors
    /// Never with the shipped file, which tests read.
    pub fn embedded() -> Result<Self> {
        let (name, text) = ("assets/validation.toml", include_str!("../../assets/validation.toml"));
        toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))
    }

    /// The line of the table for a study. `None` where there is none.
    pub fn choice(&self, study: &Study) -> Option<&Choice> {
        let route = study.route();
        self.score.iter().find(|c| {
            c.drug == study.drug
                && c.age == study.age
                && c.routes.contains(&route)
                && c.site.is_none_or(|site| study.site == Some(site))
        })
    }

    /// Whether the model was estimated from, or tuned to, the study of this arm.
    pub fn has_seen(&self, model: &str, arm: &Arm) -> bool {
        let citation = arm.citation().to_lowercase();
        let used =
            |s: &Seen| s.studies.iter().any(|w| citation.contains(&w.to_lowercase())) || s.arms.contains(&arm.id);
        let named = |s: &Seen| s.model == model && used(s);
        self.seen.iter().any(named)
    }

    /// Whether the source simulated the values of this arm with the model itself.
    pub fn is_simulated(&self, arm: &Arm) -> bool {
        self.simulated.iter().any(|words| arm.cell("notes").contains(words.as_str()))
    }

    pub(super) fn explain(&self, gap: Gap) -> Option<&str> {
        let fits = |e: &&Explanation| {
            e.drug == gap.study.drug
                && e.routes.contains(&gap.study.route())
                && e.quantity.as_deref().is_none_or(|q| q == gap.quantity)
                && e.metabolite.is_none_or(|m| m == gap.study.metabolite)
                && e.bolus.is_none_or(|b| b == gap.study.bolus)
                && e.before_min.is_none_or(|before| gap.at_min.is_some_and(|at| at < before))
        };
        self.explanation.iter().find(fits).map(|e| e.words.as_str())
    }
}
