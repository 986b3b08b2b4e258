//! One live connection: prepared statements, requests one by one or many at a time, the end of a
//! transaction.

use super::driver::{begin_only, wait, wait_for_all};
use super::failure::{self, Unwritten};
use super::types::Bound;
use crate::{StoreError, Value};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row, Statement};

/// How many requests are on their way at once: enough to hide the way, few enough to hold.
const IN_FLIGHT: usize = 256;

/// The SQLSTATE of what a server in its state cannot do.
const NOT_SUPPORTED: &str = "0A000";

pub(crate) struct Session {
    client: Client,
    statements: RefCell<HashMap<&'static str, Statement>>,
    /// A statement of the transaction has failed: the server will not commit it.
    has_failed: Cell<bool>,
    failure: Cell<Option<Unwritten>>,
    is_usable: Cell<bool>,
}

impl Session {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            statements: RefCell::default(),
            has_failed: Cell::new(false),
            failure: Cell::new(None),
            is_usable: Cell::new(true),
        }
    }

    /// Says whether the connection may serve another transaction.
    pub(super) fn is_usable(&self) -> bool {
        self.is_usable.get() && !self.client.is_closed()
    }

    /// Says why nothing was written, where another try may succeed.
    pub(super) fn failure(&self) -> Option<Unwritten> {
        self.failure.get()
    }

    pub(super) fn begin(&self, how: &str) -> Result<(), StoreError> {
        self.has_failed.set(false);
        self.failure.set(None);
        let answer = self.checked(wait(self.client.batch_execute(how)));
        match answer {
            // A standby knows no SERIALIZABLE and says so, rather than that it takes no writes.
            Err(StoreError::Server(said)) if said.contains(NOT_SUPPORTED) => {
                Err(StoreError::Standby)
            }
            answer => answer,
        }
    }

    /// Commits, or says that it was not, or that it cannot be known.
    pub(super) fn commit(&self) -> Result<(), StoreError> {
        if self.has_failed.get() {
            // The server would answer such a COMMIT with a roll-back, and no error.
            self.roll_back();
            return Err(StoreError::Unfinished);
        }
        if self.client.is_closed() {
            return self.lost();
        }
        wait(self.client.batch_execute("COMMIT")).map_err(|error| {
            let error = failure::of_commit(error);
            self.note(&error);
            error
        })
    }

    pub(super) fn roll_back(&self) {
        // A connection that cannot even roll back is not used again; the server does it then.
        if wait(self.client.batch_execute("ROLLBACK")).is_err() {
            self.is_usable.set(false);
        }
    }

    /// Ends a transaction that has only read: nobody waits for the answer.
    pub(super) fn end_reading(&self) {
        begin_only(self.client.batch_execute("ROLLBACK"));
    }

    pub(crate) fn batch(&self, sql: &str) -> Result<(), StoreError> {
        self.checked(wait(self.client.batch_execute(sql)))
    }

    pub(crate) fn execute(
        &self,
        sql: &'static str,
        args: &[Value<'_>],
    ) -> Result<usize, StoreError> {
        let statement = self.prepared(sql)?;
        let touched = self.checked(wait(self.send(&statement, args)))?;
        Ok(to_usize(touched))
    }

    pub(crate) fn execute_many<const N: usize>(
        &self,
        sql: &'static str,
        rows: &[[Value<'_>; N]],
    ) -> Result<Vec<usize>, StoreError> {
        let statement = self.prepared(sql)?;
        let mut touched = Vec::with_capacity(rows.len());
        for some in rows.chunks(IN_FLIGHT) {
            for answer in wait_for_all(some.iter().map(|row| self.send(&statement, row))) {
                touched.push(to_usize(self.checked(answer)?));
            }
        }
        Ok(touched)
    }

    pub(crate) fn query(
        &self,
        sql: &'static str,
        args: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let statement = self.prepared(sql)?;
        self.checked(wait(self.ask(&statement, args)))
    }

    pub(crate) fn query_many<const N: usize>(
        &self,
        sql: &'static str,
        keys: &[[Value<'_>; N]],
    ) -> Result<Vec<Vec<Row>>, StoreError> {
        let statement = self.prepared(sql)?;
        let mut answers = Vec::with_capacity(keys.len());
        for some in keys.chunks(IN_FLIGHT) {
            for answer in wait_for_all(some.iter().map(|key| self.ask(&statement, key))) {
                answers.push(self.checked(answer)?);
            }
        }
        Ok(answers)
    }

    fn prepared(&self, sql: &'static str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.checked(wait(self.client.prepare(sql)))?;
        let mut statements = self.statements.borrow_mut();
        statements.insert(sql, statement.clone());
        Ok(statement)
    }

    async fn send(&self, statement: &Statement, args: &[Value<'_>]) -> Result<u64, Error> {
        let bound = bind(args);
        self.client.execute(statement, &as_params(&bound)).await
    }

    async fn ask(&self, statement: &Statement, args: &[Value<'_>]) -> Result<Vec<Row>, Error> {
        let bound = bind(args);
        self.client.query(statement, &as_params(&bound)).await
    }

    fn checked<T>(&self, answer: Result<T, Error>) -> Result<T, StoreError> {
        answer.map_err(|error| {
            let error = StoreError::from(error);
            self.note(&error);
            error
        })
    }

    fn lost<T>(&self) -> Result<T, StoreError> {
        self.note(&StoreError::ConnectionLost);
        Err(StoreError::ConnectionLost)
    }

    fn note(&self, error: &StoreError) {
        // The first failure tells why; those after it only that the transaction is over.
        if self.has_failed.replace(true) {
            return;
        }
        match error {
            StoreError::Conflict => self.failure.set(Some(Unwritten::Conflict)),
            StoreError::ConnectionLost => {
                self.failure.set(Some(Unwritten::Lost));
                self.is_usable.set(false);
            }
            // Another server may take writes by now: the next transaction looks for it.
            StoreError::Standby | StoreError::OutcomeUnknown => self.is_usable.set(false),
            _ => {}
        }
    }
}

fn bind<'a>(args: &[Value<'a>]) -> Vec<Bound<'a>> {
    args.iter().copied().map(Bound).collect()
}

fn as_params<'a>(bound: &'a [Bound<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    bound.iter().map(|one| one as &(dyn ToSql + Sync)).collect()
}

fn to_usize(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}
