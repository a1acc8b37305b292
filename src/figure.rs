//! What a picture of an outcome shows: data only, no painter, no pixels.
//!
//! One figure is drawn on the screen and into files alike. Different drugs never share a y axis.

mod agreement;
mod course;
mod dots;
mod one;
mod panel;
mod people;
mod references;
mod strip;
mod study;
mod tornado;
mod words;

pub use agreement::{Agreement, AgreementPanel, Mark};
pub use course::{CourseCalendar, CourseDay, CourseMark};
pub use dots::{ArmDots, DotsPlot, MADE_UP, PeopleDots, sentence};
pub use one::of_arm;
use panel::panel;
pub use people::{CountedBar, Ribbon, StripPeople, backed_by};
use references::sources;
pub use references::{RefLine, References, grade_summary};
use strip::strip;
pub use study::{StudyFigure, of_study, studies};
pub use tornado::{TornadoBar, TornadoPlot, measure_words};
pub use words::{doses_in_words, in_words, minutes_in_words, strip_words};
use words::{footer, legend_text};

use crate::library::Library;
use crate::outcome::{ArmOutcome, Curve, Outcome};
use crate::population::PopulationOutcome;
use crate::regimen::Route;
use crate::units::{HOURS_PER_DAY, MINUTES_PER_HOUR, NG_ML_PER_MG_L};

/// How the outcome is looked at; a change never runs a simulation.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct View {
    /// Logarithmic concentrations.
    pub log: bool,
    /// Time in hours instead of minutes.
    pub hours: bool,
    /// Metabolites in panels of their own.
    pub metabolites: bool,
    /// What programmes say, over the strips.
    pub programmes: bool,
    /// Strips under the plot.
    pub strips: bool,
    /// Other models of the same drug and route, thin behind each curve.
    pub models: bool,
    /// Made-up people: ribbons over the curves, graded strips.
    pub people: bool,
    /// How many of them.
    pub sample: usize,
    /// Part of the time axis that is shown, in hours; all when absent.
    pub zoom: Option<[f64; 2]>,
}

impl View {
    /// Shows made-up people or not. One figure shows one kind of not knowing: other models go.
    pub const fn show_people(&mut self, on: bool) {
        self.people = on;
        self.models = self.models && !on;
    }

    /// Shows other models or not; people go.
    pub const fn show_models(&mut self, on: bool) {
        self.models = on;
        self.people = self.people && !on;
    }
}

impl Default for View {
    fn default() -> Self {
        Self {
            log: false,
            hours: false,
            metabolites: false,
            programmes: false,
            strips: true,
            models: false,
            people: false,
            sample: crate::population::USUAL_PEOPLE.size(),
            zoom: None,
        }
    }
}

/// A whole picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Headline.
    pub title: String,
    /// Weight, age and horizon in one line.
    pub subtitle: String,
    /// Shown part of the time axis, hours.
    pub time: [f64; 2],
    /// What times count from: "the first dose" or "time 0".
    pub counted_from: &'static str,
    /// Unit of the time axis.
    pub unit: TimeUnit,
    /// Concentration panels, top to bottom.
    pub panels: Vec<Panel>,
    /// One strip for each arm, on the same time axis.
    pub strips: Vec<Strip>,
    /// What a line or fill stands for, for pictures without a cursor.
    pub legend: Vec<LegendEntry>,
    /// Models, doses, assumptions: what a picture must carry when it travels alone.
    pub footer: Vec<String>,
    /// Whether arms carry letters: there are several.
    pub letters: bool,
    /// The picture in words: arms, doses, peaks and windows.
    pub description: String,
    /// Citations in full of what is shown.
    pub sources: Vec<String>,
}

/// Unit of a time axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
}

/// Axes longer than this (h) are in hours, and in days.
const LONG_H: [f64; 2] = [12.0, 96.0];

impl TimeUnit {
    /// Minutes or, if asked for, hours; a long axis is in hours or days whatever was asked for.
    fn of([from, to]: [f64; 2], hours: bool) -> Self {
        match to - from {
            span if span > LONG_H[1] => Self::Days,
            span if span > LONG_H[0] || hours => Self::Hours,
            _ => Self::Minutes,
        }
    }
}

