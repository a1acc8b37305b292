//! PDF: each scene on a page of its size, its text selectable, tagged for who hears it.

use super::font::tree;
use super::letters::drawable_scene;
use super::{FontMeasure, svg};
use crate::error::{Error, Result};
use crate::figure::EDUCATION_ONLY;
use crate::scene::{Part, Scene};
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{Point, Size};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Node, Tag, TagGroup, TagTree};
use krilla::{Document, SerializeSettings};
use krilla_svg::{SurfaceExt, SvgSettings};
use std::num::NonZeroU16;

/// Scenes as a PDF/UA-1 file, one page for each, under the title of the first.
///
/// # Errors
/// When there is no page, one cannot be drawn, or the font lacks a letter.
pub fn pdf(pages: &[Scene]) -> Result<Vec<u8>> {
    let first = pages.first().ok_or_else(|| Error::cannot("a document without a page cannot be written"))?;
    let configuration = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish();
    let configuration = configuration.map_err(|error| refused(&error))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let title = title(first);
    // no date: the same scenario gives the same file
    document.set_metadata(
        Metadata::new()
            .title(title.to_owned())
            .language(first.said.language().to_owned())
            .description(EDUCATION_ONLY.to_owned())
            .keywords(first.said.sources.clone())
            .creator(format!("ketasim {}", env!("CARGO_PKG_VERSION"))),
    );
    let font = FontMeasure::new()?;
    let (mut outline, mut tags) = (Outline::new(), Vec::new());
    for (nth, scene) in pages.iter().enumerate() {
        drawable_scene(scene, &font)?;
        let (width, height) = (scene.width as f32, scene.height as f32);
        let unfit = || Error::cannot(format!("a page of {width} x {height} points cannot be written"));
        let settings = PageSettings::from_wh(width, height).ok_or_else(unfit)?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let drawn = add_page(&mut surface, scene, &mut tags);
        surface.finish();
        page.finish();
        for heading in drawn? {
            let place = Point::from_xy(0.0, 0.0);
            outline.push_child(OutlineNode::new(heading, XyzDestination::new(nth, place)));
        }
    }
    document.set_outline(outline);
    let mut whole = TagTree::new().with_lang(Some(first.said.language().to_owned()));
    whole.children = tags;
    document.set_tag_tree(whole);
    document.finish().map_err(|error| refused(&error))
}

/// A document without a title is none for who hears it.
fn title(scene: &Scene) -> &str {
    Some(scene.said.title.as_str()).filter(|t| !t.trim().is_empty()).unwrap_or("ketasim")
}

/// Draws a page and says its headings.
fn add_page(surface: &mut Surface, scene: &Scene, tags: &mut Vec<Node>) -> Result<Vec<String>> {
    if scene.said.parts.is_empty() {
        let id = surface.start_tagged(ContentTag::Other);
        let drawn = add(surface, scene, &svg::paint(scene)?);
        surface.end_tagged();
        drawn?;
        let described = Some(scene.said.description.as_str()).filter(|d| !d.trim().is_empty());
        let said = described.unwrap_or(title(scene)).to_owned();
        tags.push(TagGroup::with_children(Tag::Figure(Some(said)), vec![id.into()]).into());
        return Ok(vec![title(scene).to_owned()]);
    }
    let mut headings = Vec::new();
    for (part, range) in &scene.said.parts {
        let Some(shapes) = scene.shapes.get(range.clone()).filter(|s| !s.is_empty()) else { continue };
        let drawn = svg::paint_shapes(scene, shapes)?;
        let tag = match part {
            Part::Decoration => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
            Part::Heading(..) | Part::Paragraph(_) => ContentTag::Other,
        };
        let id = surface.start_tagged(tag);
        let drawn = add(surface, scene, &drawn);
        surface.end_tagged();
        drawn?;
        match part {
            Part::Heading(level, words) => {
                headings.push(words.clone());
                let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                tags.push(TagGroup::with_children(Tag::Hn(level, Some(words.clone())), vec![id.into()]).into());
            }
            Part::Paragraph(words) => {
                let tag = Tag::P.with_actual_text(Some(words.clone()));
                tags.push(TagGroup::with_children(tag, vec![id.into()]).into());
            }
            Part::Decoration => {}
        }
    }
    Ok(headings)
}

fn add(surface: &mut Surface, scene: &Scene, svg: &str) -> Result<()> {
    let size = Size::from_wh(scene.width as f32, scene.height as f32);
    let drawn = size.and_then(|size| Some((size, tree(svg).ok()?)));
    let drawn = drawn.and_then(|(size, tree)| surface.draw_svg(&tree, size, SvgSettings::default()));
    drawn.ok_or_else(|| Error::cannot(format!("a page of {} x {} points cannot be drawn", scene.width, scene.height)))
}

fn refused(error: &dyn std::fmt::Debug) -> Error {
    Error::cannot(format!("the PDF cannot be written: {error:?}"))
}
