//! Drugs and analytes: names, salts, what products say of sprays, which doses labels give for anaesthesia.

use crate::error::{Error, Result, suggestion};
use crate::model::Grade;
use crate::path;
use crate::regimen::{DoseAmount, Route};
use crate::sim::{Device, SprayRules};
use crate::units::{Dim, Quantity, Time};
use serde::Deserialize;
use std::str::FromStr;

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
    /// Doses for anaesthesia, by the routes for which a label has them.
    pub anaesthesia: Vec<Anaesthesia>,
}

/// Initial doses for anaesthesia by one route, as a label has them. Never doses to aim at.
#[derive(Debug, Clone, PartialEq)]
pub struct Anaesthesia {
    /// Route by which the drug is given.
    pub route: Route,
    /// Lowest, mg base per kg.
    pub lowest: f64,
    /// Highest, mg base per kg.
    pub highest: f64,
    /// Citation of the label.
    pub source: String,
    /// How it was read.
    pub grade: Grade,
}

/// From when on a dose is taken for one of anaesthesia, or for a slip of the unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DoseLimits {
    /// What is injected within this time counts as one dose.
    pub counted_within: Time,
    /// So many times the highest dose of a label is a slip.
    pub slip: f64,
    /// What runs in within this time is compared with that.
    pub slip_within: Time,
    /// So long above the middle of the caution band a course is one of anaesthesia.
    pub waking_for: Time,
}

/// What is measured in plasma.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalyteName {
    /// As written in files.
    pub id: String,
    /// Name for readers.
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
    anaesthesia: Vec<AnaesthesiaFile>,
    limits: LimitsFile,
    analyte: Vec<AnalyteName>,
    source: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DrugFile {
    id: String,
    name: String,
    base_molar_mass: Graded,
    hydrochloride_molar_mass: Graded,
    spray_device: Option<Graded>,
    spray_device_hydrochloride: Option<Graded>,
    spray_device_slack: Option<Graded>,
    spray_every: Graded,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnaesthesiaFile {
    drug: String,
    route: Route,
    lowest: DoseAmount,
    highest: DoseAmount,
    source: String,
    grade: Grade,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsFile {
    counted_within: Graded,
    slip: Graded,
    slip_within: Graded,
    waking_for: Graded,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Graded {
    value: String,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "grade")]
    _grade: Grade,
}

impl Graded {
    fn read<T: FromStr<Err = Error>>(&self, key: &str) -> Result<T> {
        self.value.parse().map_err(|e: Error| e.at(path![key]))
    }

    fn pure(&self, key: &str) -> Result<f64> {
        Quantity::parse_as(&self.value, Dim::NONE, "200.0").map_err(|e| e.at(path![key]))
    }
}

/// What the file holds.
pub(super) struct Read {
    pub drugs: Vec<Drug>,
    pub analytes: Vec<AnalyteName>,
    pub limits: DoseLimits,
}

/// Reads `assets/drugs.toml`.
pub(super) fn parse(name: &str, text: &str) -> Result<Read> {
    let file: File = toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))?;
    lower(file).map_err(|e| e.located(name, text))
}

fn lower(file: File) -> Result<Read> {
    let mut drugs = Vec::new();
    for (i, drug) in file.drug.into_iter().enumerate() {
        drugs.push(lower_drug(drug).map_err(|e| e.within(path!["drug", i]))?);
    }
    for (i, a) in file.anaesthesia.into_iter().enumerate() {
        let refuse = |what: String, key: &str, remedy: String| {
            Err(Error::input(what).remedy(remedy).at(path!["anaesthesia", i, key]))
        };
        if !file.source.contains_key(&a.source) {
            let known = suggestion(&a.source, file.source.keys().map(String::as_str));
            return refuse(format!("there is no source \"{}\"", a.source), "source", known);
        }
        let (DoseAmount::PerKg(lowest), DoseAmount::PerKg(highest)) = (a.lowest, a.highest) else {
            return refuse("a dose of anaesthesia is per kg".to_owned(), "lowest", "write mg/kg".to_owned());
        };
        let Some(drug) = drugs.iter_mut().find(|d| d.id == a.drug) else {
            return refuse(format!("there is no drug \"{}\"", a.drug), "drug", "name a [[drug]]".to_owned());
        };
        drug.anaesthesia.push(Anaesthesia { route: a.route, lowest, highest, source: a.source, grade: a.grade });
    }
    let of = &file.limits;
    let limits = DoseLimits {
        counted_within: of.counted_within.read("counted_within")?,
        slip: of.slip.pure("slip")?,
        slip_within: of.slip_within.read("slip_within")?,
        waking_for: of.waking_for.read("waking_for")?,
    };
    Ok(Read { drugs, analytes: file.analyte, limits })
}

fn lower_drug(d: DrugFile) -> Result<Drug> {
    let base = d.base_molar_mass.pure("base_molar_mass")?;
    let salt = d.hydrochloride_molar_mass.pure("hydrochloride_molar_mass")?;
    let device = match (&d.spray_device, &d.spray_device_hydrochloride, &d.spray_device_slack) {
        (Some(base), Some(hydrochloride), Some(slack)) => Some(Device {
            base: base.read("spray_device")?,
            hydrochloride: hydrochloride.read("spray_device_hydrochloride")?,
            slack: slack.pure("spray_device_slack")?,
        }),
        (None, None, None) => None,
        _ => {
            return Err(Error::input("a device is stated in base and in hydrochloride, and with its slack")
                .remedy("add spray_device, spray_device_hydrochloride and spray_device_slack, or none of them")
                .at(path!["id"]));
        }
    };
    Ok(Drug {
        sprays: SprayRules { device, every: d.spray_every.read("spray_every")? },
        id: d.id,
        name: d.name,
        base_per_hydrochloride: base / salt,
        anaesthesia: Vec::new(),
    })
}

impl Drug {
    /// Doses for anaesthesia by a route, where a label has them.
    pub fn anaesthesia_by(&self, route: Route) -> Option<&Anaesthesia> {
        self.anaesthesia.iter().find(|a| a.route == route)
    }
}
