//! Reads ages stated in prose.

use super::{GROWN, ends};
use crate::delimited::{Cell, DecimalMark};
use crate::units;

/// The age that a text states.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum StatedAge {
    /// A single age, years.
    One(f64),
    /// Lowest and highest age, years.
    Range(f64, f64),
    /// A number of years that may or may not be an age.
    Unclear,
}

/// The age stated by the words of a text. Time spans that are not ages are skipped.
pub(super) fn stated_age(words: &[String], young: bool) -> Option<StatedAge> {
    // weeks of gestation are not an age
    let unborn =
        words.iter().any(|w| w.starts_with("gestation") || ["ga", "pma", "postmenstrual"].contains(&w.as_str()));
    let (mut means, mut all, mut unclear) = (Vec::new(), Vec::new(), false);
    for at in 0..words.len() {
        let Some(NumberRange { from, to, next: unit_at }) = number_range(words, at) else { continue };
        let Some(unit) = words.get(unit_at).filter(|u| u.as_str() != "d" && u.starts_with(char::is_alphabetic)) else {
            continue;
        };
        let years = |value: f64| units::Age::from_unit(value, unit).map(units::Age::years);
        let before = |n: usize| at.checked_sub(n).map_or("", |i| words[i].as_str());
        let after = |n: usize| words.get(unit_at + n).map_or("", String::as_str);
        let other = ["postpartum", "after", "ago", "post", "history", "duration", "treatment", "since", "later"];
        let age_of = after(1) == "of" && after(2) == "age";
        let weeks = unit.starts_with('w');
        if ["for", "since", "after", "within", "past", "last"].contains(&before(1))
            || other.contains(&after(1))
            || (after(1) == "of" && !age_of)
            || (weeks && unborn)
        {
            continue;
        }
        let mean = [before(1), before(2)].iter().any(|w| ["mean", "median", "average"].contains(w));
        let aged = [before(1), before(2)].iter().any(|w| ["aged", "age", "ages"].contains(w));
        let told = mean || aged || young || age_of || after(1) == "old";
        let in_years = unit.starts_with('y');
        let [Some(from), Some(to)] = [from, to].map(|v| if v.is_finite() { years(v) } else { Some(v) }) else {
            continue;
        };
        match (from == to, told) {
            (true, true) if mean => means.push(from),
            (false, _) if in_years || told => all.push((from, to)),
            (true, true) => all.push((from, to)),
            (true, false) if in_years && words.get(unit_at + 1).is_none_or(|w| ends(w)) => unclear = true,
            _ => {}
        }
    }
    if let [mean] = means.as_slice() {
        return Some(StatedAge::One(*mean));
    }
    all.extend(means.iter().map(|m| (*m, *m)));
    if all.is_empty() {
        return (unclear || hints_at_age(words)).then_some(StatedAge::Unclear);
    }
    let from = all.iter().map(|(from, _)| *from).reduce(f64::min)?;
    let to = all.iter().map(|(_, to)| *to).reduce(f64::max)?;
    Some(if from == to { StatedAge::One(from) } else { StatedAge::Range(from, to) })
}

/// Whether a text in which no age was found may still state one: a word for age, a compound with a unit of age ("6
/// wk-17 y", "5-year-old"), or a number that does not count anything ("healthy, 65").
fn hints_at_age(words: &[String]) -> bool {
    const OF_AGE: [&str; 10] = ["age", "aged", "ages", "old", "olds", "yo", "young", "younger", "youngsters", "pupils"];
    const COUNTS: [&str; 12] =
        ["n", "asa", "bmi", "phase", "stage", "type", "grade", "class", "score", "cohort", "group", "study"];
    let grown = words.iter().any(|w| GROWN.contains(&w.as_str()));
    let of_age = words.iter().any(|word| {
        let parts: Vec<&str> = word.split('-').collect();
        let unit =
            |part: &&str| part.len() > 1 && part.parse::<f64>().is_err() && units::Age::from_unit(1.0, part).is_some();
        let said = |part: &&str| OF_AGE.contains(part) && !(grown && part.starts_with("young"));
        parts.iter().any(said) || (parts.len() > 1 && parts.iter().any(unit))
    });
    let counts_nothing = (0..words.len()).any(|at| {
        let Some(NumberRange { next, .. }) = number_range(words, at) else { return false };
        let before = |n: usize| at.checked_sub(n).map_or("", |i| words[i].as_str());
        let named = [before(1), if ["=", ":"].contains(&before(1)) { before(2) } else { "" }];
        let share = before(1) == "/" || words.get(next).is_some_and(|w| w == "/");
        !share && !named.iter().any(|w| COUNTS.contains(w)) && words.get(next).is_none_or(|w| ends(w))
    });
    of_age || counts_nothing
}

