//! Reads the subjects of a study: weight, age and ancestry.
//!
//! The cell `population` is prose and is read in clauses. A word counts only as a whole ("Caucasian" is not "Asian"). A
//! negation applies to its own clause. What is ambiguous is not decided here.

mod age;

use self::age::{StatedAge, stated_age};
use super::cells::{Reason, with_unit};
use super::observed::Arm;
use crate::delimited::Cell;
use crate::subject::{Ancestry, Subject};
use crate::units::{self, Weight, number};
use serde::Deserialize;

/// Whether adults or children were studied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgeGroup {
    /// 18 years and older.
    Adult,
    /// Younger than 18 years.
    Child,
}

/// The subjects of a study.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StudiedPerson {
    pub subject: Subject,
    pub age: AgeGroup,
    /// Why ancestry could not be read. `None` where it was read or does not matter.
    pub unclear: Option<String>,
}

/// Age from which people are adults, years.
const GROWN_UP: f64 = 18.0;

/// Mean weights below this are usually of children, kg. Beside one, no adult age is assumed.
const SMALL_KG: f64 = 30.0;

const YOUNG: [&str; 45] = [
    "neonate",
    "neonates",
    "neonatal",
    "newborn",
    "newborns",
    "preterm",
    "preterms",
    "premature",
    "infant",
    "infants",
    "baby",
    "babies",
    "toddler",
    "toddlers",
    "child",
    "children",
    "kid",
    "kids",
    "boy",
    "boys",
    "girl",
    "girls",
    "paediatric",
    "paediatrics",
    "pediatric",
    "pediatrics",
    "preschool",
    "preschooler",
    "preschoolers",
    "preschool-age",
    "school-age",
    "school-aged",
    "schoolchild",
    "schoolchildren",
    "adolescent",
    "adolescents",
    "teen",
    "teens",
    "teenage",
    "teenager",
    "teenagers",
    "juvenile",
    "juveniles",
    "minors",
    "youths",
];
const OLD: [&str; 10] = [
    "elderly",
    "geriatric",
    "geriatrics",
    "older",
    "senior",
    "seniors",
    "octogenarian",
    "octogenarians",
    "nonagenarians",
    "oldest-old",
];
const GROWN: [&str; 10] =
    ["adult", "adults", "men", "man", "women", "woman", "mother", "mothers", "parents", "students"];
const OTHER_ANCESTRY: [&str; 13] = [
    "white",
    "whites",
    "caucasian",
    "caucasians",
    "black",
    "blacks",
    "african",
    "africans",
    "hispanic",
    "hispanics",
    "latino",
    "european",
    "europeans",
];
const NOT: [&str; 12] =
    ["not", "no", "non", "none", "never", "without", "neither", "nor", "except", "excluding", "excluded", "excl"];
/// Words that leave the number of people open.
const VAGUE: [&str; 20] = [
    "mostly",
    "mainly",
    "partly",
    "some",
    "mixed",
    "majority",
    "predominantly",
    "half",
    "few",
    "part",
    "or",
    "including",
    "incl",
    "vs",
    "versus",
    "most",
    "several",
    "unknown",
    "possibly",
    "other",
];

impl StudiedPerson {
    pub(super) fn read(arm: &Arm, assumed: &mut Vec<String>) -> Reason<Self> {
        let population = tokens(arm.cell("population"));
        let mut aged = Vec::new();
        let (years, age) = age(arm, &population, &mut aged)?;
        let weight = weight(arm, age, assumed)?;
        if !aged.is_empty() && years == Subject::default().age && weight.kg() < SMALL_KG {
            return Err(format!("no age, and people of {weight} may be children"));
        }
        assumed.append(&mut aged);
        let ancestry = ancestry(&population);
        let unclear = ancestry.is_none().then(|| {
            format!(
                "population \"{}\": whether all or none are Asian or Japanese cannot be read",
                arm.cell("population")
            )
        });
        let subject = Subject { weight, age: years, ancestry: ancestry.unwrap_or_default(), ..Subject::default() };
        subject.check().map_err(|e| e.what().to_owned())?;
        Ok(Self { subject, age, unclear })
    }
}

fn weight(arm: &Arm, age: AgeGroup, assumed: &mut Vec<String>) -> Reason<Weight> {
    let cell = arm.cell("mean_weight_kg");
    match arm.number("mean_weight_kg") {
        Cell::Number(kg) => Ok(Weight::from_kg(kg)),
        Cell::Missing if age == AgeGroup::Child => Err("no weight: for children none is assumed".to_owned()),
        Cell::Missing => {
            let weight = Subject::default().weight;
            assumed.push(format!("weight not stated: {weight} taken"));
            Ok(weight)
        }
        Cell::Other(why) => with_unit(cell, arm.mark)
            .and_then(|(value, unit)| Weight::from_unit(value, &unit))
            .ok_or_else(|| format!("weight \"{cell}\" is {why} (read: the mean in kg, or with kg, g or lb)")),
    }
}

