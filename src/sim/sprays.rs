//! Sprays: how many an amount is, and which of them are second or later ones.

use super::administered::Put;
use crate::error::{Error, Result};
use crate::model::Individual;
use crate::path;
use crate::regimen::{Dose, Form, MOST_SPRAYS, Route};
use crate::subject::Subject;
use crate::units::{Amount, Time};

/// What one device of a nasal product holds, as its label says it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Device {
    /// Counted as base.
    pub base: Amount,
    /// The same, counted as hydrochloride.
    pub hydrochloride: Amount,
    /// Part of a device by which a dose may exceed whole ones: rounding, not another device.
    pub slack: f64,
}

/// What a drug's product says of sprays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SprayRules {
    /// One device, by which an unstated number of sprays is counted.
    pub device: Option<Device>,
    /// Time between sprays when the dose does not say.
    pub every: Time,
}

/// How many sprays a dose is, and the time between them, h.
pub(super) fn sprays_of(
    dose: &Dose,
    subject: &Subject,
    rules: SprayRules,
    taken: &mut Vec<String>,
) -> Result<(u64, f64)> {
    if dose.route() != Route::In {
        return Ok((1, 0.0));
    }
    let count = match (dose.sprays(), rules.device) {
        (Some(stated), _) => u64::from(stated.get()),
        (None, None) => {
            taken.push("sprays not stated: 1 taken".to_owned());
            1
        }
        (None, Some(device)) => devices(dose, subject, device, taken)?,
    };
    let every = dose.spray_every().unwrap_or(rules.every);
    if count > 1 && dose.spray_every().is_none() {
        taken.push(format!("time between sprays not stated: {every} taken"));
    }
    Ok((count, every.hours()))
}

/// How often a dose is given, repeats and sprays counted one by one.
pub fn administrations(dose: &Dose, subject: &Subject, rules: SprayRules) -> u64 {
    // an amount that is too many devices is refused where it is laid out
    let sprays = sprays_of(dose, subject, rules, &mut Vec::new()).map_or(1, |(count, _)| count);
    dose.count().saturating_mul(sprays)
}

/// Devices that hold an amount, by what the label says of one in the salt that the dose is stated in.
fn devices(dose: &Dose, subject: &Subject, device: Device, taken: &mut Vec<String>) -> Result<u64> {
    let (each, salt) = match dose.form {
        Form::Base => (device.base, ""),
        Form::Hydrochloride => (device.hydrochloride, " of hydrochloride"),
    };
    let amount = dose.given().for_weight(subject.weight);
    let count = (amount.mg() / (each.mg() * (1.0 + device.slack)) - 1e-9).ceil().max(1.0);
    if count > f64::from(MOST_SPRAYS) {
        return Err(Error::input(format!("{amount}{salt} are {count} devices of {each}"))
            .remedy(format!("check the amount; one dose has at most {MOST_SPRAYS} sprays"))
            .at(path!["amount"]));
    }
    taken.push(format!("sprays not stated: {count} of {each}{salt} taken"));
    Ok(count as u64)
}

/// Sprays closer than this are given at one time, h.
const AT_ONCE: f64 = 1e-9;

/// Which sprays are second or later ones. The count starts again after a pause that the model states. Of sprays at one
/// time the largest counts as the first: nobody says in which order they are given, and the result must not depend on
/// the order of lines.
pub(super) fn number_sprays(puts: &mut [Put], person: &Individual, taken: &mut Vec<String>) {
    let sprayed: Vec<usize> = (0..puts.len()).filter(|i| puts[*i].way_in.sprays_restart.is_some()).collect();
    let mut last: Option<f64> = None;
    let mut at = 0;
    while at < sprayed.len() {
        let start = puts[sprayed[at]].start;
        let more = sprayed[at..].iter().take_while(|i| puts[**i].start - start <= AT_ONCE).count();
        let together = &sprayed[at..at + more];
        let pause = puts[sprayed[at]].way_in.sprays_restart.as_ref().map_or(0.0, |r| person.value(r));
        let goes_on = last.is_some_and(|last| start - last < pause - AT_ONCE);
        // among equals the one in mg: with people of several weights the other varies
        let larger = |a: &&usize, b: &&usize| {
            let (a, b) = (&puts[**a], &puts[**b]);
            a.amount.total_cmp(&b.amount).then(b.per_kg().cmp(&a.per_kg()))
        };
        let first = together.iter().max_by(larger).copied();
        let differ = together.iter().any(|i| (puts[*i].amount - puts[sprayed[at]].amount).abs() > AT_ONCE);
        if differ && !goes_on {
            let line = "sprays at one time: the largest counts as the first (grade E)";
            if !taken.iter().any(|l| l == line) {
                taken.push(line.to_owned());
            }
        }
        for (k, i) in together.iter().enumerate() {
            puts[*i].later = goes_on || Some(*i) != first;
            puts[*i].goes_on = goes_on || k > 0;
        }
        last = together.last().map(|i| puts[*i].start);
        at += more;
    }
}
