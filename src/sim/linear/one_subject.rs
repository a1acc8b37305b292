//! One subject under first-order kinetics, at points of their own: coordinates (eigenmodes, or states where modes would
//! cost too many digits) at every point, and what each read-out has of each coordinate.

use super::super::dense::{self, dot, product, times};
use super::super::dose_events::Event;
use super::super::lanes::{Lane, Work, splat, wide};
use super::super::stops::Stops;
use super::eigenmodes::{Modes, ModesWorkspace};
use super::engine::Engine;
use super::matrix_exponential::{Kernel, Scratch};
use super::spaced_points::Fading;
use crate::model::formulas::Slot;
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
    n: usize,
    points: usize,
    /// Coordinate by coordinate, its value at every point; after what happens there.
    coordinates: Vec<f64>,
    /// At cuts where no state jumps, point and coordinates just before: modes move with the inputs that feed them.
    before: Vec<(usize, Vec<f64>)>,
    /// Points at which something happens, and the read-outs that do not jump there: rounding must not make them.
    still: Vec<(usize, Vec<usize>)>,
    /// Which coordinates are constant inputs.
    inputs: Vec<usize>,
    way: Way,
    /// By read-out: what a unit of each coordinate adds, mg/L, and to its slope, mg/L/h.
    weights: Vec<Vec<f64>>,
    slopes: Vec<Vec<f64>>,
    /// What a unit in a state of the system brings to each coordinate, for states that were asked for.
    columns: HashMap<usize, Vec<f64>>,
}

