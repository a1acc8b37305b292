//! The cards of the arms: what is given, as a sentence with numbers to edit.

use super::person::{differing, person};
use super::persons;
use super::{announced, in_colour, named, small, swatch};
use crate::app::action::{Action, another_dose};
use crate::app::field::{self, Field};
use crate::app::runner::Shown;
use crate::figure::Role;
use crate::library::Library;
use crate::regimen::{Administration, AfterHold, Dose, DoseAmount, Form, Infusion, Repeat, Route, Sprays};
use crate::scenario::{PlasmaSite, Scenario, StudyArm};
use crate::subject::Subject;
use crate::units::{Amount, Dim, Time, Weight, significant};
use egui::{ComboBox, Frame, Id, Margin, RichText, ScrollArea, TextEdit, Ui};

/// Longest duration, h: that of the longest simulation.
const LONGEST_H: f64 = 1440.0;

/// Shows the subject, the cards and the button that adds an arm. With `people` it also shows how virtual subjects vary.
pub fn arms(
    ui: &mut Ui,
    (scenario, people): (&mut Scenario, bool),
    shown: &Shown,
    library: &Library,
    offered: &[StudyArm],
    actions: &mut Vec<Action>,
) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        // room for the scroll bar
        ui.set_max_width(ui.available_width() - 8.0);
        ui.add_space(4.0);
        person(ui, &mut scenario.subject, &mut scenario.horizon);
        if people {
            differing(ui, scenario);
        }
        if let Some(error) = &shown.error {
            announced(ui, error);
        }
        ui.add_space(4.0);
        let roles = roles(&scenario.arms);
        let groups = persons::shown(ui, &scenario.arms);
        for (k, group) in groups.iter().enumerate() {
            if k > 0 {
                ui.push_id(("person", k), |ui| persons::heading(ui, scenario, group, k + 1, actions));
            }
            for i in group {
                let subject = scenario.subject_of(&scenario.arms[*i]);
                let horizon = scenario.horizon;
                ui.push_id(("arm", i), |ui| {
                    let fill = ui.visuals().faint_bg_color;
                    Frame::default().fill(fill).inner_margin(Margin::same(8)).corner_radius(4.0).show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        card(ui, &mut scenario.arms[*i], roles[*i], (&subject, horizon), shown, library, actions);
                    });
                });
                ui.add_space(2.0);
            }
        }
        ui.horizontal(|ui| {
            add_menu(ui, offered, actions);
            persons::another(ui, &groups, actions);
        });
        ui.add_space(8.0);
    });
}

/// "Add a route", with everything that can be added.
pub fn add_menu(ui: &mut Ui, offered: &[StudyArm], actions: &mut Vec<Action>) {
    ui.menu_button("+ Add a route", |ui| {
        for (i, arm) in offered.iter().enumerate() {
            if ui.button(arm.label.as_str()).clicked() {
                actions.push(Action::Add(i));
                ui.close();
            }
        }
    });
}

/// Roles of all arms, on or off. An arm that is on has the same role as in the figure.
fn roles(arms: &[StudyArm]) -> Vec<Role> {
    let route = |a: &StudyArm| Route::leading(&a.routes());
    let earlier = |i: usize| arms[..i].iter().filter(|a| a.on).map(route);
    arms.iter().enumerate().map(|(i, a)| Role::after(earlier(i), route(a), i)).collect()
}

