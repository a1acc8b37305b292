//! Pictures that the window exports: name in the menu, name of the file, and contents.

use super::App;
use crate::error::{Error, Result};
use crate::export::{self, Format};

/// A picture that can be exported in every format.
#[derive(Debug, Clone, Copy)]
pub struct Picture {
    /// Name in the menu: "Tornado plot".
    pub name: &'static str,
    /// Suggested file name, without extension.
    pub file: &'static str,
    /// Makes the contents of the file.
    pub bytes: fn(&App, Format) -> Result<Vec<u8>>,
}

/// Pictures with the same file name are equal.
impl PartialEq for Picture {
    fn eq(&self, other: &Self) -> bool {
        self.file == other.file
    }
}

impl Eq for Picture {}

/// The plot of all arms, which every mode has.
pub const PLOT: Picture =
    Picture { name: "Picture", file: "ketasim", bytes: |app, format| export::render(&app.figure()?, format) };

/// The error for a picture that does not exist.
pub(super) fn missing(what: &str, remedy: &str) -> Error {
    Error::cannot(what).remedy(remedy)
}
