//! The arms that "Add a route" offers: those that ship, and one for each further route of a loaded model.

use crate::error::Result;
use crate::library::Library;
use crate::scenario::{Scenario, StudyArm};

/// The arms that can be added. A route that no shipped arm has is offered where a loaded model has it. Its amount is
/// that of the first shipped arm of the model's drug.
///
/// # Errors
/// When the shipped arms cannot be read, which tests exclude.
pub fn offered(library: &Library) -> Result<Vec<StudyArm>> {
    let shipped = Scenario::from_toml("assets/scenarios/arms.toml", Scenario::ARMS, library)?.arms;
    let known: Vec<_> = shipped.iter().flat_map(StudyArm::routes).collect();
    let mut list = shipped.clone();
    for model in library.models().filter(|m| m.incomplete.is_none()) {
        for route in model.routes.keys().filter(|r| !known.contains(r)) {
            let there = list.iter().any(|a| a.drug == model.drug && a.routes() == [*route]);
            let Some(like) = shipped.iter().find(|a| a.drug == model.drug && !there) else { continue };
            let label = route.to_string();
            let taken = list.iter().any(|a| a.label == label);
            list.push(StudyArm {
                label: if taken { format!("{label} {}", model.drug) } else { label },
                model: library.default_for(&model.drug, *route).is_none().then(|| model.id.clone()),
                doses: like.doses.iter().take(1).map(|d| d.clone().moved_to(*route)).collect(),
                ..like.clone()
            });
        }
    }
    Ok(list)
}
