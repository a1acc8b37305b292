//! Cells with numbers in a form of their own. Each is read as a whole or not at all.

use crate::delimited::{Cell, DecimalMark};
use crate::units::Time;

/// The value of a cell, or the reason why it cannot be read.
pub(super) type Reason<T> = std::result::Result<T, String>;

/// A number and the text after it, in lower case: "165 lb", "6 mo".
pub(super) fn with_unit(cell: &str, mark: DecimalMark) -> Option<(f64, String)> {
    let cell = cell.trim();
    let end = cell.find(|c: char| !c.is_ascii_digit() && !"+-.,".contains(c)).unwrap_or(cell.len());
    match mark.read(&cell[..end]) {
        Cell::Number(value) => Some((value, cell[end..].trim().to_lowercase())),
        _ => None,
    }
}

/// Minutes from "30", "30 min" or "1.5 h". `None` for an empty cell.
pub(super) fn minutes(column: &str, cell: &str, mark: DecimalMark) -> Reason<Option<f64>> {
    let why = match mark.read(cell) {
        Cell::Missing => return Ok(None),
        Cell::Number(minutes) => return Ok(Some(minutes)),
        Cell::Other(why) => why,
    };
    let time = with_unit(cell, mark).and_then(|(value, unit)| {
        let unit = time_unit(&unit)?;
        format!("{value} {unit}").parse::<Time>().ok()
    });
    time.map(|t| Some(t.minutes())).ok_or_else(|| format!("{column} \"{cell}\" is {why}"))
}

/// Symbol of a time unit, from a word for it. `None` for an unknown word.
pub(super) fn time_unit(word: &str) -> Option<&'static str> {
    match word.trim_end_matches('.') {
        "min" | "mins" | "minute" | "minutes" => Some("min"),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some("h"),
        "s" | "sec" | "secs" | "second" | "seconds" => Some("s"),
        "d" | "day" | "days" => Some("d"),
        _ => None,
    }
}

/// The points of a curve in a cell, and what of it cannot be read.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct CellCurve {
    /// Time after the first dose in min, and concentration in ng/mL.
    pub points: Vec<[f64; 2]>,
    /// Why further points of the cell were not read, with one sentence for each.
    pub left_out: Vec<String>,
}

/// Points like "5:238;10:189 (medians)", minutes and ng/mL, where there are at least two. Prose gives none.
pub(super) fn points(cell: &str, mark: DecimalMark) -> CellCurve {
    let mut curve = CellCurve::default();
    let mut parts = 0;
    for part in cell.split(';').filter(|p| !p.trim().is_empty()) {
        let Some((time, rest)) = part.trim().split_once(':') else { return CellCurve::default() };
        let Cell::Number(time) = mark.read(time) else { return CellCurve::default() };
        // a remark may follow the number
        let (whole, first) = (rest.trim(), rest.split_whitespace().next().unwrap_or(""));
        let value = match mark.read(whole) {
            Cell::Other(_) => mark.read(first),
            read => read,
        };
        match (value, mark.read(whole)) {
            (Cell::Number(value), _) if time >= 0.0 && value >= 0.0 => curve.points.push([time, value]),
            (Cell::Other(why), Cell::Other("not a number")) | (_, Cell::Other(why)) => {
                curve.left_out.push(format!("point at {time} min: \"{whole}\" is {why}"));
            }
            _ => curve.left_out.push(format!("point at {time} min: \"{whole}\" is no concentration")),
        }
        parts += 1;
    }
    if parts > 1 && !curve.points.is_empty() { curve } else { CellCurve::default() }
}

/// An infusion in steps of equal length.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InfusionSteps {
    /// Length of each step, min.
    pub minutes: f64,
    /// Rate of each step, in `unit`.
    pub rates: Vec<f64>,
    /// Unit of the rates, for example mg/kg/h.
    pub unit: String,
}

/// Steps like "3 x 60 min at 0.14/0.28/0.57 mg/kg/h". `None` for a cell that states something else.
pub(super) fn steps(cell: &str, mark: DecimalMark) -> Reason<Option<InfusionSteps>> {
    let cell = cell.trim();
    let number = |text: &str| match mark.read(text) {
        Cell::Number(value) if value > 0.0 => Some(value),
        _ => None,
    };
    let parts = cell.split_once(" x ").and_then(|(count, rest)| {
        let (minutes, rest) = rest.split_once(" min at ")?;
        Some((count.trim().parse::<usize>().ok()?, minutes, rest.trim()))
    });
    let Some((count, minutes, rest)) = parts else { return Ok(None) };
    let read = || {
        let (rates, unit) = rest.split_once(' ')?;
        let rates: Vec<f64> = rates.split('/').map(number).collect::<Option<_>>()?;
        let unit = unit.trim().trim_end_matches('.').to_owned();
        let known = ["mg/kg/h", "mg/h", "mcg/kg/h", "mg/kg/min", "mg/min"].contains(&unit.as_str());
        (count == rates.len() && known).then_some(InfusionSteps { minutes: number(minutes)?, rates, unit })
    };
    read()
        .map(Some)
        .ok_or_else(|| format!("steps \"{cell}\" cannot be read; write for example 3 x 60 min at 0.1/0.2/0.4 mg/kg/h"))
}

