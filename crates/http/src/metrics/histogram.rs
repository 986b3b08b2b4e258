//! A histogram of durations with fixed bounds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds in microseconds, with the text that Prometheus reads (seconds).
pub(super) const BOUNDS: [(u64, &str); 12] = [
    (250, "0.00025"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (500_000, "0.5"),
    (2_500_000, "2.5"),
    (u64::MAX, "+Inf"),
];

/// Counts durations by upper bound.
#[derive(Default)]
pub(super) struct Histogram {
    buckets: [AtomicU64; BOUNDS.len()],
    sum_us: AtomicU64,
}

impl Histogram {
    pub(super) fn observe(&self, duration: Duration) {
        let us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|(bound, _)| *bound < us);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(us, Ordering::Relaxed);
    }

    /// Returns how many durations lie within each bound, cumulated as Prometheus wants it.
    pub(super) fn cumulated(&self) -> [u64; BOUNDS.len()] {
        let mut total = 0;
        std::array::from_fn(|bucket| {
            total += self.buckets[bucket].load(Ordering::Relaxed);
            total
        })
    }

    /// Returns the sum of all durations in microseconds.
    pub(super) fn sum_us(&self) -> u64 {
        self.sum_us.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_counts_in_its_bucket_and_in_every_wider_one() {
        let histogram = Histogram::default();
        for us in [250, 251, 3_000_000] {
            histogram.observe(Duration::from_micros(us));
        }
        assert_eq!(histogram.cumulated(), [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3]);
        assert_eq!(histogram.sum_us(), 3_000_501);
    }
}
