//! The README's commands run as they stand there; its scenario is read and run.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "a test reads what the program wrote")]

use std::process::Command;

const README: &str = include_str!("../README.md");

/// Contents of all fenced blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    README
        .split("```")
        .skip(1)
        .step_by(2)
        .filter_map(|b| b.strip_prefix(language).and_then(|b| b.strip_prefix('\n')))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_line_works() {
    let folder = std::env::temp_dir().join(format!("ketasim-readme-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let lines: Vec<String> = blocks("console").concat().lines().map(str::to_owned).collect();
    assert!(lines.len() >= 5, "the README shows the command line");
    for line in lines {
        let words = line.strip_prefix("ketasim ").unwrap_or_else(|| panic!("{line} is no ketasim command"));
        // quoted words keep their spaces
        let mut arguments: Vec<String> = Vec::new();
        for (i, part) in words.split('"').enumerate() {
            if i % 2 == 1 {
                arguments.push(part.to_owned());
            } else {
                arguments.extend(part.split_whitespace().map(str::to_owned));
            }
        }
        let here = env!("CARGO_MANIFEST_DIR");
        for argument in &mut arguments {
            if argument.starts_with("assets/") {
                *argument = format!("{here}/{argument}");
            }
        }
        let output =
            Command::new(env!("CARGO_BIN_EXE_ketasim")).args(&arguments).current_dir(&folder).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!output.stdout.is_empty(), "{line}");
    }
    assert!(std::fs::read_to_string(folder.join("four-routes.svg")).unwrap().contains("<svg"));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_scenario_runs() {
    let library = ketasim::Library::embedded().unwrap();
    for text in blocks("toml") {
        let scenario = ketasim::Scenario::from_toml("README.md", &text, &library).unwrap();
        let outcome = scenario.run(&library, ketasim::Options::default()).unwrap();
        assert_eq!(outcome.arms.len(), 1);
    }
}

/// The table of models names every shipped model with its routes.
#[test]
fn the_table_of_models_is_complete() {
    let library = ketasim::Library::embedded().unwrap();
    for model in library.models() {
        let routes: Vec<String> = model.routes.keys().map(ToString::to_string).collect();
        let row = README.lines().find(|l| l.starts_with(&format!("| `{}` |", model.id)));
        let row = row.unwrap_or_else(|| panic!("{} is not in the table", model.id));
        let cell: Vec<&str> = row.split('|').nth(3).unwrap().split_whitespace().collect();
        assert_eq!(cell.len(), routes.len(), "{row}");
        assert!(routes.iter().all(|r| cell.contains(&r.as_str())), "{row}");
        assert!(row.contains(&format!("| {} |", model.drug)), "{row}");
    }
}

/// The tables of errors are what `validate` computes.
#[test]
fn the_table_of_errors_is_up_to_date() {
    use ketasim::evidence::{Observations, ScoringRules, Summary, score};
    use ketasim::units::significant;
    let library = ketasim::Library::embedded().unwrap();
    let report = score(&Observations::embedded().unwrap(), &ScoringRules::embedded().unwrap(), &library).unwrap();
    let cells = |s: &Summary| match s.gmfe {
        Some(gmfe) => format!("{} | {} | {:.0} %", s.rows, significant(gmfe, 3), s.within_2_fold.unwrap() * 100.0),
        None => "– | – | –".to_owned(),
    };
    let prediction = &report.prediction;
    let mut table = vec![
        "| | blood drawn from | new: n | GMFE | within 2-fold | seen: n | GMFE | within 2-fold |".to_owned(),
        "|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    table.extend(
        prediction
            .rows
            .iter()
            .map(|r| format!("| {} | {} | {} | {} |", r.name(), r.read_out, cells(&r.new), cells(&r.seen))),
    );
    table.extend(
        prediction.totals.iter().map(|t| format!("| {} | | {} | {} |", t.name(), cells(&t.new), cells(&t.seen))),
    );
    let table = table.join("\n");
    assert!(README.contains(&table), "the table of README is to be:\n{table}");
    let misses = "(2.6 times too late)";
    assert!(
        README.contains(misses) && significant(prediction.misses[0].ratio, 2) == "2.6",
        "{:?}",
        prediction.misses[0]
    );
}

/// README's first program is the first example, which CI runs.
#[test]
fn the_library_part_is_an_example() {
    let example = include_str!("../examples/one_curve.rs");
    let part = example.split("// ANCHOR: readme\n").nth(1).unwrap().split("    // ANCHOR_END").next().unwrap();
    let part: Vec<&str> = part.lines().map(|l| l.strip_prefix("    ").unwrap_or(l)).collect();
    assert!(README.contains(&part.join("\n")), "{}", part.join("\n"));
}
