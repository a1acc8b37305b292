//! The plot and its strips on one time axis, with one cursor.

use super::arms::add_menu;
use crate::app::action::Action;
use crate::app::canvas::{EguiMeasure, paint, whole_at, without_drawing};
use crate::app::cursor::Cursor;
use crate::app::people::People;
use crate::app::runner::Shown;
use crate::app::state::Look;
use crate::app::theme;
use crate::figure::{Figure, RULE_BAR, View, in_words, strip_words};
use crate::outcome::{ArmOutcome, Outcome};
use crate::portable::Portable as _;
use crate::scenario::{LevelLine, StudyArm};
use crate::scene::{Ink, Page, Scene, layout};
use crate::units::significant;
use egui::{Align2, FontId, Id, Pos2, Rect, Response, Sense, Stroke, Ui, Vec2};

/// Least height of a panel that can be read, points.
const LEAST: f32 = 150.0;
/// Height of the label beside the end of a curve, points.
const LABEL_ROW: f32 = 13.0;
/// Least height of a panel with ribbons, points.
const LEAST_OF_PEOPLE: f32 = 200.0;

/// Whether there is a picture, and switches for it.
pub fn is_drawn(shown: &Shown) -> bool {
    shown.outcome.is_some() && shown.figure().is_some_and(|figure| !figure.panels.is_empty())
}

/// Shows the picture, or what can be done where there is none.
pub fn plot(
    ui: &mut Ui,
    (look, level): (&mut Look, &mut Option<LevelLine>),
    shown: &Shown,
    people: &mut People,
    cursor: &mut Cursor,
    offered: &[StudyArm],
    actions: &mut Vec<Action>,
) {
    let Some((figure, outcome)) = shown.figure().zip(shown.outcome.as_ref()).filter(|_| is_drawn(shown)) else {
        empty(ui, shown, offered, actions);
        return;
    };
    foreign(ui, figure, &outcome.arms);
    let room = ui.available_size();
    let lane = |s: &crate::figure::Strip| {
        let counted = if s.is_counted() { 9.0 + 8.0 * s.bars() as f32 } else { 0.0 };
        28.0 + counted + if s.has_programme() { 12.0 } else { 0.0 }
    };
    // with the bar of rules below the strips
    let rules = if figure.strips.is_empty() { 0.0 } else { 44.0 };
    let lanes: f32 = figure.strips.iter().map(lane).sum::<f32>() + rules;
    let beyond = figure.panels.iter().filter(|p| !p.outside.is_empty()).count() as f32 * 45.0;
    // notes above the plot take room from it: more lines in a narrow window
    let rows = |words: &str| (words.len() as f32 * 5.6 / room.x.max(100.0)).ceil();
    let ribbons: f32 = figure.panels.iter().filter_map(|p| p.ribbon_words.as_deref()).map(|w| 14.0 * rows(w)).sum();
    let least = if people.outcome.is_some() { LEAST_OF_PEOPLE } else { LEAST };
    // the label of each curve has a line beside the plot
    let labels = figure.panels.iter().map(|p| p.lines.len() + p.bands.len() + p.behind.len()).max().unwrap_or(0);
    let least = least.max(LABEL_ROW * labels as f32 + 40.0);
    let least = least * figure.panels.len() as f32 + 40.0 + lanes + beyond + ribbons;
    let dim = if shown.error.is_some() || shown.progress().is_some() || shown.is_stopped() { 0.4 } else { 1.0 };
    let horizon = outcome.horizon.hours();
    let words = summary(figure, &outcome.arms, cursor.hours);
    spoken(ui, &outcome.arms);
    let counted = look.projector && people.outcome.is_some();
    let below = if counted { super::people::height(people) } else { 0.0 };
    if room.y >= least && !counted {
        let size = room.max(Vec2::new(200.0, least));
        let (scene, rect, plot) =
            picture(ui, (figure, &words), (size, dim), horizon, Some(&mut look.view.zoom), cursor);
        super::level::handles(ui, figure, (&scene, rect), level);
        steer(ui, (figure, outcome), (&scene, rect, plot), cursor);
        return;
    }
    // a low window scrolls instead of flattening the plot; the wheel then scrolls
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let size = Vec2::new(room.x.max(200.0) - 8.0, least.max(room.y - below));
        let zoom = (room.y >= least + below).then_some(&mut look.view.zoom);
        let (scene, rect, plot) = picture(ui, (figure, &words), (size, dim), horizon, zoom, cursor);
        super::level::handles(ui, figure, (&scene, rect), level);
        steer(ui, (figure, outcome), (&scene, rect, plot), cursor);
        if counted {
            super::people::counted(ui, shown, people, look.minute);
        }
    });
}

