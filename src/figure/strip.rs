//! One strip of a figure: when an arm's effects may be noticed, are strongest and fade, session by session.

use super::{ProgrammeTimes, Role, Strip, StripPart, StripPeople, StripSession, View};
use crate::library::Effects;
use crate::outcome::{ArmOutcome, SessionOutcome};
use crate::population::PopulationOutcome;
use crate::units::{MINUTES_PER_HOUR, Time};

impl Strip {
    /// Words after the label: the longest name of a bar.
    pub fn end_words(&self) -> &'static str {
        let bars = self.sessions.iter().flat_map(|s| &s.people).flat_map(|p| &p.bars);
        bars.map(|b| b.end).max_by_key(|end| end.len()).unwrap_or_default()
    }

    /// Largest number of bars of virtual subjects in a session. 0 where none were simulated.
    pub fn bars(&self) -> usize {
        self.sessions.iter().flat_map(|s| &s.people).map(|p| p.bars.len()).max().unwrap_or(0)
    }

    /// Whether the strip shows virtual subjects.
    pub fn is_counted(&self) -> bool {
        self.sessions.iter().any(|s| s.people.is_some())
    }

    /// Whether the strip shows times that programmes give.
    pub fn has_programme(&self) -> bool {
        self.sessions.iter().any(|s| s.programme.is_some())
    }
}

pub(super) fn strip(
    arm: &ArmOutcome,
    role: Role,
    view: &View,
    effects: &Effects,
    sample: Option<&PopulationOutcome>,
) -> Strip {
    let counted = sample.and_then(|c| c.arm(arm.index)).filter(|c| c.model == arm.model);
    let of_session = |(k, s): (usize, &SessionOutcome)| {
        let start = s.session.start * MINUTES_PER_HOUR;
        let people = counted.and_then(|c| c.sessions.get(k)).map(|c| StripPeople::new(c, start));
        let until = arm.sessions.get(k + 1).map(|next| next.session.start * MINUTES_PER_HOUR);
        let programme = effects.programme(&arm.drug, role.route).filter(|_| view.programmes).map(|p| {
            // programmes count from the first dose
            let minutes = |t: [Time; 2]| t.map(|t| t.minutes() + start);
            ProgrammeTimes { onset: minutes(p.onset), strongest: minutes(p.strongest), end: minutes(p.experience) }
        });
        StripSession {
            number: [s.session.number, s.session.of],
            start,
            until,
            parts: parts(s, start),
            caution: s.caution.iter().map(|span| span.map(|h| h * MINUTES_PER_HOUR)).collect(),
            people,
            programme,
        }
    };
    let words = counted.and_then(|c| c.first()).map_or(Vec::new(), |first| StripPeople::words(first, arm.evidence));
    Strip {
        label: arm.name(),
        role,
        doses: arm.doses.iter().map(|d| [d.start * MINUTES_PER_HOUR, d.end * MINUTES_PER_HOUR]).collect(),
        sessions: arm.sessions.iter().enumerate().map(of_session).collect(),
        words,
    }
}

fn parts(session: &SessionOutcome, start: f64) -> Vec<StripPart> {
    let at = |span: [f64; 2]| span.map(|m| m + start);
    let ends = |p: Option<[f64; 3]>| p.map(|p| at([p[0], p[2]]));
    let of = |p: &crate::analysis::Part| StripPart {
        noticing: ends(p.onset),
        strongest: p.strongest.map(at),
        fading: ends(p.main_effects_end),
    };
    session.windows.parts.iter().map(of).collect()
}
