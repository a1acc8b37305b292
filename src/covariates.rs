//! How body weight and age differ between made-up people: stated in a scenario, never assumed.

use crate::error::{Error, Result};
use crate::path;
use crate::portable::Portable as _;
use crate::subject::{AGE_Y, WEIGHT_KG};
use crate::units::{Age, Fraction, Weight, number};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Covariates that differ; those left out are the subject's in everybody.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// Body weight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Between<Weight>>,
    /// Age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<Between<Age>>,
}

/// Between two ends: evenly, or log-normal around a median and drawn again outside them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Between<T> {
    /// Median before the ends cut it; with a `cv`, else evenly.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub median: Option<T>,
    /// Coefficient of variation before the ends cut it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cv: Option<Fraction>,
    /// Lowest.
    pub low: T,
    /// Highest.
    pub high: T,
}

// serde would ask for a default of T
fn none<T>() -> Option<T> {
    None
}

/// The same in canonical units, to draw from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Median and standard deviation on the log scale; none: evenly.
    pub log_normal: Option<[f64; 2]>,
    /// Lowest and highest.
    pub ends: [f64; 2],
}

/// More than this (200 %) is a slip of the pen.
const MOST_CV: f64 = 2.0;

impl<T: Copy> Between<T> {
    fn limits(&self, of: impl Fn(T) -> f64) -> Limits {
        let log_normal =
            self.median.zip(self.cv).map(|(m, cv)| [of(m), (cv.parts() * cv.parts()).ln_1p_portable().sqrt()]);
        Limits { log_normal, ends: [of(self.low), of(self.high)] }
    }

    fn words(&self, name: &str, unit: &str, of: impl Fn(T) -> f64) -> String {
        let span = format!("{name} {} to {} {unit}", number(of(self.low)), number(of(self.high)));
        match self.median.zip(self.cv) {
            Some((median, cv)) => {
                format!("{span}, median {} {unit}, CV {} %", number(of(median)), number(cv.parts() * 100.0))
            }
            None => format!("{span}, evenly"),
        }
    }
}

impl Limits {
    /// The value below which a share of people lie.
    pub fn quantile(&self, share: f64) -> f64 {
        let [low, high] = self.ends;
        let Some([median, omega]) = self.log_normal.filter(|[_, omega]| *omega > 0.0 && low < high) else {
            return self.log_normal.map_or(low + share * (high - low), |[median, _]| median);
        };
        let below = |x: f64| libm::erfc(-(x / median).ln_portable() / omega / std::f64::consts::SQRT_2);
        let wanted = below(low) + share * (below(high) - below(low));
        // halving ends where two neighbours are left
        let [mut from, mut to] = self.ends;
        loop {
            let middle = 0.5 * (from + to);
            if middle <= from || middle >= to {
                return middle;
            }
            if below(middle) < wanted { from = middle } else { to = middle }
        }
    }
}

impl Population {
    /// Name of what differs, how, and the same in words.
    pub fn differing(&self) -> Vec<(&'static str, Limits, String)> {
        let weight = self.weight.map(|w| ("weight", w.limits(Weight::kg), w.words("weight", "kg", Weight::kg)));
        let age = self.age.map(|a| ("age", a.limits(Age::years), a.words("age", "y", Age::years)));
        weight.into_iter().chain(age).collect()
    }

    /// Whether everybody has the subject's weight and age.
    pub fn is_none(&self) -> bool {
        self.weight.is_none() && self.age.is_none()
    }

    /// Body weights, kg.
    pub fn weights(&self) -> Option<Limits> {
        Some(self.weight?.limits(Weight::kg))
    }

    /// Ages, years.
    pub fn ages(&self) -> Option<Limits> {
        Some(self.age?.limits(Age::years))
    }

    /// "weight 45 to 120 kg, median 70 kg, CV 20 %; age 18 to 65 y, evenly"; none where nothing differs.
    pub fn words(&self) -> Option<String> {
        let parts: Vec<String> = self.differing().into_iter().map(|(_, _, words)| words).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// Refuses what is no distribution, or not of people.
    ///
    /// # Errors
    /// With the entry that is wrong and what would have worked.
    pub fn check(&self) -> Result<()> {
        let weight = "{ median = \"70 kg\", cv = \"20 %\", low = \"45 kg\", high = \"120 kg\" }";
        let age = "{ low = \"18 y\", high = \"65 y\" }";
        self.weight.map_or(Ok(()), |w| check("weight", "kg", (&w, w.limits(Weight::kg)), WEIGHT_KG, weight))?;
        self.age.map_or(Ok(()), |a| check("age", "y", (&a, a.limits(Age::years)), AGE_Y, age))
    }
}

fn check<T>(
    name: &str,
    unit: &str,
    (stated, limits): (&Between<T>, Limits),
    of_people: RangeInclusive<f64>,
    example: &str,
) -> Result<()> {
    let refuse = |what: String, key: &str, remedy: String| {
        let at = if key.is_empty() { path![name] } else { path![name, key] };
        Err(Error::input(what).remedy(remedy).at(at))
    };
    let [low, high] = limits.ends;
    let write = || format!("write for example {name} = {example}");
    if stated.median.is_some() != stated.cv.is_some() {
        let (there, lacking) = if stated.cv.is_some() { ("cv", "median") } else { ("median", "cv") };
        let what = format!("{name} has a {there} but no {lacking}");
        return refuse(what, "", format!("{}; without both it is even between low and high", write()));
    }
    for (end, key) in [(low, "low"), (high, "high")] {
        if !of_people.contains(&end) {
            let what = format!("{} {unit} as {name} is not a person's", number(end));
            let remedy =
                format!("{name} is from {} {unit} to {} {unit}", number(*of_people.start()), number(*of_people.end()));
            return refuse(what, key, remedy);
        }
    }
    if low > high {
        let what = format!("{name} is from {} to {} {unit}", number(low), number(high));
        return refuse(what, "low", "low is the smaller of the two".to_owned());
    }
    if let Some([median, _]) = limits.log_normal {
        if !(low..=high).contains(&median) || median <= 0.0 {
            let what = format!("a median {name} of {} {unit} is not between low and high", number(median));
            return refuse(what, "median", format!("from {} to {} {unit}", number(low), number(high)));
        }
        let cv = stated.cv.map_or(0.0, Fraction::parts);
        if !(0.0..=MOST_CV).contains(&cv) {
            let what = format!("a cv of {} % is no spread of {name}", number(cv * 100.0));
            return refuse(what, "cv", "from 0 % to 200 %, for example cv = \"20 %\"".to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_in_words() {
        let weight = Between {
            median: Some(Weight::from_kg(70.0)),
            cv: Some(Fraction::from_parts(0.2)),
            low: Weight::from_kg(45.0),
            high: Weight::from_kg(120.0),
        };
        let age = Between { median: None, cv: None, low: Age::from_years(18.0), high: Age::from_years(65.0) };
        let both = Population { weight: Some(weight), age: Some(age) };
        let words = "weight 45 to 120 kg, median 70 kg, CV 20 %; age 18 to 65 y, evenly";
        assert_eq!((both.words().as_deref(), both.check()), (Some(words), Ok(())));
        assert_eq!(Population::default().words(), None);
    }
}
