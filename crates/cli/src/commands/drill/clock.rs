//! A clock that the drill moves: 80 days of a stolen key pass in seconds.

use jiff::{SignedDuration, Timestamp};
use lethe_model::Clock;
use std::sync::atomic::{AtomicI64, Ordering};

/// Starts at a moment, stands still, and jumps when it is told to.
pub(in crate::commands) struct SteppableClock {
    start: Timestamp,
    minutes: AtomicI64,
}

impl SteppableClock {
    pub(in crate::commands) fn starting_at(start: Timestamp) -> Self {
        Self {
            start,
            minutes: AtomicI64::new(0),
        }
    }

    pub(in crate::commands) fn advance_minutes(&self, minutes: i64) {
        self.minutes.fetch_add(minutes, Ordering::SeqCst);
    }

    /// A day is ten minutes longer here: quota windows end within that.
    pub(in crate::commands) fn advance_days(&self, days: u32) {
        self.minutes
            .fetch_add(i64::from(days) * (24 * 60 + 10), Ordering::SeqCst);
    }
}

impl Clock for SteppableClock {
    fn now(&self) -> Timestamp {
        let passed = SignedDuration::from_mins(self.minutes.load(Ordering::SeqCst));
        self.start.checked_add(passed).unwrap_or(Timestamp::MAX)
    }
}
