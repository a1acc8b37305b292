//! A regimen laid out in time for one person: jumps, input rates and transfers.

use super::single::{Part, SingleDose, most_within, parts, singles};
use super::sprays::{SprayRules, number_sprays, sprays_of};
use super::system::System;
use crate::error::{Error, Result, suggestion};
use crate::model::{Individual, Model, RouteModel};
use crate::path;
use crate::regimen::{AfterHold, Dose, DoseAmount, Form, Route};
use crate::subject::Subject;
use crate::units::Time;

/// Something that happens at an instant.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// mg put into a state.
    Add {
        /// Where.
        state: usize,
        /// mg.
        amount: f64,
    },
    /// Change of a constant input, mg/h.
    Rate {
        /// Where.
        state: usize,
        /// mg/h; negative when an input ends.
        change: f64,
    },
    /// All that is in one state goes to another.
    Move {
        /// From here.
        from: usize,
        /// To there.
        into: usize,
    },
}

/// A regimen laid out in time.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Acts with their times, in order.
    pub acts: Vec<(f64, Act)>,
    /// All drug given, mg base.
    pub given: f64,
    /// Doses held at once, at most.
    pub mouths: usize,
    /// Start and end of each dose, for marks on the time axis: an infusion or a hold has length.
    pub doses: Vec<DoseMark>,
    /// What was taken for granted, in words.
    pub taken: Vec<String>,
    /// Where a manner of giving goes beyond what was studied: in words, and when such a dose is given first, h.
    pub extrapolated: Vec<(String, f64)>,
    /// What is given at once, before lozenges and sprays are joined.
    parts: Vec<Part>,
}

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

/// One dose put down: amounts in mg base, times in h.
#[derive(Debug)]
pub(super) struct Put<'a> {
    pub(super) dose: &'a Dose,
    pub(super) way_in: &'a RouteModel,
    pub(super) start: f64,
    pub(super) amount: f64,
    /// Whether it is the second or a later spray of its series.
    pub(super) later: bool,
    /// Whether it is of the same series of sprays as the spray before it.
    pub(super) goes_on: bool,
    /// Which time of giving a dose it belongs to: its sprays share one, its repeats do not.
    pub(super) occasion: usize,
    pub(super) hold: Option<(f64, AfterHold)>,
}

impl Schedule {
    /// Lays out `doses`, each checked before, for this person.
    ///
    /// # Errors
    /// When the model has no such route or cannot use a key of a dose.
    pub fn plan(
        model: &Model,
        person: &Individual,
        subject: &Subject,
        doses: &[Dose],
        base_per_salt: f64,
        sprays: SprayRules,
    ) -> Result<Plan> {
        let (mut taken, mut extrapolated) = (Vec::new(), Vec::new());
        let puts = laid_out(model, person, subject, doses, (base_per_salt, sprays), (&mut taken, &mut extrapolated))?;
        let slots = assign_mouths(&puts);
        let mouths = slots.iter().map(|s| s + 1).max().unwrap_or(0);
        Ok(Plan {
            parts: parts(&puts),
            puts: puts.iter().zip(slots).map(|(p, s)| p.lower(person, s)).collect(),
            mouths,
            taken,
            extrapolated,
        })
    }

    /// The doses as studies count them, in order of time: a lozenge, a series of sprays, an injection, an infusion. A
    /// later session adds doses and changes none before it.
    pub fn single_doses(&self) -> Vec<SingleDose> {
        singles(&self.parts)
    }

    /// The most that is given by a route within so many hours, mg base, and when that begins, h.
    pub fn most_within(&self, route: Route, hours: f64) -> (f64, f64) {
        most_within(&self.parts, route, hours)
    }

    /// The largest single dose by a route of what is given before `until` (h), mg base; 0 where there is none.
    pub fn largest_single(&self, route: Route, until: f64) -> f64 {
        let before: Vec<Part> = self.parts.iter().filter(|p| p.start < until).copied().collect();
        singles(&before).iter().filter(|d| d.route == route).map(|d| d.amount).fold(0.0, f64::max)
    }
}

