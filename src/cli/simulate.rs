//! `ketasim simulate`: the curves as CSV, one by one, so that long ones need little memory.

use super::args::Simulate;
use super::{Given, out};
use crate::curves::{self, HEADER};
use crate::error::Result;
use crate::files;
use crate::library::Library;
use crate::outcome::{Options, Outcome};
use std::io::{self, Write};

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
    writeln!(out, "{HEADER}")?;
    let mut text = String::new();
    for arm in &outcome.arms {
        for curve in arm.curves.iter().chain(&arm.effect) {
            text.clear();
            curves::rows(arm, curve, &mut text);
            out.write_all(text.as_bytes())?;
        }
    }
    Ok(())
}
