//! The level line: its switch, its field, and the handle at its end.

use crate::app::field::Field;
use crate::app::theme;
use crate::figure::{Figure, LEVEL_NOTE};
use crate::scenario::LevelLine;
use crate::scene::{Ink, PlotArea, Scene};
use crate::units::{Dim, number, significant};
use egui::accesskit::{Action, Role};
use egui::{Align2, FontId, Id, Key, Modifiers, Pos2, Rect, Sense, Stroke, Ui, Vec2};

/// Name of the switch.
const SWITCH: &str = "Level line";
/// Name of the handle, for screen readers.
pub const HANDLE: &str = "Your level line";
/// Height that is drawn, and least width and height that a finger meets, points.
const SEEN: f32 = 28.0;
const FELT: f32 = 44.0;
/// A drag stops at multiples of the first, with Alt of the second, ng/mL.
const SNAPS: [f64; 2] = [5.0, 1.0];
/// A key moves it so far, with Shift by the second, ng/mL.
const STEPS: [f64; 2] = [1.0, 10.0];

/// Where a first level line lies: in the middle of the first axis, on a round number.
pub fn first(figure: &Figure) -> LevelLine {
    let top = figure.panels.first().map_or(0.0, |panel| panel.y[1]);
    LevelLine::nearest(snapped(0.5 * top, SNAPS[0]))
}

/// Asks that the handle takes the focus once it is there.
pub fn focus_handle(ctx: &egui::Context) {
    ctx.data_mut(|d| d.insert_temp(Id::unique("focus the level line"), true));
}

/// Shows the switch, and a field to type the level while the line is on.
pub fn switch(ui: &mut Ui, level: &mut Option<LevelLine>, next: LevelLine) {
    let help = format!("{LEVEL_NOTE} Time above it stands beside each route (T)");
    if ui.selectable_label(level.is_some(), SWITCH).on_hover_text(help).clicked() {
        *level = if level.is_some() { None } else { Some(next) };
    }
    let Some(now) = *level else { return };
    let field = Field {
        name: "Level",
        unit: "ng/mL",
        dim: Dim::CONCENTRATION,
        example: "100 ng/mL",
        speed: 1.0,
        decimals: 0,
        range: LevelLine::RANGE_NG_ML,
    };
    let mut ng_ml = now.ng_ml();
    if field.show(ui, &mut ng_ml).changed() {
        *level = Some(LevelLine::nearest(ng_ml));
    }
}

/// Shows a handle at the line of every panel that has one. Dragging one moves them all.
pub fn handles(ui: &Ui, figure: &Figure, (scene, rect): (&Scene, Rect), level: &mut Option<LevelLine>) {
    let with_line = figure.panels.iter().zip(&scene.plots).filter(|(panel, _)| panel.level.is_some());
    for (nth, (panel, plot)) in with_line.enumerate() {
        let Some(now) = *level else { return };
        let name = if nth == 0 { HANDLE.to_owned() } else { format!("{HANDLE}, {}", panel.heading) };
        *level = Some(handle(ui, (nth, name), (*plot, rect), now));
    }
}

fn handle(ui: &Ui, (nth, name): (usize, String), (plot, rect): (PlotArea, Rect), now: LevelLine) -> LevelLine {
    let text = significant(now.ng_ml(), 4);
    let font = FontId::proportional(theme::TEXT);
    let wide = ui.painter().layout_no_wrap(text.clone(), font.clone(), egui::Color32::PLACEHOLDER).size().x;
    let size = Vec2::new((wide + 24.0).max(FELT), SEEN);
    // beside the axis, over its numbers, so that no curve lies under it
    let axis = rect.min.x + plot.rect[0] as f32;
    let left = (axis - size.x + 4.0).max(rect.min.x);
    let [_, top, _, bottom] = plot.rect.map(|edge| edge as f32);
    let on_axis = plot.beside(now.ng_ml()).is_eq();
    let line = plot.to_y(now.ng_ml()) as f32;
    // outside the axis it stands at its edge, clear of heading and times
    let y = if on_axis { line } else { line.clamp(top + 0.5 * SEEN, (bottom - 0.5 * SEEN).max(top + 0.5 * SEEN)) };
    let middle = Pos2::new(left + 0.5 * size.x, rect.min.y + y);
    let felt = Rect::from_center_size(middle, size.max(Vec2::splat(FELT)));
    let id = Id::unique(("handle of the level line", nth));
    let response = ui.interact(felt, id, Sense::click_and_drag());
    if nth == 0 && ui.data_mut(|d| d.remove_temp::<bool>(Id::unique("focus the level line"))).is_some() {
        response.request_focus();
    }
    if response.clicked() || response.drag_started() {
        response.request_focus();
    }
    let mut ng_ml = now.ng_ml();
    if let Some(at) = response.interact_pointer_pos().filter(|_| response.dragged()) {
        let snap = SNAPS[usize::from(ui.input(|i| i.modifiers.alt))];
        ng_ml = snapped(plot.to_ng_ml(f64::from(at.y - rect.min.y)), snap);
    }
    if response.has_focus() {
        ng_ml = by_key(ui, id, ng_ml);
    }
    ng_ml = by_reader(ui, id, ng_ml);
    paint(ui, (&response, Rect::from_center_size(middle, size)), (&text, font), on_axis);
    let spoken = format!("{text} ng/mL");
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::Slider);
        node.set_label(name);
        node.set_value(spoken);
        node.set_numeric_value(now.ng_ml());
        node.set_min_numeric_value(LevelLine::RANGE_NG_ML[0]);
        node.set_max_numeric_value(LevelLine::RANGE_NG_ML[1]);
        node.set_numeric_value_step(STEPS[0]);
        node.set_orientation(egui::accesskit::Orientation::Vertical);
        [Action::SetValue, Action::Increment, Action::Decrement].into_iter().for_each(|a| node.add_action(a));
    });
    response.on_hover_cursor(egui::CursorIcon::ResizeVertical).on_hover_text(LEVEL_TIP);
    if ng_ml == now.ng_ml() { now } else { LevelLine::nearest(ng_ml) }
}

