//! The subjects studied, citations, and what is missing.

use super::{Chosen, errors, heading, numbers};
use crate::app::evidence::Evidence;
use crate::app::panels::{small, warnings};
use crate::app::theme;
use crate::model::{Model, Source};
use crate::outcome::ArmOutcome;
use crate::scene::Ink;
use egui::{CollapsingHeader, RichText, Ui};

/// Width of the names of facts, points.
const NAME: f32 = 62.0;

/// Shows the column of facts and numbers.
pub(super) fn side(ui: &mut Ui, chosen: &Chosen, evidence: &Evidence) {
    let Ok(model) = chosen.seen.library.model(&chosen.arm.model) else {
        small(ui, "the model of this arm is not in the library any more");
        return;
    };
    ui.push_id(("evidence", chosen.arm.index), |ui| {
        who(ui, model, chosen.arm);
        warnings(ui, chosen.arm, "");
        citations(ui, model, chosen.arm);
        errors::errors(ui, evidence.report(), chosen.arm);
        numbers::numbers(ui, model, chosen.arm);
        missing(ui, model);
    });
}

fn who(ui: &mut Ui, model: &Model, arm: &ArmOutcome) {
    ui.label(RichText::new("Who was studied").size(theme::HEADING).strong());
    ui.label(&model.population);
    let n = model.n.map(|n| n.to_string());
    let span = |low: String, high: String| if low == high { low } else { format!("{low} to {high}") };
    let weights = model.weight.map(|[low, high]| span(low.to_string(), high.to_string()));
    let ages = model.age.map(|[low, high]| span(low.to_string(), high.to_string()));
    fact(ui, "people", n);
    fact(ui, "group", model.group.clone());
    fact(ui, "weights", weights);
    fact(ui, "ages", ages);
    for route in &arm.routes {
        let studied = model.routes.get(route).and_then(|r| r.studied);
        fact(ui, &format!("{route} doses"), studied.map(|[low, high]| span(low.to_string(), high.to_string())));
    }
    let site = model.site_grade.map_or(String::new(), |g| format!(" (grade {g}: {})", g.meaning()));
    fact(ui, "blood", Some(format!("{}{site}", model.estimated_from.words())));
    if let Some(note) = &model.limits_note {
        small(ui, &format!("limits: {note}"));
    }
}

/// Shows a name with its value, or that it is not known.
fn fact(ui: &mut Ui, name: &str, value: Option<String>) {
    ui.horizontal_top(|ui| {
        ui.allocate_ui_with_layout(egui::vec2(NAME, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
            ui.set_width(NAME);
            let colour = theme::ink(ui, Ink::Muted);
            ui.label(RichText::new(name).color(colour));
        });
        ui.vertical(|ui| match value {
            Some(value) => ui.label(value),
            None => ui.weak("not stated"),
        });
    });
}

fn citations(ui: &mut Ui, model: &Model, arm: &ArmOutcome) {
    let used = |s: &Source| arm.sources.contains(&s.to_string());
    let numbered = || model.sources.iter().enumerate().map(|(i, s)| (i + 1, s));
    let count = numbered().filter(|(_, s)| used(s)).count();
    heading(ui, &format!("Cited for this curve ({count})"));
    numbered().filter(|(_, s)| used(s)).for_each(|(i, s)| citation(ui, i, s));
    let others = model.sources.len() - count;
    if others > 0 {
        CollapsingHeader::new(format!("Cited elsewhere in the model ({others})")).show(ui, |ui| {
            numbered().filter(|(_, s)| !used(s)).for_each(|(i, s)| citation(ui, i, s));
        });
    }
}

fn citation(ui: &mut Ui, number: usize, source: &Source) {
    small(ui, &format!("[{number}] {}", source.citation));
    if let Some(doi) = &source.doi {
        ui.hyperlink_to(RichText::new(format!("doi {doi}")).small(), format!("https://doi.org/{doi}"));
    } else if let Some(pmid) = &source.pmid {
        small(ui, &format!("PubMed {pmid}"));
    }
    if let Some(read_in) = &source.read_in {
        small(ui, &format!("read in {read_in}"));
    }
    ui.add_space(2.0);
}

fn missing(ui: &mut Ui, model: &Model) {
    heading(ui, "What is missing");
    if let Some(why) = &model.incomplete {
        small(ui, why);
    }
    model.missing.iter().for_each(|line| small(ui, &format!("– {line}")));
    if model.missing.is_empty() && model.incomplete.is_none() {
        small(ui, "nothing is noted in the model file");
    }
}
