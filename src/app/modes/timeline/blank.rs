//! Fields of the form that may be left empty (text, lengths of time), and what is still missing.

use crate::app::panels::small;
use crate::app::theme;
use crate::app::visit::VisitPage;
use crate::error::Error;
use crate::scene::Ink;
use egui::{Frame, Id, Margin, RichText, TextEdit, Ui};
use std::fmt::Display;
use std::str::FromStr;

/// A line of text with a background that is visible while it is empty.
fn line<'t>(ui: &Ui, text: &'t mut String, hint: &'t str) -> TextEdit<'t> {
    let fill = ui.visuals().widgets.inactive.bg_fill.gamma_multiply(0.45);
    TextEdit::singleline(text).hint_text(hint).background_color(fill)
}

/// A line of text. Empty means `None`.
pub(super) fn text(ui: &mut Ui, name: &str, value: &mut Option<String>, hint: &str) {
    let mut shown = value.clone().unwrap_or_default();
    let label = ui.label(name);
    let edit = line(ui, &mut shown, hint).desired_width(f32::INFINITY);
    if ui.add(edit).labelled_by(label.id).changed() {
        *value = (!shown.is_empty()).then_some(shown);
    }
}

/// A length of time with its unit, or a count. Empty means `None`. Input that cannot be read leaves the value, and the
/// field says what was expected.
pub(super) fn value<T: FromStr<Err = Error> + Display + Copy>(
    ui: &mut Ui,
    name: &str,
    value: &mut Option<T>,
    hint: &str,
) {
    let id = Id::unique(("blank", name));
    let known = value.map_or(String::new(), |t| t.to_string());
    let mut shown = ui.data(|d| d.get_temp::<String>(id)).unwrap_or_else(|| known.clone());
    let label = ui.label(name);
    let edit = line(ui, &mut shown, hint).desired_width(110.0);
    let field = ui.add(edit).labelled_by(label.id);
    let read = if shown.trim().is_empty() { Ok(None) } else { shown.parse::<T>().map(Some) };
    if field.changed()
        && let Ok(read) = &read
    {
        *value = *read;
    }
    match &read {
        Err(error) if field.has_focus() => {
            let colour = theme::ink(ui, Ink::Caution);
            ui.label(RichText::new(error.what()).small().color(colour));
            small(ui, error.what_would_work().unwrap_or("write a number with its unit"));
        }
        _ => {}
    }
    // after it loses focus, the field shows the stored value
    let edited = field.has_focus();
    ui.data_mut(|d| {
        if edited {
            d.insert_temp(id, shown);
        } else {
            d.remove::<String>(id);
        }
    });
}

/// Shows what has to be filled in before the page can be handed out.
pub(super) fn missing(ui: &mut Ui, page: &VisitPage) {
    let Some(timeline) = &page.timeline else { return };
    let missing = timeline.missing();
    if missing.is_empty() {
        return;
    }
    let fill = theme::with_alpha(theme::ink(ui, Ink::CautionHatch), 0.35);
    Frame::default().fill(fill).inner_margin(Margin::same(8)).corner_radius(4.0).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new("Not to hand out yet").strong());
        for m in missing {
            ui.label(format!("{}; fill it in under \"For the clinic\"", m.error().what()));
        }
    });
}
