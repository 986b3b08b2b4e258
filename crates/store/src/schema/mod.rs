//! Schema versions: which the files have, which this program knows, and the way between.

mod postgres;
mod sqlite;

use crate::engine::Engine;
use crate::{Database, Place, StoreError, TableSize};

/// Which database a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Sealed records and the pseudonymous relations.
    Active,
    /// Wrapped keys, look-up hashes and credentials; short-lived in backups.
    Keyring,
    /// What the law still wants after the active period.
    Archive,
    /// Logs and ledger of several vaults, where the databases are on a server.
    Journal,
}

impl Kind {
    /// Every database of an installation.
    pub const ALL: [Self; 4] = [Self::Active, Self::Keyring, Self::Archive, Self::Journal];

    /// Returns its name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Keyring => "keyring",
            Self::Archive => "archive",
            Self::Journal => "journal",
        }
    }

    /// Marks the file in its header (`PRAGMA application_id`), so that one cannot stand in for the
    /// other: "Lth" and a letter.
    const fn application_id(self) -> i64 {
        match self {
            Self::Active => 0x4c74_6841,
            Self::Keyring => 0x4c74_684b,
            Self::Archive => 0x4c74_6852,
            Self::Journal => 0x4c74_684a,
        }
    }

    /// Returns the schema version this program reads and writes: the number of its migrations.
    pub const fn supported_schema(self) -> i64 {
        match self {
            Self::Active => 3,
            Self::Keyring => 8,
            Self::Archive => 1,
            Self::Journal => 1,
        }
    }

    const fn migrations(self) -> &'static [&'static str] {
        match self {
            Self::Active => &[
                include_str!("../../migrations/sqlite/0001_active.sql"),
                include_str!("../../migrations/sqlite/0002_active.sql"),
                include_str!("../../migrations/sqlite/0003_active.sql"),
            ],
            Self::Keyring => &[
                include_str!("../../migrations/sqlite/0001_keyring.sql"),
                include_str!("../../migrations/sqlite/0002_keyring.sql"),
                include_str!("../../migrations/sqlite/0003_keyring.sql"),
                include_str!("../../migrations/sqlite/0004_keyring.sql"),
                include_str!("../../migrations/sqlite/0005_keyring.sql"),
                include_str!("../../migrations/sqlite/0006_keyring.sql"),
                include_str!("../../migrations/sqlite/0007_keyring.sql"),
                include_str!("../../migrations/sqlite/0008_keyring.sql"),
            ],
            Self::Archive => &[include_str!("../../migrations/sqlite/0001_archive.sql")],
            Self::Journal => &[include_str!("../../migrations/sqlite/0001_journal.sql")],
        }
    }

    /// Returns the names of its tables.
    pub const fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Active => &[
                "batches",
                "contacts",
                "counted_buyers",
                "erasure_holders",
                "erasures",
                "held_records",
                "holders",
                "import_progress",
                "legal_holds",
                "order_events",
                "orders",
                "records",
                "retention_runs",
                "statistics",
                "stores",
            ],
            Self::Keyring => &[
                "alert_deliveries",
                "alerts",
                "approvals",
                "archive_keys",
                "archive_subjects",
                "break_glass",
                "counters",
                "credentials",
                "data_keys",
                "intents",
                "key_epochs",
                "known_orders",
                "lookups",
                "policies",
                "proposals",
                "service_keys",
                "settings",
                "staff",
                "subject_keys",
                "tallies",
                "vendor_keys",
            ],
            Self::Archive => &["archived_records"],
            Self::Journal => &["chunks", "origins", "turns"],
        }
    }

    /// Returns the same schema for PostgreSQL, statement for statement.
    pub const fn postgres_migrations(self) -> &'static [&'static str] {
        match self {
            Self::Active => &[
                include_str!("../../migrations/postgres/0001_active.sql"),
                include_str!("../../migrations/postgres/0002_active.sql"),
                include_str!("../../migrations/postgres/0003_active.sql"),
            ],
            Self::Keyring => &[
                include_str!("../../migrations/postgres/0001_keyring.sql"),
                include_str!("../../migrations/postgres/0002_keyring.sql"),
                include_str!("../../migrations/postgres/0003_keyring.sql"),
                include_str!("../../migrations/postgres/0004_keyring.sql"),
                include_str!("../../migrations/postgres/0005_keyring.sql"),
                include_str!("../../migrations/postgres/0006_keyring.sql"),
                include_str!("../../migrations/postgres/0007_keyring.sql"),
                include_str!("../../migrations/postgres/0008_keyring.sql"),
            ],
            Self::Archive => &[include_str!("../../migrations/postgres/0001_archive.sql")],
            Self::Journal => &[include_str!("../../migrations/postgres/0001_journal.sql")],
        }
    }
}

/// Makes the schema, or brings an earlier release's up: all missing migrations, or none.
pub(crate) fn bring_up(database: &mut Database) -> Result<(), StoreError> {
    let kind = database.kind();
    match database.engine() {
        Engine::Sqlite(connection) => sqlite::bring_up(connection, kind)?,
        Engine::Postgres(server) => postgres::bring_up(server, kind)?,
    }
    check(database)
}

pub(crate) fn check(database: &mut Database) -> Result<(), StoreError> {
    let kind = database.kind();
    let found = match database.engine() {
        Engine::Sqlite(connection) => sqlite::found(connection, kind)?,
        Engine::Postgres(server) => postgres::found(server, kind)?.ok_or(StoreError::NoTables)?,
    };
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

/// What a database says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Which of the databases.
    pub kind: Kind,
    /// The version of its schema; `None` when it has not been made.
    pub found: Option<i64>,
    /// The version this program works with.
    pub supported: i64,
    /// Its bytes.
    pub bytes: u64,
    /// Its tables; empty for a file, where only the whole is known.
    pub tables: Vec<TableSize>,
}

/// Looks at a database without changing it, whatever the version of its schema.
///
/// # Errors
///
/// As [`Database::open_reader`], but for the schema's version.
pub fn status(place: impl Into<Place>, kind: Kind) -> Result<Status, StoreError> {
    let mut database = Database::unchecked_reader(place.into(), kind)?;
    let (found, tables) = match database.engine() {
        Engine::Sqlite(connection) => (Some(sqlite::found(connection, kind)?), Vec::new()),
        Engine::Postgres(server) => (postgres::found(server, kind)?, server.table_sizes()?),
    };
    Ok(Status {
        kind,
        found,
        supported: kind.supported_schema(),
        bytes: database.bytes()?,
        tables,
    })
}

fn another(kind: Kind) -> StoreError {
    StoreError::Damaged {
        database: kind.name(),
        detail: "it is another database than its name says",
    }
}
