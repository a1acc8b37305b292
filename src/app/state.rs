//! What is kept between runs: the scenario and how it is looked at.

use crate::error::Result;
use crate::figure::View;
use crate::library::Library;
use crate::scenario::Scenario;
use serde::{Deserialize, Serialize};

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

/// Keys in the storage.
const SCENARIO: &str = "scenario";
const LOOK: &str = "look";

impl State {
    /// The opening screen.
    ///
    /// # Errors
    /// Never with the shipped scenario, which tests read.
    pub fn opening(library: &Library) -> Result<Self> {
        let scenario = Scenario::from_toml("assets/scenarios/four-routes.toml", Scenario::OPENING, library)?;
        Ok(Self { scenario, look: Look::default() })
    }

    /// Restores what was kept; what cannot be read any more is left at the opening screen's.
    pub fn restore(mut self, storage: Option<&dyn eframe::Storage>, library: &Library) -> Self {
        let Some(storage) = storage else { return self };
        if let Some(look) = storage.get_string(LOOK).and_then(|text| toml::from_str(&text).ok()) {
            self.look = look;
        }
        let kept = storage.get_string(SCENARIO).and_then(|text| Scenario::from_toml("kept", &text, library).ok());
        if let Some(scenario) = kept {
            self.scenario = scenario;
        }
        self
    }

    /// Puts the state into the storage.
    pub fn keep(&self, storage: &mut dyn eframe::Storage) {
        if let Ok(text) = self.scenario.to_toml() {
            storage.set_string(SCENARIO, text);
        }
        if let Ok(text) = toml::to_string(&self.look) {
            storage.set_string(LOOK, text);
        }
    }
}
