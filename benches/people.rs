//! How fast many people are: `cargo bench --bench people`. Prints people x points per second by route and engine.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark looks at the clock and says so"
)]

use ketasim::people::{Crowd, InTurn, bands};
use ketasim::{Library, Scenario};
use std::time::Instant;

const ARMS: [(&str, &str); 4] = [
    ("IV", "route = 'iv'\namount = '35 mg'\nduration = '40 min'"),
    ("IM", "route = 'im'\namount = '35 mg'"),
    ("SL", "route = 'sl'\namount = '70 mg'"),
    ("IN", "route = 'in'\namount = '56 mg'"),
];

fn scenario(model: &str, arms: &[(&str, &str)], library: &Library) -> Scenario {
    let arm = |(label, dose): &(&str, &str)| {
        format!("[[arm]]\nlabel='{label}'\ndrug='ketamine'\nmodel='{model}'\n[[arm.dose]]\n{dose}\n")
    };
    let text = format!("horizon='4 h'\n{}", arms.iter().map(arm).collect::<String>());
    Scenario::from_toml("bench", &text, library).unwrap()
}

/// Median of some runs, ms.
fn median(rounds: usize, mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[rounds / 2]
}

fn main() {
    let mut library = Library::embedded().unwrap();
    library.insert_toml("workload-2.toml", include_str!("workload-2.toml")).unwrap();
    println!("241 points, parent and metabolite, 5/50/95 %, one thread");
    for (name, model) in [("workload 2", "workload-2"), ("shipped", "ketamine-composite")] {
        for people in [1_000, 10_000] {
            let crowd = Crowd { people, seed: 1, every: None };
            let rounds = if people > 1_000 { 7 } else { 41 };
            let run = |arms: &[(&str, &str)]| {
                let scenario = scenario(model, arms, &library);
                median(rounds, || drop(bands(&scenario, &library, crowd, &InTurn, &|_| true).unwrap()))
            };
            let all = run(&ARMS);
            println!("{name}, {people} people x 4 routes: {all:.2} ms");
            for arm in &ARMS {
                let one = run(&[*arm]);
                let rate = people as f64 * 241.0 / one * 1e-3;
                println!("  {}: {one:.2} ms, {rate:.0} million people x points per second", arm.0);
            }
        }
    }
}