fn age(arm: &Arm, population: &[String], assumed: &mut Vec<String>) -> Reason<(units::Age, AgeGroup)> {
    let cell = arm.cell("mean_age_y");
    let of =
        |years: f64| (units::Age::from_years(years), if years < GROWN_UP { AgeGroup::Child } else { AgeGroup::Adult });
    match arm.number("mean_age_y") {
        Cell::Number(years) => return Ok(of(years)),
        Cell::Other(why) => {
            let read = with_unit(cell, arm.mark).and_then(|(value, unit)| units::Age::from_unit(value, &unit));
            return read
                .map(|age| of(age.years()))
                .ok_or_else(|| format!("age \"{cell}\" is {why} (read: the mean in years, or with y, mo, wk or d)"));
        }
        Cell::Missing => {}
    }
    let says = |list: &[&str]| {
        (0..population.len()).any(|i| list.contains(&population[i].as_str()) && mention(population, i) != Mention::No)
    };
    let (young, grown) = (says(&YOUNG), says(&GROWN));
    let usual = Subject::default().age.years();
    let who = arm.cell("population");
    match stated_age(population, young) {
        Some(StatedAge::One(years)) => {
            assumed.push(format!("age by the words \"{who}\": {} y", number(years)));
            Ok(of(years))
        }
        Some(StatedAge::Unclear) => {
            Err(format!("\"{who}\" may tell an age that cannot be read: write it as mean_age_y"))
        }
        Some(StatedAge::Range(from, to)) if (from < GROWN_UP && to <= GROWN_UP) || (young && !grown) => {
            Err(format!("\"{who}\" gives a range of ages and no mean: for children none is assumed"))
        }
        None if young && !grown => Err(format!("\"{who}\" has no age: for children none is assumed")),
        None if says(&OLD) => Err(format!("\"{who}\" has no age: for old people none is assumed")),
        Some(StatedAge::Range(from, to)) if !(from..=to).contains(&usual) => {
            let years = usual.clamp(from, to);
            assumed.push(format!("age not stated: {} y taken, the end of \"{who}\" that lies nearest", number(years)));
            Ok(of(years))
        }
        _ => {
            let with = if young { ", adults of adults and children" } else { "" };
            assumed.push(format!("age not stated: {} taken{with}", Subject::default().age));
            Ok(of(usual))
        }
    }
}

/// Words, numbers and punctuation of a text, in lower case. A number keeps its decimals and its range.
fn tokens(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace("w/o", "without");
    let text: String = text.chars().map(|c| if "\u{2010}\u{2011}–—\u{2212}".contains(c) { '-' } else { c }).collect();
    let chars: Vec<char> = text.chars().collect();
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    let (mut list, mut word) = (Vec::new(), String::new());
    for (i, c) in chars.iter().enumerate() {
        let inside = i > 0 && ((".,".contains(*c) && digit(i - 1) && digit(i + 1)) || (*c == '-' && !word.is_empty()));
        if !(c.is_alphanumeric() || inside) {
            list.push(std::mem::take(&mut word));
            list.push(c.to_string());
            continue;
        }
        // "6mo" is a number and its unit, "cyp2d6" is a name
        let begins = word.chars().next().is_some_and(|f| f.is_ascii_digit());
        if begins && c.is_alphabetic() && digit(i - 1) {
            list.push(std::mem::take(&mut word));
        }
        word.push(*c);
    }
    list.push(word);
    list.retain(|w| !w.trim().is_empty());
    list.iter().map(|w| if w.len() > 1 { w.trim_end_matches('-').to_owned() } else { w.clone() }).collect()
}

/// Whether a word ends a clause.
fn ends(word: &str) -> bool {
    [",", ";", "(", ")", "[", "]", ".", "/", "+", "&", ":", "?", "but"].contains(&word)
}

/// Whether a word is asserted, denied or unclear in its clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mention {
    Yes,
    No,
    Unclear,
}

/// How the word at index `at` is meant in its clause.
fn mention(words: &[String], at: usize) -> Mention {
    let begin = words[..at].iter().rposition(|w| ends(w)).map_or(0, |i| i + 1);
    let end = words[at..].iter().position(|w| ends(w)).map_or(words.len(), |i| at + i);
    let has = |from: usize, to: usize, list: &[&str]| words[from..to].iter().any(|w| list.contains(&w.as_str()));
    let denied = words[begin..at].iter().rposition(|w| NOT.contains(&w.as_str())).map(|i| begin + i);
    if let Some(from) = denied {
        // "no children and Asian men" may deny one or both
        return if has(from, at, &["and"]) { Mention::Unclear } else { Mention::No };
    }
    if has(at + 1, end, &NOT) || answered_no(words, end) {
        return Mention::No;
    }
    match share(words, at) {
        Some(Share::None) => Mention::No,
        Some(Share::Part) => Mention::Unclear,
        _ if has(begin, end, &VAGUE) || words.get(end).is_some_and(|w| w == "?") => Mention::Unclear,
        _ => Mention::Yes,
    }
}

