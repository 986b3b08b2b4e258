//! What slows guessing down without letting anybody lock somebody else out.
//!
//! Nothing is ever locked. Whoever fails waits, longer each time, and the wait is counted for the
//! account **as seen from one network**: failures from elsewhere do not lengthen it, they only take
//! away the first tries for nothing. A client that logged in before shows a device token: it has a
//! count of its own, which no stranger can touch, and never waits long. Names that nobody has are
//! counted like others.

use std::collections::HashMap;
use std::hash::Hash;

const SECOND_MS: u64 = 1_000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
/// After this long without a failure a count is forgotten.
const MEMORY_MS: u64 = 24 * 60 * MINUTE_MS;
/// Accounts and networks that are remembered.
const COUNTS_MAX: usize = 50_000;
/// Failures for an account, from wherever, from which on nobody unknown has tries for nothing.
const UNDER_ATTACK: u32 = 20;

/// What a client that logged in before is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Device(pub [u8; 16]);

/// How long to wait before the next try, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many tries: wait {} s", self.0.div_ceil(1_000))]
pub struct Wait(pub u64);

/// Which tries are free, and how the wait grows: it doubles from `first_ms` up to `longest_ms`.
struct Pace {
    free: u32,
    first_ms: u64,
    longest_ms: u64,
}

/// An account as seen from one network.
const STRANGER: Pace = Pace {
    free: 4,
    first_ms: SECOND_MS,
    longest_ms: 15 * MINUTE_MS,
};
/// The same while the account fails from many places.
const STRANGER_UNDER_ATTACK: Pace = Pace {
    free: 1,
    first_ms: 5 * SECOND_MS,
    longest_ms: 15 * MINUTE_MS,
};
/// A known device: a short wait at most, whatever others do.
const KNOWN: Pace = Pace {
    free: 6,
    first_ms: SECOND_MS,
    longest_ms: 30 * SECOND_MS,
};
/// All accounts as seen from one network.
const NETWORK: Pace = Pace {
    free: 40,
    first_ms: SECOND_MS,
    longest_ms: MINUTE_MS,
};
/// Wrong codes after the right password, from devices that are not known. Only who knows the
/// password can make others wait here, and never those who have a known device.
const CODES: Pace = Pace {
    free: 10,
    first_ms: MINUTE_MS,
    longest_ms: MINUTE_MS,
};

#[derive(Clone, Copy, Default)]
struct Count {
    failures: u32,
    last_ms: u64,
}

impl Count {
    fn wait(self, pace: &Pace, now_ms: u64) -> u64 {
        if self.failures < pace.free || now_ms.saturating_sub(self.last_ms) >= MEMORY_MS {
            return 0;
        }
        let doublings = (self.failures - pace.free).min(20);
        let pause_ms = (pace.first_ms << doublings).min(pace.longest_ms);
        (self.last_ms + pause_ms).saturating_sub(now_ms)
    }

    fn add(&mut self, now_ms: u64) {
        if now_ms.saturating_sub(self.last_ms) >= MEMORY_MS {
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        self.last_ms = now_ms;
    }
}

/// The counts. `now_ms` everywhere: milliseconds on a clock that nobody sets.
#[derive(Default)]
pub struct Throttle {
    pairs: HashMap<(String, String), Count>,
    accounts: HashMap<String, Count>,
    networks: HashMap<String, Count>,
    devices: HashMap<(String, Device), Count>,
    codes: HashMap<String, Count>,
}

impl Throttle {
    /// Lets a try begin. It counts as a failure until [`Self::succeeded`]: tries at the same time
    /// are not free.
    ///
    /// # Errors
    ///
    /// How long to wait; nothing is counted then.
    pub fn begin(
        &mut self,
        account: &str,
        network: &str,
        device: Option<&Device>,
        now_ms: u64,
    ) -> Result<(), Wait> {
        if let Some(device) = device {
            let key = (account.to_owned(), device.clone());
            return step(&mut self.devices, key, &KNOWN, now_ms);
        }
        let of_all = peek(&self.accounts, account, now_ms).failures;
        let pace = match of_all >= UNDER_ATTACK {
            true => &STRANGER_UNDER_ATTACK,
            false => &STRANGER,
        };
        let from_there = peek(&self.networks, network, now_ms).wait(&NETWORK, now_ms);
        if from_there > 0 {
            return Err(Wait(from_there));
        }
        let pair = (account.to_owned(), network.to_owned());
        step(&mut self.pairs, pair, pace, now_ms)?;
        count(&mut self.accounts, account.to_owned(), now_ms);
        count(&mut self.networks, network.to_owned(), now_ms);
        Ok(())
    }

    /// Forgets what this client failed before.
    pub fn succeeded(&mut self, account: &str, network: &str, device: Option<&Device>) {
        match device {
            Some(device) => drop(self.devices.remove(&(account.to_owned(), device.clone()))),
            None => {
                self.pairs.remove(&(account.to_owned(), network.to_owned()));
                // What others failed stays: this takes back its own.
                let counts = [
                    self.accounts.get_mut(account),
                    self.networks.get_mut(network),
                ];
                for count in counts.into_iter().flatten() {
                    count.failures = count.failures.saturating_sub(1);
                }
            }
        }
    }

    /// Says whether a code may be tried after the right password. What a stranger's device tries is
    /// counted for the whole account, since there are only a million codes.
    pub fn may_try_code(&mut self, account: &str, device: Option<&Device>, now_ms: u64) -> bool {
        if device.is_some() {
            return true;
        }
        step(&mut self.codes, account.to_owned(), &CODES, now_ms).is_ok()
    }

