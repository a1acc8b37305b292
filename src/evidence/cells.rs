//! What people write into the cells of such tables, read without guessing.

/// A plain number, and nothing else.
pub(super) fn number(cell: &str) -> Option<f64> {
    cell.trim().parse().ok().filter(|v: &f64| v.is_finite())
}

/// "5:238;10:189 (medians)": minutes and ng/mL, where there are at least two.
pub(super) fn points(cell: &str) -> Vec<[f64; 2]> {
    let mut list = Vec::new();
    for part in cell.split(';') {
        let Some((time, rest)) = part.trim().split_once(':') else { return Vec::new() };
        let value = rest.split_whitespace().next().unwrap_or("");
        match (number(time), number(value)) {
            (Some(time), Some(value)) if time >= 0.0 && value >= 0.0 => list.push([time, value]),
            _ => return Vec::new(),
        }
    }
    if list.len() > 1 { list } else { Vec::new() }
}

/// "3 x 60 min at 0.14/0.28/0.57 mg/kg/h": minutes of a step, and the rates with their unit.
pub(super) fn steps(cell: &str) -> Option<(f64, Vec<f64>, String)> {
    let (count, rest) = cell.trim().split_once(" x ")?;
    let (minutes, rest) = rest.split_once(" min at ")?;
    let (rates, unit) = rest.trim().split_once(' ')?;
    let rates: Vec<f64> = rates.split('/').map(number).collect::<Option<_>>()?;
    let same = count.trim().parse::<usize>().ok()? == rates.len();
    let unit = unit.trim().trim_end_matches('.').to_owned();
    (same && ["mg/kg/h", "mg/h", "mcg/kg/h", "mg/kg/min", "mg/min"].contains(&unit.as_str())).then_some((
        number(minutes)?,
        rates,
        unit,
    ))
}

/// "0-6 h", "0-24", "0-inf": ends in hours; the second is absent for infinity.
pub(super) fn interval(cell: &str) -> Option<(f64, Option<f64>)> {
    let cell = cell.trim().to_lowercase();
    let words: Vec<&str> = cell.split(['-', '–']).map(str::trim).collect();
    let [from, to] = words.as_slice() else { return None };
    let from = number(from)?;
    if ["inf", "infinity", "∞"].contains(to) {
        return Some((from, None));
    }
    let to = number(to.trim_end_matches("hours").trim_end_matches('h').trim())?;
    (to > from).then_some((from, Some(to)))
}

/// "30 min" or a bare number of the column's own unit.
pub(super) fn minutes(cell: &str) -> Option<f64> {
    number(cell).or_else(|| cell.parse::<crate::units::Time>().ok().map(crate::units::Time::minutes))
}

/// A word of a cell, in small letters, and whether the cell denies it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    pub word: String,
    pub denied: bool,
}

/// Words that deny the one after them, and those that deny the one before.
const DENY_NEXT: [&str; 9] = ["not", "no", "non", "without", "excluding", "except", "excl", "never", "neither"];
const DENY_LAST: [&str; 4] = ["excluded", "excepted", "absent", "exclusive"];

/// The words of a cell, read as a whole: "not spat out" denies "spat", "non-Asian" denies "asian". A denial reaches to the
/// next comma, semicolon or bracket at most, and to the next word but for "any" and the like.
pub(super) fn words(cell: &str) -> Vec<Word> {
    let mut list: Vec<Word> = Vec::new();
    for part in cell.to_lowercase().split([',', ';', '(', ')', '[', ']', ':', '?']) {
        let (mut denied, begin) = (false, list.len());
        let tokens = part.split(|c: char| c.is_whitespace() || "/+&".contains(c)).map(|t| t.trim_end_matches('.'));
        for token in tokens.filter(|t| !t.is_empty()) {
            if DENY_NEXT.contains(&token) {
                denied = true;
            } else if DENY_LAST.contains(&token) {
                if let Some(last) = list[begin..].last_mut() {
                    last.denied = !last.denied;
                }
            } else if let Some(word) = token.strip_prefix("non-") {
                list.push(Word { word: word.to_owned(), denied: !denied });
                denied = false;
            } else {
                list.push(Word { word: token.to_owned(), denied });
                denied &= ["any", "of", "the", "yet"].contains(&token);
            }
        }
    }
    list
}

/// Whether a cell says a word and does not deny it.
pub(super) fn says(cell: &str, word: &str) -> bool {
    words(cell).iter().any(|w| w.word == word && !w.denied)
}

/// Whether a cell denies a word.
pub(super) fn denies(cell: &str, word: &str) -> bool {
    words(cell).iter().any(|w| w.word == word && w.denied)
}

/// kg in one of the units that weights are written in.
const WEIGHTS: [(&str, f64); 6] =
    [("kg", 1.0), ("g", 1e-3), ("lb", POUND_KG), ("lbs", POUND_KG), ("pounds", POUND_KG), ("pound", POUND_KG)];
/// The international pound, by its definition.
const POUND_KG: f64 = 0.453_592_37;
/// Years in one of the units that ages are written in.
const AGES: [(&str, f64); 16] = [
    ("y", 1.0),
    ("yr", 1.0),
    ("yrs", 1.0),
    ("year", 1.0),
    ("years", 1.0),
    ("mo", 1.0 / 12.0),
    ("mos", 1.0 / 12.0),
    ("month", 1.0 / 12.0),
    ("months", 1.0 / 12.0),
    ("wk", 7.0 / DAYS),
    ("wks", 7.0 / DAYS),
    ("week", 7.0 / DAYS),
    ("weeks", 7.0 / DAYS),
    ("d", 1.0 / DAYS),
    ("day", 1.0 / DAYS),
    ("days", 1.0 / DAYS),
];
const DAYS: f64 = 365.25;

