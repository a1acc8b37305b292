//! Everything the simulator knows that is not code: models, drugs, levels of effect, conditions.
//!
//! The embedded files and files of the user go through the same parsers. Nothing here touches the
//! file system; texts are passed in.

mod conditions;
mod drugs;
mod effects;
mod published;

pub use conditions::{Condition, Measured};
pub use drugs::{Anaesthesia, AnalyteName, DoseLimits, Drug};
pub use effects::{Caution, Delay, Effects, EvidenceKind, Level, LevelKind, NoTimeBelow, Pair, Programme};
pub use published::{Beside, Nearest, Published};

use crate::error::{Error, Result, suggestion};
use crate::model::{Model, parse_model};
use crate::path;
use crate::regimen::Route;
use crate::sim::Lowerings;
use crate::subject::Subject;
use std::collections::BTreeMap;

/// Where a model came from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    /// Shipped with ketasim.
    Embedded,
    /// A file of the user, by name.
    File(String),
}

/// Models and the data around them.
#[derive(Debug, Clone)]
pub struct Library {
    /// Each with what it was lowered to before.
    models: Vec<(Model, Origin, Lowerings)>,
    /// Drugs, in the order of the file.
    pub drugs: Vec<Drug>,
    /// Drugs and metabolites that models read out, with their names for readers.
    pub analytes: Vec<AnalyteName>,
    /// From when on a dose is taken for one of anaesthesia, or for a slip.
    pub limits: DoseLimits,
    /// Levels, delays, bands, programme figures.
    pub effects: Effects,
    /// Conditions with measured changes.
    pub conditions: Vec<Condition>,
    /// Published times of regimens.
    pub published: Vec<Published>,
    /// The nearest trials of another drug, route, dose or age.
    nearest: Vec<Nearest>,
}

/// File name and text of every shipped model; `tests/models.rs` compares the list with the folder.
pub const EMBEDDED_MODELS: &[(&str, &str)] = &[
    ("ashraf-2018.toml", include_str!("../../models/ashraf-2018.toml")),
    ("clements-nimmo-1981.toml", include_str!("../../models/clements-nimmo-1981.toml")),
    ("domino.toml", include_str!("../../models/domino.toml")),
    ("elkomy-2015.toml", include_str!("../../models/elkomy-2015.toml")),
    ("fanta-otto.toml", include_str!("../../models/fanta-otto.toml")),
    ("flint-2017.toml", include_str!("../../models/flint-2017.toml")),
    ("herd-anderson-2007.toml", include_str!("../../models/herd-anderson-2007.toml")),
    ("hijazi-2003.toml", include_str!("../../models/hijazi-2003.toml")),
    ("hornik-2018.toml", include_str!("../../models/hornik-2018.toml")),
    ("kamp-2020.toml", include_str!("../../models/kamp-2020.toml")),
    ("kap-programme-high.toml", include_str!("../../models/kap-programme-high.toml")),
    ("kap-programme-low.toml", include_str!("../../models/kap-programme-low.toml")),
    ("ketamine-composite.toml", include_str!("../../models/ketamine-composite.toml")),
    ("perez-ruixo-2021.toml", include_str!("../../models/perez-ruixo-2021.toml")),
    ("simons-2022.toml", include_str!("../../models/simons-2022.toml")),
];

impl Library {
    /// The shipped library.
    ///
    /// # Errors
    /// Never with the shipped files, which tests read; the type keeps a broken build from panicking.
    pub fn embedded() -> Result<Self> {
        let drugs::Read { drugs, analytes, limits } =
            drugs::parse("assets/drugs.toml", include_str!("../../assets/drugs.toml"))?;
        let effects = effects::parse("assets/effects.toml", include_str!("../../assets/effects.toml"), None)?;
        let conditions = conditions::parse("assets/conditions.toml", include_str!("../../assets/conditions.toml"))?;
        let (published, nearest) =
            published::parse("assets/published.toml", include_str!("../../assets/published.toml"))?;
        let models = Vec::new();
        let mut library = Self { models, drugs, analytes, limits, effects, conditions, published, nearest };
        for (name, text) in EMBEDDED_MODELS {
            library.add(&format!("models/{name}"), text, Origin::Embedded)?;
        }
        Ok(library)
    }

    /// Adds a model file of the user; its id must be new.
    ///
    /// # Errors
    /// When the file is refused or its id is taken.
    pub fn insert_toml(&mut self, name: &str, text: &str) -> Result<&Model> {
        self.add(name, text, Origin::File(name.to_owned()))
    }

