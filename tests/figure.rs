//! What a picture shows, and where it goes on the page.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use ketasim::figure::{PointSet, RULE_BAR};
use ketasim::scene::{Ink, Measure, Page, Scene, Shape, layout};
use ketasim::{Figure, Library, Options, Outcome, Scenario, View};

fn run(arms: &str) -> (Outcome, Library) {
    let library = Library::embedded().unwrap();
    let text = format!("horizon = '4 h'\n{arms}");
    let scenario = Scenario::from_toml("test", &text, &library).unwrap();
    (scenario.run(&library, Options::default()).unwrap(), library)
}

fn figure(arms: &str, view: &View) -> Figure {
    let (outcome, library) = run(arms);
    Figure::new(&outcome, view, &library, &[])
}

fn arm(label: &str, drug: &str, dose: &str) -> String {
    format!("[[arm]]\nlabel = '{label}'\ndrug = '{drug}'\n[[arm.dose]]\n{dose}\n")
}

/// Letters of one width: enough to lay out.
struct Fixed;
impl Measure for Fixed {
    fn width(&self, text: &str, size: f64) -> f64 {
        text.chars().count() as f64 * size * 0.55
    }
}

#[test]
fn sublingual_above_100_mg_and_every_racemic_spray_is_a_range() {
    for (dose, range) in [("100 mg", false), ("100.5 mg", true), ("200 mg", true), ("25 mg", false)] {
        let f = figure(&arm("SL", "ketamine", &format!("route = 'sl'\namount = '{dose}'")), &View::default());
        assert_eq!((f.panels[0].bands.len(), f.panels[0].lines.len()), if range { (1, 0) } else { (0, 1) }, "{dose}");
    }
    let f = figure(&arm("IN", "ketamine", "route = 'in'\namount = '10 mg'"), &View::default());
    assert_eq!((f.panels[0].bands.len(), f.panels[0].lines.len()), (1, 0));
    let f = figure(&arm("S", "esketamine", "route = 'in'\namount = '56 mg'"), &View::default());
    assert_eq!((f.panels[0].bands.len(), f.panels[0].lines.len()), (0, 1));
    // measured intramuscular peaks differ between studies
    let f = figure(&arm("IM", "ketamine", "route = 'im'\namount = '35 mg'"), &View::default());
    assert_eq!((f.panels[0].bands.len(), f.panels[0].lines.len()), (1, 0));
    // other routes of the same model are lines
    let f = figure(&arm("PO", "ketamine", "route = 'po'\namount = '35 mg'"), &View::default());
    assert_eq!((f.panels[0].bands.len(), f.panels[0].lines.len()), (0, 1));
}

/// Of 200 mg under the tongue: from F of what is swallowed, 0.16, to 0.305 (hand formula).
#[test]
fn the_ends_of_a_range_are_those_stated() {
    let (outcome, _) = run(&arm("SL", "ketamine", "route = 'sl'\namount = '200 mg'"));
    let range = outcome.arms[0].range.as_ref().unwrap();
    let by_hand = 1.0 - (-0.19_f64).exp() + (-0.19_f64).exp() * 0.16;
    assert!((range.high.bioavailability.unwrap() - by_hand).abs() < 1e-9);
    assert!((range.low.bioavailability.unwrap() - 0.16).abs() < 1e-9);
    let (outcome, _) = run(&arm("IN", "ketamine", "route = 'in'\namount = '50 mg'"));
    let range = outcome.arms[0].range.as_ref().unwrap();
    assert!((range.low.bioavailability.unwrap() - 0.11).abs() < 1e-9, "Singh 2022: 11 % at 50 mg");
    assert!((range.high.bioavailability.unwrap() - 0.4624).abs() < 1e-9, "0.36 + 0.64 x 0.16");
}

