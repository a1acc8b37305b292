//! One person's covariates.

use crate::error::{Error, Result};
use crate::path;
use crate::units::{Age, Weight};
use serde::{Deserialize, Serialize};

/// Who is simulated. Models use what they were estimated with and ignore the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Body weight.
    #[serde(default = "reference_weight")]
    pub weight: Weight,
    /// Age.
    #[serde(default = "reference_age")]
    pub age: Age,
    /// Sex, where a model uses it.
    #[serde(default)]
    pub sex: Sex,
    /// Ancestry, where a model uses it.
    #[serde(default)]
    pub ancestry: Ancestry,
}

/// Sex as models coded it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Not stated: no model effect of sex is applied.
    #[default]
    Unstated,
}

/// Ancestry as models coded it; Japanese subjects were coded Asian as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ancestry {
    /// Not stated: no model effect of ancestry is applied.
    #[default]
    Unstated,
    /// Asian, not Japanese.
    Asian,
    /// Japanese.
    Japanese,
}

/// The reference adult of allometric scaling.
fn reference_weight() -> Weight {
    Weight::from_kg(70.0)
}

fn reference_age() -> Age {
    Age::from_years(40.0)
}

/// 70 kg and 40 years, the rest unstated.
impl Default for Subject {
    fn default() -> Self {
        Self { weight: reference_weight(), age: reference_age(), sex: Sex::Unstated, ancestry: Ancestry::Unstated }
    }
}

/// What one arm states of its own subject. Whatever it leaves out is that of the scenario's subject.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnSubject {
    /// Body weight. `None`: as in the scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// Age. `None`: as in the scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<Age>,
    /// Sex. `None`: as in the scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Ancestry. `None`: as in the scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ancestry: Option<Ancestry>,
}

impl OwnSubject {
    /// Whether nothing is stated.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The subject, with the rest taken from another one.
    pub fn or(&self, other: &Subject) -> Subject {
        Subject {
            weight: self.weight.unwrap_or(other.weight),
            age: self.age.unwrap_or(other.age),
            sex: self.sex.unwrap_or(other.sex),
            ancestry: self.ancestry.unwrap_or(other.ancestry),
        }
    }

    /// What has to be stated so that the subject is this one in place of another: only what differs.
    pub fn between(subject: &Subject, other: &Subject) -> Self {
        Self {
            weight: (subject.weight != other.weight).then_some(subject.weight),
            age: (subject.age != other.age).then_some(subject.age),
            sex: (subject.sex != other.sex).then_some(subject.sex),
            ancestry: (subject.ancestry != other.ancestry).then_some(subject.ancestry),
        }
    }
}

/// People outside these limits are taken for a slip of the pen.
pub(crate) const WEIGHT_KG: std::ops::RangeInclusive<f64> = 1.0..=400.0;
pub(crate) const AGE_Y: std::ops::RangeInclusive<f64> = 0.0..=120.0;

impl Subject {
    /// Weight, age, sex and ancestry; what is not stated is left out, but for sex: "70 kg, 40 y, sex not stated".
    pub fn words(&self) -> String {
        let ancestry = match self.ancestry {
            Ancestry::Unstated => String::new(),
            stated => format!(", ancestry {}", stated.as_str()),
        };
        format!("{}, {}, {}{ancestry}", self.weight, self.age, self.sex.words())
    }

    /// Refuses what no person can be.
    ///
    /// # Errors
    /// When weight or age is out of any person's range.
    pub fn check(&self) -> Result<()> {
        if !WEIGHT_KG.contains(&self.weight.kg()) {
            return Err(Error::input(format!("a body weight of {} is not a person's", self.weight))
                .remedy("check the unit (kg or lb): weight is from 1 kg to 400 kg")
                .at(path!["weight"]));
        }
        if !AGE_Y.contains(&self.age.years()) {
            return Err(Error::input(format!("an age of {} is not a person's", self.age))
                .remedy("check the unit: age is in years, from 0 y to 120 y")
                .at(path!["age"]));
        }
        Ok(())
    }
}

impl Sex {
    /// All values, as written in files.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Female, "female"), (Self::Male, "male"), (Self::Unstated, "unstated")];

    /// As written in files.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(v, _)| *v == self).map_or("", |(_, s)| s)
    }
}

impl Sex {
    /// For people: says so when it is not stated.
    pub fn words(self) -> &'static str {
        if self == Self::Unstated { "sex not stated" } else { self.as_str() }
    }
}

impl Ancestry {
    /// All values, as written in files.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Unstated, "unstated"), (Self::Asian, "asian"), (Self::Japanese, "japanese")];

    /// As written in files.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(v, _)| *v == self).map_or("", |(_, s)| s)
    }
}
