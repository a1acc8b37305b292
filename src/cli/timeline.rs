//! `ketasim timeline`: a visit as a patient or a clinician reads it; PDF, calendar, text, JSON.

use super::args::{Audience, TimelineOptions};
use super::{Given, of_option, out};
use crate::error::{Error, Result};
use crate::export::{Paper, leaflet as pdf};
use crate::library::Library;
use crate::path;
use crate::plain_text::plain;
use crate::population::Sample;
use crate::scenario::Scenario;
use crate::table::{TEXT_WIDTH, Table, TableColumn, paragraph};
use crate::threads::OnThreads;
use crate::timeline::{
    Block, Leaflet, Moment, SampleRun, Span, Timeline, When, Words, calendar, clinician_sheet, leaflet,
    words::SHEET_LANGUAGE,
};
use crate::units::tidy;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// Prints and writes as asked.
///
/// # Errors
/// When the scenario is refused, something has to be filled in first, or a file cannot be written.
pub fn run(options: &TimelineOptions, library: &Library) -> Result<()> {
    let (to_pdf, to_ics) = (options.pdf.as_deref(), options.ics.as_deref());
    let taken = out::standard(&[("--pdf", to_pdf), ("--ics", to_ics)], &[("--json", options.json)])?;
    let mut given = match &options.file {
        Some(path) => Given::read(Some(path), library)?,
        None => Given::text("assets/scenarios/visit.toml", Scenario::VISIT, library)?,
    };
    if options.start.is_some() || options.timezone.is_some() || options.session.is_some() {
        let visit = given.scenario.visit.get_or_insert_default();
        visit.start = options.start.clone().or(visit.start.take());
        visit.timezone = options.timezone.clone().or(visit.timezone.take());
        visit.session = options.session.or(visit.session);
    }
    let located = |e: Error| match stated(options, &e) {
        Some(option) => of_option(option, &e),
        None => e.located(&given.name, &given.text),
    };
    let index = arm(&given.scenario, options.arm.as_deref())?;
    let words = Words::of(&options.language).map_err(|e| of_option("--language", &e))?;
    let paper: Paper = options.paper.parse().map_err(|e| of_option("--paper", &e))?;
    let sample = Sample { people: options.people, seed: options.seed, every: None };
    let workers = OnThreads::of_the_machine(0);
    let progress = super::population::progress();
    let run = SampleRun { sample, workers: &workers, progress: &progress };
    let timeline = Timeline::new(&given.scenario, index, library, run).map_err(located)?;
    let sheet = match options.audience {
        Audience::Patient => {
            timeline.printable().map_err(located)?;
            leaflet(&timeline, &words)?
        }
        Audience::Clinician => clinician_sheet(&timeline, &Words::of(SHEET_LANGUAGE)?)?,
    };
    if let Some(path) = to_pdf {
        out::write(path, &pdf(&sheet, paper)?)?;
    }
    if let Some(path) = to_ics {
        out::write(path, calendar(&timeline, &words, &now()).map_err(located)?.as_bytes())?;
    }
    if taken.is_some() {
        return Ok(());
    }
    if options.json {
        return out::print_json(&document(&timeline, &sheet, options.audience)?);
    }
    let mut text = plain(&sheet, TEXT_WIDTH);
    if options.audience == Audience::Clinician {
        text.push_str(&clinician(&timeline, &words)?);
    }
    out::print(&text)
}

/// The option from which the entry came that an error is about.
fn stated(options: &TimelineOptions, error: &Error) -> Option<&'static str> {
    let key = |name: &str| error.path() == path!["visit", name];
    let start = options.start.is_some() && key("start");
    let timezone = options.timezone.is_some() && key("timezone");
    if start { Some("--start") } else { timezone.then_some("--timezone") }
}

/// The arm of that label, else the first.
fn arm(scenario: &Scenario, label: Option<&str>) -> Result<usize> {
    let Some(label) = label else { return Ok(0) };
    scenario.arms.iter().position(|a| a.label == label).ok_or_else(|| {
        Error::input(format!("--arm: there is no arm \"{label}\""))
            .remedy(crate::error::suggestion(label, scenario.arms.iter().map(|a| a.label.as_str())))
    })
}

/// The machine's clock: only for the stamp that calendars ask for.
fn now() -> Moment {
    Moment::from_unix(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()))
}

