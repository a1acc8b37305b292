//! Keeps the work of the window in a file of its own: whole or not at all, soon after each edit, and when the program is
//! told to end. Every window has a file of its own.

use crate::error::{Error, Result};
use crate::files::{self, locked};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Several edits within this are written once.
const QUIET: Duration = Duration::from_millis(400);
/// An edit is written at the latest so many quiet times after it was made.
const LATEST: u32 = 4;
/// What could not be written is tried again after this.
const AGAIN: Duration = Duration::from_secs(5);
/// More windows than this at a time keep nothing.
const MOST_WINDOWS: usize = 20;
/// A larger file is none of ours.
const LARGEST: usize = 4 << 20;

/// What was not written yet, for whoever ends the program.
static WAITING: Mutex<Option<(PathBuf, String)>> = Mutex::new(None);

/// Held by whoever writes: nobody writes an older text after a newer one, and no frame waits for a disk.
static WRITING: Mutex<()> = Mutex::new(());

/// Writes what waits; called at the end of the program, whatever ends it.
///
/// # Errors
/// When it cannot be written.
pub fn flush() -> Result<()> {
    let _writing = locked(&WRITING);
    let Some((path, text)) = locked(&WAITING).clone() else { return Ok(()) };
    files::write_atomic(&path, text.as_bytes())?;
    let mut waiting = locked(&WAITING);
    if waiting.as_ref().is_some_and(|(_, newest)| *newest == text) {
        *waiting = None;
    }
    Ok(())
}

/// The file of this window, held until it is closed, and who writes it.
#[derive(Debug)]
pub struct Keeper {
    path: PathBuf,
    /// Held by this window as long as it is open.
    _lock: files::Lock,
    /// Whether another window was open at the start.
    pub second: bool,
    wake: Sender<()>,
    failed: Arc<Mutex<Option<Error>>>,
}

impl Keeper {
    /// Takes the first file in a folder that no other window has.
    ///
    /// # Errors
    /// When the folder cannot be made or written to, or too many windows are open.
    pub fn new(folder: &Path, ctx: &egui::Context) -> Result<Self> {
        files::make_folder(folder)?;
        for number in 1..=MOST_WINDOWS {
            let name = if number == 1 { "app".to_owned() } else { format!("app-{number}") };
            let lock = files::lock(&folder.join(format!("{name}.lock")))?;
            let Some(lock) = lock else { continue };
            let path = folder.join(format!("{name}.ron"));
            let (wake, failed) = start(path.clone(), ctx.clone());
            return Ok(Self { path, _lock: lock, second: number > 1, wake, failed });
        }
        Err(Error::cannot(format!("{MOST_WINDOWS} windows are open: this one keeps nothing")).remedy("close some"))
    }

    /// Where the work is kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was kept, by name; none at the first start.
    ///
    /// # Errors
    /// When the file is damaged or cannot be read.
    pub fn kept(&self) -> Result<Option<BTreeMap<String, String>>> {
        if !self.path.exists() {
            return Ok(None);
        }
        let text = files::read_text(&self.path, LARGEST)?;
        if text.trim().is_empty() {
            return Err(Error::input("the file is empty"));
        }
        ron::from_str(&text).map(Some).map_err(|e| Error::input(format!("the file is damaged: {e}")))
    }

    /// Gives the file another name, under which it stays; says which.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn set_aside(&self) -> Result<PathBuf> {
        files::set_aside(&self.path)
    }

    /// Takes what is to be kept; it is written soon, by another thread, and at once when the program ends.
    pub fn keep(&self, entries: &BTreeMap<String, String>) {
        if let Ok(text) = ron::ser::to_string_pretty(entries, ron::ser::PrettyConfig::default()) {
            *locked(&WAITING) = Some((self.path.clone(), text));
            // it is written at the end when the thread is gone
            let _ = self.wake.send(());
        }
    }

    /// Why the last writing failed, once.
    pub fn failure(&self) -> Option<Error> {
        locked(&self.failed).take()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // a window that closes has nobody left to tell
        let _ = flush();
    }
}

/// The thread that writes, and where it tells of a failure.
#[expect(clippy::disallowed_methods, reason = "no frame waits for a disk")]
fn start(path: PathBuf, ctx: egui::Context) -> (Sender<()>, Arc<Mutex<Option<Error>>>) {
    let (wake, woken) = channel::<()>();
    let failed = Arc::new(Mutex::new(None));
    let told = failed.clone();
    std::thread::spawn(move || {
        let mut silent = true;
        loop {
            // a full disk may have room again
            let next = if silent {
                woken.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                woken.recv_timeout(AGAIN)
            };
            if next == Err(RecvTimeoutError::Disconnected) {
                break;
            }
            for _ in 0..LATEST {
                if woken.recv_timeout(QUIET) == Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            match flush() {
                Ok(()) => silent = true,
                Err(e) => {
                    let what = format!("your work is not kept in {}: {}", path.display(), e.what());
                    if silent {
                        *locked(&told) = Some(Error::cannot(what).remedy("save it to a file (File, Save)"));
                        ctx.request_repaint();
                    }
                    silent = false;
                }
            }
        }
    });
    (wake, failed)
}