/// Whether the clause that ends at `end` is followed by a negative answer: "spat? no", "Asian: none", "Asian (none)".
fn answered_no(words: &[String], end: usize) -> bool {
    let asks = words.get(end).is_some_and(|w| ["?", ":", "("].contains(&w.as_str()));
    let no = words.get(end + 1).is_some_and(|w| NOT.contains(&w.as_str()) || w == "0");
    asks && no && words.get(end + 2).is_none_or(|w| ends(w))
}

/// What a number beside a word stands for.
enum Share {
    None,
    Part,
    All,
}

/// The number before or after a word: a percentage, or a count, which may be of some or of all.
fn share(words: &[String], at: usize) -> Option<Share> {
    let is = |i: usize, mark: &str| words.get(i).is_some_and(|w| w == mark);
    let value = |i: usize| words.get(i).and_then(|w| w.parse::<f64>().ok());
    let before = at.checked_sub(1).and_then(|i| if is(i, "%") { value(i.checked_sub(1)?) } else { None });
    let next = if [":", "=", "("].iter().any(|mark| is(at + 1, mark)) { at + 2 } else { at + 1 };
    let after = value(next).filter(|_| is(next + 1, "%"));
    let count = at.checked_sub(1).and_then(value).or_else(|| value(next));
    match (before.or(after), count) {
        (Some(percent), _) if percent >= 100.0 => Some(Share::All),
        (Some(number), _) | (None, Some(number)) if number <= 0.0 => Some(Share::None),
        (None, None) => None,
        _ => Some(Share::Part),
    }
}

/// Ancestry where the words are clear. `None` where they are not.
fn ancestry(words: &[String]) -> Option<Ancestry> {
    let said = |list: &[&str]| {
        let mut found: Vec<Mention> = Vec::new();
        for (i, word) in words.iter().enumerate() {
            let parts: Vec<&str> = word.split('-').collect();
            if !parts.iter().any(|p| list.contains(p)) {
                continue;
            }
            let region = |p: &&str| list.contains(p) || ["east", "south", "southeast", "central"].contains(p);
            let denied = ["non", "not"].contains(&parts[0]);
            found.push(match mention(words, i) {
                // "not non-Asian" is unclear
                Mention::No if denied => Mention::Unclear,
                _ if denied => Mention::No,
                meant if parts.iter().all(region) => meant,
                _ => Mention::Unclear,
            });
        }
        found.dedup();
        match found.as_slice() {
            [] => Mention::No,
            [one] => *one,
            _ => Mention::Unclear,
        }
    };
    let (asian, japanese) = (said(&["asian", "asians", "nonasian"]), said(&["japanese"]));
    let nonasian = words.iter().any(|w| w == "nonasian");
    let asian = if nonasian { Mention::No } else { asian };
    let japanese_denied = words.iter().any(|w| w.starts_with("non-japanese"));
    let places: Vec<usize> =
        (0..words.len()).filter(|i| words[*i].ends_with("asian") || words[*i] == "japanese").collect();
    let between = places.first().zip(places.last()).map_or(&[][..], |(from, to)| &words[*from..*to]);
    let joined = between.iter().any(|w| ["and", "/", "+", "&"].contains(&w.as_str()));
    let others = said(&OTHER_ANCESTRY) != Mention::No;
    match (asian, japanese) {
        (Mention::Unclear, _) | (_, Mention::Unclear) => None,
        (Mention::No, Mention::No) => Some(Ancestry::Unstated),
        _ if others => None,
        (Mention::Yes, Mention::Yes) if joined => None,
        (_, Mention::Yes) if !japanese_denied => Some(Ancestry::Japanese),
        _ => Some(Ancestry::Asian),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word counts only as a whole and as its clause means it.
    #[test]
    fn ancestry_by_whole_words_and_their_denials() {
        for (text, expected) in [
            ("healthy adults", Some("unstated")),
            ("healthy adults, white, non-Asian", Some("unstated")),
            ("Caucasian (no Asian)", Some("unstated")),
            ("not Asian", Some("unstated")),
            ("Caucasians; Asians were excluded", Some("unstated")),
            ("Asian: none", Some("unstated")),
            ("0 % Asian", Some("unstated")),
            ("neither Asian nor Japanese", Some("unstated")),
            ("non‑Asian", Some("unstated")),
            ("nonasian", Some("unstated")),
            ("Eurasian", Some("unstated")),
            ("healthy Asian men", Some("asian")),
            ("healthy+TRD 18-60 y Asian non-Japanese", Some("asian")),
            ("Asian, not Japanese", Some("asian")),
            ("100 % Asian", Some("asian")),
            ("South-East Asian", Some("asian")),
            ("Asian, no comorbidities", Some("asian")),
            ("healthy (Japanese)", Some("japanese")),
            ("healthy Asian (Japanese)", Some("japanese")),
            ("mostly Asian", None),
            ("12 % Asian", None),
            ("5 of 12 Asian", None),
            ("healthy men, Asian 3/12", None),
            ("Asians 0/12", Some("unstated")),
            ("Asian 40 %, white 60 %", None),
            ("white and Asian", None),
            ("Asian?", None),
            ("Asian-American", None),
            ("Asian or Japanese", None),
        ] {
            assert_eq!(ancestry(&tokens(text)).map(Ancestry::as_str), expected, "{text}");
        }
    }
}
