//! Words of a figure: doses, effect windows, legend, footer.

use super::{DRIVING_RULE, EDUCATION_ONLY, PointSet, RULE_BAR, View, cmax_ng_ml, roles};
use crate::citation;
use crate::outcome::{ArmOutcome, Curve, Outcome};
use crate::population::PopulationOutcome;
use crate::regimen::AfterHold;
use crate::units::{MINUTES_PER_HOUR, Time, significant};

/// With more arms than this, the footer names them by their letters.
const MANY: usize = 8;

/// A time in minutes, in everyday words.
pub fn minutes_in_words(minutes: f64) -> String {
    if minutes < 1.0 { "under 1".to_owned() } else { significant(minutes, 2) }
}

/// The effect windows of an arm in one sentence; for an arm of several sessions, those of the first.
pub fn strip_words(arm: &ArmOutcome) -> String {
    let w = arm.windows();
    let which = arm.first_session().and_then(|s| s.session.words()).map_or(String::new(), |w| format!(", {w}"));
    let span = |p: Option<[f64; 3]>| p.map(|p| format!("{} to {} min", minutes_in_words(p[0]), minutes_in_words(p[2])));
    let label = format!("{}{which}", arm.label);
    if w.onset.is_none() && w.main_effects_end.is_none() {
        return format!("{label}: below the level at which something is noticed; {RULE_BAR}");
    }
    let said: Vec<String> = w
        .parts
        .iter()
        .map(|part| {
            let onset = span(part.onset).map(|o| format!("may begin to notice {o}"));
            let strongest =
                part.strongest.map(|s| format!("strongest {} to {} min", significant(s[0], 2), significant(s[1], 2)));
            let fading = span(part.main_effects_end).map(|f| format!("main effects fading {f}"));
            let fading = fading.or_else(|| Some("dissociative level not reached".to_owned()));
            [onset, strongest, fading].into_iter().flatten().collect::<Vec<_>>().join(", ")
        })
        .collect();
    format!("{label}: {}; {RULE_BAR}", said.join("; again "))
}

/// Arms with their doses, peaks and effect windows, for readers who do not see the picture.
pub fn in_words(arms: &[ArmOutcome]) -> String {
    let mut words = vec!["Concentration over time.".to_owned()];
    words.extend(arms.iter().map(arm_in_words));
    words.join(" ")
}

fn arm_in_words(arm: &ArmOutcome) -> String {
    let peak = |curve: &Curve| {
        let at = significant(curve.exposure.tmax * MINUTES_PER_HOUR, 2);
        format!("{} ng/mL at {at} min", significant(cmax_ng_ml(curve), 3))
    };
    let first = |curves: &[Curve]| curves.first().map(peak).unwrap_or_default();
    let peak = match &arm.range {
        Some(range) => format!("between {} and {}", first(&range.low.curves), first(&range.high.curves)),
        None => first(&arm.curves),
    };
    let windows = strip_words(arm);
    let windows = windows.strip_prefix(&format!("{}: ", arm.label)).unwrap_or(&windows);
    format!("{}: {}; peak {peak}; {windows}.", arm.label, doses_in_words(arm))
}

/// The version, and short citations of the sources of some arms, each once.
pub(super) fn version_and_sources(arms: &[ArmOutcome]) -> String {
    let mut cited: Vec<String> = Vec::new();
    for name in arms.iter().flat_map(|arm| &arm.sources).flat_map(|source| citation::short(source)) {
        if !cited.contains(&name) {
            cited.push(name);
        }
    }
    let version = format!("ketasim {}", env!("CARGO_PKG_VERSION"));
    if cited.is_empty() {
        format!("{version}.")
    } else {
        format!("{version}. Sources (in full: References): {}.", cited.join("; "))
    }
}

pub(super) fn legend_text(arm: &ArmOutcome, sample: Option<&PopulationOutcome>) -> String {
    let dose = doses_in_words(arm);
    let ribbon = sample.and_then(|c| c.arm(arm.index).filter(|a| a.bands.as_ref().is_some_and(|b| b.scatters)));
    if ribbon.is_some() {
        return format!("{}: {dose}; line: median, darker: 50 % of people, lighter: 90 % of people", arm.name());
    }
    match &arm.range {
        Some(range) => {
            format!("{}: {dose}; range from \"{}\" to \"{}\"", arm.name(), range.low.label, range.high.label)
        }
        None => format!("{}: {dose}", arm.name()),
    }
}

