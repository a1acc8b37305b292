//! The same papers as another public library carries them: nlmixr2lib's four files of ketamine models, number by number.

use super::library;
use super::reading::{Figure, figures};
use std::collections::BTreeSet;

/// Every number of the `ini()` blocks, typed from the R files at the commits named, with our parameter beside it.
const ROWS: &str = include_str!("../nlmixr2lib.csv");
/// g/mol, by analyte: residual errors stand there in nmol/mL.
const MOLAR_MASS: [(&str, f64); 3] =
    [("esketamine", 237.73), ("noresketamine", 223.70), ("hydroxynoresketamine", 239.70)];

/// A number of the R file in the unit of ours; `variance` finds one of its variances by name.
fn converted(value: f64, (from, r_name): (&str, &str), figure: &Figure, variance: &dyn Fn(&str) -> f64) -> f64 {
    match (from, figure.unit.as_str()) {
        ("omega_squared", "cv_percent") => (value.exp() - 1.0).sqrt() * 100.0,
        ("omega_squared", "omega") => value.sqrt(),
        ("fraction", "percent") => value * 100.0,
        ("h", "min") => value * 60.0,
        ("nmol/mL", "ng/mL") => {
            let analyte = figure.name.split(' ').next().unwrap();
            value * MOLAR_MASS.iter().find(|(a, _)| *a == analyte).unwrap().1
        }
        ("covariance", "r") => {
            let (a, b) = r_name.split_once('~').unwrap();
            value / (variance(a) * variance(b)).sqrt()
        }
        // taken off there, added here
        ("L/h/year above 60", "L/h/y") => -value,
        (from, to) => {
            assert_eq!(from, to, "{}", figure.name);
            value
        }
    }
}

/// Half of the last digit of a number as it is written.
fn rounding(text: &str) -> f64 {
    let decimals = text.split_once('.').map_or(0, |(_, d)| d.len());
    0.5 * 10_f64.powi(-(decimals as i32)) * (1.0 + 1e-9)
}

#[test]
fn nlmixr2lib_has_the_same_numbers() {
    let library = library();
    let (mut wrong, mut compared, mut differ) = (Vec::new(), BTreeSet::new(), 0);
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(ROWS.as_bytes()).records().map(Result::unwrap).collect();
    for row in &rows {
        let [file, commit, printed] = [&row[0], &row[1], &row[3]];
        assert!(file.ends_with(".R") && commit.len() == 40 && !printed.is_empty(), "{row:?}");
        let (model, why) = (&row[6], &row[10]);
        if model.is_empty() {
            assert!(row[9] == *"none" && why.len() > 20, "a number that we lack has its reason: {row:?}");
            continue;
        }
        let model = library.model(model).unwrap();
        let list = figures(model);
        let figure = list.iter().find(|f| f.kind == &row[7] && f.name == row[8]);
        let figure = figure.unwrap_or_else(|| panic!("{} has no {} {}", model.id, &row[7], &row[8]));
        let variance = |name: &str| -> f64 {
            let eta = rows.iter().find(|r| r[0] == row[0] && r[2] == *name && r[5] == *"omega_squared");
            eta.unwrap_or_else(|| panic!("{file} has no {name}"))[4].parse().unwrap()
        };
        // both are rounded: their ranges have to meet
        let value: f64 = row[4].parse().unwrap();
        let by = rounding(&row[4]);
        let [a, b, theirs] =
            [value - by, value + by, value].map(|v| converted(v, (&row[5], &row[2]), figure, &variance));
        let own = rounding(&ketasim::units::number(figure.value)).max(1e-6 * figure.value.abs());
        let same = a.min(b) <= figure.value + own && a.max(b) >= figure.value - own;
        match &row[9] {
            "yes" if !same => {
                wrong.push(format!("{} {} {}: {} here, {theirs} there", model.id, &row[7], &row[8], figure.value))
            }
            "no" if same || why.len() < 20 => {
                wrong.push(format!("{} {}: not different, or without a reason", model.id, &row[8]))
            }
            "no" => differ += 1,
            _ => {}
        }
        compared.insert((model.id.clone(), figure.kind, figure.name.clone()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared.len() > 120 && differ == 2, "{} compared, {differ} differ", compared.len());
    // what these models carry and is not ours stands there too
    for id in ["fanta-otto", "simons-2022", "perez-ruixo-2021", "flint-2017"] {
        let model = library.model(id).unwrap();
        let from_there = |source: &str| {
            let read_in = model.source(source).and_then(|s| s.read_in.clone());
            read_in.is_some_and(|r| r.contains("nlmixr2lib"))
        };
        let others = model.parameters.iter().filter(|p| !from_there(&p.source));
        let ours: BTreeSet<&str> = others.map(|p| p.name.as_str()).collect();
        for f in figures(model).iter().filter(|f| f.kind == "parameter" && !ours.contains(f.name.as_str())) {
            assert!(compared.contains(&(id.to_owned(), f.kind, f.name.clone())), "{id} {} is not compared", f.name);
        }
    }
}
