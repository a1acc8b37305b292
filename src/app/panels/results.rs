//! The results of each arm in words, with their sources.

use super::{in_colour, refusal, small, swatch};
use crate::analysis::statistics::{AUC_INF, CMAX, HALF_LIFE, HALF_OF_PEAK, Statistic, TMAX};
use crate::app::people::People;
use crate::app::runner::Shown;
use crate::app::theme;
use crate::figure::{doses_in_words, roles, strip_words};
use crate::library::Library;
use crate::model::Grade;
use crate::outcome::{ArmOutcome, Curve, Outcome};
use crate::scene::Ink;
use crate::units::significant;
use egui::{CollapsingHeader, RichText, ScrollArea, Ui};

/// Shows one block for each arm, then the sources and assumptions.
pub fn results(ui: &mut Ui, shown: &Shown, people: &mut People, minute: &mut f64, library: &Library) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        // room for the scroll bar
        ui.set_max_width(ui.available_width() - 10.0);
        ui.add_space(4.0);
        let Some(outcome) = shown.outcome.as_ref().filter(|o| !o.arms.is_empty()) else {
            small(ui, "figures appear here");
            return;
        };
        if let Some(error) = &shown.error {
            small(ui, "the last good figures, because");
            refusal(ui, error);
            ui.multiply_opacity(0.5);
        }
        if people.outcome.is_some() {
            super::people::header(ui, people, minute, outcome);
        }
        people.draw((outcome, shown.runs), *minute);
        if let Some(error) = &people.error {
            refusal(ui, error);
        }
        for (place, (arm, role)) in outcome.arms.iter().zip(roles(&outcome.arms)).enumerate() {
            let named = if outcome.arms.len() > 1 { role.lettered(&arm.name()) } else { arm.name() };
            if let Some(error) = shown.error_of_arm(arm.index) {
                ui.label(in_colour(ui, &named, role.route).size(theme::HEADING).strong());
                small(ui, "no figures, because");
                refusal(ui, error);
                ui.separator();
                continue;
            }
            ui.horizontal(|ui| {
                swatch(ui, role, arm.range.is_some(), true);
                ui.label(in_colour(ui, &named, role.route).size(theme::HEADING).strong());
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| small(ui, arm.site.id()));
            });
            small(ui, &doses_in_words(arm));
            if let Some(which) = arm.first_session().and_then(|s| s.session.words()) {
                small(ui, &format!("times in words are of {which}; the strips show each by itself"));
            }
            ui.push_id(("figures", arm.index), |ui| {
                ui.scope(|ui| {
                    figures(ui, arm);
                    if let Some(above) = shown.above(place) {
                        super::level::row(ui, above);
                    }
                });
                let counted = people.outcome.as_ref().and_then(|c| c.arm(arm.index));
                if let Some((counted, dots)) = counted.zip(people.dots_of(arm.index)) {
                    super::people::card(ui, (arm, role), (counted, dots), *minute, &library.effects);
                }
                details(ui, arm, library);
            });
            warnings(ui, arm, "");
            ui.add_space(4.0);
            ui.separator();
        }
        provenance(ui, outcome);
    });
}

/// Shows the cautions of all arms, for a picture without the results beside it.
pub fn beware(ui: &mut Ui, shown: &Shown) {
    ScrollArea::vertical().max_height(64.0).show(ui, |ui| {
        for arm in shown.outcome.iter().flat_map(|o| &o.arms) {
            warnings(ui, arm, &format!("{}: ", arm.label));
        }
    });
}

/// Shows the cautions of an arm, after its name.
pub fn warnings(ui: &mut Ui, arm: &ArmOutcome, name: &str) {
    for line in &arm.warnings {
        let mark = theme::ink(ui, Ink::Caution);
        let text = theme::ink(ui, Ink::Muted);
        let font = egui::FontId::proportional(theme::SMALL);
        let format = |color| egui::TextFormat { font_id: font.clone(), color, ..Default::default() };
        let mut job = egui::text::LayoutJob::default();
        job.append("▲ ", 0.0, format(mark));
        job.append(&format!("{name}{line}"), 0.0, format(text));
        ui.label(job);
    }
}

/// A value: "46 %", or "11 to 46 %" for a range.
fn span(arm: &ArmOutcome, of: impl Fn(&[Curve], Option<f64>) -> Option<f64>, digits: i32) -> String {
    let text = |v: Option<f64>| v.map_or("–".to_owned(), |v| significant(v, digits));
    match &arm.range {
        Some(r) => {
            let ends = [of(&r.low.curves, r.low.bioavailability), of(&r.high.curves, r.high.bioavailability)];
            // two significant digits: a range does not justify a third
            let [low, high] = ends.map(|v| v.map_or("–".to_owned(), |v| significant(v, 2)));
            if low == high { low } else { format!("{low} to {high}") }
        }
        None => text(of(&arm.curves, arm.bioavailability)),
    }
}

