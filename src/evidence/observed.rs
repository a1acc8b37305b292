//! Measured arms and curves as their CSV files hold them, cell by cell.

use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// Columns of a file of arms that must be there; others are read where they are known.
const ARM_COLUMNS: [&str; 5] = ["id", "drug", "route", "dose_value", "analyte"];
/// Columns of a file of curves that must be there.
const CURVE_COLUMNS: [&str; 3] = ["arm_id", "time_min", "conc_ng_ml"];
/// More rows than this are not a collection of studies.
const MOST: usize = 20_000;

/// One arm and analyte of a study, as written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arm {
    /// Name of the row.
    pub id: String,
    cells: BTreeMap<String, String>,
    /// Minutes and ng/mL, from the file of curves or from the cell `other`.
    pub points: Vec<[f64; 2]>,
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
    /// When a column is missing, a name stands twice, or a point is not a number.
    pub fn read((name, text): (&str, &str), curves: Option<(&str, &str)>) -> Result<Self> {
        let (headers, rows) = table(name, text, &ARM_COLUMNS)?;
        let mut arms: Vec<Arm> = Vec::new();
        for (line, row) in rows {
            let cells: BTreeMap<String, String> =
                headers.iter().zip(row.iter()).map(|(h, c)| (h.clone(), c.to_owned())).collect();
            let id = cells.get("id").cloned().unwrap_or_default();
            if id.is_empty() || arms.iter().any(|a| a.id == id) {
                let what = if id.is_empty() { "has no id".to_owned() } else { format!("has the id {id} again") };
                return Err(Error::input(format!("{name}, line {line} {what}"))
                    .remedy("give each arm and analyte an id of its own"));
            }
            arms.push(Arm { id, cells, points: Vec::new() });
        }
        let mut orphans = Vec::new();
        if let Some((name, text)) = curves {
            let (headers, rows) = table(name, text, &CURVE_COLUMNS)?;
            let column = |wanted: &str| headers.iter().position(|h| h == wanted).unwrap_or(0);
            let [id, time, value] = CURVE_COLUMNS.map(column);
            for (line, row) in rows {
                let number = |k: usize| -> Result<f64> {
                    let cell = row.get(k).unwrap_or("");
                    cell.parse().ok().filter(|v: &f64| v.is_finite() && *v >= 0.0).ok_or_else(|| {
                        Error::input(format!("{name}, line {line}: \"{cell}\" is not a number from 0 up"))
                            .remedy("times are minutes and concentrations ng/mL, with a decimal point")
                    })
                };
                let point = [number(time)?, number(value)?];
                let of = row.get(id).unwrap_or("");
                match arms.iter_mut().find(|a| a.id == of) {
                    Some(arm) => arm.points.push(point),
                    None if orphans.iter().any(|o| o == of) => {}
                    None => orphans.push(of.to_owned()),
                }
            }
        }
        for arm in arms.iter_mut().filter(|a| a.points.is_empty()) {
            arm.points = super::cells::points(arm.cell("other"));
        }
        Ok(Self { arms, orphans })
    }
}

type Rows = (Vec<String>, Vec<(u64, csv::StringRecord)>);

/// Headers and rows with their lines.
fn table(name: &str, text: &str, needed: &[&str]) -> Result<Rows> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(false).from_reader(text.as_bytes());
    let broken = |e: csv::Error| {
        Error::input(format!("{name}: {e}"))
            .remedy("write one row an arm, with commas, and quotes around cells that hold one")
    };
    let headers: Vec<String> =
        reader.headers().map_err(broken)?.iter().map(|h| h.trim_start_matches('\u{feff}').to_owned()).collect();
    if let Some(missing) = needed.iter().find(|n| !headers.iter().any(|h| h == *n)) {
        return Err(Error::input(format!("{name} has no column {missing}")).remedy(format!(
            "needed: {}; found: {}",
            needed.join(", "),
            headers.join(", ")
        )));
    }
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(broken)?;
        let line = row.position().map_or(0, csv::Position::line);
        rows.push((line, row));
        if rows.len() > MOST {
            return Err(Error::input(format!("{name} has more than {MOST} rows")).remedy("split the file"));
        }
    }
    Ok((headers, rows))
}
