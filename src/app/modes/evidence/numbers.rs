//! Every number of a model with unit, source, grade and uncertainty.

use super::{grade, heading};
use crate::app::panels::small;
use crate::model::{Effect, Grade, Model, Parameter};
use crate::outcome::ArmOutcome;
use egui::{Align, CollapsingHeader, Layout, RichText, Ui};

/// Shows the numbers used by the arm first, the others of the model folded, and the legend of grades.
pub(super) fn numbers(ui: &mut Ui, model: &Model, arm: &ArmOutcome) {
    let used = |name: &String| arm.used.contains(name);
    let count = model.parameters.iter().filter(|p| used(&p.name)).count();
    heading(ui, &format!("Numbers behind this curve ({count})"));
    legend(ui);
    ui.add_space(4.0);
    model.parameters.iter().filter(|p| used(&p.name)).for_each(|p| parameter(ui, model, p));
    let acts = |e: &&Effect| e.on.iter().any(used);
    model.effects.iter().filter(acts).for_each(|e| effect(ui, model, e));
    let rest = model.parameters.len() - count;
    if rest > 0 {
        CollapsingHeader::new(format!("Other numbers of the model ({rest})")).show(ui, |ui| {
            model.parameters.iter().filter(|p| !used(&p.name)).for_each(|p| parameter(ui, model, p));
            model.effects.iter().filter(|e| !acts(e)).for_each(|e| effect(ui, model, e));
        });
    }
    if !model.spreads.is_empty() {
        CollapsingHeader::new(format!("Spread between people ({})", model.spreads.len())).show(ui, |ui| {
            small(ui, "The grade is that of the spread, not of the number that spreads.");
            for spread in &model.spreads {
                let name = format!("spread of {}", spread.name);
                row(
                    ui,
                    model,
                    (&name, &spread.words()),
                    (spread.grade, &spread.source),
                    [None, spread.note.as_deref()],
                );
            }
        });
    }
    if !model.reported.is_empty() {
        CollapsingHeader::new(format!("Printed by the source, not used ({})", model.reported.len())).show(ui, |ui| {
            model.reported.iter().for_each(|p| parameter(ui, model, p));
        });
    }
}

fn legend(ui: &mut Ui) {
    for letter in Grade::ALL {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 15.0;
            grade(ui, letter);
            small(ui, letter.meaning());
        });
    }
}

fn parameter(ui: &mut Ui, model: &Model, p: &Parameter) {
    let doubt = p.uncertainty.as_ref().map(crate::model::Uncertainty::words);
    row(ui, model, (&p.name, &p.text), (p.grade, &p.source), [doubt.as_deref(), p.note.as_deref()]);
}

fn effect(ui: &mut Ui, model: &Model, e: &Effect) {
    row(ui, model, (&e.on.join(", "), &e.words()), (e.grade, &e.source), [None, e.note.as_deref()]);
}

/// Shows name, value, number of the source and grade, with uncertainty and notes below.
fn row(
    ui: &mut Ui,
    model: &Model,
    (name, value): (&str, &str),
    (letter, source): (Grade, &str),
    remarks: [Option<&str>; 2],
) {
    ui.separator();
    ui.horizontal_top(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            grade(ui, letter).on_hover_text(letter.meaning());
            if let Some(i) = model.sources.iter().position(|s| s.key == source) {
                let text = RichText::new(format!("[{}]", i + 1)).small();
                ui.label(text).on_hover_text(&model.sources[i].citation);
            }
            ui.with_layout(Layout::left_to_right(Align::Min).with_main_wrap(true), |ui| {
                ui.label(RichText::new(name).strong());
                ui.label(value);
            });
        });
    });
    let said: Vec<&str> = remarks.into_iter().flatten().collect();
    if !said.is_empty() {
        small(ui, &said.join("; "));
    }
}
