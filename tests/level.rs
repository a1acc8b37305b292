//! Time at or above a level of one's own: laws, a calculation by hand, ranges, courses, and people.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use ketasim::analysis::TimeAbove;
use ketasim::outcome::{ArmOutcome, Options, Outcome};
use ketasim::population::{Counted, InTurn, People, Sample, counted};
use ketasim::portable::Portable as _;
use ketasim::scenario::{LevelLine, Scenario};
use ketasim::sim::Solver;
use ketasim::units::Time;
use ketasim::{Library, units::NG_ML_PER_MG_L};

/// One compartment of 100 L, cleared with 80 L/h: k is 0.8 1/h.
const ONE: &str = include_str!("accepted/author-2021.toml");
const K: f64 = 0.8;

fn library() -> Library {
    let mut library = Library::embedded().unwrap();
    library.insert_toml("author-2021.toml", ONE).unwrap();
    library
}

/// The same without spread between people.
fn without_spread() -> Library {
    let (head, rest) = ONE.split_once("[spread]").unwrap();
    let (_, tail) = rest.split_once("[compartments]").unwrap();
    let mut library = Library::embedded().unwrap();
    library.insert_toml("author-2021.toml", &format!("{head}[compartments]{tail}")).unwrap();
    library
}

fn of_one(doses: &[&str], horizon: &str, library: &Library) -> Scenario {
    let doses: String = doses.iter().map(|d| format!("[[arm.dose]]\n{d}\n")).collect();
    let text = format!("horizon='{horizon}'\n[[arm]]\nlabel='one'\ndrug='ketamine'\nmodel='author-2021'\n{doses}");
    Scenario::from_toml("one", &text, library).unwrap()
}

fn above(scenario: &Scenario, library: &Library, ng_ml: f64, options: Options) -> TimeAbove {
    let outcome = scenario.run(library, options).unwrap();
    outcome.arms[0].above(LevelLine::nearest(ng_ml)).line().unwrap().clone()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6 * b.abs().max(1.0)
}

/// By hand: 100 mg into 100 L are 1000 ng/mL, which have fallen to L after ln(1000 / L) / k.
#[test]
fn a_bolus_is_as_by_hand_however_far_apart_its_points_are() {
    let library = library();
    let scenario = of_one(&["route='iv'\namount='100 mg'"], "6 h", &library);
    for minutes in [1.0, 7.0, 60.0] {
        for solver in [Solver::Auto, Solver::Numeric] {
            let options = Options { every: Some(Time::from_minutes(minutes)), solver };
            for level in [999.0, 500.0, 100.0, 37.5] {
                let found = above(&scenario, &library, level, options);
                let by_hand = (1000.0_f64 / level).ln_portable() / K * 60.0;
                assert!(near(found.minutes, by_hand), "{level} at {minutes} min: {found:?} and {by_hand}");
                assert_eq!((found.stretches.len(), found.stretches[0][0], found.still_above), (1, 0.0, false));
            }
            // 1000 exp(-0.8 x 6) is 8.2
            let found = above(&scenario, &library, 8.0, options);
            assert!(found.still_above && near(found.minutes, 360.0) && near(found.stretches[0][1], 360.0));
            let never = above(&scenario, &library, 1001.0, options);
            assert!(!never.reaches() && never.minutes == 0.0 && !never.still_above);
        }
    }
}

/// By hand: 3 h later exp(-2.4) of the first dose is left.
#[test]
fn two_doses_are_two_stretches_whose_sum_is_the_total() {
    let library = library();
    let bolus = |time: &str| format!("time='{time}'\nroute='iv'\namount='100 mg'");
    let scenario = of_one(&[&bolus("0 h"), &bolus("3 h")], "8 h", &library);
    let found = above(&scenario, &library, 500.0, Options::default());
    let left = (-K * 3.0).exp_portable();
    let first = 2.0_f64.ln_portable() / K * 60.0;
    let second = ((1.0 + left) / 0.5).ln_portable() / K * 60.0;
    assert_eq!(found.stretches.len(), 2);
    let [a, b] = [found.stretches[0], found.stretches[1]];
    assert!(near(a[1], first) && near(b[0], 180.0) && near(b[1], 180.0 + second), "{found:?}");
    assert!(near(found.minutes, first + second) && !found.still_above);
    // low enough, the two are one
    assert_eq!(above(&scenario, &library, 50.0, Options::default()).stretches.len(), 1);
}

