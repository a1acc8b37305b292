//! Faults, choices that are impossible, units as typed, courses in the window.

use super::{click, enter, harness};
use egui_kittest::kittest::{NodeT, Queryable};
use ketasim::app::Mode;
use ketasim::regimen::{Administration, Repeat, Route};
use ketasim::units::Time;

/// One arm that cannot be run is marked by itself; the others keep their figures, and only its own curve is faint.
#[test]
fn a_fault_in_one_arm_leaves_the_others_alone() {
    for (broken, what) in [(0, "35 min infusion longer than its own time"), (2, "a lozenge held for nothing")] {
        let mut harness = harness();
        let before = harness.state().shown.outcome.clone().unwrap();
        let dose = &mut harness.state_mut().state.scenario.arms[broken].doses[0];
        match broken {
            0 => dose.time = Time::from_hours(9.0),
            _ => {
                let hold = Some(Time::from_hours(0.0));
                dose.administration = Administration::Sublingual { hold, after: dose.after() };
            }
        }
        harness.run_ok();
        let app = harness.state();
        assert!(app.shown.error.is_none(), "{what}");
        assert_eq!(app.shown.arm_errors.iter().map(|(i, _)| *i).collect::<Vec<_>>(), [broken]);
        let now = app.shown.outcome.as_ref().unwrap();
        for (a, b) in now.arms.iter().zip(&before.arms) {
            assert_eq!(a.faded, a.index == broken, "{what}: {}", a.label);
            assert_eq!(a.curves[0].values, b.curves[0].values);
        }
        let figure = app.shown.figure().unwrap();
        assert_eq!(figure.strips.iter().filter(|s| s.role.faded).count(), 1);
        // files and clipboard never hold what is not of the scenario
        let handed_on = app.shown.current().unwrap();
        assert!(handed_on.arms.len() == 3 && handed_on.arms.iter().all(|a| a.index != broken));
        // mended, everything is as before
        let opening = ketasim::app::State::opening(&app.library).unwrap().scenario;
        harness.state_mut().state.scenario = opening;
        harness.run_ok();
        assert!(harness.state().shown.arm_errors.is_empty());
        assert!(harness.state().shown.outcome.as_ref().unwrap().arms.iter().all(|a| !a.faded));
    }
}

/// An arm of ten doses that begins after the end does not speak of files.
#[test]
fn refusals_in_the_window_speak_of_the_window() {
    let mut harness = harness();
    harness.state_mut().state.scenario.arms[1].doses[0].time = Time::from_hours(9.0);
    harness.run_ok();
    assert!(harness.query_all_by_label_contains("lengthen the time simulated").count() >= 1);
    harness.state_mut().state.scenario.arms[1].doses[0].time = Time::from_hours(0.0);
    harness.state_mut().state.scenario.arms[0].site = Some(ketasim::scenario::PlasmaSite::Venous);
    harness.state_mut().state.scenario.arms[0].doses[0].administration = Administration::by(Route::Iv);
    harness.run_ok();
    for jargon in ["`", "[[arm", "horizon`", "`site`", "standard input", "--"] {
        assert_eq!(harness.query_all_by_label_contains(jargon).count(), 0, "{jargon}");
    }
    assert!(harness.query_all_by_label_contains("choose where plasma is read from").count() >= 1);
}

/// What a model does not have after these doses cannot be chosen.
#[test]
fn an_impossible_site_is_disabled() {
    let mut harness = harness();
    // after a bolus the model has no venous curve, after an infusion of forty minutes it has
    for possible in [true, false] {
        if !possible {
            harness.state_mut().state.scenario.arms[0].doses[0].administration = Administration::by(Route::Iv);
            harness.run_ok();
        }
        click(&mut harness, "Menu of IV");
        let radio = harness.get_by_label("an arm vein");
        assert_eq!(!radio.accesskit_node().is_disabled(), possible);
        harness.key_press(egui::Key::Escape);
        harness.run_ok();
    }
}

