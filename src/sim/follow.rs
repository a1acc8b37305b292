//! Doses given to a person under a model, followed over time: what every face of the simulator runs.

use super::trajectory::SAME_INSTANT;
use super::{
    DoseMark, Plan, Points, Schedule, Session, Solver, SprayRules, System, SystemOutput, Trajectory, sessions, simulate,
};
use crate::error::{Error, Result};
use crate::model::expr::Expr;
use crate::model::{Individual, Model, Site};
use crate::regimen::{Dose, Route};
use crate::subject::Subject;
use std::collections::BTreeMap;

/// Doses given to a person under a model.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The model.
    pub model: &'a Model,
    /// The person.
    pub subject: &'a Subject,
    /// The doses, each checked before.
    pub doses: &'a [Dose],
    /// mg base in one mg hydrochloride.
    pub base_per_hydrochloride: f64,
    /// What the drug's product says of sprays.
    pub sprays: SprayRules,
}

/// A case that was followed.
#[derive(Debug, Clone)]
pub struct Followed {
    /// States over time.
    pub trajectory: Trajectory,
    /// What was given when.
    pub schedule: Schedule,
    /// Area under the parent at each plasma site per mg given into a vein of the same person.
    iv_areas: Vec<(Site, f64)>,
    drug: String,
}

/// Parameters that are replaced, by name.
pub type Set = BTreeMap<String, Expr>;

/// Parameters that are replaced, and from which dose on.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// For every dose.
    pub set: &'a Set,
    /// For doses that start at or after a time (h) and before the next of these times, in place of `set`, in order of
    /// time; none where all doses enter alike.
    pub later: &'a [(f64, Set)],
}

impl<'a> Change<'a> {
    /// The same for every dose.
    pub fn all(set: &'a Set) -> Self {
        Self { set, later: &[] }
    }
}

impl Case<'_> {
    /// Follows the case up to `horizon` with points every `every` hours; `set` replaces parameters.
    ///
    /// # Errors
    /// When the model cannot be used for these doses or this person.
    pub fn follow(&self, set: &Set, horizon: f64, every: f64, solver: Solver) -> Result<Followed> {
        self.follow_over(Change::all(set), Points::grid(horizon, every), f64::INFINITY, solver)
    }

    /// Follows what is put down before `before` (h), at the given points.
    ///
    /// # Errors
    /// When the model cannot be used for these doses or this person.
    pub fn follow_over(&self, change: Change, points: Points, before: f64, solver: Solver) -> Result<Followed> {
        let person = Individual::typical(self.model, self.subject, change.set)?;
        let until = change.later.first().map_or(before, |(from, _)| from.min(before));
        let (mut system, mut schedule) = self.planned(&person, [f64::NEG_INFINITY, until])?;
        let iv_areas = iv_areas(self.model, &person, &system)?;
        for (i, (from, set)) in change.later.iter().enumerate() {
            let until = change.later.get(i + 1).map_or(before, |(next, _)| next.min(before));
            let person = Individual::typical(self.model, self.subject, set)?;
            let (later, then) = self.planned(&person, [*from, until])?;
            schedule = schedule.beside(system.states.len(), then);
            system = system.beside(&later);
        }
        let trajectory = simulate(&system, &schedule, points, solver)?;
        if !trajectory.is_finite() {
            return Err(Error::cannot(format!("{} gives no finite concentrations for this arm", self.model.id))
                .remedy("check the amounts and the body weight"));
        }
        Ok(Followed { trajectory, schedule, iv_areas, drug: self.model.drug.clone() })
    }

    /// The system of a person, and what is put down in it within these times (h).
    fn planned(&self, person: &Individual, within: [f64; 2]) -> Result<(System, Schedule)> {
        let plan: Plan =
            Schedule::plan(self.model, person, self.subject, self.doses, self.base_per_hydrochloride, self.sprays)?;
        let plan = plan.between(within);
        let system = System::new(self.model, person, plan.mouths)?;
        let schedule = plan.on(&system);
        Ok((system, schedule))
    }

    /// What is given when, without simulating.
    ///
    /// # Errors
    /// When the model cannot be used for these doses or this person.
    pub fn schedule(&self) -> Result<Schedule> {
        let person = Individual::typical(self.model, self.subject, &Set::new())?;
        Ok(self.planned(&person, [f64::NEG_INFINITY, f64::INFINITY])?.1)
    }

    /// Start, end and amount of every dose and spray, without simulating.
    ///
    /// # Errors
    /// As [`Case::schedule`].
    pub fn marks(&self) -> Result<Vec<DoseMark>> {
        Ok(self.schedule()?.doses)
    }

    /// The sessions of the doses, `gap` hours or more apart.
    ///
    /// # Errors
    /// As [`Case::marks`].
    pub fn sessions(&self, gap: f64) -> Result<Vec<Session>> {
        Ok(sessions(&self.marks()?, gap))
    }
}

