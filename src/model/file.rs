//! Mirror of a model file, key for key; unknown keys are refused.
//!
//! `models/README.md` explains every key to somebody with a paper in hand.

use crate::portable::Portable as _;
use crate::regimen::{AfterHold, Dose, Form, Route};
use crate::units::{Age, Amount, Time, Weight};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A table that keeps the order of the file.
#[derive(Debug, Clone)]
pub struct Ordered<T>(pub Vec<(String, T)>);

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for Visitor<T> {
            type Value = Ordered<T>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a table")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    list.push(entry);
                }
                Ok(Ordered(list))
            }
        }
        d.deserialize_map(Visitor(std::marker::PhantomData))
    }
}

/// Where plasma was drawn, or the effect site that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Site {
    /// Arterial plasma.
    Arterial,
    /// Venous plasma, from an arm vein.
    Venous,
    /// Arterial and venous data were fitted together.
    Mixed,
    /// The source does not say, or what was read of it does not.
    Unstated,
    /// The hypothetical site of effect, behind a delay.
    Effect,
}

/// How a number was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Grade {
    /// Read in the paper's table or full text.
    A,
    /// Read in an abstract or a label.
    B,
    /// Second hand: a transcription or another program.
    C,
    /// Derived by us from named data.
    D,
    /// Assumption.
    E,
}

/// What a covariate effect goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Covariate {
    /// Body weight.
    Weight,
    /// Age.
    Age,
    /// Sex.
    Sex,
    /// Ancestry.
    Ancestry,
}

/// Scale on which people scatter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distribution {
    /// Normal on the log scale.
    LogNormal,
    /// Normal on the logit scale, for fractions.
    LogitNormal,
}

impl Distribution {
    /// The value of somebody `eta` away from a typical value on its scale.
    pub fn of(self, typical: f64, eta: f64) -> f64 {
        match self {
            Self::LogNormal => typical * eta.exp_portable(),
            Self::LogitNormal => {
                let odds = typical / (1.0 - typical) * eta.exp_portable();
                odds / (1.0 + odds)
            }
        }
    }
}

/// What scatters: people, or occasions within a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VariabilityLevel {
    /// Between people.
    #[default]
    People,
    /// Between occasions within a person.
    Occasions,
}

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    pub format: Option<u32>,
    pub id: String,
    pub title: String,
    pub about: String,
    pub drug: String,
    pub salt: Form,
    pub estimated_from: Site,
    /// How the site is known, when it is not simply what the source says.
    pub estimated_from_grade: Option<Grade>,
    #[serde(default)]
    pub composite: bool,
    /// Models that name the same disposition count once in a spread between models.
    pub disposition_from: Option<String>,
    #[serde(default)]
    pub default_for: Vec<Route>,
    pub source: Ordered<SourceFile>,
    pub population: PopulationFile,
    pub applies_to: AppliesToFile,
    #[serde(default)]
    pub missing: Vec<String>,
    /// Why the set cannot be simulated; it is listed all the same.
    pub incomplete: Option<String>,
    pub parameters: Ordered<ParameterFile>,
    /// Figures that the source prints and no curve uses.
    #[serde(default)]
    pub reported: Ordered<ParameterFile>,
    #[serde(default)]
    pub derived: Ordered<DerivedFile>,
    #[serde(default)]
    pub effect: Vec<EffectFile>,
    #[serde(default)]
    pub spread: Ordered<SpreadFile>,
    #[serde(default)]
    pub correlation: Vec<CorrelationFile>,
    #[serde(default)]
    pub residual: Vec<ResidualFile>,
    #[serde(default)]
    pub disposition: Vec<DispositionFile>,
    #[serde(default)]
    pub compartments: Ordered<CompartmentFile>,
    #[serde(default)]
    pub flow: Vec<FlowFile>,
    #[serde(default)]
    pub routes: BTreeMap<Route, RouteFile>,
    #[serde(default)]
    pub output: Vec<OutputFile>,
    #[serde(default)]
    pub range: Vec<RangeFile>,
    #[serde(default)]
    pub checkpoint: Vec<CheckpointFile>,
    #[serde(default)]
    pub condition: Vec<ConditionFile>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFile {
    pub citation: String,
    pub doi: Option<String>,
    pub pmid: Option<String>,
    /// Where the numbers were read when not in the source itself.
    pub read_in: Option<String>,
}

