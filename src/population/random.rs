//! Random numbers by subject and seed, the same on every machine.

use rand_distr::{Distribution as _, StandardNormal};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

/// Random numbers of one person; `try_` counts draws that were impossible.
pub(super) fn generator(seed: u64, stream: u64, person: usize, attempt: u64) -> Pcg64 {
    // without mixing, neighbours would lie on a lattice: all their draws would be related
    let key = mixed(seed.wrapping_add(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(person as u64 + 1)));
    let low = mixed(key ^ stream ^ attempt.wrapping_mul(0xD134_2543_DE82_EF95));
    let mut rng = Pcg64::new((u128::from(key) << 64) | u128::from(low), u128::from(stream) << 1 | 1);
    rng.next_u64();
    rng
}

/// Every bit of the result depends on every bit of the number (the end of splitmix64).
fn mixed(number: u64) -> u64 {
    let x = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A number for a name, the same on every machine (FNV-1a).
pub(super) fn stream_of(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3))
}

/// Evenly between 0 and 1.
pub(super) fn uniform(rng: &mut Pcg64) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Standard normal.
pub(super) fn normal(rng: &mut Pcg64) -> f64 {
    StandardNormal.sample(rng)
}
