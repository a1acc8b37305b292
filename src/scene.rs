//! A figure laid out on a page: shapes with roles. It knows no colours and no painter.
//!
//! The screen and the exported files paint the same shapes, so they look alike. Lengths are points.

mod agreement;
mod canvas;
mod course;
mod dash;
mod day;
mod dots;
mod graded;
mod layout;
mod letters;
mod level;
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

/// The role of a colour. A palette gives the colour itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Background of the page.
    Background,
    /// Background of a plot.
    Plot,
    /// Main text.
    Text,
    /// Secondary text.
    Muted,
    /// Axes and frames.
    Axis,
    /// Grid lines.
    Grid,
    /// Lines and fills of an arm, in the colour of its route.
    Route(Route),
    /// An earlier state of an arm that cannot be run as it is now, in a pale colour of its route.
    Faded(Route),
    /// Text in the colour of an arm's route, dark enough to read.
    RouteText(Route),
    /// Bands that call for caution.
    Caution,
    /// Hatching of bands that call for caution.
    CautionHatch,
    /// Times that programmes give.
    Programme,
    /// The solid bar of what staff decide.
    Staff,
    /// Text on the bar of what staff decide.
    OnStaff,
    /// Points measured by the user.
    Point,
    /// Soft ranges of what people may feel: not the colour of any route.
    Soft,
    /// Headings and marks in the colour of the soft ranges, dark enough to read.
    SoftText,
}

/// Dash pattern of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    /// An unbroken line.
    Solid,
    /// Lengths on and off, in points, repeated along the line.
    Pattern(&'static [u8]),
}

/// Alignment of text to its anchor point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Anchor at the left end, or at the top.
    Start,
    /// Anchor in the middle.
    Middle,
    /// Anchor at the right end, or at the bottom.
    End,
}

/// One shape to paint. Coordinates are points from the top left.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A line through points.
    Line {
        /// Corners of the line, as x and y.
        points: Vec<[f64; 2]>,
        /// Role that gives the colour.
        ink: Ink,
        /// Width of the line in points.
        width: f64,
        /// Dash pattern of the line.
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
        /// Role that gives the colour.
        ink: Ink,
        /// Opacity, 0 to 1.
        alpha: f64,
    },
    /// A filled rectangle.
    Rect {
        /// Left, top, right, bottom.
        rect: [f64; 4],
        /// Role that gives the colour.
        ink: Ink,
        /// Opacity, 0 to 1.
        alpha: f64,
    },
    /// A filled or open circle.
    Circle {
        /// Centre, as x and y.
        at: [f64; 2],
        /// Radius in points.
        radius: f64,
        /// Role that gives the colour.
        ink: Ink,
        /// Whether the circle is filled. Otherwise only its outline is drawn.
        filled: bool,
    },
    /// A line of text.
    Text {
        /// Anchor point, as x and y.
        at: [f64; 2],
        /// The text that is drawn.
        text: String,
        /// Role that gives the colour.
        ink: Ink,
        /// Text size in points.
        size: f64,
        /// Horizontal and vertical alignment.
        align: [Align; 2],
        /// The full text where `text` was shortened to fit. `None` where `text` is complete.
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
    /// The area of each concentration panel, top to bottom.
    pub plots: Vec<PlotArea>,
    /// The time axis of the page: its two ends in points and in hours.
    pub time: TimeSpan,
    /// Area of each strip: left, top, right, bottom.
    pub strips: Vec<[f64; 4]>,
    /// The page in words, for readers who do not see it.
    pub said: Said,
}

/// A page in words, for screen readers and file metadata.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Said {
    /// Title of the page.
    pub title: String,
    /// Description of the picture, in place of it.
    pub description: String,
    /// Full citations of the sources of what is shown.
    pub sources: Vec<String>,
    /// For pages of running text: the role of each run of shapes, in reading order. Empty for a picture.
    pub parts: Vec<(Part, std::ops::Range<usize>)>,
    /// Parts of a picture that have a name of their own.
    pub places: Vec<Place>,
    /// Language tag. Empty means English.
    pub language: String,
}

