//! Memory for the modes of sixteen subjects, used again from one sixteen to the next.

use super::super::super::dose_events::Event;
use super::super::super::lanes::Lane;
use super::super::matrix_exponential::Kernel;

/// Room that is used again from one sixteen to the next.
#[derive(Debug, Default, Clone)]
pub(crate) struct ModesWorkspace {
    pub rates: Vec<Lane>,
    /// What each state of a block has of each of its modes, block by block, and the reverse.
    pub to: Vec<Lane>,
    pub back: Vec<Lane>,
    pub symmetric: Vec<Lane>,
    pub units: Vec<Lane>,
    pub direct: Vec<Lane>,
    pub part: Vec<Lane>,
    pub row: Vec<Lane>,
    /// States that were dosed, and what a unit there brings to each mode.
    pub dosed: Vec<usize>,
    pub columns: Vec<Lane>,
    /// What each read-out has of each mode, read-out by read-out.
    pub weights: Vec<Lane>,
    /// What rounding does to each mode, of its size.
    pub errors: Vec<Lane>,
    /// Area and first moment of each mode of the column that is judged.
    pub area: Vec<Lane>,
    pub moment: Vec<Lane>,
    /// Of each column, each read-out of it judged.
    pub judged: Vec<Judged>,
}

impl ModesWorkspace {
    /// Column of the state that an event is in.
    pub fn column_of(&self, kernel: &Kernel, event: &Event<Lane>) -> Option<usize> {
        let state = kernel.place(event.state)?;
        self.dosed.iter().position(|s| *s == state)
    }
}

/// Of what a unit in a state brings to a read-out.
#[derive(Debug, Default, Clone)]
pub struct Judged {
    /// What rounding does to it.
    pub error: Lane,
    /// Its area and first moment, and what rounding does to them; of a constant input, of what its slope brings.
    pub area: Lane,
    pub moment: Lane,
    pub unsure: [Lane; 2],
}

impl Judged {
    /// A bound below the peak within so many hours of a dose, where its middle lies early enough: half the area is in by
    /// twice the mean time.
    pub fn bound(&self, l: usize, left: f64) -> Option<f64> {
        let area = self.area[l] - self.unsure[0][l];
        let moment = self.moment[l].abs() + self.unsure[1][l];
        // an area that may be none has no middle
        (area > 0.0 && left * area >= 2.0 * moment).then(|| area * area / (4.0 * moment))
    }
}
