//! Letters that the font cannot draw, and text whose direction changes.

use super::FontMeasure;
use super::unseen::{is_joiner, is_unseen};
use crate::error::{Error, Result};
use crate::scene::{Scene, Shape};

/// At most so many missing letters are named.
const NAMED: usize = 8;
/// Keep a run of letters together without changing the order of what stands around it.
const ISOLATE: char = '\u{2068}';
const END: char = '\u{2069}';

/// Refuses text with letters that the font has no drawing of: they would be empty boxes, or nothing.
///
/// # Errors
/// When a letter is missing; the letters and the text are named.
pub(super) fn drawable<'a>(texts: impl Iterator<Item = &'a str>, font: &FontMeasure, remedy: &str) -> Result<()> {
    for text in texts {
        let missing = font.missing(text);
        if !missing.is_empty() {
            let named: String = missing.iter().take(NAMED).collect();
            let more = missing.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            return Err(Error::input(format!(
                "the font of sheets and pictures has no letter for \"{named}\"{more} in \"{text}\""
            ))
            .remedy(remedy));
        }
    }
    Ok(())
}

/// Refuses a scene with letters that the font has no drawing of.
///
/// # Errors
/// When a letter is missing.
pub(super) fn drawable_scene(scene: &Scene, font: &FontMeasure) -> Result<()> {
    let texts = scene.shapes.iter().filter_map(|shape| match shape {
        Shape::Text { text, whole, .. } => Some(whole.as_ref().unwrap_or(text).as_str()),
        _ => None,
    });
    drawable(
        texts,
        font,
        "write it with letters of the Latin, Greek or Cyrillic alphabet, or write the picture as .svg: there the reader's own fonts draw it",
    )
}

/// Letters that run from right to left.
fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Text in which runs of letters from right to left cannot reorder the numbers and words beside them: each run is
/// isolated, and marks of direction that the text brought along are taken out. Joiners stay with the letters of other
/// fonts, which need them.
pub(super) fn isolated(text: &str, font: &FontMeasure) -> String {
    let foreign = !font.missing(text).is_empty();
    let kept = |c: &char| !is_unseen(*c) || foreign && is_joiner(*c);
    let text: String = text.chars().filter(kept).collect();
    if !text.contains(is_right_to_left) {
        return text;
    }
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    let mut at = 0;
    while at < letters.len() {
        if !is_right_to_left(letters[at]) {
            out.push(letters[at]);
            at += 1;
            continue;
        }
        // up to the last such letter before a number or a letter of the other direction
        let run = letters[at..].iter().take_while(|c| is_right_to_left(**c) || !c.is_alphanumeric());
        let run: Vec<char> = run.copied().collect();
        let end = at + run.iter().rposition(|c| is_right_to_left(*c)).map_or(run.len(), |last| last + 1);
        out.push(ISOLATE);
        out.extend(&letters[at..end]);
        out.push(END);
        at = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_from_right_to_left_are_isolated_and_numbers_stay_outside() {
        for (text, expected) in [
            ("IV: 35 mg", "IV: 35 mg"),
            ("שלום: 35 mg into a vein", "\u{2068}שלום\u{2069}: 35 mg into a vein"),
            ("עירוי ראשון 35 mg", "\u{2068}עירוי ראשון\u{2069} 35 mg"),
            ("A  وريدي (1), 0.5 mg", "A  \u{2068}وريدي\u{2069} (1), 0.5 mg"),
            ("\u{202e}35 mg\u{202c} x\u{feff}\u{200d}", "35 mg x"),
            ("می\u{200c}خواهم", "\u{2068}می\u{200c}خواهم\u{2069}"),
        ] {
            assert_eq!(isolated(text, &FontMeasure::new().unwrap()), expected);
        }
    }
}
