//! Tables from outside: cells are read as a whole, and what cannot be read is left out with its reason, one value at a time.

use super::made::{self, HEADER, row, scored};

fn table(rows: &[String]) -> String {
    format!("{}\n{}\n", HEADER, rows.join("\n"))
}

/// Prediction of the one row, or the reason why there is none.
fn one(changes: &[(&str, &str)]) -> Result<f64, String> {
    made::one(changes).map(|row| row.predicted)
}

fn near(found: Result<f64, String>, expected: f64, what: &str) {
    let found = found.unwrap_or_else(|why| unreachable!("{what}: {why}"));
    assert!((found / expected - 1.0).abs() < 1e-3, "{what}: {found} and {expected}");
}

/// Expected 119.986 ng/mL (independent matrix exponential) without the effect of Asian ancestry; with it the elimination
/// is slower.
#[test]
fn an_ancestry_that_is_denied_is_none() {
    let spray = |population: &str| {
        one(&[
            ("population", population),
            ("drug", "esketamine"),
            ("dose_value", "56"),
            ("route", "IN"),
            ("duration_min", ""),
            ("matrix", "venous plasma"),
            ("analyte", "noresketamine"),
        ])
    };
    for population in [
        "healthy adults",
        "healthy adults, white, non-Asian",
        "Caucasian adults (no Asian)",
        "adults, not Asian",
        "adults; Asian excluded",
        "adults without any Asian",
        "Caucasians",
        "adults, no Asian or Japanese",
        "adults, neither Asian nor Japanese",
        "adults w/o Asian",
        "adults; Asians 0 %",
    ] {
        near(spray(population), 119.986, population);
    }
    assert!(spray("Asian adults").unwrap() > 140.0);
    assert!((spray("Asian adults, non-Japanese").unwrap() / spray("Asian adults").unwrap() - 1.0).abs() < 1e-12);
    for unclear in ["Asian and white adults", "mostly Asian adults", "adults, 40 % Asian"] {
        assert!(spray(unclear).unwrap_err().contains("cannot be read"), "{unclear}");
    }
}

/// Nobody young becomes 40 years old: scored by the model of children, or left out.
#[test]
fn the_young_are_never_scored_as_adults() {
    let of = |population: &str, age: &str| {
        let changes = [("population", population), ("mean_age_y", age), ("mean_weight_kg", "20"), ("matrix", "plasma")];
        let report = scored(&table(&[row(&changes)]), None);
        report.rows.first().map(|r| r.model.clone()).ok_or_else(|| report.skipped[0].why.clone())
    };
    // ages by hand: 6 weeks and 12 days are below the child model's first year, six months too
    for (population, age) in [
        ("preterm neonates", ""),
        ("newborns", ""),
        ("neonates 3-20 d", ""),
        ("babies", "12 d"),
        ("patients", "6 mo"),
        ("boys", ""),
        ("schoolchildren", ""),
        ("juveniles", ""),
        ("adolescents 12-17 y", ""),
        ("paediatric burns", ""),
        ("aged 2-11", ""),
        ("6 wk-17 y", ""),
        ("elderly", ""),
        ("patients 12-40 y, girls", ""),
        ("patients", "young"),
        ("patients", "9-12"),
    ] {
        let why = of(population, age).unwrap_err();
        assert!(["age", "years", "children"].iter().any(|w| why.contains(w)), "{population} {age}: {why}");
    }
    assert!(of("patients", "").unwrap_err().contains("may be children"), "20 kg");
    assert_eq!(of("patients", "9 years").unwrap(), "herd-anderson-2007");
    assert_eq!(of("children (median 3.3 y)", "").unwrap(), "herd-anderson-2007");
    assert_eq!(of("healthy, 20-35 y", "").unwrap(), "ketamine-composite");
}

/// Expected 24.955 ng/mL for a swallowed lozenge of 25 mg held 10 min; spat out it is 11.28.
#[test]
fn what_becomes_of_the_rest_is_read_with_its_denial() {
    let lozenge = |said: &str| {
        one(&[
            ("dose_value", "25"),
            ("route", "SL"),
            ("duration_min", ""),
            ("hold_min", "10"),
            ("swallowed_or_spat", said),
        ])
    };
    for said in ["swallowed", "swallowed, not spat out", "not spat out", "no swallowing for 10 min, then swallowed", ""]
    {
        near(lozenge(said), 24.955, said);
    }
    for said in ["spat out", "spat", "expectorated after 10 min", "not swallowed, spat out"] {
        near(lozenge(said), 11.28, said);
    }
    for said in ["swallowed or spat", "swallowed, spat out", "spat? unclear", "as usual", "not swallowed"] {
        let why = lozenge(said).unwrap_err();
        assert!(why.contains("cannot be read") || why.contains("both swallowed and spat"), "{said}: {why}");
    }
}