/// Shows a figure with its cursor. Without a zoom, the wheel scrolls what contains the figure. Returns what is drawn
/// and where.
pub fn picture(
    ui: &mut Ui,
    (figure, words): (&Figure, &str),
    (size, dim): (Vec2, f32),
    horizon: f64,
    zoom: Option<&mut Option<[f64; 2]>>,
    cursor: &mut Cursor,
) -> (Scene, Rect, Id) {
    let sense = if zoom.is_some() { Sense::click_and_drag() } else { Sense::click() };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let page = Page { width: f64::from(size.x), height: f64::from(size.y), furniture: false, scale: 1.0 };
    let scene = layout(figure, page, &EguiMeasure(ui.ctx()));
    paint(ui, &scene, rect.min, dim);
    if let Some(whole) = response.hover_pos().and_then(|at| whole_at(ui, &scene, rect.min, at)) {
        response.clone().on_hover_text(whole);
    }
    pointer(ui, &response, &scene, rect, cursor);
    if let Some(zoom) = zoom {
        wheel_and_drag(ui, &response, &scene, rect, zoom, horizon);
    }
    keep_arrows(ui, &response);
    if let Some(hours) = cursor.hours {
        read_out(ui, figure, &scene, rect, hours);
    }
    if response.has_focus() {
        let colour = theme::ink(ui, Ink::RouteText(crate::regimen::Route::Iv));
        ui.painter().rect_stroke(rect.shrink(1.0), 2.0, Stroke::new(1.5, colour), egui::StrokeKind::Inside);
    }
    let words = words.to_owned();
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(egui::accesskit::Role::Image);
        node.set_label(words);
    });
    (scene, rect, response.id)
}

/// The handle on the time axis, and the keys that move the cursor.
fn steer(
    ui: &Ui,
    (figure, outcome): (&Figure, &Outcome),
    (scene, rect, plot): (&Scene, Rect, Id),
    cursor: &mut Cursor,
) {
    let handle = super::cursor::handle(ui, figure, (scene, rect), cursor);
    let own: Vec<Id> = handle.into_iter().chain([plot]).collect();
    super::cursor::keys(ui, figure, outcome, &own, cursor);
}

/// Strips and rules, one after another, for screen readers.
fn spoken(ui: &mut Ui, arms: &[ArmOutcome]) {
    let strips = arms.iter().filter(|a| !a.faded).map(strip_words);
    for (i, words) in strips.chain([RULE_BAR.to_owned()]).enumerate() {
        // they need no room because their content is drawn already
        let place = Rect::from_min_size(ui.cursor().min, Vec2::ZERO);
        let node = ui.interact(place, ui.scope_id().with(("spoken", i)), Sense::hover());
        ui.ctx().accesskit_node_builder(node.id, |node| {
            node.set_role(egui::accesskit::Role::Label);
            node.set_label(words);
        });
    }
}

/// Notes which letters of the title and the labels cannot be displayed.
fn foreign(ui: &mut Ui, figure: &Figure, arms: &[ArmOutcome]) {
    let texts = arms.iter().map(|a| a.label.as_str()).chain([figure.title.as_str()]).collect::<Vec<_>>().join(" ");
    let missing = without_drawing(ui, &texts);
    if !missing.is_empty() {
        let words = format!(
            "Boxes stand for letters that the font of this window lacks: {}. An SVG file keeps them.",
            missing.chars().map(|c| format!("{c} (U+{:04X})", u32::from(c))).collect::<Vec<_>>().join(", ")
        );
        let colour = theme::ink(ui, Ink::Caution);
        ui.label(egui::RichText::new(words).small().color(colour));
    }
}

/// Shows what can be done where there is no picture.
pub fn empty(ui: &mut Ui, shown: &Shown, offered: &[StudyArm], actions: &mut Vec<Action>) {
    let off = shown.scenario().is_some_and(|s| !s.arms.is_empty());
    let words = match (shown.first_error(), off) {
        _ if shown.progress().is_some() => "Working out the curves",
        _ if shown.is_stopped() => "The curves were stopped",
        (Some(_), _) => "No curve can be drawn: the reason stands at the left",
        (None, true) => "No route is on: tick one, or add one",
        (None, false) => "Add a route to begin",
    };
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.35);
        ui.label(egui::RichText::new(words).size(theme::TITLE));
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let width: f32 = 246.0;
            ui.add_space(((ui.available_width() - width) / 2.0).max(0.0));
            for (i, arm) in offered.iter().enumerate().take(4) {
                if ui.button(arm.label.as_str()).clicked() {
                    actions.push(Action::Add(i));
                }
            }
            add_menu(ui, offered, actions);
        });
    });
}

