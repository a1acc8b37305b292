//! The one rule for percentiles: type 7, the default of R and numpy.

/// Where a percentile lies among `n` sorted values: place of the lower of two neighbours, and how far to the next.
pub fn place(n: usize, p: f64) -> (usize, f64) {
    let at = (n.saturating_sub(1)) as f64 * p;
    (at.floor() as usize, at.fract())
}

/// A percentile of sorted values; none of nothing.
pub fn percentile(sorted: &[f64], p: f64) -> Option<f64> {
    let (low, part) = place(sorted.len(), p);
    let here = *sorted.get(low)?;
    Some(sorted.get(low + 1).map_or(here, |next| here + part * (next - here)))
}

/// 10th, 50th and 90th percentile of at least two values, in any order.
pub fn spans(values: &[f64]) -> Option<[f64; 3]> {
    if values.len() < 2 {
        return None;
    }
    let sorted = sorted(values);
    let at = |p| percentile(&sorted, p);
    Some([at(0.1)?, at(0.5)?, at(0.9)?])
}

/// In ascending order.
pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_type_7() {
        // R: quantile(c(1, 2, 3, 4), c(.1, .5, .9)) gives 1.3, 2.5, 3.7
        for (found, expected) in spans(&[4.0, 1.0, 3.0, 2.0]).unwrap().into_iter().zip([1.3, 2.5, 3.7]) {
            assert!((found - expected).abs() < 1e-12);
        }
        assert_eq!((percentile(&[], 0.5), percentile(&[7.0], 0.9), spans(&[7.0])), (None, Some(7.0), None));
        assert_eq!((percentile(&[1.0, 2.0], 1.0), percentile(&[1.0, 2.0], 0.0)), (Some(2.0), Some(1.0)));
    }
}
