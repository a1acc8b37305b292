//! One subject under first-order kinetics, at points of their own: coordinates (eigenmodes, or states where modes would
//! cost too many digits) before and after every cut, from which read-outs are worked out at any point, and what each
//! read-out has of each coordinate.

use super::super::dense::{self, dot, product, times};
use super::super::dose_events::Event;
use super::super::lanes::{Lane, Work, splat, wide};
use super::super::stops::{Cut, SAME_INSTANT, Stops};
use super::eigenmodes::{Modes, ModesWorkspace};
use super::engine::Engine;
use super::matrix_exponential::{Kernel, Scratch};
use super::spaced_points::Fading;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// What rounding may do to a curve of one subject at most, of its peak, before states are taken in place of modes.
const MOST_ERROR: f64 = 1e-10;
/// An input that has ended leaves rounding below this part of its last change.
const ENDED: f64 = 1e-9;
/// Shortest spacing that rounding is reckoned with, h.
const SPACING_H: f64 = 1.0 / 180.0;

/// One subject followed over all points.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    pub(super) n: usize,
    pub(super) stops: Arc<Stops>,
    /// Cut by cut, the coordinates just before and just after what happens there.
    before: Vec<f64>,
    after: Vec<f64>,
    /// Cut by cut, which read-outs do not jump there: rounding must not make them.
    still: Vec<bool>,
    /// Which coordinates are constant inputs.
    inputs: Vec<usize>,
    pub(super) way: Way,
    /// By read-out: what a unit of each coordinate adds, mg/L, and to its slope, mg/L/h.
    pub(super) weights: Vec<Vec<f64>>,
    slopes: Vec<Vec<f64>>,
    /// What a unit in a state of the system brings to each coordinate, for states that were asked for.
    columns: Vec<(usize, Vec<f64>)>,
}

/// How coordinates change between events.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// Each at a rate of its own, 1/h; one that is linked is fed by the one before it at the rate `links`, else 0.
    Modes { rates: Vec<f64>, links: Vec<f64> },
    /// Together, by the matrix exponential; point by point, after what happens there.
    States { kernel: Arc<Kernel>, generator: Vec<Lane>, points: Vec<f64> },
}

/// Rates and modes of one subject, found by lanes that are all alike.
struct Decompose<'a> {
    modes: Option<&'a Modes>,
    kernel: &'a Kernel,
    generator: &'a [Lane],
    slots: &'a [Lane],
    events: &'a [Event<Lane>],
    also: &'a [usize],
    end: f64,
    room: &'a mut ModesWorkspace,
}

impl Work for Decompose<'_> {
    type Out = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let Self { modes, kernel, generator, slots, events, also, end, room } = self;
        let Some(modes) = modes else { return false };
        if !modes.decompose(kernel, (generator, slots, events), (SPACING_H, end, MOST_ERROR), room) {
            return false;
        }
        for state in also.iter().filter_map(|s| kernel.place(*s)) {
            modes.column(state, room);
        }
        true
    }
}

impl Linear {
    /// Follows one subject whose numbers are `slots` through all stops; `also` are further states for which
    /// [`Linear::column`] is asked.
    pub fn new(engine: &Engine, slots: &[f64], events: &[Event], stops: &Arc<Stops>, also: &[usize]) -> Self {
        let Engine { kernel, modes } = engine;
        let lanes: Vec<Lane> = slots.iter().map(|v| splat(*v)).collect();
        let mut generator = Vec::new();
        kernel.fill(&lanes, &mut generator);
        let wide_events: Vec<Event<Lane>> =
            events.iter().map(|e| Event { state: e.state, time: splat(e.time), amount: splat(e.amount) }).collect();
        let mut room = ModesWorkspace::default();
        let end = stops.judged_to;
        let work = Decompose {
            modes: modes.as_ref(),
            kernel,
            generator: &generator,
            slots: &lanes,
            events: &wide_events,
            also,
            end,
            room: &mut room,
        };
        let by_modes = wide(work);
        let n = kernel.states();
        let mut one = Self {
            n,
            stops: stops.clone(),
            before: Vec::with_capacity(n * stops.cuts.len()),
            after: Vec::with_capacity(n * stops.cuts.len()),
            still: Vec::new(),
            inputs: Vec::new(),
            way: Way::Modes { rates: Vec::new(), links: Vec::new() },
            weights: Vec::new(),
            slopes: Vec::new(),
            columns: Vec::new(),
        };
        let mut asked: Vec<usize> = Vec::new();
        for state in events.iter().map(|e| e.state).chain(also.iter().copied()) {
            if !asked.contains(&state) {
                asked.push(state);
            }
        }
        let asked = asked.into_iter();
        match modes {
            Some(modes) if by_modes => {
                let first = |lanes: &[Lane]| -> Vec<f64> { lanes.iter().map(|l| l[0]).collect() };
                one.inputs = (0..n).filter(|m| modes.is_input(*m)).collect();
                let links = (0..n).map(|m| modes.link(m).map_or(0.0, |entry| generator[entry][0])).collect();
                one.weights = room.weights.chunks(n.max(1)).map(first).collect();
                let column = |state: usize| {
                    let place = kernel.place(state)?;
                    let k = room.dosed.iter().position(|dosed| *dosed == place)?;
                    Some((state, first(&room.columns[k * n..(k + 1) * n])))
                };
                one.columns = asked.filter_map(column).collect();
                one.way = Way::Modes { rates: first(&room.rates), links };
            }
            _ => {
                one.inputs = (0..n).filter(|s| kernel.is_input(*s)).collect();
                for parts in &kernel.outputs {
                    let mut row = vec![0.0; n];
                    parts.iter().for_each(|(state, slot)| row[*state] += slots[*slot]);
                    one.weights.push(row);
                }
                let unit = |place: usize| (0..n).map(|i| f64::from(i == place)).collect::<Vec<f64>>();
                one.columns = asked.filter_map(|s| Some((s, unit(kernel.place(s)?)))).collect();
                let points = vec![0.0; n * stops.times.len()];
                one.way = Way::States { kernel: kernel.clone(), generator, points };
            }
        }
        one.slopes = one.weights.iter().map(|w| one.slope_of(w)).collect();
        one.follow(kernel, events);
        one
    }