/// Which arm something belongs to: one colour and one dash everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// Its first route gives the colour.
    pub route: Route,
    /// 0 for the first arm of that route; further ones have another dash.
    pub variant: usize,
    /// Index of the arm in the scenario.
    pub arm: usize,
    /// Whether it is drawn faintly: an earlier edit of an arm that cannot be run as it is now.
    pub faded: bool,
}

/// Concentrations of one drug or of its metabolites.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Says what is plotted and whether R and S are meant.
    pub heading: String,
    /// Axis label with site and unit.
    pub y_label: String,
    /// Logarithmic axis.
    pub log: bool,
    /// Range of the axis, ng/mL.
    pub y: [f64; 2],
    /// Lines.
    pub lines: Vec<Line>,
    /// Fills between two ends.
    pub bands: Vec<Band>,
    /// Spread between people around a line that is their median.
    pub ribbons: Vec<Ribbon>,
    /// What the ribbons are, where there are some.
    pub ribbon_words: Option<String>,
    /// Other models, thin behind.
    pub behind: Vec<Line>,
    /// What of it lies outside what was studied, in words.
    pub outside: Vec<String>,
    /// Whose curve that is, and from when on (h): a wash lies along that part of it alone.
    pub washed: Vec<(Role, f64)>,
    /// Where people were waking from anaesthesia, once it is reached.
    pub caution: Option<CautionBand>,
    /// Measured points of the user.
    pub points: Vec<PointSet>,
    /// Said across the panel when curves of different sites stand side by side.
    pub banner: Option<String>,
}

/// A curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Label at its end.
    pub label: String,
    /// Whose it is.
    pub role: Role,
    /// Times, h.
    pub x: Vec<f64>,
    /// ng/mL.
    pub y: Vec<f64>,
}

/// A fill between two ends, without a centre line.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Label at its end.
    pub label: String,
    /// Whose it is.
    pub role: Role,
    /// Times, h.
    pub x: Vec<f64>,
    /// Low end, ng/mL.
    pub low: Vec<f64>,
    /// High end, ng/mL.
    pub high: Vec<f64>,
}

/// A hatched band that calls for caution.
#[derive(Debug, Clone, PartialEq)]
pub struct CautionBand {
    /// ng/mL.
    pub y: [f64; 2],
    /// What was seen there.
    pub words: String,
}

/// Measured points.
#[derive(Debug, Clone, PartialEq)]
pub struct PointSet {
    /// Label.
    pub label: String,
    /// Analyte, where the file says; points that do not say lie over the first panel.
    pub analyte: Option<String>,
    /// Times in h and ng/mL.
    pub points: Vec<[f64; 2]>,
}

/// When one arm may be noticed, is strongest, fades.
#[derive(Debug, Clone, PartialEq)]
pub struct Strip {
    /// Label.
    pub label: String,
    /// Whose it is.
    pub role: Role,
    /// Start and end of each dose, minutes; equal for one that takes no time.
    pub doses: Vec<[f64; 2]>,
    /// Session by session, in order: nothing is drawn over a gap between two.
    pub sessions: Vec<StripSession>,
    /// What stands beside counted people of the first session, longest first; none where nobody is counted.
    pub words: Vec<String>,
}

/// One session of a strip. All times are minutes from time 0.
#[derive(Debug, Clone, PartialEq)]
pub struct StripSession {
    /// Number and how many there are in all.
    pub number: [usize; 2],
    /// Start of its first dose.
    pub start: f64,
    /// Start of the next session; nothing of this one is drawn from there on.
    pub until: Option<f64>,
    /// What may be noticed, part by part where effects come, go and come again.
    pub parts: Vec<StripPart>,
    /// When the curve is in the range of waking from anaesthesia or above it.
    pub caution: Vec<[f64; 2]>,
    /// Counted people, where they were simulated: their times take the place of those of the parts.
    pub people: Option<StripPeople>,
    /// What programmes say: onset, strongest, end of the experience.
    pub programme: Option<ProgrammeTimes>,
}

