//! What is derived follows what it is made from, and is made anew for nothing else.

use super::{click, harness};
use egui_kittest::Harness;
use ketasim::app::{App, Mode};
use ketasim::figure::PointSet;
use std::sync::Arc;

/// Frames until people are counted; the window's clock stands still between frames of a test.
fn rested(harness: &mut Harness<'static, App>) {
    for _ in 0..400 {
        harness.run_ok();
        if harness.state().people.settled {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    unreachable!("people were never counted");
}

/// The levels of a file of one's own.
fn other_levels(app: &mut App) {
    let levels = include_str!("../../assets/effects.toml").replace("4 min", "5 min");
    app.library.edit(|library| Arc::make_mut(library).replace_effects("levels", &levels)).unwrap();
}

#[test]
fn another_library_makes_everything_anew_once() {
    let mut harness = harness();
    harness.state_mut().state.look.view.sample = 60;
    click(&mut harness, "people");
    rested(&mut harness);
    harness.state_mut().state.look.mode = Mode::Evidence;
    harness.run_ok();
    let numbers = |app: &App| [app.shown.runs, app.evidence.scored, app.people.changes];
    let before = numbers(harness.state());
    let windows = harness.state().people.outcome.clone();
    other_levels(harness.state_mut());
    harness.run_ok();
    rested(&mut harness);
    let now = numbers(harness.state());
    assert_eq!([now[0] - before[0], now[1] - before[1]], [1, 1]);
    assert!(now[2] > before[2] && harness.state().people.outcome != windows, "people have other levels");
    harness.run_steps(4);
    assert_eq!(numbers(harness.state()), now, "and then it rests");
}

/// A refused file is no change.
#[test]
fn a_library_that_is_refused_makes_nothing_anew() {
    let mut harness = harness();
    let runs = harness.state().shown.runs;
    let refused =
        harness.state_mut().library.edit(|library| Arc::make_mut(library).replace_effects("levels", "format = 1\n"));
    assert!(refused.is_err());
    harness.run_ok();
    assert_eq!((harness.state().shown.runs, harness.state().library.revision()), (runs, 0));
}

/// As many points as before, of other values, take the place of the first.
#[test]
fn points_in_place_of_as_many_others_are_drawn() {
    let mut harness = harness();
    let drawn = |h: &Harness<'static, App>| h.state().shown.figure().unwrap().panels[0].points.clone();
    for value in [10.0, 20.0] {
        let set = PointSet { label: "a".to_owned(), analyte: None, points: vec![[0.5, value]] };
        harness.state_mut().points.set(vec![set.clone()]);
        harness.run_ok();
        assert_eq!(drawn(&harness), [set]);
    }
}

/// A title changes words, not people.
#[test]
fn a_title_leaves_people_as_they_are() {
    let mut harness = harness();
    harness.state_mut().state.look.view.sample = 60;
    click(&mut harness, "people");
    rested(&mut harness);
    let changes = harness.state().people.changes;
    harness.state_mut().state.scenario.title = "Another title".to_owned();
    harness.run_ok();
    let app = harness.state();
    assert!(app.people.settled && app.people.changes == changes);
    assert_eq!(app.shown.figure().unwrap().title, "Another title");
}

/// Undo and redo are edits like any other.
#[test]
fn an_edit_that_is_taken_back_is_shown_again() {
    let mut harness = harness();
    let peaks = |h: &Harness<'static, App>| {
        let arms = h.state().shown.outcome.iter().flat_map(|o| &o.arms);
        arms.map(|a| (a.label.clone(), a.curves[0].exposure.cmax)).collect::<Vec<_>>()
    };
    let opening = peaks(&harness);
    harness.state_mut().state.scenario.arms.remove(1);
    harness.run_steps(12);
    assert_eq!(harness.state().shown.outcome.as_ref().unwrap().arms.len(), 3);
    click(&mut harness, "Undo");
    assert_eq!(peaks(&harness), opening);
    click(&mut harness, "Redo");
    assert_eq!(harness.state().shown.outcome.as_ref().unwrap().arms.len(), 3);
}
