//! Running a scenario: for each arm its curves, figures, windows, sources and assumptions.

mod caused;
mod event_times;
mod level;
mod notes;
mod others;
mod page;
mod rows;
mod run;
mod runner;
mod sessions;
mod subjects;
mod swap;

pub use level::{ArmAbove, Solution};
pub use notes::SATURABLE;
pub use page::{PageReason, PageReasonKind, PageVerdict, page_verdict};
pub use swap::swapped;

pub(crate) use caused::Caused;
pub use rows::{Column, Rows};
pub use runner::spacing;

use crate::analysis::{Exposure, Windows};
use crate::library::EvidenceKind;
use crate::model::{Grade, Site};
use crate::regimen::Route;
use crate::scenario::LevelLine;
use crate::sim::{Session, Solver};
use crate::subject::Subject;
use crate::units::{NG_ML_PER_MG_L, Time};

/// How a scenario is run.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Options {
    /// Spacing of points; absent: one minute, or wider for long horizons.
    pub every: Option<Time>,
    /// How segments are crossed.
    pub solver: Solver,
}

/// What came out of a scenario.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Headline.
    pub title: String,
    /// Who was simulated.
    pub subject: Subject,
    /// How long.
    pub horizon: Time,
    /// One for each arm that is on, in order.
    pub arms: Vec<ArmOutcome>,
    /// Points of each curve.
    pub points: usize,
    /// The level line that the scenario asks for; times above it are read by [`ArmOutcome::above`].
    pub level: Option<LevelLine>,
}

/// What came out of one arm.
#[derive(Debug, Clone)]
pub struct ArmOutcome {
    /// Whether it is of an earlier edit, kept to look at while the arm as it is now cannot be run.
    pub faded: bool,
    /// Index in the scenario.
    pub index: usize,
    /// Label.
    pub label: String,
    /// Drug.
    pub drug: String,
    /// Drug in words that say whether R and S are meant.
    pub drug_name: String,
    /// Id of the model.
    pub model: String,
    /// Title of the model.
    pub model_title: String,
    /// Where plasma is read.
    pub site: Site,
    /// Who is given the arm.
    pub subject: Subject,
    /// What tells that subject from those of the other arms: "110 kg". `None` where all arms have the same.
    pub apart: Option<String>,
    /// Routes.
    pub routes: Vec<Route>,
    /// All drug given, mg base.
    pub dose_mg: f64,
    /// Start, end, amount and route of each dose.
    pub doses: Vec<crate::sim::DoseMark>,
    /// Share that reaches the blood as the drug, of all that was given.
    pub bioavailability: Option<f64>,
    /// Of the share that reaches the blood: through the mouth, and swallowed after holding.
    pub mouth_parts: Option<[f64; 2]>,
    /// Times of all points up to the horizon, h; a jump has its time twice.
    pub times: Vec<f64>,
    /// Which points lie on the regular grid.
    pub grid: Vec<usize>,
    /// Curves at the site, parent first.
    pub curves: Vec<Curve>,
    /// The parent at the effect site, where the model has one.
    pub effect: Option<Curve>,
    /// All curves at the grid's times, events and peaks: one set, or one for each end of a range.
    pub rows: Vec<Rows>,
    /// Two ends, where one line would claim too much.
    pub range: Option<RangeOutcome>,
    /// Its sessions, in order: windows are those of one session, never joined over a gap between two.
    pub sessions: Vec<SessionOutcome>,
    /// What stands behind timings of this drug and route.
    pub evidence: EvidenceKind,
    /// What the other models of this drug and route say, each at its own site.
    pub others: Vec<OtherModel>,
    /// Where the models fall below the level of the dissociative part in the first session, in words.
    pub below_level: Option<String>,
    /// Where this arm lies outside what was studied: dose, weight, age, time of holding.
    pub outside: Vec<Outside>,
    /// What stands against a patient's page, over all sessions.
    pub page: PageVerdict,
    /// Median end of main effects of the first session by model, where several models apply; minutes from its first dose.
    pub by_model: Vec<(String, f64)>,
    /// What programmes publish about the routes, in words; not measurements.
    pub programmes: Vec<String>,
    /// Trials of another drug, route, dose or age that stand beside its windows: in words, and the full citation.
    pub nearest: Vec<[String; 2]>,
    /// Citations of what was used.
    pub sources: Vec<String>,
    /// What is assumed, the card's own line first.
    pub assumptions: Vec<String>,
    /// What to beware of.
    pub warnings: Vec<String>,
    /// Names of the model's parameters that the curves depend on, in the order of its file.
    pub used: Vec<String>,
    /// Worst grade of what was used.
    pub grade: Grade,
}

