//! The two engines behind one face. Today SQLite is switched on; every statement is written in the
//! dialect both accept (`$n` placeholders, `ON CONFLICT`, row values; no functions of the engine).

use crate::{Kind, StoreError, schema};
use lethe_model::{OrderId, SubjectId};
use rusqlite::{
    Connection, OpenFlags, ToSql, TransactionBehavior, types::ToSqlOutput, types::ValueRef,
};
use std::path::Path;

const CHECKPOINT_TRIES: u32 = 100;

/// One connection to one database.
pub struct Database {
    engine: Engine,
    kind: Kind,
}

enum Engine {
    Sqlite(Connection),
}

/// How a connection trades memory for speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speed {
    /// Modest caches: for serving.
    Serving,
    /// Large caches and rare checkpoints: for imports.
    Bulk,
}

/// A value bound to a statement.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// SQL NULL.
    Null,
    /// A BIGINT.
    Int(i64),
    /// A TEXT.
    Text(&'a str),
    /// A BYTEA or BLOB.
    Blob(&'a [u8]),
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Blob(bytes)
    }
}
impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Blob(bytes)
    }
}
impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}
impl<'a> From<&'a SubjectId> for Value<'a> {
    fn from(id: &'a SubjectId) -> Self {
        Self::Blob(id.as_bytes())
    }
}
impl<'a> From<&'a OrderId> for Value<'a> {
    fn from(id: &'a OrderId) -> Self {
        Self::Blob(id.as_bytes())
    }
}
impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}
impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}
impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Binds values to a statement's `$1`, `$2`, … in order.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*] };
}

/// What only one vault does at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedLock {
    /// Changing the active store.
    Writing,
    /// The daily run.
    DailyRun,
    /// Delivering alerts.
    Courier,
}

impl Database {
    /// Waits for a lock that all vaults on this database know; it is held until
    /// [`Database::unlock`] or the end of the connection. A database file has one vault, which needs
    /// none.
    pub fn lock(&mut self, lock: SharedLock) -> Result<(), StoreError> {
        let Engine::Sqlite(_) = &mut self.engine;
        let _ = lock;
        Ok(())
    }

    /// Takes a lock if nobody has it.
    pub fn try_lock(&mut self, lock: SharedLock) -> Result<bool, StoreError> {
        self.lock(lock).map(|()| true)
    }

    /// Frees a lock.
    pub fn unlock(&mut self, lock: SharedLock) -> Result<(), StoreError> {
        let _ = lock;
        Ok(())
    }

    /// Opens the database at `path`, making it when it does not exist, and brings its schema up.
    ///
    /// # Errors
    ///
    /// Says whether the file is missing, damaged, locked, read-only or of a newer release.
    pub fn open(path: &Path, kind: Kind, speed: Speed) -> Result<Self, StoreError> {
        let connection = Connection::open(path)?;
        configure(&connection, speed)?;
        let mut database = Self {
            engine: Engine::Sqlite(connection),
            kind,
        };
        schema::bring_up(&mut database)?;
        Ok(database)
    }

