//! Twenty dots on a line of time: each stands for one person in twenty, open for one who never reaches the level.

use super::small;
use crate::app::theme;
use crate::figure::Role;
use crate::population::{CrowdOutcome, Dot, MAY_NOT_FEEL, SessionCrowd};
use crate::scene::Ink;
use crate::units::number;
use egui::{Align2, FontId, Pos2, Sense, Stroke, Ui, Vec2};

/// Radius of a dot and distance between two, points.
const RADIUS: f32 = 2.8;
const STEP: f32 = 6.4;
/// Width of the name before the line, and of the block of those who never reach the level.
const NAME: f32 = 58.0;
const BLOCK: f32 = 40.0;
/// Dots above each other in that block.
const ROWS: usize = 5;
/// A line of time is at least this long, min.
const SHORTEST: f64 = 20.0;

/// Ends of the two lines of time, the same in every card, min.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axes {
    /// For noticing.
    pub noticing: f64,
    /// For fading.
    pub fading: f64,
}

impl Axes {
    /// Lines that hold the dots of every route, but no more than is simulated.
    pub fn of(crowd: &CrowdOutcome, horizon: f64) -> Self {
        let last = |dots: &[Dot]| dots.iter().map(|d| if let Dot::At(t) = d { *t } else { 0.0 }).fold(0.0, f64::max);
        let end = |of: fn(&SessionCrowd) -> &[Dot]| {
            let most = crowd.arms.iter().flat_map(|a| &a.sessions).map(|c| last(of(c))).fold(SHORTEST, f64::max);
            ((most / 10.0).ceil() * 10.0).min(horizon)
        };
        Self { noticing: end(|c| &c.noticing), fading: end(|c| &c.fading) }
    }
}

/// Draws the dots with the end of their line in minutes; where too few reach the level, words stand instead of times.
pub(super) fn dots(ui: &mut Ui, role: Role, name: &str, (what, few): (&str, bool), dots: &[Dot], end: f64) {
    if dots.is_empty() {
        small(ui, &format!("{what}: no study has such a level for this drug"));
        return;
    }
    let later = |d: &Dot| matches!(d, Dot::At(t) if *t > end) || *d == Dot::Beyond;
    let beyond = dots.iter().filter(|d| later(d)).count();
    let never = dots.iter().filter(|d| **d == Dot::Never).count();
    let block = if beyond + never > 0 { BLOCK } else { 0.0 };
    let width = ui.available_width();
    let line = [NAME + RADIUS, width - block - 2.0 * RADIUS - 2.0];
    let x = |t: f64| line[0] + (line[1] - line[0]) * (t / end) as f32;
    let placed = stacked(dots.iter().filter(|d| !later(d)).filter_map(|d| match d {
        Dot::At(t) => Some(x(*t)),
        _ => None,
    }));
    let rows = placed.iter().map(|(_, row)| row + 1).max().unwrap_or(1).max(2);
    let rows = if block > 0.0 { rows.max(ROWS.min(beyond + never)) } else { rows };
    let height = rows as f32 * STEP + theme::SMALL + 5.0;
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, height), Sense::hover());
    let painter = ui.painter();
    let base = rect.top() + rows as f32 * STEP + 1.0;
    let (colour, muted) = (theme::ink(ui, Ink::Route(role.route)), theme::ink(ui, Ink::Muted));
    let at = |x: f32, row: usize| Pos2::new(rect.left() + x, base - 1.0 - RADIUS - row as f32 * STEP);
    let font = FontId::proportional(theme::SMALL);
    painter.hline(rect.left() + line[0]..=rect.left() + line[1], base, Stroke::new(1.0, theme::ink(ui, Ink::Axis)));
    for (x, row) in placed {
        painter.circle_filled(at(x, row), RADIUS, colour);
    }
    let write = |x: f32, align: Align2, text: &str| {
        painter.text(Pos2::new(rect.left() + x, base + 2.0), align, text, font.clone(), muted);
    };
    painter.text(Pos2::new(rect.left(), base + 2.0), Align2::LEFT_TOP, what, font.clone(), muted);
    if few {
        write(line[0], Align2::LEFT_TOP, "many may not feel this");
    } else {
        write(line[0], Align2::LEFT_TOP, "0");
        write(line[1], Align2::RIGHT_TOP, &format!("{} min", number(end.round())));
    }
    let from = width - block + 4.0;
    for i in 0..beyond + never {
        let place = at(from + RADIUS + (i / ROWS) as f32 * STEP, i % ROWS);
        if i < beyond {
            painter.circle_filled(place, RADIUS, colour);
        } else {
            painter.circle_stroke(place, RADIUS - 0.4, Stroke::new(1.2, colour));
        }
    }
    if block > 0.0 {
        write(width, Align2::RIGHT_TOP, if never > 0 { "never" } else { "later" });
    }
    let mut said = words(dots.len(), dots.len() - beyond - never, beyond, never);
    if few {
        said = format!("{said}; {MAY_NOT_FEEL}");
    }
    response.clone().on_hover_text(format!("{what}, each dot one person in twenty: {said}"));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(egui::accesskit::Role::Image);
        node.set_label(format!("{name}: {said}"));
    });
}

fn words(all: usize, on: usize, beyond: usize, never: usize) -> String {
    let mut parts = vec![format!("{all} dots, {on} on the line")];
    if beyond > 0 {
        parts.push(format!("{beyond} later"));
    }
    if never > 0 {
        parts.push(format!("{never} never reach the level"));
    }
    parts.join(", ")
}

/// Dots (ascending) where they belong, above those that they would touch.
fn stacked(places: impl Iterator<Item = f32>) -> Vec<(f32, usize)> {
    let mut list: Vec<(f32, usize)> = Vec::new();
    for x in places {
        let taken = |row: usize| list.iter().any(|(other, r)| *r == row && (x - other).abs() < STEP - 0.6);
        let row = (0..).find(|row| !taken(*row)).unwrap_or(0);
        list.push((x, row));
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_never_touch() {
        let placed = stacked([10.0, 11.0, 12.0, 17.0, 40.0].into_iter());
        assert_eq!(placed.iter().map(|p| p.1).collect::<Vec<_>>(), [0, 1, 2, 0, 0]);
        assert!(words(20, 12, 2, 6).contains("20 dots, 12 on the line, 2 later, 6 never"));
    }
}
