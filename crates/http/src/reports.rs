//! How often an address may report leaked keys: whoever needs no key of their own is bounded by where
//! they are.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

/// Reports at once.
const BURST: i64 = 10;
/// One more after this, in milliseconds.
const REFILL_MS: i64 = 6_000;
/// Addresses that are remembered; more of them share what is left.
const ADDRESSES_MAX: usize = 10_000;

/// Buckets by address. In memory alone.
#[derive(Default)]
pub(crate) struct Reports(Mutex<HashMap<Option<IpAddr>, Bucket>>);

/// When the last report that was taken will have been paid for, Unix milliseconds.
struct Bucket {
    paid_at_ms: i64,
}

impl Reports {
    /// Takes one report; else says in how many seconds to come again.
    pub(crate) fn take(&self, from: Option<IpAddr>, now_ms: i64) -> Result<(), u64> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= ADDRESSES_MAX {
            buckets.retain(|_, bucket| bucket.paid_at_ms > now_ms);
        }
        let network = from.map(network);
        // When even that leaves no place, all newcomers are one.
        let is_full = buckets.len() >= ADDRESSES_MAX && !buckets.contains_key(&network);
        let bucket = buckets
            .entry(if is_full { None } else { network })
            .or_insert(Bucket { paid_at_ms: now_ms });
        // A clock that was set back must not lock anybody out.
        let owed_ms = (bucket.paid_at_ms - now_ms).clamp(0, BURST * REFILL_MS);
        if owed_ms > (BURST - 1) * REFILL_MS {
            let wait_ms = owed_ms - (BURST - 1) * REFILL_MS;
            return Err(u64::try_from(wait_ms).unwrap_or(0).div_ceil(1000));
        }
        bucket.paid_at_ms = now_ms + owed_ms + REFILL_MS;
        Ok(())
    }
}

/// Whoever has one address of version 6 has a /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.into(),
            None => Ipv6Addr::from(u128::from(v6) >> 64 << 64).into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_at_once_and_then_one_every_six_seconds() {
        let reports = Reports::default();
        let here: Option<IpAddr> = "192.0.2.1".parse().ok();
        let taken = |now_ms, tries| {
            (0..tries)
                .filter(|_| reports.take(here, now_ms).is_ok())
                .count()
        };
        assert_eq!(taken(0, 20), 10);
        assert_eq!(reports.take(here, 1_000), Err(5));
        assert_eq!(taken(6_000, 3), 1);
        assert_eq!(taken(1_000_000, 20), 10);
        assert!(reports.take("192.0.2.2".parse().ok(), 1_000_000).is_ok());
    }

    #[test]
    fn addresses_of_one_network_share_and_a_clock_that_goes_back_locks_nobody_out() {
        let reports = Reports::default();
        let six = |text: &str| text.parse::<IpAddr>().ok();
        for host in 0..10 {
            let from = six(&format!("2001:db8::{host}"));
            assert!(reports.take(from, 1_000_000).is_ok());
        }
        assert!(reports.take(six("2001:db8::ffff"), 1_000_000).is_err());
        assert!(reports.take(six("2001:db8:0:1::1"), 1_000_000).is_ok());
        assert_eq!(reports.take(six("2001:db8::1"), 0), Err(6));
    }
}
