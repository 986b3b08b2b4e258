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
    /// A row whose content does not fit its column's meaning.
    #[error(
        "table {table} holds a row that this program did not write: run `lethe log verify` and restore from a backup"
    )]
    Inconsistent {
        /// The table.
        table: &'static str,
    },
    /// The address of a server makes no sense, or is not safe to use.
    #[error("the address of the database server cannot be used: {0}")]
    Address(String),
    /// The server cannot be reached, or refuses for another reason than who asks.
    #[error("the database server {server} cannot be reached: {detail}")]
    CannotConnect {
        /// The address, without its password.
        server: String,
        /// Why.
        detail: String,
    },
    /// The server does not let this user in.
    #[error(
        "the database server {server} does not let this user in: check the user's name and password in the address, and the server's pg_hba.conf"
    )]
    NotLetIn {
        /// The address, without its password.
        server: String,
    },
    /// The connection ended before the commit: nothing was written.
    #[error("the connection to the database was lost: nothing of this step was written; try again")]
    ConnectionLost,
    /// The connection ended between the commit's request and its answer.
    #[error(
        "the connection to the database was lost while this step was being committed: it may have been written or not; look before you repeat it"
    )]
    OutcomeUnknown,
    /// Two writers could not have run one after the other, and this one gave way.
    #[error(
        "another process changed the same data at the same time: nothing of this step was written; try again"
    )]
    Conflict,
    /// The server takes no writes.
    #[error(
        "the database server takes no writes (a standby after a fail-over, or default_transaction_read_only): nothing of this step was written; the next try looks for one that does"
    )]
    Standby,
    /// The role lacks a right.
    #[error(
        "the database does not permit this to the user of the address: grant what `lethe db roles` prints, or use the owner"
    )]
    NotPermitted,
    /// The schema lacks tables or columns.
    #[error(
        "the database does not have the tables that this program needs: check its address and schema, then run `lethe db migrate`"
    )]
    NoTables,
    /// A statement failed, and the step went on as if it had not.
    #[error("a part of this step failed: nothing of it was written")]
    Unfinished,
    /// Another vault took this one to be gone, and ended what it had begun.
    #[error("another vault ended this act meanwhile, and nothing of it was done: try again")]
    Superseded,
    /// What only files can do was asked of a server.
    #[error(
        "{0} is done by PostgreSQL's own tools: pg_dump, or pg_basebackup with its write-ahead log"
    )]
    FilesOnly(&'static str),
    /// Anything else a server or its driver says, without the values of a row.
    #[error("the database server refused: {0}")]
    Server(String),
    /// Anything else the engine says.
    #[error("the database refused: {0}")]
    Engine(#[source] rusqlite::Error),
}

impl StoreError {
    /// Says whether nothing was written and the same call may succeed when it is made again.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Busy
                | Self::Conflict
                | Self::Superseded
                | Self::ConnectionLost
                | Self::CannotConnect { .. }
                | Self::Standby
        )
    }
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
