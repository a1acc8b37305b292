//! Doses as they are written: which lines are one dose, how many devices an amount is, in which order sprays count.
//!
//! Expected numbers are from labels, from the model files by hand, or from the same doses written in another way.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "helpers of tests are tests too")]

use ketasim::error::Error;
use ketasim::library::Library;
use ketasim::outcome::{ArmOutcome, Options, Outcome};
use ketasim::scenario::Scenario;
use proptest::prelude::*;
use std::sync::OnceLock;

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::embedded().unwrap())
}

/// A scenario from its lines after the horizon, for 70 kg and 40 years unless `rest` says otherwise.
fn read(horizon: &str, rest: &str) -> Result<Scenario, Error> {
    Scenario::from_toml("test.toml", &format!("horizon = \"{horizon}\"\n{rest}"), library())
}

fn run(horizon: &str, rest: &str) -> Outcome {
    read(horizon, rest).unwrap().run(library(), Options::default()).unwrap()
}

/// An arm with one table for each dose: `route = "iv", amount = "35 mg"`.
fn arm(label: &str, drug: &str, doses: &[String]) -> String {
    let doses: String = doses.iter().map(|d| format!("[[arm.dose]]\n{}\n", d.replace("; ", "\n"))).collect();
    format!("[[arm]]\nlabel = \"{label}\"\ndrug = \"{drug}\"\n{doses}")
}

fn one(horizon: &str, drug: &str, doses: &[&str]) -> ArmOutcome {
    let doses: Vec<String> = doses.iter().map(|d| (*d).to_owned()).collect();
    run(horizon, &arm("x", drug, &doses)).arms.remove(0)
}

fn studied(arm: &ArmOutcome) -> Vec<(&str, Option<f64>)> {
    let of_doses = arm.outside.iter().filter(|o| o.words.contains("outside what was studied"));
    of_doses.map(|o| (o.words.as_str(), o.from_h)).collect()
}

// ---- a dose is what is given at once, never a total over hours or weeks -------------------------------

/// Lozenges of 25 to 100 mg were studied, injections of 35 to 70 mg, racemic sprays of 10 to 50 mg.
#[test]
fn a_dose_that_is_repeated_is_as_studied_as_once() {
    for dose in [
        "route = 'sl'; amount = '50 mg'; repeat = { every = '7 d', additional = 2 }",
        "route = 'sl'; amount = '100 mg'; repeat = { every = '1 h', additional = 5 }",
        "route = 'sl'; amount = '60 mg'; repeat = { every = '10 min', additional = 3 }",
        "route = 'im'; amount = '0.5 mg/kg'; repeat = { every = '30 min', additional = 4 }",
        "route = 'in'; amount = '50 mg'; repeat = { every = '3 h', additional = 2 }",
        "route = 'po'; amount = '50 mg'; repeat = { every = '1 d', additional = 6 }",
    ] {
        let arm = one("21 d", "ketamine", &[dose]);
        assert_eq!(studied(&arm), [], "{dose}");
        assert!(!dose.contains("'sl'") || arm.range.is_none(), "{dose}: a range begins above 100 mg in one lozenge");
    }
}

#[test]
fn what_is_in_the_mouth_at_one_time_adds_up() {
    let lozenge = |at: u32| format!("time = '{at} min'; route = 'sl'; amount = '60 mg'; hold = '10 min'");
    let two = |apart: u32| {
        let doses = [lozenge(0), lozenge(apart)];
        run("4 h", &arm("x", "ketamine", &doses)).arms.remove(0)
    };
    assert_eq!((studied(&two(10)).len(), two(10).range.is_some()), (0, false), "one after the other");
    let beside = two(9);
    assert!(beside.range.is_some());
    let words = "120 mg by route SL at 9 min is outside what was studied, 25 mg to 100 mg";
    assert_eq!(studied(&beside), [(words, Some(0.15))], "from the lozenge on that makes it so much");
    // the first is swallowed when the third is put in: never more than two at a time
    let doses: Vec<String> = [0, 6, 12].map(lozenge).to_vec();
    let chain = run("4 h", &arm("x", "ketamine", &doses)).arms.remove(0);
    assert_eq!(studied(&chain)[0].0, words.replace("9 min", "6 min"));
}

#[test]
fn a_warning_names_the_dose_and_its_time() {
    let small_then_large = ["route = 'sl'; amount = '50 mg'", "time = '7 d'; route = 'sl'; amount = '200 mg'"];
    let arm = one("8 d", "ketamine", &small_then_large);
    let words = "200 mg by route SL at 7 d is outside what was studied, 25 mg to 100 mg";
    assert_eq!(studied(&arm), [(words, Some(168.0))]);
    assert!(arm.warnings.iter().any(|w| w == words), "{:?}", arm.warnings);
    let arm = one(
        "15 d",
        "ketamine",
        &["time = '1 d'; route = 'im'; amount = '100 mg'; repeat = { every = '7 d', additional = 1 }"],
    );
    let words = "100 mg by route IM at 24 h and once more is outside what was studied, 35 mg to 70 mg";
    assert_eq!(studied(&arm), [(words, Some(24.0))]);
    // a weight is not of a dose
    let heavy = run(
        "4 h",
        "[subject]\nweight = '150 kg'\n[[arm]]\nlabel = 'x'\ndrug = 'ketamine'\n[[arm.dose]]\nroute = 'iv'\namount = '35 mg'\n",
    );
    assert_eq!(heavy.arms[0].outside.iter().map(|o| o.from_h).collect::<Vec<_>>(), [None]);
    let long = one("4 h", "ketamine", &["time = '1 h'; route = 'sl'; amount = '50 mg'; hold = '15 min'"]);
    assert_eq!(long.outside.iter().map(|o| o.from_h).collect::<Vec<_>>(), [Some(1.0)]);
}

