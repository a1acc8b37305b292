//! Cells with words. Each has a small vocabulary and is read as a whole, never by words inside other words.

mod held;

pub(super) use held::Held;

use super::cells::Reason;
use crate::delimited::is_missing;
use crate::model::Site;
use crate::regimen::{Form, Route};

/// Text in lower case, with single spaces between words.
fn plain(cell: &str) -> String {
    cell.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Splits a cell into the text outside of parentheses and the text inside each pair.
fn remarks(cell: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside, mut depth) = (String::new(), Vec::<String>::new(), 0_usize);
    for c in cell.chars() {
        match c {
            '(' | '[' => {
                depth += 1;
                inside.push(String::new());
            }
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => match inside.last_mut().filter(|_| depth > 0) {
                Some(remark) => remark.push(c),
                None => outside.push(c),
            },
        }
    }
    (plain(&outside), inside.iter().map(|r| plain(r)).collect())
}

fn tokens(text: &str) -> Vec<String> {
    // "i.v." is read as "iv"
    let text = text.replace('.', "");
    text.split(|c: char| !c.is_alphanumeric()).filter(|t| !t.is_empty()).map(str::to_owned).collect()
}

/// Whether a cell is empty or says that the value is not known.
fn unstated(text: &str) -> bool {
    let words = ["unknown", "unclear", "unstated in text found", "not in text found", "not in text read", "not known"];
    is_missing(text) || words.contains(&text) || text.strip_prefix("site ").is_some_and(unstated)
}

/// How an intravenous dose is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Bolus,
    Infusion,
}

const MANNERS: [(&str, Manner); 6] = [
    ("bolus", Manner::Bolus),
    ("push", Manner::Bolus),
    ("infusion", Manner::Infusion),
    ("infused", Manner::Infusion),
    ("drip", Manner::Infusion),
    ("continuous", Manner::Infusion),
];
/// Words that may accompany a route and change nothing.
const BESIDE: [(&str, &[Route]); 9] = [
    ("injection", &[Route::Iv, Route::Im, Route::Sc]),
    ("injected", &[Route::Iv, Route::Im, Route::Sc]),
    ("spray", &[Route::In]),
    ("tablet", &[Route::Po, Route::Sl]),
    ("lozenge", &[Route::Sl]),
    ("capsule", &[Route::Po]),
    ("solution", &[Route::Po]),
    ("single", &Route::ALL),
    ("and", &[Route::Sl]),
];

/// Reads a route, and for the intravenous one whether it was a bolus or an infusion.
pub(super) fn route(cell: &str) -> Reason<(Route, Option<Manner>)> {
    let unread = || {
        let read = Route::ALL.map(|r| r.row().read_as).join(", ");
        format!("route \"{cell}\" is not simulated (read: {read})")
    };
    let (outside, inside) = remarks(cell);
    let of = |word: &str| Route::ALL.into_iter().find(|r| r.row().in_tables.contains(&word));
    let how = |word: &str| MANNERS.iter().find(|(w, _)| *w == word).map(|(_, m)| *m);
    let mut words = tokens(&outside);
    for remark in inside {
        let said = tokens(&remark);
        if said.iter().all(|w| of(w).is_some() || how(w).is_some()) {
            words.extend(said);
        } else if said.iter().any(|w| w != "in" && of(w).is_some()) {
            return Err(unread());
        }
    }
    let mut routes: Vec<Route> = words.iter().filter_map(|w| of(w)).collect();
    routes.dedup();
    let mut manners: Vec<Manner> = words.iter().filter_map(|w| how(w)).collect();
    manners.dedup();
    let (route, manner) = match (routes.as_slice(), manners.as_slice()) {
        ([route], []) => (*route, None),
        ([Route::Iv], [manner]) => (Route::Iv, Some(*manner)),
        ([Route::Iv], [_, ..]) => return Err(format!("route \"{cell}\" is both a bolus and an infusion")),
        ([_, _, ..], _) => return Err(format!("route \"{cell}\" names more than one route")),
        _ => return Err(unread()),
    };
    let beside = |w: &str| BESIDE.iter().any(|(b, routes)| *b == w && routes.contains(&route));
    if words.iter().all(|w| of(w).is_some() || how(w).is_some() || beside(w)) {
        Ok((route, manner))
    } else {
        Err(unread())
    }
}

