//! The program as its users run it: what it prints, what it writes, how it refuses.
#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, reason = "a helper that fails ends its test")]
#![expect(clippy::disallowed_methods, reason = "the tests lay out files for the program to read")]

#[path = "cli/abuse.rs"]
mod abuse;
#[path = "cli/curves.rs"]
mod curves_in_rows;
#[path = "cli/evidence.rs"]
mod evidence;
#[path = "cli/faces.rs"]
mod faces;
#[path = "cli/level.rs"]
mod level;
#[path = "cli/models.rs"]
mod models;
#[path = "cli/opening.rs"]
mod opening;
#[path = "cli/outputs.rs"]
mod outputs;
#[path = "cli/population.rs"]
mod population;
#[path = "cli/refusals.rs"]
mod refusals;
#[path = "cli/timeline.rs"]
mod timeline;

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const OPENING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/scenarios/four-routes.toml");
const EDUCATION_ONLY: &str = "Education only. Not for deciding doses, leaving or driving.";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ketasim"));
    command.args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn run_with(input: &str, arguments: &[&str]) -> Output {
    let mut child =
        command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What a call that must succeed prints.
fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).unwrap()
}

/// What a call that must be refused says: nothing on standard output, one message on standard error.
fn refused(output: &Output, code: i32) -> String {
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{message}");
    assert_eq!(text(&output.stdout), "");
    assert!(message.starts_with("ketasim: ") && !message.contains("panicked"), "{message}");
    message
}

/// A folder of one test alone.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

fn arm<'a>(comparison: &'a Value, label: &str) -> &'a Value {
    comparison["arms"].as_array().unwrap().iter().find(|a| a["label"] == label).unwrap()
}

fn is_range(value: &Value, length: usize) -> bool {
    let numbers = |list: &Vec<Value>| list.len() == length && list.iter().all(Value::is_f64);
    value.is_null() || value.as_array().is_some_and(numbers)
}

#[test]
fn the_comparison_fits_a_terminal_and_ends_in_its_purpose() {
    let page = printed(&["compare"]);
    for line in page.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert_eq!(page.lines().last(), Some(EDUCATION_ONLY));
    for part in [
        "One drug, four routes",
        "35 mg into a vein (IV)",
        "held 10 min, then swallowed",
        "Not run: Esketamine spray",
        "Reaches",
        "not the time you can leave or drive",
        "depends on assay and sampling length",
        "taken as base; if labelled hydrochloride",
        "IM: F from a label",
    ] {
        assert!(page.contains(part), "{part} is missing from\n{page}");
    }
    let nose = page.lines().find(|l| l.starts_with("IN ") && l.contains("11 to 4")).unwrap();
    assert_eq!(nose.matches(" to ").count(), 3, "share, peak and area are ranges: {nose}");
    assert_eq!(page, printed(&["compare", OPENING]), "without a file it is the opening scenario");
}

#[test]
fn different_drugs_stand_in_different_tables() {
    let both = std::fs::read_to_string(OPENING).unwrap().replace("on = false", "");
    let page = text(&run_with(&both, &["compare", "-"]).stdout);
    assert!(page.contains("Figures: ketamine, R and S together") && page.contains("Figures: esketamine (S) only"));
    assert!(!page.contains("Not run"));
    assert_eq!(page.lines().find(|l| l.chars().count() > 80), None);
}

