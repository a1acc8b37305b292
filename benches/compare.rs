//! How long the comparison of the opening screen takes: `cargo bench`.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark looks at the clock and says so"
)]

use ketasim::{Figure, Library, Options, Scenario, View};
use std::time::Instant;

const ROUNDS: usize = 200;

fn main() {
    let library = Library::embedded().unwrap();
    let scenario = Scenario::from_toml("opening", Scenario::OPENING, &library).unwrap();
    let median = |mut work: Box<dyn FnMut()>| {
        let mut times: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                work();
                start.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 2]
    };
    let (l, s) = (library.clone(), scenario.clone());
    let run = median(Box::new(move || drop(s.run(&l, Options::default()).unwrap())));
    let outcome = scenario.run(&library, Options::default()).unwrap();
    let arms = outcome.arms.len();
    let points = outcome.points;
    let l = library.clone();
    let draw = median(Box::new(move || drop(Figure::new(&outcome, &View::default(), &l, &[]))));
    let load = median(Box::new(|| drop(Library::embedded().unwrap())));
    println!(
        "opening comparison, {arms} arms, {points} points, all analytes, windows, ranges, other models: {run:.2} ms"
    );
    println!("its figure: {draw:.2} ms");
    println!("reading and checking the library: {load:.2} ms");
}
