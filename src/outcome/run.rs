//! One arm from model to curves, areas and windows.

use super::caused::Caused;
use super::notes::{Used, sources};
use super::runner::Runner;
use super::{ArmOutcome, Options, Outcome, RangeOutcome};
use crate::analysis::Windows;
use crate::error::{Error, Result};
use crate::library::{Library, Programme};
use crate::model::Site;
use crate::model::expr::Expr;
use crate::path;
use crate::regimen::Route;
use crate::scenario::Scenario;
use std::collections::BTreeMap;

impl Scenario {
    /// Runs every arm that is on.
    ///
    /// # Errors
    /// The first arm's refusal, with its path.
    pub fn run(&self, library: &Library, options: Options) -> Result<Outcome> {
        self.check(library)?;
        let arms = self.run_each(library, options)?.into_iter().map(|(_, arm)| arm).collect::<Result<_>>()?;
        Ok(self.outcome(arms))
    }

    /// Runs every arm that is on by itself: what is wrong with one leaves the others alone. By index.
    ///
    /// # Errors
    /// When something other than an arm is refused.
    pub fn run_each(&self, library: &Library, options: Options) -> Result<Vec<(usize, Result<ArmOutcome>)>> {
        self.check_head(library)?;
        let on = self.arms.iter().enumerate().filter(|(_, a)| a.on);
        Ok(on.map(|(i, _)| (i, self.run_checked(i, library, options))).collect())
    }

    /// Checks one arm and runs it.
    ///
    /// # Errors
    /// When something is wrong with this arm, or it cannot be simulated.
    pub fn run_checked(&self, index: usize, library: &Library, options: Options) -> Result<ArmOutcome> {
        self.check_arm(index, library)?;
        self.run_arm(index, library, options).map_err(|e| at_arm(e, index, &self.arms[index].label))
    }

    /// These arms as the outcome of the scenario.
    pub fn outcome(&self, arms: Vec<ArmOutcome>) -> Outcome {
        let points = arms.first().map_or(0, |a: &ArmOutcome| a.grid.len());
        let (title, subject) = (self.title.clone(), self.subject.clone());
        Outcome { title, subject, horizon: self.horizon, arms, points, level: self.level() }.told_apart()
    }

    /// Curves of one person whose parameters are given, at the arm's own site and the grid's times, ng/mL by analyte.
    ///
    /// # Errors
    /// When the arm cannot be simulated for this person.
    pub fn run_person(
        &self,
        index: usize,
        library: &Library,
        options: Options,
        parameters: &BTreeMap<String, Expr>,
    ) -> Result<Vec<Vec<f64>>> {
        let arm = &self.arms[index];
        let model = arm.model_in(library)?;
        let runner = Runner::new(self, arm, library, options)?;
        let solved = runner.solve(model, arm.site_in(model)?, parameters)?;
        let grid = &solved.profile().grid;
        Ok(solved.curves()?.into_iter().map(|c| grid.iter().map(|i| c.values[*i]).collect()).collect())
    }

    /// Runs one arm, whether it is on or not.
    ///
    /// # Errors
    /// When the arm cannot be simulated, with a path inside the arm.
    #[expect(clippy::too_many_lines, reason = "one arm's figures in the order in which they are found")]
    pub fn run_arm(&self, index: usize, library: &Library, options: Options) -> Result<ArmOutcome> {
        let arm = &self.arms[index];
        let model = arm.model_in(library)?;
        let site = arm.site_in(model)?;
        let runner = Runner::new(self, arm, library, options)?;
        let plain = runner.solve(model, site, &BTreeMap::new())?;
        let routes = arm.routes();
        let marks = &plain.schedule().doses;
        let caused = Caused::by(model, plain.schedule());
        let ends = match caused.as_ref().map(Caused::ends) {
            Some([low, high]) => Some([runner.end(model, site, &low)?, runner.end(model, site, &high)?]),
            None => None,
        };
        let page = match &ends {
            Some([low, high]) => runner.page(model, &[low, high]),
            None => runner.page(model, &[&plain]),
        };
        let rows = match &ends {
            Some([low, high]) => vec![low.rows("low end")?, high.rows("high end")?],
            None => vec![plain.rows("")?],
        };
        let range = match (&caused, &ends) {
            (Some(caused), Some([low, high])) => {
                let [low_label, high_label, note] = caused.words();
                let from = caused.from();
                Some(RangeOutcome { note, from, low: low.outcome(low_label)?, high: high.outcome(high_label)? })
            }
            _ => None,
        };
        let list = runner.sessions_of(marks);
        let sessions = runner.by_session(model, site, &list, caused.as_ref())?;
        let (by_model, others) = match sessions.first() {
            Some(first) => {
                // where no times are given other models give none either
                let told = first.windows != Windows::default();
                let by_model = if told { runner.by_model(model, &routes, first) } else { Vec::new() };
                (by_model, runner.others(model, &routes, &plain, &first.session)?)
            }
            None => (Vec::new(), Vec::new()),
        };
        let used = Used::by(model, &routes, site, caused.as_ref());
        let first_route = Route::leading(&routes);
        let shown = plain.profile().shown;
        let mut result = ArmOutcome {
            faded: false,
            index,
            label: arm.label.clone(),
            drug: arm.drug.clone(),
            drug_name: library.drug(&arm.drug)?.name.clone(),
            model: model.id.clone(),
            model_title: model.title.clone(),
            site,
            subject: runner.subject.clone(),
            apart: None,
            dose_mg: plain.schedule().given(),
            doses: plain.schedule().doses.clone(),
            bioavailability: plain.bioavailability(),
            mouth_parts: runner.mouth_parts(model, site, &plain)?,
            times: plain.profile().times[..shown].to_vec(),
            grid: plain.profile().grid.clone(),
            curves: plain.curves()?,
            effect: plain.curve(&arm.drug, Site::Effect)?,
            rows,
            range,
            sessions,
            evidence: library.effects.evidence(&arm.drug, first_route, &arm.doses),
            others,
            below_level: None,
            outside: runner.outside(model, &plain),
            page,
            by_model,
            nearest: library
                .nearest(&arm.drug, &routes)
                .map(|n| [n.sentence(&arm.drug, &routes), n.source.clone()])
                .collect(),
            programmes: routes
                .iter()
                .filter_map(|r| library.effects.programme(&arm.drug, *r))
                .map(Programme::words)
                .collect(),
            sources: sources(model, &used),
            used: used.names(model),
            assumptions: Vec::new(),
            warnings: Vec::new(),
            grade: used.worst_grade(model),
            routes,
        };
        let own_until = list.first().and_then(|first| runner.above_until(model, first));
        result.below_level = super::others::below_level(&result, own_until, &library.effects);
        result.assumptions = runner.assumptions(model, &plain, &used);
        result.assumptions.extend(super::notes::settings_reaching(&result.windows()));
        result.warnings = runner.warnings(model, &result);
        Ok(result)
    }
}

fn at_arm(error: Error, index: usize, label: &str) -> Error {
    let named = if error.path().is_empty() { format!("arm \"{label}\": ") } else { String::new() };
    let again = match error.kind() {
        crate::error::Kind::Input => Error::input(format!("{named}{}", error.what())),
        crate::error::Kind::Cannot => Error::cannot(format!("{named}{}", error.what())),
    };
    again.remedy_of(&error).at(error.path().to_vec()).within(path!["arm", index])
}