/// A dose half an hour into the scenario: the axis does not call time 0 the first dose, and what programmes say of the time
/// from the first dose moves with it.
#[test]
fn times_of_a_later_first_dose_are_not_said_to_count_from_it() {
    let im = "route = 'im'\namount = '35 mg'";
    let view = View { programmes: true, ..View::default() };
    let drawn = |arms: &str| {
        let figure = figure(arms, &view);
        let scene = layout(&figure, Page { width: 1000.0, height: 700.0, furniture: false, scale: 1.0 }, &Fixed);
        let text = |t: &Shape| matches!(t, Shape::Text { text, .. } if text == "min from time 0");
        (scene.shapes.iter().any(text), figure)
    };
    let (said, at_once) = drawn(&arm("into a muscle, with the others", "ketamine", im));
    assert!(!said && at_once.counted_from == "the first dose");
    let late = arm("into a muscle half an hour later", "ketamine", &format!("{im}\ntime = '30 min'"));
    let (said, later) = drawn(&late);
    assert!(said && later.counted_from == "time 0");
    let [a, b] = [&at_once, &later].map(|f| f.strips[0].sessions[0].programme.unwrap());
    for (from, to) in [(a.onset, b.onset), (a.strongest, b.strongest), (a.end, b.end)] {
        assert_eq!(from.map(|t| t + 30.0), to);
    }
    assert!(
        later.legend[0].text.contains("into a muscle (IM), at 30 min") && !at_once.legend[0].text.contains(", at ")
    );
    let both = figure(&(arm("a", "ketamine", im) + &late), &view);
    assert_eq!(both.counted_from, "time 0");
}

#[test]
fn mouth_and_swallowed_parts_are_told_apart() {
    let (outcome, _) =
        run(&arm("SL", "ketamine", "route = 'sl'\namount = '100 mg'\nhold = '10 min'\nafter = 'swallow'"));
    let [mouth, swallowed] = outcome.arms[0].mouth_parts.unwrap();
    assert!((mouth - (1.0 - (-0.19_f64).exp())).abs() < 1e-9, "0.173");
    assert!((swallowed - (-0.19_f64).exp() * 0.16).abs() < 1e-9, "0.132");
}

/// The band begins at 430 ng/mL (642 less one standard deviation, Idvall 1979).
#[test]
fn the_caution_band_is_drawn_once_it_is_reached() {
    let with =
        |mg: &str| figure(&arm("IM", "ketamine", &format!("route = 'im'\namount = '{mg} mg'")), &View::default());
    for mg in ["35", "60", "66", "140"] {
        let f = with(mg);
        let top = f.panels[0].bands[0].high.iter().copied().fold(0.0, f64::max);
        assert_eq!(f.panels[0].caution.is_some(), top >= 430.0, "{mg} mg: {top}");
    }
    assert!(with("140").panels[0].caution.as_ref().unwrap().words.contains("waking from anaesthesia"));
}

#[test]
fn drugs_never_share_an_axis_and_sites_are_named() {
    let text = arm("A", "ketamine", "route = 'iv'\namount = '35 mg'")
        + &arm("B", "esketamine", "route = 'iv'\namount = '28 mg'");
    let f = figure(&text, &View::default());
    assert_eq!(f.panels.len(), 2);
    assert_eq!(f.panels[0].y_label, "arterial plasma, ng/mL");
    assert_eq!(f.panels[1].y_label, "venous plasma, ng/mL");
    assert!(f.panels[0].banner.is_none());
    assert!(f.panels[1].banner.as_ref().unwrap().contains("cannot be compared"));
    let text = arm("A", "esketamine", "route = 'iv'\namount = '20 mg'")
        + "[[arm]]\nlabel = 'B'\ndrug = 'esketamine'\nmodel = 'simons-2022'\n[[arm.dose]]\nroute = 'iv'\namount = '20 mg'\n";
    let f = figure(&text, &View::default());
    assert_eq!(f.panels.len(), 1);
    assert!(f.panels[0].banner.is_some(), "curves of different sites carry one banner");
    assert_eq!(f.panels[0].lines[0].label, "A (venous)");
    let f = figure(&text, &View { metabolites: true, ..View::default() });
    let headings: Vec<&str> = f.panels.iter().map(|p| p.heading.as_str()).collect();
    assert_eq!(
        headings,
        ["esketamine (S) only", "noresketamine from esketamine", "hydroxynoresketamine from esketamine"]
    );
}

#[test]
fn points_lie_over_the_panel_of_their_analyte() {
    let text = arm("A", "ketamine", "route = 'iv'\namount = '35 mg'")
        + &arm("B", "esketamine", "route = 'iv'\namount = '28 mg'");
    let (outcome, library) = run(&text);
    let set = |analyte: Option<&str>| PointSet {
        label: "x".into(),
        analyte: analyte.map(str::to_owned),
        points: vec![[1.0, 50.0]],
    };
    let f = Figure::new(&outcome, &View::default(), &library, &[set(None), set(Some("esketamine"))]);
    assert_eq!((f.panels[0].points.len(), f.panels[1].points.len()), (1, 1));
    assert!(f.footer.iter().any(|l| l.contains("measured points")));
}

