//! Why an operation failed: what happened, which input, what to do. Never a personal value.

use lethe_crypto::{ApiKeyError, PresentedKeyError, RootFileError};
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
    /// The order is in the archive.
    #[error(
        "the order is in the archive, whose keys are not here: documents are added while an order is active"
    )]
    Archived,
    /// The order was erased.
    #[error("the order was erased: nothing of it is taken in any more")]
    Erased,
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
    /// The form of an API key or a derived key, or what a derived key cannot hold.
    #[error(transparent)]
    Key(#[from] PresentedKeyError),
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
    /// The policy cannot be used.
    #[error(transparent)]
    Policy(#[from] lethe_policy::PolicyErrors),
    /// A key, share or ceremony file cannot be used.
    #[error(transparent)]
    Custody(#[from] lethe_custody::CustodyError),
    /// There is no archive key for what must be archived.
    #[error("there is no archive key {key_id} yet: run `lethe archive setup` first")]
    ArchiveKeyMissing {
        /// Which.
        key_id: String,
    },
    /// Something that the law keeps cannot move to the archive, so nothing was erased.
    #[error("the law keeps a part of it, and it cannot move to the archive: {reason}")]
    CannotArchive {
        /// Why.
        reason: String,
    },
    /// The clock moved further than anybody has vouched for.
    #[error(
        "the clock says {now}, and was last vouched for at {trusted}: nothing is destroyed by it; if it is right, run `lethe retention confirm-clock`"
    )]
    ClockJumped {
        /// What it says.
        now: jiff::Timestamp,
        /// What was last vouched for.
        trusted: jiff::Timestamp,
    },
    /// The first run asks for a confirmation.
    #[error("nothing was moved: the first run is confirmed by typing `{wanted}`")]
    NotConfirmed {
        /// The words.
        wanted: String,
    },
    /// More erasures were asked for than a day allows.
    #[error(
        "API keys may ask for {at_most} erasures a day: ask again tomorrow, or have the operator erase"
    )]
    AboveCap {
        /// How many.
        at_most: u64,
    },
    /// Two others must approve it first.
    #[error(
        "nothing was done yet: two others must approve it first; it waits as {proposal} for 24 hours. When they have (`lethe approve {proposal}`), ask for exactly the same again within four hours"
    )]
    ApprovalNeeded {
        /// The proposal's id.
        proposal: String,
    },
    /// The vault was restored and has not caught up.
    #[error(
        "this folder was restored from backups and is locked until it has caught up: finish it with `lethe restore`"
    )]
    Restoring,
    /// A witness knows another history of the log.
    #[error(
        "a witness has cosigned another history of the access log: nothing is revealed until the operator \
         has found out why and run `lethe log witness explain`"
    )]
    LogRolledBack,
    /// Too few witnesses answer.
    #[error("too few witnesses answer, and witnesses.toml requires them: {0}")]
    WitnessesMissing(String),
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
            Self::Archived => "archived",
            Self::Erased => "erased",
            Self::Invalid { .. } => "invalid-input",
            Self::NotInitialised(_) => "not-initialised",
            Self::AlreadyInitialised(_) => "already-initialised",
            Self::Locked(_) => "folder-locked",
            Self::Root(RootFileError::Passphrase) => "wrong-passphrase",
            Self::Root(_) => "root-key-file",
            Self::ApiKey(_) | Self::Key(_) => "key-malformed",
            Self::File { .. } => "file-system",
            Self::Store(error) | Self::Keeper(KeeperError::Store(error)) => match error {
                StoreError::Full => "disk-full",
                StoreError::ReadOnly => "read-only",
                StoreError::Busy
                | StoreError::Conflict
                | StoreError::ConnectionLost
                | StoreError::Superseded => "busy",
                _ => "database",
            },
            Self::Log(_) | Self::LogTree(_) | Self::Keeper(KeeperError::Log(_)) => "log",
            Self::Keeper(_) => "keyring",
            Self::Altered => "record-altered",
            Self::Policy(_) => "policy-invalid",
            Self::Custody(_) => "archive-ceremony",
            Self::ArchiveKeyMissing { .. } | Self::CannotArchive { .. } => "archive-key-missing",
            Self::ClockJumped { .. } => "clock-jumped",
            Self::NotConfirmed { .. } => "not-confirmed",
            Self::AboveCap { .. } => "above-cap",
            Self::ApprovalNeeded { .. } => "approval-needed",
            Self::Restoring => "restoring",
            Self::LogRolledBack => "log-rolled-back",
            Self::WitnessesMissing(_) => "witnesses-missing",
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
