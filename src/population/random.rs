//! Random numbers by subject and seed, the same on every machine.

use rand_distr::{Distribution as _, StandardNormal};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

/// The generator of one subject. `attempt` counts the earlier draws of this subject that were impossible.
pub(super) fn generator(seed: u64, stream: u64, person: usize, attempt: u64) -> Pcg64 {
    // without mixing, the draws of neighbouring subjects would lie on a lattice and be correlated
    let key = mixed(seed.wrapping_add(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(person as u64 + 1)));
    let low = mixed(key ^ stream ^ attempt.wrapping_mul(0xD134_2543_DE82_EF95));
    let mut rng = Pcg64::new((u128::from(key) << 64) | u128::from(low), u128::from(stream) << 1 | 1);
    rng.next_u64();
    rng
}

/// Mixes the bits: every bit of the result depends on every bit of the number (the finaliser of splitmix64).
fn mixed(number: u64) -> u64 {
    let x = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A stream number for a name, the same on every machine (FNV-1a hash).
pub(super) fn stream_of(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3))
}

/// A uniform draw from 0 (included) to 1 (excluded).
pub(super) fn uniform(rng: &mut Pcg64) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A standard normal draw.
pub(super) fn normal(rng: &mut Pcg64) -> f64 {
    StandardNormal.sample(rng)
}
