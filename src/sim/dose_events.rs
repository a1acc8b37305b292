//! Laid-out doses as events: amounts put into states, and rates of constant inputs, at times of each subject's own.

use super::administered::Put;
use super::system::System;
use crate::model::formulas::{Formulas, Slot, Value};
use crate::model::{Model, RouteModel};
use crate::regimen::{AfterHold, Route};

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

/// What decides by which ways a dose or a spray enters: doses of one form differ in time, amount and length only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    route: Route,
    /// Whether it is the second or a later spray of its series.
    later: bool,
    /// Which of the mouths holds it, and what happens to the rest; none where it is not held.
    held: Option<(usize, AfterHold)>,
    /// Whether its length is that of an infusion of its own.
    has_length: bool,
}

impl Form {
    /// Of a laid-out dose.
    pub fn of(put: &Put) -> Self {
        Self {
            route: put.dose.route(),
            later: put.later,
            held: put.hold.map(|(_, after)| (put.mouth, after)),
            has_length: put.length().is_some(),
        }
    }

    /// Those of laid-out doses, each once, in order.
    pub fn all(puts: &[Put]) -> Vec<Self> {
        let mut list = Vec::new();
        for form in puts.iter().map(Self::of) {
            if !list.contains(&form) {
                list.push(form);
            }
        }
        list
    }
}

/// How a dose enters by one way.
#[derive(Debug, Clone)]
enum Entering {
    /// At once.
    Bolus { state: usize },
    /// At a constant rate over a time: the input's place. The time is the dose's own, or in a slot, h.
    Infusion { input: usize, own_length: Option<Slot> },
    /// Into a mouth, from which the rest is taken after a time. It is left at a first-order rate, negative.
    Held { mouth: usize, into: usize, leaves: Option<Slot> },
}

/// One way by which doses of one form enter.
#[derive(Debug, Clone)]
struct WayIn {
    share: Slot,
    lag: Option<Slot>,
    entering: Entering,
}

/// Ways by which doses of some forms enter a system.
#[derive(Debug, Clone, Default)]
pub(crate) struct WaysIn {
    forms: Vec<(Form, Vec<WayIn>)>,
    /// States into which something is put.
    pub entered: Vec<usize>,
    /// States that have a constant input, in the order of the inputs.
    pub inputs: Vec<usize>,
    /// Groups of stated shares of one dose: each must lie between 0 and 1, and so must their sum.
    pub shares: Vec<Vec<Slot>>,
}

impl WaysIn {
    /// Lowers the ways of these forms to slots of a system. The model has their routes.
    pub fn new(model: &Model, forms: &[Form], system: &mut System) -> Self {
        let mut all = Self::default();
        for form in forms {
            let ways = model.routes.get(&form.route).map_or(Vec::new(), |route| all.ways(form, route, system));
            all.forms.push((*form, ways));
        }
        all
    }

    fn ways(&mut self, form: &Form, route: &RouteModel, system: &mut System) -> Vec<WayIn> {
        let shares = system.formulas.shares(route.ways.iter().map(|w| w.share_of(form.later)));
        let ways = route.ways.iter().zip(&shares);
        let stated: Vec<Slot> = ways.filter(|(w, _)| w.share_of(form.later).is_some()).map(|(_, s)| *s).collect();
        if !self.shares.contains(&stated) {
            self.shares.push(stated);
        }
        let mut list = Vec::new();
        for (way, share) in route.ways.iter().zip(shares) {
            let held = route.hold.as_ref().filter(|h| h.mouth == way.into).zip(form.held);
            let state = system.state_of(way.into, held.map_or(0, |(_, (mouth, _))| mouth));
            let formulas: &mut Formulas = &mut system.formulas;
            let lag = way.lag.as_ref().map(|l| formulas.formula(l));
            let own_length = way.duration.as_ref().map(|d| formulas.formula(d));
            let entering = if form.has_length || own_length.is_some() {
                let input = self.inputs.iter().position(|s| *s == state).unwrap_or_else(|| {
                    self.inputs.push(state);
                    self.inputs.len() - 1
                });
                Entering::Infusion { input, own_length }
            } else if let Some((hold, (_, after))) = held {
                let rest = if after == AfterHold::Swallow { hold.swallow } else { hold.spit };
                let into = system.state_of(rest, 0);
                self.entered.extend([state, into]);
                Entering::Held { mouth: state, into, leaves: system.loss(state) }
            } else {
                self.entered.push(state);
                Entering::Bolus { state }
            };
            list.push(WayIn { share, lag, entering });
        }
        list
    }

