//! Claims that a second reading of the literature showed to be wrong or too strong do not come back, and those that took
//! their place stand on what the files and models say.

use super::library;
use ketasim::model::Model;

/// Every text that ships or is read: name and content.
fn texts() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src"), root.join("models"), root.join("assets")];
    let mut files = vec![root.join("README.md"), root.join("CHANGELOG.md")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| ["rs", "toml", "md", "csv"].iter().any(|x| e == *x)) {
                files.push(path);
            }
        }
    }
    files.iter().map(|f| (f.display().to_string(), std::fs::read_to_string(f).unwrap())).collect()
}

#[test]
fn old_claims_are_gone() {
    let mut found = Vec::new();
    let mut held = 0;
    for (name, text) in texts() {
        // sentences run over lines
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut tell = |what: &str| found.push(format!("{name}: {what}"));
        if text.to_lowercase().contains("not proportional to dose") || text.contains("not dose proportional") {
            tell("not proportional to dose");
        }
        for (at, _) in text.match_indices("2.2-fold") {
            held += 1;
            if !near(&text, at, 220).contains("1.04- to 1.16-fold") {
                tell("2.2-fold alone");
            }
        }
        for (at, _) in text.match_indices("48 %") {
            // a power of weight in a test of ours, or the label of the spray
            if near(&text, at, 160).contains("esketamine") {
                held += 1;
                if !near(&text, at, 160).contains("84 mg") {
                    tell("48 % without its dose");
                }
            }
        }
        for (at, _) in text.match_indices("0.41") {
            let here = near(&text, at, 160);
            if here.contains("0.93") && !here.contains("F / CL") && !here.contains("F/CL") {
                tell("0.41 beside 0.93");
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(held >= 4, "the claims that took their place are still looked at: {held}");
}

fn near(text: &str, at: usize, by: usize) -> &str {
    let ends = |mut i: usize| {
        while !text.is_char_boundary(i) {
            i -= 1;
        }
        i
    };
    &text[ends(at.saturating_sub(by))..ends((at + by).min(text.len()))]
}

fn typical(model: &Model, name: &str) -> f64 {
    let own = model.parameters.iter().chain(&model.reported).find(|p| p.name == name);
    own.unwrap_or_else(|| panic!("{} has no {name}", model.id)).value
}

/// By hand: 0.93 / 84 = 0.01107 and 0.41 / 38.9 = 0.01054 h/L.
#[test]
fn bioavailabilities_are_compared_under_one_clearance() {
    let library = library();
    let [adults, children] = ["ketamine-composite", "hornik-2018"].map(|id| library.model(id).unwrap());
    let exposure = |m: &Model| format!("{:.4}", typical(m, "F_im") / typical(m, "CL"));
    assert_eq!([exposure(adults), exposure(children)], ["0.0111", "0.0105"]);
    for model in [adults, children] {
        let note =
            model.parameters.iter().chain(&model.reported).find(|p| p.name == "F_im").and_then(|p| p.note.clone());
        let note = note.unwrap();
        assert!(note.contains("0.0111 h/L") && note.contains("0.0105 h/L"), "{note}");
    }
}

/// The figures that are told beside a bolus, a muscle and the spray's label come out of the models.
#[test]
fn what_is_told_of_the_models_is_what_they_give() {
    let library = library();
    let run = |drug: &str, dose: &str| {
        let text = format!("horizon = '4 h'\n[[arm]]\nlabel = 'a'\ndrug = '{drug}'\n[[arm.dose]]\n{dose}\n");
        let scenario = ketasim::Scenario::from_toml("a.toml", &text, &library).unwrap();
        scenario.run(&library, ketasim::Options::default()).unwrap().arms.remove(0)
    };
    let at = |dose: &str, minutes: f64| {
        let arm = run("ketamine", dose);
        let i = arm.times.iter().rposition(|t| (t * 60.0 - minutes).abs() < 1e-6).unwrap();
        arm.curves[0].values[i]
    };
    let fold = |value: f64| format!("{value:.2}");
    let small = at("route = 'iv'\namount = '0.5 mg/kg'", 5.0) / 238.0;
    assert_eq!(format!("{small:.1}"), "2.2");
    let label = at("route = 'iv'\namount = '2 mg/kg'", 5.0);
    assert_eq!([fold(label / 2000.0), fold(label / 1800.0)], ["1.04", "1.16"]);
    let spray = |mg: u32, n: u32| {
        let arm = run("esketamine", &format!("route = 'in'\namount = '{mg} mg'\nsprays = {n}"));
        format!("{:.0}", arm.bioavailability.unwrap() * 100.0)
    };
    assert_eq!([spray(28, 1), spray(56, 2), spray(84, 3)], ["62", "54", "51"]);
    // peaks per mg/kg: 147 / 0.5, 474, 1700 / 6 and 2200 / 6
    assert_eq!([147.0 / 0.5, 474.0, 1700.0 / 6.0, 2200.0 / 6.0].map(|v: f64| v.round()), [294.0, 474.0, 283.0, 367.0]);
    assert_eq!(format!("{:.1}", 474.0 / (1700.0 / 6.0)), "1.7");
}

/// Low end above 100 mg: no more reaches the blood than after 100 mg, until swallowing alone brings as much (by hand from
/// F: 100 mg x 0.305 / 0.16 = 191 mg); from there on nothing is taken up in the mouth, and F is that of swallowing, with its
/// norketamine. Where the rest is spat out, as much as from 100 mg. At 100 mg there is no jump, and a larger lozenge never
/// brings less than a smaller one.
#[test]
fn the_range_of_a_lozenge_opens_with_its_dose() {
    let library = library();
    let low = |mg: f64, after: &str| {
        let text = format!(
            "horizon = '6 h'\n[[arm]]\nlabel = 'a'\ndrug = 'ketamine'\n[[arm.dose]]\nroute = 'sl'\namount = '{mg} mg'\nafter = '{after}'\n"
        );
        let scenario = ketasim::Scenario::from_toml("a.toml", &text, &library).unwrap();
        let arm = scenario.run(&library, ketasim::Options::default()).unwrap().arms.remove(0);
        let norketamine = |curves: &[ketasim::outcome::Curve]| {
            curves.iter().find(|c| c.analyte == "norketamine").unwrap().exposure.auc_inf.unwrap()
        };
        let plain = (arm.bioavailability.unwrap(), norketamine(&arm.curves));
        arm.range.map_or(plain, |r| (r.low.bioavailability.unwrap(), norketamine(&r.low.curves)))
    };
    let f_sw = typical(library.model("ketamine-composite").unwrap(), "F_sw");
    let at_100 = low(100.0, "swallow");
    assert!((low(100.001, "swallow").0 / at_100.0 - 1.0).abs() < 1e-4);
    for mg in [200.0, 300.0, 800.0] {
        assert!((low(mg, "swallow").0 - f_sw).abs() < 1e-9, "{mg} mg");
    }
    let between = [101.0, 120.0, 150.0, 190.0].map(|mg| low(mg, "swallow").0);
    assert!(between.windows(2).all(|w| w[1] < w[0]) && between[0] < at_100.0 && between[3] > f_sw, "{between:?}");
    let reaching = [100.0, 101.0, 120.0, 150.0, 180.0, 191.0, 192.0, 300.0].map(|mg| low(mg, "swallow").0 * mg);
    assert!(reaching.windows(2).all(|w| w[1] >= w[0] * (1.0 - 1e-9)), "{reaching:?}");
    assert!((reaching[3] / reaching[0] - 1.0).abs() < 5e-3, "{reaching:?}");
    // norketamine is kept: of a swallowed mg nearly as much comes to be as of one by mouth and gut
    let per_mg = |mg: f64| low(mg, "swallow").1 / mg;
    assert!(per_mg(200.0) > 0.8 * per_mg(100.0), "{} {}", per_mg(200.0), per_mg(100.0));
    let spat = low(100.0, "spit").0;
    for mg in [150.0, 200.0, 400.0] {
        assert!((low(mg, "spit").0 * mg / 100.0 / spat - 1.0).abs() < 1e-9, "{mg} mg spat out");
    }
}

/// A later, larger lozenge opens the range from then on, and changes nothing before it.
#[test]
fn a_larger_lozenge_opens_the_range_from_then_on() {
    let library = library();
    let run = |second: &str| {
        let text = format!(
            "horizon = '3 d'\n[[arm]]\nlabel = 'a'\ndrug = 'ketamine'\n[[arm.dose]]\nroute = 'sl'\namount = '120 mg'\n{second}"
        );
        let scenario = ketasim::Scenario::from_toml("a.toml", &text, &library).unwrap();
        scenario.run(&library, ketasim::Options { every: None, ..Default::default() }).unwrap().arms.remove(0)
    };
    let dose = "[[arm.dose]]\ntime = '1 d'\nroute = 'sl'\namount = ";
    let (once, then) = (run(""), run(&format!("{dose}'300 mg'\n")));
    let low = |arm: &ketasim::outcome::ArmOutcome, hours: f64| {
        let end = &arm.range.as_ref().unwrap().low;
        let i = end.times.iter().position(|t| (t - hours).abs() < 1e-9).unwrap();
        end.curves[0].values[i]
    };
    for hours in [0.5, 1.0, 4.0, 12.0] {
        assert!((low(&once, hours) / low(&then, hours) - 1.0).abs() < 1e-9, "{hours} h");
    }
    assert_eq!(once.sessions[0].windows, then.sessions[0].windows);
    // superposition: the larger one under its own low end, and what is left of the first under its own
    let larger =
        "horizon = '1 d'\n[[arm]]\nlabel = 'a'\ndrug = 'ketamine'\n[[arm.dose]]\nroute = 'sl'\namount = '300 mg'\n";
    let scenario = ketasim::Scenario::from_toml("a.toml", larger, &library).unwrap();
    let larger = scenario.run(&library, ketasim::Options::default()).unwrap().arms.remove(0);
    let sum = low(&larger, 2.0) + low(&once, 26.0);
    assert!((low(&then, 26.0) / sum - 1.0).abs() < 1e-6, "{} and {sum}", low(&then, 26.0));
}

/// Trials of a 40-min infusion say nothing of a bolus: not of a bolus alone, nor beside an infusion in whatever order the
/// lines stand.
#[test]
fn trials_of_an_infusion_are_not_told_of_a_bolus() {
    use ketasim::library::EvidenceKind;
    let library = library();
    let of = |doses: &[&str]| {
        let doses: String =
            doses.iter().map(|d| format!("[[arm.dose]]\nroute = 'iv'\namount = '20 mg'\n{d}\n")).collect();
        let text = format!("horizon = '4 h'\n[[arm]]\nlabel = 'a'\ndrug = 'ketamine'\n{doses}");
        let scenario = ketasim::Scenario::from_toml("a.toml", &text, &library).unwrap();
        let arm = scenario.run(&library, ketasim::Options::default()).unwrap().arms.remove(0);
        (arm.evidence, arm.warnings.iter().any(|w| w.contains("trials of blood pressure")))
    };
    let (infusion, bolus) = ("duration = '40 min'", "time = '1 h'");
    assert_eq!(of(&[infusion]), (EvidenceKind::Trial, true));
    for doses in [&[bolus][..], &[infusion, bolus], &[bolus, infusion], &["duration = '10 min'"]] {
        assert_eq!(of(doses), (EvidenceKind::Model, false), "{doses:?}");
    }
}
