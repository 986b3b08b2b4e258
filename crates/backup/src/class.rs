//! The two classes of backup, and how long each may live.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest life of a keyring backup, in days. An erasure's receipt counts on it.
pub const KEYRING_DAYS_MAX: i64 = 35;

/// What a backup holds, and so how long it may live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Sealed records, archive, log: meaningless without keys, so it may live for years.
    Data,
    /// Wrapped keys and look-ups: 35 days at most.
    Keyring,
}

impl Class {
    /// Returns its name in file names and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Keyring => "keyring",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Data, Self::Keyring]
            .into_iter()
            .find(|class| class.name() == text)
    }

    /// Says how long after its making a backup must be destroyed at the latest, where there is a
    /// limit.
    pub(crate) const fn life_ms_max(self) -> Option<i64> {
        match self {
            Self::Data => None,
            Self::Keyring => Some(KEYRING_DAYS_MAX * 24 * 3_600_000),
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
