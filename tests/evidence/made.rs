//! Tables made for tests: an arm that can be scored, with cells in place of its own.

use super::library;
use ketasim::evidence::{Observations, Report, Row, ScoringRules, score};

pub const HEADER: &str = "id,population,mean_age_y,mean_weight_kg,drug,dose_value,dose_unit,dose_as,route,duration_min,\
    swallowed_or_spat,matrix,analyte,cmax_ng_ml,tmax_min,auc_ng_h_ml,auc_kind,hold_min,sprays,spray_every_min,\
    auc_from_h,auc_to_h,site";

pub fn scored(arms: &str, curves: Option<&str>) -> Report {
    let observations = Observations::read(("arms.csv", arms), curves.map(|c| ("curves.csv", c))).unwrap();
    score(&observations, &ScoringRules::embedded().unwrap(), &library()).unwrap()
}

/// One arm by its columns, each cell in quotes; 35 mg racemic ketamine over 40 min where nothing else is said.
pub fn row(cells: &[(&str, &str)]) -> String {
    let base = [
        ("id", "x"),
        ("population", "healthy adults"),
        ("mean_age_y", "30"),
        ("mean_weight_kg", "70"),
        ("drug", "racemic"),
        ("dose_value", "35"),
        ("dose_unit", "mg"),
        ("dose_as", "base"),
        ("route", "IV infusion"),
        ("duration_min", "40"),
        ("matrix", "arterial plasma"),
        ("analyte", "ketamine"),
        ("cmax_ng_ml", "250"),
    ];
    let cell = |column: &str| {
        cells.iter().rev().chain(&base).find(|(c, _)| *c == column).map_or(String::new(), |(_, v)| format!("\"{v}\""))
    };
    HEADER.split(',').map(cell).collect::<Vec<_>>().join(",")
}

/// What is predicted of the first figure of an arm, or why it is skipped.
pub fn one(cells: &[(&str, &str)]) -> Result<Row, String> {
    let mut report = scored(&format!("{HEADER}\n{}\n", row(cells)), None);
    if report.rows.is_empty() { Err(report.skipped.remove(0).why) } else { Ok(report.rows.remove(0)) }
}
