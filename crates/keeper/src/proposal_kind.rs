//! What may be asked for: a closed list, with the power, the clocks and the name of each.

use lethe_model::Power;
use serde::{Serialize, Serializer};

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// An act that waits for two approvers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalKind {
    /// Archived records are read.
    ArchiveRequest,
    /// The archive is tested. It needs no approval: nobody is shown anything.
    ArchiveTest,
    /// A retention run takes more records than a day allows.
    AboveCap,
    /// Many people's fields leave in one sealed file.
    Export,
    /// A key is given more than it has.
    GrantWidening,
    /// A legal hold is released.
    HoldRelease,
    /// A policy is adopted that destroys something earlier.
    PolicyLoosening,
    /// A canary is taken away.
    CanaryRemoval,
}

impl ProposalKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::ArchiveRequest,
        Self::ArchiveTest,
        Self::AboveCap,
        Self::Export,
        Self::GrantWidening,
        Self::HoldRelease,
        Self::PolicyLoosening,
        Self::CanaryRemoval,
    ];

    /// Returns its name in interfaces, in the keyring and in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ArchiveRequest => "archive-request",
            Self::ArchiveTest => "archive-test",
            Self::AboveCap => "retention-above-cap",
            Self::Export => "export",
            Self::GrantWidening => "grant-widening",
            Self::HoldRelease => "hold-release",
            Self::PolicyLoosening => "policy-loosening",
            Self::CanaryRemoval => "canary-removal",
        }
    }

    /// Parses a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }

    /// Returns the power that asking for it takes, and carrying it out.
    pub const fn power(self) -> Power {
        match self {
            Self::Export => Power::Reveal,
            Self::GrantWidening | Self::CanaryRemoval => Power::Keys,
            _ => Power::Retention,
        }
    }

    /// Returns how long it may wait for its approvals, in milliseconds. The archive's and the
    /// retention run's must also be done within that.
    pub const fn lifetime_ms(self) -> i64 {
        match self {
            Self::ArchiveRequest | Self::ArchiveTest => 7 * DAY_MS,
            _ => DAY_MS,
        }
    }

    /// Returns how long after the last approval it may be done, in milliseconds; `None`: until it
    /// expires.
    pub(crate) const fn use_within_ms(self) -> Option<i64> {
        match self {
            Self::ArchiveRequest | Self::ArchiveTest | Self::AboveCap => None,
            _ => Some(4 * HOUR_MS),
        }
    }
}

impl Serialize for ProposalKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_by_its_name() {
        for kind in ProposalKind::ALL {
            assert_eq!(ProposalKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(ProposalKind::parse("Export"), None);
    }
}
