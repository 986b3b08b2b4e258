//! What every handler shares, and how it calls an operation.

use crate::idempotency::Idempotency;
use crate::metrics::Metrics;
use crate::pages::Pages;
use crate::problem::{Cause, Problem, ProblemKind};
use crate::report::Reporter;
use crate::reports::Reports;
use crate::settings::Settings;
use lethe_ops::{Error, Reply, Vault};
use std::sync::Arc;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit, oneshot};

/// What is counted of bodies in memory: kibibytes.
const UPLOAD_UNIT: usize = 1024;

/// The state of the routes.
pub(crate) type Shared = Arc<App>;

pub(crate) struct App {
    pub(crate) vault: Arc<Vault>,
    pub(crate) settings: Settings,
    pub(crate) metrics: Metrics,
    pub(crate) pages: Pages,
    pub(crate) idempotency: Arc<Idempotency>,
    pub(crate) requests: Semaphore,
    pub(crate) reports: Reports,
    heavy: Semaphore,
    logins: Semaphore,
    uploads: Arc<Semaphore>,
    reporter: Reporter,
}

impl App {
    pub(crate) fn new(
        vault: Arc<Vault>,
        settings: Settings,
        metrics: Metrics,
        pages: Pages,
    ) -> Self {
        // Less than one longest body would let it wait for ever.
        let uploads = settings.uploads_bytes_max.max(settings.orders_bytes_max);
        let uploads = uploads.div_ceil(UPLOAD_UNIT);
        Self {
            vault,
            metrics,
            pages,
            idempotency: Arc::default(),
            reports: Reports::default(),
            requests: Semaphore::new(settings.requests_max),
            heavy: Semaphore::new(settings.heavy_requests_max),
            logins: Semaphore::new(settings.logins_max),
            uploads: Arc::new(Semaphore::new(uploads)),
            reporter: Reporter::new(Arc::clone(&settings.report)),
            settings,
        }
    }

    /// Waits for a place among the requests that read much of the log or the stores.
    pub(crate) async fn heavy(&self) -> Result<SemaphorePermit<'_>, Problem> {
        self.heavy.acquire().await.map_err(closed)
    }

    /// Waits for a place among the logins: each hashes a password.
    pub(crate) async fn login(&self) -> Result<SemaphorePermit<'_>, Problem> {
        self.logins.acquire().await.map_err(closed)
    }

    /// Waits until there is memory for a body of `POST /v1/orders`; one of unknown length takes what
    /// the longest would.
    pub(crate) async fn upload(
        &self,
        length: Option<usize>,
    ) -> Result<OwnedSemaphorePermit, Problem> {
        let longest = self.settings.orders_bytes_max;
        let units = length.unwrap_or(longest).min(longest).div_ceil(UPLOAD_UNIT);
        let units = u32::try_from(units.max(1)).unwrap_or(u32::MAX);
        let uploads = Arc::clone(&self.uploads);
        uploads.acquire_many_owned(units).await.map_err(closed)
    }

    /// Runs an operation that reads or writes files, away from the threads that serve connections.
    pub(crate) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        operation: impl FnOnce(&Vault) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let vault = Arc::clone(&self.vault);
        let done = tokio::task::spawn_blocking(move || operation(&vault)).await;
        // A panic inside says so on the standard error; its text may not go out.
        let result = done.map_err(|_| Problem::new(ProblemKind::Internal, "the vault failed"))?;
        result.map_err(|error| self.problem(&error))
    }

    /// Runs an operation that answers from the vault's own thread.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&Vault, Reply<T>),
    ) -> Result<T, Problem> {
        let (sender, answer) = oneshot::channel();
        // Nobody waits any more when the client has gone; the act is in the log all the same.
        let reply = Box::new(move |result| drop(sender.send(result)));
        operation(&self.vault, reply);
        let result = answer.await.unwrap_or(Err(Error::ShuttingDown));
        result.map_err(|error| self.problem(&error))
    }

    pub(crate) fn problem(&self, error: &Error) -> Problem {
        Problem::from_ops(error, self.settings.clock.now_ms())
    }

    pub(crate) fn report(&self, cause: &Cause) {
        self.reporter.report(&cause.0);
    }
}

fn closed(_: AcquireError) -> Problem {
    Problem::new(ProblemKind::ShuttingDown, "the vault is shutting down")
}
