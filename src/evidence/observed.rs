//! Measured arms and curves as their CSV files hold them, cell by cell.

use crate::error::{Error, Result};
use crate::spreadsheet::{self, measured};
use std::collections::BTreeMap;

/// Columns of a file of arms that must be there; others are read where they are known.
const ARM_COLUMNS: [&str; 5] = ["id", "drug", "route", "dose_value", "analyte"];
/// Columns of a file of curves that must be there.
const CURVE_COLUMNS: [&str; 3] = ["arm_id", "time_min", "conc_ng_ml"];

/// One arm and analyte of a study, as written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arm {
    /// Name of the row.
    pub id: String,
    cells: BTreeMap<String, String>,
    /// Minutes and ng/mL, from the file of curves or from the cell `other`.
    pub points: Vec<[f64; 2]>,
    /// Points of the file of curves that could not be read, with the reason.
    pub unread: Vec<String>,
}

/// Measured arms with their curves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observations {
    /// In the order of the file.
    pub arms: Vec<Arm>,
    /// Names in the file of curves that no arm has.
    pub orphans: Vec<String>,
}

/// The open arms that ship with ketasim.
pub const ARMS: &str = include_str!("../../assets/observed/arms.csv");
/// Their concentrations over time.
pub const CURVES: &str = include_str!("../../assets/observed/curves.csv");

impl Arm {
    /// A cell by its column, trimmed; empty when it is not there.
    pub fn cell(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// Citation with DOI or PubMed number.
    pub fn citation(&self) -> String {
        let (citation, id) = (self.cell("citation"), self.cell("doi_or_pmid"));
        if id.is_empty() { citation.to_owned() } else { format!("{citation} ({id})") }
    }
}

impl Observations {
    /// The arms that ship with ketasim.
    ///
    /// # Errors
    /// Never with the shipped files, which tests read.
    pub fn embedded() -> Result<Self> {
        Self::read(("assets/observed/arms.csv", ARMS), Some(("assets/observed/curves.csv", CURVES)))
    }

    /// Reads a file of arms and one of curves; names are for messages.
    ///
    /// # Errors
    /// When a column is missing or a name stands twice.
    pub fn read((name, text): (&str, &str), curves: Option<(&str, &str)>) -> Result<Self> {
        let sheet = spreadsheet::read(name, text, &ARM_COLUMNS)?;
        let mut arms: Vec<Arm> = Vec::new();
        for (line, row) in sheet.rows {
            let cells: BTreeMap<String, String> = sheet.headers.iter().cloned().zip(row).collect();
            let id = cells.get("id").cloned().unwrap_or_default();
            if id.is_empty() || arms.iter().any(|a| a.id == id) {
                let what = if id.is_empty() { "has no id".to_owned() } else { format!("has the id {id} again") };
                return Err(Error::input(format!("{name}, line {line} {what}"))
                    .remedy("give each arm and analyte an id of its own"));
            }
            arms.push(Arm { id, cells, ..Arm::default() });
        }
        let mut orphans = Vec::new();
        if let Some((name, text)) = curves {
            let sheet = spreadsheet::read(name, text, &CURVE_COLUMNS)?;
            let [id, time, value] = CURVE_COLUMNS.map(|wanted| sheet.column(wanted).unwrap_or(0));
            for (line, row) in &sheet.rows {
                let Some(arm) = arms.iter_mut().find(|a| a.id == row[id]) else {
                    if !orphans.contains(&row[id]) {
                        orphans.push(row[id].clone());
                    }
                    continue;
                };
                match (measured(&row[time]), measured(&row[value])) {
                    (Ok(time), Ok(value)) => arm.points.push([time, value]),
                    (Err(why), _) => arm.unread.push(format!("{name}, line {line}: time {why}")),
                    (Ok(time), Err(why)) => arm.unread.push(format!("{name}, line {line}: point at {time} min {why}")),
                }
            }
        }
        for arm in arms.iter_mut().filter(|a| a.points.is_empty()) {
            arm.points = super::cells::points(arm.cell("other"));
        }
        Ok(Self { arms, orphans })
    }
}
