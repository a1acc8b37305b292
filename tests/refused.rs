//! What ketasim refuses, in which words: one file each in `refused/`, its message in `snapshots/`.
//!
//! A message says what is wrong, in which file and line, and what would have worked.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "helpers of tests are tests too")]

use ketasim::error::Error;
use ketasim::library::Library;
use ketasim::model::parse_model;
use ketasim::outcome::Options;
use ketasim::scenario::Scenario;
use proptest::prelude::*;
use std::sync::OnceLock;

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::embedded().unwrap())
}

/// Reads and runs a scenario, as the command line does.
fn scenario(name: &str, text: &str) -> Result<(), Error> {
    let scenario = Scenario::from_toml(name, text, library())?;
    scenario.run(library(), Options::default()).map(|_| ()).map_err(|e| e.located(name, text))
}

fn model(name: &str, text: &str) -> Result<(), Error> {
    library().check_toml(name, text).map(|_| ())
}

fn files(folder: &str) -> Vec<(String, String)> {
    let folder = format!("{}/tests/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut list: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|p| (p.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&p).unwrap()))
        .collect();
    list.sort();
    list
}

/// Only the whole file can be named in these.
const WITHOUT_LINE: &[&str] = &[];

/// Words of the parser and of Rust, which readers of TOML files need not know.
const JARGON: &[&str] = &[
    "invalid type",
    "invalid value",
    "invalid length",
    "variant",
    "struct ",
    "unknown field",
    "missing field",
    "u64",
    "f64",
    "i64",
    "usize",
    "sequence",
    " map",
    "Some(",
    "None",
    "deserial",
    "panicked",
    "NaN",
];

#[test]
fn every_refused_file_has_its_message() {
    let files = files("refused");
    assert!(files.len() >= 40);
    for (name, text) in files {
        let result = if name.ends_with(".scenario.toml") {
            scenario(&name, &text)
        } else {
            assert!(name.ends_with(".model.toml"), "{name}");
            model(&name, &text)
        };
        let Err(error) = result else { panic!("{name} is accepted") };
        let message = error.to_string();
        insta::with_settings!({
            snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true
        }, { insta::assert_snapshot!(name.trim_end_matches(".toml"), message) });
        let place = error.place().unwrap_or_else(|| panic!("{name} is not named: {message}"));
        assert_eq!(place.file, name);
        assert_eq!(place.line == 0, WITHOUT_LINE.contains(&name.as_str()), "{name}: {message}");
        assert!(error.what_would_work().is_some(), "{name} says not what would have worked: {message}");
        assert!(!error.what().contains('\n') && !message.contains('\u{1f}'), "{message}");
        for word in JARGON {
            let said = format!("{} {}", error.what(), error.what_would_work().unwrap_or(""));
            assert!(!said.contains(word), "{name} speaks of \"{word}\": {message}");
        }
    }
}

/// What every refused file was made from; if these were refused, the others would prove nothing.
#[test]
fn the_files_without_the_fault_are_accepted() {
    for (name, text) in files("accepted") {
        let result = if name == "two-arms.toml" { scenario(&name, &text) } else { model(&name, &text) };
        assert!(result.is_ok(), "{name}: {}", result.unwrap_err());
    }
}

/// A snapshot without its file would never be looked at.
#[test]
fn every_message_has_its_file() {
    let refused = files("refused");
    for (name, _) in files("snapshots") {
        let file = name.strip_suffix(".snap").unwrap_or_else(|| panic!("{name} is left over"));
        assert!(refused.iter().any(|(f, _)| f.trim_end_matches(".toml") == file), "{name}");
    }
}

// ---- too large or too deep to be stored -------------------------------------------------------------

fn both(name: &str, text: &str) -> [Error; 2] {
    [scenario(name, text).unwrap_err(), model(name, text).unwrap_err()]
}

#[test]
fn files_of_fifty_megabytes_are_refused_unread() {
    let text = "# a comment that goes on and on\n".repeat(50 * 1024 * 1024 / 32);
    for error in both("large.toml", &text) {
        assert_eq!(error.what(), "large.toml has 52428800 bytes");
        assert!(error.what_would_work().unwrap().contains("at most 1048576 bytes"));
    }
}

#[test]
fn twenty_thousand_brackets_are_refused() {
    let n = 20_000;
    for (text, what) in [
        (format!("title = {}{}", "[".repeat(n), "]".repeat(n)), "lists"),
        (format!("title = {}", "[".repeat(n)), "lists left open"),
        (format!("title = {}1{}", "{a=".repeat(n), "}".repeat(n)), "tables"),
        (format!("{}b = 1", "a.".repeat(n)), "dotted keys"),
        (format!("[{}b]", "a.".repeat(n)), "dotted headings"),
    ] {
        for error in both("deep.toml", &text) {
            let message = error.to_string();
            assert!(message.contains("too deeply") || message.contains("no key"), "{what}: {message}");
            assert!(message.len() < 600, "{what}: {message}");
        }
    }
    let valid = &files("accepted")[0].1;
    let deep = format!("formula = \"{}CL{} / V\"", "(".repeat(n), ")".repeat(n));
    let text = valid.replace("formula = \"CL / V\"", &deep);
    assert!(text.len() > valid.len() + n);
    assert!(model("deep.toml", &text).unwrap_err().what().contains("parts"));
}

/// Found by reading: each of these overflowed, hung or lost drug before it was refused.
#[test]
fn absurd_but_well_formed_models_end_in_a_message() {
    let valid = &files("accepted")[0].1;
    let change = |from: &str, to: &str| {
        assert!(valid.contains(from), "{from}");
        model("absurd.toml", &valid.replace(from, to))
    };
    let unit = format!("1 {}", ["mg"; 400].join("*"));
    assert!(change("100 L", &unit).is_err());
    let long = format!("formula = \"CL / V{}\"", " + CL / V".repeat(60_000));
    assert!(change("formula = \"CL / V\"", &long).unwrap_err().what().contains("parts"));
    assert!(change("1.2 1/h", "1e9 1/min").unwrap_err().what().contains("rate"));
    let many: String =
        (0..600).map(|i| format!("x{i} = {{ value = \"1\", source = \"author-2021\", grade = \"E\" }}\n")).collect();
    assert!(change("[derived]", &format!("{many}[derived]")).unwrap_err().what().contains("parameters"));
    let many: String = (0..200).map(|i| format!("x{i} = {{ holds = \"ketamine\" }}\n")).collect();
    assert!(change("gut = {", &format!("{many}gut = {{")).unwrap_err().what().contains("compartments"));
}

// ---- files damaged at random ------------------------------------------------------------------------

/// One change to a text: what an editor, a copy or a slip of the hand may do.
fn damage(text: &str, kind: u8, place: prop::sample::Index, other: prop::sample::Index, word: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let (i, j) = (place.index(lines.len()), other.index(lines.len()));
    match kind {
        0 => {
            lines.remove(i);
        }
        1 => lines.swap(i, j),
        2 => lines.insert(j, lines[i].clone()),
        3 => {
            // the value of another line
            let value = lines[j].split_once('=').map(|(_, v)| v.to_owned());
            if let (Some((key, _)), Some(value)) = (lines[i].clone().split_once('='), value) {
                lines[i] = format!("{key}={value}");
            }
        }
        4 => {
            // a whole block once more
            let block: Vec<String> = lines[i..].iter().take_while(|l| !l.is_empty()).cloned().collect();
            lines.extend(block);
        }
        5 => {
            if let Some((key, _)) = lines[i].clone().split_once('=') {
                lines[i] = format!("{key}= {word}");
            }
        }
        6 => {
            // one word inside the line
            let words: Vec<&str> = lines[i].split('"').collect();
            let k = other.index(words.len());
            let changed: Vec<&str> = words.iter().enumerate().map(|(n, w)| if n == k { word } else { *w }).collect();
            lines[i] = changed.join("\"");
        }
        _ => {
            let mut chars: Vec<char> = text.chars().collect();
            let at = place.index(chars.len());
            chars[at] = word.chars().next().unwrap_or('\u{fffd}');
            return chars.into_iter().collect();
        }
    }
    lines.join("\n")
}

/// Every file that ships, and those the refused ones were made from.
fn valid_files() -> &'static Vec<(bool, String)> {
    static FILES: OnceLock<Vec<(bool, String)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut list: Vec<(bool, String)> =
            ketasim::library::EMBEDDED_MODELS.iter().map(|(_, text)| (false, (*text).to_owned())).collect();
        list.extend(files("accepted").into_iter().map(|(name, text)| (name == "two-arms.toml", text)));
        list.extend(std::iter::repeat_n((true, Scenario::OPENING.to_owned()), 4));
        list
    })
}