/// What the handle is, in one line.
const LEVEL_TIP: &str = "Your own line. Drag it. Not a level at which all people feel the same.";

/// A multiple of a step, at least one step.
fn snapped(ng_ml: f64, step: f64) -> f64 {
    ((ng_ml / step).round() * step).max(step)
}

/// Up and Down.
fn by_key(ui: &Ui, id: Id, ng_ml: f64) -> f64 {
    ui.memory_mut(|m| {
        let filter = egui::EventFilter { vertical_arrows: true, escape: false, ..Default::default() };
        m.set_focus_lock_filter(id, filter);
    });
    let key = |modifiers: Modifiers, key: Key| ui.input_mut(|i| i.count_and_consume_key(modifiers, key)) as f64;
    let mut step = 0.0;
    // shift first, because a key without it would match as well
    for (modifiers, size) in [(Modifiers::SHIFT, STEPS[1]), (Modifiers::NONE, STEPS[0])] {
        step += size * (key(modifiers, Key::ArrowUp) - key(modifiers, Key::ArrowDown));
    }
    moved(ng_ml, step)
}

/// What a screen reader asks for.
fn by_reader(ui: &Ui, id: Id, ng_ml: f64) -> f64 {
    let asked = |action| ui.input(|i| i.num_accesskit_action_requests(id, action)) as f64;
    let ng_ml = moved(ng_ml, STEPS[0] * (asked(Action::Increment) - asked(Action::Decrement)));
    let set = |request: &egui::accesskit::ActionRequest| match request.data {
        Some(egui::accesskit::ActionData::NumericValue(value)) => Some(value),
        _ => None,
    };
    ui.input(|i| i.accesskit_action_requests(id, Action::SetValue).filter_map(set).last()).unwrap_or(ng_ml)
}

/// A step up or down; the last step down ends above nothing.
fn moved(ng_ml: f64, step: f64) -> f64 {
    if step == 0.0 { ng_ml } else { (ng_ml + step).max(ng_ml.min(STEPS[0])) }
}

/// A rounded field with the value and two arrows; filled while it is pointed at, dragged or has the focus.
fn paint(ui: &Ui, (response, seen): (&egui::Response, Rect), (text, font): (&str, FontId), on_axis: bool) {
    let strong = response.hovered() || response.dragged() || response.has_focus();
    let [ink, ground] = [Ink::Text, Ink::Background].map(|ink| theme::ink(ui, ink));
    let (fill, words) = if strong { (ink, ground) } else { (ground, ink) };
    let painter = ui.painter();
    painter.rect_filled(seen, 0.5 * SEEN, fill);
    painter.rect_stroke(seen, 0.5 * SEEN, Stroke::new(1.5, ink), egui::StrokeKind::Inside);
    if response.has_focus() {
        painter.rect_stroke(seen.expand(4.0), 0.5 * SEEN + 4.0, Stroke::new(2.0, ink), egui::StrokeKind::Inside);
    }
    painter.text(seen.left_center() + Vec2::new(8.0, 0.0), Align2::LEFT_CENTER, text, font, words);
    // outside the axis the arrows stand closed up, as the arrow at the edge says where the line is
    let x = seen.right() - 10.0;
    let gap = if on_axis { 2.5 } else { 1.0 };
    for up in [-1.0, 1.0] {
        let tip = seen.center().y + up * (gap + 3.5);
        let base = seen.center().y + up * gap;
        let points = vec![Pos2::new(x - 3.5, base), Pos2::new(x, tip), Pos2::new(x + 3.5, base)];
        painter.add(egui::Shape::line(points, Stroke::new(1.3, words)));
    }
}

/// Shows how long an arm is at or above the line, under its figures: how long, then when, then what other models say.
pub(super) fn row(ui: &mut Ui, above: &crate::outcome::ArmAbove) {
    let words = crate::figure::LevelWords::new(above);
    let level = number((above.level.ng_ml() * 1e3).round() / 1e3);
    let s = crate::analysis::statistics::ABOVE_LEVEL;
    ui.horizontal(|ui| {
        ui.label(format!("Above your {level} ng/mL")).on_hover_text(s.how);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label(egui::RichText::new(&words.minutes).strong())
        });
    });
    if !words.when.is_empty() {
        super::small(ui, &words.when);
    }
    if let Some([span, each]) = words.others {
        let colour = theme::ink(ui, Ink::Muted);
        ui.label(egui::RichText::new(format!("other models: {span}")).small().color(colour)).on_hover_text(each);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_end_above_nothing() {
        assert_eq!(
            [moved(100.0, 1.0), moved(100.0, -10.0), moved(5.0, -10.0), moved(1.0, -1.0)],
            [101.0, 90.0, 1.0, 1.0]
        );
        assert_eq!([moved(0.5, -1.0), moved(0.5, 0.0)], [0.5, 0.5]);
        assert_eq!(
            [snapped(102.4, 5.0), snapped(102.6, 5.0), snapped(102.6, 1.0), snapped(0.0, 5.0)],
            [100.0, 105.0, 103.0, 5.0]
        );
    }
}