/// Every dose and spray put down, in order of time, sprays numbered.
fn laid_out<'a>(
    model: &'a Model,
    person: &Individual,
    subject: &Subject,
    doses: &'a [Dose],
    (base_per_salt, sprays): (f64, SprayRules),
    (taken, extrapolated): (&mut Vec<String>, &mut Vec<(String, f64)>),
) -> Result<Vec<Put<'a>>> {
    let mut puts = Vec::new();
    let mut occasion = 0;
    for index in in_order(doses, subject, base_per_salt) {
        let dose = &doses[index];
        let way_in = route_of(model, dose.route).map_err(|e| e.within(path!["dose", index]))?;
        check_keys(model, way_in, dose).map_err(|e| e.within(path!["dose", index]))?;
        let hold = hold_of(way_in, person, dose, taken, extrapolated);
        let amount = base_amount(dose, subject, base_per_salt);
        let (count, every) = sprays_of(dose, subject, sprays, taken).map_err(|e| e.within(path!["dose", index]))?;
        for start in dose.starts() {
            for k in 0..count {
                puts.push(Put {
                    dose,
                    way_in,
                    start: start.hours() + every * k as f64,
                    amount: amount / count as f64,
                    later: false,
                    goes_on: k > 0,
                    occasion,
                    hold,
                });
            }
            occasion += 1;
        }
    }
    puts.sort_by(|a, b| a.start.total_cmp(&b.start));
    number_sprays(&mut puts, person, taken);
    Ok(puts)
}

/// Dose lines in an order of their own, so that no number depends on how the lines of a file are ordered.
fn in_order(doses: &[Dose], subject: &Subject, base_per_salt: f64) -> Vec<usize> {
    let hours = |t: Option<Time>| t.map_or(-1.0, Time::hours);
    let key = |d: &Dose| {
        let amount = base_amount(d, subject, base_per_salt);
        let times = [d.time.hours(), amount, hours(d.length()), hours(d.hold), hours(d.spray_every)];
        let repeat = d.repeat.map_or((-1.0, 0), |r| (r.every.hours(), r.additional));
        let kind = (d.route, per_kg(d), d.after == Some(AfterHold::Spit), d.sprays, repeat.1);
        (times, repeat.0, kind)
    };
    let mut list: Vec<usize> = (0..doses.len()).collect();
    list.sort_by(|a, b| {
        let ((times, every, kind), other) = (key(&doses[*a]), key(&doses[*b]));
        let numbers = times.iter().zip(&other.0).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne());
        numbers.unwrap_or_else(|| every.total_cmp(&other.1)).then(kind.cmp(&other.2))
    });
    list
}

/// A dose or spray as it is put down, for those who lower it for many people.
#[derive(Debug)]
pub(crate) struct PutDown<'a> {
    /// Its route in the model.
    pub way_in: &'a RouteModel,
    /// h
    pub start: f64,
    /// mg base for the person that the layout was made for.
    pub amount: f64,
    /// Whether that follows body weight.
    pub per_kg: bool,
    /// Whether it is a second or later spray.
    pub later: bool,
    /// Time of holding, h, and what happens then.
    pub hold: Option<(f64, AfterHold)>,
    /// Which of the mouths.
    pub mouth: usize,
    /// Length of an infusion, h.
    pub length: Option<f64>,
}

impl Schedule {
    /// Every dose and spray put down, in order of time.
    ///
    /// # Errors
    /// As [`Schedule::plan`].
    pub(crate) fn put_down<'a>(
        model: &'a Model,
        person: &Individual,
        subject: &Subject,
        doses: &'a [Dose],
        salt_and_sprays: (f64, SprayRules),
    ) -> Result<Vec<PutDown<'a>>> {
        let (mut taken, mut extrapolated) = (Vec::new(), Vec::new());
        let puts = laid_out(model, person, subject, doses, salt_and_sprays, (&mut taken, &mut extrapolated))?;
        let mouths = assign_mouths(&puts);
        let one = |(put, mouth): (&Put<'a>, usize)| PutDown {
            way_in: put.way_in,
            start: put.start,
            amount: put.amount,
            per_kg: per_kg(put.dose),
            later: put.later,
            hold: put.hold,
            mouth,
            length: put.dose.length().map(Time::hours),
        };
        Ok(puts.iter().zip(mouths).map(one).collect())
    }
}

/// Which acts the doses lead to, still by compartment.
#[derive(Debug)]
pub struct Plan {
    puts: Vec<Lowered>,
    parts: Vec<Part>,
    /// Doses held at once, at most.
    pub mouths: usize,
    taken: Vec<String>,
    extrapolated: Vec<(String, f64)>,
}

