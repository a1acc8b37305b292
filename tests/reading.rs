//! How easy the patient's sheet reads, counted by formulas that are checked by hand, and what it must never say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]

use ketasim::timeline::words::{Leaf, Section, Words, fill};

const LANGUAGES: [&str; 2] = ["en", "es"];

// ---- what is counted --------------------------------------------------------------------------------------

/// What formulas of readability need to know of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counts {
    sentences: usize,
    words: usize,
    syllables: usize,
    letters: usize,
}

impl Counts {
    /// Of texts that each end a sentence, whatever their last mark.
    fn of<'a>(language: &str, texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut counts = Self::default();
        for sentence in texts.into_iter().flat_map(sentences) {
            counts.sentences += 1;
            for word in words(sentence) {
                counts.words += 1;
                counts.letters += word.chars().filter(|c| c.is_alphanumeric()).count();
                counts.syllables += match language {
                    "es" => syllables_es(word),
                    _ => syllables_en(word),
                };
            }
        }
        counts
    }

    fn words_a_sentence(&self) -> f64 {
        self.words as f64 / self.sentences as f64
    }

    fn syllables_a_word(&self) -> f64 {
        self.syllables as f64 / self.words as f64
    }

    /// School grade by sentences and syllables (Flesch and Kincaid).
    fn flesch_kincaid(&self) -> f64 {
        0.39 * self.words_a_sentence() + 11.8 * self.syllables_a_word() - 15.59
    }

    /// School grade by sentences and letters, without syllables (automated readability index).
    fn readability_index(&self) -> f64 {
        4.71 * self.letters as f64 / self.words as f64 + 0.5 * self.words_a_sentence() - 21.43
    }

    /// Ease of reading in Spanish (Szigriszt, on the scale INFLESZ): 65 to 80 is "bastante fácil".
    fn inflesz(&self) -> f64 {
        206.835 - 62.3 * self.syllables_a_word() - self.words_a_sentence()
    }
}

/// Parts that end in a full stop or a question mark, where at least one word stands; "8:30" and "1.5" hold no end.
fn sentences(text: &str) -> Vec<&str> {
    let mut list = Vec::new();
    let mut start = 0;
    for (at, mark) in text.char_indices() {
        let behind = at + mark.len_utf8();
        let inside = text[behind..].starts_with(|c: char| c.is_alphanumeric());
        if matches!(mark, '.' | '?' | '!' | '…') && !inside {
            list.push(&text[start..behind]);
            start = behind;
        }
    }
    list.push(&text[start..]);
    list.retain(|part| words(part).next().is_some());
    list
}

/// What stands between spaces, without marks around it; "off-label" is one word.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

/// A number in figures counts a syllable for every figure, an abbreviation one for every letter.
fn spelled(word: &str) -> Option<usize> {
    let figures = word.starts_with(char::is_numeric);
    let letters = word.chars().count() > 1 && word.chars().all(char::is_uppercase);
    (figures || letters).then(|| word.chars().filter(|c| c.is_alphanumeric()).count())
}

/// Words whose spelling hides how many syllables are heard.
const ENGLISH: &[(&str, usize)] = &[("closely", 2), ("diabetes", 4), ("headache", 2), ("people", 2), ("quiet", 2)];

/// Groups of vowels, less the ones that are not heard, and more where two vowels are heard apart.
fn syllables_en(word: &str) -> usize {
    if let Some(count) = spelled(word) {
        return count;
    }
    let lower = word.to_lowercase().replace('’', "'");
    let plain = lower.strip_suffix("'s").unwrap_or(&lower);
    if plain.contains('-') {
        return plain.split('-').map(syllables_en).sum();
    }
    if let Some((_, count)) = ENGLISH.iter().find(|(known, _)| *known == plain) {
        return *count;
    }
    let letters: Vec<char> = plain.chars().filter(|c| c.is_alphabetic()).collect();
    let vowel = |c: char| "aeiouy".contains(c);
    let mut count =
        letters.iter().enumerate().filter(|(i, c)| vowel(**c) && (*i == 0 || !vowel(letters[*i - 1]))).count();
    let heard_apart = |pair: &[char]| match pair {
        [before, 'i', 'a'] => !matches!(before, 'c' | 't'),
        [before, 'i', 'o'] => !matches!(before, 'c' | 't' | 's' | 'g'),
        [before, 'u', 'a'] => !matches!(before, 'q' | 'g'),
        _ => false,
    };
    count += letters.windows(3).filter(|pair| heard_apart(pair)).count();
    count += usize::from(matches!(letters[..], [.., before, 'i', 'n', 'g'] if vowel(before)));
    let silent = match letters[..] {
        [.., before, 'l', 'e'] => vowel(before),
        [.., before, 'e'] => !vowel(before),
        [.., before, 'l', 'e', 'd' | 's'] => vowel(before) || before == 'l',
        [.., 't' | 'd', 'e', 'd'] => false,
        [.., before, 'e', 'd'] => !vowel(before),
        [.., 's' | 'x' | 'z' | 'c' | 'g', 'e', 's'] | [.., 'c' | 's', 'h', 'e', 's'] => false,
        [.., before, 'e', 's'] => !vowel(before),
        _ => false,
    };
    (count - usize::from(silent && count > 1)).max(1)
}

