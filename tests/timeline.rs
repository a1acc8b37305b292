//! A visit: what no curve can move, what a patient's page never says, clocks that change, calendars that others read.

#![cfg(feature = "export")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty};
use calcard::{Entry, Parser};
use ketasim::Library;
use ketasim::error::Kind;
use ketasim::export::{self, Paper};
use ketasim::plain_text::plain;
use ketasim::population::{InTurn, People, Sample};
use ketasim::scenario::Scenario;
use ketasim::timeline::{
    Block, Moment, SampleRun, Timeline, When, Words, calendar, clinician_sheet, expect::SourceTimes, leaflet,
    words::SHEET_LANGUAGE,
};
use ketasim::units::Time;
use proptest::prelude::*;
use std::sync::OnceLock;

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::embedded().unwrap())
}

fn scenario(text: &str) -> ketasim::Result<Scenario> {
    Scenario::from_toml("test.toml", text, library())
}

fn timeline_of(scenario: &Scenario, arm: usize) -> ketasim::Result<Timeline> {
    let sample = Sample { people: People::literal::<60>(), seed: 1, every: None };
    Timeline::new(scenario, arm, library(), SampleRun { sample, workers: &InTurn, progress: &|_| true })
}

fn visit(text: &str) -> Timeline {
    timeline_of(&scenario(text).unwrap(), 0).unwrap()
}

fn refused(text: &str) -> ketasim::Error {
    let given = scenario(text);
    given.and_then(|s| timeline_of(&s, 0)).map(|_| ()).unwrap_err()
}

const CLINIC: &str = "[clinic]\nname = 'The clinic'\nphone = '555-0100'\ncrisis_line = '555-0199'\nstay = '2 h'\n";

fn at(start: &str, zone: &str, drug: &str, doses: &str) -> String {
    format!(
        "horizon = '30 h'\n{CLINIC}[visit]\nstart = '{start}'\ntimezone = '{zone}'\n\
         [[arm]]\nlabel = 'a'\ndrug = '{drug}'\n{doses}"
    )
}

const IM: &str = "[[arm.dose]]\nroute = 'im'\namount = '35 mg'\n";

// ---- leaving and driving ----------------------------------------------------------------------------

/// By hand from the rule: the latest of 24 elapsed hours, the same clock time next day, 08:00 next day.
#[test]
fn driving_is_the_latest_of_three_where_clocks_change_and_days_end() {
    for (start, zone, driving) in [
        // an ordinary day
        ("2026-12-01 10:00", "America/Chicago", "2026-12-02T10:00:00-06:00"),
        // clocks go forward in the night: 24 hours end at 11:00
        ("2026-03-07 10:00", "America/Chicago", "2026-03-08T11:00:00-05:00"),
        // clocks go back in the night: 24 hours end at 09:00, the same clock time is later
        ("2026-10-31 10:00", "America/Chicago", "2026-11-01T10:00:00-06:00"),
        // after midnight: the night's sleep ends at 08:00 of the next day
        ("2026-12-01 03:00", "America/Chicago", "2026-12-02T08:00:00-06:00"),
        ("2026-12-01 23:59", "America/Chicago", "2026-12-02T23:59:00-06:00"),
        // next day's 02:30 does not exist; the night decides
        ("2026-03-07 02:30", "America/Chicago", "2026-03-08T08:00:00-05:00"),
        // end of a year, a zone with quarter hours, the other half of the world
        ("2026-12-31 22:15", "Asia/Kathmandu", "2027-01-01T22:15:00+05:45"),
        // half an hour of summer time ends: 24 hours end at 09:30
        ("2026-04-04 10:00", "Australia/Lord_Howe", "2026-04-05T10:00:00+10:30"),
        ("2026-10-03 10:00", "Australia/Lord_Howe", "2026-10-04T10:30:00+11:00"),
    ] {
        let visit = visit(&at(start, zone, "ketamine", IM));
        assert_eq!(visit.drive_from().unwrap().unwrap().rfc3339(), driving, "{start} {zone}");
    }
}