/// A part of a session, minutes from time 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StripPart {
    /// From when to when noticing may begin (10th to 90th percentile).
    pub noticing: Option<[f64; 2]>,
    /// Strongest.
    pub strongest: Option<[f64; 2]>,
    /// Main effects fading (10th to 90th percentile). The part fades to nothing, it has no edge.
    pub fading: Option<[f64; 2]>,
}

/// What programmes say of a route, minutes from time 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProgrammeTimes {
    /// First noticed.
    pub onset: [f64; 2],
    /// Strongest.
    pub strongest: [f64; 2],
    /// Experience over.
    pub end: [f64; 2],
}

/// Entry of the legend.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendEntry {
    /// Text.
    pub text: String,
    /// Whose it is.
    pub role: Role,
    /// Fill instead of line.
    pub fill: bool,
}

/// Said on every picture.
pub const EDUCATION_ONLY: &str = "Education only. Not for deciding doses, leaving or driving.";
/// Above the strips, as much of it as fits.
pub const STRIP_NOTE: &str = "main effects fading: not the time you can leave or drive";
/// The rule that no curve shortens.
pub const DRIVING_RULE: &str = "no driving for 24 hours and until after a night's sleep";
/// What follows every strip.
pub const STAFF_DECIDE: &str = "staff decide; no driving";
/// The bar of rules under all strips.
pub const RULE_BAR: &str = "staff decide when you can leave; no driving for 24 hours and until after a night's sleep";

/// Above the panel of a second drug.
const OTHER_DRUG: &str = "another drug and scale: heights cannot be compared";

impl Figure {
    /// The picture of an outcome.
    pub fn new(outcome: &Outcome, view: &View, library: &Library, points: &[PointSet]) -> Self {
        Self::with_crowd(outcome, view, library, points, None)
    }

    /// The picture of an outcome and, where they were simulated, of the people behind it.
    pub fn with_crowd(
        outcome: &Outcome,
        view: &View,
        library: &Library,
        points: &[PointSet],
        sample: Option<&PopulationOutcome>,
    ) -> Self {
        let horizon = outcome.horizon.hours();
        let time = view.zoom.map_or([0.0, horizon], |[a, b]| [a.max(0.0), b.min(horizon)]);
        let roles = roles(&outcome.arms);
        let mut panels = Vec::new();
        for (nth, drug) in outcome.drugs().into_iter().enumerate() {
            let arms: Vec<(&ArmOutcome, Role)> =
                outcome.arms.iter().zip(&roles).filter(|(a, _)| a.drug == drug).map(|(a, r)| (a, *r)).collect();
            let mut parent = panel(&arms, 0, view, (library, sample), time, (points, panels.is_empty()));
            if nth > 0 {
                parent.banner = Some(OTHER_DRUG.to_owned());
            }
            panels.push(parent);
            let most = arms.iter().map(|(a, _)| a.curves.len()).max().unwrap_or(0);
            for k in 1..if view.metabolites { most } else { 1 } {
                panels.push(panel(&arms, k, view, (library, sample), time, (points, false)));
            }
        }
        let letters = outcome.arms.len() > 1;
        let lettered = |label: &str, role: &Role| if letters { role.lettered(label) } else { label.to_owned() };
        let mut strips: Vec<Strip> = if view.strips {
            outcome.arms.iter().zip(&roles).map(|(a, r)| strip(a, *r, view, &library.effects, sample)).collect()
        } else {
            Vec::new()
        };
        strips.iter_mut().for_each(|s| s.label = lettered(&s.label, &s.role));
        let legend = outcome
            .arms
            .iter()
            .zip(&roles)
            .map(|(a, r)| LegendEntry { text: lettered(&legend_text(a, sample), r), role: *r, fill: a.range.is_some() })
            .collect();
        Self {
            title: outcome.title.clone(),
            subtitle: format!(
                "{}, {}, {}; simulated for {}",
                outcome.subject.weight,
                outcome.subject.age,
                outcome.subject.sex.words(),
                outcome.horizon
            ),
            time,
            counted_from: outcome.counted_from(),
            unit: TimeUnit::of(time, view.hours),
            panels,
            strips,
            legend,
            footer: footer(outcome, view, points, sample),
            letters,
            description: in_words(&outcome.arms),
            sources: sources(outcome).into_iter().map(str::to_owned).collect(),
        }
    }

