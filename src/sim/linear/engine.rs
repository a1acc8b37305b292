//! The structure of one arm's system and, where it has one, the structure of its modes.

use super::eigenmodes::Modes;
use super::matrix_exponential::Kernel;
use crate::sim::System;
use std::sync::Arc;

/// What is made ready once for an arm, for any number of subjects.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    /// Which entries the matrices of a subject have.
    pub kernel: Arc<Kernel>,
    /// The same as a sum of modes; `None` where the structure has none.
    pub modes: Option<Modes>,
}

impl Engine {
    /// As [`Kernel::new`].
    pub fn new(system: &System, outputs: &[usize], dosed: (&[usize], &[usize]), every: bool) -> Self {
        let kernel = Kernel::new(system, outputs, dosed, every);
        Self { modes: Modes::new(&kernel), kernel: Arc::new(kernel) }
    }
}