    /// Forgets wrong codes after a right one.
    pub fn code_was_right(&mut self, account: &str) {
        self.codes.remove(account);
    }
}

fn peek(counts: &HashMap<String, Count>, key: &str, now_ms: u64) -> Count {
    let count = counts.get(key).copied().unwrap_or_default();
    match now_ms.saturating_sub(count.last_ms) >= MEMORY_MS {
        true => Count::default(),
        false => count,
    }
}

/// Counts a try unless it comes too early.
fn step<K: Hash + Eq + Clone>(
    counts: &mut HashMap<K, Count>,
    key: K,
    pace: &Pace,
    now_ms: u64,
) -> Result<(), Wait> {
    let wait = counts.get(&key).map_or(0, |one| one.wait(pace, now_ms));
    if wait > 0 {
        return Err(Wait(wait));
    }
    count(counts, key, now_ms);
    Ok(())
}

fn count<K: Hash + Eq + Clone>(counts: &mut HashMap<K, Count>, key: K, now_ms: u64) {
    if counts.len() >= COUNTS_MAX && !counts.contains_key(&key) {
        make_room(counts, now_ms);
    }
    counts.entry(key).or_default().add(now_ms);
}

/// Forgets what is old, and if that is not enough, all that failed least: an attacker who fills the
/// table does not get rid of what was counted most.
fn make_room<K: Hash + Eq + Clone>(counts: &mut HashMap<K, Count>, now_ms: u64) {
    counts.retain(|_, one| now_ms.saturating_sub(one.last_ms) < MEMORY_MS);
    let mut least = 1;
    while counts.len() >= COUNTS_MAX {
        counts.retain(|_, one| one.failures > least);
        least = least.saturating_mul(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "192.0.2.0/24";

    fn fail(throttle: &mut Throttle, network: &str, tries: u32, now_ms: &mut u64) {
        for _ in 0..tries {
            while let Err(Wait(ms)) = throttle.begin("ada", network, None, *now_ms) {
                *now_ms += ms;
            }
        }
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let mut throttle = Throttle::default();
        let mut now_ms = 0;
        fail(&mut throttle, HOME, 4, &mut now_ms);
        assert_eq!(now_ms, 0, "the first tries are free");
        let mut waits = Vec::new();
        for _ in 0..14 {
            let before = now_ms;
            fail(&mut throttle, HOME, 1, &mut now_ms);
            waits.push((now_ms - before) / 1_000);
        }
        assert_eq!(waits[..5], [1, 2, 4, 8, 16]);
        assert_eq!(waits.last(), Some(&900));
        assert!(
            throttle
                .begin("ada", HOME, None, now_ms + MEMORY_MS)
                .is_ok()
        );
    }

    #[test]
    fn failures_from_elsewhere_make_nobody_wait() {
        let mut throttle = Throttle::default();
        for attacker in 0..10_000 {
            let network = format!("10.{}.{}.0/24", attacker / 256, attacker % 256);
            assert!(throttle.begin("ada", &network, None, 0).is_ok());
        }
        assert!(
            throttle.begin("ada", HOME, None, 0).is_ok(),
            "a first try is free"
        );
        let wait = throttle.begin("ada", HOME, None, 0).unwrap_err();
        assert_eq!(wait, Wait(5_000), "a second one waits a little");
        let laptop = Device([1; 16]);
        for _ in 0..5 {
            assert!(throttle.begin("ada", HOME, Some(&laptop), 0).is_ok());
        }
    }

    #[test]
    fn a_known_device_never_waits_long_even_where_strangers_fail() {
        let mut throttle = Throttle::default();
        let mut now_ms = 0;
        fail(&mut throttle, HOME, 30, &mut now_ms);
        let laptop = Device([1; 16]);
        let mut longest = 0;
        for _ in 0..30 {
            while let Err(Wait(ms)) = throttle.begin("ada", HOME, Some(&laptop), now_ms) {
                longest = longest.max(ms);
                now_ms += ms;
            }
        }
        assert_eq!(longest, 30_000);
    }

    #[test]
    fn a_network_that_tries_many_names_is_slowed_down() {
        let mut throttle = Throttle::default();
        let refused = (0..100).filter(|n| throttle.begin(&format!("n{n}"), HOME, None, 0).is_err());
        assert_eq!(refused.count(), 60);
    }

    #[test]
    fn success_takes_back_what_this_client_failed() {
        let mut throttle = Throttle::default();
        let mut now_ms = 0;
        fail(&mut throttle, HOME, 6, &mut now_ms);
        throttle.succeeded("ada", HOME, None);
        assert!(throttle.begin("ada", HOME, None, now_ms).is_ok());
    }

    #[test]
    fn codes_are_bounded_for_the_whole_account_but_not_for_known_devices() {
        let mut throttle = Throttle::default();
        let tried = (0..100).filter(|_| throttle.may_try_code("ada", None, 0));
        assert_eq!(tried.count(), 10);
        assert!(throttle.may_try_code("ada", Some(&Device([1; 16])), 0));
        assert!(throttle.may_try_code("ada", None, MINUTE_MS));
        assert!(!throttle.may_try_code("ada", None, MINUTE_MS + 1));
    }

    #[test]
    fn the_table_stays_bounded_and_keeps_who_failed_most() {
        let mut counts = HashMap::new();
        for _ in 0..50 {
            count(&mut counts, u32::MAX, 0);
        }
        for key in 0..120_000 {
            count(&mut counts, key, 0);
        }
        assert!(counts.len() <= COUNTS_MAX);
        assert!(counts.contains_key(&u32::MAX));
    }
}
