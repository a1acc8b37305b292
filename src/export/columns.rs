//! A side of a sheet in two columns: what goes where, at one size of type.

use super::FontMeasure;
use crate::scene::{Measure, Scene, wrap};
use crate::timeline::words::ItemKind;
use crate::timeline::{Block, Leaflet};

/// Margins: printers leave the edge blank.
const MARGIN: f64 = 40.0;
/// Between columns.
const GUTTER: f64 = 20.0;
const FOOT_MARGIN: f64 = 30.0;
/// Title of the document, and the least size of the line below it.
const TITLE: f64 = 20.0;
const SUBTITLE: f64 = 9.5;
/// Line at the foot.
const FOOT: f64 = 8.5;
/// The smallest and largest text in the picture.
const PICTURE: [f64; 2] = [9.0, 10.5];
/// Lengths below are multiples of the size of the type. From line to line:
const LINE: f64 = 1.26;
/// A heading, the space before it and below it.
const HEADING: f64 = 1.14;
const BEFORE_HEADING: f64 = 0.85;
const BELOW_HEADING: f64 = 0.3;
/// Between items.
const BETWEEN: f64 = 0.22;
/// How far text stands in after a bullet and after a box to tick.
const BULLET: f64 = 0.85;
const BOX: f64 = 1.3;
/// Space inside a warning: left of its text after the rule, and above and below it.
pub(super) const WARNING: [f64; 2] = [0.75, 0.38];

/// What a piece of a page is, for who sees it and for who hears it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum PieceRole {
    Title,
    Subtitle,
    Picture(Box<Scene>, String),
    Heading,
    Item(ItemKind),
    Footer,
    Number,
}

/// A piece in its place: its text lies in `lines`, from `x` on and `row` apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub role: PieceRole,
    /// Left, top, right, bottom.
    pub rect: [f64; 4],
    /// Left end of the text.
    pub x: f64,
    /// Size of the text.
    pub size: f64,
    /// From one line to the next.
    pub row: f64,
    pub lines: Vec<String>,
    /// Space above, which the top of a column does not have.
    before: f64,
}

/// A page of `paper` points with side `nth` of a leaflet in type of `size`; none when it does not fit. A column may
/// begin within a section unless they stay `whole`.
pub(super) fn set(
    leaflet: &Leaflet,
    nth: usize,
    [width, height]: [f64; 2],
    (size, whole): (f64, bool),
    font: &FontMeasure,
) -> Option<Vec<Piece>> {
    let mut page = Page { font, size, left: MARGIN, right: width - MARGIN, y: MARGIN, whole, pieces: Vec::new() };
    let number = format!("{}/{}", nth + 1, leaflet.pages.len());
    let [foot, number] = page.footer(&leaflet.footer, &number, height);
    if nth == 0 {
        page.head(leaflet);
    }
    let mut blocks = leaflet.pages.get(nth).map_or(&[][..], |side| &side.blocks);
    while let Some(first) = blocks.first() {
        if let Block::Day(day) = first {
            let scene = crate::scene::day(day, page.right - page.left, size.clamp(PICTURE[0], PICTURE[1]), font);
            page.picture(scene, &day.alt);
            blocks = &blocks[1..];
            continue;
        }
        let sections = blocks.iter().take_while(|block| matches!(block, Block::Section { .. })).count();
        let (these, rest) = blocks.split_at(sections);
        page.sections(these, foot.rect[1] - 0.6 * FOOT - page.y)?;
        blocks = rest;
    }
    if page.y > foot.rect[1] {
        return None;
    }
    page.pieces.push(foot);
    if leaflet.pages.len() > 1 {
        page.pieces.push(number);
    }
    Some(page.pieces)
}

struct Page<'a> {
    font: &'a FontMeasure,
    size: f64,
    left: f64,
    right: f64,
    y: f64,
    /// Sections are not divided.
    whole: bool,
    pieces: Vec<Piece>,
}

