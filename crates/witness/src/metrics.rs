//! Counts, in Prometheus' text format.

use crate::Witness;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// The statuses that `add-checkpoint` answers with.
const STATUSES: [u16; 9] = [200, 400, 403, 404, 408, 409, 413, 422, 500];

/// How often each status was answered.
#[derive(Default)]
pub(crate) struct Metrics([AtomicU64; STATUSES.len()]);

impl Metrics {
    pub(crate) fn count(&self, status: u16) {
        if let Some(place) = STATUSES.iter().position(|one| *one == status) {
            self.0[place].fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Writes all metrics of a witness.
pub(crate) fn render(witness: &Witness, now: u64) -> String {
    let mut text = String::from(
        "# HELP lethe_witness_requests_total Requests to cosign, by status.\n\
         # TYPE lethe_witness_requests_total counter\n",
    );
    let mut line = |line: std::fmt::Arguments<'_>| {
        writeln!(text, "{line}").expect("a String takes everything");
    };
    for (status, count) in STATUSES.iter().zip(&witness.metrics.0) {
        let count = count.load(Ordering::Relaxed);
        line(format_args!(
            "lethe_witness_requests_total{{status=\"{status}\"}} {count}"
        ));
    }
    line(format_args!(
        "# HELP lethe_witness_log_size Entries in each log's checkpoint that was cosigned last.\n\
         # TYPE lethe_witness_log_size gauge"
    ));
    for (origin, size) in witness.sizes() {
        let origin = origin.replace('\\', "\\\\").replace('"', "\\\"");
        line(format_args!(
            "lethe_witness_log_size{{origin=\"{origin}\"}} {size}"
        ));
    }
    line(format_args!(
        "# HELP lethe_witness_clock_behind_seconds How far the clock lies behind the last cosignature.\n\
         # TYPE lethe_witness_clock_behind_seconds gauge\n\
         lethe_witness_clock_behind_seconds {}",
        witness.clock_behind(now)
    ));
    text
}
