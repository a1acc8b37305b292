//! The timeline: the clinic's form at the left and the patient's page beside it, or that page alone.

mod blank;
mod clinic;
mod course;
mod sheet;

use super::Shape;
use crate::app::App;
use crate::app::action::{Action, Purpose};
use crate::app::panels::{empty, refusal, small};
use crate::app::picture::{PLOT, Picture};
use crate::app::state::{Look, Side, State};
use crate::app::theme;
use crate::app::visit::VisitPage;
use crate::export::{self, Paper};
use crate::figure::CourseCalendar;
use egui::{Button, ComboBox, Key, Panel, RichText, ScrollArea, Ui};

/// Width below which form and page are shown alternately, points.
const BESIDE: f32 = 880.0;

/// Opacity of a page that is out of date.
const STALE: f32 = 0.45;

/// Functions of the timeline mode.
pub static SHAPE: Shape = Shape {
    name: "Timeline",
    help: "a visit as a patient lives it",
    key: Key::Num3,
    update: |app, ctx| {
        let scenario = (&app.state.scenario, app.noted.revisions());
        app.visit.update(ctx, scenario, &app.state.look, &app.library);
    },
    // the patient's page has no doses, no files and no undo
    alone: |state| state.look.patient,
    panels,
    toolbar,
    view,
    pictures: &[PLOT, COURSE],
};

/// The course of visits, as a picture.
const COURSE: Picture = Picture {
    name: "Course of visits",
    file: "course",
    bytes: |app, format| {
        let (timeline, words) = app.visit.course(&app.state.look.language)?;
        export::render_course(&CourseCalendar::new(timeline, words), format)
    },
};

/// Whether form and page are side by side.
fn wide(ui: &Ui) -> bool {
    ui.ctx().content_rect().width() >= BESIDE
}

/// Shows the clinic's form, where there is room beside the page.
fn panels(app: &mut App, ui: &mut Ui, actions: &mut Vec<Action>) {
    if wide(ui) && !app.state.scenario.arms.is_empty() {
        Panel::left("clinic").default_size(332.0).size_range(300.0..=420.0).show(ui, |ui| form(app, ui, actions));
    }
}

fn form(app: &mut App, ui: &mut Ui, actions: &mut Vec<Action>) {
    let State { scenario, look } = &mut app.state;
    ScrollArea::vertical().id_salt("clinic").auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - 10.0);
        clinic::clinic(ui, scenario, &app.visit, look, actions);
    });
}

fn toolbar(app: &mut App, ui: &mut Ui, actions: &mut Vec<Action>) {
    let (page, look) = (&app.visit, &mut app.state.look);
    if look.patient {
        return way_back(ui, page, look);
    }
    if app.state.scenario.arms.is_empty() {
        return;
    }
    let wide = wide(ui);
    ui.horizontal_wrapped(|ui| {
        if !wide {
            ui.selectable_value(&mut look.side, Side::Clinic, "For the clinic");
        }
        ui.selectable_value(&mut look.side, Side::Page, "Patient's page");
        ui.selectable_value(&mut look.side, Side::Clinician, "Clinician's sheet");
        ui.selectable_value(&mut look.side, Side::Course, "Course");
        ui.separator();
        languages(ui, page, look);
        ui.separator();
        output(ui, page, look, actions);
    });
    ui.separator();
}

fn view(app: &mut App, ui: &mut Ui, actions: &mut Vec<Action>) {
    if app.state.look.patient {
        return patient(ui, &app.visit);
    }
    if app.state.scenario.arms.is_empty() {
        return empty(ui, &app.shown, &app.offered, actions);
    }
    let side = app.state.look.side;
    match side {
        Side::Clinic if !wide(ui) => form(app, ui, actions),
        Side::Course => course::course(ui, &app.visit, &app.state.look),
        _ => preview(ui, &app.visit, side),
    }
}

/// Shows the page or the sheet as it is handed out, dimmed while it is out of date.
fn preview(ui: &mut Ui, page: &VisitPage, side: Side) {
    let stale = page.error.is_some() || page.progress().is_some();
    let sheet = if side == Side::Clinician { &page.clinician } else { &page.leaflet };
    state(ui, page);
    let Some(sheet) = sheet else { return };
    if side != Side::Clinician {
        blank::missing(ui, page);
    }
    ScrollArea::vertical().id_salt(("sheet", side)).auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - 10.0);
        if stale {
            ui.multiply_opacity(STALE);
        }
        sheet::sheet(ui, sheet, sheet::Size::PREVIEW);
    });
}

