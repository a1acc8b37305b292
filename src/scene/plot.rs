//! Lays out one panel of concentrations over time.

use super::canvas::{Canvas, GAP, HEADING, SAMPLE, SMALL, TEXT, shortened, wrap};
use super::{Align, Dash, Ink, PlotArea, Shape, TimeSpan, letters, level, line_width, marks, ticks};
use crate::figure::{Band, Line, Panel, Ribbon, Role};

/// Heading of the remarks on what lies outside the studied range.
const BEYOND: &str = "Outside what was studied.";
/// Width of the wash along a curve outside the studied range, points.
const WASH: f64 = 11.0;
/// Largest number of lines of these remarks. The numbers beside the plot give all of them.
const BEYOND_LINES: usize = 3;
/// Opacities of a ribbon: of the middle 90 % of subjects, and of the middle 50 % on top of it.
const OUTER: f64 = 0.16;
const INNER: f64 = 0.24;
/// Label of an arm that has no ribbon beside others that have one.
const NO_RIBBON: &str = "range";

/// Labels of the y axis, bottom to top.
pub(super) fn y_labels(panel: &Panel) -> Vec<String> {
    y_marks(panel).into_iter().filter_map(|(_, label)| label).collect()
}

fn y_marks(panel: &Panel) -> Vec<(f64, Option<String>)> {
    if panel.log {
        ticks::log(panel.y[0], panel.y[1])
    } else {
        ticks::linear(panel.y[0], panel.y[1], 6).into_iter().map(|(v, l)| (v, Some(l))).collect()
    }
}

/// Draws a panel between two heights.
pub(super) fn draw(
    canvas: &mut Canvas,
    panel: &Panel,
    time: TimeSpan,
    [top, bottom]: [f64; 2],
    marks: &[(f64, String)],
) -> PlotArea {
    let s = canvas.scale;
    let top = top + GAP * s;
    let one_row = heading_fits(canvas, panel, time);
    let words_top = top + (HEADING + GAP + if one_row { 0.0 } else { TEXT + 4.0 }) * s;
    let width = canvas.right - time.x[0] - GAP * s;
    let words = beyond(canvas, panel, width);
    let spread = panel.ribbon_words.iter().flat_map(|w| wrap(canvas, w, SMALL, width)).map(|w| (w, Ink::Muted));
    let words: Vec<(String, Ink)> = words.into_iter().map(|w| (w, Ink::Caution)).chain(spread).collect();
    let row = (SMALL + 3.0) * s;
    let below = if words.is_empty() { 0.0 } else { row * words.len() as f64 + 4.0 * s };
    let rect = [time.x[0], words_top + below, time.x[1], bottom];
    let area = PlotArea { rect, y: panel.y, log: panel.log };
    canvas.rect(rect, Ink::Plot, 1.0);
    grid(canvas, panel, area, time, marks);
    caution(canvas, panel, area);
    wash(canvas, panel, area, time);
    behind(canvas, panel, area, time);
    panel.bands.iter().for_each(|band| draw_band(canvas, band, area, time));
    panel.ribbons.iter().for_each(|ribbon| draw_ribbon(canvas, ribbon, area, time));
    panel.lines.iter().for_each(|line| draw_line(canvas, line, area, time));
    if let Some(ng_ml) = panel.level {
        level::draw(canvas, area, ng_ml);
    }
    if canvas.letters {
        letters::draw(canvas, panel, area, time);
    }
    points(canvas, panel, area, time);
    heading(canvas, panel, rect, top, one_row);
    for (i, (line, ink)) in words.iter().enumerate() {
        let at = [rect[0], words_top - 2.0 * s + row * i as f64];
        canvas.text(at, line, *ink, SMALL, [Align::Start, Align::Start]);
    }
    canvas.line(vec![[rect[0], rect[3]], [rect[2], rect[3]]], Ink::Axis, 1.0, Dash::Solid);
    end_labels(canvas, panel, area, time, canvas.right);
    area
}

/// Whether heading and axis label fit side by side above the plot.
fn heading_fits(canvas: &Canvas, panel: &Panel, time: TimeSpan) -> bool {
    let width = canvas.width(&panel.heading, HEADING) + canvas.width(&panel.y_label, TEXT) + 2.0 * GAP * canvas.scale;
    width <= time.x[1] - time.x[0]
}