/// Sprays within the pause of 2 h that the model states are one series; so are those of one dose.
#[test]
fn a_series_of_sprays_is_one_dose() {
    let sprays = |apart: &str| {
        let first = "route = 'in'; amount = '40 mg'; sprays = 1".to_owned();
        let second = format!("time = '{apart}'; route = 'in'; amount = '40 mg'; sprays = 1");
        run("6 h", &arm("x", "ketamine", &[first, second])).arms.remove(0)
    };
    assert_eq!(
        studied(&sprays("119 min")),
        [("80 mg by route IN at 119 min is outside what was studied, 10 mg to 50 mg", Some(119.0 / 60.0))]
    );
    assert_eq!(studied(&sprays("121 min")), []);
    // 56 mg as two devices: from the dose on, not from its second device
    let esketamine = one("4 h", "esketamine", &["time = '1 h'; route = 'in'; amount = '140 mg'"]);
    assert_eq!(
        studied(&esketamine),
        [("140 mg by route IN at 60 min is outside what was studied, 14 mg to 112 mg", Some(1.0))]
    );
}

/// The range of a lozenge above 100 mg begins with it: before it there is none to be drawn.
#[test]
fn a_later_dose_does_not_change_the_one_before_it() {
    use ketasim::model::Individual;
    use ketasim::regimen::Route;
    use ketasim::sim::{Schedule, System};
    let scenario = read(
        "30 d",
        &arm(
            "x",
            "ketamine",
            &["route = 'sl'; amount = '50 mg'".into(), "time = '7 d'; route = 'sl'; amount = '200 mg'".into()],
        ),
    )
    .unwrap();
    let (study, drug) = (&scenario.arms[0], library().drug("ketamine").unwrap());
    let model = study.model_in(library()).unwrap();
    let person = Individual::typical(model, &scenario.subject, &Default::default()).unwrap();
    let plan =
        Schedule::plan(model, &person, &scenario.subject, &study.doses, drug.base_per_hydrochloride, drug.sprays)
            .unwrap();
    let schedule = plan.on(&System::new(model, &person, plan.mouths).unwrap());
    assert_eq!(schedule.largest_single(Route::Sl, f64::INFINITY), 200.0);
    assert_eq!(schedule.largest_single(Route::Sl, 168.0), 50.0, "before the second lozenge");
    assert_eq!(schedule.largest_single(Route::Im, f64::INFINITY), 0.0);
    let starts: Vec<(f64, f64)> = schedule.single_doses().iter().map(|d| (d.start, d.amount)).collect();
    assert_eq!(starts, [(0.0, 50.0), (168.0, 200.0)]);
}

// ---- the order of lines ---------------------------------------------------------------------------------

/// By hand, from the model file: the nose takes 0.36 of a first spray and 0.62 times that of a later one; of the rest
/// 0.16 arrives. The larger of two sprays at one time counts as the first.
#[test]
fn of_sprays_at_one_time_the_largest_is_the_first() {
    let f = |nose: f64| nose + (1.0 - nose) * 0.16;
    for doses in [["10", "30"], ["30", "10"]] {
        let doses = doses.map(|mg| format!("route = 'in'; amount = '{mg} mg'"));
        let arm = run("4 h", &arm("x", "ketamine", &doses)).arms.remove(0);
        let expected = (30.0 * f(0.36) + 10.0 * f(0.36 * 0.62)) / 40.0;
        assert!((arm.bioavailability.unwrap() - expected).abs() < 1e-9);
        let said = "sprays at one time: the largest counts as the first (grade E)";
        assert!(arm.assumptions.iter().any(|a| a == said), "{:?}", arm.assumptions);
    }
}

/// Every number of an arm, exactly.
fn numbers(arm: &ArmOutcome) -> String {
    let curves: Vec<_> = arm.curves.iter().map(|c| (&c.values, c.exposure.cmax, c.exposure.auc_inf)).collect();
    let ends = arm.range.as_ref().map(|r| [&r.low, &r.high].map(|e| (e.bioavailability, e.curves[0].values.clone())));
    format!(
        "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        arm.model,
        arm.dose_mg,
        arm.bioavailability,
        curves,
        ends,
        arm.windows(),
        arm.routes,
        arm.warnings,
        arm.assumptions
    )
}

/// A dose line by any route at a time that others may share.
fn line() -> impl Strategy<Value = String> {
    let time = prop::sample::select(vec!["0 min", "0 min", "5 min", "30 min", "3 h"]);
    let amount = prop::sample::select(vec!["10 mg", "25 mg", "35 mg", "0.5 mg/kg", "120 mg"]);
    let manner = prop::sample::select(vec![
        "route = 'iv'",
        "route = 'iv'; duration = '40 min'",
        "route = 'im'",
        "route = 'sl'",
        "route = 'sl'; hold = '4 min'; after = 'spit'",
        "route = 'in'",
        "route = 'in'; sprays = 3; spray_every = '5 min'",
        "route = 'po'; form = 'hydrochloride'",
        "route = 'in'; repeat = { every = '5 min', additional = 2 }",
    ]);
    (time, amount, manner).prop_map(|(time, amount, manner)| format!("time = '{time}'; amount = '{amount}'; {manner}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_lines_changes_nothing((lines, other) in prop::collection::vec(line(), 2..6).prop_flat_map(|lines| {
        (Just(lines.clone()), Just(lines).prop_shuffle())
    })) {
        let of = |lines: &[String]| numbers(&run("6 h", &arm("x", "ketamine", lines)).arms[0]);
        prop_assert_eq!(of(&lines), of(&other));
    }
}
