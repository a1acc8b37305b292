//! `ketasim simulate`: the curves as CSV, one by one, so that long ones need little memory.

use super::args::Simulate;
use super::{Given, out};
use crate::curves::{self, HEADER};
use crate::error::Result;
use crate::files;
use crate::library::Library;
use crate::outcome::{ArmOutcome, Options, Outcome};
use std::io::{self, Write};

/// Runs the scenario and writes the curves.
///
/// # Errors
/// When the scenario is refused, or something cannot be read or written.
pub fn run(options: &Simulate, library: &Library) -> Result<()> {
    let given = Given::read(Some(&options.file), library)?;
    given.check_spacing(options.every)?;
    let outcome = given.run(library, Options { every: options.every, solver: options.solver.into() })?;
    for arm in outcome.arms.iter().filter(|a| a.range.is_some()) {
        say_ends(&outcome, arm);
    }
    if let Some(path) = options.output.as_deref().filter(|p| !out::is_standard(p)) {
        files::write_atomic_with(path, |file| rows(&outcome, file))?;
        out::wrote(path);
        return Ok(());
    }
    out::stream(|out| rows(&outcome, out))
}

/// Under which names the two ends of a range stand among the rows.
fn say_ends(outcome: &Outcome, arm: &ArmOutcome) {
    let names = arm.rows.iter().map(|rows| format!("\"{}\"", curves::name(outcome, arm, rows)));
    let names: Vec<String> = names.collect();
    out::note(&format!("{} is a range, not a line: its ends are the arms {}", arm.label, names.join(" and ")));
}

/// All analytes at the arm's site, then the effect site; both ends of a range.
fn rows(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{HEADER}")?;
    let mut text = String::new();
    for arm in &outcome.arms {
        for rows in &arm.rows {
            let name = curves::name(outcome, arm, rows);
            for column in &rows.columns {
                text.clear();
                curves::append(&name, &rows.times, column, &mut text);
                out.write_all(text.as_bytes())?;
            }
        }
    }
    Ok(())
}
