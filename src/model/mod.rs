//! A published model: checked, immutable, with the source and grade of every number.

mod bounds;
mod check;
pub mod expr;
mod file;
pub(crate) mod formulas;
mod individual;

pub use check::parse_model;
pub use file::{CheckedQuantity, Covariate, Distribution, Grade, Site, VariabilityLevel};
pub(crate) use file::{Ordered, SourceFile};
pub use individual::Individual;
pub(crate) use individual::by_effects;

use crate::portable::Portable as _;
use crate::regimen::{AfterHold, Dose, Form, Route};
use crate::units::{Age, Amount, Dim, Time, Weight, exceeds};
use bounds::Bounds;
use expr::Expr;
use formulas::Formulas;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// A model file that passed every check.
#[derive(Debug, Clone)]
pub struct Model {
    /// Name in files and links.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// What it is and is not, a short paragraph.
    pub about: String,
    /// The drug it describes, which is also its parent analyte.
    pub drug: String,
    /// Where the plasma was drawn that it was estimated from.
    pub estimated_from: Site,
    /// How the site is known, when it is not simply what the source says.
    pub site_grade: Option<Grade>,
    /// Whether it was put together from several sources.
    pub composite: bool,
    /// Name of its disposition; models that share one count once in a spread between models.
    pub disposition: String,
    /// Routes for which it is taken when a scenario names no model.
    pub default_for: Vec<Route>,
    /// Sources by key, in the order of the file.
    pub sources: Vec<Source>,
    /// Who was studied, in a sentence.
    pub population: String,
    /// The same in a few words; `None` where the file has none.
    pub group: Option<String>,
    /// Number of people who were studied; `None` where the source does not say.
    pub n: Option<u32>,
    /// Range of body weight that was studied.
    pub weight: Option<[Weight; 2]>,
    /// Range of age that was studied.
    pub age: Option<[Age; 2]>,
    /// Where these limits come from, when not from the source.
    pub limits_note: Option<String>,
    /// What the source lacks or was not found.
    pub missing: Vec<String>,
    /// Why the set cannot be simulated; it has no ways in and no read-outs then.
    pub incomplete: Option<String>,
    /// Figures that the source prints and no curve uses.
    pub reported: Vec<Parameter>,
    /// Parameters, in the order of the file.
    pub parameters: Vec<Parameter>,
    /// Formulas, each after those it uses.
    pub derived: Vec<Derived>,
    /// How weight, age, sex and ancestry change parameters.
    pub effects: Vec<Effect>,
    /// Spread between people or occasions.
    pub spreads: Vec<Spread>,
    /// Correlations between the random effects of two parameters.
    pub correlations: Vec<Correlation>,
    /// Residual error of each analyte, where the source gives it.
    pub residuals: Vec<Residual>,
    /// Compartments and sinks, short-hands lowered.
    pub compartments: Vec<Compartment>,
    /// Flows between compartments, first order.
    pub flows: Vec<Flow>,
    /// Ways in, by route.
    pub routes: BTreeMap<Route, RouteModel>,
    /// What can be read out.
    pub outputs: Vec<Output>,
    /// Where a single line would claim too much.
    pub ranges: Vec<Range>,
    /// Figures that the source prints and the file must reproduce.
    pub checkpoints: Vec<Checkpoint>,
    /// Conditions whose measured change the mechanism reproduces.
    pub conditions: Vec<ConditionRule>,
    /// Parameters and derived parameters compiled, once they are asked for.
    formulas: OnceLock<Arc<Formulas>>,
    /// Bounds of a subject's values, once they are asked for.
    bounds: OnceLock<Arc<Bounds>>,
}

/// A citation.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Key used by parameters.
    pub key: String,
    /// Authors, title, journal, year and pages.
    pub citation: String,
    /// DOI without its prefix; `None` where the source has none.
    pub doi: Option<String>,
    /// PubMed number; `None` where it is not in PubMed.
    pub pmid: Option<String>,
    /// Where the numbers were read, when not in the source itself.
    pub read_in: Option<String>,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.citation)?;
        if let Some(doi) = &self.doi {
            write!(f, " doi:{doi}")?;
        }
        if let Some(read_in) = &self.read_in {
            write!(f, " (read in {read_in})")?;
        }
        Ok(())
    }
}

