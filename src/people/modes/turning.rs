//! Symmetric matrices of sixteen people turned into their diagonal form.

use super::super::lanes::{LANES, Lane, add_product, largest, map2, splat};

/// Sweeps of rotations at most; the last is the one after the rest is below [`NEARLY`].
const MOST_SWEEPS: usize = 12;
const NEARLY: f64 = 1e-9;
/// Added below a division, so that nothing by nothing is nothing.
const TINY: f64 = 1e-300;

/// Turns a symmetric matrix into its diagonal form, by Jacobi's rotations, and `turned` along; whether it came to that.
#[inline(always)]
pub fn diagonal<const FMA: bool>(s: &mut [Lane], turned: &mut [Lane], m: usize) -> bool {
    for _ in 0..MOST_SWEEPS {
        let (mut off, mut on) = (splat(0.0), splat(0.0));
        for (k, v) in s.iter().enumerate() {
            add_product::<FMA>(if k % (m + 1) == 0 { &mut on } else { &mut off }, v, v);
        }
        let done = largest(&map2(&off, &on, |off, on| off / (on + TINY))) <= NEARLY * NEARLY;
        for p in 0..m {
            for q in p + 1..m {
                rotate(s, turned, m, (p, q));
            }
        }
        if done {
            return true;
        }
    }
    false
}

#[inline(always)]
fn rotate(s: &mut [Lane], turned: &mut [Lane], m: usize, (p, q): (usize, usize)) {
    let (pp, qq, pq) = (p * (m + 1), q * (m + 1), p * m + q);
    let mut cosine = splat(0.0);
    let mut sine = splat(0.0);
    for l in 0..LANES {
        let (apart, both) = (s[qq][l] - s[pp][l], 2.0 * s[pq][l]);
        let tangent = both.copysign(both * apart) / (apart.abs() + (apart * apart + both * both).sqrt() + TINY);
        cosine[l] = 1.0 / (1.0 + tangent * tangent).sqrt();
        sine[l] = tangent * cosine[l];
        let moved = tangent * s[pq][l];
        s[pp][l] -= moved;
        s[qq][l] += moved;
    }
    s[pq] = splat(0.0);
    s[q * m + p] = splat(0.0);
    for k in (0..m).filter(|k| *k != p && *k != q) {
        turn(s, (k * m + p, k * m + q), &cosine, &sine);
        s[p * m + k] = s[k * m + p];
        s[q * m + k] = s[k * m + q];
    }
    for k in 0..m {
        turn(turned, (k * m + p, k * m + q), &cosine, &sine);
    }
}

#[inline(always)]
fn turn(list: &mut [Lane], (a, b): (usize, usize), cosine: &Lane, sine: &Lane) {
    let (x, y) = (list[a], list[b]);
    for l in 0..LANES {
        list[a][l] = cosine[l] * x[l] - sine[l] * y[l];
        list[b][l] = sine[l] * x[l] + cosine[l] * y[l];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    /// Rates as nalgebra finds them, and the matrix again from rates and modes; equal rates and none at all included.
    #[test]
    fn a_matrix_comes_back_from_its_rates_and_modes() {
        let mut seed = 1.0_f64;
        let mut random = || {
            seed = (seed * 16_807.0) % 2_147_483_647.0;
            seed / 2_147_483_647.0 - 0.5
        };
        for m in 2..=6 {
            for kind in 0..4 {
                let matrices: Vec<DMatrix<f64>> = (0..LANES)
                    .map(|_| match kind {
                        0 => DMatrix::zeros(m, m),
                        1 => DMatrix::identity(m, m) * random(),
                        // one quick exchange among slow ones
                        kind => {
                            let mut a = DMatrix::from_fn(m, m, |_, _| random());
                            a[(0, 0)] *= if kind == 2 { 1.0 } else { 1e5 };
                            &a + a.transpose()
                        }
                    })
                    .collect();
                let mut s: Vec<Lane> =
                    (0..m * m).map(|k| std::array::from_fn(|l| matrices[l][(k / m, k % m)])).collect();
                let mut turned: Vec<Lane> = (0..m * m).map(|k| splat(f64::from(k.is_multiple_of(m + 1)))).collect();
                assert!(diagonal::<false>(&mut s, &mut turned, m));
                for (l, matrix) in matrices.iter().enumerate() {
                    let size = matrix.norm();
                    let modes = DMatrix::from_fn(m, m, |i, j| turned[i * m + j][l]);
                    let mut rates: Vec<f64> = (0..m).map(|k| s[k * (m + 1)][l]).collect();
                    let again = &modes * DMatrix::from_diagonal(&rates.clone().into()) * modes.transpose();
                    assert!((again - matrix).amax() <= 1e-14 * size, "{m} states, kind {kind}");
                    let mut known: Vec<f64> = matrix.clone().symmetric_eigenvalues().iter().copied().collect();
                    rates.sort_by(f64::total_cmp);
                    known.sort_by(f64::total_cmp);
                    rates.iter().zip(&known).for_each(|(a, b)| assert!((a - b).abs() <= 1e-14 * size));
                }
            }
        }
    }
}
