//! Effect sites behind a read-out that is followed as modes: each has a part of every mode, and of one more of its own.

use super::super::dense::dot;
use super::one_subject::{Linear, Way};
use super::spaced_points::Fading;

/// A rate nearer to ke0 than this part of it costs too many digits.
const NEAR: f64 = 1e-5;

impl Linear {
    /// Concentrations at effect sites that follow a read-out at these rates ke0, 1/h, at every point, mg/L; `None` where
    /// states are followed, or where a rate lies too near ke0. A site is empty at the first point and never jumps.
    pub fn behind(&self, output: usize, ke0s: &[f64]) -> Vec<Option<Vec<f64>>> {
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
        // what each site lacks after an event fades at its own rate: modes behind those of the subject
        let rates: Vec<f64> = rates.iter().copied().chain(ke0s.iter().map(|ke0| -ke0)).collect();
        let links: Vec<f64> = links.iter().copied().chain(ke0s.iter().map(|_| 0.0)).collect();
        let fading = Fading { rates: &rates[self.n..], links: &links[self.n..] };
        let times = &self.stops.times;
        let mut lacks = vec![0.0; ke0s.len()];
        let mut after = Vec::with_capacity(rates.len() * self.stops.cuts.len());
        let mut last = 0;
        for (cut, [before, now]) in self.cuts() {
            fading.fade(&mut lacks, times[cut.point] - times[last]);
            lacks.iter_mut().zip(&parts).for_each(|(lack, part)| *lack += dot(part, before) - dot(part, now));
            after.extend_from_slice(now);
            after.extend_from_slice(&lacks);
            last = cut.point;
        }
        let own = |j: usize| (0..ke0s.len()).map(move |k| f64::from(k == j));
        let rows: Vec<Vec<f64>> =
            parts.iter().enumerate().map(|(j, part)| part.iter().copied().chain(own(j)).collect()).collect();
        let mut sites = Fading { rates: &rates, links: &links }.sums(&self.stops, &after, &rows);
        for site in &mut sites {
            for (cut, _) in self.cuts() {
                match cut.point {
                    0 => site[0] = 0.0,
                    point if cut.jumps => site[point] = site[point - 1],
                    _ => {}
                }
            }
        }
        sites.into_iter().zip(ke0s).map(|(site, ke0)| apart(*ke0).then_some(site)).collect()
    }
}
