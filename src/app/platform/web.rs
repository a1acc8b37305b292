//! Browser: files and dialogs come with the browser build; until then the acts say so.

use crate::error::{Error, Result};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

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

/// Work in slices, one a frame: the page has one thread.
pub struct Background<T> {
    work: Box<Work<T>>,
    share: AtomicU32,
    stop: AtomicBool,
    ctx: egui::Context,
}

type Work<T> = dyn FnMut(&(dyn Fn(f64) -> bool + Sync)) -> Option<T>;

/// Parts of a whole that progress is told in.
const PARTS: f64 = 1000.0;

impl<T> std::fmt::Debug for Background<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Background").field("share", &self.share).finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Background<T> {
    /// Starts; the work is called once a frame until it answers, and tells how far it has come.
    pub fn start(
        ctx: &egui::Context,
        work: impl FnMut(&(dyn Fn(f64) -> bool + Sync)) -> Option<T> + Send + 'static,
    ) -> Self {
        ctx.request_repaint();
        Self { work: Box::new(work), share: AtomicU32::new(0), stop: AtomicBool::new(false), ctx: ctx.clone() }
    }

    /// Does the next slice; the answer, once.
    pub fn take(&mut self) -> Option<T> {
        let Self { work, share, stop, ctx } = self;
        let answer = work(&|part| {
            share.store((part * PARTS) as u32, Ordering::Relaxed);
            !stop.load(Ordering::Relaxed)
        });
        ctx.request_repaint();
        answer
    }

    /// Tells it to stop; it answers in the next frame.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// How far it has come, 0 to 1.
    pub fn share(&self) -> f64 {
        f64::from(self.share.load(Ordering::Relaxed)) / PARTS
    }
}

/// No clock yet: the browser build brings one.
pub fn unix_seconds() -> u64 {
    0
}

/// More people than this would hold a frame up.
pub const MOST_PEOPLE: Option<usize> = Some(200);

/// One job after another.
pub type SideBySide = crate::population::InTurn;

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

/// The name alone: a browser has no folders.
pub fn in_folder(path: &str) -> String {
    path.to_owned()
}

/// Never.
pub fn exists(_path: &str) -> bool {
    false
}
