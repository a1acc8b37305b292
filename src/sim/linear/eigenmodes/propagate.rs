//! Sixteen people followed by their modes: each is multiplied from point to point, and read-outs are sums of them.

use super::super::super::lanes::{Lane, PART, PARTS, Part, splat};
use super::super::many_subjects::Place;
use super::Modes;

/// Sixteen people followed by their modes: what each keeps from point to point and gets of the one before it, and what
/// each read-out has of each.
pub struct Fading<'a> {
    lanes: &'a [Lane],
    links: &'a [bool],
}

impl Modes {
    /// What [`Modes::ready`] added, as far as it is about all events, and what it added for each of these.
    pub fn split<'a>(&'a self, outputs: usize, lanes: &'a [Lane]) -> (Fading<'a>, &'a [Lane]) {
        let (lanes, brought) = lanes.split_at(self.n + self.links.len() + self.n * outputs);
        (Fading { lanes, links: &self.links }, brought)
    }
}

impl Fading<'_> {
    /// Read-outs at so many points from the modes at the first of them, which are moved to the point behind the last.
    #[inline(always)]
    pub fn fade(&self, z: &mut [Lane], count: usize, place: Place) {
        // a number known to the compiler keeps the modes in registers
        macro_rules! by_number {
            ($($n:literal)*) => {
                match z.len() {
                    $($n => self.few::<$n>(z, count, place),)*
                    _ => debug_assert!(false, "there are few modes"),
                }
            };
        }
        by_number!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
    }

    #[inline(always)]
    fn few<const N: usize>(&self, z: &mut [Lane], count: usize, place: Place) {
        let Place { values, outputs, points } = place;
        let Some(z) = z.first_chunk_mut::<N>() else { return };
        let Some((keeps, rest)) = self.lanes.split_first_chunk::<N>() else { return };
        let none = [splat(0.0); N];
        let (gets, weights) =
            if self.links.is_empty() { (&none, rest) } else { rest.split_first_chunk().unwrap_or((&none, rest)) };
        let linked: [bool; N] = std::array::from_fn(|i| self.links.get(i).copied().unwrap_or(false));
        let weights = weights.as_chunks::<N>().0;
        for part in 0..PARTS {
            let of = |lane: &Lane| -> Part { lane.as_chunks().0[part] };
            let mut now: [Part; N] = std::array::from_fn(|i| of(&z[i]));
            let keeps: [Part; N] = std::array::from_fn(|i| of(&keeps[i]));
            for point in 0..count {
                for (output, weights) in weights.iter().enumerate() {
                    let mut sum = [0.0; PART];
                    for i in 0..N {
                        let weight = of(&weights[i]);
                        for l in 0..PART {
                            sum[l] += weight[l] * now[i][l];
                        }
                    }
                    let at = output * outputs + point * points + part * PART;
                    let Some(out) = values.get_mut(at..).and_then(|o| o.first_chunk_mut()) else { return };
                    // rounding can leave a hair below nothing
                    *out = sum.map(|v| v.max(0.0));
                }
                for i in (0..N).rev() {
                    for l in 0..PART {
                        now[i][l] *= keeps[i][l];
                    }
                    if i > 0 && linked[i] {
                        let got = of(&gets[i]);
                        for l in 0..PART {
                            now[i][l] += got[l] * now[i - 1][l];
                        }
                    }
                }
            }
            for i in 0..N {
                z[i].as_chunks_mut().0[part] = now[i];
            }
        }
    }
}
