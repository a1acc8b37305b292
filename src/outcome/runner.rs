//! An arm under a model, solved: what every part of an outcome asks.

use super::{Curve, EndOutcome, Options, SessionOutcome, Solution};
use crate::analysis::{Exposure, Peak, peaks};
use crate::error::{Error, Result};
use crate::library::Library;
use crate::model::{Model, Site};
use crate::portable::Portable as _;
use crate::regimen::{Administration, AfterHold, Dose, Route};
use crate::scenario::{Scenario, StudyArm};
use crate::sim::{Change, Followed, Points, Profile, ReadOut, Schedule, Set, Solver};
use crate::subject::Subject;
use crate::units::{MINUTES_PER_HOUR, NG_ML_PER_MG_L, Time};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Points of a curve are at most about this many unless asked otherwise.
const MOST_POINTS: f64 = 720.0;
/// Points are refused above this number.
const MOST_ASKED_POINTS: f64 = 200_000.0;

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
    let digit = 10_f64.powf_portable(minutes.log10_portable().floor());
    Time::from_minutes((minutes / digit).ceil() * digit)
}

pub(super) struct Runner<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) arm: &'a StudyArm,
    /// Who is given the arm.
    pub(super) subject: Subject,
    pub(super) library: &'a Library,
    every: f64,
    pub(super) solver: Solver,
    /// Sessions that were followed under a model, by its id and the session's number.
    pub(super) followed: RefCell<BTreeMap<(String, usize), Arc<Followed>>>,
}

/// One model solved for the arm.
pub(super) struct Solved {
    pub(super) followed: Arc<Followed>,
    site: Site,
    drug: String,
    /// What was read already, by read-out.
    read: RefCell<BTreeMap<usize, Rc<Read>>>,
}

/// Peaks of a read-out up to the horizon, and what its curve amounts to.
pub(super) struct Read {
    pub(super) peaks: Vec<Peak>,
    exposure: Exposure,
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
        let subject = scenario.subject_of(arm);
        Ok(Self { scenario, arm, subject, library, every, solver: options.solver, followed: RefCell::default() })
    }

    /// A model followed over the scenario's horizon; `set` replaces parameters for every dose.
    pub(super) fn solve(&self, model: &Model, site: Site, set: &Set) -> Result<Solved> {
        let set = &self.with_conditions(model, set);
        self.solve_changed(model, site, Change::all(set))
    }

    fn solve_changed(&self, model: &Model, site: Site, change: Change) -> Result<Solved> {
        let case = self.arm.case(model, &self.subject, self.library)?;
        let points = Points::grid(self.scenario.horizon.hours(), self.every);
        let followed = case.follow_over(change, points, f64::INFINITY, self.solver)?;
        Ok(Solved::new(Arc::new(followed), site, &model.drug))
    }

    /// One end of a range, which begins with the first of these times.
    pub(super) fn end(&self, model: &Model, site: Site, end: &[(f64, Set)]) -> Result<Solved> {
        let (set, later) = (self.with_conditions(model, &Set::new()), self.changed(model, end));
        self.solve_changed(model, site, Change { set: &set, later: &later })
    }

    /// The share that reaches the blood through the mouth, and the share swallowed after holding:
    /// what is left of the whole when the rest is spat out.
    pub(super) fn mouth_parts(&self, model: &Model, site: Site, plain: &Solved) -> Result<Option<[f64; 2]>> {
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
        let mouth = Runner { arm: &spat, subject: self.subject.clone(), every, followed: RefCell::default(), ..*self }
            .solve(model, site, &BTreeMap::new())?
            .bioavailability();
        Ok(plain.bioavailability().zip(mouth).map(|(all, mouth)| [mouth, (all - mouth).max(0.0)]))
    }

    /// Median end of main effects of a session under every applicable model; a model that refuses the arm is left out.
    pub(super) fn by_model(&self, model: &Model, routes: &[Route], first: &SessionOutcome) -> Vec<(String, f64)> {
        let own = first.windows.main_effects_end;
        let mut list: Vec<(String, f64)> = own.map(|w| (model.id.clone(), w[1])).into_iter().collect();
        for other in self.library.applicable(model, routes, &self.subject).into_iter().skip(1) {
            let Ok(followed) = self.session(other, &first.session, &[]) else { continue };
            let Ok(windows) = self.windows_of(other, &[followed], &first.session) else { continue };
            list.extend(windows.main_effects_end.map(|w| (other.id.clone(), w[1])));
        }
        if list.len() > 1 { list } else { Vec::new() }
    }
}

impl Solved {
    /// Of a model that was followed, read at a site.
    pub(super) fn new(followed: Arc<Followed>, site: Site, drug: &str) -> Self {
        Self { followed, site, drug: drug.to_owned(), read: RefCell::default() }
    }

    /// As the end of a range.
    pub(super) fn outcome(&self, label: String) -> Result<EndOutcome> {
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

    pub(super) fn bioavailability(&self) -> Option<f64> {
        self.followed.bioavailability(self.site)
    }

    pub(super) fn curve(&self, analyte: &str, site: Site) -> Result<Option<Curve>> {
        let Some(output) = self.followed.output(analyte, site) else { return Ok(None) };
        let exposure = self.read(output)?.exposure;
        let shown = self.profile().shown;
        let values = self.profile().series(output)[..shown].iter().map(|v| v * NG_ML_PER_MG_L).collect();
        let solution = Solution::new(Arc::clone(&self.followed));
        Ok(Some(Curve { analyte: analyte.to_owned(), site, values, exposure, solution }))
    }

    /// Peaks and figures of a read-out.
    pub(super) fn read(&self, output: &ReadOut) -> Result<Rc<Read>> {
        if let Some(known) = self.read.borrow().get(&output.index) {
            return Ok(known.clone());
        }
        let (profile, series) = (self.profile(), self.profile().series(output));
        let peaks = peaks(profile, output, series);
        let exposure = Exposure::with_peaks(profile, output, series, &peaks)?;
        let read = Rc::new(Read { peaks, exposure });
        self.read.borrow_mut().insert(output.index, read.clone());
        Ok(read)
    }

    /// All analytes at the site, parent first.
    pub(super) fn curves(&self) -> Result<Vec<Curve>> {
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
