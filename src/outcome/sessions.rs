//! The sessions of an arm: each followed by itself, on points of its own.

use super::SessionOutcome;
use super::caused::Caused;
use super::runner::{Runner, Solved};
use crate::analysis::{Windows, stretches_above, windows};
use crate::error::Result;
use crate::model::{Model, Site};
use crate::sim::{Change, DoseMark, Followed, Points, Session, Set, sessions};
use crate::units::MINUTES_PER_HOUR;
use std::sync::Arc;

impl Runner<'_> {
    /// The sessions of these doses.
    pub(super) fn sessions_of(&self, doses: &[DoseMark]) -> Vec<Session> {
        sessions(doses, self.library.effects.session.gap.hours())
    }

    /// One session under the ends of a range, or under the one curve.
    pub(super) fn ends_of(
        &self,
        model: &Model,
        session: &Session,
        range: Option<&Caused>,
    ) -> Result<Vec<Arc<Followed>>> {
        // a dose that comes later does not make a range of an earlier session
        match range.and_then(|r| r.until(session.end)) {
            Some(range) => range.ends().iter().map(|end| self.session(model, session, end)).collect(),
            None => Ok(vec![self.session(model, session, &[])?]),
        }
    }

    /// Windows and cautions of every session. What comes after a session is not given in it, so that a later dose
    /// changes nothing before it; what earlier sessions left is.
    pub(super) fn by_session(
        &self,
        model: &Model,
        site: Site,
        list: &[Session],
        range: Option<&Caused>,
    ) -> Result<Vec<SessionOutcome>> {
        list.iter()
            .map(|session| {
                let followed = self.ends_of(model, session, range)?;
                let caution = followed.last().map_or(Vec::new(), |high| self.caution_of(high, site, session));
                let windows = self.windows_of(model, &followed, session)?;
                // above every label no times are given
                let solved: Vec<Solved> =
                    followed.into_iter().map(|f| Solved::new(f, model.estimated_from, &model.drug)).collect();
                let above = self.page(model, &solved.iter().collect::<Vec<_>>()).above_label();
                let windows = if above { Windows::default() } else { windows };
                Ok(SessionOutcome { session: *session, windows, caution })
            })
            .collect()
    }

    /// One session under a model; `later` replaces parameters for doses from a time on. The one curve of a session is
    /// asked for by windows, by the time above a level and by other models: it is followed once.
    pub(super) fn session(&self, model: &Model, session: &Session, later: &[(f64, Set)]) -> Result<Arc<Followed>> {
        let key = (model.id.clone(), session.number);
        if later.is_empty()
            && let Some(known) = self.followed.borrow().get(&key)
        {
            return Ok(known.clone());
        }
        let followed = Arc::new(self.follow_session(model, session, later)?);
        if later.is_empty() {
            self.followed.borrow_mut().insert(key, followed.clone());
        }
        Ok(followed)
    }

    fn follow_session(&self, model: &Model, session: &Session, later: &[(f64, Set)]) -> Result<Followed> {
        let set = self.with_conditions(model, &Set::new());
        let later = self.changed(model, later);
        let change = Change { set: &set, later: &later };
        let case = self.arm.case(model, &self.subject, self.library)?;
        let points = Points::of_session(session);
        case.follow_over(change, points, session.before(), self.solver)
    }

    /// Parameters replaced from a time on, the conditions counted.
    pub(super) fn changed(&self, model: &Model, later: &[(f64, Set)]) -> Vec<(f64, Set)> {
        later.iter().map(|(from, set)| (*from, self.with_conditions(model, set))).collect()
    }

    /// Where blood is drawn cannot change an effect: its clock runs on the model's own site.
    pub(super) fn windows_of(&self, model: &Model, followed: &[Arc<Followed>], session: &Session) -> Result<Windows> {
        let own = model.estimated_from;
        let read: Vec<_> = followed.iter().filter_map(|f| f.parent(own).map(|o| (&f.profile, o))).collect();
        windows(&read, session.start, &self.arm.drug, &self.library.effects)
    }

    fn caution_of(&self, followed: &Followed, site: Site, session: &Session) -> Vec<[f64; 2]> {
        let band = self.library.effects.caution(&self.arm.drug);
        let (Some(band), Some(output)) = (band, followed.parent(site)) else { return Vec::new() };
        let series = followed.profile.series(output);
        stretches_above(&followed.profile, output, series, (band.band[0].mg_l(), session.start))
    }

    /// Last time at the level of the dissociative part in a session, min from its first dose.
    pub(super) fn above_until(&self, model: &Model, session: &Session) -> Option<f64> {
        let level = self.library.effects.dissociative(&self.arm.drug)?;
        let followed = self.session(model, session, &[]).ok()?;
        let output = followed.parent(model.estimated_from)?;
        let series = followed.profile.series(output);
        let last = stretches_above(&followed.profile, output, series, (level.mg_l(), session.start)).pop()?;
        let end = followed.profile.times.last().copied().unwrap_or(session.end);
        Some((last[1].min(end) - session.start) * MINUTES_PER_HOUR)
    }
}
