//! Files of a hand-made scene: what is in them, whatever the layout of figures.
#![cfg(feature = "export")]

use ketasim::export::{FontMeasure, Format, page_for, paint, pdf, png, render};
use ketasim::figure::{Figure, LegendEntry, Line, Panel, Role};
use ketasim::regimen::Route;
use ketasim::scene::{Align, Dash, Ink, Measure, Said, Scene, Shape, TimeSpan};
use resvg::usvg::{self, roxmltree};

const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 400.0;

fn text(at: [f64; 2], text: &str, align: [Align; 2]) -> Shape {
    Shape::Text { at, text: text.to_owned(), ink: Ink::Text, size: 12.0, align, whole: None }
}

fn rule(from: [f64; 2], to: [f64; 2]) -> Shape {
    Shape::Line { points: vec![from, to], ink: Ink::Axis, width: 0.5, dash: Dash::Solid }
}

fn curve(height: f64, shift: f64) -> Vec<[f64; 2]> {
    (0..=500)
        .map(|i| f64::from(i) / 500.0)
        .map(|t| [60.0 + 500.0 * t, 300.0 - height * (20.0 * t * (-8.0 * t).exp()) + shift])
        .collect()
}

fn scene_of(shapes: Vec<Shape>) -> Scene {
    let time = TimeSpan { x: [60.0, 560.0], hours: [0.0, 4.0] };
    Scene { width: WIDTH, height: HEIGHT, shapes, plots: Vec::new(), time, strips: Vec::new(), said: Said::default() }
}

/// Every kind of shape, all alignments, all dashes.
fn everything() -> Scene {
    let mut shapes = vec![Shape::Rect { rect: [60.0, 40.0, 560.0, 300.0], ink: Ink::Plot, alpha: 1.0 }];
    shapes.push(Shape::Rect { rect: [60.0, 60.0, 560.0, 90.0], ink: Ink::Caution, alpha: 0.12 });
    for i in 0..=8 {
        let x = 60.0 + 62.5 * f64::from(i);
        shapes.push(Shape::Line {
            points: vec![[x, 40.0], [x, 300.0]],
            ink: Ink::Grid,
            width: 0.75,
            dash: Dash::Solid,
        });
        shapes.push(text([x, 305.0], &(30 * i).to_string(), [Align::Middle, Align::Start]));
    }
    for i in 0..=4 {
        let y = 300.0 - 60.0 * f64::from(i);
        shapes.push(rule([55.0, y], [60.0, y]));
        shapes.push(text([52.0, y], &(50 * i).to_string(), [Align::End, Align::Middle]));
    }
    let (upper, lower) = (curve(260.0, -4.0), curve(150.0, 0.0));
    shapes.push(Shape::Band {
        x: upper.iter().map(|p| p[0]).collect(),
        upper: upper.iter().map(|p| p[1]).collect(),
        lower: lower.iter().map(|p| p[1]).collect(),
        ink: Ink::Route(Route::Sl),
        alpha: 0.25,
    });
    for (i, route) in Route::ALL.into_iter().enumerate() {
        let points = curve(250.0 - 45.0 * i as f64, -2.0 * i as f64);
        shapes.push(Shape::Line { points, ink: Ink::Route(route), width: 2.0, dash: Dash::of(0) });
        let y = 330.0 + 12.0 * i as f64;
        let points = vec![[60.0, y], [120.0, y]];
        shapes.push(Shape::Line { points, ink: Ink::Route(route), width: 2.0, dash: Dash::of(0) });
        shapes.push(text([126.0, y], &format!("{route:?} <35 mg & \"more\">"), [Align::Start, Align::Middle]));
        let points = vec![[330.0, y], [390.0, y]];
        shapes.push(Shape::Line { points, ink: Ink::Route(route), width: 2.0, dash: Dash::of(i) });
    }
    for (i, filled) in [true, false, true, false].into_iter().enumerate() {
        let at = [300.0 + 40.0 * i as f64, 200.0];
        shapes.push(Shape::Circle { at, radius: 4.0, ink: Ink::Point, filled });
    }
    shapes.push(Shape::Text {
        at: [14.0, 170.0],
        text: "arterial plasma, ng/mL".to_owned(),
        ink: Ink::Muted,
        size: 12.0,
        align: [Align::Middle, Align::Middle],
        whole: None,
    });
    // crosses on the anchors, to judge alignment by eye
    for (i, across) in [Align::Start, Align::Middle, Align::End].into_iter().enumerate() {
        for (j, along) in [Align::Start, Align::Middle, Align::End].into_iter().enumerate() {
            let at = [440.0 + 60.0 * j as f64, 345.0 + 20.0 * i as f64];
            shapes.push(rule([at[0] - 25.0, at[1]], [at[0] + 25.0, at[1]]));
            shapes.push(rule([at[0], at[1] - 8.0], [at[0], at[1] + 8.0]));
            shapes.push(text(at, "Ag½", [along, across]));
        }
    }
    shapes.push(Shape::Rect { rect: [60.0, 8.0, 260.0, 30.0], ink: Ink::Staff, alpha: 1.0 });
    shapes.push(Shape::Text {
        at: [160.0, 19.0],
        text: "staff decide; no driving".to_owned(),
        ink: Ink::OnStaff,
        size: 12.0,
        align: [Align::Middle, Align::Middle],
        whole: None,
    });
    scene_of(shapes)
}

