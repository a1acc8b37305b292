//! One error type: what was wrong, where, and what would have worked.

use std::fmt;

/// Whether the input was wrong (exit code 2) or the thing could not be done (exit code 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file, value or combination that ketasim refuses.
    Input,
    /// The input may be right, but it could not be done: a file is missing, no model fits.
    Cannot,
}

/// One step into a TOML document: a key or the index of a list entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathStep {
    /// Key of a table.
    Key(String),
    /// Entry of a list, from 0.
    Index(usize),
}

impl From<&str> for PathStep {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<&String> for PathStep {
    fn from(key: &String) -> Self {
        Self::Key(key.clone())
    }
}

impl From<usize> for PathStep {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// Builds the path of an [`Error`]: `path!["arm", 0, "dose", 1]`.
#[macro_export]
macro_rules! path {
    ($($step:expr),* $(,)?) => { vec![$($crate::error::PathStep::from($step)),*] };
}

/// A place in a text: file name, line, column and the line itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Name of the file as the caller gave it.
    pub file: String,
    /// Line, from 1; 0 when only the file is known.
    pub line: usize,
    /// Column of the line, in characters from 1; 0 when only the file is known.
    pub column: usize,
    /// The line's text, shortened when long.
    pub text: String,
}

/// A refusal in the reader's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
    what: String,
    remedy: Option<String>,
    path: Vec<PathStep>,
    /// Whether it was asked to stop, see [`Error::stopped`].
    stopped: bool,
    /// Boxed, because a result is as large as its error.
    place: Option<Box<Place>>,
}

