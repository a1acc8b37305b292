//! Made-up people in the window: few while things move, all once the hand rests, and what is said of them.

use super::{click, harness, says};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use ketasim::app::App;
use ketasim::covariates::Between;
use ketasim::figure::{Figure, View};
use ketasim::population::{InTurn, People, Sample, population_outcome};
use ketasim::regimen::DoseAmount;
use ketasim::units::Weight;

/// People switched on, all of them there.
fn with_people(number: usize) -> Harness<'static, App> {
    let mut harness = harness();
    harness.state_mut().state.look.view.sample = number;
    click(&mut harness, "people");
    assert!(harness.state().state.look.view.people);
    settle(&mut harness);
    harness
}

/// Frames until the full number is there.
fn settle(harness: &mut Harness<'static, App>) {
    for _ in 0..2_000 {
        harness.step();
        if harness.state().people.settled {
            harness.step();
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(harness.state().people.settled, "the people never settled");
}

fn direct(harness: &Harness<'static, App>, people: usize) -> ketasim::population::PopulationOutcome {
    let app = harness.state();
    let sample = Sample { people: People::nearest(people), seed: 1, every: None };
    population_outcome(&app.state.scenario, &app.library, sample, &InTurn, &|_| true).unwrap()
}

/// Spread between people and spread between models never stand in one figure.
#[test]
fn people_and_other_models_take_turns() {
    let view = |harness: &Harness<'static, App>| harness.state().state.look.view.clone();
    let mut harness = with_people(60);
    click(&mut harness, "other models");
    assert!(view(&harness).models && !view(&harness).people);
    click(&mut harness, "people");
    assert!(view(&harness).people && !view(&harness).models);
    let both = View { models: true, ..view(&harness) };
    let app = harness.state();
    let drawn = Figure::new(app.shown.outcome.as_ref().unwrap(), &both, &app.library, &[]);
    let alone = View { people: false, ..both };
    let without = Figure::new(app.shown.outcome.as_ref().unwrap(), &alone, &app.library, &[]);
    assert!(without.panels.iter().any(|p| !p.behind.is_empty()));
    assert!(drawn.panels.iter().all(|p| p.behind.is_empty()), "a restored view with both shows people");
}

#[test]
fn people_are_off_until_they_are_switched_on() {
    let mut harness = harness();
    assert!(harness.state().people.outcome.is_none());
    assert!(harness.state().shown.figure().unwrap().panels[0].ribbons.is_empty());
    harness.state_mut().state.look.view.sample = 60;
    click(&mut harness, "people");
    settle(&mut harness);
    assert!(harness.query_by_label("60 people").is_some() && harness.query_by_label("Number of people").is_some());
    click(&mut harness, "people");
    assert!(harness.state().people.outcome.is_none());
    assert!(harness.state().shown.figure().unwrap().panels[0].ribbons.is_empty());
}

#[test]
fn ribbons_are_for_lines_only_and_say_what_they_are() {
    let harness = with_people(120);
    let app = harness.state();
    let (figure, outcome) = (app.shown.figure().unwrap(), app.shown.outcome.as_ref().unwrap());
    let lines = outcome.arms.iter().filter(|a| a.range.is_none()).count();
    let panel = &figure.panels[0];
    assert_eq!((panel.ribbons.len(), panel.lines.len(), panel.bands.len()), (lines, lines, outcome.arms.len() - lines));
    for (ribbon, line) in panel.ribbons.iter().zip(&panel.lines) {
        assert_eq!(ribbon.x.len(), ribbon.outer.len());
        assert_eq!(ribbon.inner.len(), ribbon.outer.len());
        for ((outer, inner), median) in ribbon.outer.iter().zip(&ribbon.inner).zip(&line.y) {
            let order = [outer[0], inner[0], *median, inner[1], outer[1]];
            assert!(order.windows(2).all(|w| w[0] <= w[1]), "{order:?}");
        }
    }
    let words = panel.ribbon_words.as_ref().unwrap();
    for part in ["120 made-up people of one model", "5th to 95th percentile", "not doubt about the model", "no ribbon"]
    {
        assert!(words.contains(part), "{part} is missing in {words}");
    }
    assert!(figure.strips.iter().all(|s| s.is_counted()));
    let svg = String::from_utf8(ketasim::export::render(figure, ketasim::export::Format::Svg).unwrap()).unwrap();
    for part in ["120 made-up people", "90 % of people", "seed 1", "not doubt about the model", "of 100 reach"] {
        assert!(svg.contains(part), "{part} is missing in the file");
    }
    assert!(!svg.contains("Typical person of"), "the lines are medians of people");
}

#[test]
fn every_route_has_a_sentence_and_twenty_dots() {
    let harness = with_people(120);
    let direct = direct(&harness, 120);
    let outcome = harness.state().shown.outcome.as_ref().unwrap();
    for (arm, counted) in outcome.arms.iter().zip(&direct.arms) {
        let (still, base) = ketasim::population::of_people(counted.above_at(60.0), counted.people());
        assert_eq!(base, 100);
        assert!(says(&harness, &format!("Of 100 made-up people, {still} still above their own level at 60 min")));
        // of a range the twenty are taken from both ends, as on the patient's page
        let end = if arm.range.is_some() { " (both ends of its range)" } else { "" };
        for one in &counted.sessions {
            for (what, few) in [("noticing", one.windows.few_notice), ("fading", one.windows.few_reach)] {
                let row = format!("{} {what}{end}: 20 dots", arm.label);
                assert!(says(&harness, &row), "{row}");
                let words = "many people at this dose may not feel this";
                let said =
                    harness.query_all_by(|n| n.label().is_some_and(|l| l.starts_with(&row) && l.contains(words)));
                assert_eq!(said.count() > 0, few, "{row}");
            }
        }
    }
    assert!(says(&harness, "this does not tell you when you can leave"));
    assert!(says(&harness, "timing backed by: trial") && says(&harness, "timing backed by: model only"));
}

#[test]
fn staff_stand_beside_the_curve_where_it_is_known() {
    let mut harness = with_people(60);
    assert!(!says(&harness, "A curve cannot tell when to leave"));
    harness.state_mut().state.scenario.arms[4].on = true;
    harness.run_ok();
    settle(&mut harness);
    assert!(says(&harness, "ready to leave") && says(&harness, "A curve cannot tell when to leave"));
}

/// While a button is held the sample is small and of the present scenario; at rest it is that of a direct run.
#[test]
fn a_drag_shows_few_and_rest_shows_all_of_the_last_scenario() {
    let mut harness = with_people(300);
    let at = harness.get_by_label("IV amount").rect().center();
    let button = |pressed: bool, pos: egui::Pos2| egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: egui::Modifiers::NONE,
    };
    harness.event(egui::Event::PointerMoved(at));
    harness.event(button(true, at));
    harness.step();
    for i in 1..8 {
        harness.event(egui::Event::PointerMoved(at + egui::vec2(6.0 * i as f32, 0.0)));
        harness.step();
        // the edit of this frame is run in the next
        harness.step();
        let app = harness.state();
        assert_eq!(app.shown.scenario(), Some(&app.state.scenario), "never behind an edit");
        if app.state.scenario.arms[0].doses[0].amount == DoseAmount::PerKg(0.5) {
            // a drag begins a few points after the press
            continue;
        }
        assert_eq!(app.people.numbers(), Some([app.people.outcome.as_ref().unwrap().sample.people.size(), 300]));
        assert!(app.people.outcome.as_ref().unwrap().sample.people.size() <= 200, "few while it moves");
        assert!(!app.people.settled && app.people.progress().is_none());
        let shown = app.people.outcome.as_ref().unwrap();
        assert_eq!(*shown, direct(&harness, shown.sample.people.size()), "arms left alone are as if run again");
    }
    assert!(says(&harness, "people while you move"));
    harness.event(button(false, at + egui::vec2(42.0, 0.0)));
    harness.step();
    settle(&mut harness);
    let app = harness.state();
    assert_ne!(app.state.scenario.arms[0].doses[0].amount, DoseAmount::PerKg(0.5), "the drag changed the dose");
    assert_eq!(*app.people.outcome.as_ref().unwrap(), direct(&harness, 300), "to the last bit");
    assert!(says(&harness, "300 people"));
}

#[test]
fn an_edit_under_way_stops_the_crowd_before_it() {
    let mut harness = with_people(60);
    harness.state_mut().state.look.view.sample = 2_000;
    for dose in [0.3, 0.4, 0.6] {
        harness.state_mut().state.scenario.arms[0].doses[0].amount = DoseAmount::PerKg(dose);
        for _ in 0..3 {
            harness.step();
        }
        assert!(!harness.state().people.settled);
    }
    harness.state_mut().state.look.view.sample = 150;
    harness.step();
    settle(&mut harness);
    assert_eq!(*harness.state().people.outcome.as_ref().unwrap(), direct(&harness, 150));
}

#[test]
fn exposures_of_one_drug_are_compared_and_of_two_refused() {
    let mut harness = with_people(60);
    harness.state_mut().state.scenario.arms[4].on = true;
    harness.run_ok();
    settle(&mut harness);
    let before = harness.state().state.scenario.clone();
    click(&mut harness, "Compare exposures");
    assert!(says(&harness, "peak (Cmax)") && says(&harness, "60 of 60"));
    assert!(says(&harness, "Equal exposure is not equal effect") && says(&harness, "not a conversion of doses"));
    assert!(says(&harness, "ketamine-composite"));
    click(&mut harness, "Second exposure");
    harness.get_all_by_label("Esketamine spray").last().unwrap().click();
    harness.run_ok();
    assert!(says(&harness, "exposures of different drugs are not compared"));
    assert!(!says(&harness, "peak (Cmax)"));
    assert_eq!(harness.state().state.scenario, before, "comparing changes no dose");
    harness.key_press(egui::Key::Escape);
    harness.run_ok();
    assert!(!says(&harness, "Equal exposure is not equal effect"));
}

#[test]
fn evidence_says_which_number_matters_most() {
    let mut harness = harness();
    click(&mut harness, "Evidence");
    assert!(says(&harness, "Which number matters most") && says(&harness, "CL: "));
    click(&mut harness, "time above the level");
    assert!(says(&harness, "level 100 ng/mL for all"));
    assert!(says(&harness, "min at its 5th percentile") && !says(&harness, "weight: "));
    let [low, high] = [50.0, 100.0].map(Weight::from_kg);
    harness.state_mut().state.scenario.population.weight = Some(Between { median: None, cv: None, low, high });
    harness.run_ok();
    assert!(says(&harness, "weight: ") && says(&harness, "stated"));
}

/// Nothing is assumed: the box alone changes nobody, the fields do, and undo takes it back.
#[test]
fn people_differ_in_weight_as_far_as_the_fields_say() {
    let mut harness = with_people(60);
    let before = direct(&harness, 60);
    let plain = harness.state().state.scenario.clone();
    click(&mut harness, "People differ in weight");
    settle(&mut harness);
    let weight = harness.state().state.scenario.population.weight.unwrap();
    assert_eq!((weight.low.kg(), weight.high.kg(), weight.median), (70.0, 70.0, None));
    // everybody still weighs 70 kg; only the order of multiplying differs
    for (now, then) in direct(&harness, 60).arms.iter().zip(&before.arms) {
        for (a, b) in (now.sessions[0].counts.iter().zip(&then.sessions[0].counts))
            .flat_map(|(a, b)| a.people.iter().zip(&b.people))
        {
            assert!((a.cmax / b.cmax - 1.0).abs() < 1e-12, "{} {}", a.cmax, b.cmax);
        }
    }
    for label in ["Lowest weight", "Highest weight"] {
        assert!(harness.query_by_label(label).is_some(), "{label}");
    }
    harness.state_mut().state.scenario.population.weight.as_mut().unwrap().high = Weight::from_kg(110.0);
    harness.step();
    settle(&mut harness);
    assert_eq!(*harness.state().people.outcome.as_ref().unwrap(), direct(&harness, 60));
    let cmax = |of: &ketasim::population::PopulationOutcome| of.arms[0].sessions[0].counts[0].people[0].cmax;
    assert!((cmax(&direct(&harness, 60)) / cmax(&before) - 1.0).abs() > 1e-3, "weight changes a dose per kg");
    assert!(says(&harness, "they differ: weight 70 to 110 kg, evenly"));
    // people whom the model was not made for are refused in words
    harness.state_mut().state.scenario.population.weight.as_mut().unwrap().high = Weight::from_kg(140.0);
    harness.run_ok();
    assert!(says(&harness, "people of 70 to 140 kg go beyond those of ketamine-composite"));
    for _ in 0..5 {
        if harness.state().state.scenario != plain {
            harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
            harness.run_ok();
        }
    }
    assert_eq!(harness.state().state.scenario, plain, "undo takes it back");
}

/// A projector has no room for cards: the sentence of each route stands below the plot.
#[test]
fn a_projector_shows_what_people_do() {
    let mut harness = with_people(60);
    harness.state_mut().state.look.projector = true;
    harness.run_ok();
    let app = harness.state();
    for counted in &app.people.outcome.as_ref().unwrap().arms {
        let (still, base) = ketasim::population::of_people(counted.above_at(60.0), counted.people());
        assert_eq!(base, 60, "of no more than there are");
        assert!(says(&harness, &format!("Of 60 made-up people, {still} still above their own level at 60 min")));
    }
    assert!(says(&harness, "this does not tell you when you can leave"));
}
