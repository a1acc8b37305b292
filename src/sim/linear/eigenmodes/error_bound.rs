//! An error bound: what rounding does to a sum of modes, set against a bound below the peak of what they add up to.
//!
//! Half the area A of a course is in by twice its mean time M: until then it has a peak of at least A / 4M. Where points
//! end earlier, what is left at the last is such a bound. Areas and means are sums over modes as well, as little known
//! as these. What rounding does is an estimate: that it was never too low, tests have to show.

use super::super::super::dose_events::Event;
use super::super::super::lanes::{LANES, Lane, add_product, larger, map2, splat};
use super::super::matrix_exponential::Kernel;
use super::workspace::{Judged, ModesWorkspace};
use super::{MOST_OUTPUTS, Modes};

/// What rounding may do to a read-out at most, of its peak.
pub const MOST_ERROR: f64 = 1e-9;
/// Roundings of a mode when it begins, and of its fading: one at each point, which add up while it fades, at their worst
/// to the inverse of e of those in one time constant. There are some more, which seldom all go one way.
const ROUNDINGS: [f64; 2] = [4.0, 0.37];
const ROUNDING: f64 = 0.5 * f64::EPSILON;

/// What rounding does to a mode, of its size; `step` is its rate times the distance of two points.
#[inline(always)]
pub fn rounding(step: &Lane, input: bool) -> Lane {
    std::array::from_fn(|l| {
        let fading = match step[l] {
            _ if input => 0.0,
            // what should fade and grows is not known at all
            step if step >= 0.0 => f64::INFINITY,
            step => -ROUNDINGS[1] / step,
        };
        ROUNDING * (ROUNDINGS[0] + fading)
    })
}

impl Modes {
    /// Judges what a unit in a state, the column of which is the last, brings to each read-out.
    #[inline(always)]
    pub fn judge(&self, generator: &[Lane], input: bool, room: &mut ModesWorkspace) {
        let ModesWorkspace { rates, columns, errors, area, moment, judged, weights, .. } = room;
        let column = &columns[columns.len() - self.n..];
        area.clear();
        moment.clear();
        for mode in 0..self.n {
            if self.inputs[mode] {
                area.push(splat(0.0));
                moment.push(splat(0.0));
                continue;
            }
            let (mut a, mut m) = (column[mode], splat(0.0));
            if let Some(link) = self.link(mode) {
                add_product(&mut a, &generator[link], &area[mode - 1]);
                add_product(&mut m, &generator[link], &moment[mode - 1]);
            }
            let a = map2(&a, &rates[mode], |a, r| -a / r);
            let m = map2(&m, &a, |m, a| m + a);
            moment.push(map2(&m, &rates[mode], |m, r| -m / r));
            area.push(a);
        }
        for weights in weights.chunks(self.n) {
            let mut sums = Judged::default();
            for (mode, weight) in weights.iter().enumerate() {
                let size = map2(weight, &column[mode], |w, x| (w * x).abs());
                add_product(&mut sums.error, &size, &errors[mode]);
                // with the sign turned, what an input brings is the area of its slope
                let (a, m) = if input { (&column[mode], &area[mode]) } else { (&area[mode], &moment[mode]) };
                if !self.inputs[mode] {
                    add_product(&mut sums.area, weight, a);
                    add_product(&mut sums.moment, weight, m);
                    for (unsure, of) in sums.unsure.iter_mut().zip([a, m]) {
                        let size = map2(weight, of, |w, x| (w * x).abs());
                        add_product(unsure, &size, &errors[mode]);
                    }
                }
            }
            judged.push(sums);
        }
    }

