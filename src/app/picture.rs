//! Pictures that the window hands out: a name for the menu, a name for the file, and the bytes.

use super::App;
use crate::error::{Error, Result};
use crate::export::{self, Format};

/// A picture that can be exported in every format.
#[derive(Debug, Clone, Copy)]
pub struct Picture {
    /// Its name in the menu: "Tornado plot".
    pub name: &'static str,
    /// Name proposed for the file, without ending.
    pub file: &'static str,
    /// The file.
    pub bytes: fn(&App, Format) -> Result<Vec<u8>>,
}

/// Two of one file name are the same picture.
impl PartialEq for Picture {
    fn eq(&self, other: &Self) -> bool {
        self.file == other.file
    }
}

impl Eq for Picture {}

/// The plot of all arms, in every mode.
pub const PLOT: Picture =
    Picture { name: "Picture", file: "ketasim", bytes: |app, format| export::render(&app.figure()?, format) };

/// Why a picture cannot be written that is not there.
pub(super) fn missing(what: &str, remedy: &str) -> Error {
    Error::cannot(what).remedy(remedy)
}
