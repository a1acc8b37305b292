//! A scenario: who gets what, under which model. It is the one thing that users edit, save and share.

mod clinic;
mod slip;
mod view;

pub use clinic::{Abstinence, Arrival, Clinic, Interval, Reminder, Stay, Style, Visit, Visits};
pub use view::{LevelLine, SharedView};

use crate::covariates::Population;
use crate::error::{Error, Result, suggestion};
use crate::library::Library;
use crate::model::{Model, Site};
use crate::path;
use crate::regimen::{Dose, DoseAmount, MOST_DOSES, MOST_IN_ALL, Route, check_regimen};
use crate::sim::{Case, administrations};
use crate::subject::{OwnSubject, Subject};
use crate::units::{Age, Time, Weight, number};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who gets what, under which model, for how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Version of the file format. 1 is the only one.
    #[serde(default = "one")]
    pub format: u32,
    /// Title of the scenario.
    #[serde(default)]
    pub title: String,
    /// Length of the simulation, from time 0.
    #[serde(default = "four_hours")]
    pub horizon: Time,
    /// The subject that is simulated: weight, age and other covariates.
    #[serde(default)]
    pub subject: Subject,
    /// How weight and age vary between virtual subjects. When left out, all have the subject's values.
    #[serde(default, skip_serializing_if = "Population::is_none")]
    pub population: Population,
    /// Conditions that the library has data on, each on or off.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, bool>,
    /// The clinic's own rules and phone numbers, for the timeline. `None` where none are stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clinic: Option<Clinic>,
    /// Date, time and style of the visit. `None` where none are stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<Visit>,
    /// How it is shown: what a file shares beside what is simulated. `None` where nothing is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<SharedView>,
    /// The arms that are compared.
    #[serde(default, rename = "arm")]
    pub arms: Vec<StudyArm>,
}

/// One arm of the comparison: a drug, its doses and the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyArm {
    /// Name of the arm. No two arms have the same.
    pub label: String,
    /// Id of the drug.
    pub drug: String,
    /// Id of the model. `None`: the default for drug and routes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Sampling site. `None`: the model's own site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<PlasmaSite>,
    /// Whether the arm takes part. An arm that is off is kept but not simulated.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub on: bool,
    /// What the arm states of its own subject: two people can be compared. Whatever it leaves out is the scenario's.
    #[serde(default, skip_serializing_if = "OwnSubject::is_none")]
    pub subject: OwnSubject,
    /// Doses of the arm.
    #[serde(default, rename = "dose")]
    pub doses: Vec<Dose>,
}

/// A sampling site that a scenario can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlasmaSite {
    /// Arterial plasma.
    Arterial,
    /// Venous plasma.
    Venous,
}

impl From<PlasmaSite> for Site {
    fn from(site: PlasmaSite) -> Self {
        match site {
            PlasmaSite::Arterial => Self::Arterial,
            PlasmaSite::Venous => Self::Venous,
        }
    }
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_yes(on: &bool) -> bool {
    *on
}

fn four_hours() -> Time {
    Time::from_hours(4.0)
}

/// Largest scenario file, bytes (1 MiB). A scenario fills about a page, so anything larger is something else.
pub const LARGEST_FILE: usize = 1 << 20;
/// Largest number of arms. More could not be told apart.
pub const MOST_ARMS: usize = 24;
/// Shortest and longest simulation, h: one minute and sixty days.
pub(crate) const HORIZON_H: std::ops::RangeInclusive<f64> = 1.0 / 60.0 - 1e-9..=1440.0;
/// Longest label in characters. A longer one does not fit its card.
const LONGEST_LABEL: usize = 60;

impl Scenario {
    /// What times are counted from: "the first dose", or "time 0" where an arm that is on has its first dose later.
    pub fn counted_from(&self) -> &'static str {
        let on = self.arms.iter().filter(|arm| arm.on);
        crate::regimen::counted_from(on.map(|arm| crate::regimen::first_start(&arm.doses).hours()))
    }

    /// The scenario of the opening screen, as a file.
    pub const OPENING: &'static str = include_str!("../assets/scenarios/four-routes.toml");

    /// Regimens with published times, as a scenario file.
    pub const REGIMENS: &'static str = include_str!("../assets/scenarios/regimens.toml");

    /// An example visit for trying out a patient's page, as a scenario file.
    pub const VISIT: &'static str = include_str!("../assets/scenarios/visit.toml");

    /// Arms that can be added to a scenario, as a scenario file.
    pub const ARMS: &'static str = include_str!("../assets/scenarios/arms.toml");

