//! Pictures that are read alone: arms told apart without colour, labels and letters never lost, words for who does not see.
#![cfg(feature = "export")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

use ketasim::export::{FontMeasure, Format, page_for, paint, pdf, png, render, render_references};
use ketasim::figure::{References, Role};
use ketasim::palette::{Theme, colour};
use ketasim::regimen::Route;
use ketasim::scene::{Dash, Ink, Measure, Scene, Shape, layout, line_width, swatch};
use ketasim::{Figure, Library, Options, Outcome, Scenario, View};
use resvg::usvg::roxmltree;

fn run(title: &str, arms: &str) -> (Outcome, Library) {
    let library = Library::embedded().unwrap();
    let text = format!("title = '{title}'\nhorizon = '4 h'\n{arms}");
    let scenario = Scenario::from_toml("test", &text, &library).unwrap();
    (scenario.run(&library, Options::default()).unwrap(), library)
}

fn arm(label: &str, route: &str, mg: f64) -> String {
    format!("[[arm]]\nlabel = \"{label}\"\ndrug = 'ketamine'\n[[arm.dose]]\nroute = '{route}'\namount = '{mg} mg'\n")
}

fn drawn(title: &str, arms: &str) -> (Figure, Scene) {
    let (outcome, library) = run(title, arms);
    let figure = Figure::new(&outcome, &View::default(), &library, &[]);
    let scene = layout(&figure, page_for(&figure), &FontMeasure::new().unwrap());
    (figure, scene)
}

/// Every text with its left, top, right and bottom.
fn texts(scene: &Scene) -> Vec<(&str, Option<&str>, [f64; 4])> {
    let font = FontMeasure::new().unwrap();
    let place = |shape| match shape {
        &Shape::Text { at, ref text, ref whole, size, align, .. } => {
            let width = font.width(text, size);
            let share = |align| match align {
                ketasim::scene::Align::Start => 0.0,
                ketasim::scene::Align::Middle => 0.5,
                ketasim::scene::Align::End => 1.0,
            };
            let (x, y) = (at[0] - share(align[0]) * width, at[1] - share(align[1]) * size);
            Some((text.as_str(), whole.as_deref(), [x, y, x + width, y + size]))
        }
        _ => None,
    };
    scene.shapes.iter().filter_map(place).collect()
}

fn overlap(a: [f64; 4], b: [f64; 4]) -> bool {
    // letters do not fill their line
    let [x, y] = [0, 1].map(|i| a[i + 2].min(b[i + 2]) - a[i].max(b[i]));
    x > 1.0 && y > 2.5
}

/// Twenty-four arms of all routes, as many of one route, and as many ranges: labels beside the plot never lie over one
/// another, each arm has a letter of its own there, on its curve where there is room, in the legend and at its strip.
#[test]
fn twenty_four_arms_are_told_apart() {
    let mixed: Vec<(&str, f64)> =
        (0..24).map(|i| (["iv", "im", "sl", "in", "po"][i % 5], 20.0 + 2.0 * i as f64)).collect();
    let one: Vec<(&str, f64)> = (0..24).map(|i| ("iv", 10.0 + 3.0 * f64::from(i))).collect();
    let ranges: Vec<(&str, f64)> = (0..24).map(|i| ("im", 35.0 + 1.5 * f64::from(i))).collect();
    for (name, list) in [("mixed", mixed), ("one route", one), ("ranges", ranges)] {
        let arms: String = list.iter().map(|(route, mg)| arm(&format!("{route} {mg}"), route, *mg)).collect();
        let (figure, scene) = drawn(name, &arms);
        let texts = texts(&scene);
        let right = scene.time.x[1];
        let [_, top, _, bottom] = scene.plots[0].rect;
        let beside: Vec<_> =
            texts.iter().filter(|(_, _, p)| p[0] > right && p[1] > top - 9.0 && p[3] < bottom + 9.0).collect();
        assert_eq!(beside.len(), 24, "{name}");
        for (i, (text, _, place)) in beside.iter().enumerate() {
            assert!(
                beside[..i].iter().all(|(_, _, other)| !overlap(*place, *other)),
                "{name}: {text} lies over another"
            );
        }
        let on_curves =
            texts.iter().filter(|(t, _, p)| t.chars().count() == 1 && p[2] < right && p[3] < bottom && p[1] > top);
        let on_curves: Vec<_> = on_curves.filter(|(t, _, _)| t.starts_with(|c: char| c.is_ascii_uppercase())).collect();
        // a bolus squeezes the rest into the lowest rows: there some letters stand beside the plot alone
        assert!(on_curves.len() >= 18, "{name}: {} letters on curves", on_curves.len());
        for (i, (text, _, place)) in on_curves.iter().enumerate() {
            assert!(on_curves[..i].iter().all(|(t, _, other)| t != text && !overlap(*place, *other)), "{name}: {text}");
        }
        for (i, (route, mg)) in list.iter().enumerate() {
            let label = format!("{} {route} {mg}", char::from(b'A' + i as u8));
            assert!(beside.iter().any(|(t, _, _)| *t == label), "{name}: {label} beside the plot");
            assert!(figure.legend[i].text.starts_with(&format!("{label}: ")), "{name}: {}", figure.legend[i].text);
            assert_eq!(figure.strips[i].label, label);
        }
    }
}

