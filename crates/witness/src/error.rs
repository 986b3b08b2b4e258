//! Why a witness cannot work.

use std::io;
use std::path::PathBuf;

/// Why a witness's folder cannot be made, opened or written.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The folder has a key already.
    #[error("{} has a key already: a second one would make a second witness", .0.display())]
    HasKey(PathBuf),
    /// The folder has no key.
    #[error("{} is no witness's folder: make one with `lethe log witness init`", .0.display())]
    NoKey(PathBuf),
    /// The key file is damaged.
    #[error("{} holds no witness's key: restore it from a backup, or make another witness", .0.display())]
    BadKey(PathBuf),
    /// The name cannot stand in a note.
    #[error("{0:?} is no name for a witness: no spaces, no `+`, not empty")]
    Name(String),
    /// Another process has the folder.
    #[error("{} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// A log's key is not one.
    #[error("{0:?} is no log's verifier key (name+id+base64, type 1)")]
    LogKey(String),
    /// A log was named twice with different keys.
    #[error("two keys are given for the log {0}")]
    TwoKeys(String),
    /// What is remembered of a log is damaged.
    #[error(
        "{} is damaged: restore it from a backup that is not older than the last cosignature, or stop witnessing this log under this key",
        .0.display()
    )]
    BadState(PathBuf),
}

impl WitnessError {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self::File { path, source }
    }
}
