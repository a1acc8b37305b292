//! Quantities: text with a unit in, numbers in canonical units inside.
//!
//! Canonical units are mg (drug), L, h, kg (body weight) and y (age); a concentration is mg/L.
//! Body weight and drug mass are different dimensions, so "0.5 mg/kg" is not a pure number, and
//! age is not time, so a slope per year of age cannot be used per hour by mistake.
//! Conversion factors occur here and nowhere else.

mod digits;
mod person;
mod within;

pub use digits::{exceeds, number, significant, tidy};
pub use within::{Count, Length};

use crate::error::{Error, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Exponents of the five base dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Dim {
    /// Mass of drug.
    pub drug: i8,
    /// Volume.
    pub volume: i8,
    /// Time.
    pub time: i8,
    /// Body weight.
    pub weight: i8,
    /// Age.
    pub age: i8,
}

impl Dim {
    /// A pure number.
    pub const NONE: Self = Self { drug: 0, volume: 0, time: 0, weight: 0, age: 0 };
    /// Mass of drug, mg.
    pub const DRUG: Self = Self { drug: 1, ..Self::NONE };
    /// Volume, L.
    pub const VOLUME: Self = Self { volume: 1, ..Self::NONE };
    /// Time, h.
    pub const TIME: Self = Self { time: 1, ..Self::NONE };
    /// Body weight, kg.
    pub const WEIGHT: Self = Self { weight: 1, ..Self::NONE };
    /// Age, y.
    pub const AGE: Self = Self { age: 1, ..Self::NONE };
    /// Rate constant, 1/h.
    pub const RATE: Self = Self { time: -1, ..Self::NONE };
    /// Clearance, L/h.
    pub const CLEARANCE: Self = Self { volume: 1, time: -1, ..Self::NONE };
    /// Concentration, mg/L.
    pub const CONCENTRATION: Self = Self { drug: 1, volume: -1, ..Self::NONE };
    /// How fast drug is given, mg/h.
    pub const DRUG_RATE: Self = Self { drug: 1, time: -1, ..Self::NONE };
    /// The same per body weight, mg/kg/h.
    pub const DRUG_RATE_PER_WEIGHT: Self = Self { drug: 1, weight: -1, time: -1, ..Self::NONE };
    /// Dose per body weight, mg/kg.
    pub const DRUG_PER_WEIGHT: Self = Self { drug: 1, weight: -1, ..Self::NONE };
    /// Concentration times time, mg h/L.
    pub const EXPOSURE: Self = Self { drug: 1, volume: -1, time: 1, ..Self::NONE };

    /// Dimension of a product (`sign` 1) or quotient (`sign` -1).
    #[must_use]
    pub fn combine(self, other: Self, sign: i8) -> Self {
        // saturating: a unit of a hundred factors is nonsense, but must not panic
        let add = |x: i8, y: i8| x.saturating_add(y.saturating_mul(sign));
        Self {
            drug: add(self.drug, other.drug),
            volume: add(self.volume, other.volume),
            time: add(self.time, other.time),
            weight: add(self.weight, other.weight),
            age: add(self.age, other.age),
        }
    }
}

/// In canonical units: `L/h`, `mg/L`, `1` for a pure number.
impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("mg", self.drug), ("L", self.volume), ("h", self.time), ("kg", self.weight), ("y", self.age)];
        let side =
            |sign: i8| -> Vec<String> {
                parts
                    .iter()
                    .filter(|(_, e)| e.signum() == sign)
                    .map(|(unit, e)| {
                        if e.unsigned_abs() == 1 { (*unit).to_owned() } else { format!("{unit}^{}", e.unsigned_abs()) }
                    })
                    .collect()
            };
        let (above, below) = (side(1), side(-1));
        f.write_str(&if above.is_empty() { "1".to_owned() } else { above.join("*") })?;
        below.iter().try_for_each(|unit| write!(f, "/{unit}"))
    }
}

