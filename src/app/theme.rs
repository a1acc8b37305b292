//! Colours, text sizes and spacing of the window. Colours are defined here and in the palette, nowhere else.

use crate::palette::{Rgb, Theme, colour};
use crate::scene::Ink;
use egui::{Color32, FontData, FontDefinitions, FontFamily, FontId, Stroke, TextStyle, Visuals};

/// Size of small print, points.
pub const SMALL: f32 = 11.0;
/// Size of text, points.
pub const TEXT: f32 = 13.0;
/// Size of headings, points.
pub const HEADING: f32 = 15.0;
/// Size of titles, points.
pub const TITLE: f32 = 20.0;

/// The palette's theme of a style.
pub fn of(ui: &egui::Ui) -> Theme {
    if ui.visuals().dark_mode { Theme::Dark } else { Theme::Light }
}

/// Colour of an ink in the present theme.
pub fn ink(ui: &egui::Ui, ink: Ink) -> Color32 {
    rgb(colour(ink, of(ui)))
}

fn rgb([r, g, b]: Rgb) -> Color32 {
    Color32::from_rgb(r, g, b)
}

/// A colour with an opacity, 0 to 1.
pub fn with_alpha(colour: Color32, alpha: f64) -> Color32 {
    colour.gamma_multiply(alpha as f32)
}

/// Sets font, sizes, spacing and both themes once.
pub fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    fonts.font_data.insert("body".to_owned(), FontData::from_static(crate::fonts::REGULAR).into());
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.entry(family).or_default().insert(0, "body".to_owned());
    }
    ctx.set_fonts(fonts);
    ctx.all_styles_mut(|style| {
        style.text_styles = [
            (TextStyle::Small, SMALL),
            (TextStyle::Body, TEXT),
            (TextStyle::Button, TEXT),
            (TextStyle::Monospace, TEXT),
            (TextStyle::Heading, HEADING),
        ]
        .into_iter()
        .map(|(s, size)| (s, FontId::proportional(size)))
        .collect();
        style.spacing.item_spacing = egui::vec2(8.0, 4.0);
        style.spacing.button_padding = egui::vec2(8.0, 3.0);
        style.spacing.interact_size = egui::vec2(32.0, 22.0);
        style.animation_time = 0.08;
    });
    ctx.set_visuals_of(egui::Theme::Light, visuals(Visuals::light(), Theme::Light));
    ctx.set_visuals_of(egui::Theme::Dark, visuals(Visuals::dark(), Theme::Dark));
}

fn visuals(mut v: Visuals, theme: Theme) -> Visuals {
    let c = |ink: Ink| rgb(colour(ink, theme));
    v.panel_fill = c(Ink::Background);
    v.window_fill = c(Ink::Background);
    v.faint_bg_color = c(Ink::Plot);
    v.override_text_color = None;
    v.widgets.noninteractive.fg_stroke = Stroke::new(1.0, c(Ink::Text));
    v.widgets.noninteractive.bg_stroke = Stroke::new(1.0, c(Ink::Grid));
    v.widgets.inactive.fg_stroke = Stroke::new(1.0, c(Ink::Text));
    v.weak_text_color = Some(c(Ink::Muted));
    v.hyperlink_color = c(Ink::RouteText(crate::route::Route::Iv));
    v.selection.stroke = Stroke::new(1.5, c(Ink::RouteText(crate::route::Route::Iv)));
    v
}
