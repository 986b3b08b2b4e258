//! What the server or the driver says, in words for the person who must act.

use crate::StoreError;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

/// Why a transaction wrote nothing although another try may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unwritten {
    /// Another writer came between.
    Conflict,
    /// The connection was lost before the commit.
    Lost,
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error.as_db_error() {
            Some(said) => from_server(said),
            None if error.is_closed() || is_of_the_line(&error) => Self::ConnectionLost,
            // The driver names parameters and columns by number, never their values.
            None => Self::Server(error.to_string()),
        }
    }
}

/// What the server answers to a commit leaves no doubt unless it hangs up with it.
pub(super) fn of_commit(error: Error) -> StoreError {
    let is_refused = error
        .as_db_error()
        .is_some_and(|said| said.parsed_severity() == Some(Severity::Error));
    if is_refused {
        error.into()
    } else {
        StoreError::OutcomeUnknown
    }
}

pub(super) fn of_connecting(error: &Error, server: &str) -> StoreError {
    if let Some(said) = error.as_db_error() {
        return match *said.code() {
            SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
                StoreError::NotLetIn {
                    server: server.to_owned(),
                }
            }
            _ => cannot_connect(server, said.message()),
        };
    }
    let mut detail = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        detail = format!("{detail}: {cause}");
        source = cause.source();
    }
    cannot_connect(server, &detail)
}

pub(super) fn cannot_connect(server: &str, detail: &str) -> StoreError {
    StoreError::CannotConnect {
        server: server.to_owned(),
        detail: detail.to_owned(),
    }
}

fn from_server(said: &DbError) -> StoreError {
    let code = said.code();
    match *code {
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => {
            StoreError::Conflict
        }
        SqlState::LOCK_NOT_AVAILABLE => StoreError::Busy,
        SqlState::DISK_FULL => StoreError::Full,
        SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::Standby,
        SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW => {
            StoreError::ConnectionLost
        }
        SqlState::INSUFFICIENT_PRIVILEGE => StoreError::NotPermitted,
        SqlState::INVALID_SCHEMA_NAME | SqlState::UNDEFINED_TABLE | SqlState::UNDEFINED_COLUMN => {
            StoreError::NoTables
        }
        SqlState::IO_ERROR => StoreError::Io,
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => StoreError::Damaged {
            database: "PostgreSQL",
            detail: "its pages do not fit together",
        },
        _ if code.code().starts_with("08") => StoreError::ConnectionLost,
        _ => StoreError::Server(without_values(said)),
    }
}

/// Names what was refused without the server's own sentence, which may quote a row.
fn without_values(said: &DbError) -> String {
    let about = said.constraint().or(said.column()).or(said.table());
    let about = about.map_or_else(String::new, |name| format!(", {name}"));
    format!("SQLSTATE {}{about}", said.code().code())
}

fn is_of_the_line(error: &Error) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(|source| source.is::<std::io::Error>())
}
