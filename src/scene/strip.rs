//! Draws the strips under the plot (when something may be noticed, when it is strongest, when main effects fade) and
//! the bar of rules under all of them. Strips fade to nothing, because no curve decides when somebody may leave or
//! drive.

use super::canvas::{Canvas, GAP, SMALL, TEXT, wrap};
use super::session::{FAINT, LEAST, fade, finish};
use super::{Align, Dash, Ink, Shape, TimeSpan};
use crate::figure::{Figure, RULE_BAR, STRIP_NOTE, Strip, StripPart, StripSession};
use crate::units::MINUTES_PER_HOUR;

/// Height of a lane, and of the lane for programmes below it, points.
const LANE: f64 = 20.0;
const PROGRAMME: f64 = 10.0;
const BETWEEN: f64 = 6.0;
/// Height of the line of words under a strip with virtual subjects, points.
const COUNTED: f64 = 17.0;
/// Label of the lanes for programmes.
pub(super) const PROGRAMMES_SAY: &str = "programmes say";
/// Opacities: while something is noticed, and while it is strongest.
const NOTICING: f64 = 0.25;
const STRONGEST: f64 = 0.60;

/// Least length of a fade, points.
const LEAST_FADE: f64 = 12.0;
/// Length of the tip of the bar of rules, and the space above and below its words, points.
const TIP: f64 = 12.0;
const PAD: f64 = 4.0;

/// Height of all strips and of the bar of rules below them.
pub(super) fn height(canvas: &Canvas, figure: &Figure, time: TimeSpan) -> f64 {
    if figure.strips.is_empty() {
        return 0.0;
    }
    let strips = SMALL + GAP + figure.strips.iter().map(|s| lane(s) + BETWEEN).sum::<f64>();
    strips * canvas.scale + rule_height(canvas, rule_lines(canvas, time).len())
}

fn lane(strip: &Strip) -> f64 {
    let bars = bars(strip);
    let words = if strip.is_counted() { COUNTED } else { 0.0 };
    bars + words + if strip.has_programme() { PROGRAMME + 2.0 } else { 0.0 }
}

fn bars(strip: &Strip) -> f64 {
    let counted = strip.sessions.iter().filter_map(|s| s.people.as_ref());
    counted.map(|people| super::graded::height(people, LANE)).fold(LANE, f64::max)
}

/// Draws all strips from `top` down, with the bar of rules below them, and returns where each strip lies. No strip is
/// drawn without the bar.
pub(super) fn draw(canvas: &mut Canvas, figure: &Figure, time: TimeSpan, top: f64) -> Vec<[f64; 4]> {
    let s = canvas.scale;
    if figure.strips.is_empty() {
        return Vec::new();
    }
    let programmes = figure.strips.iter().any(Strip::has_programme);
    let darker =
        if figure.strips.iter().any(Strip::is_counted) { "darker: more people above their own level; " } else { "" };
    let key = "; hatched: what programmes say, close where strongest";
    let long = format!("{darker}{STRIP_NOTE}{}", if programmes { key } else { "" });
    let middle = format!("{darker}{STRIP_NOTE}");
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
        lane_of(canvas, strip, time, rect);
        let label_at = [rect[2] + GAP * s, 0.5 * (rect[1] + rect[3])];
        let room = canvas.right - label_at[0] - strip_end(canvas, strip);
        canvas.text_within(label_at, &strip.label, strip.role.text_ink(), TEXT, [Align::Start, Align::Middle], room);
        places.push(rect);
        y += (lane(strip) + BETWEEN) * s;
    }
    rule_bar(canvas, time, y);
    places
}

/// Room that the names of bars need after the label of a strip.
fn strip_end(canvas: &Canvas, strip: &Strip) -> f64 {
    match strip.end_words() {
        "" => 0.0,
        words => canvas.width(words, SMALL) + 5.0 * canvas.scale,
    }
}

/// Draws one strip, session by session.
fn lane_of(canvas: &mut Canvas, strip: &Strip, time: TimeSpan, rect: [f64; 4]) {
    let s = canvas.scale;
    let mut foot = rect[3];
    if strip.is_counted() {
        super::graded::words(canvas, &strip.words, rect);
        foot += COUNTED * s;
    }
    for session in &strip.sessions {
        let x = |minutes: f64| time.to_x(minutes / MINUTES_PER_HOUR).clamp(rect[0], rect[2]);
        // a session is not drawn into the next one, nor before its own start
        let own = [x(session.start), rect[1], session.until.map_or(rect[2], x), rect[3]];
        if own[2] <= own[0] {
            continue;
        }
        match &session.people {
            Some(people) => super::graded::draw(canvas, strip, (session, people), time, own),
            None => one(canvas, strip, session, time, own),
        }
        if let Some(p) = &session.programme {
            programme(canvas, *p, time, [own[0], foot + 2.0 * s, own[2], foot + (2.0 + PROGRAMME) * s]);
        }
    }
    if strip.has_programme() {
        let at = [rect[2] + GAP * s, foot + (2.0 + 0.5 * PROGRAMME) * s];
        canvas.text(at, PROGRAMMES_SAY, Ink::Muted, SMALL, [Align::Start, Align::Middle]);
    }
    doses(canvas, strip, time, rect);
}

