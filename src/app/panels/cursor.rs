//! The cursor's handle on the time axis, its button and its keys.

use crate::app::cursor::{Cursor, Step};
use crate::app::theme;
use crate::figure::Figure;
use crate::outcome::Outcome;
use crate::scene::{Ink, Scene};
use crate::units::significant;
use egui::accesskit::Role;
use egui::{Id, Key, Modifiers, Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2};

/// Name of the handle, for screen readers and tests.
pub const HANDLE: &str = "Time";
/// Half of the width of the handle that is drawn, its height, and what a finger meets, points.
const HALF: f32 = 7.0;
const HEIGHT: f32 = 12.0;
const FELT: Vec2 = Vec2::new(44.0, 30.0);

/// Shows the button that plays, beside the switches.
pub fn play(ui: &mut Ui, figure: &Figure, cursor: &mut Cursor) {
    let words = if cursor.playing { "Stop" } else { "Play" };
    if ui.button(words).on_hover_text("moves the cursor through the time shown, 10 min a second (Space)").clicked() {
        cursor.toggle_play(figure.time);
    }
}

/// Plays on while it plays, and asks for the next frame.
pub fn play_on(ctx: &egui::Context, figure: Option<&Figure>, cursor: &mut Cursor) {
    if !cursor.playing {
        return;
    }
    match figure {
        Some(figure) => {
            cursor.play_on(f64::from(ctx.input(|i| i.stable_dt)), figure.time);
            ctx.request_repaint();
        }
        None => cursor.playing = false,
    }
}

/// Shows the handle on the axis below the last panel and lets it be dragged. Returns what holds the focus when it has it.
pub fn handle(ui: &Ui, figure: &Figure, (scene, rect): (&Scene, Rect), cursor: &mut Cursor) -> Option<Id> {
    let plot = scene.plots.last()?;
    let [from, to] = scene.time.hours;
    let hours = cursor.hours.unwrap_or(from).clamp(from, to);
    let tip = Pos2::new(rect.min.x + scene.time.to_x(hours) as f32, rect.min.y + plot.rect[3] as f32);
    let felt = Rect::from_min_size(tip - Vec2::new(FELT.x / 2.0, 4.0), FELT);
    let response = ui.interact(felt, ui.scope_id().with(HANDLE), Sense::click_and_drag());
    if let Some(at) = response.interact_pointer_pos().filter(|_| response.dragged()) {
        cursor.playing = false;
        cursor.put(scene.time.to_hours(f64::from(at.x - rect.min.x)), [from, to]);
    }
    if response.has_focus() {
        let filter = egui::EventFilter { horizontal_arrows: true, ..Default::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    }
    let ink = theme::ink(ui, Ink::Text);
    let active = response.hovered() || response.dragged() || response.has_focus() || cursor.hours.is_some();
    let points = vec![
        tip,
        tip + Vec2::new(HALF, HEIGHT * 0.5),
        tip + Vec2::new(HALF, HEIGHT),
        tip + Vec2::new(-HALF, HEIGHT),
        tip + Vec2::new(-HALF, HEIGHT * 0.5),
    ];
    let fill = if active { ink } else { theme::ink(ui, Ink::Background) };
    ui.painter().add(Shape::convex_polygon(points, fill, Stroke::new(1.5, ink)));
    if response.has_focus() {
        ui.painter().rect_stroke(felt.shrink(6.0), 4.0, Stroke::new(2.0, ink), egui::StrokeKind::Inside);
    }
    let value = at(figure, hours);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Slider);
        node.set_label(HANDLE);
        node.set_value(value);
    });
    let id = response.id;
    response.on_hover_cursor(egui::CursorIcon::ResizeHorizontal).on_hover_text(
        "Drag to another time. Arrows: 1 min, with Shift 10 min, with Ctrl to the next dose, peak or crossing",
    );
    Some(id)
}

/// "60 min", in the unit of the axis.
pub fn at(figure: &Figure, hours: f64) -> String {
    format!("{} {}", significant(figure.in_time_unit(hours), 3), figure.time_unit())
}

/// Keys that move the cursor while the plot, the handle or nothing has the focus; Esc lets it go.
pub fn keys(ui: &Ui, figure: &Figure, outcome: &Outcome, own: &[Id], cursor: &mut Cursor) {
    let focused = ui.memory(egui::Memory::focused);
    if focused.is_some_and(|id| !own.contains(&id)) {
        return;
    }
    let pressed = |modifiers: Modifiers, key: Key| ui.input_mut(|i| i.consume_key(modifiers, key));
    // the longer shortcut first: one without modifiers would consume it
    for (key, forward) in [(Key::ArrowRight, true), (Key::ArrowLeft, false)] {
        let ways = [
            (Modifiers::COMMAND, Step::Event(forward)),
            (Modifiers::SHIFT, Step::Long(forward)),
            (Modifiers::NONE, Step::Short(forward)),
        ];
        if let Some((_, step)) = ways.into_iter().find(|(modifiers, _)| pressed(*modifiers, key)) {
            cursor.step(step, figure.time, &outcome.event_times());
        }
    }
    for (key, step) in [(Key::Home, Step::Start), (Key::End, Step::End)] {
        if pressed(Modifiers::NONE, key) {
            cursor.step(step, figure.time, &[]);
        }
    }
    if pressed(Modifiers::NONE, Key::Space) {
        cursor.toggle_play(figure.time);
    }
    if cursor.held && pressed(Modifiers::NONE, Key::Escape) {
        *cursor = Cursor::default();
    }
}