/// "70", "70 kg", "165 lb": kg.
pub(super) fn weight(cell: &str) -> Option<f64> {
    with_unit(cell, &WEIGHTS, 1.0)
}

/// "40", "40 y", "6 mo", "3 weeks": years.
pub(super) fn age(cell: &str) -> Option<f64> {
    with_unit(cell, &AGES, 1.0)
}

/// One number with one of these units; a bare number is in the column's own.
fn with_unit(cell: &str, units: &[(&str, f64)], own: f64) -> Option<f64> {
    let cell = cell.trim().to_lowercase();
    if let Some(bare) = number(&cell) {
        return Some(bare * own);
    }
    let end = cell.find(|c: char| c.is_alphabetic())?;
    let (value, unit) = (number(&cell[..end])?, cell[end..].trim().trim_end_matches('.'));
    units.iter().find(|(known, _)| *known == unit).map(|(_, factor)| value * factor)
}

/// "12-17 y", "0.5-18 y", ">60 y", "median 3.3 y": youngest and oldest that a cell tells, in years. An open end is the one
/// number that is told.
pub(super) fn ages(cell: &str) -> Option<[f64; 2]> {
    let cell = cell.to_lowercase().replace(['–', '—'], "-");
    let tokens: Vec<&str> =
        cell.split(|c: char| c.is_whitespace() || ",;()[]+/".contains(c)).filter(|t| !t.is_empty()).collect();
    for (i, token) in tokens.iter().enumerate() {
        let start = token.find(|c: char| c.is_alphabetic()).unwrap_or(token.len());
        let (figures, glued) = token.split_at(start);
        let unit = if glued.is_empty() { tokens.get(i + 1).copied().unwrap_or("") } else { glued };
        let Some((_, years)) = AGES.iter().find(|(known, _)| *known == unit) else { continue };
        let ends: Option<Vec<f64>> =
            figures.trim_start_matches(['>', '<', '≥', '≤', '=', '~']).split('-').map(number).collect();
        match ends.as_deref() {
            Some([one]) => return Some([one * years, one * years]),
            Some([low, high]) if low <= high => return Some([low * years, high * years]),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_in_a_cell_is_read_and_prose_is_not() {
        assert_eq!(points("5:238;10:189; 30:118 (medians, ng/mL)"), [[5.0, 238.0], [10.0, 189.0], [30.0, 118.0]]);
        for prose in ["", "5:238", "ratio 16.5; see text", "NK/K AUC ratio: 2.1; high", "5:x;6:1"] {
            assert!(points(prose).is_empty(), "{prose}");
        }
    }

    #[test]
    fn steps_of_an_infusion_are_read_when_they_are_complete() {
        let (minutes, rates, unit) = steps("3 x 60 min at 0.14/0.28/0.57 mg/kg/h").unwrap();
        assert_eq!((minutes, rates, unit.as_str()), (60.0, vec![0.14, 0.28, 0.57], "mg/kg/h"));
        for odd in ["2 x 60 min at 0.14/0.28/0.57 mg/kg/h", "3 x 60 min", "3 x 60 min at 1/2/3 drops", "many steps"] {
            assert!(steps(odd).is_none(), "{odd}");
        }
    }

    #[test]
    fn an_interval_without_an_end_is_none() {
        assert_eq!(interval("0-6 h"), Some((0.0, Some(6.0))));
        assert_eq!(interval("0-24"), Some((0.0, Some(24.0))));
        assert_eq!(interval("0-inf"), Some((0.0, None)));
        for odd in ["0-t", "not stated (visit 0-4 h)", "", "6-0", "0-6 d"] {
            assert_eq!(interval(odd), None, "{odd}");
        }
    }

    #[test]
    fn words_are_whole_and_read_with_their_denial() {
        assert!(says("plasma ARTERIAL (radial)", "arterial") && !says("child (burns)", "urns"));
        assert!(says("18-60 y Asian non-Japanese", "asian") && denies("18-60 y Asian non-Japanese", "japanese"));
        for denied in ["white, non-Asian", "Caucasian (no Asian)", "not Asian", "Asian excluded", "excluding any Asian"]
        {
            assert!(!says(denied, "asian") && denies(denied, "asian"), "{denied}");
        }
        assert!(says("not white, Asian", "asian"), "a comma ends a denial");
        assert!(!says("Caucasians", "asian") && !denies("Caucasians", "asian"));
    }

    /// By hand: 165 lb is 74.84 kg, six months half a year.
    #[test]
    fn weights_and_ages_have_their_units() {
        assert_eq!((weight("70"), weight("70 kg"), weight("3500 g")), (Some(70.0), Some(70.0), Some(3.5)));
        assert!((weight("165 lb").unwrap() - 74.842_741_05).abs() < 1e-9);
        assert_eq!((age("40"), age("40 y"), age("6 mo")), (Some(40.0), Some(40.0), Some(0.5)));
        assert!((age("3 weeks").unwrap() - 21.0 / 365.25).abs() < 1e-12);
        for odd in ["80-90", "about 70", "70 stone", "adult", "≥ 70 kg", "70 kg 1.8 m"] {
            assert_eq!((weight(odd), age(odd)), (None, None), "{odd}");
        }
        assert_eq!(ages("adolescents 12-17 y"), Some([12.0, 17.0]));
        assert_eq!(ages("child (heart disease, 0.5-18 y)"), Some([0.5, 18.0]));
        assert_eq!(ages("healthy+TRD >60 y Caucasian"), Some([60.0, 60.0]));
        assert_eq!((ages("healthy"), ages("10-30 kg"), ages("phase 1-2")), (None, None, None));
    }
}
