//! The two engines behind one face. Every statement is written in the dialect that both accept (`$n`
//! placeholders, `ON CONFLICT`, row values; no functions of an engine).

mod server;
mod sqlite;
mod value;

pub use value::Value;

use crate::{Kind, Place, StoreError, schema};
use lethe_model::{OrderId, SubjectId};
use rusqlite::{Connection, TransactionBehavior};
use server::{Server, ServerTx};

/// One connection to one database.
pub struct Database {
    engine: Engine,
    kind: Kind,
}

enum Engine {
    Sqlite(Connection),
    Server(Box<Server>),
}

/// How a connection trades memory for speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speed {
    /// Modest caches: for serving.
    Serving,
    /// Large caches and rare checkpoints: for imports.
    Bulk,
}

/// What only one vault does at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedLock {
    /// Bringing a schema up.
    Schema = 0,
    /// Changing the active store.
    Writing = 1,
    /// The daily run.
    DailyRun = 2,
    /// Delivering alerts.
    Courier = 3,
}

impl Database {
    /// Opens the database at `place`, making it when it does not exist, and brings its schema up.
    ///
    /// # Errors
    ///
    /// Says whether the file is missing, damaged, locked, read-only or of a newer release, or why the
    /// server cannot be reached.
    pub fn open(place: impl Into<Place>, kind: Kind, speed: Speed) -> Result<Self, StoreError> {
        let engine = match place.into() {
            Place::File(path) => Engine::Sqlite(sqlite::open(&path, speed)?),
            Place::Server(url) => Engine::Server(Box::new(Server::connect(&url, kind)?)),
            Place::Unknown(why) => return Err(StoreError::CannotOpen(why)),
        };
        let mut database = Self { engine, kind };
        schema::bring_up(&mut database)?;
        Ok(database)
    }

