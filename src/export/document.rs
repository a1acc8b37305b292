//! PDF: an SVG on a page of its size, its text selectable.

use super::font::tree;
use crate::error::{Error, Result};
use crate::figure::EDUCATION_ONLY;
use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};

/// An SVG as a PDF of one page.
pub fn pdf(svg: &str, title: &str) -> Result<Vec<u8>> {
    let tree = tree(svg)?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let refused = || Error::cannot(format!("a page of {width} x {height} points cannot be written"));
    let page_settings = PageSettings::from_wh(width, height).ok_or_else(refused)?;
    let size = Size::from_wh(width, height).ok_or_else(refused)?;

    let mut document = Document::new();
    // no date: the same scenario gives the same file
    document.set_metadata(
        Metadata::new()
            .title(title.to_owned())
            .language("en".to_owned())
            .description(EDUCATION_ONLY.to_owned())
            .creator(format!("ketasim {}", env!("CARGO_PKG_VERSION"))),
    );
    let mut page = document.start_page_with(page_settings);
    let mut surface = page.surface();
    let drawn = surface.draw_svg(&tree, size, SvgSettings::default());
    surface.finish();
    page.finish();
    drawn.ok_or_else(refused)?;
    document.finish().map_err(|error| Error::cannot(format!("the PDF cannot be written: {error:?}")))
}
