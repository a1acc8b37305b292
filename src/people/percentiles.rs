//! Exact percentiles of a row of numbers, quickly when the row before was much like it.
//!
//! Type 7 (the default of R and numpy): the percentile p of n sorted values lies at place (n - 1) p, between two of
//! them in proportion. A bracket guessed from the row before holds the few values that matter; when the guess is
//! wrong, the whole row is searched. The result is the same either way.

use super::lanes::{Work, wide};

/// Which percentiles are drawn.
pub const PERCENTILES: [f64; 3] = [0.05, 0.5, 0.95];
/// Values that a bracket should hold: this share of all, and at least so many.
const HELD: f64 = 0.05;
const LEAST_HELD: f64 = 24.0;

/// Where the percentile lies among `n` sorted values: place of the lower of two neighbours, and how far to the next.
fn place(n: usize, p: f64) -> (usize, f64) {
    let at = (n.saturating_sub(1)) as f64 * p;
    (at.floor() as usize, at.fract())
}

/// What is remembered from one row to the next.
#[derive(Debug, Clone, Default)]
pub struct Tracker {
    brackets: Option<[Bracket; 3]>,
    all: Vec<f64>,
    codes: Vec<u8>,
    held: Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Bracket {
    centre: f64,
    drift: f64,
    width: f64,
}

impl Tracker {
    /// Percentiles 5, 50 and 95 of a row that lies in pieces; none of it is NaN.
    pub fn percentiles(&mut self, pieces: &[&[f64]]) -> [f64; 3] {
        let n: usize = pieces.iter().map(|p| p.len()).sum();
        if n == 0 {
            return [f64::NAN; 3];
        }
        if let Some(brackets) = self.brackets
            && let Some(found) = self.guessed(pieces, n, &brackets)
        {
            return found;
        }
        self.searched(pieces, n)
    }

    /// From the brackets; `None` when one of them does not hold its percentile.
    fn guessed(&mut self, pieces: &[&[f64]], n: usize, brackets: &[Bracket; 3]) -> Option<[f64; 3]> {
        let edges: [f64; 6] = std::array::from_fn(|i| {
            let b = brackets[i / 2];
            b.centre + b.drift + if i % 2 == 0 { -b.width } else { b.width }
        });
        if edges.windows(2).any(|w| w[0] >= w[1]) {
            return None;
        }
        self.codes.resize(pieces.iter().map(|p| p.len()).max().unwrap_or(0), 0);
        self.held.clear();
        self.held.resize(n, 0.0);
        let sift = Sift { pieces, edges, codes: &mut self.codes, held: &mut self.held };
        let (below, count) = wide(sift);
        let held = &self.held[..count];
        let mut found = [0.0; 3];
        let mut next = *brackets;
        let mut mine = Vec::with_capacity(count);
        for (k, &p) in PERCENTILES.iter().enumerate() {
            let (at, part) = place(n, p);
            let last = if part > 0.0 { at + 1 } else { at };
            let (low, high) = (below[2 * k], below[2 * k + 1]);
            if at < low || last >= high {
                return None;
            }
            mine.clear();
            mine.extend(held.iter().copied().filter(|v| *v >= edges[2 * k] && *v < edges[2 * k + 1]));
            found[k] = between(&mut mine, at - low, part);
            let wanted = (n as f64 * HELD).max(LEAST_HELD);
            let factor = (wanted / mine.len().max(1) as f64).clamp(0.6, 1.6);
            let b = brackets[k];
            next[k] = Bracket { centre: found[k], drift: found[k] - b.centre, width: b.width * factor };
        }
        self.brackets = Some(next);
        Some(found)
    }

