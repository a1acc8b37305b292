//! The only place that touches the file system: whole texts in, whole files out, folders listed.

use crate::error::{Error, Result};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A path of this name is no file: standard input where something is read. What is written never goes to it.
pub const STANDARD: &str = "-";
/// Tries for a name of a temporary file that nobody uses.
const MOST_NAMES: u32 = 100;
/// Files set aside at most.
const MOST_ASIDE: u32 = 1000;

/// Temporary files that are being written, for whoever ends the program.
static PARTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// What a lock holds, whether somebody failed while holding it or not.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The path as messages name it.
pub fn shown(path: &Path) -> String {
    if path.as_os_str() == STANDARD { "standard input".to_owned() } else { path.display().to_string() }
}

/// Reads a whole text of at most `most_bytes`; `-` is standard input.
///
/// The size is asked before anything is read; what has no size, such as a pipe, is read no further than the limit.
///
/// # Errors
/// When the file is missing, a folder, too large, or not UTF-8.
pub fn read_text(path: &Path, most_bytes: usize) -> Result<String> {
    let name = shown(path);
    if path.as_os_str() == STANDARD {
        return text_of(io::stdin().lock(), &name, most_bytes);
    }
    let metadata = fs::metadata(path).map_err(|e| unreadable(&name, &e))?;
    if metadata.is_dir() {
        return Err(Error::input(format!("{name} is a folder, not a file")).remedy("name a file inside it"));
    }
    if waits(&metadata) {
        return Err(Error::input(format!("{name} is a device, not a file")).remedy("name an ordinary file"));
    }
    if metadata.len() > most_bytes as u64 {
        return Err(too_large(&name, &format!("has {} bytes", metadata.len()), most_bytes));
    }
    let file = File::open(path).map_err(|e| unreadable(&name, &e))?;
    text_of(file, &name, most_bytes)
}

/// Whether reading might never end and nobody could tell: a device. A pipe ends when its writer does.
fn waits(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = metadata.file_type();
        kind.is_char_device() || kind.is_block_device() || kind.is_socket()
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

/// Refuses what is not an ordinary file: in a window nothing may wait for a pipe.
///
/// # Errors
/// For folders, pipes and devices, and what is not there.
pub fn ordinary(path: &Path) -> Result<()> {
    let name = shown(path);
    let metadata = fs::metadata(path).map_err(|e| unreadable(&name, &e))?;
    if metadata.is_file() || metadata.is_dir() {
        return Ok(());
    }
    Err(Error::input(format!("{name} is not an ordinary file")).remedy("name an ordinary file"))
}

/// A file that no other program holds meanwhile.
#[derive(Debug)]
pub struct Lock {
    _held: File,
}

/// Holds a file of its own for as long as the lock lives; none where another program holds it.
///
/// # Errors
/// When the file cannot be made.
pub fn lock(path: &Path) -> Result<Option<Lock>> {
    let name = shown(path);
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
    let file = file.map_err(|e| unwritable(&name, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock { _held: file })),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(e)) => Err(unwritable(&name, &e)),
    }
}

/// Gives a file a name that nobody uses, beside it, and says which.
///
/// # Errors
/// When it cannot be renamed.
pub fn set_aside(path: &Path) -> Result<PathBuf> {
    let name = shown(path);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let ending = path.extension().map_or(String::new(), |e| format!(".{}", e.to_string_lossy()));
    let folder = path.parent().unwrap_or(Path::new(""));
    let Some(free) = free_name(folder, &format!("{stem}-set-aside"), &ending) else {
        return Err(Error::cannot(format!("{name} cannot be set aside: {MOST_ASIDE} such files are there"))
            .remedy("remove some of them"));
    };
    fs::rename(path, &free).map_err(|e| unwritable(&name, &e))?;
    Ok(free)
}

/// What two paths of one file have in common, whether the file is there or not.
pub fn identity(path: &Path) -> PathBuf {
    let folder = |p: &Path| match p.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    fs::canonicalize(path).unwrap_or_else(|_| {
        let name = path.file_name().unwrap_or_default();
        fs::canonicalize(folder(path)).map_or_else(|_| path.to_owned(), |folder| folder.join(name))
    })
}

/// A name in a folder that no file has: stem, number, ending; none where all are taken.
pub fn free_name(folder: &Path, stem: &str, ending: &str) -> Option<PathBuf> {
    (1..=MOST_ASIDE).map(|number| folder.join(format!("{stem}-{number}{ending}"))).find(|path| !path.exists())
}

/// Removes temporary files that are being written, when the program is told to end.
pub fn remove_parts() {
    let parts = std::mem::take(&mut *locked(&PARTS));
    for part in parts {
        // what cannot be removed stays, and nobody is left to be told
        let _ = fs::remove_file(part);
    }
}

