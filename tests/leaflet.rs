//! The sheet to take home: the day as a picture, and the PDF with a page for each side.
#![cfg(feature = "export")]

use ketasim::export::{FontMeasure, Paper, leaflet, paint};
use ketasim::scene::{Align, Ink, Measure, Scene, Shape, day};
use ketasim::timeline::words::ItemKind;
use ketasim::timeline::{Block, Day, DotRow, EffectRange, Leaflet, LeafletPage};

fn band(name: &str, words: &str, span: (f64, Option<f64>)) -> EffectRange {
    EffectRange { name: name.to_owned(), words: words.to_owned(), span }
}

fn row(name: &str, at: Vec<f64>, later: usize, never: usize) -> DotRow {
    let words = |n: usize, what: &str| format!("{n} de 20 personas imaginarias {what}");
    DotRow {
        name: name.to_owned(),
        at,
        later,
        later_words: words(later, "lo notan más tarde"),
        never,
        never_words: words(never, "quizás no lo noten"),
    }
}

/// Long words, an open end, dots that would lie on one another.
fn long_day() -> Day {
    Day {
        until: 180.0,
        ticks: (0..=6)
            .map(|i| (30.0 * f64::from(i), ["0", "½", "1", "1½", "2", "2½", "3"][i as usize].to_owned()))
            .collect(),
        axis: "horas después de la primera dosis".to_owned(),
        bands: vec![
            band("Puede empezar a notarlo", "de 5 a 25 minutos", (5.0, Some(25.0))),
            band("Lo más intenso", "de 20 minutos a 1½ horas", (20.0, Some(90.0))),
            band(
                "Los efectos principales van desapareciendo",
                "40 minutos, o para algunas personas mucho más",
                (40.0, None),
            ),
        ],
        staff: "El personal del centro decide cuándo puede irse".to_owned(),
        no_driving: "No conduzca: lea «¿Cuándo puedo conducir?»".to_owned(),
        after: (
            "De 24 a 48 horas después".to_owned(),
            "un buen momento para la integración, según los programas".to_owned(),
        ),
        dots: vec![
            row("Empiezan a notarlo", (0..17).map(|i| 4.0 + 0.9 * f64::from(i)).collect(), 1, 2),
            row(
                "Los efectos principales desaparecen",
                (0..13).map(|i| 30.0 + 150.0 * f64::from(i) / 12.0).collect(),
                4,
                3,
            ),
        ],
        caption:
            "Una orientación a partir de modelos y de unos pocos estudios. A usted le puede pasar antes o después."
                .to_owned(),
        dots_caption:
            "20 personas imaginarias. Esto no le dice cuándo puede irse ni cuándo puede conducir un automóvil."
                .to_owned(),
        alt: "El día como imagen, desde la primera dosis: de 5 a 25 minutos.".to_owned(),
    }
}

fn section(heading: &str, items: &[(ItemKind, &str)], times: usize) -> Block {
    let all = items.iter().cycle().take(items.len() * times);
    let items = all.map(|(kind, words)| (*kind, (*words).to_owned())).collect();
    Block::Section { id: heading.to_lowercase(), heading: heading.to_owned(), items }
}

fn spanish() -> Leaflet {
    let points = [
        (
            ItemKind::Text,
            "Cuente con todo el día: la desacostumbrada sensación puede durar más de lo que usted espera.",
        ),
        (ItemKind::Point, "Venga acompañado; una persona adulta de confianza vuelve con usted a casa."),
        (ItemKind::Warning, "No conduzca antes de las 8:00 de mañana, y solo después de haber dormido toda la noche."),
        (ItemKind::Point, "Electroencefalográficamente es una palabra larga, y aun así cabe."),
    ];
    let checks = [
        (ItemKind::Check, "Le explican los riesgos antes de que usted diga que sí."),
        (ItemKind::Check, "Hay un plan para urgencias."),
    ];
    let front = vec![
        Block::Day(long_day()),
        section("¿Cuándo lo notaré?", &points, 1),
        section("Before you come", &points[..2], 2),
        section("¿Cuándo puedo conducir?", &points[1..], 1),
    ];
    let back = vec![section("¿Es este un buen lugar para mí?", &checks, 4), section("Tres mitos", &points[..2], 3)];
    Leaflet {
        language: "es".to_owned(),
        title: "Su sesión: qué pasa y cuándo".to_owned(),
        subtitle: "El medicamento: ketamina, por un tubito en una vena · Clínica Ñandú".to_owned(),
        pages: vec![LeafletPage { blocks: front }, LeafletPage { blocks: back }],
        footer: "Hoja de enseñanza hecha con ketasim. No sirve para elegir una dosis.".to_owned(),
    }
}

