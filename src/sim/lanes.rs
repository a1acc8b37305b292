//! SIMD lanes: sixteen subjects side by side: the arithmetic of one step, written so that wide instructions can be used.
//!
//! [`wide`] picks the widest instructions of the machine at run time (through `pulp`, without unsafe code of
//! ours). All arithmetic is f64, and no multiply-add is fused: the last bits would differ between processors that have such an
//! instruction and those that have not, and leaving it out costs less than can be measured.

use crate::model::formulas::Value;

/// Subjects computed side by side.
pub const LANES: usize = 16;

/// One number for each of them.
pub type Lane = [f64; LANES];

impl Value for Lane {
    fn splat(value: f64) -> Self {
        [value; LANES]
    }

    #[inline(always)]
    fn each(&self, f: impl Fn(f64) -> f64) -> Self {
        map(self, f)
    }

    #[inline(always)]
    fn each2(&self, other: &Self, f: impl Fn(f64, f64) -> f64) -> Self {
        map2(self, other, f)
    }
}

/// Subjects whose numbers fit into one register.
pub const PART: usize = 4;
/// One number for each of them.
pub type Part = [f64; PART];
/// Parts of [`LANES`] subjects.
pub const PARTS: usize = LANES / PART;

/// The same number for everybody.
pub const fn splat(value: f64) -> Lane {
    [value; LANES]
}

/// c += a * b.
#[inline(always)]
pub fn add_product(c: &mut Lane, a: &Lane, b: &Lane) {
    for l in 0..LANES {
        c[l] += a[l] * b[l];
    }
}

/// Entry by entry.
#[inline(always)]
pub fn map(a: &Lane, f: impl Fn(f64) -> f64) -> Lane {
    std::array::from_fn(|l| f(a[l]))
}

/// Entry by entry over two.
#[inline(always)]
pub fn map2(a: &Lane, b: &Lane, f: impl Fn(f64, f64) -> f64) -> Lane {
    std::array::from_fn(|l| f(a[l], b[l]))
}

/// The larger of two, neither of which is NaN: one instruction, where `f64::max` has several.
#[inline(always)]
pub fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// Largest entry.
#[inline(always)]
pub fn largest(a: &Lane) -> f64 {
    a.iter().copied().fold(f64::NEG_INFINITY, larger)
}

/// Coefficients 1/k! of a series to the 13th power.
pub const SERIES: [f64; 14] = {
    let mut c = [1.0; 14];
    let mut k = 1;
    while k < 14 {
        c[k] = c[k - 1] / k as f64;
        k += 1;
    }
    c
};

/// e to the power of each, of which none is above 700; below -700 hardly anything is left, and nothing is given.
///
/// The power of 2 is split off and the rest is a series, as libm does it: this one runs side by side.
#[inline(always)]
pub fn exp(x: &Lane) -> Lane {
    /// Added, it leaves the nearest whole number in the last digits.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    /// ln 2 in two parts, of which the first has few enough digits for exact products.
    const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
    const ONE: u64 = 1.0_f64.to_bits();
    let mut power = splat(0.0);
    for (power, &x) in power.iter_mut().zip(x) {
        let within = larger(x, -700.0);
        let shifted = within * std::f64::consts::LOG2_E + WHOLE;
        let whole = shifted - WHOLE;
        let rest = whole * -LN_2[1] + (whole * -LN_2[0] + within);
        let mut sum = SERIES[13];
        for k in (0..13).rev() {
            sum = sum * rest + SERIES[k];
        }
        let twos = f64::from_bits((shifted.to_bits() << 52).wrapping_add(ONE));
        *power = if x < -700.0 { 0.0 } else { sum * twos };
    }
    power
}

/// Work that is compiled for several instruction sets; `run` is `#[inline(always)]`.
pub trait Work {
    /// Result.
    type Out;
    /// Does it.
    fn run(self) -> Self::Out;
}

/// Runs `work` with the widest instructions that the machine has.
pub fn wide<W: Work>(work: W) -> W::Out {
    #[cfg(target_arch = "x86_64")]
    if let Some(v3) = pulp::x86::V3::try_new() {
        return v3.vectorize(
            #[inline(always)]
            || work.run(),
        );
    }
    work.run()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portable::Portable as _;

    /// Within two roundings of libm, which is itself within one.
    #[test]
    fn powers_are_those_of_libm() {
        for k in 0..40_000 {
            let x = splat(100.0 - 0.02 * f64::from(k));
            let (power, libm) = (exp(&x)[k as usize % LANES], x[0].exp_portable());
            let close = (power - libm).abs() <= 2.0 * f64::EPSILON * libm;
            assert!(if x[0] < -700.0 { power == 0.0 } else { close }, "{}: {power} and {libm}", x[0]);
        }
        assert_eq!(exp(&splat(0.0)), splat(1.0));
        assert_eq!(exp(&splat(f64::NEG_INFINITY)), splat(0.0));
    }

    struct Powers(Lane);

    impl Work for Powers {
        type Out = Lane;

        #[inline(always)]
        fn run(self) -> Lane {
            let mut sum = exp(&self.0);
            add_product(&mut sum, &self.0, &exp(&self.0.map(|v| -v)));
            sum
        }
    }

    /// The last bit does not depend on the instructions that a machine has.
    #[test]
    fn wide_and_plain_instructions_give_the_same_bits() {
        for k in 0..2_000 {
            let x: Lane = std::array::from_fn(|l| 0.013 * f64::from(k) - 0.7 * l as f64);
            assert_eq!(wide(Powers(x)).map(f64::to_bits), Powers(x).run().map(f64::to_bits));
        }
    }
}
