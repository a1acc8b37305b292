//! Standard output for results, standard error for the rest; a reader that goes away is no failure.

use crate::error::{Error, Result};
use crate::table::wrap;
use std::io::{self, BufWriter, ErrorKind, Write};

/// Prints a result.
///
/// # Errors
/// When it cannot be written, unless the reader has gone away.
pub fn print(text: &str) -> Result<()> {
    stream(|out| out.write_all(text.as_bytes()))
}

/// Writes a result piece by piece.
///
/// # Errors
/// As [`print`].
pub fn stream(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        // `| head` has what it wanted
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(Error::cannot(format!("the result cannot be written: {e}"))),
        _ => Ok(()),
    }
}

/// Prints JSON.
///
/// # Errors
/// As [`print`].
pub fn print_json(value: &impl serde::Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|e| Error::cannot(format!("the result cannot be written as JSON: {e}")))?;
    print(&format!("{text}\n"))
}

/// Says something beside the result, on standard error.
pub fn note(text: &str) {
    let mut all = String::from("ketasim: ");
    // line by line: a quoted line of a file keeps its indent; control characters stay out of the terminal
    for (i, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let clean = wrap(line, usize::MAX).join(" ");
        all.push_str(if i == 0 { "" } else { "\n" });
        all.push_str(&" ".repeat(indent));
        all.push_str(&clean);
    }
    all.push('\n');
    // with standard error closed there is nobody left to tell
    let _ = io::stderr().write_all(all.as_bytes());
}