fn finite(scene: &Scene) -> bool {
    scene.shapes.iter().all(|s| match s {
        Shape::Line { points, .. } => points.iter().flatten().all(|v| v.is_finite()),
        Shape::Band { x, upper, lower, .. } => [x, upper, lower].into_iter().flatten().all(|v| v.is_finite()),
        Shape::Rect { rect, .. } => rect.iter().all(|v| v.is_finite()),
        Shape::Circle { at, .. } | Shape::Text { at, .. } => at.iter().all(|v| v.is_finite()),
    })
}

/// Every view on every page size: finite shapes inside the page, curves inside their plot.
#[test]
fn every_layout_stays_on_its_page() {
    let library = Library::embedded().unwrap();
    let mut scenario = Scenario::from_toml("opening", Scenario::OPENING, &library).unwrap();
    scenario.arms.iter_mut().for_each(|a| a.on = true);
    let outcome = scenario.run(&library, Options::default()).unwrap();
    for bits in 0..32_u32 {
        let on = |k: u32| bits & (1 << k) != 0;
        let zoom = on(4).then_some([0.4, 0.9]);
        let view = View {
            log: on(0),
            hours: on(1),
            metabolites: on(2),
            programmes: on(3),
            models: on(4),
            zoom,
            ..View::default()
        };
        let figure = Figure::new(&outcome, &view, &library, &[]);
        for (width, height, scale, furniture) in
            [(600.0, 500.0, 1.0, false), (1000.0, 1400.0, 1.0, true), (1300.0, 900.0, 1.5, false)]
        {
            let scene = layout(&figure, Page { width, height, furniture, scale }, &Fixed);
            assert!(finite(&scene), "{view:?}");
            assert_eq!((scene.plots.len(), scene.strips.len()), (figure.panels.len(), 5));
            for plot in &scene.plots {
                let [x0, y0, x1, y1] = plot.rect;
                assert!(x0 > 0.0 && y0 >= 0.0 && x1 < width && x0 < x1, "{view:?} {:?}", plot.rect);
                assert_eq!((x0, x1), (scene.time.x[0], scene.time.x[1]), "one time axis");
                assert!((plot.to_y(plot.y[0]) - y1).abs() < 1e-9 && (plot.to_y(plot.y[1]) - y0).abs() < 1e-9);
            }
            for strip in &scene.strips {
                assert_eq!((strip[0], strip[2]), (scene.time.x[0], scene.time.x[1]), "strips share the axis");
            }
            let says =
                |part: &str| scene.shapes.iter().any(|s| matches!(s, Shape::Text { text, .. } if text.contains(part)));
            assert!(says("leave or drive"));
            assert!(says("staff decide"), "{view:?}");
        }
    }
}