fn card(
    ui: &mut Ui,
    arm: &mut StudyArm,
    role: Role,
    (subject, horizon): (&Subject, Time),
    shown: &Shown,
    library: &Library,
    actions: &mut Vec<Action>,
) {
    let weight = subject.weight;
    let outcome = shown.outcome.as_ref().and_then(|o| o.arms.iter().find(|a| a.index == role.arm));
    let error = shown.error_of_arm(role.arm);
    ui.horizontal(|ui| {
        let label = arm.label.clone();
        let on = ui.checkbox(&mut arm.on, "");
        ui.ctx().accesskit_node_builder(on.id, |node| node.set_label(format!("Show {label}")));
        swatch(ui, role, outcome.is_some_and(|o| o.range.is_some()), arm.on);
        let help = "the same letter on card, curve, strip and figures";
        ui.label(in_colour(ui, &role.letter(), role.route).strong()).on_hover_text(help);
        let room = (ui.available_width() - 48.0).max(60.0);
        let edit =
            TextEdit::singleline(&mut arm.label).desired_width(room).font(egui::TextStyle::Heading).frame(Frame::NONE);
        let field = ui.add(edit).on_hover_text(&label);
        ui.ctx().accesskit_node_builder(field.id, |node| node.set_label(format!("Label of {label}")));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            menu(ui, arm, role.arm, library, actions);
        });
    });
    if !arm.on {
        return;
    }
    let many = arm.doses.len() > 1;
    let mut remove = None;
    for (k, dose) in arm.doses.iter_mut().enumerate() {
        ui.push_id(k, |ui| {
            let name = if many { format!("{} dose {}", arm.label, k + 1) } else { arm.label.clone() };
            if dose_rows(ui, dose, &name, many || dose.time.hours() != 0.0, weight) {
                remove = Some(k);
            }
        });
    }
    if let Some(k) = remove.filter(|_| many) {
        arm.doses.remove(k);
    }
    let label = arm.label.clone();
    ui.horizontal(|ui| {
        let add = ui.small_button("add dose").on_hover_text("a further dose half an hour later");
        named(&add, format!("{label}: add dose"));
        if add.clicked() {
            arm.doses.extend(another_dose(&arm.doses, horizon));
        }
        let last = arm.doses.last_mut().filter(|d| d.repeat.is_none());
        if let Some(dose) = last {
            let again = ui.small_button("repeat").on_hover_text("give the last dose again after an interval");
            named(&again, format!("{label}: repeat"));
            if again.clicked() {
                let every = Time::from_hours(0.5_f64.min((horizon.hours() - dose.time.hours()).max(0.05)));
                dose.repeat = Some(Repeat { every, additional: 1 });
            }
        }
        if let Some(outcome) = outcome.filter(|_| error.is_none()) {
            let kg = significant(outcome.dose_mg / weight.kg(), 2);
            small(ui, &format!("{} mg base, {kg} mg/kg", significant(outcome.dose_mg, 3)));
        }
    });
    match (error, outcome) {
        (Some(error), _) => announced(ui, error),
        (None, Some(outcome)) => {
            if let Some(line) = outcome.assumptions.first() {
                let grade = outcome.grade;
                let line = format!("{line} ({grade})");
                ui.scope(|ui| small(ui, &line))
                    .response
                    .on_hover_text(format!("worst grade {grade}: {}", grade.meaning()));
            }
        }
        (None, None) => {}
    }
    made_for(ui, arm, (subject, role.arm), library, actions);
    if let Some(line) = shown.swap_of(role.arm) {
        swap(ui, line, actions);
    }
}

/// Where the arm's model was not made for such a person, offers those that were, by name.
fn made_for(
    ui: &mut Ui,
    arm: &StudyArm,
    (subject, index): (&Subject, usize),
    library: &Library,
    actions: &mut Vec<Action>,
) {
    let routes = arm.routes();
    let Ok(model) = arm.model_in(library) else { return };
    if model.fits(&routes, subject) {
        return;
    }
    let who = format!("Not made for {} and {}.", subject.weight, subject.age);
    small(ui, &who);
    ui.horizontal_wrapped(|ui| {
        for other in library.made_for(&arm.drug, &routes, subject) {
            let name = other.title.split(':').next().unwrap_or(&other.id);
            let choose = ui.small_button(format!("Use {name}")).on_hover_text(&other.title);
            named(&choose, format!("{}: use {name}", arm.label));
            if choose.clicked() {
                actions.push(Action::Take(index, Some(other.id.clone())));
            }
        }
    });
}

/// Shows what another model changed, until the note is dismissed.
fn swap(ui: &mut Ui, line: &str, actions: &mut Vec<Action>) {
    ui.separator();
    ui.horizontal_top(|ui| {
        if ui.small_button("×").on_hover_text("dismiss what changed").clicked() {
            actions.push(Action::ForgetSwap);
        }
        ui.vertical(|ui| ui.label(RichText::new(line).small()));
    });
}