    /// Whether modes are followed, the quick way.
    pub fn by_modes(&self) -> bool {
        matches!(self.way, Way::Modes { .. })
    }

    /// Row of weights of the slope of a row: the row times the generator.
    fn slope_of(&self, row: &[f64]) -> Vec<f64> {
        match &self.way {
            Way::Modes { rates, links } => {
                let fed = |m: usize| if m + 1 < self.n { row[m + 1] * links[m + 1] } else { 0.0 };
                (0..self.n).map(|m| row[m] * rates[m] + fed(m)).collect()
            }
            Way::States { kernel, generator, .. } => times(row, &kernel.dense(generator)),
        }
    }

    fn follow(&mut self, kernel: &Kernel, events: &[Event]) {
        let mut order: Vec<&Event> =
            events.iter().filter(|e| e.amount != 0.0 && self.column(e.state).is_some()).collect();
        order.sort_by(|a, b| a.time.total_cmp(&b.time));
        let mut pending = order.into_iter().peekable();
        let stops = self.stops.clone();
        let mut z = vec![0.0; self.n];
        let mut from = 0;
        let mut steps = HashMap::new();
        for cut in &stops.cuts {
            self.cross([from, cut.point - usize::from(cut.jumps)], &mut z, &mut steps);
            self.before.extend_from_slice(&z);
            let first = self.still.len();
            self.still.resize(first + self.weights.len(), true);
            while let Some(event) = pending.next_if(|e| e.time <= cut.time + SAME_INSTANT) {
                self.apply(event, &mut z);
                let place = kernel.place(event.state);
                for (still, parts) in self.still[first..].iter_mut().zip(&kernel.outputs) {
                    *still &= !parts.iter().any(|(state, _)| Some(*state) == place);
                }
            }
            self.after.extend_from_slice(&z);
            if let Way::States { points, .. } = &mut self.way {
                points[cut.point * self.n..][..self.n].copy_from_slice(&z);
            }
            from = cut.point;
        }
        if !self.by_modes() {
            self.cross([from, stops.times.len().saturating_sub(1)], &mut z, &mut steps);
        }
    }

    fn apply(&self, event: &Event, z: &mut [f64]) {
        let Some(column) = self.column(event.state) else { return };
        z.iter_mut().zip(column).for_each(|(z, c)| *z += c * event.amount);
        for i in &self.inputs {
            if column[*i] != 0.0 && z[*i].abs() < ENDED * event.amount.abs() {
                z[*i] = 0.0;
            }
        }
    }

    /// From the point `from`, at which the coordinates are z, to the point `to`; states are kept at all points between.
    fn cross(&mut self, [from, to]: [usize; 2], z: &mut [f64], steps: &mut HashMap<u64, Vec<f64>>) {
        let times = &self.stops.times;
        match &mut self.way {
            Way::Modes { rates, links } => Fading { rates, links }.fade(z, times[to] - times[from]),
            Way::States { kernel, generator, points } => {
                for point in from + 1..=to {
                    let spacing = times[point] - times[point - 1];
                    // spacings that differ only by rounding (1e-12 h) share one transition
                    let key = (spacing * 1e12).round().to_bits();
                    let step = steps.entry(key).or_insert_with(|| power(kernel, generator, spacing));
                    let next = product(step, z);
                    z.copy_from_slice(&next);
                    points[point * self.n..][..self.n].copy_from_slice(z);
                }
            }
        }
    }

