//! `ketasim population`: percentile bands and windows over many made-up people.

use super::args::PopulationOptions;
use super::{Given, level, out};
use crate::covariates::Limits;
use crate::error::Result;
use crate::figure::{DRIVING_RULE, EDUCATION_ONLY, STRIP_NOTE, minutes_in_words};
use crate::library::Library;
use crate::outcome::ArmOutcome;
use crate::population::{
    ArmBands, Band, Dot, MAY_NOT_FEEL, PopulationWindows, Sample, SessionPopulation, bands, bands_at, counted,
    of_people,
};
use crate::portable::Portable as _;
use crate::route::Route;
use crate::scenario::Scenario;
use crate::table::{TEXT_WIDTH, Table, TableColumn, csv_cell, paragraph, write_csv};
use crate::threads::OnThreads;
use crate::units::{MINUTES_PER_HOUR, significant, tidy};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Progress is said at every such share.
const SAID_EVERY: f64 = 0.25;

/// Says how far work has come, once it takes more than half a second: at every quarter, and every few seconds.
pub(super) fn progress() -> impl Fn(f64) -> bool + Sync {
    let (said, seconds) = (AtomicUsize::new(0), AtomicUsize::new(0));
    #[expect(clippy::disallowed_methods, reason = "only work that takes a while is worth a line")]
    let started = Instant::now();
    move |share: f64| {
        let (step, now) = ((share / SAID_EVERY) as usize, started.elapsed());
        let period = (now.as_secs() / out::SIGN_OF_LIFE.as_secs()) as usize;
        let later = seconds.fetch_max(period, Ordering::Relaxed) < period;
        if now.as_millis() > 500 && (said.fetch_max(step, Ordering::Relaxed) < step || later) {
            out::note(&format!("{:.0} %", share * 100.0));
        }
        true
    }
}

/// Simulates and prints as asked.
///
/// # Errors
/// When the scenario is refused, or something cannot be written.
pub fn run(options: &PopulationOptions, library: &Library) -> Result<()> {
    let given = if options.regimens {
        Given::text("assets/scenarios/regimens.toml", Scenario::REGIMENS, library)?
    } else {
        Given::read(options.file.as_deref(), library)?
    }
    .with_level(options.level);
    given.check_spacing(options.every)?;
    let sample = Sample { people: options.people, seed: options.seed, every: options.every };
    let workers = options.threads.map_or_else(|| OnThreads::of_the_machine(0), |n| OnThreads::new(n.size()));
    let located = |e: crate::Error| e.located(&given.name, &given.text);
    #[expect(clippy::disallowed_methods, reason = "the command tells how long it took")]
    let started = Instant::now();
    let progress = progress();
    let bands = bands(&given.scenario, library, sample, &workers, &progress).map_err(located)?;
    let elapsed_ms = options.timing.then(|| started.elapsed().as_secs_f64() * 1e3);
    let mut extra = Vec::new();
    for arm in &bands {
        say(arm);
        let plain = given.scenario.run_arm(arm.index, library, crate::outcome::Options::default())?;
        if let Some(range) = &plain.range {
            let beside = "the bands are people around the model's plain run; its range is another kind of not knowing";
            out::note(&format!("{}: {beside}: {}", arm.label, range.note));
        }
        if options.csv {
            let times = between_points(arm, &plain);
            let bands = bands_at(&given.scenario, arm.index, library, (sample, &times), &workers, &progress);
            extra.push(ExtraBands { bands: bands.map_err(located)?, times });
        }
    }
    if options.csv {
        return out::stream(|out| csv(&bands, &extra, out));
    }
    let on = (0..given.scenario.arms.len()).filter(|i| given.scenario.arms[*i].on);
    let people: Vec<Vec<SessionPopulation>> = on
        .map(|index| counted(&given.scenario, index, library, (sample, None), &workers, &progress))
        .collect::<Result<_>>()
        .map_err(located)?;
    if options.json {
        return out::print_json(
            &Document { scenario: &given.scenario, library, bands: &bands, people: &people, sample, elapsed_ms }.json(),
        );
    }
    out::print(&text(&given.scenario, library, &bands, &people, sample))?;
    if options.regimens { out::print(&published(&bands, &people, library)) } else { Ok(()) }
}

