//! The level line on the command line: text, JSON, CSV and pictures say the same; the patient's page does not know it.

use super::{OPENING, arm, folder, json, printed, refused, run, run_with, text, write};
use serde_json::Value;
use std::collections::BTreeMap;

const LEVEL: &str = "100 ng/mL";

fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn text_json_and_csv_say_the_same() {
    let all = json(&["compare", "--level", LEVEL, "--json"]);
    let page = printed(&["compare", "--level", LEVEL]);
    assert!(page.contains("Time at or above your level, 100 ng/mL"), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    let part = page.split("Time at or above your level").nth(1).unwrap().split("When something").next().unwrap();
    let flat = part.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("Your own line. Not a level at which all people feel the same."), "{flat}");
    let wide = rows(&printed(&["compare", "--level", LEVEL, "--csv"]));
    let long = rows(&printed(&["compare", "--level", LEVEL, "--csv", "--parameters"]));
    for one in all["arms"].as_array().unwrap() {
        let (label, level) = (one["label"].as_str().unwrap(), &one["level"]);
        assert_eq!(number(&level["ng_ml"]), 100.0);
        assert_eq!(level["other_models"].as_array().unwrap().len(), one["other_models"].as_array().unwrap().len());
        let row = wide.iter().find(|r| r["arm"] == label && r["analyte"] == "ketamine").unwrap();
        let told: Vec<f64> = long
            .iter()
            .filter(|r| r["arm"] == label && r["parameter"] == "above_level")
            .map(|r| r["value"].parse().unwrap())
            .collect();
        let line = part.lines().find(|l| l.starts_with(&format!("{label} "))).unwrap();
        assert_eq!(row["level_ng_ml"].parse::<f64>().ok(), Some(100.0));
        if level["ends"].is_null() {
            let minutes = number(&level["minutes"]);
            assert_eq!(row["above_level_min"].parse::<f64>().ok(), Some(minutes));
            assert_eq!(told, [minutes]);
            let stretches = level["stretches_min"].as_array().unwrap();
            let sum: f64 = stretches.iter().map(|s| number(&s[1]) - number(&s[0])).sum();
            assert!((sum - minutes).abs() < 1e-6);
            if minutes > 0.0 {
                assert!(line.contains(&format!("{minutes:.0} min")), "{line} and {minutes}");
                assert_eq!(row["above_level_first_min"].parse::<f64>().ok(), stretches[0][0].as_f64());
            } else {
                assert!(line.contains("never") && line.contains("peak"), "{line}");
            }
        } else {
            let ends = ["low", "high"].map(|end| number(&level["ends"][end]["minutes"]));
            assert!(
                level["minutes"].is_null() && level["stretches_min"].is_null() && row["above_level_min"].is_empty()
            );
            assert_eq!(told, ends);
            assert_eq!(row["above_level_low_min"].parse::<f64>().ok(), Some(ends[0]));
            assert_eq!(row["above_level_high_min"].parse::<f64>().ok(), Some(ends[1]));
            if ends[0] >= 1.0 && ends[0].round() != ends[1].round() {
                assert!(
                    flat.contains(&format!("{:.0}", ends[0])) && flat.contains(&format!("{:.0} min", ends[1])),
                    "{flat}"
                );
            }
        }
        let other = wide.iter().find(|r| r["arm"] == label && r["analyte"] != "ketamine").unwrap();
        assert!(other["above_level_min"].is_empty(), "the level is that of the drug given");
    }
}

#[test]
fn without_a_level_nothing_is_said_of_one() {
    assert!(arm(&json(&["compare", "--json"]), "IV")["level"].is_null());
    assert!(!printed(&["compare"]).contains("your level"));
    assert!(!printed(&["compare", "--csv"]).contains("level"));
    let people = json(&["population", "--people", "20", "--json"]);
    assert!(arm(&people, "IV")["sessions"][0]["level"].is_null());
}