    /// Every cut with the coordinates just before and just after it.
    pub(super) fn cuts(&self) -> impl Iterator<Item = (&Cut, [&[f64]; 2])> {
        let both = |k: usize| [&self.before[k * self.n..][..self.n], &self.after[k * self.n..][..self.n]];
        self.stops.cuts.iter().enumerate().map(move |(k, cut)| (cut, both(k)))
    }

    /// The last cut up to a point and the coordinates after it; `None` before the first, where nothing is there.
    fn last_cut(&self, point: usize) -> Option<(usize, &[f64])> {
        let k = self.stops.cuts.partition_point(|cut| cut.point <= point).checked_sub(1)?;
        Some((self.stops.cuts[k].point, &self.after[k * self.n..][..self.n]))
    }

    /// Coordinates at a point, after what happens there.
    fn at(&self, point: usize) -> Cow<'_, [f64]> {
        match &self.way {
            Way::Modes { rates, links } => match self.last_cut(point) {
                Some((cut, z)) if cut == point => Cow::Borrowed(z),
                Some((cut, z)) => {
                    let mut z = z.to_vec();
                    Fading { rates, links }.fade(&mut z, self.stops.times[point] - self.stops.times[cut]);
                    Cow::Owned(z)
                }
                None => Cow::Owned(vec![0.0; self.n]),
            },
            Way::States { points, .. } => Cow::Borrowed(&points[point * self.n..][..self.n]),
        }
    }

    /// Whether every coordinate and weight is a finite number: what is not at one point is not at those after it.
    pub fn is_finite(&self) -> bool {
        let last = self.at(self.stops.times.len().saturating_sub(1));
        let mut all = self.after.iter().chain(last.iter()).chain(self.weights.iter().flatten());
        all.all(|v| v.is_finite())
    }

    /// What rows have of the coordinates at every point.
    fn sums(&self, rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
        match &self.way {
            Way::Modes { rates, links } => Fading { rates, links }.sums(&self.stops, &self.after, rows),
            Way::States { points, .. } => {
                let count = self.stops.times.len();
                let at = |row: &[f64], point: usize| dot(row, &points[point * self.n..][..self.n]);
                rows.iter().map(|row| (0..count).map(|point| at(row, point)).collect()).collect()
            }
        }
    }

    /// A read-out at every point, mg/L.
    pub fn values(&self, output: usize) -> Vec<f64> {
        let row = &self.weights[output];
        let mut own = self.sums(std::slice::from_ref(row)).pop().unwrap_or_default();
        let still = self.still.chunks(self.weights.len().max(1)).map(|still| still[output]);
        for ((cut, [before, _]), _) in self.cuts().zip(still).filter(|(_, still)| *still) {
            own[cut.point] = if cut.jumps { own[cut.point - 1] } else { dot(row, before) };
        }
        own
    }

    /// Adds the rates of change of a read-out just before and just after every point, mg/L/h.
    pub fn add_slopes(&self, output: usize, both: &mut [[f64; 2]]) {
        let row = &self.slopes[output];
        let after = self.sums(std::slice::from_ref(row)).pop().unwrap_or_default();
        let mut before = after.clone();
        for (cut, [z, _]) in self.cuts().filter(|(cut, _)| !cut.jumps) {
            before[cut.point] = dot(row, z);
        }
        both.iter_mut().zip(before.iter().zip(&after)).for_each(|(both, (before, after))| {
            both[0] += before;
            both[1] += after;
        });
    }

    /// Value and rate of change of a read-out `dt` hours after a point, before the next event.
    pub fn after(&self, output: usize, point: usize, dt: f64) -> (f64, f64) {
        let (weights, slopes) = (&self.weights[output], &self.slopes[output]);
        match &self.way {
            Way::Modes { rates, links } => {
                let Some((cut, z)) = self.last_cut(point) else { return (0.0, 0.0) };
                let hours = self.stops.times[point] - self.stops.times[cut] + dt;
                let fed = |m: usize| if links[m] == 0.0 { 0.0 } else { links[m] * hours * z[m - 1] };
                (0..self.n).filter(|m| weights[*m] != 0.0 || slopes[*m] != 0.0).fold((0.0, 0.0), |(value, slope), m| {
                    let now = libm::exp(rates[m] * hours) * (z[m] + fed(m));
                    (value + weights[m] * now, slope + slopes[m] * now)
                })
            }
            Way::States { kernel, generator, .. } => {
                let now = product(&power(kernel, generator, dt), &self.at(point));
                (dot(weights, &now), dot(slopes, &now))
            }
        }
    }

    /// How a row is seen `dt` hours before it counts: the row times the transition over that time.
    fn seen_from(&self, row: &[f64], dt: f64) -> Vec<f64> {
        match &self.way {
            Way::Modes { rates, links } => {
                let left: Vec<f64> = (0..self.n).map(|m| row[m] * libm::exp(rates[m] * dt)).collect();
                let fed = |m: usize| if m + 1 < self.n { left[m + 1] * links[m + 1] * dt } else { 0.0 };
                (0..self.n).map(|m| left[m] + fed(m)).collect()
            }
            Way::States { kernel, generator, .. } => times(row, &power(kernel, generator, dt)),
        }
    }

    /// Weights of the coordinates at a point for value and slope of a read-out `dt` hours later.
    pub fn look(&self, output: usize, dt: f64) -> [Vec<f64>; 2] {
        [self.seen_from(&self.weights[output], dt), self.seen_from(&self.slopes[output], dt)]
    }

    /// What such weights give at a point.
    pub fn seen(&self, point: usize, look: &[Vec<f64>; 2]) -> (f64, f64) {
        let z = self.at(point);
        (dot(&look[0], &z), dot(&look[1], &z))
    }

    /// For each coordinate, the area under a read-out that one unit leads to when nothing more happens, mg h/L; for an
    /// input, what it brings per hour at a steady state. `None` where the rates cannot be inverted.
    pub fn areas(&self, output: usize) -> Option<Vec<f64>> {
        let row = &self.weights[output];
        let mut areas = vec![0.0; self.n];
        match &self.way {
            Way::Modes { rates, links } => {
                for m in (0..self.n).rev() {
                    if self.inputs.contains(&m) {
                        areas[m] = row[m];
                        continue;
                    }
                    let fed = if m + 1 < self.n { areas[m + 1] * links[m + 1] } else { 0.0 };
                    areas[m] = -(row[m] + fed) / rates[m];
                }
            }
            Way::States { kernel, generator, .. } => {
                areas = dense::areas(&kernel.dense(generator), row, &self.inputs)?;
            }
        }
        Some(areas)
    }

    /// Area that coordinates at a point still lead to when nothing more happens, by [`Linear::areas`]; with `before`,
    /// those just before what happens there.
    pub fn content(&self, point: usize, areas: &[f64], before: bool) -> f64 {
        let cut = if before { self.stops.cuts.binary_search_by_key(&point, |cut| cut.point).ok() } else { None };
        let z = cut.map_or_else(|| self.at(point), |k| Cow::Borrowed(&self.before[k * self.n..][..self.n]));
        let moving = (0..self.n).filter(|m| !self.inputs.contains(m));
        moving.map(|m| areas[m] * z[m]).sum()
    }

    /// Area per hour that inputs bring from a point on, by [`Linear::areas`].
    pub fn inflow(&self, point: usize, areas: &[f64]) -> f64 {
        if self.inputs.is_empty() {
            return 0.0;
        }
        let z = self.at(point);
        self.inputs.iter().map(|m| areas[*m] * z[*m]).sum()
    }

    /// Coordinates of a unit in a state of the system.
    pub fn column(&self, state: usize) -> Option<&[f64]> {
        self.columns.iter().find(|(s, _)| *s == state).map(|(_, column)| column.as_slice())
    }

    /// Slowest rate that shows in a read-out, 1/h: its half-life is the terminal one.
    pub fn slowest_rate(&self, output: usize) -> Option<f64> {
        let row = &self.weights[output];
        let rates: Vec<f64> = match &self.way {
            Way::Modes { rates, .. } => {
                (0..self.n).filter(|m| row[*m] != 0.0 && !self.inputs.contains(m)).map(|m| rates[m]).collect()
            }
            Way::States { kernel, generator, .. } => dense::rates(&kernel.dense(generator), row, &self.inputs)?,
        };
        dense::slowest(&rates)
    }

    /// What is in a state of the system at a point, mg; 0 where no dose reaches it, `None` where modes are followed.
    pub fn amount(&self, state: usize, point: usize) -> Option<f64> {
        let Way::States { kernel, points, .. } = &self.way else { return None };
        Some(kernel.place(state).map_or(0.0, |place| points[point * self.n + place]))
    }
}

/// The transition over a time, h, row by row.
fn power(kernel: &Kernel, generator: &[Lane], dt: f64) -> Vec<f64> {
    struct Step<'a>(&'a Kernel, &'a [Lane], f64, &'a mut Scratch);
    impl Work for Step<'_> {
        type Out = ();
        #[inline(always)]
        fn run(self) {
            self.0.exponential(self.1, self.2, self.3);
        }
    }
    let mut scratch = Scratch::default();
    wide(Step(kernel, generator, dt, &mut scratch));
    kernel.dense(&scratch.power)
}
