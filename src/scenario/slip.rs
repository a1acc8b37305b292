//! Doses so far above every label that the unit was probably mistyped.

use crate::error::{Error, Result};
use crate::library::{Anaesthesia, Drug, Library};
use crate::path;
use crate::regimen::{Dose, Form, Gives, Route};
use crate::subject::Subject;
use crate::units::{number, significant};

/// Refuses a dose that exceeds the highest labelled dose by more than a given factor. The comparison is with labels for
/// its route or, where there are none, with labels for any route.
///
/// # Errors
/// With the amount per kg, the labelled dose it was compared with, and the advice to check the unit.
pub(super) fn check(dose: &Dose, drug: &Drug, subject: &Subject, library: &Library) -> Result<()> {
    let limits = library.limits;
    let by_route = drug.anaesthesia_by(dose.route());
    let highest_of_all = || drug.anaesthesia.iter().max_by(|a, b| a.highest.total_cmp(&b.highest));
    let Some(label) = by_route.or_else(highest_of_all) else { return Ok(()) };
    let base = if dose.form == Form::Hydrochloride { drug.base_per_hydrochloride } else { 1.0 };
    let given = dose.given().for_weight(subject.weight).mg() * base / subject.weight.kg();
    // for an infusion, the part that is infused within a time that is data
    let part = dose.length().map_or(1.0, |length| (limits.slip_within.hours() / length.hours()).min(1.0));
    if given * part <= limits.slip * label.highest {
        return Ok(());
    }
    let (times, per_kg) = (number(limits.slip), significant(given * part, 3));
    let within = if part < 1.0 { format!(" within {}", limits.slip_within) } else { String::new() };
    let what = format!(
        "{per_kg} mg/kg {}{within} for {} is more than {times} times {}",
        dose.route().words(),
        subject.weight,
        compared(label, dose.route())
    );
    let key = if dose.rate().as_ref().is_some_and(|r| r.gives == Gives::Amount) { "rate" } else { "amount" };
    Err(Error::input(what)
        .remedy("check the unit (g for mg, mg for mcg, per kg or not) and the body weight")
        .at(path![key]))
}

fn compared(label: &Anaesthesia, route: Route) -> String {
    let dose = format!("the highest dose for anaesthesia on a label, {} mg/kg", number(label.highest));
    if label.route == route { dose } else { format!("{dose} {} (no label has one by this route)", label.route.words()) }
}
