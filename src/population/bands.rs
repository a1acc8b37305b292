//! Percentile bands over virtual subjects, for every analyte at every point of the grid.

use super::cohort::{CHUNK, ChunkState, Cohort, Wanted, Within};
use super::covariates::SampledCovariates;
use super::percentiles::Tracker;
use super::sample::{ByModel, FirstSamples, MOST_KEPT};
use super::{Sample, Workers, quartiles};
use crate::error::{Error, Result};
use crate::library::Library;
use crate::model::Site;
use crate::model::expr::Expr;
use crate::scenario::Scenario;
use crate::sim::lanes::{LANES, Lane};
use crate::sim::linear::{Place, Sink};
use crate::subject::Subject;
use crate::units::NG_ML_PER_MG_L;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Largest number of values held at a time: 96 MB. A very large sample is simulated in several stretches of time, each
/// with new draws.
const MOST_VALUES: usize = 12_000_000;

/// Number of values that stay in the processor's cache, where one more stretch costs little: 0.8 MB. Newly allocated
/// memory is slow as well.
const NEAR_VALUES: usize = 100_000;
/// Least number of points in a stretch: each stretch has a cost of its own.
const LEAST_ROWS: usize = 24;
/// Distance between two rows. A power of two would map every row to the same sets of the cache.
const ROW: usize = CHUNK + LANES;

/// Times closer together than this count as one, h: 3.6 ms.
pub const SAME_TIME_H: f64 = 1e-6;

/// Percentile bands of one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmBands {
    /// Index of the arm in the scenario.
    pub index: usize,
    /// Label of the arm.
    pub label: String,
    /// Id of the model that was used.
    pub model: String,
    /// Sampling site at which the curves are read.
    pub site: Site,
    /// Times of the grid, h from time 0.
    pub times: Vec<f64>,
    /// One band for each analyte, the parent drug first.
    pub bands: Vec<Band>,
    /// Number of subjects that were drawn again because an earlier draw was impossible.
    pub drawn_again: usize,
    /// Whether subjects differ at all: in parameters or in covariates.
    pub scatters: bool,
}

/// 5th, 50th and 95th percentile over people at each time, ng/mL.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Analyte: the drug or a metabolite, by id.
    pub analyte: String,
    /// 5th, 50th and 95th percentile at each time, ng/mL.
    pub percentiles: Vec<[f64; 3]>,
}

/// Called with the share of the work that is done, 0 to 1. Its answer `false` stops the work.
pub type Progress<'a> = &'a (dyn Fn(f64) -> bool + Sync);

/// Percentile bands of every arm that is on.
///
/// # Errors
/// When an arm cannot be simulated, or `progress` says to stop.
pub fn bands(
    scenario: &Scenario,
    library: &Library,
    sample: Sample,
    workers: &dyn Workers,
    progress: Progress,
) -> Result<Vec<ArmBands>> {
    every_arm(scenario, library, sample, Wanting::Bands, &mut Kept::default(), (workers, progress))
}

/// Reused from one arm to the next: the first draws of the subjects, and memory.
#[doc(hidden)]
#[derive(Default)]
pub struct Kept {
    drawn: ByModel,
    chunks: Vec<Mutex<Chunk>>,
}

impl Kept {
    /// Share of the subjects of the last arm that were solved as sums of eigenmodes, 0 to 1. `None` where this was not
    /// kept.
    pub fn by_modes(&self) -> Option<f64> {
        let made = self.chunks.iter().filter_map(|c| Some(c.lock().ok()?.state.made()));
        let (all, modes) = made.fold((0, 0), |(all, modes), made| (all + made.0, modes + made.1));
        (all > 0).then(|| modes as f64 / all as f64)
    }
}

/// The work of [`bands`] without its percentiles, for benchmarks. When it is called again, it does not draw again
/// either. Returns how many subjects were drawn again.
///
/// # Errors
/// When an arm cannot be simulated.
#[doc(hidden)]
pub fn simulation_alone(
    scenario: &Scenario,
    library: &Library,
    sample: Sample,
    kept: &mut Kept,
    workers: &dyn Workers,
) -> Result<usize> {
    let arms = every_arm(scenario, library, sample, Wanting::Nothing, kept, (workers, &|_| true))?;
    Ok(arms.iter().map(|a| a.drawn_again).sum())
}

/// What is computed from the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanting {
    /// Nothing: the simulation alone, for benchmarks.
    Nothing,
    /// 5th, 50th and 95th percentile.
    Bands,
    /// 5th, 50th and 95th percentile, and the quartiles.
    Quartiles,
}

