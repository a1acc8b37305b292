//! ketasim
pub mod analysis;
pub mod error;
pub mod library;
pub mod model;
pub mod outcome;
pub mod regimen;
pub mod scenario;
pub mod sim;
pub mod subject;
pub mod units;
