//! Courses of doses: sessions, and that the future does not change the past.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use ketasim::analysis::Windows;
use ketasim::library::Library;
use ketasim::outcome::{ArmOutcome, Options, Outcome};
use ketasim::population::{InTurn, People, Sample, SessionPopulation, counted, population_outcome};
use ketasim::scenario::Scenario;
use ketasim::timeline::{SampleRun, Timeline, expect};
use proptest::prelude::*;
use std::sync::OnceLock;

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::embedded().unwrap())
}

fn scenario(text: &str) -> Scenario {
    Scenario::from_toml("test", text, library()).unwrap()
}

fn run(text: &str) -> Outcome {
    scenario(text).run(library(), Options::default()).unwrap()
}

/// An arm of these doses, each as the lines below `[[arm.dose]]`.
fn arm(label: &str, drug: &str, doses: &[String]) -> String {
    let doses: String = doses.iter().map(|d| format!("[[arm.dose]]\n{d}\n")).collect();
    format!("[[arm]]\nlabel = '{label}'\ndrug = '{drug}'\n{doses}")
}

fn one(horizon: &str, doses: &[String]) -> ArmOutcome {
    run(&format!("horizon = '{horizon}'\n{}", arm("a", "ketamine", doses))).arms.remove(0)
}

/// Onset, peak and end, minutes.
fn three(w: &Windows) -> Vec<f64> {
    [w.onset, w.peak, w.main_effects_end].into_iter().flatten().flatten().collect()
}

const IM: &str = "route = 'im'\namount = '0.5 mg/kg'";
const IV: &str = "route = 'iv'\namount = '0.5 mg/kg'\nduration = '40 min'";

fn near(found: &[f64], expected: &[f64], within: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: {found:?}");
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= within, "{what}: {found:?} and {expected:?}");
    }
}

// ---- figures come from the solution, not from the drawn grid -----------------------------------------

/// Expected: what an independent matrix exponential (numpy, scipy) gives over a short horizon.
#[test]
fn windows_do_not_depend_on_the_horizon() {
    let expected: [(&str, Vec<f64>); 2] = [
        (IM, vec![2.62, 5.71, 11.42, 15.89, 25.8, 39.65, 43.27, 71.48, 111.75]),
        (IV, vec![3.72, 7.27, 12.38, 40.2, 40.95, 42.0, 52.1, 71.47, 105.47]),
    ];
    for (dose, expected) in expected {
        for horizon in ["1 h", "4 h", "9 h", "24 h", "11 d", "60 d"] {
            let found = one(horizon, &[dose.to_owned()]);
            near(&three(&found.windows()), &expected, 0.1, horizon);
            if dose == IV {
                near(&found.between_models().unwrap(), &[55.73, 81.54], 0.1, horizon);
            }
        }
    }
}

#[test]
fn peaks_do_not_depend_on_the_horizon() {
    let lozenge = "route = 'sl'\namount = '50 mg'\nhold = '10 min'\nafter = 'swallow'";
    let spray = "route = 'in'\namount = '25 mg'";
    for dose in [IM, IV, lozenge, spray] {
        let short = one("6 h", &[dose.to_owned()]);
        for horizon in ["17 h", "60 d"] {
            let long = one(horizon, &[dose.to_owned()]);
            let ends = |a: &ArmOutcome| match &a.range {
                Some(range) => vec![range.low.curves[0].exposure, range.high.curves[0].exposure],
                None => vec![a.curves[0].exposure],
            };
            for (a, b) in ends(&short).iter().zip(ends(&long)) {
                assert!((a.cmax / b.cmax - 1.0).abs() < 1e-9, "{dose}, {horizon}: {} and {}", a.cmax, b.cmax);
                assert!((a.tmax - b.tmax).abs() < 1e-6, "{dose}, {horizon}: {} and {}", a.tmax, b.tmax);
                let half = a.half_of_peak.unwrap() - b.half_of_peak.unwrap();
                assert!(half.abs() < 1e-6, "{dose}, {horizon}: {half}");
            }
        }
    }
}

