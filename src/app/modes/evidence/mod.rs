//! The evidence behind one curve: the subjects studied, every number with its grade, measured points, other models, and
//! how far predictions are from measurements.

mod errors;
mod middle;
mod numbers;
mod predicts;
mod side;
mod tornado;

use super::{Shape, never, nothing};
use crate::app::App;
use crate::app::action::Action;
use crate::app::evidence::{Evidence, chosen};
use crate::app::panels::{Seen, assumptions, empty, in_colour, refusal, small, swatch};
use crate::app::picture::{PLOT, Picture, missing};
use crate::app::state::Look;
use crate::app::theme;
use crate::error::{Error, Result};
use crate::export;
use crate::figure::{Agreement, Role, TornadoPlot, doses_in_words, roles};
use crate::model::Grade;
use crate::outcome::{ArmOutcome, Outcome};
use egui::{Frame, Key, Margin, Panel, RichText, ScrollArea, Ui};

/// Width from which the arms are a list at the left, points. Below it they are a row of tabs.
const LIST: f32 = 1080.0;
/// Width from which the numbers are beside the curve, points. Below it they are under the curve.
const BESIDE: f32 = 720.0;

/// Title of the page over all routes.
const PREDICTS: &str = "How well does it predict?";

/// The chosen arm and what is drawn for it.
struct Chosen<'a> {
    arm: &'a ArmOutcome,
    role: Role,
    /// Roles of all arms, in their order.
    roles: Vec<Role>,
    outcome: &'a Outcome,
    seen: Seen<'a>,
}

/// Functions of the evidence mode.
pub static SHAPE: Shape = Shape {
    name: "Evidence",
    help: "what stands behind a curve",
    key: Key::Num2,
    update: |app, _| app.evidence.update(&app.shown, &app.state.look, &app.library),
    alone: never,
    panels,
    toolbar: nothing,
    view,
    pictures: &[PLOT, CURVE, TORNADO, AGREEMENT],
};

/// The chosen arm in front of other models, as a picture.
const CURVE: Picture = Picture {
    name: "This curve and other models",
    file: "models",
    bytes: |app, format| {
        handed_on(app)?;
        let curve = app.evidence.curve().ok_or_else(nothing_chosen)?;
        export::render(curve, format)
    },
};

/// Sensitivity of the chosen arm, as a picture.
const TORNADO: Picture = Picture {
    name: "Tornado plot",
    file: "tornado",
    bytes: |app, format| {
        let chosen = handed_on(app)?;
        let found = app.evidence.tornado().ok_or_else(nothing_chosen)?.as_ref().map_err(Clone::clone)?;
        export::render_tornado(&TornadoPlot::new(found, app.evidence.measure(), chosen.arm, chosen.role), format)
    },
};

/// Predicted against observed values, as a picture.
const AGREEMENT: Picture = Picture {
    name: "Predicted against observed",
    file: "predicted-observed",
    bytes: |app, format| {
        let report = app.evidence.report().ok_or_else(|| match app.evidence.error() {
            Some(error) => error.clone(),
            None => nothing_chosen(),
        })?;
        export::render_agreement(&Agreement::new(report), format)
    },
};

fn nothing_chosen() -> Error {
    missing("there is no curve whose evidence could be drawn", "switch a route on")
}

/// The chosen arm for export. It is refused while what is shown is not of the present scenario.
fn handed_on(app: &App) -> Result<Chosen<'_>> {
    app.settled()?;
    let seen = Seen { shown: &app.shown, library: &app.library, offered: &app.offered };
    let chosen = Chosen::find(seen, &app.state.look).ok_or_else(nothing_chosen)?;
    match app.shown.error.as_ref().or(app.shown.error_of_arm(chosen.arm.index)) {
        Some(error) => Err(error.clone()),
        None => Ok(chosen),
    }
}

impl<'a> Chosen<'a> {
    /// The chosen arm. `None` where there is none to show.
    fn find(seen: Seen<'a>, look: &Look) -> Option<Self> {
        let outcome = seen.shown.outcome.as_ref()?;
        let arm = chosen(outcome, look)?;
        let roles = roles(&outcome.arms);
        let place = outcome.arms.iter().position(|a| a.index == arm.index)?;
        Some(Self { arm, role: roles[place], roles, outcome, seen })
    }
}

/// Width of the window before panels take their part.
fn width(ui: &Ui) -> f32 {
    ui.ctx().content_rect().width()
}

