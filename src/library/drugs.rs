//! Drugs and analytes: names, salts, what their products say of sprays.

use crate::error::{Error, Result};
use crate::path;
use crate::sim::SprayRules;
use crate::units::{Amount, Dim, Quantity, Time};
use serde::Deserialize;

/// A drug that can be given.
#[derive(Debug, Clone, PartialEq)]
pub struct Drug {
    /// As written in files.
    pub id: String,
    /// For headings: says whether R and S are meant.
    pub name: String,
    /// mg base in one mg hydrochloride.
    pub base_per_hydrochloride: f64,
    /// What its nasal product says.
    pub sprays: SprayRules,
}

/// What is measured in plasma.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalyteName {
    /// As written in files.
    pub id: String,
    /// For people.
    pub name: String,
    /// Whether the body makes it from a drug.
    pub metabolite: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: u32,
    drug: Vec<DrugFile>,
    analyte: Vec<AnalyteName>,
    #[serde(rename = "source")]
    _source: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DrugFile {
    id: String,
    name: String,
    base_molar_mass: Graded,
    hydrochloride_molar_mass: Graded,
    spray_device: Option<Graded>,
    spray_every: Graded,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Graded {
    value: String,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "grade")]
    _grade: crate::model::Grade,
}

/// Reads `assets/drugs.toml`.
pub(super) fn parse(name: &str, text: &str) -> Result<(Vec<Drug>, Vec<AnalyteName>)> {
    let file: File = toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))?;
    let mut drugs = Vec::new();
    for (i, d) in file.drug.into_iter().enumerate() {
        let at = |key: &str| path!["drug", i, key];
        let mass = |g: &Graded, key: &str| Quantity::parse_as(&g.value, Dim::NONE, "200.0").map_err(|e| e.at(at(key)));
        let base = mass(&d.base_molar_mass, "base_molar_mass").map_err(|e| e.located(name, text))?;
        let salt = mass(&d.hydrochloride_molar_mass, "hydrochloride_molar_mass").map_err(|e| e.located(name, text))?;
        let every: Time =
            d.spray_every.value.parse().map_err(|e: Error| e.at(at("spray_every")).located(name, text))?;
        let device = d
            .spray_device
            .map(|g| g.value.parse::<Amount>())
            .transpose()
            .map_err(|e| e.at(at("spray_device")).located(name, text))?;
        drugs.push(Drug {
            id: d.id,
            name: d.name,
            base_per_hydrochloride: base / salt,
            sprays: SprayRules { device, every },
        });
    }
    Ok((drugs, file.analyte))
}
