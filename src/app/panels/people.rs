//! Made-up people in words: the switch, how many are shown, and a sentence for each route.

use super::dots::{Axes, dots};
use super::{in_colour, small};
use crate::app::field::Field;
use crate::app::people::{NUMBERS, People, SEED};
use crate::app::runner::Shown;
use crate::app::theme;
use crate::figure::{Role, View, backed_by, roles};
use crate::library::Effects;
use crate::outcome::{ArmOutcome, Outcome};
use crate::population::{ArmCrowd, SessionCrowd, of_people};
use crate::scene::Ink;
use crate::units::{Dim, MINUTES_PER_HOUR, number};
use egui::{RichText, Slider, Ui};

/// Said wherever people's times are shown.
pub const MADE_UP: &str = "made-up people; you may be earlier or later; this does not tell you when you can leave";

/// The switch above the plot, and the number.
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
    let mut count = view.crowd as f64;
    if field.show(ui, &mut count).changed() {
        view.crowd = count.round() as usize;
    }
}

/// How many are shown and how far the rest is.
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
    // room for the longest, so that nothing moves while the words change
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

/// Above the cards: when people are counted, and what they are.
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

/// One route's sentence, its dots, and what stands behind its times.
pub(super) fn card(
    ui: &mut Ui,
    (arm, role): (&ArmOutcome, Role),
    counted: &ArmCrowd,
    minute: f64,
    axes: Axes,
    effects: &Effects,
) {
    ui.add_space(4.0);
    ui.label(sentence(counted, minute));
    rows(ui, (arm, role), counted, minute, axes);
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

/// Two rows of dots: those of the session at the counted minute.
fn rows(ui: &mut Ui, (arm, role): (&ArmOutcome, Role), counted: &ArmCrowd, minute: f64, axes: Axes) {
    let Some(session) = counted.session_at(minute).or(counted.first()) else { return };
    if let Some(which) = session.session.words() {
        small(ui, &format!("{which}, minutes from its first dose"));
    }
    let ends = if session.counts.len() > 1 { " (both ends of its range)" } else { "" };
    let name = |what: &str| format!("{} {what}{ends}", arm.label);
    let w = &session.windows;
    dots(ui, role, &name("noticing"), ("may notice", w.few_notice), &session.noticing, axes.noticing);
    dots(ui, role, &name("fading"), ("fading", w.few_reach), &session.fading, axes.fading);
}

/// "Of 100 made-up people, 63 still above their own level at 60 min".
pub fn sentence(counted: &ArmCrowd, minute: f64) -> String {
    let (still, base) = of_people(counted.above_at(minute), counted.people());
    let few = counted.session_at(minute).or(counted.first()).and_then(SessionCrowd::few_reach);
    let many = few.map_or(String::new(), |said| format!("; {said}"));
    format!("Of {base} made-up people, {still} still above their own level at {} min{many}", number(minute.round()))
}

/// Routes beside each other below the plot of a projector, and the height that a row of them takes, points.
const BESIDE: usize = 2;
const ROW: f32 = 170.0;

/// Height that [`counted`] takes, about.
pub(super) fn height(people: &People) -> f32 {
    people.outcome.as_ref().map_or(0.0, |c| c.arms.len().div_ceil(BESIDE) as f32 * ROW)
}

/// Below the plot of a projector, which has no figures beside it: sentence and dots of each route.
pub(super) fn counted(ui: &mut Ui, shown: &Shown, people: &People, minute: f64) {
    let Some((outcome, crowd)) = shown.outcome.as_ref().zip(people.outcome.as_ref()) else { return };
    let axes = Axes::of(crowd, outcome.horizon.hours() * MINUTES_PER_HOUR);
    let arms: Vec<_> = outcome.arms.iter().zip(roles(&outcome.arms)).collect();
    ui.separator();
    for row in arms.chunks(BESIDE) {
        ui.columns(BESIDE, |columns| {
            for (ui, (arm, role)) in columns.iter_mut().zip(row) {
                let Some(counted) = crowd.arm(arm.index) else { continue };
                // columns would spread the words of a line over its width
                ui.vertical(|ui| {
                    ui.label(in_colour(ui, &arm.label, role.route).strong());
                    ui.label(sentence(counted, minute));
                    rows(ui, (arm, *role), counted, minute, axes);
                });
            }
        });
        ui.add_space(6.0);
    }
    small(ui, MADE_UP);
}
