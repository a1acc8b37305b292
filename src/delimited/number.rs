//! One cell as a number, and what else people write where a number should be.

/// The decimal mark of a file's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalMark {
    /// 2.5; a comma is no part of a number.
    #[default]
    Point,
    /// 2,5; a point is no part of a number.
    Comma,
    /// As many numbers with a point as with a comma: neither can be trusted.
    Mixed,
    /// Only numbers such as 1,234, which may be decimals or thousands.
    Unproven,
}

/// What stands in a cell of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell {
    /// Nothing, or a word for nothing such as `NA`, `.` or `not stated`.
    Missing,
    /// A plain number.
    Number(f64),
    /// Something else, with the reason why it is no number.
    Other(&'static str),
}

/// Words for a value that is not there.
const MISSING: [&str; 20] = [
    "",
    ".",
    "-",
    "–",
    "—",
    "?",
    "na",
    "n/a",
    "n.a.",
    "nan",
    "nd",
    "n.d.",
    "nr",
    "n.r.",
    "null",
    "none",
    "missing",
    "not stated",
    "unstated",
    "not reported",
];
/// Words for a value below what the assay can tell.
const BELOW: [&str; 10] =
    ["blq", "bloq", "bql", "bdl", "lloq", "loq", "lod", "below loq", "below lloq", "not quantifiable"];

/// What one cell says of the mark.
enum Vote {
    Point,
    Comma,
    Either,
}

impl DecimalMark {
    /// The mark of a file by its cells of numbers; `semicolons` part cells where the comma is taken for decimals.
    pub(super) fn of<'a>(cells: impl Iterator<Item = &'a str>, semicolons: bool) -> Self {
        let (mut points, mut commas, mut either) = (0_usize, 0_usize, 0_usize);
        for cell in cells {
            for word in cell.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ',') {
                match vote(word) {
                    Some(Vote::Point) => points += 1,
                    Some(Vote::Comma) => commas += 1,
                    Some(Vote::Either) => either += 1,
                    None => {}
                }
            }
        }
        match points.cmp(&commas) {
            std::cmp::Ordering::Greater => Self::Point,
            std::cmp::Ordering::Less => Self::Comma,
            std::cmp::Ordering::Equal if points > 0 => Self::Mixed,
            std::cmp::Ordering::Equal if either == 0 => Self::Point,
            std::cmp::Ordering::Equal if semicolons => Self::Comma,
            std::cmp::Ordering::Equal => Self::Unproven,
        }
    }

    /// Reads a cell as one number, and nothing else.
    pub fn read(self, cell: &str) -> Cell {
        let cell = cell.trim().replace('\u{2212}', "-");
        let word = cell.to_lowercase();
        if is_missing(&cell) {
            return Cell::Missing;
        }
        let below = word.trim_start_matches(['<', '≤']).trim();
        if below != word || BELOW.contains(&below) {
            return Cell::Other("below what the assay can tell");
        }
        let plain = |text: &str| {
            let written = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
            text.parse().ok().filter(|v: &f64| written && v.is_finite())
        };
        match (cell.contains('.'), cell.contains(','), self) {
            (false, false, _) | (true, false, Self::Point | Self::Unproven) => {
                plain(&cell).map_or_else(|| Cell::Other(why_not(&word)), Cell::Number)
            }
            (false, true, Self::Comma) if cell.matches(',').count() == 1 => {
                plain(&cell.replace(',', ".")).map_or_else(|| Cell::Other(why_not(&word)), Cell::Number)
            }
            _ => Cell::Other(match why_not(&word) {
                "not a number" => self.disagrees(&cell),
                other => other,
            }),
        }
    }

    /// Time and concentration of a row, both from 0 up.
    ///
    /// # Errors
    /// With the reason why there is no such point.
    pub fn point(self, time: &str, value: &str) -> Result<[f64; 2], String> {
        let read = |what: &str, cell: &str| match self.read(cell) {
            Cell::Number(number) if number >= 0.0 => Ok(number),
            Cell::Number(_) => Err(format!("{what} \"{cell}\" is below 0")),
            Cell::Missing if cell.is_empty() => Err(format!("no {what}")),
            Cell::Missing => Err(format!("{what} \"{cell}\" is no value")),
            Cell::Other(why) => Err(format!("{what} \"{cell}\" is {why}")),
        };
        let at = read("time", time)?;
        let value = read("concentration", value).map_err(|why| format!("point at {time}: {why}"))?;
        Ok([at, value])
    }

    /// Why the decimal mark of a cell cannot be taken.
    fn disagrees(self, cell: &str) -> &'static str {
        if cell.chars().any(|c| !c.is_ascii_digit() && !"+-.,eE".contains(c)) {
            return "not a number";
        }
        match self {
            _ if cell.matches(['.', ',']).count() > 1 => "a number with separators of thousands; write it without",
            Self::Mixed => "the file writes as many numbers with a point as with a comma; keep to one",
            Self::Unproven => "decimals or thousands cannot be told; write a decimal point, or no separator",
            Self::Point => "a comma, where the other numbers of the file have a decimal point",
            Self::Comma => "a point, where the other numbers of the file have a decimal comma",
        }
    }
}

