//! One arm from model to curves, areas and windows.

use super::caused::Caused;
use super::notes::{Used, sources};
use super::{ArmOutcome, Curve, EndOutcome, Options, Outcome, RangeOutcome, SessionOutcome};
use crate::analysis::{Exposure, Windows};
use crate::error::{Error, Result};
use crate::library::{Library, Programme};
use crate::model::expr::Expr;
use crate::model::{Model, Site};
use crate::path;
use crate::regimen::{Administration, AfterHold, Dose, Route};
use crate::scenario::{Scenario, StudyArm};
use crate::sim::{Change, Followed, Points, Profile, ReadOut, Schedule, Set, Solver};
use crate::units::{MINUTES_PER_HOUR, NG_ML_PER_MG_L, Time};
use std::collections::BTreeMap;

/// Points of a curve are at most about this many unless asked otherwise.
const MOST_POINTS: f64 = 720.0;
/// Points are refused above this number.
const MOST_ASKED_POINTS: f64 = 200_000.0;

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
        Outcome { title: self.title.clone(), subject: self.subject.clone(), horizon: self.horizon, arms, points }
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
            Some([low, high]) => vec![low.rows("low end"), high.rows("high end")],
            None => vec![plain.rows("")],
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

/// Time between points, h: as asked, or a round one that a curve of this length can bear.
///
/// # Errors
/// When it would take too many points.
pub fn spacing(horizon: Time, every: Option<Time>) -> Result<f64> {
    let hours = horizon.hours();
    let Some(every) = every else {
        let minutes = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0];
        let fits = |m: &&f64| hours * MINUTES_PER_HOUR / **m <= MOST_POINTS;
        let step = minutes.iter().find(fits).copied().unwrap_or(240.0) / MINUTES_PER_HOUR;
        return Ok(step.min(hours / 60.0));
    };
    let every = every.hours();
    if every <= 0.0 {
        return Err(Error::input("--every has to be more than 0").remedy("write for example --every \"1 min\""));
    }
    // the finest that is named has to pass in spite of rounding
    if hours / every <= MOST_ASKED_POINTS * (1.0 + 1e-9) {
        return Ok(every);
    }
    Err(Error::input(format!("--every gives more than {MOST_ASKED_POINTS} points over the horizon of {horizon}"))
        .remedy(format!("--every \"{}\" and more works, or a shorter horizon", finest(horizon))))
}

/// A round spacing that is just coarse enough.
fn finest(horizon: Time) -> Time {
    let minutes = horizon.minutes() / MOST_ASKED_POINTS;
    let digit = 10_f64.powf(minutes.log10().floor());
    Time::from_minutes((minutes / digit).ceil() * digit)
}

fn at_arm(error: Error, index: usize, label: &str) -> Error {
    let named = if error.path().is_empty() { format!("arm \"{label}\": ") } else { String::new() };
    let again = match error.kind() {
        crate::error::Kind::Input => Error::input(format!("{named}{}", error.what())),
        crate::error::Kind::Cannot => Error::cannot(format!("{named}{}", error.what())),
    };
    again.remedy_of(&error).at(error.path().to_vec()).within(path!["arm", index])
}

pub(super) struct Runner<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) arm: &'a StudyArm,
    pub(super) library: &'a Library,
    every: f64,
    pub(super) solver: Solver,
}

/// One model solved for the arm.
pub(super) struct Solved {
    pub(super) followed: Followed,
    site: Site,
    drug: String,
}

impl<'a> Runner<'a> {
    /// With points as far apart as they are drawn.
    pub(super) fn new(
        scenario: &'a Scenario,
        arm: &'a StudyArm,
        library: &'a Library,
        options: Options,
    ) -> Result<Self> {
        let every = spacing(scenario.horizon, options.every)?;
        Ok(Self { scenario, arm, library, every, solver: options.solver })
    }

    /// A model followed over the scenario's horizon; `set` replaces parameters for every dose.
    pub(super) fn solve(&self, model: &Model, site: Site, set: &Set) -> Result<Solved> {
        let set = &self.with_conditions(model, set);
        self.solve_changed(model, site, Change::all(set))
    }

    fn solve_changed(&self, model: &Model, site: Site, change: Change) -> Result<Solved> {
        let case = self.arm.case(model, &self.scenario.subject, self.library)?;
        let points = Points::grid(self.scenario.horizon.hours(), self.every);
        let followed = case.follow_over(change, points, f64::INFINITY, self.solver)?;
        Ok(Solved { followed, site, drug: model.drug.clone() })
    }

