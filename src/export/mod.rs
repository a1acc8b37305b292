//! Figures as files: SVG, PNG and PDF.
//!
//! plotters draws the scene once, as SVG; the PNG and the PDF are made from that SVG with the same
//! embedded font, so the three cannot differ.
//!
//! ```
//! use ketasim::export::{Format, render};
//! use ketasim::{Figure, Library, Options, Scenario, View};
//!
//! let library = Library::embedded()?;
//! let outcome = Scenario::from_toml("opening", Scenario::OPENING, &library)?.run(&library, Options::default())?;
//! let figure = Figure::new(&outcome, &View::default(), &library, &[]);
//! let svg = render(&figure, Format::Svg)?;
//! assert!(svg.starts_with(b"<svg "));
//! # Ok::<(), ketasim::Error>(())
//! ```

mod columns;
mod font;
mod leaflet;
mod letters;
mod pdf;
mod raster;
mod svg;
mod tagged;
mod unseen;

pub use font::FontMeasure;
pub use leaflet::{Paper, leaflet};
pub use pdf::pdf;
pub use raster::{pixels, png};
pub use svg::paint;

use crate::error::{Error, Result};
use crate::figure::{Agreement, CourseCalendar, DotsPlot, Figure, Panel, References, TornadoPlot};
use crate::scene::{Page, Scene, agreement, agreement_page, course, dots, layout, reference_pages, tornado};

/// Pixels per point of a PNG: sharp on dense screens and on paper in a column's width.
pub const PIXELS_PER_POINT: f32 = 2.0;

/// Width of pictures that are as high as they need to be, points.
const WIDTH: f64 = 760.0;
/// Width of a calendar: seven days with room for the names of visits.
const CALENDAR_WIDTH: f64 = 980.0;

/// Kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines and text for browsers and drawing programs.
    Svg,
    /// Pixels.
    Png,
    /// One page with text that can be selected.
    Pdf,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Svg, Self::Png, Self::Pdf];

    /// How the name of such a file ends.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// The format that a path's ending asks for.
    pub fn from_path(path: &str) -> Result<Self> {
        let extension = std::path::Path::new(path).extension().and_then(|e| e.to_str()).unwrap_or("");
        match extension.to_ascii_lowercase().as_str() {
            "svg" => Ok(Self::Svg),
            "png" => Ok(Self::Png),
            "pdf" => Ok(Self::Pdf),
            "" => {
                Err(Error::input(format!("the path \"{path}\" has no ending that says which kind of picture to write")))
            }
            _ => Err(Error::input(format!("a picture cannot be written as \".{extension}\""))),
        }
        .map_err(|error| error.remedy("write a path ending in .svg, .png or .pdf"))
    }
}

/// A page that a figure fills well: landscape with one panel, taller with more to show.
pub fn page_for(figure: &Figure) -> Page {
    const WIDTH: f64 = 1000.0;
    const PANEL: f64 = 330.0;
    const STRIP: f64 = 34.0;
    const LINE: f64 = 16.0;
    const HEADER_AND_AXIS: f64 = 120.0;
    // the label of each curve has a row beside the plot
    const ROW: f64 = 17.0;
    const RULES: f64 = 28.0;
    const ABOVE: f64 = 60.0;
    // about as many letters of small print stand in a row
    let rows = |line: &str| (line.chars().count() as f64 / 175.0).ceil().max(1.0);
    let panel = |p: &Panel| PANEL.max(ROW * (p.lines.len() + p.bands.len() + p.behind.len()) as f64 + ABOVE);
    let height = figure.panels.iter().map(panel).sum::<f64>()
        + STRIP * figure.strips.len() as f64
        + LINE * figure.strips.iter().filter(|s| s.is_counted()).map(|s| 0.5 + 0.5 * s.bars() as f64).sum::<f64>()
        + RULES
        + LINE * (figure.legend.len() as f64 + figure.footer.iter().map(|line| rows(line)).sum::<f64>())
        + HEADER_AND_AXIS;
    Page { width: WIDTH, height, furniture: true, scale: 1.0 }
}

/// A figure on the page that suits it, as the bytes of a file.
pub fn render(figure: &Figure, format: Format) -> Result<Vec<u8>> {
    as_file(&scene(figure, page_for(figure))?, format)
}

/// Predicted against observed, as the bytes of a file.
pub fn render_agreement(figure: &Agreement, format: Format) -> Result<Vec<u8>> {
    as_file(&agreement(figure, agreement_page(figure), &FontMeasure::new()?), format)
}

/// Which number of a model matters most, as the bytes of a file.
///
/// # Errors
/// When it cannot be drawn.
pub fn render_tornado(figure: &TornadoPlot, format: Format) -> Result<Vec<u8>> {
    as_file(&tornado(figure, WIDTH, true, &FontMeasure::new()?), format)
}

/// People of several arms as dots, as the bytes of a file.
///
/// # Errors
/// When it cannot be drawn.
pub fn render_dots(figure: &DotsPlot, format: Format) -> Result<Vec<u8>> {
    as_file(&dots(figure, WIDTH, &FontMeasure::new()?), format)
}

/// A course of visits on a calendar, as the bytes of a file.
///
/// # Errors
/// When it cannot be drawn.
pub fn render_course(figure: &CourseCalendar, format: Format) -> Result<Vec<u8>> {
    as_file(&course(figure, CALENDAR_WIDTH, true, &FontMeasure::new()?), format)
}

/// Sources and assumptions as the bytes of a PDF that prints on A4.
///
/// # Errors
/// When it cannot be drawn.
pub fn render_references(references: &References) -> Result<Vec<u8>> {
    pdf(&reference_pages(references, &FontMeasure::new()?))
}

fn as_file(scene: &Scene, format: Format) -> Result<Vec<u8>> {
    match format {
        Format::Svg => Ok(paint(scene)?.into_bytes()),
        Format::Png => png(scene, PIXELS_PER_POINT),
        Format::Pdf => pdf(std::slice::from_ref(scene)),
    }
}

/// A figure as pixels for a clipboard: width, height, and red, green, blue, alpha of each.
///
/// # Errors
/// When it cannot be drawn.
pub fn picture(figure: &Figure) -> Result<([usize; 2], Vec<u8>)> {
    pixels(&scene(figure, page_for(figure))?, PIXELS_PER_POINT)
}

/// A figure as SVG, its size that of the page in points.
pub fn svg(figure: &Figure, page: Page) -> Result<String> {
    paint(&scene(figure, page)?)
}

fn scene(figure: &Figure, page: Page) -> Result<Scene> {
    Ok(layout(figure, page, &FontMeasure::new()?))
}