/// Days stay days, hours stay hours, in the field and in the file.
#[test]
fn a_length_of_time_keeps_the_unit_it_was_typed_in() {
    let mut harness = harness();
    enter(&mut harness, "Simulated for", "42 d");
    assert!((harness.state().state.scenario.horizon.hours() - 42.0 * 24.0).abs() < 1e-9);
    assert!(harness.get_by_label("Simulated for").value().is_some_and(|v| v.contains("42 d")));
    harness.state_mut().state.scenario.arms[1].doses[0].repeat =
        Some(Repeat { every: Time::from_hours(168.0), additional: 5 });
    harness.run_ok();
    let value = |harness: &egui_kittest::Harness<'static, ketasim::app::App>, label: &str| {
        harness.get_by_label(label).value().unwrap_or_default()
    };
    assert!(value(&harness, "IM repeat interval").contains("7 d"), "{}", value(&harness, "IM repeat interval"));
    enter(&mut harness, "IM repeat interval", "84 h");
    assert!(value(&harness, "IM repeat interval").contains("84 h"));
    enter(&mut harness, "IM repeat interval", "3");
    let every = harness.state().state.scenario.arms[1].doses[0].repeat.unwrap().every;
    assert!((every.hours() - 3.0).abs() < 1e-9, "a bare number is in the unit that is shown");
    assert!(harness.state().state.scenario.to_toml().unwrap().contains("horizon = \"42 d\""));
}

/// A course is told as sessions, on an axis of days.
#[test]
fn a_course_is_told_as_sessions() {
    let mut harness = harness();
    let scenario = &mut harness.state_mut().state.scenario;
    scenario.horizon = Time::from_hours(42.0 * 24.0);
    scenario.arms[0].doses[0].repeat = Some(Repeat { every: Time::from_hours(168.0), additional: 5 });
    harness.run_ok();
    let figure = harness.state().shown.figure().unwrap().clone();
    assert_eq!((figure.time_unit(), figure.strips[0].sessions.len(), figure.strips[1].sessions.len()), ("d", 6, 1));
    assert!(harness.query_all_by_label_contains("session 1 of 6").count() >= 1);
}

/// The sample takes the place of work only when that is asked for, and undo brings it back.
#[test]
fn the_sample_visit_asks_before_it_replaces_work() {
    let mut harness = harness();
    harness.state_mut().state.scenario.title = "my own".to_owned();
    harness.state_mut().state.look.mode = Mode::Timeline;
    harness.run_steps(8);
    harness.get_by_label("Try the sample visit").click();
    harness.run_steps(4);
    assert_eq!(harness.state().state.scenario.title, "my own");
    harness.get_by_label("Replace mine by the sample").click();
    harness.run_steps(4);
    assert_ne!(harness.state().state.scenario.title, "my own");
}

/// The page over all routes says the same as `validate`: every row, the misses by name, what has no target.
#[test]
fn how_well_it_predicts_is_told_in_the_window() {
    use ketasim::evidence::{Observations, ScoringRules, score};
    let mut harness = harness();
    harness.state_mut().state.look.mode = Mode::Evidence;
    harness.run_ok();
    click(&mut harness, "How well does it predict?");
    let library = ketasim::Library::embedded().unwrap();
    let report = score(&Observations::embedded().unwrap(), &ScoringRules::embedded().unwrap(), &library).unwrap();
    for row in &report.prediction.rows {
        assert!(harness.query_all_by_label(&row.name()).next().is_some(), "{}", row.name());
    }
    for miss in &report.prediction.misses {
        assert!(harness.query_all_by_label_contains(&miss.id).next().is_some(), "{}", miss.id);
    }
    for none in &report.prediction.no_target {
        assert!(harness.query_by_label(&none.what).is_some(), "{}", none.what);
    }
    // an arm's own evidence is one click away
    click(&mut harness, "Evidence of SL");
    assert!(harness.query_by_label("Who was studied").is_some());
}