#[test]
fn a_cell_that_cannot_be_read_leaves_its_arm_out() {
    let spray = |every: &str| {
        one(&[
            ("route", "IN"),
            ("drug", "esketamine"),
            ("dose_value", "56"),
            ("analyte", "esketamine"),
            ("duration_min", ""),
            ("matrix", "venous plasma"),
            ("spray_every_min", every),
        ])
    };
    assert!(spray("5").is_ok() && spray("0.25 h").is_ok());
    for every in ["15-20", "about 5", "5 or 10", "-5"] {
        let why = spray(every).unwrap_err();
        assert!(why.contains("spray") && why.contains(every), "{every}: {why}");
    }
    let per_kg = |weight: &str| one(&[("mean_weight_kg", weight), ("dose_value", "0.5"), ("dose_unit", "mg/kg")]);
    // by hand: 165 lb is 74.843 kg, and the composite's peak per kg at its own weight follows weight to a power
    let (seventy, pounds) = (per_kg("70").unwrap(), per_kg("165 lb").unwrap());
    assert!((per_kg("70 kg").unwrap(), per_kg("70000 g").unwrap()) == (seventy, seventy));
    assert!((pounds / per_kg("74.84274105").unwrap() - 1.0).abs() < 1e-9);
    for weight in ["80-90", "70 stone", "70 +/- 8", "obese"] {
        assert!(per_kg(weight).unwrap_err().contains(weight), "{weight}");
    }
    for route in ["IM/IV", "IV or IM", "IV infusion then oral"] {
        let said = one(&[("route", route)]).unwrap_err();
        assert!(said.contains("names more than one") || said.contains("is not simulated"), "{route}: {said}");
    }
    for (route, column, cell) in [("IV infusion", "duration_min", "40-60"), ("SL", "hold_min", "5-10")] {
        let said = one(&[("route", route), ("duration_min", ""), (column, cell)]).unwrap_err();
        assert!(said.contains(column.trim_end_matches("_min")) && said.contains(cell), "{said}");
    }
    assert!(one(&[("matrix", "plasma, not arterial")]).unwrap_err().contains("not arterial"));
}

/// Two points are scored, what is none is told with its reason; a point beyond what can be simulated drops itself alone.
#[test]
fn one_value_that_is_none_leaves_the_others() {
    let arms = table(&[row(&[("id", "A1"), ("cmax_ng_ml", "")])]);
    for (cell, why) in [
        ("BLQ", "below what the assay can tell"),
        ("<1.0", "below what the assay can tell"),
        ("NA", "is no value"),
        (".", "is no value"),
        ("", "no concentration"),
        ("12 ng", "is not a number"),
    ] {
        let curves = format!("arm_id,time_min,conc_ng_ml\nA1,20,150\nA1,40,250\nA1,480,{cell}\n");
        let report = scored(&arms, Some(&curves));
        assert_eq!(report.rows.len(), 2, "{cell}");
        assert!(report.skipped.len() == 1 && report.skipped[0].why.contains(why), "{cell}: {:?}", report.skipped);
        assert!(report.skipped[0].why.contains("line 4"));
    }
    for late in ["144000", "86401", "1e9"] {
        let curves = format!("arm_id,time_min,conc_ng_ml\nA1,60,50\nA1,{late},0.001\n");
        let report = scored(&table(&[row(&[("id", "A1")])]), Some(&curves));
        assert_eq!(report.rows.len(), 2, "peak and the first point: {late}");
        assert!(report.skipped[0].why.contains("60 d"), "{:?}", report.skipped);
    }
}

/// Expected 101.221 ng/mL for 5 mcg/kg/min over 40 min, and 253.052 for 35 mg, whatever the signs that part cells.
#[test]
fn signs_that_look_alike_or_come_from_spreadsheets_change_nothing() {
    for unit in ["\u{b5}g/kg/min", "\u{3bc}g/kg/min", "ug/kg/min", "mcg/kg/min"] {
        near(one(&[("dose_value", "5"), ("dose_unit", unit)]), 101.221, unit);
    }
    let plain = table(&[row(&[("id", "A1")])]);
    for text in [
        plain.clone(),
        plain.replace(',', ";"),
        plain.replace(',', "\t"),
        format!("\u{feff}{plain}"),
        format!("sep=,\n{plain}"),
        format!("# made up\n{plain}"),
        plain.replace('\n', "\r\n"),
        format!("{plain}{}\n   \n", ",".repeat(HEADER.matches(',').count())),
        plain.replacen("mean_weight_kg", "Mean_Weight_KG", 1),
        plain.replace(',', ";").replace("\"70\"", "\"70,0\""),
    ] {
        let report = scored(&text, None);
        near(report.rows.first().map(|r| r.predicted).ok_or(format!("{:?}", report.skipped)), 253.052, &text);
    }
}
