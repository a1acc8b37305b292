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

/// Whether `word` stands in `text` as a word, whatever its case.
pub(super) fn says(text: &str, word: &str) -> bool {
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    text.match_indices(&word).any(|(at, _)| {
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !letter(text[..at].chars().next_back()) && !letter(text[at + word.len()..].chars().next())
    })
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
    fn words_are_whole() {
        assert!(says("plasma ARTERIAL (radial)", "arterial") && !says("child (burns)", "urns"));
    }
}
