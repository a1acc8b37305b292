//! What a picture of an outcome shows: data only, no painter and no pixels.
//!
//! One figure is drawn on the screen and into files alike. Different drugs never share a y axis.

mod agreement;
mod course;
mod dots;
mod level;
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
pub use level::{LEVEL_NOTE, LevelWords};
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
use crate::outcome::{ArmAbove, ArmOutcome, Curve, Outcome};
use crate::population::PopulationOutcome;
use crate::regimen::Route;
use crate::scenario::LevelLine;
use crate::units::{HOURS_PER_DAY, MINUTES_PER_HOUR, NG_ML_PER_MG_L};

/// How the outcome is shown. A change of it never runs a simulation.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct View {
    /// Whether concentration axes are logarithmic.
    pub log: bool,
    /// Whether the time axis is in hours instead of minutes.
    pub hours: bool,
    /// Whether metabolites are shown, in panels of their own.
    pub metabolites: bool,
    /// Whether the times that programmes give are shown on the strips.
    pub programmes: bool,
    /// Whether strips are shown under the plot.
    pub strips: bool,
    /// Whether other models of the same drug and route are shown, as thin lines behind each curve.
    pub models: bool,
    /// Whether virtual subjects are shown: ribbons around the curves, graded strips.
    pub people: bool,
    /// Number of virtual subjects. Work that was kept before it had this name still has its number.
    #[serde(alias = "crowd")]
    pub sample: usize,
    /// Part of the time axis that is shown, h. `None` shows all of it.
    pub zoom: Option<[f64; 2]>,
}

impl View {
    /// Shows or hides virtual subjects. A figure shows only one kind of uncertainty, so other models are hidden.
    pub const fn show_people(&mut self, on: bool) {
        self.people = on;
        self.models = self.models && !on;
    }

    /// Shows or hides other models. Virtual subjects are hidden.
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
    /// Title of the figure.
    pub title: String,
    /// Weight, age and horizon in one line.
    pub subtitle: String,
    /// Part of the time axis that is shown, h.
    pub time: [f64; 2],
    /// What times are counted from: "the first dose" or "time 0".
    pub counted_from: &'static str,
    /// Unit of the time axis.
    pub unit: TimeUnit,
    /// Concentration panels, top to bottom.
    pub panels: Vec<Panel>,
    /// One strip for each arm, on the same time axis.
    pub strips: Vec<Strip>,
    /// What each line or fill stands for, for pictures without a cursor.
    pub legend: Vec<LegendEntry>,
    /// Models, doses and assumptions, which a picture used on its own must carry.
    pub footer: Vec<String>,
    /// Whether arms carry letters. They do when there are several.
    pub letters: bool,
    /// The level line in sentences, and how long each arm is at or above it. Empty where there is none.
    pub level: Vec<String>,
    /// The same as numbers, one for each arm. Empty where there is none.
    pub above: Vec<ArmAbove>,
    /// The picture in words: arms, doses, peaks, windows and times above the level line.
    pub description: String,
    /// Full citations of the sources of what is shown.
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

/// Axes longer than the first value (h) are in hours, and longer than the second in days.
const LONG_H: [f64; 2] = [12.0, 96.0];

impl TimeUnit {
    /// Unit for a time axis: minutes, or hours if asked for. A long axis is in hours or days whatever was asked for.
    fn of([from, to]: [f64; 2], hours: bool) -> Self {
        match to - from {
            span if span > LONG_H[1] => Self::Days,
            span if span > LONG_H[0] || hours => Self::Hours,
            _ => Self::Minutes,
        }
    }
}

/// The identity of an arm in a picture: it has the same colour and dash everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// First route of the arm, which gives the colour.
    pub route: Route,
    /// Number among the arms with this route, from 0. It gives the dash.
    pub variant: usize,
    /// Index of the arm in the scenario.
    pub arm: usize,
    /// Whether it is drawn in a pale colour: an earlier state of an arm that cannot be run as it is now.
    pub faded: bool,
}