#[derive(Debug)]
struct Lowered {
    mark: DoseMark,
    acts: Vec<(f64, Target)>,
}

#[derive(Debug)]
enum Target {
    Add(usize, usize, f64),
    Rate(usize, usize, f64),
    Move { from: (usize, usize), into: usize },
}

impl Plan {
    /// Keeps what is put down from one time to before another, h.
    #[must_use]
    pub fn between(mut self, [from, before]: [f64; 2]) -> Self {
        self.puts.retain(|p| p.mark.start >= from && p.mark.start < before);
        self.parts.retain(|p| p.start >= from && p.start < before);
        self
    }

    /// Resolves compartments to the states of `system`.
    pub fn on(&self, system: &System) -> Schedule {
        let mut acts: Vec<(f64, Act)> = Vec::new();
        for (time, target) in self.puts.iter().flat_map(|p| &p.acts) {
            let act = match *target {
                Target::Add(c, slot, amount) => Act::Add { state: system.state_of(c, slot), amount },
                Target::Rate(c, slot, change) => Act::Rate { state: system.state_of(c, slot), change },
                Target::Move { from: (c, slot), into } => {
                    Act::Move { from: system.state_of(c, slot), into: system.state_of(into, 0) }
                }
            };
            acts.push((*time, act));
        }
        // at one instant a mouth is emptied before it is filled again
        let rank = |act: &Act| u8::from(!matches!(act, Act::Move { .. }));
        acts.sort_by(|a, b| a.0.total_cmp(&b.0).then(rank(&a.1).cmp(&rank(&b.1))));
        Schedule {
            acts,
            given: self.puts.iter().map(|p| p.mark.amount).sum(),
            mouths: self.mouths,
            doses: self.puts.iter().map(|p| p.mark).collect(),
            taken: self.taken.clone(),
            extrapolated: self.extrapolated.clone(),
            parts: self.parts.clone(),
        }
    }
}

impl Schedule {
    /// Both schedules as one, for a system in which the states of the other stand behind `states` of this.
    #[must_use]
    pub(super) fn beside(mut self, states: usize, other: Self) -> Self {
        let shifted = |act: Act| match act {
            Act::Add { state, amount } => Act::Add { state: state + states, amount },
            Act::Rate { state, change } => Act::Rate { state: state + states, change },
            Act::Move { from, into } => Act::Move { from: from + states, into: into + states },
        };
        self.acts.extend(other.acts.into_iter().map(|(time, act)| (time, shifted(act))));
        self.acts.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.given += other.given;
        self.mouths += other.mouths;
        self.parts.extend(other.parts);
        self.parts.sort_by(|a, b| a.start.total_cmp(&b.start));
        self.doses.extend(other.doses);
        self.doses.sort_by(|a, b| a.start.total_cmp(&b.start));
        self
    }
}

impl Put<'_> {
    fn lower(&self, person: &Individual, slot: usize) -> Lowered {
        let mut acts = Vec::new();
        let shares = person.parts(self.way_in.ways.iter().map(|w| w.share_of(self.later)));
        let own_length = self.dose.length().map(Time::hours);
        let mut end = self.start + own_length.unwrap_or(0.0);
        for (way, share) in self.way_in.ways.iter().zip(shares) {
            let amount = self.amount * share;
            let lag = way.lag.as_ref().map_or(0.0, |lag| person.value(lag));
            let start = self.start + lag;
            let held = self.way_in.hold.as_ref().filter(|h| h.mouth == way.into);
            let slot = if held.is_some() { slot } else { 0 };
            if amount <= 0.0 {
                continue;
            }
            match own_length.or(way.duration.as_ref().map(|d| person.value(d))) {
                Some(length) => {
                    let rate = amount / length;
                    acts.push((start, Target::Rate(way.into, slot, rate)));
                    acts.push((start + length, Target::Rate(way.into, slot, -rate)));
                }
                None => acts.push((start, Target::Add(way.into, slot, amount))),
            }
            if let (Some(held), Some((time, after))) = (held, self.hold) {
                let into = if after == AfterHold::Swallow { held.swallow } else { held.spit };
                // added in this order, the end of a hold is never a rounding error after the next start
                let over = self.start + time + lag;
                acts.push((over, Target::Move { from: (held.mouth, slot), into }));
                end = end.max(over);
            }
        }
        Lowered {
            mark: DoseMark {
                dose: self.occasion,
                start: self.start,
                end,
                amount: self.amount,
                route: self.dose.route,
                held: self.hold.map(|(_, after)| after),
            },
            acts,
        }
    }
}