/// A number with unit, source and grade.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Symbol, for example `CL`.
    pub name: String,
    /// Value as the file writes it, with its unit.
    pub text: String,
    /// Value in canonical units: h, mg, L, mg/L, kg, y.
    pub value: f64,
    /// Dimension of the value.
    pub dim: Dim,
    /// Key of its source.
    pub source: String,
    /// How it was come by.
    pub grade: Grade,
    /// How uncertain the estimate is, where the source or our fit says.
    pub uncertainty: Option<Uncertainty>,
    /// Remark of the file; `None` where it has none.
    pub note: Option<String>,
}

/// Doubt about an estimate; not the spread between people.
#[derive(Debug, Clone, PartialEq)]
pub enum Uncertainty {
    /// Standard error.
    Se {
        /// Value in canonical units: h, mg, L, mg/L, kg, y.
        value: f64,
        /// As written.
        text: String,
    },
    /// Interval of the estimate.
    Interval {
        /// Level in percent.
        level: u8,
        /// In canonical units.
        ends: [f64; 2],
        /// As written.
        text: [String; 2],
    },
}

impl Uncertainty {
    /// "standard error 0.012", "95 % interval 0.02 to 0.04 1/min".
    pub fn words(&self) -> String {
        match self {
            Self::Se { text, .. } => format!("standard error {text}"),
            Self::Interval { level, text: [low, high], .. } => format!("{level} % interval {low} to {high}"),
        }
    }
}

/// A formula over parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    /// Symbol, for example `CL`.
    pub name: String,
    /// Formula over parameters, formulas above it and covariates.
    pub formula: Expr,
    /// Unit of its value, as the file writes it.
    pub unit: String,
    /// Dimension, equal to the unit's.
    pub dim: Dim,
    /// Worst grade of what it uses.
    pub grade: Grade,
    /// Remark of the file; `None` where it has none.
    pub note: Option<String>,
}

/// How a covariate changes parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Parameters it acts on.
    pub on: Vec<String>,
    /// What it goes by.
    pub by: Covariate,
    /// How the covariate enters, with its coefficients.
    pub form: EffectForm,
    /// Key of its source.
    pub source: String,
    /// How it was come by.
    pub grade: Grade,
    /// Remark of the file; `None` where it has none.
    pub note: Option<String>,
}

impl Effect {
    /// Whether it acts on a parameter.
    pub fn acts_on(&self, parameter: &str) -> bool {
        self.on.iter().any(|on| on == parameter)
    }
}

/// Form of a covariate effect. Factors multiply first, slopes are added afterwards.
#[derive(Debug, Clone, PartialEq)]
pub enum EffectForm {
    /// times (covariate / reference)^power
    Power {
        /// Reference value in canonical units.
        reference: f64,
        /// Exponent.
        power: f64,
    },
    /// plus slope x (covariate - reference)
    Linear {
        /// Reference value.
        reference: f64,
        /// Slope in canonical units.
        slope: f64,
    },
    /// plus slope x how far the covariate lies above the hinge
    Hinge {
        /// Where it begins.
        above: f64,
        /// Slope in canonical units.
        slope: f64,
    },
    /// times a factor for some categories
    Category {
        /// Categories it applies to.
        is: Vec<String>,
        /// Factor.
        times: f64,
    },
}

impl Effect {
    /// In words: "x (weight / 70 kg)^0.75".
    pub fn words(&self) -> String {
        use crate::units::number;
        let by = self.by.word();
        let unit = match self.by {
            Covariate::Weight => "kg",
            Covariate::Age => "y",
            Covariate::Sex | Covariate::Ancestry => "",
        };
        match &self.form {
            EffectForm::Power { reference, power } => {
                format!("x ({by} / {} {unit})^{}", number(*reference), number(*power))
            }
            EffectForm::Linear { reference, slope } => {
                format!("{:+} per {unit} of {by} from {} {unit}", slope, number(*reference))
            }
            EffectForm::Hinge { above, slope } => {
                format!("{:+} per {unit} of {by} above {} {unit}", slope, number(*above))
            }
            EffectForm::Category { is, times } => format!("x {} where {by} is {}", number(*times), is.join(" or ")),
        }
    }
}

