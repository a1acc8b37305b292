//! The exposure statistics: each has one definition, from which text, CSV, JSON, the window's table and pictures are made.

use super::{TimeAbove, nca::Exposure};
use crate::units::{MINUTES_PER_HOUR, NG_ML_PER_MG_L};

/// One statistic of a concentration over time.
#[derive(Debug, Clone, Copy)]
pub struct Statistic {
    /// Name in files, without the unit: `cmax`.
    pub id: &'static str,
    /// Symbol of the field: "Cmax".
    pub symbol: &'static str,
    /// Parameter code of the CDISC controlled terminology (PKPARMCD); `None` where it has none for this.
    pub cdisc: Option<&'static str>,
    /// Unit of [`Statistic::of`].
    pub unit: &'static str,
    /// The unit as it stands in names of columns: `ng_ml`.
    pub unit_id: &'static str,
    /// For people.
    pub name: &'static str,
    /// How it is computed.
    pub how: &'static str,
    of: Of,
}

/// What a statistic is read from.
#[derive(Debug, Clone, Copy)]
enum Of {
    /// The curve alone.
    Exposure(fn(&Exposure) -> Option<f64>),
    /// The curve and a level that the user chose.
    Level(fn(&TimeAbove) -> f64),
}

/// Highest concentration.
pub const CMAX: Statistic = Statistic {
    id: "cmax",
    symbol: "Cmax",
    cdisc: Some("CMAX"),
    unit: "ng/mL",
    unit_id: "ng_ml",
    name: "Peak",
    how: "highest concentration up to the end of the simulation, from the solution, not from drawn points",
    of: Of::Exposure(|e| Some(e.cmax * NG_ML_PER_MG_L)),
};

/// Its time.
pub const TMAX: Statistic = Statistic {
    id: "tmax",
    symbol: "Tmax",
    cdisc: Some("TMAX"),
    unit: "min",
    unit_id: "min",
    name: "Time of the peak",
    how: "first time of the highest concentration, from time 0",
    of: Of::Exposure(|e| Some(e.tmax * MINUTES_PER_HOUR)),
};

/// Area to infinity.
pub const AUC_INF: Statistic = Statistic {
    id: "auc_inf",
    symbol: "AUC∞",
    cdisc: Some("AUCIFO"),
    unit: "ng h/mL",
    unit_id: "ng_h_ml",
    name: "Area to infinity",
    how: "area under the curve from time 0 to infinity, all doses counted, exact",
    of: Of::Exposure(|e| e.auc_inf.map(|a| a * NG_ML_PER_MG_L)),
};

/// Time to fall to half of the peak.
pub const HALF_OF_PEAK: Statistic = Statistic {
    id: "half_of_peak",
    symbol: "t½peak",
    cdisc: None,
    unit: "min",
    unit_id: "min",
    name: "Falls to half of peak in",
    how: "from the peak to the first time at half of it; none while the curve still rises at the end, and none after a day",
    of: Of::Exposure(|e| e.half_of_peak.filter(|_| !e.still_rising).map(|h| h * MINUTES_PER_HOUR)),
};

/// Terminal half-life.
pub const HALF_LIFE: Statistic = Statistic {
    id: "half_life",
    symbol: "t½",
    cdisc: Some("LAMZHL"),
    unit: "h",
    unit_id: "h",
    name: "Terminal half-life",
    how: "of the slowest phase that shows; measured ones depend on assay and sampling length",
    of: Of::Exposure(|e| e.half_life),
};

/// Time at or above the level line of a scenario.
pub const ABOVE_LEVEL: Statistic = Statistic {
    id: "above_level",
    symbol: "T≥level",
    cdisc: None,
    unit: "min",
    unit_id: "min",
    name: "Time above your level",
    how: "all time at or above the level that the user set, up to the end of the simulation, gaps left out; the level \
          stands for no effect",
    of: Of::Level(|above| above.minutes),
};

/// All, in the order in which they are told.
pub const STATISTICS: [Statistic; 6] = [CMAX, TMAX, AUC_INF, HALF_OF_PEAK, HALF_LIFE, ABOVE_LEVEL];

/// Those of a curve alone, which need no level.
pub fn of_curve() -> impl Iterator<Item = &'static Statistic> {
    STATISTICS.iter().filter(|s| matches!(s.of, Of::Exposure(_)))
}

impl Statistic {
    /// Its value in [`Statistic::unit`]; `None` where it cannot be had, and where it needs a level.
    pub fn of(&self, exposure: &Exposure) -> Option<f64> {
        match self.of {
            Of::Exposure(of) => of(exposure),
            Of::Level(_) => None,
        }
    }

    /// Its value beside a level; `None` for a statistic that has nothing to do with one.
    pub fn beside(&self, above: &TimeAbove) -> Option<f64> {
        match self.of {
            Of::Exposure(_) => None,
            Of::Level(of) => Some(of(above)),
        }
    }

    /// Name of its column in files: `cmax_ng_ml`.
    pub fn column(&self) -> String {
        format!("{}_{}", self.id, self.unit_id)
    }
}
