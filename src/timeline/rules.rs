//! Rules on times that people act on, from clinics, labels and programmes. No curve can shorten one.

use super::clock::{Moment, time_zone, wall};
use crate::error::{Error, Result};
use crate::model::Grade;
use crate::path;
use crate::scenario::{Clinic, Visit};
use crate::units::Time;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The rules in `assets/timeline/rules.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitRules {
    /// Version of the file format. 1 is the only one.
    pub format: u32,
    /// Least stay after the last dose, by drug. For a drug without an entry the clinic has to state its own.
    pub stay: BTreeMap<String, LeastStay>,
    /// A shorter stay is treated as not filled in.
    pub stay_floor: LeastStay,
    /// When somebody may drive again.
    pub driving: Driving,
    /// When programmes suggest an integration visit.
    pub integration: Integration,
    /// A course of visits as programmes publish it.
    pub course: CourseRule,
    /// Citations by the id that rules name.
    pub sources: BTreeMap<String, String>,
}

/// A least stay after the last dose, with its source.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeastStay {
    /// Length of the stay.
    pub least: Time,
    /// Id of the source.
    pub source: String,
    /// Grade of evidence.
    pub grade: Grade,
}

/// Rule on driving: the latest of three times.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Driving {
    /// Time after the last dose.
    pub elapsed: Time,
    /// Earliest end of a night's sleep, as local time of day.
    pub night_ends: String,
    /// Id of the source.
    pub source: String,
    /// Grade of evidence.
    pub grade: Grade,
    /// Remark on the rule.
    pub note: String,
}

/// Rule on the integration visit, as programmes suggest it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Integration {
    /// Shortest time after the dosing visit.
    pub from: Time,
    /// Longest time after the dosing visit.
    pub to: Time,
    /// Id of the source.
    pub source: String,
    /// Grade of evidence.
    pub grade: Grade,
    /// Remark on the rule.
    pub note: String,
}

/// A course of visits as programmes publish it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseRule {
    /// Smallest and largest number of evaluation visits.
    pub evaluation: [u32; 2],
    /// Smallest and largest number of preparation visits.
    pub preparation: [u32; 2],
    /// Smallest and largest number of dosing visits.
    pub dosing: [u32; 2],
    /// Usual number of dosing visits.
    pub visits: u32,
    /// Usual time between dosing visits.
    pub every: Time,
    /// Id of the source.
    pub source: String,
    /// Grade of evidence.
    pub grade: Grade,
    /// Remark on the rule.
    pub note: String,
}

impl VisitRules {
    /// The rules that ship with ketasim.
    ///
    /// # Errors
    /// Never with the shipped file, which tests read.
    pub fn embedded() -> Result<Self> {
        let (name, text) = ("assets/timeline/rules.toml", include_str!("../../assets/timeline/rules.toml"));
        let rules: Self = toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))?;
        wall(&rules.driving.night_ends).map_err(|e| e.located(name, text))?;
        Ok(rules)
    }

    /// Least stay after the last dose: the clinic's, never below the drug's floor. `None` where neither is known.
    ///
    /// # Errors
    /// When the clinic's stay is below that floor.
    pub fn stay(&self, drug: &str, clinic: &Clinic) -> Result<Option<Time>> {
        let floor = self.stay.get(drug);
        let own = clinic.stay.map(crate::scenario::Stay::time);
        if let (Some(own), Some(floor)) = (own, floor)
            && own < floor.least
        {
            return Err(Error::input(format!("a stay of {own} is shorter than {drug} allows"))
                .remedy(format!("at least {} after the last dose; {}", floor.least, self.source(&floor.source)))
                .at(path!["clinic", "stay"]));
        }
        let least = &self.stay_floor;
        if let Some(own) = own.filter(|own| *own < least.least) {
            return Err(Error::input(format!("a stay of {own} after the last dose is no stay"))
                .remedy(format!("by the clinic's rule, for example stay = \"2 h\"; not below {}", least.least))
                .at(path!["clinic", "stay"]));
        }
        Ok(own.or(floor.map(|f| f.least)))
    }

    /// The time from which driving is no longer ruled out. It is the latest of the elapsed hours after the last dose,
    /// the same local time on the next day, and the end of a night's sleep.
    pub fn drive_from(&self, last_dose: &Moment) -> Result<Moment> {
        let night = last_dose.next_day_at(wall(&self.driving.night_ends)?);
        Ok(last_dose.after(self.driving.elapsed).max(last_dose.same_time_next_day()).max(night))
    }

    /// Citation of a source, by its id.
    pub fn source<'a>(&'a self, id: &'a str) -> &'a str {
        self.sources.get(id).map_or(id, String::as_str)
    }
}

/// Start of a visit from its local time and time zone. `None` when neither is stated.
///
/// # Errors
/// When only one of them is stated, or they do not give a valid moment.
pub(super) fn start(visit: &Visit) -> Result<Option<Moment>> {
    match (&visit.start, &visit.timezone) {
        (None, _) => Ok(None),
        (Some(_), None) => Err(Error::input("a start without a time zone names no moment")
            .remedy("add for example timezone = \"America/Chicago\" (or --timezone)")
            .at(path!["visit", "start"])),
        (Some(start), Some(zone)) => {
            let zone = time_zone(zone).map_err(|e| e.at(path!["visit", "timezone"]))?;
            Moment::in_zone(start, zone).map(Some).map_err(|e| e.at(path!["visit", "start"]))
        }
    }
}

/// The next visit, in the time zone of this one. `None` where it is not stated.
///
/// # Errors
/// When it is not a valid moment, or not after the start.
pub(super) fn next(visit: &Visit, start: Option<&Moment>) -> Result<Option<Moment>> {
    let Some(next) = &visit.next else { return Ok(None) };
    let Some(zone) = &visit.timezone else {
        return Err(Error::input("a next visit without a time zone names no moment")
            .remedy("add for example timezone = \"America/Chicago\"")
            .at(path!["visit", "next"]));
    };
    let next = Moment::parse(next, zone).map_err(|e| e.at(path!["visit", "next"]))?;
    if start.is_some_and(|s| !s.is_before(&next)) {
        return Err(Error::input("the next visit is not after this one")
            .remedy("name a later day")
            .at(path!["visit", "next"]));
    }
    Ok(Some(next))
}
