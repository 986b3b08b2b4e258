//! Quotas: how many distinct people a credential may meet in any 24 hours.

use std::collections::{BTreeSet, HashMap};

/// The length of the window, in milliseconds.
pub const WINDOW_MS: u64 = 24 * 60 * 60 * 1000;

/// The sliding windows of all credentials. Rebuilt from the log when the keeper opens.
#[derive(Default)]
pub(crate) struct Quotas {
    windows: HashMap<String, Window>,
    misses: u64,
    /// Until then nobody new is met: after a restore it is not known who was met before.
    spent_until_ms: u64,
}

/// Who was met in the last 24 hours, and when last.
#[derive(Default)]
struct Window {
    last: HashMap<Unit, u64>,
    by_time: BTreeSet<(u64, Unit)>,
}

/// What is counted: a person met, or a guess that hit nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Unit {
    Person(u64),
    Guess(u64),
}

/// A quota that is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted {
    /// When the oldest person of the window leaves it, Unix milliseconds.
    pub(crate) retry_at_ms: u64,
}

impl Quotas {
    /// Charges people and failed guesses to a credential, all or nothing.
    ///
    /// A person who is already in the window is free, and stays in it for 24 hours from now: else
    /// somebody read again and somebody new would make more people in one day than the limit. A
    /// guess is never free, because a table of earlier guesses would be a list of people who are
    /// *not* customers.
    ///
    /// # Errors
    ///
    /// [`Exhausted`] when the limit would be exceeded; nothing is charged then.
    pub(crate) fn charge(
        &mut self,
        credential: &str,
        limit: u32,
        people: impl Iterator<Item = u64> + Clone,
        guesses: u64,
        now_ms: u64,
    ) -> Result<(), Exhausted> {
        let window = self.windows.entry(credential.to_owned()).or_default();
        window.forget_before(now_ms);
        let mut newcomers: Vec<u64> = people
            .clone()
            .filter(|person| !window.last.contains_key(&Unit::Person(*person)))
            .collect();
        newcomers.sort_unstable();
        newcomers.dedup();
        if now_ms < self.spent_until_ms && (guesses > 0 || !newcomers.is_empty()) {
            return Err(Exhausted {
                retry_at_ms: self.spent_until_ms,
            });
        }
        let wanted = window.last.len() as u64 + newcomers.len() as u64 + guesses;
        if wanted > u64::from(limit) && (guesses > 0 || !newcomers.is_empty()) {
            let oldest = window.by_time.first().map_or(now_ms, |(at, _)| *at);
            return Err(Exhausted {
                retry_at_ms: oldest + WINDOW_MS,
            });
        }
        for person in people {
            window.admit(now_ms, Unit::Person(person));
        }
        for _ in 0..guesses {
            self.misses += 1;
            window.admit(now_ms, Unit::Guess(self.misses));
        }
        Ok(())
    }

    /// Counts every quota as spent until a moment.
    pub(crate) fn spend_until(&mut self, until_ms: u64) {
        self.spent_until_ms = self.spent_until_ms.max(until_ms);
    }

    /// Puts a past charge back, whatever the limit was then.
    pub(crate) fn restore(
        &mut self,
        credential: &str,
        people: impl Iterator<Item = u64> + Clone,
        guesses: u64,
        at_ms: u64,
    ) {
        // Without a limit there is nothing to exceed.
        self.charge(credential, u32::MAX, people, guesses, at_ms)
            .ok();
    }

    /// Says how many distinct people and guesses a credential's window holds now.
    pub(crate) fn used(&mut self, credential: &str, now_ms: u64) -> u32 {
        let Some(window) = self.windows.get_mut(credential) else {
            return 0;
        };
        window.forget_before(now_ms);
        u32::try_from(window.last.len()).unwrap_or(u32::MAX)
    }
}

impl Window {
    fn admit(&mut self, at_ms: u64, unit: Unit) {
        if let Some(earlier) = self.last.insert(unit, at_ms) {
            self.by_time.remove(&(earlier, unit));
        }
        self.by_time.insert((at_ms, unit));
    }

    fn forget_before(&mut self, now_ms: u64) {
        while let Some((at_ms, unit)) = self.by_time.first().copied() {
            if at_ms + WINDOW_MS > now_ms {
                break;
            }
            self.by_time.pop_first();
            self.last.remove(&unit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(quotas: &mut Quotas, people: &[u64], guesses: u64, now_ms: u64) -> bool {
        quotas
            .charge("key", 3, people.iter().copied(), guesses, now_ms)
            .is_ok()
    }

    #[test]
    fn a_person_counts_once_in_a_window_and_again_after_it() {
        let mut quotas = Quotas::default();
        assert!(charge(&mut quotas, &[1, 2, 2], 0, 0));
        assert!(charge(&mut quotas, &[1, 2], 0, 1));
        assert_eq!(quotas.used("key", 1), 2);
        assert!(charge(&mut quotas, &[3], 0, 2));
        assert!(!charge(&mut quotas, &[4], 0, WINDOW_MS - 1));
        assert!(charge(&mut quotas, &[4], 0, WINDOW_MS + 1));
        assert_eq!(quotas.used("key", WINDOW_MS + 1), 2);
    }

    #[test]
    fn a_person_read_again_is_free_and_counts_from_then_on() {
        let mut quotas = Quotas::default();
        assert!(charge(&mut quotas, &[1, 2, 3], 0, 0));
        assert!(charge(&mut quotas, &[1], 0, WINDOW_MS - 1));
        assert_eq!(quotas.used("key", WINDOW_MS), 1);
        assert!(!charge(&mut quotas, &[4, 5, 6], 0, WINDOW_MS));
        assert!(charge(&mut quotas, &[4, 5], 0, WINDOW_MS));
    }

    #[test]
    fn a_refused_request_charges_nothing_and_says_when_to_come_back() {
        let mut quotas = Quotas::default();
        assert!(charge(&mut quotas, &[1], 0, 10));
        let refused = quotas.charge("key", 3, [2, 3, 4].into_iter(), 0, 20);
        assert_eq!(
            refused,
            Err(Exhausted {
                retry_at_ms: 10 + WINDOW_MS
            })
        );
        assert_eq!(quotas.used("key", 20), 1);
    }

    #[test]
    fn a_guess_is_metered_like_a_read() {
        let mut quotas = Quotas::default();
        assert!(charge(&mut quotas, &[], 2, 0));
        assert!(charge(&mut quotas, &[1], 0, 0));
        assert!(!charge(&mut quotas, &[], 1, 0));
        assert!(!charge(&mut quotas, &[2], 0, 0));
        assert!(charge(&mut quotas, &[1], 0, 0));
    }

    #[test]
    fn after_a_restore_nobody_new_is_met_for_a_day() {
        let mut quotas = Quotas::default();
        quotas.spend_until(WINDOW_MS);
        assert!(!charge(&mut quotas, &[1], 0, 1));
        assert!(!charge(&mut quotas, &[], 1, 1));
        assert!(charge(&mut quotas, &[1], 1, WINDOW_MS));
    }

    #[test]
    fn credentials_do_not_share_a_window() {
        let mut quotas = Quotas::default();
        assert!(charge(&mut quotas, &[1, 2, 3], 0, 0));
        assert!(quotas.charge("other", 3, [4].into_iter(), 0, 0).is_ok());
    }
}
