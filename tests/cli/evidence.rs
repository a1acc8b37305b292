//! `ketasim validate` and `ketasim models fit`, as scripts would call them.

use super::{json, run, text};

#[test]
fn validate_gives_the_keys_that_others_rely_on() {
    let all = json(&["validate", "--json"]);
    let rows = all["rows"].as_array().unwrap();
    assert!(rows.len() > 100);
    for row in rows {
        for key in ["id", "analyte", "route", "model", "site", "quantity", "note"] {
            assert!(row[key].is_string(), "{key} of {row}");
        }
        for key in ["observed", "predicted", "ratio"] {
            assert!(row[key].as_f64().is_some_and(|v| v > 0.0), "{key} of {row}");
        }
        assert!(row["external"].is_boolean());
        assert!(["cmax", "tmax", "auc", "concentration"].contains(&row["quantity"].as_str().unwrap()), "{row}");
        assert!(["iv", "im", "sl", "in", "po"].contains(&row["route"].as_str().unwrap()), "{row}");
    }
    for skipped in all["skipped"].as_array().unwrap() {
        assert!(skipped["id"].is_string() && skipped["why"].as_str().unwrap().len() > 4, "{skipped}");
    }
    for key in ["rows", "gmfe", "within_2_fold", "mdpe", "mdape"] {
        assert!(all["summary"][key].is_number(), "{key}");
    }
}

#[test]
fn validate_reads_files_of_the_user_and_draws() {
    let folder = std::env::temp_dir().join(format!("ketasim-validate-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let arms = "id,drug,route,dose_value,dose_unit,duration_min,analyte,cmax_ng_ml,tmax_min\n\
                mine,racemic,IV infusion,0.5,mg/kg,40,ketamine,185,40\nodd,racemic,IM,28-84,mg,,ketamine,100,\n";
    std::fs::write(path("arms.csv"), arms).unwrap();
    std::fs::write(path("curves.csv"), "arm_id,time_min,conc_ng_ml\nmine,60,90\n").unwrap();
    let (arms, curves) = (path("arms.csv"), path("curves.csv"));
    let all = json(&["validate", "--arms", &arms, "--curves", &curves, "--json"]);
    assert_eq!(all["rows"].as_array().unwrap().len(), 3, "{all}");
    assert_eq!(all["skipped"][0]["id"], "odd");
    let (plot, plots) = (path("all.svg"), path("each"));
    let output = run(&["validate", "--arms", &arms, "--curves", &curves, "--plot", &plot, "--plots", &plots]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("GMFE"));
    let drawn = std::fs::read_to_string(&plot).unwrap();
    assert!(drawn.contains("observed") && drawn.contains("2-fold"), "identity and 2-fold lines are named");
    assert!(std::fs::read_to_string(path("each/mine.svg")).unwrap().contains("<svg"));
    // nothing can be scored: said, and told by the exit code
    std::fs::write(path("arms.csv"), "id,drug,route,dose_value,analyte\nx,racemic,rectal,9,ketamine\n").unwrap();
    assert_eq!(run(&["validate", "--arms", &arms]).status.code(), Some(1));
    std::fs::write(path("arms.csv"), "a,b\n1,2\n").unwrap();
    assert_eq!(run(&["validate", "--arms", &arms]).status.code(), Some(2));
    assert_eq!(run(&["validate", "--arms", &path("none.csv")]).status.code(), Some(1));
    assert_eq!(run(&["validate", "--plot", "all.txt"]).status.code(), Some(2));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Files as a spreadsheet leaves them: semicolons, decimal commas, empty rows, values that were not measured.
#[test]
fn validate_reads_what_spreadsheets_save() {
    let folder = std::env::temp_dir().join(format!("ketasim-foreign-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let arms = "\u{feff}sep=;\r\nID;Drug;Route;Dose_Value;Dose_Unit;Duration_Min;Analyte\r\n\
                A1;racemic;IV infusion;0,5;mg/kg;40;ketamine\r\n;;;;;;\r\n";
    std::fs::write(path("arms.csv"), arms).unwrap();
    let curves = "arm_id,time_min,conc_ng_ml\nA1,20,150.5\nA1,40,250\nA1,480,BLQ\nA1,144000,0.1\n,,\n";
    std::fs::write(path("curves.csv"), curves).unwrap();
    let (arms, curves) = (path("arms.csv"), path("curves.csv"));
    let all = json(&["validate", "--arms", &arms, "--curves", &curves, "--json"]);
    let times: Vec<f64> = all["rows"].as_array().unwrap().iter().map(|r| r["time_min"].as_f64().unwrap()).collect();
    assert_eq!(times, [20.0, 40.0], "{all}");
    let why: Vec<&str> = all["skipped"].as_array().unwrap().iter().map(|s| s["why"].as_str().unwrap()).collect();
    assert!(why.len() == 2 && why[0].contains("BLQ") && why[1].contains("60 d"), "{why:?}");
    std::fs::write(path("arms.csv"), "id|drug|route|dose_value|analyte\n").unwrap();
    let refused = run(&["validate", "--arms", &arms]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("columns are parted by |"), "{}", text(&refused.stderr));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn fits_of_one_model_are_printed_with_targets_and_left_out_studies() {
    let output = run(&["models", "fit", "kap-programme-low"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let page = text(&output.stdout);
    assert!(page.contains("ka_sl") && page.contains("40 for 40") && page.contains("Left out"), "{page}");
    assert_eq!(page.lines().find(|l| l.chars().count() > 80), None);
    let all = json(&["models", "fit", "kap-programme-high", "--json"]);
    assert_eq!((&all["derived"][0]["name"], &all["derived"][0]["agrees"]), (&"ka_sl".into(), &true.into()));
    assert_eq!(run(&["models", "fit", "no-such-model"]).status.code(), Some(2));
}
