//! Where everything of a figure goes on a page.

use super::{Align, Dash, Ink, Measure, Page, Said, Scene, Shape, TimeSpan, marks, plot, strip, ticks};
use crate::figure::Figure;

/// Text sizes: small print, text, headings, title.
pub(super) const SMALL: f64 = 11.0;
pub(super) const TEXT: f64 = 13.0;
pub(super) const HEADING: f64 = 15.0;
pub(super) const TITLE: f64 = 20.0;
/// Label of the lanes for programmes.
pub(super) const PROGRAMMES_SAY: &str = "programmes say";
/// Space between things, in steps of four points.
pub(super) const GAP: f64 = 8.0;
/// Title in words of a picture that has none.
const NO_TITLE: &str = "Concentration over time";
/// Between text and the edge of the page.
const EDGE: f64 = 4.0;
/// Length of the line sample before a label.
pub(super) const SAMPLE: f64 = 20.0;

/// What all parts of a layout need.
pub(super) struct Canvas<'a> {
    pub shapes: Vec<Shape>,
    pub measure: &'a dyn Measure,
    pub scale: f64,
    /// Where text ends at the latest.
    pub right: f64,
    /// Arms carry their letters.
    pub letters: bool,
}

/// Lays a figure out on a page.
pub fn layout(figure: &Figure, page: Page, measure: &dyn Measure) -> Scene {
    let s = page.scale;
    let right = page.width - EDGE * s;
    let mut canvas = Canvas { shapes: Vec::new(), measure, scale: s, right, letters: figure.letters };
    let (mut top, mut bottom) = (0.0, page.height - GAP * s);
    if page.furniture {
        canvas.shapes.push(Shape::Rect { rect: [0.0, 0.0, page.width, page.height], ink: Ink::Background, alpha: 1.0 });
        top = head(&mut canvas, figure);
        bottom = foot(&mut canvas, figure, page, bottom);
    }
    let left = left_margin(&canvas, figure);
    let right = page.width - right_margin(&canvas, figure, page.width);
    let time = TimeSpan { x: [left, right.max(left + 40.0)], hours: figure.time };
    let strips_height = strip::height(&canvas, figure, time);
    let axis_height = (TEXT + 2.0 * GAP) * s;
    let panels_bottom = (bottom - strips_height - axis_height).max(top + 40.0);
    let each = (panels_bottom - top) / figure.panels.len().max(1) as f64;
    let marks = time_marks(&canvas, figure, time);
    let mut plots = Vec::new();
    for (i, panel) in figure.panels.iter().enumerate() {
        let y = top + each * i as f64;
        plots.push(plot::draw(&mut canvas, panel, time, [y, y + each], &marks));
    }
    time_axis(&mut canvas, figure, time, panels_bottom, &marks);
    let strips = strip::draw(&mut canvas, figure, time, panels_bottom + axis_height);
    let said = Said {
        title: if figure.title.trim().is_empty() { NO_TITLE.to_owned() } else { figure.title.clone() },
        description: figure.description.clone(),
        sources: figure.sources.clone(),
        parts: Vec::new(),
    };
    Scene { width: page.width, height: page.height, shapes: canvas.shapes, plots, time, strips, said }
}

/// Wide enough for the widest number of any y axis.
fn left_margin(canvas: &Canvas, figure: &Figure) -> f64 {
    let labels = figure.panels.iter().flat_map(plot::y_labels);
    let widest = labels.map(|l| canvas.width(&l, TEXT)).fold(0.0, f64::max);
    widest + 2.0 * GAP * canvas.scale
}

/// Wide enough for the labels at the ends of curves and strips, but not more than a third of the page.
fn right_margin(canvas: &Canvas, figure: &Figure, width: f64) -> f64 {
    let lines = figure.panels.iter().flat_map(|p| {
        let own = p.lines.iter().map(|l| (&l.label, l.role)).chain(p.bands.iter().map(|b| (&b.label, b.role)));
        own.map(|(label, role)| (plot::end_label(canvas, label, role), plot::end_words(p, role)))
    });
    let with_words = |(label, words): (String, &str)| {
        let after = if words.is_empty() { 0.0 } else { canvas.width(words, SMALL) + 5.0 * canvas.scale };
        canvas.width(&label, TEXT) + after
    };
    let strips = figure.strips.iter().map(|s| (s.label.clone(), s.end_words()));
    let own = lines.chain(strips).map(with_words).fold(0.0, f64::max);
    let behind = figure.panels.iter().flat_map(|p| &p.behind).map(|l| canvas.width(&l.label, SMALL));
    let widest = behind.fold(own, f64::max);
    let programmes = if figure.strips.iter().any(crate::figure::Strip::has_programme) {
        canvas.width(PROGRAMMES_SAY, SMALL)
    } else {
        0.0
    };
    (widest.max(programmes - SAMPLE * canvas.scale) + (SAMPLE + 2.0 * GAP + EDGE) * canvas.scale).min(width / 3.0)
}

fn head(canvas: &mut Canvas, figure: &Figure) -> f64 {
    head_lines(canvas, &figure.title, &figure.subtitle)
}

/// Title and a line below it; returns where they end.
pub(super) fn head_lines(canvas: &mut Canvas, title: &str, subtitle: &str) -> f64 {
    let s = canvas.scale;
    let x = 2.0 * GAP * s;
    canvas.text([x, 2.0 * GAP * s], title, Ink::Text, TITLE, [Align::Start, Align::Start]);
    canvas.text([x, (2.0 * GAP + TITLE + 6.0) * s], subtitle, Ink::Muted, TEXT, [Align::Start, Align::Start]);
    (2.0 * GAP + TITLE + TEXT + 2.0 * GAP) * s
}

