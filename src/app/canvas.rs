//! Paints a scene with egui: the same shapes as in exported files.

use super::theme;
use crate::scene::{Align, Dash, Measure, Scene, Shape, dashes};
use egui::{Align2, Color32, FontId, Mesh, Pos2, Rect, Stroke, Ui, Vec2};

/// Measures text in the window's font.
pub struct EguiMeasure<'a>(pub &'a egui::Context);

impl Measure for EguiMeasure<'_> {
    fn width(&self, text: &str, size: f64) -> f64 {
        let font = FontId::proportional(size as f32);
        let galley = self.0.fonts_mut(|f| f.layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER));
        f64::from(galley.size().x)
    }
}

/// Shows a scene as a part of a panel. Each of its places has this role and a name for screen readers, and a tooltip.
pub fn show(ui: &mut Ui, scene: &Scene, role: egui::accesskit::Role) {
    let size = Vec2::new(scene.width as f32, scene.height as f32);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
    paint(ui, scene, rect.min, 1.0);
    for (nth, place) in scene.said.places.iter().enumerate() {
        let corner = |x: f64, y: f64| rect.min + Vec2::new(x as f32, y as f32);
        let [left, top, right, bottom] = place.rect;
        let there = Rect::from_min_max(corner(left, top), corner(right, bottom));
        let part = ui.interact(there, response.id.with(nth), egui::Sense::hover());
        ui.ctx().accesskit_node_builder(part.id, |node| {
            node.set_role(role);
            node.set_label(place.name.clone());
        });
        if !place.help.is_empty() {
            part.on_hover_text(&place.help);
        }
    }
}

/// Paints all shapes with their top left corner at `origin`. `dim` is 1 for full colours.
pub fn paint(ui: &Ui, scene: &Scene, origin: Pos2, dim: f32) {
    paint_shapes(ui, &scene.shapes, origin, dim);
}

/// The full text of a shortened one under the pointer.
pub fn whole_at<'a>(ui: &Ui, scene: &'a Scene, origin: Pos2, pointer: Pos2) -> Option<&'a str> {
    let measure = EguiMeasure(ui.ctx());
    scene.shapes.iter().find_map(|shape| match shape {
        Shape::Text { at, text, size, align, whole: Some(whole), .. } => {
            let size = Vec2::new(measure.width(text, *size) as f32, *size as f32);
            let anchor = origin + Vec2::new(at[0] as f32, at[1] as f32);
            align2(*align).anchor_size(anchor, size).expand(2.0).contains(pointer).then_some(whole.as_str())
        }
        _ => None,
    })
}

/// Letters of a text that no font of the window has, each once. They are shown as boxes.
pub fn without_drawing(ui: &Ui, text: &str) -> String {
    let font = FontId::proportional(theme::TEXT);
    let mut missing = String::new();
    for c in text.chars().filter(|c| !c.is_whitespace() && !c.is_control()) {
        if !missing.contains(c) && !ui.ctx().fonts_mut(|f| f.has_glyph(&font, c)) {
            missing.push(c);
        }
    }
    missing
}

/// Paints shapes as [`paint`] does.
pub fn paint_shapes(ui: &Ui, shapes: &[Shape], origin: Pos2, dim: f32) {
    let painter = ui.painter();
    let at = |p: [f64; 2]| origin + Vec2::new(p[0] as f32, p[1] as f32);
    for shape in shapes {
        match shape {
            Shape::Line { points, ink, width, dash } => {
                let stroke = Stroke::new(*width as f32, theme::ink(ui, *ink).gamma_multiply(dim));
                match dash {
                    Dash::Solid => {
                        painter.add(egui::Shape::line(points.iter().map(|p| at(*p)).collect(), stroke));
                    }
                    Dash::Pattern(pattern) => {
                        for piece in dashes(points, pattern) {
                            painter.add(egui::Shape::line(piece.into_iter().map(at).collect(), stroke));
                        }
                    }
                }
            }
            Shape::Band { x, upper, lower, ink, alpha } => {
                let colour = theme::with_alpha(theme::ink(ui, *ink), *alpha).gamma_multiply(dim);
                painter.add(band(x, upper, lower, colour, at));
            }
            Shape::Rect { rect: [x0, y0, x1, y1], ink, alpha } => {
                let rect = Rect::from_min_max(at([*x0, *y0]), at([*x1, *y1]));
                painter.rect_filled(rect, 0.0, theme::with_alpha(theme::ink(ui, *ink), *alpha).gamma_multiply(dim));
            }
            Shape::Circle { at: centre, radius, ink, filled } => {
                let colour = theme::ink(ui, *ink).gamma_multiply(dim);
                if *filled {
                    painter.circle_filled(at(*centre), *radius as f32, colour);
                } else {
                    painter.circle_stroke(
                        at(*centre),
                        *radius as f32,
                        Stroke::new((*radius as f32 * 0.5).min(1.6), colour),
                    );
                }
            }
            Shape::Text { at: anchor, text, ink, size, align, whole: _ } => {
                let colour = theme::ink(ui, *ink).gamma_multiply(dim);
                painter.text(at(*anchor), align2(*align), text, FontId::proportional(*size as f32), colour);
            }
        }
    }
}

fn align2([horizontal, vertical]: [Align; 2]) -> Align2 {
    let one = |a: Align| match a {
        Align::Start => egui::Align::Min,
        Align::Middle => egui::Align::Center,
        Align::End => egui::Align::Max,
    };
    Align2([one(horizontal), one(vertical)])
}

/// A band as a strip of quads, which works for any shape.
fn band(x: &[f64], upper: &[f64], lower: &[f64], colour: Color32, at: impl Fn([f64; 2]) -> Pos2) -> Mesh {
    let mut mesh = Mesh::default();
    for (i, &x) in x.iter().enumerate() {
        mesh.colored_vertex(at([x, upper[i]]), colour);
        mesh.colored_vertex(at([x, lower[i]]), colour);
        if i > 0 {
            let k = 2 * i as u32;
            mesh.add_triangle(k - 2, k - 1, k);
            mesh.add_triangle(k - 1, k, k + 1);
        }
    }
    mesh
}
