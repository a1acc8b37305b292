//! Whether a patient's page may be made of an arm, and what the clinician has to be told before.
//!
//! Asked by the visit, its sheets, the card and JSON alike. The limits are data: `assets/drugs.toml`, `assets/effects.toml`.

use super::caused::Caused;
use super::runner::{Runner, Solved};
use crate::analysis::stretches_above;
use crate::error::{Error, Result};
use crate::library::Library;
use crate::model::Model;
use crate::regimen::Route;
use crate::scenario::Scenario;
use crate::sim::{Profile, ReadOut, Session};
use crate::units::{MINUTES_PER_HOUR, Time, exceeds, number, significant};

/// What stands against a patient's page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageVerdict {
    /// Why none is made; empty where nothing stands against it.
    pub reasons: Vec<PageReason>,
    /// That the caution band is reached, where that is no reason by itself: told to the clinician, not on the page.
    pub touches: Option<String>,
    /// Whether the file says that it is made all the same: `page_despite` under `[visit]`.
    pub despite: bool,
}

/// One reason.
#[derive(Debug, Clone, PartialEq)]
pub struct PageReason {
    /// Which.
    pub kind: PageReasonKind,
    /// For the clinician, with its numbers.
    pub words: String,
}

/// Why no page is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageReasonKind {
    /// More than the highest dose for anaesthesia on a label. No file can say yes to that, and no times are given.
    AboveLabel,
    /// A dose of anaesthesia: from the label's lowest on.
    Anaesthesia,
    /// The typical course stays where people were waking from anaesthesia.
    Waking,
    /// No model of the drug and routes was made for such a person.
    NoModel,
}

impl PageReasonKind {
    /// As in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::AboveLabel => "above_label",
            Self::Anaesthesia => "anaesthesia",
            Self::Waking => "waking",
            Self::NoModel => "no_model",
        }
    }
}

impl PageVerdict {
    /// Whether the dose is above the highest of a label: then no times are given at all.
    pub fn above_label(&self) -> bool {
        self.reasons.iter().any(|r| r.kind == PageReasonKind::AboveLabel)
    }

    /// Whether a page may be made: nothing stands against it, or the file says yes all the same.
    pub fn made(&self) -> bool {
        self.reasons.is_empty() || (self.despite && !self.above_label())
    }

    /// All reasons in one line; none where there are none.
    pub fn words(&self) -> Option<String> {
        let words: Vec<&str> = self.reasons.iter().map(|r| r.words.as_str()).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }

    /// Refuses where no page may be made.
    ///
    /// # Errors
    /// With all reasons, and what would have worked.
    pub fn check(&self) -> Result<()> {
        let Some(words) = self.words().filter(|_| !self.made()) else { return Ok(()) };
        let remedy = if self.above_label() {
            "check the dose and its unit; no page is made for such a dose"
        } else {
            "check dose, weight and age; where a clinician decides for a page all the same: page_despite = true under [visit]"
        };
        Err(Error::input(format!("the patient's page is not made: {words}")).remedy(remedy))
    }
}

/// What stands against a patient's page of one session of an arm, by its index in a checked scenario: what comes after the
/// session does not count.
///
/// # Errors
/// When the arm cannot be simulated.
pub fn page_verdict(scenario: &Scenario, index: usize, session: &Session, library: &Library) -> Result<PageVerdict> {
    let arm = &scenario.arms[index];
    let model = arm.model_in(library)?;
    let runner = Runner::new(scenario, arm, library, Default::default())?;
    let schedule = arm.case(model, &runner.subject, library)?.schedule()?;
    let ends = runner.ends_of(model, session, Caused::by(model, &schedule).as_ref())?;
    let solved: Vec<Solved> = ends.into_iter().map(|f| Solved::new(f, model.estimated_from, &model.drug)).collect();
    Ok(runner.page(model, &solved.iter().collect::<Vec<_>>()))
}