/// A strip fades to nothing; what staff and rules decide is one bar under all strips, from the first minute on.
#[test]
fn strips_fade_to_nothing_over_a_bar_of_rules() {
    let library = Library::embedded().unwrap();
    for mg in ["1", "5", "20", "35", "150", "400"] {
        for horizon in [0.5, 1.0, 4.0, 24.0] {
            let text = format!(
                "horizon = '{horizon} h'\n{}",
                arm("IM", "ketamine", &format!("route = 'im'\namount = '{mg} mg'"))
            );
            let scenario = Scenario::from_toml("test", &text, &library).unwrap();
            let outcome = scenario.run(&library, Options::default()).unwrap();
            let f = Figure::new(&outcome, &View::default(), &library, &[]);
            let scene = layout(&f, Page { width: 900.0, height: 600.0, furniture: false, scale: 1.0 }, &Fixed);
            // what decides is under all strips from the first minute past the end of the axis, whatever a curve does
            let bars: Vec<&Shape> =
                scene.shapes.iter().filter(|s| matches!(s, Shape::Band { ink: Ink::Staff, .. })).collect();
            assert_eq!(bars.len(), 1, "{mg} mg, {horizon} h");
            let Shape::Band { x, upper, .. } = bars[0] else { unreachable!() };
            assert_eq!(x[0], scene.time.x[0], "{mg} mg, {horizon} h");
            assert!(x.last().is_some_and(|end| *end > scene.strips[0][2]) && upper[0] > scene.strips[0][3]);
            assert!(!scene.shapes.iter().any(|s| matches!(s, Shape::Rect { ink: Ink::Staff, .. })));
            let said: String = scene
                .shapes
                .iter()
                .filter_map(|s| match s {
                    Shape::Text { text, ink: Ink::OnStaff, .. } => Some(format!("{text} ")),
                    _ => None,
                })
                .collect();
            assert_eq!(said.trim(), RULE_BAR, "all of the rule, in one piece");
            // a strip fades to nothing before its own end, or leaves the picture
            let route =
                |s: &&Shape| matches!(s, Shape::Rect { ink: Ink::Route(_), rect, .. } if rect[1] == scene.strips[0][1]);
            let last = scene.shapes.iter().rfind(route);
            if let (Some(end), Some(Shape::Rect { rect, alpha, .. })) =
                (outcome.arms[0].windows().main_effects_end, last)
                && end[2] < horizon * 60.0
            {
                assert!(*alpha < 0.05, "{mg} mg, {horizon} h: it ends at {alpha}");
                assert!(scene.time.to_hours(rect[2]) * 60.0 > end[2] - 2.0, "never before the end");
            }
        }
    }
}

/// Words of a strip never lie over the hatch that says people were waking from anaesthesia there.
#[test]
fn no_words_lie_over_the_caution_of_a_strip() {
    for mg in ["70", "105", "140", "300"] {
        let f = figure(&arm("IV", "ketamine", &format!("route = 'iv'\namount = '{mg} mg'")), &View::default());
        let caution = f.strips[0].sessions[0].caution[0];
        let scene = layout(&f, Page { width: 1000.0, height: 700.0, furniture: false, scale: 1.0 }, &Fixed);
        let [_, top, _, bottom] = scene.strips[0];
        let ends = caution.map(|minutes| scene.time.to_x(minutes / 60.0));
        for shape in &scene.shapes {
            let Shape::Text { at, text, size, .. } = shape else { continue };
            let half = Fixed.width(text, *size) / 2.0;
            let on_strip = at[1] > top && at[1] < bottom && at[0] < scene.time.x[1];
            assert!(!on_strip || at[0] - half >= ends[1] - 1.0 || at[0] + half <= ends[0] + 1.0, "{mg} mg: {text}");
        }
    }
}

/// Beyond what was studied: each reason once with the arms it holds for, in words above the plot, and a wash lies
/// along the curves that it concerns, from the dose that causes it.
#[test]
fn what_lies_beyond_the_studies_is_said_once_and_washes_its_own_curve() {
    let library = Library::embedded().unwrap();
    let mut scenario = Scenario::from_toml("opening", Scenario::OPENING, &library).unwrap();
    let draw = |scenario: &Scenario| {
        let outcome = scenario.run(&library, Options::default()).unwrap();
        let figure = Figure::new(&outcome, &View::default(), &library, &[]);
        let page = Page { width: 700.0, height: 600.0, furniture: false, scale: 1.0 };
        let scene = layout(&figure, page, &Fixed);
        let tint = |s: &&Shape| {
            matches!(s, Shape::Line { ink: Ink::CautionHatch, .. } | Shape::Band { ink: Ink::CautionHatch, .. })
        };
        let said = |s: &&Shape| matches!(s, Shape::Text { text, .. } if text.starts_with("Outside what was studied."));
        let counts = (scene.shapes.iter().filter(tint).count(), scene.shapes.iter().filter(said).count());
        (figure.panels[0].outside.clone(), counts)
    };
    assert_eq!(draw(&scenario), (Vec::new(), (0, 0)));
    scenario.subject.weight = ketasim::units::Weight::from_kg(150.0);
    let (outside, counts) = draw(&scenario);
    assert_eq!(outside.iter().filter(|l| l.contains("150 kg")).count(), 1, "{outside:?}");
    assert!(outside[0].starts_with("IV, IM, SL, IN: 150 kg"), "{outside:?}");
    assert_eq!(counts, (4, 1), "each of the four curves");
    // a later lozenge that nobody studied washes its own curve, from then on
    let lozenge = |time: &str, mg: u32| {
        format!("[[arm.dose]]\ntime = '{time}'\nroute = 'sl'\namount = '{mg} mg'\nhold = '10 min'\nafter = 'swallow'\n")
    };
    let arm =
        |label: &str, doses: &[String]| format!("[[arm]]\nlabel = '{label}'\ndrug = 'ketamine'\n{}", doses.concat());
    let own = arm("a", &[lozenge("0 h", 50), lozenge("24 h", 400)]);
    let text = format!("horizon = '30 h'\n{own}{}", arm("b", &[lozenge("0 h", 50)]));
    let scenario = Scenario::from_toml("test", &text, &library).unwrap();
    let outcome = scenario.run(&library, Options::default()).unwrap();
    let panel = Figure::new(&outcome, &View::default(), &library, &[]).panels.remove(0);
    assert_eq!(panel.washed.iter().map(|(role, from)| (role.arm, *from)).collect::<Vec<_>>(), [(0, 24.0)]);
    assert!(panel.outside.iter().all(|words| words.starts_with("a:")), "{:?}", panel.outside);
    let band = &panel.bands[0];
    let before = band.x.iter().zip(band.low.iter().zip(&band.high)).filter(|(t, _)| **t < 24.0);
    assert!(before.into_iter().all(|(_, (low, high))| low == high), "no range before the dose that causes it");
}

