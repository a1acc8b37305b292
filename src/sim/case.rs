//! Doses given to a subject under a model, followed over time: what every face of the simulator runs.

use super::dose_events::Form;
use super::layout::{Layout, Schedule};
use super::lowered::{Lowered, Lowerings};
use super::profile::{Doses, Profile, Solver};
use super::stops::{Points, SAME_INSTANT};
use super::{DoseMark, ReadOut, Session, SprayRules, sessions};
use crate::error::{Error, Result};
use crate::model::expr::Expr;
use crate::model::{Individual, Model, Site};
use crate::regimen::{Dose, Route};
use crate::subject::Subject;
use std::collections::BTreeMap;
use std::sync::Arc;

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
    /// What the model was lowered to before, where that is kept.
    pub lowerings: Option<&'a Lowerings>,
}

/// A case that was followed.
#[derive(Debug, Clone)]
pub struct Followed {
    /// Concentrations over time.
    pub profile: Profile,
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
        let until = change.later.first().map_or(before, |(from, _)| from.min(before));
        let (first, mut schedule, person) = self.lowered(change.set, [f64::NEG_INFINITY, until])?;
        let iv_shares = self.iv_shares(&first.lowered, &person);
        let mut parts = vec![first];
        for (i, (from, set)) in change.later.iter().enumerate() {
            let until = change.later.get(i + 1).map_or(before, |(next, _)| next.min(before));
            let (later, then, _) = self.lowered(set, [*from, until])?;
            if !later.lowered.system.is_linear() {
                return Err(Error::cannot(format!(
                    "{} has saturable elimination and a range that begins with a dose",
                    self.model.id
                ))
                .remedy("let the range of the model file hold for every dose: what doses bring does not add up"));
            }
            schedule = schedule.beside(then);
            parts.push(later);
        }
        let profile = Profile::new(parts, points, solver, false)?;
        if !profile.is_finite() {
            return Err(Error::cannot(format!("{} gives no finite concentrations for this arm", self.model.id))
                .remedy("check the amounts and the body weight"));
        }
        let plasma = profile.outputs.iter().filter(|o| o.analyte == self.model.drug && o.site != Site::Effect);
        let area = |o: &ReadOut| -> Option<f64> {
            iv_shares.iter().map(|(state, share)| Some(share * profile.area_of_unit(o, *state)?)).sum()
        };
        let given = plasma.filter(|_| !iv_shares.is_empty()).filter_map(|o| Some((o.site, area(o)?))).collect();
        Ok(Followed { profile, schedule, iv_areas: given, drug: self.model.drug.clone() })
    }

    /// The doses that are put down within these times (h), lowered for a subject.
    fn lowered(&self, set: &Set, within: [f64; 2]) -> Result<(Doses, Schedule, Individual)> {
        let person = Individual::typical(self.model, self.subject, set)?;
        let layout = self.layout(&person)?.between(within);
        let (mouths, forms) = (layout.schedule.mouths, Form::all(&layout.puts));
        let lowered = match self.lowerings {
            Some(lowerings) => lowerings.of(self.model, mouths, forms)?,
            None => Arc::new(Lowered::new(self.model, mouths, &forms)?),
        };
        let doses = lowered.ways.doses(&layout.puts, self.subject.weight.kg());
        Ok((Doses::new(lowered, doses, person.parameters(), person.body()), layout.schedule, person))
    }

    fn layout(&self, person: &Individual) -> Result<Layout<'_>> {
        Layout::new(self.model, person, self.subject, self.doses, self.base_per_hydrochloride, self.sprays)
    }

    /// States into which a dose into a vein goes, with the share that each has; empty where the model has no vein.
    fn iv_shares(&self, lowered: &Lowered, person: &Individual) -> Vec<(usize, f64)> {
        let ways = self.model.routes.get(&Route::Iv).map_or([].as_slice(), |iv| iv.ways.as_slice());
        let shares = person.parts(ways.iter().map(|w| w.share.as_ref()));
        lowered.vein.iter().copied().zip(shares).collect()
    }

    /// Amounts in every state, sinks included, for those who keep account of mass.
    ///
    /// # Errors
    /// As [`Case::follow`].
    pub fn amounts(&self, set: &Set, horizon: f64, every: f64, solver: Solver) -> Result<Profile> {
        let (doses, ..) = self.lowered(set, [f64::NEG_INFINITY, f64::INFINITY])?;
        Profile::new(vec![doses], Points::grid(horizon, every), solver, true)
    }

    /// What is given when, without simulating.
    ///
    /// # Errors
    /// When the model cannot be used for these doses or this person.
    pub fn schedule(&self) -> Result<Schedule> {
        let person = Individual::typical(self.model, self.subject, &Set::new())?;
        Ok(self.layout(&person)?.schedule)
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
        let times = &self.profile.times[..self.profile.shown];
        let mut list: Vec<usize> = Vec::new();
        for time in self.profile.event_times() {
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
        let times = &self.profile.times[..self.profile.shown];
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
    pub fn output(&self, analyte: &str, site: Site) -> Option<&ReadOut> {
        self.profile.outputs.iter().find(|o| o.analyte == analyte && o.site == site)
    }

    /// The read-out of the drug itself.
    pub fn parent(&self, site: Site) -> Option<&ReadOut> {
        self.output(&self.drug, site)
    }

    /// Area to infinity over that of the same mass given into a vein; `None` where the model has no vein, or where
    /// areas to infinity cannot be had because elimination is saturable.
    pub fn bioavailability(&self, site: Site) -> Option<f64> {
        let iv = self.iv_areas.iter().find(|(s, _)| *s == site).map(|(_, area)| *area)?;
        Some(self.profile.area(self.parent(site)?, None)? / (self.schedule.given() * iv))
    }
}
