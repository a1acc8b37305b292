//! The toolbar: title, undo, files, appearance.

use crate::app::action::{Action, Purpose};
use crate::app::picture::Picture;
use crate::app::state::{Mode, State};
use crate::export::Format;
use egui::{Button, Id, RichText, TextEdit, Ui};

/// Width of the window below which undo and redo move into the menu, points.
const NARROW: f32 = 720.0;
/// Width of the buttons at the right end, points.
const BUTTONS: f32 = 500.0;

/// Draws the toolbar.
pub fn toolbar(
    ui: &mut Ui,
    state: &mut State,
    (undo, redo): (bool, bool),
    has_points: bool,
    help: &mut bool,
    actions: &mut Vec<Action>,
) {
    ui.horizontal_centered(|ui| {
        let narrow = ui.available_width() < NARROW;
        if !narrow {
            ui.label(RichText::new("ketasim").strong().size(crate::app::theme::HEADING));
            ui.add_space(8.0);
        }
        for mode in Mode::ALL {
            let shape = mode.shape();
            let help = format!("{} (Ctrl+{})", shape.help, shape.key.symbol_or_name());
            ui.selectable_value(&mut state.look.mode, mode, shape.name).on_hover_text(help);
        }
        // the title is shortened before any button
        let room = ui.available_width() - BUTTONS;
        if room > 60.0 {
            ui.add_space(8.0);
            let title =
                TextEdit::singleline(&mut state.scenario.title).desired_width(room.min(240.0)).hint_text("title");
            let field = ui.add(title);
            ui.ctx().accesskit_node_builder(field.id, |node| node.set_label("Title"));
        }
        // at the right edge but in reading order, with the width from the previous frame
        let id = Id::unique("buttons of the toolbar");
        let wide = ui.data(|d| d.get_temp::<f32>(id)).unwrap_or(BUTTONS);
        ui.add_space((ui.available_width() - wide).max(0.0));
        let buttons = ui.horizontal(|ui| {
            if !narrow {
                steps(ui, undo, redo, actions);
                ui.separator();
            }
            ui.menu_button("File", |ui| {
                if narrow {
                    steps(ui, undo, redo, actions);
                    ui.separator();
                }
                file(ui, actions);
            });
            let pictures = state.look.mode.shape().pictures;
            ui.menu_button("Export", |ui| export(ui, pictures, actions));
            ui.menu_button("Points", |ui| points(ui, has_points, actions));
            ui.separator();
            let look = &mut state.look;
            if ui.selectable_label(look.dark, "dark").clicked() {
                look.dark = !look.dark;
            }
            if ui.selectable_label(look.projector, "projector").on_hover_text("larger type, thicker lines").clicked() {
                look.projector = !look.projector;
            }
            if ui.button("?").on_hover_text("help (F1)").clicked() {
                *help = !*help;
            }
        });
        let used = buttons.response.rect.width() + ui.spacing().item_spacing.x;
        if (used - wide).abs() > 0.5 {
            ui.data_mut(|d| d.insert_temp(id, used));
            ui.ctx().request_discard("the toolbar's buttons have another width");
        }
    });
}

fn steps(ui: &mut Ui, undo: bool, redo: bool, actions: &mut Vec<Action>) {
    if ui.add_enabled(undo, Button::new("Undo")).on_hover_text("Ctrl+Z").clicked() {
        actions.push(Action::Undo);
    }
    if ui.add_enabled(redo, Button::new("Redo")).on_hover_text("Ctrl+Shift+Z").clicked() {
        actions.push(Action::Redo);
    }
}

fn item(ui: &mut Ui, text: &str, action: Action, actions: &mut Vec<Action>) {
    if ui.button(text).clicked() {
        actions.push(action);
        ui.close();
    }
}

fn file(ui: &mut Ui, actions: &mut Vec<Action>) {
    item(ui, "Open…", Action::Ask(Purpose::Open), actions);
    item(ui, "Save…", Action::Ask(Purpose::Save), actions);
    item(ui, "Add a model file…", Action::Ask(Purpose::Model), actions);
    item(ui, "Use levels of your own…", Action::Ask(Purpose::Effects), actions);
    ui.separator();
    item(ui, "Copy the scenario", Action::CopyScenario, actions);
    item(ui, "Back to the opening scenario", Action::Reset, actions);
}

/// Shows the first picture of the mode directly, and each further one in a submenu.
fn export(ui: &mut Ui, pictures: &[Picture], actions: &mut Vec<Action>) {
    let formats = |ui: &mut Ui, picture: &Picture, actions: &mut Vec<Action>| {
        for format in Format::ALL {
            let name = format!("{} as {}…", picture.name, format.extension().to_uppercase());
            item(ui, &name, Action::Ask(Purpose::Picture(*picture, format)), actions);
        }
    };
    for (nth, picture) in pictures.iter().enumerate() {
        if nth == 0 {
            formats(ui, picture, actions);
        } else {
            ui.menu_button(picture.name, |ui| formats(ui, picture, actions));
        }
    }
    ui.separator();
    item(ui, "Curves as CSV…", Action::Ask(Purpose::Curves), actions);
    item(ui, "References as PDF…", Action::Ask(Purpose::References), actions);
    ui.separator();
    item(ui, "Copy the picture", Action::CopyPicture, actions);
    item(ui, "Copy the curves", Action::CopyCurves, actions);
}

fn points(ui: &mut Ui, has_points: bool, actions: &mut Vec<Action>) {
    item(ui, "Measured points from CSV…", Action::Ask(Purpose::Points), actions);
    ui.add_enabled_ui(has_points, |ui| item(ui, "Clear the points", Action::ClearPoints, actions));
}
