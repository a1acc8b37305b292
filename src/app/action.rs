//! Actions that are not edits of the scenario. They are applied in order after the frame is drawn.

use super::App;
use super::picture::Picture;
use super::state::State;
use crate::error::{Error, Result};
use crate::export::{self, Format, Paper};
use crate::figure::Figure;
use crate::library::Library;
use crate::outcome::Outcome;
use crate::plain_text::plain;
use crate::regimen::Dose;
use crate::scenario::{LARGEST_FILE, MOST_ARMS, Scenario, StudyArm};
use crate::subject::OwnSubject;
use crate::table::TEXT_WIDTH;
use crate::timeline::{Moment, calendar};
use crate::units::{Time, Weight};
use std::sync::Arc;

/// An action to apply after the frame is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Goes back one step.
    Undo,
    /// Goes forward one step.
    Redo,
    /// Goes back to the opening scenario.
    Reset,
    /// Asks for a path for some purpose.
    Ask(Purpose),
    /// Uses the path that was given for a purpose.
    With(Purpose, String),
    /// Copies the curves to the clipboard as CSV.
    CopyCurves,
    /// Copies the picture to the clipboard.
    CopyPicture,
    /// Copies the scenario to the clipboard as TOML.
    CopyScenario,
    /// Copies the patient's page to the clipboard as text.
    CopyLeaflet,
    /// Replaces the scenario by an example visit.
    Sample,
    /// Removes the measured points.
    ClearPoints,
    /// Adds an arm, by its index among those offered.
    Add(usize),
    /// Duplicates an arm, by its index.
    Duplicate(usize),
    /// Removes an arm, by its index.
    Remove(usize),
    /// Copies arms, by their indices, for another person.
    AnotherPerson(Vec<usize>),
    /// Removes arms, by their indices: those of one person.
    RemovePerson(Vec<usize>),
    /// Sets the model of an arm, by its index. `None` is the default of drug and route.
    Take(usize, Option<String>),
    /// Dismisses the note on what a change of model changed.
    ForgetSwap,
}

/// The purpose of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Opens a scenario.
    Open,
    /// Saves the scenario.
    Save,
    /// Exports a picture.
    Picture(Picture, Format),
    /// Exports the curves.
    Curves,
    /// Exports sources, grades and assumptions.
    References,
    /// Writes the patient's page.
    Leaflet(Paper),
    /// Writes the clinician's sheet.
    Sheet(Paper),
    /// Writes the visit as a calendar file.
    Calendar,
    /// Shows measured points over the curves.
    Points,
    /// Adds a model from a file.
    Model,
    /// Reads effect levels and delays from a file.
    Effects,
}

impl Purpose {
    /// Title of the file dialog.
    pub fn title(self) -> &'static str {
        match self {
            Self::Open => "Open a scenario",
            Self::Save => "Save the scenario",
            Self::Picture(..) => "Export the picture",
            Self::Curves => "Export the curves",
            Self::References => "Export the references",
            Self::Leaflet(_) => "The patient's page as PDF",
            Self::Sheet(_) => "The clinician's sheet as PDF",
            Self::Calendar => "The visit for calendar programs",
            Self::Points => "Measured points from a CSV file",
            Self::Model => "Add a model file",
            Self::Effects => "Use levels of your own",
        }
    }

    /// Whether a file is written rather than read.
    pub fn writes(self) -> bool {
        !matches!(self, Self::Open | Self::Points | Self::Model | Self::Effects)
    }

    /// Suggested file name, and its extension.
    pub fn file(self) -> (String, &'static str) {
        let (name, extension) = match self {
            Self::Open | Self::Save => ("scenario", "toml"),
            Self::Picture(picture, format) => (picture.file, format.extension()),
            Self::Curves => ("curves", "csv"),
            Self::References => ("references", "pdf"),
            Self::Leaflet(_) => ("visit", "pdf"),
            Self::Sheet(_) => ("clinician", "pdf"),
            Self::Calendar => ("visit", "ics"),
            Self::Points => ("points", "csv"),
            Self::Model => ("model", "toml"),
            Self::Effects => ("effects", "toml"),
        };
        (format!("{name}.{extension}"), extension)
    }

    /// What the file is for, in one line.
    pub fn help(self) -> &'static str {
        match self {
            Self::Open | Self::Save => "a text file that the command line reads as well",
            Self::Picture(..) => "with title, models, doses and assumptions, ready for a slide",
            Self::Curves => "one row for each arm, time and analyte",
            Self::References => "A4 pages that print: sources, grades, assumptions and warnings of what is shown",
            Self::Leaflet(_) => "two sides, tagged for screen readers, with real text",
            Self::Sheet(_) => "screening, vital signs and setting, for teaching",
            Self::Calendar => "appointments and rules; what may be felt has no clock time and is not in it",
            Self::Points => "columns time_min or time_h, and conc_ng_ml; arm_id names a series, analyte its panel",
            Self::Model => "checked like the models that ship with ketasim",
            Self::Effects => "levels, delays and their spread between people, in the form of assets/effects.toml",
        }
    }
}

