//! Standing: what holds a living credential back until somebody has looked at it.

use serde::{Deserialize, Serialize};

/// What holds a credential back. The row's tag covers it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Why nothing is allowed with it until the operator releases it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<Quarantine>,
    /// Why it meets nobody new for now; whom it has met lately it may still read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
}

/// A credential that meets nobody new until a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// Why.
    pub reason: QuarantineReason,
    /// Until when, Unix milliseconds.
    pub until_ms: i64,
}

/// A credential that is refused everything until it is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quarantine {
    /// Why.
    pub reason: QuarantineReason,
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
    /// What was seen: a page's origin, a rule's sentence. Never anything of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

/// Why a credential was quarantined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuarantineReason {
    /// It came from a web page: whoever opens the page can read it.
    Browser,
    /// It met a canary.
    Canary,
    /// It departed sharply from what it usually does.
    Anomaly,
    /// Somebody who answers for it said so.
    Operator,
}

impl QuarantineReason {
    /// Returns its name in interfaces and the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Canary => "canary",
            Self::Anomaly => "anomaly",
            Self::Operator => "operator",
        }
    }

    /// Says in words what happened.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Browser => "it was sent by a web page, so whoever opens that page can read it",
            Self::Canary => "it was used to read somebody who does not exist",
            Self::Anomaly => "it read far more people than it usually does",
            Self::Operator => "the operator put it there",
        }
    }
}
