//! Citations of papers and labels: what a full one has, and the short name a picture carries.
//!
//! A citation is one text. Several works stand in one as "(a) … (b) …". A paper reads
//! "Authors. Title. Journal year;volume:pages", a label "Holder. Product, prescribing information, year, section".

/// The works of a citation, one after another; a citation of one work is that work.
pub fn works(citation: &str) -> Vec<&str> {
    let starts: Vec<usize> = ('a'..='z').map_while(|letter| citation.find(&format!("({letter}) "))).collect();
    if starts.len() < 2 {
        return vec![citation.trim()];
    }
    let ends = starts[1..].iter().copied().chain([citation.len()]);
    starts.iter().zip(ends).map(|(from, to)| citation[from + 4..to].trim()).collect()
}

/// What a reader would miss to look a work up; nothing for a full citation. `numbered` when a DOI or a PubMed number
/// stands beside it.
pub fn missing(work: &str, numbered: bool) -> Vec<&'static str> {
    if is_label(work) {
        return missing_of_label(work);
    }
    let mut list = Vec::new();
    let paper = Paper::read(work);
    let first = paper.authors.and_then(|names| names.split([',', ';']).next());
    if first.and_then(surname).is_none() {
        list.push("authors with initials");
    }
    if paper.title.is_none_or(|title| title.split_whitespace().count() < 3) {
        list.push("title");
    }
    if paper.journal.is_none_or(|journal| !journal.starts_with(char::is_uppercase)) {
        list.push("journal");
    }
    if paper.year.is_none() {
        list.push("year");
    }
    if !paper.pages {
        list.push("volume and pages");
    }
    if !numbered && !work.contains("doi:10.") {
        list.push("DOI or PubMed number");
    }
    list
}

/// "Kamp 2020" for a paper and "Spravato label 2019" for a label, one for each work; none for what is neither, such as a
/// program or what ketasim assumed.
pub fn short(citation: &str) -> Vec<String> {
    works(citation).into_iter().filter_map(short_of_work).collect()
}

fn short_of_work(work: &str) -> Option<String> {
    if is_label(work) {
        let product = work.split_once(". ")?.1.split_whitespace().next()?;
        return Some(format!("{product} label {}", a_year(work).unwrap_or_default()).trim_end().to_owned());
    }
    let paper = Paper::read(work);
    let first = paper.authors?.split([',', ';', '(']).next()?.trim();
    let name = surname(first).unwrap_or(first);
    let is_name = name.split_whitespace().count() <= 3 && paper.journal.is_some();
    is_name.then(|| format!("{name} {}", paper.year.unwrap_or_default()).trim_end().to_owned())
}

fn is_label(work: &str) -> bool {
    work.contains("prescribing information")
}

fn missing_of_label(work: &str) -> Vec<&'static str> {
    let mut list = Vec::new();
    let parts = work.split_once(". ");
    if parts.is_none_or(|(holder, _)| holder.split_whitespace().count() > 4 || is_label(holder)) {
        list.push("holder");
    }
    if parts.is_none_or(|(_, rest)| !rest.starts_with(char::is_uppercase)) {
        list.push("product");
    }
    if a_year(work).is_none() {
        list.push("year");
    }
    if !(work.contains("section ") || work.contains("boxed warning")) {
        list.push("section");
    }
    list
}

/// Pieces of a paper's citation; what is not found is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Paper<'a> {
    authors: Option<&'a str>,
    title: Option<&'a str>,
    journal: Option<&'a str>,
    year: Option<&'a str>,
    /// Volume, and first and last page or the number of an article.
    pages: bool,
}

impl<'a> Paper<'a> {
    fn read(work: &'a str) -> Self {
        let Some(at) = issue(work) else { return Self::default() };
        let (head, tail) = (work[..at].trim_end(), &work[at..]);
        // the journal is the last sentence before the year
        let (before, journal) = match head.rfind([']', '.', '?']) {
            Some(end) => (&head[..end], head[end + 1..].trim()),
            None => ("", head),
        };
        let names = before.split_once(". ");
        Self {
            authors: Some(names.map_or(before, |(authors, _)| authors).trim()),
            title: names.map(|(_, title)| title.trim()),
            journal: Some(journal).filter(|j| !j.is_empty()),
            year: Some(&tail[..4]),
            pages: pages(&tail[4..]),
        }
    }
}

