//! Reads the cells of an arm as a study that can be simulated, or gives the reason why not.
//!
//! Nothing is guessed. What a cell does not state is one of the few defaults listed in [`Study::assumed`], or the arm
//! is left out with its reason.

use super::cells::{self, Reason};
use super::observed::Arm;
use super::person::{AgeGroup, StudiedPerson};
use super::predict::ExposureMetric;
use super::{given, words};
use crate::delimited::Cell;
use crate::library::Library;
use crate::model::{Covariate, Model, Site};
use crate::regimen::{Administration, Dose, Route};
use crate::scenario::{HORIZON_H, PlasmaSite, Scenario, StudyArm};
use crate::subject::{OwnSubject, Subject};
use crate::units::{MINUTES_PER_HOUR, Time};

/// A measured arm in the simulator's terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// Id of the drug that is simulated.
    pub drug: String,
    /// Drug or metabolite whose concentration was measured.
    pub analyte: String,
    /// Whether the analyte is a metabolite.
    pub metabolite: bool,
    /// Doses as the arm was given them, all by one route.
    pub doses: Vec<Dose>,
    /// Whether it is an intravenous bolus, whose initial peak is never sampled.
    pub bolus: bool,
    /// Mean covariates of the subjects.
    pub subject: Subject,
    /// Whether adults or children were studied.
    pub age: AgeGroup,
    /// Where blood was drawn; `None` where the study does not say.
    pub site: Option<Site>,
    /// Assumptions, grade E.
    pub assumed: Vec<String>,
    /// Measured values that can be compared with a prediction.
    pub measures: Vec<MeasuredValue>,
    /// Why other cells cannot be compared, with one sentence for each.
    pub left_out: Vec<String>,
    /// Why ancestry cannot be read, for models that use it. `None` where it can.
    unclear: Option<String>,
}

/// One measured value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasuredValue {
    /// The exposure measure.
    pub quantity: ExposureMetric,
    /// Measured value, in the unit of [`ExposureMetric::unit`].
    pub observed: f64,
}

/// Analytes by their names in tables: the id for racemic ketamine, then for esketamine.
const ANALYTES: [(&str, Option<&str>, Option<&str>); 7] = [
    ("ketamine", Some("ketamine"), Some("esketamine")),
    ("norketamine", Some("norketamine"), Some("noresketamine")),
    ("esketamine", None, Some("esketamine")),
    ("s-ketamine", None, Some("esketamine")),
    ("noresketamine", None, Some("noresketamine")),
    ("s-norketamine", None, Some("noresketamine")),
    ("s-hydroxynorketamine", None, Some("hydroxynoresketamine")),
];

impl Study {
    /// Reads the cells of an arm.
    ///
    /// # Errors
    /// With the reason why the arm cannot be simulated.
    pub fn read(arm: &Arm, library: &Library) -> Reason<Self> {
        let mut assumed = Vec::new();
        let Simulated { drug, analyte, part } = simulated(arm, &mut assumed)?;
        // what cannot be simulated at all is reported before the subjects; notes begin with the subjects
        let mut taken = Vec::new();
        let doses = given::doses(arm, part, &mut taken)?;
        let StudiedPerson { subject, age, unclear } = StudiedPerson::read(arm, &mut assumed)?;
        assumed.append(&mut taken);
        for dose in &doses {
            dose.check(Time::from_hours(f64::MAX)).map_err(|e| e.what().to_owned())?;
        }
        let site = words::site(arm.cell("site"), arm.cell("matrix"))?;
        if site.is_none() {
            assumed.push("site not stated: the model's own site".to_owned());
        }
        let bolus = doses.iter().all(Dose::is_bolus);
        let mut study = Self {
            metabolite: library.is_metabolite(&analyte),
            drug,
            analyte,
            doses,
            bolus,
            subject,
            age,
            site,
            assumed,
            measures: Vec::new(),
            left_out: arm.left_out.clone(),
            unclear,
        };
        study.measure(arm);
        if study.measures.is_empty() {
            study.left_out.insert(
                0,
                "nothing to compare: no plain peak, time of peak, point, or area with its interval".to_owned(),
            );
            return Err(study.left_out.join("; "));
        }
        Ok(study)
    }

    /// Checks that a model can be used for these subjects.
    ///
    /// # Errors
    /// With the reason: the model uses an ancestry that cannot be read, or was made for children of other ages.
    pub fn fits(&self, model: &Model) -> std::result::Result<(), String> {
        if let Some(why) = self.unclear.as_ref().filter(|_| model.effects.iter().any(|e| e.by == Covariate::Ancestry)) {
            return Err(why.clone());
        }
        let age = self.subject.age;
        match model.age.filter(|[from, to]| self.age == AgeGroup::Child && !(*from..=*to).contains(&age)) {
            Some([from, to]) => Err(format!("{} is of children from {from} to {to}, not of {age}", model.id)),
            None => Ok(()),
        }
    }

