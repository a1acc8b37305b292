//! Routes of administration. All data about routes is in one table, with one row for each.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Route of administration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Route {
    /// Into a vein: intravenous.
    Iv,
    /// Into a muscle: intramuscular.
    Im,
    /// Under the tongue: sublingual.
    Sl,
    /// Into the nose: intranasal.
    In,
    /// Swallowed: oral (per os).
    Po,
    /// Under the skin: subcutaneous.
    Sc,
}

/// A row of the table of routes. Numbers about the drug, such as studied doses, are in `models/` and `assets/`.
#[derive(Debug)]
pub struct RouteRow {
    /// Route of this row.
    pub route: Route,
    /// Id of the route in files: `iv`.
    pub id: &'static str,
    /// Words for the route with its abbreviation: "into a vein (IV)".
    pub words: &'static str,
    /// Text in the window for a dose without settings: no infusion, no hold, no sprays.
    pub plain_dose: &'static str,
    /// Id of the route's term on the patient's page. Each file of `assets/timeline` has everyday words for it.
    pub term: &'static str,
    /// Names of the route in tables of measured arms, lower case and without full stops.
    pub in_tables: &'static [&'static str],
    /// The accepted names as a refusal lists them.
    pub read_as: &'static str,
    /// Keys that only a dose by this route may have, in the order in which they are checked.
    pub keys: &'static [RouteKey],
    /// Whether a dose may be an infusion with a stated duration.
    pub infused: bool,
    /// Colours of the route on light and dark pages.
    pub hue: Hue,
}

/// A key of a dose that belongs to a single route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteKey {
    /// Name of the key in files.
    pub name: &'static str,
    /// What the key states, as the end of a refusal: "it is the length of an infusion".
    pub does: &'static str,
}

/// Colours of a route: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hue {
    /// Colour of lines and fills on a light page.
    pub light: [u8; 3],
    /// Colour of text on a light page.
    pub light_text: [u8; 3],
    /// Colour of lines, fills and text on a dark page.
    pub dark: [u8; 3],
}

/// In the order of the variants, which lists and legends use. The hues are those of Okabe and Ito, with the yellow of
/// PO darkened for a light page. The violet of SC differs clearly from all of them, also with colour vision deficiency.
const TABLE: [RouteRow; 6] = [
    RouteRow {
        route: Route::Iv,
        id: "iv",
        words: "into a vein (IV)",
        plain_dose: "a bolus into the vein",
        term: "route-iv",
        in_tables: &["iv", "intravenous", "intravenously"],
        read_as: "IV bolus, IV infusion",
        keys: &[
            RouteKey { name: "rate", does: "it is how fast an infusion runs" },
            RouteKey { name: "stop", does: "it ends an infusion early" },
            RouteKey { name: "duration", does: "it is the length of an infusion" },
        ],
        infused: true,
        hue: Hue { light: [0, 114, 178], light_text: [0, 94, 148], dark: [86, 180, 233] },
    },
    RouteRow {
        route: Route::Im,
        id: "im",
        words: "into a muscle (IM)",
        plain_dose: "into a muscle, at once",
        term: "route-im",
        in_tables: &["im", "intramuscular", "intramuscularly"],
        read_as: "IM",
        keys: &[],
        infused: false,
        hue: Hue { light: [213, 94, 0], light_text: [165, 70, 0], dark: [245, 138, 66] },
    },
    RouteRow {
        route: Route::Sl,
        id: "sl",
        words: "under the tongue (SL)",
        plain_dose: "under the tongue as the model has it",
        term: "route-sl",
        in_tables: &["sl", "sublingual", "buccal"],
        read_as: "SL, buccal",
        keys: &[
            RouteKey { name: "hold", does: "it is the time under the tongue" },
            RouteKey { name: "after", does: "it says whether the rest is swallowed or spat out" },
        ],
        infused: false,
        hue: Hue { light: [0, 158, 115], light_text: [0, 110, 80], dark: [46, 196, 152] },
    },
    RouteRow {
        route: Route::In,
        id: "in",
        words: "into the nose (IN)",
        plain_dose: "into the nose",
        term: "route-in",
        in_tables: &["in", "intranasal", "nasal"],
        read_as: "IN, nasal",
        keys: &[
            RouteKey { name: "sprays", does: "it counts sprays" },
            RouteKey { name: "spray_every", does: "it is the time between sprays" },
        ],
        infused: false,
        hue: Hue { light: [204, 121, 167], light_text: [150, 62, 110], dark: [226, 148, 192] },
    },
    RouteRow {
        route: Route::Po,
        id: "po",
        words: "swallowed (PO)",
        plain_dose: "swallowed",
        term: "route-po",
        in_tables: &["oral", "po"],
        read_as: "oral, PO",
        keys: &[],
        infused: false,
        hue: Hue { light: [180, 123, 0], light_text: [132, 88, 0], dark: [240, 184, 60] },
    },
    RouteRow {
        route: Route::Sc,
        id: "sc",
        words: "under the skin (SC)",
        plain_dose: "under the skin, at once",
        term: "route-sc",
        in_tables: &["sc", "subcutaneous", "subcutaneously"],
        read_as: "SC",
        keys: &[],
        infused: false,
        hue: Hue { light: [84, 24, 112], light_text: [72, 20, 98], dark: [158, 116, 255] },
    },
];

