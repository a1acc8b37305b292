//! What a curve says: peak, areas, half-lives, and when something may be noticed.

mod above;
mod crossing;
mod nca;
mod peaks;
mod percentile;
mod smooth;
pub mod statistics;
mod window;

pub use above::TimeAbove;
pub(crate) use crossing::crossing;
pub use nca::{Exposure, Nca, nca};
pub use peaks::{Peak, peaks};
pub use percentile::{percentile, place, spans};
pub use smooth::{Smooth, length, stretches_above};
pub use window::{Part, Percentiles, Windows, windows};
pub(crate) use window::{SHORTEST_DELAY_H, STRONGEST};
