//! The numeric step of any system: Dop853 over one segment, never across a cut.
//!
//! `ode_solvers` is used with sparse output only: its dense output can return a wrong last value.
//! The end point is asserted, and the tolerances are tight because this checks the exact step.

use crate::error::{Error, Result};
use nalgebra::{DMatrix, DVector};
use ode_solvers::dop_shared::OutputType;
use ode_solvers::{Dop853, System};

const RELATIVE: f64 = 1e-11;
/// mg, or mg/L for a delayed read-out; a picogram.
const ABSOLUTE: f64 = 1e-12;

struct Linear<'a>(&'a DMatrix<f64>);

impl System<f64, DVector<f64>> for Linear<'_> {
    fn system(&self, _time: f64, z: &DVector<f64>, dz: &mut DVector<f64>) {
        self.0.mul_to(z, dz);
    }
}

/// z after `dt` hours of z' = G z.
///
/// # Errors
/// When the solver gives up or stops short.
pub fn step(generator: &DMatrix<f64>, z: &DVector<f64>, dt: f64) -> Result<DVector<f64>> {
    let mut solver = Dop853::new(Linear(generator), 0.0, dt, dt, z.clone(), RELATIVE, ABSOLUTE);
    solver.set_output(OutputType::Sparse);
    solver.integrate().map_err(|e| Error::cannot(format!("the numeric solver gave up: {e}")))?;
    match (solver.x_out().last(), solver.y_out().last()) {
        (Some(&end), Some(z)) if (end - dt).abs() <= 1e-9 * dt => Ok(z.clone()),
        _ => Err(Error::cannot("the numeric solver stopped before the end of a segment")
            .remedy("use `--solver exact`, which every model here allows")),
    }
}
