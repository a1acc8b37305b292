//! Compares two exposures of one drug: ratios over virtual subjects and over models, and what they do not mean.

use super::{refusal, small};
use crate::app::people::People;
use crate::app::revision::Made;
use crate::app::runner::Shown;
use crate::app::theme;
use crate::error::Result;
use crate::figure::{View, doses_in_words};
use crate::library::Library;
use crate::outcome::Outcome;
use crate::population::{Exposures, Figures, Ratio, comparable, exposures, models_ratio};
use crate::scenario::Scenario;
use crate::units::significant;
use egui::{ComboBox, Grid, Id, Modal, RichText, Ui};

/// Revision of the outcome and the two arms that the ratios by model were computed for.
type Key = (u64, [usize; 2]);
/// Each model with its exposure in both arms.
type ByModel = Vec<(String, [Figures; 2])>;
/// Reads one exposure measure.
type Of = fn(&Figures) -> Option<f64>;

/// The two arms that are compared.
#[derive(Debug, Default)]
pub struct Compared {
    /// Whether the page is open.
    pub open: bool,
    arms: Option<[usize; 2]>,
    models: Made<Key, Result<ByModel>>,
}

/// What the ratios do not mean.
const NOT_MEANT: [&str; 3] = [
    "Equal exposure is not equal effect: speed, setting and person matter too.",
    "A ratio is not a conversion of doses. Nothing here chooses a dose.",
    "A ratio within one model shares its mistakes; models differ among themselves.",
];

/// Shows the page while it is open.
pub fn compare(ui: &Ui, compared: &mut Compared, view: &mut View, shown: &Shown, people: &People, library: &Library) {
    if !compared.open {
        return;
    }
    let Some((outcome, scenario)) = shown.outcome.as_ref().zip(shown.scenario()).filter(|(o, _)| !o.arms.is_empty())
    else {
        compared.open = false;
        return;
    };
    let modal = Modal::new(Id::unique("compare exposures")).show(ui.ctx(), |ui| {
        ui.set_width(560.0_f32.min(ui.ctx().content_rect().width() - 60.0));
        ui.heading("Compare exposures");
        small(ui, "first over second: what reaches the blood, one drug at a time");
        ui.add_space(6.0);
        let arms = choose(ui, compared, outcome);
        ui.add_space(6.0);
        body(ui, compared, arms, (outcome, scenario), (view, people), (shown.runs, library));
        ui.add_space(8.0);
        ui.button("Close").clicked()
    });
    if modal.inner || modal.should_close() {
        compared.open = false;
    }
}

/// Shows two lists of arms. An arm that no longer exists is replaced by the first.
fn choose(ui: &mut Ui, compared: &mut Compared, outcome: &Outcome) -> [usize; 2] {
    let there = |i: &usize| outcome.arms.iter().any(|a| a.index == *i);
    let first = &outcome.arms[0];
    let others = || outcome.arms.iter().filter(|a| a.index != first.index && a.drug == first.drug);
    let second = others().find(|a| a.range.is_none()).or(others().next()).or(outcome.arms.get(1));
    let (first, second) = (first.index, second.map_or(first.index, |a| a.index));
    let mut arms = compared.arms.filter(|arms| arms.iter().all(there)).unwrap_or([first, second]);
    Grid::new("chosen arms").num_columns(3).spacing([8.0, 4.0]).show(ui, |ui| {
        for (chosen, name) in arms.iter_mut().zip(["First", "Second"]) {
            let of = |index: usize| outcome.arms.iter().find(|a| a.index == index);
            ui.label(name);
            let list = ComboBox::from_id_salt(name).selected_text(of(*chosen).map_or("", |a| a.label.as_str()));
            let list = list.show_ui(ui, |ui| {
                for arm in &outcome.arms {
                    ui.selectable_value(chosen, arm.index, &arm.label);
                }
            });
            ui.ctx().accesskit_node_builder(list.response.id, |node| node.set_label(format!("{name} exposure")));
            ui.label(of(*chosen).map_or(String::new(), |a| format!("{}, {}", a.drug, doses_in_words(a))));
            ui.end_row();
        }
    });
    compared.arms = Some(arms);
    arms
}

