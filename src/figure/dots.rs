//! Twenty virtual subjects for each arm: when each may notice something and when main effects end.

use super::words::{doses_in_words, version_and_sources};
use super::{EDUCATION_ONLY, Role, roles};
use crate::outcome::{ArmOutcome, Outcome};
use crate::population::{ArmPopulation, Dot, MAY_NOT_FEEL, PopulationOutcome, SessionPopulation, of_people};
use crate::timeline::DotRow;
use crate::units::{MINUTES_PER_HOUR, number};

/// Shortest time axis, min.
const SHORTEST: f64 = 20.0;
/// Note wherever times of virtual subjects are shown.
pub const MADE_UP: &str = "made-up people; you may be earlier or later; this does not tell you when you can leave";

/// Virtual subjects as dots, for every arm.
#[derive(Debug, Clone, PartialEq)]
pub struct DotsPlot {
    /// Title of the picture.
    pub title: String,
    /// How many virtual subjects the dots stand for.
    pub subtitle: String,
    /// Arms with virtual subjects, in the scenario's order.
    pub arms: Vec<ArmDots>,
    /// Footer of a picture used on its own.
    pub footer: Vec<String>,
    /// Full citations of the sources.
    pub sources: Vec<String>,
}

/// Dots of one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmDots {
    /// Label of the arm, preceded by its letter where there are several arms.
    pub label: String,
    /// Arm of the dots, which gives the colour.
    pub role: Role,
    /// Doses of the arm in words.
    pub doses: String,
    /// How many subjects are above their own level at the chosen minute, as a sentence.
    pub sentence: String,
    /// Session that the dots belong to. `None` for an arm with a single session.
    pub session: Option<String>,
    /// Two rows: noticing, then fading.
    pub rows: [PeopleDots; 2],
}

/// A row of twenty dots on a time axis, minutes from the first dose of the session.
#[derive(Debug, Clone, PartialEq)]
pub struct PeopleDots {
    /// What the row shows.
    pub name: &'static str,
    /// The dots. `None` where no study has such a level for this drug.
    pub row: Option<DotRow>,
    /// End of the time axis, min. It is the same for all arms.
    pub end: f64,
    /// Whether any arm's row has subjects who are not on the axis. All arms then leave the same room for boxes.
    pub boxed: bool,
    /// Whether [`MAY_NOT_FEEL`] is said instead of times.
    pub few: bool,
    /// The row in words.
    pub said: String,
}

impl DotsPlot {
    /// The picture for the virtual subjects of an outcome, with the number above their level at a minute.
    pub fn new(outcome: &Outcome, sample: &PopulationOutcome, minute: f64) -> Self {
        let last = |dots: &[Dot]| dots.iter().map(|d| if let Dot::At(t) = d { *t } else { 0.0 }).fold(0.0, f64::max);
        let horizon = outcome.horizon.hours() * MINUTES_PER_HOUR;
        let end = |of: fn(&SessionPopulation) -> &[Dot]| {
            let most = sample.arms.iter().flat_map(|a| &a.sessions).map(|c| last(of(c))).fold(SHORTEST, f64::max);
            ((most / 10.0).ceil() * 10.0).min(horizon)
        };
        let ends = [end(|c| &c.noticing), end(|c| &c.fading)];
        let lettered = outcome.arms.len() > 1;
        let mut arms: Vec<ArmDots> = outcome
            .arms
            .iter()
            .zip(roles(&outcome.arms))
            .filter_map(|(arm, role)| of_arm(arm, role, (sample.arm(arm.index)?, minute), ends, lettered))
            .collect();
        let beside = |dots: &PeopleDots| dots.row.as_ref().is_some_and(|row| row.later + row.never > 0);
        for nth in 0..ends.len() {
            let boxed = arms.iter().any(|arm| beside(&arm.rows[nth]));
            arms.iter_mut().for_each(|arm| arm.rows[nth].boxed = boxed);
        }
        let people = sample.sample.people.size();
        let differ = sample.bodies.as_ref().map_or(String::new(), |bodies| format!("; they differ: {bodies}"));
        Self {
            title: "When twenty people notice it, and when main effects fade".to_owned(),
            subtitle: format!("each dot stands for one in twenty of {} made-up people{differ}", number(people as f64)),
            arms,
            footer: vec![
                "Filled: when it happens, minutes from the first dose. In a box: later than the line, or, open, never above the own level.".to_owned(),
                format!("Seed {}; {MADE_UP}.", sample.sample.seed),
                EDUCATION_ONLY.to_owned(),
                version_and_sources(&outcome.arms),
            ],
            sources: super::sources(outcome).into_iter().map(str::to_owned).collect(),
        }
    }

