//! What the commands print of courses, ranges and what is not felt: text, JSON and CSV say the same.

use super::{json, printed, run, run_with, text};
use serde_json::Value;

const WEEKLY: &str = "horizon = '42 d'\n[clinic]\ncrisis_line = '555-0199'\nstay = '2 h'\n[[arm]]\nlabel = 'IM weekly'\n\
                      drug = 'ketamine'\n[[arm.dose]]\nroute = 'im'\namount = '0.5 mg/kg'\n\
                      repeat = { every = '7 d', additional = 5 }\n";

fn compare(scenario: &str) -> Value {
    serde_json::from_slice(&run_with(scenario, &["compare", "-", "--json"]).stdout).unwrap()
}

#[test]
fn a_course_is_told_as_sessions_in_text_json_and_csv() {
    let all = compare(WEEKLY);
    let arm = &all["arms"][0];
    let sessions = arm["sessions"].as_array().unwrap();
    let starts: Vec<f64> = sessions.iter().map(|s| s["start_min"].as_f64().unwrap()).collect();
    assert_eq!(starts, [0.0, 10_080.0, 20_160.0, 30_240.0, 40_320.0, 50_400.0]);
    assert!(sessions.iter().all(|s| s["doses"] == 1));
    assert_eq!(arm["windows"], sessions[0]["windows"], "windows are those of the first session");
    // by hand: nothing that is felt for an hour or two spans a week
    for session in sessions {
        let strongest = &session["windows"]["strongest_min"];
        assert!(strongest[1].as_f64().unwrap() - strongest[0].as_f64().unwrap() < 120.0, "{strongest}");
        assert!(session["windows"]["main_effects_end_min"][2].as_f64().unwrap() < 180.0);
    }
    let page = text(&run_with(WEEKLY, &["compare", "-"]).stdout);
    assert!(page.contains("session 1 of 6") && page.contains("7 d, 14 d, 21"), "{page}");
    let csv = text(&run_with(WEEKLY, &["compare", "-", "--csv"]).stdout);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let place = reader.headers().unwrap().iter().position(|h| h == "sessions").unwrap();
    assert!(reader.records().all(|r| r.unwrap().get(place) == Some("6")));
}

/// Minutes of windows count from the first dose of their session, and the output says how long after time 0 that is.
#[test]
fn windows_say_what_they_count_from() {
    let arm = |label: &str, time: &str| {
        format!(
            "[[arm]]\nlabel='{label}'\ndrug='ketamine'\n[[arm.dose]]\ntime='{time}'\nroute='iv'\namount='30 mg'\nduration='40 min'\n"
        )
    };
    for (minutes, written) in [(60.0, "60 min"), (90.0, "1.5 h"), (7.5, "7.5 min")] {
        let all = compare(&format!("horizon='8 h'\n{}{}", arm("now", "0 min"), arm("later", written)));
        let [now, later] = [0, 1].map(|i| &all["arms"][i]);
        assert_eq!((now["windows_from_min"].as_f64(), later["windows_from_min"].as_f64()), (Some(0.0), Some(minutes)));
        for window in ["onset_min", "peak_min", "main_effects_end_min"] {
            for k in 0..3 {
                let of = |arm: &Value| arm["windows"][window][k].as_f64().unwrap();
                assert!((of(now) - of(later)).abs() < 1e-3, "{window}: {now} {later}");
            }
        }
    }
}

/// The numbers of a row that stand first belong to the low end, the later ones to the high end: the low peak is the late
/// one.
#[test]
fn the_first_numbers_of_a_row_belong_to_one_curve() {
    for dose in ["route='im'\namount='0.5 mg/kg'", "route='im'\namount='1 mg/kg'", "route='in'\namount='50 mg'"] {
        let scenario = format!("[[arm]]\nlabel='X'\ndrug='ketamine'\n[[arm.dose]]\n{dose}\n");
        let all = compare(&scenario);
        let range = &all["arms"][0]["range"];
        let page = text(&run_with(&scenario, &["compare", "-"]).stdout);
        let row = page.lines().find(|l| l.starts_with("X ") && l.matches(" to ").count() >= 2).unwrap();
        let [low, high] = ["low", "high"].map(|end| range[end]["analytes"][0].clone());
        for (key, digits) in [("cmax_ng_ml", 3), ("tmax_min", 3), ("half_of_peak_min", 3)] {
            let of = |end: &Value| ketasim::units::significant(end[key].as_f64().unwrap(), digits);
            let (a, b) = (of(&low), of(&high));
            let said = if a == b { a } else { format!("{a} to {b}") };
            assert!(row.contains(&said), "{key}: {said} in {row}");
        }
    }
}

