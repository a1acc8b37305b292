//! Measured points of the user, from a CSV file, to lay over the curves.

use crate::delimited::{DelimitedTable, Layout};
use crate::error::{Error, Result};
use crate::figure::PointSet;
use crate::units::MINUTES_PER_HOUR;

/// Columns that say when, with the factor to hours.
const TIMES: [(&str, f64); 2] = [("time_min", 1.0 / MINUTES_PER_HOUR), ("time_h", 1.0)];
const LAYOUT: Layout = Layout {
    needed: &[&["time_min", "time_h"], &["conc_ng_ml", "concentration_ng_ml"]],
    read: &["arm_id", "arm", "label", "analyte"],
    numbers: &["time_min", "time_h", "conc_ng_ml", "concentration_ng_ml"],
    // more points than this cannot be told apart
    most: 20_000,
};
/// Columns that name a series.
const NAMES: [&str; 3] = ["arm_id", "arm", "label"];

/// Points of a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MeasuredPoints {
    /// Series by label and analyte.
    pub sets: Vec<PointSet>,
    /// Rows that have no point, with line and reason.
    pub skipped: Vec<String>,
}

impl MeasuredPoints {
    /// How many there are, and which rows have none: for the status line.
    pub fn words(&self) -> String {
        let count: usize = self.sets.iter().map(|s| s.points.len()).sum();
        let mut words = format!("{count} measured points");
        if let Some(first) = self.skipped.first() {
            let rows = self.skipped.len();
            words.push_str(&format!("; rows skipped: {rows}, {}{first}", if rows == 1 { "" } else { "the first " }));
        }
        words
    }
}

/// Reads points; `name` is for messages. A row without a plain time and concentration is skipped with its reason.
///
/// # Errors
/// When a column is missing, or no row has a point.
pub fn parse(name: &str, text: &str) -> Result<MeasuredPoints> {
    let table = DelimitedTable::read(name, text, &LAYOUT).map_err(|e| {
        let also = "arm_id or arm names a series, analyte its panel";
        let remedy = e.what_would_work().map_or(also.to_owned(), |r| format!("{r}; {also}"));
        e.remedy(remedy)
    })?;
    let time = TIMES.iter().find_map(|(h, factor)| table.column(h).map(|i| (i, *factor)));
    let value = LAYOUT.needed[1].iter().find_map(|h| table.column(h));
    let (Some((time, factor)), Some(value)) = (time, value) else { return Ok(MeasuredPoints::default()) };
    let label = NAMES.iter().find_map(|h| table.column(h));
    let analyte = table.column("analyte");
    let mut points = MeasuredPoints::default();
    points.skipped.extend(table.comments.iter().map(|line| format!("line {line}: a comment")));
    for row in &table.rows {
        let cell = |k: Option<usize>| k.map(|k| row.cells[k].as_str()).filter(|c| !c.is_empty());
        let [at, value] = match table.mark.point(&row.cells[time], &row.cells[value]) {
            Ok(point) => point,
            Err(why) => {
                points.skipped.push(format!("line {}: {why}", row.line));
                continue;
            }
        };
        let label = cell(label).unwrap_or("measured");
        let analyte = cell(analyte).map(str::to_owned);
        let point = [at * factor, value];
        match points.sets.iter_mut().find(|s| s.label == label && s.analyte == analyte) {
            Some(set) => set.points.push(point),
            None => points.sets.push(PointSet { label: label.to_owned(), analyte, points: vec![point] }),
        }
    }
    match (points.sets.is_empty(), points.skipped.first()) {
        (false, _) => Ok(points),
        (true, Some(why)) => {
            Err(Error::input(format!("{name} has no points: {why}"))
                .remedy("times and concentrations are plain numbers"))
        }
        (true, None) => Err(Error::input(format!("{name} has no points")).remedy("write one row a point")),
    }
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
    fn says_what_is_wrong() {
        assert!(parse("p.csv", "a,b\n1,2\n").unwrap_err().to_string().contains("needed: time_min"));
        assert!(parse("p.csv", "time_h,conc_ng_ml\n1,x\n").unwrap_err().what().contains("line 2"));
        assert!(parse("p.csv", "time_h,conc_ng_ml\n").unwrap_err().what().contains("no points"));
    }

    /// The same file as a spreadsheet of another country saves it, with values that were not measured.
    #[test]
    fn a_value_that_is_none_is_skipped_and_the_rest_read() {
        let text = "\u{feff}sep=;\r\nTime_H;Conc_ng_mL\r\n0,5;12,5\r\n1;BLQ\r\n2;<1,0\r\n;;\r\n4;\r\n8;3,25\r\n";
        let points = parse("p.csv", text).unwrap();
        assert_eq!(points.sets[0].points, [[0.5, 12.5], [8.0, 3.25]]);
        assert_eq!(points.skipped.len(), 3, "{:?}", points.skipped);
        assert!(points.skipped[0].contains("line 4") && points.skipped[2].contains("line 7"), "{:?}", points.skipped);
        assert!(
            points.words().starts_with("2 measured points; rows skipped: 3, the first line 4"),
            "{}",
            points.words()
        );
    }
}
