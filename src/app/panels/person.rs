//! Who is simulated.

use crate::app::field::Field;
use crate::subject::{Ancestry, Sex, Subject};
use crate::units::{Age, Dim, Time, Weight};
use egui::{ComboBox, Ui};

/// Edits the person and the length of the simulation.
pub fn person(ui: &mut Ui, subject: &mut Subject, horizon: &mut Time) {
    ui.horizontal(|ui| {
        let mut kg = subject.weight.kg();
        let weight = Field {
            name: "Body weight",
            unit: "kg",
            dim: Dim::WEIGHT,
            example: "70 kg",
            speed: 0.5,
            decimals: 1,
            range: [1.0, 400.0],
        };
        if weight.show(ui, &mut kg).changed() {
            subject.weight = Weight::from_kg(kg);
        }
        let mut years = subject.age.years();
        let age = Field {
            name: "Age",
            unit: "y",
            dim: Dim::AGE,
            example: "40 y",
            speed: 0.3,
            decimals: 0,
            range: [0.0, 120.0],
        };
        if age.show(ui, &mut years).changed() {
            subject.age = Age::from_years(years);
        }
        choice(ui, "Sex", &mut subject.sex, &Sex::ALL);
    });
    ui.horizontal(|ui| {
        let mut hours = horizon.hours();
        let length = Field {
            name: "Simulated for",
            unit: "h",
            dim: Dim::TIME,
            example: "4 h",
            speed: 0.05,
            decimals: 2,
            range: [1.0 / 60.0, 1440.0],
        };
        ui.label("for");
        if length.show(ui, &mut hours).changed() {
            *horizon = Time::from_hours(hours);
        }
        ui.label("ancestry");
        choice(ui, "Ancestry", &mut subject.ancestry, &Ancestry::ALL);
    });
}

fn choice<T: Copy + PartialEq>(ui: &mut Ui, name: &str, value: &mut T, all: &[(T, &str)]) {
    let shown = all.iter().find(|(v, _)| v == value).map_or("", |(_, s)| *s);
    let shown = if shown == "unstated" && name == "Sex" { "sex –" } else { shown };
    let combo = ComboBox::from_id_salt(name).selected_text(shown).width(84.0).show_ui(ui, |ui| {
        for (v, text) in all {
            ui.selectable_value(value, *v, *text);
        }
    });
    let name = name.to_owned();
    ui.ctx().accesskit_node_builder(combo.response.id, |node| node.set_label(name));
}
