//! When something may be noticed, when it is strongest, when main effects fade: for one session.
//!
//! Levels and delays differ between people and studies, so a window is never one time. Until people
//! are simulated, a fixed grid stands for them: levels and delays at the middles of equal shares of
//! their distributions, for each pair of one study. A window is the union over the pairs.
//! None of this says when somebody can leave or drive.

use super::percentile::{percentile, sorted};
use super::smooth::Smooth;
use crate::error::Result;
use crate::library::{Delay, Effects, Level, LevelKind};
use crate::model::Site;
use crate::sim::{Profile, ReadOut};
use crate::units::MINUTES_PER_HOUR;

/// 10th, 50th and 90th percentile, in minutes from the first dose of the session.
pub type Percentiles = [f64; 3];

/// The windows of one session. All times are minutes from its first dose.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Windows {
    /// First time above the level at which one may notice something.
    pub onset: Option<Percentiles>,
    /// Time of the strongest effect; none where nothing is noticed.
    pub peak: Option<Percentiles>,
    /// From when to when the effect is within a tenth of its strongest (10th of starts, 90th of ends), in the part that
    /// holds the peak; none where nothing is noticed.
    pub strongest: Option<[f64; 2]>,
    /// Last time above the level of the dissociative part: main effects fading.
    pub main_effects_end: Option<Percentiles>,
    /// Whether some are still above that level when the simulation ends, a day after the last dose.
    pub outlasts: bool,
    /// Share of the grid that reaches the dissociative level. Not a share of people.
    pub grid_reaching: f64,
    /// The same by parts, where effects come, go and come again within the session; else one part.
    pub parts: Vec<Part>,
}

/// A part of a session, before and after which nearly nobody is above the level.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Part {
    /// First time above the level of noticing within the part.
    pub onset: Option<Percentiles>,
    /// Within a tenth of the strongest of the part.
    pub strongest: Option<[f64; 2]>,
    /// Last time above the level of the dissociative part within the part.
    pub main_effects_end: Option<Percentiles>,
}

/// Levels and delays are each cut into this many equal shares.
const SHARES: usize = 5;
/// Strongest means at least this part of the highest.
pub(crate) const STRONGEST: f64 = 0.9;
/// A half-life of the delay below this (3 s) is none, h.
pub(crate) const SHORTEST_DELAY_H: f64 = 1.0 / 1200.0;
/// A part ends where fewer than this share of the grid are above the level.
const NEARLY_NOBODY: f64 = 0.1;

/// One level and delay of the grid under one curve: stretches above the levels, h from time 0.
struct Cell {
    pair: usize,
    /// Which effect site it belongs to.
    site: usize,
    notice: Vec<[f64; 2]>,
    main: Vec<[f64; 2]>,
}

/// The windows of a session that starts at `start` (h) for `drug`, over the grid of levels and delays; `curves` are the
/// ends of a range, or one.
pub fn windows(curves: &[(&Profile, &ReadOut)], start: f64, drug: &str, effects: &Effects) -> Result<Windows> {
    let plasma: Vec<&[f64]> = curves.iter().map(|(profile, output)| profile.series(output)).collect();
    let (mut sites, mut cells) = (Vec::new(), Vec::new());
    for (pair, of_pair) in effects.pairs.iter().enumerate() {
        let Some(levels) = of_pair.levels.get(drug) else { continue };
        let quantiles = |kind: LevelKind| -> Vec<Option<f64>> {
            let of = |l: &Level| l.quantiles(SHARES).iter().map(|c| Some(c.mg_l())).collect();
            levels.get(&kind).map_or(vec![None; SHARES], of)
        };
        let levels: Vec<_> = quantiles(LevelKind::Notice).into_iter().zip(quantiles(LevelKind::Dissociative)).collect();
        for ((profile, output), plasma) in curves.iter().zip(&plasma) {
            let delay = if output.site == Site::Venous { effects.venous_delay } else { of_pair.delay };
            for site in effect_sites(profile, output, plasma, &delay)? {
                let above = |level: Option<f64>| level.map_or(Vec::new(), |l| site.above(l, start));
                let of_site = |(notice, main): &(Option<f64>, Option<f64>)| Cell {
                    pair,
                    site: sites.len(),
                    notice: above(*notice),
                    main: above(*main),
                };
                cells.extend(levels.iter().map(of_site));
                sites.push(site);
            }
        }
    }
    Ok(Read { start, sites, cells }.windows())
}

fn effect_sites<'a>(profile: &'a Profile, output: &ReadOut, plasma: &[f64], delay: &Delay) -> Result<Vec<Smooth<'a>>> {
    let half_lives = delay.quantiles(SHARES);
    let rates: Vec<f64> =
        half_lives.iter().map(|half_life| std::f64::consts::LN_2 / half_life.hours().max(SHORTEST_DELAY_H)).collect();
    let sites = profile.behind(output, &rates)?.into_iter().zip(&rates);
    Ok(sites.map(|(site, ke0)| Smooth::behind(&profile.times, plasma, site, *ke0)).collect())
}

struct Read<'a> {
    start: f64,
    sites: Vec<Smooth<'a>>,
    cells: Vec<Cell>,
}

