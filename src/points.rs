//! Measured points of the user, from a CSV file, to lay over the curves.

use crate::error::{Error, Result};
use crate::figure::PointSet;
use crate::spreadsheet::{self, measured};
use crate::units::MINUTES_PER_HOUR;

/// Columns that say when, with the factor to hours.
const TIMES: [(&str, f64); 2] = [("time_min", 1.0 / MINUTES_PER_HOUR), ("time_h", 1.0)];
/// Columns that say how much, in ng/mL.
const VALUES: [&str; 2] = ["conc_ng_ml", "concentration_ng_ml"];
/// Columns that name a series.
const NAMES: [&str; 3] = ["arm_id", "arm", "label"];
/// Measured points, and what of the file is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// By series and analyte.
    pub sets: Vec<PointSet>,
    /// Rows that were left out, with line and reason.
    pub left_out: Vec<String>,
}

/// Reads points; `name` is for messages. A row without a number, such as one below what could be measured, is left out
/// with its line and reason.
///
/// # Errors
/// When a column is missing or no row has a point.
pub fn parse(name: &str, text: &str) -> Result<Points> {
    let sheet = spreadsheet::read(name, text, &[])?;
    let time = TIMES.iter().find_map(|(h, factor)| sheet.column(h).map(|i| (i, *factor)));
    let value = VALUES.iter().find_map(|h| sheet.column(h));
    let (Some((time, factor)), Some(value)) = (time, value) else {
        return Err(Error::input(format!("{name} has the columns {}", sheet.headers.join(", "))).remedy(
            "needed: time_min or time_h, and conc_ng_ml or concentration_ng_ml; arm_id or arm names a series, analyte its panel",
        ));
    };
    let label = NAMES.iter().find_map(|h| sheet.column(h));
    let analyte = sheet.column("analyte");
    let mut found = Points { sets: Vec::new(), left_out: Vec::new() };
    for (line, row) in sheet.rows.iter().filter(|(_, row)| !row[0].starts_with('#')) {
        let point = match (measured(&row[time]), measured(&row[value])) {
            (Ok(time), Ok(value)) => [time * factor, value],
            (Err(why), _) | (_, Err(why)) => {
                found.left_out.push(format!("line {line}: {why}"));
                continue;
            }
        };
        let label = label.map(|k| row[k].as_str()).filter(|l| !l.is_empty()).unwrap_or("measured");
        let analyte = analyte.map(|k| row[k].clone()).filter(|a| !a.is_empty());
        match found.sets.iter_mut().find(|s| s.label == label && s.analyte == analyte) {
            Some(set) => set.points.push(point),
            None => found.sets.push(PointSet { label: label.to_owned(), analyte, points: vec![point] }),
        }
    }
    if found.sets.is_empty() {
        let why = found.left_out.first().map_or(String::new(), |first| format!(": {first}"));
        return Err(Error::input(format!("{name} has no points{why}"))
            .remedy("times and concentrations are plain numbers from 0 up, one point a row"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_minutes_and_hours() {
        let sets = parse("p.csv", "arm_id,time_min,conc_ng_ml,sd\na,30,56,\na,60,27,\nb,0,1,\n").unwrap().sets;
        assert_eq!(sets.len(), 2);
        assert_eq!(sets[0].points, [[0.5, 56.0], [1.0, 27.0]]);
        let sets = parse("p.csv", "time_h,concentration_ng_ml\n2,3\n").unwrap().sets;
        assert_eq!(sets[0], PointSet { label: "measured".into(), analyte: None, points: vec![[2.0, 3.0]] });
    }

    #[test]
    fn a_value_that_is_none_is_left_out_with_its_line() {
        let found = parse("p.csv", "sep=;\nTime_h;Conc_ng_ml\n1;2,5\n2;BLQ\n;\n3;<0,5\n4;1,25\n").unwrap();
        assert_eq!(found.sets[0].points, [[1.0, 2.5], [4.0, 1.25]]);
        assert_eq!(found.left_out.len(), 2);
        assert!(found.left_out[0].starts_with("line 4: \"BLQ\" is below"), "{:?}", found.left_out);
    }

    #[test]
    fn says_what_is_wrong() {
        assert!(parse("p.csv", "a,b\n1,2\n").unwrap_err().to_string().contains("needed: time_min"));
        assert!(parse("p.csv", "time_h,conc_ng_ml\n1,x\n").unwrap_err().what().contains("line 2"));
        assert!(parse("p.csv", "time_h,conc_ng_ml\n").unwrap_err().what().contains("no points"));
    }
}
