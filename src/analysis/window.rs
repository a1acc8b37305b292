//! When something may be noticed, when it is strongest, when main effects fade.
//!
//! Levels and delays differ between people and studies, so a window is never one time. Until people
//! are simulated, a fixed grid stands for them: levels and delays at the middles of equal shares of
//! their distributions, for each pair of one study. A window is the union over the pairs.
//! None of this says when somebody can leave or drive.

use super::percentile::{percentile, sorted};
use crate::library::{Delay, Effects, Level, LevelKind};
use crate::model::Site;
use crate::sim::{SystemOutput, Trajectory};
use crate::units::MINUTES_PER_HOUR;

/// 10th, 50th and 90th percentile, in minutes from time 0.
pub type Percentiles = [f64; 3];

/// The windows of one arm.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Windows {
    /// First time above the level at which one may notice something.
    pub onset: Option<Percentiles>,
    /// Time of the strongest effect.
    pub peak: Option<Percentiles>,
    /// From when to when the effect is within a tenth of its strongest (10th of starts, 90th of ends).
    pub strongest: Option<[f64; 2]>,
    /// Last time above the level of the dissociative part: main effects fading.
    pub main_effects_end: Option<Percentiles>,
    /// Whether some are still above that level when the simulation ends, a day after the last dose.
    pub outlasts: bool,
    /// Share of the grid that reaches the dissociative level. Not a share of people.
    pub grid_reaching: f64,
}

/// Levels and delays are each cut into this many equal shares.
const SHARES: usize = 5;
/// Strongest means at least this part of the highest.
const STRONGEST: f64 = 0.9;

struct Cell {
    onset: Option<f64>,
    end: Option<f64>,
    /// Reaches the dissociative level, whether or not it falls below it again.
    reaches: bool,
    peak: f64,
    strong: [f64; 2],
}

/// The windows for `drug` over the grid of levels and delays; `curves` are the ends of a range, or one.
pub fn windows(curves: &[(&Trajectory, &SystemOutput)], drug: &str, effects: &Effects) -> Windows {
    let mut result = Windows::default();
    let (mut onsets, mut peaks, mut ends, mut strong) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut cells, mut reaching, mut outlasts) = (0.0, 0.0, false);
    for pair in &effects.pairs {
        let Some(levels) = pair.levels.get(drug) else { continue };
        let (notice, dissociative) = (levels.get(&LevelKind::Notice), levels.get(&LevelKind::Dissociative));
        let mut grid = Vec::new();
        for (trajectory, output) in curves {
            let delay = if output.site == Site::Venous { effects.venous_delay } else { pair.delay };
            grid.extend(pair_cells(trajectory, output, &delay, notice, dissociative));
        }
        cells += grid.len() as f64;
        let of = |f: &dyn Fn(&Cell) -> Option<f64>| -> Vec<f64> { grid.iter().filter_map(f).collect() };
        let (onset, end) = (of(&|c| c.onset), of(&|c| c.end));
        let reached = grid.iter().filter(|c| c.reaches).count();
        reaching += reached as f64;
        outlasts |= reached > end.len();
        onsets.push(onset);
        ends.push(end);
        peaks.push(of(&|c| Some(c.peak)));
        strong.extend(grid.iter().map(|c| c.strong));
    }
    result.onset = union(&onsets);
    result.peak = union(&peaks);
    // with some still above when the simulation ends, any percentile would be too early
    result.outlasts = outlasts;
    result.main_effects_end = union(&ends).filter(|_| !outlasts);
    let starts: Vec<f64> = strong.iter().map(|s| s[0]).collect();
    let stops: Vec<f64> = strong.iter().map(|s| s[1]).collect();
    result.strongest = percentile(&sorted(&starts), 0.1).zip(percentile(&sorted(&stops), 0.9)).map(|(a, b)| [a, b]);
    result.grid_reaching = if cells > 0.0 { reaching / cells } else { 0.0 };
    result
}

fn pair_cells(
    trajectory: &Trajectory,
    output: &SystemOutput,
    delay: &Delay,
    notice: Option<&Level>,
    dissociative: Option<&Level>,
) -> Vec<Cell> {
    let quantiles = |level: Option<&Level>| -> Vec<Option<f64>> {
        level.map_or(vec![None; SHARES], |l| l.quantiles(SHARES).iter().map(|c| Some(c.mg_l())).collect())
    };
    let levels: Vec<(Option<f64>, Option<f64>)> = quantiles(notice).into_iter().zip(quantiles(dissociative)).collect();
    let plasma = trajectory.series(output);
    let mut cells = Vec::new();
    for half_life in delay.quantiles(SHARES) {
        let ke0 = std::f64::consts::LN_2 / half_life.hours();
        let site = trajectory.behind(output, ke0);
        let top = (0..site.len()).fold(0, |best, i| if site[i] > site[best] { i } else { best });
        let peak = summit(&trajectory.times, &plasma, &site, ke0, top);
        let minutes = |h: f64| h * MINUTES_PER_HOUR;
        let high = site[top] * STRONGEST;
        let strong = [
            first_above(&trajectory.times, &site, high).map_or(0.0, minutes),
            last_above(&trajectory.times, &site, high).map_or(0.0, minutes),
        ];
        for (l1, l2) in &levels {
            cells.push(Cell {
                onset: l1.and_then(|l| first_above(&trajectory.times, &site, l)).map(minutes),
                end: l2.and_then(|l| last_above(&trajectory.times, &site, l)).map(minutes),
                reaches: l2.is_some_and(|l| site[top] >= l),
                peak: minutes(peak),
                strong,
            });
        }
    }
    cells
}

