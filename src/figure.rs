//! What a picture of an outcome shows: data only, no painter, no pixels.
//!
//! One figure is drawn on the screen and into files alike. Different drugs never share a y axis.

mod agreement;
mod one;
mod references;
mod study;
mod words;

pub use agreement::{Agreement, AgreementPanel, Mark};
pub use one::of_arm;
pub use references::{RefLine, References, grade_summary};
pub use study::{StudyFigure, of_study, studies};
pub use words::{doses_in_words, minutes_in_words, strip_words};
use words::{footer, legend_text};

use crate::library::{Effects, Library};
use crate::model::Site;
use crate::outcome::{ArmOutcome, Curve, Outcome};
use crate::regimen::Route;
use crate::units::{MINUTES_PER_HOUR, NG_ML_PER_MG_L, Time};

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
    /// Part of the time axis that is shown, in hours; all when absent.
    pub zoom: Option<[f64; 2]>,
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
    /// Whether times are written in hours.
    pub hours: bool,
    /// Concentration panels, top to bottom.
    pub panels: Vec<Panel>,
    /// One strip for each arm, on the same time axis.
    pub strips: Vec<Strip>,
    /// What a line or fill stands for, for pictures without a cursor.
    pub legend: Vec<LegendEntry>,
    /// Models, doses, assumptions: what a picture must carry when it travels alone.
    pub footer: Vec<String>,
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
    /// Other models, thin behind.
    pub behind: Vec<Line>,
    /// What of it lies outside what was studied; a wash lies over the plot then.
    pub outside: Vec<String>,
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
    /// From when to when noticing may begin (10th to 90th percentile), minutes.
    pub noticing: Option<[f64; 2]>,
    /// Strongest, minutes.
    pub strongest: Option<[f64; 2]>,
    /// Main effects fading (10th to 90th percentile), minutes. The strip ends in this fade, never in an edge.
    pub fading: Option<[f64; 2]>,
    /// From when to when the curve is in the range of waking from anaesthesia or above it, minutes.
    pub caution: Option<[f64; 2]>,
    /// Start and end of each dose, minutes; equal for one that takes no time.
    pub doses: Vec<[f64; 2]>,
    /// What programmes say: onset, strongest, end of the experience, minutes.
    pub programme: Option<ProgrammeTimes>,
}

/// What programmes say of a route, minutes.
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
/// Across curves of different sites.
const SITES_DIFFER: &str = "curves of different sampling sites: early values cannot be compared";

/// Above the panel of a second drug.
const OTHER_DRUG: &str = "another drug and scale: heights cannot be compared";

/// A linear axis never ends below this, so that empty plots have a scale (ng/mL).
const LEAST_TOP: f64 = 10.0;
/// Curves of other models make an axis at most this much higher.
const BEHIND_AT_MOST: f64 = 1.5;
/// A log axis spans at most this many decades below its top.
const DECADES: f64 = 3.0;

impl Figure {
    /// The picture of an outcome.
    pub fn new(outcome: &Outcome, view: &View, library: &Library, points: &[PointSet]) -> Self {
        let horizon = outcome.horizon.hours();
        let time = view.zoom.map_or([0.0, horizon], |[a, b]| [a.max(0.0), b.min(horizon)]);
        let roles = roles(&outcome.arms);
        let mut panels = Vec::new();
        for (nth, drug) in outcome.drugs().into_iter().enumerate() {
            let arms: Vec<(&ArmOutcome, Role)> =
                outcome.arms.iter().zip(&roles).filter(|(a, _)| a.drug == drug).map(|(a, r)| (a, *r)).collect();
            let mut parent = panel(&arms, 0, view, library, time, (points, panels.is_empty()));
            if nth > 0 {
                parent.banner = Some(OTHER_DRUG.to_owned());
            }
            panels.push(parent);
            let most = arms.iter().map(|(a, _)| a.curves.len()).max().unwrap_or(0);
            for k in 1..if view.metabolites { most } else { 1 } {
                panels.push(panel(&arms, k, view, library, time, (points, false)));
            }
        }
        let strips = if view.strips {
            outcome.arms.iter().zip(&roles).map(|(a, r)| strip(a, *r, view, &library.effects)).collect()
        } else {
            Vec::new()
        };
        let legend = outcome
            .arms
            .iter()
            .zip(&roles)
            .map(|(a, r)| LegendEntry { text: legend_text(a), role: *r, fill: a.range.is_some() })
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
            hours: view.hours,
            panels,
            strips,
            legend,
            footer: footer(outcome, points),
        }
    }

    /// Unit of the time axis.
    pub fn time_unit(&self) -> &'static str {
        if self.hours { "h" } else { "min" }
    }

    /// A time in hours as a number of the axis' unit.
    pub fn in_time_unit(&self, hours: f64) -> f64 {
        if self.hours { hours } else { hours * MINUTES_PER_HOUR }
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
    /// The role of an arm that comes after others: colour by its first route, dash by how many of them share it.
    pub fn after(earlier: impl Iterator<Item = Route>, route: Route, arm: usize) -> Self {
        Self { route, variant: earlier.filter(|r| *r == route).count(), arm }
    }
}

