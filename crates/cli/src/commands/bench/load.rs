//! The load: clients that each keep one connection and one act under way.

use super::arm::Operation;
use super::target::Target;
use crate::error::{CliError, Exit};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What the clients saw.
#[derive(Default)]
pub(crate) struct Done {
    /// Ascending.
    pub(crate) latencies_us: Vec<u32>,
    pub(crate) failed: u64,
    pub(crate) elapsed: Duration,
}

impl Done {
    pub(crate) fn percentile(&self, percent: usize) -> u32 {
        percentile(&self.latencies_us, percent)
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.latencies_us.len() as f64 / self.elapsed.as_secs_f64()
    }
}

/// Returns a percentile of ascending values; 0 of none.
pub(crate) fn percentile(ascending: &[u32], percent: usize) -> u32 {
    let last = ascending.len().saturating_sub(1);
    ascending.get(last * percent / 100).copied().unwrap_or(0)
}

/// Runs `clients` at once for a while, all on one thread of this process.
///
/// `measured` is called when every client has connected, and again when the last has ended.
pub(crate) fn run(
    target: &Arc<Target>,
    operation: Operation,
    clients: usize,
    duration: Duration,
    mut measured: impl FnMut(),
) -> Result<Done, CliError> {
    runtime()?.block_on(async {
        let mut connections = Vec::with_capacity(clients);
        for _ in 0..clients {
            connections.push(target.connect().await?);
        }
        measured();
        let started = Instant::now();
        let until = started + duration;
        let tasks: Vec<_> = connections
            .into_iter()
            .map(|mut connection| {
                let target = Arc::clone(target);
                tokio::spawn(async move {
                    let mut done = Done::default();
                    while Instant::now() < until {
                        let sent = Instant::now();
                        let is_good = connection.perform(&target, operation).await?;
                        let took = sent.elapsed().as_micros();
                        done.latencies_us
                            .push(u32::try_from(took).unwrap_or(u32::MAX));
                        done.failed += u64::from(!is_good);
                    }
                    Ok::<Done, CliError>(done)
                })
            })
            .collect();
        let mut all = Done::default();
        for task in tasks {
            let done = task
                .await
                .map_err(|_| CliError::new(Exit::Failure, "bench", "a client failed"))??;
            all.failed += done.failed;
            all.latencies_us.extend(done.latencies_us);
        }
        all.elapsed = started.elapsed();
        measured();
        all.latencies_us.sort_unstable();
        Ok(all)
    })
}

/// The clients' own thread.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(CliError::file("cannot start the clients"))
}
