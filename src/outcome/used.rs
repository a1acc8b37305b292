//! What a curve rests on: the parameters that it depends on, and their sources.

use crate::model::{Model, Pace, Parameter, Reading, Site};
use crate::regimen::Route;

/// Parameters that the arm's curves depend on: those of its ways in, of what it reaches, of its read-outs.
pub(super) fn parameters_used<'a>(model: &'a Model, routes: &[Route], site: Site) -> Vec<&'a Parameter> {
    let mut reached = vec![false; model.compartments.len()];
    let mut names: Vec<String> = Vec::new();
    let mut note = |e: &crate::model::expr::Expr| names.extend(e.names().into_iter().map(str::to_owned));
    for way_in in routes.iter().filter_map(|r| model.routes.get(r)) {
        for way in &way_in.ways {
            reached[way.into] = true;
            [&way.share, &way.share_later, &way.lag, &way.duration].into_iter().flatten().for_each(&mut note);
        }
        if let Some(hold) = &way_in.hold {
            reached[hold.swallow] = true;
            note(&hold.default);
        }
        way_in.sprays_restart.iter().for_each(&mut note);
    }
    for _ in 0..model.compartments.len() {
        for flow in &model.flows {
            flow.split.iter().for_each(|s| reached[s.into] |= reached[flow.from]);
        }
    }
    for flow in model.flows.iter().filter(|f| reached[f.from]) {
        let (Pace::Rate(pace) | Pace::Clearance(pace)) = &flow.pace;
        note(pace);
        flow.split.iter().flat_map(|s| [&s.share, &s.yields]).flatten().for_each(&mut note);
    }
    model
        .compartments
        .iter()
        .zip(&reached)
        .filter(|(_, r)| **r)
        .filter_map(|(c, _)| c.volume.as_ref())
        .for_each(&mut note);
    for output in model.outputs.iter().filter(|o| o.site == site || o.site == Site::Effect) {
        if let Reading::Delay { rate, .. } = &output.reads {
            note(rate);
        }
    }
    // formulas stand for what they use
    let mut at = 0;
    while at < names.len() {
        if let Some(derived) = model.derived.iter().find(|d| d.name == names[at]) {
            names.extend(derived.formula.names().into_iter().map(str::to_owned));
        }
        at += 1;
    }
    model.parameters.iter().filter(|p| names.contains(&p.name)).collect()
}

/// Citations of the parameters used, in the order of the file.
pub(super) fn sources(model: &Model, used: &[&Parameter]) -> Vec<String> {
    model.sources.iter().filter(|s| used.iter().any(|p| p.source == s.key)).map(ToString::to_string).collect()
}
