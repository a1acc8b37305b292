//! The app as a person uses it: widgets found by label, state looked at. No GPU, no display.

#![cfg(feature = "app")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "helpers of tests are tests too")]

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use ketasim::app::{App, Purpose};
use ketasim::figure::{Figure, View};
use ketasim::regimen::{AfterHold, DoseAmount, Form};

fn harness() -> Harness<'static, App> {
    let builder = Harness::builder().with_size([1280.0, 800.0]).with_max_steps(12).with_context_setup(App::install);
    let mut harness = builder.build_ui_state(
        |ui, app: &mut App| {
            let ctx = ui.ctx().clone();
            app.advance(&ctx);
            app.draw(ui);
        },
        App::new(None).unwrap(),
    );
    harness.run_ok();
    harness
}

fn click(harness: &mut Harness<'static, App>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_ok();
}

/// Types into a number field: a click opens it for editing, enter ends it.
fn enter(harness: &mut Harness<'static, App>, label: &str, text: &str) {
    harness.get_by_label(label).click();
    harness.run_ok();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run_ok();
    harness.event(egui::Event::Text(text.to_owned()));
    harness.run_ok();
    harness.key_press(egui::Key::Enter);
    harness.run_ok();
}

#[test]
fn opens_on_the_four_routes_already_drawn() {
    let harness = harness();
    let app = harness.state();
    let outcome = app.shown.outcome.as_ref().unwrap();
    let labels: Vec<&str> = outcome.arms.iter().map(|a| a.label.as_str()).collect();
    assert_eq!(labels, ["IV", "IM", "SL", "IN"]);
    assert_eq!(app.state.scenario.arms.len(), 5, "the esketamine spray is there, off");
    assert!(!app.state.scenario.arms[4].on);
    assert!(outcome.arms[3].range.is_some(), "the racemic nose is a range");
    assert!(outcome.arms[2].range.is_none(), "100 mg under the tongue is a line");
    assert!(harness.query_by_label_contains("Concentration over time. IV: peak").is_some());
    assert!(harness.query_by_label_contains("Education only").is_some());
}

#[test]
fn an_edit_runs_once_and_idle_frames_run_nothing() {
    let mut harness = harness();
    let before = harness.state().shown.runs;
    harness.run_steps(5);
    assert_eq!(harness.state().shown.runs, before, "idle frames run nothing");
    harness.state_mut().state.scenario.arms[0].doses[0].amount = DoseAmount::PerKg(0.25);
    harness.run_steps(4);
    assert_eq!(harness.state().shown.runs, before + 1, "an edit runs once");
}

#[test]
fn a_dose_is_typed_with_or_without_its_unit() {
    let mut harness = harness();
    let peak = |h: &Harness<'static, App>| h.state().shown.outcome.as_ref().unwrap().arms[0].curves[0].exposure.cmax;
    let before = peak(&harness);
    enter(&mut harness, "IV amount", "1");
    assert_eq!(harness.state().state.scenario.arms[0].doses[0].amount, DoseAmount::PerKg(1.0));
    harness.run_steps(2);
    assert!((peak(&harness) / before - 2.0).abs() < 1e-9, "twice the dose, twice the peak");
    enter(&mut harness, "IN amount", "0.06 g");
    assert_eq!(harness.state().state.scenario.arms[3].doses[0].amount.number(), 60.0);
}

#[test]
fn what_cannot_be_read_keeps_the_curve_and_says_what_was_expected() {
    let mut harness = harness();
    let before = harness.state().state.scenario.clone();
    enter(&mut harness, "IV amount", "lots");
    assert_eq!(harness.state().state.scenario, before);
    assert!(harness.query_by_label_contains("write for example 0.5 mg/kg").is_some());
    // a scenario that cannot be run keeps the last good outcome and shows the refusal on the card
    harness.state_mut().state.scenario.arms[0].doses[0].amount = DoseAmount::PerKg(0.0);
    harness.run_ok();
    assert!(harness.state().shown.error.is_some());
    assert_eq!(harness.state().shown.outcome.as_ref().unwrap().arms.len(), 4);
    assert!(harness.query_all_by_label_contains("a dose is more than nothing").count() > 0);
}

