//! The picture of one measured arm: its points over curve and range, other models thin behind.

use super::{Figure, PointSet, View};
use crate::error::Result;
use crate::evidence::{Arm, Rules, Study};
use crate::library::Library;
use crate::outcome::Options;

/// The picture of an arm; `None` for one that cannot be scored or has no point.
///
/// # Errors
/// When the rules name a model that the library has not.
pub fn of_study(arm: &Arm, rules: &Rules, library: &Library) -> Result<Option<Figure>> {
    let Ok(study) = Study::read(arm, library) else { return Ok(None) };
    let (points, Some(choice)) = (study.points(), rules.choice(&study)) else { return Ok(None) };
    let model = library.model(&choice.model)?;
    let site = study.site.unwrap_or(model.estimated_from);
    let scenario = study.scenario(&format!("{}, measured and by {}", arm.id, model.id), model, site);
    if points.is_empty() || scenario.check(library).is_err() {
        return Ok(None);
    }
    let outcome = scenario.run(library, Options::default())?;
    let view = View { log: true, metabolites: study.metabolite, strips: false, models: true, ..View::default() };
    let set = PointSet { label: arm.id.clone(), analyte: Some(study.analyte.clone()), points };
    let mut figure = Figure::new(&outcome, &view, library, &[set]);
    figure.footer.insert(0, format!("Measured: {}.", arm.citation()));
    if !study.assumed.is_empty() {
        figure.footer.push(format!("Taken for granted of the study (E): {}.", study.assumed.join("; ")));
    }
    Ok(Some(figure))
}
