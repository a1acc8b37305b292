//! Exit codes, messages and help.

use super::{OPENING, folder, printed, refused, run, run_with, write};

#[test]
fn what_is_missing_ends_in_one_and_what_is_wrong_in_two() {
    let folder = folder("refusals");
    let missing = refused(&run(&["compare", "no-such-file.toml"]), 1);
    assert!(missing.contains("no-such-file.toml") && missing.contains("standard input"), "{missing}");
    let binary = write(&folder, "binary.toml", b"title = '\xff'");
    let large = write(&folder, "large.toml", vec![b'#'; (1 << 20) + 1]);
    for command in ["compare", "simulate"] {
        assert!(refused(&run(&[command, folder.to_str().unwrap()]), 2).contains("is a folder"));
        assert!(refused(&run(&[command, &binary]), 2).contains("line 1, byte 10"));
        assert!(refused(&run(&[command, &large]), 2).contains("1048577 bytes"));
        let long = "#".repeat((1 << 20) + 1);
        assert!(refused(&run_with(&long, &[command, "-"]), 2).contains("standard input has more"));
    }
}

#[test]
fn a_refusal_names_file_line_and_remedy() {
    let folder = folder("lines");
    let opening = std::fs::read_to_string(OPENING).unwrap();
    for (from, to, says) in [
        ("hold = ", "holt = ", "holt"),
        ("route = \"im\"", "route = \"nose\"", "nose"),
        ("\"100 mg\"", "\"-100 mg\"", "more than nothing"),
        ("\"100 mg\"", "\"100\"", "has no unit"),
        ("\"100 mg\"", "\"nan mg\"", "finite"),
        ("label = \"IM\"", "label = \"IM\"\nmodel = \"domini\"", "did you mean \"domino\""),
    ] {
        let wrong = opening.replacen(from, to, 1);
        let line = 1 + opening.lines().zip(wrong.lines()).position(|(a, b)| a != b).unwrap();
        let path = write(&folder, "wrong.toml", &wrong);
        let message = refused(&run(&["compare", &path]), 2);
        // an added line stands below the one it was added to
        let named = [line, line + 1].iter().any(|l| message.contains(&format!("wrong.toml, line {l}:")));
        assert!(named && message.contains(says), "{to}: {message}");
    }
}

#[test]
fn a_label_cannot_steer_the_terminal() {
    let arm = "[[arm]]\nlabel=\"a\\u001b[31mb\"\ndrug='ketamine'\n[[arm.dose]]\nroute='im'\n";
    let good = run_with(&format!("{arm}amount='35 mg'\n"), &["compare", "-"]);
    assert!(good.status.success() && !good.stdout.contains(&0x1b));
    let wrong = run_with(&format!("{arm}amount='1e300 mg'\n"), &["compare", "-"]);
    refused(&wrong, 2);
    assert!(!wrong.stderr.contains(&0x1b));
}

#[test]
fn wrong_arguments_are_refused_like_wrong_files() {
    for arguments in [
        vec!["compar"],
        vec!["compare", "--jsn"],
        vec!["compare", "--json", "--csv"],
        vec!["simulate"],
        vec!["simulate", OPENING, "--solver", "magic"],
        vec!["models", "show", "domini"],
        vec!["models", "show"],
    ] {
        refused(&run(&arguments), 2);
    }
    assert!(refused(&run(&["models", "show", "domini"]), 2).contains("did you mean \"domino\""));
}

#[test]
fn help_is_everywhere_and_shows_an_example() {
    let commands = ["", "compare", "simulate", "population", "validate", "timeline", "models"];
    let of_models = ["models list", "models show", "models fit", "models check"];
    let commands = commands.into_iter().chain(of_models);
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let page = printed(&words);
        let example = page.split_once("Example").unwrap_or_else(|| panic!("{command} has no example")).1;
        assert!(example.contains(&format!("  ketasim {command}").trim_end().to_owned()), "{page}");
        assert_eq!(page.lines().find(|l| l.chars().count() > 100), None, "{command}");
    }
    assert_eq!(printed(&["--version"]), format!("ketasim {}\n", env!("CARGO_PKG_VERSION")));
}
