//! The names of what a backup may hold. There are no others, so no backup can write elsewhere.

use crate::Class;
use std::fmt;
use std::path::PathBuf;

/// One file of an installation, as a backup names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryName {
    /// `active/active.db`.
    Active,
    /// `archive/archive.db`.
    Archive,
    /// `keyring/keyring.db`.
    Keyring,
    /// `log/vkey`.
    VerifierKey,
    /// `log/segments/NNNNNNNNNNNNNNNN.seg`, by the index of its first entry.
    Segment(u64),
    /// `ledger/ledger.jsonl`.
    Ledger,
}

impl EntryName {
    /// Reads a name; `None` when nothing in a backup is called so.
    pub fn parse(text: &str) -> Option<Self> {
        let fixed = [
            Self::Active,
            Self::Archive,
            Self::Keyring,
            Self::VerifierKey,
            Self::Ledger,
        ];
        if let Some(name) = fixed.into_iter().find(|name| name.to_string() == text) {
            return Some(name);
        }
        let digits = text.strip_prefix("log/segments/")?.strip_suffix(".seg")?;
        let name = Self::Segment(digits.parse().ok()?);
        (name.to_string() == text).then_some(name)
    }

    /// Says whether backups of this class hold it.
    pub fn is_of(self, class: Class) -> bool {
        match self {
            Self::Active | Self::Archive | Self::Segment(_) => class == Class::Data,
            Self::Keyring => class == Class::Keyring,
            Self::VerifierKey | Self::Ledger => true,
        }
    }

    /// Says whether it is a database.
    pub(crate) fn is_database(self) -> bool {
        matches!(self, Self::Active | Self::Archive | Self::Keyring)
    }

    /// Returns where it is put when a backup of this class is unpacked. The ledger of each class
    /// gets a name of its own: the caller reconciles them.
    pub fn unpacked(self, class: Class) -> PathBuf {
        match self {
            Self::Ledger => PathBuf::from(format!("ledger/from-{class}.jsonl")),
            other => PathBuf::from(other.to_string()),
        }
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Active => f.write_str("active/active.db"),
            Self::Archive => f.write_str("archive/archive.db"),
            Self::Keyring => f.write_str("keyring/keyring.db"),
            Self::VerifierKey => f.write_str("log/vkey"),
            Self::Segment(first) => write!(f, "log/segments/{first:016}.seg"),
            Self::Ledger => f.write_str("ledger/ledger.jsonl"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_files_of_an_installation_have_names() {
        for name in [
            EntryName::Active,
            EntryName::Archive,
            EntryName::Keyring,
            EntryName::VerifierKey,
            EntryName::Ledger,
            EntryName::Segment(0),
            EntryName::Segment(70_000),
        ] {
            assert_eq!(EntryName::parse(&name.to_string()), Some(name));
        }
        for wrong in [
            "",
            "root.key",
            "/etc/passwd",
            "../active/active.db",
            "active/../root.key",
            "log/segments/1.seg",
            "log/segments/+000000000000001.seg",
            "log/segments/../../root.key.seg",
            "active/active.db\0",
        ] {
            assert_eq!(EntryName::parse(wrong), None, "{wrong}");
        }
    }
}