/// Legend and footer from the bottom up; returns where they begin.
fn foot(canvas: &mut Canvas, figure: &Figure, page: Page, bottom: f64) -> f64 {
    let s = canvas.scale;
    let x = 2.0 * GAP * s;
    let most = page.width - 2.0 * x;
    let mut y = small_print(canvas, &figure.footer, [x, most], bottom);
    let indent = 40.0 * s;
    let entries: Vec<_> = figure.legend.iter().map(|e| (e, wrap(canvas, &e.text, TEXT, most - indent))).collect();
    let row = (TEXT + 4.0) * s;
    let rows: usize = entries.iter().map(|(_, lines)| lines.len()).sum();
    y -= row * rows as f64 + GAP * s;
    let begin = y;
    for (entry, lines) in entries {
        let middle = y + row / 2.0 - 1.0;
        marks::sample(canvas, entry.role, entry.fill, [x, middle - 5.0 * s, x + 30.0 * s, middle + 5.0 * s]);
        for line in lines {
            canvas.text([x + indent, y], &line, Ink::Text, TEXT, [Align::Start, Align::Start]);
            y += row;
        }
    }
    begin - GAP * s
}

/// Small print that ends at `bottom`; returns where it begins.
fn small_print(canvas: &mut Canvas, lines: &[String], [x, most]: [f64; 2], bottom: f64) -> f64 {
    let small: Vec<String> = lines.iter().flat_map(|l| wrap(canvas, l, SMALL, most)).collect();
    let row = (SMALL + 4.0) * canvas.scale;
    let top = bottom - row * small.len() as f64;
    for (i, line) in small.iter().enumerate() {
        canvas.text([x, top + row * i as f64], line, Ink::Muted, SMALL, [Align::Start, Align::Start]);
    }
    top
}

/// Small print at the bottom of a page.
pub(super) fn foot_lines(canvas: &mut Canvas, lines: &[String], page: Page) -> f64 {
    let x = 2.0 * GAP * canvas.scale;
    small_print(canvas, lines, [x, page.width - 2.0 * x], page.height - GAP * canvas.scale)
}

/// Text at a nominal size in lines at most `most` wide.
pub(super) fn wrap(canvas: &Canvas, text: &str, size: f64, most: f64) -> Vec<String> {
    super::wrap(text, most, |line| canvas.width(line, size))
}

/// Times with labels, thinned so that labels do not touch; positions are hours.
fn time_marks(canvas: &Canvas, figure: &Figure, time: TimeSpan) -> Vec<(f64, String)> {
    let [low, high] = time.hours.map(|h| figure.in_time_unit(h));
    let per_unit = figure.in_time_unit(1.0);
    let widest = canvas.width("00000", TEXT).max(1.0);
    let wanted = ((time.x[1] - time.x[0]) / widest).floor().clamp(2.0, 14.0) as usize;
    ticks::time(low, high, figure.unit, wanted).into_iter().map(|(v, label)| (v / per_unit, label)).collect()
}

fn time_axis(canvas: &mut Canvas, figure: &Figure, time: TimeSpan, y: f64, marks: &[(f64, String)]) {
    let s = canvas.scale;
    let unit = format!("{} from {}", figure.time_unit(), figure.counted_from.trim_start_matches("the "));
    for (hours, label) in marks {
        let x = time.to_x(*hours);
        canvas.line(vec![[x, y], [x, y + 4.0 * s]], Ink::Axis, 1.0, Dash::Solid);
        canvas.text([x, y + 6.0 * s], label, Ink::Muted, TEXT, [Align::Middle, Align::Start]);
    }
    // the unit stands where the labels of the curves end
    let last = marks.last().map_or(0.0, |(hours, label)| time.to_x(*hours) + canvas.width(label, TEXT) / 2.0);
    let x = (time.x[1] + GAP * s).max(last + 4.0 * s);
    let room = canvas.right - x;
    canvas.text(
        [x, y + 6.0 * s],
        &unit_that_fits(canvas, &unit, figure, room),
        Ink::Muted,
        TEXT,
        [Align::Start, Align::Start],
    );
}

/// The unit in full where labels leave room, else the bare unit.
fn unit_that_fits(canvas: &Canvas, unit: &str, figure: &Figure, room: f64) -> String {
    if canvas.width(unit, TEXT) <= room { unit.to_owned() } else { figure.time_unit().to_owned() }
}

/// Text cut so that it fits, with a sign that it was.
pub(super) fn shortened(canvas: &Canvas, text: &str, size: f64, most: f64) -> String {
    if most.is_infinite() || canvas.width(text, size) <= most {
        return text.to_owned();
    }
    let ends: Vec<usize> = text.trim_end_matches(['…', ' ']).char_indices().map(|(at, _)| at).collect();
    // widths grow with length: the longest that fits is found by halving
    let fits = ends.partition_point(|end| canvas.width(&format!("{}…", text[..*end].trim_end()), size) <= most);
    fits.checked_sub(1).map_or_else(String::new, |last| format!("{}…", text[..ends[last]].trim_end()))
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

    /// Slanted lines inside a rectangle.
    pub fn hatch(&mut self, rect: [f64; 4], ink: Ink, width: f64, step: f64) {
        let [x0, y0, x1, y1] = rect;
        if x1 <= x0 || y1 <= y0 {
            return;
        }
        let (height, step) = (y1 - y0, step * self.scale);
        let mut start = x0 - height;
        while start < x1 {
            // from the bottom at `start` up to the right, cut to the rectangle
            let (from, to) = (start.max(x0), (start + height).min(x1));
            if to > from {
                self.line(vec![[from, y1 - (from - start)], [to, y1 - (to - start)]], ink, width, Dash::Solid);
            }
            start += step;
        }
    }
}
