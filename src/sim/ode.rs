//! The numeric solver: Dop853 on any right-hand side. It runs what is not of first order and checks the exact solution
//! of what is.
//!
//! `ode_solvers` is used with sparse output only: its dense output can return a wrong last value. The end point is
//! asserted, and the tolerances are tight because this checks the exact solution.
//!
//! A long segment is crossed in stretches, and each stretch starts from states scaled to 1: the scale comes back as a
//! factor, and the absolute tolerance stays far below what is left of a dose however long ago it was given. With a
//! tolerance fixed in mg the solver would, weeks after the dose, walk on the edge of its stability and take that for
//! stiffness.

use super::dense::{self, dot};
use super::dose_events::Event;
use super::stops::{SAME_INSTANT, Stops};
use super::system::System;
use crate::error::{Error, Result};
use nalgebra::DVector;
use ode_solvers::Dop853;
use ode_solvers::dop_shared::OutputType;

const RELATIVE: f64 = 1e-11;
/// Of the largest state at the start of a stretch.
const ABSOLUTE: f64 = 1e-17;
/// Longest stretch, h: what a read-out still shows is far above the tolerance at its end.
const STRETCH_H: f64 = 6.0;
/// First try of a step, in multiples of the shortest time of the system.
const FIRST_TRY: f64 = 0.5;
/// Steps in one stretch.
const MOST_STEPS: u32 = 100_000;
/// A stable step spans about so many times the shortest time of the system: the bound that Dop853 itself tests is 6.1.
const STABLE: f64 = 6.0;
/// The step controller of Dop853 as its authors set it.
const SAFETY: f64 = 0.9;
const BETA: f64 = 0.0;
const LEAST_FACTOR: f64 = 0.333;
const MOST_FACTOR: f64 = 6.0;
/// An input that has ended leaves rounding below this part of its last change.
const ENDED: f64 = 1e-9;

/// The right-hand side of one subject: states, then constant inputs, then areas under the read-outs where these cannot
/// be had otherwise.
#[derive(Debug, Clone)]
pub(crate) struct Equations {
    states: usize,
    inputs: Vec<usize>,
    /// Into, from, 1/h.
    rates: Vec<(usize, usize, f64)>,
    saturable: Vec<SaturableOf>,
    /// Read-outs: state and what a unit of it adds.
    rows: Vec<Vec<(usize, f64)>>,
    /// Whether areas are followed.
    areas: bool,
}

#[derive(Debug, Clone)]
struct SaturableOf {
    from: usize,
    vmax: f64,
    km: f64,
    volume: f64,
    into: Vec<(usize, f64)>,
}

impl Equations {
    /// Of a subject whose numbers are `slots`, with constant inputs into these states, with or without areas.
    pub fn new(system: &System, slots: &[f64], inputs: &[usize], areas: bool) -> Self {
        let of = |s: &super::system::Saturable| SaturableOf {
            from: s.from,
            vmax: slots[s.vmax],
            km: slots[s.km],
            volume: slots[s.volume],
            into: s.into.iter().map(|(state, share)| (*state, slots[*share])).collect(),
        };
        let row = |o: &super::system::ReadOut| o.row.iter().map(|(state, slot)| (*state, slots[*slot])).collect();
        Self {
            states: system.states.len(),
            inputs: inputs.to_vec(),
            rates: system.rates.iter().map(|r| (r.into, r.from, slots[r.slot])).collect(),
            saturable: system.saturable.iter().map(of).collect(),
            rows: system.outputs.iter().map(row).collect(),
            areas,
        }
    }

    /// A read-out, mg/L.
    pub fn read(&self, output: usize, z: &[f64]) -> f64 {
        self.rows[output].iter().map(|(state, per)| per * z[*state]).sum()
    }

    /// Moves z from one time to another, h, through the events between them, which are in order; from nothing before the
    /// first event where `from` is absent.
    ///
    /// # Errors
    /// When the solver gives up.
    pub fn advance(&self, z: &mut Vec<f64>, events: &[Event], (from, to): (Option<f64>, f64)) -> Result<()> {
        let mut now = from.unwrap_or(f64::NEG_INFINITY);
        z.resize(self.len(), 0.0);
        let pending = events.partition_point(|e| from.is_some_and(|from| e.time <= from + SAME_INSTANT));
        for event in events[pending..].iter().take_while(|e| e.time <= to + SAME_INSTANT) {
            if now.is_finite() && event.time > now {
                *z = self.step(z, event.time - now)?;
            }
            self.apply(event, z);
            now = event.time;
        }
        if now.is_finite() && to > now {
            *z = self.step(z, to - now)?;
        }
        Ok(())
    }

    fn apply(&self, event: &Event, z: &mut [f64]) {
        let value = &mut z[event.state];
        *value += event.amount;
        if event.state >= self.states && value.abs() < ENDED * event.amount.abs() {
            *value = 0.0;
        }
    }

    fn len(&self) -> usize {
        self.states + self.inputs.len() + if self.areas { self.rows.len() } else { 0 }
    }

