//! From a model, a person and a regimen to curves.
//!
//! Time is cut wherever something happens (a dose, the start or end of an input, the end of a
//! hold). Between two cuts nothing acts but kinetics with constant inputs; at a cut the state may
//! jump. Two ways cross a segment: `exact` (matrix exponential) and `numeric` (Dop853); each
//! checks the other. Inside this module all numbers are h, mg, L and mg/L.
//!
//! Conventions. A fraction absorbed acts on the *rate* of an infusion, whose length stays as
//! given. A lag shifts the start and the end of an input together.

mod exact;
mod follow;
mod numeric;
mod schedule;
mod session;
mod single;
mod sprays;
mod system;
mod trajectory;

pub use exact::advance;
pub use follow::{Case, Change, Followed, Set};
pub(crate) use schedule::PutDown;
pub use schedule::{Act, DoseMark, Plan, Schedule};
pub use session::{Session, sessions};
pub use single::SingleDose;
pub use sprays::{Device, SprayRules, administrations};
pub use system::{MOST_HELD, State, StateKind, System, SystemOutput};
pub(crate) use trajectory::TAIL_H;
pub use trajectory::{Look, Points, Solver, Trajectory, simulate};
