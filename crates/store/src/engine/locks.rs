//! Locks that all vaults on a server know.

use super::{Database, Engine};
use crate::{StoreError, Tx, args};

// Each answers with a row; of what the functions return, only that they returned is wanted.
const LOCK: &str = "SELECT 1 FROM (SELECT pg_advisory_lock($1)) AS held";
const TRY_LOCK: &str =
    "SELECT CASE WHEN pg_try_advisory_lock($1) THEN 1::BIGINT ELSE 0::BIGINT END";
const UNLOCK: &str = "SELECT 1 FROM (SELECT pg_advisory_unlock($1)) AS freed";

/// What only one vault does at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedLock {
    /// Changing the active store.
    Writing = 1,
    /// The daily run.
    DailyRun = 2,
    /// Delivering alerts.
    Courier = 3,
}

impl Database {
    /// Waits for a lock that all vaults on this database know; it is held until
    /// [`Database::unlock`] or the end of the connection. A database file has one vault, which needs
    /// none.
    ///
    /// # Errors
    ///
    /// What the server says; [`StoreError::Busy`] when somebody holds it for too long.
    pub fn lock(&mut self, lock: SharedLock) -> Result<(), StoreError> {
        self.ask(LOCK, lock).map(drop)
    }

    /// Takes a lock if nobody has it.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub fn try_lock(&mut self, lock: SharedLock) -> Result<bool, StoreError> {
        Ok(self.ask(TRY_LOCK, lock)? != Some(0))
    }

    /// Frees a lock.
    ///
    /// # Errors
    ///
    /// What the server says: it frees the lock with the connection then.
    pub fn unlock(&mut self, lock: SharedLock) -> Result<(), StoreError> {
        self.ask(UNLOCK, lock).map(drop)
    }

    fn ask(&mut self, sql: &'static str, lock: SharedLock) -> Result<Option<i64>, StoreError> {
        let kind = self.kind();
        let Engine::Postgres(server) = &mut self.engine else {
            return Ok(None);
        };
        // Known to the whole database: installations in other schemas have others.
        let schema = crc32fast::hash(server.url().schema(kind).as_bytes());
        let key = (i64::from(schema) << 8) | lock as i64;
        let work = |tx: &Tx<'_>| tx.query_first(sql, args![key], |row| row.int(0));
        server.read(work)
    }
}
