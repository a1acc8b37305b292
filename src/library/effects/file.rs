//! Mirror of `assets/effects.toml`, key for key, and what is made of it.

use super::*;
use crate::path;
use crate::portable::Portable as _;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: u32,
    pair: Vec<PairFile>,
    venous_delay: VenousFile,
    caution: Vec<CautionFile>,
    no_time_below: Option<NoTimeBelow>,
    session: Option<SessionGap>,
    evidence: Vec<Evidence>,
    programme: Vec<Programme>,
    source: crate::model::Ordered<crate::model::SourceFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PairFile {
    id: String,
    name: String,
    delay: DelayFile,
    #[serde(default)]
    levels: BTreeMap<String, BTreeMap<LevelKind, LevelFile>>,
    levels_of: Option<LevelsOf>,
    source: String,
    grade: Grade,
    note: Option<String>,
}

/// Levels of a drug that another pair states: the same levels under another delay.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelsOf {
    pair: String,
    drug: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DelayFile {
    half_life: Time,
    low: Time,
    high: Time,
    covers: Fraction,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelFile {
    median: Concentration,
    low: Concentration,
    high: Concentration,
    cv: Fraction,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VenousFile {
    half_life: SpanFile,
    source: String,
    #[serde(rename = "grade")]
    _grade: Grade,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpanFile {
    #[serde(rename = "median")]
    _median: Time,
    low: Time,
    high: Time,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CautionFile {
    drug: String,
    median: Concentration,
    low: Concentration,
    high: Concentration,
    words: String,
    source: String,
    grade: Grade,
}

/// Shares of people that make sense as a limit.
const LIMIT: std::ops::RangeInclusive<f64> = 0.01..=1.0;

/// Reads `assets/effects.toml`, or a user's file in its form: what that may leave out stands as in `shipped`.
pub(in crate::library) fn parse(name: &str, text: &str, shipped: Option<&Effects>) -> Result<Effects> {
    let mut file: File = toml::from_str(text).map_err(|e| Error::from_toml(&e, name, text))?;
    let named: Vec<&str> = file
        .pair
        .iter()
        .map(|p| &p.source)
        .chain(file.caution.iter().map(|c| &c.source))
        .chain(file.evidence.iter().map(|e| &e.source))
        .chain(file.programme.iter().map(|p| &p.source))
        .chain([&file.venous_delay.source])
        .chain(file.no_time_below.iter().map(|n| &n.source))
        .chain(file.session.iter().map(|n| &n.source))
        .map(String::as_str)
        .collect();
    if let Some(unknown) = named.iter().find(|key| !file.source.0.iter().any(|(k, _)| k == *key)) {
        return Err(Error::input(format!("the source \"{unknown}\" is not listed")).located(name, text));
    }
    let own = file.no_time_below.take();
    if let Some(odd) = own.as_ref().filter(|n| !LIMIT.contains(&n.people.parts())) {
        return Err(Error::input(format!(
            "{} % of people is no limit below which a time misleads",
            odd.people.parts() * 100.0
        ))
        .remedy("from 1 % to 100 %, for example people = \"60 %\", or leave [no_time_below] out")
        .at(path!["no_time_below", "people"])
        .located(name, text));
    }
    let mut sources: Vec<Source> = file.source.0.into_iter().map(|(key, s)| s.named(key)).collect();
    // what a file of one's own leaves out is as shipped, with its source
    let mut kept = |source: &str| {
        if !sources.iter().any(|s| s.key == source) {
            sources.extend(shipped.iter().flat_map(|e| &e.sources).find(|s| s.key == source).cloned());
        }
    };
    let missing = |table: &str| Error::input(format!("there is no [{table}]")).located(name, text);
    let no_time_below =
        own.or_else(|| shipped.map(|e| e.no_time_below.clone())).ok_or_else(|| missing("no_time_below"))?;
    kept(&no_time_below.source);
    let session = file.session.or_else(|| shipped.map(|e| e.session.clone())).ok_or_else(|| missing("session"))?;
    if session.gap.hours() <= 0.0 {
        return Err(Error::input(format!("sessions cannot be {} apart", session.gap))
            .remedy("write for example gap = \"12 h\", or leave [session] out")
            .at(path!["session", "gap"])
            .located(name, text));
    }
    kept(&session.source);
    let mut pairs: Vec<Pair> = Vec::new();
    for (i, p) in file.pair.into_iter().enumerate() {
        let one = pair(i, p, &pairs).map_err(|e| e.located(name, text))?;
        pairs.push(one);
    }
    let ends = file.venous_delay.half_life;
    Ok(Effects {
        pairs,
        venous_delay: Delay::Uniform { low: ends.low, high: ends.high },
        cautions: file
            .caution
            .into_iter()
            .map(|c| Caution {
                drug: c.drug,
                median: c.median,
                band: [c.low, c.high],
                words: c.words,
                source: c.source,
                grade: c.grade,
            })
            .collect(),
        no_time_below,
        session,
        evidence: file.evidence,
        programmes: file.programme,
        sources,
    })
}

/// One pair; `above` are those that stand above it.
fn pair(i: usize, p: PairFile, above: &[Pair]) -> Result<Pair> {
    let d = p.delay;
    if !(d.low < d.half_life && d.half_life < d.high && d.low.hours() > 0.0) {
        return Err(Error::input("a delay has low below half_life below high").at(path!["pair", i, "delay"]));
    }
    // width of the interval in standard deviations on the log scale
    let width = 2.0 * normal_quantile(0.5 + d.covers.parts() / 2.0);
    let delay = Delay::LogNormal { median: d.half_life, sigma: (d.high.hours() / d.low.hours()).ln_portable() / width };
    let mut levels = BTreeMap::new();
    if let Some(of) = p.levels_of {
        let known = above.iter().find(|a| a.id == of.pair).and_then(|a| a.levels.get(&of.drug));
        let Some(known) = known.filter(|_| !p.levels.contains_key(&of.drug)) else {
            return Err(Error::input(format!(
                "no pair \"{}\" above this one has levels of {} for it",
                of.pair, of.drug
            ))
            .remedy("name a pair further up and one of its drugs, or write [pair.levels.DRUG]")
            .at(path!["pair", i, "levels_of"]));
        };
        levels.insert(of.drug, known.clone());
    }
    for (drug, by_kind) in p.levels {
        let mut checked = BTreeMap::new();
        for (kind, l) in by_kind {
            if !(l.low <= l.median && l.median <= l.high && l.low.mg_l() > 0.0 && l.cv.parts() > 0.0) {
                return Err(Error::input(format!("a level of {drug} is not ordered low, median, high"))
                    .at(path!["pair", i, "levels", &drug]));
            }
            checked.insert(kind, Level { median: l.median, span: [l.low, l.high], cv: l.cv.parts() });
        }
        levels.insert(drug, checked);
    }
    Ok(Pair { id: p.id, name: p.name, delay, levels, source: p.source, grade: p.grade, note: p.note })
}
