//! What is read of each person's plasma and effect site, sixteen people at a time, while they are followed.

use super::random::{generator, normal, stream_of, uniform};
use crate::analysis::{SHORTEST_DELAY_H, STRONGEST, crossing};
use crate::library::{Delay, Effects, Level, LevelKind};
use crate::model::Site;
use crate::portable::Portable as _;
use crate::sim::lanes::{LANES, Lane, Work, splat, wide};
use crate::sim::linear::{Place, Sink};
use crate::units::{MINUTES_PER_HOUR, NG_ML_PER_MG_L};

/// Stream of the draws of levels and delays.
const STREAM: &str = "levels and delays";
/// Below this difference of two values, of their sum, the series of a logarithm is exact.
const NEAR: f64 = 0.05;

/// Levels and delay of one person.
#[derive(Debug, Clone, Copy)]
pub(super) struct EffectLevels {
    /// 1/h
    pub ke0: f64,
    /// mg/L
    notice: Option<f64>,
    /// mg/L
    dissociative: Option<f64>,
}

impl EffectLevels {
    pub fn draw(effects: &Effects, drug: &str, site: Site, seed: u64, person: usize) -> Self {
        let mut rng = generator(seed, stream_of(STREAM), person, 0);
        let pairs: Vec<_> = effects.pairs.iter().filter(|p| p.levels.contains_key(drug)).collect();
        if pairs.is_empty() {
            return Self { ke0: 1.0 / SHORTEST_DELAY_H, notice: None, dissociative: None };
        }
        let pair = pairs[(uniform(&mut rng) * pairs.len() as f64) as usize % pairs.len()];
        let delay = if site == Site::Venous { &effects.venous_delay } else { &pair.delay };
        let half_life = match delay {
            Delay::LogNormal { median, sigma } => median.hours() * (sigma * normal(&mut rng)).exp_portable(),
            Delay::Uniform { low, high } => low.hours() + uniform(&mut rng) * (high.hours() - low.hours()),
        };
        let mut level = |kind: LevelKind| {
            let z = normal(&mut rng);
            pair.levels
                .get(drug)
                .and_then(|l| l.get(&kind))
                .map(|l: &Level| l.median.mg_l() * (l.sigma() * z).exp_portable())
        };
        Self {
            ke0: std::f64::consts::LN_2 / half_life.max(SHORTEST_DELAY_H),
            notice: level(LevelKind::Notice),
            dissociative: level(LevelKind::Dissociative),
        }
    }
}

/// One person in one session of an arm. Times in minutes from the first dose of the session.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Person {
    /// Highest plasma concentration, ng/mL.
    pub cmax: f64,
    /// When it is reached.
    pub tmax: f64,
    /// Area to a day after the last dose, ng h/mL.
    pub auc: f64,
    /// First time above the level of noticing; none when it is not reached or the study has no such level.
    pub onset: Option<f64>,
    /// Time of the strongest effect.
    pub peak: f64,
    /// From when to when it is within a tenth of its strongest.
    pub strongest: [f64; 2],
    /// Last time above the level of the dissociative part.
    pub end: Option<f64>,
    /// Whether that level is reached.
    pub reaches: bool,
    /// Whether it is still exceeded a day after the last dose.
    pub outlasts: bool,
    /// The level of the dissociative part, ng/mL.
    pub level: f64,
    /// First time above it.
    pub begin: Option<f64>,
    /// Time above it in all, gaps between doses left out; none when it is not reached or still exceeded at the end.
    pub above: Option<f64>,
    /// When it is below that level between two stretches above it.
    pub gaps: Box<[[f64; 2]]>,
    /// Whether the person's study has a level of noticing at all.
    pub asked: bool,
}

impl Person {
    /// Whether the person is above their own level of the dissociative part at a time.
    pub fn is_above(&self, minutes: f64) -> bool {
        let begun = self.begin.is_some_and(|begin| begin <= minutes);
        let ended = self.end.is_some_and(|end| end <= minutes) || !self.reaches;
        begun && !ended && !self.gaps.iter().any(|[from, to]| (*from..*to).contains(&minutes))
    }

    /// Whether anything is felt at all: a level is reached.
    pub(super) fn feels(&self) -> bool {
        self.onset.is_some() || self.reaches
    }
}

/// Plasma and effect site of sixteen people at every point; when they are through, what is read of each is kept.
pub(super) struct EndpointReader<'a> {
    dt: f64,
    points: usize,
    owns: &'a [EffectLevels],
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

impl<'a> EndpointReader<'a> {
    /// For people with these levels, at so many points `dt` hours apart.
    pub fn new(points: usize, dt: f64, owns: &'a [EffectLevels]) -> Self {
        Self {
            dt,
            points,
            owns,
            values: vec![0.0; 2 * points * LANES],
            columns: vec![0.0; points * LANES],
            people: Vec::with_capacity(owns.len()),
        }
    }
}

/// The effect site of one person at points `dt` hours apart; between two of them it is the cubic of which both ends'
/// slopes are known, ke0 (plasma - site).
struct EffectSite<'a> {
    dt: f64,
    ke0: f64,
    values: &'a [f64],
    /// Plasma of sixteen people side by side at each point, and which of them this one is.
    plasma: (&'a [Lane], usize),
}