/// Where an effect is not reached every time of it is null, in `compare` and over people, and the page and its JSON agree.
#[test]
fn what_is_not_felt_has_no_times_anywhere() {
    for dose in ["route='im'\namount='1 mcg'", "route='iv'\namount='0.4 mg'", "route='in'\namount='0.5 mg'"] {
        let scenario = format!(
            "[clinic]\ncrisis_line='555-0199'\nstay='2 h'\n[[arm]]\nlabel='X'\ndrug='ketamine'\n[[arm.dose]]\n{dose}\n"
        );
        let windows = compare(&scenario)["arms"][0]["windows"].clone();
        let people: Value =
            serde_json::from_slice(&run_with(&scenario, &["population", "-", "--people", "40", "--json"]).stdout)
                .unwrap();
        for of in [&windows, &people["arms"][0]["windows"]] {
            for key in ["onset_min", "peak_min", "strongest_min", "main_effects_end_min"] {
                assert!(of[key].is_null(), "{dose}, {key}: {of}");
            }
        }
        let page: Value =
            serde_json::from_slice(&run_with(&scenario, &["timeline", "-", "--people", "40", "--json"]).stdout)
                .unwrap();
        let ranges = page["phases"].as_array().unwrap().iter().filter(|p| p["kind"] == "range");
        assert!(ranges.clone().count() == 3 && ranges.into_iter().all(|p| p["min"].is_null()), "{page}");
        assert!(text(&run_with(&scenario, &["timeline", "-", "--people", "40"]).stdout).contains("we give no time"));
    }
}

/// Page, its JSON and `population` count the same people of the same number and seed.
#[test]
fn page_and_population_count_the_same_people() {
    let visit = format!("{}/assets/scenarios/visit.toml", env!("CARGO_MANIFEST_DIR"));
    let people = json(&["population", &visit, "--people", "80", "--json"]);
    for arm in people["arms"].as_array().unwrap() {
        let label = arm["label"].as_str().unwrap();
        let page = json(&["timeline", &visit, "--people", "80", "--arm", label, "--json"]);
        assert_eq!((&page["people"], &page["seed"]), (&people["people"], &people["seed"]));
        assert_eq!(page["twenty"], arm["sessions"][0]["twenty"], "{label}");
    }
    let defaults = [json(&["population", "--json"]), json(&["timeline", "--json"])];
    assert_eq!(defaults[0]["people"], defaults[1]["people"], "one number of people where nobody says");
    assert_eq!(defaults[0]["seed"], defaults[1]["seed"]);
}

#[test]
fn a_page_of_a_course_asks_which_session() {
    let refused = run_with(WEEKLY, &["timeline", "-"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty());
    let said = text(&refused.stderr);
    assert!(said.contains("has 6 sessions, and a page is for one") && said.contains("--session 1"), "{said}");
    let page = run_with(WEEKLY, &["timeline", "-", "--session", "3", "--people", "40", "--json"]);
    let all: Value = serde_json::from_slice(&page.stdout).unwrap();
    assert_eq!((all["session"]["number"].as_u64(), all["session"]["of"].as_u64()), (Some(3), Some(6)));
    assert_eq!(run_with(WEEKLY, &["timeline", "-", "--session", "9"]).status.code(), Some(2));
    // one session needs no choice
    assert!(run(&["timeline", "--people", "40"]).status.success());
    assert!(printed(&["timeline", "--help"]).contains("--session"));
}
