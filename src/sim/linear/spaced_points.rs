//! Modes between events, at points that lie as they lie: points at one spacing are worked out side by side.

use crate::sim::lanes::{LANES, Lane, Work, exp, wide};

/// Relative distance of two spacings below which they are one.
const EQUAL: f64 = 8.0 * f64::EPSILON;
/// Fewer points in a row at one spacing are followed mode beside mode, more point beside point.
const FEW: usize = 4;
/// Modes between events.
pub(super) struct Fading<'a> {
    /// 1/h, negative.
    pub rates: &'a [f64],
    /// Rate at which a mode is fed by the one before it, 1/h; 0 where it is not.
    pub links: &'a [f64],
}

impl Fading<'_> {
    /// From the point `from`, at which the modes are z, over all points to `to`, written mode by mode, `points` apart.
    pub fn cross(&self, times: &[f64], [from, to]: [usize; 2], z: &mut [f64], (out, points): (&mut [f64], usize)) {
        let mut at = from;
        while at < to {
            let spacing = times[at + 1] - times[at];
            let slack = EQUAL * times[to].abs().max(1.0);
            let alike = times[at..=to].windows(2).take_while(|w| (w[1] - w[0] - spacing).abs() <= slack).count();
            let spacing = (times[at + alike] - times[at]) / alike as f64;
            let n = z.len();
            for first in (0..n).step_by(LANES) {
                let of = first..n.min(first + LANES);
                wide(Spaced {
                    rates: &self.rates[of.clone()],
                    links: &self.links[of.clone()],
                    spacing,
                    count: alike,
                    at: at + 1,
                    points,
                    coordinates: &mut out[first * points..],
                    z: &mut z[of],
                });
            }
            at += alike;
        }
    }
}

/// Points at one spacing from a point on, followed as modes.
struct Spaced<'a> {
    rates: &'a [f64],
    links: &'a [f64],
    spacing: f64,
    count: usize,
    /// First of the points.
    at: usize,
    points: usize,
    coordinates: &'a mut [f64],
    /// The coordinates at the point before the first; afterwards at the last.
    z: &'a mut [f64],
}

impl Work for Spaced<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Self { rates, links, spacing, count, at, points, coordinates, z } = self;
        let n = rates.len();
        if count < FEW {
            let mut left = [0.0; LANES];
            for (left, rate) in left.iter_mut().zip(rates) {
                *left = rate * spacing;
            }
            let left = exp(&left);
            for k in 0..count {
                for m in (0..n).rev() {
                    let fed = if links[m] == 0.0 { 0.0 } else { links[m] * spacing * z[m - 1] };
                    z[m] = left[m] * (z[m] + fed);
                    coordinates[m * points + at + k] = z[m];
                }
            }
            return;
        }
        let hours: Lane = std::array::from_fn(|l| (l + 1) as f64 * spacing);
        for m in (0..n).rev() {
            let left = exp(&hours.map(|h| rates[m] * h));
            let own = &mut coordinates[m * points + at..][..count];
            let (mut value, mut fed) = (z[m], 0.0);
            let linked = links[m] != 0.0;
            for (block, out) in own.chunks_mut(LANES).enumerate() {
                if linked {
                    // what the mode before it has at the point before this block
                    let hours = (block * LANES) as f64 * spacing;
                    fed = links[m] * z[m - 1] * libm::exp(rates[m - 1] * hours);
                }
                let mut now = [0.0; LANES];
                for l in 0..LANES {
                    now[l] = left[l] * (value + fed * hours[l]);
                }
                for (out, now) in out.iter_mut().zip(&now) {
                    *out = *now;
                }
                value = now[LANES - 1];
            }
            if let Some(last) = own.last() {
                z[m] = *last;
            }
        }
    }
}
