//! Exact percentiles of a row of numbers, fast when the previous row was similar.
//!
//! Type 7 (the default of R and numpy): percentile p of n sorted values lies at position (n - 1) p, interpolated
//! linearly between its two neighbours. A bracket predicted from the previous row holds the few values that matter.
//! When the prediction is wrong, the whole row is searched. The result is the same either way.

use super::bracket::{Bracketing, EIGHT};
use crate::analysis::place;
use crate::sim::lanes::{Work, wide};

/// The percentiles of a band, as shares.
pub const PERCENTILES: [f64; 3] = [0.05, 0.5, 0.95];
/// Number of values that a bracket should hold, as a share of all values. It is never less than `LEAST_HELD`.
const HELD: f64 = 0.012;
const LEAST_HELD: f64 = 10.0;
/// When a bracket misses its percentile, all three are tried once more, wider by this factor.
const WIDER: f64 = 6.0;

/// Number of values that a bracket should hold in a row of `n`.
fn wanted(n: usize) -> f64 {
    (HELD * n as f64).max(LEAST_HELD)
}

/// Finds percentiles of successive rows, and remembers from one row where to look in the next.
#[derive(Debug, Clone, Default)]
pub struct Tracker {
    brackets: Option<[Bracket; 3]>,
    all: Vec<f64>,
    held: Vec<f64>,
    mine: Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Bracket {
    /// The percentile in the previous row.
    centre: f64,
    /// The percentile in the row before that.
    before: f64,
    /// Half the width of the bracket, as a share of its centre.
    width: f64,
}

impl Bracket {
    fn edges(&self) -> [f64; 2] {
        // most curves decay exponentially, so the ratio to the previous row predicts better than the difference
        let next = self.centre * if self.before > 0.0 { self.centre / self.before } else { 1.0 };
        [next * (1.0 - self.width), next * (1.0 + self.width)]
    }
}

impl Tracker {
    /// 5th, 50th and 95th percentile of a row given in pieces. No value may be NaN.
    pub fn percentiles(&mut self, pieces: &[&[f64]]) -> [f64; 3] {
        let n: usize = pieces.iter().map(|p| p.len()).sum();
        if n == 0 {
            return [f64::NAN; 3];
        }
        if let Some(mut brackets) = self.brackets {
            for _ in 0..2 {
                if let Some(found) = self.guessed(pieces, n, &brackets) {
                    return found;
                }
                brackets.iter_mut().for_each(|b| b.width *= WIDER);
            }
        }
        self.searched(pieces, n)
    }

    /// The percentiles from the predicted brackets. `None` when one of them misses its percentile.
    fn guessed(&mut self, pieces: &[&[f64]], n: usize, brackets: &[Bracket; 3]) -> Option<[f64; 3]> {
        let ends = brackets.map(|b| b.edges());
        let edges: [f64; 6] = std::array::from_fn(|i| ends[i / 2][i % 2]);
        if edges.windows(2).any(|w| w[0].partial_cmp(&w[1]) != Some(std::cmp::Ordering::Less)) {
            return None;
        }
        if self.held.len() < n + EIGHT {
            self.held.resize(n + EIGHT, 0.0);
        }
        let (below, count) = Bracketing { pieces, edges, held: &mut self.held, n }.widest();
        let mut found = [0.0; 3];
        let mut next = *brackets;
        for (k, &p) in PERCENTILES.iter().enumerate() {
            let (at, part) = place(n, p);
            let last = if part > 0.0 { at + 1 } else { at };
            let low = below[k];
            if at < low || at - low >= count {
                return None;
            }
            let bracket = [edges[2 * k], edges[2 * k + 1]];
            self.mine.resize(count.max(self.mine.len()), 0.0);
            let pick = Pick { held: &self.held[..count], bracket, mine: &mut self.mine, at: at - low };
            let (mine, here, next_one) = wide(pick);
            if last - low >= mine {
                return None;
            }
            found[k] = if part > 0.0 { here + part * (next_one - here) } else { here };
            let factor = (wanted(n) / mine.max(1) as f64).clamp(0.7, 1.4);
            let b = brackets[k];
            next[k] = Bracket { centre: found[k], before: b.centre, width: (b.width * factor).min(0.5) };
        }
        self.brackets = Some(next);
        Some(found)
    }

