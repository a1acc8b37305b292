//! Tables as spreadsheets and laboratory programs save them.
//!
//! Cells are parted by commas, semicolons or tabs; numbers have a decimal point or a decimal comma. Byte order mark,
//! a first line `sep=;`, comments with `#`, headers in capitals and rows without content are what such programs add,
//! and are taken for what they are. What a number is in one cell is decided for the file as a whole, in [`DecimalMark`].
//!
//! ```
//! use ketasim::delimited::{Cell, DelimitedTable, Layout};
//!
//! let layout = Layout { needed: &[&["time_h"], &["conc_ng_ml"]], read: &[], numbers: &["time_h", "conc_ng_ml"], most: 100 };
//! let table = DelimitedTable::read("mine.csv", "time_h;conc_ng_ml\n0,5;120,5\n1;BLQ\n", &layout)?;
//! let read = |row: usize, column: usize| table.mark.read(&table.rows[row].cells[column]);
//! assert_eq!((read(0, 0), read(0, 1)), (Cell::Number(0.5), Cell::Number(120.5)));
//! // below the limit of quantification is no number, and is never taken for zero
//! assert!(!matches!(read(1, 1), Cell::Number(_)));
//! # Ok::<(), ketasim::Error>(())
//! ```

mod number;

pub(crate) use number::is_missing;
pub use number::{Cell, DecimalMark};

use crate::error::{Error, Result};

/// What a reader wants of a file.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'a> {
    /// Columns that must be there; of each list one.
    pub needed: &'a [&'a [&'a str]],
    /// Further columns that are read where they are there.
    pub read: &'a [&'a str],
    /// Of all these the columns of numbers, which tell point from comma.
    pub numbers: &'a [&'a str],
    /// More rows than this are refused.
    pub most: usize,
}

/// What was read of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct DelimitedTable {
    /// Names of the columns, in lower case.
    pub headers: Vec<String>,
    /// Rows that hold something.
    pub rows: Vec<Record>,
    /// Lines below the headers that begin with `#` and were passed over.
    pub comments: Vec<u64>,
    /// The decimal mark of its numbers.
    pub mark: DecimalMark,
}

/// One row: as many cells as there are headers, trimmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Cells in the order of the headers, blanks at their ends removed.
    pub cells: Vec<String>,
}

/// What can part cells, with the word for it.
const SEPARATORS: [(u8, &str); 3] = [(b',', "commas"), (b';', "semicolons"), (b'\t', "tabs")];

impl DelimitedTable {
    /// Reads a file; `name` is for messages.
    ///
    /// # Errors
    /// When a column is missing or stands twice, a row has too few or too many cells, or there are too many rows.
    pub fn read(name: &str, text: &str, layout: &Layout) -> Result<Self> {
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
        let lines: Vec<&str> = text.split('\n').collect();
        let head = Head::of(&lines);
        let separator = head.separator(name, &lines, layout)?;
        let from = head.line.min(lines.len());
        let mut rows = records(name, &lines[from..], from as u64, separator)?;
        let headers: Vec<String> =
            if rows.is_empty() { Vec::new() } else { rows.remove(0).cells.iter().map(|h| h.to_lowercase()).collect() };
        check_headers(name, &headers, layout)?;
        let (mut kept, mut comments) = (Vec::new(), Vec::new());
        for mut row in rows {
            if row.cells.iter().all(String::is_empty) {
                continue;
            }
            if row.cells[0].starts_with('#') {
                if row.cells.iter().any(|cell| cell.contains('\n')) {
                    let what = format!("{name}, line {}: a quote in a comment is not closed", row.line);
                    return Err(Error::input(what).remedy("take the quote away"));
                }
                comments.push(row.line);
                continue;
            }
            // a spreadsheet pads rows with empty cells
            while row.cells.len() > headers.len() && row.cells.last().is_some_and(String::is_empty) {
                row.cells.pop();
            }
            if row.cells.len() != headers.len() {
                return Err(uneven(name, &row, headers.len(), separator));
            }
            kept.push(row);
            if kept.len() > layout.most {
                return Err(Error::input(format!("{name} has more than {} rows", layout.most)).remedy("split the file"));
            }
        }
        let columns: Vec<usize> =
            headers.iter().enumerate().filter(|(_, h)| layout.numbers.contains(&h.as_str())).map(|(i, _)| i).collect();
        let numbers = kept.iter().flat_map(|row| columns.iter().map(|i| row.cells[*i].as_str()));
        let mark = DecimalMark::of(numbers, separator == b';');
        Ok(Self { headers, rows: kept, comments, mark })
    }

