//! Body weight and age of each virtual subject, where a scenario lets them vary. They depend on the subject's number
//! and the seed alone, so a subject weighs the same in every arm and under every model.

use super::random::{generator, normal, stream_of, uniform};
use crate::covariates::{Limits, Population};
use crate::portable::Portable as _;
use crate::scenario::{Scenario, StudyArm};
use crate::sim::lanes::{LANES, Lane, splat};
use crate::subject::Subject;
use crate::units::{Age, Weight};

/// Names of the random streams. They are separate so that weight does not depend on whether age varies.
const STREAMS: [&str; 2] = ["body weight", "age"];
/// When the limits lie more than this many standard deviations apart, most normal draws fall between them.
const WIDE: f64 = 6.0;

/// Covariates of the virtual subjects: weight and age.
#[derive(Debug, Clone)]
pub(super) struct SampledCovariates {
    subject: Subject,
    population: Population,
    seed: u64,
}

impl SampledCovariates {
    /// Those of an arm.
    pub fn of_arm(scenario: &Scenario, arm: &StudyArm, seed: u64) -> Self {
        Self { subject: scenario.subject_of(arm), population: scenario.population_of(arm), seed }
    }

    /// Whether any covariate varies between subjects.
    pub fn differ(&self) -> bool {
        !self.population.is_none()
    }

    /// The covariates of one subject, by number. A covariate that does not vary is that of the scenario's subject.
    pub fn of(&self, person: usize) -> Subject {
        let own = |limits: Option<Limits>, stream: usize, else_: f64| {
            limits.map_or(else_, |l| drawn(l, self.seed, STREAMS[stream], person))
        };
        Subject {
            weight: Weight::from_kg(own(self.population.weights(), 0, self.subject.weight.kg())),
            age: Age::from_years(own(self.population.ages(), 1, self.subject.age.years())),
            ..self.subject.clone()
        }
    }

    /// Weights (kg) and ages (years) of sixteen subjects.
    pub fn lanes(&self, first: usize) -> [Lane; 2] {
        if !self.differ() {
            return [splat(self.subject.weight.kg()), splat(self.subject.age.years())];
        }
        let people: [Subject; LANES] = std::array::from_fn(|l| self.of(first + l));
        [std::array::from_fn(|l| people[l].weight.kg()), std::array::from_fn(|l| people[l].age.years())]
    }
}

/// A draw between the limits: uniform, or from a truncated log-normal distribution. The latter is exact for any limits.
/// With limits far apart, normal draws outside them are rejected. With limits close together, uniform draws are
/// accepted in proportion to the density.
fn drawn(limits: Limits, seed: u64, stream: &str, person: usize) -> f64 {
    let mut rng = generator(seed, stream_of(stream), person, 0);
    let [low, high] = limits.ends;
    let Some([median, omega]) = limits.log_normal else { return low + uniform(&mut rng) * (high - low) };
    if omega <= 0.0 || low >= high {
        return median;
    }
    let [a, b] = limits.ends.map(|end| (end / median).ln_portable() / omega);
    loop {
        let z = if b - a > WIDE { normal(&mut rng) } else { a + uniform(&mut rng) * (b - a) };
        let kept = b - a > WIDE || uniform(&mut rng) < (-0.5 * z * z).exp_portable();
        if kept && (a..=b).contains(&z) {
            return (median * (omega * z).exp_portable()).clamp(low, high);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Share of the distribution below a point, by Simpson's rule over the density between the limits.
    fn share(limits: Limits, below: f64) -> f64 {
        let [median, omega] = limits.log_normal.unwrap();
        let z = |x: f64| (x / median).ln_portable() / omega;
        let area = |a: f64, b: f64| {
            let (n, h) = (2000, (b - a) / 2000.0);
            let density = |i: usize| (-0.5 * (a + h * i as f64).powi(2)).exp_portable();
            (0..=n)
                .map(|i| {
                    density(i)
                        * if i == 0 || i == n {
                            1.0
                        } else if i % 2 == 1 {
                            4.0
                        } else {
                            2.0
                        }
                })
                .sum::<f64>()
                * h
        };
        let [low, high] = limits.ends.map(|e| if e > 0.0 { z(e).max(-12.0) } else { -12.0 });
        area(low, z(below)) / area(low, high)
    }

    #[test]
    fn draws_are_those_of_a_cut_log_normal() {
        for (omega, ends) in [(0.2, [45.0, 120.0]), (0.2, [68.0, 73.0]), (0.05, [30.0, 200.0]), (0.8, [70.0, 300.0])] {
            let limits = Limits { log_normal: Some([70.0, omega]), ends };
            let people = 20_000;
            let all: Vec<f64> = (0..people).map(|p| drawn(limits, 1, "test", p)).collect();
            assert!(all.iter().all(|v| (ends[0]..=ends[1]).contains(v)));
            for below in [0.25, 0.5, 0.75].map(|s| ends[0] + s * (ends[1].min(150.0) - ends[0])) {
                let found = all.iter().filter(|v| **v < below).count() as f64 / people as f64;
                let expected = share(limits, below);
                assert!((share(limits, limits.quantile(expected)) - expected).abs() < 1e-9);
                // four standard errors
                assert!((found - expected).abs() < 4.0 * (0.25 / people as f64).sqrt(), "{found} {expected} {below}");
            }
        }
        let even = Limits { log_normal: None, ends: [18.0, 65.0] };
        assert_eq!(even.quantile(0.25), 29.75);
        let mean = (0..20_000).map(|p| drawn(even, 1, "test", p)).sum::<f64>() / 20_000.0;
        assert!((mean - 41.5).abs() < 4.0 * 47.0 / 12.0_f64.sqrt() / 20_000.0_f64.sqrt(), "{mean}");
        for still in [Limits { log_normal: Some([70.0, 0.0]), ends: [60.0, 80.0] }, Limits { ends: [70.0; 2], ..even }]
        {
            assert_eq!((drawn(still, 1, "test", 3), still.quantile(0.95)), (70.0, 70.0));
        }
    }
}
