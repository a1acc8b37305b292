//! Parts of a session in a strip that are the same with and without virtual subjects: fades, words, hatching.

use super::canvas::{Canvas, SMALL};
use super::{Align, Ink, TimeSpan};
use crate::figure::StripSession;
use crate::units::MINUTES_PER_HOUR;

/// Opacity where something may be noticed.
pub(super) const FAINT: f64 = 0.10;
/// Least width of a session on a long axis, points.
pub(super) const LEAST: f64 = 4.0;
/// Number of steps in which a fade is drawn.
const STEPS: usize = 24;

/// Draws the hatching where people were waking from anaesthesia, the words of the parts and the number of the session.
pub(super) fn finish(
    canvas: &mut Canvas,
    session: &StripSession,
    time: TimeSpan,
    rect: [f64; 4],
    mut parts: Vec<(f64, f64, Vec<&str>)>,
) {
    let [left, top, right, bottom] = rect;
    let x = |minutes: f64| time.to_x(minutes / MINUTES_PER_HOUR).clamp(left, right).round();
    for [from, to] in &session.caution {
        let span = [x(*from), top, x(*to), bottom];
        canvas.rect(span, Ink::Plot, 0.6);
        canvas.hatch(span, Ink::Caution, 1.0, 6.0);
        // the hatching has priority over words: a part that extends past it is named there
        parts.retain(|(a, b, _)| *b <= span[0] || *b > span[2] || *a >= span[2]);
        parts.iter_mut().filter(|(a, b, _)| *b > span[2] && *a < span[2]).for_each(|part| part.0 = span[2]);
    }
    let [number, of] = session.number;
    let drawn = parts.iter().map(|(_, b, _)| *b).fold(left, f64::max).min(right);
    for (from, to, words) in &parts {
        parts_of(canvas, [*from, *to], rect, words, Ink::Text);
    }
    if of > 1 {
        // beside the drawn parts, where the next session leaves room
        let beside = [drawn.max(left + LEAST * canvas.scale), right];
        let words = [format!("session {number} of {of}"), format!("{number}")];
        let room = beside[1] - beside[0] - 6.0 * canvas.scale;
        if let Some(words) = words.iter().find(|w| canvas.width(w, SMALL) <= room) {
            let at = [beside[0] + 3.0 * canvas.scale, 0.5 * (top + bottom)];
            canvas.text(at, words, Ink::Muted, SMALL, [Align::Start, Align::Middle]);
        }
    }
}

/// Writes the longest of the wordings that fits.
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