    /// Takes levels, delays and bands from a file of the user's in place of those of `assets/effects.toml`. A file
    /// that leaves `[no_time_below]` out keeps the rule that is there.
    ///
    /// # Errors
    /// When the file is refused, or no pair, or one that names the drug, has a level of its dissociative part; nothing
    /// is changed then.
    pub fn replace_effects(&mut self, name: &str, text: &str) -> Result<()> {
        let effects = effects::parse(name, text, Some(&self.effects))?;
        if effects.pairs.is_empty() {
            return Err(Error::input("there is no [[pair]] of levels and delay")
                .remedy("start from assets/effects.toml and change its numbers")
                .located(name, text));
        }
        for pair in &effects.pairs {
            if let Some(unknown) = pair.levels.keys().find(|d| self.drugs.iter().all(|known| known.id != **d)) {
                let what = format!("pair \"{}\" has levels of \"{unknown}\", which is no drug", pair.id);
                let known = suggestion(unknown, self.drugs.iter().map(|d| d.id.as_str()));
                return Err(Error::input(what).remedy(known).located(name, text));
            }
        }
        let dissociative = |p: &Pair, drug: &str| p.levels.get(drug).map(|l| l.contains_key(&LevelKind::Dissociative));
        for drug in &self.drugs {
            let of_drug: Vec<(&Pair, bool)> =
                effects.pairs.iter().filter_map(|p| Some((p, dissociative(p, &drug.id)?))).collect();
            let lacking = of_drug.iter().find(|(_, has)| !has).map(|(p, _)| p.id.as_str());
            if of_drug.is_empty() || lacking.is_some() {
                let whose = lacking.or(effects.pairs.first().map(|p| p.id.as_str())).unwrap_or_default();
                return Err(Error::input(format!("pair \"{whose}\" has no dissociative level for {}", drug.id))
                    .remedy(format!(
                        "add below it, with your own numbers: [pair.levels.{}] dissociative = {{ median, low, high, cv }}",
                        drug.id
                    ))
                    .located(name, text));
            }
        }
        self.effects = effects;
        Ok(())
    }

    fn add(&mut self, name: &str, text: &str, origin: Origin) -> Result<&Model> {
        let model = self.check_toml(name, text)?;
        self.models.push((model, origin, Lowerings::default()));
        match self.models.last() {
            Some((model, ..)) => Ok(model),
            None => Err(Error::cannot("the library is empty")),
        }
    }

    /// Checks a model file against itself and this library, without adding it.
    ///
    /// # Errors
    /// When the file is refused, its id is taken, or it names a drug that is not known.
    pub fn check_toml(&self, name: &str, text: &str) -> Result<Model> {
        let model = parse_model(name, text)?;
        let refuse = |e: Error| Err(e.located(name, text));
        if let Some((_, origin, _)) = self.models.iter().find(|(m, ..)| m.id == model.id) {
            let by = match origin {
                Origin::Embedded => "a model that ships with ketasim".to_owned(),
                Origin::File(file) => file.clone(),
            };
            return refuse(
                Error::input(format!("the id \"{}\" is taken by {by}", model.id))
                    .remedy("choose another id")
                    .at(path!["id"]),
            );
        }
        if let Err(e) = self.drug(&model.drug) {
            return refuse(e.at(path!["drug"]));
        }
        let analytes = || self.analytes.iter().map(|a| a.id.as_str());
        if let Some(odd) = model.compartments.iter().find(|c| !analytes().any(|a| a == c.holds)) {
            return refuse(
                Error::input(format!("\"{}\" holds the unknown analyte \"{}\"", odd.name, odd.holds))
                    .remedy(suggestion(&odd.holds, analytes()))
                    .at(path!["compartments", &odd.name, "holds"]),
            );
        }
        for route in &model.default_for {
            if let Some(other) = self.default_for(&model.drug, *route) {
                return refuse(
                    Error::input(format!("{} is the default for {} by route {route} already", other.id, model.drug))
                        .remedy("leave the route out of `default_for`")
                        .at(path!["default_for"]),
                );
            }
        }
        Ok(model)
    }

