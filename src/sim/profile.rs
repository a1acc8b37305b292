//! One subject over time: concentrations, slopes and exact areas at recorded points and between them.

use super::dose_events::{Event, LoweredDose, events};
use super::linear::Linear;
use super::lowered::Lowered;
use super::ode::{Equations, Numeric};
use super::stops::{Points, Stops};
use super::system::{ReadOut, State};
use crate::error::{Error, Result};
use crate::units::number;
use std::sync::{Arc, OnceLock};

/// No rate is followed that is faster than this, 1/h: a half-life of 2.5 ms.
const FASTEST: f64 = 1e6;

/// How a subject is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Solver {
    /// Exact where all kinetics are of first order, else numeric.
    #[default]
    Auto,
    /// As a sum of eigenmodes, or by the matrix exponential.
    Exact,
    /// Dop853, step by step.
    Numeric,
}

/// One subject followed over all points. Where a state jumps, both sides are kept at the same time.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Times, h; a jump has its time twice.
    pub times: Vec<f64>,
    /// Number of points up to the horizon; the rest is the tail.
    pub shown: usize,
    /// Points at the asked-for times, by index; after a jump at that time.
    pub grid: Vec<usize>,
    /// What can be read.
    pub outputs: Vec<ReadOut>,
    stops: Arc<Stops>,
    /// Doses that enter in another way than those before them are followed apart: what they bring adds up.
    parts: Vec<Part>,
    cuts: Vec<bool>,
    /// By read-out, what [`Profile::series`] gave.
    series: Vec<OnceLock<Vec<f64>>>,
}

/// Doses that enter alike, and what they bring.
#[derive(Debug, Clone)]
struct Part {
    doses: Doses,
    followed: Followed,
}

/// A read-out some time after a point: by part, the weights of its coordinates at that point for value and slope.
#[derive(Debug, Clone)]
pub struct Look {
    /// Hours after the point.
    pub after: f64,
    output: usize,
    rows: Vec<Option<[Vec<f64>; 2]>>,
}

#[derive(Debug, Clone)]
enum Followed {
    Exact(Linear),
    Numeric(Numeric),
}

/// One subject's doses lowered to their system.
#[derive(Debug, Clone)]
pub(super) struct Doses {
    pub lowered: Arc<Lowered>,
    doses: Vec<LoweredDose>,
    /// Parameters of the subject by their place in the model, weight in kg, age in y.
    parameters: Vec<f64>,
    body: [f64; 2],
    pub slots: Vec<f64>,
    pub events: Vec<Event>,
}

impl Doses {
    /// Fills the numbers of the subject and lays out the events.
    pub fn new(lowered: Arc<Lowered>, doses: Vec<LoweredDose>, parameters: &[f64], body: [f64; 2]) -> Self {
        let (slots, events) = (Vec::new(), Vec::new());
        let mut one = Self { lowered, doses, parameters: parameters.to_vec(), body, slots, events };
        one.fill();
        one
    }

    fn fill(&mut self) {
        let [weight, age] = self.body;
        let Lowered { system, ways, .. } = &*self.lowered;
        system.formulas.fill(&self.parameters, &weight, &age, &mut self.slots);
        events((ways, &self.doses), &self.slots, None, system.states.len(), &mut self.events);
    }

    /// The same with effect sites behind a read-out; their indices among the read-outs.
    fn with_effect_sites(&self, output: usize, ke0s: &[f64]) -> (Self, Vec<usize>) {
        let mut more = self.clone();
        let first = more.parameters.len();
        let mut system = self.lowered.system.clone();
        let sites = (0..ke0s.len()).map(|k| system.add_effect_site(output, first + k)).collect();
        more.lowered = Arc::new(self.lowered.with_system(system));
        more.parameters.extend(ke0s);
        more.fill();
        (more, sites)
    }

