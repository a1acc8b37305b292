//! `ketasim compare`: what becomes of the same drug by several routes.

use super::args::CompareOptions;
use super::json::Comparison;
use super::{Given, level, out, picture, report};
use crate::analysis::statistics::{ABOVE_LEVEL, AUC_INF, CMAX, Statistic, of_curve};
use crate::error::{Error, Result};
use crate::export::{Format, render, render_references};
use crate::figure::{Figure, References, View};
use crate::files;
use crate::library::Library;
use crate::outcome::{ArmOutcome, Curve, Options, Outcome};
use crate::table::{Table, TableColumn};
use crate::units::{MINUTES_PER_HOUR, tidy};
use std::path::Path;

/// Runs the scenario and prints it as asked.
///
/// # Errors
/// When the scenario is refused, or something cannot be read or written.
pub fn run(options: &CompareOptions, library: &Library) -> Result<()> {
    // what cannot be written is said before anything is read
    outputs(options)?;
    let given = Given::read(options.file.as_deref(), library)?.with_level(options.level);
    show(&given, options, library)
}

/// As [`run`], of a scenario that was read before.
///
/// # Errors
/// As [`run`].
pub fn show(given: &Given, options: &CompareOptions, library: &Library) -> Result<()> {
    let (plot, text) = outputs(options)?;
    #[expect(clippy::disallowed_methods, reason = "the command tells how long it took")]
    let started = std::time::Instant::now();
    let outcome = given.run(library, Options::default())?;
    let elapsed_ms = options.timing.then(|| started.elapsed().as_secs_f64() * 1e3);
    if options.json {
        out::print_json(&Comparison::new(&outcome, given.not_run(), elapsed_ms))?;
    } else if options.csv {
        out::print(&if options.parameters { parameters(&outcome) } else { csv(&outcome) }.to_csv())?;
    } else if text {
        out::print(&report::text(&outcome, &given.not_run()))?;
    }
    if let Some((path, format)) = plot {
        out::write(path, &plot_bytes(&outcome, library, format)?)?;
    }
    if let Some(path) = &options.references {
        out::write(path, &render_references(&References::new(&outcome, library))?)?;
    }
    Ok(())
}

/// The picture asked for and its kind, and whether standard output is free for the text.
fn outputs(options: &CompareOptions) -> Result<(Option<(&Path, Format)>, bool)> {
    let plot = options.plot.as_deref().map(|path| Ok((path, picture("--plot", path)?))).transpose()?;
    options.references.as_deref().map_or(Ok(()), pdf_only)?;
    let references = ("--references", options.references.as_deref());
    let taken = out::standard(&[references], &[("--json", options.json), ("--csv", options.csv)])?;
    Ok((plot, taken.is_none()))
}

/// References are pages: no other kind of file holds several.
fn pdf_only(path: &Path) -> Result<()> {
    if out::is_standard(path) || Format::from_path(&path.to_string_lossy()) == Ok(Format::Pdf) {
        return Ok(());
    }
    Err(Error::input(format!("--references: pages cannot be written as {}", files::shown(path)))
        .remedy("write a path ending in .pdf"))
}

/// The figure as a file: the same that the screen shows, without what programmes say.
fn plot_bytes(outcome: &Outcome, library: &Library, format: Format) -> Result<Vec<u8>> {
    let view = View { programmes: false, ..View::default() };
    render(&Figure::new(outcome, &view, library, &[]), format)
}

/// One row for each statistic of each curve, with its code; the ends of a range are curves.
fn parameters(outcome: &Outcome) -> Table {
    let words = ["arm", "drug", "model", "site", "analyte", "end", "parameter", "pkparmcd"];
    let columns =
        words.map(TableColumn::text).into_iter().chain([TableColumn::numbers("value"), TableColumn::text("unit")]);
    let mut table = Table::new(columns.collect());
    for arm in &outcome.arms {
        let curves: Vec<(&str, &[Curve])> = match &arm.range {
            Some(range) => vec![("low end", &range.low.curves), ("high end", &range.high.curves)],
            None => vec![("", &arm.curves)],
        };
        for (end, curve) in curves.into_iter().flat_map(|(end, list)| list.iter().map(move |c| (end, c))) {
            for s in of_curve() {
                let site = curve.site.id();
                let cells = [&arm.label, &arm.drug, &arm.model, site, &curve.analyte, end, s.id, s.cdisc.unwrap_or("")];
                table
                    .push(cells.map(str::to_owned).into_iter().chain([cell(s.of(&curve.exposure)), s.unit.to_owned()]));
            }
            if let Some(level) = outcome.level.filter(|_| curve.analyte == arm.drug) {
                let s = ABOVE_LEVEL;
                let value = cell(s.beside(&curve.above(level)));
                let words = [&arm.label, &arm.drug, &arm.model, curve.site.id(), &curve.analyte, end, s.id, ""];
                table.push(words.map(str::to_owned).into_iter().chain([value, s.unit.to_owned()]));
            }
        }
    }
    table
}

