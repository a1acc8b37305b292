//! Edits the subject that is simulated.

use crate::app::field::{self, Field};
use crate::covariates::Between;
use crate::scenario::Scenario;
use crate::subject::{Ancestry, Sex, Subject};
use crate::units::{Age, Dim, Fraction, Time, Weight};
use egui::{ComboBox, Response, Ui};

/// Fields for a body weight and an age. Each use gives its own name.
const WEIGHT: Field =
    Field { name: "", unit: "kg", dim: Dim::WEIGHT, example: "70 kg", speed: 0.5, decimals: 1, range: [1.0, 400.0] };
const AGE: Field =
    Field { name: "", unit: "y", dim: Dim::AGE, example: "40 y", speed: 0.3, decimals: 0, range: [0.0, 120.0] };

/// Names of the fields of a person, for screen readers and tests.
pub struct PersonFields {
    weight: String,
    age: String,
    sex: String,
}

impl PersonFields {
    /// Of the scenario's subject, who is number 1, or of another person.
    pub fn of(number: usize) -> Self {
        let whose = if number > 1 { format!(" of person {number}") } else { String::new() };
        Self { weight: format!("Body weight{whose}"), age: format!("Age{whose}"), sex: format!("Sex{whose}") }
    }
}

/// Edits weight, age and sex. Returns the field of the weight.
pub fn fields(ui: &mut Ui, subject: &mut Subject, names: &PersonFields) -> Response {
    let mut kg = subject.weight.kg();
    let weight = (Field { name: &names.weight, ..WEIGHT }).show(ui, &mut kg);
    if weight.changed() {
        subject.weight = Weight::from_kg(kg);
    }
    let mut years = subject.age.years();
    if (Field { name: &names.age, ..AGE }).show(ui, &mut years).changed() {
        subject.age = Age::from_years(years);
    }
    choice(ui, &names.sex, &mut subject.sex, &Sex::ALL);
    weight
}

/// Edits the scenario's subject and the length of the simulation.
pub fn person(ui: &mut Ui, subject: &mut Subject, horizon: &mut Time) {
    ui.horizontal(|ui| fields(ui, subject, &PersonFields::of(1)));
    ui.horizontal(|ui| {
        ui.label("for");
        field::time(ui, "Simulated for", horizon, "4 h", [Time::from_minutes(1.0), Time::from_hours(1440.0)]);
        ui.label("ancestry");
        choice(ui, "Ancestry", &mut subject.ancestry, &Ancestry::ALL);
    });
}

fn choice<T: Copy + PartialEq>(ui: &mut Ui, name: &str, value: &mut T, all: &[(T, &str)]) {
    let shown = all.iter().find(|(v, _)| v == value).map_or("", |(_, s)| *s);
    let shown = if shown == "unstated" && name.starts_with("Sex") { "sex –" } else { shown };
    let combo = ComboBox::from_id_salt(name).selected_text(shown).width(84.0).show_ui(ui, |ui| {
        for (v, text) in all {
            ui.selectable_value(value, *v, *text);
        }
    });
    let name = name.to_owned();
    ui.ctx().accesskit_node_builder(combo.response.id, |node| node.set_label(name));
}

/// Edits how weight and age vary between virtual subjects. Nothing is assumed: at first all are like the subject above.
pub fn differing(ui: &mut Ui, scenario: &mut Scenario) {
    let Scenario { subject, population, .. } = scenario;
    let weight = Covariate { name: "weight", field: WEIGHT, of: Weight::kg, make: Weight::from_kg };
    let age = Covariate { name: "age", field: AGE, of: Age::years, make: Age::from_years };
    weight.show(ui, &mut population.weight, subject.weight);
    age.show(ui, &mut population.age, subject.age);
}

/// A covariate that may vary, and how it is edited.
struct Covariate<T> {
    name: &'static str,
    field: Field<'static>,
    of: fn(T) -> f64,
    make: fn(f64) -> T,
}

impl<T: Copy> Covariate<T> {
    fn show(&self, ui: &mut Ui, stated: &mut Option<Between<T>>, own: T) {
        let mut on = stated.is_some();
        let name = format!("People differ in {}", self.name);
        let help = "made-up people only; a dose per kg follows each person's own weight";
        if ui.checkbox(&mut on, name).on_hover_text(help).changed() {
            *stated = on.then_some(Between { median: None, cv: None, low: own, high: own });
        }
        let Some(between) = stated else { return };
        let [least, most] = self.field.range;
        let [low, high] = [(self.of)(between.low), (self.of)(between.high)];
        ui.horizontal(|ui| {
            ui.add_space(18.0);
            ui.label("from");
            self.edit(ui, "Lowest", &mut between.low, [least, high]);
            ui.label("to");
            self.edit(ui, "Highest", &mut between.high, [low, most]);
        });
        ui.horizontal(|ui| {
            ui.add_space(18.0);
            let mut around = between.median.is_some();
            let help = "log-normal around a median, drawn again outside the two ends; without it evenly between them";
            if ui.checkbox(&mut around, format!("{} around a median", self.name)).on_hover_text(help).changed() {
                let middle = (self.make)((self.of)(own).clamp(low, high));
                between.median = around.then_some(middle);
                between.cv = around.then_some(Fraction::from_parts(0.0));
            }
            let Some((median, cv)) = between.median.as_mut().zip(between.cv.as_mut()) else { return };
            self.edit(ui, "Median", median, [low, high]);
            let name = format!("CV of {}", self.name);
            let field = Field {
                name: &name,
                unit: "%",
                dim: Dim::NONE,
                example: "20 %",
                speed: 0.5,
                decimals: 1,
                range: [0.0, 200.0],
            };
            let mut percent = cv.parts() * 100.0;
            ui.label("CV");
            if field.show(ui, &mut percent).changed() {
                *cv = Fraction::from_parts(percent / 100.0);
            }
        });
    }

    fn edit(&self, ui: &mut Ui, what: &str, value: &mut T, range: [f64; 2]) {
        let name = format!("{what} {}", self.name);
        let mut number = (self.of)(*value);
        let field = Field { name: &name, range, ..self.field };
        if field.show(ui, &mut number).changed() {
            *value = (self.make)(number);
        }
    }
}