    /// Opens the database for reading only; it must exist and have the current schema.
    ///
    /// # Errors
    ///
    /// As [`Database::open`].
    pub fn open_reader(path: &Path, kind: Kind) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        configure(&connection, Speed::Serving)?;
        connection.pragma_update(None, "query_only", true)?;
        let mut database = Self {
            engine: Engine::Sqlite(connection),
            kind,
        };
        schema::check(&mut database)?;
        Ok(database)
    }

    /// Returns which database this is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Runs `work` on one consistent state of the database.
    pub fn read<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let Engine::Sqlite(connection) = &mut self.engine;
        let tx = connection
            .transaction_with_behavior(TransactionBehavior::Deferred)
            .map_err(StoreError::from)?;
        work(&Tx { connection: &tx })
    }

    /// Runs `work` in one transaction: all of it is durable when this returns `Ok`, else none is.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let Engine::Sqlite(connection) = &mut self.engine;
        let tx = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let value = work(&Tx { connection: &tx })?;
        tx.commit().map_err(StoreError::from)?;
        Ok(value)
    }

    /// Changes how the connection trades memory for speed.
    pub fn set_speed(&mut self, speed: Speed) -> Result<(), StoreError> {
        let Engine::Sqlite(connection) = &mut self.engine;
        set_speed(connection, speed)
    }

    /// Moves everything from the write-ahead log into the database file and empties the log, so
    /// that nothing deleted survives in it.
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        let Engine::Sqlite(connection) = &mut self.engine;
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

    /// Returns the size of the database in bytes.
    pub fn bytes(&mut self) -> Result<u64, StoreError> {
        let Engine::Sqlite(connection) = &mut self.engine;
        let number =
            |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        let bytes = number("page_count")? * number("page_size")?;
        Ok(u64::try_from(bytes).unwrap_or(0))
    }

    /// Rewrites the database without its unused parts, where copies of moved rows survive: secure
    /// delete overwrites rows that are deleted, not those that a page split left behind.
    pub fn compact(&mut self) -> Result<(), StoreError> {
        let Engine::Sqlite(connection) = &mut self.engine;
        connection.execute_batch("VACUUM")?;
        Ok(())
    }

    pub(crate) fn sqlite(&mut self) -> &mut Connection {
        let Engine::Sqlite(connection) = &mut self.engine;
        connection
    }
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

fn set_speed(connection: &Connection, speed: Speed) -> Result<(), StoreError> {
    let (cache_kib, checkpoint_pages) = match speed {
        Speed::Serving => (32 * 1024, 4_000),
        Speed::Bulk => (256 * 1024, 20_000),
    };
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.pragma_update(None, "wal_autocheckpoint", checkpoint_pages)?;
    Ok(())
}

/// A transaction.
pub struct Tx<'t> {
    connection: &'t Connection,
}

impl Tx<'_> {
    /// Runs a statement and returns how many rows it touched.
    pub fn execute(&self, sql: &'static str, args: &[Value<'_>]) -> Result<usize, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.execute(rusqlite::params_from_iter(args))?)
    }

    /// Runs a query and returns a value for every row.
    pub fn query<T>(
        &self,
        sql: &'static str,
        args: &[Value<'_>],
        mut from_row: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(args))?;
        let mut values = Vec::new();
        while let Some(row) = rows.next()? {
            values.push(from_row(&Row { row })?);
        }
        Ok(values)
    }

    /// Runs a query and returns a value for its first row, if it has one.
    pub fn query_first<T>(
        &self,
        sql: &'static str,
        args: &[Value<'_>],
        from_row: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(args))?;
        rows.next()?.map(|row| from_row(&Row { row })).transpose()
    }
}

/// One row of an answer; columns are numbered from 0.
pub struct Row<'r> {
    row: &'r rusqlite::Row<'r>,
}

impl Row<'_> {
    /// Reads a BIGINT.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        Ok(self.row.get(column)?)
    }

    /// Reads a BIGINT that may be NULL.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        Ok(self.row.get(column)?)
    }

    /// Reads a TEXT.
    pub fn text(&self, column: usize) -> Result<String, StoreError> {
        Ok(self.row.get(column)?)
    }

    /// Reads a TEXT that may be NULL.
    pub fn opt_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        Ok(self.row.get(column)?)
    }

    /// Reads bytes.
    pub fn blob(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        Ok(self.row.get(column)?)
    }

    /// Reads bytes that may be NULL.
    pub fn opt_blob(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.row.get(column)?)
    }

    /// Reads bytes of a known length.
    pub fn array<const N: usize>(
        &self,
        column: usize,
        table: &'static str,
    ) -> Result<[u8; N], StoreError> {
        let bytes = self
            .row
            .get_ref(column)?
            .as_blob()
            .map_err(|_| StoreError::Inconsistent { table })?;
        bytes
            .try_into()
            .map_err(|_| StoreError::Inconsistent { table })
    }

    /// Reads a subject's id.
    pub fn subject(&self, column: usize, table: &'static str) -> Result<SubjectId, StoreError> {
        self.array(column, table).map(SubjectId::from_bytes)
    }

    /// Reads an order's id.
    pub fn order(&self, column: usize, table: &'static str) -> Result<OrderId, StoreError> {
        self.array(column, table).map(OrderId::from_bytes)
    }
}
