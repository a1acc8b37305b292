//! `ketasim population`, as scripts would call it.

use super::{OPENING, folder, json, printed, refused, run, text, write};

#[test]
fn bands_have_the_columns_that_others_rely_on_whatever_the_threads() {
    let with = |threads: &str| {
        printed(&["population", OPENING, "--people", "300", "--seed", "1", "--csv", "--threads", threads])
    };
    let one = with("1");
    assert_eq!(one, with("2"), "the same bytes on one and two threads");
    let mut lines = one.lines();
    assert_eq!(lines.next(), Some("arm,time_h,analyte,site,p5,p50,p95"));
    let mut rows = 0;
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let [low, middle, high] = [4, 5, 6].map(|k| cells[k].parse::<f64>().unwrap());
        assert!(0.0 <= low && low <= middle && middle <= high, "{line}");
        rows += 1;
    }
    // four arms, ketamine and norketamine, 241 minutes, and between them some peaks
    assert!((4 * 2 * 241..4 * 2 * 245).contains(&rows), "{rows}");
}

/// A coarse grid hides neither the end of an infusion nor a peak: the rows between its points are those of a fine grid.
#[test]
fn a_coarse_grid_hides_no_maximum_of_the_bands() {
    let rows = |every: &str, label: &str| -> Vec<(f64, [f64; 3])> {
        let text = printed(&["population", OPENING, "--people", "100", "--csv", "--every", every]);
        let rows = text.lines().filter(|l| l.starts_with(&format!("{label},")) && l.contains(",ketamine,"));
        let cells = rows.map(|l| l.split(',').map(str::to_owned).collect::<Vec<_>>());
        let number = |c: &String| c.parse::<f64>().unwrap();
        cells.map(|c| (number(&c[1]), [4, 5, 6].map(|k| number(&c[k])))).collect()
    };
    for label in ["IV", "IM"] {
        let (coarse, fine) = (rows("2 h", label), rows("1 min", label));
        assert!(coarse.len() > 3 && coarse.is_sorted_by(|a, b| a.0 < b.0), "{coarse:?}");
        for end in 0..3 {
            let most = |rows: &[(f64, [f64; 3])]| rows.iter().map(|r| r.1[end]).fold(0.0, f64::max);
            assert!(most(&coarse) / most(&fine) > 0.85, "{label}: {} of {}", most(&coarse), most(&fine));
        }
        for (time, percentiles) in &coarse {
            let same = fine.iter().find(|r| (r.0 - time).abs() < 1e-9);
            let Some((_, expected)) = same else { continue };
            assert!(percentiles.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 1e-9 * b), "{label} at {time} h");
        }
    }
    // the infusion of the opening screen ends after 40 min
    assert!(rows("2 h", "IV").iter().any(|r| (r.0 - 40.0 / 60.0).abs() < 1e-9));
}

