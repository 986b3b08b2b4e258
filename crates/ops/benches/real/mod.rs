//! The real clock and real chance: a benchmark measures the real thing.

use lethe_model::{Clock, Random};

/// The machine's clock.
pub(crate) struct SystemClock;
impl Clock for SystemClock {
    fn now(&self) -> jiff::Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "a benchmark measures the real thing"
        )]
        jiff::Timestamp::now()
    }
}

/// The operating system's random bytes.
pub(crate) struct SystemRandom;
impl Random for SystemRandom {
    fn fill(&self, target: &mut [u8]) {
        #[expect(
            clippy::disallowed_methods,
            reason = "a benchmark measures the real thing"
        )]
        getrandom::fill(target).expect("the operating system gives random bytes");
    }
}
