//! Tables as data, readable as text of a fixed width and as CSV.

use std::io::{self, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns of a terminal that every text fits into.
pub const TEXT_WIDTH: usize = 80;
/// Spaces between two columns.
const GAP: usize = 2;
/// A column is never made narrower than this, whatever its words.
const NARROWEST: usize = 4;

/// Which side of a column its cells stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellAlign {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumn {
    /// Says what is below it, with the unit.
    pub header: String,
    /// Side its cells stand on.
    pub align: CellAlign,
}

impl TableColumn {
    /// A column of words.
    pub fn text(header: impl Into<String>) -> Self {
        Self { header: header.into(), align: CellAlign::Left }
    }

    /// A column of numbers.
    pub fn numbers(header: impl Into<String>) -> Self {
        Self { header: header.into(), align: CellAlign::Right }
    }
}

/// Columns and rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    columns: Vec<TableColumn>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: Vec<TableColumn>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row; missing cells are empty, cells without a column are dropped.
    pub fn push(&mut self, row: impl IntoIterator<Item = impl Into<String>>) {
        let mut row: Vec<String> = row.into_iter().map(Into::into).collect();
        row.resize(self.columns.len(), String::new());
        self.rows.push(row);
    }

    /// The columns, from left to right.
    pub fn columns(&self) -> &[TableColumn] {
        &self.columns
    }

    /// The rows from top to bottom, one cell for each column.
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// As text at most `width` wide: long cells are wrapped inside their column.
    pub fn to_text(&self, width: usize) -> String {
        let widths = self.widths(width);
        let headers: Vec<String> = self.columns.iter().map(|c| c.header.clone()).collect();
        let mut text = String::new();
        self.write_row(&headers, &widths, true, &mut text);
        text.push_str(&"-".repeat(widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)));
        text.push('\n');
        for row in &self.rows {
            self.write_row(row, &widths, false, &mut text);
        }
        text
    }

    /// As CSV: commas, one header line, quotes where a cell needs them.
    pub fn to_csv(&self) -> String {
        csv_text(|out| {
            write_csv(out, |rows| {
                rows.write_record(self.columns.iter().map(|c| csv_cell(&c.header)))?;
                self.rows.iter().try_for_each(|row| rows.write_record(row.iter().map(|cell| csv_cell(cell))))
            })
        })
    }

    /// Natural widths, the widest column narrowed first until the row fits.
    fn widths(&self, width: usize) -> Vec<usize> {
        let cells = |k: usize| {
            std::iter::once(self.columns[k].header.as_str()).chain(self.rows.iter().map(move |r| r[k].as_str()))
        };
        let most = |k: usize, of: &dyn Fn(&str) -> usize| cells(k).map(|c| of(&printable(c))).max().unwrap_or(0);
        let mut widths: Vec<usize> = (0..self.columns.len()).map(|k| most(k, &text_width)).collect();
        let words: Vec<usize> = (0..self.columns.len()).map(|k| most(k, &longest_word)).collect();
        let room = width.saturating_sub(GAP * widths.len().saturating_sub(1));
        while widths.iter().sum::<usize>() > room {
            let widest = |can: &dyn Fn(usize) -> bool| (0..widths.len()).filter(|&k| can(k)).max_by_key(|&k| widths[k]);
            // words are broken only when there is no other way
            let next = widest(&|k| widths[k] > words[k]).or_else(|| widest(&|k| widths[k] > NARROWEST));
            let Some(k) = next else { break };
            widths[k] -= 1;
        }
        widths
    }

    fn write_row(&self, cells: &[String], widths: &[usize], at_bottom: bool, text: &mut String) {
        let wrapped: Vec<Vec<String>> = cells.iter().zip(widths).map(|(c, w)| wrap(c, *w)).collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        for i in 0..height {
            let mut line = String::new();
            for (k, lines) in wrapped.iter().enumerate() {
                let skipped = if at_bottom { height - lines.len() } else { 0 };
                let cell = i.checked_sub(skipped).and_then(|i| lines.get(i)).map_or("", String::as_str);
                let pad = " ".repeat(widths[k].saturating_sub(text_width(cell)));
                match self.columns[k].align {
                    CellAlign::Left => line.extend([cell, &pad]),
                    CellAlign::Right => line.extend([&pad, cell]),
                }
                line.push_str(&" ".repeat(GAP));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
}

/// Writes rows as CSV: commas, `\n` after each row, quotes where a cell needs them.
///
/// # Errors
/// When `out` cannot be written to, or rows differ in length.
pub fn write_csv<W: Write>(out: W, write: impl FnOnce(&mut csv::Writer<W>) -> csv::Result<()>) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    match write(&mut rows) {
        Ok(()) => rows.flush(),
        Err(error) => Err(match error.into_kind() {
            // its kind tells a reader that went away from a full disk
            csv::ErrorKind::Io(error) => error,
            other => io::Error::other(format!("{other:?}")),
        }),
    }
}

/// CSV as text in memory.
pub fn csv_text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    // writing to memory cannot fail, and rows of one table are equally long
    let _ = write(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Words of others' files as they may stand in CSV: control characters and marks of direction become spaces, and a word that
/// a spreadsheet would take for a formula stands behind an apostrophe. Numbers are as they are.
pub fn csv_cell(cell: &str) -> String {
    if cell.parse::<f64>().is_ok() {
        return cell.to_owned();
    }
    let mut clean = printable(cell);
    if clean.trim_start().starts_with(['=', '+', '-', '@']) {
        clean.insert(0, '\'');
    }
    clean
}

/// Breaks `text` into lines at most `width` wide, at spaces; a longer word is cut.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    // what a space that does not break holds together stays on one line
    let breaks = |c: char| c.is_whitespace() && c != '\u{a0}';
    for word in printable(text).split(breaks).filter(|w| !w.is_empty()) {
        let word = &word.replace('\u{a0}', " ");
        for piece in pieces(word, width) {
            let wide = text_width(&piece);
            if !line.is_empty() && used + 1 + wide > width {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            if !line.is_empty() {
                line.push(' ');
                used += 1;
            }
            line.push_str(&piece);
            used += wide;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// A paragraph at most `width` wide, `first` before its first line and as many spaces before the others.
pub fn paragraph(first: &str, text: &str, width: usize) -> String {
    let indent = text_width(first);
    let lines = wrap(text, width.saturating_sub(indent));
    let mut result = String::new();
    for (i, line) in lines.iter().enumerate() {
        let before = if i == 0 { first.to_owned() } else { " ".repeat(indent) };
        result.push_str(format!("{before}{line}").trim_end());
        result.push('\n');
    }
    result
}

/// A word in pieces that fit.
fn pieces(word: &str, width: usize) -> Vec<String> {
    let mut list = Vec::new();
    let mut piece = String::new();
    let mut used = 0;
    for c in word.chars() {
        let w = c.width().unwrap_or(0);
        if used + w > width && !piece.is_empty() {
            list.push(std::mem::take(&mut piece));
            used = 0;
        }
        piece.push(c);
        used += w;
    }
    list.push(piece);
    list
}

/// Names come from files: control characters would reach the terminal, and bidirectional marks turn a line around.
fn printable(text: &str) -> String {
    let unwanted = |c: char| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if unwanted(c) { ' ' } else { c }).collect()
}

fn longest_word(text: &str) -> usize {
    text.split_whitespace().map(text_width).max().unwrap_or(0)
}

/// Columns that `text` takes in a terminal.
pub fn text_width(text: &str) -> usize {
    text.width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_fits_and_keeps_every_word() {
        let mut table = Table::new(vec![TableColumn::text("Arm"), TableColumn::numbers("Peak (ng/mL)")]);
        table.push(["an arm with a rather long name", "252.6"]);
        table.push(["IV", "9"]);
        assert_eq!(
            table.to_text(30),
            "Arm               Peak (ng/mL)\n------------------------------\nan arm with a            252.6\nrather long name\nIV                           9\n"
        );
    }

    #[test]
    fn letters_of_two_columns_and_marks_of_none_keep_the_columns_straight() {
        assert_eq!(text_width("静脉"), 4);
        assert_eq!(text_width("e\u{301}"), 1);
        let mut table = Table::new(vec![TableColumn::text("a"), TableColumn::text("b")]);
        table.push(["静脉", "x"]);
        table.push(["e\u{301}", "x"]);
        assert_eq!(table.to_text(80), "a     b\n-------\n静脉  x\ne\u{301}     x\n");
    }

    #[test]
    fn a_word_longer_than_its_column_is_cut_at_letters() {
        assert_eq!(wrap("ab 静脉注射", 4), ["ab", "静脉", "注射"]);
        assert_eq!(wrap("at 10:00\u{a0}am", 9), ["at", "10:00 am"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("\u{1b}[31mred", 10), ["[31mred"], "escape sequences do not reach the terminal");
    }

    #[test]
    fn cells_of_csv_are_no_formulas_and_move_no_terminal() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" +x", "' +x"),
            ("-5", "-5"),
            ("-5 mg", "'-5 mg"),
            ("a\u{1b}[31mb", "a [31mb"),
            ("a\u{202e}b\r\nc", "a b  c"),
            ("=a,b", "'=a,b"),
        ] {
            assert_eq!(csv_cell(cell), expected);
        }
    }

    #[test]
    fn csv_quotes_what_needs_it() {
        let mut table = Table::new(vec![TableColumn::text("arm"), TableColumn::numbers("dose_mg")]);
        table.push(["a \"b\", c", "35"]);
        table.push(["=a,b", ""]);
        assert_eq!(table.to_csv(), "arm,dose_mg\n\"a \"\"b\"\", c\",35\n\"'=a,b\",\n");
    }
}
