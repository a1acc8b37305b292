//! Sixteen people side by side: the arithmetic of one step, written so that wide instructions can be used.
//!
//! [`wide`] picks the widest instructions of the machine at run time (through `pulp`, without unsafe code of
//! ours). All arithmetic is f64.

/// People computed side by side.
pub const LANES: usize = 16;

/// One number for each of them.
pub type Lane = [f64; LANES];

/// The same number for everybody.
pub const fn splat(value: f64) -> Lane {
    [value; LANES]
}

/// c += a * b, in one rounding where the machine has it.
#[inline(always)]
pub fn add_product<const FMA: bool>(c: &mut Lane, a: &Lane, b: &Lane) {
    for l in 0..LANES {
        c[l] = if FMA { a[l].mul_add(b[l], c[l]) } else { a[l] * b[l] + c[l] };
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

/// Work that is compiled for several instruction sets; `run` is `#[inline(always)]`.
pub trait Work {
    /// Result.
    type Out;
    /// Does it; `FMA` tells whether a fused multiply-add is one instruction.
    fn run<const FMA: bool>(self) -> Self::Out;
}

/// Runs `work` with the widest instructions that the machine has.
pub fn wide<W: Work>(work: W) -> W::Out {
    #[cfg(target_arch = "x86_64")]
    if let Some(v3) = pulp::x86::V3::try_new() {
        return v3.vectorize(
            #[inline(always)]
            || work.run::<true>(),
        );
    }
    work.run::<false>()
}
