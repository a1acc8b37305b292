//! From concentration to what may be noticed: levels and delays in pairs, bands, programme figures.

mod file;

pub(super) use file::parse;

use crate::error::{Error, Result};
use crate::model::{Grade, Source};
use crate::portable::Portable as _;
use crate::regimen::{Dose, Route};
use crate::units::{Concentration, Fraction, Time, number};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The whole of `assets/effects.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Effects {
    /// Levels and their delay, each pair for the drugs that it names.
    pub pairs: Vec<Pair>,
    /// Delay behind venous plasma, which lags already.
    pub venous_delay: Delay,
    /// Bands in which people were waking from anaesthesia.
    pub cautions: Vec<Caution>,
    /// How many people must cross a level before its time is told.
    pub no_time_below: NoTimeBelow,
    /// When doses are another session.
    pub session: SessionGap,
    /// What stands behind the timing of a drug and route.
    evidence: Vec<Evidence>,
    /// What programmes say, by route.
    pub programmes: Vec<Programme>,
    /// Sources, each with the key by which levels name it.
    pub sources: Vec<Source>,
}

/// Levels and the delay they were estimated with.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// As written in the file.
    pub id: String,
    /// Name for readers.
    pub name: String,
    /// Delay of the effect behind arterial plasma.
    pub delay: Delay,
    /// Concentrations at which effects set in, by id of the drug and kind of level.
    pub levels: BTreeMap<String, BTreeMap<LevelKind, Level>>,
    /// Key of its source.
    pub source: String,
    /// How it was come by.
    pub grade: Grade,
    /// Remark of the file; `None` where it has none.
    pub note: Option<String>,
}

/// What is noticed at a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LevelKind {
    /// One may notice something.
    Notice,
    /// The dissociative part; main effects are taken to fade below it.
    Dissociative,
}

/// A concentration at which something is noticed, different for everybody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Median over people of the concentration at which the effect sets in.
    pub median: Concentration,
    /// Plausible span of the median.
    pub span: [Concentration; 2],
    /// Between-subject variability of that concentration: CV as a fraction, log-normal.
    pub cv: f64,
}

/// Half-life of the delay between plasma and effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Delay {
    /// Log-normal with this median; `sigma` on the log scale.
    LogNormal {
        /// Median half-life.
        median: Time,
        /// Standard deviation on the log scale.
        sigma: f64,
    },
    /// Anything between two half-lives.
    Uniform {
        /// Shortest half-life.
        low: Time,
        /// Longest half-life.
        high: Time,
    },
}

/// A band of concentrations that calls for caution; never a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Caution {
    /// Id of the drug.
    pub drug: String,
    /// Concentration in the middle of the band.
    pub median: Concentration,
    /// Lowest and highest concentration of the band.
    pub band: [Concentration; 2],
    /// What was seen there.
    pub words: String,
    /// Key of its source.
    pub source: String,
    /// How it was come by.
    pub grade: Grade,
}

/// Below this share of people who cross a level its time would mislead the others.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoTimeBelow {
    /// Share of people, 0 to 1.
    pub people: Fraction,
    /// Key of its source.
    pub source: String,
    /// How it was come by.
    pub grade: Grade,
}

/// Doses this far apart are different sessions.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionGap {
    /// Least time from the end of one dose to the start of the next that opens a session.
    pub gap: Time,
    /// Key of its source.
    pub source: String,
    /// How it was come by.
    pub grade: Grade,
}

/// What stands behind timings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// Controlled trials.
    Trial,
    /// Experience of programmes.
    Programme,
    /// The model alone.
    Model,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Evidence {
    drug: String,
    route: Route,
    /// Shortest infusion that it was of; a bolus has none of it.
    infusion_at_least: Option<Time>,
    kind: EvidenceKind,
    source: String,
    note: Option<String>,
    staff: Option<StaffSaw>,
}

/// What staff judged at a time, beside which a curve is shown.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffSaw {
    /// When, from the first dose.
    pub at: Time,
    /// What they found, in words.
    pub words: String,
}

/// What programmes publish about a route.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// Drug: what is said of one product is not said of another.
    #[serde(default = "racemate")]
    pub drug: String,
    /// Route by which the drug is given.
    pub route: Route,
    /// When something is first noticed, earliest and latest after the dose.
    pub onset: [Time; 2],
    /// When effects are strongest, earliest and latest after the dose.
    pub strongest: [Time; 2],
    /// When plasma peaks, earliest and latest after the dose; `None` where programmes do not say.
    pub plasma_peak: Option<[Time; 2]>,
    /// Length of the experience.
    pub experience: [Time; 2],
    /// Lowest and highest share that reaches the blood.
    pub bioavailability: [Fraction; 2],
    /// Key of its source.
    pub source: String,
}

/// Programmes speak of the racemate unless a file says otherwise.
fn racemate() -> String {
    "ketamine".to_owned()
}

impl Programme {
    /// In one sentence, for beside the measured and modelled figures.
    pub fn words(&self) -> String {
        let times = |[a, b]: [Time; 2]| format!("{} to {} min", number(a.minutes()), number(b.minutes()));
        let percent = self.bioavailability.map(|f| number(f.parts() * 100.0));
        let reaches = if percent[0] == percent[1] { percent[0].clone() } else { percent.join(" to ") };
        let plasma = self.plasma_peak.map_or(String::new(), |p| format!(", plasma peak {}", times(p)));
        format!(
            "programmes say: reaches the blood {reaches} %, onset {}, strongest {}{plasma}, over after {}",
            times(self.onset),
            times(self.strongest),
            times(self.experience)
        )
    }
}

impl EvidenceKind {
    /// As in the JSON of `compare`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Programme => "programme",
            Self::Model => "model",
        }
    }
}

impl Delay {
    /// Half-lives at the middles of `n` equal shares of the distribution.
    pub fn quantiles(&self, n: usize) -> Vec<Time> {
        middles(n)
            .map(|p| match self {
                Self::LogNormal { median, sigma } => {
                    Time::from_hours(median.hours() * (sigma * normal_quantile(p)).exp_portable())
                }
                Self::Uniform { low, high } => Time::from_hours(low.hours() + p * (high.hours() - low.hours())),
            })
            .collect()
    }
}

impl Level {
    /// Standard deviation between people on the log scale.
    pub fn sigma(&self) -> f64 {
        (self.cv * self.cv).ln_1p_portable().sqrt()
    }

    /// Levels at the middles of `n` equal shares of people.
    pub fn quantiles(&self, n: usize) -> Vec<Concentration> {
        let sigma = self.sigma();
        middles(n)
            .map(|p| Concentration::from_mg_l(self.median.mg_l() * (sigma * normal_quantile(p)).exp_portable()))
            .collect()
    }
}

fn middles(n: usize) -> impl Iterator<Item = f64> {
    (0..n).map(move |i| (i as f64 + 0.5) / n as f64)
}

/// Quantile of the standard normal distribution (Acklam's rational approximation, 1e-9 relative).
pub(crate) fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] =
        [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416];
    let horner = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    let tail = |q: f64| horner(&C, q) / (horner(&D, q) * q + 1.0);
    if p < 0.02425 {
        tail((-2.0 * p.ln_portable()).sqrt())
    } else if p > 1.0 - 0.02425 {
        -tail((-2.0 * (1.0 - p).ln_portable()).sqrt())
    } else {
        let (q, r) = (p - 0.5, (p - 0.5) * (p - 0.5));
        horner(&A, r) * q / (horner(&B, r) * r + 1.0)
    }
}

impl Effects {
    /// Median level of the dissociative part of a drug, by the first pair that has levels of it; none where none has.
    pub fn dissociative(&self, drug: &str) -> Option<Concentration> {
        let levels = self.pairs.iter().find_map(|p| p.levels.get(drug))?;
        Some(levels.get(&LevelKind::Dissociative)?.median)
    }

    /// What stands behind the timing of these doses of a drug by a route.
    pub fn evidence(&self, drug: &str, route: Route, doses: &[Dose]) -> EvidenceKind {
        self.evidence_of(drug, route, doses).map_or(EvidenceKind::Model, |e| e.kind)
    }

    /// The entry that holds for every one of the doses by the route, in whatever order they are given.
    fn evidence_of(&self, drug: &str, route: Route, doses: &[Dose]) -> Option<&Evidence> {
        let entry = self.evidence.iter().find(|e| e.drug == drug && e.route == route)?;
        let long = |least: Time| {
            let mut of_route = doses.iter().filter(|d| d.route() == route);
            of_route.all(|d| d.length().is_some_and(|length| length >= least))
        };
        entry.infusion_at_least.is_none_or(long).then_some(entry)
    }

    /// What must be said beside a curve of this drug by this route.
    pub fn evidence_note(&self, drug: &str, route: Route, doses: &[Dose]) -> Option<&str> {
        self.evidence_of(drug, route, doses)?.note.as_deref()
    }

    /// What staff judged after this drug by this route, where a study says.
    pub fn staff(&self, drug: &str, route: Route) -> Option<&StaffSaw> {
        self.evidence.iter().find(|e| e.drug == drug && e.route == route)?.staff.as_ref()
    }

    /// What programmes say of a drug by a route.
    pub fn programme(&self, drug: &str, route: Route) -> Option<&Programme> {
        self.programmes.iter().find(|p| p.route == route && p.drug == drug)
    }

    /// The band for a drug.
    pub fn caution(&self, drug: &str) -> Option<&Caution> {
        self.cautions.iter().find(|c| c.drug == drug)
    }
}

#[cfg(test)]
mod tests {
    use super::normal_quantile;

    /// Values of the standard normal from printed tables.
    #[test]
    fn normal_quantiles_match_the_tables() {
        for (p, z) in [(0.5, 0.0), (0.9, 1.281_551_566), (0.975, 1.959_963_985), (0.01, -2.326_347_874)] {
            assert!((normal_quantile(p) - z).abs() < 1e-7, "{p}");
        }
    }
}
