//! Seeded chance (SplitMix64): the same seed kills at the same planned moments.

use std::time::Duration;

/// A sequence of random numbers.
pub(crate) struct Chance(u64);

impl Chance {
    /// Begins a sequence.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Draws a number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).expect("it is below an usize")
    }

    /// Draws a moment within the next `max` milliseconds, to the microsecond.
    pub(crate) fn moment(&mut self, max_ms: u64) -> Duration {
        Duration::from_micros(self.next() % (max_ms * 1000))
    }

    /// Draws one of several.
    pub(crate) fn one<'o, T>(&mut self, of: &'o [T]) -> &'o T {
        &of[self.below(of.len())]
    }

    /// Begins a sequence of its own, for another thread.
    pub(crate) fn split(&mut self) -> Self {
        Self(self.next())
    }
}
