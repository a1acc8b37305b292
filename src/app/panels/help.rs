//! The help page.

use crate::app::state::Mode;
use egui::{Grid, Id, Modal, Ui};

const KEYS: &[(&str, &str)] = &[
    ("drag or type in a field", "change a number; typed numbers may carry a unit"),
    ("pointer over the plot", "value of every curve at that time"),
    ("wheel over the plot", "zoom in time; drag to move, double click for all"),
    ("Space", "play: the cursor moves through the time shown, 10 min a second; again to stop"),
    (
        "arrows",
        "move the cursor by 1 min, with shift by 10, with Ctrl to the next dose, peak or crossing; Home, End; Esc",
    ),
    (
        "T, then Up and Down",
        "a level line of your own; by 1 ng/mL, with shift by 10; drag its handle, with Alt in steps of 1",
    ),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
    ("Ctrl+O, Ctrl+S, Ctrl+E", "open, save, export the picture"),
    ("in a patient's page alone", "arrows, page keys and the space bar move it, Esc leads back"),
    ("drop a file", "a scenario, a model (.toml) or measured points (.csv)"),
    ("F1", "this page"),
];

const READING: &[&str] = &[
    "A line is what a published model predicts for a typical person. A soft fill is a range, where one line would claim too much.",
    "Strips say when something may be noticed, is strongest, and when main effects fade, over the levels and delays of several studies. They are not the time you can leave or drive: staff decide.",
    "People: ribbons hold 50 and 90 of 100 made-up people of one model, always the same ones (seed 1); a small number while something moves, all of them once it rests. That is spread between people. How far models differ is another kind of not knowing: thin lines, and Evidence. An open dot never reaches the level.",
    "Black dots under the strips are doses; a bar lasts as long as the dose does. Whatever a curve says: no driving for 24 hours and until after a night's sleep.",
    "Grades: A read in the paper, B abstract or label, C second hand, D derived for ketasim, E assumption.",
    "Curves from an artery and from an arm vein differ, most of all early after a fast dose.",
    "Timeline: a visit as a patient lives it. What may be felt is a range, joined from people, models and what was published; leaving and driving come from the clinic and from rules, never from a curve.",
    "Education only: nothing here chooses a dose.",
];

/// Draws the help page while it is open.
pub fn help(ui: &Ui, open: &mut bool) {
    if !*open {
        return;
    }
    let modal = Modal::new(Id::unique("help")).show(ui.ctx(), |ui| {
        ui.set_width(520.0);
        ui.heading("Help");
        ui.add_space(4.0);
        for line in READING {
            ui.label(*line);
        }
        ui.add_space(8.0);
        Grid::new("keys").num_columns(2).spacing([16.0, 4.0]).show(ui, |ui| {
            let keys = Mode::ALL.map(|mode| format!("Ctrl+{}", mode.shape().key.symbol_or_name())).join(", ");
            ui.strong(keys);
            ui.label(Mode::ALL.map(|mode| mode.shape().help).join("; "));
            ui.end_row();
            for (key, does) in KEYS {
                ui.strong(*key);
                ui.label(*does);
                ui.end_row();
            }
        });
        ui.add_space(8.0);
        ui.button("Close").clicked()
    });
    if modal.inner || modal.should_close() {
        *open = false;
    }
}
