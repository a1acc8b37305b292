//! One cursor: by keys, by its handle, by play.

use super::{click, harness};
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use ketasim::app::App;

fn minutes(harness: &Harness<'static, App>) -> f64 {
    harness.state().cursor.hours.unwrap() * 60.0
}

fn press(harness: &mut Harness<'static, App>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_ok();
}

#[test]
fn keys_work_while_no_field_has_the_focus() {
    let mut harness = harness();
    press(&mut harness, Modifiers::SHIFT, Key::ArrowRight);
    press(&mut harness, Modifiers::NONE, Key::ArrowRight);
    assert!((minutes(&harness) - 11.0).abs() < 1e-9);
    assert!(harness.query_by_label_contains("At 11 min").is_some());
    // it stays when the pointer is elsewhere, and goes with Esc
    harness.hover_at(egui::pos2(20.0, 400.0));
    harness.run_ok();
    assert!((minutes(&harness) - 11.0).abs() < 1e-9);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(harness.state().cursor.hours, None);
}

#[test]
fn with_ctrl_it_goes_from_event_to_event() {
    let mut harness = harness();
    let events = harness.state().shown.outcome.as_ref().unwrap().event_times();
    let later: Vec<f64> = events.iter().copied().filter(|t| *t > 1e-6).collect();
    for expected in &later[..3] {
        press(&mut harness, Modifiers::COMMAND, Key::ArrowRight);
        assert!((minutes(&harness) - expected * 60.0).abs() < 1e-9);
    }
    // the end of the infusion, 40 min, is one of them; so is a peak between points
    assert!(events.iter().any(|t| (t * 60.0 - 40.0).abs() < 1e-6));
    press(&mut harness, Modifiers::COMMAND, Key::ArrowLeft);
    assert!((minutes(&harness) - later[1] * 60.0).abs() < 1e-9);
}

#[test]
fn a_field_keeps_its_keys() {
    let mut harness = harness();
    harness.get_by_label("Title").focus();
    harness.run_ok();
    press(&mut harness, Modifiers::NONE, Key::ArrowRight);
    press(&mut harness, Modifiers::NONE, Key::Space);
    assert_eq!((harness.state().cursor.hours, harness.state().cursor.playing), (None, false));
}

#[test]
fn it_plays_and_stops() {
    let mut harness = harness();
    harness.get_by_label("Play").click();
    harness.run_steps(5);
    assert!(harness.state().cursor.playing && minutes(&harness) > 0.0);
    let before = minutes(&harness);
    harness.run_steps(5);
    assert!(minutes(&harness) > before);
    let runs = harness.state().shown.runs;
    click(&mut harness, "Stop");
    let rest = minutes(&harness);
    harness.run_steps(5);
    assert_eq!(minutes(&harness), rest);
    assert_eq!(harness.state().shown.runs, runs, "play simulates nothing");
}

#[test]
fn the_handle_is_dragged_and_spoken() {
    let mut harness = harness();
    let place = harness.get_by_label("Time").rect();
    let from = egui::pos2(place.center().x, place.top() + 10.0);
    harness.drag_at(from);
    harness.run_ok();
    harness.hover_at(from + egui::vec2(100.0, 0.0));
    harness.run_ok();
    harness.drop_at(from + egui::vec2(100.0, 0.0));
    harness.run_ok();
    assert!(minutes(&harness) > 20.0);
    let value = harness.get_by_label("Time").value().unwrap();
    assert!(value.ends_with(" min") && value != "0 min", "{value}");
}
