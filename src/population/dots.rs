//! Twenty virtual subjects who stand for all: dots at equal shares of the sample, for pictures that can be counted.

use super::Person;

/// Number of dots: each stands for one subject in twenty.
pub const DOTS: usize = 20;

/// Position of a dot on the time axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Dot {
    /// Time in minutes from the first dose of the session.
    At(f64),
    /// Later than the end of the simulation.
    Beyond,
    /// The subject never reaches the level.
    Never,
}

/// When something is first noticed, over subjects whose study has a level of noticing. Empty where no study has one.
pub fn noticing_dots(people: &[&Person]) -> Vec<Dot> {
    dots(people.iter().filter(|p| p.asked).map(|p| p.onset.map_or(Dot::Never, Dot::At)).collect())
}

/// When main effects end: the last time above the subject's own dissociative level.
pub fn fading_dots(people: &[&Person]) -> Vec<Dot> {
    let of = |p: &&Person| match p.end {
        Some(end) => Dot::At(end),
        None if p.outlasts => Dot::Beyond,
        None => Dot::Never,
    };
    dots(people.iter().map(of).collect())
}

/// Picks the middle of each of twenty equal shares, in order of time. Subjects who never reach the level come last.
fn dots(mut all: Vec<Dot>) -> Vec<Dot> {
    let place = |d: &Dot| match d {
        Dot::At(minutes) => *minutes,
        Dot::Beyond => f64::MAX,
        Dot::Never => f64::INFINITY,
    };
    all.sort_by(|a, b| place(a).total_cmp(&place(b)));
    let at = |i: usize| (((i as f64 + 0.5) / DOTS as f64) * all.len() as f64) as usize;
    (0..DOTS).filter_map(|i| all.get(at(i)).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_stand_for_equal_shares() {
        let person = |i: usize| Person {
            end: (i < 60).then_some(i as f64),
            reaches: i < 70,
            outlasts: (60..70).contains(&i),
            ..Person::default()
        };
        let people: Vec<Person> = (0..100).map(person).collect();
        let people: Vec<&Person> = people.iter().collect();
        let found = fading_dots(&people);
        assert_eq!(found.len(), DOTS);
        let count = |f: &dyn Fn(&Dot) -> bool| found.iter().filter(|d| f(d)).count();
        // by hand: 60 of 100 fade, 10 outlast, 30 never reach it; of twenty that is 12, 2 and 6
        assert_eq!(count(&|d| matches!(d, Dot::At(_))), 12);
        assert_eq!(count(&|d| *d == Dot::Beyond), 2);
        assert_eq!(count(&|d| *d == Dot::Never), 6);
        assert_eq!(found[0], Dot::At(2.0));
        assert!(noticing_dots(&people).is_empty(), "nobody was asked");
    }
}
