//! Lays out virtual subjects as dots, each one in twenty: a row on a time axis, and a picture of such rows for several
//! arms.
//!
//! Lengths within a row are multiples of the text size, which is the scale of the canvas.

use super::canvas::{Canvas, GAP, HEADING, SMALL, begin, finish_below, head_lines, wrap};
use super::{Align, Dash, Ink, Measure, Place, Said, Scene, Shape, TimeSpan};
use crate::figure::{ArmDots, DotsPlot, PeopleDots};
use crate::timeline::DotRow;
use crate::units::{MINUTES_PER_HOUR, number};

/// Text size of a row.
pub(super) const TEXT: f64 = 1.0;
/// Distance between two lines of text.
pub(super) const LINE: f64 = 1.28;
/// Candidate distances between two dots. The largest is taken with which no stack is too high. A second constant gives
/// the radius as a part of it.
const STEPS: [f64; 5] = [0.72, 0.66, 0.6, 0.54, 0.48];
const HIGH: f64 = 4.2;
const DOT: f64 = 0.43;
/// Least distance between two dots in a box: open dots must be recognisable as open.
const BOXED: f64 = 0.58;
/// Space inside a box.
pub(super) const PAD: f64 = 0.45;
/// Number of dots side by side in the box of a narrow row.
const NARROW: f64 = 5.0;
/// Text size of rows in a picture of its own, and least space between two rows, points.
const ALONE: f64 = 12.0;
const BETWEEN: f64 = 28.0;

pub(super) const TOP_LEFT: [Align; 2] = [Align::Start, Align::Start];

/// Position on the page of a time in minutes.
pub(super) fn x_of(time: TimeSpan, minutes: f64) -> f64 {
    time.to_x(minutes / MINUTES_PER_HOUR).clamp(time.x[0], time.x[1])
}

/// Draws a row of dots, each one subject in twenty, stacked where they would touch. Boxes at the right end hold the
/// subjects who are not on the axis. Returns the height of the axis.
pub(super) fn row(
    canvas: &mut Canvas,
    row: &DotRow,
    (step, ink): (f64, Ink),
    (time, right): (TimeSpan, f64),
    top: f64,
) -> f64 {
    let s = canvas.scale;
    let stacks = stacks(row, time, step * s);
    let name = wrap(canvas, &row.name, TEXT, time.x[1] - time.x[0]);
    let needed = (LINE * name.len() as f64 + step * highest(&stacks) as f64 + 0.2) * s;
    let floor = (top + needed).max(boxes(canvas, row, (step, ink), [time.x[1] + s, right], top));
    for (i, line) in name.iter().enumerate() {
        let y = floor - needed + LINE * i as f64 * s;
        canvas.text([time.x[0], y], line, Ink::Text, TEXT, TOP_LEFT);
    }
    for (x, count) in stacks {
        for i in 0..count {
            person(canvas, [x, floor - (0.1 + step * (i as f64 + 0.5)) * s], (step, ink), true);
        }
    }
    floor
}

fn person(canvas: &mut Canvas, at: [f64; 2], (step, ink): (f64, Ink), filled: bool) {
    canvas.shapes.push(Shape::Circle { at, radius: DOT * step * canvas.scale, ink, filled });
}

/// Distance between dots: smaller where many dots lie close together. Half the distance needs a quarter of the height.
pub(super) fn step(rows: &[DotRow], time: TimeSpan, scale: f64) -> f64 {
    let low = |step: &&f64| {
        let mut rows = rows.iter().map(|row| highest(&stacks(row, time, **step * scale)));
        rows.all(|count| count as f64 * **step <= HIGH)
    };
    STEPS.iter().find(low).or(STEPS.last()).copied().unwrap_or(TEXT)
}

fn highest(stacks: &[(f64, usize)]) -> usize {
    stacks.iter().map(|(_, count)| *count).max().unwrap_or(0)
}

/// Position of each stack and its number of dots. Stacks do not touch.
fn stacks(row: &DotRow, time: TimeSpan, step: f64) -> Vec<(f64, usize)> {
    let places: Vec<f64> = row.at.iter().map(|m| x_of(time, *m)).collect();
    let (low, high) = (time.x[0] + DOT * step, time.x[1] - DOT * step);
    let mut list: Vec<(f64, usize)> = Vec::new();
    let mut rest = &places[..];
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|x| **x < first + step).count();
        let (these, others) = rest.split_at(count);
        list.push((these.iter().sum::<f64>() / count as f64, count));
        rest = others;
    }
    let mut free = low;
    for stack in &mut list {
        stack.0 = stack.0.max(free);
        free = stack.0 + step;
    }
    let mut free = high;
    for stack in list.iter_mut().rev() {
        stack.0 = stack.0.min(free);
        free = stack.0 - step;
    }
    list
}

/// Draws the boxes for "later" and "never". Returns the height at which they end.
fn boxes(canvas: &mut Canvas, row: &DotRow, (step, ink): (f64, Ink), [left, end]: [f64; 2], top: f64) -> f64 {
    let (s, step) = (canvas.scale, step.max(BOXED));
    let mut y = top;
    for (count, words, filled) in [(row.later, &row.later_words, true), (row.never, &row.never_words, false)] {
        if count == 0 {
            continue;
        }
        let (inner, right) = (left + PAD * s, end - 0.1 * s);
        let room = right - PAD * s - inner;
        let each = ((room / (step * s)).floor() as usize).max(1);
        let rows = count.div_ceil(each);
        for i in 0..count {
            let (column, line) = ((i % each) as f64 + 0.5, (i / each) as f64 + 0.5);
            person(canvas, [inner + step * column * s, y + (PAD + step * line) * s], (step, ink), filled);
        }
        let mut foot = y + (PAD + step * rows as f64 + 0.15) * s;
        for line in wrap(canvas, words, TEXT, room) {
            canvas.text([inner, foot], &line, Ink::Text, TEXT, TOP_LEFT);
            foot += LINE * s;
        }
        foot += (PAD - 0.15) * s;
        let frame = vec![[left, y], [right, y], [right, foot], [left, foot], [left, y]];
        canvas.line(frame, Ink::Axis, 0.08, Dash::Solid);
        y = foot + 0.4 * s;
    }
    (y - 0.4 * s).max(top)
}

