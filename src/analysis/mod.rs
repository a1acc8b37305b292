//! What a curve says: peak, areas, half-lives, and when something may be noticed.

mod nca;
mod peaks;
mod percentile;
mod window;

pub use nca::{Exposure, Nca, nca};
pub use peaks::{Peak, peaks};
pub use percentile::{percentile, place, spans};
pub use window::{Percentiles, Windows, first_above, last_above, time_above, windows};
