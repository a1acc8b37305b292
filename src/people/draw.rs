//! People drawn from a model's spread: correlated on the log or logit scale, each by number and seed alone.

use super::Crowd;
use super::lanes::{LANES, Lane, splat};
use crate::error::{Error, Result};
use crate::model::{Distribution, Individual, Model};
use crate::subject::Subject;
use nalgebra::DMatrix;
use rand_distr::{Distribution as _, StandardNormal};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// The spread of a model, ready to draw from.
#[derive(Debug, Clone)]
pub(super) struct Draws {
    /// Typical values with covariates, by the model's order of parameters.
    typical: Vec<f64>,
    /// Parameter, scale and standard deviation of each spread.
    spreads: Vec<(usize, Distribution, f64)>,
    /// Lower triangle that turns independent draws into correlated ones.
    root: DMatrix<f64>,
    /// Whether any two are correlated.
    correlated: bool,
    seed: u64,
    stream: u64,
    first_draws: FirstDraws,
}

/// First draws by group of people, shared between arms of one model.
pub(super) type FirstDraws = Arc<Vec<OnceLock<Vec<Lane>>>>;

/// First draws are kept for this many people: with what is made ready of them 20 MB.
pub(super) const MOST_KEPT: usize = 12_000;

/// Room to keep the first draws of a crowd, for all arms of one model.
pub(super) fn room_for(crowd: Crowd) -> FirstDraws {
    let kept = if crowd.people <= MOST_KEPT { crowd.people.div_ceil(LANES) } else { 0 };
    FirstDraws::new((0..kept).map(|_| OnceLock::new()).collect())
}

/// First draws of a crowd by model.
#[derive(Debug, Default)]
pub(super) struct ByModel(BTreeMap<String, FirstDraws>);

impl ByModel {
    pub fn of(&mut self, model: &Model, crowd: Crowd) -> FirstDraws {
        self.0.entry(model.id.clone()).or_insert_with(|| room_for(crowd)).clone()
    }
}

/// Random numbers of one person; `try_` counts draws that were impossible.
pub(super) fn generator(seed: u64, stream: u64, person: usize, attempt: u64) -> Pcg64 {
    // golden-ratio steps keep neighbouring people and seeds apart
    let key = seed.wrapping_add(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(person as u64 + 1));
    let state = (u128::from(key) << 64) | u128::from(attempt.wrapping_mul(0xD134_2543_DE82_EF95) ^ stream);
    let mut rng = Pcg64::new(state, u128::from(stream) << 1 | 1);
    rng.next_u64();
    rng
}

/// A number for a name, the same on every machine (FNV-1a).
pub(super) fn stream_of(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3))
}

impl Draws {
    /// The spread of a model around a typical person.
    ///
    /// # Errors
    /// When the correlations contradict each other, which a checked file excludes.
    pub fn new(model: &Model, subject: &Subject, seed: u64, first_draws: FirstDraws) -> Result<Self> {
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
        Ok(Self { typical, spreads, root, correlated, seed, stream: stream_of(&model.id), first_draws })
    }

    /// Whether people differ at all.
    pub fn scatter(&self) -> bool {
        !self.spreads.is_empty()
    }

    /// Parameters of the people from `first` on; `attempts` says how often each was drawn before.
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
            self.person(first + l, attempts[l], &mut etas, |parameter, value| parameters[parameter][l] = value);
        }
    }

    fn person(&self, person: usize, attempt: u64, etas: &mut [f64], mut put: impl FnMut(usize, f64)) {
        let mut rng = generator(self.seed, self.stream, person, attempt);
        etas.iter_mut().for_each(|eta| *eta = StandardNormal.sample(&mut rng));
        for (k, (parameter, distribution, omega)) in self.spreads.iter().enumerate() {
            let z = if self.correlated { (0..=k).map(|j| self.root[(k, j)] * etas[j]).sum() } else { etas[k] };
            put(*parameter, distribution.of(self.typical[*parameter], z * omega));
        }
    }
}
