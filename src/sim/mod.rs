//! From a model, a subject and a regimen to concentrations over time.
//!
//! ```text
//! model  -> System    states, rates, read-outs: the one place where a flow becomes a number
//! doses  -> Layout    every dose and spray with its time      -> Event  amounts and rates put into states
//! System + Event -> Profile (one subject) or rows of lanes (many, side by side)
//! ```
//!
//! Kinetics of first order are solved exactly, as a sum of eigenmodes or by the matrix exponential; `ode` runs any
//! right-hand side, and checks the exact solution. Inside this module all numbers are h, mg, L and mg/L.
//!
//! Conventions. A fraction absorbed acts on the *rate* of an infusion, whose length stays as given. A lag shifts the
//! start and the end of an input together.

mod administered;
mod case;
mod dense;
mod dose_events;
pub(crate) mod lanes;
mod layout;
pub(crate) mod linear;
mod lowered;
mod ode;
mod profile;
mod session;
mod single;
mod sprays;
mod stops;
mod system;

pub use administered::DoseMark;
pub use case::{Case, Change, Followed, Set};
pub(crate) use dose_events::{Event, Form, LoweredDose, WaysIn, events};
pub use layout::{Layout, Schedule};
pub use lowered::Lowerings;
pub(crate) use ode::Equations;
pub use profile::{Look, Profile, Solver};
pub use session::{Session, sessions};
pub use single::SingleDose;
pub use sprays::{Device, SprayRules, administrations};
pub use stops::Points;
pub(crate) use stops::TAIL_H;
pub use system::{MOST_HELD, ReadOut, State, StateKind, System};