#[test]
fn cards_switch_units_salt_and_what_is_done() {
    let mut harness = harness();
    click(&mut harness, "IV: switch between mg and mg/kg");
    assert_eq!(harness.state().state.scenario.arms[0].doses[0].amount.to_string(), "35 mg");
    click(&mut harness, "IV: switch between mg and mg/kg");
    assert_eq!(harness.state().state.scenario.arms[0].doses[0].amount.to_string(), "0.5 mg/kg");
    click(&mut harness, "SL salt");
    click(&mut harness, "hydrochloride");
    assert_eq!(harness.state().state.scenario.arms[2].doses[0].form, Form::Hydrochloride);
    harness.run_steps(2);
    let given = harness.state().shown.outcome.as_ref().unwrap().arms[2].dose_mg;
    assert!((given - 100.0 * 237.73 / 274.2).abs() < 1e-9, "molar masses of base and salt");
    click(&mut harness, "SL after the hold");
    click(&mut harness, "spat out");
    assert_eq!(harness.state().state.scenario.arms[2].doses[0].after, Some(AfterHold::Spit));
}

#[test]
fn doses_and_arms_are_added_and_taken_away() {
    let mut harness = harness();
    click(&mut harness, "Show Esketamine spray");
    assert!(harness.state().state.scenario.arms[4].on);
    harness.run_steps(2);
    let figure = harness.state().shown.figure.as_ref().unwrap();
    assert_eq!(figure.panels.len(), 2, "another drug has a panel of its own");
    assert_eq!(figure.panels[1].heading, "esketamine (S) only");
    harness.get_all_by_label("add dose").next().unwrap().click();
    harness.run_ok();
    assert_eq!(harness.state().state.scenario.arms[0].doses.len(), 2);
    assert!(harness.query_by_label("IV dose 2 time").is_some());
    click(&mut harness, "Menu of IM");
    click(&mut harness, "Remove");
    assert!(!harness.state().state.scenario.arms.iter().any(|a| a.label == "IM"));
}

#[test]
fn undo_and_redo_walk_over_edits() {
    let mut harness = harness();
    let first = harness.state().state.scenario.clone();
    click(&mut harness, "Show Esketamine spray");
    let second = harness.state().state.scenario.clone();
    assert_ne!(first, second);
    // an edit becomes a step once it has rested
    harness.run_steps(12);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    harness.run_ok();
    assert_eq!(harness.state().state.scenario, first);
    click(&mut harness, "Redo");
    assert_eq!(harness.state().state.scenario, second);
}

#[test]
fn the_view_changes_the_picture_but_runs_nothing() {
    let mut harness = harness();
    let runs = harness.state().shown.runs;
    for switch in ["log", "h", "metabolites", "what programmes say", "dark", "projector"] {
        click(&mut harness, switch);
    }
    let app = harness.state();
    assert!(app.state.look.view.log && app.state.look.view.hours && app.state.look.view.metabolites);
    assert!(app.state.look.dark && app.state.look.projector);
    assert_eq!(app.shown.runs, runs);
    let figure = app.shown.figure.as_ref().unwrap();
    assert_eq!(figure.panels.len(), 2, "norketamine has a panel of its own");
    assert!(figure.panels[0].log && figure.hours);
    assert!(figure.strips.iter().all(|s| s.programme.is_some()));
}

#[test]
fn the_plot_has_a_keyboard_cursor_that_is_told() {
    let mut harness = harness();
    harness.get_by_label_contains("Concentration over time").focus();
    harness.run_ok();
    for _ in 0..3 {
        harness.key_press_modifiers(egui::Modifiers::SHIFT, egui::Key::ArrowRight);
        harness.run_ok();
    }
    let cursor = harness.state().cursor.unwrap();
    assert!((cursor - 1.2).abs() < 1e-9, "three tenths of four hours, not {cursor}");
    assert!(harness.query_by_label_contains("At 72 min").is_some());
    harness.key_press(egui::Key::Home);
    harness.run_ok();
    assert_eq!(harness.state().cursor, Some(0.0));
}

#[test]
fn an_empty_scenario_offers_routes() {
    let mut harness = harness();
    harness.state_mut().state.scenario.arms.clear();
    harness.run_ok();
    assert!(harness.query_by_label("Add a route to begin").is_some());
    click(&mut harness, "IM");
    assert_eq!(harness.state().state.scenario.arms.len(), 1);
}

