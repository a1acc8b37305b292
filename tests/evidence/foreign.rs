//! Tables of others: cells are read as a whole, what cannot be read is skipped with its reason, one value at a time.

use super::made::{HEADER, one, row, scored};

fn predicted(cells: &[(&str, &str)]) -> f64 {
    one(cells).unwrap().predicted
}

fn near(value: f64, expected: f64) -> bool {
    (value / expected - 1.0).abs() < 1e-3
}

// ---- words ------------------------------------------------------------------------------------------

/// Two sprays of 28 mg: 120 ng/mL noresketamine in people who are not Asian, 149 in those who are.
#[test]
fn ancestry_that_is_denied_is_none() {
    let spray = |population: &str| {
        one(&[
            ("population", population),
            ("drug", "esketamine"),
            ("dose_value", "56"),
            ("route", "IN"),
            ("duration_min", ""),
            ("matrix", "venous plasma"),
            ("analyte", "noresketamine"),
            ("sprays", "2"),
            ("spray_every_min", "5"),
        ])
    };
    for population in [
        "healthy adults",
        "healthy adults, white, non-Asian",
        "Caucasian (no Asian)",
        "adults, Asian: none",
        "adults (Asians were excluded)",
        "Eurasian adults",
    ] {
        assert!(near(spray(population).unwrap().predicted, 119.99), "{population}: {:?}", spray(population));
    }
    for population in ["healthy Asian adults", "Asian, non-Japanese", "Asian, no comorbidities"] {
        assert!(near(spray(population).unwrap().predicted, 148.77), "{population}: {:?}", spray(population));
    }
    for population in ["mostly Asian", "Asian 12 %, white 88 %", "Asian or white adults"] {
        assert!(spray(population).unwrap_err().contains("Asian or Japanese cannot be read"), "{population}");
    }
    // a model that knows no ancestry needs none
    assert!(one(&[("population", "adults, 12 % Asian")]).is_ok());
}

/// 25 mg under the tongue for 10 min peaks at 24.96 ng/mL when swallowed and at 11.28 when spat out.
#[test]
fn what_is_not_spat_out_is_swallowed() {
    let tablet = |said: &str| {
        let cells = [("dose_value", "25"), ("route", "SL"), ("duration_min", ""), ("swallowed_or_spat", said)];
        one(&[&cells[..], &[("hold_min", "10")]].concat())
    };
    for said in ["swallowed", "swallowed, not spat out", "not spat out", "spat? no", "swallowed (never spat)", ""] {
        assert!(near(tablet(said).unwrap().predicted, 24.955), "{said}: {:?}", tablet(said));
    }
    for said in ["spat out", "spat out, not swallowed", "Spit out after 10 min"] {
        assert!(near(tablet(said).unwrap().predicted, 11.28), "{said}: {:?}", tablet(said));
    }
    for said in ["partly spat out", "swallowed or spat", "not swallowed", "respite"] {
        assert!(tablet(said).unwrap_err().contains("swallowed_or_spat"), "{said}");
    }
}

#[test]
fn no_age_or_weight_of_a_child_is_taken_for_granted() {
    let who = |population: &str, age: &str, weight: &str| {
        one(&[("population", population), ("mean_age_y", age), ("mean_weight_kg", weight), ("matrix", "plasma")])
    };
    for (population, weight) in [
        ("preterm neonates", "2.1"),
        ("adolescents 12-17 y", "50"),
        ("infants", "7"),
        ("children (2-9 y)", "20"),
        ("teenagers", "55"),
        ("paediatric patients, 28 weeks gestation", "1.5"),
        ("boys under 18 y", "30"),
    ] {
        let why = who(population, "", weight).unwrap_err();
        assert!(why.contains("for children none is assumed"), "{population}: {why}");
    }
    for population in ["elderly", "older patients", "geriatric, ASA 3"] {
        assert!(who(population, "", "70").unwrap_err().contains("for old people none is assumed"), "{population}");
    }
    // an age that is stated, in any of its units, by the model of children
    let eight = who("children", "8", "26").unwrap();
    assert_eq!(eight.model, "herd-anderson-2007");
    for (population, age) in
        [("children", "96 mo"), ("children", "8 y"), ("children (median 8 y)", ""), ("boys, 8 y", "")]
    {
        let same = who(population, age, "26").unwrap();
        assert_eq!(
            (same.model.as_str(), same.predicted),
            ("herd-anderson-2007", eight.predicted),
            "{population} {age}"
        );
    }
    // beyond the ages of that model nobody speaks for them
    for (population, age, weight) in [("neonates", "3 wk", "3.5"), ("infants", "6 mo", "7"), ("teens", "16", "60")] {
        let why = who(population, age, weight).unwrap_err();
        assert!(why.contains("from 1 y to 14 y"), "{population}: {why}");
    }
    assert!(who("children", "8", "").unwrap_err().contains("no weight"));
    // children who are denied, and adults with them
    for population in ["adults, no children", "women (non-pregnant; children excluded)", "adults and children"] {
        assert_eq!(who(population, "", "70").unwrap().model, "ketamine-composite", "{population}");
    }
    // a range without the usual age: its nearest end, told
    let old = who("healthy >60 y", "", "70").unwrap();
    assert!(old.note.contains("60 y taken"), "{}", old.note);
    for age in ["18-65", "about 30", "30 m", "adult"] {
        assert!(who("adults", age, "70").unwrap_err().contains(age), "{age}");
    }
}