/// Result with ketasim's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A refusal of what was put in.
    pub fn input(what: impl Into<String>) -> Self {
        Self {
            kind: Kind::Input,
            what: shortened(what.into(), MOST_LETTERS),
            remedy: None,
            path: Vec::new(),
            stopped: false,
            place: None,
        }
    }

    /// Something that could not be done.
    pub fn cannot(what: impl Into<String>) -> Self {
        Self { kind: Kind::Cannot, ..Self::input(what) }
    }

    /// Work that ended early because whoever started it asked for that: nothing was wrong.
    pub fn stopped() -> Self {
        Self { stopped: true, ..Self::cannot("stopped") }
    }

    /// Whether this is no failure but work that was asked to stop.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Adds what would have worked.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(shortened(remedy.into(), MOST_LETTERS));
        self
    }

    /// Takes over what would have worked from another refusal, where that says it.
    #[must_use]
    pub fn remedy_of(self, other: &Self) -> Self {
        match &other.remedy {
            Some(remedy) => Self { remedy: Some(remedy.clone()), ..self },
            None => self,
        }
    }

    /// Says which entry of the document is meant.
    #[must_use]
    pub fn at(mut self, path: Vec<PathStep>) -> Self {
        self.path = path;
        self
    }

    /// Puts `outer` in front of the path, for checks that know only their own part.
    #[must_use]
    pub fn within(mut self, mut outer: Vec<PathStep>) -> Self {
        outer.append(&mut self.path);
        self.path = outer;
        self
    }

    /// Looks up the path in `text`, so that the message can name file and line.
    #[must_use]
    pub fn located(mut self, file: &str, text: &str) -> Self {
        if self.place.is_none() {
            let span = span_of(text, &self.path);
            let known = span.is_some();
            self.place = Some(Box::new(place(file, text, span.unwrap_or(0..0), known)));
        }
        self
    }

    /// Turns a TOML error into ours, keeping its position.
    pub fn from_toml(error: &toml::de::Error, file: &str, text: &str) -> Self {
        let message = error.message();
        let mut key = None;
        let (what, remedy) = match message.split_once('\u{1f}') {
            Some((what, rest)) => {
                let (remedy, named) = rest.split_once('\u{1f}').map_or((rest, None), |(r, key)| (r, Some(key)));
                key = named;
                (what.to_owned(), Some(remedy.to_owned()))
            }
            None => plain_toml_message(message),
        };
        let (what, remedy) = (shortened(what, MOST_QUOTED), remedy.map(|r| shortened(r, MOST_LETTERS)));
        let of_key = |span: std::ops::Range<usize>| key.and_then(|k| span_in(text, &span, k)).unwrap_or(span);
        let place = error.span().map(|span| Box::new(place(file, text, of_key(span), true)));
        Self { kind: Kind::Input, what, remedy, path: Vec::new(), stopped: false, place }
    }

    /// Input or cannot: decides the exit code.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What was wrong, in one sentence.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What would have worked, if known.
    pub fn what_would_work(&self) -> Option<&str> {
        self.remedy.as_deref()
    }

    /// The entry of the document that is meant; empty when it is the whole.
    pub fn path(&self) -> &[PathStep] {
        &self.path
    }

    /// File and line, once [`Error::located`].
    pub fn place(&self) -> Option<&Place> {
        self.place.as_deref()
    }

    /// For `serde::de::Error::custom`: keeps the remedy, and the key of the table that is refused, apart through serde's
    /// single string.
    pub(crate) fn for_serde(&self) -> String {
        match (&self.remedy, self.path.as_slice()) {
            (Some(remedy), [PathStep::Key(key)]) => format!("{}\u{1f}{remedy}\u{1f}{key}", self.what),
            (Some(remedy), _) => format!("{}\u{1f}{remedy}", self.what),
            (None, _) => self.what.clone(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            match place.line {
                0 => writeln!(f, "{}:", place.file)?,
                line => writeln!(f, "{}, line {line}:", place.file)?,
            }
            if !place.text.is_empty() {
                writeln!(f, "    {}", place.text)?;
            }
        }
        write!(f, "{}", self.what)?;
        if let Some(remedy) = &self.remedy {
            write!(f, "\n{remedy}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// A sentence of a refusal has at most so many letters and lines: what was put in may be megabytes.
const MOST_LETTERS: usize = 1000;
/// A value of a file that is quoted in one has fewer.
const MOST_QUOTED: usize = 300;
const MOST_LINES: usize = 8;

/// What runs over many lines is not repeated whole.
fn shortened(text: String, most: usize) -> String {
    let cut = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
    let end = text[..cut].match_indices('\n').nth(MOST_LINES - 1).map_or(cut, |(at, _)| at);
    if end == text.len() { text } else { format!("{}…", &text[..end]) }
}

/// serde and the TOML parser speak of types and tokens; readers know values and keys.
fn plain_toml_message(message: &str) -> (String, Option<String>) {
    let message = message.trim();
    if message.contains("recursion limit") || message.contains("recurse") {
        let remedy = "a file for ketasim needs no more than four levels";
        return ("the file nests brackets or tables too deeply".to_owned(), Some(remedy.to_owned()));
    }
    let (head, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let names = quoted(expected);
    if let Some(key) = head.strip_prefix("unknown field ") {
        let key = key.trim_matches('`');
        let remedy = if names.is_empty() { "take it out".to_owned() } else { suggestion(key, names) };
        return (format!("there is no key `{key}` here"), Some(remedy));
    }
    if let Some(word) = head.strip_prefix("unknown variant ") {
        let word = word.trim_matches('`');
        return (format!("\"{word}\" is not known here"), Some(suggestion(word, names)));
    }
    if let Some(key) = head.strip_prefix("missing field ") {
        let key = key.trim_matches('`');
        return (format!("the key `{key}` is missing"), Some(format!("add `{key}` to this part of the file")));
    }
    let wrong = ["invalid type: ", "invalid value: ", "invalid length "].iter().find_map(|p| head.strip_prefix(p));
    if let Some(found) = wrong {
        let needed = plain_type(expected);
        let found = plain_found(found);
        return (format!("{needed} is needed here, not {found}"), Some(example_of(&needed).to_owned()));
    }
    if head.contains("duplicate key") {
        let remedy =
            "keep one of the two; a part that occurs several times has double brackets every time, as in [[arm]]";
        return ("this is given twice".to_owned(), Some(remedy.to_owned()));
    }
    let remedy = "write key = \"value\", one to a line, below [part] or [[part]]";
    if head.starts_with("key with no value") {
        return ("a key is followed by = and its value".to_owned(), Some(remedy.to_owned()));
    }
    (format!("this cannot be read: {message}"), Some(remedy.to_owned()))
}

/// What stands between backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// "an array of length 2" and the like, for people.
fn plain_type(expected: &str) -> String {
    let words = match expected {
        "a string" => "text in quotes",
        "a boolean" => "true or false",
        "u8" | "u32" | "u64" | "usize" => "a whole number, 0 or more,",
        "i64" => "a whole number",
        "f32" | "f64" => "a number without a unit",
        "a sequence" => "a list",
        "a map" | "a table" => "a table of keys",
        other if other.starts_with("struct ") => "a table of keys",
        other => {
            return match other.strip_prefix("an array of length ") {
                Some(n) => format!("a list of {n}"),
                None => other.to_owned(),
            };
        }
    };
    words.to_owned()
}

/// "string \"x\"", "integer `5`", "map" and the like, for people.
fn plain_found(found: &str) -> String {
    let (kind, value) = found.split_once(' ').unwrap_or((found, ""));
    match kind {
        "string" => value.to_owned(),
        "integer" | "boolean" => value.trim_matches('`').to_owned(),
        "floating" => value.trim_start_matches("point ").trim_matches('`').to_owned(),
        "map" => "a table".to_owned(),
        "sequence" => "a list".to_owned(),
        number if number.chars().all(|c| c.is_ascii_digit()) => format!("one of {number}"),
        _ => found.to_owned(),
    }
}

fn example_of(needed: &str) -> &'static str {
    match needed {
        "text in quotes" => "write for example key = \"35 mg\"",
        "true or false" => "write key = true or key = false, without quotes",
        "a whole number, 0 or more," | "a whole number" => "write for example key = 2, without quotes, point or unit",
        "a number without a unit" => "write for example key = 0.75, without quotes",
        "a table of keys" => "write [name] on a line and its keys below, or name = { key = \"...\" }",
        _ if needed.starts_with("a list") => {
            "write the list in brackets, for example key = [\"a\", \"b\"]; a list of parts has [[name]] above each part"
        }
        _ => "compare with a file that ships with ketasim",
    }
}

fn place(file: &str, text: &str, span: std::ops::Range<usize>, known: bool) -> Place {
    if !known {
        return Place { file: file.to_owned(), line: 0, column: 0, text: String::new() };
    }
    let start = (0..=span.start.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
    let line = text[..start].matches('\n').count() + 1;
    let full = text[line_start..].lines().next().unwrap_or("").trim();
    let mut shown: String = full.chars().take(LONGEST_QUOTE).collect();
    if full.chars().nth(LONGEST_QUOTE).is_some() {
        shown.push('…');
    }
    Place { file: file.to_owned(), line, column: text[line_start..start].chars().count() + 1, text: shown }
}

/// A quoted line longer than this is cut: a terminal is about this wide.
const LONGEST_QUOTE: usize = 90;

/// Finds the byte range of the deepest part of `path` that exists in the document.
fn span_of(text: &str, path: &[PathStep]) -> Option<std::ops::Range<usize>> {
    use toml::de::DeValue;
    let table = toml::de::DeTable::parse(text).ok()?;
    let mut span = None;
    let mut here = DeValue::Table(table.into_inner());
    for step in path {
        let next = match (step, here) {
            (PathStep::Key(key), DeValue::Table(table)) => table
                .into_iter()
                .find(|(k, _)| k.get_ref().as_ref() == key)
                .map(|(k, v)| (if v.get_ref().is_table() { k.span() } else { v.span() }, v.into_inner())),
            (PathStep::Index(index), DeValue::Array(list)) => {
                list.into_iter().nth(*index).map(|v| (v.span(), v.into_inner()))
            }
            _ => None,
        };
        let Some((found, inner)) = next else { break };
        span = Some(found);
        here = inner;
    }
    span
}

/// Finds the byte range of a key's value in the table that stands at `table`.
fn span_in(text: &str, table: &std::ops::Range<usize>, key: &str) -> Option<std::ops::Range<usize>> {
    use toml::de::DeValue;
    let mut open: Vec<(std::ops::Range<usize>, DeValue)> = Vec::new();
    let top = toml::de::DeTable::parse(text).ok()?;
    open.push((top.span(), DeValue::Table(top.into_inner())));
    while let Some((span, value)) = open.pop() {
        match value {
            DeValue::Table(inner) if span == *table => {
                return inner.into_iter().find(|(k, _)| k.get_ref().as_ref() == key).map(|(_, v)| v.span());
            }
            DeValue::Table(inner) => open.extend(inner.into_iter().map(|(_, v)| (v.span(), v.into_inner()))),
            DeValue::Array(list) => open.extend(list.into_iter().map(|v| (v.span(), v.into_inner()))),
            _ => {}
        }
    }
    None
}

/// "did you mean" for a misspelt name, else the list of what there is.
pub fn suggestion<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(wanted, known.iter().copied()) {
        Some(name) => format!("did you mean \"{name}\"? There is: {}", known.join(", ")),
        None => format!("there is: {}", known.join(", ")),
    }
}

/// The name of which `wanted` may be a misspelling; `None` where none is near.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let known = known.into_iter().map(|k| (strsim::levenshtein(&wanted.to_lowercase(), &k.to_lowercase()), k));
    // one letter is not a misspelling of another
    let near = known.filter(|(d, k)| *d <= 1 + k.chars().count() / 4 && *d < k.chars().count());
    near.min().map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_file_line_and_remedy() {
        let text = "title = \"x\"\n[[arm]]\nlabel = \"IV\"\n[[arm.dose]]\namount = \"-5 mg\"\n";
        let error = Error::input("the amount is negative")
            .remedy("write for example \"35 mg\"")
            .at(path!["arm", 0, "dose", 0, "amount"])
            .located("s.toml", text);
        assert_eq!(
            error.to_string(),
            "s.toml, line 5:\n    amount = \"-5 mg\"\nthe amount is negative\nwrite for example \"35 mg\""
        );
    }

    /// Found by damaging files: a text without its end swallows the rest of the file.
    #[test]
    fn a_long_value_is_not_repeated_whole() {
        #[derive(Debug, serde::Deserialize)]
        struct File {
            #[serde(rename = "a")]
            _a: std::collections::BTreeMap<String, f64>,
        }
        let text = format!("a = \"\"\"{}\"\"\"", "x".repeat(5000));
        let error = toml::from_str::<File>(&text).unwrap_err();
        let said = Error::from_toml(&error, "f.toml", &text).to_string();
        assert!(said.starts_with("f.toml, line 1") && said.len() < 1000, "{said}");
    }

    #[test]
    fn a_misspelt_name_is_suggested() {
        assert!(suggestion("ketamin", ["ketamine", "esketamine"]).starts_with("did you mean \"ketamine\""));
        assert!(suggestion("xyz", ["iv", "im"]).starts_with("there is: iv, im"));
        assert!(suggestion("F", ["A", "B"]).starts_with("there is: A, B"));
    }
}