fn every_arm(
    scenario: &Scenario,
    library: &Library,
    sample: Sample,
    wanting: Wanting,
    kept: &mut Kept,
    (workers, progress): (&dyn Workers, Progress),
) -> Result<Vec<ArmBands>> {
    scenario.check(library)?;
    let on: Vec<usize> = (0..scenario.arms.len()).filter(|i| scenario.arms[*i].on).collect();
    let mut list = Vec::new();
    for (k, &index) in on.iter().enumerate() {
        let first_draws = kept.drawn.of(scenario, index, library, sample)?;
        let part = |share: f64| progress((k as f64 + share) / on.len() as f64);
        list.push(
            one(scenario, index, library, (sample, first_draws), (wanting, &mut kept.chunks), (workers, &part))?.0,
        );
    }
    Ok(list)
}

/// 25th and 75th percentile by analyte (parent drug first) and point of the grid, ng/mL.
pub(super) type Quartiles = Vec<Vec<[f64; 2]>>;

/// Percentile bands of one arm, by its index in a checked scenario. Quartiles are added where they are wanted.
pub(super) fn one(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    (sample, first_draws): (Sample, FirstSamples),
    (wanting, chunks): (Wanting, &mut Vec<Mutex<Chunk>>),
    work: (&dyn Workers, Progress),
) -> Result<(ArmBands, Quartiles)> {
    let arm = &scenario.arms[index];
    let model = arm.model_in(library)?;
    let site = arm.site_in(model)?;
    let (engine, analytes) = engine(scenario, index, library, sample, first_draws, Points::Grid)?;
    let (found, drawn_again) = rows(&engine, analytes.len(), sample.people.size(), wanting, chunks, work)?;
    let (mut bands, mut quartiles) = (Vec::new(), Vec::new());
    for (analyte, found) in analytes.into_iter().zip(found) {
        bands.push(Band { analyte, percentiles: found.percentiles });
        quartiles.push(found.quartiles);
    }
    let bands = ArmBands {
        index,
        label: arm.label.clone(),
        model: model.id.clone(),
        site,
        times: (0..=engine.steps).map(|i| i as f64 * engine.dt).collect(),
        bands,
        drawn_again,
        scatters: engine.scatters(),
    };
    Ok((bands, quartiles))
}

/// Parameters of one virtual subject of an arm, for simulating that subject alone. Weight and age are given by
/// [`subject_of`].
///
/// # Errors
/// When the arm cannot be simulated.
pub fn individuals(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    sample: Sample,
    person: usize,
) -> Result<BTreeMap<String, Expr>> {
    let arm = &scenario.arms[index];
    let model = arm.model_in(library)?;
    let bodies = SampledCovariates::of_arm(scenario, arm, sample.seed);
    let subject = scenario.subject_of(arm);
    let draws = super::sample::SubjectSampler::new(model, bodies, &subject, sample.seed, FirstSamples::default())?;
    let first = person / LANES * LANES;
    let mut parameters = Vec::new();
    draws.fill(first, &[0; LANES], &mut parameters);
    let value = |(p, lane): (&crate::model::Parameter, &Lane)| (p.name.clone(), Expr::Number(lane[person - first]));
    Ok(model.parameters.iter().zip(&parameters).map(value).collect())
}

/// The covariates of one virtual subject of an arm: weight and age as drawn, everything else as the arm has it.
pub fn subject_of(scenario: &Scenario, index: usize, sample: Sample, person: usize) -> Subject {
    SampledCovariates::of_arm(scenario, &scenario.arms[index], sample.seed).of(person)
}

/// Curves of some virtual subjects of an arm, by subject, analyte and point of the grid; ng/mL.
///
/// # Errors
/// When the arm cannot be simulated.
pub fn courses(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    sample: Sample,
    people: std::ops::Range<usize>,
) -> Result<Vec<Vec<Vec<f64>>>> {
    let (engine, analytes) = engine(scenario, index, library, sample, FirstSamples::default(), Points::Grid)?;
    let (points, first) = (engine.steps + 1, people.start / CHUNK * CHUNK);
    let mut list = Vec::with_capacity(people.len());
    for chunk in (first..people.end).step_by(CHUNK) {
        let mut rows = vec![0.0; analytes.len() * points * ROW];
        let mut writer = Writer { rows: &mut rows, from: 0, length: points };
        let size = CHUNK.min(people.end - chunk);
        let nothing = |_| Vec::new();
        engine.follow((chunk, size), engine.steps, false, &nothing, &mut ChunkState::default(), &mut writer)?;
        for l in (0..size).filter(|l| people.contains(&(chunk + l))) {
            let at = |a: usize, p: usize| rows[(a * points + p) * ROW + l] * NG_ML_PER_MG_L;
            list.push((0..analytes.len()).map(|a| (0..points).map(|p| at(a, p)).collect()).collect());
        }
    }
    Ok(list)
}

