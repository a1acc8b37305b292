//! The numeric step of any system: Dop853 over one segment, never across a cut.
//!
//! `ode_solvers` is used with sparse output only: its dense output can return a wrong last value.
//! The end point is asserted, and the tolerances are tight because this checks the exact step.
//!
//! A long segment is crossed in stretches, and each stretch starts from states scaled to 1. The system is
//! linear, so the scale comes back as a factor, and the absolute tolerance stays far below what is left of a dose
//! however long ago it was given. With a tolerance fixed in mg the solver would, weeks after the dose, walk on the
//! edge of its stability and take that for stiffness.

use crate::error::{Error, Result};
use nalgebra::{DMatrix, DVector};
use ode_solvers::dop_shared::OutputType;
use ode_solvers::{Dop853, System};

const RELATIVE: f64 = 1e-11;
/// Of the largest state at the start of a stretch.
const ABSOLUTE: f64 = 1e-17;
/// Longest stretch, h: what a read-out still shows is far above the tolerance at its end.
const STRETCH_H: f64 = 6.0;
/// First try of a step, in multiples of the shortest time of the system.
const FIRST_TRY: f64 = 0.5;
/// Steps in one stretch.
const MOST_STEPS: u32 = 100_000;
/// A stable step spans about so many times the shortest time of the system: the bound that Dop853 itself tests is 6.1.
const STABLE: f64 = 6.0;
/// The step controller of Dop853 as its authors set it.
const SAFETY: f64 = 0.9;
const BETA: f64 = 0.0;
const LEAST_FACTOR: f64 = 0.333;
const MOST_FACTOR: f64 = 6.0;

struct Linear<'a>(&'a DMatrix<f64>);

impl System<f64, DVector<f64>> for Linear<'_> {
    fn system(&self, _time: f64, z: &DVector<f64>, dz: &mut DVector<f64>) {
        self.0.mul_to(z, dz);
    }
}

/// z after `dt` hours of z' = G z.
///
/// # Errors
/// When a rate is too fast to be followed step by step, or the solver gives up or stops short.
pub fn step(generator: &DMatrix<f64>, z: &DVector<f64>, dt: f64) -> Result<DVector<f64>> {
    // no rate of the system is faster than the largest sum of a column
    let fastest = generator.column_iter().map(|c| c.lp_norm(1)).fold(0.0, f64::max);
    let stretches = (dt / STRETCH_H).ceil().max(1.0);
    let length = dt / stretches;
    if fastest * length > STABLE * f64::from(MOST_STEPS) {
        return Err(gave_up(&format!("a rate of {fastest:.0}/h needs too many steps")));
    }
    let mut z = z.clone();
    for _ in 0..stretches as usize {
        z = stretch(generator, &z, length, fastest)?;
    }
    Ok(z)
}

fn stretch(generator: &DMatrix<f64>, z: &DVector<f64>, dt: f64, fastest: f64) -> Result<DVector<f64>> {
    let scale = z.amax();
    if scale < f64::MIN_POSITIVE / ABSOLUTE {
        // nothing is left that a tolerance could be told from
        return Ok(DVector::zeros(z.len()));
    }
    let first = if fastest > 0.0 { dt.min(FIRST_TRY / fastest) } else { dt };
    // the exact step is checked whether or not the solver calls the system stiff, so it is never asked
    let never = u32::MAX;
    let mut solver = Dop853::from_param(
        Linear(generator),
        0.0,
        dt,
        dt,
        z / scale,
        RELATIVE,
        ABSOLUTE,
        SAFETY,
        BETA,
        LEAST_FACTOR,
        MOST_FACTOR,
        dt,
        first,
        MOST_STEPS,
        never,
        OutputType::Sparse,
    );
    solver.integrate().map_err(|e| gave_up(&e.to_string()))?;
    match (solver.x_out().last(), solver.y_out().last()) {
        (Some(&end), Some(z)) if (end - dt).abs() <= 1e-9 * dt => Ok(z * scale),
        _ => Err(gave_up("it stopped before the end of a segment")),
    }
}

fn gave_up(why: &str) -> Error {
    Error::cannot(format!("the numeric solver gave up: {why}")).remedy("use --solver exact, which every model allows")
}
