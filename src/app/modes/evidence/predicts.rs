//! How well the models predict: by route and read-out, used and new studies, largest errors, questions without
//! measurements.

use super::heading;
use crate::app::canvas::{EguiMeasure, paint};
use crate::app::panels::small;
use crate::app::theme;
use crate::evidence::{Prediction, Report, Summary, Total, miss, new_study};
use crate::figure::Agreement;
use crate::scene::{agreement, agreement_page};
use crate::units::significant;
use egui::{Grid, RichText, ScrollArea, Sense, Ui, Vec2};

/// Shows the page on everything that was scored.
pub(super) fn predicts(ui: &mut Ui, report: Option<&Report>) {
    ui.label(RichText::new(super::PREDICTS).size(theme::HEADING).strong());
    let Some(report) = report else {
        small(ui, "nothing was scored");
        return;
    };
    let prediction = &report.prediction;
    ui.label(first_words(prediction));
    small(
        ui,
        "GMFE, the geometric mean fold error: on average a prediction is so many times too high or too low; 1 would be perfect. Within 2-fold: the share between half and twice the measured value.",
    );
    ui.add_space(4.0);
    table(ui, prediction);
    heading(ui, "Studies that are new to the models");
    for study in &prediction.new_studies {
        ui.label(new_study(study));
    }
    heading(ui, "The worst misses");
    for row in &prediction.misses {
        ui.label(miss(row));
    }
    heading(ui, "What has no target");
    for none in &prediction.no_target {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&none.what).strong());
            ui.label(&none.why);
        });
    }
    ui.add_space(8.0);
    picture(ui, report);
    ui.add_space(12.0);
}

/// The main result: the errors in new studies, and the number of values behind them.
fn first_words(prediction: &Prediction) -> String {
    let told = |of: fn(&Total) -> &Summary| {
        let part = |t: &Total| {
            let what = if t.of == "drug" { "of the drug itself" } else { "of metabolites" };
            let fold = of(t).gmfe.map_or("–".to_owned(), |v| significant(v, 3));
            format!("{fold}-fold {what} ({} figures)", of(t).rows)
        };
        prediction.totals.iter().map(part).collect::<Vec<_>>().join(" and ")
    };
    format!(
        "In studies that a model had not seen predictions are off, on average, {}. In those it was estimated from or tuned to: {}.",
        told(|t| &t.new),
        told(|t| &t.seen)
    )
}

fn table(ui: &mut Ui, prediction: &Prediction) {
    ScrollArea::horizontal().id_salt("predicts").show(ui, |ui| {
        Grid::new("predicts").num_columns(8).spacing([16.0, 3.0]).striped(true).show(ui, |ui| {
            let heads = ["", "blood drawn from", "new: n", "GMFE", "in 2-fold", "seen: n", "GMFE", "in 2-fold"];
            for head in heads {
                ui.label(RichText::new(head).small().weak());
            }
            ui.end_row();
            for row in &prediction.rows {
                ui.label(row.name());
                ui.label(row.read_out);
                [&row.new, &row.seen].into_iter().for_each(|s| cells(ui, s));
                ui.end_row();
            }
            for total in &prediction.totals {
                ui.label(RichText::new(total.name()).strong());
                ui.label("");
                [&total.new, &total.seen].into_iter().for_each(|s| cells(ui, s));
                ui.end_row();
            }
        });
    });
}

fn cells(ui: &mut Ui, s: &Summary) {
    ui.label(if s.rows == 0 { "–".to_owned() } else { s.rows.to_string() });
    ui.label(s.gmfe.map_or("–".to_owned(), |v| significant(v, 3)));
    ui.label(s.within_2_fold.map_or("–".to_owned(), |v| format!("{:.0} %", v * 100.0)));
}

/// Shows predicted against observed values, as `validate --plot` writes them.
fn picture(ui: &mut Ui, report: &Report) {
    let figure = Agreement::new(report);
    let page = agreement_page(&figure);
    let size = Vec2::new(page.width as f32, page.height as f32);
    ScrollArea::horizontal().id_salt("agreement").show(ui, |ui| {
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        paint(ui, &agreement(&figure, page, &EguiMeasure(ui.ctx())), rect.min, 1.0);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(egui::accesskit::Role::Image);
            node.set_label(figure.in_words());
        });
    });
}
