//! A figure laid out on a page: shapes with roles, no colours and no painter.
//!
//! The screen and the files paint the same shapes, so they look alike. Lengths are points.

mod agreement;
mod canvas;
mod course;
mod dash;
mod day;
mod dots;
mod graded;
mod layout;
mod letters;
mod marks;
mod plot;
mod references;
mod session;
mod strip;
mod ticks;
mod tornado;
mod wrap;

pub use agreement::{agreement, agreement_page};
pub use course::course;
pub use dash::dashes;
pub use day::day;
pub use dots::{arm_dots, dots};
pub use layout::layout;
pub use marks::{line_width, swatch};
pub use references::reference_pages;
pub use tornado::tornado;
pub use wrap::wrap;

use crate::figure::Role;
use crate::portable::Portable as _;
use crate::regimen::Route;

/// What a shape is painted with; a palette gives the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// The page.
    Background,
    /// Inside of a plot.
    Plot,
    /// Text to read.
    Text,
    /// Text of second rank.
    Muted,
    /// Axes and frames.
    Axis,
    /// Grid lines.
    Grid,
    /// An arm, by its route.
    Route(Route),
    /// An arm that cannot be run as it is now: what it was, faintly.
    Faded(Route),
    /// Text in an arm's colour, dark enough to read.
    RouteText(Route),
    /// Bands that call for caution.
    Caution,
    /// Hatching of such bands.
    CautionHatch,
    /// What programmes say.
    Programme,
    /// The solid block after every strip.
    Staff,
    /// Text on that block.
    OnStaff,
    /// Measured points.
    Point,
    /// Soft ranges of what people may feel: no route's colour.
    Soft,
    /// Headings and marks in that colour, dark enough to read.
    SoftText,
}

/// Line pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// On and off lengths in points, repeated.
    Pattern(&'static [u8]),
}

/// Where text sits relative to its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Anchor at the left end, or at the top.
    Start,
    /// Anchor in the middle.
    Middle,
    /// Anchor at the right end, or at the bottom.
    End,
}

/// One thing to paint. Coordinates are points from the top left.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A line through points.
    Line {
        /// Points.
        points: Vec<[f64; 2]>,
        /// Colour.
        ink: Ink,
        /// Width in points.
        width: f64,
        /// Pattern.
        dash: Dash,
    },
    /// A fill between two curves over the same x.
    Band {
        /// Horizontal positions.
        x: Vec<f64>,
        /// Upper edge.
        upper: Vec<f64>,
        /// Lower edge.
        lower: Vec<f64>,
        /// Colour.
        ink: Ink,
        /// Opacity, 0 to 1.
        alpha: f64,
    },
    /// A filled rectangle.
    Rect {
        /// Left, top, right, bottom.
        rect: [f64; 4],
        /// Colour.
        ink: Ink,
        /// Opacity, 0 to 1.
        alpha: f64,
    },
    /// A filled or open circle.
    Circle {
        /// Centre.
        at: [f64; 2],
        /// Radius.
        radius: f64,
        /// Colour.
        ink: Ink,
        /// Filled or open.
        filled: bool,
    },
    /// A line of text.
    Text {
        /// Anchor.
        at: [f64; 2],
        /// What it says.
        text: String,
        /// Colour.
        ink: Ink,
        /// Size in points.
        size: f64,
        /// Horizontal and vertical alignment.
        align: [Align; 2],
        /// All of it, where the room was too short for more than `text`.
        whole: Option<String>,
    },
}

/// A laid-out page.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// Shapes, back to front.
    pub shapes: Vec<Shape>,
    /// Where concentrations are plotted, one for each panel.
    pub plots: Vec<PlotArea>,
    /// Left and right end of the time axis in points, and the times there in hours.
    pub time: TimeSpan,
    /// Where each strip lies: left, top, right, bottom.
    pub strips: Vec<[f64; 4]>,
    /// What the page says to whoever does not see it.
    pub said: Said,
}

