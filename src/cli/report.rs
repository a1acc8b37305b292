//! The comparison as text: tables that fit a terminal, then what stands behind each arm.

use crate::analysis::statistics::{AUC_INF, CMAX, HALF_LIFE, HALF_OF_PEAK, TMAX};
use crate::figure::{EDUCATION_ONLY, RULE_BAR, STRIP_NOTE, doses_in_words, minutes_in_words};
use crate::library::EvidenceKind;
use crate::outcome::{ArmOutcome, Curve, Outcome};
use crate::table::{TEXT_WIDTH, Table, TableColumn, paragraph};
use crate::units::{Time, significant};

/// Starts of sessions that are listed at most.
const MOST_STARTS: usize = 8;
/// What is unknown or not reached, in a table.
const NONE: &str = "–";

/// The whole text; `scenario` tells how doses were asked for, `not_run` are the arms that are off.
pub fn text(outcome: &Outcome, not_run: &[String]) -> String {
    let mut text = head(outcome);
    if outcome.arms.is_empty() {
        text.push_str("No arm takes part: add an [[arm]], or leave `on = false` out.\n\n");
    } else {
        text.push_str(&doses(outcome).to_text(TEXT_WIDTH));
        text.push('\n');
    }
    if !not_run.is_empty() {
        let line = format!("{} (on = false)", not_run.join(", "));
        text.push_str(&paragraph("Not run: ", &line, TEXT_WIDTH));
        text.push('\n');
    }
    for drug in outcome.drugs() {
        let arms: Vec<&ArmOutcome> = outcome.arms.iter().filter(|a| a.drug == drug).collect();
        text.push_str(&figures(&arms));
    }
    if !outcome.arms.is_empty() {
        text.push_str(&super::level::text(outcome));
        text.push_str(&windows(&outcome.arms));
    }
    let mut sources = Vec::new();
    for arm in &outcome.arms {
        text.push_str(&behind(arm, &mut sources));
    }
    if !sources.is_empty() {
        text.push_str("Sources\n");
        for (i, source) in sources.iter().enumerate() {
            text.push_str(&paragraph(&format!("{:>4} ", i + 1), source, TEXT_WIDTH));
        }
        text.push('\n');
    }
    text.push_str(EDUCATION_ONLY);
    text.push('\n');
    text
}

fn head(outcome: &Outcome) -> String {
    let title = if outcome.title.trim().is_empty() { "Comparison" } else { &outcome.title };
    let who = if outcome.subjects().len() > 1 { "Typical people" } else { "Typical person" };
    let who = format!("{who} of {}; simulated for {}.", outcome.who(), outcome.horizon);
    format!("{}{}\n", paragraph("", title, TEXT_WIDTH), paragraph("", &who, TEXT_WIDTH))
}

fn doses(outcome: &Outcome) -> Table {
    let several = outcome.subjects().len() > 1;
    let mut columns = vec![
        TableColumn::text("Arm"),
        TableColumn::text("Given"),
        TableColumn::numbers("mg base"),
        TableColumn::numbers("mg/kg"),
        TableColumn::text("Model"),
        TableColumn::text("Plasma"),
    ];
    if several {
        columns.insert(1, TableColumn::text("Subject"));
    }
    let mut table = Table::new(columns);
    for arm in &outcome.arms {
        let mut cells = vec![
            arm.label.clone(),
            doses_in_words(arm),
            significant(arm.dose_mg, 3),
            significant(arm.dose_mg / arm.subject.weight.kg(), 2),
            arm.model.clone(),
            arm.site.id().to_owned(),
        ];
        if several {
            cells.insert(1, arm.apart.clone().unwrap_or_default());
        }
        table.push(cells);
    }
    table
}

