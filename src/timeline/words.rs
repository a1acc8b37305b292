//! The words of a language: one reviewed file, in which every sentence has a source and states when it applies.

use crate::error::{Error, Result, suggestion};
use crate::path;
use crate::route::Route;
use crate::scenario::Style;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// All words of one language.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Version of the file format. 1 is the only one.
    pub format: u32,
    /// BCP 47 tag of the language: `en`, `es`.
    pub language: String,
    /// Name of the language in that language.
    pub name: String,
    /// Short words and patterns by id.
    pub term: BTreeMap<String, String>,
    /// Days of the week, Monday first.
    pub weekdays: Vec<String>,
    /// Names of the months, January first.
    pub months: Vec<String>,
    /// Sections in the order of the page.
    pub section: Vec<Section>,
    /// Citations of the sources, by id.
    pub source: BTreeMap<String, String>,
}

/// The side of a sheet on which a section is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Leaf {
    /// Front of the patient's sheet.
    Front,
    /// Back of the patient's sheet.
    Back,
    /// The clinician's sheet.
    Clinician,
}

/// A section of a page with a heading.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Id of the section in code and tests.
    pub id: String,
    /// The side of the sheet on which it is printed.
    pub leaf: Leaf,
    /// Heading of the section.
    pub heading: String,
    /// Sentences of the section, in order.
    pub item: Vec<Item>,
}

/// How a sentence is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemKind {
    /// A paragraph.
    Text,
    /// A point of a list.
    #[default]
    Point,
    /// A warning, set apart from the rest.
    Warning,
    /// A list item with a box to tick.
    Check,
}

/// One or two sentences with their source.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The text. Names in braces are blanks to be filled in.
    pub words: String,
    /// How the text is laid out.
    #[serde(default)]
    pub kind: ItemKind,
    /// Conditions that must all hold for the text to be included. A leading `!` negates one.
    #[serde(default)]
    pub when: Vec<String>,
    /// Id of the source.
    pub source: String,
}

/// Names of the blanks that can be filled in, each with its meaning.
pub const BLANKS: &[(&str, &str)] = &[
    ("drug", "the drug in everyday words"),
    ("route", "how it is given, in everyday words"),
    ("clinic", "name of the clinic, or a term for it"),
    ("phone", "phone of the clinic"),
    ("crisis_line", "local crisis line"),
    ("fasting", "the clinic's own line on food and drink"),
    ("stay", "least stay after the last dose, as a length of time"),
    ("arrive", "how long before the start to come"),
    ("no_alcohol", "length of time without alcohol, cannabis or sleep drugs"),
    ("notice", "range of times after the first dose in which people begin to notice something"),
    ("strongest", "range of times in which effects are strongest"),
    ("easing", "range of times in which main effects fade"),
    ("started", "date and clock of the first dose"),
    ("arrival", "clock of the arrival"),
    ("arrival_date", "its date"),
    ("check", "clock before which staff do not check for leaving"),
    ("check_date", "its date"),
    ("drive", "date and clock before which nobody drives"),
    ("integration_from", "date and clock from which an integration visit is suggested"),
    ("integration_to", "date and clock up to which it is suggested"),
    ("next", "date and clock of the next visit"),
    ("visits", "number of dosing visits"),
    ("page_refused", "what stands against the patient's page, for clinicians"),
    ("touches", "that the caution band is touched, for clinicians"),
];

/// Conditions that a sentence can depend on, each with its meaning. The id of a route is a condition as well: it holds
/// where the dose is given by that route.
pub const CONDITIONS: &[(&str, &str)] = &[
    ("esketamine", "the drug is esketamine"),
    ("clock", "the start is known, so appointments have clock times"),
    ("clinic", "the clinic's name is known"),
    ("phone", "its phone is known"),
    ("crisis_line", "the local crisis line is known"),
    ("fasting", "the clinic's line on food and drink is known"),
    ("stay", "the least stay is known"),
    ("arrive", "the time of arrival is known"),
    ("arrival_other_day", "people arrive on another day than that of the first dose"),
    ("check_other_day", "staff check for leaving on another day than that of the first dose"),
    ("no_alcohol", "the clinic's hours without alcohol are known"),
    ("ride_alone", "the clinic lets people go home alone by taxi or ride app"),
    ("at_home", "a dose taken at home"),
    ("several_doses", "more than one dose"),
    ("notice", "there is a range for noticing"),
    ("easing", "there is a range for main effects fading"),
    ("few_notice", "fewer people than the rule asks for notice anything"),
    ("few_strong", "fewer people than the rule asks for reach the dissociative level"),
    ("next", "the next visit is known"),
    ("talking", "a talking session"),
    ("inward", "an inward session"),
    ("style", "the manner of the session is known"),
    ("page_refused", "something stands against the patient's page"),
    ("page_made", "the patient's page is made, whether or not something stands against it"),
    ("above_label", "the dose is above the highest for anaesthesia on a label"),
    ("touches", "the caution band is touched"),
];