/// Something that was not studied.
#[derive(Debug, Clone, PartialEq)]
pub struct Outside {
    /// What it is, in words: a dose with its time, a body weight.
    pub words: String,
    /// Start of the dose that causes it, h from time 0; none where the whole arm is meant.
    pub from_h: Option<f64>,
}

/// One session of an arm.
#[derive(Debug, Clone)]
pub struct SessionOutcome {
    /// Which, and when.
    pub session: Session,
    /// When something may be noticed, in minutes from its first dose.
    pub windows: Windows,
    /// Stretches in which the highest curve drawn is in the range where people were waking from anaesthesia, h from
    /// time 0.
    pub caution: Vec<[f64; 2]>,
}

/// Another model of the same drug and routes.
#[derive(Debug, Clone)]
pub struct OtherModel {
    /// Id.
    pub model: String,
    /// Where it was estimated from.
    pub site: Site,
    /// Times, h.
    pub times: Vec<f64>,
    /// The drug there, ng/mL.
    pub values: Vec<f64>,
    /// Highest of them, and when (min).
    pub peak: [f64; 2],
    /// Last time of the first session at the level of the dissociative part, min from its first dose; none where the
    /// level is not reached or not known.
    pub above_until: Option<f64>,
    /// Why it may differ from the chosen model.
    pub why: Vec<String>,
    /// What the curve was read from.
    pub solution: Solution,
}

/// One analyte at one site.
#[derive(Debug, Clone)]
pub struct Curve {
    /// Analyte.
    pub analyte: String,
    /// Site.
    pub site: Site,
    /// Concentrations at the arm's times, ng/mL.
    pub values: Vec<f64>,
    /// Peak, areas, half-lives.
    pub exposure: Exposure,
    /// What it was read from.
    pub solution: Solution,
}

/// The two ends of a range.
#[derive(Debug, Clone)]
pub struct RangeOutcome {
    /// Why a range.
    pub note: String,
    /// Start of the first dose that causes it, h: before it the two ends are one curve.
    pub from: f64,
    /// Low end.
    pub low: EndOutcome,
    /// High end.
    pub high: EndOutcome,
}

/// One end of a range.
#[derive(Debug, Clone)]
pub struct EndOutcome {
    /// What it stands for.
    pub label: String,
    /// Bioavailability.
    pub bioavailability: Option<f64>,
    /// Times of all points up to the horizon, h; its inputs may end at other times than those of the other end.
    pub times: Vec<f64>,
    /// Curves as in the arm, at these times.
    pub curves: Vec<Curve>,
}

impl Outcome {
    /// Drugs given, each once, in order.
    pub fn drugs(&self) -> Vec<&str> {
        let mut list: Vec<&str> = Vec::new();
        for arm in &self.arms {
            if !list.contains(&arm.drug.as_str()) {
                list.push(&arm.drug);
            }
        }
        list
    }

    /// What its times count from: "the first dose", or "time 0" where some arm's first dose is given later.
    pub fn counted_from(&self) -> &'static str {
        crate::regimen::counted_from(self.arms.iter().map(ArmOutcome::first_dose))
    }
}

impl ArmOutcome {
    /// The label, and what tells the subject of this arm from those of the others: "IV 2, 110 kg".
    pub fn name(&self) -> String {
        match &self.apart {
            Some(apart) if !self.label.contains(apart.as_str()) => format!("{}, {apart}", self.label),
            _ => self.label.clone(),
        }
    }

    /// When the first dose is given, h.
    pub fn first_dose(&self) -> f64 {
        self.doses.iter().map(|d| d.start).reduce(f64::min).unwrap_or(0.0)
    }

    /// Where it lies outside what was studied, in words.
    pub fn outside_words(&self) -> impl Iterator<Item = &str> {
        self.outside.iter().map(|o| o.words.as_str())
    }

    /// The first session, the one that comparisons tell.
    pub fn first_session(&self) -> Option<&SessionOutcome> {
        self.sessions.first()
    }

    /// The windows of the first session.
    pub fn windows(&self) -> Windows {
        self.first_session().map(|s| s.windows.clone()).unwrap_or_default()
    }

    /// Highest parent concentration drawn, ng/mL.
    pub fn highest(&self) -> f64 {
        let of = |curves: &[Curve]| curves.first().map_or(0.0, |c| c.exposure.cmax * NG_ML_PER_MG_L);
        self.range.as_ref().map_or_else(|| of(&self.curves), |r| of(&r.low.curves).max(of(&r.high.curves)))
    }

    /// Spread of the median end of main effects between models, minutes.
    pub fn between_models(&self) -> Option<[f64; 2]> {
        if self.by_model.is_empty() {
            return None;
        }
        let ends = self.by_model.iter().map(|(_, end)| *end);
        Some([ends.clone().fold(f64::INFINITY, f64::min), ends.fold(f64::NEG_INFINITY, f64::max)])
    }
}
