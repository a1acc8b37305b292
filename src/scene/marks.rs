//! How arms are told apart: the colour gives the route, dash, width and hatch give the copy, the letter gives the arm.

use super::canvas::Canvas;
use super::{Align, Dash, Ink, Shape};
use crate::figure::Role;

/// Opacity of the fill of a range.
const SOFT: f64 = 0.28;
/// Line widths of a curve, points: for the first copies of a route, and for further ones.
const WIDTHS: [f64; 2] = [2.5, 1.5];
/// Line widths of the edge of a range and of the hatching across it, points.
const EDGE: f64 = 1.1;
const ACROSS: f64 = 0.7;
/// Step in which lines across a range are followed, points.
const STEP: f64 = 2.0;

/// Line width of an arm, points.
pub fn line_width(role: Role) -> f64 {
    WIDTHS[usize::from(role.variant >= Dash::COPIES.len())]
}

/// Hatching of a range, by copy: how far each set of lines leans to the right per point up, and the distance between
/// lines.
fn hatch(variant: usize) -> &'static [(f64, f64)] {
    const HATCHES: [&[(f64, f64)]; 6] =
        [&[], &[(1.0, 9.0)], &[(-1.0, 9.0)], &[(0.0, 7.0)], &[(1.0, 11.0), (-1.0, 11.0)], &[(0.4, 4.5)]];
    HATCHES[variant % HATCHES.len()]
}

/// Draws a range between two edges: fill, hatching by copy, and edges in the copy's dash.
pub(super) fn range(canvas: &mut Canvas, role: Role, x: &[f64], upper: &[f64], lower: &[f64]) {
    if x.len() < 2 {
        return;
    }
    let ink = role.ink();
    let [x0, upper0, lower0] = [x, upper, lower].map(<[f64]>::to_vec);
    canvas.shapes.push(Shape::Band { x: x0, upper: upper0, lower: lower0, ink, alpha: SOFT });
    for (lean, step) in hatch(role.variant) {
        across(canvas, ink, (x, upper, lower), *lean, *step);
    }
    for edge in [upper, lower] {
        let points = x.iter().zip(edge).map(|(x, y)| [*x, *y]).collect();
        canvas.line(points, ink, EDGE, Dash::of(role.variant));
    }
}

/// Draws parallel lines, clipped to the area between the edges.
fn across(canvas: &mut Canvas, ink: Ink, (x, upper, lower): (&[f64], &[f64], &[f64]), lean: f64, step: f64) {
    let top = upper.iter().copied().fold(f64::INFINITY, f64::min);
    let bottom = lower.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (first, last) = (x[0], x[x.len() - 1]);
    let lines = ((last - first + lean.abs() * (bottom - top)) / (step * canvas.scale)).ceil();
    let points = ((bottom - top) / STEP).ceil();
    if !(lines.is_finite() && points.is_finite()) {
        return;
    }
    let start = first - lean.max(0.0) * (bottom - top);
    for i in 0..=lines as usize {
        let foot = start + i as f64 * step * canvas.scale;
        let mut run: Vec<[f64; 2]> = Vec::new();
        for k in 0..=points as usize {
            let y = (bottom - k as f64 * STEP).max(top);
            let at = foot + lean * (bottom - y);
            let between = |edge| crate::figure::interpolate(x, edge, at);
            if between(upper).zip(between(lower)).is_some_and(|(u, l)| u <= y && y <= l) {
                run.push([at, y]);
            } else {
                flush(canvas, &mut run, ink);
            }
        }
        flush(canvas, &mut run, ink);
    }
}

/// Draws a straight run, of which only the two ends are needed.
fn flush(canvas: &mut Canvas, run: &mut Vec<[f64; 2]>, ink: Ink) {
    if let [first, .., last] = run[..] {
        canvas.line(vec![first, last], ink, ACROSS, Dash::Solid);
    }
    run.clear();
}

/// Draws a sample of an arm's line or range, as it looks in the plot.
pub(super) fn sample(canvas: &mut Canvas, role: Role, fill: bool, [left, top, right, bottom]: [f64; 4]) {
    if fill {
        range(canvas, role, &[left, right], &[top, top], &[bottom, bottom]);
    } else {
        let y = 0.5 * (top + bottom);
        canvas.line(vec![[left, y], [right, y]], role.ink(), line_width(role), Dash::of(role.variant));
    }
}

/// The shapes of a sample in a rectangle, for legends outside pictures.
pub fn swatch(role: Role, fill: bool, rect: [f64; 4]) -> Vec<Shape> {
    let mut canvas = Canvas { shapes: Vec::new(), measure: &NoText, scale: 1.0, right: rect[2], letters: false };
    sample(&mut canvas, role, fill, rect);
    canvas.shapes
}

struct NoText;

impl super::Measure for NoText {
    fn width(&self, _: &str, _: f64) -> f64 {
        0.0
    }
}

/// Draws a letter on its curve.
pub(super) fn letter(canvas: &mut Canvas, role: Role, at: [f64; 2], size: f64) {
    let radius = 0.68 * size * canvas.scale;
    canvas.shapes.push(Shape::Circle { at, radius, ink: Ink::Plot, filled: true });
    canvas.text(at, &role.letter(), role.text_ink(), size, [Align::Middle, Align::Middle]);
}
