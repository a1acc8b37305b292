//! First-order kinetics, solved exactly: as a sum of eigenmodes or, where rounding would cost too many digits because
//! two rates nearly meet, by the exponential of a step. An error bound decides, not a list of cases.

mod course;
mod engine;
mod fading;
mod modes;
mod one;
mod structure;

pub(crate) use course::{Course, Place, Preparing, Ready, Room, Sink};
pub(crate) use engine::Engine;
pub(crate) use one::Linear;
