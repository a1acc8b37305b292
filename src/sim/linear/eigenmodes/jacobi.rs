//! Symmetric matrices of sixteen people turned into their diagonal form.

use super::super::super::lanes::{LANES, Lane, largest, splat};

/// Sweeps of rotations at most; the last is the one after the rest is below [`NEARLY`].
const MOST_SWEEPS: usize = 12;
const NEARLY: f64 = 1e-9;
/// Added below a division, so that nothing by nothing is nothing.
const TINY: f64 = 1e-300;

/// Turns a symmetric matrix into its diagonal form, by Jacobi's rotations, and `turned` along; whether it came to that.
#[inline(always)]
pub fn diagonal(s: &mut [Lane], turned: &mut [Lane], m: usize) -> bool {
    for _ in 0..MOST_SWEEPS {
        // each pair beside its own rates: a quick exchange must not hide what is left among slow ones
        let mut left = splat(0.0);
        for p in 0..m {
            for q in p + 1..m {
                let (pp, qq, pq) = (&s[p * (m + 1)], &s[q * (m + 1)], &s[p * m + q]);
                for l in 0..LANES {
                    left[l] += pq[l] * pq[l] / ((pp[l] * qq[l]).abs() + TINY);
                }
            }
        }
        let done = largest(&left) <= NEARLY * NEARLY;
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
                        2 => {
                            let a = DMatrix::from_fn(m, m, |_, _| random());
                            &a + a.transpose()
                        }
                        // one quick exchange among slow ones
                        _ => {
                            let a = DMatrix::from_fn(m, m, |_, _| 0.4 * random());
                            let a = &a + a.transpose() + DMatrix::identity(m, m) * 2.0;
                            let quick = |i: usize| if i == 0 { 3e4 } else { 1.0 };
                            DMatrix::from_fn(m, m, |i, j| quick(i) * a[(i, j)] * quick(j))
                        }
                    })
                    .collect();
                let mut s: Vec<Lane> =
                    (0..m * m).map(|k| std::array::from_fn(|l| matrices[l][(k / m, k % m)])).collect();
                let mut turned: Vec<Lane> = (0..m * m).map(|k| splat(f64::from(k.is_multiple_of(m + 1)))).collect();
                assert!(diagonal(&mut s, &mut turned, m));
                for (l, matrix) in matrices.iter().enumerate() {
                    let size = matrix.norm();
                    let modes = DMatrix::from_fn(m, m, |i, j| turned[i * m + j][l]);
                    let mut rates: Vec<f64> = (0..m).map(|k| s[k * (m + 1)][l]).collect();
                    let again = &modes * DMatrix::from_diagonal(&rates.clone().into()) * modes.transpose();
                    assert!((&again - matrix).amax() <= 1e-14 * size, "{m} states, kind {kind}");
                    if kind == 3 {
                        let own = |i: usize, j: usize| (matrix[(i, i)] * matrix[(j, j)]).sqrt();
                        let off = |i: usize, j: usize| (again[(i, j)] - matrix[(i, j)]).abs() / own(i, j);
                        assert!((0..m * m).all(|k| off(k / m, k % m) < 1e-11), "{m} states beside a quick one");
                    }
                    let mut known: Vec<f64> = matrix.clone().symmetric_eigenvalues().iter().copied().collect();
                    rates.sort_by(f64::total_cmp);
                    known.sort_by(f64::total_cmp);
                    rates.iter().zip(&known).for_each(|(a, b)| assert!((a - b).abs() <= 1e-14 * size));
                }
            }
        }
    }
}
