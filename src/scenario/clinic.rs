//! What a clinic fills in: its own rules, and the visit.

use super::Scenario;
use crate::error::{Error, Result};
use crate::path;
use crate::units::{Count, Length};
use serde::{Deserialize, Serialize};

/// Least stay after the last dose, set by the clinic. The lower limits that rules set are data
/// (`assets/timeline/rules.toml`).
pub type Stay = Length<1, { 14 * DAY_MIN }>;
/// How long before the first dose people arrive.
pub type Arrival = Length<0, { 7 * DAY_MIN }>;
/// Time without alcohol, cannabis or sleep drugs, before and after.
pub type Abstinence = Length<0, { 30 * DAY_MIN }>;
/// Time from one dosing visit to the next.
pub type Interval = Length<DAY_MIN, { 366 * DAY_MIN }>;
/// How long before an appointment a calendar reminds of it.
pub type Reminder = Length<0, { 30 * DAY_MIN }>;
/// Number of dosing visits in a course.
pub type Visits = Count<1, 52>;
/// Minutes in a day.
const DAY_MIN: u32 = 1440;

/// The clinic's own rules and contact details. Every field is `None` where the clinic does not state it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clinic {
    /// Name of the clinic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Phone number of the clinic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Address of the clinic, for the calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Phone number of the local crisis line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crisis_line: Option<String>,
    /// Rules on food and drink before the dose, in the clinic's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fasting: Option<String>,
    /// Least stay after the last dose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<Stay>,
    /// How long before the visit people arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrive: Option<Arrival>,
    /// Whether somebody may go home alone by taxi or ride app. `None` means no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ride_alone: Option<bool>,
    /// Time without alcohol, cannabis or sleep drugs, before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_alcohol: Option<Abstinence>,
    /// Number of dosing visits in a course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visits: Option<Visits>,
    /// Time from one dosing visit to the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Interval>,
}

/// One dosing visit. Every field is `None` where the scenario does not state it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// Start of the first dose in local time: `2026-12-01 10:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Name of the time zone: `America/Chicago`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Start of the next visit, in local time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Style of the session: for talking or for looking inward.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
    /// Whether the dose is taken at home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_home: Option<bool>,
    /// Id that stays with the visit when it is moved: letters, digits, full stops, hyphens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How long before an appointment a calendar reminds of it. `None`: no reminder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind: Option<Reminder>,
    /// Number of the session, from 1, for an arm with several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<u32>,
    /// Whether a clinician decided to hand out a patient's page although something stands against it, see
    /// [`PageVerdict`](crate::outcome::PageVerdict).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_despite: Option<bool>,
}

/// Style of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// Talking during the session.
    Talking,
    /// Looking inward: quiet, eyes covered, music.
    Inward,
}

/// Refuses texts that are too long for their purpose.
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
