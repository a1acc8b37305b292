//! Breaks running text into lines.

/// No-break space: a space at which no line is broken.
const NO_BREAK: char = '\u{a0}';

/// Breaks text at spaces so that each line is at most `most` wide. A word wider than that continues on the next line.
///
/// Each word is measured once, and a word that is too wide is measured in pieces, so the work is linear in the text.
pub fn wrap(text: &str, most: f64, width: impl Fn(&str) -> f64) -> Vec<String> {
    let space = width("n n") - width("nn");
    let mut lines = vec![String::new()];
    let mut used = 0.0;
    let words = text.split(|c: char| c.is_whitespace() && c != NO_BREAK);
    for word in words.filter(|word| !word.is_empty()) {
        let mut rest = word;
        while !rest.is_empty() {
            let piece = &rest[..fitting(rest, most, &width)];
            rest = &rest[piece.len()..];
            let wide = width(piece);
            let Some(last) = lines.last_mut() else { break };
            if last.is_empty() {
                (*last, used) = (piece.to_owned(), wide);
            } else if piece.len() == word.len() && used + space + wide <= most {
                last.push(' ');
                last.push_str(piece);
                used += space + wide;
            } else {
                lines.push(piece.to_owned());
                used = wide;
            }
        }
    }
    lines
}

/// How many bytes of a word fit: all of it, or as many letters as fit, but at least one.
fn fitting(word: &str, most: f64, width: &impl Fn(&str) -> f64) -> usize {
    let mut ends = word.char_indices().map(|(at, c)| at + c.len_utf8());
    // tries twice as many letters at a time until they no longer fit
    let mut tried: Vec<usize> = Vec::new();
    let mut step = FIRST_LETTERS;
    loop {
        let before = tried.len();
        tried.extend(ends.by_ref().take(step));
        let Some(last) = tried.last().copied().filter(|_| tried.len() > before) else { return word.len() };
        if width(&word[..last]) > most {
            break;
        }
        step = tried.len();
    }
    let fits = tried.partition_point(|end| width(&word[..*end]) <= most);
    tried.get(fits.saturating_sub(1)).copied().unwrap_or(word.len())
}

/// Number of letters that are measured first: most words are shorter.
const FIRST_LETTERS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_nothing_is_too_wide() {
        let count = |text: &str| text.chars().count() as f64;
        assert_eq!(wrap("one two  three", 7.0, count), ["one two", "three"]);
        assert_eq!(wrap("a desacostumbradísimo b", 8.0, count), ["a", "desacost", "umbradís", "imo b"]);
        assert_eq!(wrap("ab", 0.0, count), ["a", "b"]);
        assert_eq!(wrap("", 5.0, count), [""]);
        assert_eq!(wrap("at 10:00\u{a0}am", 9.0, count), ["at", "10:00\u{a0}am"]);
    }
}
