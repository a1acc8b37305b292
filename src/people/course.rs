//! Sixteen people from point to point: what is made ready once for them, and how they are followed by it.
//!
//! Points are taken [`AHEAD`] at a time. What a dose brings within such a leap is known beforehand at each of its points
//! and at its end, for each person from their own point on, and is added there: doses do not break a leap.

use super::arm::Sink;
use super::kernel::{AHEAD, Event, FEW, Kernel, Scratch, next_point};
use super::lanes::{LANES, Lane, Work, splat};

/// Sixteen people made ready.
#[derive(Debug, Default, Clone)]
pub(super) struct Ready {
    /// One behind another: numbers of read-outs; with few states the power of a leap, rows that give the read-outs at
    /// each of its points, and for each event what it brings to the end of its leap and to read-outs before; else the
    /// power of a step and what each event brings.
    lanes: Vec<Lane>,
    arrivals: Vec<Arrival>,
}

/// What an event brings to those who have it within the same leap (with many states: before the same point).
#[derive(Debug, Clone)]
struct Arrival {
    /// Point that ends the leap, or the point.
    at: usize,
    who: [bool; LANES],
    /// Points from each person's first with it to the end of the leap.
    left: [u8; LANES],
    event: usize,
}

/// Room that is used again from one sixteen to the next.
#[derive(Debug, Default, Clone)]
pub(super) struct Room {
    pub slots: Vec<Lane>,
    pub parameters: Vec<Lane>,
    pub generator: Vec<Lane>,
    pub events: Vec<Event>,
    scratch: Scratch,
    /// States now and after the next step.
    now: Vec<Lane>,
    next: Vec<Lane>,
}

/// Makes sixteen people ready.
pub(super) struct Preparing<'a> {
    pub kernel: &'a Kernel,
    pub dt: f64,
    pub room: &'a mut Room,
    pub ready: &'a mut Ready,
}

impl Work for Preparing<'_> {
    type Out = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self { kernel, dt, room, ready: Ready { lanes, arrivals } } = self;
        let Room { slots, generator, events, scratch, .. } = room;
        lanes.clear();
        arrivals.clear();
        kernel.exponential::<FMA>(generator, dt, scratch);
        kernel.read_slots(slots, lanes);
        if kernel.is_small() {
            kernel.far::<FMA>(scratch, lanes);
            kernel.ahead::<FMA>(slots, scratch, lanes);
        } else {
            lanes.extend_from_slice(&scratch.power[0]);
        }
        let mut brought = 0;
        for event in events.iter() {
            let Some(state) = kernel.place(event.state) else { continue };
            let (first, after) = next_point(&event.time, dt);
            let from = lanes.len();
            kernel.carried::<FMA>(generator, (state, &event.amount, &after), scratch, lanes);
            let at = if kernel.is_small() { first.map(|p| p.next_multiple_of(AHEAD)) } else { first };
            let left: [u8; LANES] = std::array::from_fn(|l| (at[l] - first[l]) as u8);
            if kernel.is_small() {
                kernel.shown_within::<FMA>((from, left), scratch, lanes);
            }
            let mine = arrivals.len();
            for (l, at) in at.into_iter().enumerate() {
                match arrivals[mine..].iter_mut().find(|a| a.at == at) {
                    Some(arrival) => arrival.who[l] = true,
                    None => arrivals.push(Arrival { at, who: std::array::from_fn(|k| k == l), left, event: brought }),
                }
            }
            brought += 1;
        }
        arrivals.sort_by_key(|a| a.at);
    }
}

/// Sixteen people from one point to another.
pub(super) struct Course<'a, S> {
    pub kernel: &'a Kernel,
    pub ready: &'a Ready,
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
    fn run<const FMA: bool>(self) {
        if self.kernel.states() == 0 {
        } else if self.kernel.is_small() {
            self.leaps::<FMA>();
        } else {
            self.steps::<FMA>();
        }
    }
}

