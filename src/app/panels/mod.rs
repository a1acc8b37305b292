//! The panels of the window. Each is a function over the data it edits or shows.

mod arms;
mod compare;
mod cursor;
mod help;
mod level;
mod people;
mod person;
mod persons;
mod plot;
mod results;
mod status;
mod toolbar;

pub use arms::arms;
pub use compare::{Compared, compare};
pub use cursor::{play, play_on};
pub use help::help;
pub use level::{first as first_level, focus_handle};
pub use plot::{empty, is_drawn, picture, plot, summary, switches};
pub use results::{assumptions, beware, results, warnings};
pub use status::status;
pub use toolbar::toolbar;

use super::canvas::paint_shapes;
use super::runner::Shown;
use super::theme;
use crate::error::{Error, PathStep};
use crate::figure::Role;
use crate::library::Library;
use crate::regimen::Route;
use crate::scenario::StudyArm;
use crate::scene::Ink;
use egui::{RichText, Sense, Ui, Vec2};

/// What a panel reads but does not change.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// What is on the screen.
    pub shown: &'a Shown,
    /// Models and data.
    pub library: &'a Library,
    /// Arms that can be added.
    pub offered: &'a [StudyArm],
}

/// Shows a sample of an arm's line or fill.
pub fn swatch(ui: &mut Ui, role: Role, fill: bool, on: bool) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(26.0, 14.0), Sense::hover());
    let place = [0.0, 2.0, f64::from(rect.width()), f64::from(rect.height()) - 2.0];
    paint_shapes(ui, &crate::scene::swatch(role, fill, place), rect.min, if on { 1.0 } else { 0.4 });
}

/// Gives a control a name with its arm, for screen readers.
fn named(response: &egui::Response, name: String) {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_label(name));
}

/// Shows an error beside its cause.
pub fn refusal(ui: &mut Ui, error: &Error) {
    refusal_label(ui, error);
}

/// As [`refusal`], announced once to screen readers. An error that is shown in several places is announced in one.
fn announced(ui: &mut Ui, error: &Error) {
    let id = refusal_label(ui, error);
    ui.ctx().accesskit_node_builder(id, |node| node.set_live(egui::accesskit::Live::Polite));
}

fn refusal_label(ui: &mut Ui, error: &Error) -> egui::Id {
    let colour = theme::ink(ui, Ink::Caution);
    let id = ui.label(RichText::new(error.what()).color(colour)).id;
    if let Some(remedy) = remedy(error) {
        ui.weak(remedy);
    }
    id
}

/// The remedy of an error in the terms of the window, where there are no keys and options to write.
fn remedy(error: &Error) -> Option<&str> {
    let said = error.what_would_work()?;
    let of_files = ["`", "[[", "under [", "[visit]", " = \"", "--"];
    if !of_files.iter().any(|part| said.contains(part)) {
        return Some(said);
    }
    let key = error.path().iter().rev().find_map(|step| match step {
        PathStep::Key(key) => Some(key.as_str()),
        PathStep::Index(_) => None,
    });
    match key? {
        "site" => Some("choose where plasma is read from in the menu (⋮) of the arm"),
        "model" => Some("choose another model in the menu (⋮) of the arm"),
        "horizon" | "time" | "repeat" | "additional" => {
            Some("lengthen the time simulated, or give fewer or earlier doses")
        }
        "spray_every" => Some("lengthen the time simulated, or bring the sprays closer together"),
        "every" => Some("write for example 30 min"),
        "label" => Some("give each arm a name of its own"),
        "crisis_line" => Some("fill in the number to call when somebody feels unsafe"),
        "stay" => Some("fill in how long people stay after the last dose, for example 2 h"),
        "visit" | "session" => Some("choose which session the page is for"),
        "start" | "timezone" | "next" => Some("fill in the time zone, for example America/Chicago"),
        _ => None,
    }
}

/// Text in the colour of a route.
pub fn in_colour(ui: &Ui, text: &str, route: Route) -> RichText {
    RichText::new(text).color(theme::ink(ui, Ink::RouteText(route)))
}

/// Shows text in small print.
pub fn small(ui: &mut Ui, text: &str) {
    let colour = theme::ink(ui, Ink::Muted);
    ui.label(RichText::new(text).small().color(colour));
}
