//! How far predictions lie from what was measured, for the drug and routes of an arm.

use super::heading;
use crate::app::panels::small;
use crate::evidence::{Group, Report, Row, Summary};
use crate::outcome::ArmOutcome;
use crate::regimen::Route;
use crate::units::{number, significant};
use egui::{CollapsingHeader, Grid, RichText, Ui};

/// Shows the error measures with their meaning, and the rows with large errors.
pub(super) fn errors(ui: &mut Ui, report: Option<&Report>, arm: &ArmOutcome) {
    heading(ui, "Predicted against measured");
    let Some(report) = report else {
        small(ui, "not scored");
        return;
    };
    let mine = |drug: &str, route: &str| drug == arm.drug && arm.routes.iter().any(|r: &Route| r.id() == route);
    let groups: Vec<&Group> = report.groups.iter().filter(|g| mine(&g.drug, &g.route)).collect();
    let Some(first) = groups.first() else {
        small(ui, "no study of this drug and route that can be compared ships with ketasim");
        return;
    };
    table(ui, &groups);
    if let Some(gmfe) = first.all.gmfe {
        let fold = significant(gmfe, 3);
        small(
            ui,
            &format!("GMFE {fold}: on average a prediction is {fold} times too high or too low; 1 would be perfect."),
        );
    }
    small(
        ui,
        "MDPE above 0: the model runs low. MDAPE: the same without its sign. New: studies that the model was neither estimated from nor tuned to.",
    );
    if groups.iter().all(|g| g.model != arm.model) {
        let names: Vec<&str> = groups.iter().map(|g| g.model.as_str()).collect();
        small(
            ui,
            &format!(
                "Scored with {}, which the rules name for this route; the arm uses {}.",
                unique(&names),
                arm.model
            ),
        );
    }
    let far: Vec<&Row> = report.rows.iter().filter(|r| mine(&r.drug, &r.route) && !r.within_2_fold()).collect();
    CollapsingHeader::new(format!("Beyond 2-fold ({})", far.len())).show(ui, |ui| {
        far.into_iter().for_each(|row| gap(ui, row));
    });
}

fn table(ui: &mut Ui, groups: &[&Group]) {
    Grid::new("errors").num_columns(6).spacing([10.0, 2.0]).show(ui, |ui| {
        for (name, help) in [
            ("", ""),
            ("n", "number of figures compared"),
            ("GMFE", "geometric mean fold error"),
            ("in 2-fold", "share of figures within 2-fold"),
            ("MDPE", "median of (measured - predicted) / predicted"),
            ("MDAPE", "median of its size"),
        ] {
            small_cell(ui, name, help);
        }
        ui.end_row();
        for group in groups {
            let route = group.route.to_uppercase();
            summary(ui, &format!("{route}, {}", group.of), &group.all);
            if group.external.rows > 0 {
                summary(ui, "  new studies", &group.external);
            }
        }
    });
}

fn small_cell(ui: &mut Ui, text: &str, help: &str) {
    let cell = ui.label(RichText::new(text).small().weak());
    if !help.is_empty() {
        cell.on_hover_text(help);
    }
}

fn summary(ui: &mut Ui, name: &str, s: &Summary) {
    let percent = |v: Option<f64>| v.map_or("–".to_owned(), |v| format!("{} %", v.round() + 0.0).replace('-', "−"));
    ui.label(RichText::new(name).small());
    ui.label(s.rows.to_string());
    ui.label(s.gmfe.map_or("–".to_owned(), |v| significant(v, 3)));
    ui.label(percent(s.within_2_fold.map(|w| w * 100.0)));
    ui.label(percent(s.mdpe));
    ui.label(percent(s.mdape));
    ui.end_row();
}

fn gap(ui: &mut Ui, row: &Row) {
    let at = row.time_min.map_or(String::new(), |t| format!(" at {} min", number(t)));
    let [measured, predicted] = [row.observed, row.predicted].map(|v| significant(v, 3));
    let unit = if row.unit == "1" { "" } else { row.unit };
    ui.label(RichText::new(format!("{} {} {}{at}", row.id, row.analyte, row.quantity)).small().strong());
    let why = if row.unexplained { "not explained" } else { row.note.trim_start_matches("beyond 2-fold: ") };
    let ratio = significant(row.ratio, 3);
    small(ui, &format!("measured {measured}, predicted {predicted} {unit}, {ratio} times; {why}"));
}

fn unique(names: &[&str]) -> String {
    let mut list: Vec<&str> = Vec::new();
    for name in names {
        if !list.contains(name) {
            list.push(name);
        }
    }
    list.join(", ")
}
