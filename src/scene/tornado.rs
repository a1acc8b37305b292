//! Lays out a tornado plot: a row for each parameter, with bars to both sides of the typical value.

use super::canvas::{Canvas, GAP, SMALL, TEXT, begin, finish_below, head_lines};
use super::{Align, Dash, Ink, Measure, Place, Said, Scene};
use crate::figure::{TornadoBar, TornadoPlot};
use crate::units::significant;

/// Height of a row, and of the bar in it, points.
const ROW: f64 = 20.0;
const BAR: f64 = 12.0;
/// Width of the outline of an open bar, points.
const OUTLINE: f64 = 1.3;
/// Opacity of a filled bar.
const FILL: f64 = 0.75;
/// Least width of a column, points, whatever stands beside it.
const LEAST: f64 = 60.0;
/// Length of a sample in the key, points.
const SAMPLE: f64 = 18.0;

/// Lays a tornado plot out `width` points wide. With furniture it has title, key and footer. The height follows from
/// the content.
pub fn tornado(figure: &TornadoPlot, width: f64, furniture: bool, measure: &dyn Measure) -> Scene {
    let (mut canvas, side) = begin(width, furniture, measure);
    let mut y = if furniture { head_lines(&mut canvas, &figure.title, &figure.subtitle) } else { 0.0 };
    let widest = |canvas: &Canvas, texts: &mut dyn Iterator<Item = String>| {
        texts.map(|text| canvas.width(&text, TEXT)).fold(0.0, f64::max)
    };
    let names = widest(&canvas, &mut figure.bars.iter().map(|bar| bar.parameter.clone()));
    let values = widest(&canvas, &mut figure.bars.iter().flat_map(|bar| bar.ends.map(|v| significant(v, 3))));
    let grades = widest(&canvas, &mut figure.bars.iter().map(grade)) + GAP;
    let left = side + names + values + 2.0 * GAP;
    let right = (width - side - grades - values - 2.0 * GAP).max(left + LEAST);
    let [low, high] = figure.range;
    let x = |v: f64| left + (right - left) * (v - low) / (high - low).max(1e-12);
    let mut places = Vec::new();
    if let Some(none) = figure.none_words() {
        canvas.text([side, y], none, Ink::Muted, SMALL, [Align::Start, Align::Start]);
        y += ROW;
    } else {
        y = key(&mut canvas, figure, [side, y], furniture);
        let typical = format!("typical {} {}", significant(figure.typical, 3), figure.unit);
        let half = canvas.width(&typical, SMALL) / 2.0;
        let middle = x(figure.typical).clamp(side + half, (width - side - half).max(side + half));
        canvas.text([middle, y], &typical, Ink::Muted, SMALL, [Align::Middle, Align::Start]);
        if middle + half + GAP < width - side - grades {
            canvas.text([width - side, y], "grade", Ink::Muted, SMALL, [Align::End, Align::Start]);
        }
        y += SMALL + 4.0;
    }
    let top = y;
    for bar in &figure.bars {
        row(&mut canvas, figure, bar, [side, y, width - side, y + ROW], &x);
        places.push(Place { rect: [side, y, width - side, y + ROW], name: name(bar), help: help(bar) });
        y += ROW;
    }
    canvas.line(vec![[x(figure.typical), top], [x(figure.typical), y]], Ink::Axis, 1.0, Dash::Solid);
    let said = Said {
        title: figure.title.clone(),
        description: figure.in_words(),
        sources: figure.sources.clone(),
        places,
        ..Said::default()
    };
    let footer: &[String] = if furniture { &figure.footer } else { &[] };
    finish_below(canvas, [width, y], footer, said)
}

/// Draws the key of open and filled bars, for a picture used on its own. Returns the height at which it ends.
fn key(canvas: &mut Canvas, figure: &TornadoPlot, [mut x, y]: [f64; 2], furniture: bool) -> f64 {
    if !furniture {
        return y;
    }
    let middle = y + TEXT / 2.0;
    for (filled, words) in [(false, "number at its 5th percentile"), (true, "at its 95th")] {
        bar(canvas, figure, [x, middle - BAR / 2.0, x + SAMPLE, middle + BAR / 2.0], filled);
        canvas.text([x + SAMPLE + GAP, middle], words, Ink::Text, TEXT, [Align::Start, Align::Middle]);
        x += SAMPLE + 3.0 * GAP + canvas.width(words, TEXT);
    }
    y + TEXT + 2.0 * GAP
}

fn row(canvas: &mut Canvas, figure: &TornadoPlot, of: &TornadoBar, rect: [f64; 4], x: &dyn Fn(f64) -> f64) {
    let [left, top, right, bottom] = rect;
    let middle = (top + bottom) / 2.0;
    canvas.text([left, middle], &of.parameter, Ink::Text, TEXT, [Align::Start, Align::Middle]);
    let typical = x(figure.typical);
    for (end, filled) in [(of.ends[1], true), (of.ends[0], false)] {
        let [from, to] = [x(end).min(typical), x(end).max(typical)];
        bar(canvas, figure, [from, middle - BAR / 2.0, to, middle + BAR / 2.0], filled);
    }
    let [low, high] = [of.ends[0].min(of.ends[1]), of.ends[0].max(of.ends[1])];
    let value = |v: f64| significant(v, 3);
    canvas.text([x(low).min(typical) - 4.0, middle], &value(low), Ink::Muted, SMALL, [Align::End, Align::Middle]);
    canvas.text([x(high).max(typical) + 4.0, middle], &value(high), Ink::Muted, SMALL, [Align::Start, Align::Middle]);
    canvas.text([right, middle], &grade(of), Ink::Muted, SMALL, [Align::End, Align::Middle]);
}

fn bar(canvas: &mut Canvas, figure: &TornadoPlot, rect: [f64; 4], filled: bool) {
    let ink = figure.role.ink();
    if filled {
        return canvas.rect(rect, ink, FILL);
    }
    let [left, top, right, bottom] = rect;
    let inset = OUTLINE / 2.0;
    let [left, top, right, bottom] = [left + inset, top + inset, (right - inset).max(left + inset), bottom - inset];
    let outline = vec![[left, top], [right, top], [right, bottom], [left, bottom], [left, top]];
    canvas.line(outline, ink, OUTLINE, Dash::Solid);
}

/// The grade of a variability, or that the scenario states it.
fn grade(bar: &TornadoBar) -> String {
    match bar.grade {
        Some(grade) if grade.is_ours() => format!("{grade} ours"),
        Some(grade) => grade.to_string(),
        None => "stated".to_owned(),
    }
}

/// Name of the bar for a screen reader.
fn name(bar: &TornadoBar) -> String {
    match bar.grade {
        Some(grade) => format!("{}; grade of the spread {grade}", bar.said),
        None => format!("{}; stated", bar.said),
    }
}

/// Text of the bar's tooltip.
fn help(bar: &TornadoBar) -> String {
    match bar.grade {
        Some(grade) => format!("{}; {}; grade of the spread {grade}: {}", bar.said, bar.spread, grade.meaning()),
        None => format!("{}; {}", bar.said, bar.spread),
    }
}
