//! A visit as the patient experiences it: effects as ranges, and rules on staying, going home and not driving.
//!
//! Two kinds of time are never mixed here. Effects come from [`expect`](expect::expect): they are ranges in minutes
//! from the first dose, never a clock time. Appointments and "not before" times come from the clinic and from
//! `assets/timeline/rules.toml`: they are exact, and no curve, dose or model can change one. Words are data, with one
//! file for each language.
//!
//! ```
//! use ketasim::population::{Sample, InTurn, People, USUAL_SEED};
//! use ketasim::timeline::{SampleRun, Timeline, Words, leaflet};
//! use ketasim::{Library, Scenario};
//!
//! let library = Library::embedded()?;
//! let text = r#"
//!     horizon = "8 h"
//!     [clinic]
//!     crisis_line = "555-0199"
//!     stay = "2 h"
//!     [[arm]]
//!     label = "IM"
//!     drug = "ketamine"
//!     [[arm.dose]]
//!     route = "im"
//!     amount = "35 mg"
//! "#;
//! let scenario = Scenario::from_toml("mine.toml", text, &library)?;
//! let sample = Sample { people: People::literal::<60>(), seed: USUAL_SEED, every: None };
//! let run = SampleRun { sample, workers: &InTurn, progress: &|_| true };
//! let timeline = Timeline::new(&scenario, 0, &library, run)?;
//! timeline.printable()?;
//! let page = leaflet(&timeline, &Words::of("en")?)?;
//! assert_eq!((page.language.as_str(), page.pages.len()), ("en", 2));
//! # Ok::<(), ketasim::Error>(())
//! ```

mod calendar;
mod clock;
mod course;
pub mod expect;
mod leaflet;
mod page;
pub mod rules;
pub mod words;

pub use crate::population::SampleRun;
pub use calendar::calendar;
pub use clock::{Moment, zones};
pub use course::{CourseVisit, VisitKind};
pub use expect::{Expected, Span, expect};
pub use leaflet::{Block, Day, DotRow, EffectRange, Leaflet, LeafletPage};
pub use page::{clinician_sheet, leaflet};
pub use rules::VisitRules;
pub use words::Words;

use crate::error::{Error, Result};
use crate::library::Library;
use crate::outcome::{PageVerdict, page_verdict};
use crate::path;
use crate::regimen::Route;
use crate::scenario::{Clinic, Scenario, Visit};
use crate::sim::Session;
use crate::units::Time;

/// The visit for one arm of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// Index of the arm in the scenario.
    pub arm: usize,
    /// Label of the arm.
    pub label: String,
    /// Id of the drug.
    pub drug: String,
    /// Route of the first dose.
    pub route: Route,
    /// Id of the visit's calendar entries: the visit's own id, or a fingerprint of all that is said of it.
    pub uid: String,
    /// The session of the arm that this visit is for.
    pub session: Session,
    /// Number of doses in the session.
    pub doses: usize,
    /// End of its last dose, from the start of its first.
    pub last_dose: Time,
    /// When effects may be felt, as ranges.
    pub expected: Expected,
    /// Whether a patient's page may be printed, and what stands against it.
    pub page: PageVerdict,
    /// Least stay after the last dose: the clinic's, never below the drug's floor. `None` while the clinic still has to
    /// state it.
    pub stay: Option<Time>,
    /// Start of the first dose; `None` where the visit states no start.
    pub start: Option<Moment>,
    /// Start of the next visit; `None` where the visit does not name one.
    pub next: Option<Moment>,
    /// What the scenario says of the clinic.
    pub clinic: Clinic,
    /// What the scenario says of the visit.
    pub visit: Visit,
    /// Rules of stay, driving, integration and the course of visits.
    pub rules: VisitRules,
}

