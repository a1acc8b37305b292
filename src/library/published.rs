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
    /// Id of the drug.
    pub drug: String,
    /// Route by which the drug is given.
    pub route: Route,
    /// When something is first noticed, earliest and latest after the dose; `None` where the source does not say.
    pub onset: Option<[Time; 2]>,
    /// When effects are strongest, earliest and latest after the dose; `None` where the source does not say.
    pub peak: Option<[Time; 2]>,
    /// When effects are over, earliest and latest after the dose.
    pub end: [Time; 2],
    /// What it rests on.
    pub kind: EvidenceKind,
    /// How it was come by.
    pub grade: Grade,
    /// What the source reports, in a sentence.
    pub words: String,
    /// Citation of the source in full.
    pub source: String,
}

/// A trial of another drug, route, dose or age that stands beside a window because none is nearer. It is told, and
/// never joined with a range.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nearest {
    /// Drug that was given.
    pub drug: String,
    /// Route, in words that begin with those of [`Route::name`] where it is one that is simulated.
    pub route: String,
    /// Doses that were given, in words.
    pub dose: String,
    /// People who were studied.
    pub who: String,
    /// When something is first noticed, earliest and latest after the dose; `None` where the source does not say.
    pub onset: Option<[Time; 2]>,
    /// When effects are strongest, earliest and latest after the dose; `None` where the source does not say.
    pub peak: Option<[Time; 2]>,
    /// When effects are over, earliest and latest after the dose.
    pub end: [Time; 2],
    /// What was seen, in words.
    pub words: String,
    /// How it was come by.
    pub grade: Grade,
    /// Citation of the source in full.
    pub source: String,
    /// Beside which windows it stands.
    pub beside: Vec<Beside>,
}

/// A drug and route beside whose windows a trial stands.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// Id of the drug.
    pub drug: String,
    /// Route by which the drug is given.
    pub route: Route,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: u32,
    published: Vec<Published>,
    nearest: Vec<Nearest>,
}

/// Reads `assets/published.toml`.
pub(super) fn parse(name: &str, text: &str) -> Result<(Vec<Published>, Vec<Nearest>)> {
    let file: File = toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))?;
    Ok((file.published, file.nearest))
}

impl Nearest {
    /// In one sentence, for beside the window of a drug by these routes: what makes it another case comes first, the
    /// short name of its source last.
    pub fn sentence(&self, drug: &str, routes: &[Route]) -> String {
        let other = [
            (self.drug != drug).then_some("drug"),
            (!routes.iter().any(|r| self.route.starts_with(r.name()))).then_some("route"),
        ];
        let other: Vec<&str> = other.into_iter().flatten().collect();
        let which = match other.as_slice() {
            [] => "another dose or age".to_owned(),
            list => format!("another {}", list.join(" and ")),
        };
        let cited = crate::citation::short(&self.source).join(", ");
        format!(
            "nearest trial, {which}: {} {}, {} ({}): {} (grade {}; {cited})",
            self.drug, self.route, self.dose, self.who, self.words, self.grade
        )
    }
}
