//! The route of an arm, read from its cell as a whole.

use super::cells;
use super::observed::Arm;
use super::study::Reason;
use crate::regimen::Route;

/// Routes by the words of tables.
const ROUTES: [(&str, Route); 14] = [
    ("iv", Route::Iv),
    ("intravenous", Route::Iv),
    ("im", Route::Im),
    ("intramuscular", Route::Im),
    ("sl", Route::Sl),
    ("sublingual", Route::Sl),
    ("buccal", Route::Sl),
    ("in", Route::In),
    ("intranasal", Route::In),
    ("nasal", Route::In),
    ("oral", Route::Po),
    ("orally", Route::Po),
    ("po", Route::Po),
    ("swallowed", Route::Po),
];
/// What may stand beside a route and changes nothing of it.
const MANNERS: [&str; 12] = [
    "bolus",
    "infusion",
    "injection",
    "push",
    "drip",
    "mode",
    "unstated",
    "route",
    "spray",
    "lozenge",
    "tablet",
    "solution",
];

/// The one route that a cell names.
///
/// # Errors
/// When it names none that is simulated, more than one, or a formulation that releases slowly.
pub(super) fn route(arm: &Arm) -> Reason<Route> {
    let form = arm.cell("device/formulation");
    let slow = cells::words(&form.replace('-', " "));
    let slow = |w: &str| slow.iter().any(|said| said.word == w && !said.denied);
    if ["prolonged", "controlled", "extended", "slow", "sustained", "modified"].iter().any(|w| slow(w)) {
        return Err(format!("formulation \"{form}\" releases slowly: no model"));
    }
    let cell = arm.cell("route");
    let unread = || format!("route \"{cell}\" is not simulated");
    let mut found: Option<Route> = None;
    for said in cells::words(&cell.replace('-', " ")) {
        match ROUTES.iter().find(|(word, _)| *word == said.word) {
            Some((_, route)) if !said.denied => {
                if found.is_some_and(|known| known != *route) {
                    return Err(format!("route \"{cell}\" names more than one"));
                }
                found = Some(*route);
            }
            None if MANNERS.contains(&said.word.as_str()) && !said.denied => {}
            _ => return Err(unread()),
        }
    }
    found.ok_or_else(unread)
}
