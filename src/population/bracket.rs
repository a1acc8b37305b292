//! Splits a row of values by three brackets: how many values lie below each bracket, and which lie inside one.

use crate::sim::lanes::{Work, wide};

/// Values handled together.
pub(super) const EIGHT: usize = 8;

/// Counts the values below each bracket and keeps those inside one.
pub(super) struct Bracketing<'a> {
    pub pieces: &'a [&'a [f64]],
    /// Low and high edge of the three brackets, ascending.
    pub edges: [f64; 6],
    /// Room for all values and [`EIGHT`] more. The values inside a bracket are moved to its front.
    pub held: &'a mut [f64],
    /// Number of values in `held`.
    pub n: usize,
}

impl Work for Bracketing<'_> {
    /// Number of values below each bracket, and number of values kept.
    type Out = ([usize; 3], usize);

    #[inline(always)]
    fn run(self) -> Self::Out {
        let mut passed = [[0_i64; EIGHT]; 6];
        let mut count = 0;
        for piece in self.pieces {
            let (eights, rest) = piece.as_chunks::<EIGHT>();
            for eight in eights {
                // number of edges each value has passed: odd means inside a bracket
                let mut codes = [0_i64; EIGHT];
                for (edge, passed) in self.edges.iter().zip(&mut passed) {
                    for l in 0..EIGHT {
                        let more = i64::from(eight[l] >= *edge);
                        codes[l] += more;
                        passed[l] += more;
                    }
                }
                for l in 0..EIGHT {
                    self.held[count] = eight[l];
                    count += (codes[l] & 1) as usize;
                }
            }
            for v in rest {
                let mut code = 0;
                for (edge, passed) in self.edges.iter().zip(&mut passed) {
                    let more = i64::from(*v >= *edge);
                    code += more;
                    passed[0] += more;
                }
                self.held[count] = *v;
                count += (code & 1) as usize;
            }
        }
        let below = std::array::from_fn(|k| self.n - passed[2 * k].iter().sum::<i64>() as usize);
        (below, count)
    }
}

impl Bracketing<'_> {
    /// Runs with the widest SIMD instructions of the machine. The result does not depend on which they are.
    pub fn widest(self) -> <Self as Work>::Out {
        #[cfg(target_arch = "x86_64")]
        if let Some(v3) = pulp::x86::V3::try_new() {
            return v3.vectorize(
                #[inline(always)]
                || self.by_fours(v3),
            );
        }
        wide(self)
    }

    /// Four values at a time with AVX2: those inside a bracket are moved together by one shuffle.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn by_fours(self, v3: pulp::x86::V3) -> <Self as Work>::Out {
        use std::arch::x86_64::{__m256d, __m256i, _CMP_GE_OQ};
        let edges = self.edges.map(|e| v3.avx._mm256_set1_pd(e));
        let mut passed: [__m256i; 3] = [v3.avx._mm256_setzero_si256(); 3];
        let mut rest_passed = [0_usize; 3];
        let mut count = 0;
        for piece in self.pieces {
            let (fours, rest) = piece.as_chunks::<4>();
            for four in fours {
                let values: __m256d = pulp::cast(*four);
                let over = edges.map(|edge| v3.avx._mm256_cmp_pd::<_CMP_GE_OQ>(values, edge));
                for (passed, over) in passed.iter_mut().zip(over.as_chunks::<2>().0) {
                    *passed = v3.avx2._mm256_sub_epi64(*passed, pulp::cast(over[0]));
                }
                // number of edges each value has passed: odd means inside a bracket
                let low = v3.avx._mm256_xor_pd(v3.avx._mm256_xor_pd(over[0], over[1]), over[2]);
                let high = v3.avx._mm256_xor_pd(v3.avx._mm256_xor_pd(over[3], over[4]), over[5]);
                let inside = v3.avx._mm256_movemask_pd(v3.avx._mm256_xor_pd(low, high)) as usize & 15;
                let together = v3.avx2._mm256_permutevar8x32_epi32(pulp::cast(values), pulp::cast(TOGETHER[inside]));
                if let Some(room) = self.held.get_mut(count..count + 4) {
                    room.copy_from_slice(&pulp::cast::<_, [f64; 4]>(together));
                }
                count += inside.count_ones() as usize;
            }
            for v in rest {
                let over = self.edges.map(|edge| usize::from(*v >= edge));
                (0..3).for_each(|k| rest_passed[k] += over[2 * k]);
                self.held[count] = *v;
                count += over.iter().sum::<usize>() & 1;
            }
        }
        let sum = |v: __m256i| pulp::cast::<_, [i64; 4]>(v).iter().sum::<i64>() as usize;
        let below = std::array::from_fn(|k| self.n - sum(passed[k]) - rest_passed[k]);
        (below, count)
    }
}

/// For each mask of four values: the shuffle of 32-bit halves that puts the masked values first.
#[cfg(target_arch = "x86_64")]
const TOGETHER: [[i32; 8]; 16] = {
    let mut table = [[0; 8]; 16];
    let mut mask = 0;
    while mask < 16 {
        let (mut value, mut to) = (0, 0);
        while value < 4 {
            if mask >> value & 1 == 1 {
                table[mask][to] = 2 * value;
                table[mask][to + 1] = 2 * value + 1;
                to += 2;
            }
            value += 1;
        }
        mask += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    /// With any instructions the same values are kept in the same order. Odd lengths and values equal to an edge are
    /// included.
    #[test]
    fn wide_and_plain_sifting_agree() {
        let values: Vec<f64> = (0..103).map(|i| f64::from(i * 37 % 101)).collect();
        let edges = [10.0, 14.5, 50.0, 55.0, 90.0, 90.5];
        let (a, b) = values.split_at(41);
        let pieces: [&[f64]; 2] = [a, b];
        let n = values.len();
        let (mut first, mut second) = (vec![0.0; n + EIGHT], vec![0.0; n + EIGHT]);
        let one = Bracketing { pieces: &pieces, edges, held: &mut first, n }.widest();
        let other = Bracketing { pieces: &pieces, edges, held: &mut second, n }.run();
        let inside = |v: &f64| (10.0..14.5).contains(v) || (50.0..55.0).contains(v) || (90.0..90.5).contains(v);
        let expected: Vec<f64> = values.iter().copied().filter(inside).collect();
        assert_eq!(one, other);
        assert_eq!(one.0[1], values.iter().filter(|v| **v < 50.0).count());
        assert_eq!(first[..one.1], expected);
        assert_eq!(second[..other.1], expected);
    }
}
