//! The figure of one measured arm: its points over curve and range, with other models as thin lines behind.

use super::{Figure, PointSet, View};
use crate::error::Result;
use crate::evidence::{Arm, Observations, ScoringRules, Study};
use crate::library::Library;
use crate::outcome::Options;
use crate::regimen::Route;

/// Ratio of highest to lowest point above which the axis is logarithmic.
const WIDE: f64 = 20.0;

/// A measured arm beside the prediction of the model that the rules name.
#[derive(Debug, Clone, PartialEq)]
pub struct StudyFigure {
    /// Id of the arm.
    pub id: String,
    /// Citation with DOI or PubMed number.
    pub citation: String,
    /// Dose, subjects and sampling site in words.
    pub words: String,
    /// Whether a metabolite was measured.
    pub metabolite: bool,
    /// Id of the model.
    pub model: String,
    /// Whether the study is new to the model (external validation).
    pub external: bool,
    /// Figure of the arm.
    pub figure: Figure,
}

/// Figures of all measured arms of a drug by any of some routes, those of the parent drug first.
///
/// # Errors
/// When the rules name a model that the library does not have.
pub fn studies(
    observations: &Observations,
    rules: &ScoringRules,
    library: &Library,
    (drug, routes): (&str, &[Route]),
) -> Result<Vec<StudyFigure>> {
    let mut list = Vec::new();
    for arm in &observations.arms {
        let Ok(study) = Study::read(arm, library) else { continue };
        if study.drug != drug || !routes.contains(&study.route()) {
            continue;
        }
        let view = View { log: study.bolus || wide(&study.points()), strips: false, ..View::default() };
        let Some((choice, figure)) = rules.choice(&study).zip(picture(arm, rules, library, &view)?) else { continue };
        list.push(StudyFigure {
            id: arm.id.clone(),
            citation: arm.citation(),
            words: words(arm, &study, library),
            metabolite: study.metabolite,
            model: choice.model.clone(),
            external: !rules.has_seen(&choice.model, arm),
            figure: small(figure, &study, library),
        });
    }
    list.sort_by_key(|s| s.metabolite);
    Ok(list)
}

/// "norketamine after 10 mg IV bolus; patient (advanced cancer pain); venous plasma".
fn words(arm: &Arm, study: &Study, library: &Library) -> String {
    let dose = format!("{} {} {}", arm.cell("dose_value"), arm.cell("dose_unit"), arm.cell("route"));
    let dose = if study.metabolite { format!("{} after {dose}", library.analyte_name(&study.analyte)) } else { dose };
    let n = arm.cell("n");
    let people = match (arm.cell("population"), n.is_empty()) {
        (people, true) => people.to_owned(),
        (people, false) => format!("{people}, n {n}"),
    };
    let site = study.site.map_or("plasma, sampling site not stated", crate::model::Site::words);
    let parts = [dose, people, site.to_owned()];
    parts.into_iter().filter(|p| !p.trim().is_empty()).collect::<Vec<_>>().join("; ")
}

/// The figure of an arm. `None` for an arm that cannot be scored or has no point.
///
/// # Errors
/// When the rules name a model that the library does not have.
pub fn of_study(arm: &Arm, rules: &ScoringRules, library: &Library) -> Result<Option<Figure>> {
    picture(arm, rules, library, &View { log: true, strips: false, models: true, ..View::default() })
}

/// Whether measured points span so wide a range that a linear axis would hide the low ones.
fn wide(points: &[[f64; 2]]) -> bool {
    let values = points.iter().map(|p| p[1]);
    let low = values.clone().fold(f64::INFINITY, f64::min);
    values.fold(0.0, f64::max) > WIDE * low
}

/// Keeps only the measured panel, with words that fit a small picture.
fn small(mut figure: Figure, study: &Study, library: &Library) -> Figure {
    figure.panels.retain(|p| !p.points.is_empty());
    for panel in &mut figure.panels {
        library.analyte_name(&study.analyte).clone_into(&mut panel.heading);
        let site = panel.y_label.split(';').next().unwrap_or_default();
        panel.y_label = if panel.log { format!("{site}, log") } else { site.to_owned() };
        panel.caution = None;
        panel.banner = None;
    }
    figure
}

fn picture(arm: &Arm, rules: &ScoringRules, library: &Library, view: &View) -> Result<Option<Figure>> {
    let Ok(study) = Study::read(arm, library) else { return Ok(None) };
    let (points, Some(choice)) = (study.points(), rules.choice(&study)) else { return Ok(None) };
    let model = library.model(&choice.model)?;
    if study.fits(model).is_err() {
        return Ok(None);
    }
    let site = study.site.unwrap_or(model.estimated_from);
    let scenario = study.scenario(&format!("{}, measured and by {}", arm.id, model.id), model, site);
    if points.is_empty() || scenario.check(library).is_err() {
        return Ok(None);
    }
    let outcome = scenario.run(library, Options::default())?;
    let view = View { metabolites: study.metabolite, ..view.clone() };
    let set = PointSet { label: arm.id.clone(), analyte: Some(study.analyte.clone()), points };
    let mut figure = Figure::new(&outcome, &view, library, &[set]);
    figure.footer.insert(0, format!("Measured: {}.", arm.citation()));
    if !study.assumed.is_empty() {
        figure.footer.push(format!("Taken for granted of the study (E): {}.", study.assumed.join("; ")));
    }
    Ok(Some(figure))
}