    /// Rates of change of all of `scale` z, as parts of `scale`.
    fn change(&self, z: &[f64], scale: f64, dz: &mut [f64]) {
        dz.fill(0.0);
        for (into, from, rate) in &self.rates {
            dz[*into] += rate * z[*from];
        }
        for (k, state) in self.inputs.iter().enumerate() {
            dz[*state] += z[self.states + k];
        }
        for s in &self.saturable {
            let concentration = scale * z[s.from] / s.volume;
            let left = s.vmax * concentration / (s.km + concentration) / scale;
            dz[s.from] -= left;
            s.into.iter().for_each(|(into, share)| dz[*into] += left * share);
        }
        if self.areas {
            let first = self.states + self.inputs.len();
            for (k, row) in self.rows.iter().enumerate() {
                dz[first + k] = row.iter().map(|(state, per)| per * z[*state]).sum();
            }
        }
    }

    /// No rate of the system is faster than this, 1/h.
    fn fastest(&self) -> f64 {
        let mut columns = vec![0.0; self.states];
        self.rates.iter().for_each(|(_, from, rate)| columns[*from] += rate.abs());
        for s in &self.saturable {
            columns[s.from] += 2.0 * s.vmax / (s.km * s.volume);
        }
        columns.into_iter().fold(f64::from(u8::from(!self.inputs.is_empty())), f64::max)
    }

    /// z after `dt` hours.
    ///
    /// # Errors
    /// When a rate is too fast to be followed step by step, or the solver gives up or stops short.
    fn step(&self, z: &[f64], dt: f64) -> Result<Vec<f64>> {
        let fastest = self.fastest();
        let stretches = (dt / STRETCH_H).ceil().max(1.0);
        let length = dt / stretches;
        if fastest * length > STABLE * f64::from(MOST_STEPS) {
            return Err(self.gave_up(&format!("a rate of {fastest:.0}/h needs too many steps")));
        }
        let mut z = z.to_vec();
        for _ in 0..stretches as usize {
            z = self.stretch(&z, length, fastest)?;
        }
        Ok(z)
    }

    fn stretch(&self, z: &[f64], dt: f64, fastest: f64) -> Result<Vec<f64>> {
        let moving = self.states + self.inputs.len();
        let scale = z[..moving].iter().fold(0.0, |most: f64, v| most.max(v.abs()));
        if scale < f64::MIN_POSITIVE / ABSOLUTE {
            // nothing is left that a tolerance could be told from
            let mut rest = z.to_vec();
            rest[..moving].fill(0.0);
            return Ok(rest);
        }
        let first = if fastest > 0.0 { dt.min(FIRST_TRY / fastest) } else { dt };
        // the exact step is checked whether or not the solver calls the system stiff, so it is never asked
        let never = u32::MAX;
        let scaled = DVector::from_iterator(z.len(), z.iter().map(|v| v / scale));
        let mut solver = Dop853::from_param(
            Scaled { equations: self, scale },
            0.0,
            dt,
            dt,
            scaled,
            RELATIVE,
            ABSOLUTE,
            SAFETY,
            BETA,
            LEAST_FACTOR,
            MOST_FACTOR,
            dt,
            first,
            MOST_STEPS,
            never,
            OutputType::Sparse,
        );
        solver.integrate().map_err(|e| self.gave_up(&e.to_string()))?;
        match (solver.x_out().last(), solver.y_out().last()) {
            (Some(&end), Some(z)) if (end - dt).abs() <= 1e-9 * dt => Ok(z.iter().map(|v| v * scale).collect()),
            _ => Err(self.gave_up("it stopped before the end of a segment")),
        }
    }

    fn gave_up(&self, why: &str) -> Error {
        let error = Error::cannot(format!("the numeric solver gave up: {why}"));
        if self.saturable.is_empty() {
            error.remedy("use --solver exact, which this model allows")
        } else {
            error.remedy("check the rates of the model: saturable elimination is followed step by step")
        }
    }
}

struct Scaled<'a> {
    equations: &'a Equations,
    scale: f64,
}

impl ode_solvers::System<f64, DVector<f64>> for Scaled<'_> {
    fn system(&self, _time: f64, z: &DVector<f64>, dz: &mut DVector<f64>) {
        self.equations.change(z.as_slice(), self.scale, dz.as_mut_slice());
    }
}

/// One subject followed step by step over all points.
#[derive(Debug, Clone)]
pub(crate) struct Numeric {
    equations: Equations,
    /// States, inputs and areas at every point, point by point; after what happens there.
    points: Vec<Vec<f64>>,
    /// The same before it, at cuts where no state jumps.
    before: Vec<(usize, Vec<f64>)>,
}

