//! How long the comparison of the opening screen takes: `cargo bench`.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark looks at the clock and says so"
)]

mod clock;

use clock::median;
use ketasim::sim::Solver;
use ketasim::{Figure, Library, Options, Scenario, View};
use std::collections::BTreeMap;

const ROUNDS: usize = 200;

fn main() {
    // `cargo bench --bench compare -- curve` runs what has that word in its name
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let library = Library::embedded().unwrap();
    let scenario = Scenario::from_toml("opening", Scenario::OPENING, &library).unwrap();
    if wanted("one curve, W1") {
        println!("one curve, W1: {:.1} us", 1e3 * one_curve(library.clone()));
    }
    if wanted("opening comparison") {
        let (l, s) = (library.clone(), scenario.clone());
        let run = median(ROUNDS, move || drop(s.run(&l, Options::default()).unwrap()));
        println!("opening comparison: {run:.2} ms");
    }
    if wanted("figure") {
        let outcome = scenario.run(&library, Options::default()).unwrap();
        let (arms, points) = (outcome.arms.len(), outcome.points);
        let l = library;
        let draw = median(ROUNDS, move || drop(Figure::new(&outcome, &View::default(), &l, &[])));
        println!("figure of it ({arms} arms, {points} points): {draw:.2} ms");
    }
    if wanted("library") {
        let load = median(ROUNDS, || drop(Library::embedded().unwrap()));
        println!("reading and checking the library: {load:.2} ms");
    }
}

/// 35 mg into a muscle, 1,441 points a minute apart, parent and metabolite of the workload's model: doses laid out,
/// numbers, rates and modes of the subject found, both curves read.
fn one_curve(mut library: Library) -> f64 {
    library.insert_toml("workload-2.toml", include_str!("workload-2.toml")).unwrap();
    let text = "horizon = '24 h'\n[[arm]]\nlabel = 'IM'\ndrug = 'ketamine'\nmodel = 'workload-2'\n\
                [[arm.dose]]\nroute = 'im'\namount = '35 mg'\n";
    let scenario = Scenario::from_toml("W1", text, &library).unwrap();
    let arm = &scenario.arms[0];
    let case = arm.case(library.model("workload-2").unwrap(), &scenario.subject, &library).unwrap();
    let none = BTreeMap::new();
    let followed = case.follow(&none, 24.0, 1.0 / 60.0, Solver::Auto).unwrap();
    assert!(followed.profile.by_modes() && followed.profile.grid.len() == 1441);
    median(50 * ROUNDS, || {
        let followed = case.follow(&none, 24.0, 1.0 / 60.0, Solver::Auto).unwrap();
        let profile = &followed.profile;
        for output in &profile.outputs {
            std::hint::black_box(profile.series(output));
        }
    })
}
