//! Every source that ships can be looked up: authors, title, journal, year, volume, pages and DOI, or the holder,
//! product, year and section of a label.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "helpers of tests are tests too")]

use ketasim::citation::{missing, works};
use std::path::Path;

/// Sources that stay short: file, key, what is missing, and why. "any" for what is no publication.
const SHORT: &[(&str, &str, &str, &str)] = &[
    ("", "ketasim", "any", "ours: the notes of the file say how"),
    ("", "programmes", "any", "pages of programmes, not a publication"),
    ("models/herd-anderson-2007.toml", "opentiva", "any", "a program"),
    ("assets/drugs.toml", "slips", "any", "ours: which doses are taken for a slip"),
    ("assets/drugs.toml", "label-esketamine-injection", "any", "a leaflet, read as a copy without its date"),
    ("models/simons-2022.toml", "masses", "any", "molar masses, from the formulas"),
    (
        "models/ketamine-composite.toml",
        "hirlinger-1984",
        "authors with initials",
        "the PubMed page as read names no authors; the surname is the evidence table's",
    ),
    ("models/ketamine-composite.toml", "swiss-label", "year", "the page read prints none"),
    ("models/perez-ruixo-2021.toml", "swiss-label", "year", "the page read prints none"),
    ("models/ketamine-composite.toml", "*", "abstract", "the abstract of 2006 has one page and no DOI"),
    (
        "models/domino.toml",
        "domino",
        "DOI or PubMed number",
        "programs cite two papers for it: which one is not settled",
    ),
    ("assets/effects.toml", "esketamine-trials", "any", "the sponsor's summaries and a poster"),
    ("assets/effects.toml", "reporting", "any", "ours: a way of reporting"),
    ("assets/effects.toml", "iv-trials", "volume and pages", "Riva-Posse 2018: not on the page read; its DOI is"),
    ("assets/drugs.toml", "convention", "any", "ours: from memory of the label, graded E"),
    (
        "assets/published.toml",
        "IV 0.5 mg/kg over 40 min",
        "volume and pages",
        "Riva-Posse 2018: not on the page read; its DOI is",
    ),
    ("assets/published.toml", "*", "pages", "pages of clinics and programmes, not publications"),
    (
        "assets/conditions.toml",
        "diazepam",
        "any",
        "of the second the page read names no authors and no DOI; its PubMed number is there",
    ),
    (
        "assets/conditions.toml",
        "long-term-sedatives",
        "any",
        "the page read names no authors and no DOI; its PubMed number is there",
    ),
    ("assets/conditions.toml", "renal-impairment", "any", "the sponsor's page of medical information"),
    ("assets/timeline/rules.toml", "programmes-and-label", "any", "programmes' own pages beside the label"),
];

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// File, key, citation and whether a DOI or PubMed number stands in a field of its own.
fn sources() -> Vec<(String, String, String, bool)> {
    let folder = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("models")).unwrap();
    let mut names: Vec<String> =
        folder.map(|e| format!("models/{}", e.unwrap().file_name().into_string().unwrap())).collect();
    names.retain(|name| name.ends_with(".toml"));
    names.extend(["assets/effects.toml", "assets/drugs.toml"].map(str::to_owned));
    let mut list = Vec::new();
    for name in names {
        let file: toml::Table = read(&name).parse().unwrap();
        for (key, source) in file["source"].as_table().unwrap() {
            let numbered = source.get("doi").or(source.get("pmid")).is_some();
            list.push((name.clone(), key.clone(), source["citation"].as_str().unwrap().to_owned(), numbered));
        }
    }
    for (name, entries, key) in
        [("assets/published.toml", "published", "label"), ("assets/conditions.toml", "condition", "id")]
    {
        let file: toml::Table = read(name).parse().unwrap();
        for entry in file[entries].as_array().unwrap() {
            let [key, citation] = [key, "source"].map(|k| entry[k].as_str().unwrap().to_owned());
            list.push((name.to_owned(), key, citation, false));
        }
    }
    let name = "assets/timeline/rules.toml";
    let file: toml::Table = read(name).parse().unwrap();
    for (key, citation) in file["sources"].as_table().unwrap() {
        list.push((name.to_owned(), key.clone(), citation.as_str().unwrap().to_owned(), false));
    }
    list
}

/// Whether a lack is one of those that are known, with its place in the list.
fn known(file: &str, key: &str, work: &str, lack: &str) -> Option<usize> {
    SHORT.iter().position(|(f, k, l, _)| {
        let place = (f.is_empty() || *f == file) && (*k == "*" || *k == key);
        let abstracts =
            *l == "abstract" && work.contains("[abstract]") && lack != "title" && lack != "authors with initials";
        let pages = *l == "pages" && work.contains("page") && !work.contains("doi:");
        let summaries = *l == "pages" && work.starts_with("sponsor's summaries");
        place && (*l == "any" || *l == lack || abstracts || pages || summaries)
    })
}

#[test]
fn every_source_can_be_looked_up() {
    let (mut short, mut met) = (Vec::new(), vec![false; SHORT.len()]);
    let sources = sources();
    assert!(sources.len() > 50);
    for (file, key, citation, numbered) in &sources {
        for work in works(citation) {
            for lack in missing(work, *numbered) {
                match known(file, key, work, lack) {
                    Some(place) => met[place] = true,
                    None => short.push(format!("{file}, {key}: no {lack} in \"{work}\"")),
                }
            }
        }
    }
    assert!(short.is_empty(), "{}", short.join("\n"));
    // an exception that no source needs any more is taken out
    for (exception, met) in SHORT.iter().zip(met) {
        assert!(met, "{exception:?}");
    }
}

/// The words of a page name papers shortly: with the DOI a reader finds them.
#[test]
fn papers_named_on_pages_have_a_doi_beside_them() {
    for name in ["en", "es", "clinician"] {
        let file: toml::Table = read(&format!("assets/timeline/{name}.toml")).parse().unwrap();
        for (key, source) in file["source"].as_table().unwrap() {
            let source = source.as_str().unwrap();
            let in_a_journal = |w: &&str| {
                w.split_once(':').is_some_and(|(volume, pages)| {
                    volume.parse::<u16>().is_ok() && pages.starts_with(|c: char| c.is_ascii_digit())
                })
            };
            let papers =
                source.split_whitespace().filter(in_a_journal).filter(|w| !w.contains("8:00") && !w.contains("08:00"));
            assert!(papers.count() <= source.matches("doi 10.").count(), "{name}, {key}: {source}");
        }
    }
}
