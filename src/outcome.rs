//! Running a scenario: for each arm its curves, figures, windows, sources and assumptions.

use crate::analysis::{Exposure, Nca, Windows, nca, windows};
use crate::error::{Error, Result};
use crate::library::{EvidenceKind, Library};
use crate::model::{Grade, Individual, Model, Parameter, RangeEnd, Site};
use crate::path;
use crate::regimen::{Form, Route};
use crate::scenario::{Scenario, StudyArm};
use crate::sim::{Schedule, Solver, System, Trajectory, simulate};
use crate::subject::Subject;
use crate::units::{Amount, MINUTES_PER_HOUR, NG_ML_PER_MG_L, Time, significant};
use std::collections::BTreeMap;

mod used;
use used::{parameters_used, sources};

/// How a scenario is run.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Options {
    /// Spacing of points; absent: one minute, or wider for long horizons.
    pub every: Option<Time>,
    /// How segments are crossed.
    pub solver: Solver,
}

/// What came out of a scenario.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Headline.
    pub title: String,
    /// Who was simulated.
    pub subject: Subject,
    /// How long.
    pub horizon: Time,
    /// One for each arm that is on, in order.
    pub arms: Vec<ArmOutcome>,
    /// Points of each curve.
    pub points: usize,
}

/// What came out of one arm.
#[derive(Debug, Clone)]
pub struct ArmOutcome {
    /// Index in the scenario.
    pub index: usize,
    /// Label.
    pub label: String,
    /// Drug.
    pub drug: String,
    /// Drug in words that say whether R and S are meant.
    pub drug_name: String,
    /// Id of the model.
    pub model: String,
    /// Title of the model.
    pub model_title: String,
    /// Where plasma is read.
    pub site: Site,
    /// Routes.
    pub routes: Vec<Route>,
    /// All drug given, mg base.
    pub dose_mg: f64,
    /// Start, end, amount and route of each dose.
    pub doses: Vec<crate::sim::DoseMark>,
    /// Share that reaches the blood as the drug, of all that was given.
    pub bioavailability: Option<f64>,
    /// Times of all points up to the horizon, h; a jump has its time twice.
    pub times: Vec<f64>,
    /// Which points lie on the regular grid.
    pub grid: Vec<usize>,
    /// Curves at the site, parent first.
    pub curves: Vec<Curve>,
    /// The parent at the effect site, where the model has one.
    pub effect: Option<Curve>,
    /// Two ends, where one line would claim too much.
    pub range: Option<RangeOutcome>,
    /// When something may be noticed.
    pub windows: Windows,
    /// What stands behind timings of this drug and route.
    pub evidence: EvidenceKind,
    /// Median end of main effects by model, where several models apply; minutes.
    pub by_model: Vec<(String, f64)>,
    /// Citations of what was used.
    pub sources: Vec<String>,
    /// What is assumed, the card's own line first.
    pub assumptions: Vec<String>,
    /// What to beware of.
    pub warnings: Vec<String>,
    /// Worst grade of what was used.
    pub grade: Grade,
}

/// One analyte at one site.
#[derive(Debug, Clone)]
pub struct Curve {
    /// Analyte.
    pub analyte: String,
    /// Site.
    pub site: Site,
    /// Concentrations at the arm's times, ng/mL.
    pub values: Vec<f64>,
    /// Peak, areas, half-lives.
    pub exposure: Exposure,
    /// The same from the points alone.
    pub check: Nca,
}

/// The two ends of a range.
#[derive(Debug, Clone)]
pub struct RangeOutcome {
    /// Why a range.
    pub note: String,
    /// Low end.
    pub low: EndOutcome,
    /// High end.
    pub high: EndOutcome,
}