    /// Place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.headers.iter().position(|h| h == name)
    }
}

/// What stands above the rows.
struct Head {
    /// Lines above the headers.
    line: usize,
    /// What `sep=` names.
    declared: Option<u8>,
}

impl Head {
    /// Passes over blank lines, comments, rows of separators and `sep=`.
    fn of(lines: &[&str]) -> Self {
        let mut head = Self { line: 0, declared: None };
        for line in lines {
            let bare = line.trim().trim_matches('"');
            if bare.get(..4).is_some_and(|s| s.eq_ignore_ascii_case("sep=")) {
                head.declared = line.bytes().skip_while(|b| *b != b'=').nth(1);
            } else if !bare.starts_with('#') && bare.chars().any(|c| !",;\t\" ".contains(c)) {
                break;
            }
            head.line += 1;
        }
        head
    }

    /// What parts the cells: as declared, else what gives all columns that are needed.
    fn separator(&self, name: &str, lines: &[&str], layout: &Layout) -> Result<u8> {
        let header = lines.get(self.line).copied().unwrap_or("");
        let fields = |separator: u8| -> Vec<String> {
            let rows = records(name, &[header], 0, separator).unwrap_or_default();
            rows.into_iter().next().map_or(Vec::new(), |r| r.cells.iter().map(|h| h.to_lowercase()).collect())
        };
        let fits = SEPARATORS.iter().find(|(s, _)| missing(&fields(*s), layout).is_none());
        match (self.declared, fits) {
            (Some(declared), Some((fits, word)))
                if declared != *fits && missing(&fields(declared), layout).is_some() =>
            {
                Err(Error::input(format!(
                    "{name} says sep={}, but its columns are parted by {word}",
                    char::from(declared).escape_default()
                ))
                .remedy("leave the line out, or let it name what parts the columns"))
            }
            (Some(declared), _) if SEPARATORS.iter().any(|(s, _)| *s == declared) => Ok(declared),
            (_, Some((fits, _))) => Ok(*fits),
            // for the message about what is missing, as many columns as can be had
            (_, None) => Ok(SEPARATORS.iter().rev().max_by_key(|(s, _)| fields(*s).len()).map_or(b',', |(s, _)| *s)),
        }
    }
}

/// The first columns that are needed and not there.
fn missing<'a>(headers: &[String], layout: &Layout<'a>) -> Option<&'a [&'a str]> {
    layout.needed.iter().copied().find(|any| !any.iter().any(|n| headers.iter().any(|h| h == n)))
}

fn check_headers(name: &str, headers: &[String], layout: &Layout) -> Result<()> {
    let among = |columns: &[&str], last: &str| columns.join(last);
    if let Some(column) = missing(headers, layout) {
        let needed: Vec<String> = layout.needed.iter().map(|any| among(any, " or ")).collect();
        let what = format!("{name} has no column {}", among(column, " or "));
        let found = headers.join(", ");
        // one long header: cells that are parted by something else
        let other = [('|', "|"), (':', "colons"), (' ', "blanks")];
        let parted = other.iter().find(|(c, _)| headers.len() == 1 && headers[0].matches(*c).count() > 1);
        let cause = parted.map_or(String::new(), |(_, word)| {
            format!("; columns are parted by {word}: save it with commas, semicolons or tabs")
        });
        return Err(Error::input(what).remedy(format!("needed: {}; found: {found}{cause}", needed.join(", "))));
    }
    let read = layout.needed.iter().copied().flatten().chain(layout.read);
    for column in read {
        if headers.iter().filter(|h| h == column).count() > 1 {
            return Err(Error::input(format!("{name} has the column {column} twice"))
                .remedy("take one away, or give it another name"));
        }
    }
    Ok(())
}

