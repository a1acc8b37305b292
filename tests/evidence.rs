//! Evidence: a second reading of every number, derivations rerun, predicted beside measured, conditions.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "helpers of tests are tests too")]

#[path = "evidence/claims.rs"]
mod claims;
#[path = "evidence/elsewhere.rs"]
mod elsewhere;
#[path = "evidence/foreign.rs"]
mod foreign;
#[path = "evidence/made.rs"]
mod made;
#[path = "evidence/outside.rs"]
mod outside;
#[path = "evidence/reading.rs"]
mod reading;
#[path = "evidence/round.rs"]
mod round;
#[path = "evidence/scoring.rs"]
mod scoring;

use ketasim::evidence::{Derivations, Observations, derive};
use ketasim::library::Library;
use ketasim::model::{Grade, Uncertainty};
use ketasim::outcome::Options;
use ketasim::scenario::Scenario;
use ketasim::units::significant;

fn library() -> Library {
    Library::embedded().unwrap()
}

// ---- derivations ------------------------------------------------------------------------------------

/// What `ketasim models fit` does: every number of grade D follows from the data it is named after.
#[test]
fn every_derived_number_is_reproduced() {
    let (derivations, observations) = (Derivations::embedded().unwrap(), Observations::embedded().unwrap());
    let library = library();
    let list = derive(&derivations, &observations, &library, None, &mut |_| {}).unwrap();
    for one in &list {
        assert!(one.agrees, "{} of {}: derived {}, in the file {}", one.name, one.model, one.rounded, one.in_file);
        assert!(one.interval[0] <= one.value && one.value <= one.interval[1], "{one:?}");
        assert!(!one.targets.is_empty() && !one.read_out.is_empty(), "{one:?}");
        // a fitted number carries the interval of its fit
        let parameter = library.model(&one.model).unwrap().parameters.iter().find(|p| p.name == one.name);
        if let Some(p) = parameter.filter(|_| one.id != "pool") {
            let unit = if one.unit == "1" { String::new() } else { format!(" {}", one.unit) };
            let [low, high] = one.interval.map(|v| format!("{}{unit}", significant(v, 2)));
            let words = p.uncertainty.as_ref().map(Uncertainty::words);
            assert_eq!(words, Some(format!("95 % interval {low} to {high}")), "{}", one.name);
        }
    }
    for model in library.models() {
        let spreads = model.spreads.iter().filter(|s| s.grade == Grade::D).map(|s| format!("spread of {}", s.name));
        let numbers = model.parameters.iter().filter(|p| p.grade == Grade::D).map(|p| p.name.clone());
        for name in numbers.chain(spreads) {
            let found = list.iter().filter(|d| d.model == model.id && d.name == name).count();
            assert_eq!(found, 1, "{} of {} has grade D and {found} derivations", name, model.id);
        }
        let others = model.effects.iter().map(|e| e.grade).chain(model.residuals.iter().map(|r| r.grade));
        assert!(others.chain(model.correlations.iter().map(|c| c.grade)).all(|g| g != Grade::D), "{}", model.id);
    }
}

/// By hand: one compartment's venous share and delay can be recovered from its own curve, so the fit is no formality.
#[test]
fn the_fit_finds_what_made_the_data() {
    let library = library();
    let scenario = "horizon='11 h'\n[subject]\nweight='68 kg'\n[[arm]]\nlabel='x'\ndrug='ketamine'\nsite='venous'\n\
                    [[arm.dose]]\nroute='iv'\namount='10 mg'\nduration='30 min'\n";
    let outcome = Scenario::from_toml("x", scenario, &library).unwrap().run(&library, Options::default()).unwrap();
    let curve = &outcome.arms[0].curves[0].values;
    let at = |minutes: f64| {
        let i = outcome.arms[0].times.iter().position(|t| (t - minutes / 60.0).abs() < 1e-9).unwrap();
        format!("made,{minutes},{}\n", curve[i])
    };
    let points: String = [10.0, 30.0, 45.0, 60.0, 90.0, 120.0, 240.0, 480.0].map(at).concat();
    let arms = "id,drug,route,dose_value,analyte\nmade,racemic,IV infusion,10,ketamine\n";
    let curves = format!("arm_id,time_min,conc_ng_ml\n{points}");
    let observations = Observations::read(("a", arms), Some(("c", &curves))).unwrap();
    let mut derivations = Derivations::embedded().unwrap();
    derivations.pool.clear();
    derivations.fit.retain(|f| f.id == "venous");
    derivations.fit[0].targets.truncate(1);
    derivations.fit[0].targets[0].arm = Some("made".to_owned());
    // one target for two parameters is refused, however many points it has
    assert!(derive(&derivations, &observations, &library, None, &mut |_| {}).is_err());
    let twice = derivations.fit[0].targets[0].clone();
    derivations.fit[0].targets.push(twice);
    let list = derive(&derivations, &observations, &library, None, &mut |_| {}).unwrap();
    for one in list {
        let truth: f64 = one.in_file.parse().unwrap();
        assert!((one.value / truth - 1.0).abs() < 1e-5, "{}: {} for {truth}", one.name, one.value);
    }
}

