//! A sheet as PDF.

use crate::error::{Error, Result};
use crate::timeline::Leaflet;

/// Size of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// 210 x 297 mm.
    A4,
    /// 8.5 x 11 in.
    Letter,
}

impl std::str::FromStr for Paper {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text.to_ascii_lowercase().as_str() {
            "a4" => Ok(Self::A4),
            "letter" => Ok(Self::Letter),
            _ => Err(Error::input(format!("there is no paper \"{text}\"")).remedy("write a4 or letter")),
        }
    }
}

/// The sheet as the bytes of a PDF.
pub fn leaflet(leaflet: &Leaflet, _paper: Paper) -> Result<Vec<u8>> {
    Err(Error::cannot(format!("\"{}\" cannot be written as PDF yet", leaflet.title)))
}
