//! The canvas of all pictures: collects shapes and measures text. It also holds the sizes of text and space.

use super::{Align, Dash, Ink, Measure, Page, Said, Scene, Shape, TimeSpan};

/// Text sizes: small print, text, headings, title; points.
pub(super) const SMALL: f64 = 11.0;
pub(super) const TEXT: f64 = 13.0;
pub(super) const HEADING: f64 = 15.0;
pub(super) const TITLE: f64 = 20.0;
/// Space between parts, points. All spaces are multiples of four.
pub(super) const GAP: f64 = 8.0;
/// Length of the line sample before a label, points.
pub(super) const SAMPLE: f64 = 20.0;

/// Shapes, text measure and scale that every part of a layout needs.
pub(super) struct Canvas<'a> {
    pub shapes: Vec<Shape>,
    pub measure: &'a dyn Measure,
    pub scale: f64,
    /// Right limit for text, points.
    pub right: f64,
    /// Whether the arms carry their letters.
    pub letters: bool,
}

impl Canvas<'_> {
    /// Width of text at a nominal size, scaled.
    pub fn width(&self, text: &str, size: f64) -> f64 {
        self.measure.width(text, size * self.scale)
    }

    /// Text that ends at the right edge of the page at the latest: what does not fit is shortened.
    pub fn text(&mut self, at: [f64; 2], text: &str, ink: Ink, size: f64, align: [Align; 2]) {
        let room = if align[0] == Align::Start { self.right - at[0] } else { f64::INFINITY };
        self.text_within(at, text, ink, size, align, room);
    }

    /// Text at most `room` wide, shortened where it is wider; the whole of it stays with the shape.
    pub fn text_within(&mut self, at: [f64; 2], text: &str, ink: Ink, size: f64, align: [Align; 2], room: f64) {
        let shown = shortened(self, text, size, room + 0.5);
        if shown.trim_matches(['…', ' ']).is_empty() {
            return;
        }
        let whole = (shown != text).then(|| text.to_owned());
        self.shapes.push(Shape::Text { at, text: shown, ink, size: size * self.scale, align, whole });
    }

    pub fn line(&mut self, points: Vec<[f64; 2]>, ink: Ink, width: f64, dash: Dash) {
        if points.len() > 1 {
            self.shapes.push(Shape::Line { points, ink, width: width * self.scale, dash });
        }
    }

    pub fn rect(&mut self, rect: [f64; 4], ink: Ink, alpha: f64) {
        if rect[2] > rect[0] && rect[3] > rect[1] {
            self.shapes.push(Shape::Rect { rect, ink, alpha });
        }
    }

    /// Hatches a rectangle with slanted lines.
    pub fn hatch(&mut self, rect: [f64; 4], ink: Ink, width: f64, step: f64) {
        let [x0, y0, x1, y1] = rect;
        if x1 <= x0 || y1 <= y0 {
            return;
        }
        let (height, step) = (y1 - y0, step * self.scale);
        let mut start = x0 - height;
        while start < x1 {
            // from `start` at the bottom edge up to the right, clipped to the rectangle
            let (from, to) = (start.max(x0), (start + height).min(x1));
            if to > from {
                self.line(vec![[from, y1 - (from - start)], [to, y1 - (to - start)]], ink, width, Dash::Solid);
            }
            start += step;
        }
    }
}

/// Draws the title and a line below it. Returns the height at which they end.
pub(super) fn head_lines(canvas: &mut Canvas, title: &str, subtitle: &str) -> f64 {
    let s = canvas.scale;
    let x = 2.0 * GAP * s;
    canvas.text([x, 2.0 * GAP * s], title, Ink::Text, TITLE, [Align::Start, Align::Start]);
    canvas.text([x, (2.0 * GAP + TITLE + 6.0) * s], subtitle, Ink::Muted, TEXT, [Align::Start, Align::Start]);
    (2.0 * GAP + TITLE + TEXT + 2.0 * GAP) * s
}

/// A canvas for a picture whose height follows from its content, and the space at its sides. Without furniture that
/// space is 0.
pub(super) fn begin(width: f64, furniture: bool, measure: &dyn Measure) -> (Canvas<'_>, f64) {
    let side = if furniture { 2.0 * GAP } else { 0.0 };
    (Canvas { shapes: Vec::new(), measure, scale: 1.0, right: width - side, letters: false }, side)
}

/// Finishes the page at `y` and puts small print below it. A page with small print is used on its own, so it gets a
/// background.
pub(super) fn finish_below(mut canvas: Canvas, [width, y]: [f64; 2], footer: &[String], said: Said) -> Scene {
    let mut height = y;
    if !footer.is_empty() {
        let room = [2.0 * GAP, width - 4.0 * GAP];
        let rows: usize = footer.iter().map(|line| wrap(&canvas, line, SMALL, room[1]).len()).sum();
        let bottom = y + GAP + (SMALL + 4.0) * rows as f64;
        small_print(&mut canvas, footer, room, bottom);
        height = bottom + GAP;
        canvas.shapes.insert(0, Shape::Rect { rect: [0.0, 0.0, width, height], ink: Ink::Background, alpha: 1.0 });
    }
    let time = TimeSpan { x: [0.0, 1.0], hours: [0.0, 1.0] };
    Scene { width, height, shapes: canvas.shapes, plots: Vec::new(), time, strips: Vec::new(), said }
}

/// Draws small print that ends at `bottom`. Returns the height at which it begins.
pub(super) fn small_print(canvas: &mut Canvas, lines: &[String], [x, most]: [f64; 2], bottom: f64) -> f64 {
    let small: Vec<String> = lines.iter().flat_map(|l| wrap(canvas, l, SMALL, most)).collect();
    let row = (SMALL + 4.0) * canvas.scale;
    let top = bottom - row * small.len() as f64;
    for (i, line) in small.iter().enumerate() {
        canvas.text([x, top + row * i as f64], line, Ink::Muted, SMALL, [Align::Start, Align::Start]);
    }
    top
}

/// Draws small print at the bottom of a page.
pub(super) fn foot_lines(canvas: &mut Canvas, lines: &[String], page: Page) -> f64 {
    let x = 2.0 * GAP * canvas.scale;
    small_print(canvas, lines, [x, page.width - 2.0 * x], page.height - GAP * canvas.scale)
}

/// Breaks text of a nominal size into lines at most `most` wide.
pub(super) fn wrap(canvas: &Canvas, text: &str, size: f64, most: f64) -> Vec<String> {
    super::wrap(text, most, |line| canvas.width(line, size))
}

/// Shortens text so that it fits, and marks the cut with an ellipsis.
pub(super) fn shortened(canvas: &Canvas, text: &str, size: f64, most: f64) -> String {
    if most.is_infinite() || canvas.width(text, size) <= most {
        return text.to_owned();
    }
    let ends: Vec<usize> = text.trim_end_matches(['…', ' ']).char_indices().map(|(at, _)| at).collect();
    // width grows with length, so the longest text that fits is found by bisection
    let fits = ends.partition_point(|end| canvas.width(&format!("{}…", text[..*end].trim_end()), size) <= most);
    fits.checked_sub(1).map_or_else(String::new, |last| format!("{}…", text[..ends[last]].trim_end()))
}
