//! The middle half of the subjects at a point: 25th and 75th percentile, from the same rows as the bands.
//!
//! Kept apart from the bands so as not to slow them down: plain selection, over at most two thousand subjects.

use crate::analysis::place;

/// Quartiles are taken over at most this many subjects: they are stable by then.
pub(super) const MOST_PEOPLE: usize = 2_000;
/// The percentiles, as shares.
const SHARES: [f64; 2] = [0.25, 0.75];

/// Both quartiles of a row, by type 7. NaN for an empty row. The row is reordered.
pub(super) fn quartiles(row: &mut [f64]) -> [f64; 2] {
    SHARES.map(|p| {
        let (at, part) = place(row.len(), p);
        if at >= row.len() {
            return f64::NAN;
        }
        let (_, here, above) = row.select_nth_unstable_by(at, f64::total_cmp);
        let here = *here;
        if part > 0.0 { here + part * (above.iter().copied().fold(f64::INFINITY, f64::min) - here) } else { here }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: position 0.25 x 3 = 0.75 between 1 and 2, position 2.25 between 3 and 4.
    #[test]
    fn quartiles_are_those_of_type_seven() {
        assert_eq!(quartiles(&mut [4.0, 1.0, 3.0, 2.0]), [1.75, 3.25]);
        assert_eq!(quartiles(&mut [7.0]), [7.0; 2]);
        assert!(quartiles(&mut []).iter().all(|q| q.is_nan()));
    }
}
