//! A sheet as plain text: for a terminal, a mail, a screen reader.

use crate::table::paragraph;
use crate::timeline::words::ItemKind;
use crate::timeline::{Block, Day, Leaflet};

/// Text no wider than `width` columns; pages follow each other.
pub fn plain(leaflet: &Leaflet, width: usize) -> String {
    let mut text = paragraph("", &leaflet.title, width);
    text.push_str(&paragraph("", &leaflet.subtitle, width));
    for block in leaflet.pages.iter().flat_map(|p| &p.blocks) {
        text.push('\n');
        match block {
            Block::Day(day) => text.push_str(&picture(day, width)),
            Block::Section { heading, items, .. } => {
                text.push_str(&paragraph("", &heading.to_uppercase(), width));
                for (kind, words) in items {
                    let first = match kind {
                        ItemKind::Text => "",
                        ItemKind::Point => "- ",
                        ItemKind::Warning => "! ",
                        ItemKind::Check => "[ ] ",
                    };
                    text.push_str(&paragraph(first, words, width));
                }
            }
        }
    }
    text.push('\n');
    text.push_str(&paragraph("", &leaflet.footer, width));
    text
}

/// What the picture shows, in words.
fn picture(day: &Day, width: usize) -> String {
    let mut text = String::new();
    for band in &day.bands {
        text.push_str(&paragraph("", &format!("{}: {}", band.name, band.words), width));
    }
    for words in [&day.staff, &day.no_driving].into_iter().filter(|w| !w.is_empty()) {
        text.push_str(&paragraph("! ", words, width));
    }
    text.push_str(&paragraph("", &format!("{}: {}", day.after.0, day.after.1), width));
    for row in &day.dots {
        let later = (row.later > 0).then(|| row.later_words.clone());
        let never = (row.never > 0).then(|| row.never_words.clone());
        let beside: Vec<String> = later.into_iter().chain(never).collect();
        if !beside.is_empty() {
            text.push_str(&paragraph("", &format!("{}: {}", row.name, beside.join(", ")), width));
        }
    }
    for words in [&day.caption, &day.dots_caption] {
        text.push_str(&paragraph("", words, width));
    }
    text
}
