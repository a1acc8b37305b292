//! Routes: what a dose by each can state, and one that no shipped model has.

use super::{library, read};
use ketasim::Library;
use ketasim::curves;
use ketasim::outcome::{ArmOutcome, Options};
use ketasim::population::{InTurn, People, Sample, bands};
use ketasim::regimen::{Administration, AfterHold, Dose, DoseAmount, Infusion, Route};
use ketasim::scenario::Scenario;
use ketasim::units::{Amount, Time};

const UNDER_THE_SKIN: &str = include_str!("../accepted/under-the-skin-2021.toml");

/// One dose of a scenario in which nothing else is stated.
fn dose(keys: &str) -> Result<Dose, ketasim::Error> {
    let scenario = read("30 d", &format!("[[arm]]\nlabel = 'x'\ndrug = 'ketamine'\n[[arm.dose]]\n{keys}"))?;
    Ok(scenario.arms[0].doses[0].clone())
}

/// Every form in which a dose is written, with what it is.
#[test]
fn every_form_of_a_dose_comes_back_from_its_file() {
    let minutes = Time::from_minutes;
    let over = |duration: f64| Infusion::over(minutes(duration));
    let held = |hold: Option<f64>, after| Administration::Sublingual { hold: hold.map(minutes), after };
    let sprayed = |sprays: Option<u32>, every: Option<f64>| {
        let sprays = sprays.map(|n| ketasim::regimen::Sprays::new(n).unwrap());
        Administration::Intranasal { sprays, every: every.map(minutes) }
    };
    let infused = |infusion: Infusion| Administration::Intravenous { infusion: Some(infusion) };
    for (keys, administration) in [
        ("route = 'iv'\namount = '35 mg'", Administration::by(Route::Iv)),
        ("route = 'iv'\namount = '35 mg'\nduration = '40 min'", infused(over(40.0))),
        (
            "route = 'iv'\namount = '35 mg'\nduration = '40 min'\nstop = '10 min'",
            infused(Infusion { stop: Some(minutes(10.0)), ..over(40.0) }),
        ),
        ("route = 'im'\namount = '0.5 mg/kg'", Administration::Intramuscular),
        ("route = 'sl'\namount = '100 mg'", held(None, None)),
        ("route = 'sl'\namount = '100 mg'\nhold = '7 min'", held(Some(7.0), None)),
        ("route = 'sl'\namount = '100 mg'\nafter = 'spit'", held(None, Some(AfterHold::Spit))),
        (
            "route = 'sl'\namount = '100 mg'\nhold = '7 min'\nafter = 'swallow'",
            held(Some(7.0), Some(AfterHold::Swallow)),
        ),
        ("route = 'in'\namount = '50 mg'", sprayed(None, None)),
        ("route = 'in'\namount = '50 mg'\nsprays = 2", sprayed(Some(2), None)),
        ("route = 'in'\namount = '50 mg'\nspray_every = '3 min'", sprayed(None, Some(3.0))),
        ("route = 'in'\namount = '50 mg'\nsprays = 2\nspray_every = '3 min'", sprayed(Some(2), Some(3.0))),
        ("route = 'po'\namount = '50 mg'\nform = 'hydrochloride'", Administration::Oral),
    ] {
        let dose = dose(keys).unwrap();
        assert_eq!(dose.administration, administration, "{keys}");
        assert_eq!(dose.route(), administration.route());
    }
    // of amount, duration and rate any two, and all three; what was not written is not written back
    for (keys, left_out) in [
        ("route = 'iv'\nduration = '40 min'\nrate = '1 mg/min'\nstop = '10 min'", Some("amount")),
        ("route = 'iv'\namount = '40 mg'\nrate = '1 mg/min'", Some("duration")),
        ("route = 'iv'\namount = '40 mg'\nduration = '40 min'\nrate = '1 mg/min'", None),
    ] {
        let dose = dose(keys).unwrap();
        assert_eq!((dose.amount.number(), dose.duration().unwrap().minutes()), (40.0, 40.0), "{keys}");
        assert_eq!(dose.rate().unwrap().written, "1 mg/min");
        let text = toml::to_string(&dose).unwrap();
        assert!(left_out.is_none_or(|key| !text.contains(&format!("{key} ="))), "{text}");
    }
    // all of them, and SC, which no shipped model has
    let repeated = "repeat = { every = '1 d', additional = 2 }\ntime = '5 min'\n";
    let every_form = [
        "route = 'iv'\namount = '35 mg'\n",
        "route = 'iv'\nduration = '40 min'\nrate = '1 mg/min'\nstop = '10 min'\n",
        "route = 'iv'\namount = '40 mg'\nrate = '1 mg/min'\n",
        "route = 'iv'\namount = '0.5 mg/kg'\nduration = '40 min'\nform = 'hydrochloride'\n",
        "route = 'im'\namount = '35 mg'\n",
        "route = 'sl'\namount = '35 mg'\nhold = '10 min'\nafter = 'spit'\n",
        "route = 'in'\namount = '35 mg'\nsprays = 2\nspray_every = '5 min'\n",
        "route = 'po'\namount = '35 mg'\n",
        "route = 'sc'\namount = '35 mg'\n",
    ];
    for keys in every_form {
        for keys in [keys.to_owned(), format!("{keys}{repeated}")] {
            let first: Dose = toml::from_str(&keys).unwrap();
            let again: Dose = toml::from_str(&toml::to_string(&first).unwrap()).unwrap();
            assert_eq!(first, again, "{keys}");
        }
    }
}

