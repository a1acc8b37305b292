//! Draws the level line of a panel: dotted, with its value at its end; an arrow where it lies outside the axis.

use super::canvas::{Canvas, SMALL};
use super::{Align, Dash, Ink, PlotArea};
use crate::units::significant;
use std::cmp::Ordering;

/// Dots of the line: on and off, points.
const DOTS: Dash = Dash::Pattern(&[2, 3]);
const WIDTH: f64 = 1.4;
/// Half the width of the arrow, points.
const ARROW: f64 = 4.0;

/// Draws the line over the curves. The axis stays as it is.
pub(super) fn draw(canvas: &mut Canvas, area: PlotArea, ng_ml: f64) {
    let s = canvas.scale;
    let [left, top, right, bottom] = area.rect;
    let value = format!("{} ng/mL", significant(ng_ml, 4));
    let arrow = (2.0 * ARROW + 4.0) * s;
    match area.beside(ng_ml) {
        Ordering::Equal => {
            let y = area.to_y(ng_ml);
            canvas.line(vec![[left, y], [right, y]], Ink::Text, WIDTH, DOTS);
            // above the line, or below it where there is no room above
            let room = y - top > (SMALL + 5.0) * s;
            let at = if room { y - (SMALL / 2.0 + 3.0) * s } else { y + (SMALL / 2.0 + 3.0) * s };
            label(canvas, &value, [right - 4.0 * s, at]);
        }
        Ordering::Greater => {
            let y = top + (SMALL / 2.0 + 4.0) * s;
            label(canvas, &format!("{value}, above this axis"), [right - 4.0 * s - arrow, y]);
            pointing(canvas, [right - 4.0 * s - ARROW * s, y], -1.0);
        }
        Ordering::Less => {
            let y = bottom - (SMALL / 2.0 + 4.0) * s;
            label(canvas, &format!("{value}, below this axis"), [right - 4.0 * s - arrow, y]);
            pointing(canvas, [right - 4.0 * s - ARROW * s, y], 1.0);
        }
    }
}

/// Words that end at a point, over a ground that keeps curves off them.
fn label(canvas: &mut Canvas, words: &str, [x, y]: [f64; 2]) {
    let s = canvas.scale;
    let width = canvas.width(words, SMALL);
    let half = (SMALL / 2.0 + 1.5) * s;
    canvas.rect([x - width - 3.0 * s, y - half, x + 3.0 * s, y + half], Ink::Plot, 0.86);
    canvas.text([x, y], words, Ink::Text, SMALL, [Align::End, Align::Middle]);
}

/// An arrow up (-1) or down (1) around a point.
fn pointing(canvas: &mut Canvas, [x, y]: [f64; 2], down: f64) {
    let a = ARROW * canvas.scale;
    let (tip, end) = (y + down * a, y - down * a);
    canvas.line(vec![[x, end], [x, tip]], Ink::Text, WIDTH, Dash::Solid);
    canvas.line(vec![[x - a, tip - down * a], [x, tip], [x + a, tip - down * a]], Ink::Text, WIDTH, Dash::Solid);
}
