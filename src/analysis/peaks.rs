//! Every local maximum of a read-out, from the solution between its points.

use super::crossing::summit;
use crate::sim::{Look, Profile, ReadOut};

/// A rise of less than this part of the value is rounding.
const RISE: f64 = 1e-12;
/// Points closer than this (h) leave no room for a rise and a fall that they do not show.
const CLOSE_H: f64 = 1.0 / 12.0;
/// Points farther apart are looked between, ever wider after something was given: first (h), ratio, last (h).
const FIRST_LOOK_H: f64 = 1.0 / 720.0;
const WIDER: f64 = 1.5;
const LAST_LOOK_H: f64 = 6.0;
/// Nothing is looked at so near a point (h).
const SHORT_H: f64 = 1e-6;

/// A local maximum: at a point, or between a point and the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// The point, or the one before.
    pub point: usize,
    /// Hours after that point; 0 at the point itself.
    pub after: f64,
    /// Height, mg/L.
    pub value: f64,
}

/// Local maxima up to the horizon, in order: where the read-out stops rising. A jump has no slope and is not among
/// them, nor is the end of a curve that still rises there.
pub fn peaks(profile: &Profile, output: &ReadOut, series: &[f64]) -> Vec<Peak> {
    let slopes = profile.slopes(output);
    let (times, shown) = (&profile.times, profile.shown);
    let least = RISE * series[..shown].iter().copied().fold(0.0, f64::max);
    let mut list: Vec<Peak> = Vec::new();
    // made only where some points lie far apart
    let mut looks: Option<Vec<Look>> = None;
    let mut given = 0;
    // hours after a point, value and slope: at each end of what follows it and at each look between
    let mut ends = Vec::new();
    for left in 0..shown.saturating_sub(1) {
        if profile.is_cut(left) {
            given = left;
        }
        let (since, width) = (times[left] - times[given], times[left + 1] - times[left]);
        let looked_between = width > CLOSE_H && since < LAST_LOOK_H;
        let (starts, [ends_with, goes_on]) = (slopes[left][1], slopes[left + 1]);
        let falls = starts <= 0.0 && ends_with <= 0.0;
        let rises = starts >= 0.0 && ends_with >= 0.0 && goes_on > 0.0;
        if !looked_between && (falls || rises) {
            continue;
        }
        let higher = if series[left] > series[left + 1] { left } else { left + 1 };
        ends.clear();
        ends.push((0.0, series[left], slopes[left][1]));
        if looked_between {
            let looks = looks.get_or_insert_with(|| profile.looks(output, &when_to_look()));
            for look in looks.iter().filter(|l| (since + SHORT_H..since + width - SHORT_H).contains(&l.after)) {
                let (value, slope) = profile.seen(given, look);
                ends.push((look.after - since, value, slope));
            }
        }
        ends.push((width, series[left + 1], slopes[left + 1][0]));
        for pair in ends.windows(2) {
            let [(from, low, rises), (to, high, falls)] = [pair[0], pair[1]];
            let top = low.max(high);
            if top <= least || rises * (to - from) <= RISE * top || falls >= 0.0 {
                continue;
            }
            let (after, value) = summit(profile, output, left, [from, to]);
            list.push(if value > top * (1.0 + RISE) {
                Peak { point: left, after, value }
            } else if high < low {
                Peak { point: left, after: from, value: low }
            } else if to < width {
                Peak { point: left, after: to, value: high }
            } else {
                Peak { point: left + 1, after: 0.0, value: high }
            });
        }
        // a corner: it rises up to the point and not beyond
        let (from, _, rises) = ends[ends.len() - 2];
        let up = series[higher] > least && rises * (width - from) > RISE * series[higher];
        if up && slopes[left + 1][0] >= 0.0 && slopes[left + 1][1] <= 0.0 && left + 2 < shown {
            list.push(Peak { point: left + 1, after: 0.0, value: series[left + 1] });
        }
    }
    list
}

/// Hours after something was given: soon after it things change fast.
fn when_to_look() -> Vec<f64> {
    let all = std::iter::successors(Some(FIRST_LOOK_H), |t| Some(t * WIDER));
    all.take_while(|t| *t < LAST_LOOK_H).collect()
}