    /// Unit of the time axis.
    pub fn time_unit(&self) -> &'static str {
        match self.unit {
            TimeUnit::Minutes => "min",
            TimeUnit::Hours => "h",
            TimeUnit::Days => "d",
        }
    }

    /// A time in hours as a number of the axis' unit.
    pub fn in_time_unit(&self, hours: f64) -> f64 {
        match self.unit {
            TimeUnit::Minutes => hours * MINUTES_PER_HOUR,
            TimeUnit::Hours => hours,
            TimeUnit::Days => hours / HOURS_PER_DAY,
        }
    }
}

impl Panel {
    /// Value of every line and band at a time, highest first: label, role, low and high.
    pub fn at(&self, hours: f64) -> Vec<(&str, Role, [f64; 2])> {
        let mut list: Vec<(&str, Role, [f64; 2])> = Vec::new();
        for line in &self.lines {
            if let Some(y) = interpolate(&line.x, &line.y, hours) {
                list.push((&line.label, line.role, [y, y]));
            }
        }
        for band in &self.bands {
            let ends = interpolate(&band.x, &band.low, hours).zip(interpolate(&band.x, &band.high, hours));
            if let Some((low, high)) = ends {
                list.push((&band.label, band.role, [low, high]));
            }
        }
        list.sort_by(|a, b| b.2[1].total_cmp(&a.2[1]));
        list
    }
}

impl Panel {
    /// 5th and 95th percentile of an arm's people at a time, ng/mL.
    pub fn people_at(&self, role: Role, hours: f64) -> Option<[f64; 2]> {
        let ribbon = self.ribbons.iter().find(|r| r.role == role)?;
        let after = ribbon.x.partition_point(|t| *t <= hours);
        let (a, b) = (ribbon.outer.get(after.checked_sub(1)?)?, ribbon.outer.get(after));
        let (Some(b), Some(x)) = (b, ribbon.x.get(after)) else { return Some(*a) };
        let part = (hours - ribbon.x[after - 1]) / (x - ribbon.x[after - 1]);
        Some([0, 1].map(|i| a[i] + (b[i] - a[i]) * part))
    }
}

/// Linear between points; at a jump the value after it.
pub fn interpolate(x: &[f64], y: &[f64], at: f64) -> Option<f64> {
    let after = x.partition_point(|&t| t <= at);
    match (after.checked_sub(1), x.get(after)) {
        (Some(i), Some(&next)) => Some(y[i] + (y[i + 1] - y[i]) * (at - x[i]) / (next - x[i])),
        (Some(i), None) if (at - x[i]).abs() < 1e-9 => Some(y[i]),
        _ => None,
    }
}

impl Role {
    /// Its letter, the same wherever the arm stands: A for the first of the scenario.
    pub fn letter(self) -> String {
        const ALPHABET: usize = 26;
        let at = |n: usize| char::from(b'A' + (n % ALPHABET) as u8);
        let first = (self.arm / ALPHABET).checked_sub(1).map(at);
        first.into_iter().chain([at(self.arm)]).collect()
    }

    /// A label after the letter.
    pub fn lettered(self, label: &str) -> String {
        format!("{} {label}", self.letter())
    }

    /// The role of an arm that comes after others: colour by its first route, dash by how many of them share it.
    pub fn after(earlier: impl Iterator<Item = Route>, route: Route, arm: usize) -> Self {
        Self { route, variant: earlier.filter(|r| *r == route).count(), arm, faded: false }
    }
}

/// Role of every arm.
pub fn roles(arms: &[ArmOutcome]) -> Vec<Role> {
    let route = |a: &ArmOutcome| Route::leading(&a.routes);
    let role = |(i, a): (usize, &ArmOutcome)| Role {
        faded: a.faded,
        ..Role::after(arms[..i].iter().map(route), route(a), a.index)
    };
    arms.iter().enumerate().map(role).collect()
}

/// ng/mL of an exposure's peak.
pub fn cmax_ng_ml(curve: &Curve) -> f64 {
    curve.exposure.cmax * NG_ML_PER_MG_L
}
