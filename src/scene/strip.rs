//! Strips under the plot: when one may notice, when it is strongest, when main effects fade.

use super::layout::{Canvas, GAP, PROGRAMMES_SAY, SMALL, TEXT};
use super::{Align, Dash, Ink, Shape, TimeSpan};
use crate::figure::{DRIVING_RULE, Figure, STAFF_DECIDE, STRIP_NOTE, Strip};
use crate::units::MINUTES_PER_HOUR;

/// Height of a lane and of the lane for programmes below it.
const LANE: f64 = 20.0;
const PROGRAMME: f64 = 10.0;
const BETWEEN: f64 = 6.0;
/// Height of the line of words under a counted strip.
const COUNTED: f64 = 17.0;
/// Opacities: may notice, on the way, strongest, faded.
pub(super) const FAINT: f64 = 0.10;
const NOTICING: f64 = 0.25;
const STRONGEST: f64 = 0.60;
/// A fade is drawn in this many steps.
const STEPS: usize = 24;

/// Height of all strips before scaling.
pub(super) fn height(figure: &Figure) -> f64 {
    if figure.strips.is_empty() {
        return 0.0;
    }
    SMALL + GAP + figure.strips.iter().map(|s| lane(s) + BETWEEN).sum::<f64>()
}

fn lane(strip: &Strip) -> f64 {
    let bars = bars(strip);
    let words = if strip.people.is_some() { COUNTED } else { 0.0 };
    bars + words + if strip.programme.is_some() { PROGRAMME + 2.0 } else { 0.0 }
}

fn bars(strip: &Strip) -> f64 {
    strip.people.as_ref().map_or(LANE, |people| super::graded::height(people, LANE))
}

/// Draws all strips from `top` down and says where each lies.
pub(super) fn draw(canvas: &mut Canvas, figure: &Figure, time: TimeSpan, top: f64) -> Vec<[f64; 4]> {
    let s = canvas.scale;
    if figure.strips.is_empty() {
        return Vec::new();
    }
    let programmes = figure.strips.iter().any(|s| s.programme.is_some());
    let counted = figure.strips.iter().any(|s| s.people.is_some());
    let darker = if counted { "darker: more people above their own level; " } else { "" };
    let key = "; hatched: what programmes say, close where strongest";
    let long = format!("{darker}{STRIP_NOTE}; {DRIVING_RULE}{}", if programmes { key } else { "" });
    let middle = format!("{darker}{STRIP_NOTE}{}", if programmes { key } else { "" });
    let short = "main effects fading: not the time to leave or drive";
    let room = time.x[1] - time.x[0] + GAP * s;
    let note = [long.as_str(), &middle, STRIP_NOTE, short]
        .into_iter()
        .find(|n| canvas.width(n, SMALL) <= room)
        .unwrap_or(short);
    canvas.text([time.x[0], top], note, Ink::Muted, SMALL, [Align::Start, Align::Start]);
    let mut y = top + (SMALL + GAP) * s;
    let mut places = Vec::new();
    for strip in &figure.strips {
        let rect = [time.x[0], y, time.x[1], y + bars(strip) * s];
        let mut foot = rect[3];
        if let Some(people) = &strip.people {
            super::graded::draw(canvas, strip, people, time, rect);
            foot += COUNTED * s;
        } else {
            one(canvas, strip, time, rect);
        }
        if let Some(p) = &strip.programme {
            let below = [rect[0], foot + 2.0 * s, rect[2], foot + (2.0 + PROGRAMME) * s];
            programme(canvas, *p, time, below);
        }
        let label_at = [rect[2] + GAP * s, 0.5 * (rect[1] + rect[3])];
        canvas.text(label_at, &strip.label, Ink::RouteText(strip.role.route), TEXT, [Align::Start, Align::Middle]);
        places.push(rect);
        y += (lane(strip) + BETWEEN) * s;
    }
    places
}

fn one(canvas: &mut Canvas, strip: &Strip, time: TimeSpan, rect: [f64; 4]) {
    let ink = Ink::Route(strip.role.route);
    let [left, top, right, bottom] = rect;
    let x = |minutes: f64| time.to_x(minutes / MINUTES_PER_HOUR).clamp(left, right).round();
    let (longer, shorter): (String, String);
    let mut parts: Vec<(f64, f64, Vec<&str>)> = Vec::new();
    let end = match (strip.noticing, strip.strongest, strip.fading) {
        (Some(noticing), Some(strongest), Some(fading)) => {
            let (begin, sure) = (x(noticing[0]), x(noticing[1].min(strongest[0].max(noticing[0]))));
            fade(canvas, [begin, top, sure, bottom], ink, [FAINT, NOTICING]);
            let peak = [x(strongest[0]).max(sure), x(strongest[1]).max(sure)];
            canvas.rect([sure, top, peak[0], bottom], ink, NOTICING);
            canvas.rect([peak[0], top, peak[1], bottom], ink, STRONGEST);
            let (from, to) = (x(fading[0]).max(peak[1]), x(fading[1]).max(peak[1]));
            canvas.rect([peak[1], top, from, bottom], ink, STRONGEST * 0.7);
            fade(canvas, [from, top, to, bottom], ink, [STRONGEST * 0.7, 0.04]);
            parts.extend([(begin, peak[0], vec!["noticing"]), (peak[0], peak[1], vec!["strongest"])]);
            let beyond = time.to_x(fading[1] / MINUTES_PER_HOUR) > right + 0.5;
            if beyond {
                // the fade runs out of the picture: nothing after it is shown
                longer = format!("fading until {} min, then {STAFF_DECIDE}", fading[1].round());
                shorter = format!("until {} min", fading[1].round());
                parts.push((peak[1], right, vec![&longer, &shorter]));
                None
            } else {
                parts.push((from, to, vec!["main effects fading", "fading"]));
                Some(to)
            }
        }
        (Some(noticing), _, _) => {
            // no level is left behind, so no time may be drawn after which something is over
            let begin = x(noticing[0]);
            fade(canvas, [begin, top, x(noticing[1]), bottom], ink, [FAINT, NOTICING]);
            canvas.rect([x(noticing[1]), top, right, bottom], ink, NOTICING);
            let words = [
                "dissociative level not reached, effects still possible; staff decide",
                "level not reached; staff decide",
            ];
            parts.push((begin, right, words.to_vec()));
            None
        }
        _ => {
            let words =
                ["below the level at which something is noticed; staff decide", "below the level; staff decide"];
            canvas.rect(rect, ink, 0.04);
            parts.push((left, right, words.to_vec()));
            None
        }
    };
    if let Some(end) = end {
        canvas.rect([end, top, right, bottom], Ink::Staff, 1.0);
        parts_of(canvas, [end, right], rect, &[STAFF_DECIDE, "staff decide", "staff"], Ink::OnStaff);
    }
    finish(canvas, strip, time, rect, parts);
}