/// What rises and falls between two drawn points is seen: a level is reached exactly where the peak is at least as high.
#[test]
fn a_level_is_reached_where_the_peak_is_as_high() {
    let library = library();
    let swallowed = of_one(&["time='20 min'\nroute='po'\namount='100 mg'"], "24 h", &library);
    let fine = Options::default();
    let coarse = Options { every: Some(Time::from_hours(8.0)), ..fine };
    for options in [fine, coarse] {
        let peak = swallowed.run(&library, options).unwrap().arms[0].highest();
        let under = above(&swallowed, &library, peak * (1.0 - 1e-6), options);
        assert!(under.reaches() && under.minutes > 0.0 && under.minutes < 2.0, "{under:?}");
        assert!(!above(&swallowed, &library, peak * (1.0 + 1e-6), options).reaches());
    }
    for level in [10.0, 50.0] {
        let [a, b] = [fine, coarse].map(|options| above(&swallowed, &library, level, options));
        assert!(near(a.minutes, b.minutes), "{level}: {a:?} and {b:?}");
    }
}

fn opening(library: &Library) -> Outcome {
    Scenario::from_toml("opening", Scenario::OPENING, library).unwrap().run(library, Options::default()).unwrap()
}

/// Every curve that an arm tells of.
fn all(arm: &ArmOutcome, ng_ml: f64) -> Vec<TimeAbove> {
    let above = arm.above(LevelLine::nearest(ng_ml));
    above.curves.into_iter().chain(above.others.into_iter().map(|(_, of)| of)).collect()
}

#[test]
fn time_above_falls_as_the_level_rises_and_is_the_sum_of_its_stretches() {
    let library = library();
    let mut seen = 0;
    for arm in &opening(&library).arms {
        let mut before: Option<Vec<TimeAbove>> = None;
        for level in (1..60).map(|i| f64::from(i) * 7.0) {
            let now = all(arm, level);
            for of in &now {
                assert!(near(of.minutes, of.stretches.iter().map(|[from, to]| to - from).sum()), "{of:?}");
                assert!(of.stretches.iter().all(|[from, to]| from < to && *from >= 0.0 && *to <= 240.0 + 1e-9));
                assert!(of.stretches.windows(2).all(|pair| pair[0][1] < pair[1][0]), "{of:?}");
                seen += usize::from(of.reaches());
            }
            if let Some(before) = before {
                assert!(now.iter().zip(&before).all(|(now, before)| now.minutes <= before.minutes + 1e-9), "{level}");
            }
            before = Some(now);
        }
    }
    assert!(seen > 200, "{seen}");
}

/// Every shipped model is linear: twice the dose is above twice the level exactly as long.
#[test]
fn twice_the_dose_is_above_twice_the_level_as_long() {
    let library = library();
    let one = |mg: u32| format!("route='iv'\namount='{mg} mg'\nduration='40 min'");
    let run = |mg: u32| {
        let text = format!("horizon='4 h'\n[[arm]]\nlabel='IV'\ndrug='ketamine'\n[[arm.dose]]\n{}\n", one(mg));
        Scenario::from_toml("iv", &text, &library).unwrap().run(&library, Options::default()).unwrap()
    };
    let (small, large) = (run(20), run(40));
    for level in [30.0, 60.0, 100.0] {
        let [a, b] = [all(&small.arms[0], level), all(&large.arms[0], 2.0 * level)];
        assert!(a.len() > 2 && a.len() == b.len() && a.iter().any(TimeAbove::reaches));
        assert!(a.iter().zip(&b).all(|(a, b)| near(a.minutes, b.minutes)), "{level}: {a:?} and {b:?}");
    }
}

/// A range has two totals and no single one; they stay with their ends.
#[test]
fn the_ends_of_a_range_stay_a_pair() {
    let library = library();
    let outcome = opening(&library);
    let (ranges, lines): (Vec<_>, Vec<_>) = outcome.arms.iter().partition(|a| a.range.is_some());
    assert!(ranges.len() >= 2 && lines.len() >= 2);
    let level = LevelLine::nearest(25.0);
    for arm in ranges {
        let above = arm.above(level);
        let [low, high] = above.ends().unwrap();
        let range = arm.range.as_ref().unwrap();
        assert!(above.line().is_none());
        assert_eq!((low, high), (&range.low.curves[0].above(level), &range.high.curves[0].above(level)));
        assert!(low.reaches() && high.reaches() && low != high, "{}: {low:?} {high:?}", arm.label);
        assert_eq!(above.peaks[1], range.high.curves[0].exposure.cmax * NG_ML_PER_MG_L);
    }
    // into a muscle the low end is let go more slowly: its peak is lower, and it is above a low level for longer
    let im = outcome.arms.iter().find(|a| a.label == "IM").unwrap().above(LevelLine::nearest(60.0));
    assert!(im.curves[0].minutes > im.curves[1].minutes && im.peaks[0] < im.peaks[1]);
    assert!(lines.iter().all(|arm| arm.above(level).line().is_some() && arm.above(level).ends().is_none()));
}

