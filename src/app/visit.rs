//! A visit behind the timeline: people are counted beside the window, words and rules follow every edit at once.

use super::platform::{Background, MOST_PEOPLE, SideBySide};
use super::state::Look;
use crate::error::{Error, Result};
use crate::library::Library;
use crate::population::{Crowd, People, USUAL_PEOPLE, USUAL_SEED};
use crate::scenario::{Clinic, Scenario, Visit};
use crate::sim::Session;
use crate::timeline::{
    Expected, Leaflet, Timeline, Words, clinician_sheet, expect, leaflet, session_of, sessions_of, with_arm,
    words::SHEET_LANGUAGE, zones,
};
use std::sync::Arc;

/// What the ranges depend on: everything but the clinic and the clock.
#[derive(Debug, Clone, PartialEq)]
struct Given {
    scenario: Scenario,
    arm: usize,
    /// Which session, where the arm has several.
    session: Option<u32>,
}

/// What the sheet says beside them.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    clinic: Option<Clinic>,
    visit: Option<Visit>,
    language: String,
    counted: u64,
}

/// The visit of one arm, and its sheets.
#[derive(Debug, Default)]
pub struct VisitPage {
    library: Option<Arc<Library>>,
    given: Option<Given>,
    said: Option<Said>,
    job: Option<Background<Result<Expected>>>,
    expected: Option<Expected>,
    counted: u64,
    words: Vec<Words>,
    /// Sessions of the arm; a page is for one of them.
    pub sessions: Vec<Session>,
    /// Names of all time zones.
    pub zones: Vec<String>,
    /// The visit.
    pub timeline: Option<Timeline>,
    /// The patient's sheet.
    pub leaflet: Option<Leaflet>,
    /// The clinician's sheet.
    pub clinician: Option<Leaflet>,
    /// Why there is none.
    pub error: Option<Error>,
}

impl VisitPage {
    /// Follows the scenario and the language.
    pub fn update(&mut self, ctx: &egui::Context, scenario: &Scenario, look: &Look, library: &Library) {
        if self.words.is_empty() {
            self.zones = zones();
            match Words::embedded() {
                Ok(words) => self.words = words,
                Err(error) => self.error = Some(error),
            }
        }
        let arm = Self::arm(scenario, look);
        let session = scenario.visit.as_ref().and_then(|v| v.session);
        let given = Given { scenario: Scenario { clinic: None, visit: None, ..scenario.clone() }, arm, session };
        if self.given.as_ref() != Some(&given) {
            // dropping a job stops it: the latest scenario wins
            self.job = None;
            (self.expected, self.error) = (None, None);
            self.sessions = sessions_of(&given.scenario, given.arm, library).unwrap_or_default();
            self.count(ctx, &given, library);
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
        let said = Said {
            clinic: scenario.clinic.clone(),
            visit: scenario.visit.clone(),
            language: look.language.clone(),
            counted: self.counted,
        };
        if self.said.as_ref() != Some(&said)
            && let Some(expected) = self.expected.clone()
        {
            match self.make(scenario, arm, library, expected, &look.language) {
                Ok(()) => self.error = None,
                Err(error) => self.refuse(error),
            }
            self.said = Some(said);
        }
    }

    fn count(&mut self, ctx: &egui::Context, given: &Given, library: &Library) {
        let visit = Some(Visit { session: given.session, ..Visit::default() });
        let chosen = Scenario { visit, ..given.scenario.clone() };
        let checked = chosen.check(library).and_then(|()| with_arm(&chosen, given.arm));
        let session = |s: Scenario| session_of(&s, given.arm, library).map(|session| (s, session.number));
        let (scenario, session) = match checked.and_then(session) {
            Ok(chosen) => chosen,
            Err(error) => return self.refuse(error),
        };
        let library = self.library.get_or_insert_with(|| Arc::new(library.clone())).clone();
        let crowd = Crowd { people: MOST_PEOPLE.map_or(USUAL_PEOPLE, People::nearest), seed: USUAL_SEED, every: None };
        let arm = given.arm;
        self.job = Some(Background::start(ctx, move |progress| {
            Some(expect(&scenario, arm, &library, (crowd, session), &SideBySide::default(), progress))
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

    /// The last good page stays, dimmed and not to be handed out.
    fn refuse(&mut self, error: Error) {
        self.error = Some(error);
    }

    /// The arm that is looked at: the chosen one, else the first.
    pub fn arm(scenario: &Scenario, look: &Look) -> usize {
        let on = |i: &usize| scenario.arms[*i].on;
        let chosen = Some(look.arm).filter(|i| *i < scenario.arms.len());
        chosen.filter(on).or_else(|| (0..scenario.arms.len()).find(on)).or(chosen).unwrap_or(0)
    }

    /// How far the counting has come, 0 to 1, while it is under way.
    pub fn progress(&self) -> Option<f64> {
        self.job.as_ref().map(Background::share)
    }

    /// Words of the language that is chosen.
    ///
    /// # Errors
    /// While none are read.
    pub fn words(&self, language: &str) -> Result<&Words> {
        let chosen = self.words.iter().find(|w| w.language == language).or(self.words.first());
        chosen.ok_or_else(|| Error::cannot("there are no words"))
    }

    /// All languages: tag and own name.
    pub fn languages(&self) -> impl Iterator<Item = (&str, &str)> {
        self.words.iter().map(|w| (w.language.as_str(), w.name.as_str()))
    }

    /// The library grew: copies of it are old.
    pub fn forget(&mut self) {
        let Self { words, zones, counted, .. } = std::mem::take(self);
        *self = Self { words, zones, counted: counted + 1, ..Self::default() };
    }

    /// The clinician's sheet of what is filled in now.
    ///
    /// # Errors
    /// While there is none.
    pub fn clinician_sheet(&self) -> Result<&Leaflet> {
        self.current()?;
        self.clinician.as_ref().ok_or_else(not_yet)
    }

    /// The sheet to hand out.
    ///
    /// # Errors
    /// While something has to be filled in, or there is none.
    pub fn printable(&self) -> Result<(&Timeline, &Leaflet)> {
        self.current()?;
        let (timeline, sheet) = self.timeline.as_ref().zip(self.leaflet.as_ref()).ok_or_else(not_yet)?;
        timeline.printable()?;
        Ok((timeline, sheet))
    }

    /// Refuses while what is there is not of what is filled in.
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