    /// Reads a scenario and checks it. `name` is the file name used in messages.
    ///
    /// # Errors
    /// With file and line, what is wrong, and what would have worked.
    pub fn from_toml(name: &str, text: &str, library: &Library) -> Result<Self> {
        if text.len() > LARGEST_FILE {
            return Err(Error::input(format!("{name} has {} bytes", text.len()))
                .remedy(format!("a scenario has at most {LARGEST_FILE} bytes")));
        }
        let scenario = Self::read(name, text)?;
        scenario.check(library).map_err(|e| e.located(name, text))?;
        Ok(scenario)
    }

    /// A scenario with one arm for one subject.
    pub fn of(arm: StudyArm, subject: Subject, horizon: Time) -> Self {
        Self {
            format: 1,
            title: String::new(),
            horizon,
            subject,
            population: Population::default(),
            conditions: BTreeMap::new(),
            clinic: None,
            visit: None,
            view: None,
            arms: vec![arm],
        }
    }

    /// Reads a file without checking whether it can be simulated.
    ///
    /// # Errors
    /// With the line that cannot be read.
    pub fn read(name: &str, text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))
    }

    /// The scenario as the text of a file.
    ///
    /// # Errors
    /// When it cannot be written as TOML, which its types exclude.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self).map_err(|e| Error::cannot(format!("the scenario cannot be written: {e}")))
    }

    /// Refuses a scenario that cannot be simulated, without simulating it.
    ///
    /// # Errors
    /// With the path of the entry that is wrong.
    pub fn check(&self, library: &Library) -> Result<()> {
        self.check_head(library)?;
        (0..self.arms.len()).try_for_each(|i| self.check_arm(i, library))
    }

    /// Refuses one arm that cannot be simulated; the other arms are not checked.
    ///
    /// # Errors
    /// With the path of the entry that is wrong.
    pub(crate) fn check_arm(&self, i: usize, library: &Library) -> Result<()> {
        let arm = &self.arms[i];
        if self.arms[..i].iter().any(|a| a.label == arm.label) {
            return Err(Error::input(format!("two arms have the label \"{}\"", arm.label))
                .remedy("give each arm a label of its own")
                .at(path!["arm", i, "label"]));
        }
        arm.check(self.horizon, library).map_err(|e| e.within(path!["arm", i]))?;
        let subject = self.subject_of(arm);
        subject.check().map_err(|e| e.within(path!["arm", i, "subject"]))?;
        let drug = library.drug(&arm.drug)?;
        let given = self.administrations(arm, library);
        if given > MOST_DOSES {
            return Err(Error::input(format!("the arm is given {given} doses once repeats and sprays are counted"))
                .remedy(format!("an arm has at most {MOST_DOSES}, sprays counted one by one"))
                .at(path!["arm", i]));
        }
        for (k, dose) in arm.doses.iter().enumerate() {
            slip::check(dose, drug, &subject, library).map_err(|e| e.within(path!["arm", i, "dose", k]))?;
        }
        if arm.on { self.check_people(arm, library) } else { Ok(()) }
    }

    /// Who is given an arm: the scenario's subject, with what the arm states of its own.
    pub fn subject_of(&self, arm: &StudyArm) -> Subject {
        arm.subject.or(&self.subject)
    }

    /// How weight and age vary between the virtual subjects of an arm. What the arm states of its own subject is the
    /// same in all of them.
    pub fn population_of(&self, arm: &StudyArm) -> Population {
        Population {
            weight: self.population.weight.filter(|_| arm.subject.weight.is_none()),
            age: self.population.age.filter(|_| arm.subject.age.is_none()),
        }
    }

    /// Number of administrations in an arm, with every repeat and spray counted.
    fn administrations(&self, arm: &StudyArm, library: &Library) -> u64 {
        let Ok(drug) = library.drug(&arm.drug) else { return 0 };
        let subject = self.subject_of(arm);
        let each = |d: &Dose| administrations(d, &subject, drug.sprays);
        arm.doses.iter().fold(0_u64, |sum, d| sum.saturating_add(each(d)))
    }

    /// Number of administrations in all arms that are on, with every repeat and spray counted.
    pub fn administrations_in_all(&self, library: &Library) -> u64 {
        let on = self.arms.iter().filter(|a| a.on);
        on.fold(0_u64, |sum, arm| sum.saturating_add(self.administrations(arm, library)))
    }

    /// Refuses subjects that a model was not made for, and doses whose layout would differ between subjects.
    fn check_people(&self, arm: &StudyArm, library: &Library) -> Result<()> {
        let model = arm.model_in(library)?;
        let beyond = |key: &'static str, people: Option<[f64; 2]>, made_for: Option<[f64; 2]>, unit: &str| {
            let Some(([low, high], [least, most])) = people.zip(made_for) else { return Ok(()) };
            if low >= least && high <= most {
                return Ok(());
            }
            let span = |a: f64, b: f64| format!("{} to {} {unit}", number(a), number(b));
            let what = format!("people of {} go beyond those of {}, {}", span(low, high), model.id, span(least, most));
            let kept = format!("keep low and high within {}", span(least, most));
            let can: Vec<String> =
                self.made_for_all(arm, library).iter().map(|m| format!("{} ({})", m.id, m.title)).collect();
            let remedy = if can.is_empty() {
                format!("{kept}: no other model was made for such people by this route")
            } else {
                format!("{kept}, or name another model in arm \"{}\": {}", arm.label, can.join("; "))
            };
            Err(Error::input(what).remedy(remedy).at(path!["population", key]))
        };
        let ends = |limits: crate::covariates::Limits| limits.ends;
        let population = self.population_of(arm);
        beyond("weight", population.weights().map(ends), model.weight.map(|w| w.map(|w| w.kg())), "kg")?;
        beyond("age", population.ages().map(ends), model.age.map(|a| a.map(|a| a.years())), "y")?;
        let by_device = library.drug(&arm.drug)?.sprays.device.is_some();
        let unstated = |d: &Dose| {
            by_device && d.route() == Route::In && d.sprays().is_none() && matches!(d.amount, DoseAmount::PerKg(_))
        };
        if population.weight.is_some() && arm.doses.iter().any(unstated) {
            let what = format!("the sprays of a dose per kg in arm \"{}\" would differ between people", arm.label);
            return Err(Error::input(what)
                .remedy("state sprays, or an amount in mg")
                .at(path!["population", "weight"]));
        }
        Ok(())
    }

    /// Models of the arm's drug and routes that were made for every subject of the population.
    fn made_for_all<'a>(&self, arm: &StudyArm, library: &'a Library) -> Vec<&'a Model> {
        let (subject, population) = (self.subject_of(arm), self.population_of(arm));
        let [lightest, heaviest] = population.weights().map_or([subject.weight.kg(); 2], |l| l.ends);
        let [youngest, oldest] = population.ages().map_or([subject.age.years(); 2], |l| l.ends);
        let somebody =
            |kg, years| Subject { weight: Weight::from_kg(kg), age: Age::from_years(years), ..subject.clone() };
        let (first, last) = (somebody(lightest, youngest), somebody(heaviest, oldest));
        let mut list = library.made_for(&arm.drug, &arm.routes(), &first);
        list.retain(|m| m.fits(&arm.routes(), &last));
        list
    }

    /// Refuses what is wrong with the scenario apart from its arms.
    ///
    /// # Errors
    /// With the path of the entry that is wrong.
    pub fn check_head(&self, library: &Library) -> Result<()> {
        if self.format != 1 {
            return Err(Error::input(format!("format {} is not known", self.format))
                .remedy("this version reads format 1")
                .at(path!["format"]));
        }
        if !HORIZON_H.contains(&self.horizon.hours()) {
            return Err(Error::input(format!("a horizon of {} cannot be simulated", self.horizon))
                .remedy("from 1 min to 60 d, for example \"4 h\"")
                .at(path!["horizon"]));
        }
        self.subject.check().map_err(|e| e.within(path!["subject"]))?;
        self.population.check().map_err(|e| e.within(path!["population"]))?;
        for id in self.conditions.keys() {
            library.condition(id).map_err(|e| e.at(path!["conditions", id]))?;
        }
        if self.arms.len() > MOST_ARMS {
            return Err(Error::input(format!("{} arms are too many to compare", self.arms.len()))
                .remedy(format!("at most {MOST_ARMS}"))
                .at(path!["arm"]));
        }
        // an arm with too many by itself is refused by its own check
        let on = self.arms.iter().filter(|a| a.on).map(|arm| self.administrations(arm, library));
        let given: u64 = on.filter(|given| *given <= MOST_DOSES).sum();
        if given > MOST_IN_ALL {
            return Err(Error::input(format!("{given} doses in all arms, once repeats and sprays are counted"))
                .remedy(format!("at most {MOST_IN_ALL}: take arms away, or repeat less often"))
                .at(path!["arm"]));
        }
        clinic::check_texts(self)
    }
}

