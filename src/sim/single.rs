//! Doses as studies count them: what was given at once, never a total over hours.

use super::administered::Put;
use crate::regimen::{AfterHold, Route};
use crate::units::Time;

/// One dose as studies count it: an injection, an infusion, a series of sprays, a lozenge. Lozenges in the mouth at one
/// time add up, and so do sprays until the model's pause starts the count again, and doses that start at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SingleDose {
    /// Route.
    pub route: Route,
    /// When its first part is given, h from time 0.
    pub start: f64,
    /// When its last part has been given, h.
    pub end: f64,
    /// mg base; of lozenges the most that is in the mouth at one time.
    pub amount: f64,
    /// When the part is given that makes the amount what it is, h: later than the start where another lozenge or
    /// another dose of sprays is added.
    pub complete: f64,
    /// What happens to the rest of a lozenge, of the one that completes the amount.
    pub held: Option<AfterHold>,
}

/// What one dose line gives at one of its times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub route: Route,
    pub start: f64,
    pub end: f64,
    pub amount: f64,
    pub held: Option<AfterHold>,
    /// Whether it goes on with the series of sprays before it.
    goes_on: bool,
}

/// Times closer than this are one, h.
const SAME: f64 = 1e-9;

/// Puts in order of time as parts: sprays of one dose together, unless a pause lies between them.
pub(super) fn parts(puts: &[Put]) -> Vec<Part> {
    let mut list: Vec<(usize, Part)> = Vec::new();
    for put in puts {
        let length = put.dose.length().map(Time::hours).or(put.hold.map(|(time, _)| time)).unwrap_or(0.0);
        let end = put.start + length;
        // the latest part of the dose: a series that was broken by a pause is not gone on with
        match list.iter_mut().rev().find(|(occasion, _)| *occasion == put.occasion).filter(|_| put.goes_on) {
            Some((_, part)) => {
                part.amount += put.amount;
                part.end = part.end.max(end);
            }
            None => {
                let (route, start, amount) = (put.dose.route(), put.start, put.amount);
                let held = put.hold.map(|(_, after)| after);
                list.push((put.occasion, Part { route, start, end, amount, held, goes_on: put.goes_on }));
            }
        }
    }
    list.into_iter().map(|(_, part)| part).collect()
}

/// Parts joined to single doses, in order of time.
pub(super) fn singles(parts: &[Part]) -> Vec<SingleDose> {
    let mut list: Vec<SingleDose> = Vec::new();
    // lozenges of the last single dose under the tongue
    let mut mouth: Vec<Part> = Vec::new();
    for part in parts {
        let last = list.iter_mut().rev().find(|d| d.route == part.route);
        let Some(dose) = last.filter(|d| joins(part, d)) else {
            let &Part { route, start, end, amount, held, .. } = part;
            list.push(SingleDose { route, start, end, amount, complete: start, held });
            if route == Route::Sl {
                mouth = vec![*part];
            }
            continue;
        };
        let amount = if part.route == Route::Sl {
            mouth.retain(|p| p.end > part.start + SAME || part.start - p.start <= SAME);
            mouth.push(*part);
            mouth.iter().map(|p| p.amount).sum()
        } else {
            dose.amount + part.amount
        };
        if amount > dose.amount {
            (dose.amount, dose.complete, dose.held) = (amount, part.start, part.held);
        }
        dose.end = dose.end.max(part.end);
    }
    list
}

/// The most that is given by a route within so many hours, mg base, and when the first of it is given, h.
pub(super) fn most_within(parts: &[Part], route: Route, hours: f64) -> (f64, f64) {
    let of_route: Vec<&Part> = parts.iter().filter(|p| p.route == route).collect();
    let from = |t: f64| {
        let share = |p: &Part| {
            let length = p.end - p.start;
            if route != Route::Iv || length <= SAME {
                return f64::from(p.start >= t - SAME && p.start <= t + hours + SAME);
            }
            ((p.end.min(t + hours) - p.start.max(t)) / length).clamp(0.0, 1.0)
        };
        let counted = of_route.iter().map(|p| (p.amount * share(p), p.start)).filter(|(mg, _)| *mg > 0.0);
        counted.fold((0.0, f64::INFINITY), |(sum, first): (f64, f64), (mg, start)| (sum + mg, first.min(start)))
    };
    // a window of the most begins or ends with a dose or with the end of an infusion
    let edges = of_route.iter().flat_map(|p| [p.start, p.start - hours, p.end - hours]);
    let most = |best: (f64, f64), t: f64| {
        let here = from(t);
        if here.0 > best.0 + SAME { (here.0, here.1.max(t)) } else { best }
    };
    edges.fold((0.0, 0.0), most)
}

/// Whether a part belongs to the latest dose by its route.
fn joins(part: &Part, dose: &SingleDose) -> bool {
    let in_the_mouth = part.route == Route::Sl && part.start < dose.end - SAME;
    in_the_mouth || part.goes_on || part.start - dose.start <= SAME
}