/// Where the year begins that volume and pages follow, or that ends the sentence.
fn issue(work: &str) -> Option<usize> {
    let year = |at: &usize| {
        let rest = &work[*at..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let starts = work[..*at].ends_with(' ') && digits == 4 && (rest.starts_with("19") || rest.starts_with("20"));
        starts && (rest[4..].starts_with(';') || rest[4..].starts_with(". ") || rest.len() == 4 || &rest[4..] == ".")
    };
    let starts: Vec<usize> = work.char_indices().map(|(at, _)| at).filter(year).collect();
    starts.iter().find(|at| work[**at + 4..].starts_with(';')).or(starts.first()).copied()
}

/// Of ";136:792-801", ";3:946486" or ";41:e334": a volume, then a first and last page, or the number of an article.
fn pages(tail: &str) -> bool {
    let Some((volume, rest)) = tail.strip_prefix(';').and_then(|t| t.split_once(':')) else { return false };
    let known = !volume.is_empty() && volume.chars().all(|c| c.is_alphanumeric() || "()-".contains(c));
    let place: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let whole = place.split_once('-').map_or_else(
        || digits(&place) >= 4 || (digits(&place) > 0 && place.starts_with(|c: char| c.is_ascii_alphabetic())),
        |(first, last)| digits(first) > 0 && digits(last) > 0,
    );
    known && whole
}

/// Surname of an author written "van Velzen M"; none without initials.
fn surname(author: &str) -> Option<&str> {
    let (name, initials) = author.trim().rsplit_once(' ')?;
    let are_initials = initials.chars().all(|c| c.is_uppercase() || c == '-') && initials.chars().count() <= 4;
    // a title that ends in a numeral is no name
    let is_name = (1..=3).contains(&name.split_whitespace().count());
    (are_initials && is_name).then_some(name)
}

fn a_year(text: &str) -> Option<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.into_iter().find(|w| w.len() == 4 && (w.starts_with("19") || w.starts_with("20")) && w.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str =
        "Olofsen E, Kamp J, van Velzen M. Ketamine effects are connected. Anesthesiology 2022;136:792-801.";
    const LABEL: &str =
        "Janssen Pharmaceuticals. Spravato (esketamine) nasal spray, US prescribing information, 2019, section 11.";

    #[test]
    fn a_citation_that_cannot_be_looked_up_says_what_it_lacks() {
        assert!(missing(FULL, true).is_empty());
        assert_eq!(missing(FULL, false), ["DOI or PubMed number"]);
        for (short, lacks) in [
            ("Olofsen 2022. Anesthesiology 2022;136:792-801.", &["authors with initials", "title"][..]),
            (
                "Intramuscular ketamine in patients II. Clinical study of them. Anaesthesist 1984;33:272-5.",
                &["authors with initials"],
            ),
            ("Chong C, et al. Pain Med 2006;7:469.", &["title", "volume and pages"]),
            ("Rolan P, Lim S. The bioavailability of ketamine. Br J Clin Pharmacol 2014.", &["volume and pages"]),
            ("Rolan P, Lim S. The bioavailability of ketamine. 2014;77:1011-6.", &["journal"]),
            (
                "Clements 1982, quoted by others.",
                &["authors with initials", "title", "journal", "year", "volume and pages"],
            ),
        ] {
            assert_eq!(missing(short, true), lacks, "{short}");
        }
        for fine in [
            "Simons P, et al. S-Ketamine Oral Thin Film. Front Pain Res 2022;3:946486. doi:10.3389/x (film)",
            "Hornik CP, Gonzalez D, et al; Pediatric Trials Network. Ketamine in Children. J Clin Pharmacol 2018;58:1092-1104.",
            "Dick W. Ketamine analgesia. II. Clinical study [in German]. Anaesthesist 1984;33:272-275.",
            "Schmechtig A, et al. Ketamine and eye movements. Transl Psychiatry 2013;3:e334.",
        ] {
            assert_eq!(missing(fine, true), [""; 0], "{fine}");
        }
    }

    #[test]
    fn a_label_has_holder_product_year_and_section() {
        assert!(missing(LABEL, false).is_empty());
        for (short, lacks) in [
            ("Spravato, US prescribing information, 2019, section 11.", &["holder", "product"][..]),
            ("Janssen Pharmaceuticals. Spravato nasal spray, US prescribing information, section 11.", &["year"]),
            ("Janssen Pharmaceuticals. Spravato nasal spray, US prescribing information, 2019.", &["section"]),
        ] {
            assert_eq!(missing(short, false), lacks, "{short}");
        }
    }

    #[test]
    fn short_names() {
        let several = format!("Bioavailability. (a) {FULL} (0.20). (b) {LABEL}");
        assert_eq!(works(&several).len(), 2);
        assert_eq!(short(&several), ["Olofsen 2022", "Spravato label 2019"]);
        assert_eq!(short("van Velzen M, Dahan A. A title of it. Lancet 2001;1:2-3."), ["van Velzen 2001"]);
        assert_eq!(
            short("Hirlinger (initials not on the page). A title of it. Anaesthesist 1984;33:272-275."),
            ["Hirlinger 1984"]
        );
        for none in ["Assumed or derived for ketasim; the notes say how.", "opentiva, a program", "", "(a) x"] {
            assert_eq!(short(none), [""; 0], "{none}");
        }
    }
}
