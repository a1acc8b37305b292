//! The state kept between runs: the scenario and how it is shown.

use crate::error::{Error, Result};
use crate::figure::View;
use crate::library::Library;
use crate::scenario::{LevelLine, Scenario};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that is saved and restored.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The scenario that is simulated.
    pub scenario: Scenario,
    /// How it is shown, and the appearance of the window.
    pub look: Look,
}

/// A mode of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Compares routes.
    #[default]
    Compare,
    /// Shows the evidence behind one arm.
    Evidence,
    /// Shows a visit as the patient experiences it.
    Timeline,
}

/// What is shown beside the clinic's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The form itself, where there is no room for something beside it.
    Clinic,
    /// The patient's page.
    #[default]
    Page,
    /// The clinician's sheet.
    Clinician,
    /// The course of visits.
    Course,
}

/// How things are shown. A change of it never runs a simulation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// How the plot is shown.
    pub view: View,
    /// The level line that was switched off last, to come back to. `None` before the first.
    pub level: Option<LevelLine>,
    /// Whether the dark theme is used.
    pub dark: bool,
    /// Whether text and lines are larger, for a projector.
    pub projector: bool,
    /// Mode of the window.
    pub mode: Mode,
    /// Index in the scenario of the arm whose evidence is shown.
    pub arm: usize,
    /// Time at which subjects above their level are counted, min.
    pub minute: f64,
    /// Language of the patient's page.
    pub language: String,
    /// Whether paper is US letter instead of A4.
    pub letter: bool,
    /// What is shown of a visit.
    pub side: Side,
    /// Whether only the patient's page is shown. It is never kept, so that nobody starts without a way back.
    #[serde(skip)]
    pub patient: bool,
}

/// Default time at which subjects are counted, min: an hour after time 0.
const COUNTED_AT: f64 = 60.0;

impl Default for Look {
    fn default() -> Self {
        Self {
            view: View::default(),
            level: None,
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

/// Names of the kept entries.
const SCENARIO: &str = "scenario";
const LOOK: &str = "look";
const FORMAT: &str = "format";
/// Format that is written. Entries without a format are older and can be read as well.
const KEPT_FORMAT: u32 = 2;

impl State {
    /// Shows a level line or none; one that goes is remembered.
    pub fn set_level(&mut self, level: Option<LevelLine>) {
        let before = self.scenario.level();
        if level != before {
            self.look.level = before.filter(|_| level.is_none()).or(self.look.level);
            self.scenario.set_level(level);
        }
    }

    /// The state of the opening screen.
    ///
    /// # Errors
    /// Never with the shipped scenario, which tests read.
    pub fn opening(library: &Library) -> Result<Self> {
        let scenario = Scenario::from_toml("assets/scenarios/four-routes.toml", Scenario::OPENING, library)?;
        Ok(Self { scenario, look: Look::default() })
    }

    /// The kept state. Where it holds no scenario, the opening one is used. A scenario that can be read but not
    /// simulated is shown with its error.
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
        // how things are shown is not work, so what cannot be read of it is left at its default
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

    /// The state as entries to be kept.
    pub fn entries(&self) -> BTreeMap<String, String> {
        let texts = [(SCENARIO, self.scenario.to_toml().ok()), (LOOK, toml::to_string(&self.look).ok())];
        let mut entries: BTreeMap<String, String> =
            texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text?))).collect();
        entries.insert(FORMAT.to_owned(), KEPT_FORMAT.to_string());
        entries
    }
}