/// The same dose on any of six days peaks as high, up to what is left of those before: nothing falls between points
/// that are hours apart.
#[test]
fn no_peak_of_a_course_falls_between_points() {
    let once = one("4 h", &[IV.to_owned()]).curves[0].exposure.cmax;
    let weekly = format!("{IV}\nrepeat = {{ every = '7 d', additional = 5 }}");
    let course = one("40 d", &[weekly]);
    let curve = &course.curves[0];
    for session in &course.sessions {
        let (from, to) = (session.session.start, session.session.end + 1.0);
        let within = course.times.iter().zip(&curve.values).filter(|(t, _)| (from..to).contains(*t));
        let highest = within.map(|(_, v)| *v).fold(0.0, f64::max);
        assert!((highest / (once * 1000.0) - 1.0).abs() < 2e-3, "{highest}");
    }
}

// ---- sessions ---------------------------------------------------------------------------------------

#[test]
fn a_weekly_course_is_six_sessions_with_the_windows_of_one() {
    for (dose, every, n) in [(IM, "7 d", 5), (IV, "3.5 d", 11), (IM, "24 h", 2), (IV, "13 h", 3)] {
        let alone = one("4 h", &[dose.to_owned()]).windows();
        let course = one("50 d", &[format!("{dose}\nrepeat = {{ every = '{every}', additional = {n} }}")]);
        assert_eq!(course.sessions.len(), n + 1, "{dose} {every}");
        assert_eq!(three(&course.windows()), three(&alone), "the first session is that of one dose");
        for (k, session) in course.sessions.iter().enumerate() {
            assert_eq!((session.session.number, session.session.of, session.session.doses), (k + 1, n + 1, 1));
            // what is left of earlier sessions moves times a little, never by the interval
            near(&three(&session.windows), &three(&alone), 30.0, every);
        }
    }
}

/// The peak of equal doses a week apart is that of the first: which is highest by rounding says nothing.
#[test]
fn equal_peaks_are_told_at_the_first() {
    for dose in [IM, IV] {
        let alone = one("4 h", &[dose.to_owned()]);
        let course = one("42 d", &[format!("{dose}\nrepeat = {{ every = '7 d', additional = 5 }}")]);
        let ends = |arm: &ArmOutcome| -> Vec<(f64, f64)> {
            let ends = arm.range.iter().flat_map(|r| [&r.low, &r.high]).flat_map(|e| &e.curves);
            arm.curves[..1].iter().chain(ends).map(|c| (c.exposure.tmax, c.exposure.cmax)).collect()
        };
        for ((tmax, cmax), (expected, same)) in ends(&course).into_iter().zip(ends(&alone)) {
            assert!((tmax - expected).abs() < 1e-6 && (cmax / same - 1.0).abs() < 1e-9, "{dose}: {tmax} h");
        }
    }
}

/// By hand: 12 h from the end of one dose to the start of the next make another session, less do not; an infusion of 96 h
/// is one, whatever comes within 12 h of its end.
#[test]
fn sessions_are_cut_where_nothing_is_given_for_twelve_hours() {
    let at = |time: &str, dose: &str| format!("time = '{time}'\n{dose}");
    let count =
        |doses: &[String]| -> Vec<usize> { one("10 d", doses).sessions.iter().map(|s| s.session.doses).collect() };
    let im = |times: &[&str]| -> Vec<String> { times.iter().map(|t| at(t, IM)).collect() };
    assert_eq!(count(&im(&["0 h", "11.9 h"])), [2]);
    assert_eq!(count(&im(&["0 h", "12 h"])), [1, 1]);
    assert_eq!(count(&im(&["0 h", "11 h", "22 h", "40 h"])), [3, 1]);
    assert_eq!(count(&im(&["40 h", "0 h", "22 h", "11 h"])), [3, 1], "order of lines does not matter");
    let long = "route = 'iv'\namount = '600 mg'\nduration = '96 h'".to_owned();
    assert_eq!(count(&[long.clone(), at("107 h", IM)]), [2]);
    assert_eq!(count(&[long, at("108 h", IM)]), [1, 1]);
    let lozenges = "route = 'sl'\namount = '50 mg'\nhold = '10 min'\nafter = 'swallow'\nrepeat = { every = '12.1 h', additional = 2 }";
    assert_eq!(count(&[lozenges.to_owned()]), [3], "counted from the end of the hold");
}

