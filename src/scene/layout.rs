//! Where everything of a figure goes on a page.

use super::{Measure, Page, Scene, TimeSpan};
use crate::figure::Figure;

/// Lays a figure out on a page.
pub fn layout(figure: &Figure, page: Page, _measure: &dyn Measure) -> Scene {
    let time = TimeSpan { x: [0.0, page.width], hours: figure.time };
    Scene { width: page.width, height: page.height, shapes: Vec::new(), plots: Vec::new(), time, strips: Vec::new() }
}
