//! What is kept between runs: the scenario and how it is looked at.

use crate::error::{Error, Result};
use crate::figure::View;
use crate::library::Library;
use crate::scenario::Scenario;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that is saved and restored.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// What is simulated.
    pub scenario: Scenario,
    /// How it is looked at, and the look of the window.
    pub look: Look,
}

/// What the window is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Routes beside each other.
    #[default]
    Compare,
    /// What stands behind one of them.
    Evidence,
    /// A visit as a patient lives it.
    Timeline,
}

/// What is looked at beside the clinic's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The form itself, where there is no room beside it.
    Clinic,
    /// The patient's page.
    #[default]
    Page,
    /// The clinician's sheet.
    Clinician,
    /// The course of visits.
    Course,
}

/// How things are looked at; a change never runs a simulation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// Of the plot.
    pub view: View,
    /// Dark page.
    pub dark: bool,
    /// Larger type and thicker lines, for the back of a room.
    pub projector: bool,
    /// Comparison or evidence.
    pub mode: Mode,
    /// Arm whose evidence is looked at, by its place in the scenario.
    pub arm: usize,
    /// Time at which people are counted, minutes.
    pub minute: f64,
    /// Language of the patient's page.
    pub language: String,
    /// US letter instead of A4.
    pub letter: bool,
    /// What is looked at of a visit.
    pub side: Side,
    /// The patient's page alone; never kept, so that nobody starts without a way back.
    #[serde(skip)]
    pub patient: bool,
}

/// People are counted an hour after time 0 until another time is asked for, minutes.
const COUNTED_AT: f64 = 60.0;

impl Default for Look {
    fn default() -> Self {
        Self {
            view: View::default(),
            dark: false,
            projector: false,
            mode: Mode::default(),
            arm: 0,
            minute: COUNTED_AT,
            language: "en".to_owned(),
            letter: false,
            side: Side::default(),
            patient: false,
        }
    }
}

/// Entries of what is kept.
const SCENARIO: &str = "scenario";
const LOOK: &str = "look";
const FORMAT: &str = "format";
/// The format that is written; files without one are older and read as well.
const KEPT_FORMAT: u32 = 2;

impl State {
    /// The opening screen.
    ///
    /// # Errors
    /// Never with the shipped scenario, which tests read.
    pub fn opening(library: &Library) -> Result<Self> {
        let scenario = Scenario::from_toml("assets/scenarios/four-routes.toml", Scenario::OPENING, library)?;
        Ok(Self { scenario, look: Look::default() })
    }

    /// What was kept, over the opening screen's where it holds no scenario. A scenario that cannot be simulated is shown
    /// with its fault; one that cannot be read is not.
    ///
    /// # Errors
    /// When it was kept by a newer version, or the scenario cannot be read.
    pub fn restore(mut self, kept: &BTreeMap<String, String>) -> Result<Self> {
        let newer = || Error::input("it was kept by a newer version of ketasim").remedy("use the newer version");
        if let Some(format) = kept.get(FORMAT)
            && format.parse::<u32>().ok().is_none_or(|f| f > KEPT_FORMAT)
        {
            return Err(newer());
        }
        // how things are looked at is no work: what cannot be read of it is left at the opening screen's
        if let Some(look) = kept.get(LOOK).and_then(|text| toml::from_str(text).ok()) {
            self.look = look;
        }
        if let Some(text) = kept.get(SCENARIO) {
            self.scenario = Scenario::read("kept work", text)?;
            if self.scenario.format != 1 {
                return Err(newer());
            }
        }
        Ok(self)
    }

    /// The state by entries, as it is kept.
    pub fn entries(&self) -> BTreeMap<String, String> {
        let texts = [(SCENARIO, self.scenario.to_toml().ok()), (LOOK, toml::to_string(&self.look).ok())];
        let mut entries: BTreeMap<String, String> =
            texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text?))).collect();
        entries.insert(FORMAT.to_owned(), KEPT_FORMAT.to_string());
        entries
    }
}
