//! The visit as an iCalendar file (RFC 5545), with the clock changes of its time zone.
//!
//! Only appointments and rules are entries. Effects have no clock time and so no entry. The ride home is an all-day
//! note, because only staff say when. This is our own code because the available crates read the machine's clock.

use super::Timeline;
use super::clock::Moment;
use super::words::Words;
use crate::error::{Error, Result};

/// Largest length of a line in octets, without its end.
const LINE: usize = 75;

/// An entry of the calendar.
struct CalendarEntry {
    id: &'static str,
    from: Moment,
    to: Option<Moment>,
    all_day: bool,
    /// Whether it is an appointment at the clinic.
    here: bool,
    title: String,
    words: String,
}

/// The visit as the text of an `.ics` file; `stamp` is when it was made.
///
/// # Errors
/// When the start is not known, or something has to be filled in first.
pub fn calendar(timeline: &Timeline, words: &Words, stamp: &Moment) -> Result<String> {
    timeline.printable()?;
    let Some(start) = &timeline.start else {
        return Err(Error::input("a calendar needs the start of the visit")
            .remedy("add --start \"2026-12-01 10:00\" --timezone \"America/Chicago\", or [visit] to the file"));
    };
    let mut text = Text::default();
    text.line("BEGIN", "VCALENDAR");
    text.line("VERSION", "2.0");
    text.line(
        "PRODID",
        &format!("-//ketasim//ketasim {}//{}", env!("CARGO_PKG_VERSION"), words.language.to_uppercase()),
    );
    text.line("CALSCALE", "GREGORIAN");
    text.line("METHOD", "PUBLISH");
    let entries = entries(timeline, words, start)?;
    let all = entries.iter().flat_map(|e| [Some(&e.from), e.to.as_ref()]).flatten();
    let last = all.cloned().reduce(Moment::max).unwrap_or_else(|| start.clone());
    zone(&mut text, start, &last);
    for entry in &entries {
        text.entry(entry, timeline, stamp);
    }
    text.line("END", "VCALENDAR");
    Ok(text.0)
}

fn entries(timeline: &Timeline, words: &Words, start: &Moment) -> Result<Vec<CalendarEntry>> {
    let term = |id: &str| words.term(id).to_owned();
    let mut list = Vec::new();
    let mut add = |id, from: Moment, to: Option<Moment>, all_day, title: String, words: String| {
        let here = matches!(id, "visit" | "next");
        list.push(CalendarEntry { id, from, to, all_day, here, title, words });
    };
    let place = timeline.clinic.name.clone().unwrap_or_default();
    let from = timeline.arrival().unwrap_or_else(|| start.clone());
    // the visit has no known end: it lasts until the earliest check, after which staff decide
    let to = timeline.check_from().or_else(|| timeline.dose_ends());
    add("visit", from, to.clone(), false, term("calendar-visit"), place);
    if !timeline.at_home() {
        if let Some(check) = timeline.check_from() {
            add("check", check, None, false, term("calendar-check"), String::new());
        }
        let day = timeline.check_from().unwrap_or_else(|| start.clone());
        add("ride", day, None, true, term("calendar-ride"), term("calendar-ride-words"));
    }
    if let Some(drive) = timeline.drive_from()? {
        let said = words.fill("calendar-drive-words", &[("drive", &drive.date_clock(words))]);
        add("drive", start.clone(), Some(drive), false, term("calendar-drive"), said);
    }
    if let Some([from, to]) = timeline.integration() {
        add("integration", from, Some(to), false, term("calendar-integration"), term("calendar-integration-words"));
    }
    if let Some(next) = &timeline.next {
        add("next", next.clone(), None, false, term("calendar-next"), String::new());
    }
    Ok(list)
}

/// The time zone with its clock changes from before the visit to after its last entry, for programs without a list of
/// zones.
fn zone(text: &mut Text, start: &Moment, last: &Moment) {
    let (first, changes) = start.changes(last);
    text.line("BEGIN", "VTIMEZONE");
    text.line("TZID", start.zone());
    text.observance(false, EARLIEST, (first, first), "");
    for change in &changes {
        text.observance(change.summer, &change.at, (change.from, change.to), &change.name);
    }
    text.line("END", "VTIMEZONE");
}

/// A date before any listed change.
const EARLIEST: &str = "19700101T000000";