fn heading(canvas: &mut Canvas, panel: &Panel, rect: [f64; 4], top: f64, one_row: bool) {
    let s = canvas.scale;
    canvas.text([rect[0], top], &panel.heading, Ink::Text, HEADING, [Align::Start, Align::Start]);
    let (after, base) = if one_row {
        (rect[0] + canvas.width(&panel.heading, HEADING) + 2.0 * GAP * s, top + (HEADING - TEXT) * s)
    } else {
        (rect[0], top + (HEADING + 4.0) * s)
    };
    canvas.text([after, base], &panel.y_label, Ink::Muted, TEXT, [Align::Start, Align::Start]);
    let Some(banner) = &panel.banner else { return };
    let room = rect[2] - after - canvas.width(&panel.y_label, TEXT) - GAP * s;
    let width = canvas.width(banner, SMALL);
    let at = if width < room {
        [rect[2], base + 2.0 * s]
    } else {
        let [x, y] = [rect[2] - GAP * s, rect[1] + 5.0 * s];
        canvas.rect([x - width - 4.0 * s, y - 2.0 * s, x + 4.0 * s, y + (SMALL + 3.0) * s], Ink::Plot, 0.86);
        [x, y]
    };
    canvas.text(at, banner, Ink::Caution, SMALL, [Align::End, Align::Start]);
}

fn grid(canvas: &mut Canvas, panel: &Panel, area: PlotArea, time: TimeSpan, marks: &[(f64, String)]) {
    let s = canvas.scale;
    let [left, top, right, bottom] = area.rect;
    for (hours, _) in marks {
        let x = time.to_x(*hours);
        canvas.line(vec![[x, top], [x, bottom]], Ink::Grid, 1.0, Dash::Solid);
    }
    for (value, label) in y_marks(panel) {
        let y = area.to_y(value);
        let width = if label.is_some() { 1.0 } else { 0.5 };
        canvas.line(vec![[left, y], [right, y]], Ink::Grid, width, Dash::Solid);
        if let Some(label) = label {
            canvas.text([left - GAP * s, y], &label, Ink::Muted, TEXT, [Align::End, Align::Middle]);
        }
    }
}

fn caution(canvas: &mut Canvas, panel: &Panel, area: PlotArea) {
    let Some(caution) = &panel.caution else { return };
    let [left, _, right, _] = area.rect;
    let (top, bottom) = (area.to_y(caution.y[1]), area.to_y(caution.y[0]));
    // above the band people were anaesthetised, so the hatching continues there, but closer
    canvas.hatch([left, area.rect[1], right, top], Ink::CautionHatch, 1.2, 6.0);
    canvas.hatch([left, top, right, bottom], Ink::CautionHatch, 1.2, 10.0);
    let s = canvas.scale;
    let width = canvas.width(&caution.words, SMALL);
    if width + 10.0 * s > right - left {
        // only the hatching: words would run over the axis
        return;
    }
    let x = right - 6.0 * s;
    let bottom = bottom.max(area.rect[1] + (SMALL + 10.0) * s);
    canvas.rect([x - width - 4.0 * s, bottom - (SMALL + 8.0) * s, x + 4.0 * s, bottom - 2.0 * s], Ink::Plot, 0.92);
    canvas.text([x, bottom - 5.0 * s], &caution.words, Ink::Caution, SMALL, [Align::End, Align::End]);
}

/// The points inside the time span, with values interpolated at its two ends.
fn clipped(x: &[f64], y: &[f64], time: TimeSpan) -> Vec<[f64; 2]> {
    let [from, to] = time.hours;
    let mut list = Vec::with_capacity(x.len());
    let edge = |at: f64| crate::figure::interpolate(x, y, at).map(|v| [at, v]);
    if x.first().is_some_and(|first| *first < from) {
        list.extend(edge(from));
    }
    list.extend(x.iter().zip(y).filter(|(x, _)| **x >= from && **x <= to).map(|(x, y)| [*x, *y]));
    if x.last().is_some_and(|last| *last > to) {
        list.extend(edge(to));
    }
    list
}

fn draw_line(canvas: &mut Canvas, line: &Line, area: PlotArea, time: TimeSpan) {
    let (ink, dash, width) = (line.role.ink(), Dash::of(line.role.variant), line_width(line.role));
    let mut run = Vec::new();
    for [hours, value] in clipped(&line.x, &line.y, time) {
        // on a log axis, values below the foot of the axis are not drawn along it
        if area.log && value < area.y[0] {
            canvas.line(std::mem::take(&mut run), ink, width, dash);
        } else {
            run.push([time.to_x(hours), area.to_y(value)]);
        }
    }
    canvas.line(run, ink, width, dash);
}

fn draw_band(canvas: &mut Canvas, band: &Band, area: PlotArea, time: TimeSpan) {
    let (low, high) = (clipped(&band.x, &band.low, time), clipped(&band.x, &band.high, time));
    let seen: Vec<usize> = (0..high.len()).filter(|&i| !area.log || high[i][1] >= area.y[0]).collect();
    let x: Vec<f64> = seen.iter().map(|&i| time.to_x(high[i][0])).collect();
    let upper: Vec<f64> = seen.iter().map(|&i| area.to_y(high[i][1])).collect();
    let lower: Vec<f64> = seen.iter().map(|&i| area.to_y(low[i][1])).collect();
    marks::range(canvas, band.role, &x, &upper, &lower);
}