fn body(
    ui: &mut Ui,
    compared: &mut Compared,
    arms: [usize; 2],
    (outcome, scenario): (&Outcome, &Scenario),
    (view, people): (&mut View, &People),
    (runs, library): (u64, &Library),
) {
    let [a, b] = arms.map(|i| &scenario.arms[i]);
    if a.label == b.label {
        let alone = outcome.arms.len() < 2;
        let words = if alone {
            "one route is on: switch on or add another of the same drug"
        } else {
            "choose two different routes"
        };
        ui.label(words);
        return;
    }
    if let Err(error) = comparable(a, b) {
        refusal(ui, &error);
        return;
    }
    title(ui, "Between people of one model");
    match people.outcome.as_ref().map(|c| (c, c.arm(arms[0]), c.arm(arms[1]))) {
        Some((sample, Some(first), Some(second))) => match exposures(first, second) {
            Ok(list) => {
                for found in &list {
                    over_people(ui, found, sample.sample.people.size());
                }
                small(ui, "the same made-up people take both; time above: those who reach their own level in both");
            }
            Err(error) => refusal(ui, &error),
        },
        _ => {
            if ui.button("Switch people on").clicked() {
                view.show_people(true);
            }
        }
    }
    ui.add_space(6.0);
    title(ui, "Between models, each with a typical person");
    compared.models.update((runs, arms), || models_ratio(scenario, arms, library));
    match compared.models.get() {
        Some(Ok(list)) => over_models(ui, list),
        Some(Err(error)) => refusal(ui, error),
        None => {}
    }
    for arm in outcome.arms.iter().filter(|arm| arms.contains(&arm.index) && arm.range.is_some()) {
        small(ui, &format!("{} is drawn as a range: the model's own value is used here", arm.label));
    }
    ui.add_space(6.0);
    NOT_MEANT.iter().for_each(|line| {
        ui.label(*line);
    });
}

fn title(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).strong().size(theme::HEADING));
}

fn cell(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).small().weak());
}

fn times(ratio: f64) -> String {
    significant(ratio, 2)
}

fn over_people(ui: &mut Ui, found: &Exposures, all: usize) {
    if !found.at.is_empty() {
        ui.label(&found.at);
    }
    Grid::new(("ratios over people", &found.at)).num_columns(4).spacing([16.0, 2.0]).show(ui, |ui| {
        for name in ["ratio, first over second", "middle person", "90 % of people", "people counted"] {
            cell(ui, name);
        }
        ui.end_row();
        let rows: [(&str, Option<Ratio>); 3] = [
            ("area under the curve (AUC)", found.auc),
            ("peak (Cmax)", found.cmax),
            ("time above the own level", found.above),
        ];
        for (name, ratio) in rows {
            ui.label(name);
            match ratio {
                Some(Ratio { percentiles: [low, middle, high], people }) => {
                    ui.label(RichText::new(times(middle)).strong());
                    ui.label(format!("{} to {}", times(low), times(high)));
                    ui.label(format!("{people} of {all}"));
                }
                None => {
                    ui.label("–");
                    ui.label("nobody reaches it in both");
                    ui.label("");
                }
            }
            ui.end_row();
        }
    });
}

fn over_models(ui: &mut Ui, list: &ByModel) {
    let ratio = |of: Of, [a, b]: &[Figures; 2]| -> Option<f64> { Some(of(a)? / of(b).filter(|v| *v > 0.0)?) };
    let measures: [Of; 3] = [|f| f.auc, |f| Some(f.cmax), |f| f.above];
    Grid::new("ratios by model").num_columns(4).spacing([16.0, 2.0]).show(ui, |ui| {
        for name in ["model", "AUC", "Cmax", "time above the level"] {
            cell(ui, name);
        }
        ui.end_row();
        for (id, both) in list {
            ui.label(id);
            for of in measures {
                ui.label(ratio(of, both).map_or("–".to_owned(), times));
            }
            ui.end_row();
        }
        if list.len() > 1 {
            ui.label(RichText::new("lowest to highest").strong());
            for of in measures {
                let found: Vec<f64> = list.iter().filter_map(|(_, both)| ratio(of, both)).collect();
                let low = found.iter().copied().fold(f64::INFINITY, f64::min);
                let high = found.iter().copied().fold(0.0, f64::max);
                let text =
                    if found.is_empty() { "–".to_owned() } else { format!("{} to {}", times(low), times(high)) };
                ui.label(RichText::new(text).strong());
            }
            ui.end_row();
        }
    });
    if list.iter().any(|(_, both)| ratio(|f| f.above, both).is_none()) {
        small(ui, "–: a typical person is not above the level after the second");
    }
    if list.is_empty() {
        small(ui, "no model in the library has both routes and was made for such a person");
    }
}