/// Percentile bands of one arm at given times (h), in their order: at starts and ends of doses and at peaks, which a
/// coarse grid would miss. The parent drug comes first.
///
/// # Errors
/// When the arm cannot be simulated, or `progress` says to stop.
pub fn bands_at(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    (sample, times): (Sample, &[f64]),
    workers: &dyn Workers,
    progress: Progress,
) -> Result<Vec<Band>> {
    let every = crate::outcome::spacing(scenario.horizon, sample.every)?;
    // times with the same offset from the grid share a grid of their own, which begins later
    let mut grids: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (i, time) in times.iter().enumerate() {
        let after = time - (time / every).floor() * every;
        grids.entry((after / SAME_TIME_H).round() as i64).or_default().push(i);
    }
    let mut kept = Kept::default();
    let mut list: Vec<Band> = Vec::new();
    let count = grids.len() as f64;
    for (done, places) in grids.into_values().enumerate() {
        let points = |i: usize| (times[i] / every).floor() as usize;
        let Some(from) = places.iter().map(|i| times[*i] - points(*i) as f64 * every).next() else { continue };
        let steps = places.iter().map(|i| points(*i)).max().unwrap_or(0);
        let first_draws = kept.drawn.of(scenario, index, library, sample)?;
        let (engine, analytes) =
            engine(scenario, index, library, sample, first_draws, Points::From { origin: from, steps })?;
        let part = |share: f64| progress((done as f64 + share) / count);
        let (found, _) =
            rows(&engine, analytes.len(), sample.people.size(), Wanting::Bands, &mut kept.chunks, (workers, &part))?;
        list.resize_with(analytes.len(), || Band { analyte: String::new(), percentiles: vec![[0.0; 3]; times.len()] });
        for ((band, analyte), found) in list.iter_mut().zip(analytes).zip(found) {
            band.analyte = analyte;
            places.iter().for_each(|i| band.percentiles[*i] = found.percentiles[points(*i)]);
        }
    }
    Ok(list)
}

/// The points at which the curves are read.
enum Points {
    /// The usual grid, from time 0 to the horizon.
    Grid,
    /// A grid with the same spacing that begins at a later time.
    From {
        /// Time of the first point, h.
        origin: f64,
        /// Number of steps: one less than the number of points.
        steps: usize,
    },
}

/// The cohort of an arm, and the names of its analytes.
fn engine(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    sample: Sample,
    first_draws: FirstSamples,
    points: Points,
) -> Result<(Cohort, Vec<String>)> {
    let arm = &scenario.arms[index];
    let model = arm.model_in(library)?;
    let site = arm.site_in(model)?;
    let subject = scenario.subject_of(arm);
    let case = arm.case(model, &subject, library)?;
    let every = crate::outcome::spacing(scenario.horizon, sample.every)?;
    let (steps, within) = match points {
        Points::Grid => ((scenario.horizon.hours() / every + 1e-9).floor() as usize, Within::ALL),
        Points::From { origin, steps } => (steps, Within { origin, ..Within::ALL }),
    };
    let analytes: Vec<String> = model.analytes(site).into_iter().map(str::to_owned).collect();
    let wanted: Vec<Wanted> = analytes.iter().map(|a| Wanted { analyte: a.clone(), site }).collect();
    let set = model.conditions_on(&scenario.conditions, &arm.routes());
    let bodies = SampledCovariates::of_arm(scenario, arm, sample.seed);
    let engine = Cohort::new(&case, &set, &wanted, (every, steps), (bodies, sample.seed, first_draws), None, within)?;
    Ok((engine, analytes))
}

/// A chunk of subjects: their state, and their rows of the present stretch.
#[derive(Default)]
pub(super) struct Chunk {
    state: ChunkState,
    rows: Vec<f64>,
    again: usize,
    failed: Option<Error>,
}

impl Chunk {
    fn restart(&mut self) {
        self.state.restart();
        (self.again, self.failed) = (0, None);
    }
}

/// Percentiles of one output, point by point, with the memory that is reused to find them.
#[derive(Default)]
struct Found {
    percentiles: Vec<[f64; 3]>,
    quartiles: Vec<[f64; 2]>,
    tracker: Tracker,
    row: Vec<f64>,
}

impl Found {
    fn quartiles(&mut self, pieces: &[&[f64]]) {
        self.row.clear();
        let mut room = quartiles::MOST_PEOPLE;
        for piece in pieces {
            let some = &piece[..room.min(piece.len())];
            self.row.extend_from_slice(some);
            room -= some.len();
        }
        self.quartiles.push(quartiles::quartiles(&mut self.row).map(|v| v * NG_ML_PER_MG_L));
    }
}

