//! What was measured and how far the models lie from it: read when it is first looked at, then kept.

use super::runner::Shown;
use super::state::Look;
use crate::error::{Error, Result};
use crate::evidence::{Observations, Report, Rules, score};
use crate::figure::{Figure, Role, StudyFigure, View, of_arm, roles, studies};
use crate::library::Library;
use crate::outcome::{ArmOutcome, Outcome};
use crate::population::{Measure, Tornado, tornado};
use crate::regimen::Route;

/// What studies are looked up by, and how they are drawn.
type DrugAndRoutes = (String, Vec<Route>, Role);
/// Run, arm and view that a figure was drawn of.
type Drawn = (u64, usize, View);

/// Evidence behind the chosen arm.
#[derive(Debug, Default)]
pub struct Evidence {
    read: Option<Result<Read>>,
    measured: Option<(DrugAndRoutes, Result<Vec<StudyFigure>>)>,
    curve: Option<(Drawn, Option<Figure>)>,
    /// Run and arm, and which of its numbers matter.
    tornado: Option<((u64, usize), Result<Tornado>)>,
    /// What they may matter for.
    pub measure: Option<Measure>,
    /// How often everything was scored; tests see that it is once.
    pub scored: u64,
    /// Whether the page over all routes is shown in place of an arm.
    pub predicts: bool,
    /// Whether all measured arms are shown or the first few.
    pub all: bool,
}

/// What ships with ketasim, scored.
#[derive(Debug)]
struct Read {
    observations: Observations,
    rules: Rules,
    report: Report,
}

impl Read {
    fn new(library: &Library) -> Result<Self> {
        let (observations, rules) = (Observations::embedded()?, Rules::embedded()?);
        let report = score(&observations, &rules, library)?;
        Ok(Self { observations, rules, report })
    }
}

impl Evidence {
    /// Computes what the chosen arm needs and is not there yet.
    pub fn update(&mut self, shown: &Shown, look: &Look, library: &Library) {
        let Some((outcome, arm)) = shown.outcome.as_ref().and_then(|o| Some((o, chosen(o, look)?))) else { return };
        if arm.faded {
            // what cannot be run has no evidence of its own: that of the last good curve stays
            return;
        }
        if self.read.is_none() {
            self.scored += 1;
            self.read = Some(Read::new(library));
        }
        let place = outcome.arms.iter().position(|a| a.index == arm.index).unwrap_or(0);
        let role = roles(&outcome.arms)[place];
        let wanted = (arm.drug.clone(), arm.routes.clone(), role);
        if let Some(Ok(read)) = &self.read
            && self.measured.as_ref().is_none_or(|(key, _)| *key != wanted)
        {
            let in_role = |s: StudyFigure| StudyFigure { figure: s.figure.with_role(role), ..s };
            let list = studies(&read.observations, &read.rules, library, (&wanted.0, &wanted.1));
            let list = list.map(|list| list.into_iter().map(in_role).collect());
            self.measured = Some((wanted, list));
            self.all = false;
        }
        let View { log, hours, .. } = look.view;
        let view = View { log, hours, models: true, strips: false, ..View::default() };
        let wanted = (shown.runs, arm.index, view);
        if self.curve.as_ref().is_none_or(|(key, _)| *key != wanted) {
            let figure = of_arm(outcome, arm.index, &wanted.2, library);
            self.curve = Some((wanted, figure));
        }
        let wanted = (shown.runs, arm.index);
        if let Some(scenario) = shown.scenario()
            && self.tornado.as_ref().is_none_or(|(key, _)| *key != wanted)
        {
            self.tornado = Some((wanted, tornado(scenario, arm.index, library)));
        }
    }

    /// Which numbers of the chosen arm matter.
    pub fn tornado(&self) -> Option<&Result<Tornado>> {
        self.tornado.as_ref().map(|(_, found)| found)
    }

    /// Forgets everything, for example when the library grew.
    pub fn forget(&mut self) {
        (self.read, self.measured, self.curve, self.tornado) = (None, None, None, None);
    }

    /// How far predictions lie from measurements.
    pub fn report(&self) -> Option<&Report> {
        self.read.as_ref()?.as_ref().ok().map(|read| &read.report)
    }

    /// Why it is not known.
    pub fn error(&self) -> Option<&Error> {
        let measured = || self.measured.as_ref().and_then(|(_, list)| list.as_ref().err());
        self.read.as_ref().and_then(|read| read.as_ref().err()).or_else(measured)
    }

    /// Measured arms of the chosen drug and routes.
    pub fn measured(&self) -> &[StudyFigure] {
        self.measured.as_ref().and_then(|(_, list)| list.as_ref().ok()).map_or(&[], Vec::as_slice)
    }

    /// The chosen arm alone.
    pub fn curve(&self) -> Option<&Figure> {
        self.curve.as_ref().and_then(|(_, figure)| figure.as_ref())
    }
}

/// The arm that is looked at: the chosen one, else the first.
pub fn chosen<'a>(outcome: &'a Outcome, look: &Look) -> Option<&'a ArmOutcome> {
    outcome.arms.iter().find(|a| a.index == look.arm).or(outcome.arms.first())
}