/// Concentrations of one drug or of its metabolites.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What is plotted, and whether R- and S-enantiomer are meant.
    pub heading: String,
    /// Label of the concentration axis with site and unit.
    pub y_label: String,
    /// Whether the concentration axis is logarithmic.
    pub log: bool,
    /// Range of the axis, ng/mL.
    pub y: [f64; 2],
    /// Curves of single values.
    pub lines: Vec<Line>,
    /// Ranges, as fills between two ends.
    pub bands: Vec<Band>,
    /// Between-subject variability, around a line that is the median.
    pub ribbons: Vec<Ribbon>,
    /// What the ribbons show. `None` where there are none.
    pub ribbon_words: Option<String>,
    /// Curves of other models, thin and behind the arms.
    pub behind: Vec<Line>,
    /// What lies outside the studied range, in words.
    pub outside: Vec<String>,
    /// The arms that lie outside the studied range, each from a time on (h). A wash is drawn along that part of the
    /// curve alone.
    pub washed: Vec<(Role, f64)>,
    /// Concentrations at which people were waking from anaesthesia. `None` where no curve reaches them.
    pub caution: Option<CautionBand>,
    /// Points measured by the user.
    pub points: Vec<PointSet>,
    /// The level line, ng/mL. `None` where there is none, and in panels of metabolites.
    pub level: Option<f64>,
    /// Note across the panel where curves of different sites stand side by side. `None` otherwise.
    pub banner: Option<String>,
}

/// A curve over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Label at the end of the curve.
    pub label: String,
    /// Arm of the curve.
    pub role: Role,
    /// Times, h.
    pub x: Vec<f64>,
    /// Concentrations, ng/mL.
    pub y: Vec<f64>,
}

/// A range between two ends, without a centre line.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Label at the end of the range.
    pub label: String,
    /// Arm of the range.
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
    /// Low and high end, ng/mL.
    pub y: [f64; 2],
    /// What was observed at these concentrations.
    pub words: String,
}

/// A set of measured points with one label.
#[derive(Debug, Clone, PartialEq)]
pub struct PointSet {
    /// Label of the set.
    pub label: String,
    /// Analyte of the points, by id. `None` where the file does not state it; such points are drawn in the first panel.
    pub analyte: Option<String>,
    /// Time (h) and concentration (ng/mL) of each point.
    pub points: Vec<[f64; 2]>,
}

/// Effects of one arm over time: when they may be noticed, are strongest and fade.
#[derive(Debug, Clone, PartialEq)]
pub struct Strip {
    /// Label of the arm.
    pub label: String,
    /// Arm of the strip.
    pub role: Role,
    /// Start and end of each dose, min. They are equal for a dose that takes no time.
    pub doses: Vec<[f64; 2]>,
    /// Session by session, in order: nothing is drawn over a gap between two.
    pub sessions: Vec<StripSession>,
    /// Words beside a strip with virtual subjects, for the first session, longest first. Empty without virtual
    /// subjects.
    pub words: Vec<String>,
}

/// One session of a strip. All times are minutes from time 0.
#[derive(Debug, Clone, PartialEq)]
pub struct StripSession {
    /// Number of the session, and number of sessions in all.
    pub number: [usize; 2],
    /// Start of the first dose of the session.
    pub start: f64,
    /// Start of the next session, where drawing stops. `None` for the last session.
    pub until: Option<f64>,
    /// Effect windows, in several parts where effects come back.
    pub parts: Vec<StripPart>,
    /// Times at which the curve is at or above the concentrations of waking from anaesthesia.
    pub caution: Vec<[f64; 2]>,
    /// Effects over virtual subjects. `None` where none were simulated. Their times replace those of `parts`.
    pub people: Option<StripPeople>,
    /// Times that programmes give. `None` where they give none.
    pub programme: Option<ProgrammeTimes>,
}

/// A part of a session, minutes from time 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StripPart {
    /// When noticing may begin: 10th to 90th percentile. `None` where it is not expected.
    pub noticing: Option<[f64; 2]>,
    /// When the effect is strongest. `None` where no level is reached.
    pub strongest: Option<[f64; 2]>,
    /// Main effects fading (10th to 90th percentile). The part fades to nothing, it has no edge.
    pub fading: Option<[f64; 2]>,
}

/// Times that programmes give for a route, minutes from time 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProgrammeTimes {
    /// Range of the first noticing.
    pub onset: [f64; 2],
    /// Range of the strongest effect.
    pub strongest: [f64; 2],
    /// Range of the end of the experience.
    pub end: [f64; 2],
}

/// An entry of the legend.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendEntry {
    /// Text of the entry.
    pub text: String,
    /// Arm of the entry.
    pub role: Role,
    /// Whether the sample is a fill instead of a line.
    pub fill: bool,
}

/// Note on every picture.
pub const EDUCATION_ONLY: &str = "Education only. Not for deciding doses, leaving or driving.";
/// Note above the strips, shortened where it does not fit.
pub const STRIP_NOTE: &str = "main effects fading: not the time you can leave or drive";
/// The rule on driving, which no curve can shorten.
pub const DRIVING_RULE: &str = "no driving for 24 hours and until after a night's sleep";
/// Note after every strip.
pub const STAFF_DECIDE: &str = "staff decide; no driving";
/// Text of the bar of rules under all strips.
pub const RULE_BAR: &str = "staff decide when you can leave; no driving for 24 hours and until after a night's sleep";

