//! A sheet on the screen: the same blocks as on paper, in as many columns as fit the window.

use crate::app::canvas::{EguiMeasure, paint};
use crate::app::theme;
use crate::scene::{Ink, day};
use crate::timeline::words::ItemKind;
use crate::timeline::{Block, Day, Leaflet};
use egui::{Frame, Label, Margin, Rect, RichText, Sense, Stroke, Ui, Vec2};

/// Text sizes and widths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    text: f32,
    heading: f32,
    title: f32,
    /// Least width of a column.
    column: f32,
    /// Largest width of the picture and the text.
    widest: f32,
}

impl Size {
    /// Sizes beside the clinic's form.
    pub const PREVIEW: Self = Self { text: 13.0, heading: 15.0, title: 22.0, column: 290.0, widest: 1000.0 };
    /// Sizes for the patient.
    pub const PATIENT: Self = Self { text: 16.0, heading: 18.5, title: 30.0, column: 360.0, widest: 1400.0 };
}

/// Space between columns and between sections, points.
const GUTTER: f32 = 28.0;
const GAP: f32 = 14.0;
/// Largest number of columns. It keeps lines short and the reading order clear.
const MOST: usize = 3;

/// Draws all pages below each other.
pub(super) fn sheet(ui: &mut Ui, sheet: &Leaflet, size: Size) {
    let width = ui.available_width().min(size.widest);
    let side = ((ui.available_width() - width) / 2.0).max(0.0);
    Frame::default().inner_margin(Margin { left: side as i8, ..Margin::default() }).show(ui, |ui| {
        ui.set_width(width);
        let soft = theme::ink(ui, Ink::SoftText);
        ui.label(RichText::new(&sheet.title).size(size.title).color(soft));
        ui.label(RichText::new(&sheet.subtitle).size(size.text).color(theme::ink(ui, Ink::Muted)));
        for page in &sheet.pages {
            ui.add_space(GAP);
            let mut sections = Vec::new();
            let mut day = None;
            for block in &page.blocks {
                match block {
                    Block::Day(of) => day = Some(of),
                    Block::Section { heading, items, .. } => sections.push((heading, items)),
                }
            }
            let answers = day.map_or(0, |day| top(ui, day, &sections, size));
            columns(ui, &sections[answers..], size);
        }
        ui.add_space(GAP);
        ui.label(RichText::new(&sheet.footer).size(size.text - 2.0).color(theme::ink(ui, Ink::Muted)));
        ui.add_space(GAP);
    });
}

/// Number of first sections of a page: when effects are noticed and strongest, who decides about leaving, when to
/// drive, what to bring.
const QUESTIONS: usize = 5;
/// Least width at which these are placed beside the picture on the first screen, in text sizes.
const BESIDE: f32 = 68.0;
/// Share of that width for the picture.
const PICTURE: f32 = 0.6;

/// Shows the picture and, where there is room, the first sections beside it. Returns how many sections were drawn.
fn top(ui: &mut Ui, day: &Day, sections: &[Section], size: Size) -> usize {
    let width = ui.available_width();
    if width < BESIDE * size.text || sections.len() < QUESTIONS {
        picture(ui, day, size);
        return 0;
    }
    let left = (width - GUTTER) * PICTURE;
    beside(ui, &[left, width - left - GUTTER], |ui, column| match column {
        0 => picture(ui, day, size),
        _ => sections[..QUESTIONS].iter().for_each(|s| section(ui, s, size)),
    });
    QUESTIONS
}

fn picture(ui: &mut Ui, of: &Day, size: Size) {
    let width = ui.available_width();
    let scene = day(of, f64::from(width), f64::from(size.text), &EguiMeasure(ui.ctx()));
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, scene.height as f32), Sense::hover());
    paint(ui, &scene, rect.min, 1.0);
    let alt = of.alt.clone();
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(egui::accesskit::Role::Image);
        node.set_label(alt);
    });
    ui.add_space(GAP);
}

type Section<'a> = (&'a String, &'a Vec<(ItemKind, String)>);

/// Shows sections in reading order: down a column, then the next one.
fn columns(ui: &mut Ui, sections: &[Section], size: Size) {
    let width = ui.available_width();
    let count = (((width + GUTTER) / (size.column + GUTTER)) as usize).clamp(1, MOST);
    let each = (width - GUTTER * (count as f32 - 1.0)) / count as f32;
    let heights: Vec<f32> = sections.iter().map(|s| height(ui, s, each, size)).collect();
    let cuts = cuts(&heights, count);
    let draw = |ui: &mut Ui, column: usize| {
        sections[cuts[column].clone()].iter().for_each(|s| section(ui, s, size));
    };
    beside(ui, &vec![each; cuts.len()], draw);
}

