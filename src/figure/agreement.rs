//! The plot of predicted against observed values: data only, no painter.

use crate::evidence::{Report, Row};
use crate::regimen::Route;

/// Predicted against observed values on three pairs of logarithmic axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Title of the picture.
    pub title: String,
    /// Panels for concentrations, times of the peak and areas. A panel without points is left out.
    pub panels: Vec<AgreementPanel>,
    /// Errors by route, and what the marks mean.
    pub footer: Vec<String>,
}

/// One pair of axes with the line of identity and the 2-fold lines.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreementPanel {
    /// What is compared, with its unit.
    pub label: String,
    /// Range of both axes, in the unit of the label.
    pub range: [f64; 2],
    /// One mark for each row of the report.
    pub marks: Vec<Mark>,
}

/// One row of the report as a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Observed and predicted value.
    pub at: [f64; 2],
    /// Route of the arm, which gives the colour.
    pub route: Route,
    /// Whether the study is new to the model (external validation). Such a mark is filled.
    pub external: bool,
}

impl Agreement {
    /// The plot of a report.
    pub fn new(report: &Report) -> Self {
        let kinds: [(&str, &[&str]); 3] = [
            ("concentrations, ng/mL", &["cmax", "concentration"]),
            ("time of the peak, min", &["tmax"]),
            ("area under the curve, ng h/mL", &["auc"]),
        ];
        let panel = |(label, quantities): (&str, &[&str])| {
            let rows: Vec<&Row> = report.rows.iter().filter(|r| quantities.contains(&r.quantity)).collect();
            let values = rows.iter().flat_map(|r| [r.observed, r.predicted]);
            let low = values.clone().fold(f64::INFINITY, f64::min);
            let high = values.fold(0.0, f64::max);
            (!rows.is_empty()).then(|| AgreementPanel {
                label: label.to_owned(),
                range: [low / 1.5, high * 1.5],
                marks: rows.into_iter().filter_map(mark).collect(),
            })
        };
        let errors = report.groups.iter().map(|g| {
            let gmfe = g.all.gmfe.map_or("–".to_owned(), |e| crate::units::significant(e, 3));
            format!("{} {} ({}, {}): n {}, GMFE {gmfe}", g.drug, g.route.to_uppercase(), g.of, g.model, g.all.rows)
        });
        let mut footer = vec![
            "Line: predicted as observed. Dashed: 2-fold. Filled: a study that the model was neither estimated from nor tuned to."
                .to_owned(),
        ];
        footer.push(errors.collect::<Vec<_>>().join("; "));
        footer.push(format!("{} ketasim {}.", super::EDUCATION_ONLY, env!("CARGO_PKG_VERSION")));
        Self {
            title: "Predicted against observed".to_owned(),
            panels: kinds.into_iter().filter_map(panel).collect(),
            footer,
        }
    }
}

impl Agreement {
    /// The picture in words: what is compared, the number of points of each panel, and the footer.
    pub fn in_words(&self) -> String {
        let panels = self.panels.iter().map(|p| format!("{}: {} points.", p.label, p.marks.len()));
        std::iter::once("Predicted over observed, both axes logarithmic.".to_owned())
            .chain(panels)
            .chain(self.footer.iter().cloned())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

fn mark(row: &Row) -> Option<Mark> {
    let route = Route::of_id(&row.route)?;
    Some(Mark { at: [row.observed, row.predicted], route, external: row.external })
}