fn people(scenario: &Scenario, library: &Library, ng_ml: f64, number: usize) -> Counted {
    let mut scenario = scenario.clone();
    scenario.set_level(Some(LevelLine::nearest(ng_ml)));
    let sample = Sample { people: People::nearest(number), seed: 1, every: None };
    counted(&scenario, 0, library, (sample, None), &InTurn, &|_| true).unwrap().remove(0).counts.remove(0)
}

/// Where nobody differs everybody is the typical person, up to the minutes between which plasma is read.
#[test]
fn people_without_spread_are_the_typical_person() {
    let library = without_spread();
    for (dose, level) in [
        ("route='iv'\namount='100 mg'\nduration='40 min'", 200.0),
        ("route='iv'\namount='100 mg'", 300.0),
        ("route='po'\namount='400 mg'", 150.0),
        ("route='iv'\namount='100 mg'", 10.0),
        ("route='iv'\namount='100 mg'", 2000.0),
    ] {
        let scenario = of_one(&[dose], "4 h", &library);
        let typical = above(&scenario, &library, level, Options::default());
        let found = people(&scenario, &library, level, 20).above_level.unwrap();
        assert!(found.minutes.iter().all(|m| (m - typical.minutes).abs() < 0.1), "{dose}: {found:?} {typical:?}");
        let share = |yes: bool| if yes { 1.0 } else { 0.0 };
        assert_eq!(found.share_reaching, share(typical.reaches()));
        assert_eq!(found.share_still_above, share(typical.still_above));
    }
}

/// All people count: who never reaches the level is above it for no time.
#[test]
fn who_never_reaches_the_level_counts_as_nothing() {
    let library = library();
    let scenario = of_one(&["route='iv'\namount='100 mg'\nduration='40 min'"], "4 h", &library);
    let mut before: Option<(f64, [f64; 3])> = None;
    for level in [300.0, 500.0, 700.0, 900.0, 1200.0] {
        let counted = people(&scenario, &library, level, 200);
        let found = counted.above_level.unwrap();
        let reach = counted.people.iter().filter(|p| p.cmax >= level).count() as f64 / 200.0;
        assert!((found.share_reaching - reach).abs() < 1e-9, "{level}: {found:?}, {reach} by their peaks");
        for (percentile, share) in found.minutes.iter().zip([0.9, 0.5, 0.1]) {
            // the nth of a hundred is above it for some time where more than so many reach it
            if (found.share_reaching - share).abs() > 0.02 {
                assert_eq!(*percentile > 0.0, found.share_reaching > share, "{level}: {found:?}");
            }
        }
        if let Some((share, minutes)) = before {
            assert!(found.share_reaching <= share && found.minutes.iter().zip(minutes).all(|(a, b)| *a <= b));
        }
        before = Some((found.share_reaching, found.minutes));
    }
    let without = Sample { people: People::nearest(20), seed: 1, every: None };
    let plain = counted(&scenario, 0, &library, (without, None), &InTurn, &|_| true).unwrap();
    assert_eq!(plain[0].counts[0].above_level, None);
}

/// The level stays in the file, and changes nothing that is simulated.
#[test]
fn the_level_is_written_back_and_changes_no_curve() {
    let library = library();
    let text = Scenario::OPENING.replacen("[[arm]]", "[view]\nlevel = \"100 ng/mL\"\n\n[[arm]]", 1);
    let with = Scenario::from_toml("with", &text, &library).unwrap();
    assert_eq!(with.level(), Some(LevelLine::nearest(100.0)));
    let again = Scenario::from_toml("again", &with.to_toml().unwrap(), &library).unwrap();
    assert_eq!(again, with);
    assert!(with.to_toml().unwrap().contains("[view]\nlevel = \"100 ng/mL\""));
    let mut without = with.clone();
    without.set_level(None);
    assert_eq!(without, Scenario::from_toml("opening", Scenario::OPENING, &library).unwrap());
    assert!(!without.to_toml().unwrap().contains("[view]"));
    let [a, b] = [&with, &without].map(|s| s.run(&library, Options::default()).unwrap());
    assert_eq!((a.level, b.level), (with.level(), None));
    for (a, b) in a.arms.iter().zip(&b.arms) {
        assert_eq!((&a.rows, &a.curves[0].exposure), (&b.rows, &b.curves[0].exposure));
    }
}