/// Times of the curve of the typical person that lie between the points of the bands: starts and ends of doses, peaks.
fn between_points(arm: &ArmBands, plain: &ArmOutcome) -> Vec<f64> {
    let horizon = arm.times.last().copied().unwrap_or(0.0);
    let near = |a: f64, b: f64| (a - b).abs() < crate::population::SAME_TIME_H;
    let on_grid = |t: f64| {
        let next = arm.times.partition_point(|point| *point < t);
        arm.times[next.saturating_sub(1)..].iter().take(2).any(|point| near(*point, t))
    };
    let mut times: Vec<f64> = plain.rows.iter().flat_map(|r| r.marked.iter().copied()).collect();
    times.retain(|t| (0.0..=horizon).contains(t) && !on_grid(*t));
    times.sort_by(f64::total_cmp);
    times.dedup_by(|a, b| near(*a, *b));
    times
}

/// What must be known of an arm's people.
fn say(arm: &ArmBands) {
    if !arm.scatters {
        out::note(&format!(
            "{}: {} has no spread between people: everybody is the typical person",
            arm.label, arm.model
        ));
    }
    if arm.drawn_again > 0 {
        out::note(&format!(
            "{}: {} people were drawn again: their first draw was impossible",
            arm.label, arm.drawn_again
        ));
    }
}

/// Percentile bands of an arm at times between its points.
struct ExtraBands {
    /// Times, h.
    times: Vec<f64>,
    /// A band for each analyte, in the order of the arm's own.
    bands: Vec<Band>,
}

fn csv(bands: &[ArmBands], extra: &[ExtraBands], out: &mut dyn std::io::Write) -> std::io::Result<()> {
    write_csv(out, |lines| {
        lines.write_record(["arm", "time_h", "analyte", "site", "p5", "p50", "p95"])?;
        for (arm, extra) in bands.iter().zip(extra) {
            let label = csv_cell(&arm.label);
            for (band, between) in arm.bands.iter().zip(&extra.bands) {
                let mut rows: Vec<(f64, [f64; 3])> =
                    arm.times.iter().copied().zip(band.percentiles.iter().copied()).collect();
                rows.extend(extra.times.iter().copied().zip(between.percentiles.iter().copied()));
                rows.sort_by(|a, b| a.0.total_cmp(&b.0));
                for (time, p) in rows {
                    let [low, middle, high] = p.map(crate::curves::full);
                    let time = time.to_string();
                    lines.write_record([&label, &time, &band.analyte, arm.site.id(), &low, &middle, &high])?;
                }
            }
        }
        Ok(())
    })
}

struct Document<'a> {
    scenario: &'a Scenario,
    library: &'a Library,
    bands: &'a [ArmBands],
    people: &'a [Vec<SessionPopulation>],
    sample: Sample,
    /// Of simulation and percentiles; only told when asked for, so that the same input gives the same text.
    elapsed_ms: Option<f64>,
}

impl Document<'_> {
    fn json(&self) -> Value {
        let arms: Vec<Value> = self.bands.iter().zip(self.people).map(|(b, p)| self.arm(b, p)).collect();
        let mut all = json!({
            "title": self.scenario.title, "people": self.sample.people.get(), "seed": self.sample.seed,
            "population": { "weight_kg": limits(self.scenario.population.weights()), "age_y": limits(self.scenario.population.ages()) },
            "arms": arms,
            "spread": "between made-up people of one model; how models differ is told by compare",
            "note": EDUCATION_ONLY,
        });
        if let Some(ms) = self.elapsed_ms {
            all["elapsed_ms"] = json!(ms);
        }
        all
    }

    fn arm(&self, bands: &ArmBands, people: &[SessionPopulation]) -> Value {
        let arm = &self.scenario.arms[bands.index];
        let route = Route::leading(&arm.routes());
        let evidence = self.library.effects.evidence(&arm.drug, route, &arm.doses).id();
        let each: Vec<Value> = bands
            .bands
            .iter()
            .map(|b| {
                let column = |k: usize| b.percentiles.iter().map(|p| tidy(p[k])).collect::<Vec<f64>>();
                json!({ "name": b.analyte, "p5": column(0), "p50": column(1), "p95": column(2) })
            })
            .collect();
        let sessions: Vec<Value> = people.iter().map(|s| session(s, evidence)).collect();
        let first = people.first();
        json!({
            "label": bands.label, "drug": arm.drug, "model": bands.model, "site": bands.site.id(),
            "time_h": bands.times.iter().map(|t| tidy(*t)).collect::<Vec<f64>>(),
            "analytes": each,
            "windows": first.map(|s| windows(&s.windows, evidence)),
            "windows_from_min": first.map(|s| tidy(s.session.start * MINUTES_PER_HOUR)),
            "sessions": sessions,
            "words": first.map(session_in_words),
            "drawn_again": bands.drawn_again, "scatters": bands.scatters,
        })
    }
}

