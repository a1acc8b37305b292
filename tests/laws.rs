//! Laws that hold for every model, route and regimen, and figures that can be had by hand.
//!
//! Nothing here is pinned to ketasim's own output: every expected number is a formula, a law
//! (superposition, conservation of mass) or the other solver.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "helpers of tests are tests too")]

use ketasim::analysis::Windows;
use ketasim::error::Error;
use ketasim::library::Library;
use ketasim::model::{Model, Site};
use ketasim::outcome::{ArmOutcome, Options};
use ketasim::regimen::{Administration, AfterHold, Dose, DoseAmount, Repeat, Route, Sprays};
use ketasim::scenario::{PlasmaSite, Scenario, StudyArm};
use ketasim::sim::{Profile, Schedule, Solver, StateKind};
use ketasim::subject::{Ancestry, OwnSubject, Sex, Subject};
use ketasim::units::{Age, Amount, Time, Weight};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::OnceLock;

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::embedded().unwrap())
}

fn minutes(t: f64) -> Time {
    Time::from_minutes(t)
}

fn every(t: f64) -> Options {
    Options { every: Some(minutes(t)), solver: Solver::Auto }
}

// ---- scenarios in code ------------------------------------------------------------------------------

fn dose(route: Route, mg: f64) -> Dose {
    Dose::new(route, DoseAmount::Fixed(Amount::from_mg(mg)))
}

fn at(mut dose: Dose, start: f64) -> Dose {
    dose.time = minutes(start);
    dose
}

fn held(mg: f64, hold: f64, after: AfterHold) -> Dose {
    let administration = Administration::Sublingual { hold: Some(minutes(hold)), after: Some(after) };
    Dose { administration, ..dose(Route::Sl, mg) }
}

fn sprayed(mg: f64, sprays: u64, apart: f64) -> Dose {
    let sprays = Sprays::new(u32::try_from(sprays).unwrap()).ok();
    let administration = Administration::Intranasal { sprays, every: Some(minutes(apart)) };
    Dose { administration, ..dose(Route::In, mg) }
}

fn infused(mg: f64, length: f64) -> Dose {
    Dose::infused(DoseAmount::Fixed(Amount::from_mg(mg)), minutes(length))
}

fn repeated(dose: Dose, apart: f64, additional: u64) -> Dose {
    Dose { repeat: Some(Repeat { every: minutes(apart), additional }), ..dose }
}

fn arm(model: &Model, doses: Vec<Dose>) -> StudyArm {
    StudyArm {
        label: "x".into(),
        drug: model.drug.clone(),
        model: Some(model.id.clone()),
        site: None,
        on: true,
        subject: OwnSubject::default(),
        doses,
    }
}

fn scenario(subject: &Subject, hours: f64, arm: StudyArm) -> Scenario {
    Scenario {
        format: 1,
        title: String::new(),
        horizon: Time::from_hours(hours),
        subject: subject.clone(),
        population: ketasim::covariates::Population::default(),
        conditions: BTreeMap::new(),
        clinic: None,
        visit: None,
        view: None,
        arms: vec![arm],
    }
}

fn try_run(
    library: &Library,
    model: &Model,
    subject: &Subject,
    hours: f64,
    doses: Vec<Dose>,
    options: Options,
) -> Result<ArmOutcome, Error> {
    Ok(scenario(subject, hours, arm(model, doses)).run(library, options)?.arms.remove(0))
}

/// For 70 kg and 40 years.
fn run(id: &str, hours: f64, doses: Vec<Dose>, options: Options) -> ArmOutcome {
    run_for(&Subject::default(), id, hours, doses, options)
}

fn run_for(subject: &Subject, id: &str, hours: f64, doses: Vec<Dose>, options: Options) -> ArmOutcome {
    try_run(library(), library().model(id).unwrap(), subject, hours, doses, options).unwrap()
}

/// A model of one compartment or more, written here; `rest` is everything after the parameters' header.
fn own_model(rest: &str) -> (Library, Model) {
    let text = format!(
        "format = 1\nid = \"own\"\ntitle = \"t\"\nabout = \"a\"\ndrug = \"ketamine\"\nsalt = \"base\"\n\
         estimated_from = \"arterial\"\n[source.s]\ncitation = \"c\"\n[population]\nwho = \"w\"\n[applies_to]\n\
         [[output]]\nanalyte = \"ketamine\"\nsite = \"arterial\"\ncompartment = \"ketamine\"\n[parameters]\n{rest}"
    );
    let mut library = Library::embedded().unwrap();
    let model = library.insert_toml("own.toml", &text).unwrap().clone();
    (library, model)
}

/// `name = value` as a parameter line.
fn parameters(list: &[(&str, &str)]) -> String {
    let line =
        |(name, value): &(&str, &str)| format!("{name} = {{ value = \"{value}\", source = \"s\", grade = \"E\" }}\n");
    list.iter().map(line).collect()
}

fn run_own(own: &(Library, Model), hours: f64, doses: Vec<Dose>, options: Options) -> ArmOutcome {
    try_run(&own.0, &own.1, &Subject::default(), hours, doses, options).unwrap()
}

/// Ways to give `mg` by a route of a model: every key that the route allows is used in one of them.
fn manners(model: &Model, route: Route, mg: f64) -> Vec<Vec<Dose>> {
    let way_in = &model.routes[&route];
    match route {
        Route::Iv => vec![
            vec![dose(Route::Iv, mg)],
            vec![infused(mg, 40.0)],
            vec![repeated(infused(mg, 40.0), 25.0, 2)],
            vec![dose(Route::Iv, mg / 4.0), at(infused(mg, 33.0), 7.0)],
        ],
        Route::Sl if way_in.hold.is_some() => vec![
            vec![dose(Route::Sl, mg)],
            vec![held(mg, 3.0, AfterHold::Swallow)],
            vec![held(mg, 12.0, AfterHold::Spit)],
            vec![repeated(held(mg, 10.0, AfterHold::Swallow), 4.0, 3)],
        ],
        Route::In if way_in.sprays_restart.is_some() => {
            vec![vec![sprayed(mg, 1, 0.0)], vec![sprayed(mg, 3, 5.0)], vec![repeated(sprayed(mg, 2, 5.0), 150.0, 1)]]
        }
        _ => vec![vec![dose(route, mg)], vec![repeated(dose(route, mg), 50.0, 3)]],
    }
}

/// Every model with each of its routes and every manner of giving `mg`.
fn everything(mg: f64) -> Vec<(&'static Model, Route, Vec<Dose>)> {
    let mut list = Vec::new();
    for model in library().models() {
        for &route in model.routes.keys() {
            list.extend(manners(model, route, mg).into_iter().map(|doses| (model, route, doses)));
        }
    }
    assert!(list.len() > 30, "models and routes are missing");
    list
}

fn all_curves(arm: &ArmOutcome) -> Vec<&ketasim::outcome::Curve> {
    let ends = arm.range.iter().flat_map(|r| r.low.curves.iter().chain(&r.high.curves));
    arm.curves.iter().chain(&arm.effect).chain(ends).collect()
}

