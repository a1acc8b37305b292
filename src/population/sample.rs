//! Samples virtual subjects from a model's between-subject variability: correlated on the log or logit scale. Each
//! subject depends on its number and the seed alone.

use super::Sample;
use super::covariates::SampledCovariates;
use super::random::{generator, stream_of};
use crate::covariates::Population;
use crate::error::{Error, Result};
use crate::library::Library;
use crate::model::{Covariate, Distribution, Effect, Individual, Model, Parameter, by_effects};
use crate::scenario::Scenario;
use crate::sim::lanes::{LANES, Lane, splat};
use crate::subject::Subject;
use nalgebra::DMatrix;
use rand_distr::{Distribution as _, StandardNormal};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// The between-subject variability of a model, ready to draw from.
#[derive(Debug, Clone)]
pub(super) struct SubjectSampler {
    /// Typical values, with covariate effects applied, in the model's order of parameters.
    typical: Vec<f64>,
    /// For each parameter that varies: its index, its distribution, and omega (standard deviation of the random
    /// effect).
    spreads: Vec<(usize, Distribution, f64)>,
    /// Lower Cholesky factor of the correlation matrix: turns independent draws into correlated ones.
    root: DMatrix<f64>,
    /// Whether any two random effects are correlated.
    correlated: bool,
    seed: u64,
    stream: u64,
    first_draws: FirstSamples,
    /// Weight and age of each subject.
    pub bodies: SampledCovariates,
    /// Parameters whose typical value depends on a sampled covariate: index, value before covariate effects, and the
    /// effects.
    followers: Vec<(usize, f64, Vec<Effect>)>,
}

/// First draws by group of subjects, shared between the arms of one model.
pub(super) type FirstSamples = Arc<Vec<OnceLock<Vec<Lane>>>>;

/// First draws are kept for at most this many subjects. With what is prepared from them they take 20 MB.
pub(super) const MOST_KEPT: usize = 12_000;

/// Empty slots for the first draws of a sample, shared by all arms of one model. There are none for a sample that is
/// too large to keep.
pub(super) fn room_for(sample: Sample) -> FirstSamples {
    let kept = if sample.people.size() <= MOST_KEPT { sample.people.size().div_ceil(LANES) } else { 0 };
    FirstSamples::new((0..kept).map(|_| OnceLock::new()).collect())
}

/// First draws of a sample, by model and by who is given the arm.
#[derive(Debug, Default)]
pub(super) struct ByModel(Vec<(Drawn, FirstSamples)>);

/// What draws depend on beside the sample.
type Drawn = (String, Subject, Population);

impl ByModel {
    /// Of an arm.
    ///
    /// # Errors
    /// When the arm has no model.
    pub fn of(&mut self, scenario: &Scenario, index: usize, library: &Library, sample: Sample) -> Result<FirstSamples> {
        let arm = &scenario.arms[index];
        let key = (arm.model_in(library)?.id.clone(), scenario.subject_of(arm), scenario.population_of(arm));
        if let Some((_, known)) = self.0.iter().find(|(known, _)| *known == key) {
            return Ok(known.clone());
        }
        let room = room_for(sample);
        self.0.push((key, room.clone()));
        Ok(room)
    }
}

impl SubjectSampler {
    /// The sampler of a model around the typical values of a subject.
    ///
    /// # Errors
    /// When the correlation matrix is not positive definite, which the check of a model file excludes.
    pub fn new(
        model: &Model,
        bodies: SampledCovariates,
        subject: &Subject,
        seed: u64,
        first_draws: FirstSamples,
    ) -> Result<Self> {
        let person = Individual::typical(model, subject, &BTreeMap::new())?;
        let typical: Vec<f64> = model.parameters.iter().map(|p| person.get(&p.name)).collect();
        let place = |name: &str| model.parameters.iter().position(|p| p.name == name).unwrap_or(0);
        let spreads: Vec<(usize, Distribution, f64)> =
            model.spreads.iter().map(|s| (place(&s.name), s.distribution, s.omega())).collect();
        let n = spreads.len();
        let mut matrix = DMatrix::identity(n, n);
        for c in &model.correlations {
            let at = |name: &str| model.spreads.iter().position(|s| s.name == name).unwrap_or(0);
            let (i, j) = (at(&c.between[0]), at(&c.between[1]));
            matrix[(i, j)] = c.r;
            matrix[(j, i)] = c.r;
        }
        let root = matrix
            .cholesky()
            .ok_or_else(|| Error::cannot(format!("the correlations of {} contradict each other", model.id)))?
            .l();
        let correlated = !model.correlations.is_empty();
        let follows = |p: &Parameter| {
            let mine: Vec<Effect> = model.effects.iter().filter(|e| e.acts_on(&p.name)).cloned().collect();
            let any = mine.iter().any(|e| matches!(e.by, Covariate::Weight | Covariate::Age));
            (bodies.differ() && any).then(|| (place(&p.name), p.value, mine))
        };
        let followers = model.parameters.iter().filter_map(follows).collect();
        Ok(Self {
            bodies,
            followers,
            typical,
            spreads,
            root,
            correlated,
            seed,
            stream: stream_of(&model.id),
            first_draws,
        })
    }