fn texts(svg: &str) -> Vec<String> {
    let Ok(document) = roxmltree::Document::parse(svg) else { return vec![format!("not XML: {svg}")] };
    let nodes = document.descendants().filter(|n| n.has_tag_name("text"));
    nodes.map(|n| n.text().unwrap_or("").to_owned()).collect()
}

#[test]
fn the_svg_has_the_size_of_the_page_and_a_finer_grid() {
    let svg = paint(&everything()).unwrap();
    let tree = usvg::Tree::from_str(&svg, &usvg::Options::default()).unwrap();
    assert_eq!((tree.size().width(), tree.size().height()), (600.0, 400.0));
    let document = roxmltree::Document::parse(&svg).unwrap();
    assert_eq!(document.root_element().attribute("viewBox"), Some("0 0 4800 3200"));
}

#[test]
fn text_is_text_and_comes_back_as_it_was() {
    let labels = ["a <&> \"b\" 'c'", "35 mg → 70 mg, µg/L", "<text x=\"1\" dy=\"0.76em\">"];
    let svg = paint(&scene_of(labels.map(|l| text([10.0, 10.0], l, [Align::Start; 2])).to_vec())).unwrap();
    assert_eq!(texts(&svg), labels);
    assert!(svg.contains("a &lt;&amp;&gt; &quot;b&quot; &apos;c&apos;"), "{svg}");
    assert!(svg.contains("font-family=\"DejaVu Sans, sans-serif\""), "{svg}");
    assert!(!svg.contains(" dy=\"0.76em\" text-anchor"), "{svg}");
}

#[test]
fn what_xml_forbids_does_not_reach_the_file() {
    let svg = paint(&scene_of(vec![text([10.0, 10.0], "a\u{0}b\nc\u{7}d\u{ffff}e", [Align::Start; 2])])).unwrap();
    assert_eq!(texts(&svg), ["a b c d e"]);
    assert!(texts(&paint(&scene_of(vec![text([0.0, 0.0], " \n", [Align::End; 2])])).unwrap()).is_empty());
}

#[test]
fn a_dashed_line_is_drawn_as_its_dashes() {
    let dash = Dash::Pattern(&[9, 4]);
    let line = Shape::Line { points: vec![[0.0, 10.0], [20.0, 10.0]], ink: Ink::Text, width: 2.0, dash };
    let svg = paint(&scene_of(vec![line])).unwrap();
    assert!(svg.contains("points=\"0,80 72,80 \"") && svg.contains("points=\"104,80 160,80 \""), "{svg}");
    assert!(svg.contains("stroke-width=\"16\""), "{svg}");
}

#[test]
fn a_corner_just_before_the_end_of_a_dash_does_not_turn_its_end() {
    let points = vec![[0.0, 10.0], [5.0, 10.0], [8.9, 10.0], [9.2, 10.3], [30.0, 10.3]];
    let line = Shape::Line { points, ink: Ink::Text, width: 2.0, dash: Dash::Pattern(&[9, 4]) };
    let svg = paint(&scene_of(vec![line])).unwrap();
    assert!(svg.contains("points=\"0,80 40,80 72,81 \""), "{svg}");
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    for at in [[f64::NAN, 0.0], [0.0, f64::INFINITY], [1e9, 0.0]] {
        assert!(paint(&scene_of(vec![text(at, "x", [Align::Start; 2])])).is_err(), "{at:?}");
    }
    for width in [0.0, -5.0, f64::NAN, 1e7] {
        assert!(paint(&Scene { width, ..everything() }).is_err(), "{width}");
    }
    let empty = scene_of(Vec::new());
    for factor in [0.0, -1.0, f32::NAN, 1e6] {
        assert!(png(&empty, factor).is_err(), "{factor}");
    }
}

#[test]
fn the_png_has_the_asked_pixels_and_a_white_page() {
    let bytes = png(&everything(), 1.5).unwrap();
    let pixels = resvg::tiny_skia::Pixmap::decode_png(&bytes).unwrap();
    assert_eq!((pixels.width(), pixels.height()), (900, 600));
    let white = pixels.pixel(899, 2).unwrap();
    assert_eq!((white.red(), white.green(), white.blue(), white.alpha()), (255, 255, 255, 255));
    let dark = pixels.pixel(100, 20).unwrap();
    let staff = ketasim::palette::colour(Ink::Staff, ketasim::palette::Theme::Light);
    assert_eq!([dark.red(), dark.green(), dark.blue()], staff);
}