/// Whether a formulation is slow-release, which no model describes.
pub(super) fn releases_slowly(cell: &str) -> bool {
    let slow =
        ["prolonged", "controlled", "extended", "sustained", "slow", "modified", "retard", "er", "xr", "sr", "cr"];
    let words = tokens(&plain(cell));
    let denied = |i: usize| i > 0 && NOT.contains(&words[i - 1].as_str());
    words.iter().enumerate().any(|(i, w)| slow.contains(&w.as_str()) && !denied(i))
}

/// Reads base or hydrochloride. `None` when it is not stated.
pub(super) fn form(cell: &str) -> Reason<Option<Form>> {
    let said = plain(cell);
    let bare = said.strip_prefix("as ").unwrap_or(&said);
    let bare =
        ["racemic ketamine ", "ketamine ", "esketamine "].iter().find_map(|p| bare.strip_prefix(p)).unwrap_or(bare);
    match bare {
        "base" | "free base" => Ok(Some(Form::Base)),
        "hcl" | "hydrochloride" | "salt" | "hcl salt" | "hydrochloride salt" => Ok(Some(Form::Hydrochloride)),
        _ if unstated(&said) => Ok(None),
        _ => Err(format!(
            "dose_as \"{cell}\" is neither base nor hydrochloride (read: base, free base, HCl, hydrochloride, salt, unstated)"
        )),
    }
}

/// What a cell states about the sample.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Drawn {
    /// Whether plasma or serum is named.
    plasma: bool,
    /// Whether blood is named.
    blood: bool,
    arterial: bool,
    venous: bool,
}

/// Words that may accompany a site and change nothing.
const AROUND: [&str; 19] = [
    "sample",
    "samples",
    "sampling",
    "drawn",
    "taken",
    "from",
    "an",
    "a",
    "the",
    "radial",
    "brachial",
    "femoral",
    "peripheral",
    "central",
    "antecubital",
    "cubital",
    "forearm",
    "arm",
    "catheter",
];
/// Words that show that a remark is about the sample.
const FLUIDS: [&str; 14] = [
    "arterial",
    "artery",
    "arterialised",
    "arterialized",
    "venous",
    "vein",
    "capillary",
    "blood",
    "milk",
    "saliva",
    "urine",
    "csf",
    "plasma",
    "serum",
];

impl Drawn {
    fn read(column: &str, cell: &str) -> Reason<Self> {
        let unread = || {
            format!(
                "{column} \"{cell}\" is not plasma as far as it can be read (read: plasma, serum, arterial, venous, unstated)"
            )
        };
        let mut drawn = Self::default();
        let (outside, inside) = remarks(cell);
        if !unstated(&outside) && !drawn.add(&outside) {
            return Err(unread());
        }
        for remark in inside {
            let sample = tokens(&remark).iter().any(|w| FLUIDS.contains(&w.as_str()));
            // plasma from whole-blood samples is plasma
            if sample && remark != "whole-blood samples taken" && !drawn.add(&remark) {
                return Err(unread());
            }
        }
        if drawn.blood && !drawn.plasma {
            return Err(unread());
        }
        if drawn.arterial && drawn.venous {
            return Err(format!("{column} \"{cell}\": which of the two is not stated"));
        }
        Ok(drawn)
    }

    /// Adds the words of a text. Returns whether all of them are known.
    fn add(&mut self, text: &str) -> bool {
        tokens(text).iter().all(|word| {
            match word.as_str() {
                "plasma" | "serum" => self.plasma = true,
                "blood" => self.blood = true,
                "arterial" | "artery" => self.arterial = true,
                "venous" | "vein" => self.venous = true,
                other => return AROUND.contains(&other),
            }
            true
        })
    }

    fn site(self) -> Option<Site> {
        match (self.arterial, self.venous) {
            (true, false) => Some(Site::Arterial),
            (false, true) => Some(Site::Venous),
            _ => None,
        }
    }
}

