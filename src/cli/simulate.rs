//! `ketasim simulate`: the curves as CSV, row by row, so that long ones need no memory.

use super::args::Simulate;
use super::{Given, out};
use crate::error::Result;
use crate::files;
use crate::library::Library;
use crate::outcome::{Curve, Options, Outcome};
use std::io::{self, Write};

/// Columns, as other programs read them.
const HEADER: [&str; 5] = ["arm", "time_h", "analyte", "site", "concentration_ng_ml"];

/// Runs the scenario and writes the curves.
///
/// # Errors
/// When the scenario is refused, or something cannot be read or written.
pub fn run(options: &Simulate, library: &Library) -> Result<()> {
    let given = Given::read(Some(&options.file), library)?;
    let outcome = given.run(library, Options { every: options.every, solver: options.solver.into() })?;
    for arm in outcome.arms.iter().filter(|a| a.range.is_some()) {
        let advice = "the rows are the model's plain run; `ketasim compare` gives both ends";
        out::note(&format!("{} is a range, not a line: {advice}", arm.label));
    }
    if let Some(path) = &options.output {
        files::write_atomic_with(path, |file| rows(&outcome, file))?;
        out::note(&format!("wrote {}", files::shown(path)));
        return Ok(());
    }
    out::stream(|out| rows(&outcome, out))
}

/// All analytes at the arm's site, then the effect site, at the asked-for times.
fn rows(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HEADER)?;
    for arm in &outcome.arms {
        let curves: Vec<&Curve> = arm.curves.iter().chain(&arm.effect).collect();
        for curve in curves {
            for &point in &arm.grid {
                let (Some(time), Some(value)) = (arm.times.get(point), curve.values.get(point)) else { continue };
                let (time, value) = (full(*time), full(*value));
                csv.write_record([&arm.label, &time, &curve.analyte, curve.site.id(), &value])?;
            }
        }
    }
    csv.flush()
}

/// The shortest text that reads back as the same number.
fn full(value: f64) -> String {
    // without an exponent a trace of drug would be hundreds of zeros
    if value != 0.0 && value.abs() < 1e-6 { format!("{value:e}") } else { value.to_string() }
}