    /// The study as a scenario of one arm, long enough for what was measured.
    pub fn scenario(&self, title: &str, model: &Model, site: Site) -> Scenario {
        let mut doses = self.doses.clone();
        for dose in &mut doses {
            // a model with a built-in time under the tongue takes no hold
            if model.routes.get(&dose.route()).is_some_and(|r| r.hold.is_none())
                && let Administration::Sublingual { hold, after } = &mut dose.administration
            {
                (*hold, *after) = (None, None);
            }
        }
        let asked = match site {
            Site::Arterial => Some(PlasmaSite::Arterial),
            Site::Venous => Some(PlasmaSite::Venous),
            _ => None,
        };
        let arm = StudyArm {
            label: self.route().to_string(),
            drug: self.drug.clone(),
            model: Some(model.id.clone()),
            site: asked.filter(|_| site != model.estimated_from),
            on: true,
            subject: OwnSubject::default(),
            doses,
        };
        let seen = self.measures.iter().map(|m| match m.quantity {
            ExposureMetric::Concentration { at } => at,
            ExposureMetric::Tmax => m.observed / MINUTES_PER_HOUR * 1.5,
            ExposureMetric::Auc { to, .. } => to.unwrap_or(0.0),
            _ => 0.0,
        });
        let shortest = crate::regimen::last_end(&self.doses).hours() + 2.0;
        let end = seen.fold(0.0, f64::max).min(*HORIZON_H.end()).max(shortest).ceil();
        let scenario = Scenario::of(arm, self.subject.clone(), Time::from_hours(end));
        Scenario { title: title.to_owned(), ..scenario }
    }

    /// Measured concentrations, h and ng/mL: points of the curve, or Cmax at its time.
    pub fn points(&self) -> Vec<[f64; 2]> {
        let (mut points, mut peak) = (Vec::new(), [None, None]);
        for m in &self.measures {
            match m.quantity {
                ExposureMetric::Concentration { at } => points.push([at, m.observed]),
                ExposureMetric::Tmax => peak[0] = Some(m.observed / MINUTES_PER_HOUR),
                ExposureMetric::Cmax => peak[1] = Some(m.observed),
                _ => {}
            }
        }
        if let [Some(at), Some(value)] = peak {
            points.push([at, value]);
        }
        points
    }

    /// Route of the doses. All have the same.
    pub fn route(&self) -> Route {
        self.doses.first().map_or(Route::Iv, Dose::route)
    }

    fn measure(&mut self, arm: &Arm) {
        let parent_bolus = self.bolus && !self.metabolite;
        let tmax = arm.cell("tmax_min");
        if let Some(observed) = self.plain(arm, "cmax_ng_ml") {
            match (parent_bolus, arm.number("tmax_min")) {
                (false, _) => self.measures.push(MeasuredValue { quantity: ExposureMetric::Cmax, observed }),
                (true, Cell::Number(at)) if at > 0.0 => {
                    // the initial peak is never sampled, so the measured peak is that of the first samples
                    self.assumed.push(format!("peak of a bolus read at its sampled time, {tmax} min"));
                    self.point([at, observed]);
                }
                _ => self.left_out.push("cmax: a bolus has no peak without the time it was sampled".to_owned()),
            }
        }
        if let Some(observed) = self.plain(arm, "tmax_min") {
            match self.last_spray(arm) {
                _ if parent_bolus => self.left_out.push("tmax: that of a bolus is the first sample's".to_owned()),
                Err(why) => self.left_out.push(why),
                Ok(offset) if within(observed + offset) => {
                    self.measures.push(MeasuredValue { quantity: ExposureMetric::Tmax, observed: observed + offset });
                }
                Ok(_) => self.left_out.push(format!("tmax: {tmax} min is {}", beyond())),
            }
        }
        self.area(arm);
        arm.points.iter().for_each(|point| self.point(*point));
    }

    /// Adds a concentration at a time, where it can be simulated and a ratio exists.
    fn point(&mut self, [minutes, observed]: [f64; 2]) {
        if !within(minutes) {
            self.left_out.push(format!("point at {minutes} min: {}", beyond()));
        } else if observed > 0.0 && minutes > 0.0 {
            let at = minutes / MINUTES_PER_HOUR;
            self.measures.push(MeasuredValue { quantity: ExposureMetric::Concentration { at }, observed });
        } else {
            self.left_out.push(format!("point at {minutes} min: {observed} ng/mL has no ratio"));
        }
    }

    /// A positive number in a cell. Anything else in the cell is left out with its reason.
    fn plain(&mut self, arm: &Arm, column: &str) -> Option<f64> {
        let cell = arm.cell(column);
        let why = match arm.number(column) {
            Cell::Number(value) if value > 0.0 => return Some(value),
            Cell::Missing if cell.is_empty() => return None,
            Cell::Missing => "not measured",
            Cell::Number(_) => "not above 0",
            Cell::Other(why) => why,
        };
        self.left_out.push(format!("{column}: \"{cell}\" is not a plain positive number: {why}"));
        None
    }

