//! Curves against those of an independent program (40-digit matrix exponentials in Python).
//!
//! Each file of `reference/` says model, dose and reading in its first line; here every file has
//! its scenario. Agreement is 1e-9 of each curve's Cmax, and 1e-9 relative above 1e-6 ng/mL.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "helpers of tests are tests too")]

use ketasim::library::Library;
use ketasim::model::Site;
use ketasim::outcome::Options;
use ketasim::scenario::Scenario;
use ketasim::units::Time;

struct Case {
    file: &'static str,
    scenario: &'static str,
    /// Analytes of the columns after the time.
    analytes: &'static [&'static str],
}

const CASES: &[Case] = &[
    case(
        "clements_iv_17.5mg_bolus",
        "drug='ketamine'\nmodel='clements-nimmo-1981'\n[[arm.dose]]\nroute='iv'\namount='17.5 mg'",
        &["ketamine"],
    ),
    case(
        "default_im_35mg",
        "drug='ketamine'\nmodel='as-first-read'\n[[arm.dose]]\nroute='im'\namount='35 mg'",
        &["ketamine", "norketamine"],
    ),
    case(
        "default_in_50mg",
        "drug='ketamine'\nmodel='as-first-read'\n[[arm.dose]]\nroute='in'\namount='50 mg'",
        &["ketamine", "norketamine"],
    ),
    case(
        "default_iv_35mg_40min",
        "drug='ketamine'\nmodel='as-first-read'\n[[arm.dose]]\nroute='iv'\namount='35 mg'\nduration='40 min'",
        &["ketamine", "norketamine"],
    ),
    case(
        "default_po_50mg",
        "drug='ketamine'\nmodel='as-first-read'\n[[arm.dose]]\nroute='po'\namount='50 mg'",
        &["ketamine", "norketamine"],
    ),
    case(
        "default_sl_200mg_hold10_spit",
        "drug='ketamine'\nmodel='as-first-read'\n[[arm.dose]]\nroute='sl'\namount='200 mg'\nhold='10 min'\nafter='spit'",
        &["ketamine", "norketamine"],
    ),
    case(
        "default_sl_200mg_hold10_swallow",
        "drug='ketamine'\nmodel='as-first-read'\n[[arm.dose]]\nroute='sl'\namount='200 mg'\nhold='10 min'\nafter='swallow'",
        &["ketamine", "norketamine"],
    ),
    case(
        "domino_iv_35mg_40min",
        "drug='ketamine'\nmodel='domino'\n[[arm.dose]]\nroute='iv'\namount='35 mg'\nduration='40 min'",
        &["ketamine"],
    ),
    case(
        "otto_iv_s_10mg_30min_68kg",
        "drug='esketamine'\nmodel='fanta-otto'\n[[arm.dose]]\nroute='iv'\namount='10 mg'\nduration='30 min'",
        &["esketamine", "noresketamine"],
    ),
    case(
        "perez_ruixo_iv_28mg_40min",
        "drug='esketamine'\n[[arm.dose]]\nroute='iv'\namount='28 mg'\nduration='40 min'",
        &["esketamine", "noresketamine"],
    ),
    case(
        "perez_ruixo_nasal_28mg",
        "drug='esketamine'\n[[arm.dose]]\nroute='in'\namount='28 mg'",
        &["esketamine", "noresketamine"],
    ),
    case(
        "perez_ruixo_nasal_84mg",
        "drug='esketamine'\n[[arm.dose]]\nroute='in'\namount='84 mg'",
        &["esketamine", "noresketamine"],
    ),
    case(
        "perez_ruixo_po_84mg",
        "drug='esketamine'\n[[arm.dose]]\nroute='po'\namount='84 mg'",
        &["esketamine", "noresketamine"],
    ),
    case(
        "simons_film_s_50mg",
        "drug='esketamine'\nmodel='simons-2022'\n[[arm.dose]]\nroute='sl'\namount='50 mg'",
        &["esketamine", "noresketamine"],
    ),
];

