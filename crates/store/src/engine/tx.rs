//! A transaction and the rows it answers with, of either engine.

use super::Value;
use super::postgres::Session;
use crate::StoreError;
use lethe_model::{OrderId, SubjectId};
use rusqlite::{Connection, params_from_iter};

/// A transaction.
pub struct Tx<'t>(Engine<'t>);

enum Engine<'t> {
    Sqlite(&'t Connection),
    Postgres(&'t Session),
}

impl<'t> Tx<'t> {
    pub(super) fn sqlite(connection: &'t Connection) -> Self {
        Self(Engine::Sqlite(connection))
    }

    pub(crate) fn postgres(session: &'t Session) -> Self {
        Self(Engine::Postgres(session))
    }

    /// Runs a statement and returns how many rows it touched.
    ///
    /// A statement that fails ends the transaction: nothing of it is written, whatever its closure
    /// returns. (PostgreSQL refuses every later statement; SQLite would go on.)
    pub fn execute(&self, sql: &'static str, args: &[Value<'_>]) -> Result<usize, StoreError> {
        match self.0 {
            Engine::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                Ok(statement.execute(params_from_iter(args))?)
            }
            Engine::Postgres(session) => session.execute(sql, args),
        }
    }

    /// Runs a statement once for each of `rows`, in their order, and returns how many rows of the
    /// table each touched. On a server all are on their way before the first is answered.
    pub fn execute_many<const N: usize>(
        &self,
        sql: &'static str,
        rows: &[[Value<'_>; N]],
    ) -> Result<Vec<usize>, StoreError> {
        match self.0 {
            Engine::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let touched = rows
                    .iter()
                    .map(|row| statement.execute(params_from_iter(row)));
                Ok(touched.collect::<Result<_, _>>()?)
            }
            Engine::Postgres(session) => session.execute_many(sql, rows),
        }
    }

    /// Runs a query and returns a value for every row.
    pub fn query<T>(
        &self,
        sql: &'static str,
        args: &[Value<'_>],
        mut from_row: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        match self.0 {
            Engine::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let mut rows = statement.query(params_from_iter(args))?;
                collect(&mut rows, &mut from_row)
            }
            Engine::Postgres(session) => {
                let rows = session.query(sql, args)?;
                rows.iter()
                    .map(|row| from_row(&Row::postgres(row)))
                    .collect()
            }
        }
    }

    /// Runs a query once for each of `keys`, and returns the values of the rows of each, in order.
    /// On a server all are on their way before the first is answered.
    pub fn query_many<T, const N: usize>(
        &self,
        sql: &'static str,
        keys: &[[Value<'_>; N]],
        mut from_row: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<Vec<T>>, StoreError> {
        match self.0 {
            Engine::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let mut answers = Vec::with_capacity(keys.len());
                for key in keys {
                    let mut rows = statement.query(params_from_iter(key))?;
                    answers.push(collect(&mut rows, &mut from_row)?);
                }
                Ok(answers)
            }
            Engine::Postgres(session) => {
                let answers = session.query_many(sql, keys)?;
                let values = answers.iter().map(|rows| {
                    rows.iter()
                        .map(|row| from_row(&Row::postgres(row)))
                        .collect()
                });
                values.collect()
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
        match self.0 {
            Engine::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let mut rows = statement.query(params_from_iter(args))?;
                rows.next()?
                    .map(|row| from_row(&Row::sqlite(row)))
                    .transpose()
            }
            Engine::Postgres(session) => {
                let rows = session.query(sql, args)?;
                rows.first()
                    .map(|row| from_row(&Row::postgres(row)))
                    .transpose()
            }
        }
    }
}

fn collect<T>(
    rows: &mut rusqlite::Rows<'_>,
    from_row: &mut impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut values = Vec::new();
    while let Some(row) = rows.next()? {
        values.push(from_row(&Row::sqlite(row))?);
    }
    Ok(values)
}

/// One row of an answer; columns are numbered from 0.
pub struct Row<'r>(Source<'r>);

enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

/// Reads one column with the same Rust type from either engine.
macro_rules! column {
    ($row:expr, $column:expr) => {
        match $row.0 {
            Source::Sqlite(row) => Ok(row.get($column)?),
            Source::Postgres(row) => Ok(row.try_get($column)?),
        }
    };
}

impl<'r> Row<'r> {
    fn sqlite(row: &'r rusqlite::Row<'r>) -> Self {
        Self(Source::Sqlite(row))
    }

    fn postgres(row: &'r tokio_postgres::Row) -> Self {
        Self(Source::Postgres(row))
    }

    /// Reads a BIGINT.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        match self.0 {
            Source::Sqlite(row) => Ok(row.get(column)?),
            Source::Postgres(row) => {
                let super::postgres::Integer(number) = row.try_get(column)?;
                Ok(number)
            }
        }
    }

    /// Reads a BIGINT that may be NULL.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.0 {
            Source::Sqlite(row) => Ok(row.get(column)?),
            Source::Postgres(row) => {
                let number: Option<super::postgres::Integer> = row.try_get(column)?;
                Ok(number.map(|number| number.0))
            }
        }
    }

    /// Reads a TEXT.
    pub fn text(&self, column: usize) -> Result<String, StoreError> {
        column!(self, column)
    }

    /// Reads a TEXT that may be NULL.
    pub fn opt_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        column!(self, column)
    }

    /// Reads bytes.
    pub fn blob(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        column!(self, column)
    }

    /// Reads bytes that may be NULL.
    pub fn opt_blob(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        column!(self, column)
    }

    /// Reads bytes of a known length.
    pub fn array<const N: usize>(
        &self,
        column: usize,
        table: &'static str,
    ) -> Result<[u8; N], StoreError> {
        let inconsistent = || StoreError::Inconsistent { table };
        let bytes: &[u8] = match self.0 {
            Source::Sqlite(row) => {
                let value = row.get_ref(column)?;
                value.as_blob().map_err(|_| inconsistent())?
            }
            Source::Postgres(row) => row.try_get(column).map_err(|_| inconsistent())?,
        };
        bytes.try_into().map_err(|_| inconsistent())
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
