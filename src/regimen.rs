//! The dosing regimen: doses with their time, route, amount and administration.

mod administration;
mod rate;

pub use crate::route::Route;
pub use administration::{Administration, Infusion};
pub use rate::{Gives, InfusionRate};

use crate::error::{Error, Result};
use crate::path;
use crate::units::{Amount, Count, Dim, Quantity, Time, Weight, number};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A dose amount, fixed or per body weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DoseAmount {
    /// The same amount for every subject.
    Fixed(Amount),
    /// Amount in mg per kg of body weight.
    PerKg(f64),
}

impl DoseAmount {
    /// The amount for a subject of this body weight.
    pub fn for_weight(self, weight: Weight) -> Amount {
        match self {
            Self::Fixed(amount) => amount,
            Self::PerKg(mg_per_kg) => Amount::from_mg(mg_per_kg * weight.kg()),
        }
    }

    /// The amount multiplied by a factor.
    #[must_use]
    pub fn scaled(self, k: f64) -> Self {
        match self {
            Self::Fixed(amount) => Self::Fixed(Amount::from_mg(amount.mg() * k)),
            Self::PerKg(mg_per_kg) => Self::PerKg(mg_per_kg * k),
        }
    }

    /// The numeric value, in mg or mg/kg.
    pub fn number(self) -> f64 {
        match self {
            Self::Fixed(amount) => amount.mg(),
            Self::PerKg(mg_per_kg) => mg_per_kg,
        }
    }
}

impl FromStr for DoseAmount {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let help = "write for example \"35 mg\" or \"0.5 mg/kg\"";
        let quantity =
            Quantity::parse(text).map_err(|e| if e.what_would_work().is_some() { e } else { e.remedy(help) })?;
        match quantity.dim {
            Dim::DRUG => Ok(Self::Fixed(Amount::from_mg(quantity.value))),
            Dim::DRUG_PER_WEIGHT => Ok(Self::PerKg(quantity.value)),
            Dim::NONE => Err(Error::input(format!("\"{}\" has no unit", text.trim())).remedy(help)),
            other => {
                Err(Error::input(format!("\"{}\" is in {other}, but a dose is in mg or mg/kg", text.trim()))
                    .remedy(help))
            }
        }
    }
}

impl fmt::Display for DoseAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(amount) => write!(f, "{amount}"),
            Self::PerKg(mg_per_kg) => write!(f, "{} mg/kg", number(*mg_per_kg)),
        }
    }
}

impl Serialize for DoseAmount {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DoseAmount {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        crate::units::text_value(d, "35 mg")
    }
}

/// Whether an amount is stated as the base or as its hydrochloride.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Ketamine base, as vials and sprays are labelled.
    #[default]
    Base,
    /// Ketamine hydrochloride. The salt is heavier than the base.
    Hydrochloride,
}

/// What happens to the rest of the drug in the mouth when a held dose ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AfterHold {
    /// The rest is swallowed.
    #[default]
    Swallow,
    /// The rest is spat out.
    Spit,
}

/// Repeats of a dose (NONMEM's II and ADDL).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// Interval between the starts of two doses (NONMEM's II).
    pub every: Time,
    /// Number of doses after the first (NONMEM's ADDL).
    pub additional: u64,
}

/// One dosing event, with its repeats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "rate::DoseFile", into = "rate::DoseFile")]
pub struct Dose {
    /// Start of the dose, from time 0.
    pub time: Time,
    /// Amount as ordered. Less is given when an infusion is stopped early: see [`Dose::given`].
    pub amount: DoseAmount,
    /// Whether the amount is stated as base or as hydrochloride.
    pub form: Form,
    /// The route, with the settings that only this route has.
    pub administration: Administration,
    /// Repeats of this dose. `None` for a single dose.
    pub repeat: Option<Repeat>,
}

fn at_start() -> Time {
    Time::from_hours(0.0)
}