/// Lays out the two rows of one arm below each other, `width` points wide with text of `size` points.
pub fn arm_dots(arm: &ArmDots, width: f64, size: f64, measure: &dyn Measure) -> Scene {
    let mut canvas = Canvas { shapes: Vec::new(), measure, scale: size, right: width, letters: false };
    let mut places = Vec::new();
    let mut y = 0.0;
    for dots in &arm.rows {
        y = narrow(&mut canvas, dots, arm.role.ink(), [0.0, width], y, &mut places) + 0.4 * size;
    }
    finish_below(canvas, [width, y], &[], Said { places, ..Said::default() })
}

/// Lays out all arms below each other, `width` points wide, with noticing at the left and fading at the right, a title
/// and a footer. The height follows from the content.
pub fn dots(figure: &DotsPlot, width: f64, measure: &dyn Measure) -> Scene {
    let (mut canvas, side) = begin(width, true, measure);
    let mut y = head_lines(&mut canvas, &figure.title, &figure.subtitle);
    let mut places = Vec::new();
    let half = (width - 2.0 * side - BETWEEN) / 2.0;
    for arm in &figure.arms {
        y += GAP;
        canvas.text([side, y], &arm.label, arm.role.text_ink(), HEADING, TOP_LEFT);
        let beside = side + canvas.width(&arm.label, HEADING) + GAP;
        let words = [Some(&arm.doses), arm.session.as_ref()].into_iter().flatten().cloned().collect::<Vec<_>>();
        let down = y + HEADING - SMALL;
        canvas.text([beside, down], &words.join("; "), Ink::Muted, SMALL, TOP_LEFT);
        y += HEADING + 6.0;
        canvas.text([side, y], &arm.sentence, Ink::Text, SMALL, TOP_LEFT);
        y += SMALL + 2.0 * GAP;
        canvas.scale = ALONE;
        // both axes at the same height
        let cells = [side, side + half + BETWEEN].map(|left| [left, left + half]);
        let heights = [0, 1].map(|i| height(&canvas, &arm.rows[i], cells[i]));
        let highest = heights[0].max(heights[1]);
        for ((dots, cell), height) in arm.rows.iter().zip(cells).zip(heights) {
            narrow(&mut canvas, dots, arm.role.ink(), cell, y + highest - height, &mut places);
        }
        canvas.scale = 1.0;
        y += highest + GAP;
    }
    let said = Said {
        title: figure.title.clone(),
        description: figure.in_words(),
        sources: figure.sources.clone(),
        places,
        ..Said::default()
    };
    finish_below(canvas, [width, y + GAP], &figure.footer, said)
}

/// Height of a row with its axis.
fn height(canvas: &Canvas, dots: &PeopleDots, cell: [f64; 2]) -> f64 {
    let Canvas { measure, scale, right, letters, .. } = *canvas;
    let mut scratch = Canvas { shapes: Vec::new(), measure, scale, right, letters };
    narrow(&mut scratch, dots, Ink::Text, cell, 0.0, &mut Vec::new())
}

/// Draws a row with only the two ends of its axis, where there is little room. Returns the height at which it ends.
fn narrow(
    canvas: &mut Canvas,
    dots: &PeopleDots,
    ink: Ink,
    [left, right]: [f64; 2],
    top: f64,
    places: &mut Vec<Place>,
) -> f64 {
    let s = canvas.scale;
    let Some(of) = &dots.row else {
        let words = format!("{}: no study has such a level for this drug", dots.name);
        let mut y = top;
        for line in wrap(canvas, &words, TEXT, right - left) {
            canvas.text([left, y], &line, Ink::Muted, TEXT, TOP_LEFT);
            y += LINE * s;
        }
        places.push(Place { rect: [left, top, right, y], name: dots.said.clone(), help: String::new() });
        return y;
    };
    let widest =
        [&of.later_words, &of.never_words].map(|words| canvas.width(words, TEXT)).into_iter().fold(0.0, f64::max);
    let column = if dots.boxed { widest.max(NARROW * BOXED * s) + (2.0 * PAD + 1.2) * s } else { 0.0 };
    let time = TimeSpan { x: [left, right - column], hours: [0.0, dots.end / MINUTES_PER_HOUR] };
    let step = step(std::slice::from_ref(of), time, s).min(BOXED);
    let y = row(canvas, of, (step, ink), (time, right), top);
    canvas.line(vec![[time.x[0], y], [time.x[1], y]], Ink::Axis, 0.08, Dash::Solid);
    let labels = y + 0.15 * s;
    if dots.few {
        canvas.text_within([left, labels], "many may not feel this", Ink::Muted, TEXT, TOP_LEFT, time.x[1] - time.x[0]);
    } else {
        canvas.text([left, labels], "0", Ink::Muted, TEXT, TOP_LEFT);
        let end = format!("{} min", number(dots.end.round()));
        canvas.text([time.x[1], labels], &end, Ink::Muted, TEXT, [Align::End, Align::Start]);
    }
    let bottom = labels + LINE * s;
    places.push(Place {
        rect: [left, top, right, bottom],
        name: dots.said.clone(),
        help: format!("{}; each dot is one person in twenty", dots.said),
    });
    bottom
}
