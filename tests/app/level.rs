//! The level line in the window: switched, dragged, moved by keys, typed, spoken; it never runs anything.

use super::{click, enter, harness, says};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use ketasim::app::{App, Mode};
use ketasim::figure::LevelWords;
use ketasim::scenario::LevelLine;

const HANDLE: &str = "Your level line";

fn level(harness: &Harness<'static, App>) -> Option<f64> {
    harness.state().state.scenario.level().map(|l| (l.ng_ml() * 1e6).round() / 1e6)
}

fn with_line(ng_ml: f64) -> Harness<'static, App> {
    let mut harness = harness();
    harness.state_mut().state.scenario.set_level(Some(LevelLine::nearest(ng_ml)));
    harness.run_ok();
    harness
}

fn press(harness: &mut Harness<'static, App>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_ok();
}

fn drag(harness: &mut Harness<'static, App>, from: Pos2, by: Vec2, modifiers: Modifiers) {
    let button =
        |pressed: bool, pos: Pos2| Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers };
    harness.event(Event::ModifiersChanged(modifiers));
    harness.event(Event::PointerMoved(from));
    harness.event(button(true, from));
    harness.step();
    for share in [0.25, 0.5, 0.75, 1.0] {
        harness.event(Event::PointerMoved(from + by * share));
        harness.step();
    }
    harness.event(button(false, from + by));
    harness.step();
    harness.event(Event::ModifiersChanged(Modifiers::NONE));
    harness.run_ok();
}

#[test]
fn it_is_off_until_it_is_switched_on_and_comes_back_where_it_was() {
    let mut harness = harness();
    assert!(level(&harness).is_none() && harness.query_by_label(HANDLE).is_none());
    assert!(harness.state().shown.figure().unwrap().panels[0].level.is_none());
    let (runs, top) = (harness.state().shown.runs, harness.state().shown.figure().unwrap().panels[0].y[1]);
    click(&mut harness, "Level line");
    let first = level(&harness).unwrap();
    assert!((first - 0.5 * top).abs() <= 2.5 && first % 5.0 == 0.0, "{first} is no round middle of {top}");
    assert_eq!(harness.state().shown.figure().unwrap().panels[0].level, Some(first));
    assert_eq!(harness.state().shown.figure().unwrap().panels[0].y[1], top, "the axis stays");
    enter(&mut harness, "Level", "80");
    click(&mut harness, "Level line");
    assert!(level(&harness).is_none() && harness.query_by_label(HANDLE).is_none());
    click(&mut harness, "Level line");
    assert_eq!(level(&harness), Some(80.0));
    assert_eq!(harness.state().shown.runs, runs, "nothing was run");
}

#[test]
fn a_key_switches_it_and_keys_move_it() {
    let mut harness = harness();
    press(&mut harness, Modifiers::NONE, Key::T);
    let first = level(&harness).unwrap();
    // the handle has the focus
    press(&mut harness, Modifiers::NONE, Key::ArrowUp);
    assert_eq!(level(&harness), Some(first + 1.0));
    press(&mut harness, Modifiers::SHIFT, Key::ArrowDown);
    assert_eq!(level(&harness), Some(first - 9.0));
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(level(&harness), Some(first - 10.0));
    // the last step down ends above nothing
    for _ in 0..40 {
        press(&mut harness, Modifiers::SHIFT, Key::ArrowDown);
    }
    assert_eq!(level(&harness), Some(1.0));
    press(&mut harness, Modifiers::NONE, Key::T);
    assert_eq!(level(&harness), None);
    // in a text field it is a letter
    harness.get_by_label("Title").click();
    harness.run_ok();
    press(&mut harness, Modifiers::NONE, Key::T);
    assert_eq!(level(&harness), None);
    // elsewhere there is no line to switch
    let mut other = self::harness();
    other.state_mut().state.look.mode = Mode::Evidence;
    other.run_ok();
    press(&mut other, Modifiers::NONE, Key::T);
    assert_eq!(level(&other), None);
}

#[test]
fn the_handle_is_dragged_in_steps() {
    let mut harness = with_line(100.0);
    let (runs, before) = (harness.state().shown.runs, harness.state().state.scenario.clone());
    let rect = harness.get_by_label(HANDLE).rect();
    assert!(rect.width() >= 44.0 && rect.height() >= 44.0, "a finger meets {rect:?}");
    drag(&mut harness, rect.center(), Vec2::new(0.0, -37.0), Modifiers::NONE);
    let up = level(&harness).unwrap();
    assert!(up > 100.0 && up % 5.0 == 0.0, "{up}");
    let moved = harness.get_by_label(HANDLE).rect().center();
    assert!((moved.y - (rect.center().y - 37.0)).abs() < 8.0, "the handle follows the hand");
    drag(&mut harness, moved, Vec2::new(0.0, 23.0), Modifiers::ALT);
    let fine = level(&harness).unwrap();
    assert!(fine < up && fine % 1.0 == 0.0, "{fine}");
    // beyond the axis it stays at its ends
    let at = harness.get_by_label(HANDLE).rect().center();
    drag(&mut harness, at, Vec2::new(0.0, 900.0), Modifiers::NONE);
    assert_eq!(level(&harness), Some(5.0));
    assert_eq!(harness.state().shown.runs, runs, "a drag runs nothing");
    // one drag is one step back, once it rests
    harness.run_steps(12);
    for _ in 0..4 {
        press(&mut harness, Modifiers::COMMAND, Key::Z);
    }
    assert_eq!(harness.state().state.scenario.arms, before.arms);
    assert_ne!(level(&harness), Some(5.0));
}

