//! A course of visits on a calendar, week by week.

use crate::timeline::{CourseVisit, Moment, Timeline, VisitKind, Words};

/// Number of days in a week.
const WEEK: usize = 7;

/// What a calendar of a course shows, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseCalendar {
    /// BCP 47 tag of the language.
    pub language: String,
    /// Title, which says that the course is an example.
    pub title: String,
    /// Visits without a date, before the ones that have a date.
    pub before: Vec<String>,
    /// Names of the days of the week.
    pub weekdays: Vec<String>,
    /// Weeks from the first visit to the last. Empty where the date of the first dose is not known.
    pub weeks: Vec<Vec<CourseDay>>,
    /// Visits without a date, after the ones that have a date.
    pub after: Vec<String>,
    /// Footer of a picture used on its own.
    pub footer: String,
}

/// One day of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseDay {
    /// Day of the month, with the name of the month where it begins.
    pub label: String,
    /// Visits on this day.
    pub visits: Vec<CourseMark>,
}

/// A visit on a day of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseMark {
    /// Name of the visit: "Dosing visit 2".
    pub name: String,
    /// Name and time of the visit, for a screen reader.
    pub said: String,
    /// Whether a dose is given at this visit.
    pub dosing: bool,
}

impl CourseCalendar {
    /// The calendar of the course that a visit begins.
    pub fn new(timeline: &Timeline, words: &Words) -> Self {
        let visits = timeline.course();
        let (before, after): (Vec<&CourseVisit>, Vec<&CourseVisit>) =
            visits.iter().filter(|v| v.from.is_none()).partition(|v| v.kind != VisitKind::FollowUp);
        let names = |list: Vec<&CourseVisit>| list.into_iter().map(|v| undated(v, words)).collect();
        let first = visits.iter().find_map(|v| v.from.as_ref());
        let note = words.term("course-note");
        let mut letters = note.chars();
        let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        Self {
            language: words.language.clone(),
            title: format!("{capital}{}", letters.as_str()),
            before: names(before),
            weekdays: words.weekdays.clone(),
            weeks: first.map_or(Vec::new(), |first| weeks(first, &visits, words)),
            after: names(after),
            footer: words.term("footer").to_owned(),
        }
    }

    /// The calendar in words: every visit in order.
    pub fn in_words(&self) -> String {
        let days = self.weeks.iter().flatten().flat_map(|day| &day.visits).map(|visit| &visit.said);
        let all = self.before.iter().chain(days).chain(&self.after);
        all.map(|words| format!("{words}.")).collect::<Vec<_>>().join(" ")
    }
}

/// A visit without a date: "Preparation (2 to 4)".
fn undated(visit: &CourseVisit, words: &Words) -> String {
    let name = words.term(visit.kind.term());
    let number = if visit.number > 0 { format!(" {}", visit.number) } else { String::new() };
    let many = match visit.visits {
        [a, b] if a != b => format!(" ({a}–{b})"),
        _ => String::new(),
    };
    format!("{name}{number}{many}")
}

fn weeks(first: &Moment, visits: &[CourseVisit], words: &Words) -> Vec<Vec<CourseDay>> {
    let monday = first.days_later(-(first.weekday() as i64));
    let last = visits.iter().filter_map(|v| v.to.as_ref()).map(Moment::basic_date).max().unwrap_or_default();
    let week = |nth: usize| -> Vec<Moment> { (0..WEEK).map(|k| monday.days_later((nth * WEEK + k) as i64)).collect() };
    (0..)
        .map(|nth| (nth, week(nth)))
        .take_while(|(_, days)| days.first().is_some_and(|day| day.basic_date() <= last))
        .map(|(nth, days)| {
            let day = |(k, day): (usize, &Moment)| of_day(day, nth == 0 && k == 0, visits, words);
            days.iter().enumerate().map(day).collect()
        })
        .collect()
}

fn of_day(day: &Moment, named: bool, visits: &[CourseVisit], words: &Words) -> CourseDay {
    let (number, month) = day.day_and_month();
    let month = words.months.get(month).filter(|_| named || number == 1);
    let date = day.basic_date();
    let on = |v: &&CourseVisit| {
        let (Some(from), Some(to)) = (&v.from, &v.to) else { return false };
        from.basic_date() <= date && date <= to.basic_date()
    };
    let mark = |visit: &CourseVisit| {
        let dosing = visit.kind == VisitKind::Dosing;
        let name = format!("{} {}", words.term(visit.kind.term()), visit.number);
        let said = match &visit.from {
            Some(from) if dosing => format!("{name}: {}", from.date_clock(words)),
            _ => format!("{name}: {}", day.date(words)),
        };
        CourseMark { name, said, dosing }
    };
    CourseDay {
        label: month.map_or(number.to_string(), |m| format!("{number} {m}")),
        visits: visits.iter().filter(on).map(mark).collect(),
    }
}
