//! The course on a calendar: evaluation, preparation, dosing visits, integration, follow-up.

use crate::app::panels::small;
use crate::app::state::Look;
use crate::app::theme;
use crate::app::visit::VisitPage;
use crate::scene::Ink;
use crate::timeline::{CourseVisit, Moment, VisitKind, Words};
use egui::{Align2, FontId, Pos2, Rect, RichText, ScrollArea, Sense, Stroke, Ui, Vec2};

/// Days of a week, and height of one.
const WEEK: usize = 7;
const HEIGHT: f32 = 64.0;
/// No calendar is wider, and no mark narrower than its words need.
const WIDEST: f32 = 980.0;

/// Draws what has no date, and the visits on their days.
pub(super) fn course(ui: &mut Ui, page: &VisitPage, look: &Look) {
    let (Some(timeline), Ok(words)) = (&page.timeline, page.words(&look.language)) else {
        return super::state(ui, page);
    };
    let visits = timeline.course();
    ScrollArea::vertical().id_salt("course").auto_shrink(false).show(ui, |ui| {
        ui.add_space(4.0);
        small(ui, words.term("course-note"));
        ui.add_space(8.0);
        let (before, after): (Vec<&CourseVisit>, Vec<&CourseVisit>) =
            visits.iter().filter(|v| v.from.is_none()).partition(|v| v.kind != VisitKind::FollowUp);
        before.into_iter().for_each(|v| undated(ui, v, words));
        if let Some(first) = visits.iter().find_map(|v| v.from.as_ref()) {
            ui.add_space(8.0);
            calendar(ui, first, &visits, words);
        }
        ui.add_space(8.0);
        after.into_iter().for_each(|v| undated(ui, v, words));
        if timeline.start.is_none() {
            ui.add_space(8.0);
            small(ui, "With the date of the first dose the visits get their days.");
        }
    });
}

/// A visit without a day: "Preparation (2 to 4)".
fn undated(ui: &mut Ui, visit: &CourseVisit, words: &Words) {
    let name = words.term(visit.kind.term());
    let number = if visit.number > 0 { format!(" {}", visit.number) } else { String::new() };
    let many = match visit.visits {
        [a, b] if a != b => format!(" ({a}–{b})"),
        _ => String::new(),
    };
    ui.label(RichText::new(format!("{name}{number}{many}")).size(theme::HEADING));
}

/// Weeks below each other, from that of the first visit to that of the last.
fn calendar(ui: &mut Ui, first: &Moment, visits: &[CourseVisit], words: &Words) {
    let width = ui.available_width().min(WIDEST) / WEEK as f32;
    let monday = first.days_later(-(first.weekday() as i64));
    let last = visits.iter().filter_map(|v| v.to.as_ref()).map(Moment::basic_date).max().unwrap_or_default();
    let (_, head) = ui.allocate_space(Vec2::new(width * WEEK as f32, 22.0));
    for (k, name) in words.weekdays.iter().enumerate() {
        let at = Pos2::new(head.left() + (k as f32 + 0.5) * width, head.center().y);
        let colour = theme::ink(ui, Ink::Muted);
        ui.painter().text(at, Align2::CENTER_CENTER, name, FontId::proportional(theme::SMALL), colour);
    }
    for week in 0.. {
        let days: Vec<Moment> = (0..WEEK).map(|k| monday.days_later((week * WEEK + k) as i64)).collect();
        if days.first().is_none_or(|d| d.basic_date() > last) {
            break;
        }
        let (_, row) = ui.allocate_space(Vec2::new(width * WEEK as f32, HEIGHT));
        for (k, day) in days.iter().enumerate() {
            let left = row.left() + k as f32 * width;
            let cell = Rect::from_min_size(Pos2::new(left, row.top()), Vec2::new(width, HEIGHT));
            one(ui, cell.shrink(1.0), day, (week == 0 && k == 0, visits), words);
        }
    }
}

/// One day with what is on it.
fn one(ui: &Ui, cell: Rect, day: &Moment, (named, visits): (bool, &[CourseVisit]), words: &Words) {
    let painter = ui.painter();
    painter.rect_stroke(cell, 2.0, Stroke::new(1.0, theme::ink(ui, Ink::Grid)), egui::StrokeKind::Inside);
    let (number, month) = day.day_and_month();
    let month = words.months.get(month).filter(|_| named || number == 1);
    let label = month.map_or(number.to_string(), |m| format!("{number} {m}"));
    let small = FontId::proportional(theme::SMALL);
    let corner = cell.min + Vec2::new(6.0, 4.0);
    painter.text(corner, Align2::LEFT_TOP, label, small.clone(), theme::ink(ui, Ink::Muted));
    let date = day.basic_date();
    let on = |v: &&CourseVisit| {
        let (Some(from), Some(to)) = (&v.from, &v.to) else { return false };
        from.basic_date() <= date && date <= to.basic_date()
    };
    let mut top = cell.top() + 20.0;
    for visit in visits.iter().filter(on) {
        let dosing = visit.kind == VisitKind::Dosing;
        let mark = Rect::from_min_size(Pos2::new(cell.left() + 3.0, top), Vec2::new(cell.width() - 6.0, 19.0));
        let soft = theme::ink(ui, Ink::Soft);
        let (fill, text) = if dosing {
            (theme::ink(ui, Ink::SoftText), theme::ink(ui, Ink::Background))
        } else {
            (theme::with_alpha(soft, 0.22), theme::ink(ui, Ink::SoftText))
        };
        painter.rect_filled(mark, 3.0, fill);
        let name = format!("{} {}", words.term(visit.kind.term()), visit.number);
        painter.text(mark.center(), Align2::CENTER_CENTER, &name, small.clone(), text);
        let said = match &visit.from {
            Some(from) if dosing => format!("{name}: {}", from.date_clock(words)),
            _ => format!("{name}: {}", day.date(words)),
        };
        let id = ui.scope_id().with((visit.number, dosing, &date));
        let response = ui.interact(mark, id, Sense::hover()).on_hover_text(&said);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(egui::accesskit::Role::ListItem);
            node.set_label(said);
        });
        top += 21.0;
    }
}
