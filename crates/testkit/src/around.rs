//! Time and chance under a test's control.

use jiff::{Timestamp, ToSpan};
use lethe_model::{Clock, Random};
use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

/// A clock that stands still until a test moves it. Begins on 2026-01-15 at 12:00 UTC.
pub struct FakeClock(AtomicI64);

impl Default for FakeClock {
    fn default() -> Self {
        let start: Timestamp = "2026-01-15T12:00:00Z".parse().expect("a valid instant");
        Self(AtomicI64::new(start.as_millisecond()))
    }
}

impl FakeClock {
    /// Moves the clock forward, or back with a negative number.
    pub fn advance_hours(&self, hours: i64) {
        self.0.fetch_add(hours * 3_600_000, Ordering::Relaxed);
    }

    /// Moves the clock forward by seconds.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::Relaxed);
    }

    /// Returns the instant `days` after now, Unix milliseconds.
    pub fn in_days(&self, days: i64) -> i64 {
        let at = self
            .now()
            .saturating_add((days * 24).hours())
            .expect("hours are exact");
        at.as_millisecond()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).expect("tests stay in range")
    }
}

/// Random bytes that are the same in every run.
pub struct SeededRandom(Mutex<ChaCha20Rng>);

impl SeededRandom {
    /// Begins a sequence.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, target: &mut [u8]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(target);
    }
}
