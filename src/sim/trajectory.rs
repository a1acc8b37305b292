//! States over time: the one loop that both solvers share.

use super::exact::{ExactStepper, advance};
use super::numeric;
use super::schedule::{Act, Schedule};
use super::session::Session;
use super::system::{System, SystemOutput};
use crate::error::Result;
use nalgebra::{DMatrix, DVector};

/// How a segment is crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Solver {
    /// Exact where the system is linear, which every model file is today.
    #[default]
    Auto,
    /// Matrix exponential.
    Exact,
    /// Dop853.
    Numeric,
}

/// Cuts closer than this are one (hours).
pub(super) const SAME_INSTANT: f64 = 1e-9;
/// Between two points of the grid further ones are recorded, so that a drawn curve has no corners.
const FINE: usize = 3;
/// Not for grids longer than this, which are fine enough.
const MOST_FINE: usize = 1000;
/// Beyond the last asked-for time the states are followed further, for what ends later, h.
pub(crate) const TAIL_H: f64 = 24.0;
/// After every cut points lie close together and then ever wider, so that no grid hides what a dose does: the first
/// spacing, h, which doubles again and again.
const FIRST_H: f64 = 20.0 / 3600.0;
/// Points of one spacing before it doubles, fewer where there are many cuts.
const OF_ONE_SPACING: std::ops::RangeInclusive<usize> = 3..=12;
/// Points of one spacing over all cuts, at most about.
const OF_ALL_CUTS: usize = 720;

/// At which times states are recorded, beside every cut and the points after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Points {
    /// Up to here, h; a day more is followed.
    pub horizon: f64,
    /// At multiples of this, h; none: at cuts and after them only.
    pub every: Option<f64>,
    /// Points lie close together after cuts from here on, h; before it cuts alone are recorded.
    pub dense_from: f64,
}

impl Points {
    /// At multiples of `every` up to `horizon`, h.
    pub fn grid(horizon: f64, every: f64) -> Self {
        Self { horizon, every: Some(every), dense_from: 0.0 }
    }

    /// Those of one session, whatever the horizon of the scenario: from its start to a day after its last dose.
    pub fn of_session(session: &Session) -> Self {
        Self { horizon: session.end, every: None, dense_from: session.start }
    }
}

/// The course of all states. Where the state jumps, both sides are kept at the same time.
#[derive(Debug, Clone)]
pub struct Trajectory {
    /// Times, h; a jump has its time twice.
    pub times: Vec<f64>,
    /// Number of points up to the horizon; the rest is the tail.
    pub shown: usize,
    /// Points at the asked-for times, by index; after a jump at that time.
    pub grid: Vec<usize>,
    /// The system, smaller than the model's where states are never reached.
    pub system: System,
    generator: DMatrix<f64>,
    points: Vec<DVector<f64>>,
    /// Index of the first point at or after which nothing is given any more.
    quiet: usize,
}

/// A read-out some time after a point, as weights of the states at that point.
#[derive(Debug, Clone)]
pub struct Look {
    /// Hours after the point.
    pub after: f64,
    value: DVector<f64>,
    slope: DVector<f64>,
}

/// Follows `schedule` on `system`, recording at the given points.
///
/// # Errors
/// When the numeric solver gives up.
pub fn simulate(system: &System, schedule: &Schedule, points: Points, solver: Solver) -> Result<Trajectory> {
    let horizon = points.horizon;
    let acts: Vec<Act> = schedule.acts.iter().map(|(_, a)| a.clone()).collect();
    let (system, place) = system.reached_by(&acts);
    let timed = reduce(&schedule.acts, &place);
    let inputs = input_states(&timed);
    let generator = generator(&system, &inputs);
    let n = system.states.len();
    let mut stepper = ExactStepper::new(&generator);
    let mut step = |z: &DVector<f64>, dt: f64| match solver {
        Solver::Auto | Solver::Exact => Ok(stepper.step(z, dt)),
        Solver::Numeric => numeric::step(&generator, z, dt),
    };
    let mut run = Run { times: Vec::new(), points: Vec::new(), grid: Vec::new(), shown: 0, quiet: 0 };
    let mut z = DVector::zeros(n + inputs.len());
    let mut now = 0.0;
    let mut next_act = 0;
    for (time, stop) in stops(&timed, points) {
        if time - now > SAME_INSTANT {
            z = step(&z, time - now)?;
            now = time;
        }
        run.push(now, &z);
        if stop.cut {
            let before = z.clone();
            while next_act < timed.len() && timed[next_act].0 <= time + SAME_INSTANT {
                apply(&timed[next_act].1, &mut z, &inputs, n);
                next_act += 1;
            }
            if z.rows(0, n) != before.rows(0, n) && time > 0.0 {
                run.push(now, &z);
            } else if let Some(last) = run.points.last_mut() {
                last.copy_from(&z);
            }
            run.quiet = run.points.len() - 1;
        }
        if stop.grid {
            run.grid.push(run.points.len() - 1);
        }
        if now <= horizon + SAME_INSTANT {
            run.shown = run.points.len();
        }
    }
    let Run { times, points, grid, shown, quiet } = run;
    Ok(Trajectory { times, shown, grid, system, generator, points, quiet })
}