/// A part of a visit, in order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhaseKind {
    /// The days and hours before the visit.
    Before,
    /// Arrival and checks.
    Arrival,
    /// The dose, or all doses of the session.
    Dose,
    /// Effects may begin to be noticed.
    Noticing,
    /// Effects are strongest.
    Strongest,
    /// Effects are easing.
    Easing,
    /// Staff check before anybody leaves.
    StaffCheck,
    /// Going home.
    RideHome,
    /// The rest of the day after going home.
    RestOfDay,
    /// The day after, until driving is no longer ruled out.
    Tomorrow,
    /// The time at which programmes suggest an integration visit.
    Integration,
    /// The next dosing visit.
    NextVisit,
}

impl PhaseKind {
    /// Id in JSON, for example `ride_home`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Arrival => "arrival",
            Self::Dose => "dose",
            Self::Noticing => "noticing",
            Self::Strongest => "strongest",
            Self::Easing => "easing",
            Self::StaffCheck => "staff_check",
            Self::RideHome => "ride_home",
            Self::RestOfDay => "rest_of_day",
            Self::Tomorrow => "tomorrow",
            Self::Integration => "integration",
            Self::NextVisit => "next_visit",
        }
    }
}

/// Time of a phase.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    /// An effect: a range in minutes from the first dose, never a clock time. `None` where nothing can be said.
    Range(Option<Span>),
    /// An appointment or a rule: exact moments, where the start is known.
    Exact {
        /// Not before this moment. `None` where it is not known.
        from: Option<Moment>,
        /// Until this moment. `None` where it is not known or there is no end.
        to: Option<Moment>,
    },
    /// Staff decide; the time is not known beforehand.
    Staff,
}

/// A phase of the visit and its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// Which part of the visit it is.
    pub kind: PhaseKind,
    /// Time of the phase: a range of effects, exact moments, or what staff decide.
    pub when: When,
}

/// Something that has to be filled in before a page can be handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The local crisis line.
    CrisisLine,
    /// The clinic's least stay, for a drug whose label sets none.
    Stay,
}

impl Missing {
    /// The error for this, with what to fill in.
    pub fn error(self) -> Error {
        match self {
            Self::CrisisLine => Error::input("the patient's page is not made while the crisis line has no number")
                .remedy("add for example crisis_line = \"555-0199\" under [clinic]: the number to call when somebody feels unsafe")
                .at(path!["clinic", "crisis_line"]),
            Self::Stay => Error::input("the patient's page is not made while the clinic's least stay is blank")
                .remedy(
                    "add stay = \"2 h\" under [clinic]: how long people stay after the last dose, by the clinic's rule",
                )
                .at(path!["clinic", "stay"]),
        }
    }
}

impl Timeline {
    /// The visit of one arm.
    ///
    /// # Errors
    /// As [`Timeline::of`], and when `progress` says to stop.
    pub fn new(scenario: &Scenario, index: usize, library: &Library, run: SampleRun) -> Result<Self> {
        // rules are checked first: a refused visit needs no virtual subjects
        let expected = |s: &Scenario, session: usize| expect::expect(s, index, library, session, run);
        Self::with(scenario, index, library, expected)
    }

    /// The visit of one arm whose effects are already known.
    ///
    /// # Errors
    /// When the scenario is refused, a time names no moment, the clinic's stay is below the drug's floor, or a dose
    /// other than a lozenge is to be taken at home.
    pub fn of(scenario: &Scenario, index: usize, library: &Library, expected: Expected) -> Result<Self> {
        Self::with(scenario, index, library, |_, _| Ok(expected))
    }

