//! Many virtual subjects: percentile bands of a concentration, and how many are above a level of their own.
//!
//! `cargo run --release --example virtual_subjects`

#![allow(clippy::print_stdout, reason = "an example prints")]

use ketasim::population::{InTurn, People, Sample, USUAL_SEED, bands, counted};
use ketasim::units::Time;
use ketasim::{Library, Scenario};

fn main() -> ketasim::Result<()> {
    let library = Library::embedded()?;
    let text = r#"
        horizon = "4 h"
        [population]
        weight = { median = "70 kg", cv = "20 %", low = "45 kg", high = "120 kg" }
        [[arm]]
        label = "IV"
        drug = "ketamine"
        [[arm.dose]]
        route = "iv"
        amount = "0.5 mg/kg"
        duration = "40 min"
    "#;
    let scenario = Scenario::from_toml("iv.toml", text, &library)?;
    // the same seed gives the same subjects, on any number of threads
    let every = Some(Time::from_minutes(20.0));
    let sample = Sample { people: People::literal::<500>(), seed: USUAL_SEED, every };
    let go_on = |_share: f64| true;
    for arm in bands(&scenario, &library, sample, &InTurn, &go_on)? {
        for (hours, percentiles) in arm.times.iter().zip(&arm.bands[0].percentiles) {
            println!("{} {:>4.0} min: {percentiles:?} ng/mL", arm.label, hours * 60.0);
        }
    }
    for session in counted(&scenario, 0, &library, (sample, None), &InTurn, &go_on)? {
        println!(
            "{:?} of 100 reach their own level; above it at 60 min: {:?}",
            session.reaching(),
            session.above_at(60.0)
        );
    }
    Ok(())
}
