//! Prediction errors, summarised over many rows.

use super::row::Row;
use crate::portable::Portable as _;
use crate::regimen::Route;
use serde::Serialize;

/// Prediction errors over a set of rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// Number of values. With 0 all errors are `None`.
    pub rows: usize,
    /// Geometric mean fold error: exp of the mean of |ln(predicted / observed)|. 1 is perfect.
    pub gmfe: Option<f64>,
    /// Share of rows within 2-fold, 0 to 1.
    pub within_2_fold: Option<f64>,
    /// Median performance error, percent: the median of (observed - predicted) / predicted (Varvel 1992). Above 0 the
    /// model predicts too low.
    pub mdpe: Option<f64>,
    /// Median absolute performance error, percent (Varvel 1992).
    pub mdape: Option<f64>,
}

/// Errors over the rows of one drug, route and model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// Id of the drug that was simulated.
    pub drug: String,
    /// Route as scenario files write it, for example `im`.
    pub route: String,
    /// Id of the model that was scored.
    pub model: String,
    /// Whether the drug itself or a metabolite was measured: `drug` or `metabolite`.
    pub of: &'static str,
    /// Errors over all studies.
    pub all: Summary,
    /// Errors over studies that are new to the model (external validation).
    pub external: Summary,
}

/// Errors by route, whatever the model. Nasal sprays are two products.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RouteErrors {
    /// Route as scenario files write it, for example `im`.
    pub route: String,
    /// Id of the drug where products by this route differ; `None` where they do not.
    pub product: Option<String>,
    /// Errors over concentrations of the drug itself.
    pub drug: Summary,
    /// Errors over all values of the drug and of its metabolites.
    pub all: Summary,
}

/// Errors by route, in order of the routes' first occurrence.
pub(super) fn by_route(rows: &[Row]) -> Vec<RouteErrors> {
    let key = |r: &Row| (r.route.clone(), (r.route == Route::In.id()).then(|| r.drug.clone()));
    grouped(rows, key)
        .into_iter()
        .map(|(k, rows)| {
            let mine = || rows.iter().copied();
            RouteErrors {
                drug: Summary::of(mine().filter(|r| !r.metabolite)),
                all: Summary::of(mine()),
                route: k.0,
                product: k.1,
            }
        })
        .collect()
}

/// Groups rows by a key, in order of first occurrence.
pub(super) fn grouped<K: PartialEq>(rows: &[Row], key: impl Fn(&Row) -> K) -> Vec<(K, Vec<&Row>)> {
    grouped_by(rows.iter(), key)
}

/// As [`grouped`], for a selection of rows.
pub(super) fn grouped_by<'a, K: PartialEq>(
    rows: impl Iterator<Item = &'a Row>,
    key: impl Fn(&Row) -> K,
) -> Vec<(K, Vec<&'a Row>)> {
    let mut groups: Vec<(K, Vec<&Row>)> = Vec::new();
    for row in rows {
        let k = key(row);
        match groups.iter_mut().find(|(other, _)| *other == k) {
            Some((_, mine)) => mine.push(row),
            None => groups.push((k, vec![row])),
        }
    }
    groups
}

impl Summary {
    /// Errors over a set of rows. Every error is `None` when there are none.
    pub fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        let rows: Vec<&Row> = rows.collect();
        let n = rows.len() as f64;
        let some = |value: f64| (!rows.is_empty()).then_some(value);
        let errors: Vec<f64> = rows.iter().map(|r| (r.observed - r.predicted) / r.predicted * 100.0).collect();
        let fold = rows.iter().map(|r| r.ratio.ln_portable().abs()).sum::<f64>() / n;
        let within = rows.iter().filter(|r| r.within_2_fold()).count() as f64 / n;
        Self {
            rows: rows.len(),
            gmfe: some(fold.exp_portable()),
            within_2_fold: some(within),
            mdpe: median(errors.clone()),
            mdape: median(errors.into_iter().map(f64::abs).collect()),
        }
    }
}

/// Groups by drug, route, model, and drug or metabolite, in order of first occurrence.
pub(super) fn groups(rows: &[Row]) -> Vec<Group> {
    let key = |r: &Row| (r.drug.clone(), r.route.clone(), r.model.clone(), of(r));
    grouped(rows, key)
        .into_iter()
        .map(|(k, rows)| {
            let mine = || rows.iter().copied();
            let (all, external) = (Summary::of(mine()), Summary::of(mine().filter(|r| r.external)));
            Group { drug: k.0, route: k.1, model: k.2, of: k.3, all, external }
        })
        .collect()
}

fn of(row: &Row) -> &'static str {
    if row.metabolite { "metabolite" } else { "drug" }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => None,
        _ if n % 2 == 1 => Some(values[n / 2]),
        _ => Some(0.5 * (values[n / 2 - 1] + values[n / 2])),
    }
}
