//! Two people at the table: headings over their cards, and what belongs to each.

use super::harness;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use ketasim::app::App;
use ketasim::units::Weight;

/// Brings a widget into view, as a hand on the wheel does, and clicks it.
fn click(harness: &mut Harness<'static, App>, label: &str) {
    harness.get_by_label(label).scroll_to_me();
    harness.run_ok();
    super::click(harness, label);
}

fn enter(harness: &mut Harness<'static, App>, label: &str, text: &str) {
    harness.get_by_label(label).scroll_to_me();
    harness.run_ok();
    super::enter(harness, label, text);
}

fn weights(harness: &Harness<'static, App>) -> Vec<f64> {
    let outcome = harness.state().shown.outcome.as_ref().unwrap();
    outcome.arms.iter().map(|arm| arm.subject.weight.kg()).collect()
}

#[test]
fn fifty_against_a_hundred_and_ten_kilograms() {
    let mut harness = harness();
    click(&mut harness, "+ Another person");
    assert_eq!(weights(&harness), [70.0; 8], "what is on is copied");
    // the weight of the second person has the focus
    harness.event(egui::Event::Text("110".to_owned()));
    harness.run_ok();
    harness.key_press(egui::Key::Enter);
    harness.run_ok();
    enter(&mut harness, "Body weight", "50");
    assert_eq!(weights(&harness), [50.0, 50.0, 50.0, 50.0, 110.0, 110.0, 110.0, 110.0]);
    let outcome = harness.state().shown.outcome.as_ref().unwrap();
    assert_eq!(outcome.arms[4].name(), "IV 2, 110 kg");
    // a dose per kg of the copy follows the weight of its own person
    assert!((outcome.arms[4].dose_mg / outcome.arms[0].dose_mg - 110.0 / 50.0).abs() < 1e-9);
    click(&mut harness, "Remove person 2");
    assert_eq!(weights(&harness), [50.0; 4]);
}

#[test]
fn people_of_the_same_weight_stay_two() {
    let mut harness = harness();
    click(&mut harness, "+ Another person");
    enter(&mut harness, "Body weight of person 2", "110");
    enter(&mut harness, "Body weight of person 2", "70");
    assert!(harness.query_by_label("Body weight of person 2").is_some());
    enter(&mut harness, "Age of person 2", "60 y");
    let arms = &harness.state().state.scenario.arms;
    assert_eq!(arms[5].subject.age.map(|age| age.years()), Some(60.0));
    assert_eq!(arms[0].subject.age, None, "the first person keeps the scenario's age");
}

#[test]
fn a_child_is_offered_models_made_for_children_by_name() {
    let mut harness = harness();
    enter(&mut harness, "Body weight", "20");
    enter(&mut harness, "Age", "6");
    assert!(harness.query_all_by_label_contains("Not made for 20 kg and 6 y").count() > 0);
    click(&mut harness, "IV: use Herd and Anderson 2007");
    assert_eq!(harness.state().state.scenario.arms[0].model.as_deref(), Some("herd-anderson-2007"));
}

#[test]
fn more_than_all_that_can_be_told_apart_is_refused() {
    let mut harness = harness();
    let message = |harness: &Harness<'static, App>| harness.state().message.clone().unwrap().unwrap_err().to_string();
    for (number, kg) in [(2, "80"), (3, "90"), (4, "100"), (5, "110")] {
        click(&mut harness, "+ Another person");
        enter(&mut harness, &format!("Body weight of person {number}"), kg);
    }
    assert_eq!(harness.state().state.scenario.arms.len(), 21);
    click(&mut harness, "+ Another person");
    assert_eq!(harness.state().state.scenario.arms.len(), 21);
    assert!(message(&harness).contains("25 routes are too many to compare"));
}

#[test]
fn a_third_person_is_another_one_than_the_second() {
    let mut harness = harness();
    click(&mut harness, "+ Another person");
    click(&mut harness, "+ Another person");
    assert_eq!(harness.state().state.scenario.arms.len(), 13);
    let people: Vec<f64> = weights(&harness).chunks(4).map(|own| own[0]).collect();
    assert_eq!(people, [70.0, 70.0, 80.0]);
}

#[test]
fn a_weight_is_set_for_all_arms_of_that_person_only() {
    let mut harness = harness();
    harness.state_mut().state.scenario.arms[1].subject.weight = Some(Weight::from_kg(90.0));
    harness.state_mut().state.scenario.arms[2].subject.weight = Some(Weight::from_kg(90.0));
    harness.run_ok();
    enter(&mut harness, "Body weight of person 2", "95 kg");
    assert_eq!(weights(&harness), [70.0, 95.0, 95.0, 70.0]);
}