/// A page in words.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Said {
    /// Its title.
    pub title: String,
    /// What it shows, in place of the picture.
    pub description: String,
    /// Citations in full of what is shown.
    pub sources: Vec<String>,
    /// Pages of running text: what each run of shapes is, in reading order. Empty for a picture.
    pub parts: Vec<(Part, std::ops::Range<usize>)>,
    /// Parts of a picture that are named one by one.
    pub places: Vec<Place>,
    /// Tag of its language; empty is English.
    pub language: String,
}

/// A part of a picture: where it lies, and what it says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Left, top, right, bottom.
    pub rect: [f64; 4],
    /// For whoever hears it.
    pub name: String,
    /// For whoever points at it; empty where all of it is drawn.
    pub help: String,
}

impl Said {
    /// Tag of its language.
    pub fn language(&self) -> &str {
        if self.language.is_empty() { "en" } else { &self.language }
    }
}

/// What a run of shapes on a page of text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Heading of this level, from 1.
    Heading(u16, String),
    /// Running text, in whole.
    Paragraph(String),
    /// Said on every page, or there for the eye alone.
    Decoration,
}

/// Where a panel's concentrations are plotted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlotArea {
    /// Left, top, right, bottom.
    pub rect: [f64; 4],
    /// Bottom and top of the axis, ng/mL.
    pub y: [f64; 2],
    /// Logarithmic.
    pub log: bool,
}

/// The one time axis of all panels and strips.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeSpan {
    /// Left and right end, points.
    pub x: [f64; 2],
    /// Times there, hours.
    pub hours: [f64; 2],
}

impl TimeSpan {
    /// Position of a time.
    pub fn to_x(self, hours: f64) -> f64 {
        self.x[0] + (hours - self.hours[0]) / (self.hours[1] - self.hours[0]) * (self.x[1] - self.x[0])
    }

    /// Time at a position.
    pub fn to_hours(self, x: f64) -> f64 {
        self.hours[0] + (x - self.x[0]) / (self.x[1] - self.x[0]) * (self.hours[1] - self.hours[0])
    }
}

impl PlotArea {
    /// Position of a concentration, kept inside the plot.
    pub fn to_y(self, ng_ml: f64) -> f64 {
        let [bottom, top] = self.y;
        let share = if self.log {
            (ng_ml.max(bottom) / bottom).ln_portable() / (top / bottom).ln_portable()
        } else {
            (ng_ml - bottom) / (top - bottom)
        };
        let [_, y0, _, y1] = self.rect;
        y1 - share.clamp(0.0, 1.0) * (y1 - y0)
    }
}

/// How wide text is; each painter knows its own font.
pub trait Measure {
    /// Width of a line of text at a size, points.
    fn width(&self, text: &str, size: f64) -> f64;
}

/// What a page carries besides plots and strips.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Page {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// Title, legend and footer, for pictures that travel alone.
    pub furniture: bool,
    /// Factor on all text sizes and line widths; 1.5 for a projector.
    pub scale: f64,
}

impl Role {
    /// What lines and fills of the arm are painted with.
    pub fn ink(self) -> Ink {
        if self.faded { Ink::Faded(self.route) } else { Ink::Route(self.route) }
    }

    /// What its words are written with.
    pub fn text_ink(self) -> Ink {
        if self.faded { Ink::Muted } else { Ink::RouteText(self.route) }
    }
}

impl Dash {
    /// Patterns of the copies of a route, the first one unbroken.
    pub const COPIES: [Self; 4] =
        [Self::Solid, Self::Pattern(&[10, 5]), Self::Pattern(&[2, 4]), Self::Pattern(&[12, 4, 2, 4])];

    /// Pattern of a copy: 0 for the first arm of a route.
    pub const fn of(variant: usize) -> Self {
        Self::COPIES[variant % Self::COPIES.len()]
    }
}
