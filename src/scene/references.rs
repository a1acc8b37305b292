//! Lays out references on printable pages.

use super::canvas::{Canvas, GAP, HEADING, SMALL, TITLE, wrap};
use super::{Align, Dash, Ink, Measure, Part, Said, Scene, Shape, TimeSpan, marks};
use crate::figure::{RefLine, References};
use std::ops::Range;

/// Width and height of A4, points.
const WIDTH: f64 = 595.0;
const HEIGHT: f64 = 842.0;
/// Margin, points: printers leave the edge blank.
const MARGIN: f64 = 48.0;
/// Text size of running text, points.
const TEXT: f64 = 10.0;
const ROW: f64 = 14.0;
/// Indent of listed items, points.
const INDENT: f64 = 24.0;
/// Least room that a heading needs below it, so that it is never the last thing on a page.
const KEEP: f64 = 3.0 * ROW;

/// A page while it is filled: its shapes, and the role of each run of them.
struct Sheet<'a> {
    canvas: Canvas<'a>,
    parts: Vec<(Part, Range<usize>)>,
}

impl<'a> Sheet<'a> {
    fn new(measure: &'a dyn Measure) -> Self {
        let white = Shape::Rect { rect: [0.0, 0.0, WIDTH, HEIGHT], ink: Ink::Background, alpha: 1.0 };
        let canvas = Canvas { shapes: vec![white], measure, scale: 1.0, right: WIDTH, letters: false };
        Self { canvas, parts: vec![(Part::Decoration, 0..1)] }
    }

    /// Ends a part: assigns it the shapes drawn since the previous one ended.
    fn end(&mut self, part: Part) {
        let from = self.parts.last().map_or(0, |(_, range)| range.end);
        self.parts.push((part, from..self.canvas.shapes.len()));
    }
}

/// Lays the references out on as many A4 pages as they need.
pub fn reference_pages(references: &References, measure: &dyn Measure) -> Vec<Scene> {
    let mut pages = Vec::new();
    let mut sheet = Sheet::new(measure);
    let mut y = head(&mut sheet, references);
    for line in &references.lines {
        let (indent, size, ink) = style(line);
        let rows = wrap(&sheet.canvas, line.words(), size, WIDTH - 2.0 * MARGIN - indent);
        let heading = matches!(line, RefLine::Heading(_) | RefLine::Arm(..));
        let row = if heading { HEADING + GAP } else { ROW };
        let before = if heading { GAP } else { 0.0 };
        let needed = before + row * rows.len() as f64 + if heading { KEEP } else { 0.0 };
        if y + needed > HEIGHT - MARGIN - 2.0 * ROW {
            pages.push(std::mem::replace(&mut sheet, Sheet::new(measure)));
            y = MARGIN;
        } else {
            y += before;
        }
        mark(&mut sheet, line, y);
        for words in rows {
            sheet.canvas.text([MARGIN + indent, y], &words, ink, size, [Align::Start, Align::Start]);
            y += row;
        }
        sheet.end(said(line));
    }
    pages.push(sheet);
    let count = pages.len();
    pages.into_iter().enumerate().map(|(i, sheet)| finished(sheet, references, [i + 1, count])).collect()
}

/// What a line is for a screen reader. A mark that is drawn before it is said in words.
fn said(line: &RefLine) -> Part {
    let words = line.words().to_owned();
    match line {
        RefLine::Heading(_) => Part::Heading(2, words),
        RefLine::Arm(..) => Part::Heading(3, words),
        RefLine::Text(_) | RefLine::Item(_) => Part::Paragraph(words),
        RefLine::Caution(_) => Part::Paragraph(format!("Beware: {words}")),
        RefLine::Source(n, _) => Part::Paragraph(format!("[{n}] {words}")),
    }
}

/// Draws title and subtitle. Returns the height at which they end.
fn head(sheet: &mut Sheet, references: &References) -> f64 {
    let mut y = MARGIN;
    let title = Part::Heading(1, references.title.clone());
    let subtitle = Part::Paragraph(references.subtitle.clone());
    for (text, size, ink, part) in
        [(&references.title, TITLE, Ink::Text, title), (&references.subtitle, TEXT, Ink::Muted, subtitle)]
    {
        for words in wrap(&sheet.canvas, text, size, WIDTH - 2.0 * MARGIN) {
            sheet.canvas.text([MARGIN, y], &words, ink, size, [Align::Start, Align::Start]);
            y += size + 5.0;
        }
        sheet.end(part);
    }
    y + GAP
}

/// Indent, text size and ink of a line.
fn style(line: &RefLine) -> (f64, f64, Ink) {
    match line {
        RefLine::Heading(_) => (0.0, HEADING, Ink::Text),
        RefLine::Arm(_, role, _) => (INDENT + GAP, HEADING - 2.0, role.text_ink()),
        RefLine::Text(_) => (0.0, TEXT, Ink::Text),
        RefLine::Item(_) | RefLine::Caution(_) | RefLine::Source(..) => (INDENT, TEXT, Ink::Text),
    }
}

/// Draws the mark before a line. The sample of an arm is decoration. A number or a sign belongs to the text of the
/// line.
fn mark(sheet: &mut Sheet, line: &RefLine, y: f64) {
    let x = MARGIN + INDENT - GAP;
    let (sign, ink) = match line {
        RefLine::Arm(_, role, fill) => {
            let middle = y + (HEADING - 2.0) / 2.0 + 2.0;
            marks::sample(&mut sheet.canvas, *role, *fill, [MARGIN, middle - 4.0, MARGIN + INDENT, middle + 4.0]);
            sheet.end(Part::Decoration);
            return;
        }
        RefLine::Item(_) => ("–".to_owned(), Ink::Muted),
        RefLine::Caution(_) => ("▲".to_owned(), Ink::Caution),
        RefLine::Source(n, _) => (format!("[{n}]"), Ink::Muted),
        RefLine::Heading(_) | RefLine::Text(_) => return,
    };
    sheet.canvas.text([x, y], &sign, ink, TEXT, [Align::End, Align::Start]);
}

/// Finishes a page with its footer: what the document is for, and the page number. A screen reader says it once, at the
/// end.
fn finished(mut sheet: Sheet, references: &References, [nth, count]: [usize; 2]) -> Scene {
    let y = HEIGHT - MARGIN;
    let ends = vec![[MARGIN, y - GAP], [WIDTH - MARGIN, y - GAP]];
    let canvas = &mut sheet.canvas;
    canvas.line(ends, Ink::Grid, 1.0, Dash::Solid);
    let size = SMALL - 2.0;
    let place = format!("{nth} of {count}");
    canvas.text([WIDTH - MARGIN, y], &place, Ink::Muted, size, [Align::End, Align::Start]);
    let room = WIDTH - 2.0 * MARGIN - canvas.width(&place, size) - 2.0 * GAP;
    let foot = wrap(canvas, &references.foot, size, room);
    sheet.end(Part::Decoration);
    for (i, words) in foot.iter().enumerate() {
        let at = [MARGIN, y + i as f64 * (size + 3.0)];
        sheet.canvas.text(at, words, Ink::Muted, size, [Align::Start, Align::Start]);
    }
    sheet.end(if nth == count { Part::Paragraph(references.foot.clone()) } else { Part::Decoration });
    let time = TimeSpan { x: [0.0, 1.0], hours: [0.0, 1.0] };
    let said = Said { title: references.title.clone(), parts: sheet.parts, ..Said::default() };
    let shapes = sheet.canvas.shapes;
    Scene { width: WIDTH, height: HEIGHT, shapes, plots: Vec::new(), time, strips: Vec::new(), said }
}