    /// One end of a range, which begins with the first of these times.
    fn end(&self, model: &Model, site: Site, end: &[(f64, Set)]) -> Result<Solved> {
        let (set, later) = (self.with_conditions(model, &Set::new()), self.changed(model, end));
        self.solve_changed(model, site, Change { set: &set, later: &later })
    }

    /// The share that reaches the blood through the mouth, and the share swallowed after holding:
    /// what is left of the whole when the rest is spat out.
    fn mouth_parts(&self, model: &Model, site: Site, plain: &Solved) -> Result<Option<[f64; 2]>> {
        let held = |d: &Dose| d.route() == Route::Sl && model.routes.get(&Route::Sl).is_some_and(|r| r.hold.is_some());
        if !self.arm.doses.iter().all(held) {
            return Ok(None);
        }
        let mut spat = self.arm.clone();
        spat.doses.iter_mut().for_each(|d| {
            d.administration = Administration::Sublingual { hold: d.hold(), after: Some(AfterHold::Spit) };
        });
        // an area needs no points between the cuts
        let every = self.scenario.horizon.hours();
        let mouth = Runner { arm: &spat, every, ..*self }.solve(model, site, &BTreeMap::new())?.bioavailability();
        Ok(plain.bioavailability().zip(mouth).map(|(all, mouth)| [mouth, (all - mouth).max(0.0)]))
    }

    /// Median end of main effects of a session under every applicable model; a model that refuses the arm is left out.
    fn by_model(&self, model: &Model, routes: &[Route], first: &SessionOutcome) -> Vec<(String, f64)> {
        let own = first.windows.main_effects_end;
        let mut list: Vec<(String, f64)> = own.map(|w| (model.id.clone(), w[1])).into_iter().collect();
        for other in self.library.applicable(model, routes, &self.scenario.subject).into_iter().skip(1) {
            let Ok(followed) = self.session(other, &first.session, &[]) else { continue };
            let Ok(windows) = self.windows_of(other, &[followed], &first.session) else { continue };
            list.extend(windows.main_effects_end.map(|w| (other.id.clone(), w[1])));
        }
        if list.len() > 1 { list } else { Vec::new() }
    }
}

impl Solved {
    /// Of a model that was followed, read at a site.
    pub(super) fn new(followed: Followed, site: Site, drug: &str) -> Self {
        Self { followed, site, drug: drug.to_owned() }
    }

    /// As the end of a range.
    fn outcome(&self, label: String) -> Result<EndOutcome> {
        let shown = self.profile().shown;
        Ok(EndOutcome {
            label,
            bioavailability: self.bioavailability(),
            times: self.profile().times[..shown].to_vec(),
            curves: self.curves()?,
        })
    }

    pub(super) fn schedule(&self) -> &Schedule {
        &self.followed.schedule
    }

    pub(super) fn parent(&self, site: Site) -> Option<&ReadOut> {
        self.followed.parent(site)
    }

    pub(super) fn profile(&self) -> &Profile {
        &self.followed.profile
    }

    fn bioavailability(&self) -> Option<f64> {
        self.followed.bioavailability(self.site)
    }

    pub(super) fn curve(&self, analyte: &str, site: Site) -> Result<Option<Curve>> {
        let Some(output) = self.followed.output(analyte, site) else { return Ok(None) };
        let series = self.profile().series(output);
        let exposure = Exposure::of(self.profile(), output, &series)?;
        let shown = self.profile().shown;
        let values = series[..shown].iter().map(|v| v * NG_ML_PER_MG_L).collect();
        Ok(Some(Curve { analyte: analyte.to_owned(), site, values, exposure }))
    }

    /// All analytes at the site, parent first.
    fn curves(&self) -> Result<Vec<Curve>> {
        let mut list = Vec::new();
        for output in self.at_site() {
            list.extend(self.curve(&output.analyte, self.site)?);
        }
        Ok(list)
    }

    fn at_site(&self) -> Vec<&ReadOut> {
        let outputs = &self.profile().outputs;
        let mut list: Vec<&ReadOut> = outputs.iter().filter(|o| o.site == self.site).collect();
        list.sort_by_key(|o| o.analyte != self.drug);
        list
    }

    /// What is written as curves: all analytes at the site, parent first, then the parent at the effect site.
    pub(super) fn read_outs(&self) -> Vec<&ReadOut> {
        let mut list = self.at_site();
        list.extend(self.followed.parent(Site::Effect));
        list
    }
}