fn one(canvas: &mut Canvas, strip: &Strip, session: &StripSession, time: TimeSpan, rect: [f64; 4]) {
    let ink = strip.role.ink();
    let [left, top, right, bottom] = rect;
    let x = |minutes: f64| time.to_x(minutes / MINUTES_PER_HOUR).clamp(left, right).round();
    let mut parts: Vec<(f64, f64, Vec<&str>)> = Vec::new();
    let beyond: Vec<[String; 2]> = session.parts.iter().map(until_words).collect();
    for (part, beyond) in session.parts.iter().zip(&beyond) {
        match (part.noticing, part.strongest, part.fading) {
            (noticing, Some(strongest), Some(fading)) => {
                let begin = noticing.map_or(x(strongest[0]), |n| x(n[0]));
                let sure = noticing.map_or(begin, |n| x(n[1].min(strongest[0].max(n[0]))));
                fade(canvas, [begin, top, sure, bottom], ink, [FAINT, NOTICING]);
                let peak = [x(strongest[0]).max(sure), x(strongest[1]).max(sure)];
                canvas.rect([sure, top, peak[0], bottom], ink, NOTICING);
                canvas.rect([peak[0], top, peak[1], bottom], ink, STRONGEST);
                let from = x(fading[0]).max(peak[1]);
                // even a short one must visibly fade
                let to = x(fading[1]).max(from + LEAST_FADE * canvas.scale).min(right);
                canvas.rect([peak[1], top, from, bottom], ink, STRONGEST * 0.7);
                fade(canvas, [from, top, to, bottom], ink, [STRONGEST * 0.7, 0.0]);
                if to - begin < LEAST * canvas.scale {
                    canvas.rect([begin, top, (begin + LEAST * canvas.scale).min(right), bottom], ink, STRONGEST);
                }
                parts.extend([(begin, peak[0], vec!["noticing"]), (peak[0], peak[1], vec!["strongest"])]);
                if time.to_x(fading[1] / MINUTES_PER_HOUR) > right + 0.5 {
                    // the fade continues past the end of the picture, so nothing is shown after it
                    parts.push((peak[1], right, beyond.iter().map(String::as_str).collect()));
                } else {
                    parts.push((from, to, vec!["main effects fading", "fading"]));
                }
            }
            (Some(noticing), _, _) => {
                // the dissociative level is not crossed, so no time is drawn after which something would be over
                let (begin, sure) = (x(noticing[0]), x(noticing[1]));
                fade(canvas, [begin, top, sure, bottom], ink, [FAINT, NOTICING]);
                canvas.rect([sure, top, right, bottom], ink, NOTICING);
                let words = ["dissociative level not reached, effects still possible", "level not reached"];
                parts.push((begin, right, words.to_vec()));
            }
            _ => {
                canvas.rect(rect, ink, 0.04);
                let words = ["below the level at which something is noticed", "below the level"];
                parts.push((left, right, words.to_vec()));
            }
        }
    }
    finish(canvas, session, time, rect, parts);
}

fn until_words(part: &StripPart) -> [String; 2] {
    let end = part.fading.map_or(0.0, |f| f[1].round());
    [format!("fading until {end} min"), format!("until {end} min")]
}

/// Draws the bar of what staff and rules decide, under all strips: from the first minute past the end of the axis.
fn rule_bar(canvas: &mut Canvas, time: TimeSpan, top: f64) {
    let s = canvas.scale;
    let lines = rule_lines(canvas, time);
    let bottom = top + rule_height(canvas, lines.len()) - BETWEEN * s;
    let (end, middle) = (rule_end(canvas, time), 0.5 * (top + bottom));
    let neck = end - TIP * s;
    let (x, upper, lower) = (vec![time.x[0], neck, end], vec![top, top, middle], vec![bottom, bottom, middle]);
    canvas.shapes.push(Shape::Band { x, upper, lower, ink: Ink::Staff, alpha: 1.0 });
    for (i, line) in lines.iter().enumerate() {
        let y = top + (PAD + (SMALL + 3.0) * (i as f64 + 0.5)) * s;
        canvas.text([time.x[0] + GAP * s, y], line, Ink::OnStaff, SMALL, [Align::Start, Align::Middle]);
    }
}

fn rule_end(canvas: &Canvas, time: TimeSpan) -> f64 {
    (canvas.right - GAP * canvas.scale).max(time.x[1])
}

fn rule_lines(canvas: &Canvas, time: TimeSpan) -> Vec<String> {
    let room = rule_end(canvas, time) - time.x[0] - (TIP + 2.0 * GAP) * canvas.scale;
    wrap(canvas, RULE_BAR, SMALL, room)
}

fn rule_height(canvas: &Canvas, lines: usize) -> f64 {
    ((SMALL + 3.0) * lines as f64 + 2.0 * PAD + BETWEEN) * canvas.scale
}

/// Draws when doses are given: a dot, with a line for as long as the dose takes.
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

/// Draws the times that programmes give, hatched: wide from onset to end, close while strongest.
fn programme(canvas: &mut Canvas, p: crate::figure::ProgrammeTimes, time: TimeSpan, rect: [f64; 4]) {
    let [left, top, right, bottom] = rect;
    let x = |minutes: f64| time.to_x(minutes / MINUTES_PER_HOUR).clamp(left, right);
    canvas.hatch([x(p.onset[0]), top, x(p.end[1]), bottom], Ink::Programme, 0.5, 10.0);
    canvas.hatch([x(p.strongest[0]), top, x(p.strongest[1]), bottom], Ink::Programme, 0.9, 4.0);
    for span in [p.onset, p.end] {
        let y = if span == p.onset { top } else { bottom };
        canvas.line(vec![[x(span[0]), y], [x(span[1]), y]], Ink::Programme, 2.0, Dash::Solid);
    }
}