/// The curve's values on the grid, at which arms with different doses can be compared.
fn on_grid(arm: &ArmOutcome, curve: usize) -> Vec<f64> {
    arm.grid.iter().map(|&i| arm.curves[curve].values[i]).collect()
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

fn assert_close(ours: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(ours.len(), expected.len(), "{what}");
    let scale = largest(expected);
    assert!(scale > 0.0, "{what}: nothing to compare");
    for (i, (a, b)) in ours.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * scale, "{what}, point {i}: {a} and {b}");
    }
}

fn assert_relative(ours: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((ours / expected - 1.0).abs() <= tolerance, "{what}: {ours} and {expected}");
}

// ---- what is written as rows --------------------------------------------------------------------------

/// However far apart the points are, the rows hold the peak that the figures tell, and between any two doses no value
/// of a fine run is above all of them.
#[test]
fn rows_hide_no_maximum_however_coarse_the_grid() {
    let (apart, hours) = (8.0 * 60.0, 30.0);
    for (model, route, doses) in everything(40.0) {
        let again = doses.iter().flat_map(|d| (0..3).map(|k| at(d.clone(), d.time.minutes() + apart * f64::from(k))));
        let doses: Vec<Dose> = again.collect();
        let run = |options| try_run(library(), model, &Subject::default(), hours, doses.clone(), options).unwrap();
        let fine = run(every(1.0));
        for step in [37.0, 120.0, 24.0 * 60.0] {
            let coarse = run(every(step));
            let what = |c: &str| format!("{} {route} {c} every {step} min", model.id);
            let figures: Vec<Vec<&ketasim::outcome::Curve>> = match &coarse.range {
                Some(r) => vec![r.low.curves.iter().collect(), r.high.curves.iter().collect()],
                None => vec![coarse.curves.iter().chain(&coarse.effect).collect()],
            };
            assert_eq!(coarse.rows.len(), figures.len());
            for (rows, figures) in coarse.rows.iter().zip(figures) {
                for (column, curve) in rows.columns.iter().zip(figures) {
                    let name = what(&column.analyte);
                    assert_eq!((&column.analyte, column.site), (&curve.analyte, curve.site), "{name}");
                    assert_relative(largest(&column.values), curve.exposure.cmax * 1000.0, 1e-9, &name);
                }
            }
            for (rows, fine) in coarse.rows.iter().zip(&fine.rows) {
                assert!(rows.times.windows(2).all(|t| t[0] <= t[1]), "times ascend");
                for (column, fine_column) in rows.columns.iter().zip(&fine.columns) {
                    let top = |times: &[f64], values: &[f64], k: u32| {
                        let from = f64::from(k) * apart / 60.0 - 1e-6;
                        let within = times.iter().zip(values).filter(|(t, _)| (from..from + apart / 60.0).contains(*t));
                        within.map(|(_, v)| *v).fold(0.0, f64::max)
                    };
                    for k in 0..3 {
                        let ours = top(&rows.times, &column.values, k);
                        let there = top(&fine.times, &fine_column.values, k);
                        assert_relative(ours, there, 1e-8, &format!("{}, dose {k}", what(&column.analyte)));
                    }
                }
            }
        }
    }
}

// ---- one solver against the other -------------------------------------------------------------------

#[test]
fn exact_and_numeric_agree_for_every_model_route_and_manner() {
    let mut differ = false;
    for (model, route, doses) in everything(40.0) {
        let options = |solver| Options { every: Some(minutes(15.0)), solver };
        let subject = Subject::default();
        let exact = try_run(library(), model, &subject, 6.0, doses.clone(), options(Solver::Exact)).unwrap();
        let numeric = try_run(library(), model, &subject, 6.0, doses, options(Solver::Numeric)).unwrap();
        assert_eq!(exact.times, numeric.times);
        for (a, b) in all_curves(&exact).into_iter().zip(all_curves(&numeric)) {
            assert_close(&a.values, &b.values, 1e-8, &format!("{} {route} {}", model.id, a.analyte));
            differ |= a.values != b.values;
        }
    }
    assert!(differ, "both options lead to the same solver");
}

/// The longest horizon, weeks after everything has decayed, with doses early and late: what is left is compared with
/// itself, down to a hundred-billionth of the peak.
#[test]
fn both_solvers_reach_sixty_days_on_every_model_route_and_manner() {
    let hours = 60.0 * 24.0;
    let (none, subject, mut compared) = (BTreeMap::new(), Subject::default(), 0);
    for (model, route, doses) in everything(40.0) {
        let late = doses.iter().map(|d| Dose { time: minutes(d.time.minutes() + 40.0 * 24.0 * 60.0), ..d.clone() });
        let doses: Vec<Dose> = doses.iter().cloned().chain(late).collect();
        let arm = arm(model, doses);
        let case = arm.case(model, &subject, library()).unwrap();
        let [exact, numeric] =
            [Solver::Exact, Solver::Numeric].map(|solver| case.follow(&none, hours, 24.0, solver).unwrap().profile);
        assert_eq!(exact.times, numeric.times);
        for output in &exact.outputs {
            let what = format!("{} {route} {} {}", model.id, output.analyte, output.site.id());
            let [a, b] = [&exact, &numeric].map(|t| t.series(output));
            assert_close(b, a, 1e-8, &what);
            let top = largest(a);
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                assert!((a - b).abs() <= 1e-6 * a + 1e-11 * top, "{what}, point {i}: {a} and {b}");
                compared += usize::from(*a > 1e-6 * top);
            }
        }
    }
    assert!(compared > 1000, "too little to compare");
}

/// A dose far below a microgram is followed like any other.
#[test]
fn the_numeric_solver_does_not_depend_on_the_size_of_a_dose() {
    for mg in [1e-6, 40.0, 900.0] {
        let options = |solver| Options { every: Some(Time::from_hours(2.0)), solver };
        let curve = |solver| run("ketamine-composite", 120.0, vec![dose(Route::Sl, mg)], options(solver));
        let (exact, numeric) = (curve(Solver::Exact), curve(Solver::Numeric));
        assert_close(&exact.curves[0].values, &numeric.curves[0].values, 1e-8, &format!("{mg} mg"));
    }
}

#[test]
fn values_do_not_depend_on_the_spacing_of_points() {
    for (model, route, doses) in everything(40.0) {
        let (fine, coarse) = (every(1.0), every(7.0));
        let subject = Subject::default();
        let fine = try_run(library(), model, &subject, 3.5, doses.clone(), fine).unwrap();
        let coarse = try_run(library(), model, &subject, 3.5, doses, coarse).unwrap();
        for k in 0..fine.curves.len() {
            let at_sevens: Vec<f64> = on_grid(&fine, k).into_iter().step_by(7).collect();
            let (ours, top) = (on_grid(&coarse, k), largest(&at_sevens));
            assert_eq!(ours.len(), 31);
            for (a, b) in ours.iter().zip(&at_sevens) {
                let allowed = 1e-10 * b + 1e-14 * top;
                assert!((a - b).abs() <= allowed, "{} {route} {}: {a} and {b}", model.id, fine.curves[k].analyte);
            }
        }
    }
}

// ---- mass -------------------------------------------------------------------------------------------

fn follow(model: &Model, subject: &Subject, doses: &[Dose], hours: f64, step: f64) -> (Profile, Schedule) {
    let arm = arm(model, doses.to_vec());
    let case = arm.case(model, subject, library()).unwrap();
    let profile = case.amounts(&BTreeMap::new(), hours, step / 60.0, Solver::Exact).unwrap();
    (profile, case.schedule().unwrap())
}

