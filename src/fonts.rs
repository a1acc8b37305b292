//! The one font of screen, pictures and documents, so that all measure and draw alike.

/// DejaVu Sans Condensed, a subset with the signs ketasim uses; see `assets/fonts/LICENSE.txt`.
pub const REGULAR: &[u8] = include_bytes!("../assets/fonts/DejaVuSansCondensed-subset.ttf");
/// Its family name inside the file.
pub const FAMILY: &str = "DejaVu Sans";
