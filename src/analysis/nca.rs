//! Peak, exact areas and half-lives of a read-out, and a non-compartmental check of them.

use super::crossing::crossing;
use super::{Peak, peaks};
use crate::error::{Error, Result};
use crate::portable::Portable as _;
use crate::sim::{Profile, ReadOut};

/// What a curve amounts to. Times in h, concentrations in mg/L, areas in mg h/L.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposure {
    /// Highest concentration up to the horizon.
    pub cmax: f64,
    /// First time it is reached.
    pub tmax: f64,
    /// Whether the curve still rises at the horizon, so that the true peak comes later.
    pub still_rising: bool,
    /// Exact area to infinity, all doses counted.
    pub auc_inf: Option<f64>,
    /// Exact area up to the horizon.
    pub auc_shown: f64,
    /// Time from the peak until half of it; `None` when it is not reached within a day.
    pub half_of_peak: Option<f64>,
    /// Half-life of the slowest phase that the read-out shows.
    pub half_life: Option<f64>,
}

/// Non-compartmental figures from the plotted points alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nca {
    /// Area by linear-up, log-down, mg h/L.
    pub auc_shown: f64,
    /// Terminal rate from the last points, 1/h.
    pub lambda_z: Option<f64>,
    /// Area to infinity from the last plotted point (observed), mg h/L.
    pub auc_inf: Option<f64>,
}

/// Peaks that differ by less than this part are equal.
const EQUAL: f64 = 1e-9;

impl Exposure {
    /// Reads `output` of `profile`.
    ///
    /// # Errors
    /// When an area cannot be computed, which checked models exclude.
    pub fn of(profile: &Profile, output: &ReadOut, series: &[f64]) -> Result<Self> {
        Self::with_peaks(profile, output, series, &peaks(profile, output, series))
    }

    /// The same where the local maxima are known.
    ///
    /// # Errors
    /// As [`Exposure::of`].
    pub fn with_peaks(profile: &Profile, output: &ReadOut, series: &[f64], local: &[Peak]) -> Result<Self> {
        let shown = profile.shown;
        let top = (0..shown).fold(0, |best, i| if series[i] > series[best] { i } else { best });
        let (mut tmax, mut cmax) = (profile.times[top], series[top]);
        // between two points far apart there may be more than at the highest of them; a curve jumps at cuts alone
        let cuts = (0..shown).filter(|i| profile.is_cut(*i)).map(|i| (profile.times[i], series[i]));
        let local = local.iter().map(|p| (profile.times[p.point] + p.after, p.value));
        let tops: Vec<(f64, f64)> = cuts.chain(local).collect();
        for (time, value) in &tops {
            if *value > cmax {
                (tmax, cmax) = (*time, *value);
            }
        }
        // of the peaks of equal doses far apart one is the highest by rounding alone: the first is told
        let equal = tops.iter().filter(|top| top.1 >= cmax * (1.0 - EQUAL) && top.0 < tmax);
        tmax = equal.map(|top| top.0).fold(tmax, f64::min);
        let still_rising = top + 1 == shown && cmax > 0.0 && profile.after(output, top, 0.0).1 > 0.0;
        Ok(Self {
            cmax,
            tmax,
            still_rising,
            auc_inf: profile.area(output, None),
            auc_shown: profile
                .area(output, Some(shown - 1))
                .ok_or_else(|| Error::cannot("the model's rates cannot be inverted"))?,
            // after a peak that was not seen yet there is no half of it
            half_of_peak: if still_rising { None } else { half_of_peak(profile, output, series, tmax, cmax) },
            half_life: profile.slowest_rate(output).map(|rate| std::f64::consts::LN_2 / rate),
        })
    }
}

fn half_of_peak(profile: &Profile, output: &ReadOut, series: &[f64], tmax: f64, cmax: f64) -> Option<f64> {
    if cmax <= 0.0 {
        return None;
    }
    let half = cmax / 2.0;
    let first = (1..series.len()).find(|&i| profile.times[i] > tmax && series[i] <= half)?;
    let left = first - 1;
    let width = profile.times[first] - profile.times[left];
    let dt = crossing(width, |dt| profile.after(output, left, dt).0 - half);
    Some(profile.times[left] + dt - tmax)
}

/// Linear-up, log-down areas and a terminal rate from points alone, as a check on the exact figures.
pub fn nca(times: &[f64], values: &[f64]) -> Nca {
    let mut auc = 0.0;
    for i in 1..times.len() {
        let (dt, a, b) = (times[i] - times[i - 1], values[i - 1], values[i]);
        auc += if b < a && b > 0.0 { (a - b) * dt / (a / b).ln_portable() } else { 0.5 * (a + b) * dt };
    }
    let lambda_z = terminal_rate(times, values);
    let last = values.last().copied().unwrap_or(0.0);
    Nca { auc_shown: auc, lambda_z, auc_inf: lambda_z.map(|rate| auc + last / rate) }
}

/// Slope of the log concentration over the last fifth of the falling part.
fn terminal_rate(times: &[f64], values: &[f64]) -> Option<f64> {
    let top = (0..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best });
    let from = top + (values.len() - top) * 4 / 5;
    let points: Vec<(f64, f64)> = (from..values.len())
        .filter(|&i| i > top && values[i] > 0.0)
        .map(|i| (times[i], values[i].ln_portable()))
        .collect();
    if points.len() < 3 {
        return None;
    }
    let n = points.len() as f64;
    let (mt, my) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let sxx: f64 = points.iter().map(|p| (p.0 - mt).powi(2)).sum();
    let sxy: f64 = points.iter().map(|p| (p.0 - mt) * (p.1 - my)).sum();
    let rate = -sxy / sxx;
    (rate.is_finite() && rate > 0.0).then_some(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_down_is_exact_for_an_exponential() {
        let times: Vec<f64> = (0..=40).map(|i| f64::from(i) * 0.25).collect();
        let values: Vec<f64> = times.iter().map(|t| 100.0 * (-0.3 * t).exp_portable()).collect();
        let figures = nca(&times, &values);
        // by hand: 100 / 0.3 (1 - exp(-3)) and 100 / 0.3
        assert!((figures.auc_shown - 316.737_644).abs() < 1e-5);
        assert!((figures.auc_inf.unwrap() - 333.333_333).abs() < 1e-5);
    }
}
