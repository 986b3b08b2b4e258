//! What can go wrong with a database, in words for the person who must act.

use rusqlite::ErrorCode;

/// A failed database operation. Never holds a value of a row.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk is full.
    #[error("the disk is full: nothing of this step was written; free space and try again")]
    Full,
    /// Reading or writing the file failed.
    #[error(
        "the database file cannot be read or written: the disk may be failing, or a quota or limit on file sizes is reached; nothing of this step was written"
    )]
    Io,
    /// The folder or file cannot be written.
    #[error(
        "the database cannot be written: check that its folder belongs to this user and is not read-only"
    )]
    ReadOnly,
    /// The file cannot be opened.
    #[error("the database file cannot be opened: {0}")]
    CannotOpen(String),
    /// The file is damaged or no database of Lethe's.
    #[error("the {database} database is damaged ({detail}): restore it from a backup")]
    Damaged {
        /// Which of the databases.
        database: &'static str,
        /// What does not fit.
        detail: &'static str,
    },
    /// The schema was written by another release.
    #[error(
        "the {database} database has schema {found}, this program knows {supported}: use the newer release"
    )]
    Schema {
        /// Which of the databases.
        database: &'static str,
        /// The version found in the file.
        found: i64,
        /// The version this program was built for.
        supported: i64,
    },
    /// Somebody else holds a lock for too long.
    #[error("the database is locked by another process: stop it, or try again")]
    Busy,
    /// The connection to the server is gone; nothing of this step was written.
    #[error(
        "the connection to PostgreSQL was lost, and nothing of this step was written: try again"
    )]
    Disconnected,
    /// The connection went while the server was making a step durable.
    #[error(
        "the connection to PostgreSQL was lost before it answered: this step may have been written or not"
    )]
    Uncertain,
    /// The server may not write.
    #[error(
        "this PostgreSQL server may only be read: it is a replica; name all servers in the address, with target_session_attrs=read-write"
    )]
    StandBy,
    /// Two transactions stood in each other's way.
    #[error(
        "another transaction stood in the way, and nothing of this step was written: try again"
    )]
    Conflict,
    /// The role lacks a right.
    #[error(
        "the database role may not use {0}: `lethe db roles` prints the statements that grant what is needed"
    )]
    Forbidden(String),
    /// Anything else the server says, without a value of a row.
    #[error("PostgreSQL refused: {0}")]
    Server(String),
    /// What only files can do.
    #[error("{0}")]
    FilesOnly(&'static str),
    /// Another vault took this one to be gone, and ended what it had begun.
    #[error("another vault ended this act meanwhile, and nothing of it was done: try again")]
    Superseded,
    /// A row whose content does not fit its column's meaning.
    #[error(
        "table {table} holds a row that this program did not write: run `lethe log verify` and restore from a backup"
    )]
    Inconsistent {
        /// The table.
        table: &'static str,
    },
    /// Anything else the engine says.
    #[error("the database refused: {0}")]
    Engine(#[source] rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::SystemIoFailure) => Self::Io,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::CannotOpen) => Self::CannotOpen("missing or not permitted".to_owned()),
            Some(ErrorCode::NotADatabase) => Self::Damaged {
                database: "SQLite",
                detail: "not a database file",
            },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged {
                database: "SQLite",
                detail: "its pages do not fit together",
            },
            _ => Self::Engine(error),
        }
    }
}