    fn follow(&self, stops: &Arc<Stops>, solver: Solver, every: bool) -> Result<Followed> {
        let Lowered { system, ways, vein, .. } = &*self.lowered;
        if solver == Solver::Numeric || !system.is_linear() {
            if solver == Solver::Exact {
                return Err(Error::cannot("saturable elimination has no exact solution")
                    .remedy("leave --solver out, or use --solver numeric"));
            }
            let equations = Equations::new(system, &self.slots, &ways.inputs, !system.is_linear());
            return Ok(Followed::Numeric(Numeric::new(equations, &self.events, stops)?));
        }
        let all;
        let engine = if every {
            all = self.lowered.engine_of(true);
            &all
        } else {
            self.lowered.engine()
        };
        Ok(Followed::Exact(Linear::new(engine, &self.slots, &self.events, stops, vein)))
    }
}

impl Followed {
    /// A read-out at every point, mg/L.
    fn values(&self, output: usize) -> Vec<f64> {
        match self {
            Self::Exact(linear) => linear.values(output),
            Self::Numeric(numeric) => numeric.values(output),
        }
    }
}

/// Adds what a further part brings at every point.
fn add(sum: &mut Vec<f64>, own: Vec<f64>) {
    if sum.is_empty() {
        *sum = own;
    } else {
        sum.iter_mut().zip(own).for_each(|(s, v)| *s += v);
    }
}

/// Rounding can leave a hair below nothing.
fn not_negative(values: &mut [f64]) {
    values.iter_mut().for_each(|v| *v = if *v <= 0.0 { 0.0 } else { *v });
}

impl Profile {
    /// Follows doses over all points; with `every` state, so that amounts can be read.
    ///
    /// # Errors
    /// When a solver gives up.
    pub(super) fn new(parts: Vec<Doses>, points: Points, solver: Solver, every: bool) -> Result<Self> {
        let states = parts.first().map_or(0, |p| p.lowered.system.states.len());
        let stops = Arc::new(Stops::new(parts.iter().flat_map(|p| &p.events), states, points));
        for doses in &parts {
            let fastest = doses.lowered.system.rates.iter().map(|r| doses.slots[r.slot].abs()).fold(0.0, f64::max);
            if fastest.is_nan() || fastest > FASTEST {
                return Err(Error::cannot(format!("a rate of {} 1/h is too fast to be followed", number(fastest)))
                    .remedy(format!("at most {} 1/h: check volumes and rates", number(FASTEST))));
            }
        }
        let outputs = parts.first().map_or(Vec::new(), |p| p.lowered.system.outputs.clone());
        let followed = |doses: Doses| Ok(Part { followed: doses.follow(&stops, solver, every)?, doses });
        let parts: Vec<Part> = parts.into_iter().map(followed).collect::<Result<_>>()?;
        let mut cuts = vec![false; stops.times.len()];
        stops.cuts.iter().for_each(|cut| cuts[cut.point] = true);
        if let Some(first) = cuts.first_mut() {
            *first = true;
        }
        Ok(Self {
            times: stops.times.clone(),
            shown: stops.shown,
            grid: stops.grid.clone(),
            series: vec![OnceLock::new(); outputs.len()],
            outputs,
            stops,
            parts,
            cuts,
        })
    }

    /// Whether every part is followed as a sum of modes, the quick way.
    pub fn by_modes(&self) -> bool {
        self.parts.iter().all(|p| matches!(&p.followed, Followed::Exact(linear) if linear.by_modes()))
    }

    /// Whether every concentration is a finite number.
    pub fn is_finite(&self) -> bool {
        let of = |part: &Part| match &part.followed {
            Followed::Exact(linear) => linear.is_finite(),
            Followed::Numeric(numeric) => numeric.is_finite(),
        };
        self.parts.iter().all(of)
    }

    /// Concentration of a read-out at every point, mg/L: worked out when it is first asked for.
    pub fn series(&self, output: &ReadOut) -> &[f64] {
        self.series[output.index].get_or_init(|| {
            let mut sum = Vec::new();
            self.parts.iter().for_each(|part| add(&mut sum, part.followed.values(output.index)));
            not_negative(&mut sum);
            sum
        })
    }

    /// Rates of change of a read-out just before and just after every point, mg/L/h; nothing is before the first.
    pub fn slopes(&self, output: &ReadOut) -> Vec<[f64; 2]> {
        let mut both = vec![[0.0; 2]; self.times.len()];
        for part in &self.parts {
            match &part.followed {
                Followed::Exact(linear) => linear.add_slopes(output.index, &mut both),
                Followed::Numeric(numeric) => numeric.add_slopes(output.index, &mut both),
            }
        }
        both
    }

