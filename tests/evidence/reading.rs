//! A second, separately typed reading of the sources against the model files, and numbers changed one by one.

use super::library;
use ketasim::evidence::{Derivations, Observations, derive};
use ketasim::library::{EMBEDDED_MODELS, Library};
use ketasim::model::{EffectForm, Grade, Model, SpreadFigure, Uncertainty, parse_model};
use ketasim::units::{Quantity, number};
use std::collections::BTreeMap;

/// Typed from the sources by somebody who had not seen the model files.
const SECOND: &str = include_str!("../second_reading.csv");

type Reading = BTreeMap<(String, String, String), Vec<(f64, String)>>;

fn second() -> Reading {
    let mut reading = Reading::new();
    let mut rows = csv::Reader::from_reader(SECOND.as_bytes());
    for row in rows.records() {
        let row = row.unwrap();
        let cell = |k: usize| row[k].to_owned();
        assert!(row[5].len() > 8, "{row:?} has no source");
        reading.entry((cell(0), cell(1), cell(2))).or_default().push((row[3].parse().unwrap(), cell(4)));
    }
    reading
}

/// One number of a model file: its kind and name in the second reading, as written, and whether another check holds it.
pub(super) struct Figure {
    pub kind: &'static str,
    pub name: String,
    pub value: f64,
    pub unit: String,
    derived: bool,
}

pub(super) fn figures(model: &Model) -> Vec<Figure> {
    let mut list = Vec::new();
    let mut push = |kind, name: String, value: f64, unit: &str, grade: Grade| {
        list.push(Figure { kind, name, value, unit: unit.to_owned(), derived: grade == Grade::D });
    };
    let split = |text: &str| {
        let end = text.find(|c: char| !(c.is_ascii_digit() || ".eE-+".contains(c))).unwrap_or(text.len());
        let unit = text[end..].trim();
        (text[..end].parse::<f64>().unwrap(), if unit.is_empty() { "1".to_owned() } else { unit.to_owned() })
    };
    for p in &model.parameters {
        let (value, unit) = split(&p.text);
        push("parameter", p.name.clone(), value, &unit, p.grade);
        if let Some(Uncertainty::Interval { level: 95, text, .. }) =
            p.uncertainty.as_ref().filter(|_| p.grade != Grade::D)
        {
            for (kind, text) in ["ci95_low", "ci95_high"].into_iter().zip(text) {
                let (value, unit) = split(text);
                push(kind, p.name.clone(), value, &unit, p.grade);
            }
        }
        if let Some(Uncertainty::Se { text, .. }) = &p.uncertainty {
            let (value, unit) = split(text);
            push("se", p.name.clone(), value, &unit, p.grade);
        }
    }
    for s in &model.spreads {
        let (value, unit) = match s.figure {
            SpreadFigure::Cv(cv) => (cv * 100.0, "cv_percent"),
            SpreadFigure::Omega(omega) => (omega, "omega"),
            SpreadFigure::OmegaSquared(variance) => (variance, "omega_squared"),
        };
        push("spread", s.name.clone(), value, unit, s.grade);
    }
    for c in &model.correlations {
        push("correlation", c.between.join("~"), c.r, "r", c.grade);
    }
    for r in &model.residuals {
        if let Some(part) = r.proportional {
            push("residual", format!("{} proportional", r.analyte), part * 100.0, "percent", r.grade);
        }
        if let Some(part) = r.additive {
            push("residual", format!("{} additive", r.analyte), part * 1000.0, "ng/mL", r.grade);
        }
    }
    for e in &model.effects {
        for on in &e.on {
            let by = e.by.word();
            match &e.form {
                EffectForm::Power { power, .. } => push("effect", format!("{on} by {by}"), *power, "power", e.grade),
                EffectForm::Category { is, times } => {
                    push("effect", format!("{on} by {by} {}", is.join("+")), *times, "times", e.grade);
                }
                EffectForm::Linear { slope, .. } | EffectForm::Hinge { slope, .. } => {
                    push("effect", format!("{on} by {by}"), *slope, "L/h/y", e.grade);
                }
            }
        }
    }
    list
}

/// What of a model file the second reading does not bear out, and does not come out of a derivation.
fn disagreements(model: &Model, second: &Reading) -> Vec<String> {
    let mut list = Vec::new();
    for f in figures(model).iter().filter(|f| !f.derived) {
        let key = (model.id.clone(), f.kind.to_owned(), f.name.clone());
        let Some(read) = second.get(&key) else {
            list.push(format!("{} {} {}: not in the second reading", model.id, f.kind, f.name));
            continue;
        };
        // a covariance is typed as printed, a correlation is what follows from it
        let same = |(value, unit): &(f64, String)| match (f.kind, unit.as_str()) {
            ("correlation", "covariance") => {
                let omega = |n: &str| model.spreads.iter().find(|s| s.name == n).unwrap().omega();
                let (a, b) = f.name.split_once('~').unwrap();
                near(value / (omega(a) * omega(b)), f.value)
            }
            _ => near(*value, f.value) && *unit == f.unit,
        };
        if !read.iter().any(same) {
            list.push(format!("{} {} {}: {} {} in the file, {read:?}", model.id, f.kind, f.name, f.value, f.unit));
        }
    }
    list
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs()
}

