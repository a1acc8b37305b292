//! `ketasim validate`: predicted beside measured.

use super::args::ValidateOptions;
use super::{out, picture};
use crate::error::{Error, Result};
use crate::evidence::{
    Group, Observations, Prediction, Report, Row, ScoringRules, Summary, miss, new_study, score_with,
};
use crate::export::{Format, render, render_agreement};
use crate::figure::Agreement;
use crate::files;
use crate::library::Library;
use crate::table::{TEXT_WIDTH, Table, TableColumn, paragraph};
use crate::units::{number, significant};
use std::path::Path;

/// Largest file of measured arms or curves, bytes.
const LARGEST: usize = 16 << 20;

/// Scores and prints.
///
/// # Errors
/// When a file cannot be read, is refused, or nothing in it can be scored.
pub fn run(options: &ValidateOptions, library: &Library) -> Result<()> {
    // what cannot be written is said before anything is computed
    let plot = options.plot.as_deref().map(|path| Ok((path, picture("--plot", path)?))).transpose()?;
    if options.plots.as_deref().is_some_and(out::is_standard) {
        return Err(Error::input("--plots - is no folder").remedy("write for example --plots validation-plots"));
    }
    let observations = read(options)?;
    let rules = ScoringRules::embedded()?;
    let mut progress = |done: usize, of: usize| {
        if done.is_multiple_of(20) && done > 0 {
            out::note(&format!("{done} of {of} arms"));
        }
    };
    let report = score_with(&observations, &rules, library, &mut progress)?;
    if options.json {
        out::print_json(&report)?;
    } else if options.csv {
        out::print(&table(&report).to_csv())?;
    } else {
        out::print(&text(&report))?;
    }
    if let Some((path, format)) = plot {
        out::write(path, &render_agreement(&Agreement::new(&report), format)?)?;
    }
    if let Some(folder) = &options.plots {
        plots(folder, &observations, &rules, library)?;
    }
    if report.rows.is_empty() {
        return Err(Error::cannot("no arm could be scored").remedy("the reasons stand beside the ids of the arms"));
    }
    Ok(())
}

/// The files named, or the arms that ship with ketasim.
fn read(options: &ValidateOptions) -> Result<Observations> {
    let text = |path: &Path| Ok((files::shown(path), files::read_text(path, LARGEST)?));
    let curves = options.curves.as_deref().map(text).transpose()?;
    let curves = curves.as_ref().map(|(name, text)| (name.as_str(), text.as_str()));
    match (&options.arms, curves) {
        (None, None) => Observations::embedded(),
        (None, Some(_)) => Observations::read(("assets/observed/arms.csv", crate::evidence::ARMS), curves),
        (Some(path), _) => {
            let (name, arms) = text(path)?;
            Observations::read((&name, &arms), curves)
        }
    }
}

/// One picture for each arm that was scored: measured points over curve and range, other models behind.
fn plots(folder: &Path, observations: &Observations, rules: &ScoringRules, library: &Library) -> Result<()> {
    files::make_folder(folder)?;
    let mut count = 0;
    for arm in &observations.arms {
        let Some(figure) = crate::figure::of_study(arm, rules, library)? else { continue };
        let name: String =
            arm.id.chars().map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
        files::write_atomic(&folder.join(format!("{name}.svg")), &render(&figure, Format::Svg)?)?;
        count += 1;
        if count % 10 == 0 {
            out::note(&format!("{count} plots"));
        }
    }
    out::note(&format!("wrote {count} plots to {}", files::shown(folder)));
    Ok(())
}

fn text(report: &Report) -> String {
    let mut text = table(report).to_text(TEXT_WIDTH + 20);
    text.push('\n');
    text.push_str(&routes(report).to_text(TEXT_WIDTH + 20));
    text.push('\n');
    text.push_str(&groups(report).to_text(TEXT_WIDTH + 20));
    text.push('\n');
    text.push_str(&prediction(&report.prediction).to_text(TEXT_WIDTH + 20));
    let mut line = |first: &str, rest: &str| text.push_str(&paragraph(first, rest, TEXT_WIDTH + 20));
    line("\n", &format!("All rows: {}", summary_in_words(&report.summary)));
    line(
        "",
        "GMFE: exp of the mean of |ln(predicted / observed)|. MDPE, MDAPE: median of (observed - predicted) / predicted and of its size. New: studies that the model was neither estimated from nor tuned to.",
    );
    line("\n", "Studies that are new to the models");
    for study in &report.prediction.new_studies {
        line("  ", &new_study(study));
    }
    line("\n", "The worst misses");
    for row in &report.prediction.misses {
        line("  ", &miss(row));
    }
    line("\n", "What has no target");
    for none in &report.prediction.no_target {
        line("  ", &format!("{}: {}", none.what, none.why));
    }
    let far: Vec<&Row> = report.rows.iter().filter(|r| !r.within_2_fold()).collect();
    if !far.is_empty() {
        line("\n", "Beyond 2-fold");
        for row in far {
            let why = if row.unexplained { "not explained" } else { row.note.as_str() };
            line("  ", &format!("{} {}{}: {}; {why}", row.id, row.quantity, at(row), significant(row.ratio, 3)));
        }
    }
    if !report.skipped.is_empty() {
        line("\n", "Not scored");
        for skipped in &report.skipped {
            line("  ", &format!("{}: {}", skipped.id, skipped.why));
        }
    }
    text
}

