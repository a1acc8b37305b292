//! Desktop: the system's clock, dialogs and files.

use crate::error::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

/// Measures how long something took.
#[derive(Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "the status line says how long a run took")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Since the start.
    pub fn milliseconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64() * 1e3
    }
}

/// Seconds since 1970, for the stamp of calendar entries.
pub fn unix_seconds() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

/// A file dialog of the system, in a thread of its own so that no frame waits for it.
#[derive(Debug, Default)]
pub struct Picker(Option<Receiver<Option<String>>>);

impl Picker {
    /// Opens the dialog.
    #[expect(clippy::disallowed_methods, reason = "the system's dialog blocks its thread")]
    pub fn open(&mut self, save: bool, name: &str, extension: &str, ctx: &egui::Context) {
        let (send, receive) = channel();
        let (name, extension, ctx) = (name.to_owned(), extension.to_owned(), ctx.clone());
        std::thread::spawn(move || {
            let dialog = rfd::FileDialog::new().add_filter(&extension, &[&extension]).set_file_name(&name);
            let picked = if save { dialog.save_file() } else { dialog.pick_file() };
            // the window may be gone by now
            let _ = send.send(picked.map(|p| p.display().to_string()));
            ctx.request_repaint();
        });
        self.0 = Some(receive);
    }

    /// The path that was picked, once.
    pub fn take(&mut self) -> Option<String> {
        let answer = self.0.as_ref()?.try_recv();
        if answer != Err(TryRecvError::Empty) {
            self.0 = None;
        }
        answer.ok().flatten()
    }

    /// Whether the dialog is still open.
    pub fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// Whether this platform has file dialogs.
    pub const AVAILABLE: bool = true;
}

/// Work in a thread of its own; dropping it tells the work to stop.
#[derive(Debug)]
pub struct Background<T> {
    answer: Receiver<std::thread::Result<T>>,
    stop: Arc<AtomicBool>,
    share: Arc<AtomicU32>,
}

/// Parts of a whole that progress is told in.
const PARTS: f64 = 1000.0;

impl<T: Send + 'static> Background<T> {
    /// Starts; the work is called until it answers, tells how far it has come and hears whether to go on.
    #[expect(clippy::disallowed_methods, reason = "no frame waits for a sample")]
    pub fn start(
        ctx: &egui::Context,
        mut work: impl FnMut(&(dyn Fn(f64) -> bool + Sync)) -> Option<T> + Send + 'static,
    ) -> Self {
        let (send, answer) = channel();
        let (stop, share) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let (stopped, told, ctx) = (stop.clone(), share.clone(), ctx.clone());
        std::thread::spawn(move || {
            let progress = |part: f64| {
                let thousandths = (part * PARTS) as u32;
                // a frame for every tenth: the status line tells of it
                if told.swap(thousandths, Ordering::Relaxed) / 100 != thousandths / 100 {
                    ctx.request_repaint();
                }
                !stopped.load(Ordering::Relaxed)
            };
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                loop {
                    if let Some(result) = work(&progress) {
                        break result;
                    }
                }
            }));
            // nobody listens any more when it was dropped
            let _ = send.send(result);
            ctx.request_repaint();
        });
        Self { answer, stop, share }
    }

    /// The answer, once. A fault of the work goes on here, where the window says what it was.
    pub fn take(&mut self) -> Option<T> {
        match self.answer.try_recv() {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(cause)) => std::panic::resume_unwind(cause),
            Err(_) => None,
        }
    }

    /// Tells it to stop; it answers soon.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// How far it has come, 0 to 1.
    pub fn share(&self) -> f64 {
        f64::from(self.share.load(Ordering::Relaxed)) / PARTS
    }
}

impl<T> Drop for Background<T> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// As many people as may be asked for.
pub const MOST_PEOPLE: Option<usize> = None;

/// Jobs beside the window: one thread is left to its frames.
pub struct SideBySide(crate::threads::OnThreads);

impl Default for SideBySide {
    fn default() -> Self {
        Self(crate::threads::OnThreads::of_the_machine(1))
    }
}

impl crate::population::Workers for SideBySide {
    fn each(&self, jobs: usize, work: &(dyn Fn(usize) + Sync)) {
        self.0.each(jobs, work);
    }
}

/// Reads a text file of at most `most` bytes.
///
/// # Errors
/// When it is missing, too large or not text.
pub fn read_text(path: &str, most: usize) -> Result<String> {
    // the command line's word for standard input would wait here for something that nobody types
    let path = if path == crate::files::STANDARD { "./-" } else { path };
    let path = std::path::Path::new(path);
    crate::files::ordinary(path)?;
    crate::files::read_text(path, most)
}

/// Whether a file of that name is there.
pub fn exists(path: &str) -> bool {
    !path.is_empty() && std::path::Path::new(path).exists()
}

/// Writes a file as a whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &str, bytes: &[u8]) -> Result<()> {
    crate::files::write_atomic(std::path::Path::new(path), bytes)
}

/// A path with its folder, so that a message says where a file is.
pub fn in_folder(path: &str) -> String {
    std::path::absolute(path).map_or(path.to_owned(), |whole| whole.display().to_string())
}

/// Refuses where no display is set at all, before the window library looks for one.
///
/// # Errors
/// On Unix without a display in the environment.
pub fn display() -> Result<()> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    let wanted = cfg!(all(unix, not(target_os = "macos")));
    if wanted && !["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(set) {
        return Err(Error::cannot("no display is set (neither DISPLAY nor WAYLAND_DISPLAY)"));
    }
    Ok(())
}

/// Runs the window; a library that panics for want of a system library becomes an error.
///
/// # Errors
/// What the window said, or that it panicked before it was open.
pub fn guarded(run: impl FnOnce() -> Result<()>) -> Result<()> {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    std::panic::set_hook(usual);
    result.unwrap_or_else(|cause| {
        let why = crate::app::fault::words_of(cause.as_ref());
        let colon = if why.is_empty() { "" } else { ": " };
        Err(Error::cannot(format!("the window library gave up{colon}{why}")))
    })
}
