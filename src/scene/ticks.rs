//! Round numbers for axis ticks.

use crate::figure::TimeUnit;
use crate::portable::Portable as _;
use crate::units::number;

/// Positions and labels of a linear axis with about `wanted` ticks.
pub fn linear(low: f64, high: f64, wanted: usize) -> Vec<(f64, String)> {
    let span = high - low;
    if span.is_nan() || span <= 0.0 || wanted == 0 {
        return Vec::new();
    }
    let rough = span / wanted as f64;
    let magnitude = 10_f64.powf_portable(rough.log10_portable().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * magnitude).find(|s| *s >= rough).unwrap_or(rough);
    multiples(low, high, step)
}

/// Positions and labels of a time axis with about `wanted` ticks, in steps that are usual for times.
pub fn time(low: f64, high: f64, unit: TimeUnit, wanted: usize) -> Vec<(f64, String)> {
    const MINUTES: [f64; 14] =
        [1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 240.0, 360.0, 720.0, 1440.0, 10_080.0];
    const HOURS: [f64; 11] = [0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 6.0, 12.0, 24.0, 48.0, 168.0];
    const DAYS: [f64; 7] = [0.25, 0.5, 1.0, 2.0, 7.0, 14.0, 28.0];
    let steps: &[f64] = match unit {
        TimeUnit::Minutes => &MINUTES,
        TimeUnit::Hours => &HOURS,
        TimeUnit::Days => &DAYS,
    };
    let rough = (high - low) / wanted.max(1) as f64;
    match steps.iter().find(|s| **s >= rough) {
        Some(step) => multiples(low, high, *step),
        None => linear(low, high, wanted),
    }
}

/// Decades with their labels, and between them the positions of 2 to 9, without labels.
pub fn log(low: f64, high: f64) -> Vec<(f64, Option<String>)> {
    if !(low > 0.0 && high > low) {
        return Vec::new();
    }
    let (first, last) = (low.log10_portable().floor() as i32, high.log10_portable().ceil() as i32);
    (first..=last)
        .flat_map(|d| (1..10).map(move |k| (k, f64::from(k) * 10_f64.powi(d))))
        .filter(|(_, v)| *v >= low * (1.0 - 1e-9) && *v <= high * (1.0 + 1e-9))
        .map(|(k, v)| (v, (k == 1).then(|| number(v))))
        .collect()
}

fn multiples(low: f64, high: f64, step: f64) -> Vec<(f64, String)> {
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last.min(first + 200)).map(|i| i as f64 * step).map(|v| (v, number(v))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        let labels = |t: Vec<(f64, String)>| t.into_iter().map(|(_, l)| l).collect::<Vec<_>>().join(" ");
        assert_eq!(labels(linear(0.0, 271.0, 5)), "0 100 200");
        assert_eq!(labels(time(0.0, 240.0, TimeUnit::Minutes, 12)), "0 20 40 60 80 100 120 140 160 180 200 220 240");
        assert_eq!(labels(time(0.0, 4.0, TimeUnit::Hours, 8)), "0 0.5 1 1.5 2 2.5 3 3.5 4");
        assert_eq!(labels(time(0.0, 42.0, TimeUnit::Days, 14)), "0 7 14 21 28 35 42");
        assert_eq!(log(1.0, 100.0).into_iter().filter_map(|(_, l)| l).collect::<Vec<_>>(), ["1", "10", "100"]);
        assert!(linear(1.0, 1.0, 5).is_empty() && log(0.0, 1.0).is_empty());
    }
}
