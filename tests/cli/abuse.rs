//! What broke the program once, and its like: each is refused, bounded or cleaned, and leaves nothing behind.

use super::{OPENING, command, folder, printed, refused, run, run_with, write};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

const DOSE: &str = "[[arm]]\nlabel = 'IM'\ndrug = 'ketamine'\n[[arm.dose]]\nroute = 'im'\namount = '35 mg'\n";

/// The visit of a clinic with these keys.
fn visit(clinic: &str) -> String {
    format!(
        "[clinic]\ncrisis_line = '555-0199'\n{clinic}\n[visit]\nstart = '2026-12-01 10:00'\ntimezone = 'America/Chicago'\n{DOSE}"
    )
}

/// A refusal as people see it: short.
fn short(said: &str) {
    assert!(said.lines().count() <= 20 && said.len() < 4_000, "{} lines, {} bytes", said.lines().count(), said.len());
}

/// Nothing that ends within a second is worth a line of progress; what is refused ends at once.
fn at_once(arguments: &[&str], input: &str) -> String {
    let since = Instant::now();
    let output = run_with(input, arguments);
    assert!(since.elapsed() < Duration::from_secs(20), "{arguments:?} took {:?}", since.elapsed());
    let said = refused(&output, 2);
    short(&said);
    said
}

/// A01, A02, A03, A05, A06, A07, A16 and their like.
#[test]
fn what_no_clinic_can_mean_is_refused_with_its_line() {
    for (key, values) in [
        ("stay", &["-3 h", "0 h", "1e-9 s", "1e100 h", "99999999999999999 h", "-0.001 s", "3 y"][..]),
        ("no_alcohol", &["-24 h", "1e9 d", "-1 s", "3 mg"]),
        ("arrive", &["1e100 h", "-5 min", "8 d", "soon"]),
        ("every", &["9999999 d", "-7 d", "0 d", "1 h"]),
        ("visits", &["0", "-1", "53", "4294967295", "1.5", "'six'"]),
    ] {
        for value in values {
            let quoted = if key == "visits" { (*value).to_owned() } else { format!("'{value}'") };
            let stay = if key == "stay" { "" } else { "stay = '2 h'\n" };
            let text = visit(&format!("{stay}{key} = {quoted}"));
            for face in
                [&["timeline", "-"][..], &["timeline", "-", "--json"], &["timeline", "-", "--audience", "clinician"]]
            {
                let said = at_once(face, &text);
                assert!(said.contains(&format!("{key} = ")), "{said}");
            }
        }
    }
    // the same keys with what they can mean
    for clinic in [
        "stay = '2 h'\nno_alcohol = '24 h'\narrive = '30 min'\nevery = '7 d'\nvisits = 6",
        "stay = '40 min'\nevery = '3.5 d'",
    ] {
        assert!(run_with(&visit(clinic), &["timeline", "-", "--people", "20"]).status.success(), "{clinic}");
    }
}

/// A04, A21, A22, A23: numbers of people, threads and points are refused by the name of their argument.
#[test]
fn numbers_of_an_argument_are_refused_in_its_name() {
    for command in ["population", "timeline"] {
        for people in
            ["0", "1", "19", "1000001", "5000000", "18446744073709551615", "99999999999999999999", "-20", "1e3"]
        {
            assert!(refused(&run(&[command, "--people", people]), 2).contains("--people"), "{command} {people}");
        }
    }
    for threads in ["0", "-1", "257", "100000", "many"] {
        assert!(refused(&run(&["population", "--threads", threads]), 2).contains("--threads"), "{threads}");
    }
    for every in ["0 s", "0 min", "-1 min", "1e-9 s", "soon"] {
        let said = refused(&run(&["simulate", OPENING, "--every", every]), 2);
        assert!(said.contains("--every") && !said.contains("[[arm]]"), "{said}");
    }
    for start in ["2026-13-01", "2026-02-30 10:00", "yesterday", "9999-12-31 23:59"] {
        assert!(refused(&run(&["timeline", "--start", start]), 2).contains("--start"), "{start}");
    }
}

