//! Compares the exposures of two arms: ratios of area, peak and time above a level, never a dose.
//!
//! Both doses are given; nothing here looks for one. Two kinds of uncertainty stay apart: the same virtual subjects
//! under one model, and the typical subject under every model that has both routes.

use super::tornado::{Figures, figures};
use super::{ArmPopulation, Counted, Person};
use crate::analysis::percentile;
use crate::error::{Error, Result};
use crate::library::Library;
use crate::scenario::{Scenario, StudyArm};

/// Percentiles of a ratio over virtual subjects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// 5th, 50th and 95th percentile of the ratio.
    pub percentiles: [f64; 3],
    /// Number of subjects with a ratio.
    pub people: usize,
}

/// Exposure of the first arm divided by that of the second, subject by subject. For an arm of several sessions, the
/// first session.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposures {
    /// Which ends of a range are compared: "IM at its low end". Empty where neither arm is a range.
    pub at: String,
    /// Ratio of the area under the curve to a day after the last dose.
    pub auc: Option<Ratio>,
    /// Ratio of the highest plasma concentration, Cmax.
    pub cmax: Option<Ratio>,
    /// Ratio of the time above the subject's own dissociative level, without gaps. Over the subjects who reach it in
    /// both arms.
    pub above: Option<Ratio>,
}

/// Refuses two arms whose exposures cannot be compared.
///
/// # Errors
/// When the drugs differ.
pub fn comparable(a: &StudyArm, b: &StudyArm) -> Result<()> {
    if a.drug == b.drug {
        return Ok(());
    }
    let what =
        format!("{} is {}, {} is {}: exposures of different drugs are not compared", a.label, a.drug, b.label, b.drug);
    Err(Error::cannot(what).remedy("choose two routes of the same drug"))
}

/// Ratios of the first arm to the second in the same subjects. Where an arm is a range, there is one entry for each of
/// its ends.
///
/// # Errors
/// When the arms have different models, so that their subjects are not the same.
pub fn exposures(a: &ArmPopulation, b: &ArmPopulation) -> Result<Vec<Exposures>> {
    if a.model != b.model {
        let what = format!("the people of {} and of {} are not the same", a.model, b.model);
        return Err(Error::cannot(what).remedy("take one model for both routes"));
    }
    let mut list = Vec::new();
    for (first, x) in ends(a) {
        for (second, y) in ends(b) {
            let at: Vec<&str> = [&first, &second].into_iter().filter(|w| !w.is_empty()).map(String::as_str).collect();
            list.push(paired(at.join(", "), x, y));
        }
    }
    Ok(list)
}

fn ends(arm: &ArmPopulation) -> Vec<(String, &[Person])> {
    let name = |c: &Counted| {
        if c.end.is_empty() { String::new() } else { format!("{} at its {}", arm.label, c.end) }
    };
    arm.first().map_or(Vec::new(), |s| s.counts.iter().map(|c| (name(c), c.people.as_slice())).collect())
}

fn paired(at: String, a: &[Person], b: &[Person]) -> Exposures {
    let of = |f: &dyn Fn(&Person) -> Option<f64>| -> Option<Ratio> {
        let pairs = a.iter().zip(b);
        ratio(pairs.filter_map(|(x, y)| Some(f(x)? / f(y).filter(|v| *v > 0.0)?)).collect())
    };
    Exposures {
        at,
        auc: of(&|p| Some(p.auc)),
        cmax: of(&|p| Some(p.cmax)),
        above: of(&|p| p.above.filter(|m| *m > 0.0)),
    }
}

fn ratio(mut list: Vec<f64>) -> Option<Ratio> {
    list.sort_by(f64::total_cmp);
    let at = |p: f64| percentile(&list, p);
    Some(Ratio { percentiles: [at(0.05)?, at(0.5)?, at(0.95)?], people: list.len() })
}

