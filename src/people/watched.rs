//! What is read of each person's plasma and effect site, sixteen people at a time, while they are followed.

use super::arm::{Place, Sink};
use super::draw::{generator, normal, stream_of, uniform};
use super::lanes::{LANES, Lane, Work, splat, wide};
use super::windows::Person;
use crate::analysis::{first_above, last_above, time_above};
use crate::library::{Delay, Effects, Level, LevelKind};
use crate::model::Site;
use crate::units::{MINUTES_PER_HOUR, NG_ML_PER_MG_L};

/// Strongest means at least this part of the highest.
const STRONGEST: f64 = 0.9;
/// A half-life of the delay below this (3 s) is none, h.
const SHORTEST_DELAY: f64 = 1.0 / 1200.0;
/// Stream of the draws of levels and delays.
const STREAM: &str = "levels and delays";
/// Below this difference of two values, of their sum, the series of a logarithm is exact.
const NEAR: f64 = 0.05;

/// Levels and delay of one person.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own {
    /// 1/h
    pub ke0: f64,
    /// mg/L
    notice: Option<f64>,
    /// mg/L
    dissociative: Option<f64>,
}

impl Own {
    pub fn draw(effects: &Effects, drug: &str, site: Site, seed: u64, person: usize) -> Self {
        let mut rng = generator(seed, stream_of(STREAM), person, 0);
        let pairs: Vec<_> = effects.pairs.iter().filter(|p| p.levels.contains_key(drug)).collect();
        if pairs.is_empty() {
            return Self { ke0: 1.0 / SHORTEST_DELAY, notice: None, dissociative: None };
        }
        let pair = pairs[(uniform(&mut rng) * pairs.len() as f64) as usize % pairs.len()];
        let delay = if site == Site::Venous { &effects.venous_delay } else { &pair.delay };
        let half_life = match delay {
            Delay::LogNormal { median, sigma } => median.hours() * (sigma * normal(&mut rng)).exp(),
            Delay::Uniform { low, high } => low.hours() + uniform(&mut rng) * (high.hours() - low.hours()),
        };
        let mut level = |kind: LevelKind| {
            let z = normal(&mut rng);
            pair.levels.get(drug).and_then(|l| l.get(&kind)).map(|l: &Level| l.median.mg_l() * (l.sigma() * z).exp())
        };
        Self {
            ke0: std::f64::consts::LN_2 / half_life.max(SHORTEST_DELAY),
            notice: level(LevelKind::Notice),
            dissociative: level(LevelKind::Dissociative),
        }
    }
}

/// Plasma and effect site of sixteen people at every point; when they are through, what is read of each is kept.
pub(super) struct Watched<'a> {
    dt: f64,
    times: Vec<f64>,
    owns: &'a [Own],
    /// Plasma at every point, then the effect site.
    values: Vec<f64>,
    /// The effect site of each of the sixteen by itself.
    columns: Vec<f64>,
    pub people: Vec<Person>,
}

/// Highest value of each of sixteen people, and the point of it.
struct Top {
    value: Lane,
    point: Lane,
}

impl Top {
    #[inline(always)]
    fn of(rows: &[Lane]) -> Self {
        let mut top = Self { value: splat(f64::NEG_INFINITY), point: splat(0.0) };
        for (point, row) in rows.iter().enumerate() {
            for (value, (most, at)) in row.iter().zip(top.value.iter_mut().zip(&mut top.point)) {
                let higher = value > most;
                *most = if higher { *value } else { *most };
                *at = if higher { point as f64 } else { *at };
            }
        }
        top
    }
}

impl<'a> Watched<'a> {
    /// For people with these levels, at so many points `dt` hours apart.
    pub fn new(points: usize, dt: f64, owns: &'a [Own]) -> Self {
        Self {
            dt,
            times: (0..points).map(|p| p as f64 * dt).collect(),
            owns,
            values: vec![0.0; 2 * points * LANES],
            columns: vec![0.0; points * LANES],
            people: Vec::with_capacity(owns.len()),
        }
    }
}

impl Person {
    /// As far as it is read from the effect site, of which the time and value of the strongest are known.
    fn at_site(own: &Own, times: &[f64], site: &[f64], (peak, strongest): (f64, f64)) -> Self {
        let minutes = |h: f64| h * MINUTES_PER_HOUR;
        let high = strongest * STRONGEST;
        let first = |level: f64| first_above(times, site, level).map(minutes);
        let last = |level: f64| last_above(times, site, level).map(minutes);
        let level = own.dissociative.filter(|level| strongest >= *level);
        let end = level.and_then(last);
        Self {
            onset: own.notice.and_then(first),
            peak: minutes(peak),
            strongest: [first(high).unwrap_or(0.0), last(high).unwrap_or(0.0)],
            end,
            reaches: level.is_some(),
            outlasts: level.is_some() && end.is_none(),
            level: own.dissociative.unwrap_or(0.0) * NG_ML_PER_MG_L,
            begin: level.and_then(first),
            above: end.and(level).map(|level| minutes(time_above(times, site, level))),
            asked: own.notice.is_some(),
            ..Self::default()
        }
    }
}