/// Figure in which a spread is given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SpreadFigure {
    /// Coefficient of variation, as a fraction.
    Cv(f64),
    /// Standard deviation on the transformed scale.
    Omega(f64),
    /// Variance on the transformed scale.
    OmegaSquared(f64),
}

/// Spread of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Symbol of the parameter that varies.
    pub name: String,
    /// Scale on which the random effect is normal.
    pub distribution: Distribution,
    /// Figure as the source gives it.
    pub figure: SpreadFigure,
    /// Between people or occasions.
    pub between: VariabilityLevel,
    /// Key of its source.
    pub source: String,
    /// How it was come by.
    pub grade: Grade,
    /// Remark of the file; `None` where it has none.
    pub note: Option<String>,
}

impl Spread {
    /// Standard deviation on the log or logit scale. A log-normal CV is turned by sqrt(ln(1 + CV^2)).
    pub fn omega(&self) -> f64 {
        match self.figure {
            SpreadFigure::Cv(cv) => (cv * cv).ln_1p_portable().sqrt(),
            SpreadFigure::Omega(omega) => omega,
            SpreadFigure::OmegaSquared(variance) => variance.sqrt(),
        }
    }

    /// In words: "CV 20 % (log-normal, between people)".
    pub fn words(&self) -> String {
        use crate::units::number;
        let figure = match self.figure {
            SpreadFigure::Cv(cv) => format!("CV {} %", number(cv * 100.0)),
            SpreadFigure::Omega(omega) => format!("omega {}", number(omega)),
            SpreadFigure::OmegaSquared(variance) => format!("omega squared {}", number(variance)),
        };
        let scale = match self.distribution {
            Distribution::LogNormal => "log-normal",
            Distribution::LogitNormal => "logit-normal",
        };
        let between = match self.between {
            VariabilityLevel::People => "between people",
            VariabilityLevel::Occasions => "between occasions",
        };
        format!("{figure} ({scale}, {between})")
    }
}

/// Correlation between two spreads.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// Symbols of the two parameters.
    pub between: [String; 2],
    /// Correlation coefficient on the transformed scale.
    pub r: f64,
    /// Key of its source.
    pub source: String,
    /// How it was come by.
    pub grade: Grade,
}

/// Residual error of an analyte.
#[derive(Debug, Clone, PartialEq)]
pub struct Residual {
    /// Drug or metabolite, by its id.
    pub analyte: String,
    /// Proportional part, SD as a fraction of the prediction; `None` where there is none.
    pub proportional: Option<f64>,
    /// Additive part, SD in mg/L; `None` where there is none.
    pub additive: Option<f64>,
    /// Key of its source.
    pub source: String,
    /// How it was come by.
    pub grade: Grade,
    /// Remark of the file; `None` where it has none.
    pub note: Option<String>,
}

/// A place that holds an amount.
#[derive(Debug, Clone, PartialEq)]
pub struct Compartment {
    /// Name of the compartment, as flows and read-outs use it.
    pub name: String,
    /// Drug or metabolite that it holds.
    pub holds: String,
    /// Volume, where a concentration or a clearance needs it.
    pub volume: Option<Expr>,
    /// Whether it is an ordinary compartment, a mouth or a sink.
    pub kind: CompartmentKind,
}

/// What a compartment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompartmentKind {
    /// Drug comes and goes.
    Ordinary,
    /// One for every dose that is held at the same time.
    Mouth,
    /// Drug ends here.
    Sink,
}

/// Drug leaving a compartment.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// Index of the compartment it leaves.
    pub from: usize,
    /// First-order rate, or clearance over volume.
    pub pace: Pace,
    /// Where it goes; shares add up to one.
    pub split: Vec<Split>,
}