    fn with(
        scenario: &Scenario,
        index: usize,
        library: &Library,
        expected: impl FnOnce(&Scenario, usize) -> Result<Expected>,
    ) -> Result<Self> {
        scenario.check(library)?;
        let scenario = with_arm(scenario, index)?;
        let arm = &scenario.arms[index];
        let clinic = scenario.clinic.clone().unwrap_or_default();
        let visit = scenario.visit.clone().unwrap_or_default();
        let rules = VisitRules::embedded()?;
        let uid = uid(&scenario, index, &visit)?;
        let stay = rules.stay(&arm.drug, &clinic)?;
        let start = rules::start(&visit)?;
        let next = rules::next(&visit, start.as_ref())?;
        if visit.at_home == Some(true) && arm.routes() != [Route::Sl] {
            return Err(Error::input("only a lozenge is ever taken at home")
                .remedy("take at_home out, or give the dose by route \"sl\"")
                .at(path!["visit", "at_home"]));
        }
        let session = session_of(&scenario, index, library)?;
        let subject = scenario.subject_of(arm);
        let marks = arm.case(arm.model_in(library)?, &subject, library)?.marks()?;
        let own = marks.iter().filter(|d| d.start >= session.start && d.start < session.before());
        let route = Route::leading(&own.map(|d| d.route).collect::<Vec<_>>());
        let page = page_verdict(&scenario, index, &session, library)?;
        Ok(Self {
            arm: index,
            label: arm.label.clone(),
            drug: arm.drug.clone(),
            route,
            uid,
            session,
            doses: session.doses,
            last_dose: Time::from_hours(session.end - session.start),
            expected: if page.above_label() { Expected::unknown() } else { expected(&scenario, session.number)? },
            page,
            stay,
            start,
            next,
            clinic,
            visit,
            rules,
        })
    }

    /// Whether the dose is taken at home.
    pub fn at_home(&self) -> bool {
        self.visit.at_home == Some(true)
    }

    /// End of the last dose; `None` where the start is not known.
    pub fn dose_ends(&self) -> Option<Moment> {
        self.start.as_ref().map(|s| s.after(self.last_dose))
    }

    /// When people arrive; `None` where the start, or how early to come, is not known.
    pub fn arrival(&self) -> Option<Moment> {
        self.start.as_ref().zip(self.clinic.arrive).map(|(start, early)| start.before(early.time()))
    }

    /// Earliest time at which staff check whether the patient may leave: after the least stay. Staff then decide.
    /// `None` where the start or the stay is not known.
    pub fn check_from(&self) -> Option<Moment> {
        self.dose_ends().zip(self.stay).map(|(end, stay)| end.after(stay))
    }

    /// The time before which nobody drives. `None` where the start is not known.
    ///
    /// # Errors
    /// Never with the shipped rules.
    pub fn drive_from(&self) -> Result<Option<Moment>> {
        self.dose_ends().map(|end| self.rules.drive_from(&end)).transpose()
    }

    /// From when to when programmes suggest an integration visit; `None` where the start is not known.
    pub fn integration(&self) -> Option<[Moment; 2]> {
        let end = self.dose_ends()?;
        Some([end.after(self.rules.integration.from), end.after(self.rules.integration.to)])
    }

    /// All phases, in order.
    ///
    /// # Errors
    /// Never with the shipped rules.
    pub fn phases(&self) -> Result<Vec<Phase>> {
        let exact = |from: Option<Moment>, to: Option<Moment>| When::Exact { from, to };
        let drive = self.drive_from()?;
        let integration = self.integration();
        let mut list = vec![
            (PhaseKind::Before, exact(None, self.arrival().or(self.start.clone()))),
            (PhaseKind::Arrival, exact(self.arrival(), self.start.clone())),
            (PhaseKind::Dose, exact(self.start.clone(), self.dose_ends())),
            (PhaseKind::Noticing, When::Range(self.expected.shown_notice())),
            (PhaseKind::Strongest, When::Range(self.expected.shown_strongest())),
            (PhaseKind::Easing, When::Range(self.expected.shown_easing())),
            (PhaseKind::StaffCheck, exact(self.check_from(), None)),
            (PhaseKind::RideHome, When::Staff),
            (PhaseKind::RestOfDay, exact(None, None)),
            (PhaseKind::Tomorrow, exact(drive, None)),
            (
                PhaseKind::Integration,
                exact(integration.clone().map(|i| i[0].clone()), integration.map(|i| i[1].clone())),
            ),
            (PhaseKind::NextVisit, exact(self.next.clone(), None)),
        ];
        if self.at_home() {
            list.retain(|(kind, _)| !matches!(kind, PhaseKind::Arrival | PhaseKind::StaffCheck | PhaseKind::RideHome));
        }
        Ok(list.into_iter().map(|(kind, when)| Phase { kind, when }).collect())
    }

