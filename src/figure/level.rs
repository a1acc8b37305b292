//! The level line of a scenario in words: how long each arm is at or above it.

use super::minutes_in_words;
use crate::analysis::TimeAbove;
use crate::outcome::{ArmAbove, Outcome};
use crate::scenario::LevelLine;
use crate::units::significant;

/// Said wherever times above a level stand: what the level is, and what it is not.
pub const LEVEL_NOTE: &str = "Your own line. Not a level at which all people feel the same.";
/// More stretches than this are counted instead of listed.
const MOST_STRETCHES: usize = 3;

/// Time of one arm at or above a level, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelWords {
    /// How long: "52 min", "from 22 to 41 min", "low end 113, high end 91 min", "never".
    pub minutes: String,
    /// From when to when, min from time 0; where the level is not reached the peak, ng/mL.
    pub when: String,
    /// Lowest to highest time under other models, then each of them. `None` where there are none.
    pub others: Option<[String; 2]>,
}

impl LevelWords {
    /// The words of an arm.
    pub fn new(above: &ArmAbove) -> Self {
        let totals: Vec<f64> = above.curves.iter().map(|c| c.minutes).collect();
        let minutes = if above.reaches() { total(&totals) } else { "never".to_owned() };
        let when = match (above.ends(), above.line()) {
            _ if !above.reaches() => peak(&above.peaks),
            (Some(ends), _) => {
                let end = |(name, of, peak): (&str, &TimeAbove, f64)| {
                    if of.reaches() {
                        format!("{name} {}", stretches(of))
                    } else {
                        format!("{name} never, peak {}", significant(peak, 3))
                    }
                };
                let peak = |i: usize| above.peaks.get(i).copied().unwrap_or(0.0);
                let both = [("low end", ends[0], peak(0)), ("high end", ends[1], peak(1))];
                both.map(end).join("; ")
            }
            (None, Some(line)) => stretches(line),
            (None, None) => String::new(),
        };
        Self { minutes, when, others: others(&above.others) }
    }

    /// Both in one: "52 min, from 12 to 64".
    pub fn sentence(&self) -> String {
        if self.when.is_empty() { self.minutes.clone() } else { format!("{}, {}", self.minutes, self.when) }
    }
}

/// One total, or those of low and high end: the first belongs to the low end.
fn total(totals: &[f64]) -> String {
    let said: Vec<String> = totals.iter().map(|m| whole(*m)).collect();
    match said.as_slice() {
        // what is let go slowly has the lower peak and stays up for longer
        [low, high] if low != high && totals[0] > totals[1] => format!("low end {low}, high end {high} min"),
        [low, high] if low != high => format!("from {low} to {high} min"),
        [first, ..] => format!("{first} min"),
        [] => String::new(),
    }
}

/// Whole minutes: a model knows no seconds.
fn whole(minutes: f64) -> String {
    if minutes > 0.0 && minutes < 1.0 { minutes_in_words(minutes) } else { format!("{minutes:.0}") }
}

fn peak(peaks: &[f64]) -> String {
    let said: Vec<String> = peaks.iter().map(|p| significant(*p, 3)).collect();
    match said.as_slice() {
        [low, high] if low != high => format!("peak {low} to {high} ng/mL"),
        [first, ..] => format!("peak {first} ng/mL"),
        [] => String::new(),
    }
}

/// "from 12 to 64", "from 5 to 40 and from 95 to the end", "in 6 stretches from 5 to 700".
fn stretches(above: &TimeAbove) -> String {
    let last = above.stretches.len().saturating_sub(1);
    let end = |i: usize, to: f64| {
        if i == last && above.still_above { "the end".to_owned() } else { format!("{to:.0}") }
    };
    if above.stretches.len() > MOST_STRETCHES {
        let [from, to] = [above.stretches[0][0], above.stretches[last][1]];
        return format!("in {} stretches from {from:.0} to {}", above.stretches.len(), end(last, to));
    }
    let each = above.stretches.iter().enumerate();
    each.map(|(i, [from, to])| format!("from {from:.0} to {}", end(i, *to))).collect::<Vec<_>>().join(" and ")
}

