//! One-at-a-time sensitivity of a model: each parameter with between-subject variability is set in turn to its 5th and
//! 95th percentile, the others stay typical. Weight and age are included where a scenario lets them vary. One subject
//! is simulated for each, with the exact solver. Correlations between parameters are left out.

use crate::analysis::{Exposure, length, stretches_above};
use crate::error::{Error, Result};
use crate::library::Library;
use crate::model::expr::Expr;
use crate::model::{Grade, Individual, Model};
use crate::scenario::{Scenario, StudyArm};
use crate::sim::{Change, Points, Solver, TAIL_H};
use crate::units::{Age, Concentration, MINUTES_PER_HOUR, NG_ML_PER_MG_L, Weight};
use std::collections::BTreeMap;

/// The two percentiles of each parameter, as shares. `Z` is the standard normal deviate of the second.
const ENDS: [f64; 2] = [0.05, 0.95];
const Z: f64 = 1.645;

/// Exposure of a typical subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Cmax: highest concentration, ng/mL.
    pub cmax: f64,
    /// tmax: time of the highest concentration, min.
    pub tmax: f64,
    /// Time above the dissociative level, to a day after the last dose, min. `None` where no level is known for the
    /// drug.
    pub above: Option<f64>,
    /// Area under the curve to infinity, ng h/mL. `None` where elimination is saturable.
    pub auc: Option<f64>,
}

/// The effect of one parameter, or of weight or age, at its 5th and 95th percentile.
#[derive(Debug, Clone, PartialEq)]
pub struct Swing {
    /// Name of the parameter, or "weight" or "age".
    pub parameter: String,
    /// The parameter's variability in words.
    pub spread: String,
    /// Grade of evidence of the variability. `None` for weight and age, which the scenario states.
    pub grade: Option<Grade>,
    /// Exposure with the parameter at its 5th and at its 95th percentile.
    pub ends: [Figures; 2],
}

/// The sensitivity of one arm to every parameter that varies.
#[derive(Debug, Clone, PartialEq)]
pub struct Tornado {
    /// Id of the model.
    pub model: String,
    /// Exposure with every parameter typical.
    pub typical: Figures,
    /// The dissociative level that [`Figures::above`] uses, ng/mL: the same for every bar. `None` where none is known.
    pub level: Option<f64>,
    /// One entry for each parameter, in the order of the model file, then weight and age.
    pub swings: Vec<Swing>,
}

/// An exposure measure that a tornado can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Highest concentration, Cmax.
    Cmax,
    /// Time of the highest concentration, tmax.
    Tmax,
    /// Time above the dissociative level.
    Above,
}

impl Measure {
    /// All measures, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Cmax, Self::Tmax, Self::Above];

    /// The value of this measure, in [`Self::unit`]. `None` where it is not known.
    pub fn of(self, figures: &Figures) -> Option<f64> {
        match self {
            Self::Cmax => Some(figures.cmax),
            Self::Tmax => Some(figures.tmax),
            Self::Above => figures.above,
        }
    }

    /// Unit of the values: ng/mL or min.
    pub fn unit(self) -> &'static str {
        if self == Self::Cmax { "ng/mL" } else { "min" }
    }
}

impl Swing {
    /// Difference of a measure between the two ends of the parameter.
    pub fn size(&self, measure: Measure) -> f64 {
        let [low, high] = self.ends.map(|f| measure.of(&f).unwrap_or(0.0));
        (high - low).abs()
    }
}

impl Tornado {
    /// The parameters that change a measure at all, the largest change first.
    pub fn sorted(&self, measure: Measure) -> Vec<&Swing> {
        let least = 1e-6 * measure.of(&self.typical).unwrap_or(0.0).max(1e-9);
        let mut list: Vec<&Swing> = self.swings.iter().filter(|s| s.size(measure) > least).collect();
        list.sort_by(|a, b| b.size(measure).total_cmp(&a.size(measure)));
        list
    }
}

/// The tornado of one arm, by its index in the scenario.
///
/// # Errors
/// When the arm cannot be simulated.
pub fn tornado(scenario: &Scenario, index: usize, library: &Library) -> Result<Tornado> {
    let arm = scenario.arms.get(index).ok_or_else(|| Error::input("there is no such arm"))?;
    let model = arm.model_in(library)?;
    let level = library.effects.dissociative(&arm.drug).map(|l| l.ng_ml());
    let person = Individual::typical(model, &scenario.subject_of(arm), &BTreeMap::new())?;
    let rules = model.conditions_on(&scenario.conditions, &arm.routes());
    let run = |set: &BTreeMap<String, Expr>| figures(scenario, arm, model, library, set);
    let mut swings = Vec::new();
    for spread in &model.spreads {
        let (typical, omega) = (person.get(&spread.name), spread.omega());
        let end = |z: f64| {
            let value = spread.distribution.of(typical, z * omega);
            let named = |name: &str| if name == spread.name { value } else { person.get(name) };
            // the scenario's conditions act on the changed value
            let mut set: BTreeMap<String, Expr> =
                rules.iter().map(|(name, rule)| (name.clone(), Expr::Number(rule.value(&named)))).collect();
            set.entry(spread.name.clone()).or_insert(Expr::Number(value));
            run(&set)
        };
        // no bar for a value that the model cannot have, such as shares that add up to more than 1
        if let (Ok(low), Ok(high)) = (end(-Z), end(Z)) {
            swings.push(Swing {
                parameter: spread.name.clone(),
                spread: spread.words(),
                grade: Some(spread.grade),
                ends: [low, high],
            });
        }
    }
    for (name, limits, words) in scenario.population_of(arm).differing() {
        let end = |share: f64| {
            let value = limits.quantile(share);
            let mut subject = scenario.subject.clone();
            match name {
                "weight" => subject.weight = Weight::from_kg(value),
                _ => subject.age = Age::from_years(value),
            }
            let other = Scenario { subject, ..scenario.clone() };
            figures(&other, arm, model, library, &rules)
        };
        if let (Ok(low), Ok(high)) = (end(ENDS[0]), end(ENDS[1])) {
            let spread = format!("{words}; stated in the scenario");
            swings.push(Swing { parameter: name.to_owned(), spread, grade: None, ends: [low, high] });
        }
    }
    Ok(Tornado { model: model.id.clone(), typical: run(&rules)?, level, swings })
}

