//! Why an operation failed: what happened, which input, what to do. Never a personal value.

use lethe_crypto::{ApiKeyError, RootFileError};
use lethe_keeper::log::LogError;
use lethe_keeper::{KeeperError, Refusal};
use lethe_store::StoreError;
use std::io;
use std::path::PathBuf;

/// A failed operation. [`Error::code`] is stable; the text is for people.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The keeper refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such thing, or it was erased, or this caller may not know of it.
    #[error("nothing is stored under this token or number, or it was erased")]
    NotFound,
    /// An input that cannot be taken.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which input.
        field: &'static str,
        /// What is wrong with it and what would be right.
        reason: String,
    },
    /// The folder holds no installation.
    #[error("{} holds no Lethe installation: run `lethe init` first, or name another folder with --data", .0.display())]
    NotInitialised(PathBuf),
    /// The folder holds one already.
    #[error("{} already holds a Lethe installation: nothing was changed", .0.display())]
    AlreadyInitialised(PathBuf),
    /// Another process works on the folder.
    #[error("another Lethe process{} works on this folder: stop it, or give commands to it with --key-file", .0.map(|pid| format!(" (pid {pid})")).unwrap_or_default())]
    Locked(Option<u32>),
    /// The root key file.
    #[error(transparent)]
    Root(#[from] RootFileError),
    /// An API key's form.
    #[error(transparent)]
    ApiKey(#[from] ApiKeyError),
    /// The file system.
    #[error("{what}: {source}")]
    File {
        /// What was tried on which file.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// A database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keeper does not open.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log's public tree.
    #[error("the access log does not verify: {0}; treat it as an incident")]
    LogTree(String),
    /// A sealed record does not open with the key that was made for it.
    #[error(
        "a sealed record does not open: it was altered or moved in the database; restore it from a backup, and treat it as an incident"
    )]
    Altered,
    /// The vault is shutting down.
    #[error("the vault is shutting down: try again")]
    ShuttingDown,
    /// More is asked than can be answered now.
    #[error("the vault is busy: try again in a second")]
    Busy,
}

impl Error {
    /// Returns the stable code: in problem documents, in `--json`, in scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotFound => "not-found",
            Self::Invalid { .. } => "invalid-input",
            Self::NotInitialised(_) => "not-initialised",
            Self::AlreadyInitialised(_) => "already-initialised",
            Self::Locked(_) => "folder-locked",
            Self::Root(RootFileError::Passphrase) => "wrong-passphrase",
            Self::Root(_) => "root-key-file",
            Self::ApiKey(_) => "key-malformed",
            Self::File { .. } => "file-system",
            Self::Store(error) | Self::Keeper(KeeperError::Store(error)) => match error {
                StoreError::Full => "disk-full",
                StoreError::ReadOnly => "read-only",
                _ => "database",
            },
            Self::Log(_) | Self::LogTree(_) | Self::Keeper(KeeperError::Log(_)) => "log",
            Self::Keeper(_) => "keyring",
            Self::Altered => "record-altered",
            Self::ShuttingDown => "shutting-down",
            Self::Busy => "busy",
        }
    }

    /// Describes a failed access to a file.
    pub fn file(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::File { what, source }
    }

    pub(crate) fn invalid(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            reason: reason.into(),
        }
    }
}
