//! What a curve says: peak, areas, half-lives, and when something may be noticed.

mod nca;
mod window;

pub use nca::{Exposure, Nca, nca};
pub use window::{Percentiles, Windows, first_above, last_above, spans, windows};