/// How fast drug leaves.
#[derive(Debug, Clone, PartialEq)]
pub enum Pace {
    /// First-order rate, 1/h.
    Rate(Expr),
    /// Clearance, divided by the compartment's volume.
    Clearance(Expr),
    /// Saturable elimination (Michaelis and Menten): Vmax C / (Km + C), C the concentration in the compartment.
    Saturable {
        /// The fastest that drug can leave, mg/h.
        vmax: Expr,
        /// The concentration at which half of that leaves, mg/L.
        km: Expr,
    },
}

impl Pace {
    /// The formulas in it.
    pub fn formulas(&self) -> Vec<&Expr> {
        match self {
            Self::Rate(formula) | Self::Clearance(formula) => vec![formula],
            Self::Saturable { vmax, km } => vec![vmax, km],
        }
    }
}

/// One destination of a flow.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// Index of the compartment it enters.
    pub into: usize,
    /// Share of the flow; `None` is the rest.
    pub share: Option<Expr>,
    /// Mass of the new analyte per mass that left; 1 when absent.
    pub yields: Option<Expr>,
    /// An apparent yield, which may exceed what mass allows.
    pub apparent: bool,
}

/// How drug enters by one route.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteModel {
    /// Parallel absorption pathways, each with its share of the dose.
    pub ways: Vec<Way>,
    /// Holding in the mouth, where the route has it.
    pub hold: Option<Hold>,
    /// Time after which the count of sprays starts again, where the route has sprays.
    pub sprays_restart: Option<Expr>,
    /// What is assumed, in one line.
    pub assumption: String,
    /// Doses that were studied.
    pub studied: Option<[Amount; 2]>,
}

/// One way in.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// Index of the compartment it enters.
    pub into: usize,
    /// Share of the dose; `None` is the rest.
    pub share: Option<Expr>,
    /// Share of second and later sprays, where it differs.
    pub share_later: Option<Expr>,
    /// Lag time, h; `None` where absorption begins at once.
    pub lag: Option<Expr>,
    /// Length of a zero-order input, h; `None` where the dose enters at once.
    pub duration: Option<Expr>,
}

impl Way {
    /// Share of a first dose or of a later spray; `None` is the rest.
    pub fn share_of(&self, later: bool) -> Option<&Expr> {
        self.share_later.as_ref().filter(|_| later).or(self.share.as_ref())
    }
}

/// Holding in the mouth.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    /// Index of the mouth compartment.
    pub mouth: usize,
    /// Time it is held when the dose does not say.
    pub default: Expr,
    /// What is done with the rest when the dose does not say.
    pub default_after: AfterHold,
    /// Where the rest goes when swallowed.
    pub swallow: usize,
    /// Where the rest goes when spat out.
    pub spit: usize,
    /// Longest hold that was studied.
    pub studied: Option<Time>,
}

/// A read-out.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Drug or metabolite, by its id.
    pub analyte: String,
    /// Plasma site, or the effect site.
    pub site: Site,
    /// Which compartment it reads, or which read-out it follows with a delay.
    pub reads: Reading,
    /// For which doses it holds; `None` for all.
    pub only: Option<Only>,
    /// Remark of the file; `None` where it has none.
    pub note: Option<String>,
}

/// What a read-out reads.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// Amount over volume of a compartment.
    Compartment(usize),
    /// First-order delay behind another read-out of the same analyte.
    Delay {
        /// Index of the read-out it follows.
        of: usize,
        /// Rate, 1/h.
        rate: Expr,
        /// Share that passes without delay.
        shunt: Option<Expr>,
    },
}

/// Doses for which a read-out holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Only {
    /// Routes by which every dose must be given.
    pub routes: Vec<Route>,
    /// Shortest infusion for which it holds; `None` where length does not matter.
    pub infusion_at_least: Option<Time>,
}

