//! Lays out a course of visits as a calendar: weeks below each other, visits on their days.

use super::canvas::{Canvas, GAP, HEADING, SMALL, begin, finish_below, head_lines, wrap};
use super::{Align, Dash, Ink, Measure, Place, Said, Scene};
use crate::figure::{CourseCalendar, CourseDay};

/// Height of the row with the names of the days, and least height of a week, points.
const HEAD: f64 = 22.0;
const WEEK: f64 = 64.0;
/// Distance from the number of a day to its first visit, height of a visit, and distance between two, points.
const NUMBER: f64 = 20.0;
const VISIT: f64 = 19.0;
const STEP: f64 = 21.0;
/// Distance between two visits without a date, points.
const LINE: f64 = 20.0;
/// Opacity of a visit without a dose.
const SOFT: f64 = 0.22;

/// Lays a calendar out `width` points wide. With furniture it has a title and a footer. The height follows from the
/// content.
pub fn course(figure: &CourseCalendar, width: f64, furniture: bool, measure: &dyn Measure) -> Scene {
    let (mut canvas, side) = begin(width, furniture, measure);
    let mut y = if furniture {
        head_lines(&mut canvas, &figure.title, "")
    } else {
        canvas.text([side, 0.0], &figure.title, Ink::Muted, SMALL, [Align::Start, Align::Start]);
        SMALL + 2.0 * GAP
    };
    let mut places = Vec::new();
    y = undated(&mut canvas, &figure.before, [side, width - side], y, &mut places);
    if !figure.weeks.is_empty() {
        let day = (width - 2.0 * side) / figure.weekdays.len().max(1) as f64;
        for (k, name) in figure.weekdays.iter().enumerate() {
            let at = [side + (k as f64 + 0.5) * day, y + HEAD / 2.0];
            canvas.text(at, name, Ink::Muted, SMALL, [Align::Middle, Align::Middle]);
        }
        y += HEAD;
        for week in &figure.weeks {
            let most = week.iter().map(|d| d.visits.len()).max().unwrap_or(0);
            let height = WEEK.max(NUMBER + STEP * most as f64 + 3.0);
            for (k, of) in week.iter().enumerate() {
                let left = side + k as f64 * day;
                one(&mut canvas, of, [left + 1.0, y + 1.0, left + day - 1.0, y + height - 1.0], &mut places);
            }
            y += height;
        }
        y += GAP;
    }
    y = undated(&mut canvas, &figure.after, [side, width - side], y, &mut places);
    let said = Said {
        title: figure.title.clone(),
        description: figure.in_words(),
        language: figure.language.clone(),
        places,
        ..Said::default()
    };
    let footer = if furniture { std::slice::from_ref(&figure.footer) } else { &[] };
    finish_below(canvas, [width, y], footer, said)
}

/// Draws the visits without a date, one to a line. Returns the height at which they end.
fn undated(canvas: &mut Canvas, names: &[String], [left, right]: [f64; 2], top: f64, places: &mut Vec<Place>) -> f64 {
    let mut y = top;
    for name in names {
        let begin = y;
        for line in wrap(canvas, name, HEADING, right - left) {
            canvas.text([left, y], &line, Ink::Text, HEADING, [Align::Start, Align::Start]);
            y += LINE;
        }
        places.push(Place { rect: [left, begin, right, y], name: name.clone(), help: String::new() });
    }
    if names.is_empty() { y } else { y + GAP }
}

/// Draws one day with its visits.
fn one(canvas: &mut Canvas, day: &CourseDay, cell: [f64; 4], places: &mut Vec<Place>) {
    let [left, top, right, bottom] = cell;
    let frame = vec![[left, top], [right, top], [right, bottom], [left, bottom], [left, top]];
    canvas.line(frame, Ink::Grid, 1.0, Dash::Solid);
    let room = right - left - 9.0;
    canvas.text_within([left + 6.0, top + 4.0], &day.label, Ink::Muted, SMALL, [Align::Start, Align::Start], room);
    let mut y = top + NUMBER;
    for visit in &day.visits {
        let rect = [left + 3.0, y, right - 3.0, y + VISIT];
        let (fill, alpha, ink) =
            if visit.dosing { (Ink::SoftText, 1.0, Ink::Background) } else { (Ink::Soft, SOFT, Ink::SoftText) };
        canvas.rect(rect, fill, alpha);
        let at = [(left + right) / 2.0, y + VISIT / 2.0];
        canvas.text_within(at, &visit.name, ink, SMALL, [Align::Middle, Align::Middle], room);
        places.push(Place { rect, name: visit.said.clone(), help: visit.said.clone() });
        y += STEP;
    }
}