/// The ends of a range are doubt about the model, people are spread: each end has a bar of its own people, with its name,
/// and words in place of a time where too few feel it.
#[test]
fn a_range_of_people_has_a_bar_for_each_end() {
    use ketasim::population::{InTurn, People, Sample, population_outcome};
    let library = Library::embedded().unwrap();
    let mut seen = [false; 2];
    for mg in ["5", "50", "200", "600"] {
        let text = format!("horizon = '12 h'\n{}", arm("IN", "ketamine", &format!("route = 'in'\namount = '{mg} mg'")));
        let scenario = Scenario::from_toml("test", &text, &library).unwrap();
        let outcome = scenario.run(&library, Options::default()).unwrap();
        let sample = Sample { people: People::literal::<100>(), seed: 1, every: None };
        let sample = population_outcome(&scenario, &library, sample, &InTurn, &|_| true).unwrap();
        let f = Figure::with_crowd(&outcome, &View::default(), &library, &[], Some(&sample));
        let people = f.strips[0].sessions[0].people.as_ref().unwrap();
        assert_eq!(people.bars.iter().map(|b| b.end).collect::<Vec<_>>(), ["low end", "high end"]);
        let scene = layout(&f, Page { width: 1200.0, height: 600.0, furniture: false, scale: 1.0 }, &Fixed);
        let [_, top, right, bottom] = scene.strips[0];
        for (i, (bar, counted)) in people.bars.iter().zip(&sample.arms[0].sessions[0].counts).enumerate() {
            assert_eq!(bar.above, counted.above, "of its own people only");
            let middle = top + (bottom - top) * (0.25 + 0.5 * i as f64);
            let named = scene.shapes.iter().any(
                |s| matches!(s, Shape::Text { at, text, .. } if text == bar.end && at[0] > right && (at[1] - middle).abs() < 3.0),
            );
            assert!(named, "{mg} mg: {} is named beside its bar", bar.end);
            let said = scene.shapes.iter().any(|s| {
                matches!(s, Shape::Text { at, text, .. } if (at[1] - middle).abs() < 3.0 && text.contains("may not feel this"))
            });
            assert_eq!(said, counted.windows.few_notice || counted.windows.few_reach, "{mg} mg, {}", bar.end);
            seen[usize::from(said)] = true;
        }
    }
    assert_eq!(seen, [true; 2], "both were seen");
}