/// Role of every arm.
pub fn roles(arms: &[ArmOutcome]) -> Vec<Role> {
    let route = |a: &ArmOutcome| a.routes.first().copied().unwrap_or(Route::Iv);
    arms.iter().enumerate().map(|(i, a)| Role::after(arms[..i].iter().map(route), route(a), a.index)).collect()
}

/// The `k`th analyte of these arms: 0 is the parent.
fn panel(
    arms: &[(&ArmOutcome, Role)],
    k: usize,
    view: &View,
    library: &Library,
    time: [f64; 2],
    (points, unnamed): (&[PointSet], bool),
) -> Panel {
    let (mut lines, mut bands) = (Vec::new(), Vec::new());
    let mut sites: Vec<Site> = Vec::new();
    let mut analyte = String::new();
    for (arm, role) in arms {
        let Some(curve) = arm.curves.get(k) else { continue };
        if !sites.contains(&curve.site) {
            sites.push(curve.site);
        }
        analyte.clone_from(&curve.analyte);
        match &arm.range {
            Some(range) => bands.extend(range_band(arm, *role, range.low.curves.get(k), range.high.curves.get(k))),
            None => lines.push(Line {
                label: arm.label.clone(),
                role: *role,
                x: arm.times.clone(),
                y: curve.values.clone(),
            }),
        }
    }
    let drug = arms.first().map_or("", |(a, _)| a.drug.as_str());
    let heading = match (k, arms.first()) {
        (0, Some((arm, _))) => arm.drug_name.clone(),
        _ => format!("{} from {drug}", library.analyte_name(&analyte)),
    };
    let site = match sites.as_slice() {
        [one] => one.words().to_owned(),
        _ => "plasma, sites as labelled".to_owned(),
    };
    if sites.len() > 1 {
        for (line, (arm, _)) in lines.iter_mut().zip(arms.iter().filter(|(a, _)| a.range.is_none())) {
            line.label = format!("{} ({})", line.label, arm.site.id());
        }
    }
    let here = |p: &&PointSet| p.analyte.as_deref().map_or(unnamed, |a| a == analyte);
    let points: Vec<PointSet> = points.iter().filter(here).cloned().collect();
    // what the model file says of a metabolite's read-out
    let note = arms.first().filter(|_| k > 0).and_then(|(arm, _)| {
        let output = library.model(&arm.model).ok()?.output(&analyte, arm.site)?;
        output.note.clone()
    });
    let behind: Vec<Line> = arms
        .iter()
        .filter(|_| k == 0 && view.models)
        .flat_map(|(arm, role)| arm.others.iter().map(|o| thin(o, *role)))
        .collect();
    let outside = if k == 0 { outside(arms) } else { Vec::new() };
    // another model's instant of mixing must not flatten the chosen curves
    let own = highest(&lines, &bands, &points, time);
    let top = own.max(highest(&behind, &[], &[], time).min(own * BEHIND_AT_MOST));
    let caution = library
        .effects
        .caution(drug)
        .filter(|c| k == 0 && top >= c.band[0].ng_ml())
        .map(|c| CautionBand { y: [c.band[0].ng_ml(), c.band[1].ng_ml()], words: c.words.clone() });
    Panel {
        heading,
        y_label: match note {
            Some(note) => format!("{site}, ng/mL; {note}"),
            None => format!("{site}, ng/mL"),
        },
        log: view.log,
        y: axis(top, view.log),
        lines,
        bands,
        behind,
        outside,
        caution,
        points,
        banner: (sites.len() > 1).then(|| SITES_DIFFER.to_owned()),
    }
}

