//! Sixteen people from point to point: what is made ready once for them, and how they are followed by it.
//!
//! They are followed as sums of modes where that is exact enough for all sixteen, else by the exponential of a step.
//! What a dose brings is known beforehand at each person's first point with it, and is added there.

use super::super::dose_events::Event;
use super::super::lanes::{LANES, Lane, Work, splat};
use super::eigenmodes::ModesWorkspace;
use super::engine::Engine;
use super::matrix_exponential::{HOUR, Scratch, next_point};

/// Told of every point of every subject.
pub(crate) trait Sink {
    /// Read-outs of sixteen subjects at a point, mg/L. `block` counts sixteens within the chunk.
    fn put(&mut self, block: usize, point: usize, output: usize, values: &Lane);

    /// Where read-outs of sixteen subjects at `count` points from `first` on are written at once.
    fn room(&mut self, block: usize, first: usize, count: usize) -> Place<'_>;

    /// Told when sixteen subjects are through.
    fn done(&mut self, _block: usize) {}
}

/// Where read-outs are written: values of sixteen subjects side by side, `outputs` apart from one read-out to the next
/// and `points` apart from one point to the next.
pub(crate) struct Place<'a> {
    pub values: &'a mut [f64],
    pub outputs: usize,
    pub points: usize,
}

/// Sixteen people made ready.
#[derive(Debug, Default, Clone)]
pub(crate) struct Ready {
    /// Whether they are followed as sums of modes.
    modes: bool,
    /// One behind another: what the way of following needs (of modes, see [`super::eigenmodes::Modes::split`]; else the
    /// numbers of read-outs and the power of a step), and what each event brings to each state or mode.
    lanes: Vec<Lane>,
    arrivals: Vec<Arrival>,
}

impl Ready {
    /// Whether they are followed as sums of modes.
    pub fn by_modes(&self) -> bool {
        self.modes
    }
}

/// An event to those who have it first at the same point.
#[derive(Debug, Clone)]
struct Arrival {
    at: usize,
    who: [bool; LANES],
    event: usize,
}

/// Room that is used again from one sixteen to the next.
#[derive(Debug, Default, Clone)]
pub(crate) struct Room {
    pub slots: Vec<Lane>,
    pub parameters: Vec<Lane>,
    pub generator: Vec<Lane>,
    pub events: Vec<Event<Lane>>,
    modes: ModesWorkspace,
    scratch: Scratch,
    /// States now and after the next step.
    now: Vec<Lane>,
    next: Vec<Lane>,
}

/// Makes sixteen people ready.
pub(crate) struct Preparing<'a> {
    pub engine: &'a Engine,
    /// Step, h, and number of steps.
    pub grid: (f64, usize),
    pub room: &'a mut Room,
    pub ready: &'a mut Ready,
}

impl Work for Preparing<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Self { engine: Engine { kernel, modes: ways }, grid: (dt, steps), room, ready } = self;
        let Ready { modes, lanes, arrivals } = ready;
        let Room { slots, generator, events, .. } = room;
        lanes.clear();
        // no closure here: wide instructions end at its border
        *modes = match ways {
            Some(modes) => modes.ready((kernel, dt, steps), (generator, slots, events), &mut room.modes, lanes),
            None => false,
        };
        if !*modes {
            lanes.clear();
            kernel.exponential(generator, dt, &mut room.scratch);
            kernel.read_slots(slots, lanes);
            lanes.extend_from_slice(&room.scratch.power);
            // what was given hours before the first point is carried there hour by hour
            let long = events.iter().any(|e| e.time.iter().any(|t| *t < -HOUR));
            if long {
                kernel.exponential(generator, HOUR, &mut room.scratch);
            }
            for event in events.iter() {
                let Some(state) = kernel.place(event.state) else { continue };
                let (_, after) = next_point(&event.time, dt);
                kernel.carried(generator, (state, &event.amount, &after), long, &mut room.scratch, lanes);
            }
        }
        arrivals.clear();
        let placed = events.iter().filter(|event| kernel.place(event.state).is_some());
        for (event, Event { time, .. }) in placed.enumerate() {
            let mine = arrivals.len();
            for (l, at) in next_point(time, dt).0.into_iter().enumerate() {
                match arrivals[mine..].iter_mut().find(|a| a.at == at) {
                    Some(arrival) => arrival.who[l] = true,
                    None => arrivals.push(Arrival { at, who: std::array::from_fn(|k| k == l), event }),
                }
            }
        }
        arrivals.sort_by_key(|a| a.at);
    }
}

