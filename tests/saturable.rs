//! A model with saturable elimination is one file: it is followed by the numeric solver, for one subject and for many,
//! and what cannot be had of it is absent, with a reason.

#![allow(clippy::unwrap_used, reason = "test helpers")]

use ketasim::outcome::{ArmOutcome, Options, SATURABLE};
use ketasim::population::{InTurn, People, Sample, bands, courses, individuals, population_outcome};
use ketasim::sim::{Solver, StateKind};
use ketasim::{Library, Scenario};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

const VMAX: f64 = 30.0;
const KM: f64 = 0.2;
const V: f64 = 100.0;

fn library() -> Library {
    let mut library = Library::embedded().unwrap();
    library.insert_toml("saturable-2021.toml", include_str!("accepted/saturable-2021.toml")).unwrap();
    library
}

fn scenario(doses: &[&str], hours: u32, library: &Library) -> Scenario {
    let dose = |d: &&str| format!("[[arm.dose]]\n{}\n", d.replace("; ", "\n"));
    let arm = |(i, d): (usize, &&str)| {
        format!("[[arm]]\nlabel = 'a{i}'\ndrug = 'ketamine'\nmodel = 'saturable-2021'\n{}", dose(d))
    };
    let arms: String = doses.iter().enumerate().map(arm).collect();
    Scenario::from_toml("saturable", &format!("horizon = '{hours} h'\n{arms}"), library).unwrap()
}

fn run(dose: &str, hours: u32) -> ArmOutcome {
    let library = library();
    scenario(&[dose], hours, &library).run(&library, Options::default()).unwrap().arms.remove(0)
}

/// Integrated by hand: after a bolus, Km ln(C0 / C) + C0 - C = Vmax t / V.
#[test]
fn a_bolus_falls_as_michaelis_and_menten_say() {
    for mg in [5.0, 35.0, 200.0] {
        let arm = run(&format!("route = 'iv'; amount = '{mg} mg'"), 6);
        let curve = &arm.curves[0];
        let c0 = mg / V;
        assert!((curve.exposure.cmax - c0).abs() < 1e-12 * c0);
        let mut looked = 0;
        for i in &arm.grid {
            let (t, c) = (arm.times[*i], curve.values[*i] * 1e-3);
            if t == 0.0 || c < 1e-6 * c0 {
                continue;
            }
            looked += 1;
            let (left, right) = (KM * (c0 / c).ln() + c0 - c, VMAX * t / V);
            assert!((left - right).abs() < 1e-8 * right, "{mg} mg at {t} h: {left} and {right}");
        }
        assert!(looked > 50);
    }
}

/// Integrated by hand: the area after a bolus is V C0 / Vmax (Km + C0 / 2), more than in proportion to the dose.
#[test]
fn the_area_grows_faster_than_the_dose() {
    let area = |mg: f64| {
        let exposure = run(&format!("route = 'iv'; amount = '{mg} mg'"), 48).curves[0].exposure;
        let (c0, found) = (mg / V, exposure.auc_shown);
        assert!((found / (V * c0 / VMAX * (KM + c0 / 2.0)) - 1.0).abs() < 1e-8, "{mg} mg: {found}");
        found / mg
    };
    let per_mg = [1.0, 20.0, 80.0, 200.0].map(area);
    assert!(per_mg.windows(2).all(|w| w[1] > w[0]), "{per_mg:?}");
}

/// Far below Km elimination is of first order with CL = Vmax / Km, by an infusion and into a muscle.
#[test]
fn far_below_km_it_is_first_order() {
    let mut library = library();
    let linear = include_str!("accepted/saturable-2021.toml")
        .replace("vmax = \"VMAX\"\nkm = \"KM\"", "clearance = \"CL\"")
        .replace("saturable-2021", "linear-2021")
        .replace("VMAX = { value = \"30 mg/h\"", "CL = { value = \"150 L/h\"")
        .replace("KM = { value = \"200 ng/mL\", source = \"author-2021\", grade = \"A\" }\n", "")
        .replace("VMAX =", "CL =");
    library.insert_toml("linear-2021.toml", &linear).unwrap();
    for dose in ["route = 'im'; amount = '0.00001 mg'", "route = 'iv'; amount = '0.00001 mg'; duration = '40 min'"] {
        let mut both = scenario(&[dose], 4, &library);
        let saturable = both.run(&library, Options::default()).unwrap().arms.remove(0);
        both.arms[0].model = Some("linear-2021".to_owned());
        let linear = both.run(&library, Options::default()).unwrap().arms.remove(0);
        for (a, b) in saturable.curves.iter().zip(&linear.curves) {
            assert_eq!(a.analyte, b.analyte);
            let top = b.values.iter().copied().fold(0.0, f64::max);
            for (x, y) in a.values.iter().zip(&b.values) {
                assert!((x - y).abs() < 1e-6 * top, "{}: {x} and {y}", a.analyte);
            }
        }
    }
}