    /// Whether something is given, ends or moves at point `i`: the point after a jump, or one at which an input changes.
    pub fn is_cut(&self, i: usize) -> bool {
        self.cuts[i]
    }

    /// Times at which something begins, ends or moves, h from time 0, in no order.
    pub fn event_times(&self) -> Vec<f64> {
        self.parts.iter().flat_map(|p| p.doses.events.iter().filter(|e| e.amount != 0.0).map(|e| e.time)).collect()
    }

    /// What was put in until point `i`, mg: at once, and by constant inputs.
    pub fn put_in(&self, i: usize) -> f64 {
        let now = self.times[i];
        // the first of two points at one time stands before the jump
        let before_jump = self.times.get(i + 1).is_some_and(|next| *next == now);
        let until = |time: f64| if before_jump { time < now - 1e-9 } else { time <= now + 1e-9 };
        let of = |part: &Part| -> f64 {
            let states = part.doses.lowered.system.states.len();
            let one = |e: &Event| match e.state < states {
                true if until(e.time) => e.amount,
                true => 0.0,
                false => e.amount * (now - e.time).max(0.0),
            };
            part.doses.events.iter().map(one).sum()
        };
        self.parts.iter().map(of).sum()
    }

    /// Value (mg/L) and rate of change (mg/L/h) of a read-out `dt` hours after point `i`, before the next event.
    pub fn after(&self, output: &ReadOut, i: usize, dt: f64) -> (f64, f64) {
        let (mut value, mut slope) = (0.0, 0.0);
        for part in &self.parts {
            let (v, s) = match &part.followed {
                Followed::Exact(linear) => linear.after(output.index, i, dt),
                Followed::Numeric(numeric) => numeric.after(output.index, i, dt),
            };
            value += v;
            slope += s;
        }
        (value.max(0.0), slope)
    }

    /// How a read-out is seen at rising times (h) after any point: cheap where many points are looked at, each up to the
    /// next event.
    pub fn looks(&self, output: &ReadOut, after: &[f64]) -> Vec<Look> {
        let rows = |dt: f64| {
            let of = |part: &Part| match &part.followed {
                Followed::Exact(linear) => Some(linear.look(output.index, dt)),
                Followed::Numeric(_) => None,
            };
            self.parts.iter().map(of).collect()
        };
        after.iter().map(|&after| Look { after, output: output.index, rows: rows(after) }).collect()
    }

    /// Value (mg/L) and rate of change (mg/L/h) that a look from point `i` gives.
    pub fn seen(&self, i: usize, look: &Look) -> (f64, f64) {
        let of = |(part, rows): (&Part, &Option<[Vec<f64>; 2]>)| match (&part.followed, rows) {
            (Followed::Exact(linear), Some(rows)) => linear.seen(i, rows),
            (Followed::Exact(linear), None) => linear.after(look.output, i, look.after),
            (Followed::Numeric(numeric), _) => numeric.after(look.output, i, look.after),
        };
        let (value, slope) =
            self.parts.iter().zip(&look.rows).map(of).fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        (value.max(0.0), slope)
    }

    /// Amounts in all states at point `i`, mg, where every state was followed: see [`super::Case::amounts`].
    pub fn amounts(&self, i: usize) -> Vec<(&State, f64)> {
        let of = |state: usize| {
            let one = |part: &Part| match &part.followed {
                Followed::Exact(linear) => linear.amount(state, i),
                Followed::Numeric(numeric) => Some(numeric.amount(state, i)),
            };
            self.parts.iter().map(one).sum::<Option<f64>>()
        };
        let states = self.parts.first().map_or([].as_slice(), |p| p.doses.lowered.system.states.as_slice());
        states.iter().enumerate().filter_map(|(k, state)| Some((state, of(k)?))).collect()
    }