/// What is left of a role without its colour: lightness, dash and width of a line, or the shapes of a range.
fn in_grey(role: Role, fill: bool) -> (u8, Vec<Shape>) {
    let [r, g, b] = colour(Ink::Route(role.route), Theme::Light).map(f64::from);
    let lightness = (0.299 * r + 0.587 * g + 0.114 * b) as u8;
    let colourless = |shape| match shape {
        Shape::Line { points, width, dash, .. } => Shape::Line { points, width, dash, ink: Ink::Axis },
        Shape::Band { x, upper, lower, alpha, .. } => Shape::Band { x, upper, lower, alpha, ink: Ink::Axis },
        other => other,
    };
    (lightness, swatch(role, fill, [0.0, 0.0, 40.0, 12.0]).into_iter().map(colourless).collect())
}

/// In grey print any two of 24 arms differ in lightness, dash, width, hatch or letter; the first copies without letters.
#[test]
fn arms_differ_in_grey_print() {
    let roles: Vec<Role> = (0..24)
        .map(|arm| Role {
            route: Route::ALL[arm % Route::ALL.len()],
            variant: arm / Route::ALL.len(),
            arm,
            faded: false,
        })
        .collect();
    for fill in [false, true] {
        for (i, a) in roles.iter().enumerate() {
            for b in &roles[..i] {
                let (grey, other) = (in_grey(*a, fill), in_grey(*b, fill));
                let seen = grey.0.abs_diff(other.0) >= 8 || grey.1 != other.1;
                assert!(seen || a.letter() != b.letter(), "{a:?} {b:?}");
                assert!(seen || a.variant == b.variant, "copies: {a:?} {b:?}");
            }
        }
        // copies of one route: eight lines, six ranges before anything comes again
        let copies = |n: usize| {
            (0..n).map(|variant| in_grey(Role { route: Route::Im, variant, arm: variant, faded: false }, fill))
        };
        let marks: Vec<_> = copies(if fill { 6 } else { 8 }).collect();
        assert!((0..marks.len()).all(|i| !marks[..i].contains(&marks[i])), "fill {fill}");
    }
    assert_eq!(Role { route: Route::Iv, variant: 0, arm: 27, faded: false }.letter(), "AB");
}