/// Minutes count from the first dose of the session, wherever it lies.
#[test]
fn windows_count_from_the_first_dose() {
    let now = one("4 h", &[IM.to_owned()]);
    for minutes in [60.0, 7.0, 119.5] {
        let later = one("6 h", &[format!("time = '{minutes} min'\n{IM}")]);
        assert!((later.sessions[0].session.start * 60.0 - minutes).abs() < 1e-9);
        near(&three(&later.windows()), &three(&now.windows()), 1e-3, "later");
        near(&later.windows().strongest.unwrap(), &now.windows().strongest.unwrap(), 1e-3, "later");
    }
}

/// Above, below and above again within a session is two parts, each with its own times.
#[test]
fn two_doses_hours_apart_are_two_parts_of_one_session() {
    for hours in [5.0, 8.0, 11.0] {
        let twice = one("24 h", &[IM.to_owned(), format!("time = '{hours} h'\n{IM}")]);
        assert_eq!(twice.sessions.len(), 1);
        let w = twice.windows();
        assert_eq!(w.parts.len(), 2, "{hours} h");
        let (first, again) = (&w.parts[0], &w.parts[1]);
        assert!(first.main_effects_end.unwrap()[2] < hours * 60.0, "{first:?}");
        assert!(again.strongest.unwrap()[0] > hours * 60.0, "{again:?}");
        let strongest = w.strongest.unwrap();
        assert!(strongest[1] - strongest[0] < 120.0, "strongest never spans the gap: {strongest:?}");
    }
    let soon = one("24 h", &[IM.to_owned(), format!("time = '20 min'\n{IM}")]);
    assert_eq!(soon.windows().parts.len(), 1, "effects that run into each other are one part");
}

/// What nobody notices has neither an onset nor a strongest time.
#[test]
fn times_of_what_is_not_reached_are_none() {
    for dose in [
        "route = 'im'\namount = '1 mcg'",
        "route = 'iv'\namount = '0.5 mg'",
        "route = 'sl'\namount = '1 mg'\nhold = '10 min'\nafter = 'swallow'",
    ] {
        let w = one("4 h", &[dose.to_owned()]).windows();
        assert_eq!((w.onset, w.peak, w.strongest, w.main_effects_end), (None, None, None, None), "{dose}");
    }
}

// ---- the future does not change the past --------------------------------------------------------------

/// A dose of some route, without its time.
fn some_dose() -> impl Strategy<Value = String> {
    let im = (0.1..1.0_f64).prop_map(|a| format!("route = 'im'\namount = '{a:.2} mg/kg'"));
    let iv = (0.1..0.9_f64, 5..90_u32)
        .prop_map(|(a, m)| format!("route = 'iv'\namount = '{a:.2} mg/kg'\nduration = '{m} min'"));
    let sl = (10..300_u32, 1..20_u32)
        .prop_map(|(a, m)| format!("route = 'sl'\namount = '{a} mg'\nhold = '{m} min'\nafter = 'swallow'"));
    let spray = (10..90_u32, 1..4_u32).prop_map(|(a, n)| format!("route = 'in'\namount = '{a} mg'\nsprays = {n}"));
    prop_oneof![im, iv, sl, spray]
}

