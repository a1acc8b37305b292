//! Curves as rows: one for each arm, time and analyte, the effect site last.

use crate::outcome::{ArmOutcome, Curve, Outcome};
use std::fmt::Write;

/// Header of the rows.
pub const HEADER: &str = "arm,time_h,analyte,site,concentration_ng_ml";

/// All curves of an outcome at the grid's times, as CSV.
pub fn csv(outcome: &Outcome) -> String {
    let mut text = String::from(HEADER);
    text.push('\n');
    for arm in &outcome.arms {
        for curve in arm.curves.iter().chain(&arm.effect) {
            rows(arm, curve, &mut text);
        }
    }
    text
}

/// Appends the rows of one curve, for those who write piece by piece.
pub fn rows(arm: &ArmOutcome, curve: &Curve, text: &mut String) {
    let label = quoted(&arm.label);
    for &i in &arm.grid {
        // writing to a string cannot fail
        let _ =
            writeln!(text, "{label},{},{},{},{}", arm.times[i], curve.analyte, curve.site.id(), full(curve.values[i]));
    }
}

/// The shortest text that reads back as the same number.
pub fn full(value: f64) -> String {
    // without an exponent a trace of drug would be hundreds of zeros
    if value != 0.0 && value.abs() < 1e-6 { format!("{value:e}") } else { value.to_string() }
}

/// A cell in quotes when it has to be.
pub fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{full, quoted};

    #[test]
    fn numbers_read_back_as_they_were() {
        for value in [0.0, 1.0 / 3.0, 252.6, 1e-300, 9e-7] {
            assert_eq!(full(value).parse(), Ok(value));
            assert!(full(value).len() < 25);
        }
    }

    #[test]
    fn cells_are_quoted_when_they_must_be() {
        assert_eq!(quoted("IV"), "IV");
        assert_eq!(quoted("IV, \"fast\""), "\"IV, \"\"fast\"\"\"");
    }
}
