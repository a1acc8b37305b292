//! Lays out the day of a visit for the person who has it: soft ranges, the bar of what staff decide, and dots for
//! twenty virtual subjects.
//!
//! Lengths are multiples of the text size, so the picture is the same on paper and on a screen.

use super::canvas::{Canvas, wrap};
use super::dots::{LINE, PAD, TEXT, TOP_LEFT, row, step, x_of};
use super::{Align, Dash, Ink, Measure, Said, Scene, Shape, TimeSpan};
use crate::portable::Portable as _;
use crate::timeline::{Day, EffectRange};
use crate::units::MINUTES_PER_HOUR;

/// Space between parts.
const GAP: f64 = 0.8;
/// Height of a soft range, and of the space below it.
const BAND: f64 = 1.55;
const BETWEEN: f64 = 0.4;
/// Shortest and longest fade at an end of a range. Half of it lies on either side of that end.
const FADE: [f64; 2] = [0.8, 2.6];
/// Half the shortest length that is drawn at full opacity.
const CORE: f64 = 0.2;
/// Number of layers that make up a soft range, and their opacity together.
const LAYERS: usize = 20;
const DARK: f64 = 0.46;
/// How much the top layer is inset from the bottom one, above and below.
const ROUND: f64 = 0.16;
/// Length of the tip of the bar.
const TIP: f64 = 1.1;
/// Room at the right of the axis: for the tip alone, and for boxes with words.
const MARGIN: f64 = 2.4;
const COLUMN: f64 = 11.0;
/// Largest share of the width that the boxes may take.
const COLUMN_SHARE: f64 = 0.33;
/// Length of the hatched sample before the days after.
const SAMPLE: f64 = 3.0;

/// Lays the day out `width` points wide with text of `size` points. The height follows from the content.
pub fn day(day: &Day, width: f64, size: f64, measure: &dyn Measure) -> Scene {
    let mut canvas = Canvas { shapes: Vec::new(), measure, scale: size, right: width, letters: false };
    let column = column(&canvas, day);
    let hours = day.until.max(1.0) / MINUTES_PER_HOUR;
    let time = TimeSpan { x: [0.0, (width - column).max(0.4 * width)], hours: [0.0, hours] };
    let mut y = axis(&mut canvas, day, time);
    for band in &day.bands {
        y = soft(&mut canvas, band, time, y);
    }
    y = bar(&mut canvas, day, y);
    y = paragraph(&mut canvas, &day.caption, y);
    y = after(&mut canvas, day, y);
    let step = step(&day.dots, time, size);
    for (i, dots) in day.dots.iter().enumerate() {
        y = row(&mut canvas, dots, (step, Ink::SoftText), (time, width), y);
        ticks(&mut canvas, day, time, y, 1.0, i + 1 == day.dots.len());
        y += if i + 1 == day.dots.len() { 0.6 + LINE } else { 0.9 } * size;
    }
    y = paragraph(&mut canvas, &day.dots_caption, y);
    Scene {
        width,
        height: y,
        shapes: canvas.shapes,
        plots: Vec::new(),
        time,
        strips: Vec::new(),
        said: Said::default(),
    }
}

/// Room at the right of the axis for boxes: no wider than their words need in the fewest possible lines.
fn column(canvas: &Canvas, day: &Day) -> f64 {
    let s = canvas.scale;
    let boxed = day.dots.iter().flat_map(|row| [(row.later, &row.later_words), (row.never, &row.never_words)]);
    let words: Vec<&String> = boxed.filter(|(count, _)| *count > 0).map(|(_, words)| words).collect();
    if words.is_empty() {
        return MARGIN * s;
    }
    let frame = (1.1 + 2.0 * PAD) * s;
    let lines = |wide: f64| words.iter().map(|text| wrap(canvas, text, TEXT, wide - frame).len()).sum::<usize>();
    let (least, most) = (COLUMN * s, (COLUMN * s).max(COLUMN_SHARE * canvas.right));
    let fewest = lines(most);
    let steps = ((most - least) / (0.5 * s)).floor() as u32;
    let wide = (0..=steps).map(|i| least + f64::from(i) * 0.5 * s).find(|wide| lines(*wide) == fewest);
    // the name of the axis is placed there as well if it fits
    let named = canvas.width(&day.axis, TEXT) + 1.5 * s;
    wide.unwrap_or(most).max(if named <= most { named } else { least })
}

