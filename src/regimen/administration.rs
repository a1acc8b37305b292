//! How a dose is administered: which settings it may have depends on its route.

use super::{AfterHold, Dose, DoseAmount, InfusionRate, Sprays, lasting};
use crate::error::{Error, Result};
use crate::path;
use crate::route::Route;
use crate::units::Time;

/// The route of a dose, with the settings that only this route has.
///
/// ```
/// use ketasim::regimen::{Administration, Dose, DoseAmount, Route};
/// use ketasim::units::{Amount, Time};
///
/// let amount = DoseAmount::Fixed(Amount::from_mg(50.0));
/// let every = Some(Time::from_minutes(5.0));
/// let sprays = Administration::Intranasal { sprays: "2".parse().ok(), every };
/// let nasal = Dose { administration: sprays, ..Dose::new(Route::In, amount) };
/// assert_eq!((nasal.route(), nasal.spray_every(), nasal.length()), (Route::In, every, None));
/// ```
///
/// A nasal dose with a duration cannot be written:
///
/// ```compile_fail,E0559
/// use ketasim::regimen::Administration;
/// use ketasim::units::Time;
///
/// let duration = Some(Time::from_minutes(40.0));
/// let nasal = Administration::Intranasal { sprays: None, every: None, duration };
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Administration {
    /// Into a vein (IV).
    Intravenous {
        /// Settings of the infusion. `None` for a bolus.
        infusion: Option<Infusion>,
    },
    /// Into a muscle (IM).
    Intramuscular,
    /// Under the tongue (SL).
    Sublingual {
        /// How long the dose is held. `None`: the model's own time.
        hold: Option<Time>,
        /// Whether the rest is swallowed or spat out after holding. `None`: as the model has it.
        after: Option<AfterHold>,
    },
    /// Into the nose (IN).
    Intranasal {
        /// Number of sprays or devices that share the amount. `None`: computed from the product's device.
        sprays: Option<Sprays>,
        /// Time between sprays. `None`: the product's own.
        every: Option<Time>,
    },
    /// Swallowed (PO).
    Oral,
    /// Under the skin (SC).
    Subcutaneous,
}

/// An infusion into a vein.
#[derive(Debug, Clone, PartialEq)]
pub struct Infusion {
    /// Duration as ordered, see [`Infusion::length`].
    pub duration: Time,
    /// Infusion rate. `None` where the file states only amount and duration.
    pub rate: Option<InfusionRate>,
    /// Time after its start at which the infusion is stopped. `None` where it runs to its end.
    pub stop: Option<Time>,
}

impl Infusion {
    /// An infusion of this duration that is not stopped early.
    pub fn over(duration: Time) -> Self {
        Self { duration, rate: None, stop: None }
    }

    /// How long the infusion runs, until it is stopped or ends.
    pub fn length(&self) -> Time {
        self.stop.filter(|stop| *stop < self.duration).unwrap_or(self.duration)
    }

    /// Refuses a rate that contradicts amount and duration, a length that cannot be simulated, and a stop after the
    /// end.
    pub(super) fn check(&self, amount: DoseAmount) -> Result<()> {
        if let Some(rate) = &self.rate {
            rate.check(amount, self.duration)?;
        }
        lasting(Some(self.duration), "duration", "an infusion", "leave it out for a bolus")?;
        let (whole, Some(stop)) = (self.duration, self.stop) else { return Ok(()) };
        if stop < whole {
            return lasting(Some(stop), "stop", "an infusion", "leave `stop` out to let it run to its end");
        }
        let what = format!("stopped {stop} after its start, but the infusion ends by itself after {whole}");
        let remedy = "`stop` counts from the start of the infusion and lies before its end; leave it out to let it run";
        Err(Error::input(what).remedy(remedy).at(path!["stop"]))
    }
}

impl Administration {
    /// Administration by a route, with no further settings.
    pub fn by(route: Route) -> Self {
        match route {
            Route::Iv => Self::Intravenous { infusion: None },
            Route::Im => Self::Intramuscular,
            Route::Sl => Self::Sublingual { hold: None, after: None },
            Route::In => Self::Intranasal { sprays: None, every: None },
            Route::Po => Self::Oral,
            Route::Sc => Self::Subcutaneous,
        }
    }

    /// Route of the administration.
    pub fn route(&self) -> Route {
        match self {
            Self::Intravenous { .. } => Route::Iv,
            Self::Intramuscular => Route::Im,
            Self::Sublingual { .. } => Route::Sl,
            Self::Intranasal { .. } => Route::In,
            Self::Oral => Route::Po,
            Self::Subcutaneous => Route::Sc,
        }
    }
}

impl Dose {
    /// An infusion at time 0, with no further settings.
    pub fn infused(amount: DoseAmount, duration: Time) -> Self {
        let infusion = Some(Infusion::over(duration));
        Self { administration: Administration::Intravenous { infusion }, ..Self::new(Route::Iv, amount) }
    }

    /// The same amount at the same times by another route, with no further settings. Unchanged where it already has
    /// this route.
    #[must_use]
    pub fn moved_to(self, route: Route) -> Self {
        if self.route() == route { self } else { Self { administration: Administration::by(route), ..self } }
    }

    /// Route of the dose.
    pub fn route(&self) -> Route {
        self.administration.route()
    }

    /// Settings of the infusion. `None` for a bolus and for every route but IV.
    pub fn infusion(&self) -> Option<&Infusion> {
        match &self.administration {
            Administration::Intravenous { infusion } => infusion.as_ref(),
            _ => None,
        }
    }

    /// Whether the dose is an intravenous bolus.
    pub fn is_bolus(&self) -> bool {
        self.administration == Administration::Intravenous { infusion: None }
    }

    /// Duration of an infusion as ordered, see [`Dose::length`]. `None` where there is no infusion.
    pub fn duration(&self) -> Option<Time> {
        self.infusion().map(|i| i.duration)
    }

    /// Rate of an infusion. `None` where there is no infusion, or the file does not state its rate.
    pub fn rate(&self) -> Option<&InfusionRate> {
        self.infusion()?.rate.as_ref()
    }

    /// Time after its start at which an infusion is stopped. `None` where there is no infusion, or it runs to its end.
    pub fn stop(&self) -> Option<Time> {
        self.infusion()?.stop
    }

    /// How long an infusion runs, until it is stopped or ends. `None` where there is no infusion.
    pub fn length(&self) -> Option<Time> {
        self.infusion().map(Infusion::length)
    }

    /// How long the dose is held under the tongue. `None` where it is not stated, and for every route but SL.
    pub fn hold(&self) -> Option<Time> {
        match self.administration {
            Administration::Sublingual { hold, .. } => hold,
            _ => None,
        }
    }

    /// Whether the rest is swallowed or spat out. `None` where it is not stated, and for every route but SL.
    pub fn after(&self) -> Option<AfterHold> {
        match self.administration {
            Administration::Sublingual { after, .. } => after,
            _ => None,
        }
    }

    /// Number of sprays or devices that share the amount. `None` where it is not stated, and for every route but IN.
    pub fn sprays(&self) -> Option<Sprays> {
        match self.administration {
            Administration::Intranasal { sprays, .. } => sprays,
            _ => None,
        }
    }

    /// Time between sprays. `None` where it is not stated, and for every route but IN.
    pub fn spray_every(&self) -> Option<Time> {
        match self.administration {
            Administration::Intranasal { every, .. } => every,
            _ => None,
        }
    }
}