/// Largest file of measured points, bytes.
const LARGEST_POINTS: usize = 4 << 20;

impl App {
    /// Applies an action. A failure becomes the message of the status line.
    pub(super) fn apply(&mut self, action: Action, ctx: &egui::Context) {
        match self.act(action, ctx) {
            Ok(Some(said)) => self.message = Some(Ok(said)),
            Ok(None) => {}
            Err(error) => self.message = Some(Err(error)),
        }
        ctx.request_repaint();
    }

    fn act(&mut self, action: Action, ctx: &egui::Context) -> Result<Option<String>> {
        match action {
            Action::Undo => self.step_back(),
            Action::Redo => self.step_forward(),
            Action::Reset => self.state.scenario = State::opening(&self.library)?.scenario,
            Action::Ask(purpose) => self.dialog.ask(purpose),
            Action::With(purpose, path) => return self.with_path(purpose, &path).map(Some),
            Action::CopyCurves => {
                ctx.copy_text(self.curves()?);
                return Ok(Some("curves copied".to_owned()));
            }
            Action::CopyPicture => {
                let (size, pixels) = self.figure().and_then(|f| export::picture(&f))?;
                ctx.copy_image(egui::ColorImage::from_rgba_premultiplied(size, &pixels));
                return Ok(Some("picture copied".to_owned()));
            }
            Action::CopyScenario => {
                ctx.copy_text(self.state.scenario.to_toml()?);
                return Ok(Some("scenario copied".to_owned()));
            }
            Action::CopyLeaflet => {
                let (_, sheet) = self.visit.printable()?;
                ctx.copy_text(plain(sheet, TEXT_WIDTH));
                return Ok(Some("text copied".to_owned()));
            }
            Action::Sample => {
                self.state.scenario =
                    Scenario::from_toml("assets/scenarios/visit.toml", Scenario::VISIT, &self.library)?;
                self.state.look.arm = 0;
            }
            Action::ClearPoints => self.points.set(Vec::new()),
            Action::Add(i) => self.add_arm(i),
            Action::Duplicate(i) => self.duplicate(i),
            Action::AnotherPerson(arms) => return self.another_person(&arms).map(Some),
            Action::RemovePerson(arms) => return Ok(Some(self.remove_person(&arms))),
            Action::Remove(i) => {
                if i < self.state.scenario.arms.len() {
                    self.state.scenario.arms.remove(i);
                }
            }
            Action::Take(i, model) => self.take_model(i, model),
            Action::ForgetSwap => self.shown.forget_swap(),
        }
        Ok(None)
    }

