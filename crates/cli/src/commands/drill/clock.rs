//! A clock that the drill moves: 80 days of a stolen key pass in seconds.

use jiff::{SignedDuration, Timestamp};
use lethe_model::Clock;
use std::sync::atomic::{AtomicI64, Ordering};

/// Starts at a moment, stands still, and jumps when it is told to.
pub(super) struct SteppableClock {
    start: Timestamp,
    hours: AtomicI64,
}

impl SteppableClock {
    pub(super) fn starting_at(start: Timestamp) -> Self {
        Self {
            start,
            hours: AtomicI64::new(0),
        }
    }

    pub(super) fn advance_days(&self, days: u32) {
        self.hours.fetch_add(i64::from(days) * 24, Ordering::SeqCst);
    }
}

impl Clock for SteppableClock {
    fn now(&self) -> Timestamp {
        let passed = SignedDuration::from_hours(self.hours.load(Ordering::SeqCst));
        self.start.checked_add(passed).unwrap_or(Timestamp::MAX)
    }
}
