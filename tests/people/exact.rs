//! The quick engine against the exact one, person by person: each within 1e-9 of their own Cmax.

use super::{RACEMIC, Two, WORKLOAD, cases, library, sample, scenario, with_workload};
use ketasim::Library;
use ketasim::outcome::Options;
use ketasim::population::{
    InTurn, Kept, People, Sample, Workers, bands, courses, individuals, simulation_alone, subject_of,
};
use ketasim::scenario::Scenario;
use ketasim::units::Time;

/// Furthest that a quick course of some people lies from the exact one, of each person's own Cmax of each analyte.
fn furthest(scenario: &Scenario, arm: usize, sample: Sample, people: std::ops::Range<usize>, library: &Library) -> f64 {
    let quick = courses(scenario, arm, library, sample, people.clone()).unwrap();
    let options = Options { every: sample.every, ..Options::default() };
    let mut worst = 0.0_f64;
    for (person, curves) in people.zip(&quick) {
        let set = individuals(scenario, arm, library, sample, person).unwrap();
        let own = Scenario { subject: subject_of(scenario, 0, sample, person), ..scenario.clone() };
        let exact = own.run_person(arm, library, options, &set).unwrap();
        for (q, x) in curves.iter().zip(&exact) {
            let top = x.iter().copied().fold(0.0, f64::max);
            assert!(q.iter().all(|q| q.is_finite() && *q >= 0.0));
            q.iter().zip(x).for_each(|(q, x)| worst = worst.max((q - x).abs() / top));
        }
    }
    worst
}

/// A quick course is held to the exact one where speed turns into wrong numbers: rates that are equal or nearly so.
#[test]
fn equal_and_nearly_equal_rates_need_no_special_case() {
    for gap in [0.0, 1e-15, 1e-12, 1e-9, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.3] {
        // ka equal to CLm / Vm (0.4 1/h) and to kaG, up to the gap; nobody's lag ends at a point, where the one-person
        // path takes instants less than 4 us apart for one
        let text = WORKLOAD
            .replace("lag_sl = { value = \"0.10 h", "lag_sl = { value = \"0.11 h")
            .replace("lagG = { value = \"0.4 h", "lagG = { value = \"0.41 h")
            .replace("kaG = { value = \"1.2 1/h\"", &format!("kaG = {{ value = \"{} 1/h\"", 0.4 * (1.0 + gap)))
            .replace("ka_sl = { value = \"2 1/h\"", &format!("ka_sl = {{ value = \"{} 1/h\"", 0.4 * (1.0 - gap)))
            .replace("cv = \"30 %\"", &format!("cv = \"{} %\"", f64::max(10.0 * gap, 1e-9)));
        let library = with_workload(&text);
        let scenario = scenario("workload-2", "ketamine", &["route='sl'\namount='70 mg'"], "4 h", &library);
        let worst = furthest(&scenario, 0, sample(48), 0..48, &library);
        assert!(worst < 1e-9, "gap {gap}: {worst}");
        let by_modes = by_modes(&scenario, &library);
        assert!(if gap <= 1e-6 { by_modes == 0.0 } else { gap < 1e-3 || by_modes > 0.8 }, "gap {gap}: {by_modes}");
    }
}

/// Share of people who are followed as sums of modes, the quick way; others go by the exponential of a step.
fn by_modes(scenario: &Scenario, library: &Library) -> f64 {
    let mut kept = Kept::default();
    let sample = Sample { people: People::literal::<2000>(), seed: 7, every: None };
    simulation_alone(scenario, library, sample, &mut kept, &InTurn).unwrap();
    kept.by_modes().unwrap()
}

#[test]
fn most_people_go_the_quick_way() {
    let library = library();
    for (dose, least) in RACEMIC.into_iter().zip([0.9, 0.9, 0.9, 0.8, 0.3, 0.8, 0.9, 0.0]) {
        let share = by_modes(&scenario("ketamine-composite", "ketamine", &[dose], "4 h", &library), &library);
        assert!((least..=1.0).contains(&share), "{dose}: {share}");
    }
}

/// Of every way in and every model that scatters, people near and far from equal rates.
#[test]
fn people_of_every_model_are_within_a_billionth() {
    let library = library();
    for scenario in cases(&library) {
        for arm in 0..scenario.arms.len() {
            let worst = furthest(&scenario, arm, sample(640), 0..640, &library);
            assert!(worst < 1e-9, "{} {arm}: {worst}", scenario.arms[arm].model.as_deref().unwrap_or(""));
        }
    }
}