/// Exposure of a typical subject in an arm under a model, at the model's own site. `set` replaces parameters.
pub(super) fn figures(
    scenario: &Scenario,
    arm: &StudyArm,
    model: &Model,
    library: &Library,
    set: &BTreeMap<String, Expr>,
) -> Result<Figures> {
    let subject = scenario.subject_of(arm);
    let case = arm.case(model, &subject, library)?;
    let last = case.marks()?.iter().map(|d| d.end).fold(0.0, f64::max);
    let points = Points { horizon: last + TAIL_H, every: None, dense_from: 0.0 };
    let followed = case.follow_over(Change::all(set), points, f64::INFINITY, Solver::default())?;
    let output = followed
        .parent(model.estimated_from)
        .ok_or_else(|| Error::cannot(format!("{} has no curve of its own drug", model.id)))?;
    let profile = &followed.profile;
    let series = profile.series(output);
    let exposure = Exposure::of(profile, output, series)?;
    let above = |level: Concentration| {
        let stretches = stretches_above(profile, output, series, (level.mg_l(), 0.0));
        length(&stretches, points.horizon) * MINUTES_PER_HOUR
    };
    Ok(Figures {
        cmax: exposure.cmax * NG_ML_PER_MG_L,
        tmax: exposure.tmax * MINUTES_PER_HOUR,
        above: library.effects.dissociative(&arm.drug).map(above),
        auc: exposure.auc_inf.map(|a| a * NG_ML_PER_MG_L),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portable::Portable as _;

    fn of(arm: &str) -> Tornado {
        let library = Library::embedded().unwrap();
        let text = format!("horizon = '4 h'\n[[arm]]\nlabel = 'a'\ndrug = 'ketamine'\n[[arm.dose]]\n{arm}\n");
        tornado(&Scenario::from_toml("test", &text, &library).unwrap(), 0, &library).unwrap()
    }

    #[test]
    fn a_long_infusion_hangs_on_clearance_and_the_nose_never_matters_for_a_vein() {
        let iv = of("route = 'iv'\namount = '100 mg'\nduration = '20 h'");
        let first = iv.sorted(Measure::Cmax)[0];
        assert_eq!(first.parameter, "CL");
        // near the plateau Cmax is rate / CL: with CL at its 5th percentile it is higher by a factor of about exp(z
        // omega)
        let ratio = first.ends[0].cmax / iv.typical.cmax;
        let omega = (0.2_f64 * 0.2).ln_1p_portable().sqrt();
        assert!((ratio / (Z * omega).exp_portable() - 1.0).abs() < 0.12, "{ratio}");
        for measure in Measure::ALL {
            let list = iv.sorted(measure);
            assert!(list.windows(2).all(|w| w[0].size(measure) >= w[1].size(measure)), "largest first");
            assert!(!list.iter().any(|s| s.parameter.contains("muc") || s.parameter.contains("_sw")));
        }
    }

    /// Volumes scale with weight. So the peak of a dose per kg hardly changes, while that of a fixed dose falls with
    /// weight.
    #[test]
    fn weight_matters_where_people_differ_in_it() {
        let people = "[population]\nweight = { low = '50 kg', high = '100 kg' }\nage = { low = '20 y', high = '60 y' }";
        let swing = |dose: &str, name: &str| {
            let tornado = of(&format!("route = 'iv'\namount = '{dose}'\n{people}"));
            let swing = tornado.swings.iter().find(|s| s.parameter == name).cloned().unwrap();
            assert_eq!(swing.grade, None);
            [swing.ends[0].cmax, swing.ends[1].cmax].map(|c| c / tornado.typical.cmax)
        };
        // volumes scale with weight; the 5th and 95th percentile of 50 to 100 kg are 52.5 and 97.5 kg, against 70 kg
        let [light, heavy] = swing("35 mg", "weight");
        assert!((light - 70.0 / 52.5).abs() < 1e-6 && (heavy - 70.0 / 97.5).abs() < 1e-6, "{light} {heavy}");
        assert!(swing("0.5 mg/kg", "weight").iter().all(|c| (c - 1.0).abs() < 1e-6));
        assert!(swing("35 mg", "age").iter().all(|c| (c - 1.0).abs() < 1e-12), "age is no part of this model");
        assert!(of("route = 'iv'\namount = '35 mg'").swings.iter().all(|s| s.parameter != "weight"));
    }

    #[test]
    fn under_the_tongue_absorption_matters() {
        let sl = of("route = 'sl'\namount = '100 mg'");
        let names: Vec<&str> = sl.sorted(Measure::Cmax).iter().map(|s| s.parameter.as_str()).collect();
        assert!(names.contains(&"k_muc") && names.contains(&"CL"), "{names:?}");
        assert!(sl.typical.above.is_some_and(|m| m >= 0.0) && sl.level.is_some());
    }
}