/// Largest number of doses in one arm. More are refused before any is laid out.
pub const MOST_DOSES: u64 = 500;
/// Largest number of doses in one scenario, with every spray counted.
pub const MOST_IN_ALL: u64 = 3000;
/// Largest number of sprays in one dose.
pub const MOST_SPRAYS: u32 = 50;
/// Number of sprays or devices in one dose.
pub type Sprays = Count<1, MOST_SPRAYS>;
/// Shortest and longest infusion or hold, h: one second and sixty days. A shorter one would vanish between two time
/// points.
pub(crate) const SPAN_H: std::ops::RangeInclusive<f64> = 1.0 / 3600.0..=1440.0;
/// Smallest single amount, mg (1 ng). A smaller one is taken for a typing error.
const LEAST_MG: f64 = 1e-6;
/// Largest single amount, mg (100 g). A larger one is taken for a typing error.
const MOST_MG: f64 = 1e5;

impl Dose {
    /// A single dose at time 0, with no further settings.
    pub fn new(route: Route, amount: DoseAmount) -> Self {
        Self { time: at_start(), amount, form: Form::Base, administration: Administration::by(route), repeat: None }
    }

    /// The amount that is given: less than ordered where an infusion is stopped before its end.
    pub fn given(&self) -> DoseAmount {
        match self.infusion() {
            Some(Infusion { duration, stop: Some(stop), .. }) if stop < duration => {
                self.amount.scaled(stop.hours() / duration.hours())
            }
            _ => self.amount,
        }
    }

    /// Whether the amount is per body weight.
    pub fn is_per_kg(&self) -> bool {
        matches!(self.amount, DoseAmount::PerKg(_))
    }

    /// Number of doses with repeats.
    pub fn count(&self) -> u64 {
        1 + self.repeat.map_or(0, |r| r.additional)
    }

    /// Start times of the dose and its repeats. Call only after [`Dose::check`], which limits their number.
    pub fn starts(&self) -> impl Iterator<Item = Time> + '_ {
        let every = self.repeat.map_or(0.0, |r| r.every.hours());
        (0..self.count()).map(move |i| Time::from_hours(self.time.hours() + every * i as f64))
    }

    /// Refuses what cannot be given under any model.
    ///
    /// # Errors
    /// When a number is out of range.
    pub fn check(&self, horizon: Time) -> Result<()> {
        self.check_amount()?;
        if self.time.hours() < 0.0 {
            return Err(Error::input(format!("the dose is at {}, before the session starts", self.time))
                .remedy("times count from 0 min")
                .at(path!["time"]));
        }
        if let Some(infusion) = self.infusion() {
            infusion.check(self.amount)?;
        }
        lasting(self.hold(), "hold", "holding", "write for example \"10 min\"")?;
        if let Some(every) = self.spray_every().filter(|t| t.hours() < 0.0) {
            return Err(Error::input(format!("sprays cannot be {every} apart"))
                .remedy("write for example \"5 min\"; \"0 min\" means at once")
                .at(path!["spray_every"]));
        }
        self.check_counts()?;
        let last = self.starts().last().unwrap_or(self.time);
        let spray = last.hours() + self.further_sprays() * self.spray_every().map_or(0.0, Time::hours);
        if last.hours() <= horizon.hours() && spray > horizon.hours() {
            let at = Time::from_hours(spray);
            return Err(Error::input(format!(
                "the last spray, at {at}, comes after the end of the simulation ({horizon})"
            ))
            .remedy("lengthen `horizon`, or shorten `spray_every`")
            .at(path!["spray_every"]));
        }
        if last.hours() > horizon.hours() {
            return Err(Error::input(format!("a dose at {last} comes after the end of the simulation ({horizon})"))
                .remedy("lengthen `horizon`, or give fewer or earlier doses")
                .at(if self.repeat.is_some() { path!["repeat"] } else { path!["time"] }));
        }
        Ok(())
    }

    fn check_amount(&self) -> Result<()> {
        let amount = self.amount.number();
        let (wrong, help) = if amount < LEAST_MG {
            ("a dose is more than nothing", "")
        } else if amount > MOST_MG {
            ("no dose is that large", "check the unit; ")
        } else {
            return Ok(());
        };
        Err(Error::input(format!("an amount of {}: {wrong}", self.amount))
            .remedy(format!("{help}write for example \"35 mg\" or \"0.5 mg/kg\""))
            .at(path!["amount"]))
    }

    /// Number of sprays after the first.
    pub(crate) fn further_sprays(&self) -> f64 {
        f64::from(self.sprays().map_or(1, Sprays::get)) - 1.0
    }

    fn check_counts(&self) -> Result<()> {
        let Some(repeat) = self.repeat else { return Ok(()) };
        if repeat.every.hours() <= 0.0 {
            return Err(Error::input(format!("doses cannot repeat every {}", repeat.every))
                .remedy("write for example every = \"30 min\"")
                .at(path!["repeat", "every"]));
        }
        if repeat.additional >= MOST_DOSES {
            return Err(Error::input(format!("{} additional doses are too many", repeat.additional))
                .remedy(format!("an arm has at most {MOST_DOSES} doses"))
                .at(path!["repeat", "additional"]));
        }
        Ok(())
    }
}