fn text_of(source: impl Read, name: &str, most_bytes: usize) -> Result<String> {
    let mut bytes = Vec::new();
    // one byte more than allowed tells a full text from one that goes on
    source.take(most_bytes as u64 + 1).read_to_end(&mut bytes).map_err(|e| unreadable(name, &e))?;
    if bytes.len() > most_bytes {
        return Err(too_large(name, "has more", most_bytes));
    }
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let line = e.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1;
        Error::input(format!("{name} is not UTF-8 text: line {line}, byte {} of the file", at + 1))
            .remedy("save it as plain text in UTF-8")
    })
}

fn too_large(name: &str, how: &str, most_bytes: usize) -> Error {
    Error::input(format!("{name} {how}, but at most {most_bytes} bytes are read"))
        .remedy("check that it is the file you mean")
}

fn unreadable(name: &str, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => Error::cannot(format!("there is no file {name}"))
            .remedy("give the path of a file that exists, or - for standard input"),
        io::ErrorKind::PermissionDenied => {
            Error::cannot(format!("{name} may not be read")).remedy("ask for the right to read it, or copy it")
        }
        _ => {
            Error::cannot(format!("{name} cannot be read: {error}")).remedy("give the path of a file that can be read")
        }
    }
}

/// The path itself when it is a file, else every `.toml` in the folder, by name.
///
/// # Errors
/// When nothing is there, or the folder has no such file.
pub fn toml_files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.as_os_str() == STANDARD {
        return Ok(vec![path.to_owned()]);
    }
    let name = shown(path);
    let metadata = fs::metadata(path).map_err(|e| unreadable(&name, &e))?;
    if !metadata.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).map_err(|e| unreadable(&name, &e))?;
    let mut list: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| is_toml(p)).collect();
    list.sort();
    if list.is_empty() {
        return Err(Error::cannot(format!("the folder {name} has no .toml file"))
            .remedy("name a model file, or a folder that holds model files"));
    }
    Ok(list)
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "toml") && path.is_file()
}

/// Puts `bytes` in place of the file at once: readers see the old file or the new one, never a part.
///
/// # Errors
/// When it cannot be written; the old file is untouched then.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<()> {
    write_atomic_with(path, |file| file.write_all(bytes))
}

/// Makes a folder and those above it, where they are not there.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(path: &Path) -> Result<()> {
    refuse_standard(path)?;
    fs::create_dir_all(path).map_err(|e| unwritable(&shown(path), &e))
}

/// As [`write_atomic`], for content that is better streamed than held in memory.
///
/// # Errors
/// When it cannot be written, or `write` fails; the old file is untouched then.
pub fn write_atomic_with(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    refuse_standard(path)?;
    let name = shown(path);
    // through a link the file it points to is replaced, not the link
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let old = fs::metadata(&target).ok();
    if let Some(old) = &old {
        check_replaceable(&name, old)?;
    }
    let (temporary, file) = temporary_beside(&target).map_err(|e| unwritable(&name, &e))?;
    let done = fill(file, old.as_ref(), write).and_then(|()| fs::rename(&temporary, &target));
    forget_part(&temporary);
    done.map_err(|e| {
        // nothing more can be done when this fails too, and the first failure is the one to report
        let _ = fs::remove_file(&temporary);
        unwritable(&name, &e)
    })
}

/// A file named `-` could hardly be read again, and nobody who writes `-` means one.
fn refuse_standard(path: &Path) -> Result<()> {
    if path.as_os_str() == STANDARD {
        return Err(
            Error::input("\"-\" is no name of a file or folder to write").remedy("write for example result.svg")
        );
    }
    Ok(())
}

fn fill(file: File, old: Option<&Metadata>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut buffered = io::BufWriter::new(file);
    write(&mut buffered)?;
    let file = buffered.into_inner().map_err(io::IntoInnerError::into_error)?;
    if let Some(old) = old {
        file.set_permissions(old.permissions())?;
    }
    file.sync_all()
}

/// A rename would replace devices and write-protected files without asking.
fn check_replaceable(name: &str, old: &Metadata) -> Result<()> {
    let why = if old.is_dir() {
        "is a folder"
    } else if !old.is_file() {
        "is not an ordinary file"
    } else if old.permissions().readonly() {
        "is write-protected"
    } else {
        return Ok(());
    };
    Err(Error::cannot(format!("{name} {why}")).remedy("name another file to write to"))
}

fn temporary_beside(target: &Path) -> io::Result<(PathBuf, File)> {
    target.file_name().ok_or_else(|| io::Error::other("the path names no file"))?;
    sweep(target);
    for attempt in 0..MOST_NAMES {
        // a name of its own, and a short one: the target's may be as long as names can be
        let path = target.with_file_name(format!("{PART}{}-{attempt}{PART_END}", std::process::id()));
        // told before it is there: whoever ends the program in between has nothing to remove
        locked(&PARTS).push(path.clone());
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => forget_part(&path),
            Err(e) => {
                forget_part(&path);
                return Err(e);
            }
        }
    }
    Err(io::Error::other("no free name for a temporary file beside it"))
}

