//! The visit behind the timeline: virtual subjects are simulated in the background, words and rules follow every edit
//! at once.

use super::platform::{Background, MOST_PEOPLE, SideBySide};
use super::revision::{Revised, Revisions};
use super::state::Look;
use crate::error::{Error, Result};
use crate::library::Library;
use crate::population::{People, Sample, USUAL_PEOPLE, USUAL_SEED};
use crate::scenario::{Scenario, Visit};
use crate::sim::Session;
use crate::timeline::{
    Expected, Leaflet, SampleRun, Timeline, Words, clinician_sheet, expect, leaflet, session_of, sessions_of, with_arm,
    words::SHEET_LANGUAGE, zones,
};
use std::sync::Arc;

/// What the ranges depend on: everything but the clinic and the clock.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Given {
    /// Revision of what is simulated.
    simulated: u64,
    /// Revision of the library.
    library: u64,
    arm: usize,
    /// Number of the session, where the arm has several.
    session: Option<u32>,
}

/// What the sheets depend on.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Said {
    /// Revision of the scenario.
    scenario: u64,
    /// Index of the language among all.
    language: usize,
    counted: u64,
}

/// The visit of one arm and its sheets.
#[derive(Debug, Default)]
pub struct VisitPage {
    given: Option<Given>,
    said: Option<Said>,
    job: Option<Background<Result<Expected>>>,
    expected: Option<Expected>,
    counted: u64,
    words: Vec<Words>,
    /// Sessions of the arm. A page is for one of them.
    pub sessions: Vec<Session>,
    /// Names of all time zones.
    pub zones: Vec<String>,
    /// The visit. `None` where there is none.
    pub timeline: Option<Timeline>,
    /// The patient's sheet. `None` where there is none.
    pub leaflet: Option<Leaflet>,
    /// The clinician's sheet. `None` where there is none.
    pub clinician: Option<Leaflet>,
    /// Why there is no visit. `None` where there is one.
    pub error: Option<Error>,
}

impl VisitPage {
    /// Follows the scenario, by its revisions, and the language.
    pub fn update(
        &mut self,
        ctx: &egui::Context,
        (scenario, revisions): (&Scenario, Revisions),
        look: &Look,
        library: &Revised<Arc<Library>>,
    ) {
        if self.words.is_empty() {
            self.zones = zones();
            match Words::embedded() {
                Ok(words) => self.words = words,
                Err(error) => self.error = Some(error),
            }
        }
        let arm = Self::arm(scenario, look);
        let session = scenario.visit.as_ref().and_then(|v| v.session);
        let given = Given { simulated: revisions.simulated, library: library.revision(), arm, session };
        if self.given != Some(given) {
            // dropping a job stops it, so the latest scenario wins
            self.job = None;
            (self.expected, self.error) = (None, None);
            self.sessions = sessions_of(scenario, arm, library).unwrap_or_default();
            self.count(ctx, scenario, given, library);
            self.given = Some(given);
        }
        if let Some(answer) = self.job.as_mut().and_then(Background::take) {
            self.job = None;
            self.counted += 1;
            match answer {
                Ok(expected) => self.expected = Some(expected),
                Err(error) => self.refuse(error),
            }
        }
        let language = self.words.iter().position(|w| w.language == look.language).unwrap_or(0);
        let said = Said { scenario: revisions.scenario, language, counted: self.counted };
        if self.said != Some(said)
            && let Some(expected) = self.expected.clone()
        {
            match self.make(scenario, arm, library, expected, &look.language) {
                Ok(()) => self.error = None,
                Err(error) => self.refuse(error),
            }
            self.said = Some(said);
        }
    }