const WORDS: &[&str] = &[
    "",
    "0",
    "-1",
    "1e308",
    "1e-308",
    "nan",
    "\"inf h\"",
    "\"1e-9 s\"",
    "\"1e9 d\"",
    "rest",
    "ketamine",
    "weight",
    "[]",
    "{}",
    "[[[",
    "\"",
    "é",
    "\u{0}",
    "true",
    "999999999999999999999",
    "iv",
    "sl",
    "CL / V",
    "((",
    "\"0 mg\"",
    "\"500 mg/kg\"",
    "40 min",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_accepted_or_refused_but_never_panic(
        file in any::<prop::sample::Index>(),
        damages in prop::collection::vec(
            (0..8_u8, any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::sample::select(WORDS)), 1..4),
    ) {
        let files = valid_files();
        let (is_scenario, text) = &files[file.index(files.len())];
        let text = damages.into_iter().fold(text.clone(), |t, (kind, i, j, word)| {
            if t.lines().count() == 0 { t } else { damage(&t, kind, i, j, word) }
        });
        // a model's id is taken by its undamaged self, so it is read without the library
        let result = if *is_scenario { scenario("damaged.toml", &text) } else { parse_model("damaged.toml", &text).map(|_| ()) };
        if let Err(error) = result {
            let message = error.to_string();
            prop_assert!(message.starts_with("damaged.toml") && message.len() < 2000, "{message}");
        }
    }
}
