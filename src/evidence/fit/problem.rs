//! One least-squares fit. Its input is the parameters on an unbounded scale (log, or logit for fractions). Its output
//! is weighted log ratios.

use super::super::observed::{Arm, Observations};
use super::super::predict::{ExposureMetric, predict};
use super::super::study::Study;
use super::Target;
use super::file::{Derivations, FitFile, TargetFile};
use crate::error::{Error, Result};
use crate::library::{Drug, Library};
use crate::model::expr::Expr;
use crate::model::{Model, Site};
use crate::portable::Portable as _;
use crate::regimen::Dose;
use crate::sim::{Case, Lowerings};
use crate::subject::Subject;
use crate::units::{self, Dim, MINUTES_PER_HOUR, NG_ML_PER_MG_L};
use levenberg_marquardt::{LeastSquaresProblem, LevenbergMarquardt};
use nalgebra::storage::Owned;
use nalgebra::{DMatrix, DVector, Dyn};
use std::collections::BTreeMap;

/// Step on the unbounded scale for numerical derivatives.
const STEP: f64 = 1e-4;

/// A fit, prepared for solving.
#[derive(Debug, Clone)]
pub(super) struct Problem<'a> {
    fit: &'a FitFile,
    model: &'a Model,
    drug: &'a Drug,
    goals: Vec<Goal>,
    /// What the model was lowered to: the doses stay, its numbers change.
    lowerings: Lowerings,
}

/// One target of the fit.
#[derive(Debug, Clone)]
struct Goal {
    study: String,
    what: String,
    subject: Subject,
    doses: Vec<Dose>,
    analyte: String,
    site: Site,
    quantities: Vec<ExposureMetric>,
    observed: Vec<f64>,
    /// Standard deviation of the log of each value. A curve of n points counts as one value.
    sd: f64,
}

impl<'a> Problem<'a> {
    pub(super) fn new(
        fit: &'a FitFile,
        derivations: &Derivations,
        observations: &Observations,
        library: &'a Library,
    ) -> Result<Self> {
        let model = library.model(&fit.model)?;
        let goal = |t: &TargetFile| {
            goal(t, derivations.default_sd.parts(), model, observations, library)
                .map_err(|e| Error::input(format!("fit {}, target of {}: {}", fit.id, t.study, e.what())))
        };
        let goals = fit.targets.iter().map(goal).collect::<Result<Vec<_>>>()?;
        if goals.len() < fit.parameters.len() {
            return Err(Error::input(format!("fit {} has fewer targets than parameters", fit.id))
                .remedy("add targets or take parameters away"));
        }
        Ok(Self { fit, model, drug: library.drug(&model.drug)?, goals, lowerings: Lowerings::default() })
    }

    /// Parameters of the model file, on the unbounded scale.
    pub(super) fn start(&self) -> DVector<f64> {
        let value = |name: &String| self.model.parameters.iter().find(|p| &p.name == name).map_or(0.5, |p| p.value);
        let scaled = self.fit.parameters.iter().enumerate().map(|(k, name)| {
            let value = value(name);
            if self.is_fraction(k) { (value / (1.0 - value)).ln_portable() } else { value.ln_portable() }
        });
        DVector::from_iterator(self.fit.parameters.len(), scaled)
    }

    fn is_fraction(&self, k: usize) -> bool {
        let of = |name: &String| self.model.parameters.iter().find(|p| &p.name == name);
        self.fit.parameters.get(k).and_then(of).is_some_and(|p| p.dim == Dim::NONE)
    }

    /// Converts a parameter from the unbounded scale to its own.
    pub(super) fn value(&self, k: usize, scaled: f64) -> f64 {
        if self.is_fraction(k) { 1.0 / (1.0 + (-scaled).exp_portable()) } else { scaled.exp_portable() }
    }

    pub(super) fn solve(&self, start: &DVector<f64>) -> Result<DVector<f64>> {
        let running = Running { problem: self, at: start.clone() };
        let (done, report) = LevenbergMarquardt::new().with_patience(60).minimize(running);
        if report.termination.was_successful() {
            return Ok(done.at);
        }
        Err(Error::cannot(format!("fit {} did not settle: {:?}", self.fit.id, report.termination))
            .remedy("check that its targets can be met together"))
    }