// ---- one value --------------------------------------------------------------------------------------

#[test]
fn a_cell_that_cannot_be_read_is_no_empty_cell() {
    let spray = [("drug", "esketamine"), ("dose_value", "56"), ("route", "IN"), ("duration_min", ""), ("sprays", "2")];
    let spray = |every: &'static str| {
        one(&[&spray[..], &[("matrix", "venous plasma"), ("analyte", "esketamine"), ("spray_every_min", every)]]
            .concat())
    };
    for every in ["15-20", "15–20", "about 5", "-5"] {
        assert!(spray(every).is_err(), "{every}");
    }
    assert!(spray("").unwrap().note.contains("time between sprays not stated"));
    assert_eq!(spray("").unwrap().predicted, spray("5 min").unwrap().predicted);
    for weight in ["80-90", "70 ± 8", "11 stone", "~70", "700"] {
        assert!(one(&[("mean_weight_kg", weight)]).unwrap_err().contains("weight"), "{weight}");
    }
    for route in ["IM/IV", "IV then IM", "IV, IM", "non-oral"] {
        assert!(one(&[("route", route)]).unwrap_err().contains(route), "{route}");
    }
    for (column, cell) in [
        ("duration_min", "30-40"),
        ("dose_as", "base or HCl"),
        ("site", "not arterial"),
        ("matrix", "breast milk (not plasma)"),
        ("dose_value", "0.5 or 1"),
        ("dose_unit", "drug"),
    ] {
        assert!(one(&[(column, cell)]).unwrap_err().contains(cell), "{column} {cell}");
    }
    for hold in ["5-10", "0", "some"] {
        assert!(one(&[("route", "SL"), ("hold_min", hold)]).is_err(), "{hold}");
    }
    // an area whose end is no number is left out, the peak stays
    let report = scored(
        &format!("{HEADER}\n{}\n", row(&[("auc_ng_h_ml", "400"), ("auc_kind", "0-6 h"), ("auc_to_h", "4-6")])),
        None,
    );
    assert_eq!(report.rows.iter().map(|r| r.quantity).collect::<Vec<_>>(), ["cmax"]);
    assert!(report.skipped[0].why.contains("auc_to_h \"4-6\" is a range"), "{:?}", report.skipped);
}

/// By hand: 165 lb are 74.8427 kg.
#[test]
fn a_weight_counts_in_its_unit() {
    let dose = |weight: &str| predicted(&[("dose_value", "0.5"), ("dose_unit", "mg/kg"), ("mean_weight_kg", weight)]);
    assert!(near(dose("165 lb"), dose("74.842741")));
    assert!(near(dose("70 kg"), dose("70")) && near(dose("70000 g"), dose("70")));
    assert!(!near(dose("165 lb"), dose("70")));
}

/// 5 mcg/kg/min over 40 min to 70 kg peaks at 101.2 ng/mL, whichever letter stands for micro.
#[test]
fn letters_that_look_the_same_are_the_same_unit() {
    for unit in ["\u{b5}g/kg/min", "\u{3bc}g/kg/min", "ug/kg/min", "mcg/kg/min", "MCG/KG/MIN", "micrograms/kg/minute"] {
        let value = predicted(&[("dose_value", "5"), ("dose_unit", unit)]);
        assert!(near(value, 101.221), "{unit}: {value}");
    }
    assert!(near(predicted(&[("dose_value", "0.3"), ("dose_unit", "mg/kg/hr")]), 101.221));
}

#[test]
fn points_that_were_not_measured_are_skipped_and_the_rest_is_scored() {
    let arms = format!("{HEADER}\n{}\n", row(&[("cmax_ng_ml", "")]));
    for none in ["BLQ", "<1.0", "NA", ".", "", "< LLOQ", "n.d.", "1-2", "\"1,0\"", "-3"] {
        let curves = format!("arm_id,time_min,conc_ng_ml\nx,20,150.5\nx,40,250.5\nx,480,{none}\n");
        let report = scored(&arms, Some(&curves));
        assert_eq!(report.rows.iter().map(|r| r.time_min.unwrap()).collect::<Vec<_>>(), [20.0, 40.0], "{none}");
        let [skipped] = report.skipped.as_slice() else { panic!("{none}: {:?}", report.skipped) };
        assert!(skipped.id == "x" && skipped.why.contains("line 4"), "{none}: {skipped:?}");
    }
    let report = scored(&arms, Some("arm_id,time_min,conc_ng_ml\nx,20,150\nx,NA,5\n,30,7\nx,1 h,7\n"));
    assert_eq!((report.rows.len(), report.skipped.len()), (1, 3), "{:?}", report.skipped);
}

