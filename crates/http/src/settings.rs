//! Bounds of the interface, with defaults for one vault on a small machine.

use crate::GithubKeys;
use lethe_model::Clock;
use std::fmt;
use std::io::{Write, stderr};
use std::sync::Arc;
use std::time::Duration;

/// Takes a line for the operator about a failure inside. Called from many threads.
pub type Report = Arc<dyn Fn(&str) + Send + Sync>;

/// Bounds of the interface. Made by [`Settings::new`]; change what differs.
#[derive(Clone)]
pub struct Settings {
    /// Tells the time, for `Retry-After`.
    pub clock: Arc<dyn Clock>,
    /// How long a request may take, its body included.
    pub request_timeout: Duration,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// Requests served at once; more are told to come back.
    pub requests_max: usize,
    /// Requests at once that read much of the log or the stores; more wait.
    pub heavy_requests_max: usize,
    /// Logins at once; more wait. Each takes 19 MiB and some 20 ms of a core.
    pub logins_max: usize,
    /// The longest body in bytes.
    pub body_bytes_max: usize,
    /// The longest body of `POST /v1/orders` in bytes.
    pub orders_bytes_max: usize,
    /// Bytes of such bodies in memory at once; more wait.
    pub uploads_bytes_max: usize,
    /// Open connections; more are told to come back.
    pub connections_max: usize,
    /// How long open requests may take when the server stops.
    pub shutdown_grace: Duration,
    /// Takes failures inside: what is wrong with log, keyring or disk. Never a personal value.
    pub report: Report,
    /// GitHub's public keys, for reports of its secret scanning; without them these are refused.
    pub github_keys: Option<Arc<GithubKeys>>,
}

impl Settings {
    /// Returns the defaults. Failures inside go to the standard error.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            request_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(20),
            requests_max: 1_024,
            heavy_requests_max: 8,
            logins_max: 2,
            body_bytes_max: 64 * 1024,
            orders_bytes_max: 10 * 1024 * 1024,
            uploads_bytes_max: 64 * 1024 * 1024,
            connections_max: 1_024,
            shutdown_grace: Duration::from_secs(10),
            // `eprintln!` would panic, and lose the answer, when that file's disk is full too.
            report: Arc::new(|line| drop(writeln!(stderr(), "lethe: {line}"))),
            github_keys: None,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("request_timeout", &self.request_timeout)
            .field("requests_max", &self.requests_max)
            .field("connections_max", &self.connections_max)
            .finish_non_exhaustive()
    }
}