impl Page<'_> {
    /// Text of its own size from the left margin on, at most `most` wide, from `top`.
    fn line(&self, role: PieceRole, text: &str, size: f64, [most, top]: [f64; 2]) -> Piece {
        let lines = wrap(text, most, |line| self.font.width(line, size));
        let row = LINE * size;
        let rect = [self.left, top, self.right, top + row * lines.len() as f64];
        Piece { role, rect, x: self.left, size, row, lines, before: 0.0 }
    }

    /// The line at the foot, and beside its first row which page it is.
    fn footer(&self, text: &str, number: &str, height: f64) -> [Piece; 2] {
        let wide = self.font.width(number, FOOT);
        let most = self.right - self.left - wide - GUTTER;
        let below = self.line(PieceRole::Footer, text, FOOT, [most, 0.0]).rect[3];
        let top = height - FOOT_MARGIN - below;
        let mut page = self.line(PieceRole::Number, number, FOOT, [most, top]);
        page.x = self.right - wide;
        [self.line(PieceRole::Footer, text, FOOT, [most, top]), page]
    }

    fn head(&mut self, leaflet: &Leaflet) {
        let most = self.right - self.left;
        let title = self.line(PieceRole::Title, &leaflet.title, TITLE, [most, self.y - 0.2 * TITLE]);
        let below = title.rect[3] + 0.05 * TITLE;
        self.pieces.push(title);
        self.y = below;
        if !leaflet.subtitle.trim().is_empty() {
            let subtitle = self.line(PieceRole::Subtitle, &leaflet.subtitle, self.size.max(SUBTITLE), [most, below]);
            self.y = subtitle.rect[3];
            self.pieces.push(subtitle);
        }
        self.y += 0.9 * self.size;
    }

    fn picture(&mut self, scene: Scene, alt: &str) {
        let rect = [self.left, self.y, self.right, self.y + scene.height];
        self.y = rect[3] + 0.7 * self.size;
        let role = PieceRole::Picture(Box::new(scene), alt.to_owned());
        self.pieces.push(Piece { role, rect, x: self.left, size: self.size, row: 0.0, lines: Vec::new(), before: 0.0 });
    }

    /// Sections in two columns no higher than `room`.
    fn sections(&mut self, blocks: &[Block], room: f64) -> Option<()> {
        let width = (self.right - self.left - GUTTER) / 2.0;
        let pieces: Vec<Piece> = blocks.iter().flat_map(|block| self.section(block, width)).collect();
        let at = split(&pieces, room, self.whole)?;
        let top = self.y;
        for (i, column) in [&pieces[..at], &pieces[at..]].into_iter().enumerate() {
            let right = (width + GUTTER) * i as f64;
            let mut y = top;
            for (j, piece) in column.iter().enumerate() {
                y += if j == 0 { 0.0 } else { piece.before };
                let mut piece = piece.clone();
                let [left, _, end, height] = piece.rect;
                piece.rect = [left + right, y, end + right, y + height];
                piece.x += right;
                y += height;
                self.pieces.push(piece);
            }
            self.y = self.y.max(y);
        }
        self.y += self.size;
        Some(())
    }

    /// Heading and items at the top left: the left column's place, height in place of the bottom.
    fn section(&self, block: &Block, width: f64) -> Vec<Piece> {
        let Block::Section { heading, items, .. } = block else { return Vec::new() };
        let s = self.size;
        let piece = |role: PieceRole, text: &str, [indent, pad, below]: [f64; 3], size: f64, before: f64| {
            let lines = wrap(text, width - indent * if pad > 0.0 { 1.5 } else { 1.0 }, |l| self.font.width(l, size));
            let row = LINE * size;
            let height = row * lines.len() as f64 + 2.0 * pad + below;
            let rect = [self.left, 0.0, self.left + width, height];
            Piece { role, rect, x: self.left + indent, size, row, lines, before }
        };
        let before = BEFORE_HEADING * s;
        let mut list = vec![piece(PieceRole::Heading, heading, [0.0, 0.0, BELOW_HEADING * s], HEADING * s, before)];
        for (kind, words) in items {
            let [indent, pad] = match kind {
                ItemKind::Text => [0.0, 0.0],
                ItemKind::Point => [BULLET * s, 0.0],
                ItemKind::Check => [BOX * s, 0.0],
                ItemKind::Warning => [WARNING[0] * s, WARNING[1] * s],
            };
            let first = list.len() == 1;
            let before = BETWEEN
                * s
                * if first {
                    0.0
                } else if pad > 0.0 {
                    1.6
                } else {
                    1.0
                };
            list.push(piece(PieceRole::Item(*kind), words, [indent, pad, 0.0], s, before));
        }
        list
    }
}

/// Where the second column begins, so that the higher one is as low as it can be; none when that is above `room`.
fn split(pieces: &[Piece], room: f64, whole: bool) -> Option<usize> {
    let height = |column: &[Piece]| {
        column.iter().enumerate().map(|(i, p)| p.rect[3] + if i == 0 { 0.0 } else { p.before }).sum::<f64>()
    };
    let heading = |at: usize| pieces.get(at).is_none_or(|p| p.role == PieceRole::Heading);
    // a heading is never the last thing in a column
    let after_heading = |at: usize| at > 0 && heading(at - 1);
    (0..=pieces.len())
        .filter(|at| if whole { heading(*at) } else { !after_heading(*at) })
        .map(|at| (at, height(&pieces[..at]).max(height(&pieces[at..]))))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, higher)| *higher <= room)
        .map(|(at, _)| at)
}
