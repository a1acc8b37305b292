//! Tables as spreadsheets write them: commas, semicolons or tabs, decimal points or commas, and what comes along with them.

use crate::error::{Error, Result};

/// More rows than this are not a collection of studies.
const MOST: usize = 20_000;
/// Signs that part cells, the most usual first.
const SEPARATORS: [(char, &str); 3] = [(',', "commas"), (';', "semicolons"), ('\t', "tabs")];

/// A table with headers in small letters.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Names of the columns.
    pub headers: Vec<String>,
    /// Line in the file and as many cells as there are headers, trimmed; rows without content are left out.
    pub rows: Vec<(u64, Vec<String>)>,
}

/// Reads a table. A mark of byte order, a line `sep=;`, lines that begin with `#` before the headers, and rows without any
/// content are passed over; a number with a decimal comma is written with a point unless the table has decimal points.
///
/// # Errors
/// When a needed column is missing, a row is longer or shorter than the headers, or there are too many rows.
pub fn read(name: &str, text: &str, needed: &[&str]) -> Result<Sheet> {
    let (body, before, stated) = after_preamble(text);
    let separator = stated.unwrap_or_else(|| separator_of(body));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator as u8)
        .has_headers(false)
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(body.as_bytes());
    let broken = |e: csv::Error| {
        Error::input(format!("{name}: {e}"))
            .remedy("write one row a line, and quotes around cells that hold a separator")
    };
    let mut headers: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let line = before + record.position().map_or(0, |p| line_of(body, p.byte() as usize));
        if headers.is_empty() {
            headers = record.iter().map(str::to_lowercase).collect();
            while headers.last().is_some_and(String::is_empty) {
                headers.pop();
            }
            present(name, &headers, needed, separator)?;
            continue;
        }
        rows.push((line, cells(name, line, &record, headers.len(), separator)?));
        if rows.len() > MOST {
            return Err(Error::input(format!("{name} has more than {MOST} rows")).remedy("split the file"));
        }
    }
    if headers.is_empty() {
        present(name, &headers, needed, separator)?;
    }
    decimals(&mut rows, separator);
    Ok(Sheet { headers, rows })
}

impl Sheet {
    /// Place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.headers.iter().position(|h| h == name)
    }
}

/// The line, from 1, of what stands at a byte or after the ends of lines there.
fn line_of(body: &str, byte: usize) -> u64 {
    let (before, rest) = body.as_bytes().split_at(byte.min(body.len()));
    let blank = rest.iter().take_while(|b| b.is_ascii_whitespace()).filter(|b| **b == b'\n').count();
    1 + (before.iter().filter(|b| **b == b'\n').count() + blank) as u64
}

/// What stands before the headers: its lines, and the separator that it states.
fn after_preamble(text: &str) -> (&str, u64, Option<char>) {
    let mut rest = text.trim_start_matches('\u{feff}');
    let (mut lines, mut stated) = (0, None);
    while let Some((line, after)) = rest.split_once('\n') {
        let line = line.trim_end_matches('\r');
        let sep = line.trim_matches('"').strip_prefix("sep=").map(|s| s.chars().next());
        if let Some(sign) = sep {
            stated = sign.filter(|sign| SEPARATORS.iter().any(|(known, _)| known == sign)).or(stated);
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            break;
        }
        (rest, lines) = (after, lines + 1);
    }
    (rest, lines, stated)
}

/// The sign that parts most cells of the headers.
fn separator_of(body: &str) -> char {
    let (mut quoted, mut counts) = (false, [0_usize; SEPARATORS.len()]);
    for letter in body.chars().take_while(|c| *c != '\n') {
        quoted ^= letter == '"';
        if let Some(k) = SEPARATORS.iter().position(|(sign, _)| *sign == letter && !quoted) {
            counts[k] += 1;
        }
    }
    // the first of equals
    let best = (0..counts.len()).rev().max_by_key(|k| counts[*k]).unwrap_or(0);
    SEPARATORS[best].0
}

fn words(separator: char) -> &'static str {
    SEPARATORS.iter().find(|(sign, _)| *sign == separator).map_or("commas", |(_, words)| words)
}

fn present(name: &str, headers: &[String], needed: &[&str], separator: char) -> Result<()> {
    let Some(missing) = needed.iter().find(|n| !headers.iter().any(|h| h == *n)) else { return Ok(()) };
    let found = if headers.is_empty() { "nothing".to_owned() } else { headers.join(", ") };
    Err(Error::input(format!("{name} has no column {missing}")).remedy(format!(
        "needed: {}; found: {found} (cells parted by {})",
        needed.join(", "),
        words(separator)
    )))
}

fn cells(name: &str, line: u64, record: &csv::StringRecord, columns: usize, separator: char) -> Result<Vec<String>> {
    let mut cells: Vec<String> = record.iter().map(str::to_owned).collect();
    // a spreadsheet may write empty cells behind the last column
    while cells.len() > columns && cells.last().is_some_and(String::is_empty) {
        cells.pop();
    }
    if cells.len() == columns {
        return Ok(cells);
    }
    Err(Error::input(format!("{name}, line {line} has {} cells, the headers {columns}", cells.len()))
        .remedy(format!("cells are parted by {} here: put quotes around a cell that holds one", words(separator))))
}