    fn set(&self, at: &DVector<f64>) -> BTreeMap<String, Expr> {
        let names = self.fit.replaces.iter().chain(&self.fit.parameters).take(self.fit.parameters.len());
        let values = at.iter().enumerate().map(|(k, scaled)| Expr::Number(self.value(k, *scaled)));
        names.cloned().zip(values).collect()
    }

    fn predicted(&self, goal: &Goal, at: &DVector<f64>) -> Result<Vec<f64>> {
        let case = Case {
            model: self.model,
            subject: &goal.subject,
            doses: &goal.doses,
            base_per_hydrochloride: self.drug.base_per_hydrochloride,
            sprays: self.drug.sprays,
            lowerings: Some(&self.lowerings),
        };
        predict(&case, &self.set(at), (&goal.analyte, goal.site), &goal.quantities)
    }

    fn residuals_at(&self, at: &DVector<f64>) -> Result<DVector<f64>> {
        let mut list = Vec::new();
        for goal in &self.goals {
            let predicted = self.predicted(goal, at)?;
            list.extend(predicted.iter().zip(&goal.observed).map(|(p, o)| (p / o).ln_portable() / goal.sd));
        }
        Ok(DVector::from_vec(list))
    }

    fn slopes_at(&self, at: &DVector<f64>) -> Result<DMatrix<f64>> {
        let columns = (0..at.len())
            .map(|k| {
                let side = |by: f64| {
                    let mut moved = at.clone();
                    moved[k] += by;
                    self.residuals_at(&moved)
                };
                Ok((side(STEP)? - side(-STEP)?) / (2.0 * STEP))
            })
            .collect::<Result<Vec<DVector<f64>>>>()?;
        Ok(DMatrix::from_columns(&columns))
    }

    /// Standard errors on the unbounded scale, widened where the targets disagree by more than their own uncertainty.
    pub(super) fn standard_errors(&self, at: &DVector<f64>) -> Result<Vec<f64>> {
        let slopes = self.slopes_at(at)?;
        let free = self.goals.len() as f64 - at.len() as f64;
        let excess = if free > 0.0 { self.residuals_at(at)?.norm_squared() / free } else { 1.0 };
        let information = slopes.tr_mul(&slopes);
        let covariance = information.try_inverse().ok_or_else(|| {
            Error::cannot(format!("the targets of fit {} do not determine its parameters", self.fit.id))
        })?;
        Ok(covariance.diagonal().iter().map(|v| (v * excess.max(1.0)).sqrt()).collect())
    }

    pub(super) fn targets(&self, at: &DVector<f64>) -> Result<Vec<Target>> {
        let mut list = Vec::new();
        for goal in &self.goals {
            let predicted = self.predicted(goal, at)?;
            for ((quantity, observed), predicted) in goal.quantities.iter().zip(&goal.observed).zip(predicted) {
                let at = match quantity {
                    ExposureMetric::Concentration { at } => format!(" at {} min", units::number(at * MINUTES_PER_HOUR)),
                    _ => String::new(),
                };
                let what = format!("{}{at}, {}", goal.what, quantity.unit());
                list.push(Target { study: goal.study.clone(), what, observed: *observed, predicted });
            }
        }
        Ok(list)
    }

    /// The studies of the targets, each once.
    pub(super) fn studies(&self) -> Vec<String> {
        let mut list: Vec<String> = Vec::new();
        for goal in &self.goals {
            if !list.contains(&goal.study) {
                list.push(goal.study.clone());
            }
        }
        list
    }

    /// Fold error of a study's values under a fit to the other studies. `None` where too few remain.
    pub(super) fn leave_out(&self, study: &str, start: &DVector<f64>) -> Result<Option<f64>> {
        let (left, others): (Vec<Goal>, Vec<Goal>) = self.goals.iter().cloned().partition(|g| g.study == study);
        if others.len() < self.fit.parameters.len() {
            return Ok(None);
        }
        let rest = Problem { goals: others, ..self.clone() };
        // too few kinds of values may remain to determine every parameter
        let Ok(at) = rest.solve(start) else { return Ok(None) };
        let mut logs = Vec::new();
        for goal in &left {
            let predicted = self.predicted(goal, &at)?;
            logs.extend(predicted.iter().zip(&goal.observed).map(|(p, o)| (p / o).ln_portable().abs()));
        }
        Ok(Some((logs.iter().sum::<f64>() / logs.len() as f64).exp_portable()))
    }
}