/// A09, A10: sprays, doses and arms in all have a limit that is told before anything is laid out.
#[test]
fn doses_in_all_are_limited() {
    let many = |arms: usize, route: &str, sprays: &str, times: usize| {
        let arm = |i: usize| {
            format!(
                "[[arm]]\nlabel = '{i}'\ndrug = 'ketamine'\n[[arm.dose]]\nroute = '{route}'\namount = '50 mg'\n{sprays}\
                 repeat = {{ every = '172 min', additional = {} }}\n",
                times - 1
            )
        };
        format!("horizon = '60 d'\n{}", (0..arms).map(arm).collect::<String>())
    };
    for text in [
        many(1, "in", "sprays = 50\nspray_every = '1 min'\n", 500),
        many(24, "in", "sprays = 50\nspray_every = '1 min'\n", 500),
        many(1, "in", "sprays = 2\n", 251),
        many(24, "im", "", 126),
        many(7, "sl", "", 500),
    ] {
        for face in [&["compare", "-", "--json"][..], &["population", "-"], &["simulate", "-"]] {
            assert!(at_once(face, &text).contains("sprays are counted"), "{face:?}");
        }
    }
    assert!(run_with(&many(2, "in", "sprays = 2\n", 20), &["compare", "-"]).status.success());
}

/// A11, A12, A13: long words, titles and tables end at once in a short refusal, or are written in no time.
#[test]
fn long_texts_end_at_once_and_shortly() {
    let folder = folder("long");
    let wide = write(&folder, "wide.csv", format!("{}\n", "id,".repeat(70_000)));
    at_once(&["validate", "--arms", &wide], "");
    let names: String = (0..40_000).map(|i| format!("column{i};")).collect();
    at_once(&["validate", "--arms", &write(&folder, "names.csv", &names)], "");
    let word = "x".repeat(1_000);
    for text in [
        format!("title = '{}'\n{DOSE}", "word ".repeat(800)),
        format!("title = '{}'\n{DOSE}", "x".repeat(200_000)),
        DOSE.replace("'IM'", &format!("'{word}'")),
        format!("{} = 1\n{DOSE}", "k".repeat(500_000)),
        format!("x = [{}]\n{DOSE}", "1,".repeat(100_000)),
        format!("title = \"\"\"\n{}\"\"\"\nhorizon = 3\n{DOSE}", "line\n".repeat(100_000)),
    ] {
        at_once(&["compare", "-"], &text);
    }
    for key in ["name", "fasting", "phone", "crisis_line", "address"] {
        let clinic = if key == "crisis_line" { String::new() } else { format!("{key} = '{word}'") };
        let text = visit(&format!("stay = '2 h'\n{clinic}"));
        let text = if key == "crisis_line" { text.replace("555-0199", &word) } else { text };
        assert!(at_once(&["timeline", "-"], &text).contains("too many"), "{key}");
    }
}

/// A20: nothing is written over what is read, and no two outputs have one file, however they are named.
#[test]
fn outputs_never_take_the_place_of_inputs_or_of_each_other() {
    let folder = folder("over");
    let file = write(&folder, "my.toml", visit("stay = '2 h'"));
    let model = write(&folder, "own.toml", include_str!("../../models/herd-anderson-2007.toml"));
    let other = format!("{}/./my.toml", folder.display());
    let free = folder.join("x.pdf").display().to_string();
    for arguments in [
        vec!["simulate", &file, "-o", &file],
        vec!["simulate", &file, "-o", &other],
        vec!["timeline", &file, "--ics", &file],
        vec!["timeline", &file, "--pdf", &free, "--ics", &free],
        vec!["compare", &file, "--plot", &free, "--references", &free],
        vec!["simulate", &file, "--models", &model, "-o", &model],
    ] {
        let said = refused(&run(&arguments), 2);
        assert!(said.contains("written over a file that is read") || said.contains("both name"), "{said}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), visit("stay = '2 h'"));
    assert!(!Path::new(&free).exists());
    // a name as long as names can be
    let long = folder.join(format!("{}.csv", "n".repeat(251))).display().to_string();
    assert!(run(&["simulate", OPENING, "-o", &long]).status.success() && Path::new(&long).exists());
}

/// A24 and its like: what is no ordinary file is refused where nobody could tell that nothing comes.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused() {
    let folder = folder("nofile");
    let pipe = folder.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert!(ketasim::files::ordinary(&pipe).unwrap_err().what().contains("not an ordinary file"));
    assert!(ketasim::files::ordinary(Path::new("/dev/zero")).is_err());
    for device in ["/dev/zero", "/dev/null"] {
        let said = refused(&run(&["compare", device]), 2);
        assert!(said.contains("device"), "{said}");
    }
    refused(&run(&["compare", folder.to_str().unwrap()]), 2);
}

/// A25: words reach CSV without formulas, escapes and tricks of direction.
#[test]
fn words_in_csv_are_clean() {
    for (label, expected) in [
        ("=1+1", "'=1+1"),
        ("@SUM(1+1)", "'@SUM(1+1)"),
        ("-2+3", "'-2+3"),
        ("red\\u001b[31m", "red [31m"),
        ("a\\u202eb", "a b"),
        ("a\\u2066b", "a b"),
    ] {
        let text = DOSE.replace("'IM'", &format!("\"{label}\""));
        for face in
            [&["simulate", "-"][..], &["compare", "-", "--csv"], &["population", "-", "--csv", "--people", "20"]]
        {
            let output = run_with(&text, face);
            assert!(output.status.success(), "{}", super::text(&output.stderr));
            let said = super::text(&output.stdout);
            assert!(
                said.lines().skip(1).all(|l| l.starts_with(expected)),
                "{face:?} {label}: {:?}",
                said.lines().nth(1)
            );
            assert!(!super::text(&output.stderr).contains(['\u{1b}', '\u{202e}', '\u{2066}']));
        }
    }
}

/// A19: an end from outside leaves no part of a file behind, and no file that is not whole.
#[cfg(unix)]
#[test]
fn an_end_from_outside_leaves_nothing_half_written() {
    let folder = folder("ended");
    let text = format!("horizon = '60 d'\n{DOSE}");
    let scenario = write(&folder, "big.toml", &text);
    let out = folder.join("big.csv");
    for (n, signal) in ["INT", "TERM", "HUP", "TERM", "INT", "HUP", "TERM"].iter().enumerate() {
        let call = ["simulate", &scenario, "--every", "26 s", "-o", out.to_str().unwrap()];
        let mut child = command(&call).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let since = Instant::now();
        let part =
            || std::fs::read_dir(&folder).unwrap().any(|e| e.unwrap().path().extension().is_some_and(|x| x == "part"));
        while !part() && since.elapsed() < Duration::from_secs(30) && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(7 * n as u64));
        let id = child.id().to_string();
        let _ = std::process::Command::new("kill").args([&format!("-{signal}"), &id]).stderr(Stdio::null()).status();
        child.wait().unwrap();
        assert!(
            !part(),
            "{signal}: {:?}",
            std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect::<Vec<_>>()
        );
        if out.exists() {
            let rows = std::fs::read_to_string(&out).unwrap().lines().count();
            assert!(rows > 100_000, "a file is whole or not there: {rows} rows");
            std::fs::remove_file(&out).unwrap();
        }
    }
}

