//! The clock of quotas: a machine's clock that somebody sets forward opens no window.

use lethe_model::Clock;

/// Follows the machine's clock, but no faster than time really passes.
pub(crate) struct QuotaClock {
    at_ms: u64,
    elapsed_ms: u64,
}

impl QuotaClock {
    /// Believes the machine's clock once, at the start, unless the log has seen a later time.
    pub(crate) fn starting(clock: &dyn Clock, log_ms: u64) -> Self {
        Self {
            at_ms: u64::try_from(clock.now_ms()).unwrap_or(0).max(log_ms),
            elapsed_ms: clock.elapsed_ms(),
        }
    }

    /// Returns the time that quotas go by, at least `log_ms`: the log's last entry is no later than
    /// now.
    pub(crate) fn read(&mut self, clock: &dyn Clock, log_ms: u64) -> u64 {
        let elapsed_ms = clock.elapsed_ms();
        let latest_ms = self.at_ms + elapsed_ms.saturating_sub(self.elapsed_ms);
        self.elapsed_ms = self.elapsed_ms.max(elapsed_ms);
        let wall_ms = u64::try_from(clock.now_ms()).unwrap_or(0).max(log_ms);
        // Never ahead of what the log would say now: a clock that was set back since it was believed
        // takes that back. No earlier charge was later than the log's last entry.
        self.at_ms = wall_ms.min(latest_ms);
        self.at_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use std::cell::Cell;

    struct Settable {
        wall_ms: Cell<i64>,
        elapsed_ms: Cell<u64>,
    }

    // The trait asks for clocks that threads may share; this one stays in its test.
    struct Shared(std::sync::Mutex<Settable>);

    impl Clock for Shared {
        fn now(&self) -> Timestamp {
            let inner = self.0.lock().unwrap();
            Timestamp::from_millisecond(inner.wall_ms.get()).unwrap()
        }

        fn elapsed_ms(&self) -> u64 {
            self.0.lock().unwrap().elapsed_ms.get()
        }
    }

    impl Shared {
        fn pass(&self, wall_ms: i64, elapsed_ms: u64) {
            let inner = self.0.lock().unwrap();
            inner.wall_ms.set(inner.wall_ms.get() + wall_ms);
            inner.elapsed_ms.set(inner.elapsed_ms.get() + elapsed_ms);
        }
    }

    #[test]
    fn a_clock_set_forward_or_back_opens_no_window() {
        let clock = Shared(std::sync::Mutex::new(Settable {
            wall_ms: Cell::new(1_000),
            elapsed_ms: Cell::new(50),
        }));
        let mut quota = QuotaClock::starting(&clock, 0);
        clock.pass(10, 10);
        assert_eq!(quota.read(&clock, 0), 1_010);
        clock.pass(1_000_000, 5);
        assert_eq!(quota.read(&clock, 0), 1_015);
        assert_eq!(quota.read(&clock, 2_000_000), 1_015);
        clock.pass(-2_000_000, 5);
        assert_eq!(quota.read(&clock, 1_015), 1_015);
        clock.pass(2_000_000, 1_000);
        assert_eq!(quota.read(&clock, 0), 2_015);
    }
}
