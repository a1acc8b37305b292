//! ketasim
pub mod analysis;
pub mod error;
#[cfg(feature = "export")]
pub mod export;
pub mod figure;
#[cfg(any(feature = "app", feature = "export"))]
pub mod fonts;
pub mod library;
pub mod model;
pub mod outcome;
pub mod palette;
pub mod regimen;
pub mod scenario;
pub mod scene;
pub mod sim;
pub mod subject;
pub mod units;