    /// Whether rounding stays below `bound` of every read-out's peak up to the last point, at `end`: what rounding does to all doses
    /// together is set against the highest bound below the peak of one of them, since nobody has less than nothing. A
    /// dose is an event with what is taken back of it later and put elsewhere.
    #[inline(always)]
    pub fn within(
        &self,
        (kernel, generator): (&Kernel, &[Lane]),
        (events, end): (&[Event<Lane>], f64),
        bound: f64,
        room: &mut ModesWorkspace,
    ) -> bool {
        let (mut errors, mut peaks) = ([splat(0.0); MOST_OUTPUTS], [splat(0.0); MOST_OUTPUTS]);
        let mut rest = events;
        while let [first, others @ ..] = rest {
            let taken = others.first().filter(|next| next.state == first.state && next.takes());
            let put = others.get(1).filter(|next| taken.is_some_and(|taken| taken.time == next.time && !next.takes()));
            let (dose, later) = rest.split_at(1 + usize::from(taken.is_some()) + usize::from(put.is_some()));
            rest = later;
            let mut at_end = false;
            for output in 0..kernel.outputs.len() {
                let sums = summed(kernel, output, dose, room);
                let (error, peak) = (&mut errors[output], &mut peaks[output]);
                for l in 0..LANES {
                    let left = end - dose[0].time[l];
                    // what comes after the last point is not seen
                    error[l] += if left > 0.0 { sums.error[l] } else { 0.0 };
                    // the peak of what was given before the first point may not be seen any more
                    let seen = dose[0].time[l] >= 0.0;
                    let bound = sums.bound(l, left);
                    at_end |= seen && bound.is_none() && left > 0.0 && sums.error[l] > 0.0;
                    peak[l] = larger(bound.filter(|_| seen).unwrap_or(0.0), peak[l]);
                }
            }
            if at_end {
                // what is there at the last point is a bound as well
                self.moved((kernel, generator), (dose, end), room);
                for (output, weights) in room.weights.chunks(self.n).enumerate() {
                    let (mut value, mut error) = (splat(0.0), splat(0.0));
                    for ((weight, moved), own) in weights.iter().zip(&room.area).zip(&room.errors) {
                        let part = map2(weight, moved, |w, x| w * x);
                        value = map2(&value, &part, |v, p| v + p);
                        add_product(&mut error, &part.map(f64::abs), own);
                    }
                    for l in 0..LANES {
                        peaks[output][l] = larger(value[l] - error[l], peaks[output][l]);
                    }
                }
            }
        }
        // NaN fails
        let fine = |(error, peak): (&Lane, &Lane)| (0..LANES).all(|l| error[l] >= 0.0 && error[l] <= bound * peak[l]);
        errors.iter().zip(&peaks).all(fine)
    }

    /// What a dose has left in each mode at a time, into `room.area`.
    #[inline(always)]
    fn moved(
        &self,
        (kernel, generator): (&Kernel, &[Lane]),
        (dose, end): (&[Event<Lane>], f64),
        room: &mut ModesWorkspace,
    ) {
        room.area.clear();
        room.area.resize(self.n, splat(0.0));
        for event in dose {
            let Some(column) = room.column_of(kernel, event) else { continue };
            let after = event.time.map(|time| larger(end - time, 0.0));
            let amount: Lane = std::array::from_fn(|l| if event.time[l] < end { event.amount[l] } else { 0.0 });
            for mode in 0..self.n {
                let part = self.faded(generator, (column, mode), &after, room);
                add_product(&mut room.area[mode], &part, &amount);
            }
        }
    }
}

/// The same of a dose.
#[inline(always)]
fn summed(kernel: &Kernel, output: usize, dose: &[Event<Lane>], room: &ModesWorkspace) -> Judged {
    let mut sum = Judged::default();
    for event in dose {
        let Some(column) = room.column_of(kernel, event) else { continue };
        let of = &room.judged[column * kernel.outputs.len() + output];
        let input = kernel.place(event.state).is_some_and(|state| kernel.is_input(state));
        for l in 0..LANES {
            let (amount, time) = (event.amount[l], event.time[l] - dose[0].time[l]);
            sum.error[l] += amount.abs() * of.error[l];
            // the area of an input grows with its length, and its middle lies half of that later
            let (amount, later) = if input { (amount * time, 0.5 * time) } else { (amount, time) };
            sum.area[l] += amount * of.area[l];
            sum.moment[l] += amount * (of.moment[l] + later * of.area[l]);
            sum.unsure[0][l] += amount.abs() * of.unsure[0][l];
            sum.unsure[1][l] += amount.abs() * (of.unsure[1][l] + later * of.unsure[0][l]);
        }
    }
    sum
}