/// Killed outright at any moment: what was there is there, or what was to be.
#[cfg(unix)]
#[test]
fn a_kill_leaves_the_old_file_or_the_new_one() {
    let folder = folder("killed");
    let scenario = write(&folder, "visit.toml", visit("stay = '2 h'"));
    let files: Vec<String> =
        ["x.csv", "x.svg", "x.pdf", "x.ics"].map(|n| folder.join(n).display().to_string()).to_vec();
    let calls = [
        vec!["simulate", &scenario, "-o", &files[0]],
        vec!["compare", &scenario, "--plot", &files[1]],
        vec!["timeline", &scenario, "--people", "20", "--pdf", &files[2], "--ics", &files[3]],
    ];
    for n in 0..24_u64 {
        let call = &calls[n as usize % calls.len()];
        files.iter().for_each(|f| std::fs::write(f, "old").unwrap());
        let mut child = command(call).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(10 + 17 * n));
        let _ = child.kill();
        child.wait().unwrap();
        for (file, end) in files.iter().zip(["\n", "</svg>\n", "%%EOF", "END:VCALENDAR\r\n"]) {
            let held = std::fs::read(file).unwrap();
            let whole = String::from_utf8_lossy(&held).trim_end().ends_with(end.trim_end()) || held.ends_with(b"\n");
            assert!(held == b"old" || whole, "{file} after {n}");
        }
    }
}

/// A08: what `models check` passes runs in every command.
#[test]
fn a_model_that_gives_nothing_is_drawn_as_nothing() {
    let folder = folder("zero");
    let model = include_str!("../found/model-share-zero.txt");
    let file = write(&folder, "zero.toml", model);
    assert!(printed(&["models", "check", &file]).starts_with("ok"));
    let text = DOSE.replace("drug =", "model = 'zero-2021'\ndrug =");
    for face in
        [&["compare", "-"][..], &["compare", "-", "--json"], &["simulate", "-"], &["population", "-", "--people", "20"]]
    {
        let output = run_with(&text, &[face, &["--models", &file]].concat());
        assert!(output.status.success(), "{face:?}: {}", super::text(&output.stderr));
    }
    let rows = super::text(&run_with(&text, &["simulate", "-", "--models", &file]).stdout);
    assert!(rows.lines().skip(1).all(|l| l.ends_with(",0")), "curves of nothing");
}
