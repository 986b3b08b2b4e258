//! The two engines behind one face. Every statement is written in the dialect both accept (`$n`
//! placeholders, `ON CONFLICT`, row values; no functions of the engine). What differs is below this
//! folder: `sqlite.rs` and `postgres/`.

mod locks;
mod postgres;
mod sqlite;
mod tx;
mod value;

pub use locks::SharedLock;
pub use postgres::TableSize;
pub(crate) use postgres::{Postgres, Session};
pub use tx::{Row, Tx};
pub use value::Value;

use crate::{Kind, Place, StoreError, schema};
use postgres::Access;
use rusqlite::{Connection, TransactionBehavior};

/// How often [`Database::write_retrying`] begins anew.
const TRIES: u32 = 8;

/// One connection to one database.
pub struct Database {
    engine: Engine,
    kind: Kind,
}

pub(crate) enum Engine {
    Sqlite(Connection),
    Postgres(Box<Postgres>),
}

/// Binds values to a statement's `$1`, `$2`, … in order.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*] };
}

/// How a connection trades memory for speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speed {
    /// Modest caches: for serving.
    Serving,
    /// Large caches and rare checkpoints: for imports.
    Bulk,
}

impl Database {
    /// Opens the database at `place`, making it when it does not exist, and brings its schema up.
    ///
    /// On PostgreSQL the database itself must exist; the schema in it is made. A role that may make
    /// neither schema nor tables can open a database whose schema is up to date.
    ///
    /// # Errors
    ///
    /// Says whether the file is missing, damaged, locked, read-only or of a newer release; whether
    /// the server cannot be reached, or does not let this user in.
    pub fn open(place: impl Into<Place>, kind: Kind, speed: Speed) -> Result<Self, StoreError> {
        let engine = match place.into() {
            Place::File(path) => Engine::Sqlite(sqlite::open(&path, speed)?),
            Place::Server(url) => {
                Engine::Postgres(Box::new(Postgres::open(*url, kind, Access::Write)?))
            }
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
        let mut database = Self::unchecked_reader(place.into(), kind)?;
        schema::check(&mut database)?;
        Ok(database)
    }

    pub(crate) fn unchecked_reader(place: Place, kind: Kind) -> Result<Self, StoreError> {
        let engine = match place {
            Place::File(path) => Engine::Sqlite(sqlite::open_reader(&path)?),
            Place::Server(url) => {
                Engine::Postgres(Box::new(Postgres::open(*url, kind, Access::Read)?))
            }
            Place::Unknown(why) => return Err(StoreError::CannotOpen(why)),
        };
        Ok(Self { engine, kind })
    }

    /// Returns which database this is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Runs `work` on one consistent state of the database.
    ///
    /// # Errors
    ///
    /// What `work` says; on PostgreSQL also [`StoreError::ConnectionLost`], after which the next
    /// call connects anew.
    pub fn read<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &mut self.engine {
            Engine::Postgres(server) => server.read(work),
            Engine::Sqlite(connection) => {
                let tx = connection
                    .transaction_with_behavior(TransactionBehavior::Deferred)
                    .map_err(StoreError::from)?;
                work(&Tx::sqlite(&tx))
            }
        }
    }