    /// What has to be filled in before a patient's page can be handed out. Empty when nothing is missing.
    pub fn missing(&self) -> Vec<Missing> {
        // a placeholder is not a phone number
        let numbered = |text: &Option<String>| text.as_ref().is_some_and(|t| t.chars().any(char::is_numeric));
        let mut list = Vec::new();
        if !numbered(&self.clinic.crisis_line) {
            list.push(Missing::CrisisLine);
        }
        if self.stay.is_none() && !self.at_home() {
            list.push(Missing::Stay);
        }
        list
    }

    /// Refuses a patient's page while something stands against it or has to be filled in.
    ///
    /// # Errors
    /// Names what stands against it, or the first thing that is missing.
    pub fn printable(&self) -> Result<()> {
        self.page.check().map_err(|e| e.at(path!["arm", self.arm, "label"]))?;
        self.missing().first().map_or(Ok(()), |m| Err(m.error()))
    }
}

/// The calendar id of a visit. An id in the file stays when the visit is moved. Without one it is a fingerprint of the
/// file, so two visits that differ in anything never replace each other.
fn uid(scenario: &Scenario, index: usize, visit: &Visit) -> Result<String> {
    let arm = scenario.arms.get(index).ok_or_else(no_arm)?;
    let session = visit.session.map_or(String::new(), |n| format!("-s{n}"));
    let Some(id) = &visit.id else {
        let said = format!("{}\n{}", scenario.to_toml()?, arm.label);
        return Ok(format!("{:032x}{session}", fingerprint(said.as_bytes())));
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    if id.is_empty() || id.len() > 64 || !id.chars().all(fits) {
        return Err(Error::input(format!("\"{id}\" is no id of a visit"))
            .remedy("up to 64 letters, digits, points and hyphens, for example id = \"2026-0117-a\"")
            .at(path!["visit", "id"]));
    }
    Ok(format!("{id}{session}"))
}

/// FNV-1a hash in 128 bits: the same on every machine, and not cryptographic.
fn fingerprint(bytes: &[u8]) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(BASIS, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

/// All sessions of an arm.
///
/// # Errors
/// When there is no such arm, or it cannot be simulated.
pub fn sessions_of(scenario: &Scenario, index: usize, library: &Library) -> Result<Vec<Session>> {
    let arm = scenario.arms.get(index).ok_or_else(no_arm)?;
    let subject = scenario.subject_of(arm);
    let case = arm.case(arm.model_in(library)?, &subject, library)?;
    case.sessions(library.effects.session.gap.hours())
}

/// The session that a page is for: the chosen one, or the only one.
///
/// # Errors
/// When the arm has several and none is chosen, or has no such session.
pub fn session_of(scenario: &Scenario, index: usize, library: &Library) -> Result<Session> {
    let arm = scenario.arms.get(index).ok_or_else(no_arm)?;
    let all = sessions_of(scenario, index, library)?;
    let chosen = scenario.visit.as_ref().and_then(|v| v.session);
    let number = match chosen {
        Some(number) => number as usize,
        None if all.len() > 1 => {
            return Err(Error::input(format!(
                "arm \"{}\" has {} sessions, and a page is for one",
                arm.label,
                all.len()
            ))
            .remedy(format!("choose one: session = 1 under [visit] (or --session 1), up to {}", all.len()))
            .at(path!["visit"]));
        }
        None => 1,
    };
    all.iter().find(|s| s.number == number).copied().ok_or_else(|| {
        Error::input(format!("arm \"{}\" has no session {number}", arm.label))
            .remedy(format!("from 1 to {}", all.len()))
            .at(path!["visit", "session"])
    })
}

/// The scenario with an arm taking part, whether it is on or off.
///
/// # Errors
/// When there is no such arm.
pub fn with_arm(scenario: &Scenario, index: usize) -> Result<Scenario> {
    let mut scenario = scenario.clone();
    scenario.arms.get_mut(index).ok_or_else(no_arm)?.on = true;
    Ok(scenario)
}

fn no_arm() -> Error {
    Error::input("there is no arm to make a timeline of").remedy("add an [[arm]] with a dose")
}