/// Ids of terms that pictures, dates and lists need, besides one for each route. Every language has all of them.
pub const TERMS: &[&str] = &[
    "title",
    "title-clinician",
    "subtitle",
    "made-for",
    "drug-ketamine",
    "drug-esketamine",
    "clinic",
    "minute",
    "minutes",
    "hour",
    "hours",
    "half-hours",
    "days",
    "range",
    "range-open",
    "clock",
    "clock-first",
    "clock-second",
    "date",
    "date-clock",
    "hours-after",
    "picture-notice",
    "picture-strongest",
    "picture-easing",
    "picture-staff",
    "picture-no-driving",
    "picture-caption",
    "picture-alt",
    "dots-notice",
    "dots-easing",
    "dots-never-notice",
    "dots-never-strong",
    "dots-later",
    "dots-caption",
    "dots-alt",
    "row-integration",
    "row-integration-words",
    "footer",
    "calendar-visit",
    "calendar-check",
    "calendar-ride",
    "calendar-ride-words",
    "calendar-drive",
    "calendar-drive-words",
    "calendar-integration",
    "calendar-integration-words",
    "calendar-next",
    "course-evaluation",
    "course-preparation",
    "course-dosing",
    "course-integration",
    "course-follow-up",
    "course-note",
];

/// Language of the clinician's sheet, the only one it is written in.
pub const SHEET_LANGUAGE: &str = "en";

/// Contents of the clinician's sheet: its sections, the parts of a session, and the sources.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// Version of the file format. 1 is the only one.
    pub format: u32,
    /// Sections of the sheet, in reading order.
    pub section: Vec<Section>,
    /// Parts of a session, drawn over the day.
    pub overlay: Vec<Overlay>,
    /// Citations of the sources, by id.
    pub source: BTreeMap<String, String>,
}

/// A part of a session, drawn over the ranges of effects.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    /// Style of the session in which it occurs.
    pub style: Style,
    /// Name of this part of the session.
    pub name: String,
    /// Range with which it begins.
    pub from: Anchor,
    /// Range with which it ends.
    pub to: Anchor,
    /// Id of a source.
    pub source: String,
}

/// A point of the day at which a part of a session begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Anchor {
    /// The first dose.
    Start,
    /// Effects are first noticed.
    Notice,
    /// Effects are strongest.
    Strongest,
    /// Main effects are fading.
    Easing,
    /// End of the time axis of the picture.
    End,
}

/// Contents of the clinician's sheet.
///
/// # Errors
/// Never with the shipped file, which tests read.
pub fn clinician() -> Result<Sheet> {
    let (name, text) = ("assets/timeline/clinician.toml", include_str!("../../assets/timeline/clinician.toml"));
    let sheet: Sheet = toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))?;
    check_sections(&sheet.section, &sheet.source).map_err(|e| e.located(name, text))?;
    if let Some((i, odd)) = sheet.overlay.iter().enumerate().find(|(_, o)| !sheet.source.contains_key(&o.source)) {
        return Err(Error::input(format!("there is no source \"{}\"", odd.source))
            .remedy("add it under [source]")
            .at(path!["overlay", i, "source"])
            .located(name, text));
    }
    Ok(sheet)
}

/// Files of words that ship with ketasim: file name and text.
pub const EMBEDDED: &[(&str, &str)] = &[
    ("assets/timeline/en.toml", include_str!("../../assets/timeline/en.toml")),
    ("assets/timeline/es.toml", include_str!("../../assets/timeline/es.toml")),
];

impl Words {
    /// The words of every language that ships with ketasim.
    ///
    /// # Errors
    /// Never with the shipped files, which tests read.
    pub fn embedded() -> Result<Vec<Self>> {
        EMBEDDED.iter().map(|(name, text)| Self::parse(name, text)).collect()
    }

