//! How well the models predict measurements. Errors are by route and read-out, with studies used for a model apart from
//! new ones. Lists what has no measurement, and the largest errors by name.

use super::row::Row;
use super::rules::{NoTarget, ScoringRules};
use super::summary::{Summary, grouped, grouped_by};
use crate::portable::Portable as _;
use crate::regimen::Route;
use serde::Serialize;

/// Text in place of a read-out where the source simulated the values with its own model.
const SIMULATED: &str = "none: simulated by the paper";
/// Number of large errors that are named.
const MISSES: usize = 3;

/// How well the models predict measurements.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prediction {
    /// Errors by drug, route, read-out, and drug or metabolite.
    pub rows: Vec<PredictionRow>,
    /// Errors over all of these: the drug itself, then metabolites.
    pub totals: Vec<Total>,
    /// Studies that are new to the models, those with the most values first.
    pub new_studies: Vec<NewStudy>,
    /// The arms with the largest errors, largest first, each by its worst value.
    pub misses: Vec<Row>,
    /// What cannot be assessed because there are no measurements.
    pub no_target: Vec<NoTarget>,
}

/// Errors over all drugs, routes and read-outs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Total {
    /// Whether the drug itself or a metabolite was measured: `drug` or `metabolite`.
    pub of: &'static str,
    /// Errors in studies that the models were estimated from or tuned to.
    pub seen: Summary,
    /// Errors in studies that are new to the models.
    pub new: Summary,
}

/// A study that is new to the models.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewStudy {
    /// Citation with DOI or PubMed number.
    pub study: String,
    /// Ids of its arms.
    pub arms: Vec<String>,
    /// Drug and route of its arms, for example "ketamine IM". Each is listed once.
    pub of: Vec<String>,
    /// Errors over all its values, metabolites included.
    pub errors: Summary,
}

/// Errors of one drug by one route at one read-out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PredictionRow {
    /// Id of the drug that was simulated.
    pub drug: String,
    /// Route as scenario files write it, for example `im`.
    pub route: String,
    /// Sampling site of the studies, as far as they state it.
    pub read_out: &'static str,
    /// Whether the drug itself or a metabolite was measured: `drug` or `metabolite`.
    pub of: &'static str,
    /// Errors in studies that the model was estimated from or tuned to.
    pub seen: Summary,
    /// Errors in studies that are new to the model.
    pub new: Summary,
}

impl Prediction {
    /// From scored rows and the known gaps in the rules.
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
    /// Name of the row: "ketamine IV", or "ketamine IV, metabolite".
    pub fn name(&self) -> String {
        let of = if self.of == kind(true) { ", metabolite" } else { "" };
        format!("{} {}{of}", self.drug, self.route.to_uppercase())
    }
}

impl Total {
    /// Name of the total: "all, the drug itself".
    pub fn name(&self) -> &'static str {
        if self.of == kind(true) { "all, metabolites" } else { "all, the drug itself" }
    }
}

fn kind(metabolite: bool) -> &'static str {
    if metabolite { "metabolite" } else { "drug" }
}

/// A new study in one sentence: its number of values, and the size of their errors.
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

/// A large error in one sentence: what was measured, what is predicted, and why.
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