/// Spanish is written as it is spoken: vowels run together when one of them is an unstressed i or u.
fn syllables_es(word: &str) -> usize {
    if let Some(count) = spelled(word) {
        return count;
    }
    let mut plain = word.to_lowercase();
    for (mute, heard) in [("que", "qe"), ("qui", "qi"), ("qué", "qé"), ("quí", "qí")] {
        plain = plain.replace(mute, heard);
    }
    for (mute, heard) in [("gue", "ge"), ("gui", "gi"), ("gué", "gé"), ("guí", "gí")] {
        plain = plain.replace(mute, heard);
    }
    if let Some(stem) = plain.strip_suffix('y') {
        plain = format!("{stem}i");
    }
    let (weak, stressed, strong) = ("iuü", "íú", "aeoáéó");
    let mut count = 0;
    let mut before = None;
    for letter in plain.chars().filter(|c| *c != 'h') {
        let is_weak = weak.contains(letter);
        if !is_weak && !stressed.contains(letter) && !strong.contains(letter) {
            before = None;
            continue;
        }
        let together =
            before.is_some_and(|b: char| (weak.contains(b) && b != letter) || (strong.contains(b) && is_weak));
        count += usize::from(!together);
        before = Some(letter);
    }
    count.max(1)
}

// ---- the counting itself ------------------------------------------------------------------------------------

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 5e-4
}

#[test]
fn english_is_counted_as_by_hand() {
    // The cat sat on the mat: 6 words of 1 syllable, 3+3+3+2+3+3 letters
    // It was a warm day: 5 words of 1 syllable, 2+3+1+4+3 letters
    let easy = Counts::of("en", ["The cat sat on the mat. It was a warm day."]);
    assert_eq!(easy, Counts { sentences: 2, words: 11, syllables: 11, letters: 17 + 13 });
    // 0.39 · 5.5 + 11.8 · 1 − 15.59; 4.71 · 30/11 + 0.5 · 5.5 − 21.43
    assert!(close(easy.flesch_kincaid(), -1.645), "{}", easy.flesch_kincaid());
    assert!(close(easy.readability_index(), -5.8345), "{}", easy.readability_index());

    // In-te-gra-tion means talk-ing through what came up: 7 words, 4+1+2+1+1+1+1 syllables, 11+5+7+7+4+4+2 letters
    // Your med-i-cines stay in the blood for 24 hours, or long-er: 11 words, 1+3+1+1+1+1+1+2+1+1+2 syllables,
    // 4+9+4+2+3+5+3+2+5+2+6 letters
    let harder = Counts::of(
        "en",
        ["Integration means talking through what came up. Your medicines stay in the blood for 24 hours, or longer."],
    );
    assert_eq!(harder, Counts { sentences: 2, words: 18, syllables: 11 + 15, letters: 40 + 45 });
    // 0.39 · 9 + 11.8 · 26/18 − 15.59; 4.71 · 85/18 + 0.5 · 9 − 21.43
    assert!(close(harder.flesch_kincaid(), 4.9644), "{}", harder.flesch_kincaid());
    assert!(close(harder.readability_index(), 5.3117), "{}", harder.readability_index());

    // each item ends a sentence; marks inside numbers end none
    assert_eq!(Counts::of("en", ["Sleep until 8:00 am or later", "Is it 1.5 hours? No."]).sentences, 3);
    assert_eq!(words("“off-label” use, (8:00 am): 1½").collect::<Vec<_>>(), ["off-label", "use", "8:00", "am", "1½"]);
}

#[test]
fn syllables_of_english_words_are_those_that_are_heard() {
    for (count, list) in [
        (1, "the you taught use used mixed called eyes bikes times clothes breathe bathe whole else phone hours"),
        (2, "people quiet going needed handled closely minutes machines alone decide unless lozenge promised able"),
        (3, "medicine medicines ketamine nobody prescriber regular usual services FDA off-label"),
        (4, "esketamine diabetes emergency integration comfortable"),
        (5, "evaluation"),
    ] {
        for word in list.split(' ') {
            assert_eq!(syllables_en(word), count, "{word}");
        }
    }
}

