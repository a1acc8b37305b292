//! Compares routes: their cards at the left, the plot in the centre, results at the right.

use super::{Shape, never};
use crate::app::action::Action;
use crate::app::panels;
use crate::app::picture::{PLOT, Picture, missing};
use crate::app::{App, State};
use crate::export;
use crate::figure::DotsPlot;
use egui::{Key, Panel, Ui};

/// Functions of the comparison mode.
pub static SHAPE: Shape = Shape {
    name: "Compare",
    help: "routes beside each other",
    key: Key::Num1,
    update: |_, _| {},
    alone: never,
    panels,
    toolbar,
    view,
    pictures: &[PLOT, DOTS],
};

/// Twenty virtual subjects of each route, as a picture.
const DOTS: Picture = Picture {
    name: "Twenty people",
    file: "people",
    bytes: |app, format| {
        let outcome = app.outcome()?;
        let sample = app.people.outcome.as_ref();
        let sample = sample.ok_or_else(|| missing("there are no made-up people to draw", "switch people on"))?;
        export::render_dots(&DotsPlot::new(&outcome, sample, app.state.look.minute), format)
    },
};

fn panels(app: &mut App, ui: &mut Ui, actions: &mut Vec<Action>) {
    let App { shown, people, library, offered, state, .. } = app;
    let State { scenario, look } = state;
    Panel::left("arms").default_size(304.0).size_range(280.0..=400.0).show(ui, |ui| {
        panels::arms(ui, (scenario, look.view.people), shown, library, offered, actions);
    });
    // on a projector the plot is large: results are hidden, but cautions stay
    if look.projector {
        Panel::bottom("beware").show(ui, |ui| panels::beware(ui, shown));
    } else {
        Panel::right("results").default_size(276.0).size_range(240.0..=420.0).show(ui, |ui| {
            panels::results(ui, shown, people, &mut look.minute, library);
        });
    }
}

fn toolbar(app: &mut App, ui: &mut Ui, _actions: &mut Vec<Action>) {
    let Some(figure) = app.shown.figure().filter(|_| panels::is_drawn(&app.shown)) else { return };
    let mut level = app.state.scenario.level();
    let next = app.state.look.level.unwrap_or_else(|| panels::first_level(figure));
    let view = &mut app.state.look.view;
    panels::switches(ui, view, &mut app.people, &mut app.compared.open, (&mut level, next), |ui| {
        panels::play(ui, figure, &mut app.cursor);
    });
    app.state.set_level(level);
}

fn view(app: &mut App, ui: &mut Ui, actions: &mut Vec<Action>) {
    let App { shown, people, cursor, offered, state, .. } = app;
    let mut level = state.scenario.level();
    panels::plot(ui, (&mut state.look, &mut level), shown, people, cursor, offered, actions);
    state.set_level(level);
}
