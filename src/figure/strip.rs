//! One strip of a figure: when an arm may be noticed, is strongest, fades.

use super::{ProgrammeTimes, Role, Strip, StripPeople, View};
use crate::library::Effects;
use crate::outcome::ArmOutcome;
use crate::people::CrowdOutcome;
use crate::units::{MINUTES_PER_HOUR, Time};

impl Strip {
    /// What stands after the label: the longest of its bars' names.
    pub fn end_words(&self) -> &'static str {
        let bars = self.people.iter().flat_map(|p| &p.bars);
        bars.map(|b| b.end).max_by_key(|end| end.len()).unwrap_or_default()
    }
}

pub(super) fn strip(
    arm: &ArmOutcome,
    role: Role,
    view: &View,
    effects: &Effects,
    crowd: Option<&CrowdOutcome>,
) -> Strip {
    let counted = crowd.and_then(|c| c.arm(arm.index)).filter(|c| c.model == arm.model);
    let w = &arm.windows;
    let ends = |p: Option<[f64; 3]>| p.map(|p| [p[0], p[2]]);
    let programme = effects.programme(role.route).filter(|_| view.programmes).map(|p| {
        // programmes count from the first dose
        let minutes = |t: [Time; 2]| t.map(|t| t.minutes() + arm.first_dose() * MINUTES_PER_HOUR);
        ProgrammeTimes { onset: minutes(p.onset), strongest: minutes(p.strongest), end: minutes(p.experience) }
    });
    Strip {
        label: arm.label.clone(),
        role,
        noticing: ends(w.onset),
        strongest: w.strongest,
        fading: ends(w.main_effects_end),
        caution: effects.caution(&arm.drug).and_then(|c| above(arm, c.band[0].ng_ml())),
        doses: arm.doses.iter().map(|d| [d.start * MINUTES_PER_HOUR, d.end * MINUTES_PER_HOUR]).collect(),
        people: counted.map(|c| StripPeople::new(c, arm.evidence)),
        programme,
    }
}

/// First and last time at which the highest curve drawn is at or above a level, minutes.
fn above(arm: &ArmOutcome, ng_ml: f64) -> Option<[f64; 2]> {
    let curves = arm.range.as_ref().map_or(&arm.curves, |r| &r.high.curves);
    let values = &curves.first()?.values;
    let first = values.iter().position(|v| *v >= ng_ml)?;
    let last = values.iter().rposition(|v| *v >= ng_ml)?;
    Some([arm.times[first] * MINUTES_PER_HOUR, arm.times[last] * MINUTES_PER_HOUR])
}
