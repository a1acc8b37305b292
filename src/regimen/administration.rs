//! How a dose is given: what it may state depends on its route.

use super::{AfterHold, Dose, DoseAmount, InfusionRate, Sprays, lasting};
use crate::error::{Error, Result};
use crate::path;
use crate::route::Route;
use crate::units::Time;

/// The route of a dose, with what only a dose by this route can state.
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
/// A nasal dose that lasts cannot be written:
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
    /// Into a vein.
    Intravenous {
        /// How it runs in; `None` means a bolus.
        infusion: Option<Infusion>,
    },
    /// Into a muscle.
    Intramuscular,
    /// Under the tongue.
    Sublingual {
        /// How long it is held; `None`: as the model has it.
        hold: Option<Time>,
        /// Swallowed or spat out after holding; `None`: as the model has it.
        after: Option<AfterHold>,
    },
    /// Into the nose.
    Intranasal {
        /// Number of sprays or devices that share the amount; `None`: counted by the product's device.
        sprays: Option<Sprays>,
        /// Time between sprays; `None`: the product's own.
        every: Option<Time>,
    },
    /// Swallowed.
    Oral,
    /// Under the skin.
    Subcutaneous,
}

/// An infusion into a vein.
#[derive(Debug, Clone, PartialEq)]
pub struct Infusion {
    /// Length as it is ordered, see [`Infusion::length`].
    pub duration: Time,
    /// How fast it runs; `None` where the file states amount and duration alone.
    pub rate: Option<InfusionRate>,
    /// How long after its start it is stopped; `None`: it runs to its end.
    pub stop: Option<Time>,
}

impl Infusion {
    /// Of this length, not stopped early.
    pub fn over(duration: Time) -> Self {
        Self { duration, rate: None, stop: None }
    }

    /// How long it runs, until it is stopped or ends.
    pub fn length(&self) -> Time {
        self.stop.filter(|stop| *stop < self.duration).unwrap_or(self.duration)
    }

    /// Refuses a rate that contradicts amount and duration, a length that cannot be followed, and a stop after the end.
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
    /// By a route, with nothing else stated.
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

    /// The route.
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
    /// An infusion at the start, with nothing else stated.
    pub fn infused(amount: DoseAmount, duration: Time) -> Self {
        let infusion = Some(Infusion::over(duration));
        Self { administration: Administration::Intravenous { infusion }, ..Self::new(Route::Iv, amount) }
    }

    /// The same amount at the same times by another route, of which nothing else is stated; unchanged where it has the
    /// route already.
    #[must_use]
    pub fn moved_to(self, route: Route) -> Self {
        if self.route() == route { self } else { Self { administration: Administration::by(route), ..self } }
    }

    /// The route.
    pub fn route(&self) -> Route {
        self.administration.route()
    }

    /// The infusion; `None` for a bolus and for every route but IV.
    pub fn infusion(&self) -> Option<&Infusion> {
        match &self.administration {
            Administration::Intravenous { infusion } => infusion.as_ref(),
            _ => None,
        }
    }

    /// Whether it is a bolus into a vein.
    pub fn is_bolus(&self) -> bool {
        self.administration == Administration::Intravenous { infusion: None }
    }

    /// Length of an infusion as it is ordered, see [`Dose::length`]; `None` where there is no infusion.
    pub fn duration(&self) -> Option<Time> {
        self.infusion().map(|i| i.duration)
    }

    /// How fast an infusion runs; `None` where there is no infusion, or its file does not say so.
    pub fn rate(&self) -> Option<&InfusionRate> {
        self.infusion()?.rate.as_ref()
    }

    /// How long after its start an infusion is stopped; `None` where there is no infusion, or it runs to its end.
    pub fn stop(&self) -> Option<Time> {
        self.infusion()?.stop
    }

    /// How long an infusion runs, until it is stopped or ends; `None` where there is no infusion.
    pub fn length(&self) -> Option<Time> {
        self.infusion().map(Infusion::length)
    }

    /// How long it is held under the tongue; `None` where it does not say so, and for every route but SL.
    pub fn hold(&self) -> Option<Time> {
        match self.administration {
            Administration::Sublingual { hold, .. } => hold,
            _ => None,
        }
    }

    /// Swallowed or spat out after holding; `None` where it does not say so, and for every route but SL.
    pub fn after(&self) -> Option<AfterHold> {
        match self.administration {
            Administration::Sublingual { after, .. } => after,
            _ => None,
        }
    }

    /// Number of sprays or devices that share the amount; `None` where it does not say so, and for every route but IN.
    pub fn sprays(&self) -> Option<Sprays> {
        match self.administration {
            Administration::Intranasal { sprays, .. } => sprays,
            _ => None,
        }
    }

    /// Time between sprays; `None` where it does not say so, and for every route but IN.
    pub fn spray_every(&self) -> Option<Time> {
        match self.administration {
            Administration::Intranasal { every, .. } => every,
            _ => None,
        }
    }
}