    /// The doses of a layout for a subject of `weight` kg, each of one of these forms.
    pub fn doses(&self, puts: &[Put], weight: f64) -> Vec<LoweredDose> {
        let one = |put: &Put| {
            let form = Form::of(put);
            Some(LoweredDose {
                form: self.forms.iter().position(|(known, _)| *known == form)?,
                start: put.start,
                amount: put.amount,
                per_kg: put.per_kg().then_some(weight),
                length: put.length().unwrap_or(0.0),
                hold: put.hold.map_or(0.0, |(time, _)| time),
            })
        };
        puts.iter().filter_map(one).collect()
    }
}

/// A dose or a spray of one subject, or of one layout for many.
#[derive(Debug, Clone)]
pub(crate) struct LoweredDose {
    form: usize,
    /// h
    start: f64,
    /// mg for the subject that the layout was made for.
    amount: f64,
    /// For amounts per kg, the weight of that subject, kg.
    per_kg: Option<f64>,
    /// Of an infusion, h; 0 for others.
    length: f64,
    /// Time under the tongue, h; 0 where it is not held.
    hold: f64,
}

/// The events of doses for a subject, or for several side by side, whose numbers are `slots`; `weight` (kg) scales doses
/// per kg where it differs from that of the layout. `states` is the number of states of the system.
pub(crate) fn events<V: Value>(
    (ways, doses): (&WaysIn, &[LoweredDose]),
    slots: &[V],
    weight: Option<&V>,
    states: usize,
    list: &mut Vec<Event<V>>,
) {
    list.clear();
    for dose in doses {
        for way in &ways.forms[dose.form].1 {
            let mut amount = slots[way.share].each(|s| s * dose.amount);
            if let Some((kg, weight)) = dose.per_kg.zip(weight) {
                amount = amount.each2(weight, |a, w| a * w / kg);
            }
            let start = way.lag.map_or_else(|| V::splat(dose.start), |lag| slots[lag].each(|l| dose.start + l));
            match way.entering {
                Entering::Bolus { state } => list.push(Event { state, time: start, amount }),
                Entering::Infusion { input, own_length } => {
                    let state = states + input;
                    // a length that is asked for stands before that of the model; checks see to it that only one is there
                    let own = own_length.filter(|_| !ways.forms[dose.form].0.has_length);
                    let length = own.map_or_else(|| V::splat(dose.length), |slot| slots[slot].clone());
                    let rate = amount.each2(&length, |a, h| a / h);
                    let end = start.each2(&length, |s, h| s + h);
                    list.push(Event { state, time: start, amount: rate.clone() });
                    list.push(Event { state, time: end, amount: rate.each(|r| -r) });
                }
                Entering::Held { mouth, into, leaves } => {
                    let rate = leaves.map_or_else(|| V::splat(0.0), |slot| slots[slot].clone());
                    let left = amount.each2(&rate, |a, r| a * libm::exp(r * dose.hold));
                    let end = start.each(|s| s + dose.hold);
                    list.push(Event { state: mouth, time: start, amount });
                    list.push(Event { state: mouth, time: end.clone(), amount: left.each(|v| -v) });
                    list.push(Event { state: into, time: end, amount: left });
                }
            }
        }
    }
}
