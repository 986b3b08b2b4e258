//! SQLite: pragmas, and what its files are made to do.

use crate::{Speed, StoreError};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

const CHECKPOINT_TRIES: u32 = 100;

pub(super) fn open(path: &Path, speed: Speed) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    configure(&connection, speed)?;
    Ok(connection)
}

pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    configure(&connection, Speed::Serving)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn configure(connection: &Connection, speed: Speed) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL, because in WAL mode NORMAL may lose the last commits when the power goes.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Freed bytes are overwritten: what is erased must not be read back from free pages.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    set_speed(connection, speed)?;
    let secure: i64 = connection.pragma_query_value(None, "secure_delete", |row| row.get(0))?;
    if secure != 1 {
        return Err(StoreError::CannotOpen(
            "this SQLite was built without secure delete".into(),
        ));
    }
    Ok(())
}

pub(super) fn set_speed(connection: &Connection, speed: Speed) -> Result<(), StoreError> {
    let (cache_kib, checkpoint_pages) = match speed {
        Speed::Serving => (32 * 1024, 4_000),
        Speed::Bulk => (256 * 1024, 20_000),
    };
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.pragma_update(None, "wal_autocheckpoint", checkpoint_pages)?;
    Ok(())
}

pub(super) fn checkpoint(connection: &Connection) -> Result<(), StoreError> {
    // A reader in the middle of a query holds it up for a moment.
    for _ in 0..CHECKPOINT_TRIES {
        let busy: i64 =
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy == 0 {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    Err(StoreError::Busy)
}

pub(super) fn bytes(connection: &Connection) -> Result<u64, StoreError> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let bytes = number("page_count")? * number("page_size")?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}