fn figures(arms: &[&ArmOutcome]) -> String {
    let Some(first) = arms.first() else { return String::new() };
    let mut table = Table::new(vec![
        TableColumn::text("Arm"),
        TableColumn::numbers(format!("Reaches the blood as {} (%)", first.drug)),
        TableColumn::numbers(format!("{} ({})", CMAX.name, CMAX.unit)),
        TableColumn::numbers(format!("at ({})", TMAX.unit)),
        TableColumn::numbers(format!("Time to fall to half of peak ({})", HALF_OF_PEAK.unit)),
        TableColumn::numbers(format!("AUC ({})", AUC_INF.unit)),
    ]);
    let parent = |curves: &[Curve], f: &dyn Fn(&Curve) -> Option<f64>| curves.first().and_then(f);
    for arm in arms {
        let read = |f: &dyn Fn(&Curve) -> Option<f64>| match &arm.range {
            Some(range) => span(parent(&range.low.curves, f), parent(&range.high.curves, f)),
            None => one(parent(&arm.curves, f)),
        };
        let share = match &arm.range {
            Some(range) => span(percent(range.low.bioavailability), percent(range.high.bioavailability)),
            None => one(percent(arm.bioavailability)),
        };
        // what still rises at the end has its peak later
        let rising = arm.curves.first().is_some_and(|c| c.exposure.still_rising);
        let later = |word: &str, value: String| if rising { format!("{word} {value}") } else { value };
        table.push([
            arm.label.clone(),
            share,
            later("at least", read(&|c| CMAX.of(&c.exposure))),
            later("after", read(&|c| TMAX.of(&c.exposure))),
            read(&|c| HALF_OF_PEAK.of(&c.exposure)),
            read(&|c| AUC_INF.of(&c.exposure)),
        ]);
    }
    let heading = format!("Figures: {}", first.drug_name);
    let mut text = format!("{heading}\n{}", table.to_text(TEXT_WIDTH));
    if arms.iter().any(|a| a.range.is_some()) {
        let note = "\"low to high\": a range, because one number would claim too much; the first numbers of a row belong to its \
                    low end. See the arm.";
        text.push_str(&paragraph("", note, TEXT_WIDTH));
    }
    text.push('\n');
    text
}

fn percent(share: Option<f64>) -> Option<f64> {
    share.map(|s| s * 100.0)
}

fn one(value: Option<f64>) -> String {
    value.map_or(NONE.to_owned(), |v| significant(v, 3))
}

/// Low end first: the numbers of a row that stand first belong to one curve.
fn span(low: Option<f64>, high: Option<f64>) -> String {
    let (low, high) = (one(low), one(high));
    if low == high { low } else { format!("{low} to {high}") }
}

fn windows(arms: &[ArmOutcome]) -> String {
    let mut table = Table::new(vec![
        TableColumn::text("Arm"),
        TableColumn::text("May begin to notice (min)"),
        TableColumn::text("Strongest (min)"),
        TableColumn::text("Main effects fading (min)"),
        TableColumn::text("Timing rests on"),
    ]);
    for arm in arms {
        let w = arm.windows();
        let which = arm.first_session().and_then(|s| s.session.words()).map_or(String::new(), |w| format!(", {w}"));
        let beyond = if w.outlasts { "beyond a day" } else { "level not reached" };
        for (k, part) in w.parts.iter().enumerate() {
            let again = if k > 0 { ", again" } else { "" };
            // the middle of the strongest part is known where there is one part
            let middle = w.peak.filter(|_| w.parts.len() == 1).map(|p| p[1]);
            table.push([
                format!("{}{which}{again}", arm.label),
                window(part.onset, if k > 0 { NONE } else { "below the level" }),
                part.strongest.map_or(NONE.to_owned(), |s| strongest(s, middle)),
                window(part.main_effects_end, beyond),
                evidence(arm.evidence).to_owned(),
            ]);
        }
    }
    let note = "From the first dose of the session, 10th to 90th percentile with the 50th in brackets, over levels \
                put together from several studies (grade E) and their delays; not shares of people.";
    let mut text = format!("When something may be noticed\n{}", table.to_text(TEXT_WIDTH));
    let course = arms.iter().any(|a| a.sessions.len() > 1);
    text.push_str(&paragraph("", note, TEXT_WIDTH));
    if course {
        text.push_str(&paragraph("", &sessions(arms), TEXT_WIDTH));
    }
    let fading = format!("{}{}; {RULE_BAR}.", STRIP_NOTE[..1].to_uppercase(), &STRIP_NOTE[1..]);
    text.push_str(&paragraph("", &fading, TEXT_WIDTH));
    text.push('\n');
    text
}

