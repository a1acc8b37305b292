//! The course of visits on a calendar: evaluation, preparation, dosing visits, integration, follow-up.

use crate::app::canvas::{EguiMeasure, show};
use crate::app::panels::small;
use crate::app::state::Look;
use crate::app::visit::VisitPage;
use crate::figure::CourseCalendar;
use crate::scene;
use egui::{ScrollArea, Ui};

/// Largest width of the calendar, points.
const WIDEST: f32 = 980.0;

/// Shows the visits without a date, and the others on their days.
pub(super) fn course(ui: &mut Ui, page: &VisitPage, look: &Look) {
    let (Some(timeline), Ok(words)) = (&page.timeline, page.words(&look.language)) else {
        return super::state(ui, page);
    };
    let calendar = CourseCalendar::new(timeline, words);
    ScrollArea::vertical().id_salt("course").auto_shrink(false).show(ui, |ui| {
        ui.add_space(4.0);
        let width = f64::from((ui.available_width() - 10.0).min(WIDEST));
        let drawn = scene::course(&calendar, width, false, &EguiMeasure(ui.ctx()));
        show(ui, &drawn, egui::accesskit::Role::ListItem);
        if calendar.weeks.is_empty() {
            ui.add_space(8.0);
            small(ui, "With the date of the first dose the visits get their days.");
        }
    });
}