fn people(text: &str) -> Vec<SessionPopulation> {
    let sample = Sample { people: People::literal::<32>(), seed: 1, every: None };
    counted(&scenario(text), 0, library(), (sample, None), &InTurn, &|_| true).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// A session that is added later changes no window, count, range or curve before it.
    #[test]
    fn a_later_session_changes_nothing_before_it(
        first in prop::collection::vec((0.0..4.0_f64, some_dose()), 1..4),
        gap in 13.0..200.0_f64,
        later in some_dose(),
    ) {
        let mut doses: Vec<String> = first.iter().map(|(t, d)| format!("time = '{t:.2} h'\n{d}")).collect();
        let before = format!("horizon = '12 d'\n{}", arm("a", "ketamine", &doses));
        // as the file has it: a point between the written time and the drawn one is after the dose
        let then = (100.0 * (6.0 + gap)).round() / 100.0;
        doses.insert(0, format!("time = '{then:.2} h'\n{later}"));
        let after = format!("horizon = '12 d'\n{}", arm("a", "ketamine", &doses));
        let (alone, course) = (run(&before).arms.remove(0), run(&after).arms.remove(0));
        prop_assert_eq!(alone.sessions.len(), 1);
        prop_assert_eq!(course.sessions.len(), 2);
        let (a, b) = (&alone.sessions[0], &course.sessions[0]);
        prop_assert_eq!(&a.windows, &b.windows);
        prop_assert_eq!(&a.caution, &b.caution);
        prop_assert_eq!((a.session.start, a.session.end, a.session.doses), (b.session.start, b.session.end, b.session.doses));
        // no window reaches into the next session's gap as a stretch that spans it
        for part in &b.windows.parts {
            prop_assert!(part.strongest.is_none_or(|s| s[1] < then * 60.0));
        }
        let ends = |arm: &ArmOutcome| -> Vec<(Vec<f64>, Vec<f64>)> {
            let of = |curve: &ketasim::outcome::Curve| {
                let shown = arm.times.partition_point(|t| *t < then - 1e-6);
                (arm.times[..shown].to_vec(), curve.values[..shown].to_vec())
            };
            match &arm.range {
                Some(r) => vec![of(&r.low.curves[0]), of(&r.high.curves[0])],
                None => vec![of(&arm.curves[0]); 2],
            }
        };
        let top = alone.highest();
        for ((t, v), (u, w)) in ends(&alone).iter().zip(&ends(&course)) {
            for (time, value) in t.iter().zip(v) {
                let found = ketasim::figure::interpolate(u, w, *time);
                let jump = u.iter().filter(|x| (**x - time).abs() < 1e-9).count() > 1;
                prop_assert!(jump || found.is_none_or(|f| (f - value).abs() < 0.02 * top), "{time} h: {found:?} and {value}");
            }
        }
        let (few, all) = (people(&before), people(&after));
        prop_assert_eq!(all.len(), 2);
        prop_assert_eq!(&few[0].windows, &all[0].windows);
        prop_assert_eq!(few[0].counts.len(), all[0].counts.len(), "a later range makes no range of this session");
        for (a, b) in few[0].counts.iter().zip(&all[0].counts) {
            prop_assert_eq!(&a.people, &b.people);
        }
        prop_assert_eq!((&few[0].noticing, &few[0].fading), (&all[0].noticing, &all[0].fading));
    }

    /// Neither the order of dose lines nor that of arms changes a number.
    #[test]
    fn order_does_not_matter(doses in prop::collection::vec((0.0..30.0_f64, some_dose()), 2..5)) {
        let lines: Vec<String> = doses.iter().map(|(t, d)| format!("time = '{t:.2} h'\n{d}")).collect();
        let turned: Vec<String> = lines.iter().rev().cloned().collect();
        let (a, b) = (arm("a", "ketamine", &lines), arm("b", "ketamine", &turned));
        let [one, two] = [format!("horizon = '48 h'\n{a}{b}"), format!("horizon = '48 h'\n{b}{a}")].map(|t| run(&t));
        let all = [&one.arms[0], &one.arms[1], &two.arms[0], &two.arms[1]];
        for arm in all {
            prop_assert_eq!(arm.sessions.len(), all[0].sessions.len());
            for (x, y) in arm.sessions.iter().zip(&all[0].sessions) {
                prop_assert_eq!(&x.session, &y.session);
                let (x, y) = (three(&x.windows), three(&y.windows));
                prop_assert!(x.len() == y.len() && x.iter().zip(&y).all(|(p, q)| (p - q).abs() < 1e-6), "{x:?} {y:?}");
            }
        }
    }
}

// ---- people of a later session ------------------------------------------------------------------------

/// People of the last session are those who are followed from the first dose of all: what earlier sessions left is
/// there. A dose of 12 h before leaves the most, and arrives by both ways of following people.
#[test]
fn people_of_a_later_session_have_what_is_left_of_those_before() {
    let twice = |gap: f64| {
        let doses = [IM.to_owned(), format!("time = '{gap} h'\n{IM}")];
        people(&format!("horizon = '4 d'\n{}", arm("a", "ketamine", &doses)))
    };
    for gap in [12.0, 24.0, 60.0] {
        let found = twice(gap);
        assert_eq!(found.len(), 2);
        for (first, last) in found[0].counts.iter().zip(&found[1].counts) {
            for (a, b) in first.people.iter().zip(&last.people) {
                // the same person, the same dose: never less, and what is left after 12 h is a small part
                assert!(b.cmax >= a.cmax * (1.0 - 1e-9), "{gap}: {} {}", a.cmax, b.cmax);
                assert!(b.cmax <= a.cmax * 1.25, "{gap}: {} {}", a.cmax, b.cmax);
                assert!((a.level, a.asked) == (b.level, b.asked), "levels are a person's own");
            }
        }
    }
    // of sixty hours hardly anything is left
    let late = twice(60.0);
    for (a, b) in late[0].counts[0].people.iter().zip(&late[1].counts[0].people) {
        assert!((b.cmax / a.cmax - 1.0).abs() < 0.01);
    }
}

