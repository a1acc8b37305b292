//! Arms whose subject is another one than the scenario's: the same numbers as if they were alone with that subject.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use ketasim::outcome::{ArmOutcome, Options};
use ketasim::population::{ArmPopulation, InTurn, People, PopulationOutcome, Sample, population_outcome};
use ketasim::scenario::Scenario;
use ketasim::{Figure, Library, View};
use std::sync::LazyLock;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::embedded().unwrap());

fn read(text: &str) -> Scenario {
    Scenario::from_toml("test.toml", text, &LIBRARY).unwrap()
}

fn refused(text: &str) -> String {
    Scenario::from_toml("test.toml", text, &LIBRARY).unwrap_err().to_string()
}

/// An infusion and an injection per kg, and a lozenge in mg: doses that follow the weight, and one that does not.
const ARMS: [(&str, &str); 3] = [
    ("IV", "route = 'iv'\namount = '0.5 mg/kg'\nduration = '40 min'"),
    ("IM", "route = 'im'\namount = '1 mg/kg'"),
    ("SL", "route = 'sl'\namount = '100 mg'"),
];

fn scenario(head: &str, own: &str, arms: &[usize]) -> Scenario {
    let arm = |i: &usize| {
        let (label, dose) = ARMS[*i];
        format!("[[arm]]\nlabel = '{label}'\ndrug = 'ketamine'\n{own}\n[[arm.dose]]\n{dose}\n")
    };
    read(&format!("horizon = '4 h'\n{head}\n{}", arms.iter().map(arm).collect::<String>()))
}

fn run(scenario: &Scenario) -> Vec<ArmOutcome> {
    scenario.run(&LIBRARY, Options::default()).unwrap().arms
}

fn people(scenario: &Scenario) -> PopulationOutcome {
    let sample = Sample { people: People::new(64).unwrap(), seed: 3, every: None };
    population_outcome(scenario, &LIBRARY, sample, &InTurn, &|_| true).unwrap()
}

/// Everything that an outcome says of an arm, but for who else is in the comparison.
fn told(arm: &ArmOutcome) -> String {
    format!("{:?}", ArmOutcome { apart: None, ..arm.clone() })
}

const LIGHT: &str = "subject = { weight = '50 kg', age = '30 y' }";

#[test]
fn an_arm_with_its_own_subject_is_the_arm_of_a_scenario_with_that_subject() {
    let whole = scenario("[subject]\nweight = '50 kg'\nage = '30 y'\nsex = 'female'", "", &[0, 1, 2]);
    let own = scenario("[subject]\nweight = '110 kg'\nage = '60 y'\nsex = 'female'", LIGHT, &[0, 1, 2]);
    for (one, other) in run(&whole).iter().zip(&run(&own)) {
        assert_eq!(told(one), told(other));
    }
    let [one, other] = [&whole, &own].map(|s| format!("{:?}", people(s).arms));
    assert_eq!(one, other);
}

#[test]
fn two_people_in_one_comparison_are_each_as_if_alone() {
    let heavy = "subject = { weight = '110 kg' }";
    let mut both = scenario("", LIGHT, &[0, 1]);
    let mut second = scenario("", heavy, &[0, 1]);
    second.arms.iter_mut().for_each(|arm| arm.label.push_str(" 2"));
    both.arms.append(&mut second.arms);
    let alone: Vec<ArmOutcome> = [LIGHT, heavy].iter().flat_map(|own| run(&scenario("", own, &[0, 1]))).collect();
    let together = run(&both);
    assert_eq!(together.len(), 4);
    for (one, other) in together.iter().zip(&alone) {
        let other = ArmOutcome { label: one.label.clone(), index: one.index, ..other.clone() };
        assert_eq!(told(one), told(&other));
    }
    // 110/50 of the dose per kg into a clearance that grows with weight^0.75: more area, by (110/50)^0.25
    let area = |arm: &ArmOutcome| arm.curves[0].exposure.auc_inf.unwrap();
    let ratio = area(&together[2]) / area(&together[0]);
    assert!((ratio - 2.2_f64.powf(0.25)).abs() < 1e-9, "{ratio}");
    // draws are kept by model, and those of another subject are others
    let counted = people(&both).arms;
    let counted_alone: Vec<_> =
        [LIGHT, heavy].iter().flat_map(|own| people(&scenario("", own, &[0, 1])).arms).collect();
    for (one, other) in counted.iter().zip(&counted_alone) {
        let percentiles = |arm: &ArmPopulation| arm.bands.as_ref().map(|b| b.bands.clone());
        assert!(percentiles(one) == percentiles(other), "{}: other bands", one.label);
        assert!(one.sessions == other.sessions, "{}: other sessions", one.label);
    }
}