/// One end of a range.
#[derive(Debug, Clone)]
pub struct EndOutcome {
    /// What it stands for.
    pub label: String,
    /// Bioavailability.
    pub bioavailability: Option<f64>,
    /// Curves as in the arm, at the arm's times.
    pub curves: Vec<Curve>,
}

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
        let mut arms = Vec::new();
        for (i, arm) in self.arms.iter().enumerate().filter(|(_, a)| a.on) {
            arms.push(self.run_arm(i, library, options).map_err(|e| at_arm(e, i, &arm.label))?);
        }
        let points = arms.first().map_or(0, |a: &ArmOutcome| a.grid.len());
        Ok(Outcome { title: self.title.clone(), subject: self.subject.clone(), horizon: self.horizon, arms, points })
    }

    /// Runs one arm, whether it is on or not.
    ///
    /// # Errors
    /// When the arm cannot be simulated, with a path inside the arm.
    pub fn run_arm(&self, index: usize, library: &Library, options: Options) -> Result<ArmOutcome> {
        let arm = &self.arms[index];
        let model = arm.model_in(library)?;
        let site = arm.site_in(model)?;
        let every = self.spacing(options)?;
        let runner = Runner { scenario: self, arm, library, every, solver: options.solver };
        let plain = runner.solve(model, site, &BTreeMap::new())?;
        let routes = arm.routes();
        let range = routes.iter().find_map(|r| model.range(*r, Amount::from_mg(plain.given_by(*r))));
        let ends = match range {
            Some(r) => Some((runner.solve(model, site, &r.low.set)?, runner.solve(model, site, &r.high.set)?)),
            None => None,
        };
        let seen: Vec<&Solved> = ends.as_ref().map_or_else(|| vec![&plain], |(low, high)| vec![low, high]);
        let read: Vec<_> = seen.iter().filter_map(|s| s.parent().map(|o| (&s.trajectory, o))).collect();
        let windows = windows(&read, &arm.drug, &library.effects);
        let by_model = runner.by_model(model, &routes, windows.main_effects_end);
        let range = match (range, ends) {
            (Some(r), Some((low, high))) => {
                Some(RangeOutcome { note: r.note.clone(), low: low.end(&r.low)?, high: high.end(&r.high)? })
            }
            _ => None,
        };
        let used = parameters_used(model, &routes, site);
        let first_route = routes.first().copied().unwrap_or(Route::Iv);
        let shown = plain.trajectory.shown;
        let mut result = ArmOutcome {
            index,
            label: arm.label.clone(),
            drug: arm.drug.clone(),
            drug_name: library.drug(&arm.drug)?.name.clone(),
            model: model.id.clone(),
            model_title: model.title.clone(),
            site,
            dose_mg: plain.schedule.given,
            doses: plain.schedule.doses.clone(),
            bioavailability: plain.bioavailability()?,
            times: plain.trajectory.times[..shown].to_vec(),
            grid: plain.trajectory.grid.clone(),
            curves: plain.curves()?,
            effect: plain.curve(&arm.drug, Site::Effect)?,
            range,
            windows,
            evidence: library.effects.evidence(&arm.drug, first_route),
            by_model,
            sources: sources(model, &used),
            assumptions: Vec::new(),
            warnings: Vec::new(),
            grade: used.iter().map(|p| p.grade).max().unwrap_or(Grade::A),
            routes,
        };
        result.assumptions = runner.assumptions(model, &plain, &used);
        result.warnings = runner.warnings(model, &result);
        Ok(result)
    }

    fn spacing(&self, options: Options) -> Result<f64> {
        let horizon = self.horizon.hours();
        let Some(every) = options.every else {
            let minutes = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0];
            let fits = |m: &&f64| horizon * MINUTES_PER_HOUR / **m <= MOST_POINTS;
            let step = minutes.iter().find(fits).copied().unwrap_or(240.0) / MINUTES_PER_HOUR;
            return Ok(step.min(horizon / 60.0));
        };
        let every = every.hours();
        if every > 0.0 && horizon / every <= MOST_ASKED_POINTS {
            return Ok(every);
        }
        Err(Error::input(format!("points every {} over {}", Time::from_hours(every), self.horizon))
            .remedy(format!("write for example --every \"1 min\"; a curve has at most {MOST_ASKED_POINTS} points")))
    }
}

fn at_arm(error: Error, index: usize, label: &str) -> Error {
    let named = if error.path().is_empty() { format!("arm \"{label}\": ") } else { String::new() };
    let mut again = match error.kind() {
        crate::error::Kind::Input => Error::input(format!("{named}{}", error.what())),
        crate::error::Kind::Cannot => Error::cannot(format!("{named}{}", error.what())),
    };
    if let Some(remedy) = error.what_would_work() {
        again = again.remedy(remedy);
    }
    again.at(error.path().to_vec()).within(path!["arm", index])
}

struct Runner<'a> {
    scenario: &'a Scenario,
    arm: &'a StudyArm,
    library: &'a Library,
    every: f64,
    solver: Solver,
}

/// One model solved for the arm.
struct Solved {
    trajectory: Trajectory,
    schedule: Schedule,
    site: Site,
    drug: String,
    iv_area: Option<f64>,
}