/// Symbol, factor to the canonical unit, dimension.
const UNITS: &[(&str, f64, Dim)] = &[
    ("mg", 1.0, Dim::DRUG),
    ("mcg", 1e-3, Dim::DRUG),
    ("g", 1e3, Dim::DRUG),
    ("ng", 1e-6, Dim::DRUG),
    ("L", 1.0, Dim::VOLUME),
    ("mL", 1e-3, Dim::VOLUME),
    ("h", 1.0, Dim::TIME),
    ("min", 1.0 / 60.0, Dim::TIME),
    ("s", 1.0 / 3600.0, Dim::TIME),
    ("d", 24.0, Dim::TIME),
    ("kg", 1.0, Dim::WEIGHT),
    ("lb", 0.453_592_37, Dim::WEIGHT),
    ("y", 1.0, Dim::AGE),
    ("%", 0.01, Dim::NONE),
    ("1", 1.0, Dim::NONE),
];

/// Minutes in an hour, for read-outs that people read in minutes.
pub const MINUTES_PER_HOUR: f64 = 60.0;
/// Hours in a day of 24 h.
pub const HOURS_PER_DAY: f64 = 24.0;
/// ng/mL in one mg/L.
pub const NG_ML_PER_MG_L: f64 = 1000.0;

/// A number with a dimension, in canonical units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// The value in canonical units.
    pub value: f64,
    /// Its dimension.
    pub dim: Dim,
}

impl Quantity {
    /// Reads `"84 L/h"`, `"12 min"`, `"0.5 mg/kg"`, `"20 %"`, `"0.85"`.
    ///
    /// # Errors
    /// When the number cannot be read, is not finite, or a unit is unknown.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let (number, unit) = split_number(text);
        let value = parse_number(text, number)?;
        let (factor, dim) = parse_unit(text, unit)?;
        let value = value * factor;
        if !value.is_finite() {
            return Err(Error::input(format!("\"{text}\" is too large to be a number")).remedy("write a finite number"));
        }
        Ok(Self { value, dim })
    }

    /// Reads a quantity that must have dimension `dim`; `example` is what would have worked.
    ///
    /// # Errors
    /// As [`Quantity::parse`], and when the unit is missing or foreign.
    pub fn parse_as(text: &str, dim: Dim, example: &str) -> Result<f64> {
        let help = || format!("write a number and a unit, for example \"{example}\"");
        let quantity =
            Self::parse(text).map_err(|e| if e.what_would_work().is_some() { e } else { e.remedy(help()) })?;
        if quantity.dim == dim {
            return Ok(quantity.value);
        }
        let what = if quantity.dim == Dim::NONE && !text.contains('%') {
            format!("\"{}\" has no unit", text.trim())
        } else if (quantity.dim, dim) == (Dim::DRUG, Dim::WEIGHT) {
            // grams are of drug, kilograms of a person
            format!("\"{}\" is an amount of drug, but a body weight in kg is needed", text.trim())
        } else if (quantity.dim, dim) == (Dim::WEIGHT, Dim::DRUG) {
            format!("\"{}\" is a body weight, but an amount of drug in mg is needed", text.trim())
        } else {
            format!("\"{}\" is in {}, but {} is needed", text.trim(), quantity.dim, dim)
        };
        Err(Error::input(what).remedy(help()))
    }
}

/// Splits off the number: digits, sign, point, exponent, or a word such as `inf`.
pub(crate) fn split_number(text: &str) -> (&str, &str) {
    let mut end = 0;
    let bytes = text.as_bytes();
    while end < bytes.len() {
        let c = bytes[end];
        let exponent = matches!(c, b'e' | b'E')
            && end > 0
            && bytes.get(end + 1).is_some_and(|n| n.is_ascii_digit() || matches!(n, b'-' | b'+'));
        let sign = matches!(c, b'-' | b'+') && (end == 0 || matches!(bytes[end - 1], b'e' | b'E'));
        if c.is_ascii_digit() || c == b'.' || c == b',' || sign || exponent {
            end += 1;
        } else {
            break;
        }
    }
    (&text[..end], text[end..].trim())
}

fn parse_number(text: &str, number: &str) -> Result<f64> {
    if text.is_empty() {
        return Err(Error::input("the value is empty"));
    }
    let lower = text.trim_start_matches(['-', '+']).to_lowercase();
    if ["inf", "infinity", "nan"].iter().any(|word| lower.starts_with(word)) {
        return Err(Error::input(format!("\"{text}\" is not a finite number")));
    }
    if number.contains(',') {
        return Err(Error::input(format!("\"{text}\" has a comma in it"))
            .remedy("write the decimal mark as a point, without separators for thousands"));
    }
    let value: f64 = number.parse().map_err(|_| Error::input(format!("\"{text}\" does not begin with a number")))?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Error::input(format!("\"{text}\" is too large to be a number")).remedy("write a finite number"))
    }
}