/// One row for each arm and analyte; columns that belong to the arm are filled on each of its rows.
fn csv(outcome: &Outcome) -> Table {
    let words = ["arm", "drug", "model", "site", "analyte"];
    let of_arm = ["dose_mg_base", "dose_mg_per_kg", "bioavailability_fraction"];
    let ends_of_share = ["bioavailability_low_fraction", "bioavailability_high_fraction"];
    let of_ends =
        [CMAX, AUC_INF].into_iter().flat_map(|s| ["low", "high"].map(|e| format!("{}_{e}_{}", s.id, s.unit_id)));
    let windows = [
        "onset_p10_min",
        "onset_p50_min",
        "onset_p90_min",
        "peak_p10_min",
        "peak_p50_min",
        "peak_p90_min",
        "main_effects_end_p10_min",
        "main_effects_end_p50_min",
        "main_effects_end_p90_min",
        "windows_from_min",
        "sessions",
        "weight_kg",
        "age_y",
    ];
    let numbers = (of_arm.map(str::to_owned).into_iter())
        .chain(of_curve().map(Statistic::column))
        .chain(ends_of_share.map(str::to_owned))
        .chain(of_ends)
        .chain(windows.map(str::to_owned))
        .chain(outcome.level.into_iter().flat_map(|_| level::columns()));
    let mut table =
        Table::new(words.map(TableColumn::text).into_iter().chain(numbers.map(TableColumn::numbers)).collect());
    for arm in &outcome.arms {
        for curve in &arm.curves {
            let names =
                [&arm.label, &arm.drug, &arm.model, &arm.site.id().to_owned(), &curve.analyte].map(Clone::clone);
            let per_kg = arm.dose_mg / arm.subject.weight.kg();
            let mut cells = vec![Some(arm.dose_mg), Some(per_kg), arm.bioavailability];
            cells.extend(of_curve().map(|s| s.of(&curve.exposure)));
            cells.extend(ends(arm, &curve.analyte));
            let w = arm.windows();
            cells.extend([w.onset, w.peak, w.main_effects_end].iter().flat_map(|p| percentiles(*p)));
            cells.extend([Some(arm.first_dose() * MINUTES_PER_HOUR), Some(arm.sessions.len() as f64)]);
            cells.extend([Some(arm.subject.weight.kg()), Some(arm.subject.age.years())]);
            cells.extend(outcome.level.into_iter().flat_map(|level| level::cells(arm, level, &curve.analyte)));
            table.push(names.into_iter().chain(cells.into_iter().map(cell)));
        }
    }
    table
}

fn ends(arm: &ArmOutcome, analyte: &str) -> [Option<f64>; 6] {
    let Some(range) = &arm.range else { return [None; 6] };
    let of =
        |curves: &[Curve], s: Statistic| curves.iter().find(|c| c.analyte == analyte).and_then(|c| s.of(&c.exposure));
    let (low, high) = (&range.low, &range.high);
    [
        low.bioavailability,
        high.bioavailability,
        of(&low.curves, CMAX),
        of(&high.curves, CMAX),
        of(&low.curves, AUC_INF),
        of(&high.curves, AUC_INF),
    ]
}

fn percentiles(window: Option<[f64; 3]>) -> [Option<f64>; 3] {
    window.map_or([None; 3], |w| w.map(Some))
}

fn cell(value: Option<f64>) -> String {
    value.filter(|v| v.is_finite()).map_or(String::new(), |v| tidy(v).to_string())
}
