//! A sheet to take home as a PDF: one page for each side, in the largest type that fits, tagged for who hears it.

use super::FontMeasure;
use super::columns::{Piece, set};
use super::letters::drawable;
use super::tagged::write;
use crate::error::{Error, Result, suggestion};
use crate::timeline::{Block, Day, Leaflet};
use std::str::FromStr;

/// Type is at most and at least this large, points, and is tried in such steps.
const LARGEST: f64 = 11.5;
const SMALLEST: f64 = 8.5;
const STEP: f64 = 0.25;
/// No side's type is larger than another's by more than this.
const APART: f64 = 1.0;
/// Type may be smaller by so much where sections then need not be divided, but not smaller than this.
const UNDIVIDED: f64 = 0.5;
const EASY: f64 = 9.5;

/// Size of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// 210 by 297 millimetres.
    #[default]
    A4,
    /// 8½ by 11 inches.
    Letter,
}

impl Paper {
    /// Width and height in points.
    pub fn points(self) -> [f64; 2] {
        match self {
            Self::A4 => [595.276, 841.89],
            Self::Letter => [612.0, 792.0],
        }
    }

    /// Its name on the command line: `a4` or `letter`.
    pub fn id(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::Letter => "letter",
        }
    }
}

impl FromStr for Paper {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let known = [Self::A4, Self::Letter];
        known.into_iter().find(|paper| paper.id().eq_ignore_ascii_case(name.trim())).ok_or_else(|| {
            Error::input(format!("there is no paper \"{name}\"")).remedy(suggestion(name, known.map(Self::id)))
        })
    }
}

/// The sheet as a PDF/UA-1 file without a date: the same sheet gives the same file.
///
/// # Errors
/// When there is no side, one has more text than fits on its page in the smallest type, or a letter that the font does
/// not have.
pub fn leaflet(leaflet: &Leaflet, paper: Paper) -> Result<Vec<u8>> {
    if leaflet.pages.is_empty() {
        return Err(Error::cannot("a sheet without a page cannot be written"));
    }
    let font = FontMeasure::new()?;
    readable(leaflet, &font)?;
    let types = (0..leaflet.pages.len()).map(|nth| largest(leaflet, nth, paper, &font)).collect::<Result<Vec<_>>>()?;
    let most = types.iter().map(|(size, _)| *size).fold(LARGEST, f64::min) + APART;
    let pages = types.iter().enumerate().map(|(nth, (size, whole))| {
        set(leaflet, nth, paper.points(), (size.min(most), *whole), &font).ok_or_else(|| too_much(nth, paper))
    });
    write(leaflet, &pages.collect::<Result<Vec<Vec<Piece>>>>()?, paper.points(), &font)
}

/// The largest type in which a side fits its page, and whether its sections stay whole.
fn largest(leaflet: &Leaflet, nth: usize, paper: Paper, font: &FontMeasure) -> Result<(f64, bool)> {
    let steps = ((LARGEST - SMALLEST) / STEP).round() as u32;
    let fits = |whole: bool| {
        let mut sizes = (0..=steps).map(|step| LARGEST - f64::from(step) * STEP);
        sizes.find(|size| set(leaflet, nth, paper.points(), (*size, whole), font).is_some())
    };
    let divided = fits(false).ok_or_else(|| too_much(nth, paper))?;
    let whole = fits(true).filter(|size| *size == divided || *size + UNDIVIDED >= divided && *size >= EASY);
    Ok(whole.map_or((divided, false), |size| (size, true)))
}

fn too_much(nth: usize, paper: Paper) -> Error {
    let page = nth + 1;
    Error::input(format!("page {page} of the sheet has more text than fits on one side of {} paper", paper.id()))
        .remedy("shorten the clinic's own lines: its name, its phone, what it says on food and drink, its crisis line")
}

/// A letter that the font does not have would be an empty box on paper.
fn readable(leaflet: &Leaflet, font: &FontMeasure) -> Result<()> {
    let blocks = leaflet.pages.iter().flat_map(|side| &side.blocks);
    let said = blocks.flat_map(|block| match block {
        Block::Day(day) => in_picture(day),
        Block::Section { heading, items, .. } => {
            std::iter::once(heading.as_str()).chain(items.iter().map(|(_, words)| words.as_str())).collect()
        }
    });
    let around = [&leaflet.title, &leaflet.subtitle, &leaflet.footer].map(String::as_str);
    drawable(said.chain(around), font, "write it with letters of the Latin, Greek or Cyrillic alphabet")
}

fn in_picture(day: &Day) -> Vec<&str> {
    let ticks = day.ticks.iter().map(|(_, label)| label);
    let bands = day.bands.iter().flat_map(|band| [&band.name, &band.words]);
    let dots = day.dots.iter().flat_map(|row| [&row.name, &row.later_words, &row.never_words]);
    let (heading, words) = &day.after;
    let lines = [&day.axis, &day.staff, &day.no_driving, heading, words, &day.caption, &day.dots_caption];
    ticks.chain(bands).chain(dots).chain(lines).map(String::as_str).collect()
}
