//! Where the letters of arms ride on their curves: each where it is farthest from its neighbours.

use super::canvas::{Canvas, SMALL};
use super::{PlotArea, TimeSpan, marks};
use crate::figure::{Panel, Role};

/// Places tried along the time axis.
const PLACES: usize = 96;
/// More room than this on a side is not better, in sizes of a letter.
const ENOUGH: f64 = 2.2;
/// A letter is never nearer to another than this, in sizes of a letter.
const APART: f64 = 1.5;

/// A curve in points on the page: an edge twice for a line, both edges for a range.
struct Course {
    role: Role,
    /// Upper and lower edge at each place; none where it is not drawn.
    at: Vec<Option<[f64; 2]>>,
}

/// Draws the letter of each arm on its curve. One that finds no free place is left to the label at the end.
pub(super) fn draw(canvas: &mut Canvas, panel: &Panel, area: PlotArea, time: TimeSpan) {
    let [left, top, right, bottom] = area.rect;
    let size = SMALL * canvas.scale;
    let x: Vec<f64> =
        (0..PLACES).map(|i| left + (right - left) * (0.02 + 0.96 * i as f64 / (PLACES - 1) as f64)).collect();
    let courses = courses(panel, area, time, &x);
    let mut placed: Vec<[f64; 2]> = Vec::new();
    // the rarest choice first: a curve that is short or crowded everywhere
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
            // among places as good, the highest: there the curve means most
            (inside && near >= APART * size).then_some((score + 0.1 * (bottom - at[1]) / (bottom - top) * size, at))
        });
        if let Some((_, at)) = best.max_by(|a, b| a.0.total_cmp(&b.0)) {
            placed.push(at);
            marks::letter(canvas, courses[k].role, at, SMALL);
        }
    }
}

/// Top of a line, which people read off: a letter there would hide it. None for a range, whose letter lies inside.
fn tip(course: &Course, x: &[f64]) -> Option<[f64; 2]> {
    let places = x.iter().zip(&course.at).filter_map(|(x, at)| at.map(|[upper, lower]| (*x, upper, lower)));
    let (x, upper, lower) = places.min_by(|a, b| a.1.total_cmp(&b.1))?;
    (lower - upper < 1.0).then_some([x, upper])
}

/// Every line and range of a panel at the places.
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

/// Free height around the middle of a curve at a place: to the nearest other curve or edge, in points.
fn free(courses: &[Course], k: usize, i: usize, size: f64) -> Option<f64> {
    let [upper, lower] = courses[k].at[i]?;
    let y = 0.5 * (upper + lower);
    let others = courses.iter().enumerate().filter(|(j, _)| *j != k).filter_map(|(_, c)| c.at[i]);
    let gap = |[u, l]: [f64; 2]| (u - y).abs().min((l - y).abs());
    Some(others.map(gap).fold(2.0 * ENOUGH * size, f64::min))
}
