//! PDF: each SVG on a page of its size, its text selectable.

use super::font::tree;
use crate::error::{Error, Result};
use crate::figure::EDUCATION_ONLY;
use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};

/// SVGs as a PDF, one page for each.
///
/// # Errors
/// When there is no page, or one cannot be read or written.
pub fn pdf<S: AsRef<str>>(pages: &[S], title: &str) -> Result<Vec<u8>> {
    if pages.is_empty() {
        return Err(Error::cannot("a document without a page cannot be written"));
    }
    let mut document = Document::new();
    // no date: the same scenario gives the same file
    document.set_metadata(
        Metadata::new()
            .title(title.to_owned())
            .language("en".to_owned())
            .description(EDUCATION_ONLY.to_owned())
            .creator(format!("ketasim {}", env!("CARGO_PKG_VERSION"))),
    );
    for svg in pages {
        add_page(&mut document, svg.as_ref())?;
    }
    document.finish().map_err(|error| Error::cannot(format!("the PDF cannot be written: {error:?}")))
}

fn add_page(document: &mut Document, svg: &str) -> Result<()> {
    let tree = tree(svg)?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let refused = || Error::cannot(format!("a page of {width} x {height} points cannot be written"));
    let settings = PageSettings::from_wh(width, height).ok_or_else(refused)?;
    let size = Size::from_wh(width, height).ok_or_else(refused)?;
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    let drawn = surface.draw_svg(&tree, size, SvgSettings::default());
    surface.finish();
    page.finish();
    drawn.ok_or_else(refused)
}
