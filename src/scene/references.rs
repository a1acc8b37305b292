//! References on pages that print.

use super::layout::{Canvas, GAP, HEADING, SMALL, TITLE, wrap};
use super::{Align, Dash, Ink, Measure, Scene, Shape, TimeSpan};
use crate::figure::{RefLine, References};

/// A4, points.
const WIDTH: f64 = 595.0;
const HEIGHT: f64 = 842.0;
/// Margins: printers leave the edge blank.
const MARGIN: f64 = 48.0;
/// Type of running text.
const TEXT: f64 = 10.0;
const ROW: f64 = 14.0;
/// What is listed stands this far in.
const INDENT: f64 = 24.0;
/// A heading is not the last thing on a page: it takes this much with it.
const KEEP: f64 = 3.0 * ROW;

/// As many A4 pages as the lines need.
pub fn reference_pages(references: &References, measure: &dyn Measure) -> Vec<Scene> {
    let mut pages = Vec::new();
    let mut canvas = page(measure);
    let mut y = head(&mut canvas, references);
    for line in &references.lines {
        let (indent, size, ink) = style(line);
        let rows = wrap(&canvas, line.words(), size, WIDTH - 2.0 * MARGIN - indent);
        let heading = matches!(line, RefLine::Heading(_) | RefLine::Arm(..));
        let row = if heading { HEADING + GAP } else { ROW };
        let before = if heading { GAP } else { 0.0 };
        let needed = before + row * rows.len() as f64 + if heading { KEEP } else { 0.0 };
        if y + needed > HEIGHT - MARGIN - 2.0 * ROW {
            pages.push(std::mem::replace(&mut canvas, page(measure)));
            y = MARGIN;
        } else {
            y += before;
        }
        mark(&mut canvas, line, y);
        for words in rows {
            canvas.text([MARGIN + indent, y], &words, ink, size, [Align::Start, Align::Start]);
            y += row;
        }
    }
    pages.push(canvas);
    let count = pages.len();
    pages.into_iter().enumerate().map(|(i, canvas)| finished(canvas, references, [i + 1, count])).collect()
}

/// Title and subtitle; returns where they end.
fn head(canvas: &mut Canvas, references: &References) -> f64 {
    let mut y = MARGIN;
    for (text, size, ink) in [(&references.title, TITLE, Ink::Text), (&references.subtitle, TEXT, Ink::Muted)] {
        for words in wrap(canvas, text, size, WIDTH - 2.0 * MARGIN) {
            canvas.text([MARGIN, y], &words, ink, size, [Align::Start, Align::Start]);
            y += size + 5.0;
        }
    }
    y + GAP
}

fn page(measure: &dyn Measure) -> Canvas<'_> {
    let white = Shape::Rect { rect: [0.0, 0.0, WIDTH, HEIGHT], ink: Ink::Background, alpha: 1.0 };
    Canvas { shapes: vec![white], measure, scale: 1.0, right: WIDTH }
}

/// Indent, size and ink of a line.
fn style(line: &RefLine) -> (f64, f64, Ink) {
    match line {
        RefLine::Heading(_) => (0.0, HEADING, Ink::Text),
        RefLine::Arm(_, role, _) => (INDENT + GAP, HEADING - 2.0, role.text_ink()),
        RefLine::Text(_) => (0.0, TEXT, Ink::Text),
        RefLine::Item(_) | RefLine::Caution(_) | RefLine::Source(..) => (INDENT, TEXT, Ink::Text),
    }
}

/// What stands before a line.
fn mark(canvas: &mut Canvas, line: &RefLine, y: f64) {
    let x = MARGIN + INDENT - GAP;
    match line {
        RefLine::Arm(_, role, fill) => {
            let middle = y + (HEADING - 2.0) / 2.0 + 2.0;
            if *fill {
                let rect = [MARGIN, middle - 4.0, MARGIN + INDENT, middle + 4.0];
                canvas.rect(rect, role.ink(), 0.45);
                return;
            }
            let points = vec![[MARGIN, middle], [MARGIN + INDENT, middle]];
            canvas.line(points, role.ink(), 2.5, Dash::of(role.route, role.variant));
        }
        RefLine::Item(_) => canvas.text([x, y], "–", Ink::Muted, TEXT, [Align::End, Align::Start]),
        RefLine::Caution(_) => canvas.text([x, y], "▲", Ink::Caution, TEXT, [Align::End, Align::Start]),
        RefLine::Source(n, _) => canvas.text([x, y], &format!("[{n}]"), Ink::Muted, TEXT, [Align::End, Align::Start]),
        RefLine::Heading(_) | RefLine::Text(_) => {}
    }
}

/// The foot: what this is for, and which page it is.
fn finished(mut canvas: Canvas, references: &References, [nth, count]: [usize; 2]) -> Scene {
    let y = HEIGHT - MARGIN;
    let ends = vec![[MARGIN, y - GAP], [WIDTH - MARGIN, y - GAP]];
    canvas.line(ends, Ink::Grid, 1.0, Dash::Solid);
    let size = SMALL - 2.0;
    let place = format!("{nth} of {count}");
    let room = WIDTH - 2.0 * MARGIN - canvas.width(&place, size) - 2.0 * GAP;
    for (i, words) in wrap(&canvas, &references.foot, size, room).iter().enumerate() {
        canvas.text([MARGIN, y + i as f64 * (size + 3.0)], words, Ink::Muted, size, [Align::Start, Align::Start]);
    }
    canvas.text([WIDTH - MARGIN, y], &place, Ink::Muted, size, [Align::End, Align::Start]);
    let time = TimeSpan { x: [0.0, 1.0], hours: [0.0, 1.0] };
    Scene { width: WIDTH, height: HEIGHT, shapes: canvas.shapes, plots: Vec::new(), time, strips: Vec::new() }
}
