//! Time as a parameter.

use jiff::Timestamp;

/// Tells the time. Passed in everywhere, so that tests and drills can move it.
pub trait Clock: Send + Sync {
    /// Returns the current instant.
    fn now(&self) -> Timestamp;

    /// Returns the current instant as Unix milliseconds, the unit of the databases and the log.
    fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Returns milliseconds since some fixed moment, which no setting of the clock changes. A clock
    /// that only tests and drills move has no other than its own.
    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.now_ms()).unwrap_or(0)
    }
}
