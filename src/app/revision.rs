//! Revisions: counters that increase with every change of the data that something is derived from.
//!
//! A cache stores the revision it was made at and compares. Nothing has to invalidate it.

use super::state::State;
use crate::error::Result;
use crate::scenario::Scenario;
use std::ops::Deref;

/// A value with a revision that increases with every change.
#[derive(Debug, Default)]
pub struct Revised<T> {
    value: T,
    revision: u64,
}

impl<T> Revised<T> {
    /// Wraps a value, at its first revision.
    pub fn new(value: T) -> Self {
        Self { value, revision: 0 }
    }

    /// Number of changes so far.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Replaces the value.
    pub fn set(&mut self, value: T) {
        self.value = value;
        self.revision += 1;
    }

    /// Edits the value. An edit that fails must leave it unchanged.
    ///
    /// # Errors
    /// The error of the edit.
    pub fn edit<R>(&mut self, edit: impl FnOnce(&mut T) -> Result<R>) -> Result<R> {
        let answer = edit(&mut self.value)?;
        self.revision += 1;
        Ok(answer)
    }
}

impl<T> Deref for Revised<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// A derived value with the key it was made for.
#[derive(Debug)]
pub struct Made<K, T>(Option<(K, T)>);

impl<K, T> Default for Made<K, T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: PartialEq, T> Made<K, T> {
    /// Makes the value if there is none for this key. Returns whether it did.
    pub fn update(&mut self, key: K, make: impl FnOnce() -> T) -> bool {
        let old = self.0.as_ref().is_none_or(|(of, _)| *of != key);
        if old {
            self.0 = Some((key, make()));
        }
        old
    }

    /// The value made last. `None` before the first.
    pub fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(_, made)| made)
    }
}

/// Revisions of the parts of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Revisions {
    /// Revision of the scenario.
    pub scenario: u64,
    /// Revision of all of it but how it is shown (`[view]`), which the outcome can follow without a run.
    pub run: u64,
    /// Revision of the parts of the scenario that determine curves and virtual subjects: all but title, clinic and
    /// visit.
    pub simulated: u64,
    /// Revision of how the plot is shown.
    pub view: u64,
    /// Revision of how everything is shown, including the plot.
    pub look: u64,
}

/// A copy of the state from the last comparison.
///
/// Panels edit the state in place. Once a frame it is compared with this copy. Only the parts that differ are copied,
/// and their revision increases.
#[derive(Debug)]
pub struct Noted {
    state: State,
    revisions: Revisions,
}

impl Noted {
    /// A state at its first revision.
    pub fn new(state: State) -> Self {
        Self { state, revisions: Revisions::default() }
    }

    /// The state at the last comparison.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The revisions at the last comparison.
    pub fn revisions(&self) -> Revisions {
        self.revisions
    }

    /// Compares with the state and updates the revisions. Returns whether anything changed.
    pub fn note(&mut self, state: &State) -> bool {
        let (before, count) = (&mut self.state, &mut self.revisions);
        let scenario = before.scenario != state.scenario;
        if scenario {
            count.scenario += 1;
            count.run += u64::from(!runs_same(&before.scenario, &state.scenario));
            count.simulated += u64::from(!simulates_same(&before.scenario, &state.scenario));
            before.scenario.clone_from(&state.scenario);
        }
        let look = before.look != state.look;
        if look {
            count.look += 1;
            count.view += u64::from(before.look.view != state.look.view);
            before.look.clone_from(&state.look);
        }
        scenario || look
    }
}

/// Whether two scenarios give the same outcome, apart from how it is shown.
fn runs_same(a: &Scenario, b: &Scenario) -> bool {
    // every part is named, so that a new one is thought of here
    let Scenario { format, title, horizon, subject, population, conditions, clinic, visit, view: _, arms } = a;
    let of_b =
        (&b.format, &b.title, &b.horizon, &b.subject, &b.population, &b.conditions, &b.clinic, &b.visit, &b.arms);
    (format, title, horizon, subject, population, conditions, clinic, visit, arms) == of_b
}

/// Whether two scenarios give the same curves and virtual subjects.
pub fn simulates_same(a: &Scenario, b: &Scenario) -> bool {
    a.arms == b.arms && same_subjects(a, b)
}

/// Whether an arm that is the same in both scenarios gives the same curves and virtual subjects.
pub fn same_subjects(a: &Scenario, b: &Scenario) -> bool {
    a.subject == b.subject && a.population == b.population && a.horizon == b.horizon && a.conditions == b.conditions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::Library;
    use crate::units::Time;

    #[test]
    fn revisions_rise_with_what_changed_and_with_nothing_else() {
        let mut state = State::opening(&Library::embedded().unwrap()).unwrap();
        let mut noted = Noted::new(state.clone());
        let mut raised = |edit: fn(&mut State)| {
            let before = noted.revisions();
            edit(&mut state);
            let changed = noted.note(&state);
            assert!(!noted.note(&state), "noted once");
            assert_eq!(*noted.state(), state);
            let now = noted.revisions();
            let rise = [
                now.scenario - before.scenario,
                now.run - before.run,
                now.simulated - before.simulated,
                now.view - before.view,
                now.look - before.look,
            ];
            assert_eq!(changed, rise != [0; 5]);
            rise
        };
        assert_eq!(raised(|_| {}), [0, 0, 0, 0, 0]);
        assert_eq!(raised(|s| s.scenario.title.push('x')), [1, 1, 0, 0, 0]);
        assert_eq!(raised(|s| s.scenario.clinic = Some(crate::scenario::Clinic::default())), [1, 1, 0, 0, 0]);
        // a level line changes no curve
        assert_eq!(raised(|s| s.set_level(Some(crate::scenario::LevelLine::nearest(100.0)))), [1, 0, 0, 0, 0]);
        assert_eq!(raised(|s| s.set_level(Some(crate::scenario::LevelLine::nearest(105.0)))), [1, 0, 0, 0, 0]);
        // off, and remembered
        assert_eq!(raised(|s| s.set_level(None)), [1, 0, 0, 0, 1]);
        assert_eq!(raised(|s| s.scenario.horizon = Time::from_hours(7.0)), [1, 1, 1, 0, 0]);
        assert_eq!(raised(|s| s.scenario.arms[0].on = false), [1, 1, 1, 0, 0]);
        assert_eq!(raised(|s| s.look.view.log = true), [0, 0, 0, 1, 1]);
        assert_eq!(raised(|s| s.look.dark = true), [0, 0, 0, 0, 1]);
    }

    #[test]
    fn a_thing_is_made_once_for_each_key() {
        let mut made = Made::default();
        assert_eq!(made.get(), None);
        assert!(made.update((1, "a"), || 10) && !made.update((1, "a"), || 20));
        assert_eq!(made.get(), Some(&10));
        assert!(made.update((2, "a"), || 30));
        assert_eq!(made.get(), Some(&30));
    }

    #[test]
    fn an_edit_that_fails_is_no_revision() {
        let mut value = Revised::new(1);
        let refused = value.edit(|_| Err::<(), _>(crate::error::Error::cannot("no")));
        assert!(refused.is_err() && value.revision() == 0 && *value == 1);
        let raised = value.edit(|v| {
            *v += 1;
            Ok(())
        });
        assert!(raised.is_ok() && value.revision() == 1 && *value == 2);
        value.set(2);
        assert_eq!(value.revision(), 2);
    }
}