impl Read<'_> {
    fn windows(&self) -> Windows {
        let borders = self.borders();
        let reaching = self.cells.iter().filter(|c| !c.main.is_empty()).count();
        let onset = self.union(|c| c.notice.first().map(|s| s[0]));
        let end = self.union(|c| c.main.last().map(|s| s[1]).filter(|end| end.is_finite()));
        let outlasts = self.cells.iter().any(|c| c.main.last().is_some_and(|s| s[1].is_infinite()));
        let felt = onset.is_some() || reaching > 0;
        let strongest_part = self.strongest_part(&borders);
        let mut result = Windows {
            onset,
            // with some still above when the simulation ends, any percentile would be too early
            main_effects_end: end.filter(|_| !outlasts),
            outlasts,
            grid_reaching: reaching as f64 / self.cells.len().max(1) as f64,
            parts: borders.windows(2).map(|b| self.part([b[0], b[1]], felt)).collect(),
            ..Windows::default()
        };
        if felt && let Some(part) = borders.windows(2).nth(strongest_part) {
            let peaks: Vec<f64> = self.sites.iter().map(|s| s.peak([part[0], part[1]]).0).collect();
            result.peak = self.union(|c| peaks.get(c.site).copied());
            result.strongest = result.parts.get(strongest_part).and_then(|p| p.strongest);
        }
        result
    }

    /// Start of the session, times between parts, infinity.
    fn borders(&self) -> Vec<f64> {
        let reached = self.cells.iter().any(|c| !c.main.is_empty());
        let stretches = self.cells.iter().flat_map(|c| if reached { &c.main } else { &c.notice });
        let mut steps: Vec<(f64, i32)> = stretches.flat_map(|s| [(s[0], 1), (s[1], -1)]).collect();
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        let least = NEARLY_NOBODY * self.cells.len() as f64;
        let (mut count, mut list, mut left) = (0, vec![self.start], None);
        for (time, step) in steps {
            let was = f64::from(count) >= least;
            count += step;
            let is = f64::from(count) >= least;
            if was && !is {
                left = Some(time);
            } else if is && !was {
                list.extend(left.take().map(|gone: f64| 0.5 * (gone + time)));
            }
        }
        list.push(f64::INFINITY);
        list
    }

    /// The part in which most of the effect sites are highest.
    fn strongest_part(&self, borders: &[f64]) -> usize {
        let of = |site: &Smooth| {
            let (time, _) = site.peak([self.start, f64::INFINITY]);
            borders.partition_point(|b| *b <= time).saturating_sub(1)
        };
        let parts: Vec<usize> = self.sites.iter().map(of).collect();
        let count = |part: usize| parts.iter().filter(|p| **p == part).count();
        // the first of equals
        (0..borders.len()).rev().max_by_key(|part| count(*part)).unwrap_or(0)
    }

    fn part(&self, [from, to]: [f64; 2], felt: bool) -> Part {
        // stretches that begin in the part, which for nearly everybody end in it
        let within = |s: &&[f64; 2]| s[0] >= from && s[0] < to;
        let last = |c: &Cell| c.main.iter().rfind(within).map(|s| s[1]);
        let strong: Vec<[f64; 2]> = self.sites.iter().filter_map(|site| strong(site, [from, to])).collect();
        let end = |c: &Cell| last(c).filter(|end| end.is_finite());
        let outlasts = self.cells.iter().any(|c| last(c).is_some_and(f64::is_infinite));
        let starts: Vec<f64> = strong.iter().map(|s| self.minutes(s[0])).collect();
        let stops: Vec<f64> = strong.iter().map(|s| self.minutes(s[1])).collect();
        let span = percentile(&sorted(&starts), 0.1).zip(percentile(&sorted(&stops), 0.9)).map(|(a, b)| [a, b]);
        Part {
            onset: self.union(|c| c.notice.iter().find(within).map(|s| s[0])),
            strongest: span.filter(|_| felt),
            main_effects_end: self.union(end).filter(|_| !outlasts),
        }
    }

    fn minutes(&self, hours: f64) -> f64 {
        (hours - self.start) * MINUTES_PER_HOUR
    }

    /// Lowest 10th and highest 90th percentile over the pairs; the middle over all of them together. A single cell
    /// would make a window of one time, so it counts as nobody.
    fn union(&self, of: impl Fn(&Cell) -> Option<f64>) -> Option<Percentiles> {
        let mut by_pair: Vec<Vec<f64>> = Vec::new();
        for cell in &self.cells {
            by_pair.resize_with(by_pair.len().max(cell.pair + 1), Vec::new);
            by_pair[cell.pair].extend(of(cell).map(|t| self.minutes(t)));
        }
        union(&by_pair)
    }
}

/// From when to when an effect site is within a tenth of the highest of a part; none where that is nothing.
fn strong(site: &Smooth, [from, to]: [f64; 2]) -> Option<[f64; 2]> {
    let (_, highest) = site.peak([from, to]);
    if highest <= 0.0 {
        return None;
    }
    let mut within = site.above(highest * STRONGEST, from).into_iter().filter(|s| s[0] < to);
    let first = within.next()?;
    let last = within.next_back().unwrap_or(first);
    Some([first[0], last[1].min(to).min(site.end())])
}

fn union(by_pair: &[Vec<f64>]) -> Option<Percentiles> {
    if by_pair.iter().map(Vec::len).sum::<usize>() < 2 {
        return None;
    }
    let by_pair: Vec<Vec<f64>> = by_pair.iter().map(|v| sorted(v)).collect();
    let low = by_pair.iter().filter_map(|v| percentile(v, 0.1)).fold(f64::INFINITY, f64::min);
    let high = by_pair.iter().filter_map(|v| percentile(v, 0.9)).fold(f64::NEG_INFINITY, f64::max);
    let middle = percentile(&sorted(&by_pair.concat()), 0.5)?;
    Some([low, middle, high])
}

#[cfg(test)]
mod tests {
    use super::union;

    #[test]
    fn one_cell_makes_no_window() {
        assert_eq!(union(&[vec![40.0], vec![]]), None);
        assert_eq!(union(&[vec![40.0], vec![50.0]]), Some([40.0, 45.0, 50.0]));
    }
}
