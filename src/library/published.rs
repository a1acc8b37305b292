//! Published times of regimens, to stand beside a model's windows.

use super::EvidenceKind;
use crate::error::{Error, Result};
use crate::model::Grade;
use crate::regimen::Route;
use crate::units::Time;
use serde::Deserialize;

/// What was published of one regimen.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Label of the arm in `assets/scenarios/regimens.toml`.
    pub label: String,
    /// Drug.
    pub drug: String,
    /// Route.
    pub route: Route,
    /// First noticed.
    pub onset: Option<[Time; 2]>,
    /// Strongest.
    pub peak: Option<[Time; 2]>,
    /// Over.
    pub end: [Time; 2],
    /// What it rests on.
    pub kind: EvidenceKind,
    /// How it was come by.
    pub grade: Grade,
    /// In words.
    pub words: String,
    /// Citation.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: u32,
    published: Vec<Published>,
}

impl Published {
    /// All that ship with ketasim.
    ///
    /// # Errors
    /// Never with the shipped file, which tests read.
    pub fn embedded() -> Result<Vec<Self>> {
        let (name, text) = ("assets/published.toml", include_str!("../../assets/published.toml"));
        let file: File = toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))?;
        Ok(file.published)
    }
}
