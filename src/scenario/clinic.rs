//! What the clinic fills in: its own rules, and the visit.

use super::Scenario;
use crate::error::{Error, Result};
use crate::path;
use crate::units::{Count, Length};
use serde::{Deserialize, Serialize};

/// How long somebody stays after the last dose, at least. The floors that rules have are data
/// (`assets/timeline/rules.toml`).
pub type Stay = Length<1, { 14 * DAY_MIN }>;
/// How long before the first dose people arrive.
pub type Arrival = Length<0, { 7 * DAY_MIN }>;
/// For how long before and after there is no alcohol, cannabis or sleep drug.
pub type Abstinence = Length<0, { 30 * DAY_MIN }>;
/// Time from one dosing visit to the next.
pub type Interval = Length<DAY_MIN, { 366 * DAY_MIN }>;
/// How long before an appointment a calendar reminds of it.
pub type Reminder = Length<0, { 30 * DAY_MIN }>;
/// Dosing visits of a course.
pub type Visits = Count<1, 52>;
/// Minutes in a day.
const DAY_MIN: u32 = 1440;

/// The clinic's own rules.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clinic {
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Where it is, for the calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Local crisis line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crisis_line: Option<String>,
    /// Food and drink before, in the clinic's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fasting: Option<String>,
    /// Least stay after the last dose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<Stay>,
    /// How long before the visit people arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrive: Option<Arrival>,
    /// Whether somebody may go home alone by taxi or ride app; absent: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ride_alone: Option<bool>,
    /// No alcohol, cannabis or sleep drugs for so long before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_alcohol: Option<Abstinence>,
    /// Dosing visits of a course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visits: Option<Visits>,
    /// Time from one dosing visit to the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Interval>,
}

/// One dosing visit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// When the first dose is given, as a clock on the wall shows it: `2026-12-01 10:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Time zone by name: `America/Chicago`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// When the next visit is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Whether the session is for talking or for looking inward.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
    /// Whether the dose is taken at home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_home: Option<bool>,
    /// A name of its own that stays with the visit when it is moved: letters, digits, points, hyphens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How long before an appointment a calendar reminds of it; absent: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind: Option<Reminder>,
    /// Which session of an arm that has several, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<u32>,
    /// A clinician decided for a patient's page although something stands against it, see
    /// [`PageVerdict`](crate::outcome::PageVerdict).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_despite: Option<bool>,
}

/// Manner of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// Talking during the session.
    Talking,
    /// Quiet, eyes covered, music.
    Inward,
}

/// Refuses texts that are too long for what they are.
pub(super) fn check_texts(scenario: &Scenario) -> Result<()> {
    let (none, no_visit) = (Clinic::default(), Visit::default());
    let (clinic, visit) = (scenario.clinic.as_ref().unwrap_or(&none), scenario.visit.as_ref().unwrap_or(&no_visit));
    let title = Some(&scenario.title);
    let texts = [
        (path!["title"], title, 200),
        (path!["clinic", "name"], clinic.name.as_ref(), 120),
        (path!["clinic", "phone"], clinic.phone.as_ref(), 120),
        (path!["clinic", "address"], clinic.address.as_ref(), 200),
        (path!["clinic", "crisis_line"], clinic.crisis_line.as_ref(), 120),
        (path!["clinic", "fasting"], clinic.fasting.as_ref(), 200),
        (path!["visit", "start"], visit.start.as_ref(), 60),
        (path!["visit", "timezone"], visit.timezone.as_ref(), 60),
        (path!["visit", "next"], visit.next.as_ref(), 60),
        (path!["visit", "id"], visit.id.as_ref(), 120),
    ];
    for (at, text, most) in texts {
        let letters = text.map_or(0, |text| text.chars().count());
        if letters > most {
            return Err(Error::input(format!("{letters} characters are too many here"))
                .remedy(format!("at most {most}"))
                .at(at));
        }
    }
    Ok(())
}
