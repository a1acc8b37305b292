//! Infusions stated by their rate, and doses as files state them: any two of amount, duration and rate are enough.

use super::{Administration, AfterHold, Dose, DoseAmount, Form, Infusion, Repeat, Sprays, at_start};
use crate::error::{Error, Result};
use crate::path;
use crate::route::Route;
use crate::units::{Dim, Quantity, Time};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Rate of an infusion.
#[derive(Debug, Clone, PartialEq)]
pub struct InfusionRate {
    /// Amount infused in one hour.
    pub per_hour: DoseAmount,
    /// The rate as the file states it: `2 mg/min`.
    pub written: String,
    /// Which value is computed from the rate.
    pub gives: Gives,
}

/// Which value a stated rate replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gives {
    /// Neither: amount and duration are stated as well, and the rate must agree with them.
    #[default]
    Nothing,
    /// The amount: rate times duration.
    Amount,
    /// The duration: amount divided by rate.
    Duration,
}

/// Slowest and fastest rate, mg/h or mg/kg/h. Others are taken for a typing error.
const RATES: std::ops::RangeInclusive<f64> = 1e-9..=1e5;
/// Relative tolerance between amount, duration and rate where all three are stated. Rates are rounded in practice.
const AGREE: f64 = 0.005;

impl FromStr for InfusionRate {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let help = "write for example \"0.1 mg/kg/h\" or \"2 mg/min\"";
        let written = text.trim().to_owned();
        let quantity =
            Quantity::parse(text).map_err(|e| if e.what_would_work().is_some() { e } else { e.remedy(help) })?;
        let value = quantity.value;
        let per_hour = match quantity.dim {
            Dim::DRUG_RATE => DoseAmount::Fixed(crate::units::Amount::from_mg(value)),
            Dim::DRUG_RATE_PER_WEIGHT => DoseAmount::PerKg(value),
            Dim::NONE => return Err(Error::input(format!("\"{written}\" has no unit")).remedy(help)),
            other => {
                let what = format!("\"{written}\" is in {other}, but a rate is in mg/h or mg/kg/h");
                return Err(Error::input(what).remedy(help));
            }
        };
        if !RATES.contains(&value) {
            let wrong = if value < 1.0 { "a rate is more than nothing" } else { "no infusion is that fast" };
            return Err(Error::input(format!("a rate of {written}: {wrong}")).remedy(help));
        }
        Ok(Self { per_hour, written, gives: Gives::Nothing })
    }
}

impl fmt::Display for InfusionRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl Serialize for InfusionRate {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for InfusionRate {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        crate::units::text_value(d, "0.1 mg/kg/h")
    }
}

impl InfusionRate {
    /// Amount infused in a length of time.
    fn times(&self, time: Time) -> DoseAmount {
        self.per_hour.scaled(time.hours())
    }

    /// Time in which an amount is infused. `None` where only one of amount and rate is per body weight.
    fn time_for(&self, amount: DoseAmount) -> Option<Time> {
        let alike = std::mem::discriminant(&amount) == std::mem::discriminant(&self.per_hour);
        alike.then(|| Time::from_hours(amount.number() / self.per_hour.number()))
    }

    fn mixed(&self, amount: DoseAmount) -> Error {
        Error::input(format!("{amount} at {self}: how long that takes would depend on body weight"))
            .remedy("write amount and rate both per kg, or both not; or write amount and duration")
    }

    /// Refuses a rate that contradicts the amount or the duration of its dose.
    ///
    /// # Errors
    /// When amount, duration and rate do not agree.
    pub(super) fn check(&self, amount: DoseAmount, duration: Time) -> Result<()> {
        let Some(needed) = self.time_for(amount) else { return Err(self.mixed(amount).at(path!["rate"])) };
        if self.gives == Gives::Duration && !super::SPAN_H.contains(&needed.hours()) {
            return Err(Error::input(format!("{amount} at {self} takes {needed}"))
                .remedy("an infusion takes from 1 s to 60 d: check amount and rate")
                .at(path!["rate"]));
        }
        if (needed.hours() / duration.hours() - 1.0).abs() > AGREE {
            return Err(Error::input(format!(
                "amount, duration and rate do not agree: {self} over {duration} is {}, not {amount}",
                self.times(duration),
            ))
            .remedy("leave one of the three out: it is worked out from the other two")
            .at(path!["rate"]));
        }
        Ok(())
    }
}

/// A dose as a file states it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DoseFile {
    #[serde(default = "at_start")]
    time: Time,
    route: Route,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amount: Option<DoseAmount>,
    #[serde(default)]
    form: Form,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duration: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rate: Option<InfusionRate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stop: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hold: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<AfterHold>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sprays: Option<Sprays>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spray_every: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repeat: Option<Repeat>,
}

