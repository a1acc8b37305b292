//! Curves as rows: the grid and, beside it, every event and every peak, so that a coarse grid hides no maximum.

use super::runner::Solved;
use crate::error::Result;
use crate::model::Site;
use crate::sim::ReadOut;
use crate::units::NG_ML_PER_MG_L;

/// Curves of one run at common times.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// "low end" or "high end" of a range; empty for a curve that is none.
    pub end: &'static str,
    /// Times, h, ascending; one stands twice where some curve jumps, before and after.
    pub times: Vec<f64>,
    /// Of these, starts and ends of doses and inputs, jumps and peaks, whether on the regular grid or not.
    pub marked: Vec<f64>,
    /// Analytes at the site, parent first, then the effect site.
    pub columns: Vec<Column>,
}

/// One curve of [`Rows`].
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Analyte.
    pub analyte: String,
    /// Site.
    pub site: Site,
    /// Concentrations, ng/mL.
    pub values: Vec<f64>,
}

impl Solved {
    /// The grid, the last point, starts and ends of doses and inputs, jumps, and the peaks of every curve.
    pub(super) fn rows(&self, end: &'static str) -> Result<Rows> {
        let profile = self.profile();
        let outputs: Vec<(&ReadOut, &[f64])> = self.read_outs().into_iter().map(|o| (o, profile.series(o))).collect();
        // a place is a point and hours after it
        let at = |point: usize| (point, 0.0);
        let mut marked: Vec<(usize, f64)> = self.followed.events().into_iter().map(at).collect();
        marked.extend(self.followed.marks_between());
        for (output, _) in &outputs {
            marked.extend(self.read(output)?.peaks.iter().map(|p| (p.point, p.after)));
        }
        let mut places: Vec<(usize, f64)> = profile.grid.iter().copied().map(at).collect();
        places.extend(&marked);
        places.extend(profile.shown.checked_sub(1).map(at));
        places.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        places.dedup();
        places.dedup_by(|later, earlier| {
            // both sides of a cut at which no curve jumps
            let same = |(_, series): &(&ReadOut, &[f64])| series[earlier.0] == series[later.0];
            let one_time = profile.times[earlier.0] == profile.times[later.0];
            earlier.1 == 0.0 && later.1 == 0.0 && one_time && outputs.iter().all(same)
        });
        let value = |output: &ReadOut, series: &[f64], (point, after): (usize, f64)| {
            if after > 0.0 { profile.after(output, point, after).0 } else { series[point] }
        };
        let column = |(output, series): &(&ReadOut, &[f64])| Column {
            analyte: output.analyte.clone(),
            site: output.site,
            values: places.iter().map(|p| value(output, series, *p) * NG_ML_PER_MG_L).collect(),
        };
        Ok(Rows {
            end,
            times: places.iter().map(|(point, after)| profile.times[*point] + after).collect(),
            marked: marked.iter().map(|(point, after)| profile.times[*point] + after).collect(),
            columns: outputs.iter().map(column).collect(),
        })
    }
}