/// Draws the name of the axis and its ticks. Returns the height at which the ranges begin.
fn axis(canvas: &mut Canvas, day: &Day, time: TimeSpan) -> f64 {
    let s = canvas.scale;
    let last = day.ticks.last().map_or(0.0, |(at, label)| x_of(time, *at) + canvas.width(label, TEXT) / 2.0);
    let beside = last + 0.8 * s;
    let mut y = 0.0;
    let fits = beside + canvas.width(&day.axis, TEXT) <= canvas.right;
    if fits {
        canvas.text([beside, (LINE + 0.05) * s], &day.axis, Ink::Muted, TEXT, [Align::Start, Align::End]);
    } else {
        for line in wrap(canvas, &day.axis, TEXT, canvas.right) {
            canvas.text([0.0, y], &line, Ink::Muted, TEXT, TOP_LEFT);
            y += LINE * s;
        }
    }
    let line = y + (LINE + 0.35) * s;
    ticks(canvas, day, time, line, -1.0, true);
    line + 0.5 * s
}

/// Draws the axis at `y` with its ticks, and their words above (-1) or below (1) it.
fn ticks(canvas: &mut Canvas, day: &Day, time: TimeSpan, y: f64, side: f64, labelled: bool) {
    let s = canvas.scale;
    canvas.line(vec![[time.x[0], y], [time.x[1], y]], Ink::Axis, 0.09, Dash::Solid);
    let mut free = f64::NEG_INFINITY;
    for (at, label) in &day.ticks {
        let x = x_of(time, *at);
        canvas.line(vec![[x, y], [x, y + side * 0.3 * s]], Ink::Axis, 0.09, Dash::Solid);
        let width = canvas.width(label, TEXT);
        let left = (x - width / 2.0).max(0.0);
        if labelled && left >= free {
            let at = if side < 0.0 { [left, y - 0.3 * s] } else { [left, y + 0.3 * s] };
            let down = if side < 0.0 { Align::End } else { Align::Start };
            canvas.text(at, label, Ink::Text, TEXT, [Align::Start, down]);
            free = left + width + 0.5 * s;
        }
    }
}

/// Draws a range without hard edges. Its words go where there is room: in it, beside it, or above it.
fn soft(canvas: &mut Canvas, band: &EffectRange, time: TimeSpan, top: f64) -> f64 {
    let s = canvas.scale;
    let begin = x_of(time, band.span.0);
    let end = band.span.1.map_or(time.x[1], |m| x_of(time, m)).max(begin);
    let fade = (0.6 * (end - begin)).clamp(FADE[0] * s, FADE[1] * s);
    // a short range gets a solid middle as well, otherwise it could not be seen
    let middle = [(begin + end) / 2.0 - CORE * s, (begin + end) / 2.0 + CORE * s];
    let from = [(begin - fade / 2.0).max(time.x[0]), (begin + fade / 2.0).min(middle[0].max(time.x[0]))];
    let to = match band.span.1 {
        Some(_) => [(end - fade / 2.0).max(middle[1]), (end + fade / 2.0).max(middle[1])],
        None => [(end - 3.0 * fade).max(middle[1]).min(end), end],
    };
    let words = if band.words.is_empty() { band.name.clone() } else { format!("{}: {}", band.name, band.words) };
    let width = canvas.width(&words, TEXT);
    let (left, right) = (from[0] - 0.5 * s, to[1] + 0.5 * s);
    let open = band.span.1.is_none();
    let mut y = top;
    let place = if width + 1.2 * s <= end - begin {
        Some(begin + (end - begin - width) / 2.0)
    } else if right + width <= canvas.right && !open {
        Some(right)
    } else if left - width >= 0.0 {
        Some(left - width)
    } else {
        let lines = wrap(canvas, &words, TEXT, canvas.right);
        let widest = lines.iter().map(|line| canvas.width(line, TEXT)).fold(0.0, f64::max);
        for line in lines {
            canvas.text([begin.min(canvas.right - widest).max(0.0), y], &line, Ink::Text, TEXT, TOP_LEFT);
            y += LINE * s;
        }
        y += 0.1 * s;
        None
    };
    layers(canvas, [from, to], [y, y + BAND * s]);
    let middle = y + BAND * s / 2.0;
    if open {
        arrow(canvas, [end - 0.2 * s, end + 1.6 * s], middle);
    }
    if let Some(x) = place {
        canvas.text([x, middle], &words, Ink::Text, TEXT, [Align::Start, Align::Middle]);
    }
    y + (BAND + BETWEEN) * s
}

/// Draws thin layers one inside the other. This shows no steps, and no seams in any PDF reader.
fn layers(canvas: &mut Canvas, [from, to]: [[f64; 2]; 2], [top, bottom]: [f64; 2]) {
    let alpha = 1.0 - (1.0 - DARK).powf_portable(1.0 / LAYERS as f64);
    for i in 0..LAYERS {
        let share = (i as f64 + 0.5) / LAYERS as f64;
        // slow at both ends of a fade, fast in between
        let eased = 0.5 - ((1.0 - 2.0 * share).asin() / 3.0).sin();
        let left = from[0] + (from[1] - from[0]) * eased;
        let right = (to[1] - (to[1] - to[0]) * eased).max(left);
        let inset = ROUND * canvas.scale * share;
        canvas.rect([left, top + inset, right, bottom - inset], Ink::Soft, alpha);
    }
}

