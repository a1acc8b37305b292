//! The points in time at which a subject is followed: those asked for, every event, and points after it.

use super::dose_events::Event;
use super::session::Session;

/// Events closer than this are one, h.
pub(super) const SAME_INSTANT: f64 = 1e-9;
/// Between two points of the grid further ones are recorded, so that a drawn curve has no corners.
const FINE: usize = 3;
/// Not for grids longer than this, which are fine enough.
const MOST_FINE: usize = 1000;
/// Beyond the last asked-for time the states are followed further, for what ends later, h.
pub(crate) const TAIL_H: f64 = 24.0;
/// After every event points lie close together and then ever wider, so that no grid hides what a dose does: the first
/// spacing, h, which doubles again and again.
const FIRST_H: f64 = 20.0 / 3600.0;
/// Points of one spacing before it doubles, fewer where there are many events.
const OF_ONE_SPACING: std::ops::RangeInclusive<usize> = 3..=12;
/// Points of one spacing over all events, at most about.
const OF_ALL_CUTS: usize = 720;

/// At which times concentrations are recorded, beside every event and the points after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Points {
    /// Up to here, h; a day more is followed.
    pub horizon: f64,
    /// At multiples of this, h; none: at events and after them only.
    pub every: Option<f64>,
    /// Points lie close together after events from here on, h; before it events alone are recorded.
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

/// Recorded points in order of time. Where a state jumps, both sides are kept at the same time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stops {
    /// h
    pub times: Vec<f64>,
    /// Number of points up to the horizon; the rest is the tail.
    pub shown: usize,
    /// Points at the asked-for times, by index; after a jump at that time.
    pub grid: Vec<usize>,
    /// Points at which something begins, ends or moves.
    pub cuts: Vec<Cut>,
    /// Points of the grid that lie in a row, where there are some.
    pub even: Vec<Even>,
    /// Up to here, h, curves are shown: rounding is set against the highest that is reached until then.
    pub judged_to: f64,
}

/// A point at which something is put in or taken out, or an input changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    /// The point that holds what is there afterwards.
    pub point: usize,
    /// h
    pub time: f64,
    /// Whether a state jumps: the point before it then is at the same time.
    pub jumps: bool,
}

/// Points of the grid in a row, at one spacing and between two neighbouring cuts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Even {
    /// The first of them, and how many there are.
    pub first: usize,
    pub count: usize,
    /// h
    pub spacing: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Stop {
    grid: bool,
    cut: bool,
}

impl Stops {
    /// For events of all parts, `states` states before the inputs.
    pub fn new<'a>(events: impl Iterator<Item = &'a Event>, states: usize, points: Points) -> Self {
        let mut acts: Vec<(f64, bool)> =
            events.filter(|e| e.amount != 0.0).map(|e| (e.time, e.state < states)).collect();
        acts.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (steps, fine) = points.every.map_or((0, 1), |every| grid(points.horizon, every));
        let part = points.every.map_or(f64::INFINITY, |every| every / fine as f64);
        let others = others(&acts, points, part);
        let mut gather = Gather { stops: Self::default(), open: None, acts: &acts };
        gather.stops.times.reserve(steps * fine + 1 + others.len() + acts.len());
        gather.stops.grid.reserve(steps + 1);
        let mut others = others.into_iter().peekable();
        // both come in order of time
        let last = points.every.map_or(0, |_| steps * fine + 1);
        let mut i = 0;
        while i < last {
            let time = i as f64 * part;
            while let Some((t, stop)) = others.next_if(|(t, _)| *t < time) {
                gather.put(t, stop);
            }
            gather.put(time, Stop { grid: i % fine == 0, cut: false });
            i += 1;
            // the next but one of the grid lies before anything else: it and its like are put as they are
            let until = others.peek().map_or(last, |(t, _)| ((t / part) as usize).saturating_sub(1).min(last));
            if until > i && part > 2.0 * SAME_INSTANT {
                gather.grid(i..until, part, fine);
                i = until;
            }
        }
        others.for_each(|(t, stop)| gather.put(t, stop));
        gather.close();
        let mut stops = gather.stops;
        stops.shown = stops.times.partition_point(|t| *t <= points.horizon + SAME_INSTANT);
        let last = stops.times.last().copied().unwrap_or(points.horizon);
        stops.judged_to = if points.every.is_some() { points.horizon } else { last };
        stops
    }
}

