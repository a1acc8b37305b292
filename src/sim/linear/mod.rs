//! First-order kinetics, solved exactly: as a sum of eigenmodes or, where rounding would cost too many digits because
//! two rates nearly meet, by the exponential of a step. An error bound decides, not a list of cases.

mod effect_sites;
mod eigenmodes;
mod engine;
mod many_subjects;
mod matrix_exponential;
mod one_subject;
mod spaced_points;

pub(crate) use engine::Engine;
pub(crate) use many_subjects::{Course, Place, Preparing, Ready, Room, Sink};
pub(crate) use one_subject::Linear;
