//! Damaged inputs for every parser: accepted or refused in a few lines, never a panic and never for ever.
//!
//! A few hundred inputs a parser run with every test; `KETASIM_FUZZ=1000000 cargo test --release --test fuzz` runs so many.
//! What fails is written to a file that the message names: put into `tests/found/` it is tried ever after.

#![cfg(feature = "app")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "helpers of tests are tests too")]

use ketasim::app::App;
use ketasim::error::Error;
use ketasim::evidence::Observations;
use ketasim::model::expr::Expr;
use ketasim::model::parse_model;
use ketasim::scenario::Scenario;
use ketasim::timeline::{Moment, Timeline, Words};
use ketasim::units::Quantity;
use ketasim::{Library, Options};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::embedded().unwrap())
}

/// Numbers by seed and number: the same run finds the same.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

const WORDS: [&str; 60] = [
    "0",
    "-1",
    "1e308",
    "-1e-308",
    "NaN",
    "inf",
    "4294967296",
    "18446744073709551616",
    "1e9 d",
    "-3 h",
    "0 h",
    "1 s",
    "60 d",
    "1 mg",
    "1 g",
    "0.5 mg/kg",
    "1 mcg",
    "0 mg",
    "-35 mg",
    "2 mg/min",
    "0.1 mg/kg/h",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "=",
    "#",
    "\n",
    "\r\n",
    "\t",
    ",",
    ";",
    ".",
    "\u{0}",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{feff}",
    "日本語",
    "é",
    "µg",
    "μg",
    "true",
    "false",
    "[[arm]]\n",
    "[[arm.dose]]\n",
    "[clinic]\n",
    "[visit]\n",
    "[population]\n",
    "iv",
    "im",
    "sl",
    "in",
    "po",
    "ketamine",
    "esketamine",
    "BLQ",
    "<1.0",
    "non-Asian",
];

fn damaged(dice: &mut Dice, seed: &str, other: &str) -> String {
    let mut text: Vec<char> = seed.chars().collect();
    for _ in 0..=dice.below(4) {
        let at = dice.below(text.len() + 1);
        let end = (at + 1 + dice.below(12)).min(text.len());
        match dice.below(8) {
            0 => drop(text.drain(at.min(end)..end)),
            1 | 2 => drop(text.splice(at..at, dice.of(&WORDS).chars().collect::<Vec<_>>())),
            3 => drop(text.splice(at.min(end)..end, dice.of(&WORDS).chars().collect::<Vec<_>>())),
            4 => {
                // a number of the file becomes another
                let digits: Vec<usize> = (0..text.len()).filter(|i| text[*i].is_ascii_digit()).collect();
                if !digits.is_empty() {
                    let from = digits[dice.below(digits.len())];
                    let to = (from..text.len()).find(|i| !"0123456789.".contains(text[*i])).unwrap_or(text.len());
                    text.splice(from..to, dice.of(&WORDS[..12]).chars().collect::<Vec<_>>());
                }
            }
            5 => text.truncate(at),
            6 => {
                // a line twice, or a line of another file
                let lines: Vec<&str> =
                    if dice.below(2) == 0 { seed.lines().collect() } else { other.lines().collect() };
                if !lines.is_empty() {
                    let line = lines[dice.below(lines.len())];
                    let begin = (0..at).rev().find(|i| text[*i] == '\n').map_or(0, |i| i + 1);
                    text.splice(begin..begin, line.chars().chain(['\n']).collect::<Vec<_>>());
                }
            }
            _ => {
                let piece: Vec<char> = text[at.min(end)..end].to_vec();
                let to = dice.below(text.len() + 1);
                text.splice(to..to, piece);
            }
        }
    }
    text.into_iter().collect()
}

/// What a parser makes of an input: nothing to say, or a refusal.
type Parser = fn(&str) -> Result<(), Error>;

fn scenario(text: &str) -> Result<(), Error> {
    Scenario::from_toml("fuzz.toml", text, library()).map(|_| ())
}