    /// Exact area under a read-out from 0 to point `end`, to infinity when `None`, mg h/L. `None` comes back where the
    /// area to infinity cannot be had: elimination is saturable.
    ///
    /// Over a segment without events a read-out's area is what the states lead to at its start, less what they lead to
    /// at its end, and what inputs bring; a jump adds nothing.
    pub fn area(&self, output: &ReadOut, end: Option<usize>) -> Option<f64> {
        let mut sum = 0.0;
        for part in &self.parts {
            let areas = match &part.followed {
                Followed::Exact(linear) => linear.areas(output.index)?,
                Followed::Numeric(numeric) => match end.and_then(|end| numeric.area(output.index, end)) {
                    Some(area) => {
                        sum += area;
                        continue;
                    }
                    None => numeric.areas(output.index)?,
                },
            };
            let content = |i: usize, before: bool| match &part.followed {
                Followed::Exact(linear) => linear.content(i, &areas, before),
                Followed::Numeric(numeric) => numeric.content(i, &areas),
            };
            let inflow = |i: usize| match &part.followed {
                Followed::Exact(linear) => linear.inflow(i, &areas),
                Followed::Numeric(numeric) => numeric.inflow(i, &areas),
            };
            let segment = |from: usize, until: usize, before: bool| {
                if until <= from {
                    return 0.0;
                }
                content(from, false) - content(until, before) + inflow(from) * (self.times[until] - self.times[from])
            };
            let quiet = self.stops.cuts.last().map_or(0, |cut| cut.point);
            let last = end.unwrap_or(quiet);
            let mut from = 0;
            for cut in self.stops.cuts.iter().filter(|cut| cut.point <= last) {
                let until = if cut.jumps { cut.point - 1 } else { cut.point };
                sum += segment(from, until, !cut.jumps);
                from = cut.point;
            }
            sum += segment(from, last, false);
            if end.is_none() {
                sum += content(last, false);
            }
        }
        Some(sum)
    }

    /// Area to infinity under a read-out that one mg in a state leads to, mg h/L per mg; `None` where it cannot be had.
    pub(super) fn area_of_unit(&self, output: &ReadOut, state: usize) -> Option<f64> {
        match &self.parts.first()?.followed {
            Followed::Exact(linear) => {
                let areas = linear.areas(output.index)?;
                Some(super::dense::dot(&areas, linear.column(state)?))
            }
            Followed::Numeric(numeric) => Some(numeric.areas(output.index)?[state]),
        }
    }

    /// Slowest rate that shows in a read-out, 1/h: its half-life is the terminal one. `None` where elimination is
    /// saturable, or where nothing reaches the read-out.
    pub fn slowest_rate(&self, output: &ReadOut) -> Option<f64> {
        let of = |part: &Part| match &part.followed {
            Followed::Exact(linear) => linear.slowest_rate(output.index),
            Followed::Numeric(numeric) => numeric.slowest_rate(output.index),
        };
        self.parts.iter().filter_map(of).reduce(f64::min)
    }

    /// Concentrations at effect sites with these rates ke0 (1/h) behind a read-out, at every point, mg/L. A site is
    /// empty at time 0.
    ///
    /// # Errors
    /// When a solver gives up.
    pub fn behind(&self, output: &ReadOut, ke0s: &[f64]) -> Result<Vec<Vec<f64>>> {
        let mut sites = vec![Vec::new(); ke0s.len()];
        for part in &self.parts {
            let quick = match &part.followed {
                Followed::Exact(linear) => linear.behind(output.index, ke0s),
                Followed::Numeric(_) => vec![None; ke0s.len()],
            };
            let slow: Vec<f64> = quick.iter().zip(ke0s).filter(|(q, _)| q.is_none()).map(|(_, k)| *k).collect();
            let mut followed = Vec::new();
            if !slow.is_empty() {
                let (doses, outputs) = part.doses.with_effect_sites(output.index, &slow);
                let solver = match &part.followed {
                    Followed::Exact(_) => Solver::Auto,
                    Followed::Numeric(_) => Solver::Numeric,
                };
                let again = doses.follow(&self.stops, solver, false)?;
                followed = outputs.into_iter().map(|output| again.values(output)).collect();
                followed.reverse();
            }
            for (site, quick) in sites.iter_mut().zip(quick) {
                add(site, quick.or_else(|| followed.pop()).unwrap_or_default());
            }
        }
        sites.iter_mut().for_each(|site| not_negative(site));
        Ok(sites)
    }
}
