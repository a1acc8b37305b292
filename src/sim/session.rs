//! Where a course of doses is cut into sessions.

use super::administered::DoseMark;

/// Doses so close together that they are one sitting. A course is several sessions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Session {
    /// 1 for the first of the arm.
    pub number: usize,
    /// Sessions of the arm in all.
    pub of: usize,
    /// Start of its first dose, h from time 0.
    pub start: f64,
    /// End of its last dose, h from time 0: an infusion, a hold or a series of sprays has ended.
    pub end: f64,
    /// Doses; a series of sprays is one.
    pub doses: usize,
}

/// Rounding error of a start that must not open a session, h.
const SLACK: f64 = 1e-9;

/// Cuts doses into sessions: one that starts `gap` hours or more after all before it have ended opens the next.
///
/// Every other place that speaks of a session asks here, so that windows, counts, rules and pictures agree.
pub fn sessions(doses: &[DoseMark], gap: f64) -> Vec<Session> {
    let mut marks: Vec<&DoseMark> = doses.iter().collect();
    marks.sort_by(|a, b| a.start.total_cmp(&b.start));
    let mut list: Vec<Session> = Vec::new();
    let mut last_dose = None;
    for mark in marks {
        match list.last_mut().filter(|s| mark.start - s.end < gap - SLACK) {
            Some(session) => {
                session.end = session.end.max(mark.end);
                session.doses += usize::from(last_dose != Some(mark.dose));
            }
            None => list.push(Session {
                number: list.len() + 1,
                of: 0,
                start: mark.start,
                end: mark.end.max(mark.start),
                doses: 1,
            }),
        }
        last_dose = Some(mark.dose);
    }
    let of = list.len();
    list.iter_mut().for_each(|s| s.of = of);
    list
}

impl Session {
    /// A time (h) after the start of all its doses and before that of the next session.
    pub fn before(&self) -> f64 {
        self.end + 2.0 * SLACK
    }

    /// "session 2 of 6"; none where the arm has only one.
    pub fn words(&self) -> Option<String> {
        (self.of > 1).then(|| format!("session {} of {}", self.number, self.of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regimen::Route;

    fn mark(dose: usize, start: f64, end: f64) -> DoseMark {
        DoseMark { dose, start, end, amount: 35.0, route: Route::Im, held: None }
    }

    /// By hand: a gap is counted from the end of what was given before, and 12 h make a new session.
    #[test]
    fn a_gap_of_twelve_hours_opens_a_session() {
        let list = sessions(&[mark(0, 0.0, 40.0 / 60.0), mark(1, 12.0, 12.0), mark(2, 24.0, 24.0)], 12.0);
        let found: Vec<(f64, f64, usize, usize)> = list.iter().map(|s| (s.start, s.end, s.doses, s.of)).collect();
        assert_eq!(found, [(0.0, 12.0, 2, 2), (24.0, 24.0, 1, 2)]);
        assert_eq!(list[1].words().unwrap(), "session 2 of 2");
    }

    /// An infusion of four days is one session; a dose an hour after its end belongs to it.
    #[test]
    fn a_long_infusion_is_one_session() {
        let list = sessions(&[mark(0, 0.0, 96.0), mark(1, 97.0, 97.0)], 12.0);
        assert_eq!((list.len(), list[0].doses, list[0].words()), (1, 2, None));
    }

    #[test]
    fn order_of_lines_does_not_matter_and_sprays_are_one_dose() {
        let marks = [mark(1, 168.0, 168.0), mark(0, 0.1, 0.1), mark(0, 0.0, 0.0)];
        let list = sessions(&marks, 12.0);
        assert_eq!(list.iter().map(|s| s.doses).collect::<Vec<_>>(), [1, 1]);
        assert!(sessions(&[], 12.0).is_empty());
    }
}