/// One session: over everybody, and for a range at each of its ends.
fn session(people: &SessionPopulation, evidence: &str) -> Value {
    let several = people.counts.len() > 1;
    let ends = people.counts.iter().filter(|_| several);
    let above = |c: &crate::population::Counted| level::people_json(c.above_level.as_ref());
    let end = |c: &crate::population::Counted| json!({ "end": c.end, "windows": windows(&c.windows, evidence), "level": above(c) });
    let ends: Vec<Value> = ends.map(end).collect();
    json!({
        "number": people.session.number, "start_min": tidy(people.session.start * MINUTES_PER_HOUR),
        "end_min": tidy(people.session.end * MINUTES_PER_HOUR), "doses": people.session.doses,
        "windows": windows(&people.windows, evidence), "ends": ends,
        // people at the two ends of a range are never counted together
        "level": people.counts.first().filter(|_| !several).map_or(Value::Null, above),
        "twenty": { "noticing_min": dots(&people.noticing), "fading_min": dots(&people.fading) },
    })
}

/// Twenty who stand for all: minutes, "later" than was simulated, or null where the level is not reached.
pub(super) fn dots(of: &[Dot]) -> Vec<Value> {
    let one = |dot: &Dot| match dot {
        Dot::At(minutes) => json!(tidy(*minutes)),
        Dot::Beyond => json!("later"),
        Dot::Never => Value::Null,
    };
    of.iter().map(one).collect()
}

fn windows(windows: &PopulationWindows, evidence: &str) -> Value {
    let three = |p: Option<[f64; 3]>| p.map(|p| p.map(tidy));
    json!({
        "onset_min": three(windows.onset), "peak_min": three(windows.peak),
        "strongest_min": windows.strongest.map(|p| p.map(tidy)),
        "main_effects_end_min": three(windows.main_effects_end),
        "share_reaching": tidy(windows.share_reaching),
        "share_noticing": windows.share_noticing.map(tidy),
        "outlasts": windows.outlasts,
        "evidence": evidence,
    })
}

/// Between which ends a covariate lies, and around which median; null where everybody has the subject's.
fn limits(limits: Option<Limits>) -> Value {
    let one = |l: Limits| {
        let [low, high] = l.ends.map(tidy);
        // the coefficient of variation of a log-normal, back from its scale
        let cv = l.log_normal.map(|[_, omega]| tidy((omega * omega).exp_m1_portable().sqrt()));
        json!({ "low": low, "high": high, "median": l.log_normal.map(|[median, _]| tidy(median)), "cv": cv })
    };
    limits.map_or(Value::Null, one)
}

/// What must be said instead of, or beside, a time.
fn session_in_words(people: &SessionPopulation) -> Vec<String> {
    let windows = &people.windows;
    let mut list = Vec::new();
    let (n, base) = of_people(people.reaching(), people.people());
    let ends = if people.counts.len() > 1 { " (at the two ends of a range)" } else { "" };
    let which = people.session.words().map_or(String::new(), |w| format!("{w}: "));
    list.push(format!("{which}of {base} made-up people, {n} reach the level of the dissociative part{ends}"));
    if windows.few_notice {
        list.push(format!("noticing: {MAY_NOT_FEEL}"));
    }
    if windows.few_reach {
        list.push(format!("dissociative part: {MAY_NOT_FEEL}"));
    }
    if windows.outlasts {
        list.push("some are still above their level a day after the last dose: no time of fading is given".to_owned());
    }
    list
}