/// Time of the highest value near point `top`: between two points the effect site is a cubic, of which both
/// ends' slopes are known, ke0 (plasma - site). Points alone would give everybody the same time.
fn summit(times: &[f64], plasma: &[f64], site: &[f64], ke0: f64, top: usize) -> f64 {
    for i in [top.wrapping_sub(1), top] {
        let Some(width) = times.get(i.wrapping_add(1)).zip(times.get(i)).map(|(b, a)| b - a) else { continue };
        let slope = |k: usize| ke0 * (plasma[k] - site[k]) * width;
        let (left, right, rise) = (slope(i), slope(i + 1), site[i + 1] - site[i]);
        if left > 0.0 && right < 0.0 {
            let steep = |x: f64| {
                left * (1.0 - 4.0 * x + 3.0 * x * x) + right * (3.0 * x * x - 2.0 * x) + 6.0 * rise * (x - x * x)
            };
            return times[i] + width * super::nca::crossing(1.0, steep);
        }
    }
    times[top]
}

/// First time the curve is above `level`, interpolated between points.
pub fn first_above(times: &[f64], values: &[f64], level: f64) -> Option<f64> {
    let i = values.iter().position(|&v| v >= level)?;
    if i == 0 {
        return Some(times[0]);
    }
    Some(crossing(times, values, i - 1, level))
}

/// Last time the curve is above `level`; none when it never is, or still is at the end.
pub fn last_above(times: &[f64], values: &[f64], level: f64) -> Option<f64> {
    let i = values.iter().rposition(|&v| v >= level)?;
    (i + 1 < values.len()).then(|| crossing(times, values, i, level))
}

/// Time above `level` in all, straight lines between points.
pub fn time_above(times: &[f64], values: &[f64], level: f64) -> f64 {
    let spans = times.windows(2).zip(values.windows(2));
    spans
        .map(|(t, v)| {
            let (low, high) = (v[0].min(v[1]), v[0].max(v[1]));
            let share = if low >= level {
                1.0
            } else if high <= level {
                0.0
            } else {
                (high - level) / (high - low)
            };
            share * (t[1] - t[0])
        })
        .sum()
}

fn crossing(times: &[f64], values: &[f64], i: usize, level: f64) -> f64 {
    let share = (level - values[i]) / (values[i + 1] - values[i]);
    times[i] + share.clamp(0.0, 1.0) * (times[i + 1] - times[i])
}

/// Lowest 10th and highest 90th percentile over the pairs; the middle over all of them together. A single cell
/// would make a window of one time, so it counts as nobody.
fn union(by_pair: &[Vec<f64>]) -> Option<Percentiles> {
    if by_pair.iter().map(Vec::len).sum::<usize>() < 2 {
        return None;
    }
    let low = by_pair.iter().filter_map(|v| percentile(&sorted(v), 0.1)).fold(f64::INFINITY, f64::min);
    let high = by_pair.iter().filter_map(|v| percentile(&sorted(v), 0.9)).fold(f64::NEG_INFINITY, f64::max);
    let middle = percentile(&sorted(&by_pair.concat()), 0.5)?;
    Some([low, middle, high])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_between_points_is_found() {
        // plasma exp(-t), site behind it at rate 2: 2 (exp(-t) - exp(-2t)), highest at ln 2
        let times: Vec<f64> = (0..40).map(|i| f64::from(i) * 0.1).collect();
        let plasma: Vec<f64> = times.iter().map(|t| (-t).exp()).collect();
        let site: Vec<f64> = times.iter().map(|t| 2.0 * ((-t).exp() - (-2.0 * t).exp())).collect();
        let peak = summit(&times, &plasma, &site, 2.0, 7);
        assert!((peak - std::f64::consts::LN_2).abs() < 1e-4, "{peak}");
    }

    #[test]
    fn one_cell_makes_no_window() {
        assert_eq!(union(&[vec![40.0], vec![]]), None);
        assert_eq!(union(&[vec![40.0], vec![50.0]]), Some([40.0, 45.0, 50.0]));
    }

    /// By hand: two triangles of which half an hour on each side is above.
    #[test]
    fn time_above_leaves_gaps_out() {
        let (times, values) = ([0.0, 1.0, 2.0, 5.0, 6.0, 7.0], [0.0, 10.0, 0.0, 0.0, 10.0, 0.0]);
        assert_eq!(time_above(&times, &values, 5.0), 2.0);
        assert_eq!((time_above(&times, &values, 11.0), time_above(&times, &values, -1.0)), (0.0, 7.0));
    }

    #[test]
    fn crossings_are_interpolated() {
        let (times, values) = ([0.0, 1.0, 2.0, 3.0], [0.0, 10.0, 10.0, 0.0]);
        assert_eq!(first_above(&times, &values, 5.0), Some(0.5));
        assert_eq!(last_above(&times, &values, 5.0), Some(2.5));
        assert_eq!(first_above(&times, &values, 11.0), None);
    }
}
