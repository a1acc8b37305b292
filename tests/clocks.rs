//! Clocks on a page and in a calendar: no rule gets shorter where they change, every other day is named, and what belongs
//! to one visit is not another's.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

use ketasim::Library;
use ketasim::plain_text::plain;
use ketasim::population::{InTurn, People, Sample};
use ketasim::scenario::Scenario;
use ketasim::timeline::{Moment, SampleRun, Timeline, VisitKind, Words, calendar, leaflet};
use proptest::prelude::*;
use std::sync::OnceLock;

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::embedded().unwrap())
}

fn made(clinic: &str, visit: &str) -> ketasim::Result<Timeline> {
    let text = format!(
        "[clinic]\nname = 'A'\ncrisis_line = '555-0199'\n{clinic}\n[visit]\n{visit}\n\
         [[arm]]\nlabel = 'spray'\ndrug = 'esketamine'\n[[arm.dose]]\nroute = 'in'\namount = '28 mg'\nsprays = 1\n"
    );
    let scenario = Scenario::from_toml("test.toml", &text, library())?;
    let sample = Sample { people: People::literal::<20>(), seed: 1, every: None };
    Timeline::new(&scenario, 0, library(), SampleRun { sample, workers: &InTurn, progress: &|_| true })
}

fn visit(clinic: &str, start: &str, zone: &str, more: &str) -> Timeline {
    made(clinic, &format!("start = '{start}'\ntimezone = '{zone}'\n{more}")).unwrap()
}

fn page(timeline: &Timeline, language: &str) -> String {
    let text = plain(&leaflet(timeline, &Words::of(language).unwrap()).unwrap(), 2_000);
    text.replace('\u{a0}', " ")
}

fn ics(timeline: &Timeline) -> String {
    let stamp = Moment::from_unix(1_796_000_000);
    calendar(timeline, &Words::of("en").unwrap(), &stamp).unwrap().replace("\r\n ", "")
}

/// The value of a property of one entry.
fn property<'a>(ics: &'a str, entry: &str, name: &str) -> Option<&'a str> {
    let block = ics.split("BEGIN:VEVENT").find(|b| b.contains(&format!("-{entry}@ketasim")))?;
    block.lines().find(|l| l.starts_with(name)).map(|l| l.trim_end())
}

