//! Reads the given doses: the cells of dose, route and manner.

use super::cells::{self, Reason};
use super::observed::Arm;
use super::words::{self, Manner};
use crate::delimited::Cell;
use crate::regimen::{Administration, AfterHold, Dose, DoseAmount, Form, Infusion, MOST_SPRAYS, Route, Sprays};
use crate::units::{Amount, MINUTES_PER_HOUR, Time};

/// Doses of an arm. `part` is the share of the amount that is the simulated drug.
pub(super) fn doses(arm: &Arm, part: f64, assumed: &mut Vec<String>) -> Reason<Vec<Dose>> {
    let (route, manner) = words::route(arm.cell("route"))?;
    let formulation = arm.cell("device/formulation");
    if words::releases_slowly(formulation) {
        return Err(format!("formulation \"{formulation}\" releases slowly: no model"));
    }
    let form = words::form(arm.cell("dose_as"))?.unwrap_or_else(|| {
        assumed.push("salt or base not stated: base taken".to_owned());
        Form::Base
    });
    if route == Route::Iv
        && let Some(steps) = stepped(arm, part, form)?
    {
        return Ok(steps);
    }
    let minutes = || cells::minutes("duration", arm.cell("duration_min"), arm.mark);
    let minutes = if route == Route::Iv { minutes()? } else { None };
    let amount = match amount(arm, route, minutes)? {
        DoseAmount::Fixed(mg) => DoseAmount::Fixed(Amount::from_mg(mg.mg() * part)),
        DoseAmount::PerKg(mg) => DoseAmount::PerKg(mg * part),
    };
    let administration = match route {
        Route::Iv => Administration::Intravenous { infusion: infusion(arm, minutes, manner)?.map(Infusion::over) },
        Route::Sl => held(arm, assumed)?,
        Route::In => sprayed(arm, assumed)?,
        plain => Administration::by(plain),
    };
    Ok(vec![Dose { form, administration, ..Dose::new(route, amount) }])
}

/// An infusion in steps of equal length, from the cell `other`.
fn stepped(arm: &Arm, part: f64, form: Form) -> Reason<Option<Vec<Dose>>> {
    let Some(steps) = cells::steps(arm.cell("other"), arm.mark)? else { return Ok(None) };
    let minutes = steps.minutes;
    let doses: Vec<Dose> = steps
        .rates
        .iter()
        .enumerate()
        .map(|(i, rate)| {
            let amount = per_time(*rate * part, &steps.unit, minutes)?;
            let start = Time::from_minutes(minutes * i as f64);
            Ok(Dose { time: start, form, ..Dose::infused(amount, Time::from_minutes(minutes)) })
        })
        .collect::<Reason<_>>()?;
    Ok(Some(doses))
}

/// The amount from a rate over a time.
fn per_time(rate: f64, unit: &str, minutes: f64) -> Reason<DoseAmount> {
    let (mass, time) = unit.rsplit_once('/').ok_or_else(|| unknown(unit))?;
    let times = match time {
        "h" => minutes / MINUTES_PER_HOUR,
        "min" => minutes,
        _ => return Err(unknown(unit)),
    };
    format!("{} {mass}", rate * times).parse().map_err(|_| unknown(unit))
}

fn unknown(unit: &str) -> String {
    format!("dose unit \"{unit}\" is not known (read: mg, mcg, g, each also per kg, and per h or min)")
}

/// A unit in the simulator's symbols. It accepts both letters for micro, and hours and minutes in words.
fn symbols(unit: &str) -> String {
    let symbol = |word: &str| {
        let word = word.trim().to_lowercase();
        match word.trim_end_matches('.') {
            "\u{b5}g" | "\u{3bc}g" | "ug" | "microgram" | "micrograms" => "mcg".to_owned(),
            "milligram" | "milligrams" => "mg".to_owned(),
            other => cells::time_unit(other).map_or_else(|| other.to_owned(), str::to_owned),
        }
    };
    unit.split('/').map(symbol).collect::<Vec<_>>().join("/")
}

