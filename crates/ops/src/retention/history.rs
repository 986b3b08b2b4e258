//! What earlier runs mean for the next one: whether it is the first, and how many records are left to
//! the day.

use super::report::RetentionReport;
use lethe_model::StoreId;
use lethe_policy::Policy;
use lethe_store::active::runs::{self, RunRow};
use lethe_store::{StoreError, Tx};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The runs that count for the next one.
pub(crate) struct History {
    /// Those of the last 24 hours and those that have not ended, newest first.
    pub(crate) recent: Vec<RunRow>,
    /// Whether no run has destroyed or moved anything yet. A run that found nothing due proves
    /// nothing about the policy: the next one is still the first on real data.
    pub(crate) is_first: bool,
    since_ms: i64,
}

impl History {
    /// Reads a shop's runs as of a moment.
    pub(crate) fn read(tx: &Tx<'_>, store: StoreId, now_ms: i64) -> Result<Self, StoreError> {
        let since_ms = now_ms - DAY_MS;
        let reports = runs::reports(tx, store)?;
        Ok(Self {
            recent: runs::since(tx, store, since_ms)?,
            is_first: !reports.iter().any(|text| read_report(text).records() > 0),
            since_ms,
        })
    }

    /// Returns how many records may still go today.
    pub(crate) fn allowance(&self, policy: &Policy) -> u64 {
        let recent = self.recent.iter();
        let recent = recent.filter(|run| run.started_at > self.since_ms);
        let done: u64 = recent.map(|run| read_report(&run.report).records()).sum();
        let cap = if self.is_first {
            policy.safety().first_run_at_most
        } else {
            policy.safety().per_day_at_most
        };
        cap.saturating_sub(done)
    }
}

/// Reads what a run did.
pub(crate) fn read_report(text: &str) -> RetentionReport {
    serde_json::from_str(text).unwrap_or_default()
}