/// 60 d is the longest that is simulated.
#[test]
fn a_point_out_of_range_leaves_the_others() {
    let arms = format!("{HEADER}\n{}\n", row(&[]));
    let report = scored(&arms, Some("arm_id,time_min,conc_ng_ml\nx,60,50\nx,86400,0.001\nx,144000,0.001\nx,1e300,1\n"));
    assert_eq!(report.rows.iter().map(|r| r.quantity).collect::<Vec<_>>(), ["cmax", "concentration", "concentration"]);
    assert_eq!(report.rows[2].time_min, Some(86400.0));
    assert_eq!(report.skipped.len(), 2);
    assert!(report.skipped[0].why.contains("144000 min: beyond 60 d"), "{:?}", report.skipped);
    for (column, cell) in [("tmax_min", "100000"), ("auc_to_h", "2000")] {
        let arms = format!("{HEADER}\n{}\n", row(&[("auc_ng_h_ml", "400"), (column, cell)]));
        let report = scored(&arms, None);
        assert_eq!(report.rows.len(), 1, "{column}");
        assert!(report.skipped.iter().any(|s| s.why.contains("beyond 60 d")), "{:?}", report.skipped);
    }
}

// ---- files ------------------------------------------------------------------------------------------

/// As a spreadsheet saves it: the same numbers.
#[test]
fn a_file_is_the_same_however_it_was_saved() {
    let cells = [("cmax_ng_ml", "250.5"), ("dose_value", "0.5"), ("dose_unit", "mg/kg")];
    let plain = format!("{HEADER}\n{}\n", row(&cells));
    let expected = scored(&plain, None);
    let commas = |c: &str| c.replace("\"250.5\"", "\"250,5\"").replace("\"0.5\"", "\"0,5\"");
    let blanks = ",".repeat(22);
    for text in [
        format!("\u{feff}{}", plain.replace('\n', "\r\n")),
        plain.replace(',', ";"),
        plain.replace(',', "\t"),
        commas(&plain.replace(',', ";")),
        commas(&plain.replace(',', "\t")),
        commas(&plain),
        format!("sep=,\n{plain}"),
        format!("\u{feff}sep=;\r\n{}", plain.replace(',', ";")),
        format!("# exported today, by hand\n\n{plain}"),
        format!("{plain}{blanks}\n{blanks}\n   \n\n"),
        format!("{}\n{}\n", HEADER.to_uppercase(), row(&cells)),
        plain.replace('\n', "\r"),
    ] {
        let report = scored(&text, None);
        assert_eq!((&report.rows, report.skipped.len()), (&expected.rows, 0), "{text}");
    }
}

#[test]
fn points_and_commas_for_decimals_are_never_mixed() {
    // one comma among points, one point among commas: that value is skipped
    for (figures, left, out) in [
        ([("cmax_ng_ml", "250.5"), ("tmax_min", "40,5"), ("dose_value", "35.0")], "cmax", "tmax_min"),
        ([("cmax_ng_ml", "250,5"), ("tmax_min", "40.5"), ("dose_value", "35,0")], "cmax", "tmax_min"),
        ([("cmax_ng_ml", "1,250"), ("tmax_min", "40.5"), ("dose_value", "35.0")], "tmax", "cmax_ng_ml"),
    ] {
        let report = scored(&format!("{HEADER}\n{}\n", row(&figures)), None);
        assert_eq!(report.rows.iter().map(|r| r.quantity).collect::<Vec<_>>(), [left], "{:?}", report.skipped);
        assert!(report.skipped[0].why.contains(out), "{:?}", report.skipped);
    }
    // as many of one as of the other: neither is read; a comma before three digits alone may be thousands
    let why = one(&[("cmax_ng_ml", "250.5"), ("dose_value", "35,5")]).unwrap_err();
    assert!(why.contains("keep to one"), "{why}");
    let why = one(&[("dose_value", "1,234")]).unwrap_err();
    assert!(why.contains("thousands"), "{why}");
}

#[test]
fn a_row_that_begins_as_a_comment_is_told() {
    let report = scored(&format!("{HEADER}\n{}\n# {}\n", row(&[]), row(&[])), None);
    assert_eq!(report.rows.len(), 1);
    assert!(report.skipped[0].why.contains("line 3 begins with #"), "{:?}", report.skipped);
}
