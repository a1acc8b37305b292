//! A tornado plot: how far each parameter moves one exposure measure, the longest bar first.

use super::words::{doses_in_words, version_and_sources};
use super::{EDUCATION_ONLY, Role};
use crate::model::Grade;
use crate::outcome::ArmOutcome;
use crate::population::{Measure, Tornado};
use crate::units::significant;

/// Largest number of bars. Further parameters hardly change anything.
const MOST: usize = 8;

/// A tornado plot: data only.
#[derive(Debug, Clone, PartialEq)]
pub struct TornadoPlot {
    /// Title of the plot.
    pub title: String,
    /// Arm and doses.
    pub subtitle: String,
    /// How to read the bars.
    pub about: String,
    /// Unit of the values: "ng/mL" or "min".
    pub unit: &'static str,
    /// Value with every parameter typical, in `unit`.
    pub typical: f64,
    /// Lowest and highest value of all bars, in `unit`.
    pub range: [f64; 2],
    /// Bars, the longest first.
    pub bars: Vec<TornadoBar>,
    /// Parameters without a bar: they change the value less than any that has one.
    pub rest: Vec<String>,
    /// Arm of the plot, which gives the colour.
    pub role: Role,
    /// Footer of a picture used on its own.
    pub footer: Vec<String>,
    /// Full citations of the sources.
    pub sources: Vec<String>,
}

/// The bar of one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct TornadoBar {
    /// Name of the parameter, or "weight" or "age".
    pub parameter: String,
    /// Value with the parameter at its 5th and at its 95th percentile.
    pub ends: [f64; 2],
    /// Variability of the parameter in words.
    pub spread: String,
    /// Grade of that variability. `None` for weight and age, which the scenario states.
    pub grade: Option<Grade>,
    /// The bar in words.
    pub said: String,
}

/// Name of an exposure measure in words.
pub fn measure_words(measure: Measure) -> &'static str {
    match measure {
        Measure::Cmax => "peak",
        Measure::Tmax => "time of peak",
        Measure::Above => "time above the level",
    }
}

impl TornadoPlot {
    /// The plot of one measure of an arm, in the colour of its role.
    pub fn new(found: &Tornado, measure: Measure, arm: &ArmOutcome, role: Role) -> Self {
        let typical = measure.of(&found.typical).unwrap_or(0.0);
        let mut bars: Vec<TornadoBar> = found
            .sorted(measure)
            .into_iter()
            .map(|swing| {
                let ends = swing.ends.map(|f| measure.of(&f).unwrap_or(typical));
                let [low, high] = ends.map(|v| significant(v, 3));
                let unit = measure.unit();
                TornadoBar {
                    said: format!("{}: {low} {unit} at its 5th percentile, {high} {unit} at its 95th", swing.parameter),
                    parameter: swing.parameter.clone(),
                    ends,
                    spread: swing.spread.clone(),
                    grade: swing.grade,
                }
            })
            .collect();
        let rest = bars.split_off(bars.len().min(MOST)).into_iter().map(|bar| bar.parameter).collect();
        let ends = bars.iter().flat_map(|bar| bar.ends);
        let range = ends.fold([typical; 2], |[low, high], v| [low.min(v), high.max(v)]);
        let mut plot = Self {
            title: format!("Which number matters most: {}", measure_words(measure)),
            subtitle: format!("{}: {}", arm.label, doses_in_words(arm)),
            about: about(found, measure, arm),
            unit: measure.unit(),
            typical,
            range,
            bars,
            rest,
            role,
            footer: Vec::new(),
            sources: arm.sources.clone(),
        };
        plot.footer.push(plot.about.clone());
        plot.footer.extend(plot.rest_words());
        plot.footer.extend([EDUCATION_ONLY.to_owned(), version_and_sources(std::slice::from_ref(arm))]);
        plot
    }

    /// The parameters without a bar, in words. `None` where every parameter has one.
    pub fn rest_words(&self) -> Option<String> {
        (!self.rest.is_empty()).then(|| format!("less than these: {}", self.rest.join(", ")))
    }

    /// Text in place of bars where there are none. `None` where there are bars.
    pub fn none_words(&self) -> Option<&'static str> {
        self.bars.is_empty().then_some("none: no spread in the model changes it")
    }

    /// The picture in words.
    pub fn in_words(&self) -> String {
        let bars = self.bars.iter().map(|bar| format!("{}.", bar.said));
        let none = self.none_words().map(str::to_owned);
        std::iter::once(format!("{}.", self.subtitle))
            .chain(bars)
            .chain(none)
            .chain([self.about.clone()])
            .collect::<Vec<_>>()
            .join(" ")
    }
}

fn about(found: &Tornado, measure: Measure, arm: &ArmOutcome) -> String {
    let unit = measure.unit();
    let typical =
        measure.of(&found.typical).map_or("not known".to_owned(), |v| format!("{} {unit}", significant(v, 3)));
    let level = match (measure, found.level) {
        (Measure::Above, Some(level)) => format!("; level {} ng/mL for all", significant(level, 3)),
        _ => String::new(),
    };
    let range = if arm.range.is_some() { "; drawn as a range, here at the model's own value" } else { "" };
    format!(
        "{}: typical {typical}{level}. Each number in turn at its 5th and 95th percentile over people, the others typical{range}; one at a time, so correlations between them are left out. Open: at the 5th; filled: at the 95th. The letter is the grade of the spread, not of the number itself.",
        found.model
    )
}
