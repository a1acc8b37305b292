//! One dialog for every file: a path to type, and the system's own dialog beside it.

use super::action::{Action, Purpose};
use super::platform::{Picker, exists};
use egui::{Id, Key, Modal, Ui};

/// The file dialog.
#[derive(Debug, Default)]
pub struct Dialog {
    open: Option<(Purpose, String)>,
    picker: Picker,
    fresh: bool,
}

impl Dialog {
    /// Opens the dialog.
    pub fn ask(&mut self, purpose: Purpose) {
        self.open = Some((purpose, purpose.file().0));
        self.fresh = true;
    }

    /// Shows the dialog, and adds an action once a path is given.
    pub fn show(&mut self, ui: &Ui, actions: &mut Vec<Action>) {
        let Some((purpose, mut path)) = self.open.take() else { return };
        if let Some(picked) = self.picker.take() {
            path = picked;
        }
        let (mut done, mut closed) = (false, false);
        let fresh = std::mem::take(&mut self.fresh);
        let modal = Modal::new(Id::unique("file dialog")).show(ui.ctx(), |ui| {
            ui.set_width(420.0);
            ui.heading(purpose.title());
            ui.weak(purpose.help());
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                let label = ui.label("File");
                let edit = egui::TextEdit::singleline(&mut path).desired_width(280.0);
                let field = ui.add(edit).labelled_by(label.id);
                if fresh {
                    field.request_focus();
                }
                done |= field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
                if Picker::AVAILABLE && ui.add_enabled(!self.picker.is_open(), egui::Button::new("Browse…")).clicked()
                {
                    let (name, extension) = purpose.file();
                    self.picker.open(purpose.writes(), &name, extension, ui.ctx());
                }
            });
            let replaces = purpose.writes() && exists(path.trim());
            if replaces {
                ui.weak("A file of that name is there: it will be replaced.");
            }
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                let named = !path.trim().is_empty();
                let verb = match (purpose.writes(), replaces) {
                    (true, true) => "Replace",
                    (true, false) => "Save",
                    _ => "Open",
                };
                done |= ui.add_enabled(named, egui::Button::new(verb)).clicked();
                closed |= ui.button("Cancel").clicked();
            });
        });
        if done && !path.trim().is_empty() {
            actions.push(Action::With(purpose, path.trim().to_owned()));
        } else if !closed && !modal.should_close() {
            self.open = Some((purpose, path));
        }
    }
}
