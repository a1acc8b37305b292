//! What rounding does to a sum of modes, set against a bound below the peak of what they add up to.
//!
//! A course of the area A whose middle lies at the mean time M has a peak of at least A / 2M, since nothing flatter has
//! both. Areas and means are sums over modes as well.

use super::super::kernel::{Event, Kernel};
use super::super::lanes::{LANES, Lane, add_product, map2, splat};
use super::{Modes, ModesRoom};

/// What rounding may do to a read-out at most, of its peak.
const MOST_DOUBT: f64 = 1e-9;
/// Roundings of a mode when it begins, and of its fading at their worst, the inverse of e: they add up point by point
/// while it fades.
const ROUNDINGS: [f64; 2] = [4.0, 0.37];
const ROUNDING: f64 = 0.5 * f64::EPSILON;

/// Of what a unit in a state brings to a read-out.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What rounding does to it at most.
    doubt: Lane,
    /// Its area and first moment; of a constant input, of what its slope brings.
    area: Lane,
    moment: Lane,
}

/// What rounding does to a mode at most, of its size; `step` is its rate times the distance of two points.
#[inline(always)]
pub fn doubt(step: &Lane, input: bool) -> Lane {
    std::array::from_fn(|l| ROUNDING * (ROUNDINGS[0] + if input { 0.0 } else { -ROUNDINGS[1] / step[l] }))
}

impl Modes {
    /// Judges what a unit in a state, the column of which is the last, brings to each read-out.
    #[inline(always)]
    pub fn judge<const FMA: bool>(&self, generator: &[Lane], input: bool, weights: &[Lane], room: &mut ModesRoom) {
        let ModesRoom { rates, columns, doubts, area, moment, judged, .. } = room;
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
                add_product::<FMA>(&mut a, &generator[link], &area[mode - 1]);
                add_product::<FMA>(&mut m, &generator[link], &moment[mode - 1]);
            }
            let a = map2(&a, &rates[mode], |a, r| -a / r);
            let m = map2(&m, &a, |m, a| m + a);
            moment.push(map2(&m, &rates[mode], |m, r| -m / r));
            area.push(a);
        }
        for weights in weights.chunks(self.n) {
            let mut sums = Judged { doubt: splat(0.0), area: splat(0.0), moment: splat(0.0) };
            for (mode, weight) in weights.iter().enumerate() {
                let size = map2(weight, &column[mode], |w, x| (w * x).abs());
                add_product::<FMA>(&mut sums.doubt, &size, &doubts[mode]);
                // with the sign turned, what an input brings is the area of its slope
                let (a, m) = if input { (&column[mode], &area[mode]) } else { (&area[mode], &moment[mode]) };
                if !self.inputs[mode] {
                    add_product::<FMA>(&mut sums.area, weight, a);
                    add_product::<FMA>(&mut sums.moment, weight, m);
                }
            }
            judged.push(sums);
        }
    }

    /// Whether enough digits of every read-out are left, for each dose by itself: an event with what is taken back of
    /// it later and put elsewhere. That holds for their sum as well, since nobody has less than nothing.
    #[inline(always)]
    pub fn known(&self, kernel: &Kernel, events: &[Event], room: &ModesRoom) -> bool {
        let mut rest = events;
        while let [first, others @ ..] = rest {
            let taken = others.first().filter(|next| next.state == first.state && next.takes());
            let put = others.get(1).filter(|next| taken.is_some_and(|taken| taken.time == next.time && !next.takes()));
            let (dose, later) = rest.split_at(1 + usize::from(taken.is_some()) + usize::from(put.is_some()));
            rest = later;
            if !(0..kernel.outputs.len()).all(|output| enough(kernel, output, dose, room)) {
                return false;
            }
        }
        true
    }
}

/// Whether enough digits of a read-out are left after a dose.
#[inline(always)]
fn enough(kernel: &Kernel, output: usize, dose: &[Event], room: &ModesRoom) -> bool {
    let (mut doubt, mut area, mut moment) = (splat(0.0), splat(0.0), splat(0.0));
    for event in dose {
        let Some(state) = kernel.place(event.state) else { continue };
        let Some(column) = room.dosed.iter().position(|s| *s == state) else { continue };
        let of = &room.judged[column * kernel.outputs.len() + output];
        let input = kernel.is_input(state);
        for l in 0..LANES {
            let (amount, time) = (event.amount[l], event.time[l] - dose[0].time[l]);
            doubt[l] += amount.abs() * of.doubt[l];
            if input {
                area[l] += amount * time * of.area[l];
                moment[l] += amount * time * (of.moment[l] + 0.5 * time * of.area[l]);
            } else {
                area[l] += amount * of.area[l];
                moment[l] += amount * (of.moment[l] + time * of.area[l]);
            }
        }
    }
    // what is no number fails as well
    (0..LANES).all(|l| doubt[l] * 2.0 * moment[l] <= MOST_DOUBT * area[l] * area[l])
}