fn at(row: &Row) -> String {
    row.time_min.map_or(String::new(), |t| format!(" at {} min", number(t)))
}

fn table(report: &Report) -> Table {
    let mut table = Table::new(vec![
        TableColumn::text("id"),
        TableColumn::text("analyte"),
        TableColumn::text("route"),
        TableColumn::text("model"),
        TableColumn::text("site"),
        TableColumn::text("quantity"),
        TableColumn::numbers("observed"),
        TableColumn::numbers("predicted"),
        TableColumn::text("unit"),
        TableColumn::numbers("ratio"),
        TableColumn::text("new"),
    ]);
    for r in &report.rows {
        let [id, analyte, route, model] = [&r.id, &r.analyte, &r.route, &r.model].map(Clone::clone);
        table.push([
            id,
            analyte,
            route,
            model,
            r.site.to_owned(),
            format!("{}{}", r.quantity, at(r)),
            significant(r.observed, 4),
            significant(r.predicted, 4),
            r.unit.to_owned(),
            significant(r.ratio, 3),
            if r.external { "new" } else { "seen" }.to_owned(),
        ]);
    }
    table
}

/// Number of figures, GMFE, share within 2-fold.
fn errors(s: &Summary) -> [String; 3] {
    let gmfe = s.gmfe.map_or("–".to_owned(), |v| significant(v, 3));
    let within = s.within_2_fold.map_or("–".to_owned(), |v| format!("{:.0} %", v * 100.0));
    [s.rows.to_string(), gmfe, within]
}

fn routes(report: &Report) -> Table {
    let mut table = Table::new(vec![
        TableColumn::text("By route"),
        TableColumn::numbers("n"),
        TableColumn::numbers("GMFE"),
        TableColumn::numbers("Within 2-fold"),
        TableColumn::numbers("With metabolites: n"),
        TableColumn::numbers("GMFE"),
        TableColumn::numbers("Within 2-fold"),
    ]);
    for r in &report.routes {
        let name = r.product.as_ref().map_or(r.route.to_uppercase(), |p| format!("{} {p}", r.route.to_uppercase()));
        let cells = [&r.drug, &r.all].map(errors);
        table.push(std::iter::once(name).chain(cells.into_iter().flatten()));
    }
    table
}

fn groups(report: &Report) -> Table {
    let mut table = Table::new(vec![
        TableColumn::text("Drug"),
        TableColumn::text("Route"),
        TableColumn::text("Of"),
        TableColumn::text("Model"),
        TableColumn::numbers("n"),
        TableColumn::numbers("GMFE"),
        TableColumn::numbers("Within 2-fold"),
        TableColumn::numbers("MDPE"),
        TableColumn::numbers("MDAPE"),
        TableColumn::numbers("New: n"),
        TableColumn::numbers("GMFE"),
    ]);
    for Group { drug, route, model, of, all, external } in &report.groups {
        let some = |v: Option<f64>, digits| v.map_or("–".to_owned(), |v| significant(v, digits));
        let percent = |v: Option<f64>| v.map_or("–".to_owned(), |v| format!("{v:.0} %"));
        table.push([
            drug.clone(),
            route.to_uppercase(),
            (*of).to_owned(),
            model.clone(),
            all.rows.to_string(),
            some(all.gmfe, 3),
            percent(all.within_2_fold.map(|w| w * 100.0)),
            percent(all.mdpe),
            percent(all.mdape),
            external.rows.to_string(),
            some(external.gmfe, 3),
        ]);
    }
    table
}

/// How well it predicts, by route and read-out: what was seen by the model and what is new to it.
fn prediction(prediction: &Prediction) -> Table {
    let mut table = Table::new(vec![
        TableColumn::text("How well does it predict"),
        TableColumn::text("Blood drawn from"),
        TableColumn::numbers("New: n"),
        TableColumn::numbers("GMFE"),
        TableColumn::numbers("Within 2-fold"),
        TableColumn::numbers("Seen: n"),
        TableColumn::numbers("GMFE"),
        TableColumn::numbers("Within 2-fold"),
    ]);
    for r in &prediction.rows {
        table.push([r.name(), r.read_out.to_owned()].into_iter().chain(errors(&r.new)).chain(errors(&r.seen)));
    }
    for t in &prediction.totals {
        let all = [t.name().to_owned(), String::new()];
        table.push(all.into_iter().chain(errors(&t.new)).chain(errors(&t.seen)));
    }
    table
}

fn summary_in_words(s: &Summary) -> String {
    let some = |v: Option<f64>| v.map_or("–".to_owned(), |v| significant(v, 3));
    let percent = |v: Option<f64>| v.map_or("–".to_owned(), |v| format!("{v:.0} %"));
    format!(
        "n {}, GMFE {}, within 2-fold {}, MDPE {}, MDAPE {}",
        s.rows,
        some(s.gmfe),
        percent(s.within_2_fold.map(|w| w * 100.0)),
        percent(s.mdpe),
        percent(s.mdape)
    )
}
