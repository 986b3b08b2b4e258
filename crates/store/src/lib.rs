//! SQL: the active store and the keyring database.
//!
//! One SQL text for two engines; what differs between them lives in `engine/`. The three databases
//! are separate files, or schemas of a PostgreSQL: the active store and the archive hold what is sealed, the keyring what opens
//! and finds it, and its backups live shorter.

pub mod active;
pub mod archive;
mod engine;
mod error;
mod folder;
pub mod journal;
pub mod keyring;
mod place;
mod roles;
mod scale;
mod schema;
mod servers;
mod snapshot;

pub use engine::{Database, Row, SharedLock, Speed, TableSize, Tx, Value};
pub use error::StoreError;
pub use folder::Folder;
pub use place::{Place, ServerUrl};
pub use roles::roles_sql;
pub use scale::{GROWING_TABLES, GrowingTable, hot_statements};
pub use schema::{Kind, Status, status};
pub use servers::Servers;
pub use snapshot::{Snapshot, check_database, snapshot};

/// Every statement of this crate with the database it belongs to, for checks against other engines.
pub fn statements() -> impl Iterator<Item = (Kind, &'static str)> {
    let active = active::STATEMENTS.iter().flat_map(|group| group.iter());
    let keyring = keyring::STATEMENTS.iter().flat_map(|group| group.iter());
    let archive = archive::STATEMENTS.iter().flat_map(|group| group.iter());
    let journal = journal::STATEMENTS.iter().flat_map(|group| group.iter());
    active
        .map(|sql| (Kind::Active, *sql))
        .chain(keyring.map(|sql| (Kind::Keyring, *sql)))
        .chain(archive.map(|sql| (Kind::Archive, *sql)))
        .chain(journal.map(|sql| (Kind::Journal, *sql)))
}