    /// Opens the database for reading only; it must exist and have the current schema.
    ///
    /// # Errors
    ///
    /// As [`Database::open`].
    pub fn open_reader(place: impl Into<Place>, kind: Kind) -> Result<Self, StoreError> {
        let engine = match place.into() {
            Place::File(path) => Engine::Sqlite(sqlite::open_reader(&path)?),
            Place::Server(url) => Engine::Server(Box::new(Server::connect(&url, kind)?)),
            Place::Unknown(why) => return Err(StoreError::CannotOpen(why)),
        };
        let mut database = Self { engine, kind };
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
        match &mut self.engine {
            Engine::Sqlite(connection) => {
                let tx = connection
                    .transaction_with_behavior(TransactionBehavior::Deferred)
                    .map_err(StoreError::from)?;
                work(&Tx(Inner::Sqlite(&tx)))
            }
            Engine::Server(server) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                server.transact(begin, |tx| work(&Tx(Inner::Server(tx))))
            }
        }
    }

    /// Runs `work` in one transaction: all of it is durable when this returns `Ok`, else none is,
    /// but after [`StoreError::Uncertain`], which leaves open what the server did.
    ///
    /// `work` is never run twice.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &mut self.engine {
            Engine::Sqlite(connection) => {
                let tx = connection
                    .transaction_with_behavior(TransactionBehavior::Immediate)
                    .map_err(StoreError::from)?;
                let value = work(&Tx(Inner::Sqlite(&tx)))?;
                tx.commit().map_err(StoreError::from)?;
                Ok(value)
            }
            Engine::Server(server) => {
                let begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
                server.transact(begin, |tx| work(&Tx(Inner::Server(tx))))
            }
        }
    }

    /// Changes how the connection trades memory for speed; a server has its own settings.
    pub fn set_speed(&mut self, speed: Speed) -> Result<(), StoreError> {
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::set_speed(connection, speed),
            Engine::Server(_) => Ok(()),
        }
    }

    /// Moves everything from the write-ahead log into the database file and empties the log, so
    /// that nothing deleted survives in it. A server keeps its log for itself and its replicas.
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::checkpoint(connection),
            Engine::Server(_) => Ok(()),
        }
    }

    /// Returns the size of the database in bytes.
    pub fn bytes(&mut self) -> Result<u64, StoreError> {
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::bytes(connection),
            Engine::Server(server) => {
                let schema = server.schema().to_owned();
                let bytes = server.number(TABLES_BYTES, &[&schema])?;
                Ok(u64::try_from(bytes).unwrap_or(0))
            }
        }
    }

    /// Says whether [`Database::compact`] leaves nothing deleted behind. A server keeps old row
    /// versions in its files, its log and its replicas: there, a rotation of the key-encryption key
    /// ends what is left of destroyed keys.
    pub fn forgets(&self) -> bool {
        matches!(self.engine, Engine::Sqlite(_))
    }

    /// Rewrites the database without its unused parts, where copies of moved rows survive: secure
    /// delete overwrites rows that are deleted, not those that a page split left behind.
    pub fn compact(&mut self) -> Result<(), StoreError> {
        match &mut self.engine {
            Engine::Sqlite(connection) => Ok(connection.execute_batch("VACUUM")?),
            Engine::Server(_) => Ok(()),
        }
    }

    /// Waits for a lock that all vaults on this database know; it is held until
    /// [`Database::unlock`] or the end of the connection. A database file has one vault, which needs
    /// none.
    pub fn lock(&mut self, lock: SharedLock) -> Result<(), StoreError> {
        match &mut self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Server(server) => server.lock(lock),
        }
    }

    /// Takes a lock if nobody has it.
    pub fn try_lock(&mut self, lock: SharedLock) -> Result<bool, StoreError> {
        match &mut self.engine {
            Engine::Sqlite(_) => Ok(true),
            Engine::Server(server) => server.try_lock(lock),
        }
    }

    /// Frees a lock.
    pub fn unlock(&mut self, lock: SharedLock) -> Result<(), StoreError> {
        match &mut self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Server(server) => server.unlock(lock),
        }
    }

    /// Returns the schema's version as the database has it; 0 where there is none yet.
    pub(crate) fn schema_version(&mut self) -> Result<i64, StoreError> {
        let kind = self.kind;
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::schema_version(connection, kind),
            Engine::Server(server) => server_schema_version(server, kind),
        }
    }

    /// Runs migrations and notes the version they lead to: all of it, or nothing.
    pub(crate) fn migrate(&mut self, found: i64) -> Result<(), StoreError> {
        let kind = self.kind;
        match &mut self.engine {
            Engine::Sqlite(connection) => {
                let done = usize::try_from(found).unwrap_or(usize::MAX);
                let missing = kind.migrations().get(done..).unwrap_or_default();
                sqlite::migrate(connection, kind, missing)
            }
            Engine::Server(server) => {
                server.lock(SharedLock::Schema)?;
                let migrated = migrate_server(server, kind);
                server.unlock(SharedLock::Schema)?;
                migrated
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn sqlite(&mut self) -> Option<&mut Connection> {
        match &mut self.engine {
            Engine::Sqlite(connection) => Some(connection),
            Engine::Server(_) => None,
        }
    }
}

const TABLES_BYTES: &str = "SELECT COALESCE(SUM(pg_total_relation_size(c.oid)), 0)::BIGINT \
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname = $1 AND c.relkind = 'r'";

fn server_schema_version(server: &mut Server, kind: Kind) -> Result<i64, StoreError> {
    let schema = server.schema().to_owned();
    let exists =
        "SELECT COUNT(*) FROM pg_tables WHERE schemaname = $1 AND tablename = 'lethe_schema'";
    if server.number(exists, &[&schema])? == 0 {
        return Ok(0);
    }
    let found = "SELECT COALESCE(MAX(version), 0) FROM lethe_schema WHERE kind = $1";
    match server.number(found, &[&kind.name()])? {
        0 => Err(StoreError::Damaged {
            database: kind.name(),
            detail: "its schema holds another database",
        }),
        version => Ok(version),
    }
}

/// Brings a schema up, with the lock on it held: another process may have done so meanwhile.
fn migrate_server(server: &mut Server, kind: Kind) -> Result<(), StoreError> {
    let found = server_schema_version(server, kind)?;
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    let missing = kind.postgres_migrations().get(done..).unwrap_or_default();
    if missing.is_empty() {
        return Ok(());
    }
    let statements = migration(server.schema(), kind, missing);
    server.batch(&statements)
}

/// Writes the statements that bring a schema up, in one transaction.
fn migration(schema: &str, kind: Kind, missing: &[&str]) -> String {
    let (name, version) = (kind.name(), kind.supported_schema());
    let steps = missing.join("\n");
    format!(
        "BEGIN;
         CREATE SCHEMA IF NOT EXISTS {schema}; SET LOCAL search_path = {schema};
         CREATE TABLE IF NOT EXISTS lethe_schema (kind TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL);
         {steps}
         INSERT INTO lethe_schema (kind, version) VALUES ('{name}', {version})
         ON CONFLICT (kind) DO UPDATE SET version = excluded.version; COMMIT"
    )
}

/// A transaction.
pub struct Tx<'t>(Inner<'t>);

enum Inner<'t> {
    Sqlite(&'t Connection),
    Server(&'t ServerTx<'t>),
}

impl Tx<'_> {
    /// Runs a statement and returns how many rows it touched.
    pub fn execute(&self, sql: &'static str, args: &[Value<'_>]) -> Result<usize, StoreError> {
        match &self.0 {
            Inner::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                Ok(statement.execute(rusqlite::params_from_iter(args))?)
            }
            Inner::Server(tx) => tx.execute(sql, args),
        }
    }

    /// Runs a statement once for each row of arguments, on a server without waiting in between, and
    /// returns how many rows each touched.
    pub fn execute_many(
        &self,
        sql: &'static str,
        rows: &[Vec<Value<'_>>],
    ) -> Result<Vec<usize>, StoreError> {
        match &self.0 {
            Inner::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                rows.iter()
                    .map(|args| Ok(statement.execute(rusqlite::params_from_iter(args))?))
                    .collect()
            }
            Inner::Server(tx) => tx.execute_many(sql, rows),
        }
    }

    /// Runs a query and returns a value for every row.
    pub fn query<T>(
        &self,
        sql: &'static str,
        args: &[Value<'_>],
        mut from_row: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        match &self.0 {
            Inner::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let mut rows = statement.query(rusqlite::params_from_iter(args))?;
                let mut values = Vec::new();
                while let Some(row) = rows.next()? {
                    values.push(from_row(&Row::Sqlite(row))?);
                }
                Ok(values)
            }
            Inner::Server(tx) => {
                let rows = tx.query(sql, args)?;
                rows.iter().map(|row| from_row(&Row::Server(row))).collect()
            }
        }
    }

    /// Runs a query once for each row of arguments, on a server without waiting in between, and
    /// returns the values of each answer.
    pub fn query_many<T>(
        &self,
        sql: &'static str,
        asked: &[Vec<Value<'_>>],
        mut from_row: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<Vec<T>>, StoreError> {
        match &self.0 {
            Inner::Sqlite(_) => asked
                .iter()
                .map(|args| self.query(sql, args, &mut from_row))
                .collect(),
            Inner::Server(tx) => {
                let answers = tx.query_many(sql, asked)?;
                let mut values =
                    |rows: &Vec<_>| rows.iter().map(|row| from_row(&Row::Server(row))).collect();
                answers.iter().map(&mut values).collect()
            }
        }
    }

    /// Runs a query and returns a value for its first row, if it has one.
    pub fn query_first<T>(
        &self,
        sql: &'static str,
        args: &[Value<'_>],
        from_row: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match &self.0 {
            Inner::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let mut rows = statement.query(rusqlite::params_from_iter(args))?;
                let first = rows.next()?;
                first.map(|row| from_row(&Row::Sqlite(row))).transpose()
            }
            Inner::Server(tx) => {
                let rows = tx.query(sql, args)?;
                rows.first()
                    .map(|row| from_row(&Row::Server(row)))
                    .transpose()
            }
        }
    }
}

/// One row of an answer; columns are numbered from 0.
pub enum Row<'r> {
    /// Of a file.
    #[doc(hidden)]
    Sqlite(&'r rusqlite::Row<'r>),
    /// Of a server.
    #[doc(hidden)]
    Server(&'r tokio_postgres::Row),
}

macro_rules! get {
    ($row:expr, $column:expr) => {
        match $row {
            Row::Sqlite(row) => Ok(row.get($column)?),
            Row::Server(row) => Ok(row.try_get($column)?),
        }
    };
}

impl Row<'_> {
    /// Reads a BIGINT.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        get!(self, column)
    }

    /// Reads a BIGINT that may be NULL.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        get!(self, column)
    }

    /// Reads a TEXT.
    pub fn text(&self, column: usize) -> Result<String, StoreError> {
        get!(self, column)
    }

    /// Reads a TEXT that may be NULL.
    pub fn opt_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        get!(self, column)
    }

    /// Reads bytes.
    pub fn blob(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        get!(self, column)
    }

    /// Reads bytes that may be NULL.
    pub fn opt_blob(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        get!(self, column)
    }

    /// Reads bytes of a known length.
    pub fn array<const N: usize>(
        &self,
        column: usize,
        table: &'static str,
    ) -> Result<[u8; N], StoreError> {
        let inconsistent = StoreError::Inconsistent { table };
        let bytes = match self {
            Self::Sqlite(row) => row.get_ref(column)?.as_blob().ok(),
            Self::Server(row) => row.try_get::<_, &[u8]>(column).ok(),
        };
        let array = bytes.and_then(|bytes| bytes.try_into().ok());
        array.ok_or(inconsistent)
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
