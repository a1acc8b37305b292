//! Reads the cell `swallowed_or_spat`: how a sublingual dose ends.

use super::super::cells::{Reason, time_unit};
use super::{NOT, plain, unstated};
use crate::delimited::{Cell, DecimalMark};
use crate::regimen::AfterHold;

/// How a sublingual dose ends.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::evidence) struct Held {
    /// How long the dose is held, min. `None` where it is not stated.
    pub minutes: Option<f64>,
    /// Whether the rest is swallowed or spat out. `None` where it is not stated.
    pub after: Option<AfterHold>,
}

/// Words that may be in such a cell and change nothing.
const FILLERS: [&str; 23] = [
    "out",
    "the",
    "it",
    "was",
    "were",
    "is",
    "rest",
    "residue",
    "saliva",
    "remainder",
    "for",
    "under",
    "tongue",
    "at",
    "end",
    "after",
    "in",
    "mouth",
    "of",
    "all",
    "yes",
    "completely",
    "about",
];

impl Held {
    /// Reads cells like "no swallowing for 10 min, then swallowed" or "swallowed, not spat out".
    pub(in crate::evidence) fn read(cell: &str, mark: DecimalMark) -> Reason<Self> {
        let said = plain(cell);
        if unstated(&said) {
            return Ok(Self::default());
        }
        let unread = || {
            format!(
                "swallowed_or_spat \"{cell}\" cannot be read (read: swallowed, spat out, not spat out, held for 10 min then swallowed, unstated)"
            )
        };
        let mut held = Self::default();
        let mut after: Vec<AfterHold> = Vec::new();
        for clause in clauses(&said) {
            let (minutes, verdict) = clause_of(&clause, mark).ok_or_else(unread)?;
            held.minutes = held.minutes.or(minutes);
            after.extend(verdict);
        }
        after.dedup();
        match after.as_slice() {
            [] if held.minutes.is_some() => Ok(held),
            [one] => Ok(Self { after: Some(*one), ..held }),
            [] => Err(unread()),
            _ => Err(format!("swallowed_or_spat \"{cell}\" says both swallowed and spat out")),
        }
    }
}

/// Parts of a cell that each state one thing. A comma between digits is a decimal comma.
fn clauses(said: &str) -> Vec<String> {
    let chars: Vec<char> = said.chars().collect();
    let digit = |i: Option<usize>| i.and_then(|i| chars.get(i)).is_some_and(char::is_ascii_digit);
    let mut text = String::new();
    for (i, c) in chars.iter().enumerate() {
        match c {
            ',' if !(digit(i.checked_sub(1)) && digit(Some(i + 1))) => text.push(';'),
            '(' | ')' => text.push(';'),
            '?' | ':' | '=' => text.push(' '),
            c => text.push(*c),
        }
    }
    let text = format!(" {text} ").replace(" and then ", ";").replace(" then ", ";").replace(" but ", ";");
    text.replace(" and ", ";").replace(';', "; ").split(';').map(plain).filter(|c| !c.is_empty()).collect()
}

/// Reads one clause: minutes of holding, and what follows. `None` when a word is not known.
fn clause_of(clause: &str, mark: DecimalMark) -> Option<(Option<f64>, Option<AfterHold>)> {
    let (mut nots, mut verb, mut minutes, mut holds) = (0, None, None, false);
    let clause = clause.strip_prefix("then ").unwrap_or(clause);
    let words: Vec<&str> = clause.split(' ').map(|w| w.trim_end_matches('.')).collect();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        match *word {
            "swallowed" | "swallow" | "swallowing" => set(&mut verb, AfterHold::Swallow)?,
            "spat" | "spit" | "spitting" | "expectorated" | "spat-out" | "spit-out" => set(&mut verb, AfterHold::Spit)?,
            "held" | "hold" | "holding" | "kept" | "keep" => holds = true,
            word if NOT.contains(&word) => nots += 1,
            word if FILLERS.contains(&word) => {}
            number => {
                let Cell::Number(value) = mark.read(number) else { return None };
                let unit = time_unit(words.get(at)?)?;
                at += 1;
                let time: crate::units::Time = format!("{value} {unit}").parse().ok()?;
                set(&mut minutes, time.minutes()).filter(|()| value > 0.0)?;
            }
        }
    }
    match (verb, nots, minutes) {
        // not swallowing for a time means holding
        (Some(AfterHold::Swallow), 1, Some(_)) => Some((minutes, None)),
        (Some(verb), 0, _) => Some((minutes, Some(verb))),
        // not spat out means swallowed; not swallowed is unclear, unless the cell says that it is spat out
        (Some(AfterHold::Spit), 1, None) => Some((None, Some(AfterHold::Swallow))),
        (Some(AfterHold::Swallow), 1, None) => Some((None, None)),
        (None, 0, Some(_)) => Some((minutes, None)),
        (None, 0, None) if holds => Some((None, None)),
        _ => None,
    }
}

/// Sets a value that may be stated only once.
fn set<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.is_none().then(|| *place = Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word counts in the context of the whole cell.
    #[test]
    fn swallowed_or_spat_by_the_whole_cell() {
        use AfterHold::{Spit, Swallow};
        for (cell, minutes, after) in [
            ("swallowed", None, Some(Swallow)),
            ("swallowed, not spat out", None, Some(Swallow)),
            ("not spat out", None, Some(Swallow)),
            ("spat? no", None, Some(Swallow)),
            ("Spat: no", None, Some(Swallow)),
            ("no spitting", None, Some(Swallow)),
            ("swallowed (never spat)", None, Some(Swallow)),
            ("nothing spat out; swallowed", None, Some(Swallow)),
            ("spat out", None, Some(Spit)),
            ("Spit out after 10 min", Some(10.0), Some(Spit)),
            ("spat out, not swallowed", None, Some(Spit)),
            ("no swallowing for 10 min, then swallowed", Some(10.0), Some(Swallow)),
            ("no swallowing for 10 min; then spat out", Some(10.0), Some(Spit)),
            ("held under the tongue for 7.5 minutes and then swallowed", Some(7.5), Some(Swallow)),
            ("held 10 min", Some(10.0), None),
            ("unstated", None, None),
            ("", None, None),
        ] {
            assert_eq!(Held::read(cell, DecimalMark::Point), Ok(Held { minutes, after }), "{cell}");
        }
        for cell in [
            "not swallowed",
            "swallowed or spat",
            "partly spat out",
            "spat, swallowed",
            "yes",
            "not not spat",
            "chewed",
            "hospital spatula",
            "held for 5-10 min, then swallowed",
            "respitted",
        ] {
            assert!(Held::read(cell, DecimalMark::Point).is_err(), "{cell}");
        }
    }
}
