//! What people may feel, as ranges that join between-subject variability, differences between models, and published
//! times.
//!
//! Only a patient's page joins these kinds of uncertainty into one range. Everywhere else they are kept apart.

use crate::error::{Error, Result};
use crate::library::{EvidenceKind, Library};
use crate::population::{Counted, Dot, People, Sample, SampleRun, SessionPopulation, counted};
use crate::scenario::Scenario;
use crate::units::Time;

/// A range of times in minutes from the first dose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Earliest time, minutes from the first dose.
    pub low: f64,
    /// Latest time, minutes from the first dose. `None` where some people outlast the simulation.
    pub high: Option<f64>,
}

impl Span {
    fn new(low: f64, high: f64) -> Self {
        Self { low, high: Some(high) }
    }

    /// The smallest range that contains both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.zip(other.high).map(|(a, b)| a.max(b)) }
    }

    /// Rounds outwards: to 5 minutes within the first hour, and to half hours after it.
    #[must_use]
    pub fn rounded(self) -> Self {
        let step = |minutes: f64| if minutes < HOUR { FINE } else { COARSE };
        let up = |v: f64| {
            let fine = (v / FINE - SLACK).ceil() * FINE;
            if fine < HOUR { fine } else { (v / COARSE - SLACK).ceil() * COARSE }
        };
        let down = |v: f64| if v < FINE { v.floor() } else { (v / step(v) + SLACK).floor() * step(v) };
        Self { low: down(self.low), high: self.high.map(up) }
    }
}

const HOUR: f64 = 60.0;
const FINE: f64 = 5.0;
const COARSE: f64 = 30.0;
/// Tolerance for rounding errors, so that they do not widen a range by a step.
const SLACK: f64 = 1e-9;

/// The times of one source, before they are joined.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceTimes {
    /// Source: the id of a model, or a citation.
    pub from: String,
    /// Kind of evidence.
    pub kind: EvidenceKind,
    /// When something is first noticed. `None` where the source does not say.
    pub notice: Option<Span>,
    /// When effects are strongest. `None` where the source does not say.
    pub strongest: Option<Span>,
    /// When main effects fade. `None` where the source does not say.
    pub easing: Option<Span>,
}

/// What people may feel, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// When something is first noticed. `None` where nobody notices anything and nothing was published.
    pub notice: Option<Span>,
    /// When effects are strongest; `None` where that is not known.
    pub strongest: Option<Span>,
    /// When main effects fade; `None` where that is not known.
    pub easing: Option<Span>,
    /// Whether too few virtual subjects notice anything for a time to be told.
    pub few_notice: bool,
    /// Whether too few virtual subjects reach the dissociative level for a time to be told.
    pub few_strong: bool,
    /// When something is noticed, as dots for twenty subjects who stand for all.
    pub noticing: Vec<Dot>,
    /// When main effects fade, as dots in the same way.
    pub fading: Vec<Dot>,
    /// Number of virtual subjects behind the dots.
    pub people: usize,
    /// Seed of the virtual subjects.
    pub seed: u64,
    /// The sources that were joined, the chosen model first.
    pub parts: Vec<SourceTimes>,
}

impl Expected {
    /// No times at all, for a dose of which none are told.
    pub fn unknown() -> Self {
        Self {
            notice: None,
            strongest: None,
            easing: None,
            few_notice: false,
            few_strong: false,
            noticing: Vec::new(),
            fading: Vec::new(),
            people: 0,
            seed: crate::population::USUAL_SEED,
            parts: Vec::new(),
        }
    }

    /// The range of noticing for a patient's page. `None` where many may not feel this; a sentence then says so.
    pub fn shown_notice(&self) -> Option<Span> {
        self.notice.filter(|_| !self.few_notice)
    }

    /// The range of the strongest part for a patient's page; `None` as for [`Expected::shown_notice`].
    pub fn shown_strongest(&self) -> Option<Span> {
        self.strongest.filter(|_| !self.few_notice)
    }

    /// The range of main effects fading for a patient's page.
    pub fn shown_easing(&self) -> Option<Span> {
        self.easing.filter(|_| !self.few_notice && !self.few_strong)
    }
}

/// Number of virtual subjects for each further model. It is enough for the 10th and 90th percentile.
const OTHERS: People = People::literal::<300>();