/// Boxes around all texts, as files show them.
fn boxes(scene: &Scene, font: &FontMeasure) -> Vec<([f64; 4], String)> {
    let texts = scene.shapes.iter().filter_map(|shape| match shape {
        Shape::Text { at, text, size, align, .. } => {
            let width = font.width(text, *size);
            let shift = |align: Align, length: f64| match align {
                Align::Start => 0.0,
                Align::Middle => -length / 2.0,
                Align::End => -length,
            };
            let [x, y] = [at[0] + shift(align[0], width), at[1] + shift(align[1], 1.17 * size)];
            Some(([x, y, x + width, y + 1.17 * size], text.clone()))
        }
        _ => None,
    });
    texts.collect()
}

/// What is said late, of nobody, or in few words: places for text run out in other ways.
fn odd_day() -> Day {
    let never = row("Nadie lo nota", Vec::new(), 0, 20);
    let same = row("Todas a la vez", vec![180.0; 20], 0, 0);
    let bands = vec![
        band("Muy tarde, y por lo tanto casi al final de la imagen", "2 horas y 58 minutos", (178.0, Some(180.0))),
        band("Corto", "", (0.0, Some(0.5))),
        band("Abierto desde el principio hasta más allá de lo que se ve", "", (170.0, None)),
    ];
    Day { bands, dots: vec![never, same], staff: String::new(), ..long_day() }
}

fn nothing_touches(scene: &Scene, texts: &[([f64; 4], String)]) {
    let apart = |a: &[f64; 4], b: &[f64; 4]| a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] + 0.01 || b[3] <= a[1] + 0.01;
    let place = format!("at {} by {} points", scene.width, scene.height);
    for (i, (a, said)) in texts.iter().enumerate() {
        let inside = a[0] >= -0.01 && a[1] >= -0.01 && a[2] <= scene.width + 0.01 && a[3] <= scene.height + 0.01;
        assert!(inside, "{said}: {a:?} {place}");
        for (b, other) in &texts[i + 1..] {
            assert!(apart(a, b), "{said} and {other} {place}");
        }
        for ([x, y], r, _) in people(scene) {
            assert!(apart(a, &[x - r, y - r, x + r, y + r]), "{said} and a dot at {x}, {y} {place}");
        }
    }
}

/// Place, radius, and whether it is filled.
fn people(scene: &Scene) -> Vec<([f64; 2], f64, bool)> {
    let dots = scene.shapes.iter().filter_map(|shape| match shape {
        Shape::Circle { at, radius, filled, .. } => Some((*at, *radius, *filled)),
        _ => None,
    });
    dots.collect()
}

#[test]
fn no_text_of_the_picture_touches_another_or_leaves_it() {
    let font = FontMeasure::new().unwrap();
    for until in [120.0, 180.0, 480.0] {
        for (width, size) in [(420.0, 9.0), (420.0, 13.0), (511.0, 9.0), (528.0, 10.5), (700.0, 13.0), (1000.0, 15.0)] {
            for of in [long_day(), odd_day()] {
                let scene = day(&Day { until, ..of }, width, size, &font);
                let texts = boxes(&scene, &font);
                assert!(texts.len() > 15);
                nothing_touches(&scene, &texts);
            }
        }
    }
}

#[test]
fn every_one_of_the_twenty_is_there_and_none_lies_on_another() {
    let font = FontMeasure::new().unwrap();
    for (of, open) in [(long_day(), 5), (odd_day(), 20)] {
        for (width, size) in [(420.0, 13.0), (511.0, 9.0), (1000.0, 12.0)] {
            let scene = day(&of, width, size, &font);
            let dots = people(&scene);
            assert_eq!(dots.len(), 40);
            assert_eq!(dots.iter().filter(|(.., filled)| !filled).count(), open);
            for (i, (a, radius, _)) in dots.iter().enumerate() {
                assert!(a[0] >= radius - 0.01 && a[0] + radius <= width && a[1] + radius <= scene.height, "{a:?}");
                for (b, other, _) in &dots[i + 1..] {
                    assert!((a[0] - b[0]).hypot(a[1] - b[1]) >= radius + other, "{a:?} and {b:?} at {width}");
                }
            }
        }
    }
}

#[test]
fn nothing_of_the_words_is_cut() {
    let font = FontMeasure::new().unwrap();
    let (day_, letters) = (long_day(), |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>());
    for width in [420.0, 511.0, 1000.0] {
        let scene = day(&day_, width, 11.0, &font);
        let said: String = boxes(&scene, &font).iter().map(|(_, text)| letters(text)).collect();
        for text in [&day_.axis, &day_.staff, &day_.no_driving, &day_.caption, &day_.dots_caption, &day_.after.1] {
            assert!(said.contains(&letters(text)), "{text} at {width}");
        }
        assert!(day_.bands.iter().all(|b| said.contains(&letters(&b.words))));
        assert!(
            day_.dots
                .iter()
                .all(|r| said.contains(&letters(&r.never_words)) && said.contains(&letters(&r.later_words)))
        );
    }
}

