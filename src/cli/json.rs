//! JSON of `compare`: the keys that other programs rely on, and a few more.

use super::level::LevelJson;
use crate::analysis::statistics::of_curve;
use crate::analysis::{Part, Windows};
use crate::figure::EDUCATION_ONLY;
use crate::outcome::{ArmOutcome, Curve, EndOutcome, Outcome, SessionOutcome};
use crate::regimen::Route;
use crate::scenario::LevelLine;
use crate::subject::Subject;
use crate::units::{MINUTES_PER_HOUR, tidy};
use serde::Serialize;
use std::collections::BTreeMap;

/// The whole.
#[derive(Debug, Serialize)]
pub struct Comparison {
    title: String,
    subject: SubjectJson,
    horizon_h: f64,
    points: usize,
    arms: Vec<ArmJson>,
    not_run: Vec<String>,
    note: &'static str,
    /// Only told when asked for, so that the same input gives the same text.
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed_ms: Option<f64>,
}

#[derive(Debug, Serialize)]
struct SubjectJson {
    weight_kg: f64,
    age_y: f64,
    sex: &'static str,
    ancestry: &'static str,
}

#[derive(Debug, Serialize)]
struct ArmJson {
    label: String,
    drug: String,
    model: String,
    model_title: String,
    site: &'static str,
    /// Who is given the arm.
    subject: SubjectJson,
    routes: Vec<&'static str>,
    dose_mg_base: f64,
    dose_mg_per_kg: f64,
    /// Of the model's plain run; where there is a range, its ends are in `range`.
    bioavailability: Option<f64>,
    /// Parts of it: through the mouth, swallowed after holding.
    mouth_and_swallowed: Option<[f64; 2]>,
    analytes: Vec<Analyte>,
    range: Option<RangeJson>,
    /// Of the first session.
    windows: Times,
    /// What minutes of the windows count from: the first dose, which is so long after time 0.
    windows_from_min: f64,
    sessions: Vec<OneSession>,
    between_models: BetweenModels,
    grade: String,
    /// Peak of every other model of this drug and route, with reasons for a gap.
    other_models: Vec<Other>,
    /// Time at or above the level line; null where there is none.
    level: Option<LevelJson>,
    /// Where models fall below the level of the dissociative part, in words.
    below_level: Option<String>,
    programmes: Vec<String>,
    nearest_trials: Vec<NearestTrial>,
    sources: Vec<String>,
    assumptions: Vec<String>,
    warnings: Vec<String>,
    /// Whether a patient's page may be made, and what stands against it.
    page: Page,
}

#[derive(Debug, Serialize)]
struct NearestTrial {
    words: String,
    source: String,
}

#[derive(Debug, Serialize)]
struct Page {
    made: bool,
    reasons: Vec<String>,
    touches: Option<String>,
}

/// One session; its windows count from its first dose.
#[derive(Debug, Serialize)]
struct OneSession {
    number: usize,
    start_min: f64,
    end_min: f64,
    doses: usize,
    windows: Times,
}