fn menu(ui: &mut Ui, arm: &mut StudyArm, index: usize, library: &Library, actions: &mut Vec<Action>) {
    let button = ui.menu_button("⋮", |ui| {
        ui.set_min_width(220.0);
        ui.label(RichText::new("Model").strong());
        let own = arm.model.is_none();
        if ui.selectable_label(own, "default for drug and route").clicked() {
            actions.push(Action::Take(index, None));
        }
        let routes = arm.routes();
        for model in library.models().filter(|m| m.drug == arm.drug && routes.iter().all(|r| m.routes.contains_key(r)))
        {
            let chosen = arm.model.as_deref() == Some(&model.id);
            let tried = StudyArm { model: Some(model.id.clone()), site: None, ..arm.clone() };
            let refused = tried.model_in(library).err();
            let label = egui::Button::selectable(chosen, &model.id);
            let shown = ui.add_enabled(refused.is_none(), label).on_hover_text(&model.title);
            if let Some(why) = refused {
                shown.on_disabled_hover_text(why.what());
            } else if shown.clicked() {
                actions.push(Action::Take(index, Some(model.id.clone())));
            }
        }
        ui.separator();
        ui.label(RichText::new("Plasma read from").strong());
        for (site, words) in [
            (None, "the model's own site"),
            (Some(PlasmaSite::Arterial), "an artery"),
            (Some(PlasmaSite::Venous), "an arm vein"),
        ] {
            // a site that the model does not have after these doses cannot be chosen, and the reason is shown
            let refused = library.model(arm.model.as_deref().unwrap_or_default()).or_else(|_| arm.model_in(library));
            let tried = StudyArm { site, ..arm.clone() };
            let refused = refused.and_then(|model| tried.site_in(model)).err();
            let radio = ui.add_enabled_ui(refused.is_none(), |ui| ui.radio_value(&mut arm.site, site, words)).inner;
            if let Some(why) = refused {
                radio.on_disabled_hover_text(why.what());
            }
        }
        ui.separator();
        if ui.button("Duplicate").clicked() {
            actions.push(Action::Duplicate(index));
            ui.close();
        }
        if ui.button("Remove").clicked() {
            actions.push(Action::Remove(index));
            ui.close();
        }
    });
    let label = format!("Menu of {}", arm.label);
    ui.ctx().accesskit_node_builder(button.response.id, |node| node.set_label(label));
}

/// Shows the rows of one dose. Returns true when it is to be removed.
fn dose_rows(ui: &mut Ui, dose: &mut Dose, name: &str, timed: bool, weight: Weight) -> bool {
    let mut remove = false;
    let before = (dose.amount, dose.duration());
    if timed {
        ui.horizontal(|ui| {
            ui.label("at");
            length(ui, &format!("{name} time"), &mut dose.time, "30 min");
            remove = ui.small_button("remove").on_hover_text(format!("remove {name}")).clicked();
        });
    }
    ui.horizontal(|ui| {
        amount(ui, dose, name, weight);
        let shown = if dose.form == Form::Base { "base" } else { "HCl" };
        let combo = ComboBox::from_id_salt("form").selected_text(shown).width(58.0).show_ui(ui, |ui| {
            ui.selectable_value(&mut dose.form, Form::Base, "base");
            ui.selectable_value(&mut dose.form, Form::Hydrochloride, "hydrochloride");
        });
        let label = format!("{name} salt");
        ui.ctx().accesskit_node_builder(combo.response.id, |node| node.set_label(label));
    });
    ui.horizontal(|ui| manner(ui, dose, name));
    repeat(ui, dose, name);
    if before != (dose.amount, dose.duration())
        && let Administration::Intravenous { infusion: Some(Infusion { duration, rate, stop }) } =
            &mut dose.administration
    {
        // the new duration counts, so an earlier rate or stop that would contradict it is removed
        (*rate, *stop) = (None, stop.filter(|stop| stop < duration));
    }
    remove
}

fn amount(ui: &mut Ui, dose: &mut Dose, name: &str, weight: Weight) {
    let mut value = dose.amount.number();
    let per_kg = matches!(dose.amount, DoseAmount::PerKg(_));
    let label = format!("{name} amount");
    let field = Field {
        name: &label,
        unit: if per_kg { "mg/kg" } else { "mg" },
        dim: if per_kg { Dim::DRUG_PER_WEIGHT } else { Dim::DRUG },
        example: if per_kg { "0.5 mg/kg" } else { "35 mg" },
        speed: if per_kg { 0.005 } else { 0.5 },
        decimals: if per_kg { 3 } else { 1 },
        range: [0.0, 1e5],
    };
    if field.show(ui, &mut value).changed() {
        dose.amount = if per_kg { DoseAmount::PerKg(value) } else { DoseAmount::Fixed(Amount::from_mg(value)) };
    }
    let mg = dose.amount.for_weight(weight).mg();
    let other = if per_kg {
        format!("= {} mg", significant(mg, 3))
    } else {
        format!("= {} mg/kg", significant(mg / weight.kg(), 2))
    };
    let help = if per_kg { "keep the amount, count it in mg" } else { "keep the amount, count it in mg/kg" };
    let switch = ui.small_button(other).on_hover_text(help);
    let label = format!("{name}: switch between mg and mg/kg");
    ui.ctx().accesskit_node_builder(switch.id, |node| node.set_label(label));
    if switch.clicked() {
        let round = |x: f64| (x * 1e4).round() / 1e4;
        dose.amount = if per_kg {
            DoseAmount::Fixed(Amount::from_mg(round(mg)))
        } else {
            DoseAmount::PerKg(round(mg / weight.kg()))
        };
    }
}