    fn with_path(&mut self, purpose: Purpose, path: &str) -> Result<String> {
        use super::platform::{in_folder, read_text, unix_seconds, write};
        match purpose {
            Purpose::Open => {
                let text = read_text(path, LARGEST_FILE)?;
                self.state.scenario = Scenario::from_toml(path, &text, &self.library)?;
                Ok(format!("opened {}", in_folder(path)))
            }
            Purpose::Save => {
                write(path, self.state.scenario.to_toml()?.as_bytes())?;
                Ok(format!("saved {}", in_folder(path)))
            }
            Purpose::Picture(picture, format) => {
                write(path, &(picture.bytes)(self, format)?)?;
                Ok(format!("wrote {}", in_folder(path)))
            }
            Purpose::Curves => {
                write(path, self.curves()?.as_bytes())?;
                Ok(format!("wrote {}", in_folder(path)))
            }
            Purpose::References => {
                let references = crate::figure::References::new(&self.outcome()?, &self.library);
                write(path, &export::render_references(&references)?)?;
                Ok(format!("wrote {}", in_folder(path)))
            }
            Purpose::Leaflet(paper) => {
                let (_, sheet) = self.visit.printable()?;
                write(path, &export::leaflet(sheet, paper)?)?;
                Ok(format!("wrote {}", in_folder(path)))
            }
            Purpose::Sheet(paper) => {
                let sheet = self.visit.clinician_sheet()?;
                write(path, &export::leaflet(sheet, paper)?)?;
                Ok(format!("wrote {}", in_folder(path)))
            }
            Purpose::Calendar => {
                let (timeline, _) = self.visit.printable()?;
                let words = self.visit.words(&self.state.look.language)?;
                write(path, calendar(timeline, words, &Moment::from_unix(unix_seconds()))?.as_bytes())?;
                Ok(format!("wrote {}", in_folder(path)))
            }
            Purpose::Points => {
                let points = crate::points::parse(path, &read_text(path, LARGEST_POINTS)?)?;
                let words = points.words();
                self.points.set(points.sets);
                Ok(format!("from {}: {words}", in_folder(path)))
            }
            Purpose::Model => {
                let text = read_text(path, LARGEST_FILE)?;
                let insert = |l: &mut Arc<Library>| Ok(Arc::make_mut(l).insert_toml(path, &text)?.id.clone());
                let id = self.library.edit(insert)?;
                self.offered = super::offered::offered(&self.library)?;
                Ok(format!("model {id} added"))
            }
            Purpose::Effects => {
                let text = read_text(path, LARGEST_FILE)?;
                self.library.edit(|l| Arc::make_mut(l).replace_effects(path, &text))?;
                Ok(format!("levels and delays from {path}, until the window closes"))
            }
        }
    }

    /// The picture of all arms, for export.
    ///
    /// # Errors
    /// While there is no picture, or a new one is being computed.
    pub(super) fn figure(&self) -> Result<Figure> {
        self.settled()?;
        let nothing = || Error::cannot("there is nothing to export").remedy("switch a route on");
        let view = &self.state.look.view;
        // an arm that cannot be run now may still be shown, but is never exported
        let figure = self
            .shown
            .current()
            .map(|o| Figure::with_crowd(&o, view, &self.library, &self.points, self.people.outcome.as_ref()));
        figure.filter(|f| !f.panels.is_empty()).ok_or_else(nothing)
    }

    /// Refuses while the outcome is still being computed.
    pub(super) fn settled(&self) -> Result<()> {
        match self.shown.progress() {
            Some(_) => Err(Error::cannot("the curves are still worked out").remedy("wait until they are there")),
            None if self.shown.is_stopped() => {
                Err(Error::cannot("the curves were stopped").remedy("choose Go on, and wait until they are there"))
            }
            None => Ok(()),
        }
    }

    fn curves(&self) -> Result<String> {
        self.outcome().map(|o| crate::curves::csv(&o))
    }