/// Draws a ribbon as two fills, the wider one lighter.
fn draw_ribbon(canvas: &mut Canvas, ribbon: &Ribbon, area: PlotArea, time: TimeSpan) {
    for (ends, alpha) in [(&ribbon.outer, OUTER), (&ribbon.inner, INNER)] {
        if ends.len() != ribbon.x.len() {
            continue;
        }
        let [low, high] = [0, 1].map(|i| ends.iter().map(|e| e[i]).collect::<Vec<f64>>());
        let (low, high) = (clipped(&ribbon.x, &low, time), clipped(&ribbon.x, &high, time));
        let seen: Vec<usize> = (0..high.len()).filter(|&i| !area.log || high[i][1] >= area.y[0]).collect();
        let x: Vec<f64> = seen.iter().map(|&i| time.to_x(high[i][0])).collect();
        let upper: Vec<f64> = seen.iter().map(|&i| area.to_y(high[i][1])).collect();
        let lower: Vec<f64> = seen.iter().map(|&i| area.to_y(low[i][1])).collect();
        if x.len() > 1 {
            let ink = ribbon.role.ink();
            canvas.shapes.push(Shape::Band { x, upper, lower, ink, alpha });
        }
    }
}

fn points(canvas: &mut Canvas, panel: &Panel, area: PlotArea, time: TimeSpan) {
    for set in &panel.points {
        for [hours, value] in &set.points {
            if *hours >= time.hours[0] && *hours <= time.hours[1] && (!area.log || *value >= area.y[0]) {
                let at = [time.to_x(*hours), area.to_y(*value)];
                canvas.shapes.push(Shape::Circle { at, radius: 4.0 * canvas.scale, ink: Ink::Point, filled: false });
            }
        }
    }
}

/// Draws the curves of other models as thin lines behind the arms.
fn behind(canvas: &mut Canvas, panel: &Panel, area: PlotArea, time: TimeSpan) {
    for line in &panel.behind {
        let seen: Vec<[f64; 2]> = clipped(&line.x, &line.y, time)
            .into_iter()
            .filter(|p| !area.log || p[1] >= area.y[0])
            .map(|[hours, value]| [time.to_x(hours), area.to_y(value)])
            .collect();
        canvas.line(seen, line.role.ink(), 1.0, Dash::Solid);
    }
}

/// Draws a wash along a curve where it lies outside the studied range. It does not touch any other curve.
fn wash(canvas: &mut Canvas, panel: &Panel, area: PlotArea, time: TimeSpan) {
    let wide = WASH * canvas.scale;
    for (role, from) in &panel.washed {
        let within = TimeSpan { hours: [time.hours[0].max(*from), time.hours[1]], ..time };
        if within.hours[0] >= within.hours[1] {
            continue;
        }
        let place = |curve: Vec<[f64; 2]>| -> Vec<[f64; 2]> {
            curve.into_iter().map(|[hours, value]| [time.to_x(hours), area.to_y(value)]).collect()
        };
        for line in panel.lines.iter().filter(|l| l.role == *role) {
            canvas.line(place(clipped(&line.x, &line.y, within)), Ink::CautionHatch, WASH, Dash::Solid);
        }
        for band in panel.bands.iter().filter(|b| b.role == *role) {
            let (low, high) = (place(clipped(&band.x, &band.low, within)), place(clipped(&band.x, &band.high, within)));
            let [_, top, _, bottom] = area.rect;
            let x = high.iter().map(|p| p[0]).collect();
            let upper = high.iter().map(|p| (p[1] - 0.5 * wide).max(top)).collect();
            let lower = low.iter().map(|p| (p[1] + 0.5 * wide).min(bottom)).collect();
            canvas.shapes.push(Shape::Band { x, upper, lower, ink: Ink::CautionHatch, alpha: 1.0 });
        }
    }
}

/// Remarks on what lies outside the studied range, in a few lines above the plot.
fn beyond(canvas: &Canvas, panel: &Panel, width: f64) -> Vec<String> {
    if panel.outside.is_empty() {
        return Vec::new();
    }
    let mut lines = wrap(canvas, &format!("{BEYOND} {}", panel.outside.join("; ")), SMALL, width);
    if lines.len() > BEYOND_LINES {
        lines.truncate(BEYOND_LINES);
        if let Some(last) = lines.last_mut() {
            *last = shortened(canvas, &format!("{last} and more …"), SMALL, width);
        }
    }
    lines
}