/// Shows the line of switches above the picture.
pub fn switches(
    ui: &mut Ui,
    view: &mut View,
    people: &mut People,
    compare: &mut bool,
    (level, next): (&mut Option<LevelLine>, LevelLine),
    play: impl FnOnce(&mut Ui),
) {
    ui.horizontal_wrapped(|ui| {
        play(ui);
        ui.separator();
        ui.selectable_value(&mut view.log, false, "linear");
        ui.selectable_value(&mut view.log, true, "log");
        ui.separator();
        ui.selectable_value(&mut view.hours, false, "min");
        ui.selectable_value(&mut view.hours, true, "h");
        ui.separator();
        super::level::switch(ui, level, next);
        ui.separator();
        let mut models = view.models;
        if ui
            .checkbox(&mut models, "other models")
            .on_hover_text("thin behind each curve: what other models of the same drug and route say; the reasons for the gaps stand in Evidence. In place of people: these are two kinds of not knowing")
            .changed()
        {
            view.show_models(models);
        }
        ui.checkbox(&mut view.metabolites, "metabolites").on_hover_text("in panels of their own");
        ui.checkbox(&mut view.strips, "effects").on_hover_text("when it may be noticed, is strongest, fades");
        ui.add_enabled(view.strips, egui::Checkbox::new(&mut view.programmes, "what programmes say"))
            .on_hover_text("figures that programmes publish, hatched, beside the model");
        super::people::switch(ui, view);
        if ui.button("Compare exposures").on_hover_text("ratios of two routes of one drug; both doses are given").clicked() {
            *compare = !*compare;
        }
        if view.zoom.is_some() && ui.small_button("whole time").clicked() {
            view.zoom = None;
        }
        // last, so that nothing moves when it changes
        if view.people {
            super::people::state(ui, people);
        }
    });
}

/// Moves the cursor to the pointer.
fn pointer(ui: &Ui, response: &Response, scene: &Scene, rect: Rect, cursor: &mut Cursor) {
    if response.clicked() {
        response.request_focus();
    }
    match hovered(response, scene, rect) {
        Some(x) if ui.input(|i| i.pointer.delta() != Vec2::ZERO) || response.clicked() => {
            cursor.playing = false;
            cursor.hours = Some(scene.time.to_hours(x));
        }
        None if !response.hovered() && !response.has_focus() && !cursor.held => cursor.hours = None,
        _ => {}
    }
}

/// Time at the pointer, h.
fn hovered(response: &Response, scene: &Scene, rect: Rect) -> Option<f64> {
    let [left, right] = scene.time.x;
    response.hover_pos().map(|p| f64::from(p.x - rect.min.x)).filter(|x| (left..=right).contains(x))
}

/// The wheel zooms around the pointer, a drag moves a zoomed picture, a double click shows all of it.
fn wheel_and_drag(ui: &Ui, response: &Response, scene: &Scene, rect: Rect, zoom: &mut Option<[f64; 2]>, horizon: f64) {
    if response.double_clicked() {
        *zoom = None;
    }
    let time = scene.time;
    let [from, to] = time.hours;
    let wheel = if response.hovered() { ui.input(|i| f64::from(i.smooth_scroll_delta().y)) } else { 0.0 };
    if let Some(x) = hovered(response, scene, rect).filter(|_| wheel != 0.0) {
        let (here, factor) = (time.to_hours(x), (-wheel * 0.004).exp_portable());
        *zoom = zoomed([here - (here - from) * factor, here + (to - here) * factor], horizon);
    }
    if response.dragged() && zoom.is_some() {
        let step = -f64::from(response.drag_delta().x) * (to - from) / (time.x[1] - time.x[0]);
        let step = step.clamp(-from, horizon - to);
        *zoom = zoomed([from + step, to + step], horizon);
    }
}

/// A part of the time axis. `None` when it is all of it.
fn zoomed([from, to]: [f64; 2], horizon: f64) -> Option<[f64; 2]> {
    let (from, to) = (from.max(0.0), to.min(horizon));
    let least = horizon / 200.0;
    (to - from < horizon * 0.999).then_some([from.min(horizon - least), to.max(from + least)])
}

