//! The course on a calendar: evaluation, preparation, dosing visits, integration, follow-up.

use crate::app::panels::small;
use crate::app::state::Look;
use crate::app::theme;
use crate::app::visit::VisitPage;
use crate::scene::Ink;
use crate::timeline::VisitKind;
use egui::{Grid, RichText, ScrollArea, Ui};

/// Draws the visits in order.
pub(super) fn course(ui: &mut Ui, page: &VisitPage, look: &Look) {
    let (Some(timeline), Some(words)) = (&page.timeline, page.words(&look.language)) else {
        return super::state(ui, page);
    };
    let (number, muted) = (theme::ink(ui, Ink::SoftText), theme::ink(ui, Ink::Muted));
    ScrollArea::vertical().id_salt("course").auto_shrink(false).show(ui, |ui| {
        ui.add_space(4.0);
        small(ui, words.term("course-note"));
        ui.add_space(8.0);
        Grid::new("course").num_columns(3).spacing([20.0, 8.0]).show(ui, |ui| {
            for visit in timeline.course() {
                let of = if visit.number > 0 { visit.number.to_string() } else { String::new() };
                ui.label(RichText::new(of).strong().color(number));
                let name = words.term(visit.kind.term());
                let many = match visit.visits {
                    [1, 1] => String::new(),
                    [a, b] => format!(" ({a}–{b})"),
                };
                let text = RichText::new(format!("{name}{many}"));
                ui.label(if visit.kind == VisitKind::Dosing { text.strong() } else { text });
                let when = match (&visit.from, &visit.to) {
                    (Some(from), Some(to)) if visit.kind == VisitKind::Integration => {
                        format!("{} – {}", from.date(words), to.date(words))
                    }
                    (Some(from), _) => from.date_clock(words),
                    _ => "–".to_owned(),
                };
                ui.label(RichText::new(when).color(muted));
                ui.end_row();
            }
        });
        if timeline.start.is_none() {
            ui.add_space(8.0);
            small(ui, "With the date of the first dose the visits get dates.");
        }
    });
}
