//! How well the models predict what was measured: by route and read-out, what was seen and what is new, what has no
//! target, and the worst misses by name.

use super::row::Row;
use super::rules::{NoTarget, ScoringRules};
use super::summary::{Summary, grouped, grouped_by};
use crate::portable::Portable as _;
use crate::regimen::Route;
use serde::Serialize;

/// In place of a read-out where the source simulated the figures with its own model.
const SIMULATED: &str = "none: simulated by the paper";
/// How many misses are named.
const MISSES: usize = 3;

/// How well the models predict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prediction {
    /// By drug, route, read-out, and drug or metabolite.
    pub rows: Vec<PredictionRow>,
    /// Over all of them: the drug itself, then metabolites.
    pub totals: Vec<Total>,
    /// Studies that are new to the models, those with the most figures first.
    pub new_studies: Vec<NewStudy>,
    /// The arms farthest off, worst first, each by its worst figure.
    pub misses: Vec<Row>,
    /// What cannot be told for want of measurements.
    pub no_target: Vec<NoTarget>,
}

/// Errors over every drug, route and read-out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Total {
    /// Whether the drug itself or a metabolite was measured: `drug` or `metabolite`.
    pub of: &'static str,
    /// Studies that the models were estimated from or tuned to.
    pub seen: Summary,
    /// Studies that are new to the models.
    pub new: Summary,
}

/// A study that is new to the models.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewStudy {
    /// Citation with DOI or PubMed number.
    pub study: String,
    /// Ids of its arms.
    pub arms: Vec<String>,
    /// Drug and route of its arms, for example "ketamine IM"; each once.
    pub of: Vec<String>,
    /// Over its figures, metabolites included.
    pub errors: Summary,
}

/// Errors of one drug by one route at one read-out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PredictionRow {
    /// Id of the drug that was simulated.
    pub drug: String,
    /// Route as scenario files write it, for example `im`.
    pub route: String,
    /// Where the studies drew blood, as far as they say.
    pub read_out: &'static str,
    /// Whether the drug itself or a metabolite was measured: `drug` or `metabolite`.
    pub of: &'static str,
    /// Studies that the model was estimated from or tuned to.
    pub seen: Summary,
    /// Studies that are new to the model.
    pub new: Summary,
}

impl Prediction {
    /// Of scored rows, with what the rules know of gaps.
    pub(super) fn new(scored: &[Row], rules: &ScoringRules) -> Self {
        let part = |metabolite: bool, external: bool| {
            let mine = move |r: &&Row| r.external == external && r.metabolite == metabolite && !r.simulated;
            Summary::of(scored.iter().filter(mine))
        };
        let total =
            |metabolite| Total { of: kind(metabolite), seen: part(metabolite, false), new: part(metabolite, true) };
        let mut rows: Vec<PredictionRow> = grouped(scored, |r| {
            let read_out = match r.site_stated {
                _ if r.simulated => SIMULATED,
                true => r.site,
                false => "not stated",
            };
            (r.drug.clone(), r.route.clone(), read_out, kind(r.metabolite))
        })
        .into_iter()
        .map(|((drug, route, read_out, of), rows)| {
            let part = |external: bool| Summary::of(rows.iter().copied().filter(move |r| r.external == external));
            PredictionRow { drug, route, read_out, of, seen: part(false), new: part(true) }
        })
        .collect();
        let place = |id: &str| Route::ALL.iter().position(|r| r.id() == id);
        let order: Vec<String> = rows.iter().map(|r| r.drug.clone()).collect();
        let first = |drug: &str| order.iter().position(|d| d == drug);
        rows.sort_by_key(|r| (first(&r.drug), r.of == kind(true), place(&r.route)));
        let mut far: Vec<&Row> = scored.iter().collect();
        far.sort_by(|a, b| b.ratio.ln_portable().abs().total_cmp(&a.ratio.ln_portable().abs()));
        let mut misses: Vec<Row> = Vec::new();
        for row in far {
            if misses.len() < MISSES && !misses.iter().any(|m| m.id == row.id) {
                misses.push(row.clone());
            }
        }
        let mut new_studies: Vec<NewStudy> = grouped_by(scored.iter().filter(|r| r.external), |r| r.study.clone())
            .into_iter()
            .map(|(study, rows)| {
                let once = |of: &dyn Fn(&Row) -> String| {
                    let mut list: Vec<String> = rows.iter().map(|r| of(r)).collect();
                    list.dedup();
                    list
                };
                let of = once(&|r| format!("{} {}", r.drug, r.route.to_uppercase()));
                NewStudy { study, arms: once(&|r| r.id.clone()), of, errors: Summary::of(rows.iter().copied()) }
            })
            .collect();
        new_studies.sort_by_key(|s| std::cmp::Reverse(s.errors.rows));
        Self { rows, totals: [false, true].map(total).into(), new_studies, misses, no_target: rules.no_target.clone() }
    }
}

impl PredictionRow {
    /// "ketamine IV", or "ketamine IV, metabolite".
    pub fn name(&self) -> String {
        let of = if self.of == kind(true) { ", metabolite" } else { "" };
        format!("{} {}{of}", self.drug, self.route.to_uppercase())
    }
}

impl Total {
    /// "all, the drug itself".
    pub fn name(&self) -> &'static str {
        if self.of == kind(true) { "all, metabolites" } else { "all, the drug itself" }
    }
}

fn kind(metabolite: bool) -> &'static str {
    if metabolite { "metabolite" } else { "drug" }
}

/// A new study in one sentence: how many figures rest on it, and how far off they are.
pub fn new_study(study: &NewStudy) -> String {
    let gmfe = study.errors.gmfe.map_or("–".to_owned(), |v| crate::units::significant(v, 3));
    let figures = if study.errors.rows == 1 { "figure" } else { "figures" };
    format!(
        "{}: {} {figures} of {}, GMFE {gmfe} ({})",
        study.study,
        study.errors.rows,
        study.of.join(", "),
        study.arms.join(", ")
    )
}

/// A miss in one sentence: what was measured, what is predicted, why.
pub fn miss(row: &Row) -> String {
    use crate::units::{number, significant};
    let at = row.time_min.map_or(String::new(), |t| format!(" at {} min", number(t)));
    let [observed, predicted] = [row.observed, row.predicted].map(|v| significant(v, 3));
    let why = if row.unexplained { "not explained" } else { row.why.as_deref().unwrap_or("within 2-fold") };
    let fold = if row.ratio >= 1.0 { row.ratio } else { 1.0 / row.ratio };
    let side = match (row.quantity, row.ratio >= 1.0) {
        ("tmax", true) => "too late",
        ("tmax", false) => "too early",
        (_, true) => "too high",
        (_, false) => "too low",
    };
    let times = format!("{}-fold {side}", significant(fold, 2));
    format!(
        "{} ({} {}, {}{at}): {observed} {} measured, {predicted} predicted, {times}; {why}",
        row.id,
        row.analyte,
        row.route.to_uppercase(),
        row.quantity,
        row.unit
    )
}