/// By hand: the clock of the rules starts when the last dose has been given, not with the first.
#[test]
fn rules_count_from_the_end_of_the_last_dose() {
    for (drug, doses, ends) in [
        ("ketamine", "[[arm.dose]]\nroute='iv'\namount='35 mg'\nduration='40 min'\n", "10:40"),
        ("ketamine", "[[arm.dose]]\nroute='sl'\namount='100 mg'\nhold='12 min'\n", "10:12"),
        ("ketamine", "[[arm.dose]]\nroute='im'\namount='20 mg'\nrepeat={every='45 min',additional=2}\n", "11:30"),
        // three devices of 28 mg, five minutes apart, by the drug's own rule
        ("esketamine", "[[arm.dose]]\nroute='in'\namount='84 mg'\n", "10:10"),
        // the first dose is what starts the visit, wherever the file puts it
        ("ketamine", "[[arm.dose]]\ntime='30 min'\nroute='im'\namount='20 mg'\n", "10:00"),
    ] {
        let visit = visit(&at("2026-12-01 10:00", "America/Chicago", drug, doses));
        let clock = |m: Option<Moment>| m.unwrap().rfc3339()[11..16].to_owned();
        assert_eq!(clock(visit.dose_ends()), ends, "{doses}");
        assert_eq!(clock(visit.drive_from().unwrap()), ends, "{doses}");
        let check = visit.check_from().unwrap().hours_since(&visit.dose_ends().unwrap());
        assert!((check - 2.0).abs() < 1e-9, "{check}");
    }
}

#[test]
fn a_clinic_can_lengthen_a_stay_and_never_shorten_it() {
    let esketamine = "[[arm]]\nlabel='a'\ndrug='esketamine'\n[[arm.dose]]\nroute='in'\namount='56 mg'\n";
    let stay = |line: &str| format!("[clinic]\ncrisis_line='1'\n{line}\n{esketamine}");
    assert_eq!(visit(&stay("")).stay.unwrap().hours(), 2.0, "the label's floor");
    assert_eq!(visit(&stay("stay='150 min'")).stay.unwrap().hours(), 2.5);
    let error = refused(&stay("stay='119 min'"));
    assert_eq!(error.kind(), Kind::Input);
    assert!(error.what().contains("shorter") && error.what_would_work().unwrap().contains("2 h"), "{error}");
    // racemic: there is no label to lean on
    let racemic = format!("[clinic]\ncrisis_line='1'\n[[arm]]\nlabel='a'\ndrug='ketamine'\n{IM}");
    let blank = visit(&racemic);
    assert!(blank.stay.is_none() && blank.printable().unwrap_err().what().contains("stay"));
    let no_line = visit(&format!("[clinic]\nstay='2 h'\n[[arm]]\nlabel='a'\ndrug='ketamine'\n{IM}"));
    assert!(no_line.printable().unwrap_err().what().contains("crisis line"));
    assert!(visit(&format!("{CLINIC}[[arm]]\nlabel='a'\ndrug='ketamine'\n{IM}")).printable().is_ok());
}

#[test]
fn what_names_no_moment_is_refused_with_what_would_have_worked() {
    let error = |start: &str, zone: &str| refused(&at(start, zone, "ketamine", IM));
    let chicago = "America/Chicago";
    assert!(error("tomorrow", chicago).what_would_work().unwrap().contains("2026-12-01 10:00"));
    assert!(error("2026-13-01 10:00", chicago).what().contains("no date"));
    assert!(error("2026-12-01", chicago).what().contains("no date with a time"));
    assert!(error("2026-03-08 02:30", chicago).what().contains("put forward"));
    assert!(error("2026-11-01 01:30", chicago).what().contains("put back"));
    assert!(error("2026-12-01 10:00", "Chicago").what_would_work().unwrap().contains("\"America/Chicago\""));
    assert!(error("2026-12-01 10:00", "Mars/Olympus").what().contains("no time zone"));
    assert!(
        refused(&at("2026-12-01 10:00", chicago, "ketamine", IM).replace("timezone", "next"))
            .what()
            .contains("time zone")
    );
    let home = at("2026-12-01 10:00", chicago, "ketamine", IM).replace("[visit]", "[visit]\nat_home = true");
    assert!(refused(&home).what().contains("lozenge"));
}

