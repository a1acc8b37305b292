//! The modes of the window: each a folder or file of the same shape, all in one table.
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

/// What a mode does in a frame, in this order, and what it hands out.
pub struct Shape {
    /// Its name in the toolbar.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub help: &'static str,
    /// With Ctrl it leads there.
    pub key: Key,
    /// Works out what it shows, before anything is drawn.
    pub update: fn(&mut App, &Context),
    /// Whether it takes the whole window now, without toolbar, status line and panels.
    pub alone: fn(&State) -> bool,
    /// Draws the panels at the edges.
    pub panels: fn(&mut App, &mut Ui, &mut Vec<Action>),
    /// Draws the line of switches above the middle.
    pub toolbar: fn(&mut App, &mut Ui, &mut Vec<Action>),
    /// Draws the middle.
    pub view: fn(&mut App, &mut Ui, &mut Vec<Action>),
    /// Its pictures, for the menu of exports.
    pub pictures: &'static [Picture],
}

impl Mode {
    /// All, in the order of the toolbar.
    pub const ALL: [Self; 3] = [Self::Compare, Self::Evidence, Self::Timeline];

    /// What it does.
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

/// For a mode that has nothing to work out, or no panel.
fn nothing(_: &mut App, _: &mut Ui, _: &mut Vec<Action>) {}
