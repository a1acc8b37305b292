//! Laid-out doses as events: amounts put into states, and rates of constant inputs, at times of each subject's own.

use super::administered::Put;
use super::system::System;
use crate::model::formulas::{Formulas, Slot, Value};
use crate::regimen::AfterHold;

/// Something put into a state at an instant. A constant input is a state of its own, behind those of the system.
#[derive(Debug, Clone, PartialEq)]
pub struct Event<V = f64> {
    /// State; inputs are counted behind the states of the system.
    pub state: usize,
    /// h
    pub time: V,
    /// mg, or mg/h for an input; negative where something is taken out or an input ends.
    pub amount: V,
}

impl Event<super::lanes::Lane> {
    /// Of one of the subjects.
    pub fn of(&self, lane: usize) -> Event {
        Event { state: self.state, time: self.time[lane], amount: self.amount[lane] }
    }
}

/// How a dose enters by one way.
#[derive(Debug, Clone)]
enum Entering {
    /// At once.
    Bolus { state: usize },
    /// At a constant rate over a time: the input's place, and its length.
    Infusion { input: usize, length: Length },
    /// Into a mouth, from which the rest is taken after a time, h. It is left at a first-order rate, negative.
    Held { mouth: usize, into: usize, hold: f64, leaves: Option<Slot> },
}

#[derive(Debug, Clone, Copy)]
enum Length {
    /// h
    Fixed(f64),
    /// As the model says.
    Own(Slot),
}

/// One way by which one dose enters.
#[derive(Debug, Clone)]
struct Entry {
    start: f64,
    /// mg for the subject that the layout was made for.
    amount: f64,
    /// For amounts per kg, the weight of that subject, kg.
    per_kg: Option<f64>,
    share: Slot,
    lag: Option<Slot>,
    entering: Entering,
}

/// The doses of a layout lowered to a system.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entries {
    list: Vec<Entry>,
    /// States into which something is put.
    pub entered: Vec<usize>,
    /// States that have a constant input, in the order of the inputs.
    pub inputs: Vec<usize>,
    /// Groups of stated shares of one dose: each must lie between 0 and 1, and so must their sum.
    pub shares: Vec<Vec<Slot>>,
}

impl Entries {
    /// Lowers doses, laid out for a subject of `weight` kg.
    pub fn new(puts: &[Put], weight: f64, system: &mut System) -> Self {
        let mut all = Self::default();
        for put in puts {
            let shares = system.formulas.shares(put.way_in.ways.iter().map(|w| w.share_of(put.later)));
            let ways = put.way_in.ways.iter().zip(&shares);
            let stated: Vec<Slot> = ways.filter(|(w, _)| w.share_of(put.later).is_some()).map(|(_, s)| *s).collect();
            if !all.shares.contains(&stated) {
                all.shares.push(stated);
            }
            for (way, share) in put.way_in.ways.iter().zip(shares) {
                let held = put.way_in.hold.as_ref().filter(|h| h.mouth == way.into).zip(put.hold);
                let state = system.state_of(way.into, if held.is_some() { put.mouth } else { 0 });
                let formulas: &mut Formulas = &mut system.formulas;
                let lag = way.lag.as_ref().map(|l| formulas.formula(l));
                let own = way.duration.as_ref().map(|d| Length::Own(formulas.formula(d)));
                let entering = match (put.length().map(Length::Fixed).or(own), held) {
                    (Some(length), _) => {
                        let input = all.inputs.iter().position(|s| *s == state).unwrap_or_else(|| {
                            all.inputs.push(state);
                            all.inputs.len() - 1
                        });
                        Entering::Infusion { input, length }
                    }
                    (None, Some((hold, (time, after)))) => {
                        let rest = if after == AfterHold::Swallow { hold.swallow } else { hold.spit };
                        let into = system.state_of(rest, 0);
                        all.entered.extend([state, into]);
                        Entering::Held { mouth: state, into, hold: time, leaves: system.loss(state) }
                    }
                    (None, None) => {
                        all.entered.push(state);
                        Entering::Bolus { state }
                    }
                };
                let per_kg = put.per_kg().then_some(weight);
                all.list.push(Entry { start: put.start, amount: put.amount, per_kg, share, lag, entering });
            }
        }
        all
    }

    /// The events of a subject, or of several side by side, whose numbers are `slots`; `weight` (kg) scales doses per
    /// kg where it differs from that of the layout. `states` is the number of states of the system.
    pub fn events<V: Value>(&self, slots: &[V], weight: Option<&V>, states: usize, list: &mut Vec<Event<V>>) {
        list.clear();
        for entry in &self.list {
            let mut amount = slots[entry.share].each(|s| s * entry.amount);
            if let Some((kg, weight)) = entry.per_kg.zip(weight) {
                amount = amount.each2(weight, |a, w| a * w / kg);
            }
            let start = entry.lag.map_or_else(|| V::splat(entry.start), |lag| slots[lag].each(|l| entry.start + l));
            match entry.entering {
                Entering::Bolus { state } => list.push(Event { state, time: start, amount }),
                Entering::Infusion { input, length } => {
                    let state = states + input;
                    let length = match length {
                        Length::Fixed(h) => V::splat(h),
                        Length::Own(slot) => slots[slot].clone(),
                    };
                    let rate = amount.each2(&length, |a, h| a / h);
                    let end = start.each2(&length, |s, h| s + h);
                    list.push(Event { state, time: start, amount: rate.clone() });
                    list.push(Event { state, time: end, amount: rate.each(|r| -r) });
                }
                Entering::Held { mouth, into, hold, leaves } => {
                    let rate = leaves.map_or_else(|| V::splat(0.0), |slot| slots[slot].clone());
                    let left = amount.each2(&rate, |a, r| a * libm::exp(r * hold));
                    let end = start.each(|s| s + hold);
                    list.push(Event { state: mouth, time: start, amount });
                    list.push(Event { state: mouth, time: end.clone(), amount: left.each(|v| -v) });
                    list.push(Event { state: into, time: end, amount: left });
                }
            }
        }
    }
}