impl StudyArm {
    /// Checks the arm alone.
    fn check(&self, horizon: Time, library: &Library) -> Result<()> {
        if self.label.trim().is_empty() || self.label.chars().count() > LONGEST_LABEL {
            return Err(Error::input(format!("a label has from 1 to {LONGEST_LABEL} characters"))
                .remedy("write for example label = \"IV\"")
                .at(path!["label"]));
        }
        library.drug(&self.drug).map_err(|e| e.at(path!["drug"]))?;
        check_regimen(&self.doses, horizon)?;
        let model = self.model_in(library)?;
        for (i, dose) in self.doses.iter().enumerate() {
            if !model.routes.contains_key(&dose.route()) {
                return Err(Error::input(format!("{} has no route {}", model.id, dose.route().id()))
                    .remedy(suggestion("", model.routes.keys().map(|r| r.id())))
                    .at(path!["dose", i, "route"]));
            }
        }
        self.site_in(model).map(|_| ())
    }

    /// The arm's routes, each once, in order of their first dose and independent of the order in the file.
    pub fn routes(&self) -> Vec<Route> {
        let mut doses: Vec<&Dose> = self.doses.iter().collect();
        doses.sort_by(|a, b| a.time.hours().total_cmp(&b.time.hours()).then(a.route().cmp(&b.route())));
        let mut list = Vec::new();
        for dose in doses {
            if !list.contains(&dose.route()) {
                list.push(dose.route());
            }
        }
        list
    }