/// End of the last dose: the end of its infusion, hold or last spray.
pub fn last_end(doses: &[Dose]) -> Time {
    let end = |d: &Dose| {
        let start = d.starts().last().map_or(0.0, Time::hours);
        let sprays = d.further_sprays() * d.spray_every().map_or(0.0, Time::hours);
        start + sprays + d.length().or(d.hold()).map_or(0.0, Time::hours)
    };
    Time::from_hours(doses.iter().map(end).fold(0.0, f64::max))
}

/// Start of the first dose.
pub fn first_start(doses: &[Dose]) -> Time {
    Time::from_hours(doses.iter().map(|d| d.time.hours()).reduce(f64::min).unwrap_or(0.0))
}

/// What times are counted from, in words, where the first doses of the arms begin at these hours. It is "the first
/// dose" only if every arm begins with it.
pub fn counted_from(firsts: impl IntoIterator<Item = f64>) -> &'static str {
    if firsts.into_iter().all(|first| first <= 0.0) { "the first dose" } else { "time 0" }
}

/// Refuses an infusion or a hold shorter than a second or longer than the longest horizon.
fn lasting(time: Option<Time>, key: &str, what: &str, remedy: &str) -> Result<()> {
    match time {
        Some(t) if !SPAN_H.contains(&t.hours()) => Err(Error::input(format!("{what} cannot last {t}"))
            .remedy(format!("from 1 s to 60 d; {remedy}"))
            .at(path![key])),
        _ => Ok(()),
    }
}

/// Checks all doses of an arm together.
///
/// # Errors
/// When there is no dose, or too many with repeats.
pub fn check_regimen(doses: &[Dose], horizon: Time) -> Result<()> {
    if doses.is_empty() {
        return Err(Error::input("the arm has no dose").remedy("add an [[arm.dose]] with time, route and amount"));
    }
    for (i, dose) in doses.iter().enumerate() {
        dose.check(horizon).map_err(|e| e.within(path!["dose", i]))?;
    }
    let all = doses.iter().fold(0_u64, |n, d| n.saturating_add(d.count()));
    if all > MOST_DOSES {
        return Err(Error::input(format!("the arm has {all} doses once repeats are counted"))
            .remedy(format!("an arm has at most {MOST_DOSES} doses")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_fixed_or_per_weight() {
        let amount: DoseAmount = "0.5 mg/kg".parse().unwrap();
        assert_eq!(amount.for_weight(Weight::from_kg(70.0)).mg(), 35.0);
        assert_eq!(amount.to_string(), "0.5 mg/kg");
        assert_eq!("500 mcg".parse::<DoseAmount>().unwrap().to_string(), "0.5 mg");
        assert!("35".parse::<DoseAmount>().unwrap_err().what().contains("no unit"));
        assert!("3 mL".parse::<DoseAmount>().unwrap_err().what().contains("mg or mg/kg"));
    }

    #[test]
    fn four_billion_repeats_are_refused_before_they_are_laid_out() {
        let mut dose = Dose::new(Route::Im, DoseAmount::PerKg(0.5));
        dose.repeat = Some(Repeat { every: Time::from_minutes(30.0), additional: 4_000_000_000 });
        assert!(dose.check(Time::from_hours(4.0)).unwrap_err().what().contains("too many"));
    }
}