fn thin(other: &crate::outcome::OtherModel, role: Role) -> Line {
    Line { label: other.model.clone(), role, x: other.times.clone(), y: other.values.clone() }
}

/// Each reason once, after the labels of the arms that have it.
fn outside(arms: &[(&ArmOutcome, Role)]) -> Vec<String> {
    let mut list: Vec<(&str, Vec<&str>)> = Vec::new();
    for (arm, reason) in arms.iter().flat_map(|(arm, _)| arm.outside.iter().map(|r| (arm.label.as_str(), r))) {
        match list.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, labels)) => labels.push(arm),
            None => list.push((reason, vec![arm])),
        }
    }
    list.into_iter().map(|(reason, labels)| format!("{}: {reason}", labels.join(", "))).collect()
}

fn range_band(arm: &ArmOutcome, role: Role, low: Option<&Curve>, high: Option<&Curve>) -> Option<Band> {
    let (low, high) = low.zip(high)?;
    let pick = |curve: &Curve, i: &usize| curve.values.get(*i).copied().unwrap_or(0.0);
    let pairs = arm.grid.iter().map(|i| (pick(low, i), pick(high, i)));
    Some(Band {
        label: arm.label.clone(),
        role,
        x: arm.grid.iter().map(|&i| arm.times[i]).collect(),
        low: pairs.clone().map(|(a, b)| a.min(b)).collect(),
        high: pairs.map(|(a, b)| a.max(b)).collect(),
    })
}

fn highest(lines: &[Line], bands: &[Band], points: &[PointSet], time: [f64; 2]) -> f64 {
    let inside = |x: f64| x >= time[0] - 1e-9 && x <= time[1] + 1e-9;
    let of = |x: &[f64], y: &[f64]| x.iter().zip(y).filter(|(x, _)| inside(**x)).map(|(_, y)| *y).fold(0.0, f64::max);
    let lines = lines.iter().map(|l| of(&l.x, &l.y)).fold(0.0, f64::max);
    let bands = bands.iter().map(|b| of(&b.x, &b.high)).fold(0.0, f64::max);
    let points = points.iter().flat_map(|p| &p.points).filter(|p| inside(p[0])).map(|p| p[1]).fold(0.0, f64::max);
    lines.max(bands).max(points)
}

fn axis(top: f64, log: bool) -> [f64; 2] {
    let top = (top * 1.08).max(LEAST_TOP);
    if log { [top / 10_f64.powf(DECADES), top * 1.3] } else { [0.0, top] }
}

fn strip(arm: &ArmOutcome, role: Role, view: &View, effects: &Effects) -> Strip {
    let w = &arm.windows;
    let ends = |p: Option<[f64; 3]>| p.map(|p| [p[0], p[2]]);
    let programme = effects.programme(role.route).filter(|_| view.programmes).map(|p| {
        let minutes = |t: [Time; 2]| [t[0].minutes(), t[1].minutes()];
        ProgrammeTimes { onset: minutes(p.onset), strongest: minutes(p.strongest), end: minutes(p.experience) }
    });
    Strip {
        label: arm.label.clone(),
        role,
        noticing: ends(w.onset),
        strongest: w.strongest,
        fading: ends(w.main_effects_end),
        caution: effects.caution(&arm.drug).and_then(|c| above(arm, c.band[0].ng_ml())),
        doses: arm.doses.iter().map(|d| [d.start * MINUTES_PER_HOUR, d.end * MINUTES_PER_HOUR]).collect(),
        programme,
    }
}

/// First and last time at which the highest curve drawn is at or above a level, minutes.
fn above(arm: &ArmOutcome, ng_ml: f64) -> Option<[f64; 2]> {
    let curves = arm.range.as_ref().map_or(&arm.curves, |r| &r.high.curves);
    let values = &curves.first()?.values;
    let first = values.iter().position(|v| *v >= ng_ml)?;
    let last = values.iter().rposition(|v| *v >= ng_ml)?;
    Some([arm.times[first] * MINUTES_PER_HOUR, arm.times[last] * MINUTES_PER_HOUR])
}

/// ng/mL of an exposure's peak.
pub fn cmax_ng_ml(curve: &Curve) -> f64 {
    curve.exposure.cmax * NG_ML_PER_MG_L
}
