//! **ketasim** simulates what ketamine does by four routes (into a vein, into a muscle, under the
//! tongue, into the nose) from published compartment models, and shows where those models are
//! second hand, derived or assumed. It is for education; no function here returns a dose.
//!
//! One sentence to read the code by: *a [`Scenario`] goes in, an [`Outcome`] comes out, a
//! [`Figure`] is drawn of it; nothing else remembers anything.*
//!
//! ```
//! use ketasim::{Library, Options, Scenario};
//!
//! let library = Library::embedded()?;
//! let scenario = Scenario::from_toml("opening", Scenario::OPENING, &library)?;
//! let outcome = scenario.run(&library, Options::default())?;
//! let sublingual = outcome.arms.iter().find(|arm| arm.label == "SL").expect("the opening scenario has it");
//! // mucosal part plus what is swallowed after ten minutes, by hand:
//! let mucosal = 1.0 - (-0.19_f64).exp();
//! let by_hand = mucosal + (1.0 - mucosal) * 0.16;
//! assert!((sublingual.bioavailability.unwrap() - by_hand).abs() < 1e-9);
//! # Ok::<(), ketasim::Error>(())
//! ```
//!
//! # The layers
//!
//! A module imports only from its left:
//!
//! `portable, error, units, citation → route, delimited, subject, covariates, regimen → model → sim → library → analysis →
//! scenario → evidence, outcome → population → timeline → figure → scene, table, curves, plain_text → {export, cli, app}`
//!
//! - [`model`] reads a file of `models/` into a checked [`Model`](model::Model): named numbers with
//!   unit, source and grade; formulas; compartments and flows; ways in; read-outs. There is no
//!   model-specific Rust: a new paper is a new file.
//! - [`sim`] is the one simulator. A model is lowered once to states, rates and read-outs, the doses of a regimen to
//!   events; both are numbers of slots, so that one subject and sixteen side by side run the same steps. What is of first
//!   order is solved exactly, as a sum of eigenmodes or, where an error bound says that rounding would cost too many
//!   digits, by the matrix exponential; Dop853 checks that and runs what is not of first order (Vmax, Km).
//! - [`library`] holds the models and the data around them: drugs, levels of effect, conditions.
//! - [`analysis`] reads peaks, exact areas, half-lives, and windows in which something may be noticed.
//! - [`delimited`] reads tables as spreadsheets save them: separators, decimal marks, and values that are not there.
//! - [`evidence`] holds measured arms, scores the model that the rules fix for each, and derives every
//!   number of grade D from named data.
//! - [`population`] draws virtual subjects from a model's between-subject variability and follows them side by side. The
//!   same subject is the same in every arm and under any number of threads. Percentiles are exact; what is guessed from
//!   one row to the next never changes them.
//! - [`timeline`] makes a visit of an arm: effects as ranges without a clock time, rules as exact moments, words as
//!   data; a sheet is blocks in reading order, set as text, on the screen and as a tagged PDF.
//! - [`figure`] says what a picture shows, [`scene`] where it goes on a page; the screen and the files
//!   paint the same shapes. The app paints them itself rather than through a plotting widget, so
//!   that plot and strips share one time axis to the pixel and a file looks like the screen.
//! - `export` (feature `export`) writes SVG, PNG and PDF, `cli` the command line, `app` the window.
//!   `cli` and `app` never import each other.
//!
//! # Invariants, several of which are absences
//!
//! 1. Below `cli` and `app` nothing reads a file, a clock, an environment variable, a thread or a
//!    random device. `cargo check --no-default-features` builds the science alone.
//! 2. Equal scenario and equal library give an equal outcome.
//! 3. Conversion factors occur only in [`units`]; inside [`sim`] all numbers are h, mg, L, mg/L. A flow of a model becomes a
//!    rate in one place, `sim/system.rs`, and a dose an input in one, `sim/dose_events.rs`.
//! 4. No number about ketamine stands in Rust: it is in `models/` or `assets/` with unit, source and
//!    grade.
//! 5. Arterial is not venous, salt is not base, S is not racemic: every output says which.
//! 6. A wrong file or number is an [`Error`] with a place and a remedy, never a panic.
//! 7. Nothing returns a dose, and nothing says when somebody may leave or drive.
//!
//! `tests/tidy.rs` guards what the compiler cannot see.
//!
//! # Words
//!
//! | here | in the field |
//! |---|---|
//! | subject | the person whose covariates (weight, age, sex, ancestry) a model is used with |
//! | virtual subjects, [`population::Sample`] | subjects drawn by number and seed; patient text says "made-up people" |
//! | spread | between-subject variability (IIV): omega on the log or logit scale, or a CV |
//! | bands | percentile bands over virtual subjects at each time |
//! | endpoints | numbers of one subject in one session: Cmax, Tmax, AUC, times above a level |
//! | range | two ends of what is not known about a model, where one line would claim too much; never spread |
//! | session | doses with less than 12 h between the end of one and the start of the next |
//! | effect site | a compartment that follows plasma with the rate ke0 and feeds nothing back |
//! | level line | a plasma concentration of the user's own (`[view] level`); time at or above it is told, and it stands for no effect |
//! | windows | times of onset, peak effect and fading of main effects, as 10th, 50th and 90th percentile |
//! | exposure | Cmax, Tmax, AUC, half-life; one definition each in [`analysis::statistics`] |
//! | saturable | Michaelis-Menten elimination: Vmax C / (Km + C); solved numerically |
//! | modes | eigenmodes of the system's matrix; a curve is their sum |
//! | lane | one of sixteen numbers computed side by side (SIMD) |
//! | layout, event | the regimen in time; an amount put into a state, or the rate of an input |
//! | grade | A read in the paper, B abstract or label, C second hand, D derived for ketasim, E assumption |

pub mod analysis;
#[cfg(feature = "app")]
pub mod app;
pub mod citation;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod cli;
pub mod covariates;
pub mod curves;
pub mod delimited;
pub mod error;
pub mod evidence;
#[cfg(feature = "export")]
pub mod export;
pub mod figure;
#[cfg(all(not(target_arch = "wasm32"), any(feature = "app", feature = "cli")))]
pub mod files;
#[cfg(any(feature = "app", feature = "export"))]
pub mod fonts;
pub mod library;
pub mod model;
pub mod outcome;
pub mod palette;
pub mod plain_text;
pub mod points;
pub mod population;
pub mod portable;
pub mod regimen;
pub mod route;
pub mod scenario;
pub mod scene;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod signals;
pub mod sim;
pub mod subject;
pub mod table;
#[cfg(all(not(target_arch = "wasm32"), any(feature = "app", feature = "cli")))]
pub mod threads;
pub mod timeline;
pub mod units;

pub use error::{Error, Result};
pub use figure::{Figure, View};
pub use library::Library;
pub use outcome::{Options, Outcome};
pub use scenario::Scenario;

/// The README, so that its examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
