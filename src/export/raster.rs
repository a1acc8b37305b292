//! PNG: the pixels of a scene, with its title and description for programs that read them.

use super::font::tree;
use super::letters::drawable_scene;
use super::{FontMeasure, svg};
use crate::error::{Error, Result};
use crate::scene::Scene;
use resvg::tiny_skia::{Color, Pixmap, Transform};

/// A picture with more pixels than this fills the memory of small machines.
const MOST_PIXELS: f32 = 64e6;

/// A scene as PNG on a white page.
///
/// # Errors
/// When it cannot be drawn, or the font lacks a letter.
pub fn png(scene: &Scene, pixels_per_point: f32) -> Result<Vec<u8>> {
    let pixels = raster(scene, pixels_per_point)?;
    let mut bytes = Vec::new();
    let said = &scene.said;
    let words = [
        ("Title", said.title.clone()),
        ("Description", said.description.clone()),
        ("Source", said.sources.join("\n")),
        ("Software", format!("ketasim {}", env!("CARGO_PKG_VERSION"))),
    ];
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    for (keyword, text) in words.into_iter().filter(|(_, text)| !text.is_empty()) {
        encoder.add_itxt_chunk(keyword.to_owned(), text).map_err(refused)?;
    }
    let mut writer = encoder.write_header().map_err(refused)?;
    // the page is opaque: nothing is multiplied into its colours
    writer.write_image_data(pixels.data()).map_err(refused)?;
    writer.finish().map_err(refused)?;
    Ok(bytes)
}

/// A scene as width, height and opaque pixels (red, green, blue, alpha), for a clipboard.
///
/// # Errors
/// As [`png()`].
pub fn pixels(scene: &Scene, pixels_per_point: f32) -> Result<([usize; 2], Vec<u8>)> {
    let pixels = raster(scene, pixels_per_point)?;
    Ok(([pixels.width() as usize, pixels.height() as usize], pixels.take()))
}

fn raster(scene: &Scene, pixels_per_point: f32) -> Result<Pixmap> {
    drawable_scene(scene, &FontMeasure::new()?)?;
    let tree = tree(&svg::paint(scene)?)?;
    let width = (tree.size().width() * pixels_per_point).round();
    let height = (tree.size().height() * pixels_per_point).round();
    if !(width >= 1.0 && height >= 1.0 && width * height <= MOST_PIXELS) {
        return Err(Error::cannot(format!("a picture of {width} x {height} pixels cannot be drawn"))
            .remedy(format!("ask for 1 to {} million pixels in all", MOST_PIXELS / 1e6)));
    }
    let mut pixels =
        Pixmap::new(width as u32, height as u32).ok_or_else(|| Error::cannot("there is no memory for the picture"))?;
    pixels.fill(Color::WHITE);
    let fit = Transform::from_scale(width / tree.size().width(), height / tree.size().height());
    resvg::render(&tree, fit, &mut pixels.as_mut());
    Ok(pixels)
}

fn refused(error: png::EncodingError) -> Error {
    Error::cannot(format!("the PNG cannot be written: {error}"))
}