/// Models whose rates have no sum of modes of their own: three transits in a row, and norketamine that comes round.
#[test]
fn a_row_of_transits_and_a_ring_are_within_a_billionth() {
    let transits = WORKLOAD.replace("cleared_into = \"norketamine\"", "cleared_into = \"late\"").replace(
        "gut = { holds",
        "late = { holds = \"norketamine\", transits = 3, mean_time = \"lagG\", into = \"norketamine\" }\ngut = { holds",
    );
    let flows = "[[flow]]\nfrom = 'bile'\nrate = 'kaG'\ninto = 'bowel'\n\n[[flow]]\nfrom = 'bowel'\nrate = 'ka_sl'\ninto = 'norketamine'\n\n";
    let ring = WORKLOAD
        .replace("gut = { holds", "bile = { holds = \"norketamine\" }\nbowel = { holds = \"norketamine\" }\ngut = { holds")
        .replace(
            "clearance = \"CLm\"\ninto = \"eliminated\"",
            "clearance = \"CLm\"\nsplit = [{ into = \"bile\", share = \"min(1, FG)\" }, { into = \"eliminated\", share = \"rest\" }]",
        )
        .replace("[[flow]]\nfrom = \"gut\"", &format!("{flows}[[flow]]\nfrom = \"gut\""));
    for text in [transits, ring] {
        assert_ne!(text, WORKLOAD);
        let library = with_workload(&text);
        let doses = ["route='sl'\namount='70 mg'", "route='iv'\namount='35 mg'\nduration='40 min'"];
        let scenario = scenario("workload-2", "ketamine", &doses, "4 h", &library);
        for arm in 0..2 {
            let worst = furthest(&scenario, arm, sample(300), 0..300, &library);
            assert!(worst < 1e-9, "{worst}");
            assert_eq!(by_modes(&scenario, &library), 0.0);
        }
    }
}

/// 100,000 drawn people against the exact course, each within 1e-9 of their own Cmax, nearly equal rates included:
/// among so many, rates of absorption, loss and distribution come within a few parts in a million of each other.
#[test]
fn a_hundred_thousand_people_are_within_a_billionth() {
    let library = library();
    let scenario = scenario("workload-2", "ketamine", &["route='sl'\namount='70 mg'"], "2 h", &library);
    let sample = Sample { people: People::literal::<100_000>(), seed: 11, every: Some(Time::from_minutes(20.0)) };
    let worst = std::sync::Mutex::new(0.0_f64);
    Two.each(100, &|job| {
        let mine = furthest(&scenario, 0, sample, job * 1000..(job + 1) * 1000, &library);
        let mut worst = worst.lock().unwrap();
        *worst = worst.max(mine);
    });
    let worst = worst.into_inner().unwrap();
    assert!(worst < 1e-9, "{worst}");
}

/// Nobody differs, so that one toss of rounding decides for all: five rates that nearly meet, one behind the other.
#[test]
fn what_rounding_leaves_of_nothing_is_not_taken_for_a_curve() {
    let alike =
        WORKLOAD.split("[spread]").next().unwrap().to_owned() + &WORKLOAD[WORKLOAD.find("[[disposition]]").unwrap()..];
    for (step, power) in (1..6).flat_map(|step| (6..17).map(move |power| (step, power))) {
        let gap = f64::from(step) * 10.0_f64.powi(-power);
        let rate = |name: &str, times: f64| {
            format!(
                "{name} = {{ value = \"{} 1/h\", source = \"workload\", grade = \"E\" }}\n",
                0.4 * (1.0 + times * gap)
            )
        };
        let stated = [("kl1", 1.9), ("kl2", -2.1)].map(|(name, times)| rate(name, times)).concat();
        let mut text = alike.replacen("fm = {", &format!("{stated}fm = {{"), 1);
        for (name, times) in [("kaG", 1.0), ("ka_sl", -0.7)] {
            let line = text.lines().find(|l| l.starts_with(&format!("{name} = "))).unwrap().to_owned();
            text = text.replacen(&line, rate(name, times).trim_end(), 1);
        }
        let way = "late = { holds = \"norketamine\" }\nlater = { holds = \"norketamine\" }\ngut = { holds";
        let flow = "[[flow]]\nfrom = 'late'\nrate = 'kl1'\ninto = 'later'\n\n[[flow]]\nfrom = 'later'\nrate = 'kl2'\ninto = 'norketamine'\n\n[[flow]]\nfrom = \"gut\"";
        let text = text
            .replace("cleared_into = \"norketamine\"", "cleared_into = \"late\"")
            .replace("gut = { holds", way)
            .replace("[[flow]]\nfrom = \"gut\"", flow);
        let library = with_workload(&text);
        let doses = ["route='sl'\namount='70 mg'", "route='iv'\namount='20 mg'"];
        let scenario = scenario("workload-2", "ketamine", &doses, "4 h", &library);
        for arm in 0..2 {
            let worst = furthest(&scenario, arm, sample(1), 0..1, &library);
            assert!(worst < 1e-9, "gap {gap}, arm {arm}: {worst}");
        }
    }
}

