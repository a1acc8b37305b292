//! `assets/validation.toml`: which model speaks for which arm, what it has seen, what is known of large gaps.

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
    /// The table, the first that fits is taken.
    pub score: Vec<Choice>,
    seen: Vec<Seen>,
    explanation: Vec<Explanation>,
    /// Words in the notes of an arm by which its figures are known to be simulated by the source itself.
    simulated: Vec<String>,
    /// What has no measurement to be held to.
    pub no_target: Vec<NoTarget>,
}

/// Something that cannot be told for want of measurements.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NoTarget {
    /// The question that cannot be answered.
    pub what: String,
    /// Which measurement is lacking.
    pub why: String,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Id of the drug.
    pub drug: String,
    /// Whether the line is for adults or for children.
    pub age: AgeGroup,
    /// Routes for which the line holds.
    pub routes: Vec<Route>,
    /// Holds only for arms that state this site; `None` holds for every arm.
    pub site: Option<Site>,
    /// Id of the model that is scored.
    pub model: String,
    /// Why this model speaks for such arms.
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    model: String,
    /// Words of a citation: every arm of the study.
    #[serde(default)]
    studies: Vec<String>,
    /// Ids: of a source with several arms, those that were used.
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

/// What an explanation is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap<'a> {
    pub study: &'a Study,
    pub quantity: &'a str,
    /// Time of a concentration or peak, min.
    pub at_min: Option<f64>,
}

impl ScoringRules {
    /// The shipped rules.
    ///
    /// # Errors
    /// Never with the shipped file, which tests read.
    pub fn embedded() -> Result<Self> {
        let (name, text) = ("assets/validation.toml", include_str!("../../assets/validation.toml"));
        toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))
    }

    /// The line whose model speaks for a study; `None` where the rules have no such line.
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

    /// Whether the source simulated the figures of this arm with the model itself.
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
