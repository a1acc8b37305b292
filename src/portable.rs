//! Functions of numbers that are the same to the last bit on every machine: the platform's own `exp`, `ln` and `pow` differ
//! between C libraries, and on some systems between threads.

/// Portable counterparts of the methods of `f64`.
pub trait Portable {
    /// e to the power of it.
    #[must_use]
    fn exp_portable(self) -> f64;
    /// Natural logarithm.
    #[must_use]
    fn ln_portable(self) -> f64;
    /// ln(1 + x), exact where x is small.
    #[must_use]
    fn ln_1p_portable(self) -> f64;
    /// exp(x) - 1, exact where x is small.
    #[must_use]
    fn exp_m1_portable(self) -> f64;
    /// It to the power of another.
    #[must_use]
    fn powf_portable(self, power: f64) -> f64;
    /// Decimal logarithm.
    #[must_use]
    fn log10_portable(self) -> f64;
    /// Logarithm to the base of 2.
    #[must_use]
    fn log2_portable(self) -> f64;
}

impl Portable for f64 {
    #[inline]
    fn exp_portable(self) -> f64 {
        libm::exp(self)
    }

    #[inline]
    fn ln_portable(self) -> f64 {
        libm::log(self)
    }

    fn ln_1p_portable(self) -> f64 {
        libm::log1p(self)
    }

    fn exp_m1_portable(self) -> f64 {
        libm::expm1(self)
    }

    fn powf_portable(self, power: f64) -> f64 {
        libm::pow(self, power)
    }

    fn log10_portable(self) -> f64 {
        libm::log10(self)
    }

    fn log2_portable(self) -> f64 {
        libm::log2(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Portable;

    /// Within two roundings of the machine's own.
    #[test]
    fn they_are_the_functions_that_they_are_named_after() {
        let near = |a: f64, b: f64| (a - b).abs() <= 2.0 * f64::EPSILON * b.abs();
        for k in 1..2_000 {
            let x = 0.01 * f64::from(k);
            assert!(near(x.exp_portable(), x.exp()) && near((-x).exp_portable(), (-x).exp()));
            assert!(near(x.ln_portable(), x.ln()) && near(x.log10_portable(), x.log10()));
            assert!(near(x.log2_portable(), x.log2()) && near(x.ln_1p_portable(), x.ln_1p()));
            assert!(near(x.exp_m1_portable(), x.exp_m1()) && near(x.powf_portable(0.75), x.powf(0.75)));
        }
    }
}