#[derive(Debug, Serialize)]
struct Other {
    model: String,
    site: &'static str,
    cmax_ng_ml: f64,
    tmax_min: f64,
    why: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Analyte {
    name: String,
    /// `cmax_ng_ml` and so on, one key for each statistic.
    #[serde(flatten)]
    values: BTreeMap<String, Option<f64>>,
    still_rising: bool,
    /// The same with code, unit and definition.
    parameters: Vec<StatisticJson>,
}

#[derive(Debug, Serialize)]
struct StatisticJson {
    name: &'static str,
    /// Code of the CDISC controlled terminology.
    cdisc: Option<&'static str>,
    value: Option<f64>,
    unit: &'static str,
    definition: &'static str,
}

#[derive(Debug, Serialize)]
struct RangeJson {
    note: String,
    low: End,
    high: End,
}

#[derive(Debug, Serialize)]
struct End {
    label: String,
    bioavailability: Option<f64>,
    analytes: Vec<Analyte>,
}

#[derive(Debug, Serialize)]
struct Times {
    onset_min: Option<[f64; 3]>,
    peak_min: Option<[f64; 3]>,
    strongest_min: Option<[f64; 2]>,
    main_effects_end_min: Option<[f64; 3]>,
    /// A share of people, which only `population` counts.
    share_reaching: Option<f64>,
    evidence: &'static str,
    /// Parts of the session, where effects come, go and come again; else one.
    parts: Vec<PartTimes>,
}

#[derive(Debug, Serialize)]
struct PartTimes {
    onset_min: Option<[f64; 3]>,
    strongest_min: Option<[f64; 2]>,
    main_effects_end_min: Option<[f64; 3]>,
}

#[derive(Debug, Serialize)]
struct BetweenModels {
    main_effects_end_min: Option<[f64; 2]>,
    medians: Vec<Median>,
}

#[derive(Debug, Serialize)]
struct Median {
    model: String,
    main_effects_end_min: f64,
}

impl Comparison {
    /// Of an outcome; `not_run` are the arms that are off.
    pub fn new(outcome: &Outcome, not_run: Vec<String>, elapsed_ms: Option<f64>) -> Self {
        Self {
            title: outcome.title.clone(),
            subject: SubjectJson::new(&outcome.subject),
            horizon_h: tidy(outcome.horizon.hours()),
            points: outcome.points,
            arms: outcome.arms.iter().map(|a| arm(a, outcome.level)).collect(),
            not_run,
            note: EDUCATION_ONLY,
            elapsed_ms,
        }
    }
}

impl SubjectJson {
    fn new(subject: &Subject) -> Self {
        Self {
            weight_kg: tidy(subject.weight.kg()),
            age_y: tidy(subject.age.years()),
            sex: subject.sex.as_str(),
            ancestry: subject.ancestry.as_str(),
        }
    }
}

fn arm(arm: &ArmOutcome, level: Option<LevelLine>) -> ArmJson {
    let first = arm.first_session();
    ArmJson {
        label: arm.label.clone(),
        drug: arm.drug.clone(),
        model: arm.model.clone(),
        model_title: arm.model_title.clone(),
        site: arm.site.id(),
        subject: SubjectJson::new(&arm.subject),
        routes: arm.routes.iter().map(|r: &Route| r.id()).collect(),
        dose_mg_base: tidy(arm.dose_mg),
        dose_mg_per_kg: tidy(arm.dose_mg / arm.subject.weight.kg()),
        bioavailability: arm.bioavailability.map(tidy),
        mouth_and_swallowed: arm.mouth_parts.map(|p| p.map(tidy)),
        analytes: analytes(&arm.curves),
        range: arm.range.as_ref().map(|r| RangeJson { note: r.note.clone(), low: end(&r.low), high: end(&r.high) }),
        windows: times(&arm.windows(), arm),
        windows_from_min: tidy(first.map_or(0.0, |s| s.session.start * MINUTES_PER_HOUR)),
        sessions: arm.sessions.iter().map(|s| session(s, arm)).collect(),
        between_models: BetweenModels {
            main_effects_end_min: arm.between_models().map(|b| b.map(tidy)),
            medians: arm
                .by_model
                .iter()
                .map(|(model, end)| Median { model: model.clone(), main_effects_end_min: tidy(*end) })
                .collect(),
        },
        grade: arm.grade.to_string(),
        other_models: arm
            .others
            .iter()
            .map(|o| Other {
                model: o.model.clone(),
                site: o.site.id(),
                cmax_ng_ml: tidy(o.peak[0]),
                tmax_min: tidy(o.peak[1]),
                why: o.why.clone(),
            })
            .collect(),
        level: level.map(|level| LevelJson::new(&arm.above(level))),
        below_level: arm.below_level.clone(),
        programmes: arm.programmes.clone(),
        nearest_trials: arm
            .nearest
            .iter()
            .map(|[words, source]| NearestTrial { words: words.clone(), source: source.clone() })
            .collect(),
        sources: arm.sources.clone(),
        assumptions: arm.assumptions.clone(),
        warnings: arm.warnings.clone(),
        page: Page {
            made: arm.page.made(),
            reasons: arm.page.reasons.iter().map(|r| r.words.clone()).collect(),
            touches: arm.page.touches.clone(),
        },
    }
}

fn session(of: &SessionOutcome, arm: &ArmOutcome) -> OneSession {
    OneSession {
        number: of.session.number,
        start_min: tidy(of.session.start * MINUTES_PER_HOUR),
        end_min: tidy(of.session.end * MINUTES_PER_HOUR),
        doses: of.session.doses,
        windows: times(&of.windows, arm),
    }
}

fn times(windows: &Windows, arm: &ArmOutcome) -> Times {
    let three = |p: Option<[f64; 3]>| p.map(|w| w.map(tidy));
    let two = |p: Option<[f64; 2]>| p.map(|w| w.map(tidy));
    let part = |p: &Part| PartTimes {
        onset_min: three(p.onset),
        strongest_min: two(p.strongest),
        main_effects_end_min: three(p.main_effects_end),
    };
    Times {
        onset_min: three(windows.onset),
        peak_min: three(windows.peak),
        strongest_min: two(windows.strongest),
        main_effects_end_min: three(windows.main_effects_end),
        share_reaching: None,
        evidence: arm.evidence.id(),
        parts: windows.parts.iter().map(part).collect(),
    }
}

fn end(end: &EndOutcome) -> End {
    End { label: end.label.clone(), bioavailability: end.bioavailability.map(tidy), analytes: analytes(&end.curves) }
}

fn analytes(curves: &[Curve]) -> Vec<Analyte> {
    let one = |curve: &Curve| {
        let e = &curve.exposure;
        Analyte {
            name: curve.analyte.clone(),
            values: of_curve().map(|s| (s.column(), s.of(e).map(tidy))).collect(),
            still_rising: e.still_rising,
            parameters: of_curve()
                .map(|s| StatisticJson {
                    name: s.id,
                    cdisc: s.cdisc,
                    value: s.of(e).map(tidy),
                    unit: s.unit,
                    definition: s.how,
                })
                .collect(),
        }
    };
    curves.iter().map(one).collect()
}
