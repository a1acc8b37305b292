//! What changed when another model was taken for an arm, in one line.

use super::{ArmOutcome, Curve};
use crate::units::{MINUTES_PER_HOUR, NG_ML_PER_MG_L, significant};

/// "was domino: peak 187 → 253 ng/mL (+35 %), at 40 → 40 min; site not stated → arterial".
///
/// `None` when both came from the same model and site. Of a range the high end is told.
pub fn swapped(before: &ArmOutcome, after: &ArmOutcome) -> Option<String> {
    if before.model == after.model && before.site == after.site {
        return None;
    }
    let mut parts = Vec::new();
    if let (Some(was), Some(is)) = (peak(before), peak(after)) {
        let end = if before.range.is_some() || after.range.is_some() { "high end of the peak" } else { "peak" };
        let [from, to] = [was, is].map(|c| significant(c.exposure.cmax * NG_ML_PER_MG_L, 3));
        let [early, late] = [was, is].map(|c| significant(c.exposure.tmax * MINUTES_PER_HOUR, 2));
        let share = change(was.exposure.cmax, is.exposure.cmax);
        parts.push(format!("{end} {from} → {to} ng/mL{share}, at {early} → {late} min"));
    }
    if before.site != after.site {
        parts.push(format!("{} → {}", site(before), site(after)));
    }
    if before.grade != after.grade {
        parts.push(format!("worst grade {} → {}", before.grade, after.grade));
    }
    Some(format!("was {}: {}", before.model, parts.join("; ")))
}

/// The highest curve drawn of the drug itself.
fn peak(arm: &ArmOutcome) -> Option<&Curve> {
    let curves = arm.range.as_ref().map_or(&arm.curves, |r| &r.high.curves);
    curves.first().filter(|c| c.exposure.cmax > 0.0)
}

fn change(from: f64, to: f64) -> String {
    let percent = ((to / from - 1.0) * 100.0).round();
    match percent {
        p if p > 0.0 => format!(" (+{p} %)"),
        p if p < 0.0 => format!(" (−{} %)", -p),
        _ => " (same)".to_owned(),
    }
}

fn site(arm: &ArmOutcome) -> &'static str {
    use crate::model::Site;
    if arm.site == Site::Unstated { "site not stated" } else { arm.site.id() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Library, Options, Scenario};

    fn arm(model: Option<&str>) -> ArmOutcome {
        let library = Library::embedded().unwrap();
        let mut scenario = Scenario::from_toml("opening", Scenario::OPENING, &library).unwrap();
        scenario.arms[0].model = model.map(str::to_owned);
        scenario.run_arm(0, &library, Options::default()).unwrap()
    }

    #[test]
    fn a_swap_tells_peak_time_and_site() {
        let (composite, domino) = (arm(None), arm(Some("domino")));
        let line = swapped(&composite, &domino).unwrap();
        let [from, to] = [&composite, &domino].map(|a| significant(a.highest(), 3));
        assert!(line.starts_with(&format!("was ketamine-composite: peak {from} → {to} ng/mL (")), "{line}");
        assert!(line.contains(" min; arterial → site not stated"), "{line}");
        assert_ne!(swapped(&domino, &composite).unwrap(), line, "the way back is told the other way round");
    }

    #[test]
    fn the_same_model_is_no_swap() {
        assert_eq!(swapped(&arm(None), &arm(Some("ketamine-composite"))), None);
    }

    #[test]
    fn a_change_has_its_sign() {
        assert_eq!([change(2.0, 3.0), change(4.0, 3.0), change(1.0, 1.001)], [" (+50 %)", " (−25 %)", " (same)"]);
    }
}