impl Route {
    /// All routes, in the order of the table.
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::Iv; TABLE.len()];
        let mut i = 0;
        while i < all.len() {
            all[i] = TABLE[i].route;
            i += 1;
        }
        all
    };

    /// Row of the route in the table.
    pub fn row(self) -> &'static RouteRow {
        const ROWS: &[RouteRow; TABLE.len()] = &TABLE;
        &ROWS[self as usize]
    }

    /// The route with an id as used in files. `None` for an unknown id.
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.id() == id)
    }

    /// The route that gives an arm its colour: that of its first dose. IV for an arm without doses.
    pub fn leading(routes: &[Self]) -> Self {
        routes.first().copied().unwrap_or(Self::Iv)
    }

    /// Id in files: `iv`, `im`, `sl`, `in`, `po`, `sc`.
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// Words for the route without its abbreviation: "into a vein".
    pub fn name(self) -> &'static str {
        let words = self.words();
        words.split_once(" (").map_or(words, |(name, _)| name)
    }

    /// Words for the route with its abbreviation: "into a vein (IV)".
    pub fn words(self) -> &'static str {
        self.row().words
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id().to_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with a single key: serde reads the routes by the names of their variants.
    #[derive(Serialize, Deserialize)]
    struct File {
        route: Route,
    }

    #[test]
    fn the_table_has_a_row_for_each_variant_in_their_order() {
        for (i, row) in TABLE.iter().enumerate() {
            assert_eq!((row.route as usize, row.route.row().id), (i, row.id));
            let text = format!("route = \"{}\"\n", row.id);
            let read: File = toml::from_str(&text).unwrap();
            assert_eq!((read.route, Route::of_id(row.id)), (row.route, Some(row.route)));
            assert_eq!(toml::to_string(&read).unwrap(), text);
        }
        // serde lists every variant in its error, so this finds a route without a row
        let refused = toml::from_str::<File>("route = \"?\"").err().unwrap().to_string();
        assert_eq!(refused.matches('`').count() / 2, 1 + TABLE.len(), "{refused}");
    }

    #[test]
    fn no_two_rows_say_the_same() {
        for (i, a) in TABLE.iter().enumerate() {
            assert!(a.words.ends_with(&format!("({})", a.route)) && a.term == format!("route-{}", a.id));
            for b in &TABLE[..i] {
                assert!(a.id != b.id && a.words != b.words && a.plain_dose != b.plain_dose && a.hue != b.hue);
                assert!(a.in_tables.iter().all(|w| !b.in_tables.contains(w)));
                assert!(a.keys.iter().all(|k| b.keys.iter().all(|other| other.name != k.name)));
            }
        }
    }
}