#[test]
fn json_has_the_keys_that_others_rely_on() {
    let all = json(&["compare", "--json"]);
    assert_eq!(all["title"], "One drug, four routes");
    assert_eq!((&all["subject"]["weight_kg"], &all["subject"]["age_y"]), (&70.0.into(), &40.0.into()));
    assert_eq!(all["subject"]["sex"], "female");
    assert_eq!(all["arms"].as_array().unwrap().len(), 4);
    for arm in all["arms"].as_array().unwrap() {
        for key in ["label", "drug", "model", "site"] {
            assert!(arm[key].is_string(), "{key}");
        }
        assert!(arm["dose_mg_base"].is_f64() && arm["bioavailability"].is_f64());
        assert_eq!(arm["analytes"][0]["name"], arm["drug"]);
        for analyte in arm["analytes"].as_array().unwrap() {
            for key in ["cmax_ng_ml", "tmax_min", "auc_inf_ng_h_ml", "half_of_peak_min", "half_life_h"] {
                assert!(analyte[key].as_f64().is_some_and(|v| v > 0.0), "{key} of {analyte}");
            }
        }
        let windows = &arm["windows"];
        for key in ["onset_min", "peak_min", "main_effects_end_min"] {
            assert!(windows.get(key).is_some_and(|w| is_range(w, 3)), "{key} of {windows}");
        }
        assert_eq!(windows.get("share_reaching"), Some(&Value::Null));
        assert!(["trial", "programme", "model"].contains(&windows["evidence"].as_str().unwrap()));
        assert!(arm["between_models"].get("main_effects_end_min").is_some_and(|b| is_range(b, 2)));
        for key in ["sources", "assumptions", "warnings"] {
            assert!(arm[key].as_array().unwrap().iter().all(Value::is_string), "{key}");
        }
    }
    // what the studies behind the model found: all, 93 %, and 1 - e^-0.19 + 0.16 e^-0.19
    for (label, share) in [("IV", 1.0), ("IM", 0.93), ("SL", 0.3053)] {
        let found = arm(&all, label)["bioavailability"].as_f64().unwrap();
        assert!((found - share).abs() < 5e-4, "{label}: {found}");
        assert_eq!(arm(&all, label)["range"].is_null(), label != "IM", "{label}: muscle and nose have a range here");
    }
    let range = &arm(&all, "IN")["range"];
    assert!((range["low"]["bioavailability"].as_f64().unwrap() - 0.11).abs() < 1e-9);
    assert!(range["low"]["analytes"][0]["cmax_ng_ml"].as_f64() < range["high"]["analytes"][0]["cmax_ng_ml"].as_f64());
}

#[test]
fn what_is_unknown_is_null() {
    let tiny = "[[arm]]\nlabel='x'\ndrug='ketamine'\n[[arm.dose]]\nroute='im'\namount='0.1 mg'\n";
    let output = run_with(tiny, &["compare", "-", "--json"]);
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    let windows = &arm(&all, "x")["windows"];
    assert!(windows["onset_min"].is_null() && windows["main_effects_end_min"].is_null());
    assert!(text(&run_with(tiny, &["compare", "-"]).stdout).contains("level not reached"));

    // an infusion that outlasts the simulation has no peak to fall from
    let long = "[[arm]]\nlabel='x'\ndrug='ketamine'\n[[arm.dose]]\nroute='iv'\namount='70 mg'\nduration='6 h'\n";
    let all: Value = serde_json::from_slice(&run_with(long, &["compare", "-", "--json"]).stdout).unwrap();
    let analyte = &arm(&all, "x")["analytes"][0];
    assert!(analyte["half_of_peak_min"].is_null() && analyte["still_rising"] == true, "{analyte}");
    assert!(text(&run_with(long, &["compare", "-"]).stdout).contains("after 240"));
}

#[test]
fn csv_of_the_comparison_has_a_row_for_each_arm_and_analyte() {
    let page = printed(&["compare", "--csv"]);
    let mut reader = csv::Reader::from_reader(page.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let units = ["_mg_base", "_mg_per_kg", "_fraction", "_ng_ml", "_min", "_ng_h_ml", "_h", "_kg", "_y"];
    assert!(headers.iter().skip(5).all(|h| h == "sessions" || units.iter().any(|u| h.ends_with(u))), "{headers:?}");
    assert_eq!(reader.records().map(Result::unwrap).count(), 4 * 2);
}

#[test]
fn a_picture_is_written_whole_and_said_aside() {
    let folder = folder("plot");
    let path = folder.join("a.svg");
    let output = run(&["compare", "--json", "--plot", path.to_str().unwrap()]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(serde_json::from_slice::<Value>(&output.stdout).is_ok(), "the note is not on standard output");
    assert!(text(&output.stderr).contains("wrote "));
    assert!(std::fs::read_to_string(path).unwrap().contains("</svg>"));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    refused(&run(&["compare", "--plot", "a.gif"]), 2);
}

#[cfg(not(feature = "app"))]
#[test]
fn without_a_window_the_comparison_is_printed_and_drawn() {
    let folder = folder("windowless");
    let output = command(&[]).current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), printed(&["compare"]));
    assert!(text(&output.stderr).contains("no window"));
    assert!(folder.join("ketasim.svg").is_file());
}

