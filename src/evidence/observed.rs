//! Measured arms and curves from CSV files, cell by cell.

use crate::delimited::{Cell, DecimalMark, DelimitedTable, Layout};
use crate::error::{Error, Result};
use serde::Serialize;
use std::collections::BTreeMap;

/// Columns of a file of arms.
const ARM_LAYOUT: Layout = Layout {
    needed: &[&["id"], &["drug"], &["route"], &["dose_value"], &["analyte"]],
    read: &[
        "population",
        "mean_age_y",
        "mean_weight_kg",
        "dose_unit",
        "dose_as",
        "duration_min",
        "device/formulation",
        "swallowed_or_spat",
        "matrix",
        "cmax_ng_ml",
        "tmax_min",
        "tmax_range",
        "auc_ng_h_ml",
        "auc_kind",
        "other",
        "notes",
        "citation",
        "doi_or_pmid",
        "hold_min",
        "sprays",
        "spray_every_min",
        "auc_from_h",
        "auc_to_h",
        "site",
    ],
    numbers: &[
        "mean_age_y",
        "mean_weight_kg",
        "dose_value",
        "duration_min",
        "cmax_ng_ml",
        "tmax_min",
        "auc_ng_h_ml",
        "hold_min",
        "sprays",
        "spray_every_min",
        "auc_from_h",
        "auc_to_h",
    ],
    most: MOST,
};
/// Columns of a file of curves.
const CURVE_LAYOUT: Layout = Layout {
    needed: &[&["arm_id"], &["time_min"], &["conc_ng_ml"]],
    read: &[],
    numbers: &["time_min", "conc_ng_ml"],
    most: MOST,
};
/// Columns of the file of arms that were found but not included.
const LEFT_OUT_LAYOUT: Layout =
    Layout { needed: &[&["id"], &["citation"], &["why"]], read: &["doi_or_pmid"], numbers: &[], most: MOST };
/// Largest number of rows in a file. More are not a collection of studies.
const MOST: usize = 20_000;

/// One arm and analyte of a study, as written in the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arm {
    /// Id of the row.
    pub id: String,
    cells: BTreeMap<String, String>,
    /// Decimal mark of the file.
    pub(super) mark: DecimalMark,
    /// Measured points, min and ng/mL, from the file of curves or from the cell `other`.
    pub points: Vec<[f64; 2]>,
    /// Points that cannot be read, with the reason.
    pub(super) left_out: Vec<String>,
}

/// An arm, or a part of one, that was not scored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Skipped {
    /// Id of the arm, or the file name for what belongs to no arm.
    pub id: String,
    /// Why it was not scored, in one sentence.
    pub why: String,
}

/// Measured arms with their curves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observations {
    /// Arms in the order of the file.
    pub arms: Vec<Arm>,
    /// What belongs to no arm: points whose id no arm has, and rows that begin like comments.
    pub skipped: Vec<Skipped>,
}

/// The openly available arms that ship with ketasim.
pub const ARMS: &str = include_str!("../../assets/observed/arms.csv");
/// Concentrations over time of these arms.
pub const CURVES: &str = include_str!("../../assets/observed/curves.csv");
/// Published arms that cannot be compared, with the reason.
const LEFT_OUT: &str = include_str!("../../assets/observed/left_out.csv");

impl Arm {
    /// A cell by its column, trimmed. Empty when it is missing.
    pub fn cell(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// A cell as a number, read with the decimal mark of the file.
    pub(super) fn number(&self, column: &str) -> Cell {
        self.mark.read(self.cell(column))
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
        let mut all = Self::read(("assets/observed/arms.csv", ARMS), Some(("assets/observed/curves.csv", CURVES)))?;
        let table = DelimitedTable::read("assets/observed/left_out.csv", LEFT_OUT, &LEFT_OUT_LAYOUT)?;
        let column = |wanted: &str| table.column(wanted).unwrap_or(0);
        let [id, why] = ["id", "why"].map(column);
        all.skipped.extend(table.rows.iter().map(|row| {
            let why = format!("not in the table of arms: {}", row.cells[why]);
            Skipped { id: row.cells[id].clone(), why }
        }));
        Ok(all)
    }

    /// Reads a file of arms and one of curves. The names are used in messages. A point that cannot be read is left out
    /// with its reason, and the others are read.
    ///
    /// # Errors
    /// When a column is missing, a row has no id, or two rows have the same id.
    pub fn read((name, text): (&str, &str), curves: Option<(&str, &str)>) -> Result<Self> {
        let table = DelimitedTable::read(name, text, &ARM_LAYOUT)?;
        let (mut arms, mut places): (Vec<Arm>, BTreeMap<String, usize>) = (Vec::new(), BTreeMap::new());
        for row in table.rows {
            let line = row.line;
            let cells: BTreeMap<String, String> = table.headers.iter().cloned().zip(row.cells).collect();
            let id = cells.get("id").cloned().unwrap_or_default();
            if id.is_empty() || places.contains_key(&id) {
                let what = if id.is_empty() { "has no id".to_owned() } else { format!("has the id {id} again") };
                return Err(Error::input(format!("{name}, line {line} {what}"))
                    .remedy("give each arm and analyte an id of its own"));
            }
            places.insert(id.clone(), arms.len());
            arms.push(Arm { id, cells, mark: table.mark, ..Arm::default() });
        }
        let mut skipped: Vec<Skipped> = table.comments.iter().map(|line| comment(name, *line)).collect();
        if let Some((name, text)) = curves {
            skipped.extend(read_curves(name, text, &mut arms, &places)?);
        }
        for arm in arms.iter_mut().filter(|a| a.points.is_empty() && a.left_out.is_empty()) {
            let curve = super::cells::points(arm.cell("other"), arm.mark);
            (arm.points, arm.left_out) = (curve.points, curve.left_out);
        }
        Ok(Self { arms, skipped })
    }
}

/// Assigns points to their arms. Returns those that belong to none.
fn read_curves(name: &str, text: &str, arms: &mut [Arm], places: &BTreeMap<String, usize>) -> Result<Vec<Skipped>> {
    let table = DelimitedTable::read(name, text, &CURVE_LAYOUT)?;
    let column = |wanted: &str| table.column(wanted).unwrap_or(0);
    let [id, time, value] = ["arm_id", "time_min", "conc_ng_ml"].map(column);
    let mut skipped: Vec<Skipped> = table.comments.iter().map(|line| comment(name, *line)).collect();
    for row in &table.rows {
        let [id, time, value] = [id, time, value].map(|i| row.cells[i].as_str());
        let Some(arm) = places.get(id).map(|i| &mut arms[*i]) else {
            let (id, why) = match id {
                "" => (name.to_owned(), format!("line {}: a point of no arm", row.line)),
                id => (id.to_owned(), "points of an arm that is in no file of arms".to_owned()),
            };
            if !skipped.iter().any(|s| s.id == id && s.why == why) {
                skipped.push(Skipped { id, why });
            }
            continue;
        };
        match table.mark.point(time, value) {
            Ok(point) => arm.points.push(point),
            Err(why) => arm.left_out.push(format!("{name}, line {}: {why}", row.line)),
        }
    }
    Ok(skipped)
}

fn comment(name: &str, line: u64) -> Skipped {
    Skipped { id: name.to_owned(), why: format!("line {line} begins with # and was passed over as a comment") }
}