impl Runner<'_> {
    fn solve(&self, model: &Model, site: Site, set: &BTreeMap<String, crate::model::expr::Expr>) -> Result<Solved> {
        let subject = &self.scenario.subject;
        let person = Individual::typical(model, subject, set)?;
        let drug = self.library.drug(&self.arm.drug)?;
        let plan = Schedule::plan(model, &person, subject, &self.arm.doses, drug.base_per_hydrochloride, drug.sprays)?;
        let system = System::new(model, &person, plan.mouths)?;
        let schedule = plan.on(&system);
        let iv_area = iv_area(model, &person, &system, site)?;
        let trajectory = simulate(&system, &schedule, self.scenario.horizon.hours(), self.every, self.solver)?;
        let finite = trajectory.system.outputs.iter().all(|o| trajectory.series(o).iter().all(|v| v.is_finite()));
        if !finite {
            return Err(Error::cannot(format!("{} gives no finite concentrations for this arm", model.id))
                .remedy("check the amounts and the body weight"));
        }
        Ok(Solved { trajectory, schedule, site, drug: model.drug.clone(), iv_area })
    }

    /// Median end of main effects under every applicable model; a model that refuses the arm is left out.
    fn by_model(&self, model: &Model, routes: &[Route], own: Option<[f64; 3]>) -> Vec<(String, f64)> {
        let mut list: Vec<(String, f64)> = own.map(|w| (model.id.clone(), w[1])).into_iter().collect();
        for other in self.library.applicable(model, routes).into_iter().skip(1) {
            let Ok(solved) = self.solve(other, other.estimated_from, &BTreeMap::new()) else { continue };
            let Some(output) = solved.parent() else { continue };
            let windows = windows(&[(&solved.trajectory, output)], &self.arm.drug, &self.library.effects);
            list.extend(windows.main_effects_end.map(|w| (other.id.clone(), w[1])));
        }
        if list.len() > 1 { list } else { Vec::new() }
    }

    fn assumptions(&self, model: &Model, plain: &Solved, used: &[&Parameter]) -> Vec<String> {
        let routes = self.arm.routes();
        let mut list: Vec<String> =
            routes.iter().filter_map(|r| model.routes.get(r)).map(|r| r.assumption.clone()).collect();
        if self.arm.doses.iter().any(|d| d.form == Form::Hydrochloride) {
            list.push(format!("taken as hydrochloride: {} mg base in all", significant(plain.schedule.given, 4)));
        } else if let Ok(drug) = self.library.drug(&self.arm.drug) {
            let less = significant(plain.schedule.given * drug.base_per_hydrochloride, 3);
            list.push(format!("taken as base; if labelled hydrochloride, {less} mg base"));
        }
        for line in &plain.schedule.taken {
            if !list.contains(line) {
                list.push(line.clone());
            }
        }
        for grade in [Grade::D, Grade::E] {
            let names: Vec<&str> = used.iter().filter(|p| p.grade == grade).map(|p| p.name.as_str()).collect();
            if !names.is_empty() {
                list.push(format!("grade {grade} ({}): {}", grade.meaning(), names.join(", ")));
            }
        }
        list
    }

    fn warnings(&self, model: &Model, arm: &ArmOutcome) -> Vec<String> {
        let subject = &self.scenario.subject;
        let mut list = Vec::new();
        let note = model.limits_note.as_ref().map_or(String::new(), |n| format!(" ({n})"));
        if let Some([low, high]) = model.weight.filter(|[a, b]| subject.weight < *a || subject.weight > *b) {
            list.push(format!("{} is outside the model's body weights, {low} to {high}{note}", subject.weight));
        }
        if let Some([low, high]) = model.age.filter(|[a, b]| subject.age < *a || subject.age > *b) {
            list.push(format!("{} is outside the model's ages, {low} to {high}{note}", subject.age));
        }
        for dose in &arm.doses {
            let studied = model.routes.get(&dose.route).and_then(|r| r.studied);
            let Some([low, high]) = studied else { continue };
            let total: f64 = arm.doses.iter().filter(|d| d.route == dose.route).map(|d| d.amount).sum();
            if total < low.mg() - 1e-9 || total > high.mg() + 1e-9 {
                let span = if low == high { low.to_string() } else { format!("{low} to {high}") };
                let line =
                    format!("{} mg by route {} is outside what was studied, {span}", significant(total, 3), dose.route);
                if !list.contains(&line) {
                    list.push(line);
                }
            }
        }
        if let Some(range) = &arm.range {
            list.push(format!("a range, not a line: {}", range.note));
        }
        if !model.uses_weight() {
            list.push("weight does not change this curve".to_owned());
        }
        if arm.curves.first().is_some_and(|c| c.exposure.still_rising) {
            list.push(
                "the concentration still rises at the end of the simulation: lengthen it to see the peak".to_owned(),
            );
        }
        if let Some(line) = self.caution(arm) {
            list.push(line);
        }
        for route in &arm.routes {
            list.extend(self.library.effects.evidence_note(&arm.drug, *route).map(str::to_owned));
        }
        if arm.windows.main_effects_end.is_some() && arm.windows.grid_reaching < MANY {
            list.push("many people may not feel the dissociative part at this dose".to_owned());
        }
        for (id, _) in self.scenario.conditions.iter().filter(|(_, on)| **on) {
            list.extend(self.library.condition(id).ok().map(|c| c.says_of(&arm.drug, &arm.routes)));
        }
        list
    }

    fn caution(&self, arm: &ArmOutcome) -> Option<String> {
        let band = self.library.effects.caution(&arm.drug)?;
        (arm.highest() >= band.band[0].ng_ml()).then(|| {
            format!(
                "reaches {} to {} ng/mL: {}",
                significant(band.band[0].ng_ml(), 3),
                significant(band.band[1].ng_ml(), 3),
                band.words
            )
        })
    }
}

