//! A panic inside a frame: the window and the work stay, and the window tells where the copy is.

use super::App;
use egui::{CentralPanel, RichText, Ui};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A panic and what was saved.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Message of the panic.
    pub what: String,
    /// Path of the file with the work as it was before. `None` where it could not be written.
    pub copy: Option<String>,
}

/// Message of a panic in one line. Empty where it has none.
pub(super) fn words_of(cause: &(dyn Any + Send)) -> String {
    let text = cause.downcast_ref::<String>().map(String::as_str).or(cause.downcast_ref::<&str>().copied());
    text.unwrap_or_default().lines().next().unwrap_or_default().to_owned()
}

/// What the user can do after a panic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    StepBack,
    GoOn,
    Opening,
}

impl App {
    /// Runs one part of a frame. A panic in it leaves the state as it was before, which is written to a file of its
    /// own.
    pub fn frame(&mut self, part: impl FnOnce(&mut Self)) {
        if self.fault.is_some() {
            return;
        }
        self.note();
        let Err(cause) = catch_unwind(AssertUnwindSafe(|| part(self))) else { return };
        self.state.clone_from(self.noted.state());
        let copy = self.state.scenario.to_toml().ok().and_then(|work| self.copy_of(&work));
        self.fault = Some(Fault { what: words_of(cause.as_ref()), copy });
    }

    /// Shows what happened and what can be done.
    pub(super) fn after_fault(&mut self, ui: &mut Ui) {
        let Some(fault) = self.fault.clone() else { return };
        let mut choice = None;
        CentralPanel::default().show(ui, |ui| {
            ui.set_max_width(600.0);
            ui.add_space(24.0);
            ui.heading("A part of ketasim failed");
            ui.label("This is a fault of the program, not of what you did. Nothing that you entered is lost.");
            if let Some(copy) = &fault.copy {
                ui.label(format!("A copy of your work is in {copy}"));
            }
            let what = if fault.what.is_empty() { "it did not say" } else { &fault.what };
            ui.label(RichText::new(format!("What failed: {what}")).small());
            ui.add_space(12.0);
            ui.horizontal_wrapped(|ui| {
                for (name, meant) in [
                    ("Take back the last edit", Choice::StepBack),
                    ("Go on as it was", Choice::GoOn),
                    ("Begin with the opening screen", Choice::Opening),
                ] {
                    if ui.button(name).clicked() {
                        choice = Some(meant);
                    }
                }
            });
        });
        let Some(choice) = choice else { return };
        self.fault = None;
        match choice {
            Choice::StepBack => self.step_back(),
            Choice::GoOn => {}
            Choice::Opening => {
                if let Ok(opening) = super::State::opening(&self.library) {
                    self.state = opening;
                }
            }
        }
        self.renew();
        ui.ctx().request_repaint();
    }
}
