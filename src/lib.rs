//! ketasim
pub mod analysis;
#[cfg(feature = "app")]
pub mod app;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod cli;
pub mod curves;
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
#[cfg(any(feature = "app", feature = "cli"))]
pub mod points;
pub mod regimen;
pub mod scenario;
pub mod scene;
pub mod sim;
pub mod subject;
pub mod table;
pub mod units;