    /// The words of a language, by its tag.
    ///
    /// # Errors
    /// When the language has none. The message lists the languages that do.
    pub fn of(language: &str) -> Result<Self> {
        let all = Self::embedded()?;
        let tags: Vec<String> = all.iter().map(|w| w.language.clone()).collect();
        // for a tag such as es-MX or en_US without words of its own, the language alone decides
        let wanted = language.trim().to_lowercase().replace('_', "-");
        let primary = wanted.split('-').next().unwrap_or_default().to_owned();
        let of = |tag: &str| tags.iter().position(|t| t.to_lowercase() == tag);
        let found = of(&wanted).or_else(|| of(&primary)).and_then(|at| all.into_iter().nth(at));
        found.ok_or_else(|| {
            Error::input(format!("there are no words in the language \"{language}\""))
                .remedy(suggestion(language, tags.iter().map(String::as_str)))
        })
    }

    /// Reads a file of words and checks it. `name` is the file name used in messages.
    ///
    /// # Errors
    /// When it is not a valid file of words, a term is missing, or a sentence uses an unknown name.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let words: Self = toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))?;
        words.check().map_err(|e| e.located(name, text))?;
        Ok(words)
    }

    fn check(&self) -> Result<()> {
        let terms: Vec<&str> = TERMS.iter().copied().chain(Route::ALL.map(|r| r.row().term)).collect();
        if let Some(term) = terms.iter().find(|t| !self.term.contains_key(**t)) {
            return Err(Error::input(format!("the term \"{term}\" is missing"))
                .remedy("add it under [term]")
                .at(path!["term"]));
        }
        if let Some(odd) = self.term.keys().find(|k| !terms.contains(&k.as_str())) {
            return Err(Error::input(format!("nothing uses the term \"{odd}\""))
                .remedy(suggestion(odd, terms))
                .at(path!["term", odd]));
        }
        if self.weekdays.len() != 7 || self.months.len() != 12 {
            return Err(Error::input("there are not seven days and twelve months").remedy("list them all, in order"));
        }
        check_sections(&self.section, &self.source)
    }

    /// A term by its id. Empty for an unknown id, which checks exclude.
    pub fn term(&self, id: &str) -> &str {
        self.term.get(id).map_or("", String::as_str)
    }

    /// A term with its blanks filled in.
    pub fn fill(&self, id: &str, values: &[(&str, &str)]) -> String {
        fill(self.term(id), |name| values.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }
}

fn check_sections(sections: &[Section], sources: &BTreeMap<String, String>) -> Result<()> {
    let mut ids = BTreeSet::new();
    for (s, section) in sections.iter().enumerate() {
        if !ids.insert(&section.id) {
            return Err(Error::input(format!("there are two sections \"{}\"", section.id))
                .remedy("give each its own id")
                .at(path!["section", s, "id"]));
        }
        for (i, item) in section.item.iter().enumerate() {
            check_item(item, sources).map_err(|e| e.within(path!["section", s, "item", i]))?;
        }
    }
    Ok(())
}

fn check_item(item: &Item, sources: &BTreeMap<String, String>) -> Result<()> {
    for blank in blanks(&item.words) {
        if !BLANKS.iter().any(|(name, _)| *name == blank) {
            return Err(Error::input(format!("nothing fills in {{{blank}}}"))
                .remedy(suggestion(blank, BLANKS.iter().map(|(name, _)| *name)))
                .at(path!["words"]));
        }
    }
    for condition in &item.when {
        let name = condition.trim_start_matches('!');
        let known = CONDITIONS.iter().map(|(known, _)| *known).chain(Route::ALL.map(Route::id));
        if !known.clone().any(|k| k == name) {
            return Err(Error::input(format!("\"{name}\" is nothing that a sentence can depend on"))
                .remedy(suggestion(name, known))
                .at(path!["when"]));
        }
    }
    if !sources.contains_key(&item.source) {
        return Err(Error::input(format!("there is no source \"{}\"", item.source))
            .remedy("add it under [source]")
            .at(path!["source"]));
    }
    Ok(())
}

/// Names in braces, in order.
pub fn blanks(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

/// `text` with its blanks filled in. A blank without a value is left as it is.
pub fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, behind)) => {
                filled.push_str(&value(name).unwrap_or_else(|| format!("{{{name}}}")));
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_filled_in() {
        let value = |name: &str| (name == "a").then(|| "1".to_owned());
        assert_eq!(fill("{a} and {b}, {a}", value), "1 and {b}, 1");
        assert_eq!(fill("no end {a", value), "no end {a");
        assert_eq!(blanks("{a} and {b}").collect::<Vec<_>>(), ["a", "b"]);
    }
}