/// A number or a range of numbers among words.
struct NumberRange {
    /// The number, or the lower end of the range.
    from: f64,
    /// The number, or the upper end; infinite for "over 60".
    to: f64,
    /// Index of the word that follows.
    next: usize,
}

/// The number or range that begins at index `at`. `None` where there is none.
fn number_range(words: &[String], at: usize) -> Option<NumberRange> {
    let range = |from: f64, to: f64, next: usize| Some(NumberRange { from, to, next });
    let value = |text: &str| match DecimalMark::Point.read(text) {
        Cell::Number(value) if value >= 0.0 => Some(value),
        _ => None,
    };
    let word = words[at].as_str();
    let before = at.checked_sub(1).map_or("", |i| words[i].as_str());
    if before == "-" || before == "to" && at > 1 && value(&words[at - 2]).is_some() {
        // the end of a range that began earlier
        return None;
    }
    if let Some((from, to)) = word.split_once('-') {
        return range(value(from)?, value(to)?, at + 1);
    }
    let from = value(word)?;
    let joined = words.get(at + 1).is_some_and(|w| w == "to" || w == "-");
    if let Some(to) = words.get(at + 2).filter(|_| joined).and_then(|w| value(w)) {
        return range(from, to, at + 3);
    }
    let bound = if before == "=" { at.checked_sub(2).map_or("", |i| words[i].as_str()) } else { before };
    match bound {
        ">" | "≥" | "over" | "above" | "than" => range(from, f64::INFINITY, at + 1),
        "<" | "≤" | "under" | "below" => range(0.0, from, at + 1),
        _ => range(from, from, at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens;
    use super::*;

    #[test]
    fn ages_in_words_and_spans_that_are_no_age() {
        use StatedAge::{One, Range};
        let read = |text: &str| stated_age(&tokens(text), false);
        for (text, expected) in [
            ("healthy+TRD 18-60 y Caucasian", Some(Range(18.0, 60.0))),
            ("healthy (20–35 y; 5 F)", Some(Range(20.0, 35.0))),
            ("healthy+TRD >60 y Caucasian", Some(Range(60.0, f64::INFINITY))),
            ("aged 65 to 80 years", Some(Range(65.0, 80.0))),
            ("child (median 3.3 y, 14 kg)", Some(One(3.3))),
            ("mean 30 y (range 18-60 y)", Some(One(30.0))),
            ("6 months old", Some(One(0.5))),
            ("adolescents 12-17y", Some(Range(12.0, 17.0))),
            ("healthy men, 25 y", Some(StatedAge::Unclear)),
            ("depressed for 10 years", None),
            ("woman about 6 months postpartum", None),
            ("5 years of illness", None),
            ("children 6 wk-17 y", Some(StatedAge::Unclear)),
            ("aged 2-11", Some(StatedAge::Unclear)),
            ("5-year-old", Some(StatedAge::Unclear)),
            ("healthy, >65", Some(StatedAge::Unclear)),
            ("young patients", Some(StatedAge::Unclear)),
            ("young men", None),
            ("healthy (n = 12), ASA 1-2", None),
            ("Asians 0/12", None),
            ("healthy", None),
            ("2 CYP2D6 PM, 2 CYP2C19 PM", None),
            ("preterm, 28 weeks gestation", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
