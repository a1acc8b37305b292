//! The clinic's form: the arm, the time, the clinic's rules and phone numbers.

use super::blank::{text, value};
use super::heading;
use crate::app::action::Action;
use crate::app::panels::small;
use crate::app::state::Look;
use crate::app::visit::VisitPage;
use crate::regimen::Route;
use crate::scenario::{Clinic, Scenario, Style, Visit};
use crate::sim::Session;
use crate::units::Time;
use egui::{ComboBox, ScrollArea, TextEdit, Ui};

/// Shows the form.
pub(super) fn clinic(
    ui: &mut Ui,
    scenario: &mut Scenario,
    page: &VisitPage,
    look: &mut Look,
    actions: &mut Vec<Action>,
) {
    heading(ui, "For the clinic");
    small(ui, "Fill this in, then hand out the page. Nothing typed here leaves this computer.");
    ui.add_space(4.0);
    ui.menu_button("Try the sample visit", |ui| {
        ui.set_max_width(260.0);
        ui.label(
            "A made-up clinic with six routes takes the place of your doses and of this form. Undo brings them back.",
        );
        if ui.button("Replace mine by the sample").clicked() {
            actions.push(Action::Sample);
            ui.close();
        }
    });
    ui.add_space(4.0);
    let chosen = VisitPage::arm(scenario, look);
    pick(ui, scenario, chosen, look);
    which_session(ui, scenario, page);
    let mut own = scenario.clinic.clone().unwrap_or_default();
    needed(ui, &mut own);
    let mut visit = scenario.visit.clone().unwrap_or_default();
    let lozenge = scenario.arms.get(chosen).is_some_and(|a| a.routes() == [Route::Sl]);
    when(ui, &mut visit, lozenge, page);
    if visit != scenario.visit.clone().unwrap_or_default() {
        scenario.visit = (visit != Visit::default()).then_some(visit);
    }
    rules(ui, &mut own);
    if own != scenario.clinic.clone().unwrap_or_default() {
        scenario.clinic = (own != Clinic::default()).then_some(own);
    }
    ui.add_space(12.0);
}

fn pick(ui: &mut Ui, scenario: &Scenario, chosen: usize, look: &mut Look) {
    let label = ui.label("Page for");
    let shown = scenario.arms.get(chosen).map_or("", |a| a.label.as_str());
    let combo = ComboBox::from_id_salt("arm of the visit").selected_text(shown).width(240.0).show_ui(ui, |ui| {
        for (i, arm) in scenario.arms.iter().enumerate().filter(|(_, a)| a.on) {
            ui.selectable_value(&mut look.arm, i, arm.label.as_str());
        }
    });
    combo.response.labelled_by(label.id);
    small(ui, "Drug, dose and route are set under Compare.");
}

/// Chooses the session of the page, for an arm with several.
fn which_session(ui: &mut Ui, scenario: &mut Scenario, page: &VisitPage) {
    if page.sessions.len() < 2 {
        return;
    }
    let words = |s: &Session| {
        let at = Time::from_hours(s.start);
        format!("{}, {at} after the first", s.words().unwrap_or_default())
    };
    let chosen = scenario.visit.as_ref().and_then(|v| v.session);
    let shown = page.sessions.iter().find(|s| Some(s.number as u32) == chosen).map_or("choose one".to_owned(), words);
    let label = ui.label("Which session");
    let combo = ComboBox::from_id_salt("session of the visit").selected_text(shown).width(240.0).show_ui(ui, |ui| {
        for session in &page.sessions {
            let number = Some(session.number as u32);
            if ui.selectable_label(chosen == number, words(session)).clicked() {
                scenario.visit.get_or_insert_default().session = number;
            }
        }
    });
    combo.response.labelled_by(label.id);
}

/// Fields that the page requires, and whom it names.
fn needed(ui: &mut Ui, own: &mut Clinic) {
    heading(ui, "Whom to call, how long to stay");
    text(ui, "Local crisis line", &mut own.crisis_line, "needed before the page is handed out");
    text(ui, "Phone of the clinic", &mut own.phone, "day and night, if they differ");
    text(ui, "Name of the clinic", &mut own.name, "as patients know it");
    value(ui, "Least stay after the last dose", &mut own.stay, "2 h");
}

fn when(ui: &mut Ui, visit: &mut Visit, lozenge: bool, page: &VisitPage) {
    heading(ui, "When");
    text(ui, "First dose", &mut visit.start, "2026-12-01 10:00");
    zone(ui, &mut visit.timezone, page);
    text(ui, "Next visit", &mut visit.next, "2026-12-08 10:00");
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        ui.label("Manner");
        for (style, name, help) in [
            (None, "not said", "the page says nothing on it"),
            (Some(Style::Talking), "talking", "preparation, then talking as it comes"),
            (Some(Style::Inward), "inward", "preparation, quiet with eyes covered, return, talk"),
        ] {
            ui.selectable_value(&mut visit.style, style, name).on_hover_text(help);
        }
    });
    if lozenge || visit.at_home.is_some() {
        let mut home = visit.at_home == Some(true);
        if ui.checkbox(&mut home, "taken at home").on_hover_text("adds the regulator's warning").changed() {
            visit.at_home = home.then_some(true);
        }
    }
}

/// Chooses a time zone by name, or from a list filtered by a part of the name.
fn zone(ui: &mut Ui, zone: &mut Option<String>, page: &VisitPage) {
    text(ui, "Time zone", zone, "America/Chicago");
    let wanted = zone.clone().unwrap_or_default();
    if page.zones.contains(&wanted) {
        return;
    }
    ui.menu_button("Choose a time zone", |ui| {
        let id = egui::Id::unique("part of a zone");
        let mut part = ui.data(|d| d.get_temp::<String>(id)).unwrap_or_default();
        let field = ui.add(TextEdit::singleline(&mut part).hint_text("part of its name").desired_width(220.0));
        ui.ctx().accesskit_node_builder(field.id, |node| node.set_label("Part of a time zone's name"));
        ui.data_mut(|d| d.insert_temp(id, part.clone()));
        let part = part.to_lowercase().replace(' ', "_");
        ScrollArea::vertical().max_height(220.0).show(ui, |ui| {
            for name in page.zones.iter().filter(|z| z.to_lowercase().contains(&part)) {
                if ui.button(name.as_str()).clicked() {
                    *zone = Some(name.clone());
                    ui.close();
                }
            }
        });
    });
}

fn rules(ui: &mut Ui, own: &mut Clinic) {
    heading(ui, "The clinic's rules");
    value(ui, "Arrive before the first dose", &mut own.arrive, "30 min");
    text(ui, "Food and drink before", &mut own.fasting, "one line; blank says: ask your clinic");
    value(ui, "No alcohol, cannabis or sleep drugs for", &mut own.no_alcohol, "24 h");
    let mut alone = own.ride_alone == Some(true);
    if ui.checkbox(&mut alone, "may go home alone by taxi or ride app").changed() {
        own.ride_alone = alone.then_some(true);
    }
    value(ui, "Dosing visits of the course", &mut own.visits, "6");
    value(ui, "From one dosing visit to the next", &mut own.every, "7 d");
}