    /// From the whole row, leaving brackets for the next.
    fn searched(&mut self, pieces: &[&[f64]], n: usize) -> [f64; 3] {
        self.all.clear();
        pieces.iter().for_each(|p| self.all.extend_from_slice(p));
        self.all.sort_unstable_by(f64::total_cmp);
        let at = |k: usize, part: f64| {
            let here = self.all[k];
            if part > 0.0 { here + part * (self.all[k + 1] - here) } else { here }
        };
        let mut found = [0.0; 3];
        let mut brackets = [Bracket { centre: 0.0, drift: 0.0, width: 0.0 }; 3];
        let reach = ((n as f64 * HELD).max(LEAST_HELD) / 2.0) as usize + 1;
        for (k, &p) in PERCENTILES.iter().enumerate() {
            let (place, part) = place(n, p);
            found[k] = at(place, part);
            let (low, high) = (self.all[place.saturating_sub(reach)], self.all[(place + reach).min(n - 1)]);
            brackets[k] = Bracket { centre: found[k], drift: 0.0, width: 0.5 * (high - low) };
        }
        self.brackets = brackets.iter().all(|b| b.width > 0.0).then_some(brackets);
        found
    }
}

/// The value at place `k` of some, `part` of the way to the next.
fn between(values: &mut [f64], k: usize, part: f64) -> f64 {
    let (_, here, above) = values.select_nth_unstable_by(k, f64::total_cmp);
    let here = *here;
    if part == 0.0 {
        return here;
    }
    let next = above.iter().copied().fold(f64::INFINITY, f64::min);
    here + part * (next - here)
}

/// Counts values below each edge and keeps those inside a bracket.
struct Sift<'a> {
    pieces: &'a [&'a [f64]],
    edges: [f64; 6],
    codes: &'a mut [u8],
    held: &'a mut [f64],
}

impl Work for Sift<'_> {
    type Out = ([usize; 6], usize);

    #[inline(always)]
    fn run<const FMA: bool>(self) -> Self::Out {
        let mut below = [0_usize; 6];
        let mut count = 0;
        for piece in self.pieces {
            let codes = &mut self.codes[..piece.len()];
            // edges passed by each value: odd inside a bracket
            for (code, v) in codes.iter_mut().zip(piece.iter()) {
                let mut passed = 0;
                for edge in &self.edges {
                    passed += u8::from(*v >= *edge);
                }
                *code = passed;
            }
            for (k, below) in below.iter_mut().enumerate() {
                *below += codes.iter().map(|c| usize::from(*c <= k as u8)).sum::<usize>();
            }
            for (v, code) in piece.iter().zip(codes.iter()) {
                self.held[count] = *v;
                count += usize::from(code & 1);
            }
        }
        (below, count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: of 0 to 100 the percentiles are their own numbers.
    #[test]
    fn percentiles_are_those_of_type_seven() {
        let row: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        assert_eq!(Tracker::default().percentiles(&[&row]), [5.0, 50.0, 95.0]);
        // place 0.05 x 3 = 0.15: 1 + 0.15 x (2 - 1)
        let found = Tracker::default().percentiles(&[&[4.0, 1.0], &[3.0, 2.0]]);
        for (a, b) in found.iter().zip([1.15, 2.5, 3.85]) {
            assert!((a - b).abs() < 1e-12, "{found:?}");
        }
        assert_eq!(Tracker::default().percentiles(&[&[7.0]]), [7.0; 3]);
        assert_eq!(Tracker::default().percentiles(&[&[0.0; 9]]), [0.0; 3]);
    }

    /// Rows that rise, jump, fall and are equal: what is guessed is what is searched, to the last bit.
    #[test]
    fn a_guess_never_changes_the_result() {
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        for n in [40_usize, 257, 1000] {
            let people: Vec<f64> = (0..n).map(|_| (random() - 0.5).exp()).collect();
            let (mut tracker, mut guessed) = (Tracker::default(), 0);
            for minute in 0..200 {
                let t = f64::from(minute);
                let row: Vec<f64> = people
                    .iter()
                    .map(|p| match minute {
                        0..5 => 0.0,
                        100 => 3.0,
                        101..150 => p * 500.0,
                        _ => p * t * (-0.03 * t * p).exp(),
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
