//! Tries a model out: a model that passes the checks of its file must also run by every route that it offers.

use super::{InTurn, LEAST_PEOPLE, People, Sample, bands, counted};
use crate::error::{Error, Result};
use crate::library::Library;
use crate::model::Model;
use crate::outcome::Options;
use crate::path;
use crate::regimen::{Dose, DoseAmount, Route};
use crate::scenario::{Scenario, StudyArm};
use crate::subject::{OwnSubject, Subject};
use crate::units::{Age, Time, Weight};

/// Runs a model of the library by each of its routes, for one typical subject and for a small sample of virtual
/// subjects.
///
/// # Errors
/// The first refusal, with its route. A model that declares itself incomplete is not tried.
pub fn trial(model: &Model, library: &Library) -> Result<()> {
    if model.incomplete.is_some() {
        return Ok(());
    }
    for route in model.routes.keys() {
        let scenario = once(model, *route);
        let failed = |e: Error| {
            let what = format!("{} by route {} cannot be simulated: {}", model.id, route.id(), e.what());
            Error::input(what).remedy_of(&e).at(path!["routes", route.id()])
        };
        let outcome = scenario.run(library, Options::default()).map_err(failed)?;
        let curves = outcome.arms.iter().flat_map(|a| &a.curves);
        if curves.flat_map(|c| &c.values).any(|v| !v.is_finite() || *v < 0.0) {
            return Err(failed(Error::input("a concentration is no number from 0 up")));
        }
        let sample = Sample { people: People::literal::<LEAST_PEOPLE>(), seed: super::USUAL_SEED, every: None };
        bands(&scenario, library, sample, &InTurn, &|_| true).map_err(failed)?;
        counted(&scenario, 0, library, (sample, None), &InTurn, &|_| true).map_err(failed)?;
    }
    Ok(())
}

/// One dose by this route to a subject from the middle of the model's range of weight and age. The amount matters
/// little.
fn once(model: &Model, route: Route) -> Scenario {
    let middle = |[low, high]: [f64; 2]| f64::midpoint(low, high);
    let usual = Subject::default();
    let subject = Subject {
        weight: model.weight.map_or(usual.weight, |w| Weight::from_kg(middle(w.map(Weight::kg)))),
        age: model.age.map_or(usual.age, |a| Age::from_years(middle(a.map(Age::years)))),
        ..usual
    };
    let amount = DoseAmount::PerKg(0.5);
    let infused = Dose::infused(amount, Time::from_minutes(20.0));
    let dose = if route.row().infused { infused } else { Dose::new(route, amount) };
    let arm = StudyArm {
        label: route.id().to_owned(),
        drug: model.drug.clone(),
        model: Some(model.id.clone()),
        site: None,
        on: true,
        subject: OwnSubject::default(),
        doses: vec![dose],
    };
    Scenario::of(arm, subject, Time::from_hours(4.0))
}