fn goal(
    t: &TargetFile,
    default_sd: f64,
    model: &Model,
    observations: &Observations,
    library: &Library,
) -> Result<Goal> {
    let arm = t.arm.as_ref().map(|id| named(observations, id)).transpose()?;
    let (mut subject, mut doses) = (Subject::default(), t.dose.clone());
    if let Some(arm) = arm.filter(|_| t.dose.is_empty()) {
        let study = Study::read(arm, library).map_err(Error::input)?;
        (subject, doses) = (study.subject, study.doses);
    }
    if let Some(weight) = t.weight {
        subject.weight = weight;
    }
    let (quantities, observed) = figures(t, arm)?;
    let n = observed.len() as f64;
    Ok(Goal {
        study: t.study.clone(),
        what: t.quantity.clone(),
        subject,
        doses,
        analyte: t.analyte.clone().unwrap_or_else(|| model.drug.clone()),
        site: t.site.unwrap_or(model.estimated_from),
        quantities,
        observed,
        sd: t.sd.map_or(default_sd, units::Fraction::parts) * n.sqrt(),
    })
}

fn named<'a>(observations: &'a Observations, id: &str) -> Result<&'a Arm> {
    observations.arms.iter().find(|a| a.id == id).ok_or_else(|| Error::input(format!("there is no arm {id}")))
}

/// The measures that are compared, and the values they are to meet.
fn figures(t: &TargetFile, arm: Option<&Arm>) -> Result<(Vec<ExposureMetric>, Vec<f64>)> {
    if t.quantity == "curve" {
        let points = arm.map_or(&[][..], |a| &a.points);
        let seen = points.iter().filter(|p| p[1] > 0.0);
        let quantities = seen.clone().map(|p| ExposureMetric::Concentration { at: p[0] / MINUTES_PER_HOUR }).collect();
        return Ok((quantities, seen.map(|p| p[1]).collect()));
    }
    let (quantity, column, dim, example, factor) = match t.quantity.as_str() {
        "cmax" => (ExposureMetric::Cmax, "cmax_ng_ml", Dim::CONCENTRATION, "148 ng/mL", NG_ML_PER_MG_L),
        "tmax" => (ExposureMetric::Tmax, "tmax_min", Dim::TIME, "45 min", MINUTES_PER_HOUR),
        "bioavailability" => (ExposureMetric::Bioavailability, "", Dim::NONE, "29 %", 1.0),
        other => return Err(Error::input(format!("\"{other}\" cannot be fitted to"))),
    };
    let value = match (&t.expect, arm) {
        (Some(text), None) => units::Quantity::parse_as(text, dim, example)? * factor,
        (None, Some(arm)) => {
            arm.cell(column).parse().map_err(|_| Error::input(format!("{} has no plain {column}", arm.id)))?
        }
        _ => return Err(Error::input("a target has an arm, or `expect` with `from`")),
    };
    Ok((vec![quantity], vec![value]))
}

struct Running<'p, 'a> {
    problem: &'p Problem<'a>,
    at: DVector<f64>,
}

impl LeastSquaresProblem<f64, Dyn, Dyn> for Running<'_, '_> {
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, Dyn>;
    type ParameterStorage = Owned<f64, Dyn>;

    fn set_params(&mut self, x: &DVector<f64>) {
        self.at.copy_from(x);
    }

    fn params(&self) -> DVector<f64> {
        self.at.clone()
    }

    fn residuals(&self) -> Option<DVector<f64>> {
        self.problem.residuals_at(&self.at).ok()
    }

    fn jacobian(&self) -> Option<DMatrix<f64>> {
        self.problem.slopes_at(&self.at).ok()
    }
}
