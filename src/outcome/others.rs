//! What the other models of the same drug and routes say, and why they may differ.

use super::runner::{Runner, Solved};
use super::{ArmOutcome, OtherModel};
use crate::error::Result;
use crate::library::Effects;
use crate::model::Model;
use crate::regimen::Route;
use crate::sim::Session;
use crate::units::{MINUTES_PER_HOUR, NG_ML_PER_MG_L, significant};
use std::collections::BTreeMap;

/// Curves closer than this share of their peak are the same.
const SAME: f64 = 1e-6;

impl Runner<'_> {
    /// Every other model that has the routes and was made for such a person; one that refuses the arm, or
    /// gives the same curve, is left out.
    pub(super) fn others(
        &self,
        model: &Model,
        routes: &[Route],
        plain: &Solved,
        first: &Session,
    ) -> Result<Vec<OtherModel>> {
        let subject = &self.subject;
        let Some(own) = plain.curve(&model.drug, model.estimated_from)? else { return Ok(Vec::new()) };
        let fits = |m: &&Model| m.id != model.id && m.drug == model.drug && m.fits(routes, subject);
        let mut list = Vec::new();
        for other in self.library.models().filter(fits) {
            let Ok(solved) = self.solve(other, other.estimated_from, &BTreeMap::new()) else { continue };
            let Some(curve) = solved.curve(&other.drug, other.estimated_from)? else { continue };
            let exposure = curve.exposure;
            let near = |a: f64, b: f64| (a - b).abs() <= SAME * b.abs();
            let same = near(exposure.cmax, own.exposure.cmax)
                && exposure.auc_inf.zip(own.exposure.auc_inf).is_none_or(|(a, b)| near(a, b))
                && near(exposure.auc_shown, own.exposure.auc_shown);
            if same && other.disposition == model.disposition {
                continue;
            }
            list.push(OtherModel {
                model: other.id.clone(),
                site: other.estimated_from,
                times: solved.profile().times[..curve.values.len()].to_vec(),
                values: curve.values,
                solution: curve.solution,
                peak: [exposure.cmax * NG_ML_PER_MG_L, exposure.tmax * MINUTES_PER_HOUR],
                above_until: self.above_until(other, first),
                why: why(model, other),
            });
        }
        Ok(list)
    }
}

/// Reasons for a gap that the two files show: site, people, where the numbers come from.
fn why(model: &Model, other: &Model) -> Vec<String> {
    let mut list = Vec::new();
    if other.estimated_from != model.estimated_from {
        list.push(format!("{} (chosen: {})", other.estimated_from.words(), model.estimated_from.words()));
    }
    if let (Some(theirs), Some(ours)) = (&other.group, &model.group)
        && theirs != ours
    {
        list.push(format!("{theirs} (chosen: {ours})"));
    }
    if other.disposition == model.disposition {
        list.push("same disposition, another absorption".to_owned());
    } else if other.composite != model.composite {
        let which = if other.composite { "it" } else { "the chosen one" };
        list.push(format!("{which} is a composite"));
    }
    if !other.uses_weight() && model.uses_weight() {
        list.push("body weight does not change it".to_owned());
    }
    list
}

/// "below 100 ng/mL between 44 and 58 min, by model", over the chosen model and those of other dispositions.
pub(super) fn below_level(arm: &ArmOutcome, own: Option<f64>, effects: &Effects) -> Option<String> {
    let level = effects.dissociative(&arm.drug)?.ng_ml();
    let mut ends = vec![own];
    ends.extend(arm.others.iter().map(|o| o.above_until));
    if ends.len() < 2 {
        return None;
    }
    let never = ends.iter().filter(|e| e.is_none()).count();
    let reached: Vec<f64> = ends.into_iter().flatten().collect();
    let level = significant(level, 3);
    let some =
        if never > 0 { format!("; {never} of {} models never reach it", never + reached.len()) } else { String::new() };
    let low = reached.iter().copied().fold(f64::INFINITY, f64::min);
    let high = reached.iter().copied().fold(0.0, f64::max);
    match reached.len() {
        0 => Some(format!("no model reaches {level} ng/mL")),
        1 => Some(format!("below {level} ng/mL from {low:.0} min{some}")),
        _ => Some(format!("below {level} ng/mL between {low:.0} and {high:.0} min, by model{some}")),
    }
}
