//! What stands behind one curve: who was studied, every number with its grade, measured points, other
//! models and how far predictions lie from measurements.

mod errors;
mod middle;
mod numbers;
mod predicts;
mod side;
mod tornado;

use super::plot::empty;
use super::results::assumptions;
use super::{Seen, in_colour, refusal, small, swatch};
use crate::app::action::Action;
use crate::app::evidence::{Evidence, chosen};
use crate::app::state::Look;
use crate::app::theme;
use crate::figure::{Role, doses_in_words, roles};
use crate::model::Grade;
use crate::outcome::{ArmOutcome, Outcome};
use egui::{CentralPanel, Frame, Margin, Panel, RichText, ScrollArea, Ui};

/// From this width the arms are a list at the left, below it a row of tabs.
const LIST: f32 = 1080.0;
/// From this width numbers stand beside the curve, below it under it.
const BESIDE: f32 = 720.0;

/// The page over all routes.
const PREDICTS: &str = "How well does it predict?";

/// What is drawn for the chosen arm.
struct Chosen<'a> {
    arm: &'a ArmOutcome,
    role: Role,
    outcome: &'a Outcome,
    seen: Seen<'a>,
}

/// Draws the view of evidence.
pub fn evidence(
    ui: &mut Ui,
    seen: Seen,
    evidence: &mut Evidence,
    look: &mut Look,
    cursor: &mut Option<f64>,
    actions: &mut Vec<Action>,
) {
    let found = seen.shown.outcome.as_ref().and_then(|o| Some((o, chosen(o, look)?)));
    let Some((outcome, arm)) = found else {
        CentralPanel::default().show(ui, |ui| empty(ui, seen.shown, seen.offered, actions));
        return;
    };
    let roles = roles(&outcome.arms);
    let place = outcome.arms.iter().position(|a| a.index == arm.index).unwrap_or(0);
    let chosen = Chosen { arm, role: roles[place], outcome, seen };
    let width = ui.available_width();
    let pick = &mut look.arm;
    if width >= LIST {
        Panel::left("evidence of").default_size(232.0).size_range(200.0..=320.0).show(ui, |ui| {
            scroll(ui, "arms", |ui| {
                list(ui, &chosen, &roles, (&mut *pick, &mut evidence.predicts));
                ui.add_space(8.0);
                predicts(ui, &mut evidence.predicts);
                ui.add_space(8.0);
                assumptions(ui, outcome, true);
            });
        });
    } else {
        Panel::top("evidence tabs").show(ui, |ui| tabs(ui, &chosen, &roles, (pick, &mut evidence.predicts)));
    }
    if evidence.predicts {
        CentralPanel::default().show(ui, |ui| scroll(ui, "how well", |ui| predicts::predicts(ui, evidence.report())));
        return;
    }
    let numbers = |ui: &mut Ui, evidence: &Evidence| {
        side::side(ui, &chosen, evidence);
        if width < LIST {
            assumptions(ui, outcome, true);
        }
        ui.add_space(8.0);
    };
    if width >= BESIDE {
        let usual = (width * 0.31).clamp(292.0, 372.0);
        Panel::right("evidence numbers").default_size(usual).size_range(260.0..=520.0).show(ui, |ui| {
            scroll(ui, ("numbers", arm.index), |ui| numbers(ui, evidence));
        });
    }
    CentralPanel::default().show(ui, |ui| {
        scroll(ui, ("curve", arm.index), |ui| {
            if let Some(error) = seen.shown.error.as_ref().or(seen.shown.error_of_arm(arm.index)) {
                small(ui, "the last good curve, because");
                refusal(ui, error);
            }
            middle::middle(ui, &chosen, evidence, cursor, actions);
            if width < BESIDE {
                ui.separator();
                numbers(ui, evidence);
            }
        });
    });
}

/// A column that scrolls, with room for its bar; another arm begins at its top.
fn scroll(ui: &mut Ui, salt: impl std::hash::Hash + std::fmt::Debug, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(salt).auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - 10.0);
        ui.add_space(4.0);
        add(ui);
    });
}

/// Opens the page over all routes.
fn predicts(ui: &mut Ui, shown: &mut bool) {
    let button = ui.selectable_label(*shown, PREDICTS);
    if button.on_hover_text("by route: what was seen, what is new, the worst misses").clicked() {
        *shown = true;
    }
}

fn list(ui: &mut Ui, chosen: &Chosen, roles: &[Role], (pick, overall): (&mut usize, &mut bool)) {
    ui.label(RichText::new("Evidence of").size(theme::HEADING).strong());
    for (arm, role) in chosen.outcome.arms.iter().zip(roles) {
        let on = arm.index == chosen.arm.index && !*overall;
        let fill = if on { ui.visuals().faint_bg_color } else { egui::Color32::TRANSPARENT };
        Frame::default().fill(fill).inner_margin(Margin::same(6)).corner_radius(4.0).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                swatch(ui, *role, arm.range.is_some(), true);
                name(ui, arm, *role, on, (&mut *pick, &mut *overall));
            });
            ui.horizontal_top(|ui| {
                let help = format!("worst grade behind this curve: {}", arm.grade.meaning());
                grade(ui, arm.grade).on_hover_text(help);
                ui.vertical(|ui| small(ui, &doses_in_words(arm)));
            });
        });
    }
}

fn tabs(ui: &mut Ui, chosen: &Chosen, roles: &[Role], (pick, overall): (&mut usize, &mut bool)) {
    ui.horizontal_wrapped(|ui| {
        for (arm, role) in chosen.outcome.arms.iter().zip(roles) {
            swatch(ui, *role, arm.range.is_some(), true);
            let on = arm.index == chosen.arm.index && !*overall;
            name(ui, arm, *role, on, (&mut *pick, &mut *overall));
            ui.add_space(4.0);
        }
        predicts(ui, overall);
    });
}

fn name(ui: &mut Ui, arm: &ArmOutcome, role: Role, on: bool, (pick, overall): (&mut usize, &mut bool)) {
    let button = ui.selectable_label(on, in_colour(ui, &arm.label, role.route).strong());
    let label = format!("Evidence of {}", arm.label);
    ui.ctx().accesskit_node_builder(button.id, |node| node.set_label(label));
    if button.clicked() {
        (*pick, *overall) = (arm.index, false);
    }
}

/// A grade's letter in a frame; what is ours says so.
fn grade(ui: &mut Ui, grade: Grade) -> egui::Response {
    let text = if grade.is_ours() { format!("{grade} ours") } else { grade.to_string() };
    let stroke = ui.visuals().widgets.noninteractive.bg_stroke;
    let frame = Frame::default().stroke(stroke).inner_margin(Margin::symmetric(4, 0)).corner_radius(3.0);
    frame.show(ui, |ui| ui.label(RichText::new(text).small().strong())).response
}

/// A heading inside a column.
fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(6.0);
    ui.label(RichText::new(text).size(theme::HEADING).strong());
}
