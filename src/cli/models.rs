//! `ketasim models`: the library, one model with every number, a verdict on a model file.

use super::models_json::{ModelJson, ModelListJson};
use super::out;
use crate::error::Result;
use crate::files;
use crate::library::Library;
use crate::model::{Grade, Model};
use crate::scenario::LARGEST_FILE;
use crate::table::{TEXT_WIDTH, Table, TableColumn, paragraph};
use crate::units::number;
use std::path::Path;

/// Lists all models.
///
/// # Errors
/// When the list cannot be written.
pub fn list(library: &Library, json: bool) -> Result<()> {
    if json {
        return out::print_json(&ModelListJson::new(library));
    }
    let mut table = Table::new(vec![
        TableColumn::text("Id"),
        TableColumn::text("Drug"),
        TableColumn::text("Routes"),
        TableColumn::text("Plasma"),
        TableColumn::numbers("Numbers"),
        TableColumn::text("Worst grade"),
    ]);
    for model in library.models() {
        let routes: Vec<String> = model
            .routes
            .keys()
            .map(|r| format!("{r}{}", if model.default_for.contains(r) { "*" } else { "" }))
            .collect();
        table.push([
            model.id.clone(),
            model.drug.clone(),
            if model.incomplete.is_some() { "incomplete".to_owned() } else { routes.join(", ") },
            model.estimated_from.id().to_owned(),
            model.parameters.len().to_string(),
            model.worst_grade().to_string(),
        ]);
    }
    let mut text = table.to_text(TEXT_WIDTH);
    text.push_str("* taken for drug and route when a scenario names no model\n\n");
    text.push_str(&grades());
    out::print(&text)
}

/// Shows one model.
///
/// # Errors
/// When there is no such model, or it cannot be written.
pub fn show(library: &Library, id: &str, json: bool) -> Result<()> {
    let model = library.model(id)?;
    if json { out::print_json(&ModelJson::new(model)?) } else { out::print(&text(model)?) }
}

/// Checks a model file as if it were added, and adds it, so that two files of a folder cannot share an id.
///
/// # Errors
/// When the file cannot be read or is refused.
pub fn check(path: &Path, library: &mut Library) -> Result<()> {
    let name = files::shown(path);
    let text = files::read_text(path, LARGEST_FILE)?;
    let id = library.insert_toml(&name, &text)?.id.clone();
    let model = library.model(&id)?;
    // what passes here runs everywhere
    crate::population::trial(model, library).map_err(|e| e.located(&name, &text))?;
    let routes: Vec<String> = model.routes.keys().map(ToString::to_string).collect();
    out::print(&format!(
        "ok: {}, {} parameters, {}, {}, worst grade {} ({name})\n",
        model.id,
        model.parameters.len(),
        model.drug,
        routes.join(" "),
        model.worst_grade()
    ))
}

fn grades() -> String {
    let one = |g: Grade| paragraph(&format!("  {g}  "), g.meaning(), TEXT_WIDTH);
    format!("Grades\n{}", Grade::ALL.map(one).concat())
}

fn text(model: &Model) -> Result<String> {
    let shown = ModelJson::new(model)?;
    let mut text = paragraph("", &model.title, TEXT_WIDTH);
    text.push_str(&format!("{}\n\n", model.id));
    text.push_str(&paragraph("", &model.about, TEXT_WIDTH));
    text.push('\n');
    let mut line = |first: &str, content: &str| text.push_str(&paragraph(first, content, TEXT_WIDTH));
    line("Drug: ", &model.drug);
    line("Estimated from: ", model.estimated_from.words());
    line("Who was studied: ", &model.population);
    if let Some([low, high]) = model.weight {
        line("Body weight: ", &format!("{low} to {high}"));
    }
    if let Some([low, high]) = model.age {
        line("Age: ", &format!("{low} to {high}"));
    }
    if let Some(note) = &model.limits_note {
        line("Limits: ", note);
    }
    for missing in &model.missing {
        line("Missing: ", missing);
    }
    if let Some(why) = &model.incomplete {
        line("Cannot be simulated: ", why);
    }
    text.push_str(&format!("\nParameters\n{}", numbers(shown.parameters())));
    if !shown.reported().is_empty() {
        text.push_str(&format!("\nReported, in no curve\n{}", numbers(shown.reported())));
    }
    text.push_str(&rules(model));
    text.push_str("\nSources\n");
    for source in &model.sources {
        text.push_str(&paragraph(&format!("  {}: ", source.key), &source.to_string(), TEXT_WIDTH));
    }
    text.push('\n');
    text.push_str(&grades());
    Ok(text)
}

fn numbers(list: &[super::models_json::ParameterJson]) -> String {
    let mut table = Table::new(vec![
        TableColumn::text("Name"),
        TableColumn::numbers("Value"),
        TableColumn::text("Unit"),
        TableColumn::text("Grade"),
        TableColumn::text("Source"),
        TableColumn::text("Note"),
    ]);
    for p in list {
        let note: Vec<&str> = p.uncertainty.iter().chain(&p.note).map(String::as_str).collect();
        let [name, unit, grade, source] = [&p.name, &p.unit, &p.grade, &p.source_key].map(Clone::clone);
        table.push([name, number(p.value), unit, grade, source, note.join("; ")]);
    }
    table.to_text(TEXT_WIDTH)
}

/// What is computed from the parameters: formulas, covariates, spread, routes, read-outs, ranges.
fn rules(model: &Model) -> String {
    let mut text = String::new();
    let mut part = |heading: &str, lines: Vec<(String, String)>| {
        if !lines.is_empty() {
            text.push_str(&format!("\n{heading}\n"));
            lines.iter().for_each(|(name, rest)| text.push_str(&paragraph(&format!("  {name}: "), rest, TEXT_WIDTH)));
        }
    };
    let derived =
        |d: &crate::model::Derived| (d.name.clone(), format!("{} in {}, grade {}", d.formula, d.unit, d.grade));
    part("Derived", model.derived.iter().map(derived).collect());
    let effects =
        model.effects.iter().map(|e| (e.on.join(", "), format!("{} ({}, grade {})", e.words(), e.source, e.grade)));
    part("Covariates", effects.collect());
    let spreads =
        model.spreads.iter().map(|s| (s.name.clone(), format!("{}; {}, grade {}", s.words(), s.source, s.grade)));
    part("Spread", spreads.collect());
    let correlations = model
        .correlations
        .iter()
        .map(|c| (c.between.join(" and "), format!("r {} ({}, grade {})", number(c.r), c.source, c.grade)));
    part("Correlations", correlations.collect());
    part("Routes", model.routes.iter().map(|(r, m)| (r.to_string(), m.assumption.clone())).collect());
    let outputs = model.outputs.iter().map(|o| {
        let note = o.note.as_ref().map_or(String::new(), |n| format!(" ({n})"));
        (o.analyte.clone(), format!("{}{note}", o.site.words()))
    });
    part("Read-outs", outputs.collect());
    let ranges = model.ranges.iter().map(|r| {
        let above = r.above.map_or(String::new(), |a| format!(" above {a}"));
        (format!("{}{above}", r.route), format!("from \"{}\" to \"{}\": {}", r.low.label, r.high.label, r.note))
    });
    part("Ranges instead of lines", ranges.collect());
    text
}