/// Hatch where people were waking from anaesthesia, words of the parts, doses.
pub(super) fn finish(
    canvas: &mut Canvas,
    strip: &Strip,
    time: TimeSpan,
    rect: [f64; 4],
    mut parts: Vec<(f64, f64, Vec<&str>)>,
) {
    let [left, top, right, bottom] = rect;
    let x = |minutes: f64| time.to_x(minutes / MINUTES_PER_HOUR).clamp(left, right).round();
    if let Some([from, to]) = strip.caution {
        let span = [x(from), top, x(to), bottom];
        canvas.rect(span, Ink::Plot, 0.6);
        canvas.hatch(span, Ink::Caution, 1.0, 6.0);
        // words give way to the hatch: what reaches beyond it is named there
        parts.retain(|(a, b, _)| *b <= span[0] || *b > span[2] || *a >= span[2]);
        parts.iter_mut().filter(|(a, b, _)| *b > span[2] && *a < span[2]).for_each(|part| part.0 = span[2]);
    }
    for (from, to, words) in parts {
        parts_of(canvas, [from, to], rect, &words, Ink::Text);
    }
    doses(canvas, strip, time, rect);
}

/// Writes the longest of the words that fits.
pub(super) fn parts_of(canvas: &mut Canvas, span: [f64; 2], rect: [f64; 4], words: &[&str], ink: Ink) {
    let _ = words.iter().any(|w| inside(canvas, span, rect, w, ink));
}

/// Writes words in the middle of a part if they fit.
fn inside(canvas: &mut Canvas, [from, to]: [f64; 2], rect: [f64; 4], words: &str, ink: Ink) -> bool {
    let fits = canvas.width(words, SMALL) + 6.0 * canvas.scale <= to - from;
    if fits {
        let at = [0.5 * (from + to), 0.5 * (rect[1] + rect[3])];
        canvas.text(at, words, ink, SMALL, [Align::Middle, Align::Middle]);
    }
    fits
}

pub(super) fn fade(canvas: &mut Canvas, [left, top, right, bottom]: [f64; 4], ink: Ink, [from, to]: [f64; 2]) {
    // whole points, so that neighbours neither overlap nor leave a seam
    let steps = ((right - left) / 2.0).floor().clamp(1.0, STEPS as f64);
    let x = |i: f64| (left + (right - left) * i / steps).round();
    for i in 0..steps as usize {
        let share = (i as f64 + 0.5) / steps;
        canvas.rect([x(i as f64), top, x(i as f64 + 1.0), bottom], ink, from + (to - from) * share);
    }
}

/// When doses are given: a dot, with a line for as long as the dose takes.
pub(super) fn doses(canvas: &mut Canvas, strip: &Strip, time: TimeSpan, rect: [f64; 4]) {
    let s = canvas.scale;
    let y = rect[3] - 1.0 * s;
    for [from, to] in &strip.doses {
        let (from, to) = (from / MINUTES_PER_HOUR, to / MINUTES_PER_HOUR);
        if to < time.hours[0] || from > time.hours[1] {
            continue;
        }
        let x = [time.to_x(from).max(rect[0]), time.to_x(to).min(rect[2])];
        canvas.line(vec![[x[0], y], [x[1], y]], Ink::Text, 2.0, Dash::Solid);
        if from >= time.hours[0] {
            canvas.shapes.push(Shape::Circle { at: [x[0], y], radius: 3.0 * s, ink: Ink::Text, filled: true });
        }
    }
}

/// What programmes say, hatched: open from onset to the end, close-set while strongest.
fn programme(canvas: &mut Canvas, p: crate::figure::ProgrammeTimes, time: TimeSpan, rect: [f64; 4]) {
    let [left, top, right, bottom] = rect;
    let x = |minutes: f64| time.to_x(minutes / MINUTES_PER_HOUR).clamp(left, right);
    canvas.hatch([x(p.onset[0]), top, x(p.end[1]), bottom], Ink::Programme, 0.5, 10.0);
    canvas.hatch([x(p.strongest[0]), top, x(p.strongest[1]), bottom], Ink::Programme, 0.9, 4.0);
    for span in [p.onset, p.end] {
        let y = if span == p.onset { top } else { bottom };
        canvas.line(vec![[x(span[0]), y], [x(span[1]), y]], Ink::Programme, 2.0, Dash::Solid);
    }
    let at = [right + GAP * canvas.scale, 0.5 * (top + bottom)];
    canvas.text(at, PROGRAMMES_SAY, Ink::Muted, SMALL, [Align::Start, Align::Middle]);
}
