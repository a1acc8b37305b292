//! Predictions of a model at the points where something was measured.

use crate::error::{Error, Result};
use crate::model::Site;
use crate::model::expr::Expr;
use crate::regimen::last_end;
use crate::sim::{Case, Followed, ReadOut, Solver};
use crate::units::{MINUTES_PER_HOUR, NG_ML_PER_MG_L};
use std::collections::BTreeMap;

/// An exposure measure of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ExposureMetric {
    /// Cmax: highest concentration, ng/mL.
    Cmax,
    /// tmax: time of the highest concentration, min.
    Tmax,
    /// Area under the curve between two times, ng h/mL.
    Auc {
        /// Start, h.
        from: f64,
        /// End, h. `None` for infinity.
        to: Option<f64>,
    },
    /// Concentration at one time, ng/mL.
    Concentration {
        /// Time, h.
        at: f64,
    },
    /// Bioavailability: share of the dose that reaches the blood, 0 to 1.
    Bioavailability,
}

impl ExposureMetric {
    /// Id in reports and JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::Cmax => "cmax",
            Self::Tmax => "tmax",
            Self::Auc { .. } => "auc",
            Self::Concentration { .. } => "concentration",
            Self::Bioavailability => "bioavailability",
        }
    }

    /// Unit of the value.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Cmax | Self::Concentration { .. } => "ng/mL",
            Self::Tmax => "min",
            Self::Auc { .. } => "ng h/mL",
            Self::Bioavailability => "1",
        }
    }
}

/// A peak is searched until this long after the end of the last dose, h.
const PEAK_WITHIN: f64 = 12.0;
/// Largest number of points of the curve for this search.
const MOST_POINTS: f64 = 720.0;

/// The values of one analyte at one sampling site, in the order of the measures.
///
/// # Errors
/// When the model cannot be used for the case, or has no such curve.
pub fn predict(
    case: &Case,
    set: &BTreeMap<String, Expr>,
    (analyte, site): (&str, Site),
    quantities: &[ExposureMetric],
) -> Result<Vec<f64>> {
    let latest = quantities.iter().map(|q| if let ExposureMetric::Concentration { at } = q { *at } else { 0.0 });
    let horizon = (last_end(case.doses).hours() + PEAK_WITHIN).max(latest.fold(0.0, f64::max));
    let every = (horizon / MOST_POINTS).max(1.0 / MINUTES_PER_HOUR);
    let followed = case.follow(set, horizon, every, Solver::Auto)?;
    let output = read_out(&followed, case, analyte, site)?;
    let series = followed.profile.series(output);
    let exposure = crate::analysis::Exposure::of(&followed.profile, output, series)?;
    quantities
        .iter()
        .map(|quantity| match *quantity {
            ExposureMetric::Cmax => Ok(exposure.cmax * NG_ML_PER_MG_L),
            ExposureMetric::Tmax => Ok(exposure.tmax * MINUTES_PER_HOUR),
            ExposureMetric::Concentration { at } => Ok(concentration(&followed, output, at)),
            ExposureMetric::Auc { from, to } => {
                let whole = match to {
                    Some(to) => area_to(case, set, (analyte, site), to)?,
                    None => exposure.auc_inf.ok_or_else(|| no_area(case))? * NG_ML_PER_MG_L,
                };
                let before = if from > 0.0 { area_to(case, set, (analyte, site), from)? } else { 0.0 };
                Ok(whole - before)
            }
            ExposureMetric::Bioavailability => followed
                .bioavailability(site)
                .ok_or_else(|| Error::cannot(format!("{} has no vein to compare with", case.model.id))),
        })
        .collect()
}

fn read_out<'a>(followed: &'a Followed, case: &Case, analyte: &str, site: Site) -> Result<&'a ReadOut> {
    followed.output(analyte, site).ok_or_else(|| {
        Error::cannot(format!("{} has no curve of {analyte} in {}", case.model.id, site.words()))
            .remedy("name a model that has one")
    })
}

/// Concentration at a time, ng/mL, by the exact solution between points.
fn concentration(followed: &Followed, output: &ReadOut, at: f64) -> f64 {
    let times = &followed.profile.times;
    let i = times.partition_point(|t| *t <= at + 1e-9).saturating_sub(1);
    followed.profile.after(output, i, (at - times[i]).max(0.0)).0 * NG_ML_PER_MG_L
}

fn area_to(case: &Case, set: &BTreeMap<String, Expr>, (analyte, site): (&str, Site), to: f64) -> Result<f64> {
    let followed = case.follow(set, to, to / 60.0, Solver::Auto)?;
    let output = read_out(&followed, case, analyte, site)?;
    let last = followed.profile.shown - 1;
    Ok(followed.profile.area(output, Some(last)).ok_or_else(|| no_area(case))? * NG_ML_PER_MG_L)
}

fn no_area(case: &Case) -> Error {
    Error::cannot(format!("{} has no area to infinity: its elimination is saturable", case.model.id))
        .remedy("compare areas to a time that is stated")
}
