//! Local times: a start in a time zone, and times so many hours later.

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::words::Words;
use crate::error::{Error, Result, suggestion};
use crate::units::Time;
use jiff::civil::{self, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Span, Timestamp, ZonedDateTime};

/// A moment in a time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment(ZonedDateTime);

impl Moment {
    /// Reads a local time like `2026-12-01 10:00` in a zone like `America/Chicago`.
    ///
    /// # Errors
    /// When it is no valid time, there is no such zone, or the clock change skips or repeats that time.
    pub fn parse(text: &str, zone: &str) -> Result<Self> {
        Self::in_zone(text, time_zone(zone)?)
    }

    /// As [`Moment::parse`], for a time zone that was already looked up.
    pub(super) fn in_zone(text: &str, zone: TimeZone) -> Result<Self> {
        let wrong = || {
            Error::input(format!("\"{text}\" is no date with a time"))
                .remedy("write the year first and the clock from 0 to 24, for example \"2026-12-01 10:00\"")
        };
        let trimmed = text.trim();
        let late = || Error::input(format!("{text} lies too far away")).remedy("name a year between 1900 and 2200");
        let near = |at: ZonedDateTime| if (1900..=2200).contains(&at.year()) { Ok(Self(at)) } else { Err(late()) };
        if let Ok(moment) = trimmed.parse::<Timestamp>() {
            // with an offset the moment is unambiguous, whatever the clock changes of the zone
            return near(moment.to_zoned_datetime(zone));
        }
        let at: DateTime = trimmed.parse().map_err(|_| wrong())?;
        let offset_is_lost =
            trimmed.contains('[') || trimmed.get(11..).is_some_and(|clock| clock.contains(['+', '-', 'Z', 'z']));
        if offset_is_lost {
            return Err(Error::input(format!("the offset of \"{text}\" is not understood"))
                .remedy("write for example \"2026-12-01T10:00:00-06:00\", or the clock alone: \"2026-12-01 10:00\""));
        }
        if !trimmed.contains(':') || at.second() != 0 || at.subsec_nanosecond() != 0 {
            return Err(wrong());
        }
        let name = zone.iana_name().unwrap_or("this zone").to_owned();
        match zone.to_ambiguous_zoned_datetime(at).offset() {
            AmbiguousOffset::Unambiguous { .. } => {}
            AmbiguousOffset::Gap { .. } => {
                return Err(Error::input(format!(
                    "clocks in {name} are put forward over {text}: there is no such time"
                ))
                .remedy("name a time before or after the change"));
            }
            AmbiguousOffset::Fold { .. } => {
                let both =
                    [zone.to_ambiguous_zoned_datetime(at).earlier(), zone.to_ambiguous_zoned_datetime(at).later()];
                let both: Vec<String> = both.into_iter().flatten().map(|m| Self(m).rfc3339()).collect();
                return Err(Error::input(format!("clocks in {name} are put back over {text}: that time comes twice"))
                    .remedy(format!("say which with its offset: {}", both.join(" or "))));
            }
        }
        zone.to_zoned_datetime(at).map_err(|_| late()).and_then(near)
    }

    /// A moment in UTC from seconds since 1970, as the machine's clock gives it.
    pub fn from_unix(seconds: u64) -> Self {
        let at = Timestamp::from_second(i64::try_from(seconds).unwrap_or(0)).unwrap_or(Timestamp::UNIX_EPOCH);
        Self(at.to_zoned_datetime(TimeZone::UTC))
    }

    /// The moment later by an elapsed time, in whole minutes, rounded up.
    #[must_use]
    pub fn after(&self, time: Time) -> Self {
        let minutes = (time.minutes() - 1e-6).ceil() as i64;
        self.add(SignedDuration::from_mins(minutes))
    }

    /// The moment earlier by an elapsed time, in whole minutes, rounded down.
    #[must_use]
    pub fn before(&self, time: Time) -> Self {
        let minutes = (time.minutes() - 1e-6).ceil() as i64;
        self.add(SignedDuration::from_mins(minutes.saturating_neg()))
    }

