//! How long the comparison of the opening screen takes: `cargo bench`.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark looks at the clock and says so"
)]

mod clock;

use clock::median;
use ketasim::{Figure, Library, Options, Scenario, View};

const ROUNDS: usize = 200;

fn main() {
    let library = Library::embedded().unwrap();
    let scenario = Scenario::from_toml("opening", Scenario::OPENING, &library).unwrap();
    let (l, s) = (library.clone(), scenario.clone());
    let run = median(ROUNDS, move || drop(s.run(&l, Options::default()).unwrap()));
    let outcome = scenario.run(&library, Options::default()).unwrap();
    let arms = outcome.arms.len();
    let points = outcome.points;
    let l = library.clone();
    let draw = median(ROUNDS, move || drop(Figure::new(&outcome, &View::default(), &l, &[])));
    let load = median(ROUNDS, || drop(Library::embedded().unwrap()));
    println!(
        "opening comparison, {arms} arms, {points} points, all analytes, windows, ranges, other models: {run:.2} ms"
    );
    println!("its figure: {draw:.2} ms");
    println!("reading and checking the library: {load:.2} ms");
}
