//! Measured points of the user, from a CSV file, to lay over the curves.

use crate::error::{Error, Result};
use crate::figure::PointSet;
use crate::units::MINUTES_PER_HOUR;

/// Columns that say when, with the factor to hours.
const TIMES: [(&str, f64); 2] = [("time_min", 1.0 / MINUTES_PER_HOUR), ("time_h", 1.0)];
/// Columns that say how much, in ng/mL.
const VALUES: [&str; 2] = ["conc_ng_ml", "concentration_ng_ml"];
/// Columns that name a series.
const NAMES: [&str; 3] = ["arm_id", "arm", "label"];
/// More points than this cannot be told apart.
const MOST: usize = 20_000;

/// Reads points; `name` is for messages. Rows without a number are refused with their line.
///
/// # Errors
/// When a column is missing or a cell is not a number.
pub fn parse(name: &str, text: &str) -> Result<Vec<PointSet>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).from_reader(text.as_bytes());
    let broken = |e: csv::Error| Error::input(format!("{name}: {e}"));
    let headers = reader.headers().map_err(broken)?.clone();
    let column = |wanted: &str| headers.iter().position(|h| h == wanted);
    let time = TIMES.iter().find_map(|(h, factor)| column(h).map(|i| (i, *factor)));
    let value = VALUES.iter().find_map(|h| column(h));
    let (Some((time, factor)), Some(value)) = (time, value) else {
        let found: Vec<&str> = headers.iter().collect();
        return Err(Error::input(format!("{name} has the columns {}", found.join(", "))).remedy(
            "needed: time_min or time_h, and conc_ng_ml or concentration_ng_ml; arm_id or arm names a series, analyte its panel",
        ));
    };
    let label = NAMES.iter().find_map(|h| column(h));
    let analyte = column("analyte");
    let mut sets: Vec<PointSet> = Vec::new();
    for (i, row) in reader.records().enumerate() {
        let row = row.map_err(broken)?;
        let number = |k: usize| -> Result<f64> {
            let cell = row.get(k).unwrap_or("");
            cell.parse().ok().filter(|v: &f64| v.is_finite() && *v >= 0.0).ok_or_else(|| {
                let line = row.position().map_or(i as u64 + 2, csv::Position::line);
                Error::input(format!("{name}, line {line}: \"{cell}\" is not a number from 0 up"))
                    .remedy("times and concentrations are plain numbers with a decimal point")
            })
        };
        let point = [number(time)? * factor, number(value)?];
        let label = label.and_then(|k| row.get(k)).filter(|l| !l.is_empty()).unwrap_or("measured");
        let analyte = analyte.and_then(|k| row.get(k)).filter(|a| !a.is_empty()).map(str::to_owned);
        match sets.iter_mut().find(|s| s.label == label && s.analyte == analyte) {
            Some(set) => set.points.push(point),
            None => sets.push(PointSet { label: label.to_owned(), analyte, points: vec![point] }),
        }
        if i > MOST {
            return Err(Error::input(format!("{name} has more than {MOST} points")));
        }
    }
    if sets.is_empty() {
        return Err(Error::input(format!("{name} has no points")));
    }
    Ok(sets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_minutes_and_hours() {
        let sets = parse("p.csv", "arm_id,time_min,conc_ng_ml,sd\na,30,56,\na,60,27,\nb,0,1,\n").unwrap();
        assert_eq!(sets.len(), 2);
        assert_eq!(sets[0].points, [[0.5, 56.0], [1.0, 27.0]]);
        let sets = parse("p.csv", "time_h,concentration_ng_ml\n2,3\n").unwrap();
        assert_eq!(sets[0], PointSet { label: "measured".into(), analyte: None, points: vec![[2.0, 3.0]] });
    }

    #[test]
    fn says_what_is_wrong() {
        assert!(parse("p.csv", "a,b\n1,2\n").unwrap_err().to_string().contains("needed: time_min"));
        assert!(parse("p.csv", "time_h,conc_ng_ml\n1,x\n").unwrap_err().what().contains("line 2"));
        assert!(parse("p.csv", "time_h,conc_ng_ml\n").unwrap_err().what().contains("no points"));
    }
}