/// What is read of sixteen people side by side: tops of plasma and effect site, and areas under plasma.
struct Tops<'a> {
    plasma: &'a [Lane],
    site: &'a [Lane],
    dt: f64,
}

impl Work for Tops<'_> {
    type Out = (Top, Top, Lane);

    #[inline(always)]
    fn run<const FMA: bool>(self) -> Self::Out {
        (Top::of(self.plasma), Top::of(self.site), areas(self.plasma, self.dt))
    }
}

/// Area under each of sixteen curves: straight up, logarithmic down.
#[inline(always)]
fn areas(rows: &[Lane], dt: f64) -> Lane {
    let mut sum = splat(0.0);
    for pair in rows.windows(2) {
        let [a, b] = [&pair[0], &pair[1]];
        let mut falls = splat(0.0);
        for l in 0..LANES {
            // of nothing and nothing this is no number, and counts as no fall
            let fall = (a[l] - b[l]) / (a[l] + b[l]);
            falls[l] = if fall > 0.0 { fall } else { 0.0 };
        }
        if falls.iter().all(|f| *f < NEAR) {
            for l in 0..LANES {
                sum[l] += 0.5 * (a[l] + b[l]) / atanh_part(falls[l]);
            }
        } else {
            for l in 0..LANES {
                let mean = if falls[l] < NEAR {
                    0.5 * (a[l] + b[l]) / atanh_part(falls[l])
                } else if b[l] > 0.0 {
                    (a[l] - b[l]) / (a[l] / b[l]).ln()
                } else {
                    0.5 * (a[l] + b[l])
                };
                sum[l] += mean;
            }
        }
    }
    sum.map(|s| s * dt)
}

/// atanh(x) / x of a small number, which makes of an arithmetic mean a logarithmic one: with x the difference of two
/// numbers by their sum, ln of their ratio is 2 atanh(x).
#[inline(always)]
fn atanh_part(x: f64) -> f64 {
    let y = x * x;
    1.0 + y * (1.0 / 3.0 + y * (1.0 / 5.0 + y * (1.0 / 7.0 + y * (1.0 / 9.0 + y * (1.0 / 11.0)))))
}

impl Sink for Watched<'_> {
    #[inline(always)]
    fn put(&mut self, _block: usize, point: usize, output: usize, values: &Lane) {
        let at = (output * self.times.len() + point) * LANES;
        self.values[at..at + LANES].copy_from_slice(values);
    }

    #[inline(always)]
    fn room(&mut self, _block: usize, first: usize, _count: usize) -> Place<'_> {
        let outputs = self.times.len() * LANES;
        Place { values: &mut self.values[first * LANES..], outputs, points: LANES }
    }

    fn done(&mut self, block: usize) {
        let points = self.times.len();
        let (plasma, site) = self.values.as_chunks::<LANES>().0.split_at(points);
        let (highest, strongest, areas) = wide(Tops { plasma, site, dt: self.dt });
        for (point, row) in site.iter().enumerate() {
            for (column, value) in self.columns.chunks_mut(points).zip(row) {
                column[point] = *value;
            }
        }
        let owns = self.owns.iter().skip(block * LANES).take(LANES);
        for (l, (own, site)) in owns.zip(self.columns.chunks(points)).enumerate() {
            let strongest = (self.times[strongest.point[l] as usize], strongest.value[l]);
            self.people.push(Person {
                cmax: highest.value[l] * NG_ML_PER_MG_L,
                tmax: self.times[highest.point[l] as usize] * MINUTES_PER_HOUR,
                auc: areas[l] * NG_ML_PER_MG_L,
                ..Person::at_site(own, &self.times, site, strongest)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the logarithm itself: falls of every size, rises, nothing, and a fall to nothing.
    #[test]
    fn areas_are_straight_up_and_logarithmic_down() {
        let by_hand = |a: f64, b: f64| if b < a && b > 0.0 { (a - b) / -((b - a) / a).ln_1p() } else { 0.5 * (a + b) };
        for (a, b) in
            [(3.0, 2.999), (3.0, 2.8), (3.0, 2.7), (3.0, 1.0), (1.0, 3.0), (0.0, 0.0), (2.0, 0.0), (1e-300, 0.0)]
        {
            // beside one who falls fast, so that both ways are taken
            for neighbour in [a, 1e-3 * a] {
                let mut rows = [splat(a), splat(b)];
                rows[1][3] = if neighbour < a { neighbour } else { b };
                let (found, expected) = (areas(&rows, 0.5)[0], 0.5 * by_hand(a, b));
                assert!((found - expected).abs() <= 1e-13 * expected, "{a} to {b}: {found} and {expected}");
            }
        }
    }
}
