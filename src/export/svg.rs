//! SVG: a scene painted by plotters.

use super::FontMeasure;
use super::letters::isolated;
use crate::error::{Error, Result};
use crate::fonts;
use crate::palette::{Theme, colour};
use crate::scene::{Align, Dash, Ink, Scene, Shape, dashes};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// plotters knows whole pixels only: its canvas is this much larger than the page, so that a step is
/// too small to see.
const FINENESS: f64 = 8.0;
/// plotters divides every font size by this.
const PLOTTERS_FONT_FACTOR: f64 = 1.24;
/// What plotters adds to text whose anchor is at the top.
const PLOTTERS_TEXT_SHIFT: &str = " dy=\"0.76em\"";
/// A dash ends square to its last step, which must be long enough to keep its direction on whole pixels.
const SHORTEST_END: f64 = 0.75;
/// Outline of an open circle, points; a small one has a thinner one, or nobody sees that it is open.
const CIRCLE_LINE: f64 = 1.25;
const CIRCLE_SHARE: f64 = 0.5;
/// Sides beyond this have no use, and plotters counts its pixels in 32 bits.
const LONGEST_SIDE: f64 = 100_000.0;

/// Paints a scene as SVG whose size is that of the scene in points, on a white page.
///
/// # Errors
/// When the page has no size that can be drawn, or something lies too far away.
pub fn paint(scene: &Scene) -> Result<String> {
    painted(scene, &scene.shapes, true)
}

/// Some shapes of a scene in their places, without the page behind them and without words of their own.
pub(super) fn paint_shapes(scene: &Scene, shapes: &[Shape]) -> Result<String> {
    painted(scene, shapes, false)
}

fn painted(scene: &Scene, shapes: &[Shape], page: bool) -> Result<String> {
    let fits = |side: f64| (1.0..=LONGEST_SIDE).contains(&side);
    if !(fits(scene.width) && fits(scene.height)) {
        return Err(Error::cannot(format!("a page of {} x {} points cannot be drawn", scene.width, scene.height)));
    }
    let families = format!("{}, sans-serif", fonts::FAMILY);
    let font = FontMeasure::new()?;
    let size = ((scene.width * FINENESS).round() as u32, (scene.height * FINENESS).round() as u32);
    let mut raw = String::new();
    {
        let canvas = SVGBackend::with_string(&mut raw, size).into_drawing_area();
        if page {
            canvas.fill(&rgba(Ink::Background, 1.0)).map_err(refused)?;
        }
        let painter = Painter { canvas: &canvas, font, families: &families };
        for shape in shapes {
            painter.shape(shape)?;
        }
        canvas.present().map_err(refused)?;
    }
    let said = if page { in_words(scene) } else { String::new() };
    Ok(finish(&raw, (scene, shapes), size, &said))
}

struct Painter<'a, 'b> {
    canvas: &'a DrawingArea<SVGBackend<'b>, Shift>,
    font: FontMeasure,
    families: &'a str,
}

impl Painter<'_, '_> {
    fn shape(&self, shape: &Shape) -> Result<()> {
        let canvas = self.canvas;
        match shape {
            Shape::Line { points, ink, width, dash } => {
                let whole = match dash {
                    Dash::Solid => vec![points.clone()],
                    Dash::Pattern(pattern) => dashes(points, pattern).iter().map(|d| without_stubs(d)).collect(),
                };
                for piece in whole.iter().filter(|p| p.len() > 1) {
                    canvas.draw(&PathElement::new(places(piece)?, stroke(*ink, *width))).map_err(refused)?;
                }
                Ok(())
            }
            Shape::Band { x, upper, lower, ink, alpha } => {
                let there = x.iter().zip(upper).map(|(x, y)| [*x, *y]);
                let back = x.iter().zip(lower).map(|(x, y)| [*x, *y]).rev();
                let outline: Vec<[f64; 2]> = there.chain(back).collect();
                canvas.draw(&Polygon::new(places(&outline)?, fill(*ink, *alpha))).map_err(refused)
            }
            Shape::Rect { rect: [x0, y0, x1, y1], ink, alpha } => {
                let corners = [place([x0.min(*x1), y0.min(*y1)])?, place([x0.max(*x1), y0.max(*y1)])?];
                canvas.draw(&Rectangle::new(corners, fill(*ink, *alpha))).map_err(refused)
            }
            Shape::Circle { at, radius, ink, filled } => {
                let style =
                    if *filled { fill(*ink, 1.0) } else { stroke(*ink, CIRCLE_LINE.min(CIRCLE_SHARE * radius)) };
                canvas.draw(&Circle::new(place(*at)?, pixels(*radius)?.max(1), style)).map_err(refused)
            }
            Shape::Text { at, text, ink, size, align, whole: _ } => {
                let said = printable(text);
                if said.trim().is_empty() {
                    return Ok(());
                }
                let said = isolated(&said, &self.font);
                // the baseline is placed here: readers of the file disagree about the shifts plotters offers
                let down = self.font.baseline(align[1], *size);
                let anchor = [at[0], at[1] + down];
                let style = self.text_style(*ink, *size, align[0]);
                canvas.draw(&Text::new(said, place(anchor)?, style)).map_err(refused)
            }
        }
    }