impl SourceFile {
    /// As a source with its key.
    pub fn named(self, key: String) -> super::Source {
        super::Source { key, citation: self.citation, doi: self.doi, pmid: self.pmid, read_in: self.read_in }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopulationFile {
    /// Who, in a few words, to set beside another model's.
    pub group: Option<String>,
    /// Who was studied, in words; what is not known is left out.
    pub who: String,
    pub n: Option<u32>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppliesToFile {
    pub weight: Option<[Weight; 2]>,
    pub age: Option<[Age; 2]>,
    /// Where the limits come from, when not from the source.
    pub note: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterFile {
    pub value: String,
    pub source: Option<String>,
    pub grade: Option<Grade>,
    /// Standard error with its unit; `None` where the source gives none.
    pub se: Option<String>,
    /// 95 % interval of the estimate.
    pub ci95: Option<[String; 2]>,
    /// 90 % interval of the estimate.
    pub ci90: Option<[String; 2]>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DerivedFile {
    pub formula: String,
    pub unit: String,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EffectFile {
    pub on: Vec<String>,
    pub by: Covariate,
    pub reference: Option<String>,
    pub power: Option<f64>,
    pub slope: Option<String>,
    pub above: Option<String>,
    #[serde(default)]
    pub is: Vec<String>,
    pub times: Option<f64>,
    pub source: Option<String>,
    pub grade: Option<Grade>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpreadFile {
    pub distribution: Distribution,
    pub cv: Option<String>,
    pub omega: Option<f64>,
    pub omega_squared: Option<f64>,
    #[serde(default)]
    pub between: VariabilityLevel,
    pub source: Option<String>,
    pub grade: Option<Grade>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrelationFile {
    pub between: [String; 2],
    pub r: Option<f64>,
    pub covariance: Option<f64>,
    pub source: Option<String>,
    pub grade: Option<Grade>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResidualFile {
    pub analyte: String,
    pub proportional: Option<String>,
    pub additive: Option<String>,
    pub source: Option<String>,
    pub grade: Option<Grade>,
    pub note: Option<String>,
}

/// Short-hand for a mammillary disposition, by clearances and volumes or by micro-constants.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "keys are the field's symbols, as papers print them")]
pub struct DispositionFile {
    pub of: String,
    pub V: Vec<String>,
    #[serde(default)]
    pub Q: Vec<String>,
    pub CL: Option<String>,
    #[serde(default)]
    pub k: BTreeMap<String, String>,
    pub cleared_into: Option<String>,
    #[serde(rename = "yield")]
    pub yields: Option<String>,
    #[serde(default)]
    pub apparent: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompartmentFile {
    pub holds: String,
    pub volume: Option<String>,
    pub transits: Option<u32>,
    pub mean_time: Option<String>,
    pub into: Option<String>,
    #[serde(rename = "yield")]
    pub yields: Option<String>,
    #[serde(default)]
    pub apparent: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowFile {
    pub from: Option<String>,
    pub between: Option<[String; 2]>,
    pub rate: Option<String>,
    pub clearance: Option<String>,
    pub vmax: Option<String>,
    pub km: Option<String>,
    pub into: Option<String>,
    #[serde(default)]
    pub split: Vec<SplitFile>,
    #[serde(rename = "yield")]
    pub yields: Option<String>,
    #[serde(default)]
    pub apparent: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitFile {
    pub into: String,
    pub share: String,
    #[serde(rename = "yield")]
    pub yields: Option<String>,
    #[serde(default)]
    pub apparent: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteFile {
    pub ways: Vec<WayFile>,
    pub hold: Option<HoldFile>,
    pub sprays: Option<SpraysFile>,
    /// The one line every card of this route shows.
    pub assumption: String,
    /// Doses that were studied by this route, mg base.
    pub studied: Option<[Amount; 2]>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WayFile {
    pub into: String,
    pub share: Option<String>,
    pub share_of_later_sprays: Option<String>,
    pub lag: Option<String>,
    pub duration: Option<String>,
    pub ka: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldFile {
    pub mouth: String,
    pub default: String,
    #[serde(default)]
    pub default_after: AfterHold,
    pub swallow: String,
    pub spit: String,
    /// Longest hold that was studied; longer ones are marked as extrapolated.
    pub studied: Option<Time>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpraysFile {
    pub count_starts_again_after: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputFile {
    pub analyte: String,
    pub site: Site,
    pub compartment: Option<String>,
    pub follows: Option<Site>,
    pub rate: Option<String>,
    /// Share that is not delayed.
    pub shunt: Option<String>,
    pub only: Option<OnlyFile>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnlyFile {
    pub routes: Vec<Route>,
    pub infusion_at_least: Option<Time>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangeFile {
    pub route: Route,
    /// Single dose by this route above which the range is drawn; absent: always.
    pub above: Option<Amount>,
    /// Only where the rest is swallowed, or only where it is spat out; absent: both.
    pub after: Option<AfterHold>,
    pub low: RangeEndFile,
    pub high: RangeEndFile,
    pub note: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangeEndFile {
    pub label: String,
    /// Parameter to replace, by which other parameter or formula; `dose` in it is the single dose.
    #[serde(default)]
    pub set: BTreeMap<String, String>,
}

/// What a condition does to the model's mechanism, on routes where that was measured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionFile {
    pub id: String,
    pub routes: Vec<Route>,
    /// Parameter to replace, by which formula.
    pub set: BTreeMap<String, String>,
    pub note: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointFile {
    pub from: String,
    pub weight: Option<Weight>,
    pub dose: Vec<Dose>,
    pub analyte: String,
    pub quantity: CheckedQuantity,
    /// End of a truncated AUC; absent: to infinity.
    pub auc_to: Option<Time>,
    /// When a concentration is meant.
    pub at: Option<Time>,
    pub expect: String,
    pub within: String,
    pub known_discrepancy: Option<String>,
}

/// What a checkpoint compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckedQuantity {
    /// Peak concentration.
    Cmax,
    /// Time of the peak.
    Tmax,
    /// Area under the curve.
    Auc,
    /// Concentration at a time.
    Concentration,
    /// Dose that reached the blood over the area to infinity.
    Clearance,
    /// Share that reaches the blood.
    Bioavailability,
}
