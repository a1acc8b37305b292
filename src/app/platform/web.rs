//! Browser platform: files and dialogs come with the browser build. Until then these actions say that they are not
//! available.

use crate::error::{Error, Result};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// A stopwatch that measures nothing: the browser build will bring a clock.
#[derive(Debug)]
pub struct Stopwatch;

impl Stopwatch {
    /// Starts the stopwatch.
    pub fn start() -> Self {
        Self
    }

    /// Always 0: there is no clock.
    pub fn milliseconds(&self) -> f64 {
        0.0
    }
}

/// A file dialog that does not exist yet.
#[derive(Debug, Default)]
pub struct Picker;

impl Picker {
    /// Does nothing.
    pub fn open(&mut self, _save: bool, _name: &str, _extension: &str, _ctx: &egui::Context) {}

    /// Always `None`: there is no dialog.
    pub fn take(&mut self) -> Option<String> {
        None
    }

    /// Always false: there is no dialog.
    pub fn is_open(&self) -> bool {
        false
    }

    /// Whether this platform has file dialogs.
    pub const AVAILABLE: bool = false;
}

/// A job in slices, one for each frame, because the page has one thread.
pub struct Background<T> {
    work: Box<Work<T>>,
    share: AtomicU32,
    stop: AtomicBool,
    ctx: egui::Context,
}

type Work<T> = dyn FnMut(&(dyn Fn(f64) -> bool + Sync)) -> Option<T>;

/// Resolution of the progress: number of parts of the whole.
const PARTS: f64 = 1000.0;

impl<T> std::fmt::Debug for Background<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Background").field("share", &self.share).finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Background<T> {
    /// Starts the job. It is called once a frame until it returns a result, and reports its progress.
    pub fn start(
        ctx: &egui::Context,
        work: impl FnMut(&(dyn Fn(f64) -> bool + Sync)) -> Option<T> + Send + 'static,
    ) -> Self {
        ctx.request_repaint();
        Self { work: Box::new(work), share: AtomicU32::new(0), stop: AtomicBool::new(false), ctx: ctx.clone() }
    }

    /// Runs the next slice. Returns the result once.
    pub fn take(&mut self) -> Option<T> {
        let Self { work, share, stop, ctx } = self;
        let answer = work(&|part| {
            share.store((part * PARTS) as u32, Ordering::Relaxed);
            !stop.load(Ordering::Relaxed)
        });
        ctx.request_repaint();
        answer
    }

    /// Tells the job to stop. It returns its result in the next frame.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Share of the job that is done, 0 to 1.
    pub fn share(&self) -> f64 {
        f64::from(self.share.load(Ordering::Relaxed)) / PARTS
    }
}

/// Always 0. There is no clock yet: the browser build will bring one.
pub fn unix_seconds() -> u64 {
    0
}

/// Largest number of virtual subjects. More would hold up a frame.
pub const MOST_PEOPLE: Option<usize> = Some(200);

/// Runs one job after another.
pub type SideBySide = crate::population::InTurn;

fn none<T>(path: &str) -> Result<T> {
    Err(Error::cannot(format!("{path}: the browser has no files of that name"))
        .remedy("use the desktop app, or copy to the clipboard"))
}

/// Reads no file: the browser build has none yet.
///
/// # Errors
/// Always.
pub fn read_text(path: &str, _most: usize) -> Result<String> {
    none(path)
}

/// Writes no file: the browser build has none yet.
///
/// # Errors
/// Always.
pub fn write(path: &str, _bytes: &[u8]) -> Result<()> {
    none(path)
}

/// The name alone, because a browser has no folders.
pub fn in_folder(path: &str) -> String {
    path.to_owned()
}

/// Always false: there are no files.
pub fn exists(_path: &str) -> bool {
    false
}
