//! Why a drill could not be run. A broken promise is no error: it is a result.

use std::path::{Path, PathBuf};

/// Why a drill could not be run, or must not be believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DrillError {
    /// A file of the copy or of the scratch folder.
    #[error("the drill cannot read or write {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the file system says.
        source: std::io::Error,
    },
    /// A database of the copy, or the ordinary shop's.
    #[error("the drill cannot read the database of {what}: {source}")]
    Database {
        /// Whose.
        what: &'static str,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The root key file does not open, so there is no ground truth.
    #[error("the drill needs the root key to know what to look for: {0}")]
    Root(#[from] lethe_crypto::RootFileError),
    /// Stored bytes that this release of the drill does not understand.
    #[error(
        "the drill does not understand {0}: its knowledge of the formats is older or newer than the data"
    )]
    Format(&'static str),
    /// The drill missed something it knows to be there. Its zeros would mean nothing.
    #[error("the drill is broken, do not believe its other numbers: {0}")]
    Blind(String),
}

impl DrillError {
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    pub(crate) fn database(what: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| Self::Database { what, source }
    }
}
