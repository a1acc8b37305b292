//! Draws one session of a strip with a sample of virtual subjects: one bar, or one for each end of a range. A bar is
//! darker where more subjects are above their own level, and fades to nothing.

use super::canvas::{Canvas, GAP, SMALL, TEXT};
use super::session::{FAINT, fade, finish};
use super::{Align, Ink, TimeSpan};
use crate::figure::{CountedBar, Strip, StripPeople, StripSession};
use crate::units::MINUTES_PER_HOUR;

/// Opacity when all subjects are above their own level.
const ALL: f64 = 0.58;
/// Width of one shade, points.
const SHADE: f64 = 3.0;
/// Least length of the fade before the block, points.
const LAST: f64 = 32.0;

/// Height of each bar of a range, and the space between the two, points.
const HALF: f64 = 13.0;
const BETWEEN: f64 = 1.0;

/// Height of all bars of a strip before scaling. A single bar has the height of the lane.
pub(super) fn height(people: &StripPeople, lane: f64) -> f64 {
    let n = people.bars.len() as f64;
    if n > 1.0 { n * HALF + (n - 1.0) * BETWEEN } else { lane }
}

/// Draws the line of words under a strip. The margin beside the bar is free at this height.
pub(super) fn words(canvas: &mut Canvas, words: &[String], [left, _, _, bottom]: [f64; 4]) {
    let s = canvas.scale;
    let room = canvas.right - left - 4.0 * s;
    if let Some(words) = words.iter().find(|w| canvas.width(w, SMALL) <= room) {
        canvas.text([left, bottom + 4.0 * s], words, Ink::Muted, SMALL, [Align::Start, Align::Start]);
    }
}

/// Draws the bars of a session.
pub(super) fn draw(
    canvas: &mut Canvas,
    strip: &Strip,
    (session, people): (&StripSession, &StripPeople),
    time: TimeSpan,
    rect: [f64; 4],
) {
    let [left, top, right, _] = rect;
    let s = canvas.scale;
    let several = people.bars.len() > 1;
    // the highest curve reaches the range of waking from anaesthesia first, so the hatching is that of the last bar
    let last = people.bars.len().saturating_sub(1);
    for (i, one) in people.bars.iter().enumerate() {
        let y = top + i as f64 * (HALF + BETWEEN) * s;
        let own = if several { [left, y, right, y + HALF * s] } else { rect };
        let hatched = if i == last { session.caution.clone() } else { Vec::new() };
        bar(canvas, strip, &StripSession { caution: hatched, people: None, ..session.clone() }, one, time, own);
        if several {
            let at = [time.x[1] + (GAP + 5.0) * s + canvas.width(&strip.label, TEXT), 0.5 * (own[1] + own[3])];
            canvas.text(at, one.end, Ink::Muted, SMALL, [Align::Start, Align::Middle]);
        }
    }
}

fn bar(
    canvas: &mut Canvas,
    strip: &Strip,
    session: &StripSession,
    people: &CountedBar,
    time: TimeSpan,
    rect: [f64; 4],
) {
    let ink = strip.role.ink();
    let [left, top, right, bottom] = rect;
    let x = |minutes: f64| time.to_x(minutes / MINUTES_PER_HOUR).clamp(left, right).round();
    let mut parts: Vec<(f64, f64, Vec<&str>)> = Vec::new();
    let until;
    match (people.noticing, people.strongest) {
        (Some(noticing), Some(strongest)) => {
            let (begin, sure) = (x(noticing[0]), x(noticing[1].min(strongest[0].max(noticing[0]))));
            let peak = [x(strongest[0]).max(sure), x(strongest[1]).max(sure)];
            let end = people.fading.map(|fading| x(fading[1]).max(peak[1]));
            let beyond = people.fading.is_some_and(|f| time.to_x(f[1] / MINUTES_PER_HOUR) > right + 0.5);
            let stop = end.filter(|_| !beyond).unwrap_or(right);
            fade(canvas, [begin, top, sure, bottom], ink, [0.0, FAINT]);
            // no hard edge anywhere: the background fades out with the share of subjects
            let thin = if beyond { right } else { people.fading.map_or(right, |f| x(f[0]).clamp(sure, stop)) };
            canvas.rect([sure, top, thin, bottom], ink, FAINT);
            fade(canvas, [thin, top, stop, bottom], ink, [FAINT, 0.0]);
            shades(canvas, people, time, [begin, top, stop, bottom], beyond || end.is_none(), ink);
            parts.extend([(begin, peak[0], vec!["noticing"]), (peak[0], peak[1], vec!["strongest"])]);
            match (people.fading, beyond) {
                (Some(fading), true) => {
                    until =
                        [format!("fading until {} min", fading[1].round()), format!("until {} min", fading[1].round())];
                    parts.push((peak[1], right, until.iter().map(String::as_str).collect()));
                }
                (Some(fading), false) => {
                    parts.push((x(fading[0]).max(peak[1]), stop, vec!["main effects fading", "fading"]));
                }
                (None, _) => parts.push((peak[1], right, no_end(people).to_vec())),
            }
        }
        _ => {
            canvas.rect(rect, ink, FAINT);
            shades(canvas, people, time, rect, true, ink);
            let words = if people.few_notice { FEW_NOTICE } else { NO_LEVEL };
            parts.push((left, right, words.to_vec()));
        }
    }
    finish(canvas, session, time, rect, parts);
}

/// Wordings used in place of a time, longest first.
const FEW_NOTICE: [&str; 2] =
    ["many people at this dose may not feel this, so no time is given", "many may not feel this"];
const FEW_REACH: [&str; 2] =
    ["dissociative part: many people at this dose may not feel this", "many may not feel this"];
const NO_LEVEL: [&str; 2] = ["no study has a level of noticing for this drug", "no level known"];
const OUTLASTS: [&str; 2] = ["some are above their level a day later: no end is given", "no end is given"];

fn no_end(people: &CountedBar) -> [&'static str; 2] {
    if people.few_reach { FEW_REACH } else { OUTLASTS }
}

/// Slices whose opacity follows the share of subjects above their own level. The last ones always fade out.
fn shades(
    canvas: &mut Canvas,
    people: &CountedBar,
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
