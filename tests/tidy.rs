//! House rules that the compiler does not know: what may be used where, and what must not be in the code at all.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "helpers of tests are tests too")]

#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/rooms.rs"]
mod rooms;

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files below `folder`, by path from the top with `/`.
fn files(folder: &str) -> Vec<(String, PathBuf)> {
    let (mut found, mut open) = (Vec::new(), vec![root().join(folder)]);
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
            found.push((name, path));
        }
    }
    found.sort();
    found
}

/// Every source file with its text; tests at the end of a file are left out.
fn sources() -> Vec<(String, String)> {
    let mut list = Vec::new();
    for (name, path) in files("src") {
        assert!(name.ends_with(".rs"), "{name} is no source");
        let text = std::fs::read_to_string(path).unwrap();
        let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
        list.push((name, text[..end].to_owned()));
    }
    assert!(list.len() > 20);
    list
}

/// `word` as a whole word: not part of a longer name or number.
fn has_word(text: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(|c| part_of_word(c) || c == '.') && !after.is_some_and(part_of_word)
    })
}

/// Lines of code that hold one of `words`, outside the places where they are allowed; comments do not count.
fn misplaced(words: &[&str], allowed: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in sources().into_iter().filter(|(name, _)| !allowed.iter().any(|a| name.starts_with(a))) {
        for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            if let Some(word) = words.iter().find(|w| has_word(line, w)) {
                found.push(format!("{name}:{}: {word}", i + 1));
            }
        }
    }
    found
}

#[test]
fn the_search_finds_what_it_should() {
    assert!(has_word("use egui::Ui;", "egui") && !has_word("egui_kittest", "egui"));
    assert!(has_word("let f = 0.34;", "0.34") && !has_word("10.34", "0.34") && !has_word("0.341", "0.34"));
    assert!(!misplaced(&["fn"], &[]).is_empty() && misplaced(&["fn"], &["src/"]).is_empty());
}

#[test]
fn every_file_says_what_it_is() {
    for (name, text) in sources() {
        assert!(text.starts_with("//! "), "{name} does not begin with what it is");
    }
    for (name, path) in files("tests").into_iter().filter(|(name, _)| name.ends_with(".rs")) {
        assert!(std::fs::read_to_string(path).unwrap().starts_with("//! "), "{name} does not begin with what it is");
    }
}

/// More than a reader holds in mind at once, and why it may be.
const LONG: &[(&str, &str)] =
    &[("src/model/mod.rs", "one documented type for each part of a model file, hardly any logic")];

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    for (name, path) in files("src") {
        let lines = std::fs::read_to_string(path).unwrap().lines().count();
        let excepted = LONG.iter().any(|(file, _)| *file == name);
        assert!(lines <= 500 || excepted, "{name} has {lines} lines");
        assert!(lines > 500 || !excepted, "{name} is no exception any more");
    }
}

#[test]
fn each_library_is_used_in_its_own_part_only() {
    for (words, allowed) in [
        (&["egui", "eframe", "rfd"][..], &["src/app/"][..]),
        (&["clap"], &["src/cli/"]),
        (&["plotters", "resvg", "krilla", "usvg"], &["src/export/"]),
        (&["jiff"], &["src/timeline/"]),
    ] {
        assert_eq!(misplaced(words, allowed), Vec::<String>::new());
    }
}

#[test]
fn files_clocks_and_threads_are_touched_in_one_place_each() {
    assert_eq!(misplaced(&["std::fs", "fs::read", "fs::write", "File::open"], &["src/files.rs"]), Vec::<String>::new());
    let clocks = ["Instant", "SystemTime", "thread::spawn"];
    assert_eq!(misplaced(&clocks, &["src/app/platform/", "src/cli/"]), Vec::<String>::new());
    // the crate of clocks on the wall could read the machine's own
    let machine = ["Timestamp::now", "ZonedDateTime::now", "TimeZone::system", "tz::db"];
    assert_eq!(misplaced(&machine, &[]), Vec::<String>::new());
}

#[test]
fn targets_differ_in_few_places() {
    let allowed = [
        "src/main.rs",
        "src/lib.rs",
        "src/files.rs",
        "src/app/platform/",
        // wide instructions are looked for where a processor may have them
        "src/sim/lanes.rs",
        "src/population/bracket.rs",
        // eframe's own trait and entry differ between a window and a browser
        "src/app/mod.rs",
    ];
    assert_eq!(misplaced(&["target_arch"], &allowed), Vec::<String>::new());
}

/// The platform's own functions differ in the last bits between machines, and so would what is printed.
#[test]
fn functions_of_numbers_are_portable() {
    let own = [".exp()", ".ln()", ".powf(", ".ln_1p()", ".exp_m1()", ".log10()", ".log2()", ".tanh()"];
    // colours are no results; the crate page shows a library user's code
    let allowed = ["src/portable.rs", "src/palette.rs", "src/lib.rs"];
    for (name, text) in sources().into_iter().filter(|(name, _)| !allowed.contains(&name.as_str())) {
        let found = own.iter().find(|f| text.contains(*f));
        assert!(found.is_none(), "{name} has {}: see src/portable.rs", found.unwrap());
    }
    assert!(!std::fs::read_to_string("Cargo.toml").unwrap().contains("std_math"), "draws too");
}

