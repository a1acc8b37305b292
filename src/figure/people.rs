//! Virtual subjects in a figure: ribbons around the median, graded strips, and the words that distinguish
//! between-subject variability from model uncertainty.

use super::{Line, Role, View};
use crate::library::EvidenceKind;
use crate::outcome::{ArmOutcome, Outcome};
#[cfg(doc)]
use crate::population::MAY_NOT_FEEL;
use crate::population::{Counted, PopulationOutcome, SessionPopulation, of_people};
use crate::units::number;

/// Between-subject variability of one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct Ribbon {
    /// Arm of the ribbon.
    pub role: Role,
    /// Label at the right end of the ribbon.
    pub words: &'static str,
    /// Times, h.
    pub x: Vec<f64>,
    /// 5th and 95th percentile, ng/mL.
    pub outer: Vec<[f64; 2]>,
    /// 25th and 75th percentile, ng/mL.
    pub inner: Vec<[f64; 2]>,
}

/// Effects over virtual subjects in one session of a strip.
#[derive(Debug, Clone, PartialEq)]
pub struct StripPeople {
    /// One bar, or two for a range: its low end and its high end.
    pub bars: Vec<CountedBar>,
}

/// All virtual subjects under one curve, as a bar. All times are minutes from time 0.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedBar {
    /// "low end" or "high end" of a range. Empty where the curve is not a range.
    pub end: &'static str,
    /// When something is noticed, 10th to 90th percentile, min. `None` where too few notice for a time to be
    /// meaningful.
    pub noticing: Option<[f64; 2]>,
    /// Whether [`MAY_NOT_FEEL`] is said instead of a time of noticing.
    pub few_notice: bool,
    /// When the effect is strongest, min. `None` where nobody reaches a level.
    pub strongest: Option<[f64; 2]>,
    /// When main effects end, 10th to 90th percentile, min. `None` where a time would be misleading.
    pub fading: Option<[f64; 2]>,
    /// Whether [`MAY_NOT_FEEL`] is said instead of a time of fading.
    pub few_reach: bool,
    /// Share of subjects above their own dissociative level: minute, and number out of 100.
    pub above: Vec<[f64; 2]>,
    /// Whether some subjects are still above that level a day after the last dose.
    pub outlasts: bool,
}

/// Percentiles of the subjects around the median. `None` for a range, or for a model without between-subject
/// variability.
pub(super) fn ribbon(sample: &PopulationOutcome, arm: &ArmOutcome, role: Role, k: usize) -> Option<(Line, Ribbon)> {
    let counted = sample.arm(arm.index)?;
    let bands = counted.bands.as_ref().filter(|b| b.scatters && b.model == arm.model && b.site == arm.site)?;
    let band = bands.bands.get(k)?;
    let median =
        Line { label: arm.name(), role, x: bands.times.clone(), y: band.percentiles.iter().map(|p| p[1]).collect() };
    let ribbon = Ribbon {
        role,
        words: "90 % of people",
        x: bands.times.clone(),
        outer: band.percentiles.iter().map(|p| [p[0], p[2]]).collect(),
        inner: counted.quartiles.get(k).cloned().unwrap_or_default(),
    };
    Some((median, ribbon))
}

