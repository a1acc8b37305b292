//! `ketasim FILE`, scenarios without an arm, and values of options that no scenario holds.

use super::{OPENING, command, folder, printed, refused, run, run_with, text, write};

/// No display: what `compare` prints of the same file, and its picture in the current folder.
fn windowless(folder: &std::path::Path, arguments: &[&str]) -> std::process::Output {
    let mut command = command(arguments);
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(name);
    }
    command.current_dir(folder).output().unwrap()
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn a_file_alone_is_opened_or_compared_where_there_is_no_display() {
    let folder = folder("opened");
    let file = write(&folder, "two.toml", include_str!("../accepted/two-arms.toml"));
    let output = windowless(&folder, &[&file]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), printed(&["compare", &file]));
    assert!(text(&output.stderr).contains("wrote ketasim.svg"), "{}", text(&output.stderr));
    assert!(std::fs::read_to_string(folder.join("ketasim.svg")).unwrap().contains("</svg>"));
    // without one it is the opening screen
    assert_eq!(text(&windowless(&folder, &[]).stdout), printed(&["compare"]));
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn a_file_alone_may_come_from_standard_input() {
    let folder = folder("opened-from-input");
    let scenario = std::fs::read_to_string(OPENING).unwrap();
    let mut command = command(&["-"]);
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(name);
    }
    let streams = || std::process::Stdio::piped();
    let mut child = command.current_dir(&folder).stdin(streams()).stdout(streams()).stderr(streams()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), scenario.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), printed(&["compare", OPENING]));
    assert!(folder.join("ketasim.svg").is_file());
}

#[test]
fn what_is_no_file_is_missing_or_a_misspelt_command() {
    for missing in ["no-such-file.toml", "no/such/file.toml", "visit-of-tuesday", "simulation.toml"] {
        let said = refused(&run(&[missing]), 1);
        assert!(said.contains(missing) && said.contains("or a command: compare, simulate"), "{said}");
    }
    for (typed, meant) in
        [("compar", "compare"), ("Simulate", "simulate"), ("timelin", "timeline"), ("model", "models")]
    {
        let said = refused(&run(&[typed]), 2);
        assert!(said.contains(&format!("did you mean \"{meant}\"")), "{said}");
    }
    let folder = folder("opened-wrong");
    let wrong = write(&folder, "wrong.toml", "[[arm]]\nlabel = 1\n");
    assert!(refused(&windowless(&folder, &[&wrong]), 2).contains("wrong.toml, line 2"));
    assert!(refused(&windowless(&folder, &[folder.to_str().unwrap()]), 2).contains("is a folder"));
    assert!(refused(&run(&[OPENING, "compare"]), 2).contains("before the command"));
    assert!(refused(&run(&[OPENING, "--models", "x.toml"]), 2).contains("need a command"));
    assert!(!folder.join("ketasim.svg").exists());
}

/// Nothing in, an arm without doses in no arm, every arm off: no command gives something that looks like a result.
#[test]
fn a_scenario_with_nothing_to_simulate_is_refused() {
    let off =
        std::fs::read_to_string(OPENING).unwrap().replace("on = false\n", "").replace("[[arm]]", "[[arm]]\non = false");
    let folder = folder("nothing-on");
    for (scenario, says) in [
        ("", "no arm: there is nothing to simulate"),
        ("# a note\n\n", "no arm: there is nothing to simulate"),
        ("title = \"x\"\nhorizon = \"2 h\"\n[subject]\nweight = \"70 kg\"\n", "no arm: there is nothing to simulate"),
        (off.as_str(), "no arm takes part"),
    ] {
        for arguments in [
            vec!["compare"],
            vec!["compare", "--json"],
            vec!["compare", "--csv"],
            vec!["simulate"],
            vec!["simulate", "--csv"],
            vec!["population"],
            vec!["population", "--csv"],
            vec!["population", "--json"],
            vec!["timeline"],
            vec!["timeline", "--json"],
        ] {
            let said = refused(&run_with(scenario, &[&arguments[..1], &["-"], &arguments[1..]].concat()), 2);
            assert!(said.contains(says) && said.contains("standard input"), "{arguments:?}: {said}");
        }
        let file = write(&folder, "nothing.toml", scenario);
        let said = refused(&windowless(&folder, &[&file]), 2);
        assert!(said.contains(says) && said.contains("nothing.toml"), "{said}");
    }
}

/// What was wrong with an option is said of the option.
#[test]
fn faults_of_an_option_name_it() {
    for (arguments, says) in [
        (vec!["population", "--people", "1"], "--people"),
        (vec!["population", "--people", "1000001"], "from 20 to 1000000"),
        (vec!["population", "--people", "-5"], "--people"),
        (vec!["population", "--people", "many"], "--people"),
        (vec!["timeline", "--people", "0"], "from 20 to 1000000"),
        (vec!["timeline", "--people", "5000000"], "from 20 to 1000000"),
        (vec!["population", "--seed", "-1"], "--seed"),
        (vec!["timeline", "--seed", "x"], "--seed"),
        (vec!["population", "--threads", "0"], "--threads"),
        (vec!["population", "--threads", "100000"], "from 1 to 256"),
        (vec!["simulate", OPENING, "--solver", "magic"], "auto, exact, numeric"),
        (vec!["timeline", "--language", "xx"], "--language"),
        (vec!["timeline", "--paper", "a5"], "--paper"),
        (vec!["timeline", "--arm", "nobody"], "--arm"),
        (vec!["timeline", "--start", "tomorrow"], "--start"),
        (vec!["timeline", "--timezone", "Mars"], "--timezone"),
        (vec!["timeline", "--audience", "nurse"], "patient, clinician"),
    ] {
        let said = refused(&run(&arguments), 2);
        assert!(said.contains(says), "{arguments:?}: {said}");
        assert!(!said.contains(", line ") && said.trim_end().lines().count() <= 2, "{arguments:?}: {said}");
    }
    for (arguments, says) in [
        (vec!["models"], "requires a subcommand"),
        (vec!["simulate"], "not provided: <FILE>"),
        (vec!["models", "show"], "not provided: <ID>"),
        (vec!["compare", "--jsn"], "--json"),
        (vec![OPENING, "--plot", "x.svg"], "--plot"),
    ] {
        let said = refused(&run(&arguments), 2);
        assert!(said.contains(says) && said.trim_end().lines().count() <= 3, "{arguments:?}: {said}");
    }
}