/// Two ends between which the truth may lie, where one line would claim too much.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// Route of the dose for which the range holds.
    pub route: Route,
    /// Drawn when a single dose by this route exceeds this.
    pub above: Option<Amount>,
    /// Drawn only where the rest of a dose in the mouth is swallowed, or only where it is spat out.
    pub after: Option<AfterHold>,
    /// End with the lower exposure.
    pub low: RangeEnd,
    /// End with the higher exposure.
    pub high: RangeEnd,
    /// Why one line would claim too much.
    pub note: String,
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq)]
pub struct RangeEnd {
    /// What it stands for.
    pub label: String,
    /// Parameters to replace, by formulas over the others and over `dose`, the single dose that is meant.
    pub set: BTreeMap<String, Expr>,
}

/// The name by which the formulas of a range mean the single dose.
pub(crate) const DOSE: &str = "dose";

impl Range {
    /// Whether its ends lie farther apart the larger the dose.
    pub fn follows_dose(&self) -> bool {
        [&self.low, &self.high].iter().any(|end| end.set.values().any(|formula| formula.names().contains(&DOSE)))
    }
}

impl RangeEnd {
    /// Its parameters for a single dose, mg base.
    pub fn set_of(&self, dose_mg: f64) -> BTreeMap<String, Expr> {
        self.set.iter().map(|(name, formula)| (name.clone(), formula.with(DOSE, dose_mg))).collect()
    }
}

/// What a condition does to the mechanism.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionRule {
    /// Condition, as the library names it.
    pub id: String,
    /// Routes on which the change was measured and is reproduced.
    pub routes: Vec<Route>,
    /// Parameters to replace, by formulas over the others.
    pub set: BTreeMap<String, Expr>,
    /// What is taken for granted.
    pub note: String,
}

/// A figure that the source prints.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Where it is printed.
    pub from: String,
    /// Body weight, when it matters.
    pub weight: Option<Weight>,
    /// Doses that are simulated.
    pub doses: Vec<Dose>,
    /// Drug or metabolite, by its id.
    pub analyte: String,
    /// Which figure of the simulation is compared with the printed one.
    pub quantity: CheckedQuantity,
    /// End of a truncated AUC; `None` for the area to infinity, and for other figures.
    pub auc_to: Option<Time>,
    /// Time of a concentration; `None` for other figures.
    pub at: Option<Time>,
    /// Printed value in canonical units (mg/L, h, mg h/L, L/h, or a fraction).
    pub expect: f64,
    /// Allowed relative difference, as a fraction.
    pub within: f64,
    /// Why it is known not to agree.
    pub known_discrepancy: Option<String>,
}

impl Site {
    /// "arterial plasma" and so on, for axes.
    pub fn words(self) -> &'static str {
        match self {
            Self::Arterial => "arterial plasma",
            Self::Venous => "venous plasma",
            Self::Mixed => "plasma, arterial and venous data mixed",
            Self::Unstated => "plasma, sampling site not stated",
            Self::Effect => "effect site",
        }
    }

    /// As written in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::Arterial => "arterial",
            Self::Venous => "venous",
            Self::Mixed => "mixed",
            Self::Unstated => "unstated",
            Self::Effect => "effect",
        }
    }
}

impl Covariate {
    /// "weight" and so on, as in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Weight => "weight",
            Self::Age => "age",
            Self::Sex => "sex",
            Self::Ancestry => "ancestry",
        }
    }
}

impl Grade {
    /// All grades, from read in the paper to assumed.
    pub const ALL: [Self; 5] = [Self::A, Self::B, Self::C, Self::D, Self::E];

    /// What the letter means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::A => "read in the paper's table or text",
            Self::B => "read in an abstract or a label",
            Self::C => "second hand: a transcription or another program",
            Self::D => "derived for ketasim from named data",
            Self::E => "assumption",
        }
    }

    /// Derived or assumed: shown to the user as such.
    pub fn is_ours(self) -> bool {
        matches!(self, Self::D | Self::E)
    }
}

impl std::fmt::Display for Grade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Model {
    /// Parameters and derived parameters, compiled.
    pub(crate) fn formulas(&self) -> Arc<Formulas> {
        self.formulas.get_or_init(|| Arc::new(Formulas::new(self, &BTreeMap::new()))).clone()
    }

