//! Many people: percentiles; windows; the same for any threads; in `exact` the quick engine against the exact one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

#[path = "people/exact.rs"]
mod exact;

use ketasim::Library;
use ketasim::outcome::Options;
use ketasim::population::{
    ArmBands, InTurn, PERCENTILES, People, Sample, Workers, bands, counted, courses, individuals, subject_of,
};
use ketasim::scenario::Scenario;
use ketasim::units::Time;

const WORKLOAD: &str = include_str!("../benches/workload-2.toml");

fn library() -> Library {
    with_workload(WORKLOAD)
}

/// The shipped models and a made-up one.
fn with_workload(text: &str) -> Library {
    let mut library = Library::embedded().unwrap();
    library.insert_toml("workload-2.toml", text).unwrap();
    library
}

fn scenario(model: &str, drug: &str, doses: &[&str], horizon: &str, library: &Library) -> Scenario {
    let arm = |(i, dose): (usize, &&str)| {
        format!("[[arm]]\nlabel='{i}'\ndrug='{drug}'\nmodel='{model}'\n[[arm.dose]]\n{dose}\n")
    };
    let text = format!("horizon='{horizon}'\n{}", doses.iter().enumerate().map(arm).collect::<String>());
    Scenario::from_toml("people", &text, library).unwrap()
}

/// Every way in: bolus, infusion, muscle, held and swallowed, held and spat, sprays, swallowed, repeats, and so many held
/// at once that there are more states than are followed as modes.
const RACEMIC: [&str; 8] = [
    "route='iv'\namount='35 mg'",
    "route='iv'\namount='35 mg'\nduration='40 min'",
    "route='im'\namount='0.5 mg/kg'\nrepeat={ every='45 min', additional=2 }",
    "route='sl'\namount='100 mg'\nhold='10 min'\nafter='swallow'",
    "route='sl'\namount='100 mg'\nhold='7.3 min'\nafter='spit'",
    "route='in'\namount='50 mg'\nsprays=3\nspray_every='4 min'",
    "route='po'\namount='50 mg'",
    "route='sl'\namount='10 mg'\nhold='10 min'\nrepeat={ every='0.7 min', additional=14 }",
];
const S: [&str; 3] =
    ["route='in'\namount='56 mg'", "route='po'\namount='84 mg'", "route='iv'\namount='28 mg'\nduration='40 min'"];

fn cases(library: &Library) -> Vec<Scenario> {
    vec![
        scenario("ketamine-composite", "ketamine", &RACEMIC, "3 h", library),
        scenario("perez-ruixo-2021", "esketamine", &S, "3 h", library),
        scenario(
            "simons-2022",
            "esketamine",
            &["route='sl'\namount='50 mg'", "route='iv'\namount='20 mg'\nduration='20 min'"],
            "3 h",
            library,
        ),
        scenario(
            "ashraf-2018",
            "esketamine",
            &["route='po'\namount='20 mg'", "route='iv'\namount='7 mg'\nduration='2 min'"],
            "3 h",
            library,
        ),
        scenario("fanta-otto", "esketamine", &["route='iv'\namount='10 mg'\nduration='30 min'"], "3 h", library),
        scenario(
            "workload-2",
            "ketamine",
            &["route='im'\namount='35 mg'", "route='sl'\namount='70 mg'", "route='in'\namount='56 mg'"],
            "4 h",
            library,
        ),
        differing(scenario("ketamine-composite", "ketamine", &RACEMIC[..4], "3 h", library)),
        differing(scenario("perez-ruixo-2021", "esketamine", &S, "3 h", library)),
        differing(scenario(
            "kamp-2020",
            "ketamine",
            &["route='iv'\namount='0.5 mg/kg'\nduration='40 min'"],
            "3 h",
            library,
        )),
    ]
}

/// The same with people of different weight and age.
fn differing(scenario: Scenario) -> Scenario {
    let text = "[population]\nweight = { median = '68 kg', cv = '20 %', low = '45 kg', high = '120 kg' }\nage = { low = '18 y', high = '65 y' }\n";
    let with = format!("{}\n{text}", scenario.to_toml().unwrap());
    Scenario::from_toml("people", &with, &library()).unwrap()
}

fn sample(people: usize) -> Sample {
    Sample { people: People::nearest(people), seed: 7, every: Some(Time::from_minutes(2.0)) }
}

