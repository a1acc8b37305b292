//! Lays out a whole figure: panels, strips, legend and footer on a page.

use super::canvas::{Canvas, GAP, SAMPLE, SMALL, TEXT, head_lines, small_print, wrap};
use super::strip::PROGRAMMES_SAY;
use super::{Align, Dash, Ink, Measure, Page, Said, Scene, Shape, TimeSpan, marks, plot, strip, ticks};
use crate::figure::Figure;

/// Title, in words, of a picture that has none.
const NO_TITLE: &str = "Concentration over time";
/// Space between text and the edge of the page, points.
const EDGE: f64 = 4.0;
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
        ..Said::default()
    };
    Scene { width: page.width, height: page.height, shapes: canvas.shapes, plots, time, strips, said }
}

/// Left margin: wide enough for the widest number of any y axis.
fn left_margin(canvas: &Canvas, figure: &Figure) -> f64 {
    let labels = figure.panels.iter().flat_map(plot::y_labels);
    let widest = labels.map(|l| canvas.width(&l, TEXT)).fold(0.0, f64::max);
    widest + 2.0 * GAP * canvas.scale
}

/// Right margin: wide enough for the labels at the ends of curves and strips, but at most a third of the page.
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

/// Draws legend and footer from the bottom up. Returns the height at which they begin.
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

/// Times with labels, thinned so that labels do not touch. Positions are in hours.
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
    // the unit is placed where the labels of the curves end
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

/// The unit in full where the labels leave room, otherwise its short form.
fn unit_that_fits(canvas: &Canvas, unit: &str, figure: &Figure, room: f64) -> String {
    if canvas.width(unit, TEXT) <= room { unit.to_owned() } else { figure.time_unit().to_owned() }
}