// ---- what a page says -------------------------------------------------------------------------------

/// Everything on the patient's sheet, in both languages.
fn pages(visit: &Timeline) -> Vec<String> {
    ["en", "es"].map(|l| plain(&leaflet(visit, &Words::of(l).unwrap()).unwrap(), 100)).to_vec()
}

/// Clock times: digits with a colon between them.
fn clocks(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    (1..chars.len())
        .filter(|i| chars[*i] == ':' && digit(i - 1) && digit(i + 1) && digit(i + 2))
        .map(|i| chars[i.saturating_sub(2)..i + 3].iter().collect::<String>())
        .map(|c| c.trim_matches(|c: char| !c.is_ascii_digit()).to_owned())
        .collect()
}

#[test]
fn the_search_for_clocks_finds_them() {
    assert_eq!(clocks("at 10:00 am, 9:30; ratio 1:2"), ["10:00", "9:30"].map(str::to_owned));
}

fn any_dose() -> impl Strategy<Value = (String, &'static str)> {
    let mg = 1.0..150.0_f64;
    prop_oneof![
        (mg.clone(), 5.0..90.0_f64)
            .prop_map(|(a, d)| (format!("route='iv'\namount='{a:.1} mg'\nduration='{d:.0} min'\n"), "ketamine")),
        mg.clone().prop_map(|a| (format!("route='im'\namount='{a:.1} mg'\n"), "ketamine")),
        (1.0..400.0_f64, 2.0..20.0_f64)
            .prop_map(|(a, h)| (format!("route='sl'\namount='{a:.1} mg'\nhold='{h:.0} min'\n"), "ketamine")),
        mg.prop_map(|a| (format!("route='in'\namount='{a:.1} mg'\n"), "ketamine")),
        (1_u32..=3).prop_map(|n| (format!("route='in'\namount='{} mg'\n", 28 * n), "esketamine")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever is given when and where: nothing shortens a rule, effects have no clock time, and the page names
    /// neither dose nor concentration.
    #[test]
    fn nothing_shortens_a_rule(
        (dose, drug) in any_dose(),
        (day, hour, minute) in (1_u32..=28, 0_u32..24, 0_u32..60),
        month in 1_u32..=12,
        zone in prop::sample::select(vec!["America/Chicago", "Europe/Madrid", "Australia/Sydney", "America/Bogota", "UTC"]),
        stay in 120.0..600.0_f64,
        more in 0_u64..3,
    ) {
        let start = format!("2026-{month:02}-{day:02} {hour:02}:{minute:02}");
        let repeat = if more > 0 { format!("repeat={{every='30 min',additional={more}}}\n") } else { String::new() };
        let text = at(&start, zone, drug, &format!("[[arm.dose]]\n{dose}{repeat}"))
            .replace("stay = '2 h'", &format!("stay = '{stay:.0} min'"));
        let given = scenario(&text).unwrap();
        let visit = match timeline_of(&given, 0) {
            Ok(visit) => visit,
            // only a clock that is skipped or comes twice may be in the way
            Err(e) => {
                prop_assert!(e.what().contains("clocks in"), "{e}");
                return Ok(());
            }
        };
        let (end, drive) = (visit.dose_ends().unwrap(), visit.drive_from().unwrap().unwrap());
        prop_assert!(drive.hours_since(&end) >= 24.0 - 1e-9);
        let (end_text, drive_text) = (end.rfc3339(), drive.rfc3339());
        prop_assert!(drive_text[..10] > end_text[..10], "next day: {end_text} {drive_text}");
        prop_assert!(&drive_text[11..16] >= "08:00" || drive_text[..10] > end.days_later(1).rfc3339()[..10]);
        prop_assert!(drive_text[..16] >= end.days_later(1).rfc3339()[..16]);
        prop_assert!(visit.check_from().unwrap().hours_since(&end) >= stay.round() / 60.0 - 1e-9);
        prop_assert!(end.hours_since(visit.start.as_ref().unwrap()) * 60.0 >= 30.0 * more as f64 - 1e-6);
        for phase in visit.phases().unwrap() {
            if let When::Range(Some(span)) = phase.when {
                prop_assert!(span.low >= 0.0 && span.high.is_none_or(|h| h > span.low), "{span:?}");
            }
        }
        // every range holds all that it joins
        let holds = |of: fn(&SourceTimes) -> Option<ketasim::timeline::Span>, all: Option<ketasim::timeline::Span>| {
            visit.expected.parts.iter().filter_map(of).all(|p| {
                all.is_some_and(|a| a.low <= p.low && a.high.is_none_or(|h| p.high.is_some_and(|ph| ph <= h + 1e-9)))
            })
        };
        prop_assert!(holds(|p| p.notice, visit.expected.notice));
        prop_assert!(holds(|p| p.strongest, visit.expected.strongest));
        prop_assert!(holds(|p| p.easing, visit.expected.easing));
        let mut other = given;
        other.arms[0].doses[0].amount = "10 mg".parse().unwrap();
        // another amount of the spray may mean another number of devices, which end at another time
        let other = (drug == "ketamine").then(|| timeline_of(&other, 0).unwrap());
        for (i, page) in pages(&visit).into_iter().enumerate() {
            for never in ["ng/mL", " mg", "mcg", "µg", "CADSS", "mmHg"] {
                prop_assert!(!page.contains(never), "{never} in {page}");
            }
            if let Some(other) = &other {
                prop_assert_eq!(clocks(&page), clocks(&pages(other)[i]), "a dose moved a clock time");
            }
        }
        for sheet in ["en", "es"].map(|l| leaflet(&visit, &Words::of(l).unwrap()).unwrap()) {
            for block in sheet.pages.iter().flat_map(|p| &p.blocks) {
                match block {
                    Block::Day(day) => {
                        let words = format!("{day:?}");
                        prop_assert_eq!(clocks(&words), Vec::<String>::new(), "{}", words);
                        for row in &day.dots {
                            prop_assert_eq!(row.at.len() + row.later + row.never, 20);
                            prop_assert!(row.at.iter().all(|m| (0.0..=day.until).contains(m)));
                        }
                    }
                    Block::Section { id, items, .. } if id == "notice" || id == "strongest" => {
                        for (_, words) in items {
                            prop_assert_eq!(clocks(words), Vec::<String>::new(), "{}", words);
                        }
                    }
                    Block::Section { .. } => {}
                }
            }
        }
    }
}

/// Without a start there is no clock time but those of the rule itself.
#[test]
fn without_a_start_there_is_no_appointment() {
    let visit = visit(&format!("{CLINIC}[[arm]]\nlabel='a'\ndrug='ketamine'\n{IM}"));
    assert!(visit.dose_ends().is_none() && visit.drive_from().unwrap().is_none());
    for page in pages(&visit) {
        assert!(clocks(&page).iter().all(|c| c == "8:00" || c == "08:00"), "{page}");
    }
    assert!(calendar(&visit, &Words::of("en").unwrap(), &Moment::from_unix(0)).unwrap_err().what().contains("start"));
}

/// A file that sets everything, and one that sets nothing, leave no blank and no empty section.
#[test]
fn every_sentence_is_filled_for_every_route_and_clinic() {
    let full = "[clinic]\nname='C'\nphone='1'\ncrisis_line='2'\nfasting='Nothing for 6 hours.'\nstay='3 h'\narrive='30 min'\n\
                ride_alone=true\nno_alcohol='24 h'\nvisits=4\nevery='7 d'\n\
                [visit]\nstart='2026-12-01 10:00'\ntimezone='America/Chicago'\nnext='2026-12-08 10:00'\nstyle='inward'\n";
    let bare = "[clinic]\ncrisis_line='2'\nstay='2 h'\n[visit]\nstyle='talking'\n";
    let doses = [
        ("ketamine", "route='iv'\namount='35 mg'\nduration='40 min'\n"),
        ("ketamine", "route='im'\namount='35 mg'\n"),
        ("ketamine", "route='sl'\namount='100 mg'\n"),
        ("ketamine", "route='in'\namount='50 mg'\nrepeat={every='15 min',additional=1}\n"),
        ("ketamine", "route='im'\namount='1 mg'\n"),
        ("esketamine", "route='in'\namount='56 mg'\n"),
        ("esketamine", "route='in'\namount='84 mg'\n"),
    ];
    for head in [full, bare] {
        for (drug, dose) in doses {
            let homes: &[&str] = if dose.contains("sl") { &["", "at_home=true\n"] } else { &[""] };
            for home in homes {
                let head = head.replace("[visit]\n", &format!("[visit]\n{home}"));
                let visit =
                    visit(&format!("horizon='6 h'\n{head}[[arm]]\nlabel='a'\ndrug='{drug}'\n[[arm.dose]]\n{dose}"));
                let sheet = plain(&clinician_sheet(&visit, &Words::of(SHEET_LANGUAGE).unwrap()).unwrap(), 100);
                for page in pages(&visit).into_iter().chain([sheet]) {
                    assert!(!page.contains(['{', '}']), "{page}");
                }
                for words in ["en", "es"].map(|l| Words::of(l).unwrap()) {
                    let leaflet = leaflet(&visit, &words).unwrap();
                    let ids: Vec<&str> = leaflet.pages[0]
                        .blocks
                        .iter()
                        .filter_map(|b| if let Block::Section { id, .. } = b { Some(id.as_str()) } else { None })
                        .collect();
                    // when will I notice, when is it strongest, who says I can go, when may I drive, what do I bring
                    for question in ["notice", "strongest", "leave", "drive", "bring", "help"] {
                        assert!(ids.contains(&question), "{question}: {ids:?}");
                    }
                    assert_eq!(ids.contains(&"lozenge"), !home.is_empty());
                    // everything at once still fits front and back of both papers
                    for paper in [Paper::A4, Paper::Letter] {
                        let pdf = export::leaflet(&leaflet, paper);
                        assert!(pdf.is_ok(), "{drug} {dose}{home} {} {paper:?}: {pdf:?}", words.language);
                    }
                }
            }
        }
    }
}

#[test]
fn a_patient_at_home_is_told_the_warning_and_no_staff_are_promised() {
    let text = format!(
        "{}[[arm]]\nlabel='a'\ndrug='ketamine'\n[[arm.dose]]\nroute='sl'\namount='100 mg'\n",
        CLINIC.replace("stay = '2 h'\n", "[visit]\nat_home = true\n")
    );
    let visit = visit(&text);
    assert!(visit.printable().is_ok(), "no clinic's stay is needed at home");
    let page = &pages(&visit)[0];
    assert!(page.to_lowercase().contains("hard to wake") && page.contains("emergency services"), "{page}");
    assert!(!page.contains("Staff decide when"), "{page}");
}

/// A course by hand: six visits a week apart, an integration visit within one to two days of each.
#[test]
fn a_course_has_its_visits_on_a_calendar() {
    use ketasim::timeline::VisitKind;
    let visit = visit(&at("2026-10-27 10:00", "America/Chicago", "ketamine", IM));
    let course = visit.course();
    let dosing: Vec<String> = course
        .iter()
        .filter(|v| v.kind == VisitKind::Dosing)
        .map(|v| v.from.as_ref().unwrap().rfc3339()[..16].to_owned())
        .collect();
    // over the change of the clock the visit stays at ten
    let days = ["10-27", "11-03", "11-10", "11-17", "11-24", "12-01"];
    assert_eq!(dosing, days.map(|d| format!("2026-{d}T10:00")));
    for (k, v) in course.iter().filter(|v| v.kind == VisitKind::Integration).enumerate() {
        assert_eq!(v.number as usize, k + 1);
        let hours = v.to.as_ref().unwrap().hours_since(v.from.as_ref().unwrap());
        assert!((hours - 24.0).abs() < 1e-9);
    }
    assert_eq!(course[0].visits, [1, 2]);
    assert_eq!(course.last().unwrap().kind, VisitKind::FollowUp);
}

// ---- calendars --------------------------------------------------------------------------------------

fn parsed(text: &str) -> ICalendar {
    let mut parser = Parser::new(text);
    let entry = parser.entry();
    let Entry::ICalendar(calendar) = entry else { panic!("{entry:?}: {text}") };
    assert!(matches!(parser.entry(), Entry::Eof), "something follows the calendar");
    calendar
}

#[test]
fn another_parser_reads_the_calendar() {
    let stamp = Moment::from_unix(1_764_028_800);
    for (language, ride) in [("en", "Ride home: staff will tell you when"), ("es", "")] {
        let text = at("2026-10-31 10:00", "America/Chicago", "ketamine", IM)
            .replace("[clinic]\nname = 'The clinic'", "[clinic]\nname = 'A, B; C\\\\D'")
            .replace("[visit]\n", "[visit]\nnext = '2026-11-07 10:00'\n");
        let visit = visit(&text);
        let text = calendar(&visit, &Words::of(language).unwrap(), &stamp).unwrap();
        assert!(text.split("\r\n").all(|l| l.len() <= 75 && !l.contains('\n')), "{text}");
        let calendar = parsed(&text);
        let of = |kind: ICalendarComponentType| calendar.components.iter().filter(move |c| c.component_type == kind);
        let zone = of(ICalendarComponentType::VTimezone).next().unwrap();
        let name = |c: &calcard::icalendar::ICalendarComponent, p: ICalendarProperty| {
            c.property(&p).and_then(|e| e.values.first()).and_then(|v| v.as_text()).unwrap_or_default().to_owned()
        };
        assert_eq!(name(zone, ICalendarProperty::Tzid), "America/Chicago");
        // both changes of the clock of the year around the visit, and what held before
        assert!(of(ICalendarComponentType::Daylight).count() >= 1 && of(ICalendarComponentType::Standard).count() >= 2);
        let events: Vec<_> = of(ICalendarComponentType::VEvent).collect();
        assert_eq!(events.len(), 6);
        let titles: Vec<String> = events.iter().map(|e| name(e, ICalendarProperty::Summary)).collect();
        assert!(ride.is_empty() || titles.iter().any(|t| t == ride), "{titles:?}");
        let mut ids: Vec<String> = events.iter().map(|e| name(e, ICalendarProperty::Uid)).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), events.len(), "each entry has its own id");
        let drive = events.iter().find(|e| name(e, ICalendarProperty::Uid).contains("-drive@")).unwrap();
        let end = drive.property(&ICalendarProperty::Dtend).unwrap();
        let at = end.values[0].as_partial_date_time().unwrap();
        assert_eq!((at.month, at.day, at.hour, at.minute), (Some(11), Some(1), Some(10), Some(0)));
        let tzid = end.params.iter().map(|p| format!("{p:?}")).collect::<String>();
        assert!(tzid.contains("America/Chicago"), "{tzid}");
        // what may be felt has no entry
        let Words { term, .. } = Words::of(language).unwrap();
        for effect in ["picture-notice", "picture-strongest", "picture-easing"] {
            assert!(!titles.contains(&term[effect]), "{titles:?}");
        }
        if language == "en" {
            let place = name(events[0], ICalendarProperty::Description);
            assert!(place == "A, B; C\\D" || place.contains("A, B; C"), "{place}");
        }
    }
}

#[test]
fn sample_visits_make_pages() {
    let sample = Scenario::from_toml("visit.toml", Scenario::VISIT, library()).unwrap();
    for arm in 0..sample.arms.len() {
        let visit = timeline_of(&sample, arm).unwrap();
        assert!(visit.printable().is_ok());
        assert!(visit.last_dose < Time::from_hours(2.0));
        for page in pages(&visit) {
            assert!(page.len() > 1500, "{page}");
        }
    }
}
