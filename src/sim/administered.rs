//! One dose or spray as it is put down, and its mark on the time axis.

use crate::model::{Individual, RouteModel};
use crate::regimen::{AfterHold, Dose, Route};
use crate::units::Time;

/// A dose, or one spray of it, on the time axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DoseMark {
    /// Which of all doses, repeats counted: the same for the sprays of one.
    pub dose: usize,
    /// h
    pub start: f64,
    /// h
    pub end: f64,
    /// mg base
    pub amount: f64,
    /// Route.
    pub route: Route,
    /// What happens to the rest, for a dose that is held.
    pub held: Option<AfterHold>,
}

/// One dose or spray as it is put down.
#[derive(Debug, Clone)]
pub(crate) struct Put<'a> {
    pub dose: &'a Dose,
    /// Its route in the model.
    pub way_in: &'a RouteModel,
    /// h from time 0.
    pub start: f64,
    /// mg base for the subject that the layout was made for.
    pub amount: f64,
    /// Whether it is the second or a later spray of its series.
    pub later: bool,
    /// Whether it is of the same series of sprays as the spray before it.
    pub goes_on: bool,
    /// Which time of giving a dose it belongs to: its sprays share one, its repeats do not.
    pub occasion: usize,
    /// Time of holding, h, and what happens to the rest then.
    pub hold: Option<(f64, AfterHold)>,
    /// Which of the mouths holds it; 0 where it is not held.
    pub mouth: usize,
}

impl Put<'_> {
    /// Whether the amount follows body weight.
    pub fn per_kg(&self) -> bool {
        self.dose.is_per_kg()
    }

    /// Length of an infusion, h; `None` for what is given at once.
    pub fn length(&self) -> Option<f64> {
        self.dose.length().map(Time::hours)
    }

    /// Start and end on the time axis: a hold ends when the rest is taken, after the lag of its way in.
    pub fn mark(&self, person: &Individual) -> DoseMark {
        let mut end = self.start + self.length().unwrap_or(0.0);
        let shares = person.parts(self.way_in.ways.iter().map(|w| w.share_of(self.later)));
        for (way, share) in self.way_in.ways.iter().zip(shares) {
            let held = self.way_in.hold.as_ref().filter(|h| h.mouth == way.into);
            if let (true, Some(_), Some((time, _))) = (self.amount * share > 0.0, held, self.hold) {
                end = end.max(self.start + time + way.lag.as_ref().map_or(0.0, |lag| person.value(lag)));
            }
        }
        DoseMark {
            dose: self.occasion,
            start: self.start,
            end,
            amount: self.amount,
            route: self.dose.route(),
            held: self.hold.map(|(_, after)| after),
        }
    }
}

impl DoseMark {
    /// Whether it takes time.
    pub fn has_length(&self) -> bool {
        self.end > self.start + 1e-9
    }
}