/// A label beside the end of a curve.
struct End<'a> {
    y: f64,
    label: &'a str,
    words: &'a str,
    role: Role,
    kind: EndOf,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum EndOf {
    Curve,
    Band,
    OtherModel,
}

/// Draws the labels beside the ends of curves, pushed apart. Each has a sample of its line and a leader from its curve.
fn end_labels(canvas: &mut Canvas, panel: &Panel, area: PlotArea, time: TimeSpan, page_right: f64) {
    let s = canvas.scale;
    let [_, top, right, bottom] = area.rect;
    let ends = ends(panel, area, time);
    let row = ((TEXT + 4.0) * s).min((bottom - top) / ends.len().max(1) as f64);
    // where rows are low the letters are smaller, so that they do not overlap
    let fits = row / s - 1.0;
    let wanted: Vec<f64> = ends.iter().map(|e| e.y).collect();
    let placed = pushed_apart(&wanted, row, [top + row / 2.0, bottom - row / 2.0]);
    for (end, y) in ends.into_iter().zip(placed) {
        let (ink, x) = (end.role.ink(), right + SAMPLE * s);
        let half = (0.5 * row - 1.5 * s).min(4.5 * s);
        let other = end.kind == EndOf::OtherModel;
        canvas.line(vec![[right + 1.0, end.y], [right + 5.0 * s, y]], ink, 0.8, Dash::Solid);
        if other {
            canvas.line(vec![[right + 5.0 * s, y], [x, y]], ink, 0.8, Dash::Solid);
        } else {
            marks::sample(canvas, end.role, end.kind == EndOf::Band, [right + 5.0 * s, y - half, x, y + half]);
        }
        let size = (if other { SMALL } else { TEXT }).min(fits);
        let label = if other { end.label.to_owned() } else { end_label(canvas, end.label, end.role) };
        let room = page_right - x - 5.0 * s;
        let align = [Align::Start, Align::Middle];
        canvas.text_within([x + 5.0 * s, y], &label, end.role.text_ink(), size, align, room);
        let after = x + 10.0 * s + canvas.width(&label, size);
        if after + canvas.width(end.words, SMALL) <= page_right {
            canvas.text([after, y], end.words, Ink::Muted, SMALL.min(fits), align);
        }
    }
}

/// The label of an arm at the end of its curve, preceded by its letter where arms carry letters.
pub(super) fn end_label(canvas: &Canvas, label: &str, role: Role) -> String {
    if canvas.letters { role.lettered(label) } else { label.to_owned() }
}

/// The ends of the curves, top to bottom.
fn ends(panel: &Panel, area: PlotArea, time: TimeSpan) -> Vec<End<'_>> {
    let at = time.hours[1];
    let own = panel.at(at).into_iter().map(|(label, role, [low, high])| {
        let band = panel.bands.iter().any(|b| b.role == role);
        let kind = if band { EndOf::Band } else { EndOf::Curve };
        End { y: area.to_y(0.5 * (low + high)), label, words: end_words(panel, role), role, kind }
    });
    let others = panel.behind.iter().filter_map(|line| {
        let value = crate::figure::interpolate(&line.x, &line.y, at).or(line.y.last().copied())?;
        Some(End { y: area.to_y(value), label: &line.label, words: "", role: line.role, kind: EndOf::OtherModel })
    });
    let mut ends: Vec<End> = own.chain(others).collect();
    ends.sort_by(|a, b| a.y.total_cmp(&b.y));
    ends
}

/// The words after the label of an arm, where virtual subjects are shown.
pub(super) fn end_words(panel: &Panel, role: Role) -> &'static str {
    if let Some(ribbon) = panel.ribbons.iter().find(|r| r.role == role) {
        return ribbon.words;
    }
    let range = panel.ribbon_words.is_some() && panel.bands.iter().any(|b| b.role == role);
    if range { NO_RIBBON } else { "" }
}

/// Positions at least `row` apart, as close as possible to the wanted ones (ascending).
pub(super) fn pushed_apart(wanted: &[f64], row: f64, [low, high]: [f64; 2]) -> Vec<f64> {
    let mut placed: Vec<f64> = Vec::with_capacity(wanted.len());
    for &y in wanted {
        let least = placed.last().map_or(low, |last| last + row);
        placed.push(y.max(least));
    }
    let mut most = high;
    for y in placed.iter_mut().rev() {
        *y = y.min(most);
        most = *y - row;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::pushed_apart;

    #[test]
    fn labels_never_overlap() {
        let placed = pushed_apart(&[95.0, 96.0, 99.0, 99.0], 10.0, [5.0, 100.0]);
        assert_eq!(placed, [70.0, 80.0, 90.0, 100.0]);
        assert_eq!(pushed_apart(&[10.0, 50.0], 10.0, [5.0, 100.0]), [10.0, 50.0]);
    }
}