impl EffectSite<'_> {
    /// Slope at a point, per distance of two points.
    fn slope(&self, i: usize) -> f64 {
        let (rows, lane) = self.plasma;
        self.ke0 * self.dt * (rows[i][lane] - self.values[i])
    }

    fn at(&self, i: usize, x: f64) -> f64 {
        let (a, b, y) = (self.values[i], self.values[i + 1], 1.0 - x);
        a * (1.0 + 2.0 * x) * y * y + b * (3.0 - 2.0 * x) * x * x + self.slope(i) * x * y * y
            - self.slope(i + 1) * x * x * y
    }

    /// Time (h) and value of the peak beside the highest point.
    fn peak(&self, top: usize) -> (f64, f64) {
        for i in top.saturating_sub(1)..=top {
            let ends = (i + 1 < self.values.len()).then(|| (self.slope(i), self.slope(i + 1)));
            let Some((left, right)) = ends.filter(|(left, right)| *left > 0.0 && *right < 0.0) else { continue };
            let rise = self.values[i + 1] - self.values[i];
            let slope = |x: f64| {
                left * (1.0 - 4.0 * x + 3.0 * x * x) + right * (3.0 * x * x - 2.0 * x) + 6.0 * rise * (x - x * x)
            };
            let x = crossing(1.0, slope);
            return ((i as f64 + x) * self.dt, self.at(i, x));
        }
        (top as f64 * self.dt, self.values[top])
    }

    /// Every time (h) at which it comes to or leaves a level, the first of them upwards; `peak` lies above it.
    fn crossings(&self, level: f64, peak: (f64, f64)) -> Vec<f64> {
        let mut above = self.values[0] >= level;
        let mut list = if above { vec![0.0] } else { Vec::new() };
        for (i, value) in self.values.iter().enumerate().skip(1) {
            if (*value >= level) != above {
                let sign = if above { 1.0 } else { -1.0 };
                let x = crossing(1.0, |x| sign * (self.at(i - 1, x) - level));
                list.push((i as f64 - 1.0 + x) * self.dt);
                above = !above;
            }
        }
        if list.is_empty() {
            // above it for less than the distance of two points
            list = vec![peak.0, peak.0];
        }
        list
    }
}

impl Person {
    /// As far as it is read from the effect site, the highest point of which is known.
    fn at_site(own: &EffectLevels, site: &EffectSite, top: usize) -> Self {
        let minutes = |h: f64| h * MINUTES_PER_HOUR;
        let peak = site.peak(top);
        let reached = |level: Option<f64>| level.filter(|level| peak.1 > 0.0 && peak.1 >= *level);
        let strong = reached(Some(peak.1 * STRONGEST)).map(|level| site.crossings(level, peak));
        let strong = strong.and_then(|list| Some([*list.first()?, *list.last()?]));
        let level = reached(own.dissociative);
        let main = level.map(|level| site.crossings(level, peak)).unwrap_or_default();
        // an odd number of crossings: still above at the last point
        let outlasts = main.len() % 2 == 1;
        let end = main.last().filter(|_| !outlasts);
        let gaps: Box<[[f64; 2]]> =
            main.get(1..).unwrap_or_default().chunks_exact(2).map(|gap| [minutes(gap[0]), minutes(gap[1])]).collect();
        let inside = |[begin, end]: [f64; 2]| end - begin - gaps.iter().map(|[a, b]| b - a).sum::<f64>();
        let begin = main.first().copied().map(minutes);
        Self {
            onset: reached(own.notice).and_then(|level| site.crossings(level, peak).first().copied()).map(minutes),
            peak: minutes(peak.0),
            strongest: strong.unwrap_or_default().map(minutes),
            end: end.copied().map(minutes),
            reaches: level.is_some(),
            outlasts,
            level: own.dissociative.unwrap_or(0.0) * NG_ML_PER_MG_L,
            begin,
            above: begin.zip(end).map(|(begin, end)| inside([begin, minutes(*end)])),
            asked: own.notice.is_some(),
            gaps,
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
    fn run(self) -> Self::Out {
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
                    (a[l] - b[l]) / (a[l] / b[l]).ln_portable()
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

impl Sink for EndpointReader<'_> {
    #[inline(always)]
    fn put(&mut self, _block: usize, point: usize, output: usize, values: &Lane) {
        let at = (output * self.points + point) * LANES;
        self.values[at..at + LANES].copy_from_slice(values);
    }

    #[inline(always)]
    fn room(&mut self, _block: usize, first: usize, _count: usize) -> Place<'_> {
        let outputs = self.points * LANES;
        Place { values: &mut self.values[first * LANES..], outputs, points: LANES }
    }

    fn done(&mut self, block: usize) {
        let points = self.points;
        let (plasma, site) = self.values.as_chunks::<LANES>().0.split_at(points);
        let (highest, strongest, areas) = wide(Tops { plasma, site, dt: self.dt });
        for (point, row) in site.iter().enumerate() {
            for (column, value) in self.columns.chunks_mut(points).zip(row) {
                column[point] = *value;
            }
        }
        let owns = self.owns.iter().skip(block * LANES).take(LANES);
        for (l, (own, column)) in owns.zip(self.columns.chunks(points)).enumerate() {
            let site = EffectSite { dt: self.dt, ke0: own.ke0, values: column, plasma: (plasma, l) };
            self.people.push(Person {
                cmax: highest.value[l] * NG_ML_PER_MG_L,
                tmax: highest.point[l] * self.dt * MINUTES_PER_HOUR,
                auc: areas[l] * NG_ML_PER_MG_L,
                ..Person::at_site(own, &site, strongest.point[l] as usize)
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
        let by_hand =
            |a: f64, b: f64| if b < a && b > 0.0 { (a - b) / -((b - a) / a).ln_1p_portable() } else { 0.5 * (a + b) };
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
