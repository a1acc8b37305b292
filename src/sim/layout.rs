//! A regimen laid out in time for one subject: every dose and spray with its start, amount and manner.

use super::administered::{DoseMark, Put};
use super::single::{Part, SingleDose, most_within, parts, singles};
use super::sprays::{SprayRules, number_sprays, sprays_of};
use crate::error::{Error, Result, suggestion};
use crate::model::{Individual, Model, RouteModel};
use crate::path;
use crate::regimen::{AfterHold, Dose, Form, Route};
use crate::subject::Subject;
use crate::units::Time;

/// A regimen laid out in time for one subject.
#[derive(Debug, Clone)]
pub struct Layout<'a> {
    /// Every dose and spray, in order of time.
    pub(crate) puts: Vec<Put<'a>>,
    /// What is given when.
    pub schedule: Schedule,
}

/// What is given when.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Doses held at once, at most.
    pub mouths: usize,
    /// Start and end of each dose and spray, for marks on the time axis: an infusion or a hold has length.
    pub doses: Vec<DoseMark>,
    /// What was taken for granted, in words.
    pub taken: Vec<String>,
    /// Where a manner of giving goes beyond what was studied: in words, and when such a dose is given first, h.
    pub extrapolated: Vec<(String, f64)>,
    /// What is given at once, before lozenges and sprays are joined.
    parts: Vec<Part>,
}

impl<'a> Layout<'a> {
    /// Lays out `doses`, each checked before, for this subject.
    ///
    /// # Errors
    /// When the model has no such route or cannot use a key of a dose.
    pub fn new(
        model: &'a Model,
        person: &Individual,
        subject: &Subject,
        doses: &'a [Dose],
        base_per_salt: f64,
        sprays: SprayRules,
    ) -> Result<Self> {
        let (mut taken, mut extrapolated) = (Vec::new(), Vec::new());
        let mut puts =
            laid_out(model, person, subject, doses, (base_per_salt, sprays), (&mut taken, &mut extrapolated))?;
        assign_mouths(&mut puts);
        let mouths = puts.iter().filter(|p| p.hold.is_some()).map(|p| p.mouth + 1).max().unwrap_or(0);
        let doses = puts.iter().map(|p| p.mark(person)).collect();
        Ok(Self { schedule: Schedule { parts: parts(&puts), mouths, doses, taken, extrapolated }, puts })
    }

    /// What is put down from one time to before another, h.
    #[must_use]
    pub fn between(mut self, [from, before]: [f64; 2]) -> Self {
        self.puts.retain(|p| p.start >= from && p.start < before);
        self.schedule.doses.retain(|d| d.start >= from && d.start < before);
        self.schedule.parts.retain(|p| p.start >= from && p.start < before);
        self
    }
}

impl Schedule {
    /// Both as one: the other holds further doses of the same regimen.
    #[must_use]
    pub(super) fn beside(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self.parts.sort_by(|a, b| a.start.total_cmp(&b.start));
        self.doses.extend(other.doses);
        self.doses.sort_by(|a, b| a.start.total_cmp(&b.start));
        self
    }

    /// All drug given, mg base.
    pub fn given(&self) -> f64 {
        self.doses.iter().map(|d| d.amount).sum()
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
        let way_in = route_of(model, dose.route()).map_err(|e| e.within(path!["dose", index]))?;
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
                    mouth: 0,
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
        let times = [d.time.hours(), amount, hours(d.length()), hours(d.hold()), hours(d.spray_every())];
        let repeat = d.repeat.map_or((-1.0, 0), |r| (r.every.hours(), r.additional));
        let kind = (d.route(), d.is_per_kg(), d.after() == Some(AfterHold::Spit), d.sprays(), repeat.1);
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

fn route_of(model: &Model, route: Route) -> Result<&RouteModel> {
    model.routes.get(&route).ok_or_else(|| {
        Error::input(format!("{} has no route {}", model.id, route.id()))
            .remedy(suggestion("", model.routes.keys().map(|r| r.id())))
            .at(path!["route"])
    })
}

fn check_keys(model: &Model, way_in: &RouteModel, dose: &Dose) -> Result<()> {
    let cannot = |key: &str, why: &str| {
        Err(Error::input(format!("{} cannot use `{key}` by route {}: {why}", model.id, dose.route().id()))
            .remedy(format!("leave `{key}` out, or choose another model"))
            .at(path![key]))
    };
    if way_in.hold.is_none() && dose.hold().is_some() {
        return cannot("hold", "its time under the tongue is built in");
    }
    if way_in.hold.is_none() && dose.after().is_some() {
        return cannot("after", "what happens to the rest is built in");
    }
    if way_in.sprays_restart.is_none() && (dose.sprays().is_some() || dose.spray_every().is_some()) {
        return cannot("sprays", "it does not tell sprays apart");
    }
    if dose.duration().is_some() && way_in.ways.iter().any(|w| w.duration.is_some()) {
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
    let time = dose.hold().map_or_else(|| person.value(&hold.default), Time::hours);
    let after = dose.after().unwrap_or(hold.default_after);
    let rest = if after == AfterHold::Swallow { "swallowed" } else { "spat out" };
    let time_text = Time::from_hours(time);
    match (dose.hold(), dose.after()) {
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

/// Gives every dose that is held a mouth of its own for as long as it is held.
fn assign_mouths(puts: &mut [Put]) {
    let mut free_from: Vec<f64> = Vec::new();
    for put in puts {
        let Some((time, _)) = put.hold else { continue };
        // no tolerance: a dose put in a rounding error before the mouth is emptied would be emptied with it
        let slot = free_from.iter().position(|&t| t <= put.start).unwrap_or(free_from.len());
        if slot == free_from.len() {
            free_from.push(0.0);
        }
        free_from[slot] = put.start + time;
        put.mouth = slot;
    }
}
