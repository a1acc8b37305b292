//! Places the letter of each arm on its curve, where the curve is farthest from its neighbours.

use super::canvas::{Canvas, SMALL};
use super::{PlotArea, TimeSpan, marks};
use crate::figure::{Panel, Role};

/// Number of positions tried along the time axis.
const PLACES: usize = 96;
/// Free space on a side beyond which more is no better, in letter sizes.
const ENOUGH: f64 = 2.2;
/// Least distance between two letters, in letter sizes.
const APART: f64 = 1.5;

/// A curve in points on the page. For a line both edges are equal; for a range they are its upper and lower edge.
struct Course {
    role: Role,
    /// Upper and lower edge at each position. `None` where the curve is not drawn.
    at: Vec<Option<[f64; 2]>>,
}

/// Draws the letter of each arm on its curve. A curve without a free position has only the label at its end.
pub(super) fn draw(canvas: &mut Canvas, panel: &Panel, area: PlotArea, time: TimeSpan) {
    let [left, top, right, bottom] = area.rect;
    let size = SMALL * canvas.scale;
    let x: Vec<f64> =
        (0..PLACES).map(|i| left + (right - left) * (0.02 + 0.96 * i as f64 / (PLACES - 1) as f64)).collect();
    let courses = courses(panel, area, time, &x);
    let mut placed: Vec<[f64; 2]> = Vec::new();
    // curves with the fewest positions come first: those that are short or crowded everywhere
    let mut order: Vec<usize> = (0..courses.len()).collect();
    let room = |k: usize| (0..PLACES).filter_map(|i| free(&courses, k, i, size)).fold(0.0, f64::max);
    let rooms: Vec<f64> = (0..courses.len()).map(room).collect();
    order.sort_by(|a, b| rooms[*a].total_cmp(&rooms[*b]));
    for k in order {
        let best = (0..PLACES).filter_map(|i| {
            let [upper, lower] = courses[k].at[i]?;
            let at = [x[i], 0.5 * (upper + lower)];
            let inside = at[1] - top > 0.7 * size && bottom - at[1] > 0.7 * size;
            let near = placed.iter().map(|p| (p[0] - at[0]).hypot(p[1] - at[1])).fold(f64::INFINITY, f64::min);
            let score = free(&courses, k, i, size)?.min(ENOUGH * size) + 0.5 * near.min(4.0 * ENOUGH * size);
            let hides = tip(&courses[k], &x).is_some_and(|tip| (tip[0] - at[0]).hypot(tip[1] - at[1]) < APART * size);
            let score = if hides { score - ENOUGH * size } else { score };
            // among equally good positions the highest is taken, where the curve matters most
            (inside && near >= APART * size).then_some((score + 0.1 * (bottom - at[1]) / (bottom - top) * size, at))
        });
        if let Some((_, at)) = best.max_by(|a, b| a.0.total_cmp(&b.0)) {
            placed.push(at);
            marks::letter(canvas, courses[k].role, at, SMALL);
        }
    }
}

/// The peak of a line, which readers look at: a letter there would hide it. `None` for a range, whose letter lies
/// inside.
fn tip(course: &Course, x: &[f64]) -> Option<[f64; 2]> {
    let places = x.iter().zip(&course.at).filter_map(|(x, at)| at.map(|[upper, lower]| (*x, upper, lower)));
    let (x, upper, lower) = places.min_by(|a, b| a.1.total_cmp(&b.1))?;
    (lower - upper < 1.0).then_some([x, upper])
}

/// Every line and range of a panel at the given positions.
fn courses(panel: &Panel, area: PlotArea, time: TimeSpan, x: &[f64]) -> Vec<Course> {
    let read = |role: Role, times: &[f64], low: &[f64], high: &[f64]| {
        let one = |x: &f64| {
            let hours = time.to_hours(*x);
            let ends =
                crate::figure::interpolate(times, high, hours).zip(crate::figure::interpolate(times, low, hours));
            ends.filter(|(high, _)| *high > area.y[0]).map(|(high, low)| [area.to_y(high), area.to_y(low)])
        };
        Course { role, at: x.iter().map(one).collect() }
    };
    let lines = panel.lines.iter().map(|l| read(l.role, &l.x, &l.y, &l.y));
    lines.chain(panel.bands.iter().map(|b| read(b.role, &b.x, &b.low, &b.high))).collect()
}

/// Free height around the middle of a curve at a position: distance to the nearest other curve or edge, points.
fn free(courses: &[Course], k: usize, i: usize, size: f64) -> Option<f64> {
    let [upper, lower] = courses[k].at[i]?;
    let y = 0.5 * (upper + lower);
    let others = courses.iter().enumerate().filter(|(j, _)| *j != k).filter_map(|(_, c)| c.at[i]);
    let gap = |[u, l]: [f64; 2]| (u - y).abs().min((l - y).abs());
    Some(others.map(gap).fold(2.0 * ENOUGH * size, f64::min))
}