/// Joins virtual subjects, models and published ranges for one session of an arm of a checked scenario, by its number.
///
/// # Errors
/// When the arm cannot be simulated or has no such session, or `progress` says to stop.
pub fn expect(
    scenario: &Scenario,
    index: usize,
    library: &Library,
    session: usize,
    run: SampleRun,
) -> Result<Expected> {
    let SampleRun { sample, workers, progress } = run;
    let arm = &scenario.arms[index];
    let model = arm.model_in(library)?;
    let routes = arm.routes();
    let others: Vec<String> = library
        .applicable(model, &routes, &scenario.subject_of(arm))
        .into_iter()
        .filter(|m| m.id != model.id)
        .map(|m| m.id.clone())
        .collect();
    let jobs = others.len() as f64 + 1.0;
    let one = |of: Vec<SessionPopulation>| {
        of.into_iter().next().ok_or_else(|| Error::cannot(format!("there is no session {session}")))
    };
    let only = |sample: Sample| (sample, Some(session));
    let own = one(counted(scenario, index, library, only(sample), workers, &|s| progress(s / jobs))?)?;
    let mut parts = part_of(&own, &model.id);
    for (k, id) in others.into_iter().enumerate() {
        let mut other = scenario.clone();
        other.arms[index].model = Some(id.clone());
        // another model may not have the requested site
        other.arms[index].site = None;
        let few = Sample { people: sample.people.min(OTHERS), ..sample };
        let at = |s: f64| progress((k as f64 + 1.0 + s) / jobs);
        match counted(&other, index, library, only(few), workers, &at).and_then(one) {
            Ok(people) => parts.extend(part_of(&people, &id)),
            Err(e) if e.is_stopped() => return Err(e),
            // a model that refuses this arm contributes nothing
            Err(_) => {}
        }
    }
    parts.extend(published(&arm.drug, &routes, library));
    let join =
        |of: &dyn Fn(&SourceTimes) -> Option<Span>| parts.iter().filter_map(of).reduce(Span::join).map(Span::rounded);
    Ok(Expected {
        notice: join(&|p| p.notice),
        strongest: join(&|p| p.strongest),
        easing: join(&|p| p.easing),
        few_notice: own.counts.iter().any(|c| c.windows.few_notice),
        few_strong: own.counts.iter().any(|c| c.windows.few_reach),
        people: own.people(),
        seed: sample.seed,
        noticing: own.noticing,
        fading: own.fading,
        parts,
    })
}

/// The times of one model's virtual subjects, for both ends of a range.
fn part_of(own: &SessionPopulation, id: &str) -> Vec<SourceTimes> {
    let of = |c: &Counted| {
        let w = &c.windows;
        SourceTimes {
            from: id.to_owned(),
            kind: EvidenceKind::Model,
            notice: w.onset.map(|p| Span::new(p[0], p[2])),
            strongest: w.strongest.map(|s| Span::new(s[0], s[1])),
            easing: fading(c),
        }
    };
    own.counts.iter().map(of).collect()
}

/// 10th to 90th percentile of the end of main effects. The 90th may be unknown where some outlast the simulated day.
fn fading(counted: &Counted) -> Option<Span> {
    if let Some(p) = counted.windows.main_effects_end {
        return Some(Span::new(p[0], p[2]));
    }
    let mut known: Vec<f64> = counted.people.iter().filter_map(|p| p.end).collect();
    known.sort_by(f64::total_cmp);
    let low = known.get(known.len() / 10)?;
    counted.windows.outlasts.then_some(Span { low: *low, high: None })
}

/// Published times of trials and programmes for a drug by these routes.
fn published(drug: &str, routes: &[crate::regimen::Route], library: &Library) -> Vec<SourceTimes> {
    let span = |t: [Time; 2]| Span::new(t[0].minutes(), t[1].minutes());
    let mut list: Vec<SourceTimes> = library
        .published
        .iter()
        .filter(|p| p.drug == drug && routes.contains(&p.route))
        .map(|p| SourceTimes {
            from: p.source.clone(),
            kind: p.kind,
            notice: p.onset.map(span),
            strongest: p.peak.map(span),
            easing: Some(span(p.end)),
        })
        .collect();
    list.extend(routes.iter().filter_map(|r| library.effects.programme(drug, *r)).map(|p| SourceTimes {
        from: p.words(),
        kind: EvidenceKind::Programme,
        notice: Some(span(p.onset)),
        strongest: Some(span(p.strongest)),
        easing: Some(span(p.experience)),
    }));
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: rounded outwards, and in finer steps within the first hour.
    #[test]
    fn ranges_are_rounded_outwards() {
        let of = |low, high| Span::new(low, high).rounded();
        assert_eq!(of(7.2, 22.0), Span::new(5.0, 25.0));
        assert_eq!(of(3.4, 20.0), Span::new(3.0, 20.0));
        assert_eq!(of(0.4, 58.0), Span::new(0.0, 60.0));
        assert_eq!(of(61.0, 61.0), Span::new(60.0, 90.0));
        assert_eq!(of(89.0, 150.0), Span::new(60.0, 150.0));
        assert_eq!(Span { low: 50.0, high: None }.rounded(), Span { low: 50.0, high: None });
    }

    #[test]
    fn an_open_end_stays_open() {
        assert_eq!(Span::new(1.0, 5.0).join(Span { low: 3.0, high: None }), Span { low: 1.0, high: None });
        assert_eq!(Span::new(2.0, 5.0).join(Span::new(1.0, 4.0)), Span::new(1.0, 5.0));
    }
}