/// Decimal commas become points where the table has no decimal points; between commas only where thousands cannot be meant.
fn decimals(rows: &mut [(u64, Vec<String>)], separator: char) {
    let all = || rows.iter().flat_map(|(_, cells)| cells);
    if all().any(|cell| split_number(cell, '.').is_some()) {
        return;
    }
    for cell in rows.iter_mut().flat_map(|(_, cells)| cells) {
        let Some((whole, part)) = split_number(cell, ',') else { continue };
        let thousands = part.len() == 3 && (1..=3).contains(&whole.trim_start_matches(['-', '+']).len());
        if separator != ',' || !thousands {
            *cell = cell.replace(',', ".");
        }
    }
}

/// The digits on both sides of the one sign of a number.
fn split_number(cell: &str, sign: char) -> Option<(&str, &str)> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = cell.split_once(sign)?;
    (digits(whole.trim_start_matches(['-', '+'])) && digits(part)).then_some((whole, part))
}

/// A number from 0 up, or why there is none, in words.
pub fn measured(cell: &str) -> std::result::Result<f64, String> {
    let cell = cell.trim();
    if let Some(value) = cell.parse().ok().filter(|v: &f64| v.is_finite() && *v >= 0.0) {
        return Ok(value);
    }
    let low = cell.to_lowercase();
    let missing = ["", ".", "na", "n/a", "nan", "nd", "-", "–", "missing"];
    let below = ["blq", "bql", "bloq", "lloq", "blod", "lod", "below loq"];
    Err(if missing.contains(&low.as_str()) {
        format!("\"{cell}\" is no value")
    } else if below.contains(&low.as_str()) || low.starts_with('<') {
        format!("\"{cell}\" is below what could be measured")
    } else if split_number(cell, ',').is_some() {
        format!("\"{cell}\" has a comma where this table has decimal points, or thousands")
    } else {
        format!("\"{cell}\" is not a number from 0 up")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        read("t.csv", text, &["id", "x"]).unwrap().rows.into_iter().map(|(_, cells)| cells).collect()
    }

    #[test]
    fn what_spreadsheets_add_is_passed_over() {
        let plain = rows("id,x\na,1\nb,2\n");
        for text in [
            "\u{feff}id,x\r\na,1\r\nb,2\r\n",
            "sep=,\nid,x\na,1\nb,2\n",
            "\u{feff}sep=;\r\nid;x\r\na;1\r\nb;2\r\n",
            "# from a lab\n# of 2026\n\nID,X\na,1\n,\n  ,  \nb,2\n\n",
            "id\tx\na\t1\n\t\nb\t2",
            "\"id\";\"x\"\n\"a\";\"1\"\n;\n\"b\";\"2\";;\n",
            "Id, X ,,\na,1,,\nb,2,,\n",
        ] {
            assert_eq!(rows(text), plain, "{text:?}");
        }
        let lines: Vec<u64> =
            read("t.csv", "# one\nsep=,\nid,x\n\na,1\n", &["id"]).unwrap().rows.iter().map(|r| r.0).collect();
        assert_eq!(lines, [5], "lines are those of the file");
    }

    /// By hand: decimal commas are read where nothing else can be meant, and never beside decimal points.
    #[test]
    fn decimal_commas_are_never_mixed_silently() {
        assert_eq!(rows("id;x\na;0,5\nb;1,125\n"), [["a", "0.5"], ["b", "1.125"]]);
        assert_eq!(rows("id,x\na,\"0,5\"\n"), [["a", "0.5"]]);
        assert_eq!(rows("id,x\na,\"1,700\"\n"), [["a", "1,700"]], "thousands may be meant");
        assert_eq!(rows("id;x\na;0,5\nb;1.5\n"), [["a", "0,5"], ["b", "1.5"]], "points are there already");
        assert!(measured("0,5").unwrap_err().contains("comma"));
    }

    #[test]
    fn a_value_is_read_or_its_reason_told() {
        assert_eq!(measured(" 1.5 "), Ok(1.5));
        for missing in ["", ".", "NA", "N/A", "–"] {
            assert!(measured(missing).unwrap_err().contains("is no value"), "{missing}");
        }
        for below in ["BLQ", "<1.0", "< 0.2", "bql", "LOD"] {
            assert!(measured(below).unwrap_err().contains("below what could be measured"), "{below}");
        }
        for odd in ["-1", "12 ng/mL", "28-84", "inf", "1e999"] {
            assert!(measured(odd).unwrap_err().contains("is not a number from 0 up"), "{odd}");
        }
    }

    #[test]
    fn refusals_name_the_separator_and_the_line() {
        let error = read("t.csv", "name;value\na;1\n", &["id"]).unwrap_err();
        assert_eq!(error.what(), "t.csv has no column id");
        assert!(error.what_would_work().unwrap().contains("parted by semicolons"), "{error}");
        let error = read("t.csv", "id,x\na,1,5\n", &["id"]).unwrap_err();
        assert_eq!(error.what(), "t.csv, line 2 has 3 cells, the headers 2");
        assert!(read("t.csv", "", &["id"]).unwrap_err().what().contains("no column id"));
    }
}
