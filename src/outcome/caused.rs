//! Ranges as the doses of an arm cause them: from which dose on, and how wide.

use crate::model::{Model, Range, RangeEnd};
use crate::regimen::Route;
use crate::sim::{Schedule, Set};
use crate::units::Amount;
use std::collections::BTreeMap;

/// Most times that the ends of a range change; further growth of the dose is left out, which changes nothing earlier.
const MOST_STEPS: usize = 16;

/// The ranges that stand: one for a route, with the single dose that it is of, mg.
type Standing<'m> = BTreeMap<Route, (&'m Range, f64)>;

/// What the doses of an arm cause where one line would claim too much.
#[derive(Debug, Clone)]
pub(crate) struct Caused<'m> {
    /// Start of a dose, h, and which ranges stand from it on.
    steps: Vec<(f64, Standing<'m>)>,
}

impl<'m> Caused<'m> {
    /// By the doses of a schedule, each as studies count it. A larger dose opens a range further, from then on.
    pub fn by(model: &'m Model, schedule: &Schedule) -> Option<Self> {
        let mut doses = schedule.single_doses();
        doses.sort_by(|a, b| a.complete.total_cmp(&b.complete));
        let mut steps: Vec<(f64, Standing)> = Vec::new();
        for dose in doses {
            let Some(range) = model.range(dose.route, Amount::from_mg(dose.amount), dose.held) else { continue };
            let mut standing = steps.last().map(|(_, s)| s.clone()).unwrap_or_default();
            let known = standing.get(&dose.route);
            let grows = |(of, mg): &(&Range, f64)| *of != range || (of.follows_dose() && dose.amount > *mg);
            if !known.is_none_or(grows) || steps.len() >= MOST_STEPS {
                continue;
            }
            standing.insert(dose.route, (range, dose.amount));
            match steps.last_mut() {
                Some((from, now)) if *from >= dose.complete => *now = standing,
                _ => steps.push((dose.complete, standing)),
            }
        }
        (!steps.is_empty()).then_some(Self { steps })
    }

    /// What is caused up to a time, h.
    pub fn until(&self, time: f64) -> Option<Self> {
        let steps: Vec<_> = self.steps.iter().filter(|(from, _)| *from <= time).cloned().collect();
        (!steps.is_empty()).then_some(Self { steps })
    }

    /// Start of the first dose that causes it, h.
    pub fn from(&self) -> f64 {
        self.steps.first().map_or(0.0, |(from, _)| *from)
    }

    /// What replaces parameters at the low and at the high end, by the start of the dose from which on it does, h.
    pub fn ends(&self) -> [Vec<(f64, Set)>; 2] {
        let of = |end: fn(&Range) -> &RangeEnd| {
            let set =
                |standing: &Standing| standing.values().flat_map(|(range, mg)| end(range).set_of(*mg)).collect::<Set>();
            self.steps.iter().map(|(from, standing)| (*from, set(standing))).collect()
        };
        [of(|r| &r.low), of(|r| &r.high)]
    }

    /// What stands at the last, for both ends.
    pub fn last(&self) -> [Set; 2] {
        self.ends().map(|mut end| end.pop().map(|(_, set)| set).unwrap_or_default())
    }

    /// What the formulas of its ends name.
    pub fn names(&self) -> Vec<String> {
        let standing = self.steps.iter().flat_map(|(_, standing)| standing.values());
        let sets = standing.flat_map(|(range, _)| [&range.low.set, &range.high.set]);
        let formulas = sets.flat_map(BTreeMap::values);
        formulas.flat_map(|f| f.names().into_iter().map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    /// Words of every range that stands at some time, each once: the low end's, the high end's, why.
    pub fn words(&self) -> [String; 3] {
        let all = || self.steps.iter().flat_map(|(_, standing)| standing.values()).map(|(range, _)| *range);
        let joined = |of: fn(&Range) -> &str| {
            let mut list: Vec<&str> = Vec::new();
            for words in all().map(of) {
                if !list.contains(&words) {
                    list.push(words);
                }
            }
            list.join("; ")
        };
        [joined(|r| &r.low.label), joined(|r| &r.high.label), joined(|r| &r.note)]
    }
}
