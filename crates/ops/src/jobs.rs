//! Jobs that one vault does for all: the daily run, and the delivery of alerts.

use crate::{Error, Vault};
use lethe_store::{Database, SharedLock};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The right to do a job, until it is dropped.
pub(crate) struct Claim<'v> {
    shared: Option<(&'v Mutex<Database>, SharedLock)>,
}

impl Vault {
    /// Takes a job, unless another vault is at it. A vault alone with its files always may.
    pub(crate) fn claim(&self, job: SharedLock) -> Result<Option<Claim<'_>>, Error> {
        let Some(jobs) = &self.jobs else {
            return Ok(Some(Claim { shared: None }));
        };
        let is_ours = database(jobs).try_lock(job)?;
        Ok(is_ours.then_some(Claim {
            shared: Some((jobs, job)),
        }))
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if let Some((jobs, job)) = self.shared {
            // What fails here is freed with the connection.
            drop(database(jobs).unlock(job));
        }
    }
}

fn database(jobs: &Mutex<Database>) -> MutexGuard<'_, Database> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner)
}
