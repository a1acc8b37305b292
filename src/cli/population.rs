//! `ketasim population`: percentile bands and windows over many made-up people.

use super::args::Population;
use super::{Given, out};
use crate::error::Result;
use crate::figure::{DRIVING_RULE, EDUCATION_ONLY, STRIP_NOTE};
use crate::library::{Library, Published};
use crate::people::{ArmBands, Crowd, InTurn, MAY_NOT_FEEL, PeopleWindows, Workers, bands, of_people, people_windows};
use crate::population::Limits;
use crate::scenario::Scenario;
use crate::table::{Column, TEXT_WIDTH, Table, paragraph};
use crate::units::{significant, tidy};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Progress is said at every such share.
const SAID_EVERY: f64 = 0.25;

/// Jobs on as many threads as the machine has, or as were asked for.
pub(super) struct Threads(usize);

impl Threads {
    /// So many at a time; without a number as many as the machine has.
    pub fn new(threads: Option<usize>) -> Self {
        Self(threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)))
    }
}

impl Workers for Threads {
    fn each(&self, jobs: usize, work: &(dyn Fn(usize) + Sync)) {
        if self.0 < 2 || jobs < 2 {
            return InTurn.each(jobs, work);
        }
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.0.min(jobs) {
                scope.spawn(|| {
                    loop {
                        let job = next.fetch_add(1, Ordering::Relaxed);
                        if job >= jobs {
                            break;
                        }
                        work(job);
                    }
                });
            }
        });
    }
}

/// Simulates and prints as asked.
///
/// # Errors
/// When the scenario is refused, or something cannot be written.
pub fn run(options: &Population, library: &Library) -> Result<()> {
    let given = if options.regimens {
        Given::text("assets/scenarios/regimens.toml", Scenario::REGIMENS, library)?
    } else {
        Given::read(options.file.as_deref(), library)?
    };
    given.check_spacing(options.every)?;
    let crowd = Crowd { people: options.people, seed: options.seed, every: options.every };
    let workers = Threads::new(options.threads);
    let located = |e: crate::Error| e.located(&given.name, &given.text);
    let said = AtomicUsize::new(0);
    #[expect(clippy::disallowed_methods, reason = "the command tells how long it took")]
    let started = Instant::now();
    let progress = |share: f64| {
        let step = (share / SAID_EVERY) as usize;
        // only work that takes a while is worth a line
        if started.elapsed().as_millis() > 500 && said.fetch_max(step, Ordering::Relaxed) < step {
            out::note(&format!("{:.0} %", share * 100.0));
        }
        true
    };
    let bands = bands(&given.scenario, library, crowd, &workers, &progress).map_err(located)?;
    let elapsed_ms = started.elapsed().as_secs_f64() * 1e3;
    for arm in &bands {
        say(arm);
        if let Some(range) = range_of(&given.scenario, arm.index, library)? {
            let beside = "the bands are people around the model's plain run; its range is another kind of not knowing";
            out::note(&format!("{}: {beside}: {range}", arm.label));
        }
    }
    if options.csv {
        return out::stream(|out| csv(&bands, out));
    }
    let windows = people_windows(&given.scenario, library, crowd, &workers).map_err(located)?;
    if options.json {
        return out::print_json(
            &Document { scenario: &given.scenario, library, bands: &bands, windows: &windows, crowd, elapsed_ms }
                .json(),
        );
    }
    out::print(&text(&given.scenario, library, &bands, &windows, crowd))?;
    if options.regimens { out::print(&published(&windows)?) } else { Ok(()) }
}

/// Why the model draws a range for this arm, where it does.
fn range_of(scenario: &Scenario, index: usize, library: &Library) -> Result<Option<String>> {
    let arm = scenario.run_arm(index, library, crate::outcome::Options::default())?;
    Ok(arm.range.map(|r| r.note))
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

fn csv(bands: &[ArmBands], out: &mut dyn std::io::Write) -> std::io::Result<()> {
    writeln!(out, "arm,time_h,analyte,site,p5,p50,p95")?;
    for arm in bands {
        let label = crate::curves::quoted(&arm.label);
        for band in &arm.bands {
            for (time, p) in arm.times.iter().zip(&band.percentiles) {
                let [low, middle, high] = p.map(crate::curves::full);
                writeln!(out, "{label},{time},{},{},{low},{middle},{high}", band.analyte, arm.site.id())?;
            }
        }
    }
    Ok(())
}

struct Document<'a> {
    scenario: &'a Scenario,
    library: &'a Library,
    bands: &'a [ArmBands],
    windows: &'a [PeopleWindows],
    crowd: Crowd,
    elapsed_ms: f64,
}

