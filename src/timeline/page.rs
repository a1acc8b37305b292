//! Builds sheets from a visit and the words of a language: the sentences that apply, the values of their blanks, the
//! picture of the day.

use super::Timeline;
use super::expect::Span;
use super::leaflet::{Block, Day, DotRow, EffectRange, Leaflet, LeafletPage};
use super::words::{Anchor, Item, Leaf, Overlay, Section, Words, fill};
use crate::error::{Error, Result};
use crate::population::Dot;
use crate::route::Route;
use crate::scenario::Style;
use crate::units::{MINUTES_PER_HOUR, Time};
use std::collections::BTreeMap;

/// The patient's sheet: front and back.
///
/// # Errors
/// Never with checked words. [`Timeline::printable`] refuses a visit in which something has to be filled in first.
pub fn leaflet(timeline: &Timeline, words: &Words) -> Result<Leaflet> {
    let setting = Setting::new(timeline, words)?;
    let mut front = vec![Block::Day(setting.day())];
    front.extend(setting.blocks(&words.section, Leaf::Front)?);
    Ok(Leaflet {
        language: words.language.clone(),
        title: setting.say("title"),
        subtitle: setting.subtitle(),
        pages: vec![LeafletPage { blocks: front }, LeafletPage { blocks: setting.blocks(&words.section, Leaf::Back)? }],
        footer: setting.say("footer"),
    })
}

/// The clinician's sheet: the session over the day, vital signs and what staff look at, with screening on the back. Its
/// own sentences exist only in [`SHEET_LANGUAGE`](super::words::SHEET_LANGUAGE), so `words` should be in that language.
///
/// # Errors
/// Never with the shipped words.
pub fn clinician_sheet(timeline: &Timeline, words: &Words) -> Result<Leaflet> {
    let sheet = super::words::clinician()?;
    let setting = Setting::new(timeline, words)?;
    let mut day = setting.day();
    let parts = sheet.overlay.iter().filter(|o| timeline.visit.style == Some(o.style));
    for part in parts {
        day.alt.push_str(&format!(" {}.", part.name));
        day.bands.push(over(timeline, part, day.until));
    }
    let mut front = vec![Block::Day(day)];
    front.extend(setting.blocks(&sheet.section, Leaf::Clinician)?);
    Ok(Leaflet {
        language: words.language.clone(),
        title: setting.say("title-clinician"),
        subtitle: setting.subtitle(),
        pages: vec![LeafletPage { blocks: front }, LeafletPage { blocks: setting.blocks(&sheet.section, Leaf::Back)? }],
        footer: setting.say("footer"),
    })
}

/// A part of a session: from the start of one range to the end of another.
fn over(timeline: &Timeline, part: &Overlay, until: f64) -> EffectRange {
    let e = &timeline.expected;
    let range = |anchor: Anchor| match anchor {
        Anchor::Start => Some(Span { low: 0.0, high: Some(0.0) }),
        Anchor::Notice => e.notice,
        Anchor::Strongest => e.strongest,
        Anchor::Easing => e.easing,
        Anchor::End => None,
    };
    let low = range(part.from).map_or(0.0, |s| s.low);
    let high = range(part.to).and_then(|s| s.high).filter(|h| *h <= until);
    EffectRange { name: part.name.clone(), words: String::new(), span: (low, high) }
}

/// Values of the blanks for one visit in one language, and the conditions that hold.
struct Setting<'a> {
    timeline: &'a Timeline,
    words: &'a Words,
    blanks: BTreeMap<&'static str, String>,
    holds: BTreeMap<&'static str, bool>,
}