#[derive(Default)]
struct Text(String);

impl Text {
    /// A content line, folded so that no line is longer than 75 octets.
    fn line(&mut self, name: &str, value: &str) {
        let whole = format!("{name}:{value}");
        let mut room = LINE;
        for c in whole.chars() {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LINE - 1;
            }
            self.0.push(c);
            room -= c.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for c in value.chars() {
            match c {
                '\\' | ';' | ',' => {
                    escaped.push('\\');
                    escaped.push(c);
                }
                '\n' => escaped.push_str("\\n"),
                c if c.is_control() => {}
                c => escaped.push(c),
            }
        }
        self.line(name, &escaped);
    }

    fn observance(&mut self, summer: bool, at: &str, (from, to): (i32, i32), name: &str) {
        let kind = if summer { "DAYLIGHT" } else { "STANDARD" };
        self.line("BEGIN", kind);
        self.line("DTSTART", at);
        self.line("TZOFFSETFROM", &offset(from));
        self.line("TZOFFSETTO", &offset(to));
        if !name.is_empty() {
            self.text("TZNAME", name);
        }
        self.line("END", kind);
    }

    fn entry(&mut self, entry: &CalendarEntry, timeline: &Timeline, stamp: &Moment) {
        self.line("BEGIN", "VEVENT");
        // a visit imported twice keeps its entries, and so does a visit with an id that was moved
        self.line("UID", &format!("{}-{}@ketasim", timeline.uid, entry.id));
        self.line("DTSTAMP", &format!("{}Z", stamp.utc()));
        // a later file of the same visit replaces an earlier one
        self.line("SEQUENCE", &stamp.minutes_since_2020().to_string());
        if entry.all_day {
            self.line("DTSTART;VALUE=DATE", &entry.from.basic_date());
        } else {
            // a local time that occurs twice is taken for the first of the two, so only UTC is unambiguous there
            let zoned = |name: &str, m: &Moment| match m.which_of_two() {
                Some(_) => (name.to_owned(), format!("{}Z", m.utc())),
                None => (format!("{name};TZID={}", m.zone()), m.basic()),
            };
            let (name, value) = zoned("DTSTART", &entry.from);
            self.line(&name, &value);
            if let Some(to) = &entry.to {
                let (name, value) = zoned("DTEND", to);
                self.line(&name, &value);
            }
        }
        self.text("SUMMARY", &entry.title);
        if !entry.words.is_empty() {
            self.text("DESCRIPTION", &entry.words);
        }
        if let Some(place) = timeline.clinic.address.as_ref().filter(|a| entry.here && !a.trim().is_empty()) {
            self.text("LOCATION", place);
        }
        if let Some(early) = timeline.visit.remind.filter(|_| entry.here) {
            self.line("BEGIN", "VALARM");
            self.line("ACTION", "DISPLAY");
            self.text("DESCRIPTION", &entry.title);
            self.line("TRIGGER", &format!("-PT{}M", early.time().minutes().round()));
            self.line("END", "VALARM");
        }
        // a reminder of rules and ranges must not show somebody as busy
        self.line("TRANSP", if entry.id == "visit" { "OPAQUE" } else { "TRANSPARENT" });
        self.line("END", "VEVENT");
    }
}

/// A UTC offset as `-0600`, with seconds where a zone has them.
fn offset(seconds: i32) -> String {
    let (sign, s) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
    let rest = if s % 60 == 0 { String::new() } else { format!("{:02}", s % 60) };
    format!("{sign}{:02}{:02}{rest}", s / 3600, s / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_letters() {
        let mut text = Text::default();
        text.text("SUMMARY", &"é, ".repeat(40));
        let lines: Vec<&str> = text.0.split("\r\n").collect();
        assert!(lines.iter().all(|l| l.len() <= LINE), "{lines:?}");
        assert!(lines[1].starts_with(' ') && lines.len() > 2);
        // unfolding and unescaping give back the original text
        let back = text.0.replace("\r\n ", "").replace("\\,", ",");
        assert_eq!(back, format!("SUMMARY:{}\r\n", "é, ".repeat(40)));
    }

    #[test]
    fn offsets_are_written_with_their_sign() {
        assert_eq!(offset(-21600), "-0600");
        assert_eq!(offset(20700), "+0545");
        assert_eq!(offset(-1), "-000001");
    }
}