impl Document<'_> {
    fn json(&self) -> Value {
        let arms: Vec<Value> = self.bands.iter().zip(self.windows).map(|(b, w)| self.arm(b, w)).collect();
        json!({
            "title": self.scenario.title, "people": self.crowd.people, "seed": self.crowd.seed,
            "population": { "weight_kg": limits(self.scenario.population.weights()), "age_y": limits(self.scenario.population.ages()) },
            "elapsed_ms": self.elapsed_ms, "arms": arms,
            "spread": "between made-up people of one model; how models differ is told by compare",
            "note": EDUCATION_ONLY,
        })
    }

    fn arm(&self, bands: &ArmBands, windows: &PeopleWindows) -> Value {
        let arm = &self.scenario.arms[bands.index];
        let route = arm.routes().first().copied().unwrap_or(crate::regimen::Route::Iv);
        let three = |p: Option<[f64; 3]>| p.map(|p| p.map(tidy));
        let each: Vec<Value> = bands
            .bands
            .iter()
            .map(|b| {
                let column = |k: usize| b.percentiles.iter().map(|p| tidy(p[k])).collect::<Vec<f64>>();
                json!({ "name": b.analyte, "p5": column(0), "p50": column(1), "p95": column(2) })
            })
            .collect();
        json!({
            "label": bands.label, "drug": arm.drug, "model": bands.model, "site": bands.site.id(),
            "time_h": bands.times.iter().map(|t| tidy(*t)).collect::<Vec<f64>>(),
            "analytes": each,
            "windows": {
                "onset_min": three(windows.onset), "peak_min": three(windows.peak),
                "strongest_min": windows.strongest.map(|p| p.map(tidy)),
                "main_effects_end_min": three(windows.main_effects_end),
                "share_reaching": tidy(windows.share_reaching),
                "share_noticing": windows.share_noticing.map(tidy),
                "outlasts": windows.outlasts,
                "evidence": self.library.effects.evidence(&arm.drug, route).id(),
            },
            "words": words(windows),
            "drawn_again": bands.drawn_again, "scatters": bands.scatters,
        })
    }
}

/// Between which ends a covariate lies, and around which median; null where everybody has the subject's.
fn limits(limits: Option<Limits>) -> Value {
    let one = |l: Limits| {
        let [low, high] = l.ends.map(tidy);
        // the coefficient of variation of a log-normal, back from its scale
        let cv = l.log_normal.map(|[_, omega]| tidy((omega * omega).exp_m1().sqrt()));
        json!({ "low": low, "high": high, "median": l.log_normal.map(|[median, _]| tidy(median)), "cv": cv })
    };
    limits.map_or(Value::Null, one)
}

/// What must be said instead of, or beside, a time.
fn words(windows: &PeopleWindows) -> Vec<String> {
    let mut list = Vec::new();
    let (n, base) = reaching(windows);
    list.push(format!("of {base} made-up people, {n} reach the level of the dissociative part"));
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

/// How many reach their own level, and of how many.
fn reaching(windows: &PeopleWindows) -> (String, usize) {
    of_people([windows.share_reaching * 100.0; 2], windows.people.len())
}

fn text(scenario: &Scenario, library: &Library, bands: &[ArmBands], windows: &[PeopleWindows], crowd: Crowd) -> String {
    let mut text = paragraph("", &scenario.title, TEXT_WIDTH);
    let mut table = Table::new(vec![
        Column::words("Arm"),
        Column::words("Model"),
        Column::numbers("Peak (ng/mL)"),
        Column::words("May begin to notice (min)"),
        Column::words("Main effects fading (min)"),
        Column::numbers("Reach the level"),
        Column::words("Timing rests on"),
    ]);
    for (b, w) in bands.iter().zip(windows) {
        let arm = &scenario.arms[b.index];
        let route = arm.routes().first().copied().unwrap_or(crate::regimen::Route::Iv);
        let spans = |p: Option<[f64; 3]>| {
            p.map_or("–".to_owned(), |[a, m, z]| {
                format!("{} to {} ({})", significant(a, 2), significant(z, 2), significant(m, 2))
            })
        };
        let mut peaks: Vec<f64> = w.people.iter().map(|p| p.cmax).collect();
        peaks.sort_by(f64::total_cmp);
        let peak = crate::analysis::spans(&peaks);
        let (n, base) = reaching(w);
        table.push([
            b.label.clone(),
            b.model.clone(),
            spans(peak),
            spans(w.onset_told()),
            spans(w.fading_told()),
            format!("{n} of {base}"),
            super::report::evidence(library.effects.evidence(&arm.drug, route)).to_owned(),
        ]);
    }
    text.push('\n');
    text.push_str(&table.to_text(TEXT_WIDTH + 20));
    let mut line = |words: &str| text.push_str(&paragraph("", words, TEXT_WIDTH));
    line(&format!(
        "From {}, 10th to 90th percentile with the 50th in brackets, over {} made-up people (seed {}) of one model: spread between people, not doubt about the model. Times are of those who reach the level; where too few do, none is given.",
        scenario.counted_from(),
        crowd.people,
        crowd.seed
    ));
    if let Some(words) = scenario.population.words() {
        line(&format!("They differ as the scenario states: {words}. A dose per kg follows each person's own weight."));
    }
    for w in windows {
        for said in words(w) {
            line(&format!("{}: {said}.", w.label));
        }
    }
    line(&format!("{}; {DRIVING_RULE}.", capital(STRIP_NOTE)));
    line(EDUCATION_ONLY);
    text
}

/// Published times beside the model's, and where the model runs long.
fn published(windows: &[PeopleWindows]) -> Result<String> {
    let mut table = Table::new(vec![
        Column::words("Regimen"),
        Column::words("Fading by the model (min)"),
        Column::words("Published (min)"),
        Column::words("Rests on"),
        Column::words("In words"),
    ]);
    let list = Published::embedded()?;
    for p in &list {
        let Some(w) = windows.iter().find(|w| w.label == p.label) else { continue };
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
    Ok(text)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