fn amount(arm: &Arm, route: Route, minutes: Option<f64>) -> Reason<DoseAmount> {
    let (value, said) = (arm.cell("dose_value"), arm.cell("dose_unit"));
    let number = match arm.number("dose_value") {
        Cell::Missing => return Err("no dose".to_owned()),
        Cell::Number(number) if number > 0.0 => number,
        Cell::Number(_) => return Err(format!("dose \"{value} {said}\" is not one number above 0")),
        Cell::Other(why) if why.ends_with("not one number") => {
            return Err(format!("dose \"{value} {said}\" is not one number"));
        }
        Cell::Other(why) => return Err(format!("dose \"{value} {said}\" is not one number: {why}")),
    };
    let unit = symbols(said);
    if unit.ends_with("/h") || unit.ends_with("/min") {
        if route != Route::Iv {
            return Err(format!("a rate of {value} {said} is given into a vein only"));
        }
        let minutes =
            minutes.filter(|m| *m > 0.0).ok_or_else(|| format!("a rate of {value} {said} without a duration"))?;
        return per_time(number, &unit, minutes);
    }
    format!("{number} {unit}").parse().map_err(|_| unknown(said))
}

/// Duration of an infusion. `None` for a bolus.
fn infusion(arm: &Arm, minutes: Option<f64>, manner: Option<Manner>) -> Reason<Option<Time>> {
    match (minutes, manner) {
        (Some(minutes), _) if minutes > 0.0 => Ok(Some(Time::from_minutes(minutes))),
        (Some(minutes), _) if minutes < 0.0 => Err(format!("a duration of {minutes} min cannot be")),
        (_, Some(Manner::Bolus)) => Ok(None),
        (_, Some(Manner::Infusion)) => Err("an infusion without its duration".to_owned()),
        (_, None) => Err(format!("route \"{}\": bolus or infusion is not stated", arm.cell("route"))),
    }
}

fn held(arm: &Arm, assumed: &mut Vec<String>) -> Reason<Administration> {
    let said = words::Held::read(arm.cell("swallowed_or_spat"), arm.mark)?;
    let minutes = cells::minutes("hold", arm.cell("hold_min"), arm.mark)?.or(said.minutes);
    if let Some(minutes) = minutes.filter(|m| *m <= 0.0) {
        return Err(format!("a hold of {minutes} min is none; what is swallowed at once is oral"));
    }
    let hold = minutes.map(Time::from_minutes);
    match (hold, said.after) {
        (None, Some(AfterHold::Spit)) => assumed.push("hold not stated: the model's own, then spat out".to_owned()),
        (None, _) => assumed.push("hold not stated: the model's own, then swallowed".to_owned()),
        (Some(_), None) => assumed.push("swallowed or spat out not stated: swallowed".to_owned()),
        (Some(_), Some(_)) => {}
    }
    Ok(Administration::Sublingual { hold, after: Some(said.after.unwrap_or(AfterHold::Swallow)) })
}

fn sprayed(arm: &Arm, assumed: &mut Vec<String>) -> Reason<Administration> {
    let cell = arm.cell("sprays");
    let sprays = match arm.number("sprays") {
        Cell::Missing => None,
        Cell::Number(count) if count.fract() == 0.0 && (1.0..=f64::from(MOST_SPRAYS)).contains(&count) => {
            Sprays::new(count as u32).ok()
        }
        _ => return Err(format!("sprays \"{cell}\" is not a count from 1 to {MOST_SPRAYS}")),
    };
    let every = cells::minutes("time between sprays", arm.cell("spray_every_min"), arm.mark)?;
    if let Some(every) = every.filter(|m| *m < 0.0) {
        return Err(format!("sprays cannot be {every} min apart"));
    }
    if sprays.is_none() {
        assumed.push("sprays not stated: counted by the product".to_owned());
    } else if every.is_none() && sprays.is_some_and(|count| count.get() > 1) {
        assumed.push("time between sprays not stated: the product's own".to_owned());
    }
    Ok(Administration::Intranasal { sprays, every: every.map(Time::from_minutes) })
}
