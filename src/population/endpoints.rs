//! Endpoints of each virtual subject (Cmax, tmax, AUC, effect times), read from plasma and effect site of sixteen
//! subjects at a time while they are simulated.

use super::crossings::{crossings, inside};
use super::level::{Line, PersonAbove};
use super::random::{generator, normal, stream_of, uniform};
use crate::analysis::{SHORTEST_DELAY_H, STRONGEST, crossing};
use crate::library::{Delay, Effects, Level, LevelKind};
use crate::model::Site;
use crate::portable::Portable as _;
use crate::sim::lanes::{LANES, Lane, Work, splat, wide};
use crate::sim::linear::{Place, Sink};
use crate::units::{MINUTES_PER_HOUR, NG_ML_PER_MG_L};

/// Random stream from which effect levels and delays are drawn.
const STREAM: &str = "levels and delays";
/// The series for the logarithmic mean is used below this relative difference, (a - b) / (a + b). It is exact to
/// rounding there.
const NEAR: f64 = 0.05;

/// The effect levels and the effect delay of one subject.
#[derive(Debug, Clone, Copy)]
pub(super) struct EffectLevels {
    /// Rate constant of the effect site, 1/h.
    pub ke0: f64,
    /// Concentration from which the subject notices something, mg/L. `None` where the subject's study has no such
    /// level.
    notice: Option<f64>,
    /// Concentration from which the dissociative part is felt, mg/L. `None` where the subject's study has no such
    /// level.
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

/// One virtual subject in one session of an arm. Times are minutes from the first dose of the session.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Person {
    /// Cmax: highest plasma concentration, ng/mL.
    pub cmax: f64,
    /// tmax: time of the highest plasma concentration, min.
    pub tmax: f64,
    /// Area under the plasma curve to a day after the last dose, ng h/mL.
    pub auc: f64,
    /// First time the effect site is above the level of noticing, min. `None` when it is not reached or the study has
    /// no such level.
    pub onset: Option<f64>,
    /// Time of the highest effect-site concentration (strongest effect), min.
    pub peak: f64,
    /// Start and end of the time within a tenth of the strongest effect, min.
    pub strongest: [f64; 2],
    /// Last time above the dissociative level, min. `None` when it is not reached or still exceeded at the end of the
    /// simulation.
    pub end: Option<f64>,
    /// Whether the dissociative level is reached.
    pub reaches: bool,
    /// Whether the dissociative level is still exceeded a day after the last dose.
    pub outlasts: bool,
    /// The subject's dissociative level, ng/mL. 0 where the study has none.
    pub level: f64,
    /// First time above the dissociative level, min. `None` when it is not reached.
    pub begin: Option<f64>,
    /// Total time above the dissociative level without the gaps between doses, min. `None` when it is not reached or
    /// still exceeded at the end.
    pub above: Option<f64>,
    /// Start and end of each gap below the dissociative level between two stretches above it, min.
    pub gaps: Box<[[f64; 2]]>,
    /// Whether the subject's study has a level of noticing at all.
    pub asked: bool,
    /// Time at or above the level line of the scenario. `None` where it has none.
    pub above_level: Option<PersonAbove>,
}

impl Person {
    /// Whether the subject is above their own dissociative level at a time, min.
    pub fn is_above(&self, minutes: f64) -> bool {
        let begun = self.begin.is_some_and(|begin| begin <= minutes);
        let ended = self.end.is_some_and(|end| end <= minutes) || !self.reaches;
        begun && !ended && !self.gaps.iter().any(|[from, to]| (*from..*to).contains(&minutes))
    }

    /// Whether the subject reaches any level: noticing or dissociative.
    pub(super) fn feels(&self) -> bool {
        self.onset.is_some() || self.reaches
    }
}

/// Collects plasma and effect site of sixteen subjects at every point. When all points are in, it keeps each subject's
/// endpoints.
pub(super) struct EndpointReader<'a> {
    dt: f64,
    points: usize,
    owns: &'a [EffectLevels],
    line: Option<Line>,
    /// Plasma at every point, then effect site at every point.
    values: Vec<f64>,
    /// Effect-site curves of the sixteen subjects, one after another.
    columns: Vec<f64>,
    pub people: Vec<Person>,
}

/// Highest value of each of sixteen subjects, and the index of its point.
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
    /// For subjects with these levels, at `points` points that are `dt` hours apart.
    pub fn new(points: usize, dt: f64, owns: &'a [EffectLevels]) -> Self {
        Self {
            dt,
            points,
            owns,
            line: None,
            values: vec![0.0; 2 * points * LANES],
            columns: vec![0.0; points * LANES],
            people: Vec::with_capacity(owns.len()),
        }
    }

    /// Reads plasma against a level, too.
    pub fn against(self, line: Option<Line>) -> Self {
        Self { line, ..self }
    }
}

