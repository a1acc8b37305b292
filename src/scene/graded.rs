//! A strip of counted people: darker where more of them are above their own level, ending in a fade and then the
//! block in which staff decide.

use super::layout::{Canvas, SMALL};
use super::strip::{FAINT, fade, finish, parts_of};
use super::{Align, Ink, TimeSpan};
use crate::figure::{STAFF_DECIDE, Strip, StripPeople};
use crate::units::MINUTES_PER_HOUR;

/// Opacity when all are above their own level.
const ALL: f64 = 0.58;
/// Width of one shade, points.
const SHADE: f64 = 3.0;
/// The fade before the block is at least this long, points.
const LAST: f64 = 32.0;

/// Draws the bar, its words, and the line of words under it.
pub(super) fn draw(canvas: &mut Canvas, strip: &Strip, people: &StripPeople, time: TimeSpan, rect: [f64; 4]) {
    let ink = Ink::Route(strip.role.route);
    let [left, top, right, bottom] = rect;
    let x = |minutes: f64| time.to_x(minutes / MINUTES_PER_HOUR).clamp(left, right).round();
    let mut parts: Vec<(f64, f64, Vec<&str>)> = Vec::new();
    let until;
    match (strip.noticing, strip.strongest) {
        (Some(noticing), Some(strongest)) => {
            let (begin, sure) = (x(noticing[0]), x(noticing[1].min(strongest[0].max(noticing[0]))));
            let peak = [x(strongest[0]).max(sure), x(strongest[1]).max(sure)];
            let end = strip.fading.map(|fading| x(fading[1]).max(peak[1]));
            let beyond = strip.fading.is_some_and(|f| time.to_x(f[1] / MINUTES_PER_HOUR) > right + 0.5);
            let stop = end.filter(|_| !beyond).unwrap_or(right);
            fade(canvas, [begin, top, sure, bottom], ink, [0.0, FAINT]);
            // no edge anywhere: the ground fades out as people do
            let thin = if beyond { right } else { strip.fading.map_or(right, |f| x(f[0]).clamp(sure, stop)) };
            canvas.rect([sure, top, thin, bottom], ink, FAINT);
            fade(canvas, [thin, top, stop, bottom], ink, [FAINT, 0.0]);
            shades(canvas, people, time, [begin, top, stop, bottom], beyond || end.is_none(), ink);
            parts.extend([(begin, peak[0], vec!["noticing"]), (peak[0], peak[1], vec!["strongest"])]);
            match (strip.fading, beyond) {
                (Some(fading), true) => {
                    until = [
                        format!("fading until {} min, then {STAFF_DECIDE}", fading[1].round()),
                        format!("until {} min", fading[1].round()),
                    ];
                    parts.push((peak[1], right, until.iter().map(String::as_str).collect()));
                }
                (Some(fading), false) => {
                    parts.push((x(fading[0]).max(peak[1]), stop, vec!["main effects fading", "fading"]));
                    canvas.rect([stop, top, right, bottom], Ink::Staff, 1.0);
                    parts_of(canvas, [stop, right], rect, &[STAFF_DECIDE, "staff decide", "staff"], Ink::OnStaff);
                }
                (None, _) => parts.push((peak[1], right, no_end(people))),
            }
        }
        _ => {
            let words = ["hardly anybody reaches the level of noticing; staff decide", "below the level; staff decide"];
            canvas.rect(rect, ink, 0.04);
            parts.push((left, right, words.to_vec()));
        }
    }
    finish(canvas, strip, time, rect, parts);
    // the margin beside the bar is free at this height
    let room = canvas.right - left - 4.0 * canvas.scale;
    if let Some(words) = people.words.iter().find(|w| canvas.width(w, SMALL) <= room) {
        let at = [left, bottom + 4.0 * canvas.scale];
        canvas.text(at, words, Ink::Muted, SMALL, [Align::Start, Align::Start]);
    }
}

fn no_end(people: &StripPeople) -> Vec<&'static str> {
    if people.outlasts {
        vec!["some are above their level a day later: no end is given; staff decide", "no end is given; staff decide"]
    } else {
        vec!["dissociative level not reached, effects still possible; staff decide", "level not reached; staff decide"]
    }
}

/// Slices as dark as the share of people above their own level; the last ones fade whatever it is.
fn shades(
    canvas: &mut Canvas,
    people: &StripPeople,
    time: TimeSpan,
    [left, top, right, bottom]: [f64; 4],
    goes_on: bool,
    ink: Ink,
) {
    let share = |minutes: f64| {
        let after = people.above.partition_point(|[t, _]| *t <= minutes);
        let (Some(a), b) = (people.above.get(after.saturating_sub(1)), people.above.get(after)) else { return 0.0 };
        b.map_or(a[1], |b| a[1] + (b[1] - a[1]) * (minutes - a[0]) / (b[0] - a[0]).max(1e-9)) / 100.0
    };
    let steps = ((right - left) / SHADE).ceil().max(1.0);
    let edge = |i: f64| (left + (right - left) * i / steps).round();
    for i in 0..steps as usize {
        let (from, to) = (edge(i as f64), edge(i as f64 + 1.0));
        let middle = 0.5 * (from + to);
        let last = if goes_on { 1.0 } else { ((right - middle) / (LAST * canvas.scale)).clamp(0.0, 1.0) };
        let share = share(time.to_hours(middle) * MINUTES_PER_HOUR);
        canvas.rect([from, top, to, bottom], ink, ALL * share * last);
    }
}
