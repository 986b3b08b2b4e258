//! What a command ends with: an exit status for scripts, a code for programs, words for people.

use lethe_crypto::RootFileError;
use lethe_formats::FormatError;
use lethe_keeper::KeeperError;
use lethe_keeper::log::LogError;
use lethe_ops::{Error, Refusal};
use std::io;
use std::process::ExitCode;

/// Exit statuses. They are part of the interface: `docs/cli.md` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Something failed: file system, database, damage.
    Failure = 1,
    /// An argument or an input cannot be taken.
    Usage = 2,
    /// Refused: wrong passphrase, invalid key, grant or quota.
    Refused = 3,
    /// There is no such thing, or not any more.
    NotFound = 4,
    /// A drill found a broken promise.
    PromiseBroken = 5,
    /// The access log or a sealed record was altered.
    Altered = 6,
    /// Another process works on the folder.
    Locked = 7,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A failed command. Never holds a personal value.
#[derive(Debug)]
pub(crate) struct CliError {
    pub(crate) exit: Exit,
    /// Stable, for programs.
    pub(crate) code: String,
    /// What happened, which input, what to do.
    pub(crate) message: String,
}

impl CliError {
    pub(crate) fn new(exit: Exit, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            exit,
            code: code.into(),
            message: message.into(),
        }
    }

    /// An argument or input that cannot be taken.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    /// Describes a failed access to a file, for `map_err`.
    pub(crate) fn file(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::new(Exit::Failure, "file-system", format!("{what}: {source}"))
    }

    /// A file that is not in the format it was given as.
    pub(crate) fn format(name: &str, error: &FormatError) -> Self {
        Self::new(Exit::Usage, error.code(), format!("{name}: {error}"))
    }
}

impl From<Error> for CliError {
    fn from(error: Error) -> Self {
        Self::new(exit_of(&error), error.code(), error.to_string())
    }
}

fn exit_of(error: &Error) -> Exit {
    match error {
        Error::NotFound | Error::NotInitialised(_) | Error::Refused(Refusal::Gone) => {
            Exit::NotFound
        }
        Error::Refused(
            Refusal::LogUnavailable(_)
            | Refusal::KeyringUnavailable(_)
            | Refusal::LedgerUnavailable(_),
        ) => Exit::Failure,
        Error::LogRolledBack | Error::Refused(Refusal::LogRolledBack) => Exit::Altered,
        Error::Refused(_) | Error::Root(RootFileError::Passphrase) => Exit::Refused,
        Error::Invalid { .. } | Error::ApiKey(_) | Error::Key(_) | Error::AlreadyInitialised(_) => {
            Exit::Usage
        }
        Error::Policy(_) | Error::NotConfirmed { .. } => Exit::Usage,
        Error::Archived
        | Error::Erased
        | Error::ClockJumped { .. }
        | Error::AboveCap { .. }
        | Error::ApprovalNeeded { .. }
        | Error::CannotArchive { .. }
        | Error::ArchiveKeyMissing { .. } => Exit::Refused,
        Error::Locked(_) | Error::Restoring => Exit::Locked,
        Error::Log(error) | Error::Keeper(KeeperError::Log(error)) => match error {
            LogError::Write(_) | LogError::Read(_) | LogError::Stopped => Exit::Failure,
            _ => Exit::Altered,
        },
        Error::Keeper(KeeperError::Store(_)) => Exit::Failure,
        Error::LogTree(_) | Error::Keeper(_) | Error::Altered => Exit::Altered,
        _ => Exit::Failure,
    }
}
