//! Curves as rows: one for each arm, time and analyte, the effect site last.
//!
//! Beside the regular times stand those at which something happens (starts and ends of doses, jumps, the exact peaks of
//! every curve of the arm), so that a coarse grid hides no maximum. Where a curve jumps, the time stands twice: the
//! value before, then the value after. A range is two arms, its low end and its high end, and never a line between.

use crate::outcome::{ArmOutcome, Outcome, Rows};
use crate::table::{csv_cell, csv_text, write_csv};
use std::io::{self, Write};

/// Header of the rows.
pub const HEADER: &str = "arm,time_h,analyte,site,concentration_ng_ml";

/// All curves of an outcome, as CSV.
pub fn csv(outcome: &Outcome) -> String {
    csv_text(|out| write(outcome, out))
}

/// Writes all curves of an outcome as CSV, row by row, so that long ones need little memory.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(outcome: &Outcome, out: impl Write) -> io::Result<()> {
    write_csv(out, |lines| {
        lines.write_record(HEADER.split(','))?;
        for arm in &outcome.arms {
            for rows in &arm.rows {
                let name = csv_cell(&name(outcome, arm, rows));
                for column in &rows.columns {
                    for (time, value) in rows.times.iter().zip(&column.values) {
                        let (time, value) = (time.to_string(), full(*value));
                        lines.write_record([&name, &time, &column.analyte, column.site.id(), &value])?;
                    }
                }
            }
        }
        Ok(())
    })
}

/// Name of the arm in its rows: its label, and for an end of a range which one. Where another arm has that very label,
/// the number of the arm stands beside it.
pub fn name(outcome: &Outcome, arm: &ArmOutcome, rows: &Rows) -> String {
    if rows.end.is_empty() {
        return arm.label.clone();
    }
    let (label, end, number) = (&arm.label, rows.end, arm.index + 1);
    let numbered = (1..).map(|again| format!("{label} ({end}, arm {number}{})", "'".repeat(again - 1)));
    let free = |name: &String| outcome.arms.iter().all(|a| a.label != *name);
    let plain = format!("{label} ({end})");
    std::iter::once(plain.clone()).chain(numbered).find(free).unwrap_or(plain)
}

/// The shortest text that reads back as the same number.
pub fn full(value: f64) -> String {
    // without an exponent a trace of drug would be hundreds of zeros
    if value != 0.0 && value.abs() < 1e-6 { format!("{value:e}") } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use super::full;

    #[test]
    fn numbers_read_back_as_they_were() {
        for value in [0.0, 1.0 / 3.0, 252.6, 1e-300, 9e-7] {
            assert_eq!(full(value).parse(), Ok(value));
            assert!(full(value).len() < 25);
        }
    }
}