fn figures(ui: &mut Ui, arm: &ArmOutcome) {
    let reaches = span(arm, |_, f| f.map(|f| f * 100.0), 3);
    let of = |s: Statistic, digits| span(arm, |c, _| c.first().and_then(|c| s.of(&c.exposure)), digits);
    let (peak, at, half, area) = (of(CMAX, 3), of(TMAX, 2), of(HALF_OF_PEAK, 2), of(AUC_INF, 3));
    let (row_height, gap) = (17.0, 1.0);
    let mut row = |name: &str, value: String, help: &str| {
        ui.spacing_mut().interact_size.y = row_height;
        ui.spacing_mut().item_spacing.y = gap;
        ui.horizontal(|ui| {
            ui.label(name).on_hover_text(help);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.label(RichText::new(value).strong())
            });
        });
    };
    row(
        &format!("Reaches the blood as {}", arm.drug),
        format!("{reaches} %"),
        "area under the curve to infinity, over that of the same base mass given into a vein; all that was given counts",
    );
    if let Some([mouth, swallowed]) = arm.mouth_parts {
        let parts = [mouth, swallowed].map(|p| significant(p * 100.0, 3));
        let name = if arm.range.is_some() { "high end: lining, swallowed" } else { "by mouth lining, swallowed" };
        row(
            name,
            format!("{} + {} %", parts[0], parts[1]),
            "through the lining of the mouth while held, and from what is swallowed afterwards",
        );
    }
    row(CMAX.name, format!("{peak} {} at {at} {}", CMAX.unit, TMAX.unit), CMAX.how);
    row(HALF_OF_PEAK.name, format!("{half} {}", HALF_OF_PEAK.unit), HALF_OF_PEAK.how);
    row(AUC_INF.name, format!("{area} {}", AUC_INF.unit), AUC_INF.how);
}

fn details(ui: &mut Ui, arm: &ArmOutcome, library: &Library) {
    let details = CollapsingHeader::new("Details").id_salt(&arm.label).show(ui, |ui| {
        small(ui, &arm.model_title);
        small(ui, &strip_words(arm));
        small(ui, "not the time you can leave or drive");
        arm.programmes.iter().for_each(|said| small(ui, said));
        for [words, source] in &arm.nearest {
            ui.label(egui::RichText::new(words).small()).on_hover_text(source);
        }
        if let Some([low, high]) = arm.between_models().filter(|_| arm.by_model.len() > 1) {
            let names: Vec<&str> = arm.by_model.iter().map(|(id, _)| id.as_str()).collect();
            small(
                ui,
                &format!(
                    "middle of main effects fading, by model: {} to {} min ({})",
                    significant(low, 2),
                    significant(high, 2),
                    names.join(", ")
                ),
            );
        }
        for curve in &arm.curves {
            let name = library.analyte_name(&curve.analyte);
            let of = |s: Statistic, digits| s.of(&curve.exposure).map_or("–".to_owned(), |v| significant(v, digits));
            let (peak, at, half_life) = (of(CMAX, 3), of(TMAX, 2), of(HALF_LIFE, 2));
            small(ui, &format!("{name}: peak {peak} ng/mL at {at} min, terminal half-life {half_life} h"));
        }
        small(ui, "a terminal half-life depends on assay and sampling length");
    });
    super::named(&details.header_response, format!("{}: details", arm.label));
}

fn provenance(ui: &mut Ui, outcome: &Outcome) {
    let mut sources: Vec<&String> = Vec::new();
    for source in outcome.arms.iter().flat_map(|a| &a.sources) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    CollapsingHeader::new(format!("Sources of what is shown ({})", sources.len())).show(ui, |ui| {
        for (i, source) in sources.iter().enumerate() {
            small(ui, &format!("{}. {source}", i + 1));
        }
    });
    assumptions(ui, outcome, false);
    ui.add_space(4.0);
    for grade in Grade::ALL {
        small(ui, &format!("{grade}: {}", grade.meaning()));
    }
}

/// Shows the assumptions in the arms that are on.
pub fn assumptions(ui: &mut Ui, outcome: &Outcome, open: bool) {
    let count: usize = outcome.arms.iter().map(|a| a.assumptions.len()).sum();
    CollapsingHeader::new(format!("Assumptions now ({count})")).default_open(open).show(ui, |ui| {
        for (arm, role) in outcome.arms.iter().zip(roles(&outcome.arms)) {
            ui.label(in_colour(ui, &arm.name(), role.route).strong());
            arm.assumptions.iter().for_each(|line| small(ui, line));
            ui.add_space(2.0);
        }
    });
}