/// Phases, what was joined into each range, and the course.
fn clinician(timeline: &Timeline, words: &Words) -> Result<String> {
    let minutes = |s: Option<Span>| {
        s.map_or("–".to_owned(), |s| match s.high {
            Some(high) => format!("{} to {}", tidy(s.low.round()), tidy(high.round())),
            None => format!("from {}", tidy(s.low.round())),
        })
    };
    let mut text = String::from("\nTIMES\n");
    let mut table = Table::new(vec![TableColumn::text("Phase"), TableColumn::text("When"), TableColumn::text("Kind")]);
    for phase in timeline.phases()? {
        let (when, kind) = match &phase.when {
            When::Range(span) => (format!("{} min after the first dose", minutes(*span)), "range, never a clock time"),
            When::Exact { from, to } => {
                let of = |m: &Option<Moment>| m.as_ref().map(|m| m.date_clock(words));
                let said = match (of(from), of(to)) {
                    (Some(from), Some(to)) => format!("{from} to {to}"),
                    (Some(from), None) => format!("not before {from}"),
                    (None, Some(to)) => format!("until {to}"),
                    (None, None) => "–".to_owned(),
                };
                (said, "appointment or rule")
            }
            When::Staff => ("staff decide".to_owned(), "no time is known beforehand"),
        };
        table.push([phase.kind.id().replace('_', " "), when, kind.to_owned()]);
    }
    text.push_str(&table.to_text(TEXT_WIDTH));
    text.push_str("\nWHAT THE RANGES JOIN (min after the first dose; 10th to 90th of people, or as published)\n");
    let mut table = Table::new(vec![
        TableColumn::text("From"),
        TableColumn::text("Rests on"),
        TableColumn::text("Noticing"),
        TableColumn::text("Strongest"),
        TableColumn::text("Fading"),
    ]);
    for p in &timeline.expected.parts {
        table.push([
            p.from.clone(),
            p.kind.id().to_owned(),
            minutes(p.notice),
            minutes(p.strongest),
            minutes(p.easing),
        ]);
    }
    text.push_str(&table.to_text(TEXT_WIDTH));
    text.push_str("\nCOURSE\n");
    let mut table =
        Table::new(vec![TableColumn::text("Visit"), TableColumn::text("How many"), TableColumn::text("When")]);
    for v in timeline.course() {
        let how_many = if v.visits[0] == v.visits[1] {
            v.visits[0].to_string()
        } else {
            format!("{} to {}", v.visits[0], v.visits[1])
        };
        let number = if v.number > 0 { format!(" {}", v.number) } else { String::new() };
        let when = v.from.as_ref().map_or("–".to_owned(), |m| m.date(words));
        table.push([format!("{}{number}", words.term(v.kind.term())), how_many, when]);
    }
    text.push_str(&table.to_text(TEXT_WIDTH));
    text.push_str(&paragraph("", words.term("course-note"), TEXT_WIDTH));
    let missing: Vec<String> = timeline.missing().iter().map(|m| m.error().what().to_owned()).collect();
    for what in missing {
        text.push_str(&paragraph("! ", &what, TEXT_WIDTH));
    }
    Ok(text)
}

fn document(timeline: &Timeline, sheet: &Leaflet, audience: Audience) -> Result<Value> {
    let moment = |m: Option<&Moment>| m.map(Moment::rfc3339);
    let span = |s: Option<Span>| json!(s.map(|s| [Some(tidy(s.low)), s.high.map(tidy)]));
    let phases: Vec<Value> = timeline
        .phases()?
        .iter()
        .map(|p| match &p.when {
            When::Range(s) => json!({ "phase": p.kind.id(), "kind": "range", "min": span(*s) }),
            When::Exact { from, to } => json!({
                "phase": p.kind.id(), "kind": "rule", "not_before": moment(from.as_ref()), "until": moment(to.as_ref()),
            }),
            When::Staff => json!({ "phase": p.kind.id(), "kind": "staff" }),
        })
        .collect();
    let course: Vec<Value> = timeline
        .course()
        .iter()
        .map(|v| {
            json!({
                "visit": v.kind.id(), "visits": v.visits, "number": v.number,
                "from": moment(v.from.as_ref()), "to": moment(v.to.as_ref()),
            })
        })
        .collect();
    let pages: Vec<Vec<Value>> = sheet.pages.iter().map(|side| side.blocks.iter().map(block).collect()).collect();
    let mut all = json!({
        "arm": timeline.label, "drug": timeline.drug, "route": timeline.route.id(),
        "audience": audience.id(), "language": sheet.language,
        "title": sheet.title, "subtitle": sheet.subtitle, "footer": sheet.footer,
        "timezone": timeline.start.as_ref().map(Moment::zone), "start": moment(timeline.start.as_ref()),
        "session": { "number": timeline.session.number, "of": timeline.session.of },
        "people": timeline.expected.people, "seed": timeline.expected.seed,
        "twenty": {
            "noticing_min": super::population::dots(&timeline.expected.noticing),
            "fading_min": super::population::dots(&timeline.expected.fading),
        },
        "stay_min": timeline.stay.map(|s| tidy(s.minutes())),
        "drive_not_before": moment(timeline.drive_from()?.as_ref()),
        "phases": phases, "course": course, "pages": pages,
        "page": {
            "made": timeline.page.made(),
            "reasons": timeline.page.reasons.iter().map(|r| json!({ "id": r.kind.id(), "words": r.words })).collect::<Vec<_>>(),
            "touches": timeline.page.touches,
        },
        "missing": timeline.missing().iter().map(|m| m.error().what().to_owned()).collect::<Vec<_>>(),
    });
    // how a patient's range was joined is for those who ask what stands behind it
    if audience == Audience::Clinician {
        let e = &timeline.expected;
        let parts = e.parts.iter().map(|p| {
            json!({
                "from": p.from, "evidence": p.kind.id(), "noticing_min": span(p.notice),
                "strongest_min": span(p.strongest), "fading_min": span(p.easing),
            })
        });
        all["joined"] = parts.collect();
    }
    Ok(all)
}

fn block(block: &Block) -> Value {
    match block {
        Block::Day(day) => json!({
            "day": day.alt, "staff": day.staff, "no_driving": day.no_driving,
            "ranges": day.bands.iter().map(|b| json!({ "name": b.name, "words": b.words })).collect::<Vec<_>>(),
            "caption": day.caption, "people": day.dots_caption,
        }),
        Block::Section { id, heading, items } => json!({
            "section": id, "heading": heading, "items": items.iter().map(|(_, words)| words).collect::<Vec<_>>(),
        }),
    }
}
