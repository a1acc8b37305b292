//! Virtual subjects in words: the switch, how many are shown, and a sentence for each route.

use super::{in_colour, small};
use crate::app::canvas::{EguiMeasure, show};
use crate::app::field::Field;
use crate::app::people::{NUMBERS, People, SEED};
use crate::app::runner::Shown;
use crate::app::theme;
use crate::figure::{ArmDots, MADE_UP, Role, View, backed_by};
use crate::library::Effects;
use crate::outcome::{ArmOutcome, Outcome};
use crate::population::{ArmPopulation, of_people};
use crate::scene::{Ink, arm_dots};
use crate::units::{Dim, MINUTES_PER_HOUR, number};
use egui::{RichText, Slider, Ui};

/// Shows the switch above the plot, and the number of virtual subjects.
pub(super) fn switch(ui: &mut Ui, view: &mut View) {
    let mut people = view.people;
    let switch = ui.checkbox(&mut people, "people").on_hover_text(
        "ribbons: spread between made-up people of one model; in place of other models, which are another kind of not knowing",
    );
    if switch.changed() {
        view.show_people(people);
    }
    if !view.people {
        return;
    }
    let [least, most] = NUMBERS.map(|n| n as f64);
    let field = Field {
        name: "Number of people",
        unit: "",
        dim: Dim::NONE,
        example: "1000",
        speed: 10.0,
        decimals: 0,
        range: [least, most],
    };
    let mut count = view.sample as f64;
    if field.show(ui, &mut count).changed() {
        view.sample = count.round() as usize;
    }
}

/// Shows how many virtual subjects are on the screen, and the progress of the rest.
pub(super) fn state(ui: &mut Ui, people: &mut People) {
    let Some([shown, wanted]) = people.numbers() else { return };
    let help = format!("always the same people (seed {SEED}); the last few took {:.1} ms", people.few_ms);
    let text = match people.progress() {
        _ if people.settled => format!("{shown} people"),
        Some(part) => format!("{shown} people, on the way to {wanted}: {:.0} %", part * 100.0),
        None if people.stopped => format!("{shown} of {wanted} people"),
        None => format!("{shown} people while you move"),
    };
    let colour = theme::ink(ui, Ink::Muted);
    // room for the longest text, so that nothing moves while it changes
    let longest = format!("{wanted} people, on the way to {wanted}: 100 %  Go on");
    let font = egui::TextStyle::Body.resolve(ui.style());
    let width = ui.painter().layout_no_wrap(longest, font, colour).size().x + 2.0 * ui.spacing().button_padding.x;
    let size = egui::vec2(width, ui.spacing().interact_size.y);
    ui.allocate_ui_with_layout(size, egui::Layout::left_to_right(egui::Align::Center), |ui| {
        ui.set_min_width(width);
        ui.add(egui::Label::new(RichText::new(text).color(colour)).extend()).on_hover_text(help);
        if people.stopped && ui.button("Go on").clicked() {
            people.go_on();
        } else if people.progress().is_some() && ui.button("Stop").clicked() {
            people.stop();
        }
    });
}

/// Shows, above the cards, the time at which subjects are counted and what they are.
pub(super) fn header(ui: &mut Ui, people: &People, minute: &mut f64, outcome: &Outcome) {
    let Some([shown, _]) = people.numbers() else { return };
    ui.label(RichText::new(format!("{shown} made-up people")).strong());
    if let Some(bodies) = people.outcome.as_ref().and_then(|c| c.bodies.as_ref()) {
        small(ui, &format!("they differ: {bodies}"));
    }
    ui.horizontal(|ui| {
        ui.label("counted at");
        ui.spacing_mut().slider_width = (ui.available_width() - 76.0).max(40.0);
        let last = outcome.horizon.hours() * MINUTES_PER_HOUR;
        *minute = minute.clamp(0.0, last);
        let slider = ui.add(Slider::new(minute, 0.0..=last).step_by(1.0).suffix(" min"));
        ui.ctx().accesskit_node_builder(slider.id, |node| node.set_label("Minute at which people are counted"));
    });
    small(ui, MADE_UP);
    ui.add_space(4.0);
    ui.separator();
}

/// Shows the sentence of one route, its dots, and the evidence for its times.
pub(super) fn card(
    ui: &mut Ui,
    (arm, role): (&ArmOutcome, Role),
    (counted, dots): (&ArmPopulation, &ArmDots),
    minute: f64,
    effects: &Effects,
) {
    ui.add_space(4.0);
    ui.label(&dots.sentence);
    rows(ui, dots);
    small(ui, &format!("timing backed by: {}", backed_by(arm.evidence)));
    let staff = effects.staff(&arm.drug, role.route).zip(counted.session_at(minute).or(counted.first()));
    if let Some((staff, session)) = staff {
        let at = staff.at.minutes();
        let (still, base) = of_people(session.above_at(at), session.people());
        small(
            ui,
            &format!(
                "At {} min {}; of these made-up people {still} of {base} are still above their own level. A curve cannot tell when to leave.",
                number(at),
                staff.words
            ),
        );
    }
}

/// Shows two rows of dots, for the session at the chosen minute.
fn rows(ui: &mut Ui, dots: &ArmDots) {
    if let Some(session) = &dots.session {
        small(ui, session);
    }
    let width = f64::from(ui.available_width());
    let scene = arm_dots(dots, width, f64::from(theme::SMALL), &EguiMeasure(ui.ctx()));
    show(ui, &scene, egui::accesskit::Role::Image);
}

/// Number of routes side by side below the plot of a projector. The second constant is the height of a row, points.
const BESIDE: usize = 2;
const ROW: f32 = 170.0;

/// Approximate height of [`counted`], points.
pub(super) fn height(people: &People) -> f32 {
    people.outcome.as_ref().map_or(0.0, |c| c.arms.len().div_ceil(BESIDE) as f32 * ROW)
}

/// Shows the sentence and the dots of each route below the plot of a projector, which has no results beside it.
pub(super) fn counted(ui: &mut Ui, shown: &Shown, people: &mut People, minute: f64) {
    let Some(outcome) = &shown.outcome else { return };
    people.draw((outcome, shown.runs), minute);
    let Some(dots) = people.dots() else { return };
    ui.separator();
    for row in dots.arms.chunks(BESIDE) {
        ui.columns(BESIDE, |columns| {
            for (ui, arm) in columns.iter_mut().zip(row) {
                // columns would spread the words of a line over their width
                ui.vertical(|ui| {
                    ui.label(in_colour(ui, &arm.label, arm.role.route).strong());
                    ui.label(&arm.sentence);
                    rows(ui, arm);
                });
            }
        });
        ui.add_space(6.0);
    }
    small(ui, MADE_UP);
}