/// Exposure of a typical subject in both arms, under every model that has both routes.
///
/// # Errors
/// When the drugs differ, or an arm is not there.
pub fn models_ratio(scenario: &Scenario, [a, b]: [usize; 2], library: &Library) -> Result<Vec<(String, [Figures; 2])>> {
    let arm = |i: usize| scenario.arms.get(i).ok_or_else(|| Error::input("there is no such arm"));
    let (a, b) = (arm(a)?, arm(b)?);
    comparable(a, b)?;
    let mut routes = a.routes();
    routes.extend(b.routes());
    let first = a.model_in(library)?;
    let [one, other] = [a, b].map(|arm| scenario.subject_of(arm));
    let mut models = library.applicable(first, &routes, &one);
    models.retain(|m| m.id == first.id || m.fits(&routes, &other));
    let models = models.into_iter();
    let both = |m: &&crate::model::Model| routes.iter().all(|r| m.routes.contains_key(r));
    let run = |arm: &StudyArm, model: &crate::model::Model| {
        let set = model.conditions_on(&scenario.conditions, &arm.routes());
        figures(scenario, arm, model, library, &set).ok()
    };
    Ok(models.filter(both).filter_map(|m| Some((m.id.clone(), [run(a, m)?, run(b, m)?]))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::People;
    use crate::population::{InTurn, Sample, population_outcome};

    fn scenario(arms: &[(&str, &str)], library: &Library) -> Scenario {
        let arm = |(i, (drug, dose)): (usize, &(&str, &str))| {
            format!("[[arm]]\nlabel = 'a{i}'\ndrug = '{drug}'\n[[arm.dose]]\n{dose}\n")
        };
        let text = format!("horizon = '4 h'\n{}", arms.iter().enumerate().map(arm).collect::<String>());
        Scenario::from_toml("test", &text, library).unwrap()
    }

    /// By hand: the model is linear, so twice the dose gives twice the area and twice the peak in every subject.
    #[test]
    fn twice_the_dose_is_twice_the_exposure_in_everybody() {
        let library = Library::embedded().unwrap();
        let iv = |mg: u32| format!("route = 'iv'\namount = '{mg} mg'\nduration = '40 min'");
        let scenario = scenario(&[("ketamine", &iv(40)), ("ketamine", &iv(20))], &library);
        let sample = Sample { people: People::literal::<50>(), seed: 1, every: None };
        let all = population_outcome(&scenario, &library, sample, &InTurn, &|_| true).unwrap();
        let found = &exposures(&all.arms[0], &all.arms[1]).unwrap()[0];
        for ratio in [found.auc.unwrap(), found.cmax.unwrap()] {
            assert!(ratio.percentiles.iter().all(|r| (r - 2.0).abs() < 1e-9), "{ratio:?}");
            assert_eq!(ratio.people, 50);
        }
        let above = found.above.unwrap();
        assert!(above.percentiles[0] > 1.0 && above.people <= 50, "{above:?}");
        let models = models_ratio(&scenario, [0, 1], &library).unwrap();
        assert!(models.len() > 1);
        for (id, [a, b]) in &models {
            assert!(
                (a.auc.unwrap() / b.auc.unwrap() - 2.0).abs() < 1e-6 && (a.cmax / b.cmax - 2.0).abs() < 1e-6,
                "{id}"
            );
        }
    }

    /// By hand: two equal doses eight hours apart are above a level about twice as long as one. The hours between do
    /// not count.
    #[test]
    fn gaps_between_doses_do_not_count() {
        let library = Library::embedded().unwrap();
        let once = "route = 'iv'\namount = '60 mg'";
        let twice = "route = 'iv'\namount = '60 mg'\nrepeat = { every = '8 h', additional = 1 }";
        let mut scenario = scenario(&[("ketamine", once)], &library);
        scenario.horizon = crate::units::Time::from_hours(9.0);
        let both = scenario.to_toml().unwrap()
            + &format!("\n[[arm]]\nlabel = 'twice'\ndrug = 'ketamine'\n[[arm.dose]]\n{twice}\n");
        let scenario = Scenario::from_toml("test", &both, &library).unwrap();
        let sample = Sample { people: People::literal::<100>(), seed: 1, every: None };
        let all = population_outcome(&scenario, &library, sample, &InTurn, &|_| true).unwrap();
        let found = exposures(&all.arms[1], &all.arms[0]).unwrap().remove(0).above.unwrap();
        assert!(found.people > 50 && found.percentiles[0] > 1.95 && found.percentiles[2] < 2.6, "{found:?}");
        let with_gap = |p: &Person| p.end.zip(p.begin).is_some_and(|(end, begin)| end - begin > 450.0);
        assert!(all.arms[1].sessions[0].counts[0].people.iter().filter(|p| p.reaches).all(with_gap));
    }

    #[test]
    fn different_drugs_are_refused_and_ranges_have_two_ratios() {
        let library = Library::embedded().unwrap();
        let nose = "route = 'in'\namount = '56 mg'";
        let vein = "route = 'iv'\namount = '35 mg'\nduration = '40 min'";
        let scenario = scenario(&[("ketamine", vein), ("esketamine", nose), ("ketamine", nose)], &library);
        let refused = models_ratio(&scenario, [0, 1], &library).unwrap_err();
        assert!(refused.what().contains("different drugs are not compared"), "{refused}");
        let sample = Sample { people: People::literal::<20>(), seed: 1, every: None };
        let all = population_outcome(&scenario, &library, sample, &InTurn, &|_| true).unwrap();
        assert!(exposures(&all.arms[0], &all.arms[1]).unwrap_err().what().contains("not the same"));
        let ends: Vec<String> = exposures(&all.arms[0], &all.arms[2]).unwrap().into_iter().map(|e| e.at).collect();
        assert_eq!(ends, ["a2 at its low end", "a2 at its high end"]);
    }
}
