//! A course of visits on a calendar: what programmes publish, overridden by the clinic's own numbers. It is an example
//! plan.

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::Timeline;
use super::clock::Moment;
use crate::scenario::{Interval, Visits};

/// Hours in a calendar day.
const HOURS_PER_DAY: f64 = 24.0;

/// Purpose of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitKind {
    /// Finding out whether the treatment suits the patient.
    Evaluation,
    /// Preparing for the first dose.
    Preparation,
    /// A visit at which a dose is given.
    Dosing,
    /// Talking about what came up during a session.
    Integration,
    /// A visit after the end of the course.
    FollowUp,
}

impl VisitKind {
    /// Id in JSON, for example `follow_up`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Evaluation => "evaluation",
            Self::Preparation => "preparation",
            Self::Dosing => "dosing",
            Self::Integration => "integration",
            Self::FollowUp => "follow_up",
        }
    }

    /// Id of its term in a file of words.
    pub fn term(self) -> &'static str {
        match self {
            Self::Evaluation => "course-evaluation",
            Self::Preparation => "course-preparation",
            Self::Dosing => "course-dosing",
            Self::Integration => "course-integration",
            Self::FollowUp => "course-follow-up",
        }
    }
}

/// One or several visits of the same kind in a course.
#[derive(Debug, Clone, PartialEq)]
pub struct CourseVisit {
    /// Purpose of the visits.
    pub kind: VisitKind,
    /// Smallest and largest number of visits of this kind here.
    pub visits: [u32; 2],
    /// Number of the dosing visit that it is or follows, from 1. 0 before the first.
    pub number: u32,
    /// Earliest date. `None` where the start is not known, and for visits before the first dose.
    pub from: Option<Moment>,
    /// Latest date. `None` where the start is not known.
    pub to: Option<Moment>,
}

impl Timeline {
    /// The course that this visit begins: by the clinic's numbers or, where it states none, by what programmes publish.
    pub fn course(&self) -> Vec<CourseVisit> {
        let rule = &self.rules.course;
        let visits = self.clinic.visits.map_or(rule.visits, Visits::get);
        let every = self.clinic.every.map_or(rule.every, Interval::time).hours() / HOURS_PER_DAY;
        // twice a week means every third or fourth day
        let days = |visits: u32| (every * f64::from(visits)).round() as i64;
        let undated = |kind, visits| CourseVisit { kind, visits, number: 0, from: None, to: None };
        let mut list =
            vec![undated(VisitKind::Evaluation, rule.evaluation), undated(VisitKind::Preparation, rule.preparation)];
        for number in 1..=visits {
            let after = |m: &Moment, visits: u32| m.days_later(days(visits));
            // the second dosing visit is the next one where that has a date
            let start = match (&self.next, number) {
                (Some(next), 2..) => Some(after(next, number.saturating_sub(2))),
                _ => self.start.as_ref().map(|s| after(s, number.saturating_sub(1))),
            };
            let end = start.as_ref().map(|s| s.after(self.last_dose));
            let later = |hours| end.as_ref().map(|e| e.after(hours));
            let (from, to) = (later(self.rules.integration.from), later(self.rules.integration.to));
            list.push(CourseVisit { kind: VisitKind::Dosing, visits: [1, 1], number, to: start.clone(), from: start });
            list.push(CourseVisit { kind: VisitKind::Integration, visits: [1, 1], number, from, to });
        }
        list.push(undated(VisitKind::FollowUp, [1, 1]));
        list
    }
}
