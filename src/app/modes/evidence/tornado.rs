//! Sensitivity of the chosen arm: the choice of a measure, and its tornado plot.

use super::{Chosen, heading};
use crate::app::canvas::{EguiMeasure, show};
use crate::app::evidence::Evidence;
use crate::app::panels::{refusal, small};
use crate::figure::{TornadoPlot, measure_words};
use crate::population::Measure;
use crate::scene;
use egui::Ui;

/// Shows the choice and the plot.
pub(super) fn tornado(ui: &mut Ui, chosen: &Chosen, evidence: &mut Evidence) {
    heading(ui, "Which number matters most");
    let mut measure = evidence.measure();
    ui.horizontal_wrapped(|ui| {
        for each in Measure::ALL {
            ui.selectable_value(&mut measure, each, measure_words(each));
        }
    });
    evidence.measure = Some(measure);
    let found = match evidence.tornado() {
        Some(Ok(found)) => found,
        Some(Err(error)) => return refusal(ui, error),
        None => return,
    };
    let plot = TornadoPlot::new(found, measure, chosen.arm, chosen.role);
    small(ui, &plot.about);
    let width = f64::from(ui.available_width());
    let drawn = scene::tornado(&plot, width, false, &EguiMeasure(ui.ctx()));
    show(ui, &drawn, egui::accesskit::Role::Image);
    if let Some(words) = plot.rest_words() {
        small(ui, &words);
    }
}
