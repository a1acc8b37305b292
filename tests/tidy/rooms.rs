//! The house: which room stands on which, and what happens in one place only.

use super::sources;

/// Rooms from the ground up: each imports only from those before it. The crate page says the same.
const ROOMS: &[&str] = &[
    "portable",
    "error",
    "units",
    "citation",
    "route",
    "delimited",
    "subject",
    "covariates",
    "regimen",
    "model",
    "sim",
    "library",
    "analysis",
    "scenario",
    "evidence",
    "outcome",
    "population",
    "timeline",
    "figure",
    "scene",
    "table",
    "curves",
    "plain_text",
    "palette",
    "fonts",
    "points",
    "files",
    "threads",
    "signals",
    "export",
    "cli",
    "app",
];

fn room_of(file: &str) -> &str {
    file.trim_start_matches("src/").split(['/', '.']).next().unwrap_or_default()
}

/// Rooms that a text names by `crate::`, comments left out.
fn named(text: &str) -> Vec<&str> {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let after = code.flat_map(|line| line.split("crate::").skip(1));
    after.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()).collect()
}

/// Rooms that are imported from above.
fn upwards(file: &str, text: &str) -> Vec<String> {
    let rank = |room: &str| ROOMS.iter().position(|r| *r == room);
    let own = rank(room_of(file));
    let higher = |room: &&str| own.zip(rank(room)).is_some_and(|(own, other)| other > own);
    named(text).iter().filter(|r| higher(r)).map(|r| format!("{file} imports {r}")).collect()
}

#[test]
fn no_room_imports_one_above_it() {
    assert_eq!(upwards("src/sim/case.rs", "use crate::outcome::Options;"), ["src/sim/case.rs imports outcome"]);
    assert!(upwards("src/outcome/run.rs", "use crate::sim::Case; // crate::app").is_empty());
    for (file, text) in sources() {
        let room = room_of(&file);
        assert!(["lib", "main"].contains(&room) || ROOMS.contains(&room), "{file} is in no room of the list");
        // tests of a room may look at the whole house
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let found = if ["lib", "main"].contains(&room) { Vec::new() } else { upwards(&file, code) };
        assert_eq!(found, Vec::<String>::new());
    }
}

/// A flow or a read-out of a model becomes a number in `sim/system.rs`, a dose an input in `sim/dose_events.rs`: nowhere else
/// is one taken apart. Models are checked, and their names listed, in the rooms beside it.
#[test]
fn a_rate_a_read_out_and_a_dose_are_lowered_in_one_place_each() {
    let only = [
        ("Pace::", ["src/model/", "src/sim/system.rs"].as_slice()),
        ("Reading::", &["src/model/", "src/sim/system.rs", "src/outcome/notes.rs"]),
        ("Entering::", &["src/sim/dose_events.rs"]),
        ("Dop853::", &["src/sim/ode.rs"]),
        ("nalgebra", &["src/sim/", "src/population/sample.rs", "src/model/check/numbers.rs", "src/evidence/fit"]),
    ];
    for (word, places) in only {
        for (file, text) in sources() {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            // the window has a pace of its own: how fast time is played
            let own = word == "Pace::" && file.starts_with("src/app/");
            assert!(!code.contains(word) || own || places.iter().any(|p| file.starts_with(p)), "{word} in {file}");
        }
    }
}