    /// Trials that stand beside the windows of a drug by these routes.
    pub fn nearest<'a>(&'a self, drug: &'a str, routes: &'a [Route]) -> impl Iterator<Item = &'a Nearest> {
        self.nearest.iter().filter(move |n| n.beside.iter().any(|b| b.drug == drug && routes.contains(&b.route)))
    }

    /// All models, in the order they were added.
    pub fn models(&self) -> impl Iterator<Item = &Model> {
        self.models.iter().map(|(m, ..)| m)
    }

    /// What one of these models was lowered to before; `None` for a model from elsewhere.
    pub(crate) fn lowerings(&self, model: &Model) -> Option<&Lowerings> {
        self.models.iter().find(|(known, ..)| std::ptr::eq(known, model)).map(|(.., lowerings)| lowerings)
    }

    /// A model by id.
    ///
    /// # Errors
    /// When there is none of that name; the message lists them.
    pub fn model(&self, id: &str) -> Result<&Model> {
        self.models().find(|m| m.id == id).ok_or_else(|| {
            Error::input(format!("there is no model \"{id}\""))
                .remedy(suggestion(id, self.models().map(|m| m.id.as_str())))
        })
    }

    /// A drug by id.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn drug(&self, id: &str) -> Result<&Drug> {
        self.drugs.iter().find(|d| d.id == id).ok_or_else(|| {
            Error::input(format!("there is no drug \"{id}\""))
                .remedy(suggestion(id, self.drugs.iter().map(|d| d.id.as_str())))
        })
    }

    /// The model that is taken for a drug and route when none is named.
    pub fn default_for(&self, drug: &str, route: Route) -> Option<&Model> {
        self.models().find(|m| m.drug == drug && m.default_for.contains(&route))
    }

    /// The model that is taken for doses by these routes when none is named.
    ///
    /// # Errors
    /// When no default model has all the routes.
    pub fn default_for_all(&self, drug: &str, routes: &[Route]) -> Result<&Model> {
        let has_all = |m: &&Model| routes.iter().all(|r| m.routes.contains_key(r));
        let defaults = routes.iter().filter_map(|r| self.default_for(drug, *r));
        defaults.into_iter().find(has_all).ok_or_else(|| {
            let words: Vec<String> = routes.iter().map(ToString::to_string).collect();
            let can: Vec<String> = self
                .models()
                .filter(|m| m.drug == drug)
                .map(|m| format!("{} ({})", m.id, m.routes.keys().map(|r| r.id()).collect::<Vec<_>>().join(", ")))
                .collect();
            Error::cannot(format!("no model of {drug} has the routes {} together", words.join(" and ")))
                .remedy(format!("give them in arms of their own, or name a model: {}", can.join("; ")))
        })
    }

    /// Models of the drug that have all these routes and were made for such a person, one for each disposition,
    /// the first named first.
    pub fn applicable<'a>(&'a self, first: &'a Model, routes: &[Route], subject: &Subject) -> Vec<&'a Model> {
        let mut by_disposition: BTreeMap<&str, &Model> = BTreeMap::new();
        by_disposition.insert(&first.disposition, first);
        for model in self.models() {
            if model.drug == first.drug && model.fits(routes, subject) {
                by_disposition.entry(&model.disposition).or_insert(model);
            }
        }
        let mut list: Vec<&Model> = by_disposition.into_values().collect();
        list.sort_by_key(|m| m.id != first.id);
        list
    }

    /// Models of the drug that can be simulated, have all these routes and were made for such a person.
    pub fn made_for(&self, drug: &str, routes: &[Route], subject: &Subject) -> Vec<&Model> {
        let whole = self.models().filter(|m| m.drug == drug && m.incomplete.is_none());
        whole.filter(|m| m.fits(routes, subject)).collect()
    }

    /// Name of an analyte for people.
    pub fn analyte_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.analytes.iter().find(|a| a.id == id).map_or(id, |a| a.name.as_str())
    }

    /// Whether an analyte is a metabolite.
    pub fn is_metabolite(&self, id: &str) -> bool {
        self.analytes.iter().any(|a| a.id == id && a.metabolite)
    }

    /// A condition by id.
    ///
    /// # Errors
    /// When the library has no data on it.
    pub fn condition(&self, id: &str) -> Result<&Condition> {
        self.conditions.iter().find(|c| c.id == id).ok_or_else(|| {
            Error::input(format!("the library has no data on the condition \"{id}\""))
                .remedy(suggestion(id, self.conditions.iter().map(|c| c.id.as_str())))
        })
    }
}