    fn count(&mut self, ctx: &egui::Context, scenario: &Scenario, given: Given, library: &Arc<Library>) {
        let visit = Some(Visit { session: given.session, ..Visit::default() });
        let chosen = Scenario { clinic: None, visit, ..scenario.clone() };
        let checked = chosen.check(library).and_then(|()| with_arm(&chosen, given.arm));
        let session = |s: Scenario| session_of(&s, given.arm, library).map(|session| (s, session.number));
        let (scenario, session) = match checked.and_then(session) {
            Ok(chosen) => chosen,
            Err(error) => return self.refuse(error),
        };
        let library = Arc::clone(library);
        let sample =
            Sample { people: MOST_PEOPLE.map_or(USUAL_PEOPLE, People::nearest), seed: USUAL_SEED, every: None };
        let arm = given.arm;
        self.job = Some(Background::start(ctx, move |progress| {
            Some(expect(
                &scenario,
                arm,
                &library,
                session,
                SampleRun { sample, workers: &SideBySide::default(), progress },
            ))
        }));
    }

    fn make(
        &mut self,
        scenario: &Scenario,
        arm: usize,
        library: &Library,
        expected: Expected,
        language: &str,
    ) -> Result<()> {
        let timeline = Timeline::of(scenario, arm, library, expected)?;
        let sheet = leaflet(&timeline, self.words(language)?)?;
        self.clinician = Some(clinician_sheet(&timeline, self.words(SHEET_LANGUAGE)?)?);
        (self.timeline, self.leaflet) = (Some(timeline), Some(sheet));
        Ok(())
    }

    /// Keeps the last good page, dimmed and not for handing out.
    fn refuse(&mut self, error: Error) {
        self.error = Some(error);
    }

    /// Index of the arm that is shown: the chosen one, or else the first.
    pub fn arm(scenario: &Scenario, look: &Look) -> usize {
        let on = |i: &usize| scenario.arms[*i].on;
        let chosen = Some(look.arm).filter(|i| *i < scenario.arms.len());
        chosen.filter(on).or_else(|| (0..scenario.arms.len()).find(on)).or(chosen).unwrap_or(0)
    }

    /// Share of the simulation that is done, 0 to 1. `None` while none is in progress.
    pub fn progress(&self) -> Option<f64> {
        self.job.as_ref().map(Background::share)
    }

    /// The words of the chosen language.
    ///
    /// # Errors
    /// While none have been read.
    pub fn words(&self, language: &str) -> Result<&Words> {
        let chosen = self.words.iter().find(|w| w.language == language).or(self.words.first());
        chosen.ok_or_else(|| Error::cannot("there are no words"))
    }

    /// All languages: tag and name in that language.
    pub fn languages(&self) -> impl Iterator<Item = (&str, &str)> {
        self.words.iter().map(|w| (w.language.as_str(), w.name.as_str()))
    }

    /// The clinician's sheet for the present form.
    ///
    /// # Errors
    /// While there is none.
    pub fn clinician_sheet(&self) -> Result<&Leaflet> {
        self.current()?;
        self.clinician.as_ref().ok_or_else(not_yet)
    }

    /// The patient's sheet, for handing out.
    ///
    /// # Errors
    /// While something has to be filled in, or there is no sheet.
    pub fn printable(&self) -> Result<(&Timeline, &Leaflet)> {
        self.current()?;
        let (timeline, sheet) = self.timeline.as_ref().zip(self.leaflet.as_ref()).ok_or_else(not_yet)?;
        timeline.printable()?;
        Ok((timeline, sheet))
    }

    /// What the calendar of the course is made from, in a language.
    ///
    /// # Errors
    /// While there is no visit, or it is out of date.
    pub fn course(&self, language: &str) -> Result<(&Timeline, &Words)> {
        self.current()?;
        Ok((self.timeline.as_ref().ok_or_else(not_yet)?, self.words(language)?))
    }

    /// Refuses while the visit is out of date.
    fn current(&self) -> Result<()> {
        match (&self.error, &self.job) {
            (Some(error), _) => Err(error.clone()),
            (None, Some(_)) => Err(not_yet()),
            (None, None) => Ok(()),
        }
    }
}

fn not_yet() -> Error {
    Error::cannot("there is no page yet").remedy("wait until the ranges are counted")
}