#[test]
fn spanish_is_counted_as_by_hand() {
    // El dí-a es lar-go: 4 words, 1+2+1+2 syllables, 2+3+2+5 letters
    // Us-ted pue-de pe-dir a-yu-da cuan-do quie-ra: 6 words, 2+2+2+3+2+2 syllables, 5+5+5+5+6+6 letters
    let text = Counts::of("es", ["El día es largo. Usted puede pedir ayuda cuando quiera."]);
    assert_eq!(text, Counts { sentences: 2, words: 10, syllables: 6 + 13, letters: 12 + 32 });
    // 206.835 − 62.3 · 19/10 − 5
    assert!(close(text.inflesz(), 83.465), "{}", text.inflesz());

    // ¿Quién de-ci-de si me voy? El per-so-nal: 6 and 2 words, 1+3+1+1+1 and 1+3 syllables
    let text = Counts::of("es", ["¿Quién decide si me voy? El personal"]);
    assert_eq!((text.sentences, text.words, text.syllables), (2, 7, 7 + 4));
}

#[test]
fn syllables_of_spanish_words_are_those_that_are_heard() {
    for (count, list) in [
        (1, "y voy muy bien cuál quién que hay rey dio"),
        (2, "día oír país leer aún caer guerra sangre noche fuerte ciudad cuidan quiere ahí siguen sesión después"),
        (3, "ahora línea poeta ayuda clínica horario maneje máquinas diabetes"),
        (4, "medicina integración averigüe emergencia"),
        (5, "manejaría"),
    ] {
        for word in list.split(' ') {
            assert_eq!(syllables_es(word), count, "{word}");
        }
    }
}

// ---- the sheet ------------------------------------------------------------------------------------------------

/// Something for every blank, about as long as what clinics and the engine write.
fn filled(language: &str, text: &str) -> String {
    let values: &[(&str, &str, &str)] = &[
        ("drug", "ketamine", "ketamina"),
        ("route", "as a shot in a muscle", "con una inyección en un músculo"),
        ("clinic", "your clinic", "su clínica"),
        ("phone", "555 0100", "555 0100"),
        ("crisis_line", "988", "988"),
        (
            "fasting",
            "no food for 6 hours and no drinks for 2 hours before.",
            "nada de comer por 6 horas ni de beber por 2.",
        ),
        ("stay", "2 hours", "2 horas"),
        ("arrive", "30 minutes", "30 minutos"),
        ("no_alcohol", "24 hours", "24 horas"),
        ("notice", "5 to 25 minutes", "de 5 a 25 minutos"),
        ("strongest", "15 to 45 minutes", "de 15 a 45 minutos"),
        ("easing", "1 hour or, for some, much longer", "a partir de 1 hora o, a veces, mucho más"),
        ("started", "Tuesday, December 1, 2026 at 10:00 am", "martes 1 de diciembre de 2026, 10:00 h"),
        ("arrival", "9:30 am", "09:30"),
        ("arrival_date", "Tuesday, December 1, 2026", "martes 1 de diciembre de 2026"),
        ("check", "12:05 pm", "12:05"),
        ("check_date", "Tuesday, December 1, 2026", "martes 1 de diciembre de 2026"),
        ("drive", "Wednesday, December 2, 2026 at 10:05 am", "miércoles 2 de diciembre de 2026, 10:05 h"),
        ("integration_from", "Wednesday, December 2, 2026 at 10:00 am", "miércoles 2 de diciembre de 2026, 10:00 h"),
        ("integration_to", "Thursday, December 3, 2026 at 10:00 am", "jueves 3 de diciembre de 2026, 10:00 h"),
        ("next", "Tuesday, December 8, 2026 at 10:00 am", "martes 8 de diciembre de 2026, 10:00 h"),
        ("visits", "6", "6"),
    ];
    let text = fill(text, |name| {
        values.iter().find(|(n, ..)| *n == name).map(|(_, en, es)| if language == "es" { *es } else { *en }.to_owned())
    });
    assert!(!text.contains('{'), "{text}");
    text
}

fn counts(language: &str, sections: &[&Section]) -> Counts {
    let texts: Vec<String> = sections.iter().flat_map(|s| &s.item).map(|item| filled(language, &item.words)).collect();
    Counts::of(language, texts.iter().map(String::as_str))
}

/// Every leaf with its sections.
fn leaves(words: &Words) -> Vec<(Leaf, Vec<&Section>)> {
    [Leaf::Front, Leaf::Back]
        .map(|leaf| (leaf, words.section.iter().filter(|s| s.leaf == leaf).collect::<Vec<_>>()))
        .into()
}

