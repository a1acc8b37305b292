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

fn rows(arm: &ArmOutcome, curve: &Curve, text: &mut String) {
    let label = quoted(&arm.label);
    for &i in &arm.grid {
        // writing to a string cannot fail
        let _ = writeln!(text, "{label},{},{},{},{}", arm.times[i], curve.analyte, curve.site.id(), curve.values[i]);
    }
}

/// A cell in quotes when it has to be.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn cells_are_quoted_when_they_must_be() {
        assert_eq!(quoted("IV"), "IV");
        assert_eq!(quoted("IV, \"fast\""), "\"IV, \"\"fast\"\"\"");
    }
}