/// A named part of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Area of the part: left, top, right, bottom.
    pub rect: [f64; 4],
    /// Name for a screen reader.
    pub name: String,
    /// Tooltip. Empty where the picture already shows all of it.
    pub help: String,
}

impl Said {
    /// Language tag of the page.
    pub fn language(&self) -> &str {
        if self.language.is_empty() { "en" } else { &self.language }
    }
}

/// Role of a run of shapes on a page of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A heading: its level (from 1) and its text.
    Heading(u16, String),
    /// A paragraph of running text, in full.
    Paragraph(String),
    /// Decoration: repeated on every page, or purely visual.
    Decoration,
}

/// The plot area of a concentration panel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlotArea {
    /// Left, top, right, bottom.
    pub rect: [f64; 4],
    /// Concentrations at the bottom and the top of the axis, ng/mL.
    pub y: [f64; 2],
    /// Whether the axis is logarithmic.
    pub log: bool,
}

/// The time axis that all panels and strips share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeSpan {
    /// Left and right end in points.
    pub x: [f64; 2],
    /// Times at the two ends, h.
    pub hours: [f64; 2],
}

impl TimeSpan {
    /// Position in points of a time in hours.
    pub fn to_x(self, hours: f64) -> f64 {
        self.x[0] + (hours - self.hours[0]) / (self.hours[1] - self.hours[0]) * (self.x[1] - self.x[0])
    }

    /// Time in hours at a position in points.
    pub fn to_hours(self, x: f64) -> f64 {
        self.hours[0] + (x - self.x[0]) / (self.x[1] - self.x[0]) * (self.hours[1] - self.hours[0])
    }
}

impl PlotArea {
    /// Position in points of a concentration in ng/mL, limited to the plot area.
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

impl PlotArea {
    /// Concentration in ng/mL at a position in points, limited to the axis.
    pub fn to_ng_ml(self, y: f64) -> f64 {
        let [_, y0, _, y1] = self.rect;
        let share = ((y1 - y) / (y1 - y0)).clamp(0.0, 1.0);
        let [bottom, top] = self.y;
        if self.log {
            bottom * (share * (top / bottom).ln_portable()).exp_portable()
        } else {
            bottom + share * (top - bottom)
        }
    }

    /// Whether a concentration lies above the axis (`Greater`), below it (`Less`) or on it (`Equal`).
    pub fn beside(self, ng_ml: f64) -> std::cmp::Ordering {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let [bottom, top] = self.y;
        if ng_ml > top {
            Greater
        } else if ng_ml < bottom {
            Less
        } else {
            Equal
        }
    }
}

/// Measures the width of text. Each painter knows its own font.
pub trait Measure {
    /// Width of a line of text at a size, both in points.
    fn width(&self, text: &str, size: f64) -> f64;
}

/// Size of a page, and what it carries besides plots and strips.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Page {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// Whether the page has title, legend and footer, which a picture used on its own needs.
    pub furniture: bool,
    /// Factor on all text sizes and line widths, for example 1.5 for a projector.
    pub scale: f64,
}

impl Role {
    /// The ink of the arm's lines and fills.
    pub fn ink(self) -> Ink {
        if self.faded { Ink::Faded(self.route) } else { Ink::Route(self.route) }
    }

    /// The ink of the arm's text.
    pub fn text_ink(self) -> Ink {
        if self.faded { Ink::Muted } else { Ink::RouteText(self.route) }
    }
}

impl Dash {
    /// Dash patterns of arms with the same route. The first one is unbroken.
    pub const COPIES: [Self; 4] =
        [Self::Solid, Self::Pattern(&[10, 5]), Self::Pattern(&[2, 4]), Self::Pattern(&[12, 4, 2, 4])];

    /// Dash pattern of an arm by its number among those of the same route, from 0.
    pub const fn of(variant: usize) -> Self {
        Self::COPIES[variant % Self::COPIES.len()]
    }
}
