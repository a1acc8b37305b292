//! Who was studied, read from the cells of an arm: nobody's age, weight or ancestry is guessed.

use super::cells;
use super::observed::Arm;
use super::rules::Age;
use super::study::Reason;
use crate::subject::{Ancestry, Subject};
use crate::units::{Weight, number};

/// Words for those below 18 years, for those above, and for the newborn, for whom no model was made.
const YOUNG: [&str; 14] = [
    "child",
    "children",
    "infant",
    "infants",
    "toddler",
    "toddlers",
    "paediatric",
    "pediatric",
    "adolescent",
    "adolescents",
    "teen",
    "teens",
    "teenager",
    "teenagers",
];
const GROWN: [&str; 8] = ["adult", "adults", "men", "women", "elderly", "volunteers", "males", "females"];
const NEWBORN: [&str; 9] =
    ["neonate", "neonates", "neonatal", "newborn", "newborns", "preterm", "premature", "term-born", "preterms"];
/// From this age on people are adults, y.
const ADULT_Y: f64 = 18.0;
/// Up to this age they are newborn (28 d), y.
const NEWBORN_Y: f64 = 28.0 / 365.25;

/// Who was studied: weight, age and ancestry as far as the cells tell.
///
/// # Errors
/// With the reason why the arm cannot be scored.
pub(super) fn person(arm: &Arm, assumed: &mut Vec<String>) -> Reason<(Subject, Age)> {
    let mut subject = Subject::default();
    let population = arm.cell("population");
    let weight = arm.cell("mean_weight_kg");
    match cells::weight(weight).filter(|w| (0.4..=400.0).contains(w)) {
        Some(kg) => subject.weight = Weight::from_kg(kg),
        None if weight.is_empty() => assumed.push(format!("weight not stated: {} taken", subject.weight)),
        None => return Err(format!("weight \"{weight}\" is not one weight")),
    }
    let age = age(arm, &mut subject, assumed)?;
    subject.ancestry = ancestry(population)?;
    Ok((subject, age))
}

/// Children or adults: by the age, else by the ages or the words of the population.
fn age(arm: &Arm, subject: &mut Subject, assumed: &mut Vec<String>) -> Reason<Age> {
    let (cell, population) = (arm.cell("mean_age_y"), arm.cell("population"));
    let said = |list: &[&str]| list.iter().any(|w| cells::says(population, w));
    let newborn = || Err("newborns: no model was made for them".to_owned());
    if !cell.is_empty() {
        let years = cells::age(cell).filter(|a| (0.0..=120.0).contains(a));
        let years = years.ok_or_else(|| format!("age \"{cell}\" is not one age"))?;
        if years < NEWBORN_Y {
            return newborn();
        }
        subject.age = crate::units::Age::from_years(years);
        return Ok(if years < ADULT_Y { Age::Child } else { Age::Adult });
    }
    let told = cells::ages(population);
    if said(&NEWBORN) || told.is_some_and(|[_, oldest]| oldest < NEWBORN_Y) {
        return newborn();
    }
    let by_age = told.and_then(|[youngest, oldest]| match (youngest < ADULT_Y, oldest > ADULT_Y) {
        (true, false) => Some(Age::Child),
        (false, _) => Some(Age::Adult),
        (true, true) => None,
    });
    let by_words = match (said(&YOUNG), said(&GROWN)) {
        (true, false) => Some(Age::Child),
        (true, true) => {
            assumed.push("adults and younger ones together: taken as adults".to_owned());
            Some(Age::Adult)
        }
        (false, _) => None,
    };
    match (by_age.or(by_words), told) {
        (Some(Age::Child), _) => {
            // a model that asks for the age of a child does not score one without it
            assumed.push("children of an age that is not stated".to_owned());
            subject.age = crate::units::Age::from_years(CHILD_Y);
            Ok(Age::Child)
        }
        (None, Some([youngest, oldest])) => {
            Err(format!("ages of {} to {} years: neither children nor adults", number(youngest), number(oldest)))
        }
        _ => {
            assumed.push(format!("age not stated: {} taken", subject.age));
            Ok(Age::Adult)
        }
    }
}

/// Stands for the age of a child that is not stated; no model that scores children asks for it.
const CHILD_Y: f64 = 8.0;

/// Ancestry where a population is of one: what is not said or denied is unstated.
fn ancestry(population: &str) -> Reason<Ancestry> {
    let says = |list: &[&str]| list.iter().any(|w| cells::says(population, w));
    let (japanese, asian) = (says(&["japanese"]), says(&["asian", "asians", "chinese", "korean", "taiwanese"]));
    let other = says(&["white", "whites", "caucasian", "caucasians", "black", "hispanic", "european"]);
    match (japanese, asian, other) {
        (false, false, _) => Ok(Ancestry::Unstated),
        (true, false, false) => Ok(Ancestry::Japanese),
        (_, true, false) if !japanese => Ok(Ancestry::Asian),
        _ => Err(format!("population \"{population}\" is of more than one ancestry")),
    }
}
