//! Schema versions: which the files have, which this program knows, and the way between.

use crate::{Database, StoreError};

/// Which database a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Sealed records and the pseudonymous relations.
    Active,
    /// Wrapped keys, look-up hashes and credentials; short-lived in backups.
    Keyring,
    /// What the law still wants after the active period.
    Archive,
}

impl Kind {
    /// Every database of an installation.
    pub const ALL: [Self; 3] = [Self::Active, Self::Keyring, Self::Archive];

    /// Returns its name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Keyring => "keyring",
            Self::Archive => "archive",
        }
    }

    /// Marks the file in its header (`PRAGMA application_id`), so that one cannot stand in for the
    /// other: "Lth" and a letter.
    const fn application_id(self) -> i64 {
        match self {
            Self::Active => 0x4c74_6841,
            Self::Keyring => 0x4c74_684b,
            Self::Archive => 0x4c74_6852,
        }
    }

    /// Returns the schema version this program reads and writes: the number of its migrations.
    pub const fn supported_schema(self) -> i64 {
        match self {
            Self::Active => 3,
            Self::Keyring => 8,
            Self::Archive => 1,
        }
    }

    const fn migrations(self) -> &'static [&'static str] {
        match self {
            Self::Active => &[
                include_str!("../migrations/sqlite/0001_active.sql"),
                include_str!("../migrations/sqlite/0002_active.sql"),
                include_str!("../migrations/sqlite/0003_active.sql"),
            ],
            Self::Keyring => &[
                include_str!("../migrations/sqlite/0001_keyring.sql"),
                include_str!("../migrations/sqlite/0002_keyring.sql"),
                include_str!("../migrations/sqlite/0003_keyring.sql"),
                include_str!("../migrations/sqlite/0004_keyring.sql"),
                include_str!("../migrations/sqlite/0005_keyring.sql"),
                include_str!("../migrations/sqlite/0006_keyring.sql"),
                include_str!("../migrations/sqlite/0007_keyring.sql"),
                include_str!("../migrations/sqlite/0008_keyring.sql"),
            ],
            Self::Archive => &[include_str!("../migrations/sqlite/0001_archive.sql")],
        }
    }

    /// Returns the same schema for PostgreSQL, statement for statement.
    pub const fn postgres_migrations(self) -> &'static [&'static str] {
        match self {
            Self::Active => &[
                include_str!("../migrations/postgres/0001_active.sql"),
                include_str!("../migrations/postgres/0002_active.sql"),
                include_str!("../migrations/postgres/0003_active.sql"),
            ],
            Self::Keyring => &[
                include_str!("../migrations/postgres/0001_keyring.sql"),
                include_str!("../migrations/postgres/0002_keyring.sql"),
                include_str!("../migrations/postgres/0003_keyring.sql"),
                include_str!("../migrations/postgres/0004_keyring.sql"),
                include_str!("../migrations/postgres/0005_keyring.sql"),
                include_str!("../migrations/postgres/0006_keyring.sql"),
                include_str!("../migrations/postgres/0007_keyring.sql"),
                include_str!("../migrations/postgres/0008_keyring.sql"),
            ],
            Self::Archive => &[include_str!("../migrations/postgres/0001_archive.sql")],
        }
    }
}

/// Makes the schema, or brings an earlier release's up: all missing migrations, or none.
pub(crate) fn bring_up(database: &mut Database) -> Result<(), StoreError> {
    let kind = database.kind();
    let connection = database.sqlite();
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i64 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let is_new = found == 0 && application == 0;
    let is_ours = application == kind.application_id() && found > 0;
    let missing = usize::try_from(found)
        .ok()
        .and_then(|done| kind.migrations().get(done..));
    if let Some(missing) = missing.filter(|missing| !missing.is_empty())
        && (is_new || is_ours)
    {
        let tx = connection.transaction()?;
        for migration in missing {
            tx.execute_batch(migration)?;
        }
        tx.pragma_update(None, "application_id", kind.application_id())?;
        tx.pragma_update(None, "user_version", kind.supported_schema())?;
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
    let supported = kind.supported_schema();
    if found != supported {
        return Err(StoreError::Schema {
            database: kind.name(),
            found,
            supported,
        });
    }
    Ok(())
}
