//! Where results go: `-` is standard output or refused, never a file of that name.

use super::{OPENING, command, folder, json, printed, refused, run, text, write};

#[test]
fn a_hyphen_is_standard_output_and_no_file() {
    let folder = folder("hyphen");
    let shipped = include_str!("../../assets/scenarios/visit.toml");
    let visit = write(&folder, "visit.toml", shipped);
    let here = |arguments: &[&str]| command(arguments).current_dir(&folder).output().unwrap();
    let starts = |arguments: &[&str], with: &[u8]| {
        let output = here(arguments);
        assert!(output.status.success() && output.stdout.starts_with(with), "{arguments:?}: {}", text(&output.stderr));
        assert!(!text(&output.stderr).contains("wrote"), "{}", text(&output.stderr));
        output.stdout
    };
    let page = starts(&["simulate", OPENING, "-o", "-"], b"arm,time_h,");
    assert_eq!(text(&page), printed(&["simulate", OPENING]));
    starts(&["simulate", OPENING, "--output", "-", "--csv"], b"arm,time_h,");
    starts(&["compare", OPENING, "--references", "-"], b"%PDF");
    starts(&["timeline", &visit, "--pdf", "-"], b"%PDF");
    let calendar = text(&starts(&["timeline", &visit, "--ics", "-"], b"BEGIN:VCALENDAR"));
    assert!(calendar.trim_end().ends_with("END:VCALENDAR"), "nothing stands behind it");
    for arguments in [
        vec!["compare", OPENING, "--plot", "-"],
        vec!["validate", "--plot", "-"],
        vec!["validate", "--plots", "-"],
        vec!["compare", OPENING, "--references", "-", "--json"],
        vec!["compare", OPENING, "--references", "-", "--csv"],
        vec!["timeline", &visit, "--pdf", "-", "--ics", "-"],
        vec!["timeline", &visit, "--ics", "-", "--json"],
    ] {
        let said = refused(&here(&arguments), 2);
        assert!(said.contains(" - ") && said.contains("--pl") | said.contains("standard output"), "{said}");
    }
    let names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["visit.toml"]);
}

#[test]
fn standard_input_is_read_once() {
    for (arguments, names) in [
        (vec!["compare", "-", "--effects", "-"], ["--effects -", "FILE -"]),
        (vec!["simulate", "-", "--models", "-"], ["--models -", "FILE -"]),
        (vec!["validate", "--arms", "-", "--curves", "-"], ["--arms -", "--curves -"]),
        (vec!["population", "--models", "-", "--models", "-"], ["--models -", "--models -"]),
    ] {
        let said = refused(&run(&arguments), 2);
        assert!(names.iter().all(|n| said.contains(n)) && said.contains("standard input"), "{said}");
    }
}

#[test]
fn what_cannot_be_written_is_said_by_the_name_of_its_option() {
    for (arguments, option) in [
        (vec!["compare", "--plot", "a.gif"], "--plot"),
        (vec!["compare", "--plot", "picture"], "--plot"),
        (vec!["compare", "--references", "a.txt"], "--references"),
        (vec!["validate", "--plot", "a.bmp"], "--plot"),
    ] {
        let said = refused(&run(&arguments), 2);
        assert!(said.contains(option) && said.contains(".pdf"), "{said}");
    }
}

/// Every statistic has one definition: JSON, both kinds of CSV and the text say the same, with the codes of the field.
#[test]
fn statistics_have_one_definition() {
    use ketasim::analysis::statistics::of_curve;
    let codes: Vec<_> = of_curve().map(|s| s.cdisc).collect();
    assert_eq!(codes, [Some("CMAX"), Some("TMAX"), Some("AUCIFO"), None, Some("LAMZHL")]);
    let all = json(&["compare", "--json"]);
    let (wide, long) = (printed(&["compare", "--csv"]), printed(&["compare", "--csv", "--parameters"]));
    let rows = |text: &str| -> Vec<std::collections::BTreeMap<String, String>> {
        csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
    };
    let (wide, long) = (rows(&wide), rows(&long));
    let mut compared = 0;
    for arm in all["arms"].as_array().unwrap() {
        for analyte in arm["analytes"].as_array().unwrap() {
            let mine = |r: &&std::collections::BTreeMap<String, String>| {
                r["arm"] == arm["label"].as_str().unwrap() && r["analyte"] == analyte["name"].as_str().unwrap()
            };
            let row = wide.iter().find(mine).unwrap();
            for (s, parameter) in of_curve().zip(analyte["parameters"].as_array().unwrap()) {
                assert_eq!((parameter["name"].as_str(), parameter["cdisc"].as_str()), (Some(s.id), s.cdisc));
                assert_eq!(
                    (parameter["unit"].as_str(), parameter["value"].clone()),
                    (Some(s.unit), analyte[s.column()].clone())
                );
                let cell: f64 = row[&s.column()].parse().unwrap();
                assert_eq!(Some(cell), analyte[s.column()].as_f64(), "{} {}", arm["label"], s.id);
                // a range has a row for each of its ends, a line one
                let told: Vec<_> = long.iter().filter(mine).filter(|r| r["parameter"] == s.id).collect();
                assert_eq!(told.len(), if arm["range"].is_null() { 1 } else { 2 });
                assert!(told.iter().all(|r| r["pkparmcd"] == s.cdisc.unwrap_or("") && r["unit"] == s.unit));
                if arm["range"].is_null() {
                    assert_eq!(told[0]["value"].parse::<f64>().ok(), Some(cell));
                }
                compared += 1;
            }
        }
    }
    assert!(compared >= 40, "{compared}");
}