/// How coordinates change between events.
#[derive(Debug, Clone)]
enum Way {
    /// Each at a rate of its own, 1/h; one that is linked is fed by the one before it at the rate `links`, else 0.
    Modes { rates: Vec<f64>, links: Vec<f64> },
    /// Together, by the matrix exponential.
    States { kernel: Arc<Kernel>, generator: Vec<Lane> },
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
    pub fn new(engine: &Engine, slots: &[f64], events: &[Event], stops: &Stops, also: &[usize]) -> Self {
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
            points: stops.times.len(),
            coordinates: vec![0.0; n * stops.times.len()],
            before: Vec::new(),
            still: Vec::new(),
            inputs: Vec::new(),
            way: Way::Modes { rates: Vec::new(), links: Vec::new() },
            weights: Vec::new(),
            slopes: Vec::new(),
            columns: HashMap::new(),
        };
        // by state of the system, the read-outs that show it
        let shows = |place: usize, parts: &[(usize, Slot)]| parts.iter().any(|(state, _)| *state == place);
        let outputs = 0..kernel.outputs.len();
        let shown_by = |state: usize| {
            let place = kernel.place(state)?;
            Some((state, outputs.clone().filter(|o| shows(place, &kernel.outputs[*o])).collect::<Vec<usize>>()))
        };
        let shown: HashMap<usize, Vec<usize>> = events.iter().filter_map(|e| shown_by(e.state)).collect();
        let asked = events.iter().map(|e| e.state).chain(also.iter().copied());
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
                one.slopes = one.weights.iter().map(|w| one.slope_of(w)).collect();
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
                one.way = Way::States { kernel: kernel.clone(), generator };
                one.slopes = one.weights.iter().map(|w| one.slope_of(w)).collect();
            }
        }
        one.follow(events, stops, &shown);
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
            Way::States { kernel, generator } => times(row, &kernel.dense(generator)),
        }
    }

    fn follow(&mut self, events: &[Event], stops: &Stops, shown: &HashMap<usize, Vec<usize>>) {
        let mut order: Vec<&Event> =
            events.iter().filter(|e| e.amount != 0.0 && self.columns.contains_key(&e.state)).collect();
        order.sort_by(|a, b| a.time.total_cmp(&b.time));
        let mut pending = order.into_iter().peekable();
        let mut z = vec![0.0; self.n];
        let mut from = 0;
        let mut steps = HashMap::new();
        for cut in &stops.cuts {
            let last = if cut.jumps { cut.point - 1 } else { cut.point };
            self.cross(&stops.times, [from, last], &mut z, &mut steps);
            if !cut.jumps {
                self.before.push((cut.point, z.clone()));
            }
            let mut still: Vec<usize> = (0..self.weights.len()).collect();
            while let Some(event) = pending.next_if(|e| e.time <= cut.time + super::super::stops::SAME_INSTANT) {
                self.apply(event, &mut z);
                still.retain(|o| !shown.get(&event.state).is_some_and(|shown| shown.contains(o)));
            }
            self.still.push((cut.point, still));
            self.put(cut.point, &z);
            from = cut.point;
        }
        self.cross(&stops.times, [from, self.points.saturating_sub(1)], &mut z, &mut steps);
    }

    fn apply(&self, event: &Event, z: &mut [f64]) {
        let Some(column) = self.columns.get(&event.state) else { return };
        z.iter_mut().zip(column).for_each(|(z, c)| *z += c * event.amount);
        for i in &self.inputs {
            if column[*i] != 0.0 && z[*i].abs() < ENDED * event.amount.abs() {
                z[*i] = 0.0;
            }
        }
    }

    fn put(&mut self, point: usize, z: &[f64]) {
        for (m, value) in z.iter().enumerate() {
            self.coordinates[m * self.points + point] = *value;
        }
    }

    /// From the point `from`, at which the coordinates are z, over all points to `to`.
    fn cross(&mut self, times: &[f64], [from, to]: [usize; 2], z: &mut [f64], steps: &mut HashMap<u64, Vec<f64>>) {
        match &self.way {
            Way::Modes { rates, links } => {
                Fading { rates, links }.cross(times, [from, to], z, (&mut self.coordinates, self.points));
            }
            Way::States { kernel, generator } => {
                for point in from + 1..=to {
                    let spacing = times[point] - times[point - 1];
                    // spacings that differ only by rounding (1e-12 h) share one transition
                    let key = (spacing * 1e12).round().to_bits();
                    let step = steps.entry(key).or_insert_with(|| power(kernel, generator, spacing));
                    let next = product(step, z);
                    z.copy_from_slice(&next);
                    z.iter().enumerate().for_each(|(m, v)| self.coordinates[m * self.points + point] = *v);
                }
            }
        }
    }

    fn at(&self, point: usize) -> Vec<f64> {
        (0..self.n).map(|m| self.coordinates[m * self.points + point]).collect()
    }

    /// Whether every coordinate and weight is a finite number: what is not at one point is not at those after it.
    pub fn is_finite(&self, stops: &Stops) -> bool {
        let last = self.points.saturating_sub(1);
        let mut points = stops.cuts.iter().map(|cut| cut.point).chain([last]);
        points.all(|p| (0..self.n).all(|m| self.coordinates[m * self.points + p].is_finite()))
            && self.weights.iter().flatten().all(|w| w.is_finite())
    }

    /// Adds a read-out at every point to `sum`.
    pub fn add_values(&self, output: usize, sum: &mut [f64]) {
        let mut own = vec![0.0; self.points];
        self.add(&self.weights[output], &mut own);
        for (point, _) in self.still.iter().filter(|(_, still)| still.contains(&output)) {
            own[*point] = self.just_before(*point).map_or_else(|| own[point - 1], |z| dot(&self.weights[output], z));
        }
        sum.iter_mut().zip(&own).for_each(|(s, v)| *s += v);
    }

    fn add(&self, row: &[f64], sum: &mut [f64]) {
        let shown = (0..self.n).filter(|m| row[*m] != 0.0);
        for m in shown {
            let own = &self.coordinates[m * self.points..][..self.points];
            sum.iter_mut().zip(own).for_each(|(s, z)| *s += row[m] * z);
        }
    }

    /// Adds the rates of change of a read-out just before and just after every point, mg/L/h.
    pub fn add_slopes(&self, output: usize, both: &mut [[f64; 2]]) {
        let row = &self.slopes[output];
        let mut after = vec![0.0; self.points];
        self.add(row, &mut after);
        let mut before = after.clone();
        for (point, z) in &self.before {
            before[*point] = dot(row, z);
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
                let z = |m: usize| self.coordinates[m * self.points + point];
                let fed = |m: usize| if links[m] == 0.0 { 0.0 } else { links[m] * dt * z(m - 1) };
                (0..self.n).fold((0.0, 0.0), |(value, slope), m| {
                    let now = libm::exp(rates[m] * dt) * (z(m) + fed(m));
                    (value + weights[m] * now, slope + slopes[m] * now)
                })
            }
            Way::States { kernel, generator } => {
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
            Way::States { kernel, generator } => times(row, &power(kernel, generator, dt)),
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
            Way::States { kernel, generator } => {
                areas = dense::areas(&kernel.dense(generator), row, &self.inputs)?;
            }
        }
        Some(areas)
    }

    /// Area that coordinates at a point still lead to when nothing more happens, by [`Linear::areas`]; with `before`,
    /// those just before what happens there.
    pub fn content(&self, point: usize, areas: &[f64], before: bool) -> f64 {
        let moving = |m: usize| if self.inputs.contains(&m) { 0.0 } else { areas[m] };
        let areas: Vec<f64> = (0..self.n).map(moving).collect();
        if before { self.before(point, &areas) } else { dot(&areas, &self.at(point)) }
    }

    /// Area per hour that inputs bring from a point on, by [`Linear::areas`].
    pub fn inflow(&self, point: usize, areas: &[f64]) -> f64 {
        self.inputs.iter().map(|m| areas[*m] * self.coordinates[m * self.points + point]).sum()
    }

    /// Coordinates of a unit in a state of the system.
    pub fn column(&self, state: usize) -> Option<&[f64]> {
        self.columns.get(&state).map(Vec::as_slice)
    }

    /// Slowest rate that shows in a read-out, 1/h: its half-life is the terminal one.
    pub fn slowest_rate(&self, output: usize) -> Option<f64> {
        let row = &self.weights[output];
        let rates: Vec<f64> = match &self.way {
            Way::Modes { rates, .. } => {
                (0..self.n).filter(|m| row[*m] != 0.0 && !self.inputs.contains(m)).map(|m| rates[m]).collect()
            }
            Way::States { kernel, generator } => dense::rates(&kernel.dense(generator), row, &self.inputs)?,
        };
        dense::slowest(&rates)
    }

    /// What is in a state of the system at a point, mg; 0 where no dose reaches it, `None` where modes are followed.
    pub fn amount(&self, state: usize, point: usize) -> Option<f64> {
        let Way::States { kernel, .. } = &self.way else { return None };
        Some(kernel.place(state).map_or(0.0, |place| self.coordinates[place * self.points + point]))
    }

    /// Concentrations at effect sites that follow a read-out at these rates ke0, 1/h, at every point, mg/L; `None` where
    /// states are followed, or where a rate lies too near ke0. A site is empty at the first point and never jumps.
    pub fn behind(&self, output: usize, ke0s: &[f64], stops: &Stops) -> Vec<Option<Vec<f64>>> {
        let Way::Modes { rates, links } = &self.way else { return vec![None; ke0s.len()] };
        let row = &self.weights[output];
        let apart = |ke0: f64| (0..self.n).all(|m| row[m] == 0.0 || (rates[m] + ke0).abs() >= NEAR * ke0);
        // what a site has of each mode once what it lacked after an event has faded
        let part = |ke0: f64| {
            let mut part = vec![0.0; self.n];
            for m in (0..self.n).rev() {
                let fed = if m + 1 < self.n { part[m + 1] * links[m + 1] } else { 0.0 };
                let (own, gap) = (ke0 * row[m] - fed, rates[m] + ke0);
                part[m] = if own == 0.0 { 0.0 } else { own / gap };
            }
            part
        };
        let parts: Vec<Vec<f64>> = ke0s.iter().map(|ke0| part(*ke0)).collect();
        let mut follows: Vec<Vec<f64>> = vec![vec![0.0; self.points]; ke0s.len()];
        follows.iter_mut().zip(&parts).for_each(|(f, part)| self.add(part, f));
        let fade = Fading { rates: &ke0s.iter().map(|k| -k).collect::<Vec<_>>(), links: &vec![0.0; ke0s.len()] };
        let mut lacks = vec![0.0; ke0s.len() * self.points];
        let mut z: Vec<f64> = follows.iter().map(|f| -f[0]).collect();
        z.iter().enumerate().for_each(|(j, z)| lacks[j * self.points] = *z);
        let mut from = 0;
        for cut in stops.cuts.iter().filter(|cut| cut.point > 0) {
            let last = if cut.jumps { cut.point - 1 } else { cut.point };
            fade.cross(&stops.times, [from, last], &mut z, (&mut lacks, self.points));
            for (j, z) in z.iter_mut().enumerate() {
                let was = if cut.jumps { follows[j][last] } else { self.before(cut.point, &parts[j]) };
                *z += was - follows[j][cut.point];
                lacks[j * self.points + cut.point] = *z;
            }
            from = cut.point;
        }
        fade.cross(&stops.times, [from, self.points.saturating_sub(1)], &mut z, (&mut lacks, self.points));
        for (own, lacks) in follows.iter_mut().zip(lacks.chunks(self.points.max(1))) {
            own.iter_mut().zip(lacks).for_each(|(f, l)| *f += l);
        }
        follows.into_iter().zip(ke0s).map(|(f, ke0)| apart(*ke0).then_some(f)).collect()
    }

    /// What a row gives just before what happens at a point.
    fn before(&self, point: usize, row: &[f64]) -> f64 {
        self.just_before(point).map_or_else(|| dot(row, &self.at(point)), |z| dot(row, z))
    }

    /// Coordinates just before a cut where no state jumps; `None` at other points.
    fn just_before(&self, point: usize) -> Option<&[f64]> {
        let at = self.before.binary_search_by_key(&point, |(p, _)| *p).ok()?;
        Some(&self.before[at].1)
    }
}

/// A rate nearer to ke0 than this part of it costs too many digits.
const NEAR: f64 = 1e-5;

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