fn parse_unit(text: &str, unit: &str) -> Result<(f64, Dim)> {
    let (mut factor, mut dim) = (1.0, Dim::NONE);
    if unit.is_empty() {
        return Ok((factor, dim));
    }
    for (i, denominator_group) in unit.split('/').enumerate() {
        for symbol in denominator_group.split('*') {
            let symbol = symbol.trim();
            let Some((_, f, d)) = UNITS.iter().find(|(s, _, _)| *s == symbol) else {
                return Err(unknown_unit(text, symbol));
            };
            let sign = if i == 0 { 1 } else { -1 };
            factor *= if i == 0 { *f } else { 1.0 / f };
            dim = dim.combine(*d, sign);
        }
    }
    Ok((factor, dim))
}

fn unknown_unit(text: &str, symbol: &str) -> Error {
    let what = if symbol.is_empty() {
        format!("\"{text}\" has an incomplete unit")
    } else {
        format!("unknown unit \"{symbol}\" in \"{text}\"")
    };
    let known: Vec<&str> = UNITS.iter().map(|(s, _, _)| *s).filter(|s| *s != "1").collect();
    let hint = match symbol {
        "µg" | "μg" | "ug" => "write mcg".to_owned(),
        "hr" | "hrs" | "hour" | "hours" => "write h".to_owned(),
        "minute" | "minutes" | "mins" => "write min".to_owned(),
        "year" | "years" | "yr" | "yrs" => "write y".to_owned(),
        "l" => "write L".to_owned(),
        "ml" => "write mL".to_owned(),
        "kgs" | "Kg" | "KG" => "write kg".to_owned(),
        "lbs" | "pound" | "pounds" => "write lb".to_owned(),
        _ => format!("units known: {}, and quotients such as L/h or mg/kg", known.join(", ")),
    };
    Error::input(what).remedy(hint)
}

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $dim:expr, $unit:literal, $example:literal, $make:ident, $get:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
        pub struct $name(f64);

        impl $name {
            #[doc = concat!("From a number in ", $unit, ".")]
            pub const fn $make(value: f64) -> Self {
                Self(value)
            }

            #[doc = concat!("The number in ", $unit, ".")]
            pub const fn $get(self) -> f64 {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self> {
                Quantity::parse_as(text, $dim, $example).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
                text_value(d, $example)
            }
        }
    };
}

/// Deserializes text through `FromStr`; a bare number is refused for want of a unit.
pub(crate) fn text_value<'de, D, T>(deserializer: D, example: &'static str) -> std::result::Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = Error>,
{
    struct Visitor<T>(&'static str, std::marker::PhantomData<T>);
    impl<T: FromStr<Err = Error>> Visitor<T> {
        fn no_unit<E: serde::de::Error>(&self, value: impl fmt::Display) -> E {
            E::custom(
                Error::input(format!("{value} has no unit"))
                    .remedy(format!("write it in quotes with a unit, for example \"{}\"", self.0))
                    .for_serde(),
            )
        }
    }
    impl<T: FromStr<Err = Error>> serde::de::Visitor<'_> for Visitor<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "text such as \"{}\"", self.0)
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> std::result::Result<T, E> {
            text.parse().map_err(|e: Error| E::custom(e.for_serde()))
        }
        fn visit_i64<E: serde::de::Error>(self, v: i64) -> std::result::Result<T, E> {
            Err(self.no_unit(v))
        }
        fn visit_u64<E: serde::de::Error>(self, v: u64) -> std::result::Result<T, E> {
            Err(self.no_unit(v))
        }
        fn visit_f64<E: serde::de::Error>(self, v: f64) -> std::result::Result<T, E> {
            Err(self.no_unit(v))
        }
    }
    deserializer.deserialize_any(Visitor(example, std::marker::PhantomData))
}