    fn add(&self, duration: SignedDuration) -> Self {
        Self(self.0.saturating_add(duration))
    }

    /// The same local time on the next day. Where a clock change makes it ambiguous, the later of the two.
    #[must_use]
    pub fn same_time_next_day(&self) -> Self {
        self.next_day_at(self.0.time())
    }

    /// A local time on the next day.
    #[must_use]
    pub fn next_day_at(&self, clock: civil::Time) -> Self {
        self.on_day(1, clock)
    }

    fn on_day(&self, days: i64, clock: civil::Time) -> Self {
        let day = self.0.date().saturating_add(Span::new().days(days));
        let at = self.0.time_zone().to_ambiguous_zoned_datetime(day.to_datetime(clock));
        // fails only at the ends of the calendar
        Self(at.later().unwrap_or_else(|_| self.0.saturating_add(SignedDuration::from_hours(days.saturating_mul(24)))))
    }

    /// The same local time a number of days later.
    #[must_use]
    pub fn days_later(&self, days: i64) -> Self {
        self.on_day(days, self.0.time())
    }

    /// Day of the week, Monday 0.
    pub fn weekday(&self) -> usize {
        self.0.date().weekday().to_monday_zero_offset().max(0) as usize
    }

    /// Day of the month, and the month from 0.
    pub fn day_and_month(&self) -> (u8, usize) {
        let date = self.0.date();
        (date.day().unsigned_abs(), usize::from(date.month().unsigned_abs()).saturating_sub(1))
    }

    /// The later of two moments.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        if other.0.timestamp() > self.0.timestamp() { other } else { self }
    }

    /// Elapsed hours from another moment to this one.
    pub fn hours_since(&self, other: &Self) -> f64 {
        self.0.duration_since(&other.0).as_secs_f64() / SECONDS_PER_HOUR
    }

    /// Whether this moment is before another.
    pub fn is_before(&self, other: &Self) -> bool {
        self.0.timestamp() < other.0.timestamp()
    }

    /// Whole minutes since the start of 2020 in UTC. 0 for an earlier moment.
    pub fn minutes_since_2020(&self) -> i64 {
        const BEGAN: i64 = 1_577_836_800;
        (self.0.timestamp().as_second().saturating_sub(BEGAN) / 60).max(0)
    }

    /// Name of the time zone.
    pub fn zone(&self) -> &str {
        self.0.time_zone().iana_name().unwrap_or("UTC")
    }

    /// Date, time and offset in RFC 3339: `2026-12-01T10:00:00-06:00`.
    pub fn rfc3339(&self) -> String {
        self.0.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// Local date and time as iCalendar writes it: `20261201T100000`.
    pub fn basic(&self) -> String {
        self.0.strftime("%Y%m%dT%H%M%S").to_string()
    }

    /// Date and time in UTC as iCalendar writes it.
    pub fn utc(&self) -> String {
        self.0.timestamp().strftime("%Y%m%dT%H%M%S").to_string()
    }

    /// Date as iCalendar writes it: `20261201`.
    pub fn basic_date(&self) -> String {
        self.0.strftime("%Y%m%d").to_string()
    }

    /// Time of day in a language: "10:00 am", "10:00". It contains no breakable space.
    pub fn clock(&self, words: &Words) -> String {
        let pattern = if words.term("clock") == "12" { "%-I:%M\u{a0}%P" } else { "%H:%M" };
        let clock = self.0.strftime(pattern).to_string();
        // a local time that occurs twice says which of the two it is, because the earlier one would shorten a rule
        match self.which_of_two() {
            None => clock,
            Some(second) => words.fill(if second { "clock-second" } else { "clock-first" }, &[("clock", &clock)]),
        }
    }

    /// Whether this is the second occurrence of a local time that occurs twice when clocks are put back. `None` where
    /// it occurs once.
    pub fn which_of_two(&self) -> Option<bool> {
        match self.0.time_zone().to_ambiguous_zoned_datetime(self.0.datetime()).offset() {
            AmbiguousOffset::Fold { after, .. } => Some(self.0.offset() == after),
            _ => None,
        }
    }

    /// Whether both moments are on the same calendar day.
    pub fn same_day(&self, other: &Self) -> bool {
        self.0.date() == other.0.date()
    }

    /// Date in a language: "Tuesday, December 1, 2026".
    pub fn date(&self, words: &Words) -> String {
        let of = |list: &[String], i: i8| list.get(i.max(0) as usize).cloned().unwrap_or_default();
        let date = self.0.date();
        words.fill(
            "date",
            &[
                ("weekday", &of(&words.weekdays, date.weekday().to_monday_zero_offset())),
                ("day", &date.day().to_string()),
                ("month", &of(&words.months, date.month().saturating_sub(1))),
                ("year", &date.year().to_string()),
            ],
        )
    }

    /// Date and time of day in a language.
    pub fn date_clock(&self, words: &Words) -> String {
        words.fill("date-clock", &[("date", &self.date(words)), ("clock", &self.clock(words))])
    }

    /// Clock changes in this zone from a year before to a year after `last`, with the offsets before and after in
    /// seconds, and whether daylight saving time begins. The first value is the offset before all of them.
    pub(super) fn changes(&self, last: &Self) -> (i32, Vec<ClockChange>) {
        let zone = self.0.time_zone();
        let year = SignedDuration::from_hours(24 * 366);
        let last = if last.is_before(self) { self } else { last };
        let (from, to) = (self.0.saturating_sub(year).timestamp(), last.0.saturating_add(year).timestamp());
        let mut offset = zone.to_offset(from).seconds();
        let first = offset;
        let mut list = Vec::new();
        for change in zone.following(from) {
            if change.timestamp() > to {
                break;
            }
            let next = change.offset().seconds();
            list.push(ClockChange {
                // the local time that the old offset shows at the change
                at: local(change.timestamp(), offset),
                from: offset,
                to: next,
                summer: change.dst().is_dst(),
                name: change.abbreviation().to_owned(),
            });
            offset = next;
        }
        (first, list)
    }
}