/// Doses in words: "35 mg into a vein (IV) over 40 min", with the time where it is not 0.
pub fn doses_in_words(arm: &ArmOutcome) -> String {
    let start = arm.first_dose();
    let what = amounts_in_words(arm);
    let first = if arm.doses.len() > 1 { "first " } else { "" };
    if start > 0.0 { format!("{what}, {first}at {}", Time::from_hours(start)) } else { what }
}

fn amounts_in_words(arm: &ArmOutcome) -> String {
    let Some(first) = arm.doses.first() else { return String::new() };
    let same = arm.doses.iter().all(|d| (d.amount - first.amount).abs() < 1e-9 && d.route == first.route);
    let each = format!("{} mg", significant(first.amount, 3));
    let count = arm.doses.len();
    let time = Time::from_hours(first.end - first.start);
    let length = match first.held {
        Some(AfterHold::Swallow) => format!(", held {time}, then swallowed"),
        Some(AfterHold::Spit) => format!(", held {time}, then spat out"),
        None if first.has_length() && first.route.row().infused => format!(" over {time}"),
        None => String::new(),
    };
    if count > 1 && same {
        format!("{count} x {each} {}{length}", first.route.words())
    } else if count > 1 {
        format!("{} mg in {count} doses", significant(arm.dose_mg, 3))
    } else {
        format!("{each} {}{length}", first.route.words())
    }
}

/// Models and assumptions, then cautions: each line once, after the arms it holds for. Many arms are named by their
/// letters.
fn of_arms(outcome: &Outcome) -> Vec<String> {
    let many = outcome.arms.len() > MANY;
    let (mut models, mut warnings) = (Vec::new(), Vec::new());
    for (arm, role) in outcome.arms.iter().zip(roles(&outcome.arms)) {
        let name = if many { role.letter() } else { arm.label.clone() };
        let mg = if many { String::new() } else { format!("{} mg base, ", significant(arm.dose_mg, 3)) };
        let assumption = arm.assumptions.first().map_or(String::new(), |s| format!("; {s}"));
        let model = format!("{mg}model {}, {}{assumption}", arm.model, arm.site.words());
        group(&mut models, &name, model);
        arm.warnings.iter().for_each(|w| group(&mut warnings, &name, w.clone()));
    }
    let models = models.into_iter().map(|(names, text)| format!("{}: {text}", names.join(", ")));
    models.chain(warnings.into_iter().map(|(names, text)| format!("{}, beware: {text}", names.join(", ")))).collect()
}

fn group(list: &mut Vec<(Vec<String>, String)>, name: &str, text: String) {
    match list.iter_mut().find(|(_, known)| *known == text) {
        Some((names, _)) => names.push(name.to_owned()),
        None => list.push((vec![name.to_owned()], text)),
    }
}

pub(super) fn footer(
    outcome: &Outcome,
    view: &View,
    (points, level): (&[PointSet], Option<String>),
    sample: Option<&PopulationOutcome>,
) -> Vec<String> {
    let mut lines = of_arms(outcome);
    lines.extend(sample.iter().flat_map(|c| super::people::footer(c, outcome, view)));
    lines.extend(level);
    if !points.is_empty() {
        let names: Vec<&str> = points.iter().map(|p| p.label.as_str()).collect();
        lines.push(format!("Circles: measured points, {}", names.join(", ")));
    }
    let who = match sample {
        Some(PopulationOutcome { bodies: Some(_), .. }) => "Made-up people".to_owned(),
        Some(_) => format!("Made-up people of {}", outcome.weights()),
        None if outcome.subjects().len() > 1 => format!("Typical people of {}", outcome.weights()),
        None => format!("Typical person of {}", outcome.weights()),
    };
    lines.push(format!("{who}. {EDUCATION_ONLY} Whatever a curve says: {DRIVING_RULE}."));
    lines.push(version_and_sources(&outcome.arms));
    lines
}