#[test]
fn text_in_the_picture_is_as_wide_as_measured() {
    let label = "Typical adult: 35 mg over 40 min";
    let scene = scene_of(vec![text([50.0, 50.0], label, [Align::Start; 2])]);
    let pixels = resvg::tiny_skia::Pixmap::decode_png(&png(&scene, 4.0).unwrap()).unwrap();
    let inked = |x: u32| (0..pixels.height()).any(|y| pixels.pixel(x, y).is_some_and(|p| p.red() < 128));
    let columns: Vec<u32> = (0..pixels.width()).filter(|x| inked(*x)).collect();
    let end = 50.0 + FontMeasure::new().unwrap().width(label, 12.0);
    let (first, last) = (f64::from(columns[0]) / 4.0, f64::from(columns[columns.len() - 1]) / 4.0);
    assert!((first - 50.0).abs() < 1.5 && (last - end).abs() < 1.5, "{first}..{last}, measured end {end}");
}

#[test]
fn the_pdf_is_one_page_with_text() {
    let page = everything();
    let bytes = pdf(std::slice::from_ref(&page)).unwrap();
    assert!(bytes.starts_with(b"%PDF"));
    let count = |wanted: &[u8]| bytes.windows(wanted.len()).filter(|w| *w == wanted).count();
    assert_eq!(count(b"/Type/Page\n") + count(b"/Type/Page/"), 1);
    assert!(count(b"/FontFile") > 0, "the font is embedded");
    assert_eq!(pdf(std::slice::from_ref(&page)).unwrap(), bytes, "the same picture gives the same file");
    let two = pdf(&[page.clone(), page]).unwrap();
    let count = |wanted: &[u8]| two.windows(wanted.len()).filter(|w| *w == wanted).count();
    assert_eq!(count(b"/Type/Page\n") + count(b"/Type/Page/"), 2);
    assert!(pdf(&[]).is_err());
}

#[test]
fn a_path_says_the_format() {
    assert_eq!(Format::from_path("out/plot.svg"), Ok(Format::Svg));
    assert_eq!(Format::from_path("plot.v2.PNG"), Ok(Format::Png));
    assert_eq!(Format::from_path("plot.pdf"), Ok(Format::Pdf));
    for path in ["plot.jpg", "plot", "", "svg", ".pdf"] {
        let error = Format::from_path(path).unwrap_err();
        assert_eq!(error.what_would_work(), Some("write a path ending in .svg, .png or .pdf"), "{path}");
    }
}

/// Pictures to look at, where KETASIM_PICTURES says.
#[test]
#[ignore = "writes files, for people who look at them"]
#[allow(clippy::disallowed_methods, reason = "a test may write where it is told to")]
fn write_pictures() {
    let folder = std::env::var("KETASIM_PICTURES").unwrap();
    let scene = everything();
    std::fs::write(format!("{folder}/everything.svg"), paint(&scene).unwrap()).unwrap();
    std::fs::write(format!("{folder}/everything.png"), png(&scene, 2.0).unwrap()).unwrap();
    std::fs::write(format!("{folder}/everything.pdf"), pdf(&[scene]).unwrap()).unwrap();
}

#[test]
fn a_figure_is_written_in_every_format_on_a_page_that_grows_with_it() {
    let role = Role { route: Route::Iv, variant: 0, arm: 0, faded: false };
    let line = Line { label: "IV".to_owned(), role, x: vec![0.0, 1.0, 4.0], y: vec![0.0, 180.0, 20.0] };
    let panel = Panel {
        heading: "Ketamine".to_owned(),
        y_label: "venous plasma, ng/mL".to_owned(),
        log: false,
        y: [0.0, 200.0],
        lines: vec![line],
        bands: Vec::new(),
        ribbons: Vec::new(),
        ribbon_words: None,
        behind: Vec::new(),
        outside: Vec::new(),
        washed: Vec::new(),
        caution: None,
        points: Vec::new(),
        level: None,
        banner: None,
    };
    let figure = Figure {
        title: "One arm".to_owned(),
        subtitle: "70 kg".to_owned(),
        time: [0.0, 4.0],
        counted_from: "the first dose",
        unit: ketasim::figure::TimeUnit::Minutes,
        panels: vec![panel.clone()],
        strips: Vec::new(),
        legend: vec![LegendEntry { text: "IV".to_owned(), role, fill: false }],
        footer: vec!["Education only.".to_owned()],
        letters: false,
        level: Vec::new(),
        above: Vec::new(),
        description: "One arm.".to_owned(),
        sources: Vec::new(),
    };
    let starts = |format, magic: &[u8]| render(&figure, format).unwrap().starts_with(magic);
    assert!(starts(Format::Svg, b"<svg "));
    assert!(starts(Format::Png, b"\x89PNG\r\n\x1a\n"));
    assert!(starts(Format::Pdf, b"%PDF"));
    let two = Figure { panels: vec![panel.clone(), panel], ..figure.clone() };
    assert_eq!((page_for(&figure).width, page_for(&figure).height), (1000.0, 510.0));
    assert_eq!(page_for(&two).height, 840.0);
}
