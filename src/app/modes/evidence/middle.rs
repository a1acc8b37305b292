//! The chosen curve with other models behind it, why they differ, and what was measured.

use super::Chosen;
use crate::app::Cursor;
use crate::app::action::Action;
use crate::app::canvas::{EguiMeasure, paint};
use crate::app::evidence::Evidence;
use crate::app::panels::{in_colour, picture, refusal, small, summary, swatch};
use crate::app::theme;
use crate::figure::{StudyFigure, doses_in_words};
use crate::outcome::{ArmOutcome, OtherModel};
use crate::scene::{Page, layout};
use crate::units::{MINUTES_PER_HOUR, NG_ML_PER_MG_L, significant};
use egui::{Frame, Margin, RichText, Sense, Ui, Vec2};

/// Number of measured arms shown until all are requested.
const FIRST: usize = 6;
/// Least width of the picture of a measured arm, points.
const NARROWEST: f32 = 250.0;
/// Height of the picture of a measured arm, points.
const HEIGHT: f32 = 168.0;

/// Shows the column in the centre.
pub(super) fn middle(
    ui: &mut Ui,
    chosen: &Chosen,
    evidence: &mut Evidence,
    cursor: &mut Cursor,
    actions: &mut Vec<Action>,
) {
    let arm = chosen.arm;
    ui.horizontal_wrapped(|ui| {
        swatch(ui, chosen.role, arm.range.is_some(), true);
        ui.label(in_colour(ui, &arm.label, chosen.role.route).size(theme::HEADING).strong());
        ui.label(format!("{}; {}", doses_in_words(arm), arm.model_title));
    });
    if let Some(figure) = evidence.curve() {
        let height = (ui.ctx().content_rect().height() * 0.44).clamp(190.0, 460.0);
        let size = Vec2::new(ui.available_width().max(200.0), height);
        let dim = if chosen.seen.shown.error.is_some() || chosen.arm.faded { 0.4 } else { 1.0 };
        let words = summary(figure, std::slice::from_ref(arm), cursor.hours);
        picture(ui, (figure, &words), (size, dim), chosen.outcome.horizon.hours(), None, cursor);
    }
    models(ui, chosen, actions);
    super::tornado::tornado(ui, chosen, evidence);
    measured(ui, evidence);
    ui.add_space(12.0);
}

/// Shows the other models, each with its peak and the reasons for the difference.
fn models(ui: &mut Ui, chosen: &Chosen, actions: &mut Vec<Action>) {
    let arm = chosen.arm;
    super::heading(ui, "Other models of this drug and route");
    if arm.others.is_empty() {
        small(ui, "no other model in the library takes such a dose in such a person, or none says anything else");
        return;
    }
    if let Some(spread) = &arm.below_level {
        ui.label(format!("Spread: {spread}."));
    }
    Frame::default().inner_margin(Margin { left: 0, right: 0, top: 2, bottom: 0 }).show(ui, |ui| {
        own(ui, arm);
        for other in &arm.others {
            model(ui, chosen, other, actions);
        }
    });
}

fn own(ui: &mut Ui, arm: &ArmOutcome) {
    let Some(curve) = arm.curves.first() else { return };
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(&arm.model).strong());
        let [peak, at] = [curve.exposure.cmax * NG_ML_PER_MG_L, curve.exposure.tmax * MINUTES_PER_HOUR];
        ui.label(peak_words([peak, at]));
        small(ui, &format!("chosen; {}", curve.site.words()));
    });
}

fn model(ui: &mut Ui, chosen: &Chosen, other: &OtherModel, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        let title = chosen.seen.library.model(&other.model).map_or("", |m| m.title.as_str());
        ui.label(RichText::new(&other.model).strong()).on_hover_text(title);
        ui.label(peak_words(other.peak));
        let own = chosen.arm.curves.first().map_or(0.0, |c| c.exposure.cmax * NG_ML_PER_MG_L);
        if own > 0.0 {
            small(ui, &against(other.peak[0] / own));
        }
        let take = ui.small_button("take it").on_hover_text(format!("simulate {} with this model", chosen.arm.label));
        let label = format!("Take {}", other.model);
        ui.ctx().accesskit_node_builder(take.id, |node| node.set_label(label));
        if take.clicked() {
            actions.push(Action::Take(chosen.arm.index, Some(other.model.clone())));
        }
    });
    let why = if other.why.is_empty() { "no reason for a gap is known".to_owned() } else { other.why.join("; ") };
    small(ui, &why);
    ui.add_space(2.0);
}

fn peak_words([peak, at]: [f64; 2]) -> String {
    format!("peak {} ng/mL at {} min", significant(peak, 3), significant(at, 2))
}

/// A ratio in words: "30 % below the chosen peak".
fn against(ratio: f64) -> String {
    match ((ratio - 1.0) * 100.0).round() {
        p if p > 0.0 => format!("{p} % above the chosen peak"),
        p if p < 0.0 => format!("{} % below the chosen peak", -p),
        _ => "as the chosen peak".to_owned(),
    }
}

fn arms(count: usize) -> String {
    if count == 1 { "1 arm".to_owned() } else { format!("{count} arms") }
}

/// Shows small pictures of measurements, each with the curve for its own dose.
fn measured(ui: &mut Ui, evidence: &mut Evidence) {
    let count = evidence.measured().len();
    super::heading(ui, &format!("Measured points of this drug and route ({})", arms(count)));
    if let Some(error) = evidence.error() {
        refusal(ui, error);
        return;
    }
    if count == 0 {
        small(ui, "no study with points of this drug and route ships with ketasim");
        return;
    }
    small(ui, "circles: measured; line or fill: what the model says for that study's own dose and people");
    let shown = if evidence.all { count } else { count.min(FIRST) };
    let width = ui.available_width();
    let columns = ((width / NARROWEST).floor() as usize).clamp(1, 3);
    let gap = ui.spacing().item_spacing.x;
    let each = ((width - gap * (columns - 1) as f32) / columns as f32).max(160.0);
    for row in evidence.measured()[..shown].chunks(columns) {
        ui.horizontal_top(|ui| {
            for study in row {
                ui.allocate_ui_with_layout(Vec2::new(each, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
                    ui.set_width(each);
                    one(ui, study, each);
                });
            }
        });
        ui.add_space(6.0);
    }
    if count > FIRST {
        let text = if evidence.all { "show fewer".to_owned() } else { format!("show all {count}") };
        if ui.button(text).clicked() {
            evidence.all = !evidence.all;
        }
    }
}

fn one(ui: &mut Ui, study: &StudyFigure, width: f32) {
    ui.label(RichText::new(&study.id).strong());
    small(ui, &study.words);
    let size = Vec2::new(width, HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let page = Page { width: f64::from(width), height: f64::from(HEIGHT), furniture: false, scale: 1.0 };
    paint(ui, &layout(&study.figure, page, &EguiMeasure(ui.ctx())), rect.min, 1.0);
    let points: usize = study.figure.panels.iter().flat_map(|p| &p.points).map(|p| p.points.len()).sum();
    let words = format!("{}: {points} measured points over the curve of {}", study.id, study.model);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(egui::accesskit::Role::Image);
        node.set_label(words);
    });
    // a figure reserves room for strips, which a small one does not have
    ui.add_space(-10.0);
    let new = if study.external { "a study new to" } else { "a study seen by" };
    small(ui, &format!("{new} {}. {}", study.model, study.citation));
}