fn uneven(name: &str, row: &Record, headers: usize, separator: u8) -> Error {
    let word = SEPARATORS.iter().find(|(s, _)| *s == separator).map_or("", |(_, w)| w);
    let what = format!("{name}, line {}: {} fields where there are {headers} columns", row.line, row.cells.len());
    let digits = |c: &String| c.trim_matches('"').bytes().all(|b| b.is_ascii_digit());
    let split = row.cells.windows(2).any(|pair| pair.iter().all(|c| !c.is_empty() && digits(c)));
    Error::input(what).remedy(match (separator, row.cells.len() > headers && split) {
        (b',', true) => {
            "a decimal comma parts a number in two: put quotes around cells that hold a comma, or save with semicolons"
                .to_owned()
        }
        _ => format!("cells are parted by {word}: put quotes around cells that hold one"),
    })
}

/// Rows with the line on which each begins; `above` lines stand before.
fn records(name: &str, lines: &[&str], above: u64, separator: u8) -> Result<Vec<Record>> {
    // each row ends, so that the reader's line is always that of the next
    let text: String = lines.iter().flat_map(|line| [*line, "\n"]).collect();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut rows, mut record) = (Vec::new(), csv::StringRecord::new());
    loop {
        let more = reader.read_record(&mut record).map_err(|e| Error::input(format!("{name}: {e}")))?;
        if !more {
            return Ok(rows);
        }
        // blank lines before a record belong to its place, but not to its lines
        let within: usize = record.iter().map(|cell| cell.matches('\n').count()).sum();
        let line = above + reader.position().line().saturating_sub(1 + within as u64);
        rows.push(Record { line, cells: record.iter().map(|cell| cell.trim().to_owned()).collect() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: Layout = Layout {
        needed: &[&["id"], &["time_min", "time_h"], &["value"]],
        read: &["site"],
        numbers: &["time_min", "time_h", "value"],
        most: 5,
    };

    fn read(text: &str) -> Result<DelimitedTable> {
        DelimitedTable::read("t.csv", text, &LAYOUT)
    }

    #[test]
    fn what_programs_add_changes_nothing() {
        let plain = read("id,time_min,value\na,1,2.5\nb,2,3\n").unwrap();
        for text in [
            "\u{feff}id,time_min,value\r\na,1,2.5\r\nb,2,3\r\n",
            "id,time_min,value\ra,1,2.5\rb,2,3",
            "sep=,\nid,time_min,value\na,1,2.5\nb,2,3\n",
            "\u{feff}\"SEP=;\"\r\nid;time_min;value\r\na;1;2.5\r\nb;2;3\r\n",
            "sep=\t\nid\ttime_min\tvalue\na\t1\t2.5\nb\t2\t3\n",
            "# made by hand, 2026\n\nID,Time_Min,VALUE\n a , 1 ,2.5\n\n,,\n   \nb,2,3\n,,,,\n\"\",,\n",
            "id,time_min,value\na,1,2.5,,\nb,2,3\n",
            "\"id\";\"time_min\";\"value\"\n\"a\";\"1\";\"2.5\"\n\"b\";\"2\";\"3\"\n",
        ] {
            let table = read(text).unwrap();
            let cells = |t: &DelimitedTable| t.rows.iter().map(|r| r.cells.clone()).collect::<Vec<_>>();
            assert_eq!((&table.headers, cells(&table)), (&plain.headers, cells(&plain)), "{text:?}");
        }
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let table = read("# one\nsep=,\nid,time_min,value\n\n\na,1,\"two\nlines\"\n# b,1,2\n,,\nc,1,2").unwrap();
        assert_eq!(table.rows.iter().map(|r| r.line).collect::<Vec<_>>(), [6, 10]);
        assert_eq!(table.comments, [8]);
    }

    #[test]
    fn a_refusal_names_the_cause() {
        let refusal = |text: &str| read(text).unwrap_err().to_string();
        assert!(refusal("id|time_min|value\na|1|2\n").contains("parted by |"));
        assert!(refusal("sep=,\nid;time_min;value\na;1;2\n").contains("parted by semicolons"));
        assert!(refusal("id,time_min,value\na,1,2,5\n").contains("decimal comma"));
        assert!(refusal("id;time_min;value\na;1\n").contains("line 2: 2 fields where there are 3 columns"));
        assert!(refusal("id,time_min,value,value\na,1,2,3\n").contains("the column value twice"));
        assert!(refusal("id,value\n").contains("no column time_min or time_h"));
        assert!(refusal("").contains("no column id"));
        assert!(refusal("id,time_min,value\na,1,1\na,1,1\na,1,1\na,1,1\na,1,1\na,1,1\n").contains("more than 5 rows"));
    }
}
