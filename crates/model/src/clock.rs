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
}