/// mg of the parent in all states, sinks included, at point `i`.
fn parent_mass(model: &Model, profile: &Profile, i: usize) -> f64 {
    let holds = |kind| matches!(kind, StateKind::Amount | StateKind::Sink);
    profile.amounts(i).into_iter().filter(|(s, _)| s.analyte == model.drug && holds(s.kind)).map(|(_, mg)| mg).sum()
}

fn sink(model: &Model, profile: &Profile, name: &str) -> f64 {
    let last = profile.times.len() - 1;
    profile
        .amounts(last)
        .into_iter()
        .filter(|(s, _)| s.kind == StateKind::Sink && s.analyte == model.drug && s.name == name)
        .map(|(_, mg)| mg)
        .sum()
}

#[test]
fn no_drug_is_made_or_lost() {
    for (model, route, doses) in everything(40.0) {
        let (profile, schedule) = follow(model, &Subject::default(), &doses, 6.0, 3.0);
        let given: f64 = doses.iter().map(|d| d.amount.number() * d.count() as f64).sum();
        assert_relative(schedule.given(), given, 1e-12, "given");
        let last_event = profile.event_times().into_iter().fold(0.0, f64::max);
        for i in 0..profile.times.len() {
            let (mass, what) =
                (parent_mass(model, &profile, i), format!("{} {route} at {}", model.id, profile.times[i]));
            let expected = profile.put_in(i);
            assert!((mass - expected).abs() <= 1e-10 * given, "{what}: {mass} and {expected}");
            assert!(mass <= given * (1.0 + 1e-10), "{what}: more than was given");
            if profile.times[i] > last_event {
                assert!((mass - given).abs() <= 1e-10 * given, "{what}: {mass} of {given}");
            }
        }
        assert!(*profile.times.last().unwrap() > last_event, "nothing was looked at after the last input");
    }
}

#[test]
fn what_never_arrives_is_found_in_the_sink_that_says_why() {
    let composite = library().model("ketamine-composite").unwrap();
    let look = |model: &Model, doses: Vec<Dose>| follow(model, &Subject::default(), &doses, 48.0, 60.0).0;
    // by hand: after 10 min at 0.019/min the mouth still holds exp(-0.19) of 100 mg
    let spit = look(composite, vec![held(100.0, 10.0, AfterHold::Spit)]);
    assert_relative(sink(composite, &spit, "spat"), 100.0 * (-0.19_f64).exp(), 1e-9, "spat out");
    assert_relative(sink(composite, &spit, "eliminated"), 100.0 * (1.0 - (-0.19_f64).exp()), 1e-6, "the mucosal part");
    // by hand: F 0.93
    let muscle = look(composite, vec![dose(Route::Im, 35.0)]);
    assert_relative(sink(composite, &muscle, "unabsorbed"), 35.0 * 0.07, 1e-9, "IM");
    assert_relative(sink(composite, &muscle, "eliminated"), 35.0 * 0.93, 1e-6, "IM");
    // by hand: 0.16 arrives, 0.93 is absorbed, the difference becomes norketamine on the way
    let swallowed = look(composite, vec![dose(Route::Po, 50.0)]);
    assert_relative(sink(composite, &swallowed, "unabsorbed"), 50.0 * 0.07, 1e-9, "PO");
    assert_relative(sink(composite, &swallowed, "presystemic"), 50.0 * 0.77, 1e-9, "PO");
    assert_relative(sink(composite, &swallowed, "eliminated"), 50.0 * 0.16, 1e-6, "PO");
    // by hand: 0.64 passes the gut wall
    let perez = library().model("perez-ruixo-2021").unwrap();
    let swallowed = look(perez, vec![dose(Route::Po, 84.0)]);
    assert_relative(sink(perez, &swallowed, "presystemic"), 84.0 * 0.36, 1e-6, "PO");
    // by hand: the film's swallowed part, 1 - 0.263, all turns into metabolite
    let simons = library().model("simons-2022").unwrap();
    let film = look(simons, vec![dose(Route::Sl, 50.0)]);
    assert_relative(sink(simons, &film, "presystemic"), 50.0 * 0.737, 1e-6, "film");
    assert_relative(sink(simons, &film, "eliminated"), 50.0 * 0.263, 1e-6, "film");
}

/// A metabolite formed from the plasma and on the way, by a route that is not a vein; `more` is added.
fn without_a_vein(more: &str) -> (Library, Model) {
    own_model(&format!(
        "{}[compartments]\nketamine = {{ holds = \"ketamine\", volume = \"V\" }}\n\
         liver = {{ holds = \"ketamine\" }}\ngut = {{ holds = \"ketamine\" }}\n\
         norketamine = {{ holds = \"norketamine\" }}\n\
         [[flow]]\nfrom = \"gut\"\nrate = \"KA\"\nsplit = [{{ into = \"ketamine\", share = \"F\" }}, \
         {{ into = \"norketamine\", share = \"rest\", yield = \"Y\" }}]\n\
         [[flow]]\nbetween = [\"ketamine\", \"liver\"]\nrate = \"KA\"\n\
         [[flow]]\nfrom = \"ketamine\"\nclearance = \"CL\"\ninto = \"norketamine\"\nyield = \"Y\"\n\
         [[flow]]\nfrom = \"liver\"\nrate = \"KA\"\ninto = \"norketamine\"\nyield = \"Y\"\n\
         [[flow]]\nfrom = \"norketamine\"\nrate = \"KA\"\ninto = \"eliminated\"\n\
         [routes.po]\nassumption = \"a\"\nways = [{{ into = \"gut\", share = \"rest\" }}]\n{more}",
        parameters(&[("V", "20 L"), ("CL", "10 L/h"), ("KA", "1.5 1/h"), ("F", "0.3"), ("Y", "0.9")])
    ))
}

/// What was in the plasma is eliminated, whether or not the model has a route into a vein.
#[test]
fn what_was_in_the_plasma_is_not_presystemic() {
    let vein = "[routes.iv]\nassumption = \"a\"\nways = [{ into = \"ketamine\", share = \"rest\" }]\n";
    for more in ["", vein] {
        let (_, model) = without_a_vein(more);
        let doses = [dose(Route::Po, 50.0)];
        let (profile, _) = follow(&model, &Subject::default(), &doses, 96.0, 60.0);
        for i in 0..profile.times.len() {
            let (mass, given) = (parent_mass(&model, &profile, i), profile.put_in(i));
            assert!((mass - given).abs() <= 1e-9, "{mass} of {given} at {}", profile.times[i]);
        }
        // by hand: F 0.3 arrives, the rest is changed on the way; liver and plasma exchange
        assert_relative(sink(&model, &profile, "presystemic"), 35.0, 1e-9, more);
        assert_relative(sink(&model, &profile, "eliminated"), 15.0, 1e-6, more);
    }
}

// ---- linearity --------------------------------------------------------------------------------------

/// The same doses, each times `k`.
fn times(doses: &[Dose], k: f64) -> Vec<Dose> {
    let scale = |d: &Dose| Dose { amount: DoseAmount::Fixed(Amount::from_mg(d.amount.number() * k)), ..d.clone() };
    doses.iter().map(scale).collect()
}