    fn area(&mut self, arm: &Arm) {
        let Some(observed) = self.plain(arm, "auc_ng_h_ml") else { return };
        match interval(arm) {
            Ok((from, to)) if to.is_none_or(|to| HORIZON_H.contains(&to)) => {
                self.measures.push(MeasuredValue { quantity: ExposureMetric::Auc { from, to }, observed });
            }
            Ok(_) => self.left_out.push(format!("auc: its interval is {}", beyond())),
            Err(why) => self.left_out.push(why),
        }
    }

    /// Minutes from the first to the last spray, where the table counts from the last one.
    fn last_spray(&mut self, arm: &Arm) -> Reason<f64> {
        let between = |d: &Dose| d.further_sprays() * d.spray_every().map_or(0.0, Time::minutes);
        let offset = self.doses.iter().map(between).fold(0.0, f64::max);
        let clauses = ["tmax_range", "notes", "other"].map(|c| arm.cell(c).to_lowercase());
        let clauses = clauses.iter().flat_map(|text| text.split([';', ',', '.', ':', '(', ')']));
        let mut counts = false;
        for clause in clauses.filter(|c| c.contains("last spray")).filter(|_| offset > 0.0) {
            let words: Vec<&str> = clause.split_whitespace().collect();
            match ["not", "no", "never", "rather"].iter().any(|w| words.contains(w)) {
                false if words.contains(&"first") => {
                    return Err(format!(
                        "tmax: whether it counts from the first or the last spray cannot be read from \"{}\"",
                        clause.trim()
                    ));
                }
                denied => counts |= !denied,
            }
        }
        if counts {
            self.assumed.push(format!("time of peak counts from the last spray: {offset} min added"));
        }
        Ok(if counts { offset } else { 0.0 })
    }
}

/// Whether a time (min) can be simulated.
fn within(minutes: f64) -> bool {
    minutes / MINUTES_PER_HOUR <= *HORIZON_H.end()
}

fn beyond() -> String {
    format!("beyond {}, the longest that is simulated", Time::from_hours(*HORIZON_H.end()))
}

/// Start and end of an area, h: from its own columns, or from the cell that names its kind.
fn interval(arm: &Arm) -> Reason<(f64, Option<f64>)> {
    let (from, to) = (arm.number("auc_from_h"), arm.number("auc_to_h"));
    for (column, read) in [("auc_from_h", from), ("auc_to_h", to)] {
        if let Cell::Other(why) = read {
            return Err(format!("auc: {column} \"{}\" is {why}", arm.cell(column)));
        }
    }
    let kind = arm.cell("auc_kind");
    match (from, to) {
        (Cell::Missing, Cell::Missing) => {
            cells::interval(kind, arm.mark).ok_or_else(|| format!("auc: its interval is \"{kind}\""))
        }
        (_, Cell::Number(to)) => {
            let from = if let Cell::Number(from) = from { from } else { 0.0 };
            if from >= 0.0 && to > from {
                Ok((from, Some(to)))
            } else {
                Err(format!("auc: an interval from {from} h to {to} h cannot be"))
            }
        }
        _ => Err("auc: auc_from_h without auc_to_h".to_owned()),
    }
}

/// What is simulated for an arm.
struct Simulated {
    /// Id of the drug in the model.
    drug: String,
    /// Drug or metabolite whose concentration is read.
    analyte: String,
    /// Share of the given amount that is this drug: 0.5 for esketamine in a racemate, otherwise 1.
    part: f64,
}

fn simulated(arm: &Arm, assumed: &mut Vec<String>) -> Reason<Simulated> {
    let (drug, analyte) = (arm.cell("drug").to_lowercase(), arm.cell("analyte").to_lowercase());
    let racemic = match drug.as_str() {
        "racemic" | "ketamine" | "racemate" | "racemic ketamine" => true,
        "esketamine" | "s-ketamine" => false,
        _ => return Err(format!("drug \"{}\" is not simulated", arm.cell("drug"))),
    };
    let of =
        |drug: &str, analyte: &str, part: f64| Simulated { drug: drug.to_owned(), analyte: analyte.to_owned(), part };
    let Some((_, of_racemate, of_s)) = ANALYTES.iter().find(|(word, ..)| *word == analyte) else {
        return Err(format!("analyte \"{}\" is not simulated", arm.cell("analyte")));
    };
    match (racemic, of_racemate, of_s) {
        (true, Some(analyte), _) => Ok(of("ketamine", analyte, 1.0)),
        (true, None, Some(analyte)) => {
            assumed.push("S part of a racemate: half of the amount as esketamine, R taken not to change it".to_owned());
            Ok(of("esketamine", analyte, 0.5))
        }
        (false, _, Some(analyte)) => Ok(of("esketamine", analyte, 1.0)),
        _ => Err(format!("analyte \"{}\" is not simulated", arm.cell("analyte"))),
    }
}