    /// Runs `work` in one transaction: all of it is durable when this returns `Ok`, else none is.
    ///
    /// Transactions take effect as if one ran after the other. SQLite has one writer at a time and
    /// lets the others wait. PostgreSQL lets them run (`SERIALIZABLE`) and refuses one of two that
    /// could not have run one after the other: what `work` reads and then relies on needs no lock,
    /// but the call may fail with [`StoreError::Conflict`], and may then be made again.
    ///
    /// # Errors
    ///
    /// What `work` says, or the engine. [`StoreError::is_retryable`] says when nothing was written
    /// and another try may succeed; [`StoreError::OutcomeUnknown`] when it may have been written.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &mut self.engine {
            Engine::Postgres(server) => server.write(work),
            Engine::Sqlite(connection) => {
                let tx = connection
                    .transaction_with_behavior(TransactionBehavior::Immediate)
                    .map_err(StoreError::from)?;
                let value = work(&Tx::sqlite(&tx))?;
                tx.commit().map_err(StoreError::from)?;
                Ok(value)
            }
        }
    }

    /// Like [`Database::write`], but begins anew, a few times, when another writer came between or
    /// the connection was lost before the commit. `work` must have no effect outside of `tx`.
    ///
    /// # Errors
    ///
    /// As [`Database::write`]. A commit whose outcome is unknown is never repeated.
    pub fn write_retrying<T, E: From<StoreError>>(
        &mut self,
        mut work: impl FnMut(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        for round in 1..TRIES {
            let result = self.write(&mut work);
            match &self.engine {
                Engine::Postgres(server) if result.is_err() && server.may_try_again() => {
                    // Two that collided must not collide again: the later the round, the longer.
                    let pause = 1 << round.min(6);
                    std::thread::sleep(std::time::Duration::from_millis(pause));
                }
                _ => return result,
            }
        }
        self.write(work)
    }

    /// Like [`Database::write`], for work that first takes a row or a lock that others wait for: each
    /// statement sees what they committed before it (READ COMMITTED), so that whoever waited sees what
    /// the one before did, and is not refused for it.
    ///
    /// # Errors
    ///
    /// As [`Database::write`]; a conflict only after a deadlock.
    pub fn write_in_turn<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &mut self.engine {
            Engine::Postgres(server) => server.write_in_turn(work),
            Engine::Sqlite(_) => self.write(work),
        }
    }

    /// Says whether [`Database::compact`] leaves nothing deleted behind. A server keeps old row
    /// versions in its log and its replicas: there, a rotation of the key-encryption key ends what is
    /// left of destroyed keys.
    pub fn forgets(&self) -> bool {
        matches!(self.engine, Engine::Sqlite(_))
    }

    /// Changes how the connection trades memory for speed. A server's memory is its own affair.
    pub fn set_speed(&mut self, speed: Speed) -> Result<(), StoreError> {
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::set_speed(connection, speed),
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// Takes what was deleted out of reach of statements and, as far as the engine can, of the files.
    ///
    /// SQLite moves everything from the write-ahead log into the database file and empties the log,
    /// so that nothing deleted survives in it. PostgreSQL vacuums the tables: dead rows are gone for
    /// every statement, but their bytes stay in pages until these are used again, in the write-ahead
    /// log until it is recycled, and in whatever is made of that log. There the answer is the
    /// rotation of the key-encryption key (docs/operations.md).
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::checkpoint(connection),
            Engine::Postgres(server) => server.vacuum(""),
        }
    }

    /// Returns the size of the database in bytes; on PostgreSQL of its tables with their indexes.
    pub fn bytes(&mut self) -> Result<u64, StoreError> {
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::bytes(connection),
            Engine::Postgres(server) => {
                let tables = server.table_sizes()?;
                Ok(tables.iter().map(|table| table.bytes).sum())
            }
        }
    }

    /// Rewrites the database without its unused parts, where copies of moved rows survive: secure
    /// delete overwrites rows that are deleted, not those that a page split left behind.
    ///
    /// PostgreSQL locks each table while it is rewritten (`VACUUM FULL`).
    pub fn compact(&mut self) -> Result<(), StoreError> {
        match &mut self.engine {
            Engine::Sqlite(connection) => Ok(connection.execute_batch("VACUUM")?),
            Engine::Postgres(server) => server.vacuum("(FULL)"),
        }
    }

    pub(crate) fn engine(&mut self) -> &mut Engine {
        &mut self.engine
    }

    #[cfg(test)]
    pub(crate) fn sqlite(&mut self) -> &mut Connection {
        match &mut self.engine {
            Engine::Sqlite(connection) => connection,
            Engine::Postgres(_) => panic!("a file was expected"),
        }
    }
}