// ---- conditions -------------------------------------------------------------------------------------

fn area(library: &Library, model: &str, route: &str, drug: &str, condition: &str) -> (f64, String) {
    let toml = format!(
        "horizon='24 h'\n[subject]\nweight='70 kg'\nage='25 y'\n[conditions]\n{condition}\n[[arm]]\nlabel='x'\n\
         drug='{drug}'\nmodel='{model}'\n[[arm.dose]]\nroute='{route}'\namount='20 mg'\n"
    );
    let scenario = Scenario::from_toml("x", &toml, library).unwrap();
    let arm = scenario.run(library, Options::default()).unwrap().arms.remove(0);
    (arm.curves[0].exposure.auc_inf.unwrap(), arm.warnings.join("\n"))
}

/// A curve changes only where the mechanism gives the measured fold on that route, within a fifth.
#[test]
fn a_condition_changes_a_curve_only_as_it_was_measured() {
    let library = library();
    let mut changed = 0;
    for model in library.models() {
        for rule in &model.conditions {
            let condition = library.condition(&rule.id).unwrap();
            for route in &rule.routes {
                let measured = condition.measured.iter().find(|m| m.drug == model.drug && m.route == *route).unwrap();
                let (without, _) = area(&library, &model.id, route.id(), &model.drug, "");
                let (with, words) = area(&library, &model.id, route.id(), &model.drug, &format!("{} = true", rule.id));
                let fold = with / without;
                assert!((fold / measured.auc.unwrap()).ln().abs() < 1.2_f64.ln(), "{} {fold}", model.id);
                assert!(words.contains("the curve shows it"), "{words}");
                changed += 1;
            }
        }
    }
    assert!(changed >= 1);
    // measured elsewhere, or not reproduced: the curve stays, and says so
    for (model, route, drug, condition, words) in [
        ("ashraf-2018", "iv", "esketamine", "ticlopidine", "not measured on this route"),
        ("perez-ruixo-2021", "po", "esketamine", "grapefruit", "the curve does not show it"),
        ("ketamine-composite", "im", "ketamine", "rifampicin", "not measured on this route"),
    ] {
        let (without, _) = area(&library, model, route, drug, "");
        let (with, said) = area(&library, model, route, drug, &format!("{condition} = true"));
        assert_eq!(with, without, "{model} {condition}");
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn changes_are_told_as_folds_with_their_interval() {
    let library = library();
    let said = library.condition("grapefruit").unwrap().measured[0].change();
    assert_eq!(
        said,
        "AUC x 3 (2.4 to 3.6), Cmax x 2.1 (1.8 to 2.6), half-life + 24 %, norketamine over ketamine - 57 %"
    );
    for condition in &library.conditions {
        assert!(condition.source.len() > 20, "{}", condition.id);
        for m in &condition.measured {
            assert!(!m.change().is_empty(), "{}", condition.id);
            let inside = |fold: Option<f64>, interval: Option<[f64; 2]>| {
                interval.is_none_or(|[a, b]| fold.is_some_and(|f| a <= f && f <= b))
            };
            assert!(inside(m.auc, m.auc_interval) && inside(m.cmax, m.cmax_interval), "{}", condition.id);
        }
    }
}