/// While the plot has the focus, arrows move the cursor and not the focus.
fn keep_arrows(ui: &Ui, response: &Response) {
    if response.has_focus() {
        let filter = egui::EventFilter { horizontal_arrows: true, escape: false, ..Default::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    }
}

/// Shows the cursor across all panels and strips, and the value of each curve beside it, highest first.
fn read_out(ui: &Ui, figure: &Figure, scene: &Scene, rect: Rect, hours: f64) {
    if hours < scene.time.hours[0] || hours > scene.time.hours[1] {
        return;
    }
    let painter = ui.painter();
    let x = rect.min.x + scene.time.to_x(hours) as f32;
    let top = scene.plots.first().map_or(0.0, |p| p.rect[1]) as f32;
    let bottom = scene.strips.last().map_or_else(|| scene.plots.last().map_or(0.0, |p| p.rect[3]), |s| s[3]) as f32;
    let stroke = Stroke::new(1.0, theme::ink(ui, Ink::Text));
    painter.vline(x, (rect.min.y + top)..=(rect.min.y + bottom), stroke);
    let font = FontId::proportional(theme::TEXT);
    let row = theme::TEXT + 4.0;
    for (i, (panel, plot)) in figure.panels.iter().zip(&scene.plots).enumerate() {
        let mut lines: Vec<(String, Ink)> = Vec::new();
        if i == 0 {
            // no more digits than a pointer can resolve
            let shown = figure.in_time_unit(figure.time[1] - figure.time[0]);
            let decimals = if shown > 30.0 { 0 } else { 2 };
            let time = format!("{:.decimals$}", figure.in_time_unit(hours));
            lines.push((format!("{time} {}", figure.time_unit()), Ink::Text));
        }
        for (label, role, [low, high]) in panel.at(hours) {
            if let Some([p5, p95]) = panel.people_at(role, hours) {
                let [low, middle, high] = [p5, high, p95].map(|v| significant(v, 2));
                lines.push((format!("{label} {middle} ({low} to {high}) ng/mL"), Ink::RouteText(role.route)));
                continue;
            }
            let value = if high - low > 0.005 * high.max(1e-9) {
                format!("{} to {}", significant(low, 2), significant(high, 2))
            } else {
                significant(high, 3)
            };
            lines.push((format!("{label} {value} ng/mL"), Ink::RouteText(role.route)));
        }
        let widths = lines
            .iter()
            .map(|(t, _)| painter.layout_no_wrap(t.clone(), font.clone(), egui::Color32::PLACEHOLDER).size().x);
        let width = widths.fold(0.0_f32, f32::max) + 12.0;
        let right = rect.min.x + plot.rect[2] as f32;
        let left = if x + 8.0 + width <= right { x + 8.0 } else { x - 8.0 - width };
        let origin = Pos2::new(left, rect.min.y + plot.rect[1] as f32 + 4.0);
        let size = Vec2::new(width, row * lines.len() as f32 + 6.0);
        let fill = theme::ink(ui, Ink::Background);
        painter.rect_filled(Rect::from_min_size(origin, size), 3.0, fill.gamma_multiply(0.94));
        painter.rect_stroke(
            Rect::from_min_size(origin, size),
            3.0,
            Stroke::new(1.0, theme::ink(ui, Ink::Grid)),
            egui::StrokeKind::Inside,
        );
        for (k, (text, ink)) in lines.into_iter().enumerate() {
            let at = origin + Vec2::new(6.0, 3.0 + row * k as f32);
            painter.text(at, Align2::LEFT_TOP, text, font.clone(), theme::ink(ui, ink));
        }
    }
}

/// The picture in words, for screen readers.
pub fn summary(figure: &Figure, arms: &[ArmOutcome], cursor: Option<f64>) -> String {
    let mut words = vec![in_words(arms)];
    words.extend(figure.level.iter().cloned());
    if let Some(hours) = cursor {
        words.push(format!("At {} {}:", significant(figure.in_time_unit(hours), 3), figure.time_unit()));
        for (label, _, [low, high]) in figure.panels.iter().flat_map(|p| p.at(hours)) {
            let value = if low == high {
                significant(high, 3)
            } else {
                format!("{} to {}", significant(low, 2), significant(high, 2))
            };
            words.push(format!("{label} {value}."));
        }
    }
    words.join(" ")
}