    /// The outcome, for export.
    ///
    /// # Errors
    /// While there is no outcome, or a new one is being computed.
    pub(super) fn outcome(&self) -> Result<Outcome> {
        self.settled()?;
        let nothing = || Error::cannot("there are no curves").remedy("switch a route on");
        self.shown.current().filter(|o| !o.arms.is_empty()).ok_or_else(nothing)
    }

    fn take_model(&mut self, i: usize, model: Option<String>) {
        self.shown.before_swap(i);
        if let Some(arm) = self.state.scenario.arms.get_mut(i) {
            arm.model = model;
            arm.site = None;
        }
    }

    fn add_arm(&mut self, i: usize) {
        if let Some(mut arm) = self.offered.get(i).cloned() {
            // an arm that exists but is off
            let there =
                self.state.scenario.arms.iter_mut().find(|a| !a.on && a.label == arm.label && a.drug == arm.drug);
            if let Some(there) = there {
                there.on = true;
                return;
            }
            arm.label = self.free_label(&arm.label);
            self.state.scenario.arms.push(arm);
        }
    }

    fn duplicate(&mut self, i: usize) {
        if let Some(mut arm) = self.state.scenario.arms.get(i).cloned() {
            arm.label = self.free_label(&arm.label);
            self.state.scenario.arms.insert(i + 1, arm);
        }
    }

    /// Copies the arms that are on for another person, at first of the same weight and age, or of the next weight, 10 kg
    /// apart, that nobody has. Both are then stated for each of the copies and can be changed.
    fn another_person(&mut self, arms: &[usize]) -> Result<String> {
        let all = &self.state.scenario.arms;
        let copied: Vec<StudyArm> = arms.iter().filter_map(|i| all.get(*i)).filter(|arm| arm.on).cloned().collect();
        let Some(first) = copied.first() else {
            return Err(Error::input("there is no route to copy").remedy("switch a route on first"));
        };
        let in_all = all.len() + copied.len();
        if in_all > MOST_ARMS {
            return Err(Error::input(format!("{in_all} routes are too many to compare"))
                .remedy(format!("at most {MOST_ARMS}: take some away first")));
        }
        let subject = self.state.scenario.subject_of(first);
        let of = |kg: f64| OwnSubject { weight: Some(Weight::from_kg(kg)), age: Some(subject.age), ..first.subject };
        let mut weights = (0..).map(|step| subject.weight.kg() + WEIGHT_STEP_KG * f64::from(step));
        let free = weights.find(|kg| all.iter().all(|arm| arm.subject != of(*kg)));
        let own = of(free.unwrap_or(subject.weight.kg()));
        for mut arm in copied {
            arm.subject = own;
            arm.label = self.free_label(&arm.label);
            self.state.scenario.arms.push(arm);
        }
        Ok("copied for another person: change the weight or the age above the copies".to_owned())
    }

    fn remove_person(&mut self, arms: &[usize]) -> String {
        let mut index = 0..;
        self.state.scenario.arms.retain(|_| index.next().is_none_or(|i| !arms.contains(&i)));
        "person removed: Undo brings them back".to_owned()
    }

    fn free_label(&self, wanted: &str) -> String {
        let taken = |l: &str| self.state.scenario.arms.iter().any(|a| a.label == l);
        let base = wanted.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
        let numbered = (2..).map(|n| format!("{base} {n}"));
        std::iter::once(wanted.to_owned()).chain(numbered).find(|l| !taken(l)).unwrap_or_else(|| wanted.to_owned())
    }
}

/// A person is added with the first weight that nobody has, in steps of this.
const WEIGHT_STEP_KG: f64 = 10.0;

/// Another dose like the last one, half an hour later but not after the horizon. `None` where there is no dose yet.
pub fn another_dose(doses: &[Dose], horizon: Time) -> Option<Dose> {
    let mut dose = doses.last()?.clone();
    let later = dose.time.hours() + 0.5;
    dose.time = Time::from_hours(later.min(horizon.hours()));
    dose.repeat = None;
    Some(dose)
}
