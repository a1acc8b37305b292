//! The timeline as clinic and patient use it: filled in, shown alone, handed out.

use super::{click, harness};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use ketasim::app::{App, Mode, Side};
use ketasim::units::Time;

/// Opens the timeline and waits until people are counted.
fn opened() -> Harness<'static, App> {
    let mut harness = harness();
    click(&mut harness, "Timeline");
    settle(&mut harness);
    harness
}

fn settle(harness: &mut Harness<'static, App>) {
    for _ in 0..400 {
        harness.run_ok();
        let visit = &harness.state().visit;
        if visit.progress().is_none() && (visit.leaflet.is_some() || visit.error.is_some()) {
            harness.run_ok();
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    unreachable!("people were never counted");
}

fn fill(harness: &mut Harness<'static, App>, label: &str, text: &str) {
    harness.get_by_role_and_label(egui::accesskit::Role::TextInput, label).click();
    harness.run_ok();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.event(egui::Event::Text(text.to_owned()));
    harness.run_ok();
}

/// The made-up clinic, in place of what is there.
fn sample(harness: &mut Harness<'static, App>) {
    click(harness, "Try the sample visit");
    click(harness, "Replace mine by the sample");
}

#[test]
fn a_newcomer_sees_a_page_at_once_and_what_is_missing() {
    let harness = opened();
    assert_eq!(harness.state().state.look.mode, Mode::Timeline);
    assert!(harness.query_by_label("When will I notice it?").is_some());
    assert!(harness.query_by_label_contains("The day as a picture").is_some(), "the picture speaks");
    assert!(harness.query_by_label("Not to hand out yet").is_some());
    assert!(harness.query_by_label_contains("crisis line has no number").is_some());
}

#[test]
fn what_the_clinic_fills_in_is_on_the_page() {
    let mut harness = opened();
    fill(&mut harness, "Local crisis line", "555-0123");
    fill(&mut harness, "Least stay after the last dose", "3 h");
    let clinic = harness.state().state.scenario.clinic.clone().unwrap();
    assert_eq!(clinic.crisis_line.as_deref(), Some("555-0123"));
    assert_eq!(clinic.stay.map(|s| s.time()), Some(Time::from_hours(3.0)));
    harness.run_ok();
    assert!(harness.query_by_label("Not to hand out yet").is_none());
    assert!(harness.query_by_label_contains("555-0123").is_some());
    assert!(harness.query_by_label_contains("at least 3 hours after the last dose").is_some());
    fill(&mut harness, "First dose", "2026-12-01 10:00");
    // a start without its zone is refused where it is filled in; the last page stays, not to be handed out
    assert!(harness.query_by_label_contains("without a time zone").is_some());
    assert!(harness.query_by_label("When will I notice it?").is_some());
    assert!(harness.state().visit.printable().unwrap_err().what().contains("time zone"));
    harness.state_mut().state.look.patient = true;
    harness.run_ok();
    assert!(harness.query_by_label("When will I notice it?").is_none(), "a patient sees no page of an earlier visit");
    harness.state_mut().state.look.patient = false;
    harness.run_ok();
    fill(&mut harness, "Time zone", "Europe/Madrid");
    assert!(
        harness.query_by_label_contains("December\u{a0}2, 2026 at 10:40\u{a0}am").is_some(),
        "40 min of infusion count"
    );
    // a length that cannot be read leaves the value
    fill(&mut harness, "Least stay after the last dose", "three");
    assert_eq!(
        harness.state().state.scenario.clinic.as_ref().unwrap().stay.map(|s| s.time()),
        Some(Time::from_hours(3.0))
    );
    assert!(harness.query_by_label_contains("write for example \"2 h\"").is_some());
}

#[test]
fn a_patient_sees_the_page_alone_without_doses_and_finds_the_way_back() {
    let mut harness = opened();
    sample(&mut harness);
    settle(&mut harness);
    click(&mut harness, "Show alone");
    assert!(harness.state().state.look.patient);
    for gone in ["Compare", "Undo", "File", "Local crisis line", "Least stay after the last dose"] {
        assert!(harness.query_by_label(gone).is_none(), "{gone} is on the patient's page");
    }
    for question in [
        "When will I notice it?",
        "When is it strongest?",
        "Who says I can go?",
        "When can I drive?",
        "What do I bring?",
    ] {
        assert!(harness.query_by_label(question).is_some(), "{question}");
    }
    assert!(harness.query_by_label_contains("ng/mL").is_none() && harness.query_by_label_contains(" mg").is_none());
    // the keyboard moves the page: what stands on its back comes into view
    let top = |h: &Harness<'static, App>| h.get_by_label("A word on misuse").rect().top();
    let below = top(&harness);
    harness.key_press(egui::Key::PageDown);
    for _ in 0..30 {
        harness.step();
    }
    assert!(top(&harness) < below - 200.0, "{below} {}", top(&harness));
    click(&mut harness, "Español");
    assert!(harness.query_by_label("¿Cuándo puedo manejar?").is_some());
    harness.key_press(egui::Key::Escape);
    harness.run_ok();
    assert!(!harness.state().state.look.patient);
    assert!(harness.query_by_label("Compare").is_some());
}

#[test]
fn clinicians_sheet_and_course_stand_beside_it() {
    let mut harness = opened();
    sample(&mut harness);
    settle(&mut harness);
    click(&mut harness, "Clinician's sheet");
    assert_eq!(harness.state().state.look.side, Side::Clinician);
    assert!(harness.query_by_label_contains("needs a prescriber's decision").is_some());
    click(&mut harness, "Course");
    assert!(harness.query_all_by_label_contains("Dosing visit").count() >= 6);
    assert!(harness.query_by_label_contains("January\u{a0}5, 2027").is_some(), "the sixth visit, five weeks later");
}

#[test]
fn page_and_calendar_are_written_only_when_everything_is_filled_in() {
    let mut harness = opened();
    let folder = std::env::temp_dir().join(format!("ketasim-app-visit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |harness: &mut Harness<'static, App>, button: &str, name: &str| {
        let path = folder.join(name);
        click(harness, button);
        fill(harness, "File", path.to_str().unwrap());
        click(harness, "Save");
        path
    };
    let path = write(&mut harness, "PDF…", "early.pdf");
    assert!(!path.exists(), "nothing is written while the crisis line is blank");
    assert!(harness.state().message.as_ref().unwrap().as_ref().unwrap_err().what().contains("crisis line"));
    sample(&mut harness);
    settle(&mut harness);
    let path = write(&mut harness, "PDF…", "visit.pdf");
    assert!(std::fs::read(path).unwrap().starts_with(b"%PDF"));
    let path = write(&mut harness, "Calendar…", "visit.ics");
    assert!(std::fs::read_to_string(path).unwrap().contains("Ride home: staff will tell you when"));
    click(&mut harness, "Copy text");
    assert!(harness.state().message.as_ref().unwrap().as_ref().unwrap().contains("copied"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn no_arm_is_an_invitation() {
    let mut harness = harness();
    harness.state_mut().state.scenario.arms.clear();
    click(&mut harness, "Timeline");
    assert!(harness.query_by_label("Add a route to begin").is_some());
}