quantity!(
    /// A time or duration.
    Time, Dim::TIME, "hours", "40 min", from_hours, hours
);
quantity!(
    /// Body weight.
    Weight, Dim::WEIGHT, "kg", "70 kg", from_kg, kg
);
quantity!(
    /// Age.
    Age, Dim::AGE, "years", "40 y", from_years, years
);
quantity!(
    /// Mass of drug; whether salt or base is said by what holds it.
    Amount, Dim::DRUG, "mg", "35 mg", from_mg, mg
);
quantity!(
    /// Plasma concentration.
    Concentration, Dim::CONCENTRATION, "mg/L", "100 ng/mL", from_mg_l, mg_l
);
quantity!(
    /// A pure number; percentages are read as fractions.
    Fraction, Dim::NONE, "parts of one", "0.85", from_parts, parts
);

impl Time {
    /// From minutes.
    pub fn from_minutes(minutes: f64) -> Self {
        Self(minutes / MINUTES_PER_HOUR)
    }

    /// In minutes.
    pub fn minutes(self) -> f64 {
        self.0 * MINUTES_PER_HOUR
    }
}

impl Concentration {
    /// From ng/mL.
    pub fn from_ng_ml(ng_ml: f64) -> Self {
        Self(ng_ml / NG_ML_PER_MG_L)
    }

    /// In ng/mL.
    pub fn ng_ml(self) -> f64 {
        self.0 * NG_ML_PER_MG_L
    }
}

/// Minutes below two hours, else hours; days only when whole and at least three.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.minutes();
        let whole = |x: f64| (x - x.round()).abs() < 1e-9;
        if self.0.abs() >= 72.0 && whole(self.0 / 24.0) {
            write!(f, "{} d", number(self.0 / 24.0))
        } else if minutes.abs() < 120.0 || !whole(self.0 * 4.0) {
            write!(f, "{} min", number(minutes))
        } else {
            write!(f, "{} h", number(self.0))
        }
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kg", number(self.0))
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} y", number(self.0))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} mg", number(self.0))
    }
}

impl fmt::Display for Concentration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ng/mL", number(self.ng_ml()))
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", number(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_units_of_the_field() {
        let read = |t: &str| Quantity::parse(t).map(|q| (q.value, q.dim.to_string())).unwrap();
        assert_eq!(read("84 L/h"), (84.0, "L/h".into()));
        assert_eq!(read("1.48 L/min"), (88.8, "L/h".into()));
        assert_eq!(read("0.5 mg/kg"), (0.5, "mg/kg".into()));
        assert_eq!(read("121 ng/mL").1, "mg/L");
        assert_eq!(read("-2.19 L/h/y"), (-2.19, "L/h/y".into()));
        assert_eq!(read("20 %"), (0.2, "1".into()));
        assert_eq!(read("1e-3 mg"), (0.001, "mg".into()));
        assert!((read("0.0146 1/min").0 - 0.876).abs() < 1e-15);
    }

    #[test]
    fn refuses_what_is_not_a_quantity() {
        for (text, part) in [
            ("80 L/hr", "unknown unit \"hr\""),
            ("nan mg", "finite"),
            ("-inf mg", "finite"),
            ("1e400 mg", "too large"),
            ("", "empty"),
            ("mg", "begin with a number"),
            ("1,5 mg", "comma"),
            ("5 mg/", "incomplete unit"),
        ] {
            let error = Quantity::parse(text).unwrap_err();
            assert!(error.what().contains(part), "{text}: {error}");
        }
        assert!("35".parse::<Amount>().unwrap_err().what().contains("no unit"));
        assert!("35 mL".parse::<Amount>().unwrap_err().what().contains("L, but mg"));
    }

    #[test]
    fn times_print_as_people_say_them() {
        let print = |h: f64| Time::from_hours(h).to_string();
        assert_eq!(print(40.0 / 60.0), "40 min");
        assert_eq!(print(4.0), "4 h");
        assert_eq!(print(1.5), "90 min");
        assert_eq!(print(240.0), "10 d");
    }

    #[test]
    fn numbers_are_significant() {
        for (value, text) in
            [(0.1 + 0.2, "0.3"), (200_000.0, "200000"), (1e300, "1e300"), (-1.999_999_999_99e-14, "-2e-14")]
        {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn significant_digits_round_once() {
        assert_eq!(significant(9.996, 3), "10");
        assert_eq!(significant(35.0, 3), "35");
        assert_eq!(significant(252.6, 3), "253");
        assert_eq!(significant(0.300_96, 3), "0.301");
        assert_eq!(
            (significant(35.0, 3), significant(0.301, 2), significant(0.0, 3)),
            ("35".into(), "0.3".into(), "0".into())
        );
    }
}
