//! A field for a number with its unit. It can be dragged or typed, with or without the unit.
//!
//! Input that cannot be read leaves the value unchanged, and the field says what was expected. Nothing is clamped
//! silently.

use crate::units::{Dim, HOURS_PER_DAY, MINUTES_PER_HOUR, Quantity, Time, number};
use egui::{DragValue, Id, Response, Ui};
use std::cell::RefCell;

/// Settings of a field.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// Name for screen readers and tests, for example "IV amount".
    pub name: &'a str,
    /// Unit shown in the field.
    pub unit: &'a str,
    /// Dimension of what may be typed with a unit.
    pub dim: Dim,
    /// Example of accepted input, for the error message.
    pub example: &'a str,
    /// Change per point dragged, in the field's unit.
    pub speed: f64,
    /// Decimals shown while dragging.
    pub decimals: usize,
    /// Allowed values in the field's unit.
    pub range: [f64; 2],
}

impl Field<'_> {
    /// Shows the field and, below it, an input error. The response says whether the value changed.
    pub fn show(self, ui: &mut Ui, value: &mut f64) -> Response {
        self.show_text(ui, value).0
    }

    /// As [`Self::show`], and returns the text that was typed and read, if any.
    fn show_text(self, ui: &mut Ui, value: &mut f64) -> (Response, Option<String>) {
        let id = Id::unique(("field", ui.scope_id().with(self.name)));
        let refused: RefCell<Option<String>> = RefCell::new(None);
        let parsed: RefCell<Option<String>> = RefCell::new(None);
        let suffix = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        let parser = |text: &str| match self.read(text) {
            Ok(value) => {
                *parsed.borrow_mut() = Some(text.to_owned());
                Some(value)
            }
            Err(why) => {
                *refused.borrow_mut() = Some(why);
                None
            }
        };
        let widget = DragValue::new(value)
            .speed(self.speed)
            .range(self.range[0]..=self.range[1])
            .clamp_existing_to_range(false)
            .suffix(suffix)
            .max_decimals(self.decimals)
            .custom_formatter(|v, _| number((v * 1e6).round() / 1e6))
            .custom_parser(parser)
            .update_while_editing(false);
        let response = ui.add(widget).on_hover_text(format!("drag or type, for example {}", self.example));
        let name = self.name.to_owned();
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
        let (refused, parsed) = (refused.into_inner(), parsed.into_inner());
        self.explain(ui, id, &response, refused, parsed.is_some() || response.changed());
        (response, parsed)
    }

    /// Keeps an input error visible below the field until the field is read again or something else is clicked.
    fn explain(self, ui: &Ui, id: Id, response: &Response, refused: Option<String>, read: bool) {
        let pressed = refused.is_none() && ui.input(|i| i.pointer.any_pressed());
        if read || pressed || refused.is_some() {
            ui.data_mut(|d| {
                d.remove::<String>(id);
                if let Some(why) = refused {
                    d.insert_temp(id, why);
                }
            });
        }
        let Some(why) = ui.data(|d| d.get_temp::<String>(id)) else { return };
        let colour = super::theme::ink(ui, crate::scene::Ink::Caution);
        let below = response.rect.left_bottom() + egui::vec2(0.0, 2.0);
        egui::Area::new(id).order(egui::Order::Foreground).fixed_pos(below).show(ui.ctx(), |ui| {
            egui::Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_max_width(280.0);
                ui.label(egui::RichText::new(why).color(colour));
            });
        });
    }

    fn read(self, text: &str) -> Result<f64, String> {
        let text = text.trim();
        let expected = format!("\"{text}\" is not understood: write for example {}", self.example);
        let one = Quantity::parse(&format!("1 {}", self.unit)).map_or(1.0, |q| q.value);
        let bare = Quantity::parse(text).map_err(|_| expected.clone())?;
        let percent = self.unit == "%" && text.contains('%');
        let value = if percent || bare.dim == self.dim && text.chars().any(char::is_alphabetic) {
            bare.value / one
        } else if bare.dim == Dim::NONE && !text.contains('%') {
            bare.value
        } else {
            return Err(expected);
        };
        if value >= self.range[0] && value <= self.range[1] {
            Ok(value)
        } else {
            let [low, high] = self.range.map(number);
            Err(format!("{} is outside {low} to {high} {}", number(value), self.unit))
        }
    }
}

/// Units of time with their length in minutes, and how fast a drag changes each.
const TIMES: [(&str, f64, f64); 4] =
    [("s", 1.0 / MINUTES_PER_HOUR, 1.0), ("min", 1.0, 0.5), ("h", MINUTES_PER_HOUR, 0.05), ("d", DAY, 0.05)];
const DAY: f64 = MINUTES_PER_HOUR * HOURS_PER_DAY;

/// A field for a length of time, in the unit in which it was typed. Before that it has the unit used in files.
pub fn time(ui: &mut Ui, name: &str, time: &mut Time, example: &str, range: [Time; 2]) -> Response {
    let id = Id::unique(("unit of", ui.scope_id().with(name)));
    let written = time.to_string();
    let own = written.rsplit(' ').next().unwrap_or("min").to_owned();
    let typed = ui.data(|d| d.get_temp::<String>(id));
    let unit = typed.unwrap_or(own);
    let (unit, minutes, speed) = TIMES.iter().find(|(u, ..)| *u == unit).copied().unwrap_or(TIMES[1]);
    let mut value = time.minutes() / minutes;
    let field = Field {
        name,
        unit,
        dim: Dim::TIME,
        example,
        speed,
        decimals: if unit == "min" { 1 } else { 2 },
        range: range.map(|t| t.minutes() / minutes),
    };
    let (response, text) = field.show_text(ui, &mut value);
    if response.changed() {
        *time = Time::from_minutes(value * minutes);
    }
    if let Some(text) = text
        && let Some((unit, ..)) = TIMES.iter().find(|(u, ..)| text.trim_end().ends_with(u))
    {
        // "s" and "d" are not the end of any other unit, and neither are "min" and "h"
        ui.data_mut(|d| d.insert_temp(id, (*unit).to_owned()));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_text_may_carry_a_unit() {
        let field = Field {
            name: "amount",
            unit: "mg",
            dim: Dim::DRUG,
            example: "35 mg",
            speed: 1.0,
            decimals: 1,
            range: [0.0, 1000.0],
        };
        assert_eq!(field.read("35"), Ok(35.0));
        assert_eq!(field.read("0.05 g"), Ok(50.0));
        assert!(field.read("5 %").is_err());
        let percent = Field { unit: "%", dim: Dim::NONE, example: "20 %", ..field };
        assert_eq!((percent.read("20 %"), percent.read("20")), (Ok(20.0), Ok(20.0)));
        assert!(field.read("35 mL").unwrap_err().contains("35 mg"));
        assert!(field.read("abc").unwrap_err().contains("not understood"));
        assert!(field.read("-5").unwrap_err().contains("outside 0 to 1000 mg"));
    }
}