fn panels(app: &mut App, ui: &mut Ui, _actions: &mut Vec<Action>) {
    let App { shown, library, offered, evidence, state, .. } = app;
    let seen = Seen { shown, library, offered };
    let Some(chosen) = Chosen::find(seen, &state.look) else { return };
    let (width, pick) = (width(ui), &mut state.look.arm);
    if width >= LIST {
        Panel::left("evidence of").default_size(232.0).size_range(200.0..=320.0).show(ui, |ui| {
            scroll(ui, "arms", |ui| {
                list(ui, &chosen, (&mut *pick, &mut evidence.predicts));
                ui.add_space(8.0);
                predicts(ui, &mut evidence.predicts);
                ui.add_space(8.0);
                assumptions(ui, chosen.outcome, true);
            });
        });
    } else {
        Panel::top("evidence tabs").show(ui, |ui| tabs(ui, &chosen, (pick, &mut evidence.predicts)));
    }
    if width >= BESIDE && !evidence.predicts {
        let usual = (width * 0.31).clamp(292.0, 372.0);
        Panel::right("evidence numbers").default_size(usual).size_range(260.0..=520.0).show(ui, |ui| {
            scroll(ui, ("numbers", chosen.arm.index), |ui| numbers_of(ui, &chosen, evidence, width));
        });
    }
}

/// Shows the subjects studied and every number. In a narrow window it also shows the assumptions.
fn numbers_of(ui: &mut Ui, chosen: &Chosen, evidence: &Evidence, width: f32) {
    side::side(ui, chosen, evidence);
    if width < LIST {
        assumptions(ui, chosen.outcome, true);
    }
    ui.add_space(8.0);
}

fn view(app: &mut App, ui: &mut Ui, actions: &mut Vec<Action>) {
    let App { shown, library, offered, evidence, state, cursor, .. } = app;
    let seen = Seen { shown, library, offered };
    let Some(chosen) = Chosen::find(seen, &state.look) else {
        return empty(ui, seen.shown, seen.offered, actions);
    };
    if evidence.predicts {
        return scroll(ui, "how well", |ui| predicts::predicts(ui, evidence.report()));
    }
    let width = width(ui);
    scroll(ui, ("curve", chosen.arm.index), |ui| {
        if let Some(error) = seen.shown.error.as_ref().or(seen.shown.error_of_arm(chosen.arm.index)) {
            small(ui, "the last good curve, because");
            refusal(ui, error);
        }
        middle::middle(ui, &chosen, evidence, cursor, actions);
        if width < BESIDE {
            ui.separator();
            numbers_of(ui, &chosen, evidence, width);
        }
    });
}

/// A scrolling column with room for its scroll bar. Another arm starts at its top.
fn scroll(ui: &mut Ui, salt: impl std::hash::Hash + std::fmt::Debug, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(salt).auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - 10.0);
        ui.add_space(4.0);
        add(ui);
    });
}

/// Shows the switch to the page over all routes.
fn predicts(ui: &mut Ui, shown: &mut bool) {
    let button = ui.selectable_label(*shown, PREDICTS);
    if button.on_hover_text("by route: what was seen, what is new, the worst misses").clicked() {
        *shown = true;
    }
}

fn list(ui: &mut Ui, chosen: &Chosen, (pick, overall): (&mut usize, &mut bool)) {
    ui.label(RichText::new("Evidence of").size(theme::HEADING).strong());
    for (arm, role) in chosen.outcome.arms.iter().zip(&chosen.roles) {
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

fn tabs(ui: &mut Ui, chosen: &Chosen, (pick, overall): (&mut usize, &mut bool)) {
    ui.horizontal_wrapped(|ui| {
        for (arm, role) in chosen.outcome.arms.iter().zip(&chosen.roles) {
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

/// Shows the letter of a grade in a frame, and marks grades that are our own.
fn grade(ui: &mut Ui, grade: Grade) -> egui::Response {
    let text = if grade.is_ours() { format!("{grade} ours") } else { grade.to_string() };
    let stroke = ui.visuals().widgets.noninteractive.bg_stroke;
    let frame = Frame::default().stroke(stroke).inner_margin(Margin::symmetric(4, 0)).corner_radius(3.0);
    frame.show(ui, |ui| ui.label(RichText::new(text).small().strong())).response
}

/// Shows a heading inside a column.
fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(6.0);
    ui.label(RichText::new(text).size(theme::HEADING).strong());
}