/// Every person solved one by one, plainly, by the matrix exponential of the single-person path.
fn one_by_one(scenario: &Scenario, arm: usize, person: usize, library: &Library) -> Vec<Vec<f64>> {
    let set = individuals(scenario, arm, library, sample(64), person).unwrap();
    let own = Scenario { subject: subject_of(scenario, 0, sample(64), person), ..scenario.clone() };
    own.run_person(arm, library, Options { every: Some(Time::from_minutes(2.0)), ..Options::default() }, &set).unwrap()
}

fn percentile(sorted: &[f64], p: f64) -> f64 {
    let at = (sorted.len() - 1) as f64 * p;
    let (i, part) = (at.floor() as usize, at.fract());
    if part > 0.0 { sorted[i] + part * (sorted[i + 1] - sorted[i]) } else { sorted[i] }
}

#[test]
fn bands_are_the_percentiles_of_people_solved_one_by_one() {
    let library = library();
    for scenario in cases(&library) {
        let found = bands(&scenario, &library, sample(64), &InTurn, &|_| true).unwrap();
        for arm in &found {
            let people: Vec<Vec<Vec<f64>>> = (0..64).map(|p| one_by_one(&scenario, arm.index, p, &library)).collect();
            for (a, band) in arm.bands.iter().enumerate() {
                let top = people.iter().flat_map(|p| &p[a]).copied().fold(0.0, f64::max);
                for (point, p) in band.percentiles.iter().enumerate() {
                    let mut row: Vec<f64> = people.iter().map(|person| person[a][point]).collect();
                    row.sort_by(f64::total_cmp);
                    for (k, share) in PERCENTILES.iter().enumerate() {
                        let plain = percentile(&row, *share);
                        let place = format!("{} {} {} at point {point}", arm.model, arm.label, band.analyte);
                        assert!((p[k] - plain).abs() <= 1e-9 * top, "{place}: {} and {plain}", p[k]);
                    }
                }
            }
        }
    }
}

struct Two;

impl Workers for Two {
    fn each(&self, jobs: usize, work: &(dyn Fn(usize) + Sync)) {
        std::thread::scope(|scope| {
            scope.spawn(|| (0..jobs).step_by(2).for_each(work));
            scope.spawn(|| (1..jobs).step_by(2).for_each(work));
        });
    }
}

#[test]
fn threads_seeds_and_slices_do_what_they_should() {
    let library = library();
    let scenario = scenario("ketamine-composite", "ketamine", &RACEMIC[..4], "2 h", &library);
    let with = |people, seed, workers: &dyn Workers| -> Vec<ArmBands> {
        bands(&scenario, &library, Sample { people: People::nearest(people), seed, every: None }, workers, &|_| true)
            .unwrap()
    };
    let one = with(1000, 1, &InTurn);
    assert_eq!(one, with(1000, 1, &Two), "threads do not change a bit");
    assert_ne!(one, with(1000, 2, &InTurn), "another seed is other people");
    // so many people that stretches of time are short and draws are made again: the first 1000 are the same people
    let counted = |people| {
        let sample = Sample { people: People::nearest(people), seed: 1, every: None };
        let of = |arm: usize| counted(&scenario, arm, &library, (sample, None), &Two, &|_| true).unwrap();
        (0..scenario.arms.len()).flat_map(of).flat_map(|s| s.counts).collect::<Vec<_>>()
    };
    let (few, more) = (counted(300), counted(600));
    assert!(few.len() > scenario.arms.len(), "ranges are counted at both ends");
    for (a, b) in few.iter().zip(&more) {
        assert_eq!(a.people, b.people[..300], "a person does not depend on how many there are");
    }
    // stopped when asked
    let stopped = bands(&scenario, &library, sample(1000), &InTurn, &|share| share < 0.3).unwrap_err();
    assert_eq!(stopped.what(), "stopped");
    for people in [0, 19, 1_000_001] {
        let error = People::new(people).unwrap_err();
        assert!(error.what_would_work().unwrap().contains("from 20 to 1000000"), "{error}");
    }
}