struct Run {
    times: Vec<f64>,
    points: Vec<DVector<f64>>,
    grid: Vec<usize>,
    shown: usize,
    quiet: usize,
}

impl Run {
    fn push(&mut self, time: f64, z: &DVector<f64>) {
        self.times.push(time);
        self.points.push(z.clone());
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Stop {
    grid: bool,
    cut: bool,
}

/// All times at which something is recorded or happens, ascending, equal ones merged.
fn stops(acts: &[(f64, Act)], points: Points) -> Vec<(f64, Stop)> {
    let horizon = points.horizon;
    let last_act = acts.last().map_or(0.0, |(t, _)| *t);
    let mut all: Vec<(f64, Stop)> = points.every.map_or(Vec::new(), |every| grid(horizon, every));
    all.push((horizon, Stop::default()));
    all.push((points.dense_from, Stop::default()));
    let mut cuts: Vec<f64> = acts.iter().map(|(t, _)| *t).collect();
    all.extend(cuts.iter().map(|t| (*t, Stop { grid: false, cut: true })));
    cuts.push(points.dense_from);
    cuts.sort_by(f64::total_cmp);
    cuts.dedup_by(|a, b| *a - *b <= SAME_INSTANT);
    let end = horizon.max(last_act) + TAIL_H;
    let each = (OF_ALL_CUTS / cuts.len()).clamp(*OF_ONE_SPACING.start(), *OF_ONE_SPACING.end());
    for (i, cut) in cuts.iter().enumerate().filter(|(_, t)| **t >= points.dense_from) {
        let until = cuts.get(i + 1).copied().unwrap_or(end);
        all.extend(widening(*cut, until, each).map(|t| (t, Stop::default())));
    }
    all.push((end, Stop::default()));
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut merged: Vec<(f64, Stop)> = Vec::with_capacity(all.len());
    for (time, stop) in all {
        match merged.last_mut() {
            Some((t, s)) if time - *t <= SAME_INSTANT => {
                // an asked-for time keeps its digits
                *t = if stop.grid { time } else { *t };
                s.grid |= stop.grid;
                s.cut |= stop.cut;
            }
            _ => merged.push((time, stop)),
        }
    }
    merged
}

/// Multiples of `every`, with further points between them where that is not many.
fn grid(horizon: f64, every: f64) -> Vec<(f64, Stop)> {
    let steps = (horizon / every + 1e-9).floor() as usize;
    let fine = if steps <= MOST_FINE { FINE } else { 1 };
    let part = every / fine as f64;
    (0..=steps * fine).map(|i| (i as f64 * part, Stop { grid: i % fine == 0, cut: false })).collect()
}

/// Times after a cut and before the next: so many at the first spacing, as many at twice of it, and so on.
fn widening(cut: f64, until: f64, each: usize) -> impl Iterator<Item = f64> {
    let (mut offset, mut taken) = (0.0, 0);
    std::iter::from_fn(move || {
        offset += FIRST_H * 2_f64.powi((taken / each) as i32);
        taken += 1;
        Some(cut + offset)
    })
    .take_while(move |t| *t < until - SAME_INSTANT)
}

fn reduce(acts: &[(f64, Act)], place: &[Option<usize>]) -> Vec<(f64, Act)> {
    let map = |i: usize| place[i].unwrap_or(0);
    acts.iter()
        .map(|(time, act)| {
            let act = match *act {
                Act::Add { state, amount } => Act::Add { state: map(state), amount },
                Act::Rate { state, change } => Act::Rate { state: map(state), change },
                Act::Move { from, into } => Act::Move { from: map(from), into: map(into) },
            };
            (*time, act)
        })
        .collect()
}

fn input_states(acts: &[(f64, Act)]) -> Vec<usize> {
    let mut list: Vec<usize> =
        acts.iter().filter_map(|(_, a)| if let Act::Rate { state, .. } = a { Some(*state) } else { None }).collect();
    list.sort_unstable();
    list.dedup();
    list
}

fn generator(system: &System, inputs: &[usize]) -> DMatrix<f64> {
    let n = system.states.len();
    let mut g = DMatrix::zeros(n + inputs.len(), n + inputs.len());
    g.view_mut((0, 0), (n, n)).copy_from(&system.rates);
    for (k, &state) in inputs.iter().enumerate() {
        g[(state, n + k)] = 1.0;
    }
    g
}

fn apply(act: &Act, z: &mut DVector<f64>, inputs: &[usize], n: usize) {
    match *act {
        Act::Add { state, amount } => z[state] += amount,
        Act::Move { from, into } => {
            let amount = z[from];
            z[into] += amount;
            z[from] = 0.0;
        }
        Act::Rate { state, change } => {
            if let Some(k) = inputs.iter().position(|&s| s == state) {
                let rate = z[n + k] + change;
                // what is left after an input ends is rounding
                z[n + k] = if rate.abs() < 1e-9 * change.abs() { 0.0 } else { rate };
            }
        }
    }
}

impl Trajectory {
    /// Whether every state at every point is a finite number.
    pub fn is_finite(&self) -> bool {
        self.points.iter().all(|z| z.iter().all(|v| v.is_finite()))
    }

    /// Concentration of a read-out at every point, mg/L.
    pub fn series(&self, output: &SystemOutput) -> Vec<f64> {
        self.points.iter().map(|z| self.read(output, z)).collect()
    }

    fn read(&self, output: &SystemOutput, z: &DVector<f64>) -> f64 {
        let n = self.system.states.len();
        // rounding can leave a hair below nothing
        (&output.row * z.rows(0, n))[0].max(0.0)
    }

    /// Rate of change of a read-out just after point `i`, mg/L/h.
    pub fn slope(&self, output: &SystemOutput, i: usize) -> f64 {
        self.slope_of(output, &self.points[i])
    }

    fn slope_of(&self, output: &SystemOutput, z: &DVector<f64>) -> f64 {
        let n = self.system.states.len();
        (&output.row * (&self.generator * z).rows(0, n))[0]
    }

    /// Whether something is given, ends or moves at point `i`: the point after a jump, or one at which an input changes.
    pub fn is_cut(&self, i: usize) -> bool {
        let n = self.system.states.len();
        let inputs = |i: usize| self.points[i].rows_range(n..);
        i == 0 || self.times[i] <= self.times[i - 1] || inputs(i) != inputs(i - 1)
    }

    /// Rates of change of a read-out just before and just after every point, mg/L/h; nothing is before the first.
    pub fn slopes(&self, output: &SystemOutput) -> Vec<[f64; 2]> {
        let n = self.system.states.len();
        let mut row = DVector::zeros(self.generator.nrows());
        row.rows_mut(0, n).copy_from(&output.row.transpose());
        let weights = self.generator.tr_mul(&row);
        let of_inputs = |z: &DVector<f64>| weights.rows_range(n..).dot(&z.rows_range(n..));
        let of_states = |z: &DVector<f64>| weights.rows(0, n).dot(&z.rows(0, n));
        // a point holds the inputs that act after it
        let mut inputs_before = 0.0;
        self.points
            .iter()
            .map(|z| {
                let (states, inputs) = (of_states(z), of_inputs(z));
                let both = [states + inputs_before, states + inputs];
                inputs_before = inputs;
                both
            })
            .collect()
    }

    /// Value and rate of change of a read-out `dt` hours after point `i`, before the next cut.
    pub fn after(&self, output: &SystemOutput, i: usize, dt: f64) -> (f64, f64) {
        let z = advance(&self.generator, &self.points[i], dt);
        (self.read(output, &z), self.slope_of(output, &z))
    }

    /// How a read-out is seen at rising times after any point: hours, and weights of the states there for its value and
    /// its rate of change. Cheap where many points are looked at, each up to the next cut.
    pub fn looks(&self, output: &SystemOutput, after: &[f64]) -> Vec<Look> {
        let transposed = self.generator.transpose();
        let mut value = DVector::zeros(self.generator.nrows());
        value.rows_mut(0, self.system.states.len()).copy_from(&output.row.transpose());
        let mut now = 0.0;
        let mut list = Vec::with_capacity(after.len());
        for &after in after {
            value = advance(&transposed, &value, after - now);
            now = after;
            list.push(Look { after, slope: &transposed * &value, value: value.clone() });
        }
        list
    }

    /// Value and rate of change that a look from point `i` gives.
    pub fn seen(&self, i: usize, look: &Look) -> (f64, f64) {
        (look.value.dot(&self.points[i]).max(0.0), look.slope.dot(&self.points[i]))
    }

    /// Amounts in all states at point `i`, with their names.
    pub fn amounts(&self, i: usize) -> impl Iterator<Item = (&super::system::State, f64)> {
        self.system.states.iter().zip(self.points[i].iter().copied())
    }

    /// Exact area under a read-out from 0 to point `end` (to infinity when `None`), mg h/L.
    ///
    /// Over a segment x' = K x + u gives w.(x0 - x1 + u dt) for the weights w of
    /// [`System::area_per_amount`]; a jump adds nothing.
    ///
    /// # Errors
    /// When the rate matrix cannot be inverted.
    pub fn area(&self, output: &SystemOutput, end: Option<usize>) -> Result<f64> {
        let n = self.system.states.len();
        let weights = self.system.area_per_amount(&output.row)?;
        let per_input = self.generator.view((0, n), (n, self.generator.ncols() - n)).tr_mul(&weights);
        let last = end.unwrap_or(self.quiet);
        let content = |i: usize| weights.dot(&self.points[i].rows(0, n));
        let mut area = 0.0;
        for i in 0..last {
            let dt = self.times[i + 1] - self.times[i];
            if dt > 0.0 {
                let put_in: f64 = per_input.iter().zip(self.points[i].iter().skip(n)).map(|(w, u)| w * u).sum();
                area += content(i) - content(i + 1) + put_in * dt;
            }
        }
        if end.is_none() {
            area += content(last);
        }
        Ok(area)
    }

    /// Concentrations at effect sites with these rates ke0 (1/h) behind a read-out, at every point, mg/L. A site is
    /// empty at time 0.
    pub fn behind(&self, output: &SystemOutput, rates: &[f64]) -> Vec<Vec<f64>> {
        let (n, k) = (self.generator.nrows(), rates.len());
        let mut wide = DMatrix::zeros(n + k, n + k);
        wide.view_mut((0, 0), (n, n)).copy_from(&self.generator);
        let states = self.system.states.len();
        for (i, ke0) in rates.iter().enumerate() {
            wide.view_mut((n + i, 0), (1, states)).copy_from(&(&output.row * *ke0));
            wide[(n + i, n + i)] = -ke0;
        }
        let mut steps: Vec<(f64, DMatrix<f64>)> = Vec::new();
        let mut sites = DVector::zeros(k);
        let mut list = vec![vec![0.0]; k];
        for i in 1..self.points.len() {
            let dt = self.times[i] - self.times[i - 1];
            if dt > 0.0 {
                let step = step_of(&mut steps, &wide, dt);
                let next = step.view((n, 0), (k, n)) * &self.points[i - 1] + step.view((n, n), (k, k)) * &sites;
                sites = next;
            }
            list.iter_mut().zip(sites.iter()).for_each(|(of, site)| of.push(site.max(0.0)));
        }
        list
    }
}

/// Lengths of steps that differ by less are one, h.
const SAME_STEP: f64 = 1e-12;

/// The step of a length: known, twice a known one, or worked out.
fn step_of<'s>(steps: &'s mut Vec<(f64, DMatrix<f64>)>, generator: &DMatrix<f64>, dt: f64) -> &'s DMatrix<f64> {
    let known =
        |steps: &[(f64, DMatrix<f64>)], length: f64| steps.iter().position(|(d, _)| (d - length).abs() < SAME_STEP);
    let at = known(steps, dt).unwrap_or_else(|| {
        let step = match known(steps, dt / 2.0) {
            Some(half) => &steps[half].1 * &steps[half].1,
            None => (generator * dt).exp(),
        };
        steps.push((dt, step));
        steps.len() - 1
    });
    &steps[at].1
}
