//! A model lowered for doses of some forms: made once and kept beside the model, whatever the times, the amounts and the
//! subject.

use super::dose_events::{Form, WaysIn};
use super::linear::Engine;
use super::system::System;
use crate::error::Result;
use crate::model::Model;
use crate::regimen::Route;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Lowerings of one model that are kept at once; the oldest makes room.
const MOST_KEPT: usize = 16;

/// A model lowered for doses of some forms.
#[derive(Debug)]
pub(crate) struct Lowered {
    pub system: System,
    pub ways: WaysIn,
    /// States into which a dose into a vein goes: areas per mg given there are asked for.
    pub vein: Vec<usize>,
    /// Which matrices it has; made when a subject is first followed exactly.
    engine: OnceLock<Engine>,
}

impl Lowered {
    /// # Errors
    /// When too many doses are held at once.
    pub fn new(model: &Model, mouths: usize, forms: &[Form]) -> Result<Self> {
        let mut system = System::new(model, (*model.formulas()).clone(), mouths)?;
        let ways = WaysIn::new(model, forms, &mut system);
        let iv = model.routes.get(&Route::Iv).map_or([].as_slice(), |iv| iv.ways.as_slice());
        let vein = iv.iter().map(|w| system.state_of(w.into, 0)).collect();
        Ok(Self { system, ways, vein, engine: OnceLock::new() })
    }

    /// The same with further read-outs.
    pub fn with_system(&self, system: System) -> Self {
        Self { system, ways: self.ways.clone(), vein: self.vein.clone(), engine: OnceLock::new() }
    }

    /// The matrices of what a dose reaches and a read-out shows.
    pub fn engine(&self) -> &Engine {
        self.engine.get_or_init(|| self.engine_of(false))
    }

    /// The same, with `every` state that a dose reaches.
    pub fn engine_of(&self, every: bool) -> Engine {
        let outputs: Vec<usize> = (0..self.system.outputs.len()).collect();
        let entered: Vec<usize> = self.ways.entered.iter().chain(&self.vein).copied().collect();
        Engine::new(&self.system, &outputs, (&entered, &self.ways.inputs), every)
    }
}

/// What a model was lowered to, by number of mouths and forms of doses. Copies share what they keep.
#[derive(Debug, Clone, Default)]
pub struct Lowerings(Arc<Mutex<Vec<Kept>>>);

type Key = (usize, Vec<Form>);
type Kept = (Key, Arc<Lowered>);

impl Lowerings {
    /// The model, to which these belong, lowered for doses of these forms.
    ///
    /// # Errors
    /// As [`Lowered::new`].
    pub(crate) fn of(&self, model: &Model, mouths: usize, forms: Vec<Form>) -> Result<Arc<Lowered>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (mouths, forms);
        if let Some((_, known)) = kept.iter().find(|(k, _)| *k == key) {
            return Ok(known.clone());
        }
        let made = Arc::new(Lowered::new(model, mouths, &key.1)?);
        if kept.len() >= MOST_KEPT {
            kept.remove(0);
        }
        kept.push((key, made.clone()));
        Ok(made)
    }
}
