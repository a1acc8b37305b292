//! How a scenario asks to be shown: what travels with the file and changes no curve.

use super::Scenario;
use crate::error::{Error, Result};
use crate::units::{Concentration, number, text_value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// How the scenario is shown: the table `[view]`. It changes no curve and no virtual subject.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedView {
    /// A level of the user's own across the plasma curves of the drugs given. `None`: no line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<LevelLine>,
}

/// A plasma concentration that the user chose to compare with: time at or above it is told. It stands for no effect.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct LevelLine(Concentration);

/// How a level is written.
const EXAMPLE: &str = "100 ng/mL";

impl LevelLine {
    /// Lowest and highest level, ng/mL: below what an assay sees, and above what plasma could hold.
    pub const RANGE_NG_ML: [f64; 2] = [0.001, 1e6];

    /// Takes a level that can be drawn.
    ///
    /// # Errors
    /// When it lies outside [`LevelLine::RANGE_NG_ML`].
    pub fn new(level: Concentration) -> Result<Self> {
        let [least, most] = Self::RANGE_NG_ML;
        // a hair of rounding lies between a text and its number; not a number lies outside, too
        if (least * (1.0 - 1e-9)..=most * (1.0 + 1e-9)).contains(&level.ng_ml()) {
            return Ok(Self(level));
        }
        Err(Error::input(format!("a level of {level} cannot be drawn")).remedy(format!(
            "from {} to {} ng/mL, for example \"{EXAMPLE}\"",
            number(least),
            number(most)
        )))
    }

    /// The nearest level that can be drawn, from ng/mL.
    #[must_use]
    pub fn nearest(ng_ml: f64) -> Self {
        let [least, most] = Self::RANGE_NG_ML;
        Self(Concentration::from_ng_ml(if ng_ml.is_nan() { least } else { ng_ml.clamp(least, most) }))
    }

    /// As a concentration.
    pub fn concentration(self) -> Concentration {
        self.0
    }

    /// In ng/mL.
    pub fn ng_ml(self) -> f64 {
        self.0.ng_ml()
    }
}

impl FromStr for LevelLine {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        text.parse().and_then(Self::new)
    }
}

/// As it is written: "100 ng/mL".
impl fmt::Display for LevelLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for LevelLine {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        self.0.serialize(s)
    }
}

impl<'de> Deserialize<'de> for LevelLine {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        text_value(d, EXAMPLE)
    }
}

impl Scenario {
    /// The level line; `None` where there is none.
    pub fn level(&self) -> Option<LevelLine> {
        self.view.as_ref().and_then(|view| view.level)
    }

    /// Sets the level line or takes it away. A `[view]` that says nothing is not kept.
    pub fn set_level(&mut self, level: Option<LevelLine>) {
        let view = SharedView { level };
        self.view = (view != SharedView::default()).then_some(view);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_has_a_unit_and_can_be_drawn() {
        for (text, ng_ml) in
            [("100 ng/mL", 100.0), ("0.1 mg/L", 100.0), ("1000000 ng/mL", 1e6), ("0.001 ng/mL", 0.001), ("1 g/L", 1e6)]
        {
            let level: LevelLine = text.parse().unwrap();
            assert!((level.ng_ml() / ng_ml - 1.0).abs() < 1e-9, "{text}");
            assert_eq!(level.to_string().parse::<LevelLine>().unwrap().to_string(), level.to_string());
        }
        for (text, part) in [
            ("100", "has no unit"),
            ("100 mg", "mg/L is needed"),
            ("0 ng/mL", "cannot be drawn"),
            ("-5 ng/mL", "cannot be drawn"),
            ("1e9 ng/mL", "cannot be drawn"),
            ("", "empty"),
        ] {
            let refused = text.parse::<LevelLine>().unwrap_err();
            assert!(refused.what().contains(part), "{text}: {refused}");
            assert!(refused.what_would_work().is_some_and(|r| r.contains("ng/mL")), "{text}: {refused}");
        }
        for ng_ml in [f64::NAN, -1.0, 0.0, 1e300, f64::INFINITY, 42.0] {
            assert!(LevelLine::new(LevelLine::nearest(ng_ml).concentration()).is_ok());
        }
    }
}