    /// The percentiles from the whole row. It also sets the brackets for the next row.
    fn searched(&mut self, pieces: &[&[f64]], n: usize) -> [f64; 3] {
        self.all.clear();
        pieces.iter().for_each(|p| self.all.extend_from_slice(p));
        let reach = (wanted(n) / 2.0) as usize + 1;
        let mut ranks: Vec<usize> = PERCENTILES
            .iter()
            .flat_map(|p| {
                let at = place(n, *p).0;
                [at.saturating_sub(reach), at, (at + 1).min(n - 1), (at + reach).min(n - 1)]
            })
            .collect();
        ranks.sort_unstable();
        ranks.dedup();
        put_in_place(&mut self.all, 0, &ranks);
        let before = self.brackets.map(|b| b.map(|b| b.centre));
        let mut found = [0.0; 3];
        let mut brackets = [Bracket { centre: 0.0, before: 0.0, width: 0.0 }; 3];
        for (k, &p) in PERCENTILES.iter().enumerate() {
            let (at, part) = place(n, p);
            let here = self.all[at];
            found[k] = if part > 0.0 { here + part * (self.all[at + 1] - here) } else { here };
            let (low, high) = (self.all[at.saturating_sub(reach)], self.all[(at + reach).min(n - 1)]);
            let before = before.map_or(0.0, |b| b[k]);
            brackets[k] = Bracket { centre: found[k], before, width: 0.5 * (high - low) / found[k] };
        }
        self.brackets = brackets.iter().all(|b| b.width > 0.0 && b.width.is_finite()).then_some(brackets);
        found
    }
}

/// Partially sorts the values: those of the given ranks (ascending) end up where a sorted row would have them.
fn put_in_place(values: &mut [f64], first: usize, ranks: &[usize]) {
    let Some(&middle) = ranks.get(ranks.len() / 2) else { return };
    let (low, _, high) = values.select_nth_unstable_by(middle - first, f64::total_cmp);
    let (left, right) = ranks.split_at(ranks.len() / 2);
    put_in_place(low, first, left);
    put_in_place(high, middle + 1, &right[1..]);
}

/// Up to this many values each is compared with all others, which needs no branches that a processor could mispredict.
const FEW: usize = 64;

/// Selects the values inside one bracket, and finds the one of rank `at` among them and the next larger one.
struct Pick<'a> {
    held: &'a [f64],
    bracket: [f64; 2],
    mine: &'a mut [f64],
    at: usize,
}

impl Work for Pick<'_> {
    /// Number of values, the value of rank `at`, and the next one (infinite when there is none).
    type Out = (usize, f64, f64);

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Self { held, bracket: [low, high], mine, at } = self;
        let mut count = 0;
        for v in held {
            mine[count] = *v;
            count += usize::from(*v >= low && *v < high);
        }
        let mine = &mut mine[..count];
        if at >= count {
            return (count, f64::INFINITY, f64::INFINITY);
        }
        if count > FEW {
            let (_, here, above) = mine.select_nth_unstable_by(at, f64::total_cmp);
            return (count, *here, above.iter().copied().fold(f64::INFINITY, f64::min));
        }
        // here: the largest value with at most `at` values below it; next: the smallest of the rest
        let (mut here, mut next) = (f64::NEG_INFINITY, f64::INFINITY);
        for v in mine.iter() {
            let less: i64 = mine.iter().map(|w| i64::from(*w < *v)).sum();
            let reached = less <= at as i64;
            here = here.max(if reached { *v } else { f64::NEG_INFINITY });
            next = next.min(if reached { f64::INFINITY } else { *v });
        }
        let not_above: i64 = mine.iter().map(|w| i64::from(*w <= here)).sum();
        if not_above > at as i64 + 1 {
            next = here;
        }
        (count, here, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portable::Portable as _;

    /// By hand: the percentiles of the numbers 0 to 100 are those numbers themselves.
    #[test]
    fn percentiles_are_those_of_type_seven() {
        let row: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        assert_eq!(Tracker::default().percentiles(&[&row]), [5.0, 50.0, 95.0]);
        // position 0.05 x 3 = 0.15: 1 + 0.15 x (2 - 1)
        let found = Tracker::default().percentiles(&[&[4.0, 1.0], &[3.0, 2.0]]);
        for (a, b) in found.iter().zip([1.15, 2.5, 3.85]) {
            assert!((a - b).abs() < 1e-12, "{found:?}");
        }
        assert_eq!(Tracker::default().percentiles(&[&[7.0]]), [7.0; 3]);
        assert_eq!(Tracker::default().percentiles(&[&[0.0; 9]]), [0.0; 3]);
    }

    /// For rows that rise, jump, fall and are constant, the predicted and the full search agree to the last bit.
    #[test]
    fn a_guess_never_changes_the_result() {
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        for n in [40_usize, 257, 1000] {
            let people: Vec<f64> = (0..n).map(|_| (random() - 0.5).exp_portable()).collect();
            let (mut tracker, mut guessed) = (Tracker::default(), 0);
            for minute in 0..200 {
                let t = f64::from(minute);
                let row: Vec<f64> = people
                    .iter()
                    .map(|p| match minute {
                        0..5 => 0.0,
                        100 => 3.0,
                        101..150 => p * 500.0,
                        _ => p * t * (-0.03 * t * p).exp_portable(),
                    })
                    .collect();
                let (a, b) = row.split_at(n / 3);
                let before = tracker.brackets.is_some();
                let found = tracker.percentiles(&[a, b]);
                guessed += usize::from(before);
                let mut sorted = row.clone();
                sorted.sort_unstable_by(f64::total_cmp);
                for (k, p) in PERCENTILES.iter().enumerate() {
                    let at = (n - 1) as f64 * p;
                    let (i, part) = (at.floor() as usize, at.fract());
                    let expected = if part > 0.0 { sorted[i] + part * (sorted[i + 1] - sorted[i]) } else { sorted[i] };
                    assert_eq!(found[k], expected, "{n} people, minute {minute}");
                }
            }
            assert!(guessed > 100, "{guessed}");
        }
    }
}