/// Counted by hand: somebody who is above, below and above again is counted only while above.
#[test]
fn who_is_below_between_two_doses_is_not_counted() {
    let doses = [IM.to_owned(), format!("time = '6 h'\n{IM}")];
    let found = people(&format!("horizon = '12 h'\n{}", arm("a", "ketamine", &doses)));
    let high = &found[0].counts[1];
    assert!(high.above_at(20.0) > 40.0 && high.above_at(380.0) > 40.0);
    assert_eq!(high.above_at(300.0), 0.0, "between the doses nobody is above");
    assert!(high.people.iter().any(|p| p.gaps.len() == 1));
    for p in high.people.iter().filter(|p| p.gaps.len() == 1) {
        let within: f64 = p.end.unwrap() - p.begin.unwrap() - (p.gaps[0][1] - p.gaps[0][0]);
        assert!((p.above.unwrap() - within).abs() < 1e-9);
    }
}

// ---- one headcount ------------------------------------------------------------------------------------

/// The window (a sample of all arms), the command line (counted) and the page (expected) count the same people in every
/// shipped scenario.
#[test]
fn every_face_counts_the_same_people() {
    let shipped = [Scenario::OPENING, Scenario::REGIMENS, Scenario::VISIT, Scenario::ARMS];
    let sample = Sample { people: People::literal::<60>(), seed: 1, every: None };
    for text in shipped {
        let scenario = scenario(text);
        let window = population_outcome(&scenario, library(), sample, &InTurn, &|_| true).unwrap();
        for arm in &window.arms {
            let line = counted(&scenario, arm.index, library(), (sample, None), &InTurn, &|_| true).unwrap();
            assert_eq!(line, arm.sessions, "{}", arm.label);
            let page =
                expect(&scenario, arm.index, library(), 1, SampleRun { sample, workers: &InTurn, progress: &|_| true })
                    .unwrap();
            assert_eq!((&page.noticing, &page.fading), (&line[0].noticing, &line[0].fading), "{}", arm.label);
            assert_eq!((page.people, page.seed), (line[0].people(), 1));
            // dots of twenty and the share of a hundred are of the same people
            let reached = page.fading.iter().filter(|d| **d != ketasim::population::Dot::Never).count() as f64 / 20.0;
            assert!((reached - line[0].windows.share_reaching).abs() <= 0.05, "{}", arm.label);
        }
    }
}

/// A page is for one visit: of several sessions one has to be chosen.
#[test]
fn a_page_is_for_one_session() {
    let weekly = format!("{IV}\nrepeat = {{ every = '7 d', additional = 5 }}");
    let clinic = "[clinic]\ncrisis_line = '555-0199'\nstay = '2 h'\n";
    let with = |visit: &str| {
        let text =
            format!("horizon = '40 d'\n{clinic}{visit}{}", arm("Weekly", "ketamine", std::slice::from_ref(&weekly)));
        let sample = Sample { people: People::literal::<40>(), seed: 1, every: None };
        Timeline::new(&scenario(&text), 0, library(), SampleRun { sample, workers: &InTurn, progress: &|_| true })
    };
    let refused = with("").unwrap_err();
    assert_eq!(refused.what(), "arm \"Weekly\" has 6 sessions, and a page is for one");
    assert!(refused.what_would_work().unwrap().contains("session = 1"));
    for number in [1, 4, 6] {
        let visit = with(&format!("[visit]\nsession = {number}\n")).unwrap();
        assert_eq!((visit.session.number, visit.session.of, visit.doses), (number, 6, 1));
        assert!((visit.last_dose.minutes() - 40.0).abs() < 1e-9, "the last dose of this visit, not of the course");
        let strongest = visit.expected.shown_strongest().unwrap();
        assert!(strongest.high.unwrap() <= 120.0, "{strongest:?}");
    }
    for number in [0, 7] {
        let refused = with(&format!("[visit]\nsession = {number}\n")).unwrap_err();
        assert_eq!(refused.what(), format!("arm \"Weekly\" has no session {number}"));
    }
}