/// What is accepted runs, and its page is made or refused.
fn outcome(text: &str) -> Result<(), Error> {
    let scenario = Scenario::from_toml("fuzz.toml", text, library())?;
    let doses = scenario.administrations_in_all(library());
    if doses <= 12 && scenario.arms.len() <= 6 {
        let outcome = scenario.run(library(), Options { every: None, ..Options::default() })?;
        let values = outcome.arms.iter().flat_map(|a| &a.curves).flat_map(|c| &c.values);
        assert!(values.into_iter().all(|v| v.is_finite() && *v >= 0.0), "a curve is numbers from 0 up");
    }
    let sample = ketasim::population::Sample {
        people: ketasim::population::People::literal::<20>(),
        seed: 1,
        every: Some(ketasim::units::Time::from_hours(1.0)),
    };
    if doses == 1 && scenario.horizon.hours() <= 24.0 {
        let made = Timeline::new(
            &scenario,
            0,
            library(),
            ketasim::timeline::SampleRun { sample, workers: &ketasim::population::InTurn, progress: &|_| true },
        )?;
        let page = ketasim::timeline::leaflet(&made, &Words::of("en")?)?;
        let said = ketasim::plain_text::plain(&page, 76);
        // a clinic's own words are printed as they are
        let number = |odd: &str| !said.contains(odd) || text.contains(odd);
        assert!(!said.contains("at least -") && number("NaN") && number("inf "), "{said}");
    }
    Ok(())
}

fn model(text: &str) -> Result<(), Error> {
    parse_model("fuzz.toml", text).map(|_| ())
}

fn effects(text: &str) -> Result<(), Error> {
    library().clone().replace_effects("fuzz.toml", text)
}

fn arms(text: &str) -> Result<(), Error> {
    let observations = Observations::read(("arms.csv", text), None)?;
    for arm in &observations.arms {
        let _ = ketasim::evidence::Study::read(arm, library());
    }
    Ok(())
}

fn curves(text: &str) -> Result<(), Error> {
    let arms = "id,drug,route,dose_value,dose_unit,duration_min,analyte\nA1,racemic,IV infusion,35,mg,40,ketamine\n";
    Observations::read(("arms.csv", arms), Some(("curves.csv", text))).map(|_| ())
}

fn points(text: &str) -> Result<(), Error> {
    ketasim::points::parse("points.csv", text).map(|_| ())
}

fn kept(text: &str) -> Result<(), Error> {
    let entries: BTreeMap<String, String> = ron::from_str(text).map_err(|e| Error::input(e.to_string()))?;
    thread_local!(static APP: RefCell<App> = RefCell::new(App::new().unwrap()));
    APP.with_borrow_mut(|app| app.restore(&entries))
}

fn words(text: &str) -> Result<(), Error> {
    let text = text.trim();
    let _ = Quantity::parse(text);
    let _ = Expr::parse(text);
    let _ = Words::of(text);
    let _ = Moment::parse(text, "America/Chicago");
    let _ = Moment::parse("2026-12-01 10:00", text);
    Ok(())
}

fn state() -> String {
    let mut app = App::new().unwrap();
    app.state.scenario = Scenario::from_toml("visit.toml", Scenario::VISIT, library()).unwrap();
    ron::ser::to_string_pretty(&app.state.entries(), ron::ser::PrettyConfig::default()).unwrap()
}

const POPULATION: &str = "title = 'People'\nhorizon = '4 h'\n[subject]\nweight = '70 kg'\nage = '40 y'\nsex = 'female'\n\
     ancestry = 'asian'\n[population]\nweight = { median = '70 kg', cv = '20 %', low = '45 kg', high = '120 kg' }\n\
     age = { low = '18 y', high = '65 y' }\n[clinic]\nname = 'A'\nphone = '555-0100'\ncrisis_line = '555-0199'\nstay = '2 h'\n\
     arrive = '30 min'\nride_alone = true\nno_alcohol = '24 h'\nvisits = 6\nevery = '7 d'\n[visit]\n\
     start = '2026-12-01 10:00'\ntimezone = 'America/Chicago'\nnext = '2026-12-08 10:00'\nstyle = 'inward'\nid = 'x'\n\
     remind = '1 d'\n[[arm]]\nlabel = 'a'\ndrug = 'ketamine'\nmodel = 'ketamine-composite'\nsite = 'arterial'\n[[arm.dose]]\n\
     time = '5 min'\nroute = 'iv'\nrate = '0.1 mg/kg/h'\nduration = '40 min'\nstop = '30 min'\nform = 'hydrochloride'\n\
     repeat = { every = '7 d', additional = 0 }\n";

