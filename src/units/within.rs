//! Lengths of time and counts that cannot be held outside what can be meant: wherever they come from, they are checked
//! where they are made.

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::{Time, text_value};
use crate::error::{Error, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A length of time from `LEAST` to `MOST` minutes, both included.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Length<const LEAST: u32, const MOST: u32>(Time);

impl<const LEAST: u32, const MOST: u32> Length<LEAST, MOST> {
    /// Shortest and longest.
    pub fn range() -> [Time; 2] {
        [LEAST, MOST].map(|minutes| Time::from_minutes(f64::from(minutes)))
    }

    /// Takes a length of time that can be meant.
    ///
    /// # Errors
    /// When it lies outside [`Length::range`].
    pub fn new(time: Time) -> Result<Self> {
        let [least, most] = Self::range();
        // not a number lies outside, too
        if (least.hours()..=most.hours()).contains(&time.hours()) {
            return Ok(Self(time));
        }
        Err(Error::input(format!("a length of {time} cannot be meant here")).remedy(format!("from {least} to {most}")))
    }

    /// As a length of time.
    pub fn time(self) -> Time {
        self.0
    }
}

impl<const LEAST: u32, const MOST: u32> FromStr for Length<LEAST, MOST> {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let time = text.parse().map_err(|e: Error| Error::input(e.what()).remedy("write for example \"2 h\""))?;
        Self::new(time)
    }
}

impl<const LEAST: u32, const MOST: u32> fmt::Display for Length<LEAST, MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const LEAST: u32, const MOST: u32> Serialize for Length<LEAST, MOST> {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        self.0.serialize(s)
    }
}

impl<'de, const LEAST: u32, const MOST: u32> Deserialize<'de> for Length<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        text_value(d, "2 h")
    }
}

/// A whole number from `LEAST` to `MOST`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Count<const LEAST: u32, const MOST: u32>(u32);

impl<const LEAST: u32, const MOST: u32> Count<LEAST, MOST> {
    /// Takes a number that can be meant.
    ///
    /// # Errors
    /// When it is below `LEAST` or above `MOST`.
    pub fn new(number: u32) -> Result<Self> {
        if (LEAST..=MOST).contains(&number) { Ok(Self(number)) } else { Err(Self::refusal(number)) }
    }

    /// A number that stands in the code; one that cannot be meant does not compile.
    pub const fn literal<const N: u32>() -> Self {
        const { assert!(LEAST <= N && N <= MOST) }
        Self(N)
    }

    /// The nearest number that can be meant.
    #[must_use]
    pub fn nearest(number: usize) -> Self {
        Self(u32::try_from(number).unwrap_or(MOST).clamp(LEAST, MOST))
    }

    /// For counting things in memory.
    pub fn size(self) -> usize {
        self.0 as usize
    }

    fn refusal(number: impl fmt::Display) -> Error {
        Error::input(format!("\"{number}\" cannot be meant here"))
            .remedy(format!("a whole number from {LEAST} to {MOST} is needed"))
    }

    /// As a number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl<const LEAST: u32, const MOST: u32> FromStr for Count<LEAST, MOST> {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        text.trim().parse().map_err(|_| Self::refusal(text.trim())).and_then(Self::new)
    }
}

impl<const LEAST: u32, const MOST: u32> fmt::Display for Count<LEAST, MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const LEAST: u32, const MOST: u32> Serialize for Count<LEAST, MOST> {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        self.0.serialize(s)
    }
}

impl<'de, const LEAST: u32, const MOST: u32> Deserialize<'de> for Count<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let number = i64::deserialize(d)?;
        let read = u32::try_from(number).map_err(|_| Self::refusal(number)).and_then(Self::new);
        read.map_err(|e| serde::de::Error::custom(e.for_serde()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Some10 = Length<1, 600>;

    #[test]
    fn ends_are_within_and_what_lies_beyond_is_not() {
        for text in ["1 min", "60 s", "10 h"] {
            assert!(text.parse::<Some10>().is_ok(), "{text}");
        }
        for text in ["0 h", "59 s", "601 min", "-3 h", "1e100 h", "NaN h", "3", ""] {
            assert!(text.parse::<Some10>().is_err(), "{text}");
        }
        for text in ["1", " 52 "] {
            assert!(text.parse::<Count<1, 52>>().is_ok(), "{text}");
        }
        for text in ["0", "53", "-1", "4294967296", "1.5", "six", ""] {
            assert!(text.parse::<Count<1, 52>>().is_err(), "{text}");
        }
    }

    proptest! {
        /// Whatever number is written: it is held within its ends, or not at all.
        #[test]
        fn nothing_beyond_is_ever_held(minutes in proptest::num::f64::ANY, number in any::<i64>()) {
            if let Ok(length) = Some10::new(Time::from_minutes(minutes)) {
                prop_assert!((1.0..=600.0).contains(&length.time().minutes().round()));
            }
            if let Ok(count) = number.to_string().parse::<Count<1, 52>>() {
                prop_assert!((1..=52).contains(&count.get()));
            }
        }
    }
}