#[test]
fn what_an_arm_states_is_the_same_in_all_its_virtual_subjects() {
    let varying = "[population]\nweight = { low = '50 kg', high = '100 kg' }";
    let own = scenario(varying, "subject = { weight = '50 kg' }", &[0]);
    let plain = scenario("[subject]\nweight = '50 kg'", "", &[0]);
    assert_eq!(format!("{:?}", people(&own).arms[0].bands), format!("{:?}", people(&plain).arms[0].bands));
    let varied = scenario(varying, "", &[0]);
    assert_ne!(format!("{:?}", people(&varied).arms[0].bands), format!("{:?}", people(&plain).arms[0].bands));
    // what it leaves out still varies
    let by_age = scenario(varying, "subject = { age = '30 y' }", &[0]);
    assert!(by_age.population_of(&by_age.arms[0]).weight.is_some());
}

#[test]
fn only_the_arm_of_somebody_the_model_was_not_made_for_is_warned() {
    let text = "[[arm]]\nlabel = 'adult'\ndrug = 'ketamine'\n[[arm.dose]]\nroute = 'iv'\namount = '0.5 mg/kg'\nduration = '40 min'\n\
                [[arm]]\nlabel = 'child'\ndrug = 'ketamine'\nsubject = { weight = '20 kg', age = '6 y' }\n[[arm.dose]]\nroute = 'iv'\namount = '0.5 mg/kg'\nduration = '40 min'\n";
    let arms = run(&read(text));
    let outside = |arm: &ArmOutcome| arm.warnings.iter().filter(|w| w.contains("outside the model's")).count();
    assert_eq!((outside(&arms[0]), outside(&arms[1])), (0, 2));
    assert!(arms[1].warnings.iter().any(|w| w.contains("models made for 20 kg and 6 y")), "{:?}", arms[1].warnings);
}

#[test]
fn the_picture_and_the_words_say_whose_curve_it_is() {
    let mut both = scenario("", LIGHT, &[0]);
    let mut second = scenario("", "subject = { weight = '110 kg', age = '30 y' }", &[0]);
    second.arms[0].label = "IV 2".to_owned();
    both.arms.append(&mut second.arms);
    let outcome = both.run(&LIBRARY, Options::default()).unwrap();
    assert_eq!(outcome.arms.iter().map(ArmOutcome::name).collect::<Vec<_>>(), ["IV, 50 kg", "IV 2, 110 kg"]);
    assert_eq!(outcome.who(), "50 kg, 30 y, sex not stated; and 110 kg, 30 y, sex not stated");
    let figure = Figure::new(&outcome, &View::default(), &LIBRARY, &[]);
    assert!(figure.subtitle.contains("110 kg"), "{}", figure.subtitle);
    assert!(figure.legend[1].text.starts_with("B IV 2, 110 kg: 55 mg"), "{}", figure.legend[1].text);
    assert!(figure.footer.iter().any(|line| line.starts_with("Typical people of 50 kg and 110 kg.")));
    // one person: nothing is added to a name
    let one = scenario("", LIGHT, &[0, 1]).run(&LIBRARY, Options::default()).unwrap();
    assert_eq!(one.arms[0].name(), "IV");
}

#[test]
fn a_subject_is_written_and_read_back() {
    let scenario = scenario("", "subject = { weight = '50 kg', sex = 'female' }", &[0]);
    let text = scenario.to_toml().unwrap();
    assert_eq!(read(&text), scenario);
    assert_eq!(scenario.subject_of(&scenario.arms[0]).words(), "50 kg, 40 y, female");
}

#[test]
fn nobody_is_refused_at_their_place_in_the_file() {
    let arm = |own: &str| {
        format!("[[arm]]\nlabel = 'x'\ndrug = 'ketamine'\n{own}\n[[arm.dose]]\nroute = 'im'\namount = '30 mg'\n")
    };
    let light = refused(&arm("subject = { weight = '0.4 kg' }"));
    assert!(
        light.contains("0.4 kg") && light.contains("test.toml, line 4") && light.contains("from 1 kg to 400 kg"),
        "{light}"
    );
    let unknown = refused(&arm("subject = { height = '170 cm' }"));
    assert!(unknown.contains("height") && unknown.contains("weight"), "{unknown}");
    let unit = refused(&arm("subject = { weight = '50' }"));
    assert!(unit.contains("50") && unit.contains("kg"), "{unit}");
}
