//! The four routes of the opening screen: which reaches more of the blood, and a picture of it.
//!
//! `cargo run --example compare_routes`

#![allow(clippy::print_stdout, reason = "an example prints")]

use ketasim::export::{Format, render};
use ketasim::{Figure, Library, Options, Scenario, View};

fn main() -> ketasim::Result<()> {
    let library = Library::embedded()?;
    let scenario = Scenario::from_toml("opening", Scenario::OPENING, &library)?;
    let outcome = scenario.run(&library, Options::default())?;
    for arm in &outcome.arms {
        let share = |f: Option<f64>| f.map_or("–".to_owned(), |f| format!("{:.0} %", f * 100.0));
        let reaches = match &arm.range {
            Some(range) => format!("{} to {}", share(range.low.bioavailability), share(range.high.bioavailability)),
            None => share(arm.bioavailability),
        };
        println!("{:<4} {reaches:>14} of {} mg, {}, grade {}", arm.label, arm.dose_mg, arm.site.words(), arm.grade);
    }
    let figure = Figure::new(&outcome, &View::default(), &library, &[]);
    let svg = render(&figure, Format::Svg)?;
    println!("a picture of {} bytes; its words: {}", svg.len(), figure.title);
    Ok(())
}