/// Memory is bounded by cutting time into stretches; the cut must not show.
#[test]
fn stretches_of_time_join_without_a_seam() {
    let library = library();
    let scenario = scenario("workload-2", "ketamine", &["route='im'\namount='35 mg'"], "4 h", &library);
    let long =
        bands(&scenario, &library, Sample { people: People::literal::<13_000>(), seed: 3, every: None }, &Two, &|_| {
            true
        })
        .unwrap();
    let few =
        bands(&scenario, &library, Sample { people: People::literal::<1_000>(), seed: 3, every: None }, &Two, &|_| {
            true
        })
        .unwrap();
    for (a, b) in long[0].bands.iter().zip(&few[0].bands) {
        let top = b.percentiles.iter().map(|p| p[1]).fold(0.0, f64::max);
        for (i, (p, q)) in a.percentiles.iter().zip(&b.percentiles).enumerate() {
            assert!((p[1] - q[1]).abs() < 0.06 * top, "point {i}: {} and {}", p[1], q[1]);
        }
        let jumps = a.percentiles.windows(3).skip(20).map(|w| (w[0][1] - 2.0 * w[1][1] + w[2][1]).abs());
        assert!(jumps.fold(0.0, f64::max) < 0.02 * top, "{}", a.analyte);
    }
}

/// Leaps and stretches never show: percentiles of a sample that is cut are those of its courses followed in one piece.
#[test]
fn a_crowd_in_stretches_has_the_percentiles_of_its_courses() {
    let library = library();
    for dose in ["route='sl'\namount='70 mg'", "route='iv'\namount='35 mg'\nduration='40.5 min'"] {
        let scenario = scenario("workload-2", "ketamine", &[dose], "4 h", &library);
        let sample = Sample { people: People::literal::<1_000>(), seed: 3, every: None };
        let found = bands(&scenario, &library, sample, &Two, &|_| true).unwrap();
        let courses = courses(&scenario, 0, &library, sample, 0..1_000).unwrap();
        for (a, band) in found[0].bands.iter().enumerate() {
            let top = band.percentiles.iter().map(|p| p[2]).fold(0.0, f64::max);
            for (point, p) in band.percentiles.iter().enumerate() {
                let mut row: Vec<f64> = courses.iter().map(|c| c[a][point]).collect();
                row.sort_by(f64::total_cmp);
                for (k, share) in PERCENTILES.iter().enumerate() {
                    assert!((p[k] - percentile(&row, *share)).abs() <= 1e-13 * top, "{} at {point}", band.analyte);
                }
            }
        }
    }
}

/// Laws: twice the dose is twice every percentile; the median person is near the typical one; a spread of nothing is nobody's.
#[test]
fn laws_of_dose_and_spread() {
    let library = library();
    let with = |dose: &str, model: &str| {
        let scenario = scenario(model, "ketamine", &[dose], "2 h", &library);
        bands(&scenario, &library, sample(400), &InTurn, &|_| true).unwrap().remove(0)
    };
    let one = with("route='im'\namount='20 mg'", "ketamine-composite");
    let two = with("route='im'\namount='40 mg'", "ketamine-composite");
    for (p, q) in one.bands[0].percentiles.iter().zip(&two.bands[0].percentiles) {
        (0..3).for_each(|k| assert!((2.0 * p[k] - q[k]).abs() <= 1e-9 * q[k].max(1e-9)));
        assert!(p[0] <= p[1] && p[1] <= p[2] && p[0] >= 0.0);
    }
    let kamp = with("route='iv'\namount='20 mg'\nduration='20 min'", "kamp-2020");
    assert!(!kamp.scatters && kamp.bands[0].percentiles.iter().all(|p| p[0] == p[2]), "no spread, no band");
    // log-normal with omega: the median of V is its typical value, so the median bolus at 0 min is dose / V1
    let bolus = with("route='iv'\namount='25 mg'", "workload-2");
    assert!((bolus.bands[0].percentiles[0][1] / (25.0 / 20.0 * 1000.0) - 1.0).abs() < 0.05);
}