#[test]
fn json_has_windows_over_people_and_the_time_it_took() {
    let call = ["population", "--people", "200", "--json"];
    let all = json(&call);
    assert!(all["elapsed_ms"].is_null(), "the same input gives the same text");
    assert_eq!((all["people"].as_u64(), all["seed"].as_u64()), (Some(200), Some(1)));
    let timed = json(&[&call[..], &["--timing"]].concat());
    assert!(timed["elapsed_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(timed["arms"], all["arms"]);
    let [plain, timed] = [json(&["compare", "--json"]), json(&["compare", "--json", "--timing"])];
    assert!(plain["elapsed_ms"].is_null() && timed["elapsed_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(timed["arms"], plain["arms"]);
    for arm in all["arms"].as_array().unwrap() {
        let windows = &arm["windows"];
        let share = windows["share_reaching"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&share), "{windows}");
        for key in ["onset_min", "peak_min", "main_effects_end_min"] {
            let values: Vec<f64> = windows[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
            assert!(values.len() == 3 && values[0] < values[1] && values[1] < values[2], "{key} of {windows}");
        }
        assert_eq!(arm["analytes"][0]["p50"].as_array().unwrap().len(), arm["time_h"].as_array().unwrap().len());
    }
}

#[test]
fn nine_regimens_stand_beside_what_was_published() {
    let output = run(&["population", "--regimens", "--people", "200"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let page = text(&output.stdout);
    for label in ["IV 0.5 mg/kg", "IM 1 mg/kg", "SL 400 mg", "IN racemic", "Esketamine"] {
        assert!(page.matches(label).count() >= 2, "{label}");
    }
    assert!(page.contains("runs long") && page.contains("never when"), "{page}");
    assert_eq!(run(&["population", "--people", "5"]).status.code(), Some(2));
}

/// Levels are data: a teacher's file takes the place of the shipped one, or is refused with its place.
#[test]
fn levels_of_the_user_take_the_place_of_the_shipped_ones() {
    let folder = folder("levels");
    let shipped = include_str!("../../assets/effects.toml");
    // the racemate's second pair takes its levels from the first
    let high = shipped.replace(
        "dissociative = { median = \"100 ng/mL\", low = \"70 ng/mL\", high = \"150 ng/mL\"",
        "dissociative = { median = \"9000 ng/mL\", low = \"8000 ng/mL\", high = \"9500 ng/mL\"",
    );
    assert_eq!(high.matches("9000 ng/mL").count(), 1);
    let share = |arguments: &[&str]| {
        json(&[&["population", "--people", "200", "--json"], arguments].concat())["arms"][0]["windows"]["share_reaching"]
            .as_f64()
            .unwrap()
    };
    assert!(share(&[]) > 0.5);
    assert!(share(&["--effects", &write(&folder, "high.toml", high)]) < 0.01);

    let lacking = shipped.replace("[pair.levels.esketamine]\ndissociative", "[pair.levels.other]\ndissociative");
    assert_ne!(lacking, shipped);
    let said = refused(&run(&["compare", "--effects", &write(&folder, "lacking.toml", lacking)]), 2);
    assert!(said.contains("levels of \"other\", which is no drug") && said.contains("lacking.toml"), "{said}");
    let lacking = shipped.replace("dissociative = { median = \"70 ng/mL\"", "# dissociative = { median = \"70 ng/mL\"");
    assert_ne!(lacking, shipped);
    let said = refused(&run(&["compare", "--effects", &write(&folder, "lacking.toml", lacking)]), 2);
    assert!(said.contains("has no dissociative level for esketamine") && said.contains("lacking.toml"), "{said}");
    refused(&run(&["compare", "--effects", &write(&folder, "none.toml", "format = 1\n")]), 2);
    refused(&run(&["compare", "--effects", "no-such-file.toml"]), 1);
}

/// The share below which no time is told is data too; a file that leaves it out keeps the shipped rule.
#[test]
fn the_share_below_which_no_time_is_told_is_data() {
    let folder = folder("no-time");
    let shipped = include_str!("../../assets/effects.toml");
    let rule = "[no_time_below]\npeople = \"60 %\"\nsource = \"reporting\"\ngrade = \"E\"\n";
    assert_eq!(shipped.matches(rule).count(), 1);
    let page = |name: &str, text: String| {
        printed(&["population", "--people", "200", "--effects", &write(&folder, name, text)])
    };
    let said = "IV: dissociative part: many people at this dose may not feel this.";
    let plain = printed(&["population", "--people", "200"]);
    assert_eq!(page("without.toml", shipped.replace(rule, "")), plain);
    assert!(!plain.contains(said));
    assert!(page("all.toml", shipped.replace("people = \"60 %\"", "people = \"100 %\"")).contains(said));
    for odd in ["0 %", "120 %", "-5 %"] {
        let file = write(&folder, "odd.toml", shipped.replace("people = \"60 %\"", &format!("people = \"{odd}\"")));
        let said = refused(&run(&["population", "--effects", &file]), 2);
        assert!(said.contains("from 1 % to 100 %") && said.contains("odd.toml, line"), "{said}");
    }
}

#[test]
fn people_who_differ_in_weight_are_said_so() {
    let folder = folder("weights");
    let table = "\n[population]\nweight = { median = \"70 kg\", cv = \"20 %\", low = \"45 kg\", high = \"120 kg\" }\n";
    let file = write(&folder, "weights.toml", format!("{}{table}", std::fs::read_to_string(OPENING).unwrap()));
    let page = printed(&["population", &file, "--people", "100"]).replace('\n', " ");
    assert!(page.contains("weight 45 to 120 kg, median 70 kg, CV 20 %") && page.contains("own weight"), "{page}");
    let all = json(&["population", &file, "--people", "100", "--json"]);
    let weight = &all["population"]["weight_kg"];
    assert_eq!(
        [&weight["low"], &weight["median"], &weight["high"], &weight["cv"]].map(|v| v.as_f64().unwrap()),
        [45.0, 70.0, 120.0, 0.2]
    );
    assert!(all["population"]["age_y"].is_null());
    let plain = json(&["population", OPENING, "--people", "100", "--json"]);
    assert!(plain["population"]["weight_kg"].is_null());
    assert_ne!(plain["arms"][0]["analytes"], all["arms"][0]["analytes"]);
}