#[test]
fn the_option_stands_above_the_file() {
    let opening = std::fs::read_to_string(OPENING).unwrap();
    let with = opening.replacen("[[arm]]", "[view]\nlevel = \"50 ng/mL\"\n\n[[arm]]", 1);
    let level = |arguments: &[&str]| -> f64 {
        let all: Value = serde_json::from_slice(&run_with(&with, arguments).stdout).unwrap();
        number(&arm(&all, "IV")["level"]["ng_ml"])
    };
    assert_eq!(level(&["compare", "-", "--json"]), 50.0);
    assert_eq!(level(&["compare", "-", "--json", "--level", "0.1 mg/L"]), 100.0);
    for (given, says) in [("1e9 ng/mL", "cannot be drawn"), ("100", "no unit"), ("-1 ng/mL", "cannot be drawn")] {
        for command in ["compare", "population"] {
            let said = refused(&run(&[command, "--level", given]), 2);
            assert!(said.contains("--level") && said.contains(says) && said.contains("ng/mL"), "{said}");
        }
    }
    let folder = folder("level");
    let path = write(&folder, "high.toml", with.replace("50 ng/mL", "1e9 ng/mL"));
    let said = refused(&run(&["compare", &path]), 2);
    assert!(said.contains("level = \"1e9 ng/mL\"") && said.contains("1000000 ng/mL"), "{said}");
    assert_eq!(said.matches("cannot be drawn").count(), 1, "{said}");
}

#[test]
fn people_are_counted_against_it() {
    let of = |level: &str| json(&["population", "--people", "200", "--level", level, "--json"]);
    let all = of(LEVEL);
    let page = printed(&["population", "--people", "200", "--level", LEVEL]);
    assert!(page.contains("Time at or above your level, 100 ng/mL") && page.contains("counts as 0"), "{page}");
    for one in all["arms"].as_array().unwrap() {
        let session = &one["sessions"][0];
        let ends = session["ends"].as_array().unwrap();
        let label = one["label"].as_str().unwrap();
        let told: Vec<(String, &Value)> = if ends.is_empty() {
            vec![(label.to_owned(), &session["level"])]
        } else {
            assert!(session["level"].is_null(), "the ends of a range are not joined");
            ends.iter().map(|e| (format!("{label}, {}", e["end"].as_str().unwrap()), &e["level"])).collect()
        };
        for (name, level) in told {
            let share = number(&level["share_reaching"]);
            let minutes: Vec<f64> = level["minutes"].as_array().unwrap().iter().map(number).collect();
            assert!((0.0..=1.0).contains(&share) && minutes.is_sorted() && minutes.len() == 3);
            let part = page.split("Time at or above your level").nth(1).unwrap();
            let line = part.lines().find(|l| l.starts_with(&format!("{name} "))).unwrap();
            assert!(line.contains(&format!("{} of 100", (share * 100.0).round())), "{name}: {line} and {share}");
        }
    }
    let high = of("300 ng/mL");
    let share = |all: &Value| number(&arm(all, "IV")["sessions"][0]["level"]["share_reaching"]);
    assert!(share(&high) < share(&all));
    assert!(refused(&run(&["population", "--csv", "--level", LEVEL]), 2).contains("--csv"));
}

#[test]
fn pictures_carry_the_line_and_its_value() {
    let folder = folder("level-pictures");
    let picture = |level: &str| {
        let path = folder.join("a.svg");
        printed(&["compare", "--level", level, "--json", "--plot", path.to_str().unwrap()]);
        std::fs::read_to_string(path).unwrap()
    };
    let inside = picture(LEVEL);
    assert!(inside.contains("100 ng/mL") && inside.contains("Dotted: level line at 100 ng/mL"), "a value and a note");
    assert!(inside.contains("A level line at 100 ng/mL. IV at or above it:"), "and in words");
    let outside = picture("5000 ng/mL");
    assert!(outside.contains("5000 ng/mL, above this axis") && !outside.contains("100 ng/mL, above"));
    // the axis does not jump: its labels are those of the picture without a line
    let plain = folder.join("plain.svg");
    printed(&["compare", "--json", "--plot", plain.to_str().unwrap()]);
    let plain = std::fs::read_to_string(plain).unwrap();
    assert!(["1000", "2000", "5000"].iter().all(|n| !outside.contains(&format!(">{n}<"))) && !plain.contains("Dotted"));
}

/// A level is nothing that a patient takes home.
#[test]
fn the_patients_page_does_not_know_it() {
    let visit = ketasim::Scenario::VISIT;
    let with = visit.replacen("[[arm]]", "[view]\nlevel = \"100 ng/mL\"\n\n[[arm]]", 1);
    assert_ne!(visit, with);
    for more in [&[][..], &["--json"], &["--audience", "clinician"]] {
        let page = |given: &str| {
            let output = run_with(given, &[&["timeline", "-", "--people", "40"], more].concat());
            assert!(output.status.success(), "{}", text(&output.stderr));
            text(&output.stdout)
        };
        assert_eq!(page(visit), page(&with));
        assert!(!page(&with).contains("level line") && !page(&with).contains("your level"));
    }
}