    /// Whether any parameter has between-subject variability.
    pub fn scatter(&self) -> bool {
        !self.spreads.is_empty()
    }

    /// Parameters of the subjects from `first` on. `attempts` says how often each was drawn before.
    pub fn fill(&self, first: usize, attempts: &[u64; LANES], parameters: &mut Vec<Lane>) {
        parameters.clear();
        if attempts == &[0; LANES]
            && let Some(slot) = self.first_draws.get(first / LANES)
        {
            parameters.extend_from_slice(slot.get_or_init(|| {
                let mut drawn = Vec::new();
                self.draw(first, attempts, &mut drawn);
                drawn
            }));
            return;
        }
        self.draw(first, attempts, parameters);
    }

    fn draw(&self, first: usize, attempts: &[u64; LANES], parameters: &mut Vec<Lane>) {
        parameters.extend(self.typical.iter().map(|v| splat(*v)));
        let mut etas = vec![0.0; self.spreads.len()];
        for l in 0..LANES {
            if !self.followers.is_empty() {
                let body = self.bodies.of(first + l);
                for (parameter, value, effects) in &self.followers {
                    parameters[*parameter][l] = by_effects(effects.iter(), *value, &body);
                }
            }
            self.person((first + l, l), attempts[l], &mut etas, parameters);
        }
    }

    fn person(&self, (person, l): (usize, usize), attempt: u64, etas: &mut [f64], parameters: &mut [Lane]) {
        let mut rng = generator(self.seed, self.stream, person, attempt);
        etas.iter_mut().for_each(|eta| *eta = StandardNormal.sample(&mut rng));
        for (k, (parameter, distribution, omega)) in self.spreads.iter().enumerate() {
            let z = if self.correlated { (0..=k).map(|j| self.root[(k, j)] * etas[j]).sum() } else { etas[k] };
            let value = &mut parameters[*parameter][l];
            *value = distribution.of(*value, z * omega);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::uniform;
    use super::*;

    /// The draws of one subject, and those of neighbouring subjects, are unrelated. Correlations lie within 4.5
    /// standard errors of zero, and so does the share of pairs in each corner of the unit square.
    #[test]
    fn draws_are_unrelated() {
        let people = 40_000;
        for (seed, stream, attempt) in
            [(1, stream_of("ketamine-composite"), 0), (2, stream_of("body weight"), 0), (7, 3, 1)]
        {
            let draws: Vec<Vec<f64>> = (0..people)
                .map(|p| {
                    let mut rng = generator(seed, stream, p, attempt);
                    (0..6).map(|_| uniform(&mut rng)).collect()
                })
                .collect();
            let mut pairs: Vec<(String, Vec<[f64; 2]>)> = Vec::new();
            for j in 0..6 {
                for k in 0..j {
                    pairs.push((format!("draws {k} and {j}"), draws.iter().map(|d| [d[k], d[j]]).collect()));
                }
                pairs.push((format!("draw {j} of neighbours"), draws.windows(2).map(|d| [d[0][j], d[1][j]]).collect()));
            }
            for (name, pairs) in pairs {
                let n = pairs.len() as f64;
                let r = 12.0 * pairs.iter().map(|[a, b]| (a - 0.5) * (b - 0.5)).sum::<f64>() / n;
                assert!(r.abs() < 4.5 / n.sqrt(), "seed {seed}, {name}: correlation {r}");
                for low in [0.25, 0.5] {
                    for corner in [[0.0, 0.0], [0.0, 1.0 - low], [1.0 - low, 0.0], [1.0 - low, 1.0 - low]] {
                        let inside = |p: &&[f64; 2]| (0..2).all(|i| (corner[i]..corner[i] + low).contains(&p[i]));
                        let share = pairs.iter().filter(inside).count() as f64 / n;
                        let expected = low * low;
                        let error = (expected * (1.0 - expected) / n).sqrt();
                        assert!((share - expected).abs() < 4.5 * error, "seed {seed}, {name}: {share} in {corner:?}");
                    }
                }
            }
        }
    }
}