fn route_of(model: &Model, route: Route) -> Result<&RouteModel> {
    model.routes.get(&route).ok_or_else(|| {
        Error::input(format!("{} has no route {}", model.id, route.id()))
            .remedy(suggestion("", model.routes.keys().map(|r| r.id())))
            .at(path!["route"])
    })
}

fn check_keys(model: &Model, way_in: &RouteModel, dose: &Dose) -> Result<()> {
    let cannot = |key: &str, why: &str| {
        Err(Error::input(format!("{} cannot use `{key}` by route {}: {why}", model.id, dose.route.id()))
            .remedy(format!("leave `{key}` out, or choose another model"))
            .at(path![key]))
    };
    if way_in.hold.is_none() && dose.hold.is_some() {
        return cannot("hold", "its time under the tongue is built in");
    }
    if way_in.hold.is_none() && dose.after.is_some() {
        return cannot("after", "what happens to the rest is built in");
    }
    if way_in.sprays_restart.is_none() && (dose.sprays.is_some() || dose.spray_every.is_some()) {
        return cannot("sprays", "it does not tell sprays apart");
    }
    if dose.duration.is_some() && way_in.ways.iter().any(|w| w.duration.is_some()) {
        return cannot("duration", "the length of its input is built in");
    }
    Ok(())
}

fn hold_of(
    way_in: &RouteModel,
    person: &Individual,
    dose: &Dose,
    taken: &mut Vec<String>,
    extrapolated: &mut Vec<(String, f64)>,
) -> Option<(f64, AfterHold)> {
    let hold = way_in.hold.as_ref()?;
    let time = dose.hold.map_or_else(|| person.value(&hold.default), Time::hours);
    let after = dose.after.unwrap_or(hold.default_after);
    let rest = if after == AfterHold::Swallow { "swallowed" } else { "spat out" };
    let time_text = Time::from_hours(time);
    match (dose.hold, dose.after) {
        (None, None) => taken.push(format!("hold not stated: held {time_text}, then {rest}, taken")),
        (None, Some(_)) => taken.push(format!("hold not stated: {time_text} taken")),
        (Some(_), None) => taken.push(format!("after the hold not stated: {rest} taken")),
        _ => {}
    }
    // lines come in order of time: the first one stays
    let mut note = |words: String| {
        if !extrapolated.iter().any(|(known, _)| *known == words) {
            extrapolated.push((words, dose.time.hours()));
        }
    };
    if let Some(studied) = hold.studied.filter(|s| time > s.hours() + 1e-9) {
        note(format!("held {time_text}, longer than the {studied} that was studied: extrapolated"));
    }
    if after == AfterHold::Spit {
        note("spat out after holding: extrapolated from doses that were swallowed".to_owned());
    }
    Some((time, after))
}

fn base_amount(dose: &Dose, subject: &Subject, base_per_salt: f64) -> f64 {
    let factor = match dose.form {
        Form::Base => 1.0,
        Form::Hydrochloride => base_per_salt,
    };
    dose.given().for_weight(subject.weight).mg() * factor
}

pub(super) fn per_kg(dose: &Dose) -> bool {
    matches!(dose.amount, DoseAmount::PerKg(_))
}

/// Gives every dose that is held a mouth of its own for as long as it is held.
fn assign_mouths(puts: &[Put]) -> Vec<usize> {
    let mut free_from: Vec<f64> = Vec::new();
    puts.iter()
        .map(|put| {
            let Some((time, _)) = put.hold else { return 0 };
            // no tolerance: a dose put in a rounding error before the mouth is emptied would be emptied with it
            let slot = free_from.iter().position(|&t| t <= put.start).unwrap_or(free_from.len());
            if slot == free_from.len() {
                free_from.push(0.0);
            }
            free_from[slot] = put.start + time;
            slot
        })
        .collect()
}

impl DoseMark {
    /// Whether it takes time.
    pub fn has_length(&self) -> bool {
        self.end > self.start + 1e-9
    }
}
