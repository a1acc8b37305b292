//! Scores measured arms: predicted and observed values, row by row.

use super::observed::{Arm, Observations, Skipped};
use super::person::AgeGroup;
use super::predict::{ExposureMetric, predict};
use super::prediction::Prediction;
use super::row::{Elsewhere, Row};
use super::rules::{Gap, ScoringRules};
use super::study::Study;
use super::summary::{Group, RouteErrors, Summary, by_route, groups};
use crate::error::Result;
use crate::library::Library;
use crate::model::{Model, Site};
use crate::sim::Case;
use crate::units::{MINUTES_PER_HOUR, tidy};
use serde::Serialize;
use std::collections::BTreeMap;

/// Result of scoring: all rows with their errors.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Every scored value, arm by arm.
    pub rows: Vec<Row>,
    /// Arms and points that were not scored, with the reason.
    pub skipped: Vec<Skipped>,
    /// Errors over all rows.
    pub summary: Summary,
    /// Errors by route, whatever the model.
    pub routes: Vec<RouteErrors>,
    /// Errors by drug, route and model, metabolites apart.
    pub groups: Vec<Group>,
    /// How well the models predict: used and new studies, the largest errors, and what has no measurement.
    pub prediction: Prediction,
}

/// Scores every arm with the model that the rules name for it.
///
/// # Errors
/// When the rules name a model that the library does not have.
pub fn score(observations: &Observations, rules: &ScoringRules, library: &Library) -> Result<Report> {
    score_with(observations, rules, library, &mut |_, _| {})
}

/// As [`score`]. `progress` is given the number of arms that are done, and of all arms.
///
/// # Errors
/// As [`score`].
pub fn score_with(
    observations: &Observations,
    rules: &ScoringRules,
    library: &Library,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Report> {
    let (mut rows, mut skipped) = (Vec::new(), Vec::new());
    for (i, arm) in observations.arms.iter().enumerate() {
        progress(i, observations.arms.len());
        let mut skip = |why: String| skipped.push(Skipped { id: arm.id.clone(), why });
        let study = match Study::read(arm, library) {
            Ok(study) => study,
            Err(why) => {
                skip(why);
                continue;
            }
        };
        let Some(choice) = rules.choice(&study) else {
            let age = if study.age == AgeGroup::Child { "children" } else { "adults" };
            skip(format!("no model of {} {} in {age}", study.drug, study.route().words()));
            continue;
        };
        let model = library.model(&choice.model)?;
        if let Err(why) = study.fits(model) {
            skip(why);
            continue;
        }
        match score_arm(arm, &study, model, rules, library) {
            Ok(list) => rows.extend(list),
            Err(error) => {
                skip(error.what().to_owned());
                continue;
            }
        }
        study.left_out.into_iter().for_each(skip);
    }
    skipped.extend(observations.skipped.iter().cloned());
    let (summary, routes, groups) = (Summary::of(rows.iter()), by_route(&rows), groups(&rows));
    let prediction = Prediction::new(&rows, rules);
    Ok(Report { rows, skipped, summary, routes, groups, prediction })
}

fn score_arm(arm: &Arm, study: &Study, model: &Model, rules: &ScoringRules, library: &Library) -> Result<Vec<Row>> {
    let own = model.estimated_from;
    let site = site_for(study, model, library, study.site.unwrap_or(own))?;
    let quantities: Vec<ExposureMetric> = study.measures.iter().map(|m| m.quantity).collect();
    let predicted = at_site(study, model, library, site, &quantities)?;
    let others = model.sites().into_iter().filter(|s| *s != site && study.site.is_none());
    let elsewhere = others.filter_map(|other| {
        site_for(study, model, library, other).ok()?;
        Some((other, at_site(study, model, library, other, &quantities).ok()?))
    });
    let elsewhere = elsewhere.collect::<Vec<_>>().pop();
    let external = !rules.has_seen(&model.id, arm);
    let rows = study.measures.iter().enumerate().map(|(i, measure)| {
        let predicted = predicted[i];
        let time_min = match measure.quantity {
            ExposureMetric::Concentration { at } => Some(tidy(at * MINUTES_PER_HOUR)),
            _ => None,
        };
        let mut row = Row {
            id: arm.id.clone(),
            analyte: study.analyte.clone(),
            drug: study.drug.clone(),
            route: study.route().id().to_owned(),
            model: model.id.clone(),
            site: site.id(),
            site_stated: study.site.is_some(),
            quantity: measure.quantity.id(),
            unit: measure.quantity.unit(),
            time_min,
            observed: measure.observed,
            predicted: tidy(predicted),
            ratio: tidy(predicted / measure.observed),
            external,
            simulated: rules.is_simulated(arm),
            study: arm.citation(),
            metabolite: study.metabolite,
            note: study.assumed.join("; "),
            elsewhere: elsewhere.as_ref().map(|(site, values)| Elsewhere {
                site: site.id(),
                predicted: tidy(values[i]),
                ratio: tidy(values[i] / measure.observed),
            }),
            why: None,
            unexplained: false,
        };
        if !row.within_2_fold() {
            let at_min = time_min.or(if row.quantity == "tmax" { Some(measure.observed) } else { None });
            match rules.explain(Gap { study, quantity: row.quantity, at_min }) {
                Some(words) => {
                    row.note = format!("beyond 2-fold: {words}; {}", row.note);
                    row.why = Some(words.to_owned());
                }
                None => row.unexplained = true,
            }
        }
        row
    });
    Ok(rows.filter(|r| r.predicted > 0.0 && r.ratio.is_finite()).collect())
}

/// The sampling site, where the model offers it for these doses.
fn site_for(study: &Study, model: &Model, library: &Library, site: Site) -> Result<Site> {
    let scenario = study.scenario("", model, site);
    scenario.check(library)?;
    scenario.arms[0].site_in(model)
}

fn at_site(
    study: &Study,
    model: &Model,
    library: &Library,
    site: Site,
    quantities: &[ExposureMetric],
) -> Result<Vec<f64>> {
    let drug = library.drug(&study.drug)?;
    let scenario = study.scenario("", model, site);
    let case = Case {
        model,
        subject: &study.subject,
        doses: &scenario.arms[0].doses,
        base_per_hydrochloride: drug.base_per_hydrochloride,
        sprays: drug.sprays,
        lowerings: library.lowerings(model),
    };
    predict(&case, &BTreeMap::new(), (&study.analyte, site), quantities)
}
