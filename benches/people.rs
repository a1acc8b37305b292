//! How fast many people are: `cargo bench --bench people`. Prints people x points per second by route and engine.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark looks at the clock and says so"
)]

mod clock;

use clock::median;
use ketasim::outcome::Options;
use ketasim::population::{InTurn, Kept, People, Sample, bands, individuals, simulation_alone};
use ketasim::sim::Solver;
use ketasim::{Library, Scenario};

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

fn main() {
    let mut library = Library::embedded().unwrap();
    library.insert_toml("workload-2.toml", include_str!("workload-2.toml")).unwrap();
    println!("241 points, parent and metabolite, 5/50/95 %, one thread");
    for (name, model) in [("workload 2", "workload-2"), ("shipped", "ketamine-composite")] {
        for people in [1_000, 10_000] {
            let sample = Sample { people: People::nearest(people), seed: 1, every: None };
            let rounds = if people > 1_000 { 7 } else { 41 };
            let run = |arms: &[(&str, &str)]| {
                let scenario = scenario(model, arms, &library);
                median(rounds, || drop(bands(&scenario, &library, sample, &InTurn, &|_| true).unwrap()))
            };
            let all = run(&ARMS);
            let four = scenario(model, &ARMS, &library);
            let simulate = |kept: &mut Kept| simulation_alone(&four, &library, sample, kept, &InTurn).unwrap();
            let drawing = median(rounds, || _ = simulate(&mut Kept::default()));
            let mut kept = Kept::default();
            simulate(&mut kept);
            let alone = median(rounds, || _ = simulate(&mut kept));
            println!(
                "{name}, {people} people x 4 routes: {all:.2} ms, of which drawing {:.2} ms, simulation {alone:.2} ms",
                drawing - alone
            );
            for arm in &ARMS {
                let one = run(&[*arm]);
                let mut kept = Kept::default();
                simulation_alone(&scenario(model, &[*arm], &library), &library, sample, &mut kept, &InTurn).unwrap();
                let modes = kept.by_modes().map_or(String::new(), |share| format!(", {:.0} % as modes", 100.0 * share));
                println!("  {}, side by side: {one:.2} ms, {}{modes}", arm.0, rate(people, one));
            }
        }
        for (engine, solver) in [("one by one, exact", Solver::Exact), ("one by one, Dop853", Solver::Numeric)] {
            for arm in &ARMS {
                let took = one_by_one(&scenario(model, &[*arm], &library), solver, &library);
                println!("  {}, {engine}: {}", arm.0, rate(FEW, took));
            }
        }
    }
}

/// People followed one by one.
const FEW: usize = 30;

fn one_by_one(scenario: &Scenario, solver: Solver, library: &Library) -> f64 {
    let sample = Sample { people: People::nearest(FEW), seed: 1, every: None };
    let options = Options { solver, ..Options::default() };
    median(3, || {
        for person in 0..FEW {
            let set = individuals(scenario, 0, library, sample, person).unwrap();
            drop(scenario.run_person(0, library, options, &set).unwrap());
        }
    })
}

fn rate(people: usize, ms: f64) -> String {
    format!("{:.3} million people x points per second", people as f64 * 241.0 / ms * 1e-3)
}
