//! Standard output for results, standard error for the rest; a reader that goes away is no failure.

use crate::error::{Error, Result};
use crate::files;
use crate::table::wrap;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Nobody is left longer than this without a sign.
pub const SIGN_OF_LIFE: Duration = Duration::from_secs(4);

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

/// Whether an output option names standard output.
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == files::STANDARD
}

/// Which of the options that name a file to write takes standard output instead of the text, by the name `-`.
///
/// # Errors
/// When a second one, or an option `printed` there, wants it too.
pub fn standard(
    outputs: &[(&'static str, Option<&Path>)],
    printed: &[(&'static str, bool)],
) -> Result<Option<&'static str>> {
    let mut named = outputs.iter().filter(|(_, path)| path.is_some_and(is_standard)).map(|(option, _)| *option);
    let Some(first) = named.next() else { return Ok(None) };
    let other = named.next().map(|option| format!("{option} -"));
    let other = other.or_else(|| printed.iter().find(|(_, on)| *on).map(|(option, _)| (*option).to_owned()));
    match other {
        Some(other) => Err(Error::input(format!("{first} - and {other} both want standard output"))
            .remedy(format!("name a file, for example {first} FILE"))),
        None => Ok(Some(first)),
    }
}

/// Writes a whole file, or to standard output where the path is `-`, and says where.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if is_standard(path) {
        return stream(|out| out.write_all(bytes));
    }
    files::write_atomic(path, bytes)?;
    wrote(path);
    Ok(())
}

/// Says where something was written.
pub fn wrote(path: &Path) {
    note(&format!("wrote {}", files::shown(path)));
}

/// Does some work and says on standard error, every few seconds, that it goes on.
pub fn while_waiting<T>(work: impl FnOnce() -> T) -> T {
    let (done, waiting) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut seconds = 0;
            while waiting.recv_timeout(SIGN_OF_LIFE) == Err(RecvTimeoutError::Timeout) {
                seconds += SIGN_OF_LIFE.as_secs();
                note(&format!("still computing after {seconds} s"));
            }
        });
        let result = work();
        // hung up, the other end stops waiting
        drop(done);
        result
    })
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