#[test]
fn english_is_for_grade_six_or_lower() {
    let words = Words::of("en").unwrap();
    for (leaf, sections) in leaves(&words) {
        let whole = counts("en", &sections);
        assert!(whole.words > 200, "{leaf:?} {whole:?}");
        assert!(whole.flesch_kincaid() <= 6.0, "{leaf:?} {}", whole.flesch_kincaid());
        assert!(whole.readability_index() <= 6.0, "{leaf:?} {}", whole.readability_index());
        for section in sections {
            let part = counts("en", &[section]);
            assert!(part.flesch_kincaid() <= 7.0, "{} {}", section.id, part.flesch_kincaid());
            assert!(part.readability_index() <= 7.0, "{} {}", section.id, part.readability_index());
        }
    }
}

#[test]
fn spanish_is_quite_easy_or_easier() {
    let words = Words::of("es").unwrap();
    for (leaf, sections) in leaves(&words) {
        let whole = counts("es", &sections);
        assert!(whole.words > 200, "{leaf:?} {whole:?}");
        assert!(whole.inflesz() >= 65.0, "{leaf:?} {}", whole.inflesz());
        for section in sections {
            let part = counts("es", &[section]);
            assert!(part.inflesz() >= 60.0, "{} {}", section.id, part.inflesz());
        }
    }
}

#[test]
fn both_languages_say_the_same_under_the_same_conditions() {
    let [en, es] = LANGUAGES.map(|language| Words::of(language).unwrap());
    let ids = |words: &Words| words.section.iter().map(|s| (s.id.clone(), s.leaf)).collect::<Vec<_>>();
    assert_eq!(ids(&en), ids(&es));
    for (a, b) in en.section.iter().zip(&es.section) {
        let form = |s: &Section| s.item.iter().map(|i| (i.kind, i.when.clone(), i.source.clone())).collect::<Vec<_>>();
        assert_eq!(form(a), form(b), "{}", a.id);
        for (x, y) in a.item.iter().zip(&b.item) {
            assert_eq!(blanks(&x.words), blanks(&y.words), "{}", a.id);
        }
    }
    for (id, text) in &en.term {
        assert_eq!(blanks(text), blanks(es.term(id)), "{id}");
    }
}

fn blanks(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = ketasim::timeline::words::blanks(text).collect();
    names.sort_unstable();
    names
}

/// All that a patient can read: headings, sentences, terms.
fn all(words: &Words) -> Vec<&str> {
    let sections = words
        .section
        .iter()
        .flat_map(|s| std::iter::once(s.heading.as_str()).chain(s.item.iter().map(|item| item.words.as_str())));
    sections.chain(words.term.values().map(String::as_str)).collect()
}

#[test]
fn no_level_dose_score_or_share_is_named() {
    for language in LANGUAGES {
        for text in all(&Words::of(language).unwrap()) {
            for never in ["ng/mL", "CADSS", "mmHg", "%"] {
                assert!(!text.to_lowercase().contains(&never.to_lowercase()), "{text}");
            }
            let parts = text.split(|c: char| !c.is_alphabetic());
            assert!(parts.map(str::to_lowercase).all(|part| part != "mg"), "{text}");
        }
    }
}

#[test]
fn five_questions_come_first_and_have_an_answer_in_every_case() {
    for language in LANGUAGES {
        let words = Words::of(language).unwrap();
        let first: Vec<&str> = words.section.iter().take(5).map(|s| s.id.as_str()).collect();
        assert_eq!(first, ["notice", "strongest", "leave", "drive", "bring"]);
        for section in &words.section[..5] {
            assert_eq!(section.leaf, Leaf::Front);
            assert!(section.heading.ends_with('?'), "{}", section.heading);
            let mut names: Vec<&str> =
                section.item.iter().flat_map(|i| &i.when).map(|c| c.trim_start_matches('!')).collect();
            names.sort_unstable();
            names.dedup();
            for case in 0..1_u32 << names.len() {
                let holds = |condition: &String| {
                    let name = condition.trim_start_matches('!');
                    let at = names.iter().position(|n| *n == name).unwrap();
                    ((case >> at) & 1 == 1) != condition.starts_with('!')
                };
                let said = section.item.iter().filter(|item| item.when.iter().all(holds)).count();
                assert!(said > 0, "{language} {} {case:b} of {names:?}", section.id);
            }
        }
    }
}

#[test]
fn the_ride_home_has_no_time() {
    let titles = ["Ride home: staff will tell you when", "Regreso a casa: el personal le dirá cuándo"];
    for (language, title) in LANGUAGES.into_iter().zip(titles) {
        assert_eq!(Words::of(language).unwrap().term("calendar-ride"), title);
    }
}
