//! Measurements and the errors of the models. They are read when first needed, then kept.

use super::revision::{Made, Revised};
use super::runner::Shown;
use super::state::Look;
use crate::error::{Error, Result};
use crate::evidence::{Observations, Report, ScoringRules, score};
use crate::figure::{Figure, Role, StudyFigure, View, of_arm, roles, studies};
use crate::library::Library;
use crate::outcome::{ArmOutcome, Outcome};
use crate::population::{Measure, Tornado, tornado};
use crate::regimen::Route;
use std::sync::Arc;

/// Revision of the library, and the drug, routes and role by which studies are found and drawn.
type OfStudies = (u64, String, Vec<Route>, Role);
/// Revision of the outcome, and index of the arm.
type OfArm = (u64, usize);

/// The evidence behind the chosen arm. Each part has the key it was made for.
#[derive(Debug, Default)]
pub struct Evidence {
    /// Shipped measurements, by the revision of the library.
    read: Made<u64, Result<Read>>,
    measured: Made<OfStudies, Result<Vec<StudyFigure>>>,
    /// Picture of the curve. Whether its axes are logarithmic and in hours is part of the key.
    curve: Made<(OfArm, [bool; 2]), Option<Figure>>,
    /// Sensitivity of the arm.
    tornado: Made<OfArm, Result<Tornado>>,
    /// Exposure measure of the tornado plot. `None` until one is chosen.
    pub measure: Option<Measure>,
    /// Number of times everything was scored. Tests check that it is one.
    pub scored: u64,
    /// Whether the page over all routes is shown instead of an arm.
    pub predicts: bool,
    /// Whether all measured arms are shown instead of the first few.
    pub all: bool,
}

/// The shipped measurements with their scores.
#[derive(Debug)]
struct Read {
    observations: Observations,
    rules: ScoringRules,
    report: Report,
}

impl Read {
    fn new(library: &Library) -> Result<Self> {
        let (observations, rules) = (Observations::embedded()?, ScoringRules::embedded()?);
        let report = score(&observations, &rules, library)?;
        Ok(Self { observations, rules, report })
    }
}

impl Evidence {
    /// Computes what the chosen arm needs and does not have yet.
    pub fn update(&mut self, shown: &Shown, look: &Look, library: &Revised<Arc<Library>>) {
        let Some((outcome, arm)) = shown.outcome.as_ref().and_then(|o| Some((o, chosen(o, look)?))) else { return };
        if arm.faded {
            // an arm that cannot be run has no evidence of its own, so that of the last good curve stays
            return;
        }
        let revision = library.revision();
        self.scored += u64::from(self.read.update(revision, || Read::new(library)));
        let place = outcome.arms.iter().position(|a| a.index == arm.index).unwrap_or(0);
        let role = roles(&outcome.arms)[place];
        if let Some(Ok(read)) = self.read.get() {
            let in_role = |s: StudyFigure| StudyFigure { figure: s.figure.with_role(role), ..s };
            let other = self.measured.update((revision, arm.drug.clone(), arm.routes.clone(), role), || {
                let list = studies(&read.observations, &read.rules, library, (&arm.drug, &arm.routes))?;
                Ok(list.into_iter().map(in_role).collect())
            });
            self.all = self.all && !other;
        }
        let View { log, hours, .. } = look.view;
        let of = (shown.runs, arm.index);
        self.curve.update((of, [log, hours]), || {
            let view = View { log, hours, models: true, strips: false, ..View::default() };
            of_arm(outcome, arm.index, &view, library)
        });
        if let Some(scenario) = shown.scenario() {
            self.tornado.update(of, || tornado(scenario, arm.index, library));
        }
    }

    /// Exposure measure of the tornado plot: the peak until another one is chosen.
    pub fn measure(&self) -> Measure {
        self.measure.unwrap_or(Measure::Cmax)
    }

    /// Sensitivity of the chosen arm. `None` until it is computed.
    pub fn tornado(&self) -> Option<&Result<Tornado>> {
        self.tornado.get()
    }

    /// Errors of the predictions. `None` where they are not known.
    pub fn report(&self) -> Option<&Report> {
        self.read.get()?.as_ref().ok().map(|read| &read.report)
    }

    /// Why the errors are not known. `None` where they are.
    pub fn error(&self) -> Option<&Error> {
        let measured = || self.measured.get().and_then(|list| list.as_ref().err());
        self.read.get().and_then(|read| read.as_ref().err()).or_else(measured)
    }

    /// Measured arms of the chosen drug and routes.
    pub fn measured(&self) -> &[StudyFigure] {
        self.measured.get().and_then(|list| list.as_ref().ok()).map_or(&[], Vec::as_slice)
    }

    /// Picture of the chosen arm alone.
    pub fn curve(&self) -> Option<&Figure> {
        self.curve.get()?.as_ref()
    }
}

/// The arm that is shown: the chosen one, or else the first.
pub fn chosen<'a>(outcome: &'a Outcome, look: &Look) -> Option<&'a ArmOutcome> {
    outcome.arms.iter().find(|a| a.index == look.arm).or(outcome.arms.first())
}
