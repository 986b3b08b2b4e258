//! Requests a second: a bucket of tokens for each credential that has a rate.

use crate::Refusal;
use std::collections::HashMap;

/// Buckets are kept for no more names than this: a holder can derive any number of keys.
const BUCKETS_MAX: usize = 10_000;
/// A bucket that nobody took from for this long is full.
const FULL_AFTER_MS: i64 = 1_000;

/// The buckets. In memory alone: a restart refills them, which is worth one second.
#[derive(Default)]
pub(crate) struct Rates(HashMap<String, Bucket>);

struct Bucket {
    /// Thousandths of a request.
    milli: u64,
    at_ms: i64,
}

impl Rates {
    /// Takes one request of a credential, of `rate` in a second.
    pub(crate) fn take(&mut self, credential: &str, rate: u32, now_ms: i64) -> Result<(), Refusal> {
        if self.0.len() >= BUCKETS_MAX {
            self.0
                .retain(|_, bucket| now_ms.saturating_sub(bucket.at_ms) < FULL_AFTER_MS);
        }
        let full = u64::from(rate) * 1_000;
        let bucket = match self.0.get_mut(credential) {
            Some(bucket) => bucket,
            None => self.0.entry(credential.to_owned()).or_insert(Bucket {
                milli: full,
                at_ms: now_ms,
            }),
        };
        // A clock that went back refills nothing.
        let passed_ms = u64::try_from(now_ms - bucket.at_ms).unwrap_or(0);
        bucket.at_ms = bucket.at_ms.max(now_ms);
        bucket.milli = full.min(bucket.milli.saturating_add(passed_ms * u64::from(rate)));
        if bucket.milli < 1_000 {
            let missing = (1_000 - bucket.milli).div_ceil(u64::from(rate.max(1)));
            let retry_at_ms = u64::try_from(now_ms).unwrap_or(0) + missing;
            return Err(Refusal::Rate { retry_at_ms });
        }
        bucket.milli -= 1_000;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lets_no_more_through_than_the_rate() {
        let mut rates = Rates::default();
        let mut passed = |now_ms, tries| {
            (0..tries)
                .filter(|_| rates.take("key", 5, now_ms).is_ok())
                .count()
        };
        assert_eq!(passed(1_000, 10), 5);
        assert_eq!(passed(1_199, 10), 0);
        assert_eq!(passed(1_200, 10), 1);
        assert_eq!(passed(9_000, 10), 5);
        assert_eq!(passed(5_000, 10), 0);
    }

    #[test]
    fn a_refusal_says_when_to_come_back() {
        let mut rates = Rates::default();
        assert!(rates.take("key", 1, 0).is_ok());
        let refused = rates.take("key", 1, 400).unwrap_err();
        assert_eq!(refused, Refusal::Rate { retry_at_ms: 1_000 });
        assert!(rates.take("key", 1, 1_000).is_ok());
    }
}
