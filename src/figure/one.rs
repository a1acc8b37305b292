//! The figure of a single arm, in the colour and dash it has among the others.

use super::{Figure, Role, View, roles};
use crate::library::Library;
use crate::outcome::Outcome;

/// The picture of the arm with this index in the scenario; `None` when it is not in the outcome.
pub fn of_arm(outcome: &Outcome, index: usize, view: &View, library: &Library) -> Option<Figure> {
    let place = outcome.arms.iter().position(|a| a.index == index)?;
    let role = roles(&outcome.arms)[place];
    // what stands behind a curve is told without a line of the user's own
    let alone = Outcome { arms: vec![outcome.arms[place].clone()], level: None, ..outcome.clone() };
    Some(Figure::new(&alone, view, library, &[]).with_role(role))
}

impl Figure {
    /// Gives everything in the figure the role of one arm.
    #[must_use]
    pub fn with_role(mut self, role: Role) -> Self {
        for panel in &mut self.panels {
            let lines = panel.lines.iter_mut().chain(&mut panel.behind);
            lines
                .map(|l| &mut l.role)
                .chain(panel.bands.iter_mut().map(|b| &mut b.role))
                .chain(panel.ribbons.iter_mut().map(|r| &mut r.role))
                .for_each(|r| *r = role);
        }
        self.strips.iter_mut().for_each(|s| s.role = role);
        self.legend.iter_mut().for_each(|l| l.role = role);
        self
    }
}