/// Whether a cell holds nothing or a word for nothing.
pub(crate) fn is_missing(cell: &str) -> bool {
    MISSING.contains(&cell.trim().to_lowercase().as_str())
}

fn vote(word: &str) -> Option<Vote> {
    let word = word.trim_end_matches(['.', ',']);
    let marks: Vec<(usize, char)> = word.char_indices().filter(|(_, c)| *c == '.' || *c == ',').collect();
    let [(at, mark)] = marks.as_slice() else { return None };
    let (whole, after) = (&word[..*at], &word[at + 1..]);
    if *mark == '.' {
        return Some(Vote::Point);
    }
    // a comma before three digits may set off thousands
    let thousands = after.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
    Some(if thousands { Vote::Either } else { Vote::Comma })
}

/// What a cell is that begins like a number, but is more than one.
fn why_not(word: &str) -> &'static str {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let words = word.replace(" to ", "-").replace(['–', '—', '/'], "-").replace(" or ", "-").replace(' ', "");
    let range = words
        .char_indices()
        .skip(1)
        .any(|(i, c)| c == '-' && digit(words[..i].chars().next_back()) && digit(words[i + 1..].chars().next()));
    let several = |mark: &str| word.contains(mark) && word.chars().any(|c| c.is_ascii_digit());
    match word.chars().next() {
        Some('>' | '≥' | '~' | '≈') => "a bound or an estimate, not a number",
        _ if range => "a range, not one number",
        _ if several("±") || several("+/-") || several("(") => "more than one number; write the mean alone",
        _ => "not a number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_alone_and_by_the_mark_of_the_file() {
        assert_eq!(DecimalMark::Point.read(" 2.5 "), Cell::Number(2.5));
        assert_eq!(DecimalMark::Comma.read("2,5"), Cell::Number(2.5));
        assert_eq!(DecimalMark::Comma.read("1e3"), Cell::Number(1000.0));
        assert_eq!(DecimalMark::Point.read("\u{2212}1"), Cell::Number(-1.0));
        for missing in ["", " . ", "NA", "n/a", "NaN", "–", "not stated"] {
            assert_eq!(DecimalMark::Point.read(missing), Cell::Missing, "{missing}");
        }
        for (cell, why) in [
            ("BLQ", "assay"),
            ("<1.0", "assay"),
            ("< 0,5", "assay"),
            ("< LLOQ", "assay"),
            ("28-84", "range"),
            ("15–20", "range"),
            ("15 to 20", "range"),
            ("1.5-2.5", "range"),
            ("5 or 10", "range"),
            ("60/120/240", "range"),
            ("70 ± 5", "mean alone"),
            ("70.1 (5.2)", "mean alone"),
            ("~70", "estimate"),
            ("inf", "not a number"),
            ("1e400", "not a number"),
            ("seventy", "not a number"),
            ("2,5", "a comma"),
            ("1,234.5", "thousands"),
        ] {
            let Cell::Other(said) = DecimalMark::Point.read(cell) else { panic!("{cell} is read") };
            assert!(said.contains(why), "{cell}: {said}");
        }
        assert!(matches!(DecimalMark::Comma.read("2.5"), Cell::Other(why) if why.contains("a point")));
    }

    /// By hand: which mark the numbers of a file prove.
    #[test]
    fn the_mark_is_proven_by_the_file_as_a_whole() {
        let of = |cells: &[&str], semicolons| DecimalMark::of(cells.iter().copied(), semicolons);
        assert_eq!(of(&["1", "2"], false), DecimalMark::Point);
        assert_eq!(of(&["1.5", "2"], true), DecimalMark::Point);
        assert_eq!(of(&["1,5", "1,234"], false), DecimalMark::Comma);
        assert_eq!(of(&["0,125"], false), DecimalMark::Comma);
        assert_eq!(of(&["1,234", "2.5"], false), DecimalMark::Point);
        assert_eq!(of(&["1,234", "10"], false), DecimalMark::Unproven);
        assert_eq!(of(&["1,234", "10"], true), DecimalMark::Comma);
        assert_eq!(of(&["1,5", "2.5"], true), DecimalMark::Mixed);
        assert!(
            matches!(DecimalMark::Unproven.read("1,234"), Cell::Other(_))
                && matches!(DecimalMark::Mixed.read("2.5"), Cell::Other(_))
        );
    }
}