/// Everything of a scene lies on its page; texts by their width.
fn on_its_page(scene: &Scene, name: &str) {
    let inside = |x: f64, y: f64, what: &dyn std::fmt::Debug| {
        let fits = (-1.0..=scene.width + 1.0).contains(&x) && (-1.0..=scene.height + 1.0).contains(&y);
        assert!(fits, "{name}, {} x {}: {what:?} at {x}, {y}", scene.width, scene.height);
    };
    for shape in &scene.shapes {
        match shape {
            Shape::Line { points, .. } => points.iter().for_each(|[x, y]| inside(*x, *y, shape)),
            Shape::Band { x, upper, lower, .. } => {
                x.iter().zip(upper.iter().chain(lower)).for_each(|(x, y)| inside(*x, *y, shape));
            }
            Shape::Rect { rect: [left, top, right, bottom], .. } => {
                inside(*left, *top, shape);
                inside(*right, *bottom, shape);
            }
            Shape::Circle { at: [x, y], radius, .. } => {
                inside(x - radius, y - radius, shape);
                inside(x + radius, y + radius, shape);
            }
            Shape::Text { at: [x, y], text, size, align, .. } => {
                let width = Fixed.width(text, *size);
                let left = match align[0] {
                    ketasim::scene::Align::Start => *x,
                    ketasim::scene::Align::Middle => x - width / 2.0,
                    ketasim::scene::Align::End => x - width,
                };
                inside(left, *y, shape);
                inside(left + width, *y, shape);
            }
        }
    }
    for place in &scene.said.places {
        inside(place.rect[0], place.rect[1], place);
        inside(place.rect[2], place.rect[3], place);
        assert!(!place.name.is_empty());
    }
}

/// Bars to both sides of the typical value, the longest first, one part for each that says what it shows.
#[test]
fn a_tornado_plot_has_a_bar_for_each_number_that_matters() {
    use ketasim::figure::{TornadoPlot, roles};
    use ketasim::population::{Measure as Of, tornado};
    for (route, dose) in [("IV", "route = 'iv'\namount = '35 mg'"), ("SL", "route = 'sl'\namount = '100 mg'")] {
        let library = Library::embedded().unwrap();
        let text = format!("horizon = '4 h'\n{}", arm(route, "ketamine", dose));
        let scenario = Scenario::from_toml("test", &text, &library).unwrap();
        let outcome = scenario.run(&library, Options::default()).unwrap();
        let found = tornado(&scenario, 0, &library).unwrap();
        for measure in Of::ALL {
            let plot = TornadoPlot::new(&found, measure, &outcome.arms[0], roles(&outcome.arms)[0]);
            let sorted = found.sorted(measure);
            assert_eq!(plot.bars.len() + plot.rest.len(), sorted.len());
            let names = plot.bars.iter().map(|b| &b.parameter).chain(&plot.rest);
            assert!(names.zip(&sorted).all(|(name, swing)| *name == swing.parameter), "the longest first");
            let size = |b: &ketasim::figure::TornadoBar| (b.ends[1] - b.ends[0]).abs();
            assert!(plot.bars.windows(2).all(|b| size(&b[0]) >= size(&b[1])));
            assert!(plot.footer.iter().any(|line| line.contains("Education only")));
            for (width, furniture) in [(260.0, false), (520.0, false), (760.0, true)] {
                let scene = ketasim::scene::tornado(&plot, width, furniture, &Fixed);
                on_its_page(&scene, &plot.title);
                let parts: Vec<&str> = scene.said.places.iter().map(|p| p.name.as_str()).collect();
                assert_eq!(parts.len(), plot.bars.len());
                assert!(parts.iter().zip(&plot.bars).all(|(part, bar)| part.starts_with(&bar.said)));
                let filled = |s: &&Shape| matches!(s, Shape::Rect { ink: Ink::Route(_), .. });
                let drawn = scene.shapes.iter().filter(filled).count();
                assert!(drawn >= plot.bars.iter().filter(|b| b.ends[1] != plot.typical).count());
            }
        }
    }
}