/// Below this share of the grid the words change from a time to "many may not feel this".
const MANY: f64 = 0.6;

impl Solved {
    fn parent(&self) -> Option<&crate::sim::SystemOutput> {
        self.trajectory.system.outputs.iter().find(|o| o.analyte == self.drug && o.site == self.site)
    }

    fn given_by(&self, route: Route) -> f64 {
        self.schedule.doses.iter().filter(|d| d.route == route).map(|d| d.amount).sum()
    }

    fn bioavailability(&self) -> Result<Option<f64>> {
        match (self.parent(), self.iv_area) {
            (Some(output), Some(iv)) => Ok(Some(self.trajectory.area(output, None)? / (self.schedule.given * iv))),
            _ => Ok(None),
        }
    }

    fn curve(&self, analyte: &str, site: Site) -> Result<Option<Curve>> {
        let found = self.trajectory.system.outputs.iter().find(|o| o.analyte == analyte && o.site == site);
        let Some(output) = found else { return Ok(None) };
        let series = self.trajectory.series(output);
        let exposure = Exposure::of(&self.trajectory, output, &series)?;
        let shown = self.trajectory.shown;
        let check = nca(&self.trajectory.times[..shown], &series[..shown]);
        let values = series[..shown].iter().map(|v| v * NG_ML_PER_MG_L).collect();
        Ok(Some(Curve { analyte: analyte.to_owned(), site, values, exposure, check }))
    }

    /// All analytes at the site, parent first.
    fn curves(&self) -> Result<Vec<Curve>> {
        let mut names: Vec<&str> =
            self.trajectory.system.outputs.iter().filter(|o| o.site == self.site).map(|o| o.analyte.as_str()).collect();
        names.sort_by_key(|a| *a != self.drug);
        let mut list = Vec::new();
        for name in names {
            list.extend(self.curve(name, self.site)?);
        }
        Ok(list)
    }

    fn end(&self, end: &RangeEnd) -> Result<EndOutcome> {
        Ok(EndOutcome { label: end.label.clone(), bioavailability: self.bioavailability()?, curves: self.curves()? })
    }
}

impl ArmOutcome {
    /// Highest parent concentration drawn, ng/mL.
    pub fn highest(&self) -> f64 {
        let of = |curves: &[Curve]| curves.first().map_or(0.0, |c| c.exposure.cmax * NG_ML_PER_MG_L);
        self.range.as_ref().map_or_else(|| of(&self.curves), |r| of(&r.low.curves).max(of(&r.high.curves)))
    }

    /// Spread of the median end of main effects between models, minutes.
    pub fn between_models(&self) -> Option<[f64; 2]> {
        if self.by_model.is_empty() {
            return None;
        }
        let ends = self.by_model.iter().map(|(_, end)| *end);
        Some([ends.clone().fold(f64::INFINITY, f64::min), ends.fold(f64::NEG_INFINITY, f64::max)])
    }
}

/// Area under the parent per mg given into a vein of the same person.
fn iv_area(model: &Model, person: &Individual, system: &System, site: Site) -> Result<Option<f64>> {
    let Some(iv) = model.routes.get(&Route::Iv) else { return Ok(None) };
    let Some(output) = system.outputs.iter().find(|o| o.analyte == model.drug && o.site == site) else {
        return Ok(None);
    };
    let weights = system.area_per_amount(&output.row)?;
    let stated: f64 = iv.ways.iter().filter_map(|w| w.share.as_ref()).map(|s| person.value(s)).sum();
    let area = iv
        .ways
        .iter()
        .map(|w| {
            w.share.as_ref().map_or((1.0 - stated).max(0.0), |s| person.value(s)) * weights[system.state_of(w.into, 0)]
        })
        .sum();
    Ok(Some(area))
}
