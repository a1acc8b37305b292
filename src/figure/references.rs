//! Sources, grades and assumptions of a comparison as printable lines: data only. There is no date, so the same
//! scenario gives the same page.

use super::{DRIVING_RULE, EDUCATION_ONLY, Role, doses_in_words, roles};
use crate::library::Library;
use crate::model::Grade;
use crate::outcome::{ArmOutcome, Outcome};

/// References of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct References {
    /// Title of the document.
    pub title: String,
    /// Weight, age and horizon in one line.
    pub subtitle: String,
    /// Lines in reading order.
    pub lines: Vec<RefLine>,
    /// Footer of every page.
    pub foot: String,
}

/// One paragraph of the references.
#[derive(Debug, Clone, PartialEq)]
pub enum RefLine {
    /// Heading of a part.
    Heading(String),
    /// Heading of an arm, with a sample of its line, or of its fill where it is a range.
    Arm(String, Role, bool),
    /// A sentence of running text.
    Text(String),
    /// An item of a list.
    Item(String),
    /// A caution.
    Caution(String),
    /// A source and its number.
    Source(usize, String),
}

impl RefLine {
    /// Text of the line.
    pub fn words(&self) -> &str {
        match self {
            Self::Heading(t)
            | Self::Arm(t, ..)
            | Self::Text(t)
            | Self::Item(t)
            | Self::Caution(t)
            | Self::Source(_, t) => t,
        }
    }
}

impl References {
    /// The references of everything that an outcome shows.
    pub fn new(outcome: &Outcome, library: &Library) -> Self {
        let sources = sources(outcome);
        let mut lines = Vec::new();
        for (arm, role) in outcome.arms.iter().zip(roles(&outcome.arms)) {
            let label = if outcome.arms.len() > 1 { role.lettered(&arm.name()) } else { arm.name() };
            of_arm((arm, &label), role, library, &sources, &mut lines);
        }
        lines.push(RefLine::Heading("Sources".to_owned()));
        if sources.is_empty() {
            lines.push(RefLine::Text("No route is switched on: nothing is cited.".to_owned()));
        }
        lines.extend(sources.iter().enumerate().map(|(i, s)| RefLine::Source(i + 1, (*s).to_owned())));
        lines.push(RefLine::Heading("Grades".to_owned()));
        for grade in Grade::ALL {
            let ours = if grade.is_ours() { " (ours)" } else { "" };
            lines.push(RefLine::Item(format!("{grade}{ours}: {}", grade.meaning())));
        }
        Self {
            title: format!("References: {}", outcome.title),
            subtitle: format!(
                "{}; simulated for {}; ketasim {}",
                outcome.who(),
                outcome.horizon,
                env!("CARGO_PKG_VERSION")
            ),
            lines,
            foot: format!("{EDUCATION_ONLY} Whatever a curve says: {DRIVING_RULE}."),
        }
    }
}

/// Every source of every arm once, in order of first use.
pub(super) fn sources(outcome: &Outcome) -> Vec<&str> {
    let mut list: Vec<&str> = Vec::new();
    for source in outcome.arms.iter().flat_map(|a| &a.sources) {
        if !list.contains(&source.as_str()) {
            list.push(source);
        }
    }
    list
}

fn of_arm(
    (arm, label): (&ArmOutcome, &str),
    role: Role,
    library: &Library,
    sources: &[&str],
    lines: &mut Vec<RefLine>,
) {
    let heading = format!("{label}: {}; {}", doses_in_words(arm), arm.drug_name);
    lines.push(RefLine::Arm(heading, role, arm.range.is_some()));
    lines.push(RefLine::Text(format!("{} ({}); {}.", arm.model_title, arm.model, arm.site.words())));
    if let Ok(model) = library.model(&arm.model) {
        lines.push(RefLine::Text(format!("Studied: {}", model.population)));
    }
    lines.push(RefLine::Text(grade_summary(arm, library)));
    let cites = |s: &&str| arm.sources.iter().any(|of_arm| of_arm == s);
    let cited: Vec<String> =
        sources.iter().enumerate().filter(|(_, s)| cites(s)).map(|(i, _)| format!("[{}]", i + 1)).collect();
    if !cited.is_empty() {
        lines.push(RefLine::Text(format!("Sources: {}", cited.join(", "))));
    }
    lines.extend(arm.assumptions.iter().map(|a| RefLine::Item(a.clone())));
    lines.extend(arm.warnings.iter().map(|w| RefLine::Caution(w.clone())));
}

/// "12 numbers used: 4 A, 6 C, 2 D (ours); worst, with covariates and site of sampling, E: assumption".
pub fn grade_summary(arm: &ArmOutcome, library: &Library) -> String {
    let parameters = library.model(&arm.model).map_or(&[][..], |m| &m.parameters);
    let used: Vec<Grade> = parameters.iter().filter(|p| arm.used.contains(&p.name)).map(|p| p.grade).collect();
    let count = |grade: Grade| used.iter().filter(|g| **g == grade).count();
    let counts: Vec<String> = Grade::ALL
        .into_iter()
        .filter(|g| count(*g) > 0)
        .map(|g| format!("{} {g}{}", count(g), if g.is_ours() { " (ours)" } else { "" }))
        .collect();
    format!(
        "{} numbers used: {}; worst, with covariates and site of sampling, {}: {}",
        used.len(),
        counts.join(", "),
        arm.grade,
        arm.grade.meaning()
    )
}
