//! The middle half of people at every point: 25th and 75th percentile of an arm, beside its 5-50-95 % bands.
//!
//! Apart from the bands, whose speed it must not touch: plain selection, over at most two thousand people.

use super::arm::CHUNK;
use super::bands::{Chunk, Writer, engine};
use super::draw::FirstDraws;
use super::percentiles::place;
use super::{Crowd, Progress, Workers};
use crate::error::{Error, Result};
use crate::library::Library;
use crate::scenario::Scenario;
use crate::units::NG_ML_PER_MG_L;
use std::sync::Mutex;

/// Quartiles settle with this many people.
const MOST_PEOPLE: usize = 2_000;
/// Points held at a time.
const STRETCH: usize = 64;
/// Which percentiles.
const SHARES: [f64; 2] = [0.25, 0.75];

/// 25th and 75th percentile by analyte (parent first) and point of the grid, ng/mL.
///
/// # Errors
/// When the arm cannot be simulated, or `progress` says to stop.
pub fn quartiles(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    crowd: Crowd,
    workers: &dyn Workers,
    progress: Progress,
) -> Result<Vec<Vec<[f64; 2]>>> {
    let (engine, analytes) = engine(scenario, index, library, crowd, FirstDraws::default())?;
    let (outputs, steps) = (analytes.len(), engine.steps);
    let people = crowd.people.min(MOST_PEOPLE);
    let chunks: Vec<Mutex<Chunk>> = (0..people.div_ceil(CHUNK)).map(|_| Mutex::default()).collect();
    let mut found = vec![Vec::with_capacity(steps + 1); outputs];
    let mut row = Vec::with_capacity(people);
    for from in (0..=steps).step_by(STRETCH) {
        if !progress(from as f64 / (steps + 1) as f64) {
            return Err(Error::cannot("stopped"));
        }
        let length = STRETCH.min(steps + 1 - from);
        workers.each(chunks.len(), &|c| {
            let Ok(mut guard) = chunks[c].lock() else { return };
            let Chunk { state, rows, failed, .. } = &mut *guard;
            rows.resize(outputs * length * CHUNK, 0.0);
            let mut writer = Writer { rows, from, length };
            let own = (c * CHUNK, CHUNK.min(people - c * CHUNK));
            *failed = engine.follow(own, from + length - 1, true, &|_| Vec::new(), state, &mut writer).err();
        });
        let held: Vec<_> = chunks.iter().filter_map(|c| c.lock().ok()).collect();
        if let Some(failed) = held.iter().find_map(|c| c.failed.clone()) {
            return Err(failed);
        }
        for (output, list) in found.iter_mut().enumerate() {
            for k in 0..length {
                let at = (output * length + k) * CHUNK;
                row.clear();
                for (c, chunk) in held.iter().enumerate() {
                    row.extend_from_slice(&chunk.rows[at..at + CHUNK.min(people - c * CHUNK)]);
                }
                list.push(SHARES.map(|p| percentile(&mut row, p) * NG_ML_PER_MG_L));
            }
        }
    }
    Ok(found)
}

/// Type 7, as the bands have it.
fn percentile(row: &mut [f64], p: f64) -> f64 {
    let (at, part) = place(row.len(), p);
    if at >= row.len() {
        return f64::NAN;
    }
    let (_, here, above) = row.select_nth_unstable_by(at, f64::total_cmp);
    let here = *here;
    if part > 0.0 { here + part * (above.iter().copied().fold(f64::INFINITY, f64::min) - here) } else { here }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{InTurn, bands};

    /// By hand: place 0.25 x 3 = 0.75 between 1 and 2, place 2.25 between 3 and 4.
    #[test]
    fn quartiles_are_those_of_type_seven() {
        let mut row = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(SHARES.map(|p| percentile(&mut row, p)), [1.75, 3.25]);
        assert_eq!(percentile(&mut [7.0], 0.75), 7.0);
    }

    #[test]
    fn they_lie_around_the_median_and_inside_the_band() {
        let library = Library::embedded().unwrap();
        let scenario = Scenario::from_toml("test", Scenario::OPENING, &library).unwrap();
        let crowd = Crowd { people: 300, seed: 1, every: None };
        let band = bands(&scenario, &library, crowd, &InTurn, &|_| true).unwrap();
        let inner = quartiles(&scenario, band[0].index, &library, crowd, &InTurn, &|_| true).unwrap();
        assert_eq!(inner.len(), band[0].bands.len());
        for (b, q) in band[0].bands.iter().zip(&inner) {
            assert_eq!(b.percentiles.len(), q.len());
            assert!(
                b.percentiles.iter().zip(q).all(|(b, q)| b[0] <= q[0] && q[0] <= b[1] && b[1] <= q[1] && q[1] <= b[2])
            );
        }
    }
}
