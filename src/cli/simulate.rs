//! `ketasim simulate`: the curves as CSV, one by one, so that long ones need little memory.

use super::args::SimulateOptions;
use super::{Given, out};
use crate::curves;
use crate::error::Result;
use crate::files;
use crate::library::Library;
use crate::outcome::{ArmOutcome, Options, Outcome};

/// Runs the scenario and writes the curves.
///
/// # Errors
/// When the scenario is refused, or something cannot be read or written.
pub fn run(options: &SimulateOptions, library: &Library) -> Result<()> {
    let given = Given::read(Some(&options.file), library)?;
    given.check_spacing(options.every)?;
    let outcome = given.run(library, Options { every: options.every, solver: options.solver.into() })?;
    for arm in outcome.arms.iter().filter(|a| a.range.is_some()) {
        say_ends(&outcome, arm);
    }
    if let Some(path) = options.output.as_deref().filter(|p| !out::is_standard(p)) {
        files::write_atomic_with(path, |file| curves::write(&outcome, file))?;
        out::wrote(path);
        return Ok(());
    }
    out::stream(|out| curves::write(&outcome, out))
}

/// Under which names the two ends of a range stand among the rows.
fn say_ends(outcome: &Outcome, arm: &ArmOutcome) {
    let names = arm.rows.iter().map(|rows| format!("\"{}\"", curves::name(outcome, arm, rows)));
    let names: Vec<String> = names.collect();
    out::note(&format!("{} is a range, not a line: its ends are the arms {}", arm.label, names.join(" and ")));
}