#[test]
fn it_is_typed_with_or_without_its_unit_and_refused_with_a_reason() {
    let mut harness = with_line(100.0);
    enter(&mut harness, "Level", "85");
    assert_eq!(level(&harness), Some(85.0));
    enter(&mut harness, "Level", "0.12 mg/L");
    assert_eq!(level(&harness), Some(120.0));
    for wrong in ["0", "-5", "1e9", "lots", "40 min"] {
        enter(&mut harness, "Level", wrong);
        assert_eq!(level(&harness), Some(120.0), "{wrong}");
    }
    assert!(says(&harness, "write for example 100 ng/mL"));
}

#[test]
fn it_is_spoken_with_its_value_and_can_be_set_by_a_reader() {
    let mut harness = with_line(100.0);
    let node = harness.get_by_label(HANDLE);
    let spoken = node.accesskit_node();
    assert_eq!((spoken.role(), spoken.value().as_deref()), (Role::Slider, Some("100 ng/mL")));
    assert!((spoken.numeric_value().unwrap() - 100.0).abs() < 1e-9);
    let ask = |harness: &mut Harness<'static, App>, action, data| {
        let target = harness.get_by_label(HANDLE).accesskit_node().locate();
        harness.event(Event::AccessKitActionRequest(egui::accesskit::ActionRequest {
            action,
            target_tree: target.1,
            target_node: target.0,
            data,
        }));
        harness.run_ok();
    };
    ask(&mut harness, egui::accesskit::Action::Increment, None);
    assert_eq!(level(&harness), Some(101.0));
    ask(&mut harness, egui::accesskit::Action::SetValue, Some(egui::accesskit::ActionData::NumericValue(64.0)));
    assert_eq!(level(&harness), Some(64.0));
    assert!(says(&harness, "A level line at 64 ng/mL."));
}

/// The panel beside the plot says what text, files and JSON say, by the same function.
#[test]
fn every_route_says_how_long_it_is_above() {
    for ng_ml in [30.0, 100.0, 240.0, 900.0] {
        let harness = with_line(ng_ml);
        let app = harness.state();
        let outcome = app.shown.outcome.as_ref().unwrap();
        let direct = app.state.scenario.run(&app.library, ketasim::Options::default()).unwrap();
        for (place, (arm, again)) in outcome.arms.iter().zip(&direct.arms).enumerate() {
            let above = app.shown.above(place).unwrap();
            assert_eq!(*above, again.above(LevelLine::nearest(ng_ml)));
            let words = LevelWords::new(above);
            assert!(says(&harness, &words.minutes) && says(&harness, &words.when), "{}: {words:?}", arm.label);
        }
        assert!(says(&harness, &format!("Above your {ng_ml} ng/mL")));
    }
    assert!(says(&with_line(900.0), "never"));
}

#[test]
fn another_drug_has_the_line_on_its_own_axis() {
    let mut harness = with_line(100.0);
    click(&mut harness, "Show Esketamine spray");
    harness.run_steps(2);
    let figure = harness.state().shown.figure().unwrap();
    assert!(figure.panels.len() == 2 && figure.panels.iter().all(|p| p.level == Some(100.0)));
    assert!(harness.query_by_label("Your level line, esketamine (S) only").is_some());
    click(&mut harness, "metabolites");
    let figure = harness.state().shown.figure().unwrap();
    assert_eq!(figure.panels.iter().filter(|p| p.level.is_some()).count(), 2, "none over metabolites");
    assert!(figure.panels.len() > 2);
}

#[test]
fn neither_evidence_nor_the_patients_page_has_it() {
    let mut harness = with_line(100.0);
    for mode in [Mode::Evidence, Mode::Timeline] {
        harness.state_mut().state.look.mode = mode;
        harness.run_ok();
        harness.run_steps(3);
        assert!(harness.query_by_label(HANDLE).is_none() && !says(&harness, "level line"), "{mode:?}");
    }
}

#[test]
fn people_are_not_counted_again_for_it() {
    let mut harness = harness();
    harness.state_mut().state.look.view.sample = 40;
    click(&mut harness, "people");
    for _ in 0..400 {
        harness.step();
        if harness.state().people.settled {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let before = (harness.state().people.changes, harness.state().shown.runs);
    press(&mut harness, Modifiers::NONE, Key::T);
    press(&mut harness, Modifiers::NONE, Key::ArrowUp);
    harness.run_steps(3);
    assert_eq!((harness.state().people.changes, harness.state().shown.runs), before);
}