/// How names of temporary files begin and end.
const PART: &str = ".ketasim-";
const PART_END: &str = ".part";
/// A temporary file this old belongs to a program that was killed: no writing takes so long.
const STALE: Duration = Duration::from_secs(60 * 60);

/// Removes beside `target` what programs that were killed have left. Nothing depends on it: what cannot be looked at stays.
fn sweep(target: &Path) {
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(number) = name.to_str().and_then(|n| n.strip_prefix(PART)?.strip_suffix(PART_END)) else { continue };
        let ours = number.chars().all(|c| c.is_ascii_digit() || c == '-');
        let written = entry.metadata().ok().filter(fs::Metadata::is_file).and_then(|m| m.modified().ok());
        if ours && written.and_then(|w| w.elapsed().ok()).is_some_and(|age| age > STALE) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A temporary file is there no more, or is none of ours.
fn forget_part(path: &Path) {
    locked(&PARTS).retain(|p| p != path);
}

fn unwritable(name: &str, error: &io::Error) -> Error {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "its folder does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "its folder may not be written to".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => error.to_string(),
    };
    Error::cannot(format!("{name} cannot be written: {why}")).remedy("name a file in a folder you can write to")
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "this is the module that the other modules are sent to")]
mod tests {
    use super::*;
    use crate::error::Kind;

    /// A folder of this test alone, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("ketasim-files-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn names(&self) -> Vec<String> {
            fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// What a killed program left goes with the next writing; what is being written, and what is not ours, stays.
    #[test]
    fn stale_temporary_files_go() {
        let folder = Folder::new("stale");
        let names = [".ketasim-1-0.part", ".ketasim-2-0.part", ".ketasim-notes.part", "ketasim-1-0.part"];
        for name in names {
            let file = File::create(folder.0.join(name)).unwrap();
            if !name.contains("-2-") {
                let now = file.metadata().unwrap().modified().unwrap();
                file.set_modified(now - 2 * STALE).unwrap();
            }
        }
        write_atomic(&folder.0.join("a.csv"), b"1\n").unwrap();
        let mut left = folder.names();
        left.sort();
        assert_eq!(left, [".ketasim-2-0.part", ".ketasim-notes.part", "a.csv", "ketasim-1-0.part"]);
    }

    #[test]
    fn a_text_is_read_only_when_it_is_one() {
        let folder = Folder::new("read");
        let file = folder.0.join("a.toml");
        fs::write(&file, "title = 1\n").unwrap();
        assert_eq!(read_text(&file, 10).unwrap(), "title = 1\n");
        let large = read_text(&file, 9).unwrap_err();
        assert_eq!(large.kind(), Kind::Input);
        assert!(large.what().contains("has 10 bytes, but at most 9"), "{large}");
        fs::write(&file, b"a\nb\xff").unwrap();
        assert!(read_text(&file, 10).unwrap_err().what().contains("line 2, byte 4"));
        assert!(read_text(&folder.0, 10).unwrap_err().what().contains("is a folder"));
        let missing = read_text(&folder.0.join("b.toml"), 10).unwrap_err();
        assert_eq!(missing.kind(), Kind::Cannot);
        assert!(missing.what().contains("b.toml") && missing.what_would_work().is_some());
    }

    #[test]
    fn what_has_no_size_is_read_no_further_than_the_limit() {
        let endless = io::repeat(b'x');
        assert!(text_of(endless, "standard input", 1000).unwrap_err().what().contains("more, but at most 1000"));
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = Folder::new("write");
        let file = folder.0.join("a.csv");
        write_atomic(&file, b"first").unwrap();
        write_atomic(&file, b"second").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"second");
        let stopped = write_atomic_with(&file, |out| {
            out.write_all(b"half").unwrap();
            Err(io::Error::other("stopped"))
        });
        assert!(stopped.unwrap_err().what().ends_with("cannot be written: stopped"));
        assert_eq!(fs::read(&file).unwrap(), b"second");
        assert_eq!(folder.names(), ["a.csv"], "no temporary file is left");
        assert!(write_atomic(&folder.0, b"x").unwrap_err().what().contains("is a folder"));
        let nowhere = write_atomic(&folder.0.join("none/a.csv"), b"x").unwrap_err();
        assert!(nowhere.what().contains("folder does not exist"), "{nowhere}");
    }

    #[test]
    fn nothing_is_written_to_a_file_named_like_standard_input() {
        for written in [write_atomic(Path::new("-"), b"x"), make_folder(Path::new("-"))] {
            assert_eq!(written.unwrap_err().kind(), Kind::Input);
        }
        assert!(!Path::new("./-").exists());
    }

    #[test]
    fn a_folder_stands_for_its_toml_files() {
        let folder = Folder::new("list");
        assert!(toml_files(&folder.0).unwrap_err().what().contains("no .toml"));
        for name in ["b.toml", "a.toml", "c.txt"] {
            fs::write(folder.0.join(name), "").unwrap();
        }
        assert_eq!(toml_files(&folder.0).unwrap(), [folder.0.join("a.toml"), folder.0.join("b.toml")]);
    }
}
