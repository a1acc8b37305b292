//! The exact step of a linear system.
//!
//! With constant inputs u the step is the exponential of the block matrix [K B; 0 0] (Van Loan
//! 1978): transition and input integral at once. No eigenvalues are compared, so equal rates need
//! no special case.

use nalgebra::{DMatrix, DVector};
use std::collections::HashMap;

/// Steps of the augmented system z = (states, inputs), cached by their length.
#[derive(Debug)]
pub struct ExactStepper<'a> {
    generator: &'a DMatrix<f64>,
    cache: HashMap<u64, DMatrix<f64>>,
}

impl<'a> ExactStepper<'a> {
    /// A stepper for z' = G z.
    pub fn new(generator: &'a DMatrix<f64>) -> Self {
        Self { generator, cache: HashMap::new() }
    }

    /// z after `dt` hours.
    pub fn step(&mut self, z: &DVector<f64>, dt: f64) -> DVector<f64> {
        // lengths that differ only by rounding (1e-12 h) share one matrix
        let key = |dt: f64| (dt * 1e12).round().to_bits();
        let generator = self.generator;
        // spacings of points double again and again: twice a known step is its square
        let twice = self.cache.get(&key(dt / 2.0)).map(|half| half * half);
        let step = self.cache.entry(key(dt)).or_insert_with(|| twice.unwrap_or_else(|| (generator * dt).exp()));
        &*step * z
    }
}

/// Beyond this many sub-steps the matrix exponential is cheaper: rates of 1e9/h must not hang.
const MOST_PARTS: f64 = 200.0;

/// exp(G dt) z by Taylor series on short sub-steps: cheap where a single value is wanted.
pub fn advance(generator: &DMatrix<f64>, z: &DVector<f64>, dt: f64) -> DVector<f64> {
    let norm = generator.column_iter().map(|c| c.iter().map(|v| v.abs()).sum::<f64>()).fold(0.0, f64::max) * dt;
    let parts = norm.ceil().max(1.0);
    if parts > MOST_PARTS {
        return (generator * dt).exp() * z;
    }
    let h = dt / parts;
    let mut z = z.clone();
    for _ in 0..parts as usize {
        let mut term = z.clone();
        for k in 1..40 {
            term = generator * term * (h / f64::from(k));
            z += &term;
            if term.amax() <= f64::EPSILON * z.amax() * 1e-2 {
                break;
            }
        }
    }
    z
}
