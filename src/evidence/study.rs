//! An arm's cells read as something that can be simulated, or the reason why not.
//!
//! Nothing is guessed: what a cell does not say is either one of the few defaults named in
//! [`Study::assumed`], or the arm is passed over with its reason.

use super::cells;
use super::observed::Arm;
use super::person::person;
use super::predict::Quantity;
use super::route::route;
use super::rules::Age;
use crate::library::Library;
use crate::model::{Model, Site};
use crate::regimen::{AfterHold, Dose, DoseAmount, Form, Route};
use crate::scenario::{PlasmaSite, Scenario, StudyArm};
use crate::subject::Subject;
use crate::units::{MINUTES_PER_HOUR, Time};

/// A measured arm in the simulator's terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// Drug that is simulated.
    pub drug: String,
    /// What was measured.
    pub analyte: String,
    /// Whether that is a metabolite.
    pub metabolite: bool,
    /// Doses.
    pub doses: Vec<Dose>,
    /// Whether it is a bolus into a vein, whose peak nobody samples.
    pub bolus: bool,
    /// Who was studied.
    pub subject: Subject,
    /// Children or adults.
    pub age: Age,
    /// Where blood was drawn, when stated.
    pub site: Option<Site>,
    /// What was taken for granted, grade E.
    pub assumed: Vec<String>,
    /// What can be compared.
    pub measures: Vec<Measure>,
    /// What cannot, with reasons.
    pub left_out: Vec<String>,
}

/// One measured figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// What.
    pub quantity: Quantity,
    /// In the quantity's unit.
    pub observed: f64,
}

/// What was read, or why it could not be.
pub(super) type Reason<T> = std::result::Result<T, String>;

/// Later points cannot be simulated (60 d), min.
const LATEST_MIN: f64 = 60.0 * 24.0 * MINUTES_PER_HOUR;

