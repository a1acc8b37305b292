//! The embedded font: how wide and high its text is, and where the SVG reader finds it.

use super::unseen::is_unseen;
use crate::error::{Error, Result};
use crate::fonts;
use crate::scene::{Align, Measure};
use resvg::usvg;

/// Measures text as the files will show it, kerning included.
#[derive(Clone)]
pub struct FontMeasure {
    face: rustybuzz::Face<'static>,
}

impl FontMeasure {
    /// Reads the embedded font.
    pub fn new() -> Result<Self> {
        let face = rustybuzz::Face::from_slice(fonts::REGULAR, 0);
        face.map(|face| Self { face }).ok_or_else(|| Error::cannot("the embedded font cannot be read"))
    }

    /// How far below the anchor the baseline lies when the line's box, from the top of the highest to
    /// the bottom of the lowest letter, is aligned vertically.
    pub(super) fn baseline(&self, align: Align, size: f64) -> f64 {
        let (ascent, descent) = (f64::from(self.face.ascender()), f64::from(self.face.descender()));
        let units = match align {
            Align::Start => ascent,
            Align::Middle => (ascent + descent) / 2.0,
            Align::End => descent,
        };
        units * size / self.units_per_em()
    }

    /// The letters that the font does not have, each once; spaces at which lines break are none.
    pub(super) fn missing(&self, text: &str) -> Vec<char> {
        let mut list = Vec::new();
        for c in text.chars().filter(|c| self.lacks(*c)) {
            if !list.contains(&c) {
                list.push(c);
            }
        }
        list
    }

    fn lacks(&self, c: char) -> bool {
        let seen = !is_unseen(c) && !c.is_control() && (!c.is_whitespace() || c == '\u{a0}');
        seen && self.face.glyph_index(c).is_none()
    }

    fn units_per_em(&self) -> f64 {
        f64::from(self.face.units_per_em())
    }
}

impl Measure for FontMeasure {
    fn width(&self, text: &str, size: f64) -> f64 {
        let mut buffer = rustybuzz::UnicodeBuffer::new();
        buffer.push_str(text);
        let glyphs = rustybuzz::shape(&self.face, &[], buffer);
        let units: f64 = glyphs.glyph_positions().iter().map(|g| f64::from(g.x_advance)).sum();
        // another font draws what this one lacks: most such letters are as wide as high
        let foreign = text.chars().filter(|c| self.lacks(*c)).count() as f64;
        let own = f64::from(self.face.glyph_hor_advance(rustybuzz::ttf_parser::GlyphId(0)).unwrap_or(0));
        (units + foreign * (self.units_per_em() - own)) * size / self.units_per_em()
    }
}

/// Reads an SVG with the embedded font as the only one: fonts of the machine would change the picture.
pub(super) fn tree(svg: &str) -> Result<usvg::Tree> {
    let mut options = usvg::Options { font_family: fonts::FAMILY.to_owned(), ..usvg::Options::default() };
    let database = options.fontdb_mut();
    database.load_font_data(fonts::REGULAR.to_vec());
    database.set_sans_serif_family(fonts::FAMILY);
    usvg::Tree::from_str(svg, &options).map_err(|error| Error::cannot(format!("the picture cannot be read: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_grow_with_text_and_size() {
        let font = FontMeasure::new().unwrap();
        let one = font.width("ng/mL", 10.0);
        assert!(one > 20.0 && one < 40.0, "{one}");
        assert!((font.width("ng/mL", 30.0) - 3.0 * one).abs() < 1e-9);
        assert!((font.width("0000", 10.0) - 4.0 * font.width("0", 10.0)).abs() < 1e-9);
        assert_eq!(font.width("", 10.0), 0.0);
    }

    #[test]
    fn widths_are_those_of_the_picture() {
        let font = FontMeasure::new().unwrap();
        let drawn = "<svg xmlns='http://www.w3.org/2000/svg' width='500' height='50'>\
            <text x='0' y='30' font-size='20' font-family='DejaVu Sans, sans-serif'>AVATAR: Typical 35 mg</text></svg>";
        let tree = tree(drawn).unwrap();
        let [usvg::Node::Text(text)] = tree.root().children() else { panic!("not one text") };
        let advance: f32 = text
            .layouted()
            .iter()
            .flat_map(|span| &span.positioned_glyphs)
            .map(|g| g.outline_transform().tx)
            .fold(0.0, f32::max);
        let until_last_letter = font.width("AVATAR: Typical 35 m", 20.0);
        assert!((f64::from(advance) - until_last_letter).abs() < 0.1, "{advance} {until_last_letter}");
    }
}
