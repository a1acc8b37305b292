//! `models list`, `show` and `check`, and models of the user.

use super::{folder, json, printed, refused, run, run_with, text, write};
use serde_json::Value;

const MODELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models");

/// File name and text of every shipped model.
fn model_files() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(MODELS).unwrap().map(|e| e.unwrap().path());
    let files = entries.filter(|p| p.extension().is_some_and(|e| e == "toml"));
    files.map(|p| (p.to_str().unwrap().to_owned(), std::fs::read_to_string(&p).unwrap())).collect()
}

fn id_of(model: &str) -> String {
    let table: toml::Table = model.parse().unwrap();
    table["id"].as_str().unwrap().to_owned()
}

/// The same model under another id, which is no route's default.
fn renamed(model: &str, id: &str) -> String {
    let mut table: toml::Table = model.parse().unwrap();
    table.insert("id".into(), id.into());
    table.remove("default_for");
    table.to_string()
}

#[test]
fn every_model_of_the_folder_is_listed() {
    let all = json(&["models", "list", "--json"]);
    let mut listed: Vec<String> =
        all["models"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap().to_owned()).collect();
    let mut there: Vec<String> = model_files().iter().map(|(_, model)| id_of(model)).collect();
    listed.sort();
    there.sort();
    assert_eq!(listed, there);
    let page = printed(&["models", "list"]);
    assert!(there.iter().all(|id| page.contains(id)));
    assert_eq!(page.lines().find(|l| l.chars().count() > 80), None);
    for model in all["models"].as_array().unwrap() {
        for key in ["title", "drug", "routes", "site", "composite", "default_for", "n_parameters", "worst_grade"] {
            assert!(!model[key].is_null(), "{key} of {model}");
        }
    }
}

/// The numbers of Simons 2022 were read second hand, how weight changes them was assumed.
#[test]
fn the_worst_grade_counts_covariate_effects() {
    let all = json(&["models", "list", "--json"]);
    let grade = |id: &str| {
        let model = all["models"].as_array().unwrap().iter().find(|m| m["id"] == id).unwrap();
        model["worst_grade"].as_str().unwrap().to_owned()
    };
    assert_eq!((grade("simons-2022").as_str(), grade("domino").as_str()), ("E", "C"));
}

#[test]
fn no_number_is_without_unit_source_and_grade() {
    for (file, model) in model_files() {
        let id = id_of(&model);
        let shown = json(&["models", "show", &id, "--json"]);
        let table: toml::Table = model.parse().unwrap();
        let written = table["parameters"].as_table().unwrap();
        assert_eq!(shown["parameters"].as_array().unwrap().len(), written.len(), "{file}");
        for parameter in shown["parameters"].as_array().unwrap() {
            let name = parameter["name"].as_str().unwrap();
            let (value, unit) = (parameter["value"].as_f64().unwrap(), parameter["unit"].as_str().unwrap());
            assert!(["A", "B", "C", "D", "E"].contains(&parameter["grade"].as_str().unwrap()), "{id}: {parameter}");
            assert!(parameter["source"].as_str().unwrap().len() > 10 && !unit.is_empty(), "{id}: {parameter}");
            // number and unit are those of the file
            let text = written[name]["value"].as_str().unwrap();
            let again =
                if unit == "1" && text.parse::<f64>().is_ok() { text } else { text.strip_suffix(unit).unwrap() };
            assert_eq!(again.trim().parse(), Ok(value), "{id}: {name} is {text}");
        }
        for key in
            ["derived", "effects", "spread", "correlations", "residual", "routes", "outputs", "ranges", "missing"]
        {
            assert!(shown[key].is_array(), "{key} of {id}");
        }
        for list in ["effects", "spread", "correlations", "residual"] {
            let graded = |v: &Value| v["source"].is_string() && v["grade"].is_string();
            assert!(shown[list].as_array().unwrap().iter().all(graded), "{list} of {id}");
        }
        let page = printed(&["models", "show", &id]);
        assert!(written.keys().all(|name| page.contains(name.as_str())), "{page}");
        assert_eq!(page.lines().find(|l| l.chars().count() > 80), None, "{id}");
    }
}

#[test]
fn a_model_file_is_checked_against_the_library() {
    let folder = folder("check");
    for (file, model) in model_files() {
        assert!(refused(&run(&["models", "check", &file]), 2).contains("is taken by"));
        let id = format!("my-{}", id_of(&model));
        let path = write(&folder, &format!("{id}.toml"), renamed(&model, &id));
        assert!(printed(&["models", "check", &path]).starts_with(&format!("ok: {id}, ")));
    }
    let verdicts = printed(&["models", "check", folder.to_str().unwrap()]);
    assert_eq!(verdicts.lines().count(), model_files().len());

    // one bad file does not hide the others' verdicts
    write(&folder, "bad.toml", "id = 1\n");
    let output = run(&["models", "check", folder.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout), verdicts);
    assert!(text(&output.stderr).contains("bad.toml, line 1"));

    refused(&run(&["models", "check", "no-such-file.toml"]), 1);
    let good = renamed(&model_files()[0].1, "from-a-pipe");
    assert!(text(&run_with(&good, &["models", "check", "-"]).stdout).starts_with("ok: from-a-pipe"));
}

#[test]
fn models_of_the_user_stand_beside_the_shipped_ones() {
    let folder = folder("own");
    let (_, composite) = model_files().into_iter().find(|(f, _)| f.ends_with("ketamine-composite.toml")).unwrap();
    let path = write(&folder, "own.toml", renamed(&composite, "own"));
    let scenario = "[[arm]]\nlabel='x'\ndrug='ketamine'\nmodel='own'\n[[arm.dose]]\nroute='im'\namount='35 mg'\n";
    for models in [path.as_str(), folder.to_str().unwrap()] {
        let output = run_with(scenario, &["compare", "-", "--json", "--models", models]);
        let all: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(all["arms"][0]["model"], "own");
    }
    assert!(refused(&run_with(scenario, &["compare", "-"]), 2).contains("there is no model \"own\""));
    assert!(refused(&run(&["models", "list", "--models", &path, "--models", &path]), 2).contains("is taken by"));
    refused(&run(&["--models", &path]), 2);
}
