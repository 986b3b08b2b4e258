//! PostgreSQL: one connection, made anew when it was lost, and what its transactions promise.

mod connect;
mod driver;
mod failure;
mod session;
mod size;
mod types;

pub(crate) use session::Session;
pub use size::TableSize;
pub(crate) use types::Integer;

use super::Tx;
use crate::{Kind, ServerUrl, StoreError};
use failure::Unwritten;

/// A reader sees one state of the database from its first statement to its last.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The rules above this crate read, decide and write in one transaction, and were written where
/// there is one writer. Weaker levels would keep each statement right and not the decision: two
/// processes could both find a number unused and both use it. `SERIALIZABLE` keeps the promise or
/// says that it cannot, and no rule needs to know which rows it must lock.
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE";

/// For whoever waits for a row first: what was committed meanwhile must be seen.
const BEGIN_IN_TURN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// A place on a server, and the connection to it while there is one.
pub(crate) struct Postgres {
    url: ServerUrl,
    kind: Kind,
    access: Access,
    session: Option<Session>,
    /// What the last transaction failed with, if it did and another try may succeed.
    last_failure: Option<Unwritten>,
}

impl Postgres {
    pub(super) fn open(url: ServerUrl, kind: Kind, access: Access) -> Result<Self, StoreError> {
        let mut server = Self {
            url,
            kind,
            access,
            session: None,
            last_failure: None,
        };
        server.session = Some(server.connect()?);
        Ok(server)
    }

    pub(crate) fn url(&self) -> &ServerUrl {
        &self.url
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Ends the connection; the next call makes a new one.
    pub(crate) fn hang_up(&mut self) {
        self.session = None;
    }

    pub(super) fn may_try_again(&self) -> bool {
        self.last_failure.is_some()
    }

    pub(crate) fn read<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run(BEGIN_READ, |session| work(&Tx::postgres(session)))
    }

    pub(super) fn write<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run(BEGIN_WRITE, |session| work(&Tx::postgres(session)))
    }

    pub(super) fn write_in_turn<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run(BEGIN_IN_TURN, |session| work(&Tx::postgres(session)))
    }

    /// Runs `work` between `begin` and a commit.
    pub(crate) fn run<T, E: From<StoreError>>(
        &mut self,
        begin: &'static str,
        work: impl FnOnce(&Session) -> Result<T, E>,
    ) -> Result<T, E> {
        self.last_failure = None;
        // Taken out: should `work` panic, the connection is dropped, and the server rolls back.
        let session = self.begin(begin)?;
        let outcome = match work(&session) {
            Ok(value) if begin == BEGIN_READ => {
                session.end_reading();
                Ok(value)
            }
            Ok(value) => session.commit().map(|()| value).map_err(E::from),
            Err(error) => {
                session.roll_back();
                Err(error)
            }
        };
        self.last_failure = session.failure();
        if session.is_usable() {
            self.session = Some(session);
        }
        outcome
    }

    /// Begins a transaction, on a new connection if the old one is gone: nothing has been done in it
    /// yet, so that nobody has to hear of it.
    fn begin(&mut self, begin: &'static str) -> Result<Session, StoreError> {
        if let Some(session) = self.session.take() {
            match session.begin(begin) {
                Ok(()) => return Ok(session),
                Err(StoreError::ConnectionLost) => {}
                Err(error) => return Err(error),
            }
        }
        let session = self.connect().inspect_err(|error| {
            self.last_failure = error.is_retryable().then_some(Unwritten::Lost);
        })?;
        session.begin(begin)?;
        Ok(session)
    }

    /// Runs statements that are this engine's own, outside of a transaction.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        let session = match self.session.take().filter(Session::is_usable) {
            Some(session) => session,
            None => self.connect()?,
        };
        let result = session.batch(sql);
        if session.is_usable() {
            self.session = Some(session);
        }
        result
    }

    /// Vacuums our tables. A role that does not own them may not: then PostgreSQL leaves it to its
    /// own rounds, and says so in its log only.
    pub(super) fn vacuum(&mut self, how: &str) -> Result<(), StoreError> {
        self.batch(&format!("VACUUM {how} {}", self.kind.tables().join(", ")))
    }
}
