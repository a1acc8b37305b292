//! The one time at which everything is read: on the plot, in the strips, under the hand or while it plays.

/// Simulated hours in one second of play: 10 minutes.
const PLAYED_PER_SECOND: f64 = 1.0 / 6.0;
/// A key moves the cursor by a minute, or by this part of an axis on which minutes are too short.
const PART_OF_AXIS: f64 = 1.0 / 360.0;
const MINUTE_H: f64 = 1.0 / 60.0;
/// With Shift it moves so many times as far.
const SHIFT: f64 = 10.0;
/// Events closer than this are one, h: a tenth of a second.
const SAME_EVENT_H: f64 = 1.0 / 36_000.0;

/// The cursor.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cursor {
    /// Time, h. `None` while nothing is read.
    pub hours: Option<f64>,
    /// Whether it moves by itself.
    pub playing: bool,
    /// Whether it stays where it is when the pointer leaves the plot: once it was moved by its handle, by keys or by play.
    pub held: bool,
}

/// How keys move the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// By a minute: forward or back.
    Short(bool),
    /// By ten minutes.
    Long(bool),
    /// To the next event: the start or end of a dose, a peak, a crossing of the level line.
    Event(bool),
    /// To the start of the axis.
    Start,
    /// To its end.
    End,
}

impl Cursor {
    /// Puts it to a time (h) within the axis, where it stays.
    pub fn put(&mut self, hours: f64, [from, to]: [f64; 2]) {
        (self.hours, self.held) = (Some(hours.clamp(from, to)), true);
    }

    /// Moves it on an axis from one time to another (h), among events in order of time (h).
    pub fn step(&mut self, step: Step, [from, to]: [f64; 2], events: &[f64]) {
        let now = self.hours.unwrap_or(from);
        let short = MINUTE_H.max((to - from) * PART_OF_AXIS);
        let towards = |forward: bool| if forward { 1.0 } else { -1.0 };
        let next = match step {
            Step::Short(forward) => now + towards(forward) * short,
            Step::Long(forward) => now + towards(forward) * SHIFT * short,
            Step::Event(true) => events.iter().copied().find(|t| *t > now + SAME_EVENT_H).unwrap_or(to),
            Step::Event(false) => events.iter().rev().copied().find(|t| *t < now - SAME_EVENT_H).unwrap_or(from),
            Step::Start => from,
            Step::End => to,
        };
        self.playing = false;
        self.put(next, [from, to]);
    }

    /// Plays from where it is, or from the start where it is at the end; or stops.
    pub fn toggle_play(&mut self, axis: [f64; 2]) {
        self.playing = !self.playing;
        if self.playing {
            let now = self.hours.filter(|now| *now < axis[1] - SAME_EVENT_H).unwrap_or(axis[0]);
            self.put(now, axis);
        }
    }

    /// Plays on by so many seconds; at the end of the axis it stops and stays there.
    pub fn play_on(&mut self, seconds: f64, axis: [f64; 2]) {
        if !self.playing {
            return;
        }
        let next = self.hours.unwrap_or(axis[0]) + seconds * PLAYED_PER_SECOND;
        self.playing = next < axis[1];
        self.put(next, axis);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AXIS: [f64; 2] = [0.0, 4.0];
    const EVENTS: [f64; 3] = [0.0, 0.5, 1.25];

    fn at(hours: f64) -> Cursor {
        Cursor { hours: Some(hours), ..Cursor::default() }
    }

    fn moved(from: f64, step: Step) -> f64 {
        let mut cursor = at(from);
        cursor.step(step, AXIS, &EVENTS);
        assert!(cursor.held);
        cursor.hours.unwrap()
    }

    #[test]
    fn keys_move_it_by_minutes_and_to_events() {
        for (from, step, to) in [
            (1.0, Step::Short(true), 61.0 / 60.0),
            (1.0, Step::Long(false), 50.0 / 60.0),
            (0.0, Step::Short(false), 0.0),
            (0.0, Step::Event(true), 0.5),
            (0.5, Step::Event(true), 1.25),
            (1.25, Step::Event(true), 4.0),
            (1.0, Step::Event(false), 0.5),
            (3.0, Step::Start, 0.0),
            (3.0, Step::End, 4.0),
        ] {
            assert!((moved(from, step) - to).abs() < 1e-12, "{from} {step:?} {to}");
        }
    }

    /// On an axis of ten days a minute is no step.
    #[test]
    fn a_long_axis_has_longer_steps() {
        let mut cursor = at(0.0);
        cursor.step(Step::Short(true), [0.0, 240.0], &[]);
        assert!((cursor.hours.unwrap() - 240.0 / 360.0).abs() < 1e-12);
    }

    #[test]
    fn it_plays_ten_minutes_a_second_and_stops_at_the_end() {
        let mut cursor = at(3.5);
        cursor.toggle_play(AXIS);
        cursor.play_on(1.0, AXIS);
        assert!(cursor.playing && (cursor.hours.unwrap() - (3.5 + 1.0 / 6.0)).abs() < 1e-12);
        cursor.play_on(60.0, AXIS);
        assert_eq!((cursor.playing, cursor.hours), (false, Some(4.0)));
        // from the end it begins anew
        cursor.toggle_play(AXIS);
        assert_eq!((cursor.playing, cursor.hours), (true, Some(0.0)));
        cursor.toggle_play(AXIS);
        assert!(!cursor.playing);
    }
}