/// The sample in the legend has the dash, width and hatch of the curve.
#[test]
fn the_legend_shows_what_is_drawn() {
    let arms = arm("a", "iv", 20.0) + &arm("b", "iv", 40.0) + &arm("c", "im", 35.0) + &arm("d", "im", 50.0);
    let (figure, scene) = drawn("x", &arms);
    let legend_top = scene.strips[3][3];
    for (entry, lines) in figure.legend.iter().zip([1, 1, 2, 2]) {
        let (ink, role) = (Ink::Route(entry.role.route), entry.role);
        let of_role = |shape: &&Shape| {
            matches!(shape, Shape::Line { ink: i, dash, width, points } if *i == ink && *dash == Dash::of(role.variant)
                && *width == if entry.fill { 1.1 } else { line_width(role) } && points.iter().all(|p| p[1] > legend_top))
        };
        assert_eq!(scene.shapes.iter().filter(of_role).count(), lines, "{}", entry.text);
    }
    // lines across the second range stand in the plot and in its sample
    let across = |shape: &&Shape| matches!(shape, Shape::Line { width, .. } if *width == 0.7);
    let (above, below): (Vec<_>, Vec<_>) = scene
        .shapes
        .iter()
        .filter(across)
        .partition(|s| matches!(s, Shape::Line { points, .. } if points[0][1] < legend_top));
    assert!(above.len() > 20 && below.len() >= 3, "{} {}", above.len(), below.len());
}

/// Long labels end in an ellipsis beside the plot and the strip, never past the edge; the whole stays in the SVG.
#[test]
fn long_labels_are_shortened_and_kept_whole() {
    for (label, other) in [
        ("long label long label long label long label long label long!".to_owned(), "b"),
        ("W".repeat(59), "a label of thirty letters, more"),
        ("Внутримышечно, очень длинное название плеча для проверки!!!!".to_owned(), "Đường tĩnh mạch"),
    ] {
        assert!(label.chars().count() >= 59);
        let (_, scene) = drawn("x", &(arm(&label, "im", 35.0) + &arm(other, "iv", 35.0)));
        let mut shortened = 0;
        for (text, whole, [_, _, right, _]) in texts(&scene) {
            assert!(right <= scene.width, "{text} ends at {right}");
            if let Some(whole) = whole {
                assert!(
                    text.ends_with('…') && whole.starts_with(text.trim_end_matches('…').trim_end()),
                    "{text}: {whole}"
                );
                shortened += usize::from(whole == format!("A {label}"));
            }
        }
        assert_eq!(shortened, 2, "beside the plot and beside the strip: {label}");
        let svg = paint(&scene).unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let titles =
            document.descendants().filter(|n| n.has_tag_name("title") && n.text() == Some(&format!("A {label}")));
        assert_eq!(titles.count(), 2, "{label}");
    }
}

/// Letters that the font lacks are refused by name where it would have to draw them, and kept in an SVG.
#[test]
fn letters_that_the_font_lacks_are_named_or_kept() {
    for (label, title, named) in [
        ("点滴", "IV", "点滴"),
        ("IV", "ケタミン 35 mg", "ケタミン"),
        ("정맥 IV", "x", "정맥"),
        ("IV 💉", "x", "💉"),
        ("עירוי", "x", "עירו"),
    ] {
        let (outcome, library) = run(title, &arm(label, "iv", 35.0));
        let figure = Figure::new(&outcome, &View::default(), &library, &[]);
        for format in [Format::Png, Format::Pdf] {
            let error = render(&figure, format).unwrap_err();
            let wanted = format!("the font of sheets and pictures has no letter for \"{named}\" in ");
            assert!(error.what().starts_with(&wanted), "{}", error.what());
            assert!(error.what_would_work().unwrap().contains(".svg"));
        }
        let references = render_references(&References::new(&outcome, &library)).unwrap_err();
        assert!(references.what().contains(named), "{}", references.what());
        let svg = String::from_utf8(render(&figure, Format::Svg).unwrap()).unwrap();
        assert!(svg.contains(named));
    }
    // languages of the font: Vietnamese, Russian, Greek, Polish, Turkish, a letter made of two
    for label in ["Tĩnh mạch", "Внутривенно", "Ενδοφλέβια", "Dożylnie", "Damar içi ğş", "e\u{301}tude", "a\u{feff}b"]
    {
        let (figure, _) = drawn(label, &arm(label, "iv", 35.0));
        assert!(render(&figure, Format::Png).is_ok() && render(&figure, Format::Pdf).is_ok(), "{label}");
    }
}