/// Analytes by the words of tables: for racemic ketamine, then for esketamine.
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
        let (drug, analyte, part) = drug_and_analyte(arm, &mut assumed)?;
        let (subject, age) = person(arm, &mut assumed)?;
        let route = route(arm)?;
        let doses = doses(arm, route, part, &mut assumed)?;
        for dose in &doses {
            dose.check(Time::from_hours(f64::MAX)).map_err(|e| e.what().to_owned())?;
        }
        let bolus = route == Route::Iv && doses.iter().all(|d| d.duration.is_none());
        let mut study = Self {
            metabolite: library.is_metabolite(&analyte),
            drug,
            analyte,
            doses,
            bolus,
            subject,
            age,
            site: site(arm, &mut assumed)?,
            assumed,
            measures: Vec::new(),
            left_out: Vec::new(),
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

    /// The study as a scenario of one arm, long enough for what was measured.
    pub fn scenario(&self, title: &str, model: &Model, site: Site) -> Scenario {
        let mut doses = self.doses.clone();
        for dose in &mut doses {
            // a model whose time under the tongue is built in takes no hold
            if model.routes.get(&dose.route).is_some_and(|r| r.hold.is_none()) {
                dose.hold = None;
                dose.after = None;
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
            doses,
        };
        let seen = self.measures.iter().map(|m| match m.quantity {
            Quantity::Concentration { at } => at,
            Quantity::Tmax => m.observed / MINUTES_PER_HOUR * 1.5,
            Quantity::Auc { to, .. } => to.unwrap_or(0.0),
            _ => 0.0,
        });
        let end = seen.fold(crate::regimen::last_end(&self.doses).hours() + 2.0, f64::max).ceil();
        Scenario {
            format: 1,
            title: title.to_owned(),
            horizon: Time::from_hours(end),
            subject: self.subject.clone(),
            population: crate::population::Population::default(),
            conditions: std::collections::BTreeMap::new(),
            clinic: None,
            visit: None,
            arms: vec![arm],
        }
    }

    /// Measured concentrations, h and ng/mL: points of the curve, or the peak at its time.
    pub fn points(&self) -> Vec<[f64; 2]> {
        let (mut points, mut peak) = (Vec::new(), [None, None]);
        for m in &self.measures {
            match m.quantity {
                Quantity::Concentration { at } => points.push([at, m.observed]),
                Quantity::Tmax => peak[0] = Some(m.observed / MINUTES_PER_HOUR),
                Quantity::Cmax => peak[1] = Some(m.observed),
                _ => {}
            }
        }
        if let [Some(at), Some(value)] = peak {
            points.push([at, value]);
        }
        points
    }

    /// Route of its doses, which is one.
    pub fn route(&self) -> Route {
        self.doses.first().map_or(Route::Iv, |d| d.route)
    }

    fn measure(&mut self, arm: &Arm) {
        let parent_bolus = self.bolus && !self.metabolite;
        let tmax = arm.cell("tmax_min");
        if let Some(observed) = self.plain(arm, "cmax_ng_ml") {
            match (parent_bolus, cells::number(tmax)) {
                (false, _) => self.measures.push(Measure { quantity: Quantity::Cmax, observed }),
                (true, Some(at)) if at > 0.0 => {
                    // nobody samples the instant of mixing: the peak is that of the first samples
                    self.assumed.push(format!("peak of a bolus read at its sampled time, {tmax} min"));
                    let at = at / MINUTES_PER_HOUR;
                    self.measures.push(Measure { quantity: Quantity::Concentration { at }, observed });
                }
                _ => self.left_out.push("cmax: a bolus has no peak without the time it was sampled".to_owned()),
            }
        }
        if let Some(mut observed) = self.plain(arm, "tmax_min") {
            if parent_bolus {
                self.left_out.push("tmax: that of a bolus is the first sample's".to_owned());
            } else {
                observed += self.last_spray(arm);
                self.measures.push(Measure { quantity: Quantity::Tmax, observed });
            }
        }
        self.area(arm);
        self.left_out.extend(arm.unread.iter().cloned());
        for [minutes, observed] in &arm.points {
            if *minutes > LATEST_MIN {
                self.left_out.push(format!("point at {minutes} min: later than the 60 d that can be simulated"));
            } else if *observed > 0.0 && *minutes > 0.0 {
                let at = minutes / MINUTES_PER_HOUR;
                self.measures.push(Measure { quantity: Quantity::Concentration { at }, observed: *observed });
            } else {
                self.left_out.push(format!("point at {minutes} min: {observed} ng/mL has no ratio"));
            }
        }
    }

    /// A positive number of a cell; anything else that is written there is left out with its reason.
    fn plain(&mut self, arm: &Arm, column: &str) -> Option<f64> {
        let cell = arm.cell(column);
        let value = cells::number(cell).filter(|v| *v > 0.0);
        if value.is_none() && !cell.is_empty() {
            self.left_out.push(format!("{column}: \"{cell}\" is not a plain positive number"));
        }
        value
    }

    fn area(&mut self, arm: &Arm) {
        let Some(observed) = self.plain(arm, "auc_ng_h_ml") else { return };
        let column = |name: &str| cells::number(arm.cell(name));
        let interval = match (column("auc_from_h"), column("auc_to_h")) {
            (from, Some(to)) if to > from.unwrap_or(0.0) => Some((from.unwrap_or(0.0), Some(to))),
            _ => cells::interval(arm.cell("auc_kind")),
        };
        match interval {
            Some((from, to)) => self.measures.push(Measure { quantity: Quantity::Auc { from, to }, observed }),
            None => self.left_out.push(format!("auc: its interval is \"{}\"", arm.cell("auc_kind"))),
        }
    }

    /// Minutes from the first to the last spray, where the table counts from the last.
    fn last_spray(&mut self, arm: &Arm) -> f64 {
        let counts = |cell: &str| {
            let said = cells::words(cell);
            said.windows(2).any(|w| w[0].word == "last" && w[1].word == "spray" && !w[0].denied)
        };
        let said = ["tmax_range", "notes", "other"].iter().any(|c| counts(arm.cell(c)));
        let between = |d: &Dose| {
            let sprays = d.sprays.unwrap_or(1).saturating_sub(1) as f64;
            sprays * d.spray_every.map_or(0.0, Time::minutes)
        };
        let offset = if said { self.doses.iter().map(between).fold(0.0, f64::max) } else { 0.0 };
        if offset > 0.0 {
            self.assumed.push(format!("time of peak counts from the last spray: {offset} min added"));
        }
        offset
    }
}

/// The drug that is simulated, what is read, and the share of the amount that is this drug.
fn drug_and_analyte(arm: &Arm, assumed: &mut Vec<String>) -> Reason<(String, String, f64)> {
    let (drug, analyte) = (arm.cell("drug").to_lowercase(), arm.cell("analyte").to_lowercase());
    let racemic = match drug.as_str() {
        "racemic" | "ketamine" | "racemate" | "racemic ketamine" => true,
        "esketamine" | "s-ketamine" => false,
        _ => return Err(format!("drug \"{}\" is not simulated", arm.cell("drug"))),
    };
    let Some((_, of_racemate, of_s)) = ANALYTES.iter().find(|(word, ..)| *word == analyte) else {
        return Err(format!("analyte \"{}\" is not simulated", arm.cell("analyte")));
    };
    match (racemic, of_racemate, of_s) {
        (true, Some(analyte), _) => Ok(("ketamine".to_owned(), (*analyte).to_owned(), 1.0)),
        (true, None, Some(analyte)) => {
            assumed.push("S part of a racemate: half of the amount as esketamine, R taken not to change it".to_owned());
            Ok(("esketamine".to_owned(), (*analyte).to_owned(), 0.5))
        }
        (false, _, Some(analyte)) => Ok(("esketamine".to_owned(), (*analyte).to_owned(), 1.0)),
        _ => Err(format!("analyte \"{}\" is not simulated", arm.cell("analyte"))),
    }
}

fn doses(arm: &Arm, route: Route, part: f64, assumed: &mut Vec<String>) -> Reason<Vec<Dose>> {
    let form = form(arm, assumed)?;
    if route == Route::Iv
        && let Some(steps) = stepped(arm, part, form)?
    {
        return Ok(steps);
    }
    let minutes = time_cell(arm, "duration_min")?;
    let amount = amount(arm, minutes)?;
    let amount = match amount {
        DoseAmount::Fixed(mg) => DoseAmount::Fixed(crate::units::Amount::from_mg(mg.mg() * part)),
        DoseAmount::PerKg(mg) => DoseAmount::PerKg(mg * part),
    };
    let mut dose = Dose { form, ..Dose::new(route, amount) };
    match route {
        Route::Iv => dose.duration = infusion(arm, minutes)?,
        Route::Sl => hold(arm, &mut dose, assumed)?,
        Route::In => sprays(arm, &mut dose, assumed)?,
        Route::Im | Route::Po => {}
    }
    Ok(vec![dose])
}

fn form(arm: &Arm, assumed: &mut Vec<String>) -> Reason<Form> {
    let said = arm.cell("dose_as").to_lowercase();
    match said.as_str() {
        "base" => Ok(Form::Base),
        "hcl" | "hydrochloride" | "salt" => Ok(Form::Hydrochloride),
        "" | "unstated" | "not stated" => {
            assumed.push("salt or base not stated: base taken".to_owned());
            Ok(Form::Base)
        }
        _ => Err(format!("dose_as \"{}\" is neither base nor hydrochloride", arm.cell("dose_as"))),
    }
}

/// An infusion in equal steps of rising rate, as the cell `other` tells it.
fn stepped(arm: &Arm, part: f64, form: Form) -> Reason<Option<Vec<Dose>>> {
    let Some((minutes, rates, unit)) = cells::steps(arm.cell("other")) else { return Ok(None) };
    let steps: Vec<Dose> = rates
        .iter()
        .enumerate()
        .map(|(i, rate)| {
            let amount = per_time(*rate * part, &unit, minutes)?;
            let start = Time::from_minutes(minutes * i as f64);
            Ok(Dose { time: start, duration: Some(Time::from_minutes(minutes)), form, ..Dose::new(Route::Iv, amount) })
        })
        .collect::<Reason<_>>()?;
    Ok(Some(steps))
}

/// The amount of a rate over a time.
fn per_time(rate: f64, unit: &str, minutes: f64) -> Reason<DoseAmount> {
    let (mass, time) = unit.rsplit_once('/').ok_or_else(|| format!("dose unit \"{unit}\" is not known"))?;
    let times = match time {
        "h" => minutes / MINUTES_PER_HOUR,
        "min" => minutes,
        _ => return Err(format!("dose unit \"{unit}\" is not known")),
    };
    format!("{} {mass}", rate * times).parse().map_err(|_| format!("dose unit \"{unit}\" is not known"))
}

fn amount(arm: &Arm, minutes: Option<f64>) -> Reason<DoseAmount> {
    let (value, unit) = (arm.cell("dose_value"), arm.cell("dose_unit"));
    if value.is_empty() {
        return Err("no dose".to_owned());
    }
    let number = cells::number(value).filter(|v| *v > 0.0);
    let Some(number) = number else { return Err(format!("dose \"{value} {unit}\" is not one number")) };
    // two code points look the same: the sign for micro and the Greek letter
    let unit = unit.replace(['µ', 'μ'], "u").replace("ug", "mcg");
    if unit.ends_with("/h") || unit.ends_with("/min") {
        let minutes = minutes.ok_or_else(|| format!("a rate of {value} {unit} without a duration"))?;
        return per_time(number, &unit, minutes);
    }
    format!("{number} {unit}").parse().map_err(|_| format!("dose unit \"{unit}\" is not known"))
}

/// Length of an infusion, none for a bolus.
fn infusion(arm: &Arm, minutes: Option<f64>) -> Reason<Option<Time>> {
    let said = |word: &str| cells::says(arm.cell("route"), word);
    match minutes.filter(|m| *m > 0.0) {
        Some(minutes) => Ok(Some(Time::from_minutes(minutes))),
        None if said("bolus") => Ok(None),
        None if said("infusion") => Err("an infusion without its duration".to_owned()),
        None => Err(format!("route \"{}\": bolus or infusion is not stated", arm.cell("route"))),
    }
}

/// A cell that holds a length of time in minutes, or nothing.
fn time_cell(arm: &Arm, column: &str) -> Reason<Option<f64>> {
    let cell = arm.cell(column);
    if cell.is_empty() {
        return Ok(None);
    }
    cells::minutes(cell).filter(|m| *m >= 0.0).map(Some).ok_or_else(|| format!("{column} \"{cell}\" is not one time"))
}

fn hold(arm: &Arm, dose: &mut Dose, assumed: &mut Vec<String>) -> Reason<()> {
    let (after, told) = rest(arm.cell("swallowed_or_spat"))?;
    let minutes = time_cell(arm, "hold_min")?.or(told);
    dose.hold = minutes.filter(|m| *m > 0.0).map(Time::from_minutes);
    if dose.hold.is_none() {
        assumed.push("hold not stated: the model's own, then swallowed".to_owned());
    }
    dose.after = Some(after);
    Ok(())
}

/// What a cell says of the rest, and minutes of holding if it tells them: "swallowed", "spat out", "not spat out",
/// "no swallowing for 10 min, then swallowed". Nothing said is swallowed.
fn rest(cell: &str) -> Reason<(AfterHold, Option<f64>)> {
    let unread = || format!("swallowed_or_spat \"{cell}\" is not understood");
    let (mut after, mut held) = (None, None);
    let low = cell.to_lowercase().replace(" then ", ", ");
    for clause in low.split([',', ';']).map(str::trim).filter(|c| !c.is_empty()) {
        let said = cells::words(clause);
        let time = said.windows(2).find(|w| w[1].word.starts_with("min")).and_then(|w| cells::number(&w[0].word));
        let mut outcome = None;
        for word in &said {
            let meant = match word.word.as_str() {
                "swallow" | "swallowed" | "swallowing" => AfterHold::Swallow,
                "spat" | "spit" | "spitting" | "expectorated" | "discarded" => AfterHold::Spit,
                "out" | "for" | "after" | "then" | "min" | "minutes" | "held" | "and" | "rest" | "the" | "was" => {
                    continue;
                }
                other if cells::number(other).is_some() => continue,
                _ => return Err(unread()),
            };
            let meant = match (meant, word.denied) {
                (AfterHold::Swallow, true) => AfterHold::Spit,
                (AfterHold::Spit, true) => AfterHold::Swallow,
                (as_said, false) => as_said,
            };
            outcome = Some(meant);
        }
        // "no swallowing for 10 min" tells how long it is held, not what becomes of it
        let holding = time.is_some() && said.iter().any(|w| w.denied);
        held = held.or(time);
        if !holding && let Some(outcome) = outcome {
            if after.is_some_and(|known| known != outcome) {
                return Err(unread());
            }
            after = Some(outcome);
        }
    }
    Ok((after.unwrap_or(AfterHold::Swallow), held))
}

fn sprays(arm: &Arm, dose: &mut Dose, assumed: &mut Vec<String>) -> Reason<()> {
    let cell = arm.cell("sprays");
    if !cell.is_empty() {
        let count = cell.parse().ok().filter(|n| (1..=crate::regimen::MOST_SPRAYS).contains(n));
        dose.sprays = Some(count.ok_or_else(|| format!("sprays \"{cell}\" is not a count"))?);
    }
    dose.spray_every = time_cell(arm, "spray_every_min")?.map(Time::from_minutes);
    if dose.sprays.is_none() {
        assumed.push("sprays not stated: counted by the product".to_owned());
    }
    Ok(())
}

/// Where blood was drawn, when one place is stated.
fn site(arm: &Arm, assumed: &mut Vec<String>) -> Reason<Option<Site>> {
    let said = if arm.cell("site").is_empty() { arm.cell("matrix") } else { arm.cell("site") };
    let (arterial, venous) = (cells::says(said, "arterial"), cells::says(said, "venous"));
    if cells::denies(said, "arterial") || cells::denies(said, "venous") {
        return Err(format!("matrix \"{said}\" says where blood was not drawn"));
    }
    if cells::says(said, "blood") && !cells::says(said, "plasma") && arm.cell("site").is_empty() {
        return Err(format!("matrix \"{said}\" is not plasma"));
    }
    Ok(match (arterial, venous) {
        (true, false) => Some(Site::Arterial),
        (false, true) => Some(Site::Venous),
        (true, true) => return Err(format!("matrix \"{said}\": which of the two is not stated")),
        (false, false) => {
            assumed.push("site not stated: the model's own site".to_owned());
            None
        }
    })
}