/// Effect-site curve of one subject at points `dt` hours apart. Between two points it is the cubic Hermite interpolant,
/// with the slopes ke0 (plasma - site) at both ends.
struct EffectSite<'a> {
    dt: f64,
    ke0: f64,
    values: &'a [f64],
    /// Plasma of sixteen subjects at each point, and the lane of this subject.
    plasma: (&'a [Lane], usize),
}

impl EffectSite<'_> {
    /// Slope at a point, per step of the grid.
    fn slope(&self, i: usize) -> f64 {
        let (rows, lane) = self.plasma;
        self.ke0 * self.dt * (rows[i][lane] - self.values[i])
    }

    fn at(&self, i: usize, x: f64) -> f64 {
        let (a, b, y) = (self.values[i], self.values[i + 1], 1.0 - x);
        a * (1.0 + 2.0 * x) * y * y + b * (3.0 - 2.0 * x) * x * x + self.slope(i) * x * y * y
            - self.slope(i + 1) * x * x * y
    }

    /// Time (h) and value of the peak, in an interval next to the highest grid point.
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

    /// Every time (h) at which the curve crosses a level, starting with the first upward crossing. `peak` must be above
    /// the level.
    fn crossings(&self, level: f64, peak: (f64, f64)) -> Vec<f64> {
        crossings(self.values, self.dt, level, peak.0, |i| {
            let sign = if self.values[i] >= level { 1.0 } else { -1.0 };
            crossing(1.0, |x| sign * (self.at(i, x) - level))
        })
    }
}

impl Person {
    /// The endpoints that are read from the effect site. `top` is the index of its highest point.
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
            above: begin.zip(end).map(|_| minutes(inside(&main, f64::INFINITY))),
            asked: own.notice.is_some(),
            gaps,
            ..Self::default()
        }
    }
}

/// Computed for sixteen subjects side by side: peaks of plasma and effect site, and areas under plasma.
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

/// AUC of each of sixteen curves by the linear-up log-down trapezoidal rule.
#[inline(always)]
fn areas(rows: &[Lane], dt: f64) -> Lane {
    let mut sum = splat(0.0);
    for pair in rows.windows(2) {
        let [a, b] = [&pair[0], &pair[1]];
        let mut falls = splat(0.0);
        for l in 0..LANES {
            // 0 / 0 is NaN and counts as no fall
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

/// atanh(x) / x for small x, which turns an arithmetic mean into a logarithmic one. With x = (a - b) / (a + b), ln(a /
/// b) is 2 atanh(x).
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
        let dt = self.dt;
        let against = |lane: usize| {
            let plasma = || plasma.iter().map(|row| row[lane]).collect::<Vec<f64>>();
            self.line.map(|line| line.read(&plasma(), dt))
        };
        let owns = self.owns.iter().skip(block * LANES).take(LANES);
        for (l, (own, column)) in owns.zip(self.columns.chunks(points)).enumerate() {
            let site = EffectSite { dt: self.dt, ke0: own.ke0, values: column, plasma: (plasma, l) };
            self.people.push(Person {
                cmax: highest.value[l] * NG_ML_PER_MG_L,
                tmax: highest.point[l] * self.dt * MINUTES_PER_HOUR,
                auc: areas[l] * NG_ML_PER_MG_L,
                above_level: against(l),
                ..Person::at_site(own, &site, strongest.point[l] as usize)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checked against the logarithm itself: falls of every size, rises, zeros, and a fall to zero.
    #[test]
    fn areas_are_straight_up_and_logarithmic_down() {
        let by_hand =
            |a: f64, b: f64| if b < a && b > 0.0 { (a - b) / -((b - a) / a).ln_1p_portable() } else { 0.5 * (a + b) };
        for (a, b) in
            [(3.0, 2.999), (3.0, 2.8), (3.0, 2.7), (3.0, 1.0), (1.0, 3.0), (0.0, 0.0), (2.0, 0.0), (1e-300, 0.0)]
        {
            // next to a subject whose curve falls fast, so that both branches are taken
            for neighbour in [a, 1e-3 * a] {
                let mut rows = [splat(a), splat(b)];
                rows[1][3] = if neighbour < a { neighbour } else { b };
                let (found, expected) = (areas(&rows, 0.5)[0], 0.5 * by_hand(a, b));
                assert!((found - expected).abs() <= 1e-13 * expected, "{a} to {b}: {found} and {expected}");
            }
        }
    }
}
