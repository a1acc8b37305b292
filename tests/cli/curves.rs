//! `ketasim simulate`: what stands in the rows beside the grid, and how jumps and ranges are written.

use super::{json, refused, run, run_with, text};
use serde_json::Value;

/// Rows of an arm, analyte and site: time and concentration.
fn rows(page: &str, arm: &str, analyte: &str, site: &str) -> Vec<[f64; 2]> {
    let mut reader = csv::Reader::from_reader(page.as_bytes());
    let rows = reader.records().map(Result::unwrap).filter(|r| [&r[0], &r[2], &r[3]] == [arm, analyte, site]);
    rows.map(|r| [1, 4].map(|k| r[k].parse().unwrap())).collect()
}

fn simulate(scenario: &str, more: &[&str]) -> String {
    let output = run_with(scenario, &[&["simulate", "-"], more].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn one_arm(horizon: &str, dose: &str) -> String {
    let head = "[subject]\nweight = \"70 kg\"\nage = \"40 y\"\n[[arm]]\nlabel = \"A\"\ndrug = \"ketamine\"\n";
    format!("horizon = \"{horizon}\"\n{head}[[arm.dose]]\n{dose}\n")
}

fn top(rows: &[[f64; 2]]) -> [f64; 2] {
    // of peaks that are equal but for rounding the first, as the program tells it
    rows.iter().copied().fold([0.0; 2], |best, r| if r[1] > best[1] * (1.0 + 1e-12) { r } else { best })
}

/// Weekly doses and points two hours or a day apart: every dose keeps its own peak.
#[test]
fn a_coarse_grid_hides_no_peak_of_a_course() {
    for (dose, every) in [
        (
            "route = \"iv\"\namount = \"35 mg\"\nduration = \"40 min\"\nrepeat = { every = \"7 d\", additional = 5 }",
            "2 h",
        ),
        ("route = \"sl\"\namount = \"15 mg\"\nrepeat = { every = \"7 d\", additional = 5 }", "1 d"),
        ("route = \"po\"\namount = \"120 mg\"\nrepeat = { every = \"7 d\", additional = 5 }", "11 h"),
    ] {
        let scenario = one_arm("42 d", dose);
        let page = simulate(&scenario, &["--every", every]);
        let output = run_with(&scenario, &["compare", "-", "--json"]);
        let compared: Value = serde_json::from_slice(&output.stdout).unwrap();
        for analyte in compared["arms"][0]["analytes"].as_array().unwrap() {
            let (name, cmax) = (analyte["name"].as_str().unwrap(), analyte["cmax_ng_ml"].as_f64().unwrap());
            let rows = rows(&page, "A", name, "arterial");
            assert!((top(&rows)[1] / cmax - 1.0).abs() < 1e-9, "{dose} {name}: {:?} and {cmax}", top(&rows));
            let weekly = |k: f64| rows.iter().copied().filter(move |r| (168.0 * k..168.0 * (k + 1.0)).contains(&r[0]));
            for k in 0..6 {
                let peak = top(&weekly(f64::from(k)).collect::<Vec<_>>())[1];
                assert!((peak / cmax - 1.0).abs() < 1e-3, "{dose} {name}: dose {k} has {peak}");
            }
        }
    }
}

/// The low peak of a muscle dose is the late one: 145.5 ng/mL at 16.1 min (a matrix exponential of
/// numpy) against 238 at 9.9 (35 mg, 70 kg).
#[test]
fn a_range_is_two_arms_and_no_line_between() {
    let scenario = one_arm("42 d", "route = \"im\"\namount = \"35 mg\"\nrepeat = { every = \"7 d\", additional = 5 }");
    let output = run_with(&scenario, &["simulate", "-"]);
    let page = text(&output.stdout);
    assert!(text(&output.stderr).contains("its ends are the arms \"A (low end)\" and \"A (high end)\""));
    let [low, high] = ["A (low end)", "A (high end)"].map(|arm| top(&rows(&page, arm, "ketamine", "arterial")));
    assert!((low[1] - 145.5).abs() < 0.1 && (low[0] * 60.0 - 16.1).abs() < 0.1, "{low:?}");
    assert!((high[1] - 238.0).abs() < 0.5 && (high[0] * 60.0 - 9.9).abs() < 0.1, "{high:?}");
    assert!(rows(&page, "A", "ketamine", "arterial").is_empty());
    let nose = simulate(&one_arm("4 h", "route = \"in\"\namount = \"50 mg\""), &["--every", "2 h"]);
    let [low, high] = ["A (low end)", "A (high end)"].map(|arm| top(&rows(&nose, arm, "ketamine", "arterial"))[1]);
    assert!(0.0 < low && low < high);
}

/// No two arms of one name, whatever labels were given.
#[test]
fn an_end_of_a_range_is_not_taken_for_another_arm() {
    let dose = "drug = \"ketamine\"\n[[arm.dose]]\nroute = \"im\"\namount = \"35 mg\"\n";
    let scenario = format!("[[arm]]\nlabel = \"IM\"\n{dose}[[arm]]\nlabel = \"IM (low end)\"\n{dose}");
    let page = simulate(&scenario, &["--every", "4 h"]);
    let mut names: Vec<String> = Vec::new();
    for row in csv::Reader::from_reader(page.as_bytes()).records() {
        let name = row.unwrap()[0].to_owned();
        if names.last() != Some(&name) {
            names.push(name);
        }
    }
    let mut each = names.clone();
    each.sort();
    each.dedup();
    assert_eq!((names.len(), each.len()), (4, 4), "{names:?}");
}

/// A bolus later than time 0, two doses at once, and a bolus into a running infusion: before, then after.
#[test]
fn a_time_stands_twice_where_a_curve_jumps_and_nowhere_else() {
    let bolus = |t: &str| format!("[[arm.dose]]\ntime = \"{t}\"\nroute = \"iv\"\namount = \"10 mg\"\n");
    let running = "route = \"iv\"\namount = \"35 mg\"\nduration = \"2 h\"\n".to_owned();
    for (doses, jumps) in [
        ("time = \"61 min\"\nroute = \"iv\"\namount = \"10 mg\"\n".to_owned(), vec![61.0]),
        (format!("route = \"iv\"\namount = \"10 mg\"\n{}{}", bolus("61 min"), bolus("61 min")), vec![61.0]),
        (format!("{running}{}{}", bolus("37 min"), bolus("3 h")), vec![37.0, 180.0]),
        (running.clone(), vec![]),
    ] {
        let page = simulate(&one_arm("4 h", &doses), &["--every", "30 min"]);
        let curve = rows(&page, "A", "ketamine", "arterial");
        let twice: Vec<&[[f64; 2]]> = curve.windows(2).filter(|w| w[0][0] == w[1][0]).collect();
        let times: Vec<f64> = twice.iter().map(|w| (w[0][0] * 60.0 * 1e6).round() / 1e6).collect();
        assert_eq!(times, jumps, "{doses}");
        assert!(twice.iter().all(|w| w[0][1] < w[1][1]), "before, then after");
        // what does not jump has the same value twice
        let slow = rows(&page, "A", "norketamine", "arterial");
        assert!(
            slow.windows(2).filter(|w| w[0][0] == w[1][0]).all(|w| w[0][1] == w[1][1]) && slow.len() == curve.len()
        );
    }
}

/// Start and end of an infusion, of a hold and of a late dose, none of which is on the grid.
#[test]
fn starts_and_ends_of_doses_are_rows() {
    for (dose, minutes) in [
        ("time = \"7 min\"\nroute = \"iv\"\namount = \"35 mg\"\nduration = \"40 min\"", vec![7.0, 47.0]),
        ("time = \"13 min\"\nroute = \"sl\"\namount = \"50 mg\"\nhold = \"9 min\"", vec![13.0, 22.0]),
        ("time = \"95 min\"\nroute = \"po\"\namount = \"100 mg\"", vec![95.0]),
    ] {
        let page = simulate(&one_arm("3 h", dose), &["--every", "1 h"]);
        for (analyte, site) in [("ketamine", "arterial"), ("norketamine", "arterial"), ("ketamine", "effect")] {
            let curve = rows(&page, "A", analyte, site);
            for minute in minutes.iter().chain(&[0.0, 60.0, 120.0, 180.0]) {
                assert!(curve.iter().any(|r| (r[0] * 60.0 - minute).abs() < 1e-9), "{dose}: {minute} min");
            }
        }
    }
}

/// Peak at the end of an infusion: the concentration there is the same whatever the grid.
#[test]
fn a_horizon_that_is_no_multiple_of_the_step_has_its_last_row() {
    let scenario = one_arm("100 min", "route = \"iv\"\namount = \"70 mg\"\nduration = \"6 h\"");
    let page = simulate(&scenario, &["--every", "1 h"]);
    let curve = rows(&page, "A", "ketamine", "arterial");
    // still rising: the last row is the largest
    assert!((top(&curve)[0] - 100.0 / 60.0).abs() < 1e-12 && curve.len() == 3, "{curve:?}");
}

/// Weeks after the dose the numeric solver still goes on, by every route.
#[test]
fn the_numeric_solver_reaches_sixty_days() {
    for dose in [
        "route = \"sl\"\namount = \"35 mg\"",
        "route = \"im\"\namount = \"35 mg\"",
        "route = \"in\"\namount = \"50 mg\"",
    ] {
        let page = simulate(&one_arm("60 d", dose), &["--solver", "numeric", "--every", "1 d"]);
        let last: f64 = page.lines().last().unwrap().rsplit(',').next().unwrap().parse().unwrap();
        assert!((0.0..1e-9).contains(&last), "{last}");
        assert!(page.contains(",1440,ketamine,arterial,"));
    }
}

/// Faults of `--every` are the option's, not a line's of the scenario; what is proposed works.
#[test]
fn a_spacing_that_cannot_be_had_is_refused_by_the_name_of_its_option() {
    for command in ["simulate", "population"] {
        for (every, horizon, says) in [
            ("0 min", "4 h", "--every has to be more than 0"),
            ("0 s", "60 d", "--every has to be more than 0"),
            ("1e-9 s", "4 h", "--every gives more than 200000 points over the horizon of 4 h"),
            ("1 s", "60 d", "--every gives more than 200000 points over the horizon of 60 d"),
        ] {
            let scenario = one_arm(horizon, "route = \"iv\"\namount = \"35 mg\"");
            let said = refused(&run_with(&scenario, &[command, "-", "--every", every]), 2);
            assert!(said.contains(says) && !said.contains("line") && !said.contains("[[arm]]"), "{said}");
            let works = said.split('"').nth(1).unwrap();
            if command == "simulate" {
                simulate(&scenario, &["--every", works]);
            }
        }
        for every in ["-1 min", "1 mg", "30", "soon"] {
            let said = refused(&run(&[command, super::OPENING, "--every", every]), 2);
            assert!(said.contains("--every"), "{said}");
        }
    }
}

/// The figures of the opening comparison are those of its rows.
#[test]
fn the_opening_comparison_has_its_peaks_among_its_rows() {
    let page = text(&run(&["simulate", super::OPENING, "--every", "45 min"]).stdout);
    for arm in json(&["compare", "--json"])["arms"].as_array().unwrap() {
        let label = arm["label"].as_str().unwrap();
        let ends = if arm["range"].is_null() {
            vec![(label.to_owned(), &arm["analytes"])]
        } else {
            ["low", "high"].map(|end| (format!("{label} ({end} end)"), &arm["range"][end]["analytes"])).to_vec()
        };
        for (name, analytes) in ends {
            for analyte in analytes.as_array().unwrap() {
                let peak = top(&rows(&page, &name, analyte["name"].as_str().unwrap(), "arterial"));
                let wanted = analyte["cmax_ng_ml"].as_f64().unwrap();
                assert!((peak[1] / wanted - 1.0).abs() < 1e-9, "{name}: {peak:?} and {wanted}");
            }
        }
    }
}