/// A label from right to left never moves the numbers beside it, and no sign of direction in it reaches the picture.
#[test]
fn numbers_keep_their_order_beside_labels_from_right_to_left() {
    for (label, drawn_as) in [
        ("עירוי", "\u{2068}עירוי\u{2069}: 35 mg into a vein (IV)"),
        ("وريدي 40", "\u{2068}وريدي\u{2069} 40: 35 mg into a vein (IV)"),
        ("\u{202e}IV\u{202c}", "IV: 35 mg into a vein (IV)"),
    ] {
        let (_, scene) = drawn("x", &arm(label, "iv", 35.0));
        let svg = paint(&scene).unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let texts: Vec<&str> =
            document.descendants().filter(|n| n.has_tag_name("text")).filter_map(|n| n.text()).collect();
        assert!(texts.contains(&drawn_as), "{label}: {texts:?}");
    }
}

/// An SVG says what it shows: arms, doses, peaks and windows, and where the numbers come from.
#[test]
fn pictures_have_words() {
    let (figure, scene) = drawn("Two & more", &(arm("IV", "iv", 35.0) + &arm("nose", "in", 50.0)));
    let svg = paint(&scene).unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    let child = |name: &str| root.children().find(|n| n.has_tag_name(name)).unwrap();
    assert_eq!(child("title").text(), Some("Two & more"));
    let said = child("desc").text().unwrap();
    assert_eq!(said, figure.description);
    for part in [
        "IV: 35 mg into a vein (IV); peak ",
        "nose: 50 mg into the nose (IN); peak between ",
        "may begin to notice",
        "no driving",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(child("metadata").descendants().any(|n| n.text().is_some_and(|t| t.contains("Kamp J, Olofsen E"))));
    // a picture without a title has words in its place
    let (_, untitled) = drawn("", &arm("IV", "iv", 35.0));
    assert!(paint(&untitled).unwrap().contains("<title id=\"title\">Concentration over time</title>"));
    let bytes = png(&scene, 1.0).unwrap();
    let holds = |bytes: &[u8], words: &[u8]| bytes.windows(words.len()).any(|w| w == words);
    assert!(
        holds(&bytes, b"iTXtTitle\0") && holds(&bytes, said.as_bytes()) && holds(&bytes, b"Anesthesiology 2020;133")
    );
}

#[test]
fn every_pdf_is_tagged_and_has_a_title_and_a_language() {
    let (outcome, library) = run("Four routes", &(arm("IV", "iv", 35.0) + &arm("IM", "im", 35.0)));
    let figure = Figure::new(&outcome, &View::default(), &library, &[]);
    let plot = render(&figure, Format::Pdf).unwrap();
    let references = render_references(&References::new(&outcome, &library)).unwrap();
    let bare = pdf(&[Scene { said: ketasim::scene::Said::default(), ..drawn("x", &arm("IV", "iv", 35.0)).1 }]).unwrap();
    for (name, bytes) in [("plot", &plot), ("references", &references), ("bare", &bare)] {
        let holds = |words: &str| bytes.windows(words.len()).any(|w| w == words.as_bytes());
        for part in
            ["/MarkInfo", "/Marked true", "/StructTreeRoot", "/Lang(en)", "pdfuaid:part", "/DisplayDocTitle true"]
        {
            assert!(holds(part), "{name} has no {part}");
        }
    }
}

/// A picture that travels says which program drew it and from what.
#[test]
fn the_footer_names_version_and_sources() {
    let (figure, _) = drawn("x", &(arm("IV", "iv", 35.0) + &arm("IM", "im", 35.0)));
    let last = figure.footer.last().unwrap();
    assert!(last.starts_with(concat!("ketasim ", env!("CARGO_PKG_VERSION"), ". Sources")), "{last}");
    for name in ["Kamp 2020", "Olofsen 2022", "Hirlinger 1984"] {
        assert!(last.contains(name), "{last}");
    }
    // each line once, however many arms it holds for
    let many: String = (0..24).map(|i| arm(&format!("dose {i}"), "im", 35.0 + f64::from(i))).collect();
    let (figure, _) = drawn("x", &many);
    assert!(figure.footer.len() < 8, "{:#?}", figure.footer);
    assert!(figure.footer[0].starts_with("A, B, C, D, E"), "{}", figure.footer[0]);
}