    /// The picture in words.
    pub fn in_words(&self) -> String {
        let arms = self.arms.iter().flat_map(|arm| {
            let rows = arm.rows.iter().map(|row| format!("{}.", row.said));
            std::iter::once(format!("{}.", arm.sentence)).chain(rows)
        });
        std::iter::once(format!("{}.", self.subtitle)).chain(arms).collect::<Vec<_>>().join(" ")
    }
}

fn of_arm(
    arm: &ArmOutcome,
    role: Role,
    (counted, minute): (&ArmPopulation, f64),
    [noticing, fading]: [f64; 2],
    lettered: bool,
) -> Option<ArmDots> {
    let session = counted.session_at(minute).or(counted.first())?;
    let ends = if session.counts.len() > 1 { " (both ends of its range)" } else { "" };
    let row = |name: &'static str, what: &str, dots: &[Dot], end: f64, few: bool| {
        let row = (!dots.is_empty()).then(|| row(name, dots, end));
        let said = row.as_ref().map_or("no study has such a level for this drug".to_owned(), |row| in_words(row, few));
        PeopleDots { name, row, end, boxed: false, few, said: format!("{} {what}{ends}: {said}", arm.label) }
    };
    let w = &session.windows;
    Some(ArmDots {
        label: if lettered { role.lettered(&arm.name()) } else { arm.name() },
        role,
        doses: doses_in_words(arm),
        sentence: sentence(counted, minute),
        session: session.session.words().map(|which| format!("{which}, minutes from its first dose")),
        rows: [
            row("may notice", "noticing", &session.noticing, noticing, w.few_notice),
            row("fading", "fading", &session.fading, fading, w.few_reach),
        ],
    })
}

fn row(name: &str, dots: &[Dot], end: f64) -> DotRow {
    let at = dots.iter().filter_map(|d| if let Dot::At(t) = d { Some(*t) } else { None });
    let (at, beyond): (Vec<f64>, Vec<f64>) = at.partition(|t| *t <= end);
    DotRow {
        name: name.to_owned(),
        at,
        later: beyond.len() + dots.iter().filter(|d| **d == Dot::Beyond).count(),
        later_words: "later".to_owned(),
        never: dots.iter().filter(|d| **d == Dot::Never).count(),
        never_words: "never".to_owned(),
    }
}

fn in_words(row: &DotRow, few: bool) -> String {
    let on = row.at.len();
    let mut parts = vec![format!("{} dots, {on} on the line", on + row.later + row.never)];
    if row.later > 0 {
        parts.push(format!("{} later", row.later));
    }
    if row.never > 0 {
        parts.push(format!("{} never reach the level", row.never));
    }
    let said = parts.join(", ");
    if few { format!("{said}; {MAY_NOT_FEEL}") } else { said }
}

/// "Of 100 made-up people, 63 still above their own level at 60 min".
pub fn sentence(counted: &ArmPopulation, minute: f64) -> String {
    let (still, base) = of_people(counted.above_at(minute), counted.people());
    let few = counted.session_at(minute).or(counted.first()).and_then(SessionPopulation::few_reach);
    let many = few.map_or(String::new(), |said| format!("; {said}"));
    format!("Of {base} made-up people, {still} still above their own level at {} min{many}", number(minute.round()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_counts_everybody_once() {
        let dots = [vec![Dot::At(5.0); 12], vec![Dot::At(95.0); 1], vec![Dot::Beyond; 1], vec![Dot::Never; 6]].concat();
        let row = row("fading", &dots, 90.0);
        assert_eq!((row.at.len(), row.later, row.never), (12, 2, 6));
        assert_eq!(in_words(&row, false), "20 dots, 12 on the line, 2 later, 6 never reach the level");
        assert!(in_words(&row, true).ends_with(MAY_NOT_FEEL));
    }
}