impl<'a> Setting<'a> {
    fn new(timeline: &'a Timeline, words: &'a Words) -> Result<Self> {
        let mut blanks = BTreeMap::new();
        let mut put = |name: &'static str, value: Option<String>| {
            value.filter(|v| !v.trim().is_empty()).map(|v| blanks.insert(name, v))
        };
        let (t, clinic, expected) = (timeline, &timeline.clinic, &timeline.expected);
        put("drug", Some(words.term(&format!("drug-{}", t.drug)).to_owned()));
        put("route", Some(words.term(t.route.row().term).to_owned()));
        put("clinic", Some(clinic.name.clone().unwrap_or_else(|| words.term("clinic").to_owned())));
        put("phone", clinic.phone.clone());
        put("crisis_line", clinic.crisis_line.clone());
        put("fasting", clinic.fasting.clone());
        put("stay", t.stay.map(|s| length(s, words)));
        put("arrive", clinic.arrive.map(|a| length(a.time(), words)));
        put("no_alcohol", clinic.no_alcohol.map(|a| length(a.time(), words)));
        put("notice", expected.shown_notice().map(|s| span(s, words)));
        put("strongest", expected.shown_strongest().map(|s| span(s, words)));
        put("easing", expected.shown_easing().map(|s| span(s, words)));
        put("started", t.start.as_ref().map(|m| m.date_clock(words)));
        put("arrival", t.arrival().or(t.start.clone()).map(|m| m.clock(words)));
        put("arrival_date", t.arrival().map(|m| m.date(words)));
        put("check", t.check_from().map(|m| m.clock(words)));
        put("check_date", t.check_from().map(|m| m.date(words)));
        put("drive", t.drive_from()?.map(|m| m.date_clock(words)));
        let [from, to] = t.integration().map_or([None, None], |[a, b]| [Some(a), Some(b)]);
        put("integration_from", from.map(|m| m.date_clock(words)));
        put("integration_to", to.map(|m| m.date_clock(words)));
        put("next", t.next.as_ref().map(|m| m.date_clock(words)));
        put("page_refused", t.page.words());
        put("touches", t.page.touches.clone());
        put("visits", Some(clinic.visits.map_or(t.rules.course.visits, crate::scenario::Visits::get).to_string()));
        let known = |name: &str| blanks.contains_key(name);
        let other_day = |m: Option<super::Moment>| m.zip(t.start.as_ref()).is_some_and(|(m, start)| !m.same_day(start));
        let mut holds = BTreeMap::from([
            ("esketamine", t.drug == "esketamine"),
            ("clock", t.start.is_some()),
            ("clinic", clinic.name.as_ref().is_some_and(|n| !n.trim().is_empty())),
            ("phone", known("phone")),
            ("crisis_line", known("crisis_line")),
            ("fasting", known("fasting")),
            ("stay", known("stay")),
            ("arrive", known("arrive")),
            ("arrival_other_day", other_day(t.arrival())),
            ("check_other_day", other_day(t.check_from())),
            ("no_alcohol", known("no_alcohol")),
            ("ride_alone", clinic.ride_alone == Some(true)),
            ("at_home", t.at_home()),
            ("several_doses", t.doses > 1),
            ("notice", known("notice")),
            ("easing", known("easing")),
            ("few_notice", expected.few_notice),
            ("few_strong", expected.few_strong),
            ("next", known("next")),
            ("talking", t.visit.style == Some(Style::Talking)),
            ("inward", t.visit.style == Some(Style::Inward)),
            ("style", t.visit.style.is_some()),
            ("page_refused", known("page_refused")),
            ("page_made", t.page.made()),
            ("above_label", t.page.above_label()),
            ("touches", known("touches")),
        ]);
        holds.extend(Route::ALL.map(|route| (route.id(), route == t.route)));
        Ok(Self { timeline, words, blanks, holds })
    }

    /// A term with its blanks filled in.
    fn say(&self, term: &str) -> String {
        fill(self.words.term(term), |name| self.blanks.get(name).cloned())
    }

    fn subtitle(&self) -> String {
        let mut parts = vec![self.say("subtitle")];
        parts.extend(self.timeline.start.as_ref().map(|m| m.date_clock(self.words)));
        if self.holds.get("clinic") == Some(&true) {
            parts.push(self.say("made-for"));
        }
        parts.join(" · ")
    }

    /// Sections of one leaf, with the sentences that apply. A section without any is left out.
    fn blocks(&self, sections: &[Section], leaf: Leaf) -> Result<Vec<Block>> {
        let mut list = Vec::new();
        for section in sections.iter().filter(|s| s.leaf == leaf) {
            let items = section.item.iter().filter(|i| self.applies(i));
            let items = items.map(|i| Ok((i.kind, self.sentence(i)?))).collect::<Result<Vec<_>>>()?;
            if !items.is_empty() {
                list.push(Block::Section { id: section.id.clone(), heading: section.heading.clone(), items });
            }
        }
        Ok(list)
    }

    fn applies(&self, item: &Item) -> bool {
        item.when.iter().all(|c| match c.strip_prefix('!') {
            Some(name) => self.holds.get(name) == Some(&false),
            None => self.holds.get(c.as_str()) == Some(&true),
        })
    }

    fn sentence(&self, item: &Item) -> Result<String> {
        if let Some(blank) = super::words::blanks(&item.words).find(|b| !self.blanks.contains_key(*b)) {
            return Err(Error::cannot(format!("nothing is known to fill {{{blank}}} of \"{}\"", item.words))
                .remedy("say the sentence only `when` that is known"));
        }
        Ok(fill(&item.words, |name| self.blanks.get(name).cloned()))
    }

    fn day(&self) -> Day {
        let (t, words) = (self.timeline, self.words);
        let until = axis_end(t);
        let step = if until > LONG { MINUTES_PER_HOUR } else { MINUTES_PER_HOUR / 2.0 };
        let ticks = (0..=(until / step).round() as u32).map(|i| f64::from(i) * step);
        let label = |m: f64| {
            let (whole, half) = ((m / MINUTES_PER_HOUR).floor(), m % MINUTES_PER_HOUR > 1.0);
            match (half, whole) {
                (false, _) => format!("{whole}"),
                (true, 0.0) => "½".to_owned(),
                (true, _) => format!("{whole}½"),
            }
        };
        let band = |term: &str, of: Option<Span>| {
            of.map(|s| EffectRange { name: self.say(term), words: span(s, words), span: (s.low, s.high) })
        };
        let bands = [
            ("picture-notice", t.expected.shown_notice()),
            ("picture-strongest", t.expected.shown_strongest()),
            ("picture-easing", t.expected.shown_easing()),
        ];
        let no_driving = self.say("picture-no-driving");
        let [staff, no_driving] =
            if t.at_home() { [no_driving, String::new()] } else { [self.say("picture-staff"), no_driving] };
        let dots = [
            self.dots("dots-notice", "dots-never-notice", &t.expected.noticing, until),
            self.dots("dots-easing", "dots-never-strong", &t.expected.fading, until),
        ];
        Day {
            until,
            ticks: ticks.map(|m| (m, label(m))).collect(),
            axis: self.say("hours-after"),
            bands: bands.into_iter().filter_map(|(term, of)| band(term, of)).collect(),
            alt: self.alt([&staff, &no_driving], &dots),
            staff,
            no_driving,
            after: (self.say("row-integration"), self.say("row-integration-words")),
            dots: dots.to_vec(),
            caption: self.say("picture-caption"),
            dots_caption: self.words.fill(
                "dots-caption",
                &[("people", &t.expected.people.to_string()), ("seed", &t.expected.seed.to_string())],
            ),
        }
    }

    fn dots(&self, name: &str, never: &str, dots: &[Dot], until: f64) -> DotRow {
        let at: Vec<f64> = dots.iter().filter_map(|d| if let Dot::At(m) = d { Some(*m) } else { None }).collect();
        let count = |n: usize, term: &str| self.words.fill(term, &[("n", &n.to_string())]);
        let (at, beyond): (Vec<f64>, Vec<f64>) = at.into_iter().partition(|m| *m <= until);
        let later = beyond.len() + dots.iter().filter(|d| **d == Dot::Beyond).count();
        let nobody = dots.iter().filter(|d| **d == Dot::Never).count();
        DotRow {
            name: self.say(name),
            at,
            later,
            later_words: count(later, "dots-later"),
            never: nobody,
            never_words: count(nobody, never),
        }
    }

    fn alt(&self, bars: [&str; 2], [noticing, fading]: &[DotRow; 2]) -> String {
        // a range that cannot be given is replaced by the words for those who never get there
        let said = |name: &str, row: &DotRow| self.blanks.get(name).unwrap_or(&row.never_words).clone();
        let picture = self.words.fill(
            "picture-alt",
            &[
                ("notice", &said("notice", noticing)),
                ("strongest", &said("strongest", fading)),
                ("easing", &said("easing", fading)),
            ],
        );
        let never = [noticing, fading].map(|row| row.never.to_string());
        let dots = self.words.fill("dots-alt", &[("never_notice", &never[0]), ("never_strong", &never[1])]);
        let bars: String = bars.iter().filter(|b| !b.is_empty()).map(|b| format!("{b}. ")).collect();
        format!("{picture} {bars}{dots}")
    }
}