const fn case(file: &'static str, scenario: &'static str, analytes: &'static [&'static str]) -> Case {
    Case { file, scenario, analytes }
}

/// Times in h and columns in ng/mL of a reference file.
fn read(name: &str) -> Vec<Vec<f64>> {
    let path = format!("{}/tests/reference/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.starts_with('#'), "{name}: the first line says what it is");
    text.lines().skip(2).map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect()
}

/// The `default` curves were computed before absorption was fitted to data (`ketasim models fit`). They pin the
/// composite's equations: its file with the values of that reading in place of the fitted ones.
const AS_FIRST_READ: &[(&str, &str)] = &[
    ("ka_im", "0.06 1/min"),
    ("ka_gut", "0.03 1/min"),
    ("F_sw", "0.18"),
    ("F_abs", "0.95"),
    ("k_muc", "0.016 1/min"),
    ("ka_muc", "0.04 1/min"),
    ("Fn", "0.34"),
    ("MTT_nk", "10 min"),
];

fn as_first_read(library: &mut Library) {
    let path = format!("{}/models/ketamine-composite.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let line = |line: &str| {
        let changed = AS_FIRST_READ.iter().find(|(name, _)| line.starts_with(&format!("{name} = {{ value = ")));
        match changed {
            Some((name, value)) => {
                let rest = line.split_once("source = ").unwrap().1;
                format!("{name} = {{ value = \"{value}\", source = {rest}")
            }
            None => line.to_owned(),
        }
    };
    let lines: Vec<String> = text.lines().filter(|l| !l.starts_with("default_for")).map(line).collect();
    let text = lines.join("\n").replace("id = \"ketamine-composite\"", "id = \"as-first-read\"");
    let model = library.insert_toml("as-first-read.toml", &text).unwrap();
    for (name, value) in AS_FIRST_READ {
        assert_eq!(model.parameters.iter().find(|p| p.name == *name).unwrap().text, *value);
    }
}

#[test]
fn every_reference_curve_is_met() {
    let mut library = Library::embedded().unwrap();
    as_first_read(&mut library);
    for case in CASES {
        let rows = read(case.file);
        let weight = if case.file.contains("68kg") { 68 } else { 70 };
        let last = rows.last().unwrap()[0];
        let toml = format!(
            "horizon='{last} h'\n[subject]\nweight='{weight} kg'\nage='40 y'\n[[arm]]\nlabel='x'\n{}",
            case.scenario
        );
        let scenario = Scenario::from_toml(case.file, &toml, &library).unwrap();
        let every = Some(Time::from_minutes(5.0));
        let outcome = scenario.run(&library, Options { every, ..Options::default() }).unwrap();
        let arm = &outcome.arms[0];
        assert!(arm.site != Site::Effect);
        assert_eq!(arm.grid.len(), rows.len(), "{}", case.file);
        for (column, analyte) in case.analytes.iter().enumerate() {
            let curve = arm.curves.iter().find(|c| c.analyte == *analyte).unwrap();
            let cmax = rows.iter().map(|r| r[column + 1]).fold(0.0, f64::max);
            for (row, &point) in rows.iter().zip(&arm.grid) {
                let (ours, theirs) = (curve.values[point], row[column + 1]);
                assert!((arm.times[point] - row[0]).abs() < 1e-9);
                let place = format!("{} {analyte} at {} h: {ours} and {theirs}", case.file, row[0]);
                assert!((ours - theirs).abs() < 1e-9 * cmax, "{place}");
                assert!(theirs < 1e-6 || (ours / theirs - 1.0).abs() < 1e-9, "{place}");
            }
        }
    }
}

/// A reference file that no case reads would prove nothing.
#[test]
fn every_reference_file_has_its_case() {
    let folder = format!("{}/tests/reference", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(name) = name.strip_suffix(".csv") else { continue };
        assert!(CASES.iter().any(|c| c.file == name), "{name} is not compared");
    }
}
