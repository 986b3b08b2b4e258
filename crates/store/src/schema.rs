//! Schema versions: which the files have, which this program knows, and the way between.

use crate::{Database, StoreError};

/// The schema version this program reads and writes.
pub const SUPPORTED_SCHEMA: i64 = 1;

/// Which database a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Sealed records and the pseudonymous relations.
    Active,
    /// Wrapped keys, look-up hashes and credentials; short-lived in backups.
    Keyring,
}

impl Kind {
    /// Returns its name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Keyring => "keyring",
        }
    }

    /// Marks the file in its header (`PRAGMA application_id`), so that one cannot stand in for the
    /// other: "Lth" and a letter.
    const fn application_id(self) -> i64 {
        match self {
            Self::Active => 0x4c74_6841,
            Self::Keyring => 0x4c74_684b,
        }
    }

    const fn migrations(self) -> [&'static str; 1] {
        match self {
            Self::Active => [include_str!("../migrations/sqlite/0001_active.sql")],
            Self::Keyring => [include_str!("../migrations/sqlite/0001_keyring.sql")],
        }
    }

    /// Returns the same schema for PostgreSQL, statement for statement.
    pub const fn postgres_migrations(self) -> [&'static str; 1] {
        match self {
            Self::Active => [include_str!("../migrations/postgres/0001_active.sql")],
            Self::Keyring => [include_str!("../migrations/postgres/0001_keyring.sql")],
        }
    }
}

pub(crate) fn bring_up(database: &mut Database) -> Result<(), StoreError> {
    let kind = database.kind();
    let connection = database.sqlite();
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i64 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if found == 0 && application == 0 {
        let tx = connection.transaction()?;
        for migration in kind.migrations() {
            tx.execute_batch(migration)?;
        }
        tx.pragma_update(None, "application_id", kind.application_id())?;
        tx.pragma_update(None, "user_version", SUPPORTED_SCHEMA)?;
        tx.commit()?;
    }
    check(database)
}

pub(crate) fn check(database: &mut Database) -> Result<(), StoreError> {
    let kind = database.kind();
    let connection = database.sqlite();
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i64 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if application != kind.application_id() {
        let detail = "it is another database than its name says";
        return Err(StoreError::Damaged {
            database: kind.name(),
            detail,
        });
    }
    if found != SUPPORTED_SCHEMA {
        return Err(StoreError::Schema {
            database: kind.name(),
            found,
            supported: SUPPORTED_SCHEMA,
        });
    }
    Ok(())
}