#[test]
fn files_are_saved_opened_and_refused() {
    let folder = std::env::temp_dir().join(format!("ketasim-app-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    let mut harness = harness();
    let typed = |harness: &mut Harness<'static, App>, purpose: Purpose, path: &str| {
        harness.state_mut().ask(purpose);
        harness.run_ok();
        // the dialog opens with the cursor in its field
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        harness.run_ok();
        harness.event(egui::Event::Text(path.to_owned()));
        harness.run_ok();
        harness.key_press(egui::Key::Enter);
        harness.run_ok();
    };
    typed(&mut harness, Purpose::Save, &path("s.toml"));
    let saved = harness.state().state.scenario.clone();
    harness.state_mut().state.scenario.arms.truncate(1);
    typed(&mut harness, Purpose::Open, &path("s.toml"));
    assert_eq!(harness.state().state.scenario, saved, "{:?}", harness.state().message);
    typed(&mut harness, Purpose::Plot(ketasim::export::Format::Png), &path("p.png"));
    assert!(std::fs::read(path("p.png")).unwrap().starts_with(b"\x89PNG"));
    typed(&mut harness, Purpose::Curves, &path("c.csv"));
    assert!(std::fs::read_to_string(path("c.csv")).unwrap().starts_with(ketasim::curves::HEADER));
    std::fs::write(path("points.csv"), "arm_id,time_min,conc_ng_ml\na,30,56\n").unwrap();
    typed(&mut harness, Purpose::Points, &path("points.csv"));
    assert_eq!(harness.state().points.len(), 1);
    assert_eq!(harness.state().shown.figure.as_ref().unwrap().panels[0].points.len(), 1);
    typed(&mut harness, Purpose::Open, &path("missing.toml"));
    assert!(harness.state().message.as_ref().unwrap().is_err());
    assert_eq!(harness.state().state.scenario, saved, "a refused file changes nothing");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn curves_and_picture_go_to_the_clipboard() {
    let mut harness = harness();
    let copied = |harness: &mut Harness<'static, App>, item: &str| {
        click(harness, "Export");
        harness.get_by_label(item).click();
        let mut commands = Vec::new();
        for _ in 0..3 {
            harness.step();
            commands.extend(harness.output().platform_output.commands.clone());
        }
        commands
    };
    let commands = copied(&mut harness, "Copy the curves");
    let header = |c: &egui::OutputCommand| matches!(c, egui::OutputCommand::CopyText(t) if t.starts_with(ketasim::curves::HEADER));
    assert!(commands.iter().any(header), "{:?}", harness.state().message);
    let commands = copied(&mut harness, "Copy the picture");
    let large = |c: &egui::OutputCommand| matches!(c, egui::OutputCommand::CopyImage(i) if i.width() == 2000);
    assert!(commands.iter().any(large), "{:?}", harness.state().message);
}

/// What is kept on disk comes back, and what cannot be read is left at the opening screen's.
#[test]
fn the_state_survives_a_restart() {
    #[derive(Default)]
    struct Memory(std::collections::HashMap<String, String>);
    impl eframe::Storage for Memory {
        fn get_string(&self, key: &str) -> Option<String> {
            self.0.get(key).cloned()
        }
        fn set_string(&mut self, key: &str, value: String) {
            self.0.insert(key.to_owned(), value);
        }
        fn remove_string(&mut self, key: &str) {
            self.0.remove(key);
        }
        fn flush(&mut self) {}
    }
    let mut app = App::new(None).unwrap();
    app.state.scenario.title = "Kept".to_owned();
    app.state.look.dark = true;
    app.state.look.view = View { log: true, ..View::default() };
    let mut storage = Memory::default();
    app.state.keep(&mut storage);
    let again = App::new(Some(&storage)).unwrap();
    assert_eq!(again.state, app.state);
    for value in storage.0.values_mut() {
        *value = "= broken".to_owned();
    }
    assert_eq!(App::new(Some(&storage)).unwrap().state, App::new(None).unwrap().state);
}

/// Whatever is drawn carries site, unit, model and the education line.
#[test]
fn a_picture_that_travels_alone_says_what_it_is() {
    let app = App::new(None).unwrap();
    let outcome = app.state.scenario.run(&app.library, ketasim::outcome::Options::default()).unwrap();
    let figure = Figure::new(&outcome, &View::default(), &app.library, &[]);
    let svg = String::from_utf8(ketasim::export::render(&figure, ketasim::export::Format::Svg).unwrap()).unwrap();
    for part in [
        "arterial plasma, ng/mL",
        "ketamine, R and S together",
        "ketamine-composite",
        "Education only",
        "35 mg into a muscle",
        "70 kg",
        "staff decide; no driving",
    ] {
        assert!(svg.contains(part), "{part} is missing");
    }
}