const SECONDS_PER_HOUR: f64 = 3600.0;

fn local(at: Timestamp, offset: i32) -> String {
    let utc = at.to_zoned_datetime(TimeZone::UTC);
    utc.saturating_add(SignedDuration::from_secs(i64::from(offset))).strftime("%Y%m%dT%H%M%S").to_string()
}

/// A clock change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClockChange {
    /// Local time by the clock before the change.
    pub at: String,
    /// Seconds east of UTC before the change.
    pub from: i32,
    /// Seconds east of UTC after the change.
    pub to: i32,
    /// Whether daylight saving time holds after the change.
    pub summer: bool,
    /// Short name of the zone after the change.
    pub name: String,
}

/// Reads a time of day like "08:00".
pub(super) fn wall(text: &str) -> Result<civil::Time> {
    text.parse().map_err(|_| Error::input(format!("\"{text}\" is no clock time")).remedy("write for example \"08:00\""))
}

/// Names of all time zones.
pub fn zones() -> Vec<String> {
    TimeZoneDatabase::bundled().available().map(|n| n.as_str().to_owned()).collect()
}

/// The time zone of a name like `America/Chicago`.
///
/// # Errors
/// When there is none of that name.
pub(super) fn time_zone(name: &str) -> Result<TimeZone> {
    let database = TimeZoneDatabase::bundled();
    database.get(name.trim()).map_err(|_| {
        let known = zones();
        let what = Error::input(format!("there is no time zone \"{name}\""));
        // a city without its continent is the most common mistake
        let city = name.trim().replace(' ', "_").to_lowercase();
        match known.iter().find(|z| z.to_lowercase().ends_with(&format!("/{city}"))) {
            Some(zone) => what.remedy(format!("write \"{zone}\"")),
            None => {
                let all = suggestion(name, known.iter().map(String::as_str));
                // a list of all zones would not help
                let near = all.split_once('?').map_or(String::new(), |(near, _)| format!("; {near}?"));
                what.remedy(format!("write continent and city, for example \"America/Chicago\"{near}"))
            }
        }
    })
}