/// A picture longer than this (min) has a tick every hour, a shorter one every half hour.
const LONG: f64 = 240.0;
/// Shortest and longest time axis, min.
const AXIS: [f64; 2] = [120.0, 480.0];

/// End of the time axis: it contains everything that is known, up to eight hours, in whole hours.
fn axis_end(timeline: &Timeline) -> f64 {
    let e = &timeline.expected;
    let ends = [e.notice, e.strongest, e.easing].into_iter().flatten().map(|s| s.high.unwrap_or(AXIS[1]));
    let stay = timeline.stay.map_or(0.0, |s| timeline.last_dose.minutes() + s.minutes());
    let longest = ends.fold(stay, f64::max).clamp(AXIS[0], AXIS[1]);
    (longest / MINUTES_PER_HOUR).ceil() * MINUTES_PER_HOUR
}

/// A range in words: "5 to 25 minutes", "40 minutes to 3 hours", or from a time on.
pub(super) fn span(span: Span, words: &Words) -> String {
    let minutes = |m: f64| length(Time::from_minutes(m), words);
    let Some(high) = span.high else {
        return words.fill("range-open", &[("low", &minutes(span.low))]);
    };
    // one unit for both ends where possible
    let low = if span.low < MINUTES_PER_HOUR && high < MINUTES_PER_HOUR {
        format!("{}", span.low.round())
    } else {
        minutes(span.low)
    };
    words.fill("range", &[("low", &low), ("high", &minutes(high))])
}

/// A length of time in everyday words: minutes below an hour, then hours and half hours, then days.
pub(super) fn length(time: Time, words: &Words) -> String {
    let minutes = time.minutes().round();
    let of = |term: &str, n: f64| words.fill(term, &[("n", &format!("{n}"))]);
    let hours = minutes / MINUTES_PER_HOUR;
    let days = hours / 24.0;
    if minutes == 1.0 {
        of("minute", 1.0)
    } else if minutes < MINUTES_PER_HOUR || minutes % (MINUTES_PER_HOUR / 2.0) != 0.0 {
        of("minutes", minutes)
    } else if days >= 3.0 && days.fract() == 0.0 {
        of("days", days)
    } else if hours.fract() != 0.0 {
        of("half-hours", hours.floor())
    } else if hours == 1.0 {
        of("hour", 1.0)
    } else {
        of("hours", hours)
    }
}