fn text(
    scenario: &Scenario,
    library: &Library,
    bands: &[ArmBands],
    people: &[Vec<SessionPopulation>],
    sample: Sample,
) -> String {
    let mut text = paragraph("", &scenario.title, TEXT_WIDTH);
    let mut table = Table::new(vec![
        TableColumn::text("Arm"),
        TableColumn::text("Model"),
        TableColumn::numbers("Peak (ng/mL)"),
        TableColumn::text("May begin to notice (min)"),
        TableColumn::text("Main effects fading (min)"),
        TableColumn::numbers("Reach the level"),
        TableColumn::text("Timing rests on"),
    ]);
    let firsts = || bands.iter().zip(people).filter_map(|(b, p)| Some((b, p.first()?)));
    for (b, first) in firsts() {
        let w = &first.windows;
        let arm = &scenario.arms[b.index];
        let route = Route::leading(&arm.routes());
        let spans = |p: Option<[f64; 3]>| {
            p.map_or("–".to_owned(), |[a, m, z]| {
                format!("{} to {} ({})", significant(a, 2), significant(z, 2), significant(m, 2))
            })
        };
        let times = |p: Option<[f64; 3]>| {
            p.map_or("–".to_owned(), |p| {
                let [a, m, z] = p.map(minutes_in_words);
                if a == z { a } else { format!("{a} to {z} ({m})") }
            })
        };
        let peaks: Vec<f64> = first.counts.iter().flat_map(|c| &c.people).map(|p| p.cmax).collect();
        let peak = crate::analysis::spans(&peaks);
        let (n, base) = of_people(first.reaching(), first.people());
        table.push([
            b.label.clone(),
            b.model.clone(),
            spans(peak),
            times(w.onset_told()),
            times(w.fading_told()),
            format!("{n} of {base}"),
            super::report::evidence(library.effects.evidence(&arm.drug, route, &arm.doses)).to_owned(),
        ]);
    }
    text.push('\n');
    text.push_str(&table.to_text(TEXT_WIDTH + 20));
    let mut line = |words: &str| text.push_str(&paragraph("", words, TEXT_WIDTH));
    line(&format!(
        "From the first dose of the first session, 10th to 90th percentile with the 50th in brackets, over {} made-up people (seed {}) of one model: spread between people, not doubt about the model. Times are of those who reach the level; where too few do, none is given.",
        sample.people, sample.seed
    ));
    if let Some(words) = scenario.population.words() {
        line(&format!("They differ as the scenario states: {words}. A dose per kg follows each person's own weight."));
    }
    for (b, first) in firsts() {
        for said in session_in_words(first) {
            line(&format!("{}: {said}.", b.label));
        }
    }
    let labelled: Vec<_> = firsts().map(|(b, first)| (b.label.as_str(), first)).collect();
    text.push_str(&separated(level::people_text(&labelled)));
    let mut line = |words: &str| text.push_str(&paragraph("", words, TEXT_WIDTH));
    line(&format!("{}; {DRIVING_RULE}.", capital(STRIP_NOTE)));
    line(EDUCATION_ONLY);
    text
}

/// Published times beside the model's, and where the model runs long.
fn published(bands: &[ArmBands], people: &[Vec<SessionPopulation>], library: &Library) -> String {
    let mut table = Table::new(vec![
        TableColumn::text("Regimen"),
        TableColumn::text("Fading by the model (min)"),
        TableColumn::text("Published (min)"),
        TableColumn::text("Rests on"),
        TableColumn::text("In words"),
    ]);
    let list = &library.published;
    for p in list {
        let at = bands.iter().position(|b| b.label == p.label);
        let Some(w) = at.and_then(|at| people[at].first()).map(|s| &s.windows) else { continue };
        let [from, to] = p.end.map(|t| t.minutes());
        let span = if to > from { format!("{from:.0} to {to:.0}") } else { format!("{to:.0}") };
        let model = w.fading_told().map_or("–".to_owned(), |[a, m, z]| format!("{a:.0} to {z:.0} ({m:.0})"));
        let long = match w.fading_told() {
            Some([_, middle, _]) if middle > to => "; the model runs long",
            Some([_, _, high]) if high > to => "; the model's late end runs long",
            None if w.few_reach => "; many people at this dose may not feel this",
            None if w.outlasts => "; the model runs long: some outlast the day",
            _ => "",
        };
        let rests = format!("{}, grade {}", super::report::evidence(p.kind), p.grade);
        table.push([p.label.clone(), model, span, rests, format!("{}{long}", p.words)]);
    }
    let mut text = format!("\nBeside what was published\n{}", table.to_text(TEXT_WIDTH + 20));
    let advice = "Where the model runs long it cannot tell when effects are over, and never when somebody can leave.";
    text.push_str(&paragraph("", advice, TEXT_WIDTH));
    let mut sources: Vec<&str> = list.iter().map(|p| p.source.as_str()).collect();
    sources.dedup();
    sources.iter().for_each(|s| text.push_str(&paragraph("  Source: ", s, TEXT_WIDTH)));
    text
}

/// With an empty line before it, where there is something.
fn separated(text: String) -> String {
    if text.is_empty() { text } else { format!("\n{text}") }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
