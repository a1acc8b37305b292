//! A sheet to take home, as blocks in reading order. Each output format lays it out in its own way.

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
    /// Blocks in reading order.
    pub blocks: Vec<Block>,
}

/// A block of a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// The picture of the day.
    Day(Day),
    /// A section: a heading and its items.
    Section {
        /// Id of the section in the file of words.
        id: String,
        /// Heading of the section.
        heading: String,
        /// Items of the section.
        items: Vec<(ItemKind, String)>,
    },
}

/// The picture of the day: soft ranges over what staff decide. Times are minutes from the first dose.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// End of the time axis, min.
    pub until: f64,
    /// Position (min) and words of each tick.
    pub ticks: Vec<(f64, String)>,
    /// What the axis counts: "hours after the first dose".
    pub axis: String,
    /// Ranges of what people may feel.
    pub bands: Vec<EffectRange>,
    /// Text of the solid bar, which runs from the first dose past the end of the axis.
    pub staff: String,
    /// Second line in the solid bar.
    pub no_driving: String,
    /// The row for the days after, which has no scale: heading and words.
    pub after: (String, String),
    /// Dots of twenty virtual subjects: noticing, then easing.
    pub dots: Vec<DotRow>,
    /// Line under the bands.
    pub caption: String,
    /// Line under the dots.
    pub dots_caption: String,
    /// Description of the picture for readers who cannot see it.
    pub alt: String,
}

/// A soft range of what people may feel.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectRange {
    /// Name of what happens in it.
    pub name: String,
    /// The range in words: "5 to 25 minutes".
    pub words: String,
    /// Start and end, min. The end is `None` where it is later than anything that can be said.
    pub span: (f64, Option<f64>),
}

/// Dots of one row of the picture of the day.
#[derive(Debug, Clone, PartialEq)]
pub struct DotRow {
    /// What the row shows.
    pub name: String,
    /// Time of each dot on the axis, minutes from the first dose, ascending.
    pub at: Vec<f64>,
    /// Number of dots beyond the end of the axis.
    pub later: usize,
    /// Words for the dots beyond the axis.
    pub later_words: String,
    /// Number of dots for subjects who never reach the level.
    pub never: usize,
    /// Words for subjects who never reach the level.
    pub never_words: String,
}