/// Concentrations by arm, analyte and site.
fn curves(page: &str) -> BTreeMap<[String; 3], Vec<f64>> {
    let mut curves: BTreeMap<[String; 3], Vec<f64>> = BTreeMap::new();
    for row in csv::Reader::from_reader(page.as_bytes()).records() {
        let row = row.unwrap();
        let key = [0, 2, 3].map(|i| row[i].to_owned());
        curves.entry(key).or_default().push(row[4].parse().unwrap());
    }
    curves
}

#[test]
fn both_solvers_give_the_same_curves() {
    let exact = printed(&["simulate", OPENING, "--csv", "--solver", "exact"]);
    assert_eq!(exact.lines().next(), Some("arm,time_h,analyte,site,concentration_ng_ml"));
    assert_eq!(exact, printed(&["simulate", OPENING]), "CSV is the default, and exact is");
    let (exact, numeric) = (curves(&exact), curves(&printed(&["simulate", OPENING, "--solver", "numeric"])));
    // four arms, two of them with two ends, each with parent, metabolite and effect site
    assert_eq!(exact.len(), 6 * 3);
    assert_eq!(exact.keys().filter(|k| k[2] == "effect").count(), 6);
    for (key, values) in &exact {
        // 240 minutes and the start, and a few events and peaks
        assert!((241..=250).contains(&values.len()) && values.len() == numeric[key].len(), "{key:?}");
        let cmax = values.iter().copied().fold(0.0, f64::max);
        let worst = values.iter().zip(&numeric[key]).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(cmax > 0.0 && worst < 1e-8 * cmax, "{key:?}: {worst} of {cmax}");
    }
}

#[test]
fn points_are_as_far_apart_as_asked_and_go_where_asked() {
    let path = folder("simulate").join("a.csv");
    let output = run(&["simulate", OPENING, "--every", "30 min", "--output", path.to_str().unwrap()]);
    assert!(output.status.success() && output.stdout.is_empty());
    let page = std::fs::read_to_string(path).unwrap();
    for row in [",0.5,ketamine,arterial,", ",3.5,norketamine,arterial,", ",4,ketamine,effect,"] {
        assert_eq!(page.matches(row).count(), 6, "{row}");
    }
    assert!(curves(&page).values().all(|v| (9..=17).contains(&v.len())));
    for every in ["30", "-1 min", "0 min", "1 mg", "1e-9 s"] {
        refused(&run(&["simulate", OPENING, "--every", every]), 2);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    for arguments in [vec!["simulate", OPENING, "--every", "10 s"], vec!["models", "show", "domino"], vec!["--help"]] {
        let mut child = command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut message = String::new();
        child.stderr.take().unwrap().read_to_string(&mut message).unwrap();
        assert!(!message.contains("panicked") && !message.contains("Broken"), "{message}");
        assert!(child.wait().unwrap().success(), "{arguments:?}: {message}");
    }
}

/// References are a PDF or nothing.
#[test]
fn references_are_written_as_pdf_only() {
    let folder = std::env::temp_dir().join(format!("ketasim-references-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    printed(&["compare", "--references", &path("r.pdf")]);
    assert!(std::fs::read(path("r.pdf")).unwrap().starts_with(b"%PDF"));
    let refused = run(&["compare", "--references", &path("r.png")]);
    assert!(!refused.status.success() && refused.stdout.is_empty(), "said before anything is printed");
    assert!(text(&refused.stderr).contains("write a path ending in .pdf"), "{}", text(&refused.stderr));
    assert!(!folder.join("r.png").exists());
    std::fs::remove_dir_all(&folder).unwrap();
}