impl<S: Sink> Course<'_, S> {
    #[inline(always)]
    fn leaps<const FMA: bool>(self) {
        let Self { kernel, ready, z, room, span: (from, to), block, sink } = self;
        let (n, outputs) = (z.len(), kernel.outputs.len());
        let (numbers, rest) = ready.lanes.split_at(kernel.reads());
        let (far, rest) = rest.split_at(kernel.entries());
        let (ahead, brought) = rest.split_at(kernel.ahead_rows());
        // behind each event's states come its read-outs
        let each = n + outputs * AHEAD;
        let Room { now, next, .. } = room;
        now.resize(FEW, splat(0.0));
        next.resize(FEW, splat(0.0));
        now[..n].copy_from_slice(z);
        let mut pending = ready.arrivals.as_slice();
        if let Some(from) = from {
            debug_assert_eq!(from % AHEAD, 0, "a stretch ends with a leap");
            pending = &pending[pending.partition_point(|a| a.at <= from)..];
        } else {
            let here = pending.partition_point(|a| a.at == 0);
            pending[..here].iter().for_each(|a| a.add(&brought[a.event * each..][..n], now));
            pending = &pending[here..];
            for output in 0..outputs {
                sink.put(block, 0, output, &kernel.read::<FMA>(output, numbers, now));
            }
        }
        let mut point = from.unwrap_or(0);
        let mut values = [splat(0.0); AHEAD];
        while point < to {
            let end = point + AHEAD;
            let here;
            (here, pending) = pending.split_at(pending.partition_point(|a| a.at <= end));
            let Some(states) = now.first_chunk::<FEW>() else { return };
            let mut base = 0;
            for output in 0..outputs {
                let (columns, rows) = (kernel.shown(output), &ahead[base..]);
                base += AHEAD * columns.len();
                let room = if here.is_empty() && end <= to { sink.room(block, point + 1, output) } else { None };
                if let Some(room) = room {
                    Kernel::read_ahead::<FMA>(columns, rows, states, room);
                    continue;
                }
                Kernel::read_ahead::<FMA>(columns, rows, states, (values.as_flattened_mut(), LANES));
                for arrival in here {
                    arrival.show(&brought[arrival.event * each + n + output * AHEAD..][..AHEAD], &mut values);
                }
                for (step, values) in values.iter().enumerate().take(to - point) {
                    sink.put(block, point + 1 + step, output, values);
                }
            }
            kernel.step::<FMA>(far, now, next);
            std::mem::swap(now, next);
            here.iter().for_each(|a| a.add(&brought[a.event * each..][..n], now));
            point = end;
        }
        z.copy_from_slice(&now[..n]);
    }

    /// With many states: one point after another.
    #[inline(always)]
    fn steps<const FMA: bool>(self) {
        let Self { kernel, ready, z, room, span: (from, to), block, sink } = self;
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
                kernel.step_any::<FMA>(power, now, next);
                std::mem::swap(now, next);
            }
            let here;
            (here, pending) = pending.split_at(pending.partition_point(|a| a.at <= point));
            here.iter().for_each(|a| a.add(&brought[a.event * n..][..n], now));
            for output in 0..kernel.outputs.len() {
                sink.put(block, point, output, &kernel.read::<FMA>(output, numbers, now));
            }
        }
        z.copy_from_slice(now);
    }
}

impl Arrival {
    /// Adds what is brought to the states of those who have it.
    #[inline(always)]
    fn add(&self, brought: &[Lane], now: &mut [Lane]) {
        for (z, add) in now.iter_mut().zip(brought) {
            for l in 0..LANES {
                z[l] += if self.who[l] { add[l] } else { 0.0 };
            }
        }
    }

    /// Adds what is shown of it to each person's points of the leap.
    #[inline(always)]
    fn show(&self, shown: &[Lane], values: &mut [Lane; AHEAD]) {
        for l in (0..LANES).filter(|l| self.who[*l]) {
            let left = usize::from(self.left[l]);
            for (value, shown) in values[AHEAD - 1 - left..].iter_mut().zip(shown) {
                // what ends may take away; rounding can leave a hair below nothing
                value[l] = (value[l] + shown[l]).max(0.0);
            }
        }
    }
}