/// Lowest to highest total over the other models, and the total of each.
fn others(list: &[(String, TimeAbove)]) -> Option<[String; 2]> {
    let totals = list.iter().map(|(_, above)| above.minutes);
    let low = totals.clone().reduce(f64::min)?;
    let high = totals.reduce(f64::max)?;
    let each: Vec<String> = list.iter().map(|(id, above)| format!("{id} {}", whole(above.minutes))).collect();
    Some([total(&[low, high]), each.join(", ")])
}

/// Name of a level line: "level line at 100 ng/mL".
fn name(level: LevelLine) -> String {
    format!("level line at {} ng/mL", significant(level.ng_ml(), 4))
}

/// Time of every arm at or above the level line. Empty without a line.
pub(super) fn above(outcome: &Outcome) -> Vec<ArmAbove> {
    outcome.level.map_or(Vec::new(), |level| outcome.arms.iter().map(|arm| arm.above(level)).collect())
}

/// The level line and every arm's time at or above it, as sentences for readers who do not see the picture. Empty
/// without a line.
pub(super) fn level_sentences(outcome: &Outcome, above: &[ArmAbove]) -> Vec<String> {
    let Some(level) = outcome.level else { return Vec::new() };
    let arms = outcome.arms.iter().zip(above);
    let arms = arms.map(|(arm, above)| format!("{} at or above it: {}.", arm.label, LevelWords::new(above).sentence()));
    std::iter::once(format!("A {}.", name(level))).chain(arms).collect()
}

/// The same as small print under a picture. `None` without a line.
pub(super) fn level_footer(outcome: &Outcome, above: &[ArmAbove]) -> Option<String> {
    let level = outcome.level?;
    let arms = outcome.arms.iter().zip(above);
    let arms: Vec<String> =
        arms.map(|(arm, above)| format!("{} {}", arm.label, LevelWords::new(above).minutes)).collect();
    Some(format!("Dotted: {}. Time at or above it: {}. {LEVEL_NOTE}", name(level), arms.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn above(stretches: &[[f64; 2]], still_above: bool) -> TimeAbove {
        let minutes = crate::analysis::length(stretches, f64::INFINITY);
        TimeAbove { stretches: stretches.to_vec(), minutes, still_above }
    }

    fn words(curves: Vec<TimeAbove>, peaks: &[f64]) -> String {
        let level = LevelLine::nearest(100.0);
        LevelWords::new(&ArmAbove { level, curves, peaks: peaks.to_vec(), others: Vec::new() }).sentence()
    }

    #[test]
    fn two_stretches_stay_two_and_a_range_stays_a_pair() {
        assert_eq!(words(vec![above(&[[12.0, 64.0]], false)], &[250.0]), "52 min, from 12 to 64");
        assert_eq!(
            words(vec![above(&[[5.0, 40.0], [95.0, 240.0]], true)], &[250.0]),
            "180 min, from 5 to 40 and from 95 to the end"
        );
        assert_eq!(words(vec![above(&[], false)], &[78.26]), "never, peak 78.3 ng/mL");
        assert_eq!(
            words(vec![above(&[[8.0, 30.0]], false), above(&[[5.0, 46.0]], false)], &[120.0, 160.0]),
            "from 22 to 41 min, low end from 8 to 30; high end from 5 to 46"
        );
        assert_eq!(
            words(vec![above(&[], false), above(&[[5.0, 46.0]], false)], &[90.0, 160.0]),
            "from 0 to 41 min, low end never, peak 90; high end from 5 to 46"
        );
        assert_eq!(
            words(vec![above(&[[2.0, 115.0]], false), above(&[[1.0, 92.0]], false)], &[120.0, 160.0]),
            "low end 113, high end 91 min, low end from 2 to 115; high end from 1 to 92"
        );
        assert_eq!(words(vec![above(&[], false), above(&[], false)], &[40.0, 78.0]), "never, peak 40 to 78 ng/mL");
        let six: Vec<[f64; 2]> = (0..6).map(|i| [f64::from(i) * 60.0 + 5.0, f64::from(i) * 60.0 + 15.0]).collect();
        assert_eq!(words(vec![above(&six, false)], &[120.0]), "60 min, in 6 stretches from 5 to 315");
        assert_eq!(words(vec![above(&[[0.0, 0.4]], false)], &[120.0]), "under 1 min, from 0 to 0");
    }
}
