//! One panel of a figure: lines, ranges, ribbons, other models, points, and the range of its axis.

use super::people::{Ribbon, ribbon, ribbon_words};
use super::{Band, CautionBand, Line, Panel, PointSet, Role, View, interpolate};
use crate::library::Library;
use crate::model::Site;
use crate::outcome::{ArmOutcome, Curve, EndOutcome, RangeOutcome};
use crate::population::PopulationOutcome;
use crate::portable::Portable as _;

/// Note across a panel with curves of different sites.
const SITES_DIFFER: &str = "curves of different sampling sites: early values cannot be compared";
/// Least upper end of a linear axis, ng/mL, so that an empty plot has a scale.
const LEAST_TOP: f64 = 10.0;
/// Largest factor by which curves of other models may extend an axis.
const BEHIND_AT_MOST: f64 = 1.5;
/// Largest number of decades of a log axis.
const DECADES: f64 = 3.0;

/// The panel of the `k`th analyte of these arms. 0 is the parent drug.
pub(super) fn panel(
    arms: &[(&ArmOutcome, Role)],
    k: usize,
    view: &View,
    (library, sample): (&Library, Option<&PopulationOutcome>),
    time: [f64; 2],
    (points, unnamed): (&[PointSet], bool),
) -> Panel {
    let (mut lines, mut bands, mut ribbons) = (Vec::new(), Vec::new(), Vec::new());
    let mut sites: Vec<Site> = Vec::new();
    let mut analyte = String::new();
    for (arm, role) in arms {
        let Some(curve) = arm.curves.get(k) else { continue };
        if !sites.contains(&curve.site) {
            sites.push(curve.site);
        }
        analyte.clone_from(&curve.analyte);
        match &arm.range {
            Some(range) => bands.extend(range_band(arm, *role, range, k)),
            None => match sample.and_then(|c| ribbon(c, arm, *role, k)) {
                Some((median, ribbon)) => {
                    lines.push(median);
                    ribbons.push(ribbon);
                }
                None => {
                    lines.push(Line { label: arm.name(), role: *role, x: arm.times.clone(), y: curve.values.clone() })
                }
            },
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
    let behind: Vec<Line> = arms
        .iter()
        .filter(|_| k == 0 && view.models && !view.people)
        .flat_map(|(arm, role)| arm.others.iter().map(|o| thin(o, *role)))
        .collect();
    let outside = if k == 0 { outside(arms) } else { Vec::new() };
    // the initial peak of another model must not flatten the chosen curves
    let own = highest(&lines, &bands, &points, time).max(highest_ribbon(&ribbons, time));
    let top = own.max(highest(&behind, &[], &[], time).min(own * BEHIND_AT_MOST));
    let caution = library
        .effects
        .caution(drug)
        .filter(|c| k == 0 && top >= c.band[0].ng_ml())
        .map(|c| CautionBand { y: [c.band[0].ng_ml(), c.band[1].ng_ml()], words: c.words.clone() });
    Panel {
        heading,
        y_label: match note(arms, k, &analyte, library) {
            Some(note) => format!("{site}, ng/mL; {note}"),
            None => format!("{site}, ng/mL"),
        },
        log: view.log,
        y: axis(top, view.log),
        lines,
        bands,
        ribbon_words: ribbon_words(&ribbons, sample, &arms.iter().map(|(a, _)| *a).collect::<Vec<_>>(), unnamed),
        ribbons,
        behind,
        washed: if outside.is_empty() { Vec::new() } else { washed(arms) },
        outside,
        caution,
        points,
        level: None,
        banner: (sites.len() > 1).then(|| SITES_DIFFER.to_owned()),
    }
}

/// What the model file says of the output of a metabolite.
fn note(arms: &[(&ArmOutcome, Role)], k: usize, analyte: &str, library: &Library) -> Option<String> {
    let (arm, _) = arms.first().filter(|_| k > 0)?;
    library.model(&arm.model).ok()?.output(analyte, arm.site)?.note.clone()
}

fn thin(other: &crate::outcome::OtherModel, role: Role) -> Line {
    Line { label: other.model.clone(), role, x: other.times.clone(), y: other.values.clone() }
}

/// Each arm outside the studied range, from the first dose that causes it on. It is the whole curve where the subject
/// does.
fn washed(arms: &[(&ArmOutcome, Role)]) -> Vec<(Role, f64)> {
    let from = |arm: &ArmOutcome| arm.outside.iter().map(|o| o.from_h.unwrap_or(0.0)).reduce(f64::min);
    arms.iter().filter_map(|(arm, role)| Some((*role, from(arm)?))).collect()
}

/// Each reason once, with the labels of the arms it holds for.
fn outside(arms: &[(&ArmOutcome, Role)]) -> Vec<String> {
    let mut list: Vec<(&str, Vec<&str>)> = Vec::new();
    for (arm, reason) in arms.iter().flat_map(|(arm, _)| arm.outside_words().map(|r| (arm.label.as_str(), r))) {
        match list.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, labels)) => labels.push(arm),
            None => list.push((reason, vec![arm])),
        }
    }
    list.into_iter().map(|(reason, labels)| format!("{}: {reason}", labels.join(", "))).collect()
}

/// The range between two ends. Before the dose that causes the range, both ends are the same curve.
fn range_band(arm: &ArmOutcome, role: Role, range: &RangeOutcome, k: usize) -> Option<Band> {
    let (low, high) = range.low.curves.get(k).zip(range.high.curves.get(k))?;
    let (times, pairs): (Vec<f64>, Vec<[f64; 2]>) = if range.low.times == range.high.times {
        (range.low.times.clone(), low.values.iter().zip(&high.values).map(|(a, b)| [*a, *b]).collect())
    } else {
        let mut times: Vec<f64> = range.low.times.iter().chain(&range.high.times).copied().collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let at = |end: &EndOutcome, curve: &Curve, t: f64| interpolate(&end.times, &curve.values, t).unwrap_or(0.0);
        let pairs = times.iter().map(|t| [at(&range.low, low, *t), at(&range.high, high, *t)]).collect();
        (times, pairs)
    };
    Some(Band {
        label: arm.name(),
        role,
        x: times,
        low: pairs.iter().map(|[a, b]| a.min(*b)).collect(),
        high: pairs.iter().map(|[a, b]| a.max(*b)).collect(),
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

fn highest_ribbon(ribbons: &[Ribbon], time: [f64; 2]) -> f64 {
    let inside = |x: f64| x >= time[0] - 1e-9 && x <= time[1] + 1e-9;
    let of = |r: &Ribbon| {
        r.x.iter().zip(&r.outer).filter(|(x, _)| inside(**x)).map(|(_, outer)| outer[1]).fold(0.0, f64::max)
    };
    ribbons.iter().map(of).fold(0.0, f64::max)
}

fn axis(top: f64, log: bool) -> [f64; 2] {
    let top = (top * 1.08).max(LEAST_TOP);
    if log { [top / 10_f64.powf_portable(DECADES), top * 1.3] } else { [0.0, top] }
}