impl Followed {
    /// Points at which something is given, ends or moves, both sides of a jump, up to the horizon.
    pub fn events(&self) -> Vec<usize> {
        let Trajectory { times, shown, .. } = &self.trajectory;
        let times = &times[..*shown];
        let mut list: Vec<usize> = Vec::new();
        for (time, _) in &self.schedule.acts {
            let from = times.partition_point(|t| *t < time - SAME_INSTANT);
            list.extend((from..times.len()).take_while(|i| times[*i] <= time + SAME_INSTANT));
        }
        list.sort_unstable();
        list.dedup();
        list
    }

    /// Starts and ends of doses that no point stands at, because a lag or the model's own length lies between: the
    /// point before and the hours from there.
    pub fn marks_between(&self) -> Vec<(usize, f64)> {
        let times = &self.trajectory.times[..self.trajectory.shown];
        let marks = self.schedule.doses.iter().flat_map(|d| [d.start, d.end]);
        marks
            .filter_map(|mark| {
                let left = times.partition_point(|t| *t <= mark + SAME_INSTANT).checked_sub(1)?;
                let dt = mark - times[left];
                (dt > SAME_INSTANT && left + 1 < times.len()).then_some((left, dt))
            })
            .collect()
    }

    /// The read-out of an analyte at a site.
    pub fn output(&self, analyte: &str, site: Site) -> Option<&SystemOutput> {
        self.trajectory.system.outputs.iter().find(|o| o.analyte == analyte && o.site == site)
    }

    /// The read-out of the drug itself.
    pub fn parent(&self, site: Site) -> Option<&SystemOutput> {
        self.output(&self.drug, site)
    }

    /// Area to infinity over that of the same mass given into a vein; `None` where the model has no vein.
    ///
    /// # Errors
    /// When an area cannot be computed, which checked models exclude.
    pub fn bioavailability(&self, site: Site) -> Result<Option<f64>> {
        let iv = self.iv_areas.iter().find(|(s, _)| *s == site).map(|(_, area)| *area);
        match (self.parent(site), iv) {
            (Some(output), Some(iv)) => Ok(Some(self.trajectory.area(output, None)? / (self.schedule.given * iv))),
            _ => Ok(None),
        }
    }
}

fn iv_areas(model: &Model, person: &Individual, system: &System) -> Result<Vec<(Site, f64)>> {
    let Some(iv) = model.routes.get(&Route::Iv) else { return Ok(Vec::new()) };
    let shares = person.parts(iv.ways.iter().map(|w| w.share.as_ref()));
    let plasma = system.outputs.iter().filter(|o| o.analyte == model.drug && o.site != Site::Effect);
    plasma
        .map(|output| {
            let weights = system.area_per_amount(&output.row)?;
            let each = iv.ways.iter().zip(&shares).map(|(w, share)| share * weights[system.state_of(w.into, 0)]);
            Ok((output.site, each.sum()))
        })
        .collect()
}
