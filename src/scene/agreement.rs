//! Lays out the plot of predicted against observed values.

use super::canvas::{Canvas, GAP, SMALL, TEXT, foot_lines, head_lines};
use super::{Align, Dash, Ink, Measure, Page, Said, Scene, Shape, TimeSpan, ticks};
use crate::figure::{Agreement, AgreementPanel};
use crate::portable::Portable as _;
use crate::regimen::Route;

/// Side of a panel, and the margins around it, points.
const SIDE: f64 = 290.0;
const LEFT: f64 = 52.0;
const BELOW: f64 = 44.0;

/// Lays the picture out on a page of its own size.
pub fn agreement_page(figure: &Agreement) -> Page {
    let panels = figure.panels.len().max(1) as f64;
    Page { width: panels * (SIDE + LEFT + 2.0 * GAP) + 2.0 * GAP, height: SIDE + 300.0, furniture: true, scale: 1.0 }
}

/// Lays the picture out on a page.
pub fn agreement(figure: &Agreement, page: Page, measure: &dyn Measure) -> Scene {
    let mut canvas = Canvas { shapes: Vec::new(), measure, scale: page.scale, right: page.width, letters: false };
    canvas.shapes.push(Shape::Rect { rect: [0.0, 0.0, page.width, page.height], ink: Ink::Background, alpha: 1.0 });
    let top = head_lines(&mut canvas, &figure.title, "each model at its own site, or at the site that a study states");
    foot_lines(&mut canvas, &figure.footer, page);
    for (i, panel) in figure.panels.iter().enumerate() {
        let left = GAP + LEFT + i as f64 * (SIDE + LEFT + 2.0 * GAP);
        draw(&mut canvas, panel, [left, top + 20.0, left + SIDE, top + 20.0 + SIDE]);
    }
    let routes: Vec<Route> = Route::ALL
        .into_iter()
        .filter(|r| figure.panels.iter().any(|p| p.marks.iter().any(|m| m.route == *r)))
        .collect();
    let mut x = GAP + LEFT;
    let y = top + 20.0 + SIDE + BELOW;
    for route in routes {
        canvas.shapes.push(Shape::Circle { at: [x, y], radius: 4.0, ink: Ink::Route(route), filled: true });
        canvas.text([x + 8.0, y], route.words(), Ink::Text, TEXT, [Align::Start, Align::Middle]);
        x += canvas.width(route.words(), TEXT) + 28.0;
    }
    let time = TimeSpan { x: [0.0, 1.0], hours: [0.0, 1.0] };
    let said = Said { title: figure.title.clone(), description: figure.in_words(), ..Said::default() };
    let (width, height) = (page.width, page.height);
    Scene { width, height, shapes: canvas.shapes, plots: Vec::new(), time, strips: Vec::new(), said }
}

fn draw(canvas: &mut Canvas, panel: &AgreementPanel, [left, top, right, bottom]: [f64; 4]) {
    let [low, high] = panel.range;
    let share = |v: f64| (v / low).ln_portable() / (high / low).ln_portable();
    let x = |v: f64| left + share(v) * (right - left);
    let y = |v: f64| bottom - share(v) * (bottom - top);
    canvas.rect([left, top, right, bottom], Ink::Plot, 1.0);
    for (value, label) in ticks::log(low, high) {
        let width = if label.is_some() { 1.0 } else { 0.4 };
        canvas.line(vec![[x(value), top], [x(value), bottom]], Ink::Grid, width, Dash::Solid);
        canvas.line(vec![[left, y(value)], [right, y(value)]], Ink::Grid, width, Dash::Solid);
        if let Some(label) = label {
            canvas.text([x(value), bottom + 5.0], &label, Ink::Muted, SMALL, [Align::Middle, Align::Start]);
            canvas.text([left - 5.0, y(value)], &label, Ink::Muted, SMALL, [Align::End, Align::Middle]);
        }
    }
    for factor in [1.0, 2.0, 0.5] {
        let from = low.max(low / factor);
        let to = high.min(high / factor);
        let (width, dash) = if factor == 1.0 { (1.5, Dash::Solid) } else { (1.0, Dash::Pattern(&[5, 5])) };
        canvas.line(vec![[x(from), y(from * factor)], [x(to), y(to * factor)]], Ink::Axis, width, dash);
    }
    // validation data are drawn last, on top
    for external in [false, true] {
        for mark in panel.marks.iter().filter(|m| m.external == external) {
            let at = [x(mark.at[0]), y(mark.at[1])];
            canvas.shapes.push(Shape::Circle { at, radius: 4.0, ink: Ink::Route(mark.route), filled: external });
        }
    }
    canvas.text([left, top - 4.0], &format!("predicted: {}", panel.label), Ink::Text, TEXT, [Align::Start, Align::End]);
    canvas.text([right, bottom + 20.0], "observed", Ink::Text, TEXT, [Align::End, Align::Start]);
}