/// Shows the language and the way back, above the patient's page alone.
fn way_back(ui: &mut Ui, page: &VisitPage, look: &mut Look) {
    ui.horizontal(|ui| {
        languages(ui, page, look);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let back = ui.button("Back to the clinic's side").on_hover_text("Esc");
            if back.clicked() || ui.input(|i| i.key_pressed(Key::Escape)) {
                look.patient = false;
            }
        });
    });
}

/// Shows the page alone, as a patient reads it.
fn patient(ui: &mut Ui, page: &VisitPage) {
    state(ui, page);
    // a patient never sees the page of an earlier visit
    let current = page.error.is_none() && page.progress().is_none();
    let Some(sheet) = page.leaflet.as_ref().filter(|_| current) else { return };
    ScrollArea::vertical().id_salt("patient").auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - 14.0);
        scroll_by_keys(ui);
        sheet::sheet(ui, sheet, sheet::Size::PATIENT);
    });
}

/// Arrow keys, page keys and the space bar scroll the page, as in a document reader.
fn scroll_by_keys(ui: &Ui) {
    const LINE: f32 = 48.0;
    let page = ui.clip_rect().height() * 0.85;
    let down = |key| ui.input(|i| i.key_pressed(key));
    let moved: f32 = [
        (Key::ArrowDown, -LINE),
        (Key::ArrowUp, LINE),
        (Key::PageDown, -page),
        (Key::Space, -page),
        (Key::PageUp, page),
        (Key::End, -f32::from(u16::MAX)),
        (Key::Home, f32::from(u16::MAX)),
    ]
    .into_iter()
    .filter(|(key, _)| down(*key))
    .map(|(_, by)| by)
    .sum();
    if moved != 0.0 {
        ui.scroll_with_delta(egui::vec2(0.0, moved));
    }
}

/// Shows the progress, and what prevents a page.
fn state(ui: &mut Ui, page: &VisitPage) {
    if let Some(error) = &page.error {
        ui.add_space(8.0);
        refusal(ui, error);
    } else if let Some(share) = page.progress() {
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            ui.spinner();
            small(ui, &format!("counting made-up people: {:.0} %", share * 100.0));
        });
    }
}

fn languages(ui: &mut Ui, page: &VisitPage, look: &mut Look) {
    let names: Vec<(String, String)> = page.languages().map(|(tag, name)| (tag.to_owned(), name.to_owned())).collect();
    for (tag, name) in names {
        ui.selectable_value(&mut look.language, tag, name);
    }
}

/// Shows the outputs: the page alone, on paper, as a calendar file, on the clipboard.
fn output(ui: &mut Ui, page: &VisitPage, look: &mut Look, actions: &mut Vec<Action>) {
    let there = page.leaflet.is_some();
    if ui
        .add_enabled(there, Button::new("Show alone"))
        .on_hover_text("the patient's page, for the patient's eyes; Esc leads back")
        .clicked()
    {
        look.patient = true;
    }
    let paper = if look.letter { Paper::Letter } else { Paper::A4 };
    if ui.add_enabled(there, Button::new("PDF…")).clicked() {
        let purpose = if look.side == Side::Clinician { Purpose::Sheet(paper) } else { Purpose::Leaflet(paper) };
        actions.push(Action::Ask(purpose));
    }
    let shown = if look.letter { "Letter" } else { "A4" };
    let combo = ComboBox::from_id_salt("paper").selected_text(shown).width(64.0).show_ui(ui, |ui| {
        ui.selectable_value(&mut look.letter, false, "A4");
        ui.selectable_value(&mut look.letter, true, "Letter");
    });
    ui.ctx().accesskit_node_builder(combo.response.id, |node| node.set_label("Paper"));
    if ui.add_enabled(there, Button::new("Calendar…")).on_hover_text("an .ics file for calendar programs").clicked() {
        actions.push(Action::Ask(Purpose::Calendar));
    }
    if ui.add_enabled(there, Button::new("Copy text")).clicked() {
        actions.push(Action::CopyLeaflet);
    }
}

/// Shows a heading of the form.
fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(10.0);
    ui.label(RichText::new(text).size(theme::HEADING).strong());
    ui.add_space(2.0);
}
