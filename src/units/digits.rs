//! Numbers as people read them.

use crate::portable::Portable as _;

/// A number without noise: at most ten significant digits, no trailing zeros; an exponent only where the digits
/// would fill the line.
pub fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-9..1e15).contains(&value.abs()) {
        let rounded = format!("{value:.9e}").parse().unwrap_or(value);
        return format!("{rounded:e}");
    }
    let decimals = (9 - value.abs().log10_portable().floor() as i32).clamp(0, 17) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// To twelve significant digits: enough for any check, without the noise of binary fractions (40.00000000000001).
pub fn tidy(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

/// `value` to at most `digits` significant digits, without trailing zeros, for tables: 253, 14.2, 0.301.
pub fn significant(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { "–".to_owned() };
    }
    let decimals = (digits - 1 - value.abs().log10_portable().floor() as i32).max(0) as usize;
    let text = format!("{value:.decimals$}");
    // rounding may add a digit: 9.996 to three digits is 10.0, not 10.00
    let again =
        (digits - 1 - text.parse::<f64>().unwrap_or(value).abs().log10_portable().floor() as i32).max(0) as usize;
    let text = format!("{value:.again$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Whether a value is above a limit by more than a thousandth of it, which is rounding of a printed figure: 96.9 mg of
/// hydrochloride, 84.01 mg of base, are three devices of 28 mg, not more.
pub fn exceeds(value: f64, limit: f64) -> bool {
    value > limit * (1.0 + 1e-3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_goes_and_digits_stay() {
        assert_eq!(tidy(40.000_000_000_000_01), 40.0);
        assert_eq!(tidy(0.300_961_821_234), 0.300_961_821_234);
        assert_eq!(tidy(0.0), 0.0);
        assert!(tidy(f64::NAN).is_nan());
    }
}