/// The percentiles that are wanted, by output, and how many subjects were drawn again.
fn rows(
    engine: &Cohort,
    outputs: usize,
    people: usize,
    wanting: Wanting,
    chunks: &mut Vec<Mutex<Chunk>>,
    (workers, progress): (&dyn Workers, Progress),
) -> Result<(Vec<Found>, usize)> {
    let points = engine.steps + 1;
    let kept = people <= MOST_KEPT;
    let fits = |values: usize| values / (people.max(CHUNK) * outputs.max(1));
    let stretch = if kept { fits(NEAR_VALUES).max(LEAST_ROWS) } else { fits(MOST_VALUES) };
    let stretch = stretch.clamp(1, points);
    let keep = kept && stretch < points;
    chunks.resize_with(people.div_ceil(CHUNK), Mutex::default);
    chunks.iter_mut().filter_map(|c| c.get_mut().ok()).for_each(Chunk::restart);
    let chunks = chunks.as_slice();
    let size = |c: usize| CHUNK.min(people - c * CHUNK);
    // the tracker of an output carries on from one stretch to the next
    let found: Vec<Mutex<Found>> = (0..outputs).map(|_| Mutex::default()).collect();
    let mut from = 0;
    while from < points {
        if !progress(from as f64 / points as f64) {
            return Err(Error::stopped());
        }
        let length = stretch.min(points - from);
        // a stretch takes long with a step-by-step solver, so progress is reported chunk by chunk
        let (done, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        workers.each(chunks.len(), &|c| {
            if stopped.load(Ordering::Relaxed) {
                return;
            }
            let Ok(mut guard) = chunks[c].lock() else { return };
            let chunk = &mut *guard;
            chunk.rows.resize(outputs * length * ROW, 0.0);
            let mut writer = Writer { rows: &mut chunk.rows, from, length };
            let people = (c * CHUNK, size(c));
            match engine.follow(people, from + length - 1, keep, &|_| Vec::new(), &mut chunk.state, &mut writer) {
                Ok(again) if from == 0 => chunk.again = again,
                Ok(_) => {}
                Err(e) => chunk.failed = Some(e),
            }
            if !engine.is_linear() {
                let part = (done.fetch_add(1, Ordering::Relaxed) + 1) as f64 / chunks.len() as f64;
                if !progress((from as f64 + part * length as f64) / points as f64) {
                    stopped.store(true, Ordering::Relaxed);
                }
            }
        });
        if stopped.into_inner() {
            return Err(Error::stopped());
        }
        let held: Vec<std::sync::MutexGuard<Chunk>> = chunks.iter().filter_map(|c| c.lock().ok()).collect();
        if let Some(failed) = held.iter().find_map(|c| c.failed.clone()) {
            return Err(failed);
        }
        from += length;
        if wanting == Wanting::Nothing {
            continue;
        }
        let held: Vec<&[f64]> = held.iter().map(|c| c.rows.as_slice()).collect();
        workers.each(outputs, &|output| {
            let Ok(mut guard) = found[output].lock() else { return };
            let found = &mut *guard;
            for k in 0..length {
                let row = (output * length + k) * ROW;
                let pieces: Vec<&[f64]> = held.iter().enumerate().map(|(c, rows)| &rows[row..row + size(c)]).collect();
                found.percentiles.push(found.tracker.percentiles(&pieces).map(|v| v * NG_ML_PER_MG_L));
                if wanting == Wanting::Quartiles {
                    found.quartiles(&pieces);
                }
            }
        });
    }
    let again = chunks.iter().filter_map(|c| c.lock().ok()).map(|c| c.again).sum();
    let result = found.into_iter().map(|f| f.into_inner().unwrap_or_default()).collect();
    Ok((result, again))
}

/// Writes outputs into the rows of one chunk: by output and point of a stretch, subjects side by side.
struct Writer<'a> {
    /// Room for every output and point of the stretch.
    rows: &'a mut [f64],
    /// Index of the first point of the stretch.
    from: usize,
    /// Number of points in the stretch.
    length: usize,
}

impl Writer<'_> {
    #[inline(always)]
    fn at(&self, block: usize, point: usize, output: usize) -> usize {
        (output * self.length + point - self.from) * ROW + block * LANES
    }
}

impl Sink for Writer<'_> {
    #[inline(always)]
    fn put(&mut self, block: usize, point: usize, output: usize, values: &Lane) {
        let at = self.at(block, point, output);
        self.rows[at..at + LANES].copy_from_slice(values);
    }

    #[inline(always)]
    fn room(&mut self, block: usize, first: usize, count: usize) -> Place<'_> {
        let (at, outputs) = (self.at(block, first, 0), self.length * ROW);
        debug_assert!(first + count <= self.from + self.length);
        Place { values: &mut self.rows[at..], outputs, points: ROW }
    }
}