    /// The case to simulate when this arm is given to a subject under a model.
    ///
    /// # Errors
    /// When the library does not know the drug.
    pub fn case<'a>(&'a self, model: &'a Model, subject: &'a Subject, library: &'a Library) -> Result<Case<'a>> {
        let drug = library.drug(&self.drug)?;
        Ok(Case {
            model,
            subject,
            doses: &self.doses,
            base_per_hydrochloride: drug.base_per_hydrochloride,
            sprays: drug.sprays,
            lowerings: library.lowerings(model),
        })
    }

    /// The named model, or the default for drug and routes.
    ///
    /// # Errors
    /// When there is no such model, or it describes another drug.
    pub fn model_in<'a>(&self, library: &'a Library) -> Result<&'a Model> {
        let Some(id) = &self.model else {
            return library.default_for_all(&self.drug, &self.routes());
        };
        let model = library.model(id).map_err(|e| e.at(path!["model"]))?;
        if let Some(why) = &model.incomplete {
            let whole = library.models().filter(|m| m.drug == self.drug && m.incomplete.is_none());
            return Err(Error::cannot(format!("{id} cannot be simulated: {why}"))
                .remedy(suggestion("", whole.map(|m| m.id.as_str())))
                .at(path!["model"]));
        }
        if model.drug == self.drug {
            return Ok(model);
        }
        let fit = library.models().filter(|m| m.drug == self.drug).map(|m| m.id.as_str());
        Err(Error::input(format!("{id} is a model of {}, but the arm's drug is {}", model.drug, self.drug))
            .remedy(suggestion("", fit))
            .at(path!["model"]))
    }

    /// The requested sampling site, or the model's own.
    ///
    /// # Errors
    /// When the model has no curve at this site, or not for these doses.
    pub fn site_in(&self, model: &Model) -> Result<Site> {
        let Some(asked) = self.site else { return Ok(model.estimated_from) };
        let site = Site::from(asked);
        let refuse = |what: String, remedy: String| Err(Error::input(what).remedy(remedy).at(path!["site"]));
        let own = model.estimated_from;
        let leave_out = format!("leave `site` out: the model's own site is {}", own.words());
        let Some(output) = model.output(&model.drug, site) else {
            return refuse(format!("{} has no curve for {}", model.id, site.words()), leave_out);
        };
        let Some(only) = &output.only else { return Ok(site) };
        for dose in &self.doses {
            let slow = dose.route() != Route::Iv
                || only
                    .infusion_at_least
                    .is_none_or(|least| dose.length().is_some_and(|d| d.hours() >= least.hours() - 1e-9));
            if !only.routes.contains(&dose.route()) || !slow {
                let note = output.note.clone().unwrap_or_else(|| "it was not estimated for such a dose".to_owned());
                return refuse(format!("{} offers no {} after this dose: {note}", model.id, site.words()), leave_out);
            }
        }
        Ok(site)
    }
}