/// Reads the sampling site from the column `site`, or else from `matrix`. `None` when neither states it.
pub(super) fn site(site: &str, matrix: &str) -> Reason<Option<Site>> {
    let stated = Drawn::read("site", site)?.site();
    if stated.is_some() {
        // the matrix may name both sites, one of which is this one
        return match Drawn::read("matrix", matrix) {
            Err(why) if !why.contains("which of the two") => Err(why),
            _ => Ok(stated),
        };
    }
    Ok(Drawn::read("matrix", matrix)?.site())
}

/// Negations.
const NOT: [&str; 7] = ["not", "no", "never", "none", "nothing", "without", "non"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_one_route() {
        for (cell, route_, manner) in [
            ("IV bolus", Route::Iv, Some(Manner::Bolus)),
            ("i.v. infusion", Route::Iv, Some(Manner::Infusion)),
            ("IV (infusion)", Route::Iv, Some(Manner::Infusion)),
            ("IV (mode unstated)", Route::Iv, None),
            ("IV injection", Route::Iv, None),
            ("IV (infusion time not in text read)", Route::Iv, None),
            ("SL/buccal", Route::Sl, None),
            ("Intramuscular", Route::Im, None),
            ("nasal spray", Route::In, None),
            ("p.o.", Route::Po, None),
            ("s.c. injection", Route::Sc, None),
        ] {
            assert_eq!(route(cell), Ok((route_, manner)), "{cell}");
        }
        for cell in [
            "IM/IV",
            "IV, IM",
            "IV then IM",
            "IV bolus + infusion",
            "not IV",
            "non-oral",
            "IV (then IM)",
            "rectal",
            "oral mucosal",
            "IM/SC",
            "",
            "IV or IM",
            "jet injection (IM/SC)",
            "inhaled",
            "oral film",
        ] {
            assert!(route(cell).is_err(), "{cell}");
        }
    }

    #[test]
    fn a_site_is_one_site_of_plasma() {
        let read = |cell: &str| site("", cell);
        for cell in ["plasma ARTERIAL (radial)", "arterial plasma", "plasma (arterial)", "serum, radial artery"] {
            assert_eq!(read(cell), Ok(Some(Site::Arterial)), "{cell}");
        }
        for cell in ["venous plasma", "serum venous", "plasma (antecubital vein)"] {
            assert_eq!(read(cell), Ok(Some(Site::Venous)), "{cell}");
        }
        for cell in [
            "plasma",
            "plasma (site unstated)",
            "serum (site not in text found)",
            "unstated in text found",
            "",
            "plasma (LC-MS/MS)",
            "plasma (whole-blood samples taken)",
            "plasma (not in text read)",
        ] {
            assert_eq!(read(cell), Ok(None), "{cell}");
        }
        for cell in [
            "not arterial",
            "plasma, non-arterial",
            "plasma (not venous)",
            "whole blood",
            "venous blood",
            "BREAST MILK (not plasma)",
            "arterialised venous plasma",
            "capillary",
            "plasma arterial + venous",
            "blood assay",
        ] {
            assert!(read(cell).is_err(), "{cell}");
        }
        assert_eq!(site("venous", "plasma arterial + venous"), Ok(Some(Site::Venous)));
        assert!(site("venous", "breast milk").is_err() && site("not venous", "plasma").is_err());
    }

    #[test]
    fn salt_or_base_by_the_whole_cell() {
        assert_eq!(form("free base"), Ok(Some(Form::Base)));
        assert_eq!(form("as HCl"), Ok(Some(Form::Hydrochloride)));
        assert_eq!((form("unstated"), form("NA")), (Ok(None), Ok(None)));
        for cell in ["not base", "base or HCl", "database", "hydrochloride product, basis of the dose unstated"] {
            assert!(form(cell).unwrap_err().contains("neither base nor hydrochloride"), "{cell}");
        }
    }

    #[test]
    fn slow_release_is_a_word_of_its_own() {
        assert!(releases_slowly("prolonged-release tablet") && releases_slowly("10 mg ER"));
        assert!(!releases_slowly("immediate-release capsule") && !releases_slowly("nasal sprayer"));
        assert!(!releases_slowly("non-prolonged-release tablet") && !releases_slowly("tablet, not extended release"));
    }
}
