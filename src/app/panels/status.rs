//! The status line: the purpose of the program, the message of the last action, how the picture was made.

use super::small;
use crate::app::Pace;
use crate::app::runner::Shown;
use crate::app::theme;
use crate::error::Result;
use crate::figure::EDUCATION_ONLY;
use crate::scene::Ink;
use egui::{Align, Layout, RichText, Ui};

/// Draws the status line.
pub fn status(ui: &mut Ui, shown: &mut Shown, pace: Pace, message: &mut Option<Result<String>>) {
    ui.horizontal_centered(|ui| {
        small(ui, EDUCATION_ONLY);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(share) = shown.progress() {
                let colour = theme::ink(ui, Ink::Muted);
                let text = format!("working out the curves, {:.0} %", share * 100.0);
                let stop = ui.small_button("Stop").on_hover_text("stop working out the curves");
                ui.label(RichText::new(text).small().color(colour));
                if stop.clicked() {
                    shown.stop();
                }
            } else if shown.is_stopped() {
                let go_on = ui.small_button("Go on").on_hover_text("work out the curves");
                ui.label(RichText::new("the curves were stopped").small().color(theme::ink(ui, Ink::Caution)));
                if go_on.clicked() {
                    shown.go_on();
                }
            } else if let Some(outcome) = &shown.outcome {
                let text = format!("{} points, exact, {:.1} ms", outcome.points, shown.elapsed_ms);
                let colour = theme::ink(ui, Ink::Muted);
                ui.label(RichText::new(text).small().color(colour))
                    .on_hover_text(format!("slowest frame of the last seconds: {:.1} ms", pace.slowest));
            }
            let mut closed = false;
            match message {
                Some(Ok(said)) => {
                    closed = ui.small_button("×").on_hover_text("dismiss").clicked();
                    ui.label(RichText::new(said.as_str()).small());
                }
                Some(Err(error)) => {
                    closed = ui.small_button("×").on_hover_text("dismiss").clicked();
                    let text = error.to_string().replace('\n', " · ");
                    let colour = theme::ink(ui, Ink::Caution);
                    let label = ui.add(egui::Label::new(RichText::new(&text).small().color(colour)).truncate());
                    ui.ctx().accesskit_node_builder(label.id, |node| node.set_live(egui::accesskit::Live::Assertive));
                    label.on_hover_text(error.to_string());
                }
                None => {}
            }
            if closed {
                *message = None;
            }
        });
    });
}