#[test]
fn what_is_empty_is_left_out() {
    let font = FontMeasure::new().unwrap();
    let bare = Day {
        staff: String::new(),
        no_driving: String::new(),
        after: Default::default(),
        dots: Vec::new(),
        ..long_day()
    };
    let scene = day(&bare, 500.0, 10.0, &font);
    assert!(!scene.shapes.iter().any(|s| matches!(s, Shape::Circle { .. } | Shape::Band { ink: Ink::Staff, .. })));
    assert!(scene.height < day(&long_day(), 500.0, 10.0, &font).height);
    let nobody = Day { dots: vec![row("x", vec![10.0; 20], 0, 0)], ..long_day() };
    let scene = day(&nobody, 500.0, 10.0, &font);
    assert!(scene.time.x[1] > 450.0, "without boxes the axis has their room");
    assert!(paint(&scene).unwrap().contains("primera dosis"));
}

fn count(bytes: &[u8], wanted: &str) -> usize {
    bytes.windows(wanted.len()).filter(|w| *w == wanted.as_bytes()).count()
}

#[test]
fn the_file_has_a_page_for_each_side_and_says_what_is_what() {
    for (paper, size) in [(Paper::A4, "595.276 841.89"), (Paper::Letter, "612 792")] {
        let bytes = leaflet(&spanish(), paper).unwrap();
        assert!(bytes.starts_with(b"%PDF"));
        assert_eq!(count(&bytes, "/Type/Page\n") + count(&bytes, "/Type/Page/"), 2);
        assert_eq!(count(&bytes, &format!("/MediaBox[0 0 {size}]")), 2, "{size}");
        assert_eq!(count(&bytes, "/FontFile"), 1, "one font, embedded once");
        for wanted in [
            "/StructTreeRoot",
            "/Lang(es)",
            "/Marked true",
            "/Alt",
            "/S/H1",
            "/S/H2",
            "/S/Figure",
            "/S/LBody",
            "/S/P",
            "/Outlines",
            "pdfuaid",
            "(Before you come)",
        ] {
            assert!(count(&bytes, wanted) > 0, "{wanted}");
        }
        assert_eq!(count(&bytes, "/S/LI"), count(&bytes, "/S/Lbl"));
        assert_eq!(count(&bytes, "CreationDate") + count(&bytes, "ModDate"), 0);
        assert_eq!(leaflet(&spanish(), paper).unwrap(), bytes, "the same sheet gives the same file");
    }
}

#[test]
fn too_much_text_and_letters_without_a_shape_are_refused() {
    let mut sheet = spanish();
    sheet.pages[1].blocks.push(section(
        "Más",
        &[(ItemKind::Point, "Una línea de la clínica que no termina nunca.")],
        200,
    ));
    let error = leaflet(&sheet, Paper::A4).unwrap_err();
    assert!(
        error.what().contains("page 2") && error.what_would_work().unwrap().contains("clinic's own lines"),
        "{error}"
    );
    assert!(leaflet(&Leaflet { pages: Vec::new(), ..spanish() }, Paper::A4).is_err());
    let error = leaflet(&Leaflet { subtitle: "診療所".to_owned(), ..spanish() }, Paper::A4).unwrap_err();
    assert!(error.what().contains('診') && error.what_would_work().is_some(), "{error}");
}

#[test]
fn paper_is_known_by_its_name() {
    assert_eq!("A4".parse::<Paper>(), Ok(Paper::A4));
    assert_eq!("letter".parse::<Paper>(), Ok(Paper::Letter));
    let error = "leter".parse::<Paper>().unwrap_err();
    assert!(error.what_would_work().unwrap().contains("\"letter\""), "{error}");
}

/// Sheets to look at, where KETASIM_PICTURES says.
#[test]
#[ignore = "writes files, for people who look at them"]
#[allow(clippy::disallowed_methods, reason = "a test may write where it is told to")]
fn write_sheets() {
    let folder = std::env::var("KETASIM_PICTURES").unwrap();
    for paper in [Paper::A4, Paper::Letter] {
        let bytes = leaflet(&spanish(), paper).unwrap();
        std::fs::write(format!("{folder}/sheet-{}.pdf", paper.id()), bytes).unwrap();
    }
    let font = FontMeasure::new().unwrap();
    for (name, of, width, size) in [
        ("long", long_day(), 420.0, 13.0),
        ("long", long_day(), 1000.0, 14.0),
        ("odd", odd_day(), 420.0, 13.0),
        ("odd", odd_day(), 511.0, 9.0),
    ] {
        let scene = day(&of, width, size, &font);
        std::fs::write(format!("{folder}/day-{name}-{width}.png"), ketasim::export::png(&scene, 1.5).unwrap()).unwrap();
    }
}
