//! `ketasim timeline`, as a clinic's scripts would call it.

use super::{json, run, text};

fn with_file(name: &str, toml: &str, then: impl FnOnce(&str)) {
    let path = std::env::temp_dir().join(format!("ketasim-timeline-{name}-{}.toml", std::process::id()));
    std::fs::write(&path, toml).unwrap();
    then(path.to_str().unwrap());
    std::fs::remove_file(path).unwrap();
}

const VISIT: &str = "horizon = '4 h'\n[clinic]\ncrisis_line = '555-0199'\nstay = '3 h'\n\
                     [[arm]]\nlabel = 'A'\ndrug = 'ketamine'\n[[arm.dose]]\nroute = 'im'\namount = '35 mg'\n\
                     [[arm]]\nlabel = 'B'\ndrug = 'esketamine'\n[[arm.dose]]\nroute = 'in'\namount = '56 mg'\n";

#[test]
fn a_page_comes_out_as_text_pdf_and_calendar() {
    with_file("page", VISIT, |file| {
        let folder = std::env::temp_dir().join(format!("ketasim-timeline-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let [pdf, ics] = ["v.pdf", "v.ics"].map(|n| folder.join(n).to_str().unwrap().to_owned());
        let (start, zone) = ("2026-12-01 10:00", "America/Chicago");
        let few = ["--people", "50"];
        let call = ["timeline", file, "--arm", "B", "--start", start, "--timezone", zone, "--pdf", &pdf, "--ics", &ics];
        let output = run(&[&call[..], &few].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        let page = text(&output.stdout);
        // three hours after the end of the second device
        assert!(page.contains("1:05 pm") && page.contains("555-0199") && page.contains("10:05 am"), "{page}");
        assert!(!page.contains("ng/mL") && !page.contains(" mg"), "{page}");
        assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF"));
        assert!(std::fs::read_to_string(&ics).unwrap().contains("TZID=America/Chicago:20261201T100000"));
        let spanish = run(&["timeline", file, "--language", "es", "--people", "50"]);
        assert!(text(&spanish.stdout).contains('ñ'), "{}", text(&spanish.stdout));
        std::fs::remove_dir_all(&folder).unwrap();
    });
}

#[test]
fn json_tells_ranges_from_rules() {
    with_file("json", VISIT, |file| {
        let all = json(&[
            "timeline",
            file,
            "--json",
            "--people",
            "50",
            "--start",
            "2026-12-01 23:30",
            "--timezone",
            "Europe/Madrid",
        ]);
        assert_eq!(all["drive_not_before"], "2026-12-02T23:30:00+01:00");
        assert_eq!(all["stay_min"], 180.0);
        let phases = all["phases"].as_array().unwrap();
        let of = |name: &str| phases.iter().find(|p| p["phase"] == name).unwrap();
        for effect in ["noticing", "strongest", "easing"] {
            assert_eq!(of(effect)["kind"], "range");
            assert!(of(effect)["min"][0].as_f64().unwrap() < of(effect)["min"][1].as_f64().unwrap(), "{effect}");
            assert!(of(effect).get("not_before").is_none());
        }
        assert_eq!(of("ride_home")["kind"], "staff");
        assert_eq!(of("staff_check")["not_before"], "2026-12-02T02:30:00+01:00");
        assert!(all["pages"][0][0]["day"].is_string() && all.get("joined").is_none());
        let clinician = json(&["timeline", file, "--json", "--people", "50", "--audience", "clinician"]);
        assert!(clinician["joined"].as_array().unwrap().len() > 2);
        assert!(clinician["pages"][0][1]["items"][0].as_str().is_some());
    });
}

#[test]
fn what_is_missing_or_wrong_is_refused_with_its_place() {
    let code = |args: &[&str]| (run(args).status.code(), text(&run(args).stderr));
    with_file("blank", &VISIT.replace("crisis_line = '555-0199'\n", ""), |file| {
        let (status, said) = code(&["timeline", file, "--people", "50"]);
        assert!(status == Some(2) && said.contains("crisis line") && said.contains("crisis_line = "), "{said}");
        // a clinician may look before everything is filled in
        let sheet = run(&["timeline", file, "--people", "50", "--audience", "clinician"]);
        assert!(sheet.status.success() && text(&sheet.stdout).contains("crisis line has no number"));
    });
    with_file("short", &VISIT.replace("3 h", "1 h"), |file| {
        let (status, said) = code(&["timeline", file, "--arm", "B", "--people", "50"]);
        assert!(status == Some(2) && said.contains("shorter") && said.contains("line 4"), "{said}");
    });
    with_file("wrong", VISIT, |file| {
        let (status, said) = code(&["timeline", file, "--arm", "C"]);
        assert!(status == Some(2) && said.contains("\"C\"") && said.contains("A, B"), "{said}");
        assert_eq!(code(&["timeline", file, "--language", "fr"]).0, Some(2));
        assert_eq!(code(&["timeline", file, "--paper", "a5"]).0, Some(2));
        assert_eq!(code(&["timeline", file, "--people", "50", "--ics", "nowhere.ics"]).0, Some(2));
        let (status, said) = code(&["timeline", file, "--start", "2026-12-01 10:00", "--timezone", "Chicago"]);
        assert!(status == Some(2) && said.contains("America/Chicago"), "{said}");
    });
    assert_eq!(code(&["timeline", "no-such-file.toml"]).0, Some(1));
}
