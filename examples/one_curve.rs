//! One dose, one curve: what a scenario is, and where the numbers of a curve stand.
//!
//! `cargo run --example one_curve`

#![allow(clippy::print_stdout, reason = "an example prints")]

use ketasim::analysis::statistics::of_curve;
use ketasim::{Library, Options, Scenario};

fn main() -> ketasim::Result<()> {
    // ANCHOR: readme
    let library = Library::embedded()?;
    let text = r#"
        horizon = "4 h"
        [[arm]]
        label = "IM"
        drug = "ketamine"
        [[arm.dose]]
        route = "im"
        amount = "0.5 mg/kg"
    "#;
    let outcome = Scenario::from_toml("im.toml", text, &library)?.run(&library, Options::default())?;
    let arm = &outcome.arms[0];
    println!("{} at {}: {:?} reaches the blood", arm.label, arm.site.words(), arm.bioavailability);
    // ANCHOR_END: readme

    // where one line would claim too much there is a range of two ends
    let ends = arm.range.iter().flat_map(|r| [("low end", &r.low.curves), ("high end", &r.high.curves)]);
    for (end, curve) in ends.flat_map(|(end, curves)| curves.iter().map(move |c| (end, c))) {
        for statistic in of_curve() {
            let value =
                statistic.of(&curve.exposure).map_or("–".to_owned(), |v| format!("{v:.4} {}", statistic.unit));
            println!("{end}, {}: {} {value}", curve.analyte, statistic.symbol);
        }
    }
    for assumption in &arm.assumptions {
        println!("assumed: {assumption}");
    }
    Ok(())
}
