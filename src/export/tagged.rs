//! Pages as a tagged PDF: what a screen reader says, in which order, and what it leaves out.

use super::FontMeasure;
use super::columns::{Piece, PieceRole, WARNING};
use super::font::tree;
use super::svg::paint;
use crate::error::{Error, Result};
use crate::fonts;
use crate::palette::{Theme, colour};
use crate::scene::{Align, Ink, Scene};
use crate::timeline::Leaflet;
use crate::timeline::words::ItemKind;
use krilla::color::rgb;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, Node, SpanTag, Tag, TagGroup, TagTree,
};
use krilla::text::{Font, TextDirection};
use krilla::{Document, SerializeSettings};
use krilla_svg::{SurfaceExt, SvgSettings};
use std::num::NonZeroU16;

/// Before a point, and before what is to be ticked.
const BULLET: &str = "•";
const BOX: &str = "□";
/// Width of the rule left of a warning, and how dark its ground is.
const RULE: f64 = 0.28;
const GROUND: f64 = 0.07;

/// All pages as a PDF/UA-1 file.
pub(super) fn write(
    leaflet: &Leaflet,
    pages: &[Vec<Piece>],
    [width, height]: [f64; 2],
    font: &FontMeasure,
) -> Result<Vec<u8>> {
    let configuration = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish();
    let configuration = configuration.map_err(|error| refused(&error))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    // no date: the same sheet gives the same file
    document.set_metadata(
        Metadata::new()
            .title(leaflet.title.clone())
            .description(leaflet.subtitle.clone())
            .language(leaflet.language.clone())
            .creator(format!("ketasim {}", env!("CARGO_PKG_VERSION"))),
    );
    let letters = Font::new(fonts::REGULAR.into(), 0).ok_or_else(|| refused(&"font"))?;
    let mut tags = Tags { list: Vec::new(), items: None };
    let mut outline = Outline::new();
    for (nth, pieces) in pages.iter().enumerate() {
        let settings = PageSettings::from_wh(width as f32, height as f32).ok_or_else(|| refused(&"size of paper"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let mut pen = Pen { surface: &mut surface, letters: &letters, font };
        for piece in pieces {
            // heard once, after everything else
            let last = nth + 1 == pages.len();
            pen.piece(piece, last, &mut tags)?;
            if matches!(piece.role, PieceRole::Title | PieceRole::Heading) {
                let place = Point::from_xy(0.0, (piece.rect[1] - piece.size).max(0.0) as f32);
                outline.push_child(OutlineNode::new(piece.lines.join(" "), XyzDestination::new(nth, place)));
            }
        }
        surface.finish();
        page.finish();
    }
    document.set_outline(outline);
    let mut whole = TagTree::new().with_lang(Some(leaflet.language.clone()));
    whole.children = tags.finish();
    document.set_tag_tree(whole);
    document.finish().map_err(|error| refused(&error))
}

fn refused(error: &dyn std::fmt::Debug) -> Error {
    Error::cannot(format!("the sheet cannot be written as PDF: {error:?}"))
}

/// The tree of tags as it grows: items one after another become one list.
struct Tags {
    list: Vec<Node>,
    items: Option<(ItemKind, TagGroup)>,
}

impl Tags {
    fn push(&mut self, group: TagGroup) {
        self.end_list();
        self.list.push(group.into());
    }

    fn item(&mut self, kind: ItemKind, label: Identifier, body: Identifier) {
        if self.items.as_ref().is_none_or(|(of, _)| *of != kind) {
            self.end_list();
            let numbering = if kind == ItemKind::Check { ListNumbering::Square } else { ListNumbering::Disc };
            self.items = Some((kind, TagGroup::new(Tag::L(numbering))));
        }
        let label = TagGroup::with_children(Tag::Lbl, vec![label.into()]);
        let body = TagGroup::with_children(Tag::LBody, vec![body.into()]);
        if let Some((_, list)) = &mut self.items {
            list.push(TagGroup::with_children(Tag::LI, vec![label.into(), body.into()]));
        }
    }

    fn end_list(&mut self) {
        self.list.extend(self.items.take().map(|(_, list)| Node::from(list)));
    }

    fn finish(mut self) -> Vec<Node> {
        self.end_list();
        self.list
    }
}

/// Draws on one page.
struct Pen<'a, 'b> {
    surface: &'b mut Surface<'a>,
    letters: &'b Font,
    font: &'b FontMeasure,
}

impl Pen<'_, '_> {
    fn piece(&mut self, piece: &Piece, last: bool, tags: &mut Tags) -> Result<()> {
        let said = piece.lines.join(" ");
        let ink = match piece.role {
            PieceRole::Title | PieceRole::Heading => Ink::SoftText,
            PieceRole::Subtitle | PieceRole::Footer | PieceRole::Number => Ink::Muted,
            _ => Ink::Text,
        };
        match &piece.role {
            PieceRole::Picture(scene, alt) => {
                let drawn = self.picture(scene, piece.rect)?;
                tags.push(TagGroup::with_children(Tag::Figure(Some(alt.clone())), vec![drawn.into()]));
            }
            PieceRole::Title | PieceRole::Heading => {
                let level =
                    if piece.role == PieceRole::Title { NonZeroU16::MIN } else { NonZeroU16::MIN.saturating_add(1) };
                if piece.role == PieceRole::Heading {
                    self.rule_below(piece);
                }
                let drawn = self.tagged(piece, ink);
                tags.push(TagGroup::with_children(Tag::Hn(level, Some(said)), vec![drawn.into()]));
            }
            PieceRole::Item(kind @ (ItemKind::Point | ItemKind::Check)) => {
                let label = self.label(piece, *kind);
                let body = self.tagged(piece, ink);
                tags.item(*kind, label, body);
            }
            PieceRole::Number => self.left_out(piece, ink, ArtifactType::PageNumber),
            PieceRole::Footer if !last => self.left_out(piece, ink, ArtifactType::Footer),
            PieceRole::Subtitle | PieceRole::Footer | PieceRole::Item(_) => {
                if piece.role == PieceRole::Item(ItemKind::Warning) {
                    self.warning(piece);
                }
                let drawn = self.tagged(piece, ink);
                tags.push(TagGroup::with_children(Tag::P, vec![drawn.into()]));
            }
        }
        Ok(())
    }

    /// Seen, but not heard.
    fn left_out(&mut self, piece: &Piece, ink: Ink, kind: ArtifactType) {
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
        self.lines(piece, ink);
        self.surface.end_tagged();
    }

    fn tagged(&mut self, piece: &Piece, ink: Ink) -> Identifier {
        let id = self.surface.start_tagged(ContentTag::Other);
        self.lines(piece, ink);
        self.surface.end_tagged();
        id
    }

    fn lines(&mut self, piece: &Piece, ink: Ink) {
        for (i, line) in piece.lines.iter().enumerate() {
            // a space ends each line but the last: words stay apart for who copies or hears them
            let end = if i + 1 < piece.lines.len() { " " } else { "" };
            self.text(piece, i, piece.x, &format!("{line}{end}"), ink);
        }
    }

    /// One line of a piece, in the middle of its row.
    fn text(&mut self, piece: &Piece, nth: usize, x: f64, text: &str, ink: Ink) {
        let inside = piece.rect[1] + pad(piece) + piece.row * (nth as f64 + 0.5);
        let y = inside + self.font.baseline(Align::Middle, piece.size);
        self.surface.set_fill(Some(fill(ink, 1.0)));
        let (start, size) = (Point::from_xy(x as f32, y as f32), piece.size as f32);
        self.surface.draw_text(start, self.letters.clone(), size, text, false, TextDirection::LeftToRight);
    }

    fn label(&mut self, piece: &Piece, kind: ItemKind) -> Identifier {
        let id = self.surface.start_tagged(ContentTag::Span(SpanTag::empty()));
        let (sign, ink) = if kind == ItemKind::Check { (BOX, Ink::Text) } else { (BULLET, Ink::SoftText) };
        self.text(piece, 0, piece.rect[0], sign, ink);
        self.surface.end_tagged();
        id
    }

    /// A thick rule on a light ground: seen without colour, too.
    fn warning(&mut self, piece: &Piece) {
        let [left, top, right, bottom] = piece.rect;
        self.decoration([left, top, right, bottom], Ink::Caution, GROUND);
        self.decoration([left, top, left + RULE * piece.size, bottom], Ink::Caution, 1.0);
    }

    fn rule_below(&mut self, piece: &Piece) {
        let [left, _, right, bottom] = piece.rect;
        let y = bottom - 0.18 * piece.size;
        self.decoration([left, y - 0.6, right, y], Ink::Soft, 0.5);
    }

    fn decoration(&mut self, [left, top, right, bottom]: [f64; 4], ink: Ink, alpha: f64) {
        let mut outline = PathBuilder::new();
        let corners = Rect::from_ltrb(left as f32, top as f32, right as f32, bottom as f32);
        corners.into_iter().for_each(|rect| outline.push_rect(rect));
        if let Some(path) = outline.finish() {
            self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
            self.surface.set_fill(Some(fill(ink, alpha)));
            self.surface.draw_path(&path);
            self.surface.end_tagged();
        }
    }

    fn picture(&mut self, scene: &Scene, [left, top, ..]: [f64; 4]) -> Result<Identifier> {
        let tree = tree(&paint(scene)?)?;
        let size = Size::from_wh(tree.size().width(), tree.size().height()).ok_or_else(|| refused(&"picture"))?;
        let id = self.surface.start_tagged(ContentTag::Other);
        self.surface.push_transform(&Transform::from_translate(left as f32, top as f32));
        let drawn = self.surface.draw_svg(&tree, size, SvgSettings::default());
        self.surface.pop();
        self.surface.end_tagged();
        drawn.map(|()| id).ok_or_else(|| refused(&"picture"))
    }
}

/// Space above the text of a warning.
fn pad(piece: &Piece) -> f64 {
    if piece.role == PieceRole::Item(ItemKind::Warning) { WARNING[1] * piece.size } else { 0.0 }
}

fn fill(ink: Ink, alpha: f64) -> Fill {
    let [red, green, blue] = colour(ink, Theme::Light);
    let opacity = NormalizedF32::new(alpha as f32).unwrap_or(NormalizedF32::ONE);
    Fill { paint: rgb::Color::new(red, green, blue).into(), opacity, ..Fill::default() }
}