/// A way of giving one dose by some route of `model`, starting at `start` minutes.
fn one_dose(model: &Model, pick: usize, mg: f64, start: f64) -> Dose {
    let routes: Vec<Route> = model.routes.keys().copied().collect();
    let route = routes[pick % routes.len()];
    let ways: Vec<Dose> =
        manners(model, route, mg).into_iter().filter(|m| m.len() == 1 && m[0].repeat.is_none()).flatten().collect();
    at(ways[(pick / routes.len()) % ways.len()].clone(), start)
}

fn cases(n: u32) -> ProptestConfig {
    ProptestConfig { cases: n, failure_persistence: None, ..ProptestConfig::default() }
}

/// Id of a model, and somebody for whom it is said to hold.
fn model_and_subject() -> impl Strategy<Value = (&'static str, Subject)> {
    let model = |i| library().models().nth(i).unwrap();
    (0..library().models().count()).prop_flat_map(move |i| (Just(model(i).id.as_str()), somebody(model(i))))
}

/// Somebody for whom the model is said to hold.
fn somebody(model: &Model) -> impl Strategy<Value = Subject> + use<> {
    let [lightest, heaviest] = model.weight.map_or([40.0, 150.0], |[a, b]| [a.kg(), b.kg()]);
    let [youngest, oldest] = model.age.map_or([18.0, 90.0], |[a, b]| [a.years(), b.years()]);
    (lightest..=heaviest, youngest..=oldest, 0..3_usize, 0..3_usize).prop_map(|(weight, age, sex, ancestry)| Subject {
        weight: Weight::from_kg(weight),
        age: Age::from_years(age),
        sex: Sex::ALL[sex].0,
        ancestry: Ancestry::ALL[ancestry].0,
    })
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn k_times_the_dose_is_k_times_the_curve(pick in any::<prop::sample::Index>(), k in 0.05..2.5_f64) {
        // at most 4 x 10 mg under the tongue: below 100 mg, where a range would begin
        let all = everything(10.0);
        let (model, route, doses) = &all[pick.index(all.len())];
        let subject = Subject::default();
        let once = try_run(library(), model, &subject, 4.0, doses.clone(), every(5.0)).unwrap();
        let scaled = try_run(library(), model, &subject, 4.0, times(doses, k), every(5.0)).unwrap();
        for (a, b) in all_curves(&once).into_iter().zip(all_curves(&scaled)) {
            let expected: Vec<f64> = a.values.iter().map(|v| v * k).collect();
            assert_close(&b.values, &expected, 1e-11, &format!("{} {route} {}", model.id, a.analyte));
            prop_assert!((b.exposure.auc_inf.unwrap() / a.exposure.auc_inf.unwrap() / k - 1.0).abs() < 1e-9);
        }
        prop_assert!((once.bioavailability.unwrap() / scaled.bioavailability.unwrap() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn two_doses_are_the_sum_of_each_alone(
        (id, subject) in model_and_subject(),
        picks in [0..60_usize, 0..60_usize],
        mg in [1.0..45.0_f64, 1.0..45.0_f64],
        start in 0.0..30.0_f64,
        between in 0.0..60.0_f64,
    ) {
        let model = library().model(id).unwrap();
        let first = one_dose(model, picks[0], mg[0], start);
        let mut second = one_dose(model, picks[1], mg[1], start + between);
        if first.route() == Route::In && second.route() == Route::In {
            // the nose is not linear in time: three sprays 5 min apart and a pause of 2 h lie between
            second.time = minutes(start + between + 130.0);
        }
        let alone = |d: &Dose| try_run(library(), model, &subject, 6.0, vec![d.clone()], every(10.0)).unwrap();
        let (a, b) = (alone(&first), alone(&second));
        let both = try_run(library(), model, &subject, 6.0, vec![first, second], every(10.0)).unwrap();
        for k in 0..both.curves.len() {
            let sum: Vec<f64> = on_grid(&a, k).iter().zip(on_grid(&b, k)).map(|(x, y)| x + y).collect();
            assert_close(&on_grid(&both, k), &sum, 1e-10, &format!("{} {}", model.id, both.curves[k].analyte));
        }
    }
}

#[test]
fn overlapping_holds_add_up() {
    let first = held(100.0, 10.0, AfterHold::Swallow);
    let second = at(first.clone(), 5.0);
    let run = |doses| run("ketamine-composite", 4.0, doses, every(5.0));
    let (a, b, both) = (run(vec![first.clone()]), run(vec![second.clone()]), run(vec![first, second]));
    for k in 0..2 {
        let sum: Vec<f64> = on_grid(&a, k).iter().zip(on_grid(&b, k)).map(|(x, y)| x + y).collect();
        assert_close(&on_grid(&both, k), &sum, 1e-10, "two lozenges 5 min apart");
    }
}

/// Ten lozenges one after another, each put in when the former is swallowed: each keeps its own time.
#[test]
fn holds_that_follow_each_other_are_not_cut_short() {
    for hold in 1..=30 {
        let hold = f64::from(hold);
        let doses = vec![repeated(held(5.0, hold, AfterHold::Swallow), hold, 9)];
        let arm = run("ketamine-composite", 6.0, doses, every(15.0));
        // by hand: what the mucosa takes in `hold` min at 0.019/min, and 0.16 of the rest
        let kept = (-0.019 * hold).exp();
        assert_relative(arm.bioavailability.unwrap(), 1.0 - kept + 0.16 * kept, 1e-9, &format!("held {hold} min"));
    }
}

/// The pause is 2 h in both models with sprays (`spray_pause`): within it the later share counts, after it the first.
#[test]
fn a_spray_within_the_pause_counts_less_and_after_it_fully() {
    for (id, first, later) in [("ketamine-composite", 0.36, 0.36 * 0.62), ("perez-ruixo-2021", 0.54, 0.54 * 0.62)] {
        // by hand: the rest is swallowed
        let swallowed = if id.starts_with("perez") { 0.64 * (151.0 / 101.0) / (151.0 / 101.0 + 3.88) } else { 0.16 };
        let f = |nose: f64| nose + (1.0 - nose) * swallowed;
        let two = |apart: f64| {
            let doses = vec![sprayed(28.0, 1, 0.0), at(sprayed(28.0, 1, 0.0), apart)];
            run(id, 6.0, doses, every(5.0))
        };
        assert_relative(two(119.0).bioavailability.unwrap(), 0.5 * (f(first) + f(later)), 1e-9, id);
        assert_relative(two(121.0).bioavailability.unwrap(), f(first), 1e-9, id);
        let alone = |start| run(id, 6.0, vec![at(sprayed(28.0, 1, 0.0), start)], every(5.0));
        let sum = |apart: f64| -> Vec<f64> {
            on_grid(&alone(0.0), 0).iter().zip(on_grid(&alone(apart), 0)).map(|(x, y)| x + y).collect()
        };
        assert_close(&on_grid(&two(125.0), 0), &sum(125.0), 1e-10, id);
        let (together, apart) = (largest(&on_grid(&two(5.0), 0)), largest(&sum(5.0)));
        assert!(together < 0.95 * apart, "{id}: {together} and {apart}");
    }
}

// ---- everything stays possible ----------------------------------------------------------------------

fn assert_windows(windows: &Windows, what: &str) {
    for three in [windows.onset, windows.peak, windows.main_effects_end].into_iter().flatten() {
        let [low, middle, high] = three;
        assert!(low <= middle && middle <= high, "{what}: {three:?}");
        assert!(low >= 0.0 && high.is_finite(), "{what}: {three:?}");
        assert!(low < high, "{what}: a single time {three:?}");
    }
    if let (Some(onset), Some(end)) = (windows.onset, windows.main_effects_end) {
        assert!(end[0] >= onset[0] && end[1] >= onset[1], "{what}: {onset:?} {end:?}");
    }
    assert!((0.0..=1.0).contains(&windows.grid_reaching), "{what}");
    assert!(windows.grid_reaching > 0.0 || windows.main_effects_end.is_none(), "{what}");
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn curves_are_finite_and_never_negative(
        (id, subject) in model_and_subject(),
        doses in prop::collection::vec((0..60_usize, 0.5..150.0_f64, 0.0..200.0_f64, 0..4_u64), 1..4),
        hours in 4.0..30.0_f64,
    ) {
        let model = library().model(id).unwrap();
        let doses: Vec<Dose> = doses
            .into_iter()
            .map(|(pick, mg, start, more)| {
                // as much per kg as of an adult: of a small child the same amount would be a slip of the unit
                let one = one_dose(model, pick, mg * (subject.weight.kg() / 70.0).min(1.0), start);
                if more > 0 { repeated(one, 9.0, more) } else { one }
            })
            .collect();
        let arm = try_run(library(), model, &subject, hours, doses, Options::default()).unwrap();
        for curve in all_curves(&arm) {
            let e = curve.exposure;
            prop_assert!(curve.values.iter().all(|v| v.is_finite() && *v >= 0.0));
            prop_assert!(e.cmax * 1000.0 >= largest(&curve.values) * (1.0 - 1e-12));
            prop_assert!(e.auc_inf.unwrap().is_finite() && e.auc_inf.unwrap() >= e.auc_shown && e.auc_shown > 0.0);
            prop_assert!(e.tmax >= 0.0 && e.tmax <= hours + 1e-9);
            prop_assert!(e.half_life.is_some_and(|t| t > 0.0 && t < 48.0));
        }
        let f = arm.bioavailability.unwrap();
        prop_assert!(f > 0.0 && f <= 1.0 + 1e-9, "{f}");
        prop_assert!(arm.times.windows(2).all(|t| t[0] <= t[1]));
        assert_windows(&arm.windows(), &model.id);
    }
}

// ---- windows ----------------------------------------------------------------------------------------

#[test]
fn windows_are_spans_in_order_for_every_model_and_route() {
    for (model, route, doses) in everything(50.0) {
        for options in [every(1.0), every(5.0)] {
            let arm = try_run(library(), model, &Subject::default(), 6.0, doses.clone(), options).unwrap();
            assert_windows(&arm.windows(), &format!("{} {route}", model.id));
            // what nobody notices has no strongest time
            let w = arm.windows();
            let felt = w.onset.is_some() || w.grid_reaching > 0.0;
            assert_eq!(w.peak.is_some(), felt, "{} {route}", model.id);
            assert_eq!(w.strongest.is_some_and(|[a, b]| a < b), felt, "{} {route}", model.id);
        }
    }
}

#[test]
fn nobody_notices_a_hundredth_of_a_milligram() {
    for model in library().models() {
        for &route in model.routes.keys() {
            let arm = run(&model.id, 4.0, vec![dose(route, 0.01)], every(1.0));
            assert_eq!(arm.windows().onset, None, "{} {route}", model.id);
            assert_eq!(arm.windows().main_effects_end, None, "{} {route}", model.id);
            assert_eq!(arm.windows().grid_reaching, 0.0);
        }
    }
}

// ---- areas and fractions by hand --------------------------------------------------------------------

#[test]
fn clearance_times_area_is_what_reached_the_blood() {
    // CL 84 L/h at 70 kg
    for (doses, reached) in [
        (vec![dose(Route::Iv, 35.0)], 35.0),
        (vec![infused(35.0, 40.0)], 35.0),
        (vec![dose(Route::Im, 35.0)], 35.0 * 0.93),
        (vec![dose(Route::Po, 50.0)], 50.0 * 0.16),
        (vec![repeated(dose(Route::Im, 20.0), 30.0, 3)], 80.0 * 0.93),
    ] {
        let arm = run("ketamine-composite", 4.0, doses, every(1.0));
        assert_relative(arm.curves[0].exposure.auc_inf.unwrap(), reached / 84.0, 1e-9, "AUC");
    }
    // norketamine, formed from all that is cleared (f_nk 1) and from 0.77 of what is swallowed: CL 57.7 L/h
    let iv = run("ketamine-composite", 4.0, vec![dose(Route::Iv, 35.0)], every(1.0));
    assert_relative(iv.curves[1].exposure.auc_inf.unwrap(), 35.0 / 57.7, 1e-9, "norketamine");
    let po = run("ketamine-composite", 4.0, vec![dose(Route::Po, 50.0)], every(1.0));
    assert_relative(po.curves[1].exposure.auc_inf.unwrap(), 50.0 * 0.93 / 57.7, 1e-9, "norketamine");
}

#[test]
fn exact_areas_agree_with_the_plotted_points() {
    for (model, route, doses) in everything(40.0) {
        let arm = try_run(library(), model, &Subject::default(), 48.0, doses, every(1.0)).unwrap();
        for curve in &arm.curves {
            let what = format!("{} {route} {}", model.id, curve.analyte);
            let check = ketasim::analysis::nca(&arm.times, &curve.values);
            assert_relative(check.auc_shown * 1e-3, curve.exposure.auc_shown, 0.02, &what);
            assert_relative(check.auc_inf.unwrap() * 1e-3, curve.exposure.auc_inf.unwrap(), 0.02, &what);
        }
    }
}

fn f_of(id: &str, dose: Dose) -> f64 {
    run(id, 4.0, vec![dose], every(5.0)).bioavailability.unwrap()
}

#[test]
fn bioavailability_follows_the_formulas() {
    let composite = |dose| f_of("ketamine-composite", dose);
    // under the tongue: what the mucosa takes, and 0.16 of what is swallowed
    let kept = (-0.019 * 10.0_f64).exp();
    let swallowed = composite(held(100.0, 10.0, AfterHold::Swallow));
    assert_relative(swallowed, 1.0 - kept + kept * 0.16, 1e-6, "SL swallowed");
    assert_eq!(format!("{swallowed:.3}"), "0.305");
    let spat = composite(held(100.0, 10.0, AfterHold::Spit));
    assert_relative(spat, 1.0 - kept, 1e-6, "SL spat out");
    assert_eq!(format!("{spat:.3}"), "0.173");
    // the nose: 0.36, each further spray x 0.62 (not compounded), the rest swallowed
    let one = composite(sprayed(25.0, 1, 0.0));
    assert_relative(one, 0.4624, 1e-6, "one racemic spray");
    for n in 2..=5_u64 {
        let nose = 0.36 * (1.0 + (n - 1) as f64 * 0.62) / n as f64;
        let f = composite(sprayed(10.0 * n as f64, n, 1.0));
        assert_relative(f, nose + (1.0 - nose) * 0.16, 1e-6, &format!("{n} racemic sprays"));
    }
    assert_relative(composite(dose(Route::Im, 35.0)), 0.93, 1e-6, "IM");
    assert_relative(composite(dose(Route::Po, 50.0)), 0.16, 1e-6, "PO");
    assert_relative(composite(dose(Route::Iv, 35.0)), 1.0, 1e-9, "IV");
    assert_relative(f_of("simons-2022", dose(Route::Sl, 50.0)), 0.263, 1e-6, "film");
}

/// Share of swallowed drug that passes gut wall and liver (well-stirred) in Perez-Ruixo 2021.
fn perez_swallowed(kel: f64, kmet: f64, qh: f64) -> f64 {
    let out = kel + kmet;
    0.64 * (1.0 - out / (out + qh / 101.0))
}

#[test]
fn the_esketamine_spray_follows_the_formula_device_by_device() {
    let swallowed = perez_swallowed(1.11, 2.77, 151.0);
    for (devices, printed) in [(1, "0.622"), (2, "0.538"), (3, "0.509")] {
        let nose = 0.54 * (1.0 + 0.62 * f64::from(devices - 1)) / f64::from(devices);
        let expected = nose + (1.0 - nose) * swallowed;
        assert_eq!(format!("{expected:.3}"), printed);
        // devices are counted from the amount, 28 mg each
        let f = f_of("perez-ruixo-2021", dose(Route::In, 28.0 * f64::from(devices)));
        assert_relative(f, expected, 1e-6, &format!("{devices} devices"));
    }
    assert_relative(f_of("perez-ruixo-2021", dose(Route::Po, 84.0)), swallowed, 1e-6, "swallowed");
}

// ---- covariates -------------------------------------------------------------------------------------

fn of_weight(kg: f64) -> Subject {
    Subject { weight: Weight::from_kg(kg), ..Subject::default() }
}

#[test]
fn clearance_grows_with_weight_to_the_three_quarters_and_volume_in_proportion() {
    for kg in [50.0, 70.0, 100.0] {
        let arm = run_for(&of_weight(kg), "ketamine-composite", 4.0, vec![dose(Route::Iv, 35.0)], every(1.0));
        let clearance = 35.0 / arm.curves[0].exposure.auc_inf.unwrap();
        assert_relative(clearance, 84.0 * (kg / 70.0_f64).powf(0.75), 1e-9, &format!("{kg} kg"));
        // a bolus is in V1 at first: 25 L at 70 kg
        assert_relative(arm.curves[0].values[0], 35_000.0 / (25.0 * kg / 70.0), 1e-9, &format!("{kg} kg"));
    }
}

#[test]
fn weight_changes_nothing_where_it_was_no_covariate() {
    let of = |kg| run_for(&of_weight(kg), "perez-ruixo-2021", 4.0, vec![sprayed(56.0, 2, 5.0)], every(1.0));
    let (light, heavy) = (of(45.0), of(140.0));
    assert_eq!(light.curves[0].values, heavy.curves[0].values);
    assert!(light.warnings.iter().any(|w| w == "weight does not change this curve"));
    let composite = run("ketamine-composite", 4.0, vec![dose(Route::Im, 35.0)], every(1.0));
    assert!(!composite.warnings.iter().any(|w| w == "weight does not change this curve"));
}

#[test]
fn age_and_ancestry_act_as_printed() {
    let with = |age: f64, ancestry| Subject { age: Age::from_years(age), ancestry, ..Subject::default() };
    let spray = |subject: &Subject| {
        run_for(subject, "perez-ruixo-2021", 4.0, vec![sprayed(28.0, 1, 0.0)], every(5.0)).bioavailability.unwrap()
    };
    let f = |nose: f64, swallowed: f64| nose + (1.0 - nose) * swallowed;
    for (age, qh) in [(40.0, 151.0), (60.0, 151.0), (70.0, 151.0 - 21.9)] {
        let expected = f(0.54, perez_swallowed(1.11, 2.77, qh));
        assert_relative(spray(&with(age, Ancestry::Unstated)), expected, 1e-6, &format!("{age} y"));
    }
    let kel = 1.11 * 0.36;
    let japanese = f(0.54 * 1.34, perez_swallowed(kel, 2.77, 151.0));
    assert_relative(spray(&with(40.0, Ancestry::Japanese)), japanese, 1e-6, "Japanese");
    let asian = f(0.54, perez_swallowed(kel, 2.77, 151.0));
    assert_relative(spray(&with(40.0, Ancestry::Asian)), asian, 1e-6, "Asian");
    // noresketamine after a vein: kmet's share of 28 mg over CLn, 38.0 L/h x 0.81
    for (ancestry, kel, clearance) in [(Ancestry::Unstated, 1.11, 38.0), (Ancestry::Asian, kel, 38.0 * 0.81)] {
        let arm = run_for(&with(40.0, ancestry), "perez-ruixo-2021", 4.0, vec![dose(Route::Iv, 28.0)], every(5.0));
        let expected = 28.0 * 2.77 / (kel + 2.77) / clearance;
        assert_relative(arm.curves[1].exposure.auc_inf.unwrap(), expected, 1e-6, "noresketamine");
    }
}

// ---- closed forms -----------------------------------------------------------------------------------

const ONE_COMPARTMENT: &str = "[[disposition]]\nof = \"ketamine\"\nV = [\"V\"]\nCL = \"CL\"\n";

fn hours(arm: &ArmOutcome) -> Vec<f64> {
    arm.grid.iter().map(|&i| arm.times[i]).collect()
}

#[test]
fn one_compartment_falls_exponentially() {
    let rest = format!(
        "{}{ONE_COMPARTMENT}[routes.iv]\nassumption = \"a\"\nways = [{{ into = \"ketamine\", share = \"rest\" }}]\n",
        parameters(&[("V", "20 L"), ("CL", "10 L/h")])
    );
    let own = own_model(&rest);
    let arm = run_own(&own, 6.0, vec![dose(Route::Iv, 30.0)], every(5.0));
    // D / V exp(-CL/V t), in ng/mL
    let expected: Vec<f64> = hours(&arm).iter().map(|t| 1500.0 * (-0.5 * t).exp()).collect();
    assert_close(&on_grid(&arm, 0), &expected, 1e-12, "bolus");
    // D / (T CL) (1 - exp(-k t)) until T, then falling
    let arm = run_own(&own, 6.0, vec![infused(30.0, 60.0)], every(5.0));
    let during = |t: f64| 3000.0 * (1.0 - (-0.5 * t).exp());
    let infusion = |t: &f64| if *t <= 1.0 { during(*t) } else { during(1.0) * (-0.5 * (t - 1.0)).exp() };
    let expected: Vec<f64> = hours(&arm).iter().map(infusion).collect();
    assert_close(&on_grid(&arm, 0), &expected, 1e-12, "infusion");
    assert_relative(arm.curves[0].exposure.tmax, 1.0, 1e-9, "the peak is at the end of the infusion");
    assert_relative(arm.curves[0].exposure.half_life.unwrap(), std::f64::consts::LN_2 / 0.5, 1e-9, "half-life");
}

#[test]
fn two_compartments_fall_as_two_exponentials() {
    // Clements and Nimmo as the model file has it, per min; V1 1.7522 L/kg
    let (k10, k12, k21) = (0.0109, 0.0186, 0.0137);
    let (sum, product) = (k10 + k12 + k21, k10 * k21);
    let root = f64::sqrt(sum * sum - 4.0 * product);
    let (alpha, beta) = (0.5 * (sum + root), 0.5 * (sum - root));
    let arm = run("clements-nimmo-1981", 8.0, vec![dose(Route::Iv, 17.5)], every(5.0));
    let expected: Vec<f64> = hours(&arm)
        .iter()
        .map(|t| {
            let t = t * 60.0;
            let (a, b) = ((alpha - k21) / (alpha - beta), (k21 - beta) / (alpha - beta));
            17_500.0 / (1.7522 * 70.0) * (a * (-alpha * t).exp() + b * (-beta * t).exp())
        })
        .collect();
    assert_close(&on_grid(&arm, 0), &expected, 1e-11, "bolus");
    assert_relative(arm.curves[0].exposure.half_life.unwrap() * 60.0, std::f64::consts::LN_2 / beta, 1e-9, "half-life");
}

#[test]
fn three_compartments_fall_as_three_exponentials() {
    // Domino as the model file has it, per min; V1 0.063 L/kg
    let (k10, k12, k13, k21, k31) = (0.438, 0.592, 0.590, 0.247, 0.0146);
    let characteristic = |x: f64| {
        let two = k10 * k31 + k21 * k31 + k21 * k13 + k10 * k21 + k31 * k12;
        x * x * x - (k10 + k12 + k13 + k21 + k31) * x * x + two * x - k10 * k21 * k31
    };
    let root = |mut low: f64, mut high: f64| {
        let below = characteristic(low) < 0.0;
        assert_ne!(below, characteristic(high) < 0.0, "no root in between");
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if (characteristic(middle) < 0.0) == below { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    };
    // k21 and k31 lie between the roots
    let roots = [root(0.0, k31), root(k31, k21), root(k21, 10.0)];
    let term = |i: usize, t: f64| {
        let (x, y, z) = (roots[i], roots[(i + 1) % 3], roots[(i + 2) % 3]);
        (k21 - x) * (k31 - x) / ((y - x) * (z - x)) * (-x * t).exp()
    };
    let arm = run("domino", 8.0, vec![dose(Route::Iv, 35.0)], every(5.0));
    let expected: Vec<f64> = hours(&arm)
        .iter()
        .map(|t| 35_000.0 / (0.063 * 70.0) * (0..3).map(|i| term(i, t * 60.0)).sum::<f64>())
        .collect();
    assert_close(&on_grid(&arm, 0), &expected, 1e-10, "bolus");
}

fn absorbing(ka: &str) -> (Library, Model) {
    let way = "ways = [{ into = \"ketamine\", share = \"rest\", ka = \"KA\" }]\n";
    own_model(&format!(
        "{}{ONE_COMPARTMENT}[routes.po]\nassumption = \"a\"\n{way}",
        parameters(&[("V", "10 L"), ("CL", "10 L/h"), ("KA", ka)])
    ))
}

#[test]
fn equal_rates_need_no_special_case() {
    // ka = k = 1/h: D / V t exp(-t)
    let arm = run_own(&absorbing("1 1/h"), 8.0, vec![dose(Route::Po, 20.0)], every(5.0));
    let expected: Vec<f64> = hours(&arm).iter().map(|t| 2000.0 * t * (-t).exp()).collect();
    assert_close(&on_grid(&arm, 0), &expected, 1e-12, "ka = k");
    assert_relative(arm.curves[0].exposure.tmax, 1.0, 1e-9, "the peak is at 1/k");
    // nearly equal: the difference of two exponentials, written without cancellation
    for ka in [1.0 + 1e-3, 1.0 + 1e-7, 1.0 - 1e-10, 1.0 + 1e-14] {
        let d = ka - 1.0;
        let arm = run_own(&absorbing(&format!("{ka:.16} 1/h")), 8.0, vec![dose(Route::Po, 20.0)], every(5.0));
        let curve = |t: &f64| if *t == 0.0 { 0.0 } else { 2000.0 * ka * (-t).exp() * -(-d * t).exp_m1() / d };
        let expected: Vec<f64> = hours(&arm).iter().map(curve).collect();
        // 1 + 1e-14 and its like are themselves known to 1e-16 only
        assert_close(&on_grid(&arm, 0), &expected, 1e-11 + 1e-16 / d.abs() * 2.0, &format!("ka {ka}"));
    }
}

#[test]
fn two_parallel_first_order_ways_are_the_sum_of_each() {
    let values = parameters(&[("V", "10 L"), ("CL", "10 L/h"), ("KA", "2 1/h"), ("KB", "0.25 1/h"), ("F", "0.4")]);
    let model =
        |ways: &str| own_model(&format!("{values}{ONE_COMPARTMENT}[routes.po]\nassumption = \"a\"\nways = [{ways}]\n"));
    let both = model(
        "{ into = \"ketamine\", share = \"F\", ka = \"KA\" }, \
         { into = \"ketamine\", share = \"rest\", ka = \"KB\", lag = \"1 / KA\" }",
    );
    let arm = run_own(&both, 12.0, vec![dose(Route::Po, 20.0)], every(5.0));
    // by hand: D ka / (V (ka - k)) (exp(-k t) - exp(-ka t)) for each part, k 1/h, the slow one 0.5 h later
    let part = |mg: f64, ka: f64, t: f64| {
        if t <= 0.0 { 0.0 } else { mg * 100.0 * ka / (ka - 1.0) * ((-t).exp() - (-ka * t).exp()) }
    };
    let expected: Vec<f64> = hours(&arm).iter().map(|t| part(8.0, 2.0, *t) + part(12.0, 0.25, *t - 0.5)).collect();
    assert_close(&on_grid(&arm, 0), &expected, 1e-12, "both");
    // and each way alone with its own dose
    let alone = |ka: &str, lag: &str, mg: f64| {
        let own = model(&format!("{{ into = \"ketamine\", share = \"rest\", ka = \"{ka}\"{lag} }}"));
        on_grid(&run_own(&own, 12.0, vec![dose(Route::Po, mg)], every(5.0)), 0)
    };
    let (fast, slow) = (alone("KA", "", 8.0), alone("KB", ", lag = \"1 / KA\"", 12.0));
    let sum: Vec<f64> = fast.iter().zip(&slow).map(|(a, b)| a + b).collect();
    assert_close(&on_grid(&arm, 0), &sum, 1e-12, "sum");
}

/// A model of children is not asked what it gives for 70 kg and 40 years, where its values are impossible.
#[test]
fn a_model_is_checked_for_those_it_is_for_only() {
    let text = |weight: &str, age: &str| {
        format!(
            "format = 1\nid = \"own\"\ntitle = \"t\"\nabout = \"a\"\ndrug = \"ketamine\"\nsalt = \"base\"\n\
             estimated_from = \"arterial\"\n[source.s]\ncitation = \"c\"\n[population]\nwho = \"w\"\n\
             [applies_to]\n{weight}{age}[[output]]\nanalyte = \"ketamine\"\nsite = \"arterial\"\n\
             compartment = \"ketamine\"\n[parameters]\n{}{ONE_COMPARTMENT}[[effect]]\non = [\"CL\"]\nby = \"weight\"\n\
             above = \"20 kg\"\nslope = \"-1 L/h/kg\"\nsource = \"s\"\ngrade = \"E\"\n[[effect]]\non = [\"V\"]\n\
             by = \"age\"\nabove = \"10 y\"\nslope = \"-1 L/y\"\nsource = \"s\"\ngrade = \"E\"\n\
             [routes.iv]\nassumption = \"a\"\nways = [{{ into = \"ketamine\", share = \"rest\" }}]\n",
            parameters(&[("V", "20 L"), ("CL", "30 L/h")])
        )
    };
    let (light, young) = ("weight = [\"12 kg\", \"30 kg\"]\n", "age = [\"2 y\", \"12 y\"]\n");
    let check = |weight, age| library().check_toml("own.toml", &text(weight, age)).map(|_| ());
    check(light, young).unwrap();
    assert!(check("", young).unwrap_err().what().contains("70 kg"));
    assert!(check(light, "").unwrap_err().what().contains("40 y"));
}

#[test]
fn a_lag_shifts_start_and_end_and_f_acts_on_the_rate() {
    let model = |f: &str, lag: &str| {
        own_model(&format!(
            "{}{ONE_COMPARTMENT}[routes.po]\nassumption = \"a\"\n\
             ways = [{{ into = \"ketamine\", share = \"F\", lag = \"LAG\", duration = \"T\" }}, \
             {{ into = \"unabsorbed\", share = \"rest\" }}]\n\
             [routes.iv]\nassumption = \"a\"\nways = [{{ into = \"ketamine\", share = \"F\", lag = \"LAG\" }}, \
             {{ into = \"unabsorbed\", share = \"rest\" }}]\n",
            parameters(&[("V", "20 L"), ("CL", "10 L/h"), ("F", f), ("LAG", lag), ("T", "1 h")])
        ))
    };
    for (dose, what) in [(dose(Route::Po, 30.0), "zero order"), (infused(30.0, 60.0), "infusion")] {
        let prompt = run_own(&model("1", "1 s"), 6.0, vec![dose.clone()], every(5.0));
        assert!(prompt.curves[0].values.iter().any(|v| *v > 0.0));
        let late = run_own(&model("0.5", "30 min"), 6.0, vec![dose], every(5.0));
        // by hand: half of 30 mg over 1 h from 0.5 h to 1.5 h, V 20 L, k 0.5/h
        let during = |t: f64| 1500.0 * (1.0 - (-0.5 * t).exp());
        let curve = |t: &f64| match t - 0.5 {
            t if t <= 0.0 => 0.0,
            t if t <= 1.0 => during(t),
            t => during(1.0) * (-0.5 * (t - 1.0)).exp(),
        };
        let expected: Vec<f64> = hours(&late).iter().map(curve).collect();
        assert_close(&on_grid(&late, 0), &expected, 1e-12, what);
        assert_relative(late.curves[0].exposure.tmax, 1.5, 1e-9, what);
        assert_relative(late.curves[0].exposure.auc_inf.unwrap(), 1.5, 1e-9, what);
    }
}

#[test]
fn a_chain_of_transits_has_its_mean_time() {
    // three stages at 3 / (1.5 h) = 2/h, then a compartment that is left at 2/h too:
    // a bolus into the first is D (2t)^3 / 3! exp(-2t) in the last
    let rest = format!(
        "{}{ONE_COMPARTMENT}[compartments]\nchain = {{ holds = \"ketamine\", transits = 3, mean_time = \"MTT\", into = \"ketamine\" }}\n\
         [routes.po]\nassumption = \"a\"\nways = [{{ into = \"chain\", share = \"rest\" }}]\n",
        parameters(&[("V", "10 L"), ("CL", "20 L/h"), ("MTT", "90 min")])
    );
    let arm = run_own(&own_model(&rest), 12.0, vec![dose(Route::Po, 10.0)], every(5.0));
    let curve = |t: &f64| 1000.0 * (2.0 * t).powi(3) / 6.0 * (-2.0 * t).exp();
    let expected: Vec<f64> = hours(&arm).iter().map(curve).collect();
    assert_close(&on_grid(&arm, 0), &expected, 1e-12, "chain");
}

// ---- sites ------------------------------------------------------------------------------------------

fn at_site(id: &str, site: PlasmaSite, dose: Dose) -> Result<ArmOutcome, Error> {
    let mut arm = arm(library().model(id).unwrap(), vec![dose]);
    arm.site = Some(site);
    Ok(scenario(&Subject::default(), 4.0, arm).run(library(), every(1.0))?.arms.remove(0))
}

#[test]
fn the_venous_read_out_is_not_offered_after_fast_doses_into_a_vein() {
    let venous = |dose| at_site("ketamine-composite", PlasmaSite::Venous, dose);
    for slow in [
        infused(35.0, 40.0),
        infused(35.0, 20.0),
        held(100.0, 10.0, AfterHold::Swallow),
        dose(Route::Po, 50.0),
        dose(Route::Im, 35.0),
        sprayed(50.0, 1, 0.0),
    ] {
        assert_eq!(venous(slow).unwrap().site, Site::Venous);
    }
    for fast in [dose(Route::Iv, 10.0), infused(35.0, 19.0)] {
        let error = venous(fast).unwrap_err();
        assert!(error.what().contains("arm-vein values early after a fast dose are not predicted"), "{error}");
        assert!(error.what_would_work().unwrap().contains("arterial plasma"), "{error}");
    }
    let error = at_site("perez-ruixo-2021", PlasmaSite::Arterial, sprayed(28.0, 1, 0.0)).unwrap_err();
    assert!(error.what().contains("no curve for arterial plasma"), "{error}");
    assert!(at_site("perez-ruixo-2021", PlasmaSite::Venous, sprayed(28.0, 1, 0.0)).is_ok());
}

#[test]
fn a_delay_changes_the_shape_but_not_the_area() {
    let slow = infused(35.0, 40.0);
    let arterial = at_site("ketamine-composite", PlasmaSite::Arterial, slow.clone()).unwrap();
    let venous = at_site("ketamine-composite", PlasmaSite::Venous, slow).unwrap();
    let (a, v) = (arterial.curves[0].exposure, venous.curves[0].exposure);
    assert_relative(v.auc_inf.unwrap(), a.auc_inf.unwrap(), 1e-9, "AUC");
    assert_relative(venous.bioavailability.unwrap(), 1.0, 1e-9, "F");
    // part of the blood passes at once, so the peak comes at the same time and lower
    assert!(v.cmax < a.cmax && v.tmax >= a.tmax);
    // by hand: share of the blood that passes at once, the rest behind a first-order delay of rate k
    let (share, k) = (0.53, 0.025 * 60.0);
    let at_once = &arterial.curves[0].values;
    let mut behind = 0.0;
    for i in 1..at_once.len() {
        let (dt, x0, x1) = (arterial.times[i] - arterial.times[i - 1], at_once[i - 1], at_once[i]);
        if dt > 0.0 {
            // exact for a straight line between two points
            let (slope, decay) = ((x1 - x0) / dt, (-k * dt).exp());
            behind = behind * decay + (x0 - slope / k) * (1.0 - decay) + slope * dt;
        }
        let by_hand = share * x1 + (1.0 - share) * behind;
        assert!((venous.curves[0].values[i] - by_hand).abs() < 1e-3 * v.cmax * 1000.0, "{i}");
    }
}