/// An interval like "0-6 h", "0-24" or "0-inf", in hours. The end is `None` for infinity.
pub(super) fn interval(cell: &str, mark: DecimalMark) -> Option<(f64, Option<f64>)> {
    let cell = cell.trim().to_lowercase().replace(" to ", "-");
    let words: Vec<&str> = cell.split(['-', '–']).map(str::trim).collect();
    let [from, to] = words.as_slice() else { return None };
    let number = |text: &str| match mark.read(text) {
        Cell::Number(value) if value >= 0.0 => Some(value),
        _ => None,
    };
    let from = number(from)?;
    if ["inf", "infinity", "∞"].contains(to) {
        return Some((from, None));
    }
    let to = match with_unit(to, mark)? {
        (to, unit) if unit.is_empty() || time_unit(&unit) == Some("h") => to,
        _ => return None,
    };
    (to > from).then_some((from, Some(to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_in_a_cell_is_read_and_prose_is_not() {
        let read = |cell: &str| points(cell, DecimalMark::Point);
        let curve = read("5:238;10:189; 30:118 (medians, ng/mL)");
        assert_eq!(
            (curve.points.as_slice(), curve.left_out.len()),
            (&[[5.0, 238.0], [10.0, 189.0], [30.0, 118.0]][..], 0)
        );
        for prose in ["", "5:238", "ratio 16.5; see text", "NK/K AUC ratio: 2.1; high", "5:some; 6:more"] {
            assert_eq!(read(prose), CellCurve::default(), "{prose}");
        }
        let curve = read("5:238;10:BLQ;20:<1.0;30:180-200 (range);40:90");
        assert_eq!(curve.points, [[5.0, 238.0], [40.0, 90.0]]);
        assert_eq!(curve.left_out.len(), 3, "{:?}", curve.left_out);
        assert!(curve.left_out[0].contains("10 min") && curve.left_out[2].contains("range"), "{:?}", curve.left_out);
        assert_eq!(points("5:1,5;10:2,5", DecimalMark::Comma).points, [[5.0, 1.5], [10.0, 2.5]]);
    }

    #[test]
    fn steps_of_an_infusion_are_read_when_they_are_complete() {
        let read = |cell: &str| steps(cell, DecimalMark::Point);
        let steps = read("3 x 60 min at 0.14/0.28/0.57 mg/kg/h").unwrap().unwrap();
        assert_eq!((steps.minutes, steps.rates, steps.unit.as_str()), (60.0, vec![0.14, 0.28, 0.57], "mg/kg/h"));
        for odd in ["2 x 60 min at 0.14/0.28/0.57 mg/kg/h", "3 x 60 min at 1/2/3 drops", "2 x 60 min at 1/two mg/h"] {
            assert!(read(odd).is_err(), "{odd}");
        }
        for other in ["3 x 60 min", "many steps", "", "ratio 2 x higher"] {
            assert_eq!(read(other), Ok(None), "{other}");
        }
    }

    #[test]
    fn an_interval_without_an_end_is_none() {
        let read = |cell: &str| interval(cell, DecimalMark::Point);
        assert_eq!(read("0-6 h"), Some((0.0, Some(6.0))));
        assert_eq!(read("0-24"), Some((0.0, Some(24.0))));
        assert_eq!(read("0 to 1.5 hours"), Some((0.0, Some(1.5))));
        assert_eq!(read("0-inf"), Some((0.0, None)));
        for odd in ["0-t", "not stated (visit 0-4 h)", "", "6-0", "0-6 d"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_time_is_read_with_its_unit() {
        let read = |cell: &str| minutes("hold_min", cell, DecimalMark::Point);
        assert_eq!((read("30"), read("1.5 h"), read("NA")), (Ok(Some(30.0)), Ok(Some(90.0)), Ok(None)));
        for odd in ["15-20", "5 to 10 min", "10 drops", "about 5"] {
            assert!(read(odd).unwrap_err().contains(odd), "{odd}");
        }
    }
}
