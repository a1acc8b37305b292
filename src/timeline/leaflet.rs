//! A sheet to take home, as blocks in reading order: what every face sets in its own way.

use super::words::ItemKind;

/// A sheet of one or more pages.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaflet {
    /// BCP 47 tag of its language.
    pub language: String,
    /// Title of the document.
    pub title: String,
    /// Second line of the first page: drug, route, clinic, date.
    pub subtitle: String,
    /// Pages; each is made to fit one side of paper.
    pub pages: Vec<LeafletPage>,
    /// Line at the foot of every page.
    pub footer: String,
}

/// One side of paper.
#[derive(Debug, Clone, PartialEq)]
pub struct LeafletPage {
    /// What stands on it, in reading order.
    pub blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// The day as a picture.
    Day(Day),
    /// A headed list.
    Section {
        /// Name of the section in the file of words.
        id: String,
        /// Heading.
        heading: String,
        /// What is said.
        items: Vec<(ItemKind, String)>,
    },
}

/// The day as a picture: soft ranges over what staff decide. Minutes from the first dose.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// End of the axis, minutes.
    pub until: f64,
    /// Places and words of the axis' ticks.
    pub ticks: Vec<(f64, String)>,
    /// What the axis counts: "hours after the first dose".
    pub axis: String,
    /// Ranges of what people may feel.
    pub bands: Vec<EffectRange>,
    /// The solid bar: from the first dose to the end of the axis and on.
    pub staff: String,
    /// Second line in the solid bar.
    pub no_driving: String,
    /// Row for the days after: heading and words; without a scale.
    pub after: (String, String),
    /// Twenty made-up people: noticing, then easing.
    pub dots: Vec<DotRow>,
    /// Line under the bands.
    pub caption: String,
    /// Line under the dots.
    pub dots_caption: String,
    /// The same for who cannot see it.
    pub alt: String,
}

/// A soft range.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectRange {
    /// What happens in it.
    pub name: String,
    /// Its length in words: "5 to 25 minutes".
    pub words: String,
    /// From when to when; no end when it lies beyond what can be said.
    pub span: (f64, Option<f64>),
}

/// Dots of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct DotRow {
    /// What the row counts.
    pub name: String,
    /// Minutes from the first dose at which each person gets there, ascending.
    pub at: Vec<f64>,
    /// How many people get there beyond the end of the axis.
    pub later: usize,
    /// Words for those beyond the axis.
    pub later_words: String,
    /// How many people never get there.
    pub never: usize,
    /// Words for those who never get there.
    pub never_words: String,
}
