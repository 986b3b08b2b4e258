//! The machine's own clock and randomness: the only place that asks for either.

use jiff::Timestamp;
use lethe_model::{Clock, Random};
use lethe_ops::Surroundings;
use rustix::time::{ClockId, clock_gettime};
use std::sync::Arc;

/// The machine's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the production clock: everything else takes a `Clock`"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed_ms(&self) -> u64 {
        // Counts a machine's sleep too, and nobody sets it.
        let since_boot = clock_gettime(ClockId::Boottime);
        let seconds = u64::try_from(since_boot.tv_sec).unwrap_or(0);
        seconds * 1_000 + u64::try_from(since_boot.tv_nsec).unwrap_or(0) / 1_000_000
    }
}

/// The operating system's random bytes.
pub(crate) struct OsRandom;

impl Random for OsRandom {
    #[expect(
        clippy::disallowed_methods,
        reason = "the production source of chance: everything else takes a `Random`"
    )]
    fn fill(&self, target: &mut [u8]) {
        getrandom::fill(target).expect("the operating system gives random bytes");
    }
}

/// Returns the real surroundings.
pub(crate) fn real() -> Surroundings {
    Surroundings {
        clock: Arc::new(SystemClock),
        random: Arc::new(OsRandom),
    }
}
