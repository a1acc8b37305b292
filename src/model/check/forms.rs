//! Keys that belong to another form of the same table: each would be ignored, so each is refused.

use super::*;
use crate::model::file::{self, CompartmentFile, EffectFile, FlowFile, WayFile};

/// The first key of `list` that is present is refused.
fn refuse(list: &[(&str, bool)], why: &str, remedy: &str) -> Result<()> {
    match list.iter().find(|(_, present)| *present) {
        Some((key, _)) => Err(Error::input(format!("`{key}` means nothing {why}")).remedy(remedy).at(path![*key])),
        None => Ok(()),
    }
}

/// Keys of one flow; the path of a refusal begins inside it.
pub(super) fn of_flow(f: &FlowFile) -> Result<()> {
    let its_yield = [("yield", f.yields.is_some()), ("apparent", f.apparent)];
    if f.between.is_some() {
        let one_way = [("from", f.from.is_some()), ("into", f.into.is_some()), ("split", !f.split.is_empty())];
        return refuse(
            &[one_way.as_slice(), &its_yield].concat(),
            "beside `between`, which names both ends and keeps the analyte",
            "leave it out, or write two flows with `from` and `into`",
        );
    }
    if !f.split.is_empty() {
        return refuse(&its_yield, "beside `split`", "write it in the part of `split` that becomes another analyte");
    }
    Ok(())
}

/// A set that cannot be simulated has numbers but no structure.
pub(super) fn of_incomplete(f: &file::ModelFile) -> Result<()> {
    refuse(
        &[
            ("disposition", !f.disposition.is_empty()),
            ("compartments", !f.compartments.0.is_empty()),
            ("flow", !f.flow.is_empty()),
            ("routes", !f.routes.is_empty()),
            ("output", !f.output.is_empty()),
            ("range", !f.range.is_empty()),
            ("checkpoint", !f.checkpoint.is_empty()),
            ("residual", !f.residual.is_empty()),
            ("default_for", !f.default_for.is_empty()),
        ],
        "beside `incomplete`, which says that the set cannot be simulated",
        "leave one of the two out",
    )
}

/// Keys of one compartment or chain of transits.
pub(super) fn of_compartment(c: &CompartmentFile) -> Result<()> {
    if c.transits.is_some() {
        return refuse(
            &[("volume", c.volume.is_some())],
            "on a chain of transits, which holds amounts only",
            "leave it out; a concentration is read in a compartment without `transits`",
        );
    }
    refuse(
        &[
            ("mean_time", c.mean_time.is_some()),
            ("into", c.into.is_some()),
            ("yield", c.yields.is_some()),
            ("apparent", c.apparent),
        ],
        "on a compartment without `transits`",
        "add transits = 2 or the like to make it a chain, or write a [[flow]] from it",
    )
}

/// Keys of one covariate effect.
pub(super) fn of_effect(e: &EffectFile) -> Result<()> {
    if matches!(e.by, Covariate::Sex | Covariate::Ancestry) {
        return refuse(
            &[
                ("power", e.power.is_some()),
                ("slope", e.slope.is_some()),
                ("reference", e.reference.is_some()),
                ("above", e.above.is_some()),
            ],
            "for an effect by sex or ancestry",
            "write `is` and `times`, or let the effect go by weight or age",
        );
    }
    let by = "for an effect by weight or age";
    refuse(
        &[("is", !e.is.is_empty()), ("times", e.times.is_some())],
        by,
        "leave it out, or let the effect go by sex or ancestry",
    )?;
    if e.power.is_some() {
        let others = [("slope", e.slope.is_some()), ("above", e.above.is_some())];
        return refuse(&others, "beside `power`", "write power and reference, or an effect of its own for the other");
    }
    if e.above.is_some() {
        let others = [("reference", e.reference.is_some())];
        return refuse(&others, "beside `above`", "a hinge has `slope` and `above` only");
    }
    Ok(())
}

/// Keys of one way in, of a route that tells sprays apart or not.
pub(super) fn of_way(w: &WayFile, sprays: bool) -> Result<()> {
    if w.share_of_later_sprays.is_none() {
        return Ok(());
    }
    let at = path!["share_of_later_sprays"];
    if !sprays {
        return Err(Error::input("`share_of_later_sprays` means nothing on a route without `sprays`")
            .remedy("write sprays = { count_starts_again_after = \"...\" } in [routes.in], or leave it out")
            .at(at));
    }
    if matches!(w.share.as_deref(), None | Some("rest")) {
        return Err(Error::input(
            "`share_of_later_sprays` stands on the way that takes the rest: nothing would take it then",
        )
        .remedy("leave it out here; this way takes the rest of later sprays too")
        .at(at));
    }
    Ok(())
}
