//! Which number of the model matters most for the chosen arm: a bar for each, the longest first.

use super::{Chosen, grade, heading};
use crate::app::evidence::Evidence;
use crate::app::panels::{refusal, small};
use crate::app::theme;
use crate::population::{Measure, Swing, Tornado};
use crate::scene::Ink;
use crate::units::significant;
use egui::{Align2, FontId, Rect, Sense, Stroke, Ui, Vec2};

/// Height of a bar, and width of names and of figures beside the bars.
const ROW: f32 = 20.0;
const NAME: f32 = 64.0;
const FIGURE: f32 = 52.0;
/// Bars shown: further ones hardly change anything.
const MOST: usize = 8;

/// Draws the bars.
pub(super) fn tornado(ui: &mut Ui, chosen: &Chosen, evidence: &mut Evidence) {
    heading(ui, "Which number matters most");
    let mut measure = evidence.measure.unwrap_or(Measure::Cmax);
    ui.horizontal_wrapped(|ui| {
        for (each, name) in Measure::ALL.into_iter().zip(["peak", "time of peak", "time above the level"]) {
            ui.selectable_value(&mut measure, each, name);
        }
    });
    evidence.measure = Some(measure);
    let found = match evidence.tornado() {
        Some(Ok(found)) => found,
        Some(Err(error)) => return refusal(ui, error),
        None => return,
    };
    small(ui, &about(found, measure, chosen));
    let list = found.sorted(measure);
    if list.is_empty() {
        small(ui, "none: no spread in the model changes it");
        return;
    }
    let typical = measure.of(&found.typical).unwrap_or(0.0);
    let ends = list.iter().flat_map(|s| s.ends.iter().filter_map(|f| measure.of(f)));
    let low = ends.clone().fold(typical, f64::min);
    let high = ends.fold(typical, f64::max);
    for swing in list.iter().take(MOST) {
        bar(ui, chosen, swing, measure, [low, typical, high]);
    }
    if list.len() > MOST {
        let rest: Vec<&str> = list[MOST..].iter().map(|s| s.parameter.as_str()).collect();
        small(ui, &format!("less than these: {}", rest.join(", ")));
    }
}

fn about(found: &Tornado, measure: Measure, chosen: &Chosen) -> String {
    let unit = measure.unit();
    let typical =
        measure.of(&found.typical).map_or("not known".to_owned(), |v| format!("{} {unit}", significant(v, 3)));
    let level = match (measure, found.level) {
        (Measure::Above, Some(level)) => format!("; level {} ng/mL for all", significant(level, 3)),
        _ => String::new(),
    };
    let range = if chosen.arm.range.is_some() { "; drawn as a range, here at the model's own value" } else { "" };
    format!(
        "{}: typical {typical}{level}. Each number in turn at its 5th and 95th percentile over people, the others typical{range}; one at a time, so correlations between them are left out. Open: at the 5th; filled: at the 95th. The letter is the grade of the spread, not of the number itself.",
        found.model
    )
}

fn bar(ui: &mut Ui, chosen: &Chosen, swing: &Swing, measure: Measure, [low, typical, high]: [f64; 3]) {
    let width = ui.available_width();
    ui.horizontal(|ui| {
        let (rect, response) = ui.allocate_exact_size(Vec2::new((width - 60.0).max(160.0), ROW), Sense::hover());
        let inner = [rect.left() + NAME + FIGURE, rect.right() - FIGURE];
        let x = |v: f64| inner[0] + (inner[1] - inner[0]) * ((v - low) / (high - low).max(1e-12)) as f32;
        let [at_low, at_high] = swing.ends.map(|f| measure.of(&f).unwrap_or(typical));
        let painter = ui.painter();
        let (text, muted) = (theme::ink(ui, Ink::Text), theme::ink(ui, Ink::Muted));
        let colour = theme::ink(ui, Ink::Route(chosen.role.route));
        let middle = rect.center().y;
        let font = |size| FontId::proportional(size);
        let name = egui::pos2(rect.left(), middle);
        painter.text(name, Align2::LEFT_CENTER, &swing.parameter, font(theme::TEXT), text);
        let half = |end: f64| {
            Rect::from_x_y_ranges(x(end.min(typical))..=x(end.max(typical)), rect.top() + 4.0..=rect.bottom() - 4.0)
        };
        painter.rect_filled(half(at_high), 0.0, colour.gamma_multiply(0.75));
        painter.rect_stroke(half(at_low), 0.0, Stroke::new(1.3, colour), egui::StrokeKind::Inside);
        painter.vline(x(typical), rect.y_range(), Stroke::new(1.0, theme::ink(ui, Ink::Axis)));
        let (left, right) = (at_low.min(at_high), at_low.max(at_high));
        let write = |v: f64, align: Align2, shift: f32| {
            let at = egui::pos2(x(v) + shift, middle);
            painter.text(at, align, significant(v, 3), font(theme::SMALL), muted);
        };
        write(left, Align2::RIGHT_CENTER, -4.0);
        write(right, Align2::LEFT_CENTER, 4.0);
        let unit = measure.unit();
        let [a, b] = [at_low, at_high].map(|v| significant(v, 3));
        let said = format!("{}: {a} {unit} at its 5th percentile, {b} {unit} at its 95th", swing.parameter);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(egui::accesskit::Role::Image);
            node.set_label(said.clone());
        });
        response.on_hover_text(format!("{said}; {}", swing.spread));
        match swing.grade {
            Some(known) => grade(ui, known).on_hover_text(format!("grade of the spread: {}", known.meaning())),
            None => ui.small("stated").on_hover_text("the scenario says how people differ in it"),
        };
    });
}