/// Every key that belongs to a route, in a dose by each other route: refused by its own line.
#[test]
fn a_key_of_another_route_is_refused_by_its_line() {
    let value = |key: &str| match key {
        "rate" => "'1 mg/min'",
        "after" => "'spit'",
        "sprays" => "2",
        _ => "'10 min'",
    };
    let mut tried = 0;
    for owner in Route::ALL {
        for key in owner.row().keys {
            for route in Route::ALL.into_iter().filter(|r| *r != owner) {
                let (name, does) = (key.name, key.does);
                let line = format!("{name} = {}", value(name));
                let error = dose(&format!("route = '{}'\namount = '35 mg'\n{line}\n", route.id())).unwrap_err();
                let (own, other) = (route.id(), owner.id());
                assert_eq!(
                    error.what(),
                    format!("`{name}` belongs to the route {other}, but this dose has the route {own}")
                );
                let remedy = format!("leave `{name}` out ({does}), or change the route");
                assert_eq!(error.what_would_work(), Some(remedy.as_str()));
                assert_eq!(error.place().unwrap().text, line);
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 7 * 5);
}

/// A dose that moves to another route keeps what is not of the route.
#[test]
fn a_dose_moved_to_another_route_keeps_time_and_amount() {
    let first =
        dose("time = '5 min'\nroute = 'sl'\namount = '100 mg'\nhold = '7 min'\nform = 'hydrochloride'").unwrap();
    let moved = first.clone().moved_to(Route::In);
    let expected = Dose { administration: Administration::Intranasal { sprays: None, every: None }, ..first.clone() };
    assert_eq!((moved, first.clone().moved_to(Route::Sl)), (expected, first));
}

/// The shipped models and one that states IM and SC by the same numbers.
fn with_the_skin() -> Library {
    let mut library = Library::embedded().unwrap();
    library.insert_toml("under-the-skin-2021.toml", UNDER_THE_SKIN).unwrap();
    library
}

/// SC and IM of the same numbers are the same: in one person, in many, in every row.
#[test]
fn under_the_skin_by_the_numbers_of_a_muscle_is_as_into_a_muscle() {
    let library = with_the_skin();
    let arm = |label: &str, route: &str| {
        let model = "under-the-skin-2021";
        let repeat = "repeat = { every = '45 min', additional = 1 }";
        format!(
            "[[arm]]\nlabel = '{label}'\ndrug = 'ketamine'\nmodel = '{model}'\n\
             [[arm.dose]]\nroute = '{route}'\namount = '0.5 mg/kg'\n{repeat}\n"
        )
    };
    let text = format!("horizon = '4 h'\n{}{}", arm("muscle", "im"), arm("skin", "sc"));
    let scenario = Scenario::from_toml("skin.toml", &text, &library).unwrap();

    let outcome = scenario.run(&library, Options::default()).unwrap();
    let [muscle, skin] = outcome.arms.as_slice() else { panic!("two arms") };
    assert_eq!((muscle.routes.as_slice(), skin.routes.as_slice()), ([Route::Im].as_slice(), [Route::Sc].as_slice()));
    let values = |arm: &ArmOutcome| arm.curves.iter().map(|c| c.values.clone()).collect::<Vec<_>>();
    assert_eq!(values(muscle), values(skin));
    assert_eq!((muscle.windows(), muscle.bioavailability), (skin.windows(), skin.bioavailability));
    assert!((skin.bioavailability.unwrap() - 0.9).abs() < 1e-9);
    assert!(skin.warnings.iter().all(|w| !w.contains("outside what was studied")), "{:?}", skin.warnings);

    let rows = |label: &str| -> Vec<String> {
        let all = curves::csv(&outcome);
        all.lines().filter_map(|l| l.strip_prefix(&format!("{label},"))).map(str::to_owned).collect()
    };
    assert!(rows("skin").len() > 200 && rows("skin") == rows("muscle"));

    let sample = Sample { people: People::literal::<60>(), seed: 1, every: None };
    let bands = bands(&scenario, &library, sample, &InTurn, &|_| true).unwrap();
    assert!(bands[0].scatters && bands[0].bands == bands[1].bands);

    let words = ketasim::Figure::new(&outcome, &ketasim::View::default(), &library, &[]).description;
    assert!(words.contains("skin: 2 x 35 mg under the skin (SC)"), "{words}");
}

/// A model file may be the default by the route; a larger dose than it studied is told as by any route.
#[test]
fn a_model_file_can_be_the_default_under_the_skin() {
    let library = with_the_skin();
    let text = "[[arm]]\nlabel = 'x'\ndrug = 'ketamine'\n[[arm.dose]]\nroute = 'sc'\namount = '70 mg'\n";
    let scenario = Scenario::from_toml("skin.toml", text, &library).unwrap();
    let arm = scenario.run(&library, Options::default()).unwrap().arms.remove(0);
    assert_eq!(arm.model, "under-the-skin-2021");
    let told = "70 mg by route SC at 0 min is outside what was studied, 20 mg to 50 mg";
    assert!(arm.warnings.iter().any(|w| w == told), "{:?}", arm.warnings);
}

#[test]
fn shipped_models_have_no_route_under_the_skin() {
    assert!(library().models().all(|m| !m.routes.contains_key(&Route::Sc)));
    let ask = |model: &str| {
        let arm = format!("[[arm]]\nlabel = 'x'\ndrug = 'ketamine'\n{model}");
        read("4 h", &format!("{arm}[[arm.dose]]\nroute = 'sc'\namount = '35 mg'\n")).unwrap_err()
    };
    let named = ask("model = 'ketamine-composite'\n");
    assert_eq!(named.what(), "ketamine-composite has no route sc");
    assert_eq!(named.what_would_work(), Some("there is: iv, im, sl, in, po"));
    assert_eq!(named.place().unwrap().text, "route = 'sc'");
    let unnamed = ask("");
    assert_eq!(unnamed.what(), "no model of ketamine has the routes SC together");
    assert!(unnamed.what_would_work().unwrap().contains("ketamine-composite (iv, im, sl, in, po)"));
    // a dose made in code, as by a program
    let dose = Dose::new(Route::Sc, DoseAmount::Fixed(Amount::from_mg(35.0)));
    assert_eq!((dose.route(), dose.length(), dose.hold(), dose.sprays()), (Route::Sc, None, None, None));
}
