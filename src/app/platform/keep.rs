//! Keeps the work of a window in a file: written completely or not at all, soon after each edit and when the program is
//! told to end. Every window has a file of its own.

use crate::error::{Error, Result};
use crate::files::{self, locked};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Edits within this time are written together.
const QUIET: Duration = Duration::from_millis(400);
/// An edit is written at the latest after this many times `QUIET`.
const LATEST: u32 = 4;
/// Time after which a failed write is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// Largest number of windows that keep their work at the same time.
const MOST_WINDOWS: usize = 20;
/// Largest file, bytes. A larger one was not written by this program.
const LARGEST: usize = 4 << 20;

/// The text that was not written yet, so that it can be written when the program ends.
static WAITING: Mutex<Option<(PathBuf, String)>> = Mutex::new(None);

/// Lock for writing. It prevents an older text from being written after a newer one, and no frame waits for a disk.
static WRITING: Mutex<()> = Mutex::new(());

/// Writes the pending text. It is called at the end of the program, whatever ends it.
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

/// The file of a window, locked until the window closes, and the thread that writes it.
#[derive(Debug)]
pub struct Keeper {
    path: PathBuf,
    /// Lock on the file, held while the window is open.
    _lock: files::Lock,
    /// Whether another window was open at the start.
    pub second: bool,
    wake: Sender<()>,
    failed: Arc<Mutex<Option<Error>>>,
}

impl Keeper {
    /// Takes the first file in a folder that no other window uses.
    ///
    /// # Errors
    /// When the folder cannot be created or written to, or too many windows are open.
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

    /// Path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The kept entries by name. `None` at the first start.
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

    /// Renames the file permanently and returns its new path.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub fn set_aside(&self) -> Result<PathBuf> {
        files::set_aside(&self.path)
    }

    /// Takes the entries to keep. Another thread writes them soon, or at once when the program ends.
    pub fn keep(&self, entries: &BTreeMap<String, String>) {
        if let Ok(text) = ron::ser::to_string_pretty(entries, ron::ser::PrettyConfig::default()) {
            *locked(&WAITING) = Some((self.path.clone(), text));
            // if the thread has ended, the text is written at the end of the program
            let _ = self.wake.send(());
        }
    }

    /// The reason why the last write failed, once. `None` when it succeeded.
    pub fn failure(&self) -> Option<Error> {
        locked(&self.failed).take()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // a window that closes cannot show an error any more
        let _ = flush();
    }
}

/// Starts the writing thread. Returns its channel, and the place where it reports a failure.
#[expect(clippy::disallowed_methods, reason = "no frame waits for a disk")]
fn start(path: PathBuf, ctx: egui::Context) -> (Sender<()>, Arc<Mutex<Option<Error>>>) {
    let (wake, woken) = channel::<()>();
    let failed = Arc::new(Mutex::new(None));
    let told = failed.clone();
    std::thread::spawn(move || {
        let mut silent = true;
        loop {
            // a full disk may have space again
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
