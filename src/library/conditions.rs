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
    /// Name for readers.
    pub name: String,
    /// Measured changes, each on one drug and route.
    pub measured: Vec<Measured>,
    /// Citation of the source in full.
    pub source: String,
    /// How it was come by.
    pub grade: Grade,
}

/// One measured change.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Id of the drug.
    pub drug: String,
    /// Route by which the drug is given.
    pub route: Route,
    /// Fold change of the area.
    pub auc: Option<f64>,
    /// Its 90 or 95 % interval, as printed.
    pub auc_interval: Option<[f64; 2]>,
    /// Fold change of the peak.
    pub cmax: Option<f64>,
    /// Its 90 or 95 % interval, as printed; `None` where the source gives none.
    pub cmax_interval: Option<[f64; 2]>,
    /// What else was seen, or what cannot be said in a number.
    pub words: Option<String>,
}

impl Measured {
    /// The change in words: "AUC x 3 (2.4 to 3.6), Cmax x 2.1".
    pub fn change(&self) -> String {
        use crate::units::number;
        let fold = |name: &str, fold: Option<f64>, interval: Option<[f64; 2]>| {
            let span = interval.map_or(String::new(), |[a, b]| format!(" ({} to {})", number(a), number(b)));
            fold.map(|f| format!("{name} x {}{span}", number(f)))
        };
        let parts =
            [fold("AUC", self.auc, self.auc_interval), fold("Cmax", self.cmax, self.cmax_interval), self.words.clone()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
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
    ///
    /// `shown` is the model's note when its mechanism reproduces the change and the curve shows it.
    pub fn says_of(&self, drug: &str, routes: &[Route], shown: Option<&str>) -> String {
        let here: Vec<String> = self
            .measured
            .iter()
            .filter(|m| m.drug == drug && routes.contains(&m.route))
            .map(|m| format!("{} by route {}: {}", m.drug, m.route, m.change()))
            .collect();
        if here.is_empty() {
            let elsewhere: Vec<String> =
                self.measured.iter().map(|m| format!("{} by route {}: {}", m.drug, m.route, m.change())).collect();
            format!("{}: not measured on this route, curve unchanged (measured: {})", self.name, elsewhere.join("; "))
        } else {
            let curve =
                shown.map_or("the curve does not show it".to_owned(), |note| format!("the curve shows it ({note})"));
            format!("{}: measured {}; {curve}", self.name, here.join("; "))
        }
    }
}