#[test]
fn what_cannot_be_had_is_absent_with_its_reason() {
    let arm = run("route = 'im'; amount = '35 mg'", 8);
    for curve in &arm.curves {
        assert_eq!((curve.exposure.half_life, curve.exposure.auc_inf), (None, None), "{}", curve.analyte);
        assert!(curve.exposure.cmax > 0.0 && curve.exposure.auc_shown > 0.0);
    }
    assert_eq!(arm.bioavailability, None);
    assert!(arm.warnings.iter().any(|w| w == SATURABLE), "{:?}", arm.warnings);
    assert!(arm.sessions[0].windows.peak.is_some(), "windows are told");
    let library = library();
    let exact = Options { solver: Solver::Exact, ..Options::default() };
    let refused = scenario(&["route = 'im'; amount = '35 mg'"], 8, &library).run(&library, exact).unwrap_err();
    assert!(refused.what().contains("no exact solution"), "{refused}");
}

/// What is given is where it went, at every point.
#[test]
fn no_drug_is_made_or_lost() {
    let library = library();
    let scenario = scenario(&["route = 'iv'; amount = '60 mg'; duration = '30 min'"], 6, &library);
    let arm = &scenario.arms[0];
    let case = arm.case(arm.model_in(&library).unwrap(), &scenario.subject, &library).unwrap();
    let profile = case.amounts(&BTreeMap::new(), 6.0, 0.1, Solver::Auto).unwrap();
    for i in 0..profile.times.len() {
        let parent = profile.amounts(i).into_iter().filter(|(s, _)| s.analyte == "ketamine");
        let mass: f64 = parent.filter(|(s, _)| s.kind != StateKind::Delayed).map(|(_, mg)| mg).sum();
        let put_in = profile.put_in(i);
        assert!((mass - put_in).abs() < 1e-8, "{mass} of {put_in} at {} h", profile.times[i]);
    }
}

/// Each virtual subject is the subject that is followed alone, and the percentiles are theirs.
#[test]
fn many_subjects_are_each_followed() {
    let library = library();
    let scenario = scenario(&["route = 'im'; amount = '70 mg'"], 3, &library);
    let sample =
        Sample { people: People::literal::<20>(), seed: 3, every: Some(ketasim::units::Time::from_minutes(10.0)) };
    let all = courses(&scenario, 0, &library, sample, 0..20).unwrap();
    let options = Options { every: sample.every, ..Options::default() };
    for (person, curves) in all.iter().enumerate() {
        let set = individuals(&scenario, 0, &library, sample, person).unwrap();
        let alone = scenario.run_person(0, &library, options, &set).unwrap();
        for (a, b) in curves.iter().zip(&alone) {
            let top = b.iter().copied().fold(0.0, f64::max);
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-8 * top), "person {person}");
        }
    }
    let told = AtomicUsize::new(0);
    let progress = |_: f64| {
        told.fetch_add(1, Ordering::Relaxed);
        true
    };
    let found = bands(&scenario, &library, sample, &InTurn, &progress).unwrap();
    assert!(told.into_inner() > 1, "it says how far it has come");
    let at = 6;
    let mut column: Vec<f64> = all.iter().map(|curves| curves[0][at]).collect();
    column.sort_by(f64::total_cmp);
    let [low, _, high] = found[0].bands[0].percentiles[at];
    assert!(low >= column[0] && high <= column[19] && low < high);
    let outcome = population_outcome(&scenario, &library, sample, &InTurn, &|_| true).unwrap();
    assert_eq!(outcome.arms[0].people(), 20);
    let stopped = bands(&scenario, &library, sample, &InTurn, &|share| share == 0.0);
    assert!(stopped.is_err(), "it can be stopped");
}
