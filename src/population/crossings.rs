//! Where values on a grid cross a level, and the time between: one rule for effect sites and for plasma.

use crate::analysis::length;

/// Every time (h) at which values `dt` hours apart cross a level, starting with the first upward crossing; above it
/// somewhere, at `peak`. `between` finds the share of the way from a point to the next.
pub(super) fn crossings(values: &[f64], dt: f64, level: f64, peak: f64, between: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut above = values[0] >= level;
    let mut list = if above { vec![0.0] } else { Vec::new() };
    for (i, value) in values.iter().enumerate().skip(1) {
        if (*value >= level) != above {
            list.push((i as f64 - 1.0 + between(i - 1)) * dt);
            above = !above;
        }
    }
    if list.is_empty() {
        // above it for less than one step of the grid
        list = vec![peak, peak];
    }
    list
}

/// Time (h) within crossings that begin with an upward one, gaps left out, up to a last time.
pub(super) fn inside(crossings: &[f64], until: f64) -> f64 {
    let stretch = |pair: &[f64]| [pair[0], pair.get(1).copied().unwrap_or(f64::INFINITY)];
    length(&crossings.chunks(2).map(stretch).collect::<Vec<_>>(), until)
}
