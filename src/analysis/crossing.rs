//! Root finding: where a curve between two points comes to a value or to its summit.

use crate::sim::{Profile, ReadOut};

/// The peak between two times after point `left`, both before the next, of which the curve rises at the first and falls
/// at the last: hours after the point, and value.
pub(super) fn summit(profile: &Profile, output: &ReadOut, left: usize, [from, to]: [f64; 2]) -> (f64, f64) {
    let dt = from + crossing(to - from, |dt| profile.after(output, left, from + dt).1);
    (dt, profile.after(output, left, dt).0)
}

/// Where `f` falls through zero between 0 and `width`: false position with the Illinois rule, which
/// needs about eight values where halving needs forty.
pub(crate) fn crossing(width: f64, f: impl Fn(f64) -> f64) -> f64 {
    crossing_between(width, [f(0.0), f(width)], f)
}

/// The same where the values at both ends are known.
pub(super) fn crossing_between(width: f64, [mut f_low, mut f_high]: [f64; 2], f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, width);
    let (mut side, mut best) = (0, if f_low <= 0.0 { low } else { high });
    for _ in 0..60 {
        if f_low <= 0.0 || f_high >= 0.0 {
            break;
        }
        let middle = low + (high - low) * f_low / (f_low - f_high);
        if (middle - best).abs() <= 1e-14 * width {
            break;
        }
        best = middle;
        let value = f(middle);
        // a side that stays twice is given half its weight
        if value > 0.0 {
            (low, f_low) = (middle, value);
            f_high *= if side == 1 { 0.5 } else { 1.0 };
            side = 1;
        } else {
            (high, f_high) = (middle, value);
            f_low *= if side == -1 { 0.5 } else { 1.0 };
            side = -1;
        }
        if value == 0.0 {
            return middle;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portable::Portable as _;

    #[test]
    fn a_crossing_is_found_to_the_last_digits() {
        for (width, f, root) in [
            (4.0, (|x: f64| 2.0 - x * x) as fn(f64) -> f64, 2_f64.sqrt()),
            (1.0, |x| (-20.0 * x).exp_portable() - 0.5, 0.05 * 2_f64.ln_portable()),
            (1.0, |x| 0.25 - x, 0.25),
        ] {
            assert!((crossing(width, f) - root).abs() < 1e-12, "{root}");
        }
    }
}
