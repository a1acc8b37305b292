//! The level line of a scenario in JSON, CSV and text.

use crate::analysis::TimeAbove;
use crate::figure::{LEVEL_NOTE, LevelWords};
use crate::outcome::{ArmAbove, ArmOutcome, Outcome};
use crate::population::{PopulationAbove, SessionPopulation};
use crate::scenario::LevelLine;
use crate::table::{TEXT_WIDTH, Table, TableColumn, paragraph};
use crate::units::{significant, tidy};
use serde::Serialize;
use serde_json::{Value, json};

/// Time of one arm at or above the level.
#[derive(Debug, Serialize)]
pub(super) struct LevelJson {
    ng_ml: f64,
    /// Null for a range, which has no single time.
    minutes: Option<f64>,
    stretches_min: Option<Vec<[f64; 2]>>,
    still_above: Option<bool>,
    /// Null for a line.
    ends: Option<Ends>,
    other_models: Vec<OtherAbove>,
}

#[derive(Debug, Serialize)]
struct Ends {
    low: Above,
    high: Above,
}

#[derive(Debug, Serialize)]
struct OtherAbove {
    model: String,
    #[serde(flatten)]
    above: Above,
}

#[derive(Debug, Serialize)]
struct Above {
    minutes: f64,
    stretches_min: Vec<[f64; 2]>,
    /// Whether the curve is still above when the simulation ends, so that the true time is longer.
    still_above: bool,
}

impl Above {
    fn new(of: &TimeAbove) -> Self {
        Self {
            minutes: tidy(of.minutes),
            stretches_min: of.stretches.iter().map(|s| s.map(tidy)).collect(),
            still_above: of.still_above,
        }
    }
}

impl LevelJson {
    pub(super) fn new(above: &ArmAbove) -> Self {
        let line = above.line().map(Above::new);
        let ends = above.ends().map(|[low, high]| Ends { low: Above::new(low), high: Above::new(high) });
        let others = above.others.iter().map(|(model, of)| OtherAbove { model: model.clone(), above: Above::new(of) });
        Self {
            ng_ml: tidy(above.level.ng_ml()),
            minutes: line.as_ref().map(|l| l.minutes),
            still_above: line.as_ref().map(|l| l.still_above),
            stretches_min: line.map(|l| l.stretches_min),
            ends,
            other_models: others.collect(),
        }
    }
}

/// Names of the columns that a level adds to a table of arms.
pub(super) fn columns() -> [String; 6] {
    let of = |end: &str| {
        let s = crate::analysis::statistics::ABOVE_LEVEL;
        if end.is_empty() { s.column() } else { format!("{}_{end}_{}", s.id, s.unit_id) }
    };
    ["level_ng_ml".to_owned(), of(""), of("first"), of("last"), of("low"), of("high")]
}

/// The cells below [`columns`]: the level, the total, from the first to the last minute above, low and high end of a
/// range. Only in the row of the drug given.
pub(super) fn cells(arm: &ArmOutcome, level: LevelLine, analyte: &str) -> [Option<f64>; 6] {
    if analyte != arm.drug {
        return [Some(level.ng_ml()), None, None, None, None, None];
    }
    let above = arm.above(level);
    let line = above.line();
    let (first, last) = (line.and_then(|l| l.stretches.first()), line.and_then(|l| l.stretches.last()));
    let ends = above.ends();
    [
        Some(level.ng_ml()),
        line.map(|l| l.minutes),
        first.map(|s| s[0]),
        last.map(|s| s[1]),
        ends.map(|[low, _]| low.minutes),
        ends.map(|[_, high]| high.minutes),
    ]
}

/// The arms as text. Empty without a level.
pub(super) fn text(outcome: &Outcome) -> String {
    let Some(level) = outcome.level.filter(|_| !outcome.arms.is_empty()) else { return String::new() };
    let mut table = Table::new(vec![
        TableColumn::text("Arm"),
        TableColumn::text("How long"),
        TableColumn::text("When (min)"),
        TableColumn::text("Other models"),
    ]);
    for arm in &outcome.arms {
        let words = LevelWords::new(&arm.above(level));
        let others = words.others.map_or("–".to_owned(), |[span, each]| format!("{span} ({each})"));
        table.push([arm.label.clone(), words.minutes, words.when, others]);
    }
    let note = format!("From {}, up to the end of the simulation. {LEVEL_NOTE}", outcome.counted_from());
    let heading = heading(level);
    format!("{heading}\n{}{}\n", table.to_text(TEXT_WIDTH), paragraph("", &note, TEXT_WIDTH))
}

fn heading(level: LevelLine) -> String {
    format!("Time at or above your level, {} ng/mL", significant(level.ng_ml(), 4))
}

/// How many people reach the level, and for how long; null without a level.
pub(super) fn people_json(above: Option<&PopulationAbove>) -> Value {
    above.map_or(Value::Null, |a| {
        json!({
            "ng_ml": tidy(a.level.ng_ml()), "share_reaching": tidy(a.share_reaching),
            "minutes": a.minutes.map(tidy), "share_still_above": tidy(a.share_still_above),
        })
    })
}

/// The same for the first session of every arm, by label. Empty without a level.
pub(super) fn people_text(firsts: &[(&str, &SessionPopulation)]) -> String {
    let mut table = Table::new(vec![
        TableColumn::text("Arm"),
        TableColumn::numbers("Reach it"),
        TableColumn::text("How long (min)"),
        TableColumn::numbers("Still above at the end"),
    ]);
    let mut level = None;
    for (label, session) in firsts {
        for counted in &session.counts {
            let Some(above) = &counted.above_level else { continue };
            level = Some(above.level);
            let name = if counted.end.is_empty() { (*label).to_owned() } else { format!("{label}, {}", counted.end) };
            let of = |share: f64| {
                let (n, base) = crate::population::of_people([100.0 * share; 2], session.people());
                format!("{n} of {base}")
            };
            let [low, middle, high] = above.minutes.map(|m| format!("{m:.0}"));
            let minutes = format!("{low} to {high} ({middle})");
            table.push([name, of(above.share_reaching), minutes, of(above.share_still_above)]);
        }
    }
    let Some(level) = level else { return String::new() };
    let note = format!(
        "10th to 90th percentile with the 50th in brackets, over all made-up people: who never reaches it counts as 0. \
         Plasma, from the first dose of the first session to the end of the simulation. {LEVEL_NOTE}"
    );
    format!("{}\n{}{}\n", heading(level), table.to_text(TEXT_WIDTH), paragraph("", &note, TEXT_WIDTH))
}