/// What the ribbons of a panel show, and which arms have none.
pub(super) fn ribbon_words(
    ribbons: &[Ribbon],
    sample: Option<&PopulationOutcome>,
    arms: &[&ArmOutcome],
    first: bool,
) -> Option<String> {
    let sample = sample?;
    let without: Vec<&str> = arms.iter().filter(|a| a.range.is_some()).map(|a| a.label.as_str()).collect();
    let mut parts = Vec::new();
    if !ribbons.is_empty() && !first {
        parts.push(format!("Ribbons: 90 % and 50 % of {}.", who(sample)));
    } else if !ribbons.is_empty() {
        parts.push(format!(
            "Ribbons: spread between {} (5th to 95th percentile, darker the middle 50 %), not doubt about the model.",
            who(sample)
        ));
    }
    if !without.is_empty() {
        parts.push(format!("{}: a range between two ends, no ribbon.", without.join(", ")));
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The sample in words: "1000 made-up people of one model".
fn who(sample: &PopulationOutcome) -> String {
    format!("{} made-up people of one model", number(f64::from(sample.sample.people.get())))
}

impl StripPeople {
    /// The bars of a session that starts at `start`, min from time 0.
    pub(super) fn new(counted: &SessionPopulation, start: f64) -> Self {
        Self { bars: counted.counts.iter().map(|c| CountedBar::new(c, start)).collect() }
    }

    /// Words beside a strip, longest first.
    pub(super) fn words(counted: &SessionPopulation, evidence: EvidenceKind) -> Vec<String> {
        let people = counted.people();
        let (n, base) = of_people(counted.reaching(), people);
        let many = counted.few_reach().map_or(String::new(), |said| format!(": {said}"));
        let ends = if counted.counts.len() > 1 { " (two ends of a range)" } else { "" };
        let which = counted.session.words().map_or(String::new(), |w| format!("{w}: "));
        let timing = format!("timing backed by: {}", backed_by(evidence));
        vec![
            format!(
                "{which}{n} of {base} reach their own dissociative level{ends}{many}; {people} made-up people; {timing}"
            ),
            format!("{which}{n} of {base} reach their own dissociative level{many}; {timing}"),
            format!("{which}{n} of {base} reach it{many}; {timing}"),
            format!("{n} of {base} reach it{many}"),
            format!("{n} of {base}{many}"),
            format!("{n} of {base}"),
        ]
    }
}

impl CountedBar {
    fn new(counted: &Counted, start: f64) -> Self {
        let w = &counted.windows;
        let ends = |p: Option<[f64; 3]>| p.map(|p| [p[0] + start, p[2] + start]);
        Self {
            end: counted.end,
            noticing: ends(w.onset_told()),
            few_notice: w.few_notice,
            strongest: w.strongest.map(|span| span.map(|m| m + start)),
            fading: ends(w.fading_told()),
            few_reach: w.few_reach,
            above: counted.above.iter().map(|[minute, share]| [minute + start, *share]).collect(),
            outlasts: w.outlasts,
        }
    }
}

/// The kind of evidence in words.
pub fn backed_by(evidence: EvidenceKind) -> &'static str {
    match evidence {
        EvidenceKind::Trial => "trial",
        EvidenceKind::Programme => "model and programme reports",
        EvidenceKind::Model => "model only",
    }
}

/// Footer of a picture with virtual subjects that is used on its own.
pub(super) fn footer(sample: &PopulationOutcome, outcome: &Outcome, view: &View) -> Vec<String> {
    let mut lines = vec![format!(
        "Ribbons: spread between {} (5th to 95th percentile, darker 25th to 75th; seed {}), not doubt about the model.",
        who(sample),
        sample.sample.seed
    )];
    let ranges: Vec<&str> = outcome.arms.iter().filter(|a| a.range.is_some()).map(|a| a.label.as_str()).collect();
    if !ranges.is_empty() {
        lines.push(format!("{}: a range between two ends, drawn without people.", ranges.join(", ")));
    }
    if let Some(bodies) = &sample.bodies {
        lines.push(format!("People differ: {bodies}."));
    }
    if view.strips {
        lines.push("Bars under the plot: darker where more people are above their own level; two bars, one for each end, where the curve is a range. A bar is not the time you can leave or drive.".to_owned());
    }
    let same: Vec<&str> = outcome
        .arms
        .iter()
        .filter(|a| sample.arm(a.index).and_then(|c| c.bands.as_ref()).is_some_and(|b| !b.scatters))
        .map(|a| a.label.as_str())
        .collect();
    if !same.is_empty() {
        lines.push(format!("{}: the model knows no spread between people, so there is no ribbon.", same.join(", ")));
    }
    lines
}