impl Runner<'_> {
    /// The verdict on what was solved: both ends of a range, or one curve.
    pub(super) fn page(&self, model: &Model, solved: &[&Solved]) -> PageVerdict {
        let visit = self.scenario.visit.as_ref();
        let mut reasons = self.anaesthesia(solved);
        let (waking, touches) = self.waking(model, solved);
        reasons.extend(waking);
        reasons.extend(self.no_model());
        PageVerdict { reasons, touches, despite: visit.is_some_and(|v| v.page_despite == Some(true)) }
    }

    /// Injected amounts against the doses that labels give for anaesthesia.
    fn anaesthesia(&self, solved: &[&Solved]) -> Vec<PageReason> {
        let Ok(drug) = self.library.drug(&self.arm.drug) else { return Vec::new() };
        let Some(schedule) = solved.first().map(|s| s.schedule()) else { return Vec::new() };
        let window = self.library.limits.counted_within;
        let mut list = Vec::new();
        for label in &drug.anaesthesia {
            let (mg, start) = schedule.most_within(label.route, window.hours());
            let per_kg = mg / self.subject.weight.kg();
            if exceeds(label.lowest, per_kg) || mg <= 0.0 {
                continue;
            }
            let at = Time::from_hours(start);
            let given =
                format!("{} mg/kg {} within {window}, from {at} on", significant(per_kg, 4), label.route.words());
            let [lowest, highest] = [label.lowest, label.highest].map(number);
            list.push(if exceeds(per_kg, label.highest) {
                let words = format!(
                    "more than the label's dose for anaesthesia: {given}, where the label ends at {highest} mg/kg"
                );
                PageReason { kind: PageReasonKind::AboveLabel, words }
            } else {
                let words = format!("a dose of anaesthesia: {given}, where the label has {lowest} to {highest} mg/kg");
                PageReason { kind: PageReasonKind::Anaesthesia, words }
            });
        }
        list
    }

    /// Levels at which people were waking from anaesthesia: a reason where the course stays above the middle of the
    /// band, else told where it reaches the band.
    fn waking(&self, model: &Model, solved: &[&Solved]) -> (Option<PageReason>, Option<String>) {
        let Some(band) = self.library.effects.caution(&self.arm.drug) else { return (None, None) };
        let above = |level: f64| {
            let of = |s: &&Solved| s.parent(model.estimated_from).map(|o| longest_above(s.profile(), o, level));
            solved.iter().filter_map(of).flatten().reduce(f64::max)
        };
        let ng_ml = |level: crate::units::Concentration| significant(level.ng_ml(), 3);
        let least = self.library.limits.waking_for;
        if let Some(hours) = above(band.median.mg_l()).filter(|h| *h >= least.hours() - 1e-9) {
            let (level, minutes) = (ng_ml(band.median), significant(hours * MINUTES_PER_HOUR, 2));
            let words = format!("the typical course stays above {level} ng/mL for {minutes} min: {}", band.words);
            return (Some(PageReason { kind: PageReasonKind::Waking, words }), None);
        }
        let [low, high] = band.band;
        let touches = above(low.mg_l()).map(|hours| {
            let minutes = significant((hours * MINUTES_PER_HOUR).max(1.0), 2);
            format!(
                "the typical course touches {} to {} ng/mL, for {minutes} min at a time: {}",
                ng_ml(low),
                ng_ml(high),
                band.words
            )
        });
        (None, touches)
    }

    fn no_model(&self) -> Option<PageReason> {
        let (subject, routes) = (&self.subject, self.arm.routes());
        if !self.library.made_for(&self.arm.drug, &routes, subject).is_empty() {
            return None;
        }
        let words =
            format!("{} for somebody of {} and {}", none_by(&self.arm.drug, &routes), subject.weight, subject.age);
        Some(PageReason { kind: PageReasonKind::NoModel, words })
    }

    /// Who is outside the model is told of the models that were made for them.
    pub(super) fn offers(&self, model: &Model) -> Option<String> {
        let (subject, routes) = (&self.subject, self.arm.routes());
        if model.fits(&routes, subject) {
            return None;
        }
        let who = format!("{} and {}", subject.weight, subject.age);
        let list = self.library.made_for(&self.arm.drug, &routes, subject);
        if list.is_empty() {
            return Some(format!("{} for {who}", none_by(&self.arm.drug, &routes)));
        }
        let named: Vec<String> = list.iter().map(|m| format!("{} ({})", m.id, m.title)).collect();
        Some(format!("models made for {who}: {}", named.join("; ")))
    }
}

/// "no model of ketamine by route SL was made".
fn none_by(drug: &str, routes: &[Route]) -> String {
    let routes: Vec<String> = routes.iter().map(ToString::to_string).collect();
    format!("no model of {drug} by route {} was made", routes.join(" and "))
}

/// Longest stretch of time that a read-out stays above a level (mg/L), h; none where it never does.
fn longest_above(profile: &Profile, output: &ReadOut, level: f64) -> Option<f64> {
    let end = profile.times.last().copied().unwrap_or(0.0);
    let stretches = stretches_above(profile, output, profile.series(output), (level, 0.0));
    stretches.into_iter().map(|[from, to]| to.min(end) - from).reduce(f64::max)
}
