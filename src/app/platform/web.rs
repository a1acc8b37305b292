//! Browser: files and dialogs come with the browser build; until then the acts say so.

use crate::error::{Error, Result};

/// Measures nothing: the browser build brings a clock.
#[derive(Debug)]
pub struct Stopwatch;

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self
    }

    /// Since the start.
    pub fn milliseconds(&self) -> f64 {
        0.0
    }
}

/// No file dialogs yet.
#[derive(Debug, Default)]
pub struct Picker;

impl Picker {
    /// Does nothing.
    pub fn open(&mut self, _save: bool, _name: &str, _extension: &str, _ctx: &egui::Context) {}

    /// Never a path.
    pub fn take(&mut self) -> Option<String> {
        None
    }

    /// Never open.
    pub fn is_open(&self) -> bool {
        false
    }

    /// Whether this platform has file dialogs.
    pub const AVAILABLE: bool = false;
}

/// Work done at once: the page has one thread, so it must be small.
#[derive(Debug)]
pub struct Background<T>(Option<T>);

impl<T: Send + 'static> Background<T> {
    /// Does the work.
    pub fn start(ctx: &egui::Context, work: impl FnOnce(&(dyn Fn(f64) -> bool + Sync)) -> T + Send + 'static) -> Self {
        ctx.request_repaint();
        Self(Some(work(&|_| true)))
    }

    /// The answer, once.
    pub fn take(&mut self) -> Option<T> {
        self.0.take()
    }

    /// Done as soon as it began.
    pub fn share(&self) -> f64 {
        1.0
    }
}

/// No clock yet: the browser build brings one.
pub fn unix_seconds() -> u64 {
    0
}

/// More people than this would hold a frame up.
pub const MOST_PEOPLE: Option<usize> = Some(200);

/// One job after another.
pub type SideBySide = crate::people::InTurn;

fn none<T>(path: &str) -> Result<T> {
    Err(Error::cannot(format!("{path}: the browser has no files of that name"))
        .remedy("use the desktop app, or copy to the clipboard"))
}

/// Refuses.
///
/// # Errors
/// Always.
pub fn read_text(path: &str, _most: usize) -> Result<String> {
    none(path)
}

/// Refuses.
///
/// # Errors
/// Always.
pub fn write(path: &str, _bytes: &[u8]) -> Result<()> {
    none(path)
}

/// Never.
pub fn exists(_path: &str) -> bool {
    false
}
