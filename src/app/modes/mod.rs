//! The modes of the window. Each is a file or folder of the same shape, and all are in one table.
//!
//! A further mode is a module here that makes a [`Shape`], its name in [`Mode`] and its line in [`Mode::shape`].

mod compare;
mod evidence;
mod timeline;

use super::App;
use super::action::Action;
use super::picture::Picture;
use super::state::{Mode, State};
use egui::{Context, Key, Ui};

/// The functions of a mode in a frame, in the order of their calls, and its pictures.
pub struct Shape {
    /// Name in the toolbar.
    pub name: &'static str,
    /// Purpose of the mode, for its tooltip.
    pub help: &'static str,
    /// Key that opens it together with Ctrl.
    pub key: Key,
    /// Computes what it shows, before anything is drawn.
    pub update: fn(&mut App, &Context),
    /// Whether it now takes the whole window, without toolbar, status line and panels.
    pub alone: fn(&State) -> bool,
    /// Draws the panels at the edges.
    pub panels: fn(&mut App, &mut Ui, &mut Vec<Action>),
    /// Draws the line of switches above the middle.
    pub toolbar: fn(&mut App, &mut Ui, &mut Vec<Action>),
    /// Draws the centre of the window.
    pub view: fn(&mut App, &mut Ui, &mut Vec<Action>),
    /// Pictures of the mode, for the export menu.
    pub pictures: &'static [Picture],
}

impl Mode {
    /// All modes, in the order of the toolbar.
    pub const ALL: [Self; 3] = [Self::Compare, Self::Evidence, Self::Timeline];

    /// Functions of the mode.
    pub fn shape(self) -> &'static Shape {
        match self {
            Self::Compare => &compare::SHAPE,
            Self::Evidence => &evidence::SHAPE,
            Self::Timeline => &timeline::SHAPE,
        }
    }
}

/// For a mode that never takes the whole window.
fn never(_: &State) -> bool {
    false
}

/// For a mode that has nothing to compute or no panel.
fn nothing(_: &mut App, _: &mut Ui, _: &mut Vec<Action>) {}