/// Bodies by hand: bands of a dose per kg, of a fixed dose, and where a model has no use for weight.
#[test]
fn people_of_different_weight_get_doses_of_their_own() {
    let library = library();
    let with = |model: &str, dose: &str, population: &str| {
        let plain = scenario(model, "ketamine", &[dose], "2 h", &library);
        let text = format!("{}\n{population}", plain.to_toml().unwrap());
        let scenario = Scenario::from_toml("people", &text, &library).unwrap();
        let again = Scenario::from_toml("again", &scenario.to_toml().unwrap(), &library).unwrap();
        assert_eq!(again, scenario, "it is written as it was read");
        let subjects: Vec<f64> = (0..200).map(|p| subject_of(&scenario, 0, sample(200), p).weight.kg()).collect();
        (courses(&scenario, 0, &library, sample(200), 0..200).unwrap(), subjects)
    };
    let spread = "[population]\nweight = { low = '50 kg', high = '100 kg' }\n";
    let (per_kg, fixed) = ("route='iv'\namount='0.5 mg/kg'", "route='iv'\namount='35 mg'");
    // workload-2 does not know weight: a fixed dose is the same, one per kg goes with the weight over the subject's 70 kg
    let (plain, _) = with("workload-2", fixed, "");
    let (same, weights) = with("workload-2", fixed, spread);
    assert_eq!(plain, same);
    let (own, _) = with("workload-2", per_kg, spread);
    assert!(weights.iter().all(|w| (50.0..=100.0).contains(w)) && weights[0] != weights[1]);
    for ((own, plain), kg) in own.iter().zip(&plain).zip(&weights) {
        let top = plain[0].iter().copied().fold(0.0, f64::max);
        assert!(own[0].iter().zip(&plain[0]).all(|(o, p)| (o - p * kg / 70.0).abs() < 1e-12 * top));
    }
    // kamp-2020 scales volumes with weight / 70 and has no spread: after a bolus per kg all peak alike
    let (kamp, weights) = with("kamp-2020", per_kg, spread);
    let top = |c: &Vec<Vec<f64>>| c[0].iter().copied().fold(0.0, f64::max);
    assert!(kamp.iter().all(|c| (top(c) / top(&kamp[0]) - 1.0).abs() < 1e-9));
    // and after a fixed one inversely to weight
    let (kamp, _) = with("kamp-2020", fixed, spread);
    for (c, kg) in kamp.iter().zip(&weights) {
        assert!((top(c) * kg / (top(&kamp[0]) * weights[0]) - 1.0).abs() < 1e-9);
    }
    let heavy = scenario("kamp-2020", "ketamine", &[per_kg], "2 h", &library);
    let found = bands(&differing(heavy), &library, sample(100), &InTurn, &|_| true).unwrap();
    assert!(found[0].scatters, "weight alone makes a band");
}

// ---- windows ------------------------------------------------------------------------------------------

#[test]
fn windows_are_of_people_who_reach_a_level() {
    let library = library();
    let with = |mg: f64| {
        let dose = format!("route='im'\namount='{mg} mg'");
        let scenario = scenario("ketamine-composite", "ketamine", &[&dose], "4 h", &library);
        let sample = Sample { people: People::literal::<600>(), seed: 1, every: None };
        counted(&scenario, 0, &library, (sample, None), &Two, &|_| true).unwrap().remove(0).counts.remove(1)
    };
    let (none, few, many) = (with(0.5), with(20.0), with(70.0));
    let w = &none.windows;
    assert_eq!((w.share_reaching, w.main_effects_end, w.onset), (0.0, None, None));
    assert_eq!((w.peak, w.strongest), (None, None), "what nobody notices has no strongest time");
    let [a, b] = [&few, &many].map(|c| c.windows.share_reaching);
    assert!(a < b && b > 0.9, "{a} {b}");
    for counted in [&few, &many] {
        let w = &counted.windows;
        for p in &counted.people {
            assert_eq!(p.reaches, p.end.is_some() || p.outlasts);
            assert!(p.end.is_none_or(|end| end > p.begin.unwrap() && p.begin.unwrap() <= p.peak + 1e-9));
            assert!(p.strongest[0] <= p.peak && p.peak <= p.strongest[1], "{p:?}");
            // an effect behind a delay is never stronger than the plasma, nor earlier
            assert!(p.peak >= p.tmax - 1.0, "{p:?}");
            assert!(!p.reaches || p.level <= p.cmax);
        }
        let [low, middle, high] = w.main_effects_end.unwrap();
        assert!(low < middle && middle < high);
        let at = counted.above_at(middle) / 100.0 / w.share_reaching;
        assert!((at - 0.5).abs() < 0.05, "half of those who reach it are still above at the median: {at}");
    }
    assert_eq!(many.above_at(0.0), 0.0);
}
