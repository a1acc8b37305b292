//! `ketasim models fit`: every number of grade D out of the data it is named after.

use super::out;
use crate::error::{Error, Result};
use crate::evidence::{Derivations, DerivedNumber, Observations, derive};
use crate::library::Library;
use crate::table::{TEXT_WIDTH, Table, TableColumn, paragraph};
use crate::units::significant;

/// Derives and prints; a number that differs from its file is a failure.
///
/// # Errors
/// When there is no such model, a fit fails, or a model file has another number.
pub fn run(library: &Library, id: Option<&str>, json: bool) -> Result<()> {
    id.map(|id| library.model(id)).transpose()?;
    let (derivations, observations) = (Derivations::embedded()?, Observations::embedded()?);
    let mut say = |id: &str| out::note(&format!("fitting {id}"));
    let list = derive(&derivations, &observations, library, id, &mut say)?;
    if json {
        out::print_json(&serde_json::json!({ "derived": list }))?;
    } else {
        out::print(&text(&derivations, &list))?;
    }
    let differ: Vec<String> = list
        .iter()
        .filter(|d| !d.agrees)
        .map(|d| format!("{} of {}: {} for {}", d.name, d.model, d.rounded, d.in_file))
        .collect();
    if differ.is_empty() {
        return Ok(());
    }
    Err(Error::cannot(format!("the model files have other numbers: {}", differ.join("; ")))
        .remedy("write the derived values into the files"))
}

fn text(derivations: &Derivations, list: &[DerivedNumber]) -> String {
    let mut table = Table::new(vec![
        TableColumn::text("Model"),
        TableColumn::text("Number"),
        TableColumn::numbers("Derived"),
        TableColumn::numbers("In file"),
        TableColumn::numbers("95 % interval, or span of sources"),
        TableColumn::text("Unit"),
    ]);
    for d in list {
        let interval = d.interval.map(|v| significant(v, 2)).join(" to ");
        let [model, name, unit, file] = [&d.model, &d.name, &d.unit, &d.in_file].map(Clone::clone);
        table.push([model, name, significant(d.value, 4), file, interval, unit]);
    }
    let mut text = table.to_text(TEXT_WIDTH);
    for fit in &derivations.fit {
        let Some(first) = list.iter().find(|d| d.id == fit.id) else { continue };
        let mut line = |first: &str, rest: &str| text.push_str(&paragraph(first, rest, TEXT_WIDTH));
        line("\n", &format!("{} ({}): {}", fit.id, fit.parameters.join(", "), fit.about));
        line("  Read-out: ", &fit.read_out);
        for t in &first.targets {
            let (observed, predicted) = (significant(t.observed, 3), significant(t.predicted, 3));
            line("  ", &format!("{}, {}: {predicted} for {observed}", t.study, t.what));
        }
        for left in &first.left_out {
            let error = left.gmfe.map_or("too few others remain".to_owned(), |g| format!("GMFE {}", significant(g, 3)));
            line("  Left out: ", &format!("{}: {error}", left.study));
        }
    }
    text
}
