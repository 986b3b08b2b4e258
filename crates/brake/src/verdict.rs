//! What comes in and what goes out.

use crate::{Reason, Rule};
use serde::Serialize;

/// What one request would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Observation {
    /// People it would meet whom the credential has not met in the last 24 hours.
    pub new_people: u32,
    /// People it would meet again.
    pub known_people: u32,
    /// Guesses that hit nobody.
    pub guesses: u32,
    /// The credential's quota in people a day; it matters while the brake learns.
    pub people_per_day: u32,
}

/// What the brake says of one request.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing remarkable.
    Calm,
    /// Remarkable, and not enough to slow anybody down.
    Watch {
        /// Why; never empty.
        reasons: Vec<Reason>,
    },
    /// The credential goes at its usual pace until a moment.
    Throttle {
        /// Why; never empty. While a throttle lasts, it is what it began with.
        reasons: Vec<Reason>,
        /// Until when, Unix milliseconds.
        until_ms: u64,
        /// How many new people and wrong guesses an hour may have meanwhile.
        people_per_hour: u32,
        /// This request goes beyond that pace: it must not be carried out, and was not counted.
        refused: bool,
    },
}

impl Verdict {
    /// Returns the reasons; none if all is calm.
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Verdict::Calm => &[],
            Verdict::Watch { reasons } | Verdict::Throttle { reasons, .. } => reasons,
        }
    }

    /// Says whether somebody should be told now: each rule speaks up once a day, and a throttle
    /// when it begins.
    pub fn is_alert(&self) -> bool {
        self.reasons().iter().any(|reason| reason.is_new)
    }

    /// Says whether the request must not be carried out.
    pub fn is_refused(&self) -> bool {
        matches!(self, Verdict::Throttle { refused: true, .. })
    }

    /// Says whether a rule is among the reasons.
    pub fn names(&self, rule: Rule) -> bool {
        self.reasons().iter().any(|reason| reason.rule == rule)
    }

    /// Ranks verdicts from calm (0) to a refused request (3).
    pub fn severity(&self) -> u8 {
        match self {
            Verdict::Calm => 0,
            Verdict::Watch { .. } => 1,
            Verdict::Throttle { refused, .. } => 2 + u8::from(*refused),
        }
    }
}
