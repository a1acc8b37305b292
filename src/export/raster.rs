//! PNG: the pixels of an SVG.

use super::font::tree;
use crate::error::{Error, Result};
use resvg::tiny_skia::{Color, Pixmap, Transform};

/// A picture with more pixels than this fills the memory of small machines.
const MOST_PIXELS: f32 = 64e6;

/// An SVG as PNG on a white page.
pub fn png(svg: &str, pixels_per_point: f32) -> Result<Vec<u8>> {
    let pixels = raster(svg, pixels_per_point)?;
    pixels.encode_png().map_err(|error| Error::cannot(format!("the PNG cannot be written: {error}")))
}

/// An SVG as width, height and opaque pixels (red, green, blue, alpha), for a clipboard.
pub fn pixels(svg: &str, pixels_per_point: f32) -> Result<([usize; 2], Vec<u8>)> {
    let pixels = raster(svg, pixels_per_point)?;
    Ok(([pixels.width() as usize, pixels.height() as usize], pixels.take()))
}

fn raster(svg: &str, pixels_per_point: f32) -> Result<Pixmap> {
    let tree = tree(svg)?;
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
