//! Foods, drugs and states that were measured to change exposure.

use crate::error::{Error, Result};
use crate::model::Grade;
use crate::regimen::Route;
use serde::Deserialize;

/// A condition and what was measured of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// As written in files.
    pub id: String,
    /// For people.
    pub name: String,
    /// Measured changes, each on one drug and route.
    pub measured: Vec<Measured>,
    /// Citation.
    pub source: String,
    /// How it was come by.
    pub grade: Grade,
}

/// One measured change.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Drug.
    pub drug: String,
    /// Route.
    pub route: Route,
    /// The change in words.
    pub words: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: u32,
    condition: Vec<Condition>,
}

/// Reads `assets/conditions.toml`.
pub(super) fn parse(name: &str, text: &str) -> Result<Vec<Condition>> {
    let file: File = toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))?;
    Ok(file.condition)
}

impl Condition {
    /// What to tell about an arm: what was measured on its routes, or that nothing was.
    pub fn says_of(&self, drug: &str, routes: &[Route]) -> String {
        let here: Vec<String> = self
            .measured
            .iter()
            .filter(|m| m.drug == drug && routes.contains(&m.route))
            .map(|m| format!("{} by route {}: {}", m.drug, m.route, m.words))
            .collect();
        if here.is_empty() {
            let elsewhere: Vec<String> =
                self.measured.iter().map(|m| format!("{} by route {}: {}", m.drug, m.route, m.words)).collect();
            format!("{}: not measured on this route, curve unchanged (measured: {})", self.name, elsewhere.join("; "))
        } else {
            format!("{}: measured {}; the curve does not show it", self.name, here.join("; "))
        }
    }
}