/// Columns of these widths side by side, each with its own height.
fn beside(ui: &mut Ui, widths: &[f32], mut draw: impl FnMut(&mut Ui, usize)) {
    let start = ui.cursor().min;
    let (mut left, mut bottom) = (start.x, start.y);
    for (column, width) in widths.iter().enumerate() {
        let room = Rect::from_min_size(egui::pos2(left, start.y), Vec2::new(*width, f32::INFINITY));
        let builder = egui::UiBuilder::new().max_rect(room).id_salt(("column", column, start.y as i32));
        let used = ui.scope_builder(builder, |ui| {
            ui.set_width(*width);
            draw(ui, column);
        });
        bottom = bottom.max(used.response.rect.bottom());
        left += width + GUTTER;
    }
    ui.allocate_rect(Rect::from_min_max(start, egui::pos2(left - GUTTER, bottom)), Sense::hover());
}

/// Splits sections into columns, in order, so that the highest column is as low as possible.
fn cuts(heights: &[f32], count: usize) -> Vec<std::ops::Range<usize>> {
    let fits = |most: f32| {
        let mut list = Vec::new();
        let (mut start, mut used) = (0, 0.0);
        for (i, h) in heights.iter().enumerate() {
            if used + h > most && i > start {
                list.push(start..i);
                (start, used) = (i, 0.0);
            }
            used += h;
        }
        list.push(start..heights.len());
        list
    };
    let whole: f32 = heights.iter().sum();
    let highest = heights.iter().copied().fold(0.0, f32::max);
    let mut most = (whole / count as f32).max(highest);
    // a step is about one line
    while fits(most).len() > count {
        most += (whole * 0.01).max(1.0);
    }
    fits(most)
}

/// Height of a section without drawing it.
fn height(ui: &Ui, (heading, items): &Section, width: f32, size: Size) -> f32 {
    let of = |text: &str, size: f32, width: f32| {
        let font = egui::FontId::proportional(size);
        ui.ctx().fonts_mut(|f| f.layout(text.to_owned(), font, egui::Color32::PLACEHOLDER, width)).size().y
    };
    let lines: f32 = items
        .iter()
        .map(|(kind, words)| {
            let (indent, around) = if *kind == ItemKind::Warning { (20.0, 12.0) } else { (18.0, 0.0) };
            of(words, size.text, width - indent) + around + 5.0
        })
        .sum();
    of(heading, size.heading, width) + lines + GAP + 10.0
}

fn section(ui: &mut Ui, (heading, items): &Section, size: Size) {
    let soft = theme::ink(ui, Ink::SoftText);
    let head = ui.label(RichText::new(*heading).size(size.heading).color(soft));
    ui.ctx().accesskit_node_builder(head.id, |node| {
        node.set_role(egui::accesskit::Role::Heading);
        node.set_label((*heading).clone());
    });
    let (left, right) = (ui.max_rect().left(), ui.max_rect().right());
    ui.painter().hline(left..=right, head.rect.bottom() + 1.0, Stroke::new(1.0, theme::ink(ui, Ink::Soft)));
    ui.add_space(4.0);
    for (kind, words) in *items {
        item(ui, *kind, words, size);
    }
    ui.add_space(GAP);
}

fn item(ui: &mut Ui, kind: ItemKind, words: &str, size: Size) {
    let text = RichText::new(words).size(size.text);
    let soft = theme::ink(ui, Ink::Soft);
    match kind {
        ItemKind::Text => {
            ui.add(Label::new(text).wrap());
        }
        ItemKind::Warning => {
            let caution = theme::ink(ui, Ink::Caution);
            let fill = theme::with_alpha(theme::ink(ui, Ink::CautionHatch), 0.3);
            let frame = Frame::default().fill(fill).inner_margin(Margin { left: 12, right: 8, top: 6, bottom: 6 });
            let drawn = frame.show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.add(Label::new(text).wrap());
            });
            let rect = drawn.response.rect;
            ui.painter().rect_filled(Rect::from_min_size(rect.min, Vec2::new(4.0, rect.height())), 0.0, caution);
        }
        ItemKind::Point | ItemKind::Check => {
            ui.horizontal_top(|ui| {
                let (rect, _) = ui.allocate_exact_size(Vec2::new(10.0, size.text * 1.2), Sense::hover());
                let centre = rect.center();
                if kind == ItemKind::Check {
                    let square = Rect::from_center_size(centre, Vec2::splat(size.text * 0.7));
                    ui.painter().rect_stroke(square, 1.0, Stroke::new(1.3, soft), egui::StrokeKind::Inside);
                } else {
                    ui.painter().circle_filled(centre, size.text * 0.15, soft);
                }
                ui.add(Label::new(text).wrap());
            });
        }
    }
    ui.add_space(1.0);
}

#[cfg(test)]
mod tests {
    use super::cuts;

    /// By hand: in order, no empty column, the highest column as low as possible.
    #[test]
    fn columns_keep_the_order_and_are_even() {
        assert_eq!(cuts(&[1.0, 1.0, 1.0, 1.0], 2), [0..2, 2..4]);
        assert_eq!(cuts(&[3.0, 1.0, 1.0, 1.0], 2), [0..1, 1..4]);
        assert_eq!((cuts(&[1.0], 3).len(), cuts(&[], 3).len()), (1, 1));
        let all = cuts(&[2.0, 5.0, 1.0, 4.0, 3.0], 3);
        assert_eq!((all.len(), all[0].start, all[2].end), (3, 0, 5));
    }
}