/// The science knows nothing of who asks.
#[test]
fn layers_look_down_only() {
    let above = ["src/cli/", "src/app/", "src/export/", "src/main.rs", "src/lib.rs"];
    let words = ["crate::cli", "crate::app", "crate::export"];
    assert_eq!(misplaced(&words, &above), Vec::<String>::new());
    let science = [
        "units", "error", "route", "regimen", "subject", "scenario", "outcome", "model", "library", "sim", "analysis",
        "timeline",
    ];
    let pictures = ["crate::figure", "crate::scene", "crate::palette", "crate::fonts"];
    for (name, text) in sources() {
        let top = name.trim_start_matches("src/").split(['/', '.']).next().unwrap();
        if science.contains(&top) {
            assert!(!pictures.iter().any(|w| has_word(&text, w)), "{name} knows of pictures");
        }
    }
    // export and command line do without a window, the window without a command line
    for (folder, words) in [
        ("src/export/", ["crate::cli", "crate::app"]),
        ("src/cli/", ["crate::app", "egui"]),
        ("src/app/", ["crate::cli", "clap"]),
    ] {
        for (name, text) in sources().into_iter().filter(|(name, _)| name.starts_with(folder)) {
            assert!(!words.iter().any(|w| has_word(&text, w)), "{name} looks sideways");
        }
    }
}

/// What is known about ketamine is data, with source and grade: none of it may hide in code.
#[test]
fn no_number_about_ketamine_is_in_the_code() {
    let numbers = [
        "237.73", "274.2", "0.867", "223.7", "0.36", "0.62", "2.93", "0.0835", "640.0", "430.0", "860.0", "0.93",
        "0.019", "0.53",
    ];
    assert_eq!(misplaced(&numbers, &[]), Vec::<String>::new());
    // the same numbers are in the data, so the list is not out of date
    let data: String = files("models")
        .into_iter()
        .chain(files("assets"))
        .filter(|(name, _)| name.ends_with(".toml"))
        .map(|(_, path)| std::fs::read_to_string(path).unwrap())
        .collect();
    for number in ["237.73", "274.2", "0.36", "0.62", "2.93", "0.0835", "0.93", "0.019", "0.53"] {
        assert!(has_word(&data, number), "{number}");
    }
}

#[test]
fn the_top_level_holds_what_it_should() {
    let expected = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "models",
        "assets",
        "tests",
        "benches",
        "README.md",
        "CHANGELOG.md",
        "examples",
        "LICENSE-MIT",
        "LICENSE-APACHE",
    ];
    // made by cargo, and by the first command of the README where there is no display
    let made = ["target", "ketasim.svg"];
    let ignored = std::fs::read_to_string(root().join(".gitignore")).unwrap();
    for name in made {
        assert!(ignored.lines().any(|line| line == format!("/{name}")), "{name} is not ignored by git");
    }
    for entry in std::fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let known = expected.contains(&name.as_str()) || made.contains(&name.as_str());
        assert!(name.starts_with('.') || known, "{name} does not belong at the top");
    }
}

/// Text of a file that is kept in git; fonts and pictures have none.
fn kept_texts() -> Vec<(String, String)> {
    let mut list = Vec::new();
    let top = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    for name in top.filter(|name| !["target", ".git"].contains(&name.as_str())) {
        for (name, path) in files(&name) {
            let left_over = [".new", ".pending-snap"].iter().any(|end| name.ends_with(end));
            if let (false, Ok(text)) = (left_over, std::fs::read_to_string(&path)) {
                list.push((name, text));
            }
        }
    }
    list
}

#[test]
fn no_path_of_a_machine_is_named() {
    // put together here, or this file would name them
    let paths: Vec<String> = ["work", "root", "home"].iter().map(|top| format!("/{top}")).collect();
    let shared = ["shared", "/"].concat();
    let letter = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let texts = kept_texts();
    assert!(texts.iter().any(|(name, _)| name == "tests/tidy.rs") && Path::new(&texts[0].0).is_relative());
    for (name, text) in texts {
        for path in &paths {
            let named = text
                .match_indices(path.as_str())
                .any(|(at, _)| !text[..at].ends_with(letter) && !text[at + path.len()..].starts_with(letter));
            assert!(!named, "{name} names {path}");
        }
        let named = text.match_indices(&shared).any(|(at, _)| !text[..at].ends_with(letter));
        assert!(!named, "{name} names {shared}");
    }
}

/// A dependency that no code names is weight for nothing.
#[test]
fn every_dependency_is_used() {
    let manifest: toml::Table = std::fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let tables = [
        manifest.get("dependencies"),
        manifest["target"].as_table().unwrap().values().next().unwrap().get("dependencies"),
    ];
    let code: String = sources().into_iter().map(|(_, text)| text).collect();
    let mut seen = 0;
    for name in tables.into_iter().flatten().flat_map(|t| t.as_table().unwrap().keys()) {
        let name = name.replace('-', "_");
        seen += 1;
        assert!(code.contains(&format!("{name}::")) || code.contains(&format!("use {name}")), "{name} is not used");
    }
    assert!(seen > 15);
}