/// Note above the panel of a second drug.
const OTHER_DRUG: &str = "another drug and scale: heights cannot be compared";

impl Figure {
    /// The figure of an outcome.
    pub fn new(outcome: &Outcome, view: &View, library: &Library, points: &[PointSet]) -> Self {
        Self::with_crowd(outcome, view, library, points, None)
    }

    /// The figure of an outcome and, where they were simulated, of its virtual subjects.
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
            parent.level = outcome.level.map(LevelLine::ng_ml);
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
        let above = level::above(outcome);
        let level = level::level_sentences(outcome, &above);
        Self {
            title: outcome.title.clone(),
            subtitle: format!("{}; simulated for {}", outcome.who(), outcome.horizon),
            time,
            counted_from: outcome.counted_from(),
            unit: TimeUnit::of(time, view.hours),
            panels,
            strips,
            legend,
            footer: footer(outcome, view, (points, level::level_footer(outcome, &above)), sample),
            letters,
            description: [in_words(&outcome.arms)].iter().chain(&level).cloned().collect::<Vec<_>>().join(" "),
            level,
            above,
            sources: sources(outcome).into_iter().map(str::to_owned).collect(),
        }
    }

    /// Symbol of the time axis' unit: min, h or d.
    pub fn time_unit(&self) -> &'static str {
        match self.unit {
            TimeUnit::Minutes => "min",
            TimeUnit::Hours => "h",
            TimeUnit::Days => "d",
        }
    }

    /// A time in hours, converted to the unit of the axis.
    pub fn in_time_unit(&self, hours: f64) -> f64 {
        match self.unit {
            TimeUnit::Minutes => hours * MINUTES_PER_HOUR,
            TimeUnit::Hours => hours,
            TimeUnit::Days => hours / HOURS_PER_DAY,
        }
    }
}

impl Panel {
    /// Values of every line and range at a time, highest first: label, arm, low and high end (ng/mL; equal for a line).
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
    /// 5th and 95th percentile of an arm's virtual subjects at a time, ng/mL. `None` where none are shown.
    pub fn people_at(&self, role: Role, hours: f64) -> Option<[f64; 2]> {
        let ribbon = self.ribbons.iter().find(|r| r.role == role)?;
        let after = ribbon.x.partition_point(|t| *t <= hours);
        let (a, b) = (ribbon.outer.get(after.checked_sub(1)?)?, ribbon.outer.get(after));
        let (Some(b), Some(x)) = (b, ribbon.x.get(after)) else { return Some(*a) };
        let part = (hours - ribbon.x[after - 1]) / (x - ribbon.x[after - 1]);
        Some([0, 1].map(|i| a[i] + (b[i] - a[i]) * part))
    }
}

/// Linear interpolation between points. At a jump it gives the value after it. `None` outside the points.
pub fn interpolate(x: &[f64], y: &[f64], at: f64) -> Option<f64> {
    let after = x.partition_point(|&t| t <= at);
    match (after.checked_sub(1), x.get(after)) {
        (Some(i), Some(&next)) => Some(y[i] + (y[i + 1] - y[i]) * (at - x[i]) / (next - x[i])),
        (Some(i), None) if (at - x[i]).abs() < 1e-9 => Some(y[i]),
        _ => None,
    }
}

impl Role {
    /// Letter of the arm, the same wherever the arm is shown: A for the first in the scenario.
    pub fn letter(self) -> String {
        const ALPHABET: usize = 26;
        let at = |n: usize| char::from(b'A' + (n % ALPHABET) as u8);
        let first = (self.arm / ALPHABET).checked_sub(1).map(at);
        first.into_iter().chain([at(self.arm)]).collect()
    }

    /// A label preceded by the letter.
    pub fn lettered(self, label: &str) -> String {
        format!("{} {label}", self.letter())
    }

    /// Role of an arm that comes after others: the colour by its first route, the dash by how many of them share it.
    pub fn after(earlier: impl Iterator<Item = Route>, route: Route, arm: usize) -> Self {
        Self { route, variant: earlier.filter(|r| *r == route).count(), arm, faded: false }
    }
}

/// Roles of all arms.
pub fn roles(arms: &[ArmOutcome]) -> Vec<Role> {
    let route = |a: &ArmOutcome| Route::leading(&a.routes);
    let role = |(i, a): (usize, &ArmOutcome)| Role {
        faded: a.faded,
        ..Role::after(arms[..i].iter().map(route), route(a), a.index)
    };
    arms.iter().enumerate().map(role).collect()
}

/// Cmax of a curve, ng/mL.
pub fn cmax_ng_ml(curve: &Curve) -> f64 {
    curve.exposure.cmax * NG_ML_PER_MG_L
}