/// A parser's name, the parser and its seeds.
fn targets() -> Vec<(&'static str, Parser, Vec<String>)> {
    let observed = include_str!("../assets/observed/arms.csv").lines().take(30).collect::<Vec<_>>().join("\n");
    let measured = "arm_id,time_min,conc_ng_ml\nA1,20,150.5\nA1,40,<1.0\nA1,480,BLQ\n".to_owned();
    vec![
        ("scenario", scenario as Parser, vec![Scenario::OPENING.into(), Scenario::VISIT.into(), POPULATION.into()]),
        ("outcome", outcome, vec![Scenario::OPENING.into(), Scenario::VISIT.into(), POPULATION.into()]),
        (
            "model",
            model,
            ["ketamine-composite", "perez-ruixo-2021", "herd-anderson-2007"]
                .map(|n| std::fs::read_to_string(format!("models/{n}.toml")).unwrap())
                .to_vec(),
        ),
        ("effects", effects, vec![include_str!("../assets/effects.toml").to_owned()]),
        ("arms", arms, vec![observed.clone(), observed.replace(',', ";")]),
        ("curves", curves, vec![measured.clone(), measured.replace(',', "\t"), format!("\u{feff}sep=,\n{measured}")]),
        (
            "points",
            points,
            vec![measured.replace("arm_id", "label"), "time_h;conc_ng_ml;arm\n0,5;12,5;IV\n1;<2;IV\n".into()],
        ),
        ("kept", kept, vec![state()]),
        (
            "words",
            words,
            [
                "0.5 mg/kg",
                "40 min",
                "es-MX",
                "2026-12-01T10:00:00-06:00",
                "Europe/Berlin",
                "CL * (WT / 70)^0.75 + min(a, b)",
            ]
            .map(str::to_owned)
            .to_vec(),
        ),
    ]
}

/// Tries one input; what goes wrong, in words.
fn fault(parser: Parser, text: &str) -> Option<String> {
    let since = Instant::now();
    let said = match catch_unwind(AssertUnwindSafe(|| parser(text))) {
        Err(cause) => {
            let what = cause.downcast_ref::<String>().cloned();
            return Some(what.or_else(|| cause.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap_or_default());
        }
        Ok(Ok(())) => None,
        Ok(Err(e)) => Some(e.to_string()),
    };
    if since.elapsed() > Duration::from_secs(20) {
        return Some(format!("took {:?}", since.elapsed()));
    }
    said.filter(|said| said.lines().count() > 20).map(|said| format!("a refusal of {} lines", said.lines().count()))
}

#[test]
fn damaged_inputs_are_accepted_or_refused() {
    let number = |name: &str| match std::env::var("KETASIM_FUZZ").ok().and_then(|n| n.parse::<usize>().ok()) {
        Some(number) => number,
        None if ["outcome", "kept"].contains(&name) => 250,
        None => 1_000,
    };
    let only = std::env::var("KETASIM_FUZZ_ONLY").ok();
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let told = std::env::var_os("KETASIM_FUZZ").is_some();
    let mut faults = Vec::new();
    for (name, parser, seeds) in targets().into_iter().filter(|t| only.as_deref().is_none_or(|o| o == t.0)) {
        let mut dice = Dice(7);
        let since = Instant::now();
        for n in 0..number(name) {
            let (seed, other) = (&seeds[dice.below(seeds.len())], &seeds[dice.below(seeds.len())]);
            let text = damaged(&mut dice, seed, other);
            if let Some(what) = fault(parser, &text) {
                let file = format!("{}/{name}-{n}.txt", env!("CARGO_TARGET_TMPDIR"));
                std::fs::write(&file, &text).unwrap();
                faults.push(format!("{file}: {what}"));
                if faults.len() > 20 {
                    break;
                }
            }
        }
        if told {
            println!(
                "{name}: {} inputs in {:.0} s, {} faults so far",
                number(name),
                since.elapsed().as_secs_f64(),
                faults.len()
            );
        }
    }
    std::panic::set_hook(quiet);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Inputs that broke a parser once.
#[test]
fn what_was_found_stays_mended() {
    let targets = targets();
    let mut tried = 0;
    for entry in std::fs::read_dir("tests/found").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some((_, parser, _)) = targets.iter().find(|t| name.starts_with(&format!("{}-", t.0))) else {
            assert_eq!(name, "README.md", "named after its parser");
            continue;
        };
        tried += 1;
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(fault(*parser, &text), None, "{name}");
    }
    assert!(tried > 0);
}