/// By hand: the dose is at 22:10 at -01:00, two hours later it is 00:10 by the old clock, which then shows 23:10 for the
/// second time; 01:10 in UTC.
#[test]
fn a_clock_time_that_comes_twice_is_the_later_one_and_says_so() {
    let t = visit("stay = '2 h'", "2026-10-24 22:10", "America/Nuuk", "");
    let text = page(&t, "en");
    assert!(text.contains("You cannot go before 11:10 pm (the second of two, after the clocks go back)"), "{text}");
    assert_eq!(property(&ics(&t), "check", "DTSTART"), Some("DTSTART:20261025T011000Z"));
    assert!(page(&t, "es").contains("23:10 (la segunda vez, después de atrasar los relojes)"));
    // siblings: two zones where clocks go back at another hour, or by half an hour
    for (start, zone, clock, utc) in [
        ("2026-10-31 23:30", "America/Chicago", "1:30 am", "20261101T063000Z"),
        ("2026-04-04 23:40", "Australia/Lord_Howe", "1:40 am", "20260404T144000Z"),
    ] {
        let t = visit("stay = '2 h'", start, zone, "");
        let text = page(&t, "en");
        let check = property(&ics(&t), "check", "DTSTART").unwrap().to_owned();
        assert!(text.contains(&format!("before {clock} (the first of two")), "{zone}: {text}");
        assert_eq!(check, format!("DTSTART:{utc}"), "{zone}");
    }
    let once = visit("stay = '2 h'", "2026-12-01 10:00", "America/Nuuk", "");
    assert!(!page(&once, "en").contains("of two"));
    assert!(property(&ics(&once), "check", "DTSTART").unwrap().contains("TZID=America/Nuuk:20261201T120000"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever the zone, the night and the stay: what the calendar says is never earlier than the rule.
    #[test]
    fn no_clock_time_is_earlier_than_the_rule(
        day in 0..720_i64,
        hour in 0..24_u32,
        minute in 0..60_u32,
        stay in 120..600_u32,
        zone in prop::sample::select(vec!["America/Nuuk", "America/Chicago", "Australia/Lord_Howe", "Europe/Madrid", "Asia/Kathmandu"]),
    ) {
        let date = Moment::from_unix(1_767_225_600 + 86_400 * day as u64).rfc3339();
        let start = format!("{} {hour:02}:{minute:02}", &date[..10]);
        // a start that comes twice or never is refused by its own
        if let Ok(t) = made(&format!("stay = '{stay} min'"), &format!("start = '{start}'\ntimezone = '{zone}'")) {
            let (start, check) = (t.start.clone().unwrap(), t.check_from().unwrap());
            prop_assert!(check.hours_since(&start) * 60.0 >= f64::from(stay) - 1e-9);
            let said = ics(&t);
            let told = property(&said, "check", "DTSTART").unwrap();
            // a local time is read as the first of two where it comes twice: then it has to be that one
            if let Some(utc) = told.strip_suffix('Z') {
                prop_assert_eq!(utc.rsplit(':').next().unwrap(), check.utc());
            } else {
                prop_assert_eq!(check.which_of_two(), None);
                prop_assert_eq!(told.rsplit(':').next().unwrap(), check.basic());
            }
            prop_assert!(t.drive_from().unwrap().unwrap().hours_since(&start) >= 24.0);
            let text = page(&t, "en");
            prop_assert!(check.same_day(&start) || text.contains(" on ") , "{}", text);
        }
    }
}

/// By hand: 16:00 in UTC is 10:00 in Chicago in winter; an offset is used, and what cannot be used is refused.
#[test]
fn an_offset_in_a_start_is_used() {
    for start in
        ["2026-12-01T16:00:00Z", "2026-12-01T16:00:00+00:00", "2026-12-01 10:00-06:00", "2026-12-01T17:00:00+01:00"]
    {
        let t = visit("", start, "America/Chicago", "");
        assert_eq!(t.start.unwrap().rfc3339(), "2026-12-01T10:00:00-06:00", "{start}");
    }
    // stamps that ketasim prints are read back to the same moment, the second 23:10 as well
    for stamp in ["2026-10-24T23:10:00-01:00", "2026-10-24T23:10:00-02:00"] {
        let t = visit("", stamp, "America/Nuuk", "");
        assert_eq!(t.start.unwrap().rfc3339(), stamp);
    }
    let refused = made("", "start = '2026-10-24 23:10'\ntimezone = 'America/Nuuk'").unwrap_err();
    let remedy = refused.what_would_work().unwrap();
    assert!(remedy.contains("2026-10-24T23:10:00-01:00 or 2026-10-24T23:10:00-02:00"), "{remedy}");
    let next = visit("", "2026-12-01 10:00", "America/Chicago", "next = '2026-12-08T16:00:00Z'");
    assert_eq!(next.next.unwrap().rfc3339(), "2026-12-08T10:00:00-06:00");
    for odd in ["2026-12-01 10:00 -0600", "2026-12-01T10:00+", "2026-12-01 10:00 Z"] {
        assert!(made("", &format!("start = '{odd}'\ntimezone = 'America/Chicago'")).is_err(), "{odd}");
    }
}

#[test]
fn entries_of_different_visits_never_share_an_id() {
    let uids =
        |t: &Timeline| -> Vec<String> { ics(t).lines().filter(|l| l.starts_with("UID:")).map(str::to_owned).collect() };
    let at = |clinic: &str, more: &str| visit(clinic, "2026-12-01 10:00", "America/Chicago", more);
    let base = uids(&at("phone = '1'", ""));
    assert_eq!(base, uids(&at("phone = '1'", "")), "the same file again is the same visit");
    for other in
        [at("phone = '2'", ""), at("phone = '1'\naddress = 'Elsewhere 1'", ""), at("phone = '1'", "style = 'inward'")]
    {
        assert!(uids(&other).iter().all(|uid| !base.contains(uid)));
    }
    // an id stays when the visit is moved
    let moved = |start: &str| uids(&visit("", start, "America/Chicago", "id = 'visit-17.a'"));
    assert_eq!(moved("2026-12-01 10:00"), moved("2026-12-03 14:00"));
    assert!(moved("2026-12-01 10:00").iter().all(|uid| uid.starts_with("UID:visit-17.a-")));
    for odd in ["", "a b", "a@b", "é"] {
        assert!(made("", &format!("id = '{odd}'")).unwrap_err().what().contains("is no id"), "{odd}");
    }
}

/// What is not on the day of the first dose carries its day, in both languages.
#[test]
fn another_day_is_named() {
    let t = visit("arrive = '30 min'\nstay = '2 h'", "2026-12-02 00:15", "America/Chicago", "");
    let text = page(&t, "en");
    assert!(text.contains("Come at 11:45 pm on Tuesday, December 1, 2026."), "{text}");
    assert!(text.contains("You cannot go before 2:15 am."));
    assert!(page(&t, "es").contains("Llegue a las 23:45 h del martes"), "{}", page(&t, "es"));
    let late = visit("arrive = '30 min'\nstay = '2 h'", "2026-12-01 22:10", "America/Chicago", "");
    let text = page(&late, "en");
    assert!(text.contains("Come at 9:40 pm. "), "{text}");
    assert!(text.contains("You cannot go before 12:10 am on Wednesday, December 2, 2026."), "{text}");
    let long = visit("arrive = '26 h'\nstay = '30 h'", "2026-12-01 10:00", "America/Chicago", "");
    let text = page(&long, "en");
    assert!(
        text.contains("Come at 8:00 am on Monday, November 30, 2026") && text.contains("4:00 pm on Wednesday"),
        "{text}"
    );
}

/// By hand: Chicago is at -05:00 in July; the zone in the file says so for every entry, however late.
#[test]
fn the_zone_of_a_calendar_covers_its_last_entry() {
    for next in ["2028-07-10 10:00", "2031-01-15 10:00", "2027-03-20 10:00"] {
        let said = ics(&visit("", "2026-12-01 10:00", "America/Chicago", &format!("next = '{next}'")));
        let zone = said.split("END:VTIMEZONE").next().unwrap();
        let year: i32 = next[..4].parse().unwrap();
        // clocks are put forward in March of every year up to that one
        for y in 2027..=year {
            assert!(zone.contains(&format!("DTSTART:{y}03")), "{next}: {y}");
        }
    }
}

#[test]
fn a_course_follows_the_next_visit() {
    let dates = |t: &Timeline| -> Vec<String> {
        let dosing = t.course().into_iter().filter(|v| v.kind == VisitKind::Dosing);
        dosing.map(|v| v.from.unwrap().rfc3339()[..10].to_owned()).collect()
    };
    let t = visit("visits = 4\nevery = '7 d'", "2026-12-01 10:00", "America/Chicago", "next = '2026-12-04 10:00'");
    assert_eq!(dates(&t), ["2026-12-01", "2026-12-04", "2026-12-11", "2026-12-18"]);
    let t = visit("visits = 3", "2026-12-01 10:00", "America/Chicago", "next = '2026-12-20 09:00'");
    assert_eq!(dates(&t), ["2026-12-01", "2026-12-20", "2026-12-27"]);
    let t = visit("visits = 3\nevery = '3 d'", "2026-12-01 10:00", "America/Chicago", "");
    assert_eq!(dates(&t), ["2026-12-01", "2026-12-04", "2026-12-07"]);
}

#[test]
fn tags_of_systems_find_their_language() {
    for (tag, language) in [("es-MX", "es"), ("EN", "en"), ("en_US", "en"), ("es-419", "es"), ("es", "es")] {
        assert_eq!(Words::of(tag).unwrap().language, language, "{tag}");
    }
    for tag in ["fr", "", "-", "english"] {
        assert!(Words::of(tag).is_err(), "{tag}");
    }
}

/// A placeholder is no line to call, and a stay of nothing is none.
#[test]
fn what_passes_for_a_rule_is_refused() {
    let with = |line: &str, stay: &str| {
        let text = format!(
            "[clinic]\ncrisis_line = '{line}'\nstay = '{stay}'\n[[arm]]\nlabel = 'a'\ndrug = 'ketamine'\n\
             [[arm.dose]]\nroute = 'im'\namount = '35 mg'\n"
        );
        let sample = Sample { people: People::literal::<20>(), seed: 1, every: None };
        let scenario = Scenario::from_toml("test.toml", &text, library())?;
        Timeline::new(&scenario, 0, library(), SampleRun { sample, workers: &InTurn, progress: &|_| true })
            .and_then(|t| t.printable())
    };
    assert!(with("555-0199", "2 h").is_ok() && with("call ٩٨٨", "2 h").is_ok());
    for line in ["...", "TBD", "call us", "-", " "] {
        assert!(with(line, "2 h").unwrap_err().what().contains("crisis line"), "{line}");
    }
    for stay in ["0 min", "1 min", "0.4 h"] {
        let why = with("988", stay).unwrap_err();
        assert!(["is no stay", "cannot be meant"].iter().any(|w| why.what().contains(w)), "{stay}: {why}");
    }
    for (clinic, key) in [
        ("arrive = '-5 min'", "arrive"),
        ("no_alcohol = '-1 d'", "no_alcohol"),
        ("every = '1e9 d'", "every"),
        ("stay = '-3 h'", "stay"),
    ] {
        let refused = made(clinic, "").unwrap_err();
        assert!(refused.to_string().contains(key), "{clinic}: {refused}");
    }
    // as few or as many people as `population` takes
    for people in [0, 19, 1_000_001] {
        let refused = People::new(people).unwrap_err();
        assert!(refused.what_would_work().unwrap().contains("from 20 to 1000000"));
    }
}

#[test]
fn a_calendar_tells_the_place_and_reminds_if_asked() {
    let clinic = "address = '12 Made-up Street; Door 3'";
    let said = ics(&visit(clinic, "2026-12-01 10:00", "America/Chicago", "remind = '24 h'\nnext = '2026-12-08 10:00'"));
    assert_eq!(property(&said, "visit", "LOCATION"), Some("LOCATION:12 Made-up Street\\; Door 3"));
    assert_eq!(said.matches("BEGIN:VALARM").count(), 2, "the visit and the next one, no rule");
    assert!(said.contains("TRIGGER:-PT1440M"));
    assert!(property(&said, "drive", "LOCATION").is_none());
    let plain = ics(&visit("", "2026-12-01 10:00", "America/Chicago", ""));
    assert!(!plain.contains("VALARM") && !plain.contains("LOCATION"));
}

fn length() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        proptest::num::f64::ANY.prop_map(|v| v.to_string()),
        (-1e6..1e6_f64).prop_map(|v| v.to_string()),
        (0..200_u32).prop_map(|v| v.to_string()),
        "[-+]?[0-9]{1,24}(e[-+]?[0-9]{1,3})?",
    ];
    (number, prop_oneof![Just("s"), Just("min"), Just("h"), Just("d"), Just(""), Just("mg"), Just("y")])
        .prop_map(|(number, unit)| format!("{number} {unit}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Stay, notice and intervals from the whole range of what can be written, on days near changes of the clock and at
    /// both ends of the calendar: either it is refused with a remedy, or no time on the page is below a rule.
    #[test]
    fn whatever_is_written_no_rule_is_below_its_floor(
        lengths in prop::array::uniform5(length()),
        visits in prop_oneof![any::<i64>(), 0..60_i64],
        (year, month, day, hour) in (1900..=2200_i32, 1..=12_u32, 1..=28_u32, 0..24_u32),
        which in 0..32_u32,
    ) {
        let keys = ["stay", "arrive", "no_alcohol", "every"];
        let some = |k: usize| which & (1 << k) != 0;
        let mut clinic: String = (0..4).filter(|k| some(*k)).map(|k| format!("{} = '{}'\n", keys[k], lengths[k])).collect();
        if visits % 2 == 0 {
            clinic.push_str(&format!("visits = {visits}\n"));
        }
        let remind = if some(4) { format!("remind = '{}'\n", lengths[4]) } else { String::new() };
        let start = format!("start = '{year}-{month:02}-{day:02} {hour:02}:00'\ntimezone = 'America/Chicago'\n{remind}");
        let made = match made(&clinic, &start) {
            Err(e) => {
                prop_assert!(e.what_would_work().is_some(), "{e}");
                return Ok(());
            }
            Ok(made) => made,
        };
        let (stay, leave) = (made.stay.unwrap(), made.check_from().unwrap());
        prop_assert!(stay.hours() >= 2.0, "the label of the spray: {stay}");
        prop_assert!(leave.hours_since(made.start.as_ref().unwrap()) >= 2.0 - 1e-9);
        let course = made.course();
        prop_assert!((1..=52).contains(&course.iter().filter(|v| v.kind == VisitKind::Dosing).count()));
        prop_assert!(!page(&made, "en").contains(" -") || !page(&made, "en").contains("at least -"));
        prop_assert!(ics(&made).starts_with("BEGIN:VCALENDAR"));
    }
}