    fn text_style(&self, ink: Ink, size: f64, along: Align) -> TextStyle<'_> {
        let along = match along {
            Align::Start => HPos::Left,
            Align::Middle => HPos::Center,
            Align::End => HPos::Right,
        };
        let font = (self.families, size * FINENESS * PLOTTERS_FONT_FACTOR).into_font();
        let mut style = TextStyle::from(font).pos(Pos::new(along, VPos::Top));
        style.color = rgba(ink, 1.0).to_backend_color();
        style
    }
}

/// Title, description and sources for who does not see the picture, and for programs.
fn in_words(scene: &Scene) -> String {
    let said = &scene.said;
    let element = |name: &str, attributes: &str, words: &str| {
        let words = printable(words);
        if words.trim().is_empty() {
            String::new()
        } else {
            format!("<{name}{attributes}>{}</{name}>\n", escaped(&words))
        }
    };
    let sources: String = said.sources.iter().map(|s| element("source", " xmlns=\"\"", s)).collect();
    let sources = if sources.is_empty() { sources } else { format!("<metadata>\n{sources}</metadata>\n") };
    element("title", " id=\"title\"", &said.title) + &element("desc", " id=\"desc\"", &said.description) + &sources
}

/// Gives the picture the size of the page and its words, and text the place that was computed for it; text that was
/// shortened keeps the whole of it as its title.
fn finish(raw: &str, (scene, shapes): (&Scene, &[Shape]), canvas: (u32, u32), said: &str) -> String {
    let (role, lang) = if said.is_empty() {
        ("", String::new())
    } else {
        (" role=\"img\" aria-labelledby=\"title desc\"", format!(" lang=\"{}\"", scene.said.language()))
    };
    // round joins: a sharp peak would otherwise end in a spike
    let mut svg = format!(
        "<svg width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" xmlns=\"http://www.w3.org/2000/svg\" \
         font-stretch=\"condensed\" stroke-linejoin=\"round\"{role}{lang}>\n{said}",
        scene.width, scene.height, canvas.0, canvas.1
    );
    let mut wholes = shapes.iter().filter_map(|shape| match shape {
        Shape::Text { text, whole, .. } if !printable(text).trim().is_empty() => Some(whole.as_deref()),
        _ => None,
    });
    let mut lines = raw.lines().skip(1);
    while let Some(line) = lines.next() {
        if line.starts_with("<text ") {
            let whole = wholes.next().flatten().map(|whole| escaped(&printable(whole)));
            if let Some(whole) = &whole {
                svg.push_str(&format!("<g><title>{whole}</title>"));
            }
            // on one line: some readers show the line breaks of plotters as spaces
            svg.push_str(&line.replacen(PLOTTERS_TEXT_SHIFT, "", 1));
            svg.extend(lines.by_ref().take(2));
            svg.push_str(if whole.is_some() { "</g>" } else { "" });
        } else {
            svg.push_str(line);
        }
        svg.push('\n');
    }
    svg
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What XML forbids, and line breaks, become spaces.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { ' ' } else { c }).collect()
}

/// A dash without the points so close to its ends that they would turn them.
fn without_stubs(dash: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let [first, inner @ .., last] = dash else { return dash.to_vec() };
    let far = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) >= SHORTEST_END;
    let inner = inner.iter().filter(|p| far(p, first) && far(p, last));
    std::iter::once(first).chain(inner).chain([last]).copied().collect()
}

fn rgba(ink: Ink, alpha: f64) -> RGBAColor {
    let [red, green, blue] = colour(ink, Theme::Light);
    RGBAColor(red, green, blue, alpha.clamp(0.0, 1.0))
}

fn fill(ink: Ink, alpha: f64) -> ShapeStyle {
    rgba(ink, alpha).filled()
}

fn stroke(ink: Ink, width: f64) -> ShapeStyle {
    rgba(ink, 1.0).stroke_width((width * FINENESS).round().clamp(1.0, LONGEST_SIDE) as u32)
}

fn places(points: &[[f64; 2]]) -> Result<Vec<(i32, i32)>> {
    points.iter().map(|p| place(*p)).collect()
}

fn place(point: [f64; 2]) -> Result<(i32, i32)> {
    Ok((pixels(point[0])?, pixels(point[1])?))
}

fn pixels(points: f64) -> Result<i32> {
    if points.abs() <= LONGEST_SIDE {
        Ok((points * FINENESS).round() as i32)
    } else {
        Err(Error::cannot(format!("nothing can be drawn {points} points away")))
    }
}

fn refused(error: impl std::fmt::Display) -> Error {
    Error::cannot(format!("the picture cannot be drawn: {error}"))
}