/// Carries an error through serde, which passes on only one string.
pub(super) struct Refused(Error);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.for_serde())
    }
}

impl TryFrom<DoseFile> for Dose {
    type Error = Refused;

    fn try_from(file: DoseFile) -> std::result::Result<Self, Refused> {
        let (amount, infusion) = file.amount_and_infusion().map_err(Refused)?;
        file.check_keys().map_err(Refused)?;
        let administration = match file.route {
            Route::Iv if infusion.is_none() && file.stop.is_some() => {
                let refused = Error::input("a bolus cannot be stopped")
                    .remedy("leave `stop` out, or add duration = \"40 min\"")
                    .at(path!["stop"]);
                return Err(Refused(refused));
            }
            Route::Iv => Administration::Intravenous { infusion },
            Route::Sl => Administration::Sublingual { hold: file.hold, after: file.after },
            Route::In => Administration::Intranasal { sprays: file.sprays, every: file.spray_every },
            plain => Administration::by(plain),
        };
        Ok(Self { time: file.time, amount, form: file.form, administration, repeat: file.repeat })
    }
}

impl DoseFile {
    /// The amount and the infusion, from any two of amount, duration and rate.
    fn amount_and_infusion(&self) -> Result<(DoseAmount, Option<Infusion>)> {
        let refuse = |what: String, remedy: &str| Err(Error::input(what).remedy(remedy));
        let infused = |duration: Time, rate: Option<InfusionRate>| Some(Infusion { duration, rate, stop: self.stop });
        match (self.amount, self.duration, self.rate.clone()) {
            (Some(amount), None, None) => Ok((amount, None)),
            (Some(amount), Some(duration), rate) => Ok((amount, infused(duration, rate))),
            (None, Some(duration), Some(rate)) => {
                let rate = InfusionRate { gives: Gives::Amount, ..rate };
                Ok((rate.times(duration), infused(duration, Some(rate))))
            }
            (Some(amount), None, Some(rate)) => match rate.time_for(amount) {
                Some(time) => Ok((amount, infused(time, Some(InfusionRate { gives: Gives::Duration, ..rate })))),
                None => Err(rate.mixed(amount)),
            },
            (None, None, Some(rate)) => {
                let what = format!("a rate of {rate} alone does not say how much is given");
                refuse(what, "add duration = \"40 min\" or an amount")
            }
            (None, Some(_), None) => {
                let what = "a duration alone does not say how much is given".to_owned();
                refuse(what, "add amount = \"35 mg\" or rate = \"0.1 mg/kg/h\"")
            }
            (None, None, None) => {
                let remedy = "add amount = \"35 mg\"; for an infusion, two of amount, duration and rate";
                refuse("the key `amount` is missing".to_owned(), remedy)
            }
        }
    }

    /// Refuses a key that belongs to another route.
    fn check_keys(&self) -> Result<()> {
        let stated = |key: &str| match key {
            "rate" => self.rate.is_some(),
            "stop" => self.stop.is_some(),
            "duration" => self.duration.is_some(),
            "hold" => self.hold.is_some(),
            "after" => self.after.is_some(),
            "sprays" => self.sprays.is_some(),
            "spray_every" => self.spray_every.is_some(),
            _ => false,
        };
        for owner in Route::ALL.into_iter().filter(|r| *r != self.route) {
            if let Some(key) = owner.row().keys.iter().find(|k| stated(k.name)) {
                let (name, does) = (key.name, key.does);
                let (owner, own) = (owner.id(), self.route.id());
                return Err(Error::input(format!(
                    "`{name}` belongs to the route {owner}, but this dose has the route {own}"
                ))
                .remedy(format!("leave `{name}` out ({does}), or change the route"))
                .at(path![name]));
            }
        }
        Ok(())
    }
}

impl From<Dose> for DoseFile {
    fn from(dose: Dose) -> Self {
        let gives = dose.rate().map_or(Gives::Nothing, |r| r.gives);
        Self {
            time: dose.time,
            route: dose.route(),
            amount: (gives != Gives::Amount).then_some(dose.amount),
            form: dose.form,
            duration: dose.duration().filter(|_| gives != Gives::Duration),
            rate: dose.rate().cloned(),
            stop: dose.stop(),
            hold: dose.hold(),
            after: dose.after(),
            sprays: dose.sprays(),
            spray_every: dose.spray_every(),
            repeat: dose.repeat,
        }
    }
}