/// Shows how the dose is given: duration, hold or sprays.
fn manner(ui: &mut Ui, dose: &mut Dose, name: &str) {
    let plain = dose.route().row().plain_dose;
    match &mut dose.administration {
        Administration::Intravenous { infusion } => {
            let mut on = infusion.is_some();
            let over = ui.checkbox(&mut on, "over");
            named(&over, format!("{name}: over a time"));
            match (infusion.as_mut(), on) {
                (Some(set), true) => length(ui, &format!("{name} infusion"), &mut set.duration, "40 min"),
                (None, true) => *infusion = Some(Infusion::over(remembered(ui, "duration", 30.0))),
                (Some(set), false) => {
                    remember(ui, "duration", set.duration);
                    *infusion = None;
                }
                (None, false) => small(ui, plain),
            }
        }
        Administration::Sublingual { hold: Some(hold), after } => held(ui, (hold, after), name),
        Administration::Intranasal { sprays, every } => sprayed(ui, (sprays, every), name),
        Administration::Sublingual { hold: None, .. }
        | Administration::Intramuscular
        | Administration::Oral
        | Administration::Subcutaneous => small(ui, plain),
    }
}

fn held(ui: &mut Ui, (hold, after): (&mut Time, &mut Option<AfterHold>), name: &str) {
    ui.label("held");
    length(ui, &format!("{name} hold"), hold, "10 min");
    let mut chosen = after.unwrap_or_default();
    let words = |a| if a == AfterHold::Swallow { "swallowed" } else { "spat out" };
    let combo = ComboBox::from_id_salt("after").selected_text(words(chosen)).width(86.0).show_ui(ui, |ui| {
        for a in [AfterHold::Swallow, AfterHold::Spit] {
            ui.selectable_value(&mut chosen, a, words(a));
        }
    });
    let label = format!("{name} after the hold");
    ui.ctx().accesskit_node_builder(combo.response.id, |node| node.set_label(label));
    // what the file leaves out stays out until another option is chosen
    if chosen != after.unwrap_or_default() {
        *after = Some(chosen);
    }
}

fn sprayed(ui: &mut Ui, (sprays, every): (&mut Option<Sprays>, &mut Option<Time>), name: &str) {
    let mut count = f64::from(sprays.map_or(1, Sprays::get));
    let label = format!("{name} sprays");
    let unit = if count == 1.0 && sprays.is_some() { "spray" } else { "sprays" };
    let field =
        Field { name: &label, unit: "", dim: Dim::NONE, example: "2", speed: 0.05, decimals: 0, range: [1.0, 50.0] };
    if field.show(ui, &mut count).changed() {
        // the field limits the count itself
        *sprays = Sprays::new(count.round() as u32).ok().or(*sprays);
    }
    ui.label(unit);
    if let Some(every) = every.as_mut().filter(|_| count > 1.0) {
        ui.label("every");
        length(ui, &format!("{name} spray interval"), every, "5 min");
    }
}

fn repeat(ui: &mut Ui, dose: &mut Dose, name: &str) {
    let Some(repeat) = &mut dose.repeat else { return };
    let mut gone = false;
    ui.horizontal(|ui| {
        ui.label("again every");
        length(ui, &format!("{name} repeat interval"), &mut repeat.every, "30 min");
        let mut more = repeat.additional as f64;
        let label = format!("{name} further doses");
        let field = Field {
            name: &label,
            unit: "",
            dim: Dim::NONE,
            example: "1",
            speed: 0.05,
            decimals: 0,
            range: [0.0, 499.0],
        };
        if field.show(ui, &mut more).changed() {
            *repeat = Repeat { additional: more.round() as u64, ..*repeat };
        }
        ui.label("times");
        gone = ui.small_button("×").on_hover_text("no repeats").clicked();
    });
    if gone {
        dose.repeat = None;
    }
}

fn length(ui: &mut Ui, name: &str, time: &mut Time, example: &str) {
    field::time(ui, name, time, example, [Time::from_hours(0.0), Time::from_hours(LONGEST_H)]);
}

/// Remembers the duration of an infusion, for when it is switched on again.
fn remember(ui: &Ui, what: &str, time: Time) {
    let id = Id::unique(ui.scope_id().with(what));
    ui.data_mut(|d| d.insert_temp(id, time.hours()));
}

fn remembered(ui: &Ui, what: &str, minutes: f64) -> Time {
    let id = Id::unique(ui.scope_id().with(what));
    ui.data(|d| d.get_temp::<f64>(id)).map_or(Time::from_minutes(minutes), Time::from_hours)
}
