//! A published scope: the commitments of entries that an incident touched, and nobody's name.

use serde::{Deserialize, Serialize};

/// What [`PublishedScope::format`] says.
const FORMAT: &str = "lethe-published-scope v1";

/// A published part of the access log: what was read, as commitments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedScope {
    /// `lethe-published-scope v1`.
    pub format: String,
    /// The log.
    pub origin: String,
    /// Its entries.
    pub entries: Vec<PublishedEntry>,
}

/// One entry of a published scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedEntry {
    /// Its place in the log.
    pub index: u64,
    /// The salt of its body, base64.
    pub salt: String,
    /// The commitments, each with the bits of its fields.
    pub commitments: Vec<PublishedCommitment>,
}

/// One commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedCommitment {
    /// The fields, as bits by number.
    pub fields: u64,
    /// SHA-256, base64.
    pub hash: String,
}

/// Why nobody can be looked for in a published scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeError {
    /// Another format, or a later version.
    #[error("this list is no `lethe-published-scope v1`: it may be of a newer release")]
    Format,
    /// A list of another log.
    #[error("this list is of another log than the receipt: ask for the list of the receipt's log")]
    OtherLog,
    /// A salt or commitment that is not Base 64 of its length.
    #[error("entry {0} of the list is damaged: get the list again")]
    Entry(u64),
    /// Nothing to recognise by.
    #[error("this receipt holds no openings, or damaged ones: it cannot recognise anybody")]
    Openings,
}

impl PublishedScope {
    /// Checks that this is the version that is understood here.
    pub(crate) fn check_format(&self) -> Result<(), ScopeError> {
        if self.format == FORMAT {
            Ok(())
        } else {
            Err(ScopeError::Format)
        }
    }
}
