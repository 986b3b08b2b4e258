//! A target: something that is up and can be put under load.

use super::arm::Operation;
use super::bunker::Bunker;
use super::http::{Ask, Http};
use super::lethe::Lethe;
use super::measure;
use super::postgres::{Postgres, Session};
use crate::error::CliError;

/// Something under load.
pub(crate) enum Target {
    Lethe(Lethe),
    Postgres(Box<Postgres>),
    Databunker(Bunker),
}

/// A client's connection to a target.
pub(crate) enum Connection {
    Http(Http),
    Postgres(Session),
}

impl Target {
    /// Connects a client.
    pub(crate) async fn connect(&self) -> Result<Connection, CliError> {
        let failed = || CliError::file("cannot connect to the server");
        match self {
            Self::Lethe(lethe) => {
                let http = Http::connect(lethe.address()).await.map_err(failed())?;
                Ok(Connection::Http(http))
            }
            Self::Databunker(bunker) => {
                let http = Http::connect(bunker.address()).await.map_err(failed())?;
                Ok(Connection::Http(http))
            }
            Self::Postgres(postgres) => Ok(Connection::Postgres(postgres.session().await?)),
        }
    }

    /// CPU time that the target's processes have used, in milliseconds; `None` where they are not on
    /// this machine.
    pub(crate) fn cpu_ms(&self) -> Option<u64> {
        let pid = match self {
            Self::Lethe(lethe) => Some(lethe.pid()),
            Self::Postgres(postgres) => postgres.pid(),
            Self::Databunker(_) => None,
        };
        pid.and_then(|pid| measure::cpu_of_tree_ms(pid).ok())
    }

    /// Bytes on disk for each customer after a checkpoint, if they can be told.
    pub(crate) fn bytes_per_customer(&self) -> Option<f64> {
        match self {
            Self::Lethe(lethe) => Some(lethe.bytes_per_customer()),
            Self::Postgres(postgres) => Some(postgres.bytes_per_customer()),
            Self::Databunker(_) => None,
        }
    }
}

impl Connection {
    /// Does one act, and says whether it succeeded.
    pub(crate) async fn perform(
        &mut self,
        target: &Target,
        operation: Operation,
    ) -> Result<bool, CliError> {
        let request = match (&mut *self, target) {
            (Self::Postgres(session), Target::Postgres(postgres)) => {
                return session.perform(postgres, operation).await;
            }
            (Self::Http(_), Target::Lethe(lethe)) => lethe.request(operation),
            (Self::Http(_), Target::Databunker(bunker)) => bunker.request(operation),
            _ => return Err(CliError::usage("a connection of another target")),
        };
        let Self::Http(http) = self else {
            return Ok(false);
        };
        let answer = http
            .ask(&Ask {
                method: request.method,
                path: &request.path,
                header: &request.header,
                body: &request.body,
            })
            .await
            .map_err(CliError::file("the server stopped answering"))?;
        let is_empty = operation == Operation::Find && answer.holds("\"subjects\":[]");
        Ok(answer.is_good() && !is_empty)
    }
}

/// A request in full.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) header: String,
    pub(crate) body: String,
}