    /// Between which bounds the values of a subject must lie.
    pub(crate) fn bounds(&self) -> Arc<Bounds> {
        self.bounds.get_or_init(|| Arc::new(Bounds::new(self))).clone()
    }

    /// Whether some of it leaves by a saturable process: such a model is solved numerically, and what follows from
    /// proportion to dose (a half-life, a bioavailability, an area to infinity) cannot be had from it.
    pub fn is_saturable(&self) -> bool {
        self.flows.iter().any(|f| matches!(f.pace, Pace::Saturable { .. }))
    }

    /// The read-out of `analyte` at `site`; `None` where the model has none.
    pub fn output(&self, analyte: &str, site: Site) -> Option<&Output> {
        self.outputs.iter().find(|o| o.analyte == analyte && o.site == site)
    }

    /// Sites at which the parent can be read, effect site left out.
    pub fn sites(&self) -> Vec<Site> {
        self.outputs.iter().filter(|o| o.analyte == self.drug && o.site != Site::Effect).map(|o| o.site).collect()
    }

    /// Analytes that can be read at `site`, parent first.
    pub fn analytes(&self, site: Site) -> Vec<&str> {
        let mut list: Vec<&str> = self.outputs.iter().filter(|o| o.site == site).map(|o| o.analyte.as_str()).collect();
        list.sort_by_key(|a| *a != self.drug);
        list
    }

    /// The range that applies to a single dose by `route`, the rest of which is swallowed or spat out where it is held.
    pub fn range(&self, route: Route, dose: Amount, after: Option<AfterHold>) -> Option<&Range> {
        let above = |r: &Range| r.above.is_none_or(|above| exceeds(dose.mg(), above.mg()));
        let held = |r: &Range| r.after.is_none_or(|a| after == Some(a));
        self.ranges.iter().find(|r| r.route == route && above(r) && held(r))
    }

    /// Whether it has these routes and was made for such a person.
    pub fn fits(&self, routes: &[Route], subject: &crate::subject::Subject) -> bool {
        let weight = self.weight.is_none_or(|[low, high]| subject.weight >= low && subject.weight <= high);
        let age = self.age.is_none_or(|[low, high]| subject.age >= low && subject.age <= high);
        weight && age && !self.routes.is_empty() && routes.iter().all(|r| self.routes.contains_key(r))
    }

    /// Rules of the conditions that are on, where they hold on every one of these routes.
    pub fn rules_on<'a>(&'a self, on: &BTreeMap<String, bool>, routes: &[Route]) -> Vec<&'a ConditionRule> {
        let is_on = |r: &&ConditionRule| on.get(&r.id).is_some_and(|on| *on);
        let fits = |r: &&ConditionRule| !routes.is_empty() && routes.iter().all(|x| r.routes.contains(x));
        self.conditions.iter().filter(is_on).filter(fits).collect()
    }

    /// What those rules put in the place of parameters.
    pub fn conditions_on(&self, on: &BTreeMap<String, bool>, routes: &[Route]) -> BTreeMap<String, Expr> {
        self.rules_on(on, routes).into_iter().flat_map(|rule| rule.set.clone()).collect()
    }

    /// The worst grade among its parameters, its covariate effects and its site.
    pub fn worst_grade(&self) -> Grade {
        let effects = self.effects.iter().map(|e| e.grade);
        self.parameters.iter().map(|p| p.grade).chain(effects).chain(self.site_grade).max().unwrap_or(Grade::A)
    }

    /// The source of a key; `None` where the file has no such key.
    pub fn source(&self, key: &str) -> Option<&Source> {
        self.sources.iter().find(|s| s.key == key)
    }

    /// Whether body weight changes anything in this model.
    pub fn uses_weight(&self) -> bool {
        let by_formula = self.derived.iter().any(|d| d.formula.names().contains(&"weight"));
        by_formula || self.effects.iter().any(|e| e.by == Covariate::Weight)
    }
}