/// How many sessions there are, and when they begin.
fn sessions(arms: &[ArmOutcome]) -> String {
    let of = |arm: &ArmOutcome| {
        let starts: Vec<String> = arm.sessions.iter().map(|s| Time::from_hours(s.session.start).to_string()).collect();
        let shown = if starts.len() > MOST_STARTS {
            let last = starts.last().cloned().unwrap_or_default();
            format!("{}, ... {last}", starts[..MOST_STARTS - 1].join(", "))
        } else {
            starts.join(", ")
        };
        format!("{}: {} sessions, at {shown}.", arm.label, starts.len())
    };
    let several = arms.iter().filter(|a| a.sessions.len() > 1);
    format!("Times are of the first session. {}", several.map(of).collect::<Vec<_>>().join(" "))
}

fn strongest([from, to]: [f64; 2], middle: Option<f64>) -> String {
    match middle {
        Some(middle) => window(Some([from, middle, to]), NONE),
        None => format!("{} to {}", minutes_in_words(from), minutes_in_words(to)),
    }
}

fn window(percentiles: Option<[f64; 3]>, none: &str) -> String {
    percentiles.map_or(none.to_owned(), |[low, middle, high]| {
        let [low, middle, high] = [low, middle, high].map(minutes_in_words);
        if low == high { low } else { format!("{low} to {high} ({middle})") }
    })
}

pub(super) fn evidence(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Trial => "trials",
        EvidenceKind::Programme => "programmes",
        EvidenceKind::Model => "model alone",
    }
}

/// Assumptions, warnings and sources of one arm; sources are numbered over all arms.
fn behind(arm: &ArmOutcome, sources: &mut Vec<String>) -> String {
    let mut text = paragraph("", &format!("{}: {}", arm.label, arm.model_title), TEXT_WIDTH);
    let mut line = |first: &str, content: &str| text.push_str(&paragraph(first, content, TEXT_WIDTH));
    if let Some(range) = &arm.range {
        line("  Range: ", &format!("low end \"{}\", high end \"{}\"", range.low.label, range.high.label));
    }
    if let Some([mouth, swallowed]) = arm.mouth_parts {
        let percent = |part: f64| significant(part * 100.0, 3);
        line(
            "  Of what reaches the blood: ",
            &format!("{} % through the mouth, {} % swallowed", percent(mouth), percent(swallowed)),
        );
    }
    for assumption in &arm.assumptions {
        line("  Assumed: ", assumption);
    }
    for warning in &arm.warnings {
        line("  Beware: ", warning);
    }
    if let Some(words) = &arm.below_level {
        line("  Models: ", words);
    }
    if let Some([low, high]) = arm.between_models() {
        let each: Vec<String> =
            arm.by_model.iter().map(|(model, end)| format!("{model} {}", significant(*end, 2))).collect();
        let span = format!("{} to {} min", significant(low, 2), significant(high, 2));
        line("  Between models: ", &format!("the middle of main effects fading is {span} ({})", each.join(", ")));
    }
    for said in arm.programmes.iter().chain(arm.nearest.iter().map(|[words, _]| words)) {
        line("  ", &format!("{}{}", said[..1].to_uppercase(), &said[1..]));
    }
    if let Some(half_life) = arm.curves.first().and_then(|c| HALF_LIFE.of(&c.exposure)) {
        let hours = significant(half_life, 2);
        line("  Terminal half-life: ", &format!("{hours} h (depends on assay and sampling length)"));
    }
    line("  Worst grade used: ", &format!("{} ({})", arm.grade, arm.grade.meaning()));
    let mut numbers = Vec::new();
    for source in &arm.sources {
        let at = sources.iter().position(|s| s == source).unwrap_or_else(|| {
            sources.push(source.clone());
            sources.len() - 1
        });
        numbers.push(at + 1);
    }
    numbers.sort_unstable();
    if !numbers.is_empty() {
        line("  Sources: ", &numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    }
    text.push('\n');
    text
}