/// Draws the arrow of a range that continues beyond the axis.
fn arrow(canvas: &mut Canvas, [from, to]: [f64; 2], y: f64) {
    let head = 0.4 * canvas.scale;
    canvas.line(vec![[from, y], [to, y]], Ink::SoftText, 0.12, Dash::Solid);
    canvas.line(vec![[to - head, y - head], [to, y], [to - head, y + head]], Ink::SoftText, 0.12, Dash::Solid);
}

/// Draws the bar of what staff decide, from the first dose past the end of the axis.
fn bar(canvas: &mut Canvas, day: &Day, top: f64) -> f64 {
    let s = canvas.scale;
    let neck = canvas.right - TIP * s;
    let room = neck - 1.2 * s;
    let said = [&day.staff, &day.no_driving].into_iter().filter(|text| !text.trim().is_empty());
    let lines: Vec<String> = said.flat_map(|text| wrap(canvas, text, TEXT, room)).collect();
    if lines.is_empty() {
        return top + 0.4 * s;
    }
    let top = top + 0.1 * s;
    let bottom = top + (LINE * lines.len() as f64 + 0.7) * s;
    let middle = (top + bottom) / 2.0;
    let (x, upper, lower) = (vec![0.0, neck, canvas.right], vec![top, top, middle], vec![bottom, bottom, middle]);
    canvas.shapes.push(Shape::Band { x, upper, lower, ink: Ink::Staff, alpha: 1.0 });
    // the first dose, where the bar begins
    canvas.rect([0.0, top, 0.3 * s, bottom], Ink::OnStaff, 1.0);
    for (i, line) in lines.iter().enumerate() {
        let y = top + (0.35 + LINE * (i as f64 + 0.5)) * s;
        canvas.text([0.9 * s, y], line, Ink::OnStaff, TEXT, [Align::Start, Align::Middle]);
    }
    bottom + 0.45 * s
}

/// Draws the days after: below a break and hatched, so that nobody reads them on the scale of hours.
fn after(canvas: &mut Canvas, day: &Day, top: f64) -> f64 {
    let s = canvas.scale;
    let (heading, words) = (day.after.0.trim(), day.after.1.trim());
    let said = if words.is_empty() || heading.is_empty() {
        format!("{heading}{words}")
    } else {
        format!("{heading}: {words}")
    };
    if said.is_empty() {
        return top;
    }
    let y = top + 0.35 * s;
    let rule = |canvas: &mut Canvas, a: f64, b: f64| {
        canvas.line(vec![[a, y], [b, y]], Ink::Axis, 0.09, Dash::Solid);
    };
    rule(canvas, 0.0, 1.2 * s);
    rule(canvas, 1.8 * s, canvas.right);
    for x in [1.2 * s, 1.8 * s] {
        let slant = vec![[x - 0.22 * s, y + 0.4 * s], [x + 0.22 * s, y - 0.4 * s]];
        canvas.line(slant, Ink::Axis, 0.09, Dash::Solid);
    }
    let top = y + 0.6 * s;
    let lines = wrap(canvas, &said, TEXT, canvas.right - (SAMPLE + 0.7) * s);
    let height = (LINE * lines.len() as f64).max(BAND) * s;
    let sample = [0.0, top, SAMPLE * s, top + BAND * s];
    canvas.rect(sample, Ink::Soft, 0.10);
    canvas.hatch(sample, Ink::Soft, 0.06, 0.5);
    let first = top + (height - LINE * lines.len() as f64 * s) / 2.0;
    for (i, line) in lines.iter().enumerate() {
        let at = [(SAMPLE + 0.7) * s, first + LINE * (i as f64 + 0.5) * s];
        canvas.text(at, line, Ink::Text, TEXT, [Align::Start, Align::Middle]);
    }
    top + height + GAP * s
}

/// Draws a paragraph of secondary text.
fn paragraph(canvas: &mut Canvas, text: &str, top: f64) -> f64 {
    if text.trim().is_empty() {
        return top;
    }
    let lines = wrap(canvas, text, TEXT, canvas.right);
    for (i, line) in lines.iter().enumerate() {
        let at = [0.0, top + LINE * i as f64 * canvas.scale];
        canvas.text(at, line, Ink::Muted, TEXT, TOP_LEFT);
    }
    top + (LINE * lines.len() as f64 + 0.3) * canvas.scale
}