#[test]
fn every_number_was_read_twice() {
    let (library, second) = (library(), second());
    let all: Vec<String> = library.models().flat_map(|m| disagreements(m, &second)).collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
    let held: usize = library.models().map(|m| figures(m).iter().filter(|f| !f.derived).count()).sum();
    assert!(held > 250, "{held}");
}

/// A row that no file has would be a number that was lost.
#[test]
fn the_second_reading_has_no_number_that_the_files_lack() {
    let library = library();
    for (model, kind, name) in second().keys() {
        let carried = ["parameter", "spread", "correlation", "residual", "effect"];
        if carried.contains(&kind.as_str()) {
            let model = library.model(model).unwrap();
            let found = figures(model).iter().any(|f| f.kind == kind && f.name == *name);
            assert!(found, "{} has no {kind} {name}", model.id);
        }
    }
}

/// What a figure would be if a digit were wrong: a tenth more in the line of the file where it stands.
fn mutated(text: &str, line: usize, key: &str) -> Option<String> {
    let changed = |line: &str| -> Option<String> {
        let at = line.find(&format!("{key} = "))? + key.len() + 3;
        let quoted = line[at..].starts_with('"');
        let start = at + usize::from(quoted);
        let end = line[start..].find(|c: char| !(c.is_ascii_digit() || ".eE-".contains(c)))? + start;
        let value: f64 = line[start..end].parse().ok()?;
        let more = if value == 0.0 { 0.5 } else { value * 1.1 };
        Some(format!("{}{}{}", &line[..start], number(more), &line[end..]))
    };
    let lines: Vec<&str> = text.lines().collect();
    let with = changed(lines[line])?;
    Some([&lines[..line], &[with.as_str()], &lines[line + 1..]].concat().join("\n"))
}

/// Every number in every model file, changed by a tenth, is noticed: by the checks of a file, by the second reading,
/// or by the derivation of a number of grade D.
#[test]
fn a_wrong_digit_anywhere_is_noticed() {
    let second = second();
    let derived = derived_values();
    let mut count = 0;
    for (name, text) in EMBEDDED_MODELS {
        let keys = [
            "value",
            "cv",
            "omega",
            "omega_squared",
            "r",
            "covariance",
            "power",
            "times",
            "slope",
            "proportional",
            "additive",
        ];
        let mut table = "";
        for (line, content) in text.lines().enumerate() {
            if content.starts_with('[') {
                table = content;
            }
            let numbers = ["[parameters]", "[spread]", "[[correlation]]", "[[effect]]", "[[residual]]"];
            if !numbers.contains(&table) {
                continue;
            }
            for key in keys {
                let begins = content.starts_with(&format!("{key} = "))
                    || content.contains(&format!("{{ {key} = "))
                    || content.contains(&format!(", {key} = "));
                let Some(changed) = begins.then(|| mutated(text, line, key)).flatten() else { continue };
                count += 1;
                let Ok(model) = parse_model(name, &changed) else { continue };
                let noticed = !disagreements(&model, &second).is_empty() || derived.iter().any(|d| d.differs(&model));
                assert!(noticed, "{name}, line {}: {content}", line + 1);
            }
        }
    }
    assert!(count >= 200, "{count} numbers were changed");
}

struct DerivedValue {
    model: String,
    pub name: String,
    digits: f64,
}

impl DerivedValue {
    fn differs(&self, model: &Model) -> bool {
        if model.id != self.model {
            return false;
        }
        let value = |text: &str| {
            let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
            text[..end].parse::<f64>().unwrap()
        };
        let parameter = model.parameters.iter().find(|p| p.name == self.name).map(|p| value(&p.text));
        let spread = model.spreads.iter().find(|s| format!("spread of {}", s.name) == self.name);
        let cv = spread.and_then(|s| if let SpreadFigure::Cv(cv) = s.figure { Some(cv * 100.0) } else { None });
        parameter.or(cv).is_some_and(|v| !near(v, self.digits))
    }
}

/// Fitted once: to the files' digits they are what the files have (another test), so a changed file differs from them.
fn derived_values() -> Vec<DerivedValue> {
    let (derivations, observations) = (Derivations::embedded().unwrap(), Observations::embedded().unwrap());
    let list = derive(&derivations, &observations, &Library::embedded().unwrap(), None, &mut |_| {}).unwrap();
    list.into_iter()
        .map(|d| DerivedValue { model: d.model, name: d.name, digits: d.rounded.parse().unwrap() })
        .collect()
}

#[test]
fn reported_figures_have_units_and_sources_too() {
    let library = library();
    let mut count = 0;
    for model in library.models() {
        for p in &model.reported {
            let quantity = Quantity::parse(&p.text).unwrap();
            assert_eq!((quantity.value, quantity.dim), (p.value, p.dim), "{} {}", model.id, p.name);
            assert!(model.source(&p.source).is_some());
            assert!(!model.parameters.iter().any(|q| q.name == p.name));
            count += 1;
        }
    }
    assert!(count >= 4, "{count}");
}