/// Stops as they are put together, in order of time.
struct Gather<'a> {
    stops: Stops,
    /// The last one, which may still be the same as the next.
    open: Option<(f64, Stop)>,
    /// Events that are not met yet: times, h, and whether each puts something into a state.
    acts: &'a [(f64, bool)],
}

impl Gather<'_> {
    fn put(&mut self, time: f64, stop: Stop) {
        match &mut self.open {
            Some((t, s)) if time - *t <= SAME_INSTANT => {
                // an asked-for time keeps its digits
                *t = if stop.grid { time } else { *t };
                s.grid |= stop.grid;
                s.cut |= stop.cut;
            }
            _ => {
                self.close();
                self.open = Some((time, stop));
            }
        }
    }

    /// Further multiples of `part`, h, with nothing between them.
    fn grid(&mut self, of: std::ops::Range<usize>, part: f64, fine: usize) {
        self.close();
        let Stops { times, grid, even, .. } = &mut self.stops;
        even.push(Even { first: times.len(), count: of.len(), spacing: part });
        let first_asked = of.start.next_multiple_of(fine);
        let asked = (first_asked..of.end).step_by(fine);
        grid.extend(asked.map(|i| times.len() + i - of.start));
        times.extend(of.map(|i| i as f64 * part));
    }

    fn close(&mut self) {
        let Some((time, stop)) = self.open.take() else { return };
        let stops = &mut self.stops;
        stops.times.push(time);
        if stop.cut {
            let here;
            (here, self.acts) = self.acts.split_at(self.acts.partition_point(|(t, _)| *t <= time + SAME_INSTANT));
            let jumps = time > 0.0 && here.iter().any(|(_, state)| *state);
            if jumps {
                stops.times.push(time);
            }
            stops.cuts.push(Cut { point: stops.times.len() - 1, time, jumps });
        }
        if stop.grid {
            stops.grid.push(stops.times.len() - 1);
        }
    }
}

/// The times beside those of the grid at which something is recorded or happens, ascending; points of the grid lie `part`
/// hours apart.
fn others(acts: &[(f64, bool)], points: Points, part: f64) -> Vec<(f64, Stop)> {
    let horizon = points.horizon;
    let last_act = acts.last().map_or(0.0, |(t, _)| *t);
    let mut others = vec![(horizon, Stop::default()), (points.dense_from, Stop::default())];
    let mut cuts: Vec<f64> = acts.iter().map(|(t, _)| *t).collect();
    others.extend(cuts.iter().map(|t| (*t, Stop { grid: false, cut: true })));
    cuts.push(points.dense_from);
    cuts.sort_by(f64::total_cmp);
    cuts.dedup_by(|a, b| *a - *b <= SAME_INSTANT);
    let end = horizon.max(last_act) + TAIL_H;
    let each = (OF_ALL_CUTS / cuts.len()).clamp(*OF_ONE_SPACING.start(), *OF_ONE_SPACING.end());
    // points of the grid that lie closer than these show as much
    let shows_more = |time: f64, spacing: f64| time > horizon || spacing < part;
    for (i, cut) in cuts.iter().enumerate().filter(|(_, t)| **t >= points.dense_from) {
        let until = cuts.get(i + 1).copied().unwrap_or(end);
        let after = widening(*cut, until, each).filter(|(t, spacing)| shows_more(*t, *spacing));
        others.extend(after.map(|(t, _)| (t, Stop::default())));
    }
    others.push((end, Stop::default()));
    others.sort_by(|a, b| a.0.total_cmp(&b.0));
    others
}

/// How many multiples of `every` there are, and into how many parts each is divided where that is not many.
fn grid(horizon: f64, every: f64) -> (usize, usize) {
    let steps = (horizon / every + 1e-9).floor() as usize;
    (steps, if steps <= MOST_FINE { FINE } else { 1 })
}

/// Times after a cut and before the next, each with its distance from the one before it: so many at the first spacing, as
/// many at twice of it, and so on.
fn widening(cut: f64, until: f64, each: usize) -> impl Iterator<Item = (f64, f64)> {
    let (mut offset, mut spacing, mut taken) = (0.0, FIRST_H, 0);
    std::iter::from_fn(move || {
        if taken == each {
            (spacing, taken) = (2.0 * spacing, 0);
        }
        offset += spacing;
        taken += 1;
        Some((cut + offset, spacing))
    })
    .take_while(move |(t, _)| *t < until - SAME_INSTANT)
}
