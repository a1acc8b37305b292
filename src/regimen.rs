//! What is given: doses with their time, route, amount and manner.

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

/// An amount of drug, fixed or per body weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DoseAmount {
    /// The same for everybody.
    Fixed(Amount),
    /// mg per kg of body weight.
    PerKg(f64),
}

impl DoseAmount {
    /// The amount for a person of this weight.
    pub fn for_weight(self, weight: Weight) -> Amount {
        match self {
            Self::Fixed(amount) => amount,
            Self::PerKg(mg_per_kg) => Amount::from_mg(mg_per_kg * weight.kg()),
        }
    }

    /// So many times as much.
    #[must_use]
    pub fn scaled(self, k: f64) -> Self {
        match self {
            Self::Fixed(amount) => Self::Fixed(Amount::from_mg(amount.mg() * k)),
            Self::PerKg(mg_per_kg) => Self::PerKg(mg_per_kg * k),
        }
    }

    /// The bare number, in mg or mg/kg.
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

/// Whether the amount is of the base or of its hydrochloride.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Ketamine base, as labels of vials and sprays state it.
    #[default]
    Base,
    /// Ketamine hydrochloride, the heavier salt.
    Hydrochloride,
}

/// What is done with the rest when a held dose ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AfterHold {
    /// Swallowed.
    #[default]
    Swallow,
    /// Spat out.
    Spit,
}

/// Further doses like the first (NONMEM's II and ADDL).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// Interval between starts.
    pub every: Time,
    /// Number of doses after the first.
    pub additional: u64,
}

/// One dosing event, with its repeats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "rate::DoseFile", into = "rate::DoseFile")]
pub struct Dose {
    /// When it starts, from the start of the session.
    pub time: Time,
    /// How much, before an infusion is stopped early: see [`Dose::given`].
    pub amount: DoseAmount,
    /// Base or hydrochloride.
    pub form: Form,
    /// By which route, with what only a dose by this route can state.
    pub administration: Administration,
    /// Further doses like this one.
    pub repeat: Option<Repeat>,
}

fn at_start() -> Time {
    Time::from_hours(0.0)
}

/// More doses than this in one arm are refused before any is laid out.
pub const MOST_DOSES: u64 = 500;
/// More doses than this, sprays counted one by one, are refused in one scenario.
pub const MOST_IN_ALL: u64 = 3000;
/// More sprays than this in one dose are refused.
pub const MOST_SPRAYS: u32 = 50;
/// How many sprays or devices one dose is.
pub type Sprays = Count<1, MOST_SPRAYS>;
/// Shortest and longest input or hold, hours (one second, sixty days): shorter ones vanish between two instants.
pub(crate) const SPAN_H: std::ops::RangeInclusive<f64> = 1.0 / 3600.0..=1440.0;
/// A single amount below this (1 ng) is taken for a slip of the pen.
const LEAST_MG: f64 = 1e-6;
/// A single amount above this (100 g) is taken for a slip of the pen.
const MOST_MG: f64 = 1e5;

impl Dose {
    /// A dose at the start, with nothing else said.
    pub fn new(route: Route, amount: DoseAmount) -> Self {
        Self { time: at_start(), amount, form: Form::Base, administration: Administration::by(route), repeat: None }
    }

    /// What is given: less than the amount where an infusion is stopped before its end.
    pub fn given(&self) -> DoseAmount {
        match self.infusion() {
            Some(Infusion { duration, stop: Some(stop), .. }) if stop < duration => {
                self.amount.scaled(stop.hours() / duration.hours())
            }
            _ => self.amount,
        }
    }

    /// Whether its amount follows body weight.
    pub fn is_per_kg(&self) -> bool {
        matches!(self.amount, DoseAmount::PerKg(_))
    }

    /// Doses given in all, the repeats counted.
    pub fn count(&self) -> u64 {
        1 + self.repeat.map_or(0, |r| r.additional)
    }

    /// Start times, the repeats counted. Call only after [`Dose::check`], which caps their number.
    pub fn starts(&self) -> impl Iterator<Item = Time> + '_ {
        let every = self.repeat.map_or(0.0, |r| r.every.hours());
        (0..self.count()).map(move |i| Time::from_hours(self.time.hours() + every * i as f64))
    }

    /// Refuses what cannot be given, whatever the model.
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

    /// Sprays behind the first.
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

/// When the last dose has been given: the end of its infusion, hold or last spray.
pub fn last_end(doses: &[Dose]) -> Time {
    let end = |d: &Dose| {
        let start = d.starts().last().map_or(0.0, Time::hours);
        let sprays = d.further_sprays() * d.spray_every().map_or(0.0, Time::hours);
        start + sprays + d.length().or(d.hold()).map_or(0.0, Time::hours)
    };
    Time::from_hours(doses.iter().map(end).fold(0.0, f64::max))
}

/// When the first dose is given, or begins to be.
pub fn first_start(doses: &[Dose]) -> Time {
    Time::from_hours(doses.iter().map(|d| d.time.hours()).reduce(f64::min).unwrap_or(0.0))
}

/// What times count from, in words, where the first doses of arms begin at these hours: the first dose itself only if
/// every arm begins with it.
pub fn counted_from(firsts: impl IntoIterator<Item = f64>) -> &'static str {
    if firsts.into_iter().all(|first| first <= 0.0) { "the first dose" } else { "time 0" }
}

/// An infusion or a hold within what can be followed: from a second to the longest horizon.
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
/// When there is none, or too many once repeats are counted.
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
