//! Weights and ages in the units that tables of studies use beside kilograms and years.

use super::{Age, Weight};

const GRAMS_PER_KG: f64 = 1000.0;
const KG_PER_POUND: f64 = 0.453_592_37;
const MONTHS_PER_YEAR: f64 = 12.0;
const DAYS_PER_YEAR: f64 = 365.25;
const DAYS_PER_WEEK: f64 = 7.0;

impl Weight {
    /// From a number and its unit; none for a unit that is none of body weight.
    pub fn from_unit(value: f64, unit: &str) -> Option<Self> {
        match unit.to_lowercase().as_str() {
            "" | "kg" | "kgs" | "kilogram" | "kilograms" => Some(Self::from_kg(value)),
            "g" | "gram" | "grams" => Some(Self::from_kg(value / GRAMS_PER_KG)),
            "lb" | "lbs" | "pound" | "pounds" => Some(Self::from_kg(value * KG_PER_POUND)),
            _ => None,
        }
    }
}

impl Age {
    /// From a number and its unit; none for a unit that is none of age, and for "m", which may be months or minutes.
    pub fn from_unit(value: f64, unit: &str) -> Option<Self> {
        match unit.to_lowercase().trim_end_matches('.') {
            "" | "y" | "yr" | "yrs" | "year" | "years" | "yo" | "y/o" | "y old" | "years old" | "year old" => {
                Some(Self::from_years(value))
            }
            "mo" | "mos" | "mth" | "mths" | "month" | "months" | "months old" => {
                Some(Self::from_years(value / MONTHS_PER_YEAR))
            }
            "wk" | "wks" | "week" | "weeks" | "weeks old" => {
                Some(Self::from_years(value * DAYS_PER_WEEK / DAYS_PER_YEAR))
            }
            "d" | "day" | "days" | "days old" => Some(Self::from_years(value / DAYS_PER_YEAR)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 165 lb are 74.84 kg, 2100 g 2.1 kg, 6 months half a year, 3 weeks 21/365.25 y.
    #[test]
    fn units_beside_kilograms_and_years() {
        let weight = |v, u| Weight::from_unit(v, u).unwrap().kg();
        assert!((weight(165.0, "lb") - 74.842_741).abs() < 1e-6);
        assert!((weight(2100.0, "g") - 2.1).abs() < 1e-12 && (weight(70.0, "KG") - 70.0).abs() < 1e-12);
        let age = |v, u| Age::from_unit(v, u).unwrap().years();
        assert!((age(6.0, "mo") - 0.5).abs() < 1e-12 && (age(3.0, "wk") - 21.0 / 365.25).abs() < 1e-12);
        assert!(Weight::from_unit(11.0, "stone").is_none() && Age::from_unit(6.0, "m").is_none());
    }
}