/// The peak is that within the points: soon after a dose, and with a dose just before the end.
#[test]
fn few_minutes_after_a_dose_are_within_a_billionth() {
    let library = library();
    let po = "route='po'\namount='50 mg'";
    let late = format!("{po}\ntime='239 min'");
    for (model, drug, dose, horizon) in [
        ("simons-2022", "esketamine", "route='iv'\namount='20 mg'\nduration='20 min'", "1 min"),
        ("simons-2022", "esketamine", "route='iv'\namount='20 mg'", "2 min"),
        ("ketamine-composite", "ketamine", po, "1 min"),
        ("ketamine-composite", "ketamine", po, "5 min"),
        ("ketamine-composite", "ketamine", "route='im'\namount='35 mg'", "5 min"),
        ("ketamine-composite", "ketamine", "route='sl'\namount='100 mg'", "2 min"),
        ("ketamine-composite", "ketamine", &late, "4 h"),
    ] {
        let scenario = scenario(model, drug, &[dose], horizon, &library);
        let sample = Sample { people: People::literal::<160>(), seed: 3, every: None };
        let worst = furthest(&scenario, 0, sample, 0..160, &library);
        assert!(worst < 1e-9, "{model}, {dose}, {horizon}: {worst}");
    }
}

/// Memory is used again from one arm to the next.
#[test]
fn an_arm_that_shows_nothing_shows_nothing_of_the_arm_before() {
    let lost = "[routes.po]\nassumption = \"made up\"\nways = [{ into = \"lost\", share = \"rest\" }]\n\n[[output]]";
    let text = WORKLOAD
        .replacen("[[output]]", lost, 1)
        .replace("gut = { holds", "lost = { holds = \"ketamine\" }\ngut = { holds")
        .replacen("[[flow]]", "[[flow]]\nfrom = \"lost\"\nrate = \"kaG\"\ninto = \"eliminated\"\n\n[[flow]]", 1);
    let library = with_workload(&text);
    let doses = ["route='iv'\namount='35 mg'", "route='po'\namount='35 mg'"];
    let scenario = scenario("workload-2", "ketamine", &doses, "4 h", &library);
    let found = bands(&scenario, &library, sample(1000), &InTurn, &|_| true).unwrap();
    assert!(found[0].bands[0].percentiles[30][1] > 1.0);
    assert!(found[1].bands.iter().flat_map(|b| &b.percentiles).all(|p| *p == [0.0; 3]));
}

/// Models as a file may state them: rates up to thirty times slower or faster, spread up to 100 %, infusions of seconds
/// or of most of an hour, points half a minute or five minutes apart, up to a day and a half.
#[test]
fn whatever_a_file_states_is_within_a_billionth() {
    const STATED: [(&str, f64, &str); 12] = [
        ("V1", 20.0, "L"),
        ("V2", 60.0, "L"),
        ("V3", 170.0, "L"),
        ("CL", 80.0, "L/h"),
        ("Q2", 150.0, "L/h"),
        ("Q3", 60.0, "L/h"),
        ("ka_im", 6.0, "1/h"),
        ("ka_sl", 2.0, "1/h"),
        ("ka_in", 4.0, "1/h"),
        ("CLm", 60.0, "L/h"),
        ("Vm", 150.0, "L"),
        ("kaG", 1.2, "1/h"),
    ];
    let mut state = 88_172_645_463_325_252_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    for round in 0..150 {
        let wide = 10.0_f64.powf(1.5 * random());
        let mut text = WORKLOAD.to_owned();
        for (name, value, unit) in STATED {
            let line = text.lines().find(|l| l.starts_with(&format!("{name} = {{ value"))).unwrap().to_owned();
            let value = value * wide.powf(2.0 * random() - 1.0);
            let new = format!("{name} = {{ value = \"{value} {unit}\", source = \"workload\", grade = \"E\" }}");
            text = text.replacen(&line, &new, 1);
        }
        let one_of = |list: [f64; 4], x: f64| list[(4.0 * x) as usize];
        let text = text.replace("cv = \"30 %\"", &format!("cv = \"{} %\"", one_of([1.0, 10.0, 30.0, 100.0], random())));
        let library = with_workload(&text);
        let infusion = format!("route='iv'\namount='35 mg'\nduration='{} s'", (8.0 * random()).exp());
        let doses = [
            infusion.as_str(),
            "route='iv'\namount='35 mg'",
            "route='im'\namount='35 mg'\nrepeat={ every='47.3 min', additional=3 }",
            "route='sl'\namount='70 mg'",
            "route='in'\namount='56 mg'",
        ];
        let dose = doses[(5.0 * random()) as usize];
        let horizon = format!("{} h", (4.0 + 30.0 * random()).round());
        let scenario = scenario("workload-2", "ketamine", &[dose], &horizon, &library);
        let every = Some(Time::from_minutes(one_of([0.5, 1.0, 2.0, 5.0], random())));
        let sample = Sample { people: People::literal::<32>(), seed: round, every };
        let worst = furthest(&scenario, 0, sample, 0..32, &library);
        assert!(worst < 1e-9, "{worst}, round {round}: {dose}\n{text}");
    }
}