impl Numeric {
    /// Follows one subject through all stops.
    ///
    /// # Errors
    /// When the solver gives up.
    pub fn new(equations: Equations, events: &[Event], stops: &Stops) -> Result<Self> {
        let mut order: Vec<&Event> = events.iter().collect();
        order.sort_by(|a, b| a.time.total_cmp(&b.time));
        let mut pending = order.into_iter().peekable();
        let mut one = Self { points: Vec::with_capacity(stops.times.len()), before: Vec::new(), equations };
        let mut z = vec![0.0; one.equations.len()];
        let mut cuts = stops.cuts.iter().peekable();
        for (point, time) in stops.times.iter().enumerate() {
            let dt = time - stops.times[point.saturating_sub(1)];
            if dt > 0.0 {
                z = one.equations.step(&z, dt)?;
            }
            if let Some(cut) = cuts.next_if(|cut| cut.point == point) {
                if !cut.jumps {
                    one.before.push((point, z.clone()));
                }
                while let Some(event) = pending.next_if(|e| e.time <= cut.time + SAME_INSTANT) {
                    one.equations.apply(event, &mut z);
                }
            }
            one.points.push(z.clone());
        }
        Ok(one)
    }

    /// A read-out at every point, mg/L.
    pub fn values(&self, output: usize) -> Vec<f64> {
        self.points.iter().map(|z| self.read(output, z)).collect()
    }

    fn read(&self, output: usize, z: &[f64]) -> f64 {
        self.equations.read(output, z)
    }

    fn slope(&self, output: usize, z: &[f64]) -> f64 {
        let mut dz = vec![0.0; z.len()];
        self.equations.change(z, 1.0, &mut dz);
        self.read(output, &dz)
    }

    /// Adds the rates of change of a read-out just before and just after every point, mg/L/h.
    pub fn add_slopes(&self, output: usize, both: &mut [[f64; 2]]) {
        let mut before = self.before.iter().peekable();
        for (point, z) in self.points.iter().enumerate() {
            let after = self.slope(output, z);
            let was = before.next_if(|(p, _)| *p == point).map_or(after, |(_, z)| self.slope(output, z));
            both[point][0] += was;
            both[point][1] += after;
        }
    }

    /// Value and rate of change of a read-out `dt` hours after a point, before the next event; of the point itself where
    /// the solver gives up.
    pub fn after(&self, output: usize, point: usize, dt: f64) -> (f64, f64) {
        let from = &self.points[point];
        let z = if dt > 0.0 { self.equations.step(from, dt).unwrap_or_else(|_| from.clone()) } else { from.clone() };
        (self.read(output, &z), self.slope(output, &z))
    }

    /// First-order rates and inputs as a square matrix, row by row.
    fn dense(&self) -> Vec<f64> {
        let n = self.equations.states + self.equations.inputs.len();
        let mut matrix = vec![0.0; n * n];
        self.equations.rates.iter().for_each(|(into, from, rate)| matrix[into * n + from] += rate);
        for (k, state) in self.equations.inputs.iter().enumerate() {
            matrix[state * n + self.equations.states + k] = 1.0;
        }
        matrix
    }

    fn row(&self, output: usize) -> Vec<f64> {
        let mut row = vec![0.0; self.equations.states + self.equations.inputs.len()];
        self.equations.rows[output].iter().for_each(|(state, per)| row[*state] += per);
        row
    }

    fn inputs(&self) -> Vec<usize> {
        (0..self.equations.inputs.len()).map(|k| self.equations.states + k).collect()
    }

    /// As [`super::linear::Linear::areas`], by states; `None` also where something is saturable.
    pub fn areas(&self, output: usize) -> Option<Vec<f64>> {
        if !self.equations.saturable.is_empty() {
            return None;
        }
        dense::areas(&self.dense(), &self.row(output), &self.inputs())
    }

    /// Area that the states at a point still lead to, by such areas.
    pub fn content(&self, point: usize, areas: &[f64]) -> f64 {
        dot(&areas[..self.equations.states], &self.points[point][..self.equations.states])
    }

    /// Area per hour that inputs bring from a point on, by such areas.
    pub fn inflow(&self, point: usize, areas: &[f64]) -> f64 {
        self.inputs().iter().map(|i| areas[*i] * self.points[point][*i]).sum()
    }

    /// Slowest rate that shows in a read-out, 1/h; `None` where something is saturable: there is no such rate.
    pub fn slowest_rate(&self, output: usize) -> Option<f64> {
        if !self.equations.saturable.is_empty() {
            return None;
        }
        let rates = dense::rates(&self.dense(), &self.row(output), &self.inputs())?;
        dense::slowest(&rates)
    }

    /// Area under a read-out from the first point to a point, mg h/L; `None` where areas are not followed.
    pub fn area(&self, output: usize, point: usize) -> Option<f64> {
        let first = self.equations.states + self.equations.inputs.len();
        self.equations.areas.then(|| self.points[point][first + output])
    }

    /// What is in a state of the system at a point, mg.
    pub fn amount(&self, state: usize, point: usize) -> f64 {
        self.points[point][state]
    }

    /// Whether every state at every point is a finite number.
    pub fn is_finite(&self) -> bool {
        self.points.iter().flatten().all(|v| v.is_finite())
    }
}