/// Sixteen people from one point to another.
pub(crate) struct Course<'a, S> {
    pub engine: &'a Engine,
    pub ready: &'a Ready,
    /// Their states at the point behind them; of modes, those of the point ahead without what comes there.
    pub z: &'a mut [Lane],
    pub room: &'a mut Room,
    /// Point behind them, none at the start, and last point.
    pub span: (Option<usize>, usize),
    pub block: usize,
    pub sink: &'a mut S,
}

impl<S: Sink> Work for Course<'_, S> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        if self.engine.kernel.states() == 0 {
            self.nothing();
        } else if self.ready.modes {
            self.modes();
        } else {
            self.steps();
        }
    }
}

impl<S: Sink> Course<'_, S> {
    /// Where nothing that is given is ever shown.
    fn nothing(self) {
        let Self { engine: Engine { kernel, .. }, span: (from, to), block, sink, .. } = self;
        for point in from.map_or(0, |f| f + 1)..=to {
            (0..kernel.outputs.len()).for_each(|output| sink.put(block, point, output, &splat(0.0)));
        }
    }

    /// As sums of modes, as many points at once as nothing comes at.
    #[inline(always)]
    fn modes(self) {
        let Self { engine: Engine { kernel, modes }, ready, z, span: (from, to), block, sink, .. } = self;
        let (n, outputs) = (z.len(), kernel.outputs.len());
        let Some(modes) = modes else { return };
        let (fading, brought) = modes.split(outputs, &ready.lanes);
        let mut point = from.map_or(0, |f| f + 1);
        let mut pending = &ready.arrivals[ready.arrivals.partition_point(|a| a.at < point)..];
        while point <= to {
            let here;
            (here, pending) = pending.split_at(pending.partition_point(|a| a.at <= point));
            here.iter().for_each(|a| a.add(&brought[a.event * n..][..n], z));
            let end = pending.first().map_or(to + 1, |a| a.at.min(to + 1));
            fading.fade(z, end - point, sink.room(block, point, end - point));
            point = end;
        }
    }

    /// One point after another.
    #[inline(always)]
    fn steps(self) {
        let Self { engine: Engine { kernel, .. }, ready, z, room, span: (from, to), block, sink } = self;
        let n = z.len();
        let first = from.map_or(0, |f| f + 1);
        let (numbers, rest) = ready.lanes.split_at(kernel.reads());
        let (power, brought) = rest.split_at(kernel.entries());
        let Room { now, next, .. } = room;
        now.resize(n, splat(0.0));
        next.resize(n, splat(0.0));
        now.copy_from_slice(z);
        let mut pending = &ready.arrivals[ready.arrivals.partition_point(|a| a.at < first)..];
        for point in first..=to {
            if point > 0 {
                kernel.step(power, now, next);
                std::mem::swap(now, next);
            }
            let here;
            (here, pending) = pending.split_at(pending.partition_point(|a| a.at <= point));
            here.iter().for_each(|a| a.add(&brought[a.event * n..][..n], now));
            for output in 0..kernel.outputs.len() {
                sink.put(block, point, output, &kernel.read(output, numbers, now));
            }
        }
        z.copy_from_slice(now);
    }
}

impl Arrival {
    /// Adds what is brought to those who have it.
    #[inline(always)]
    fn add(&self, brought: &[Lane], now: &mut [Lane]) {
        for (z, add) in now.iter_mut().zip(brought) {
            for l in 0..LANES {
                z[l] += if self.who[l] { add[l] } else { 0.0 };
            }
        }
    }
}