/// Every dot of every row is drawn once, whatever the width; the ends of the axes are the same for all arms.
#[test]
fn twenty_people_of_each_arm_are_drawn_once() {
    use ketasim::figure::DotsPlot;
    use ketasim::population::{DOTS, InTurn, People, Sample, population_outcome};
    let library = Library::embedded().unwrap();
    let low = arm("a few milligrams", "ketamine", "route = 'im'\namount = '6 mg'");
    let text = format!(
        "horizon = '4 h'\n{}{low}{}",
        arm("IV", "ketamine", "route = 'iv'\namount = '35 mg'"),
        arm("nose", "ketamine", "route = 'in'\namount = '50 mg'")
    );
    let scenario = Scenario::from_toml("test", &text, &library).unwrap();
    let outcome = scenario.run(&library, Options::default()).unwrap();
    let sample = Sample { people: People::literal::<100>(), seed: 1, every: None };
    let sample = population_outcome(&scenario, &library, sample, &InTurn, &|_| true).unwrap();
    let plot = DotsPlot::new(&outcome, &sample, 60.0);
    assert_eq!(plot.arms.len(), 3);
    let circles = |scene: &Scene| scene.shapes.iter().filter(|s| matches!(s, Shape::Circle { .. })).count();
    let mut all = 0;
    for dots in &plot.arms {
        for (row, first) in dots.rows.iter().zip(&plot.arms[0].rows) {
            assert_eq!(row.end, first.end);
            let of = row.row.as_ref().unwrap();
            assert_eq!(of.at.len() + of.later + of.never, DOTS);
            all += DOTS;
        }
        for width in [180.0, 250.0, 420.0] {
            let scene = ketasim::scene::arm_dots(dots, width, 11.0, &Fixed);
            on_its_page(&scene, &dots.label);
            assert_eq!((circles(&scene), scene.said.places.len()), (2 * DOTS, 2), "{}", dots.label);
        }
    }
    let scene = ketasim::scene::dots(&plot, 760.0, &Fixed);
    on_its_page(&scene, &plot.title);
    assert_eq!(circles(&scene), all);
    let open = scene.shapes.iter().filter(|s| matches!(s, Shape::Circle { filled: false, .. })).count();
    let never = plot.arms.iter().flat_map(|a| &a.rows).filter_map(|r| r.row.as_ref()).map(|r| r.never).sum::<usize>();
    assert!(open == never && never > 0, "open dots never reach the level");
    assert!(
        plot.in_words().contains("this does not tell") || plot.footer.iter().any(|l| l.contains("when you can leave"))
    );
}

/// Weeks from the first visit to the last, visits on their days, in each language; a busy day makes its week higher.
#[test]
fn a_course_is_a_calendar_in_its_language() {
    use ketasim::figure::CourseCalendar;
    use ketasim::population::{InTurn, People, Sample};
    use ketasim::timeline::{Timeline, Words};
    let library = Library::embedded().unwrap();
    let read = |text: &str| {
        let scenario = Scenario::from_toml("visit", text, &library).unwrap();
        let sample = Sample { people: People::literal::<20>(), seed: 1, every: None };
        let run = ketasim::timeline::SampleRun { sample, workers: &InTurn, progress: &|_| true };
        Timeline::new(&scenario, 0, &library, run).unwrap()
    };
    let visit = read(Scenario::VISIT);
    for words in Words::embedded().unwrap() {
        let calendar = CourseCalendar::new(&visit, &words);
        assert!(calendar.weeks.len() >= 6 && calendar.weeks.iter().all(|week| week.len() == 7));
        let dosing = calendar.weeks.iter().flatten().flat_map(|d| &d.visits).filter(|v| v.dosing).count();
        assert_eq!(dosing, visit.course().iter().filter(|v| v.kind == ketasim::timeline::VisitKind::Dosing).count());
        for (width, furniture) in [(420.0, false), (980.0, true)] {
            let scene = ketasim::scene::course(&calendar, width, furniture, &Fixed);
            on_its_page(&scene, &words.language);
            assert_eq!(scene.said.language(), words.language);
            for place in &scene.said.places {
                assert!(calendar.in_words().contains(&place.name), "{}", place.name);
            }
        }
        let mut busy = calendar.clone();
        let first = busy.weeks[0].iter().position(|day| !day.visits.is_empty()).unwrap();
        let visit = busy.weeks[0][first].visits[0].clone();
        busy.weeks[0][first].visits.extend(std::iter::repeat_n(visit, 4));
        let height = |c: &CourseCalendar| ketasim::scene::course(c, 980.0, false, &Fixed).height;
        assert!(height(&busy) > height(&calendar));
        on_its_page(&ketasim::scene::course(&busy, 980.0, false, &Fixed), "busy");
    }
    // without a date there are names and no weeks
    let undated: String = Scenario::VISIT
        .lines()
        .filter(|l| !["start", "next", "timezone"].iter().any(|k| l.starts_with(k)))
        .map(|l| format!("{l}\n"))
        .collect();
    let words = Words::of("en").unwrap();
    let calendar = CourseCalendar::new(&read(&undated), &words);
    assert!(calendar.weeks.is_empty() && calendar.before.iter().any(|name| name == "Dosing visit 1"));
}
