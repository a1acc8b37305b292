//! Characters of Unicode that have no shape of their own.

/// Signs that are not seen: joiners, variation selectors, marks of direction.
pub(super) fn is_unseen(c: char) -> bool {
    is_direction(c) || is_joiner(c) || matches!(c, '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Signs that choose among the shapes of the letters beside them.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// Marks that change the order of what follows.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
