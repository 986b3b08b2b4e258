//! What can go wrong with a backup, in words for the person who must act.

use crate::container::FormatError;
use lethe_store::StoreError;
use std::io;

/// A failed backup, verification or unpacking. Never holds a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// There is nothing to back up.
    #[error("{0} is no Lethe data folder: name the right one with --data")]
    NotInitialised(String),
    /// The folder was restored and holds again what was erased since.
    #[error(
        "{0} was restored from backups and has not caught up: a backup of it would keep what was erased since; finish it with `lethe restore --continue`"
    )]
    Restoring(String),
    /// An argument cannot be taken.
    #[error("{0}")]
    Invalid(String),
    /// A recipient or identity cannot be read.
    #[error("{0}")]
    Key(String),
    /// None of the identities opens the file.
    #[error(
        "{file} is not encrypted to this identity: use the one whose recipient made the backup"
    )]
    WrongIdentity {
        /// The backup.
        file: String,
    },
    /// The file is not a whole, unaltered backup.
    #[error("{file}: {problem}; use another backup, and find out what happened to this one")]
    Damaged {
        /// The backup.
        file: String,
        /// What is wrong.
        problem: FormatError,
    },
    /// The backups given do not belong together.
    #[error("{0}")]
    Chain(String),
    /// What a backup holds does not hold together.
    #[error("the backup's content is damaged: {0}; use another backup")]
    Content(String),
    /// The installation's log cannot be taken.
    #[error("the access log cannot be backed up: {0}; run `lethe log verify`")]
    Log(String),
    /// A database cannot be copied or checked.
    #[error("{name}: {source}")]
    Database {
        /// Which one.
        name: String,
        /// What is wrong.
        source: StoreError,
    },
    /// The disk is full.
    #[error("{what}: the disk is full; nothing was left behind, free space and try again")]
    Full {
        /// What was being done.
        what: String,
    },
    /// The file system refused.
    #[error("{what}: {source}")]
    File {
        /// What was being done.
        what: String,
        /// What it said.
        source: io::Error,
    },
}

impl BackupError {
    /// Returns a stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotInitialised(_) => "not-initialised",
            Self::Restoring(_) => "restoring",
            Self::Invalid(_) => "usage",
            Self::Key(_) => "backup-key",
            Self::WrongIdentity { .. } => "wrong-identity",
            Self::Damaged { .. } | Self::Content(_) => "backup-damaged",
            Self::Chain(_) => "backup-chain",
            Self::Log(_) => "log",
            Self::Database {
                source: StoreError::Full,
                ..
            } => "disk-full",
            Self::Database { .. } => "database",
            Self::Full { .. } => "disk-full",
            Self::File { .. } => "file-system",
        }
    }

    /// Describes a failed access to a file, for `map_err`.
    pub(crate) fn file(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::Full { what },
            _ => Self::File { what, source },
        }
    }
}
