//! Lines of running text.

/// A space at which no line breaks.
const NO_BREAK: char = '\u{a0}';

/// Breaks text at spaces so that each line is at most `most` wide; a word wider than that goes on in the next line.
pub fn wrap(text: &str, most: f64, width: impl Fn(&str) -> f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    let words = text.split(|c: char| c.is_whitespace() && c != NO_BREAK);
    for word in words.filter(|word| !word.is_empty()) {
        let Some(last) = lines.last_mut() else { break };
        let longer = if last.is_empty() { word.to_owned() } else { format!("{last} {word}") };
        if last.is_empty() || width(&longer) <= most {
            *last = longer;
        } else {
            lines.push(word.to_owned());
        }
        while let Some(rest) = lines.last_mut().and_then(|line| cut(line, most, &width)) {
            lines.push(rest);
        }
    }
    lines
}

/// Shortens a word that is too wide to what fits, one letter at least, and returns the rest.
fn cut(line: &mut String, most: f64, width: &impl Fn(&str) -> f64) -> Option<String> {
    if width(line) <= most {
        return None;
    }
    let ends: Vec<usize> = line.char_indices().map(|(at, _)| at).skip(1).collect();
    let fits = ends.iter().rev().find(|&&end| width(&line[..end]) <= most).or(ends.first());
    fits.copied().map(|end| line.split_off(end))
}

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
