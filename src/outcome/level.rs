//! Time at or above a level of the user's own, read from the solutions that an outcome keeps: another level needs no
//! other simulation.

use super::{ArmOutcome, Curve};
use crate::analysis::TimeAbove;
use crate::model::Site;
use crate::scenario::LevelLine;
use crate::sim::Followed;
use std::fmt;
use std::sync::Arc;

/// The solution behind a curve.
#[derive(Clone)]
pub struct Solution(Arc<Followed>);

impl Solution {
    pub(super) fn new(followed: Arc<Followed>) -> Self {
        Self(followed)
    }

    /// When an analyte at a site is at or above a level; `None` where the model has no such curve.
    pub(super) fn above(&self, analyte: &str, site: Site, level: LevelLine) -> Option<TimeAbove> {
        let output = self.0.output(analyte, site)?;
        Some(TimeAbove::of(&self.0.profile, output, level.concentration()))
    }
}

/// Without its numbers, which are those of the curve.
impl fmt::Debug for Solution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Solution")
    }
}

/// Time of the drug given at or above a level, in one arm at its own site.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmAbove {
    /// The level.
    pub level: LevelLine,
    /// Of the curve; of a range first the low end, then the high end.
    pub curves: Vec<TimeAbove>,
    /// Highest concentration of each of these, ng/mL.
    pub peaks: Vec<f64>,
    /// Other models of the drug and routes, each at its own site, by id.
    pub others: Vec<(String, TimeAbove)>,
}

impl ArmAbove {
    /// The one curve; `None` for a range.
    pub fn line(&self) -> Option<&TimeAbove> {
        match self.curves.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Low and high end of a range; `None` for a line.
    pub fn ends(&self) -> Option<[&TimeAbove; 2]> {
        match self.curves.as_slice() {
            [low, high] => Some([low, high]),
            _ => None,
        }
    }

    /// Whether the level is reached, in a range at either end.
    pub fn reaches(&self) -> bool {
        self.curves.iter().any(TimeAbove::reaches)
    }
}

impl Curve {
    /// When it is at or above a level.
    pub fn above(&self, level: LevelLine) -> TimeAbove {
        let nothing = || TimeAbove { stretches: Vec::new(), minutes: 0.0, still_above: false };
        self.solution.above(&self.analyte, self.site, level).unwrap_or_else(nothing)
    }
}

impl ArmOutcome {
    /// Time of the drug given at or above a level.
    pub fn above(&self, level: LevelLine) -> ArmAbove {
        let ends = match &self.range {
            Some(range) => vec![&range.low.curves, &range.high.curves],
            None => vec![&self.curves],
        };
        let curves: Vec<&Curve> = ends.into_iter().filter_map(|curves| curves.first()).collect();
        let others = self.others.iter();
        ArmAbove {
            level,
            peaks: curves.iter().map(|c| c.exposure.cmax * crate::units::NG_ML_PER_MG_L).collect(),
            curves: curves.into_iter().map(|c| c.above(level)).collect(),
            others: others
                .filter_map(|o| Some((o.model.clone(), o.solution.above(&self.drug, o.site, level)?)))
                .collect(),
        }
    }
}
