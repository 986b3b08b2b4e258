//! Trying every French mobile number: two hundred million guesses, in order.

use super::hashing::Hashing;
use crate::Budget;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// French mobile numbers: +336 and +337 with eight more digits.
pub(crate) const MOBILES: u64 = 200_000_000;
const FIRST: u64 = 33_600_000_000;
/// Guesses between two looks at the clock.
const CHUNK: u64 = 100_000;
const TEXT_LEN: usize = 12;

/// What guessing gave.
#[derive(Debug)]
pub(crate) struct Guessed {
    pub(crate) tried: u64,
    pub(crate) elapsed: Duration,
    /// The stolen hashes that are of a guessed number.
    pub(crate) hits: HashSet<[u8; 16]>,
}

impl Guessed {
    /// Returns the guesses in a second.
    pub(crate) fn rate(&self) -> f64 {
        self.tried as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }

    /// Says whether all numbers were tried.
    pub(crate) fn is_complete(&self) -> bool {
        self.tried >= MOBILES
    }
}

/// Hashes numbers in order until all are tried or the time is over.
pub(crate) fn try_all_mobiles(
    hashing: &dyn Hashing,
    stolen: &HashSet<[u8; 16]>,
    limit: Duration,
    budget: &Budget,
) -> Guessed {
    let filter = Filter::new(stolen);
    let (next, tried) = (AtomicU64::new(0), AtomicU64::new(0));
    let hits = Mutex::new(HashSet::new());
    let begun = Instant::now();
    let work = || {
        while begun.elapsed() < limit {
            let from = next.fetch_add(CHUNK, Ordering::Relaxed);
            if from >= MOBILES {
                break;
            }
            let mut text = text_of(FIRST + from);
            for _ in 0..CHUNK {
                let hash = hashing.hash(&text);
                if filter.may_hold(&hash) && stolen.contains(&hash) {
                    hits.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .insert(hash);
                }
                increment(&mut text);
            }
            tried.fetch_add(CHUNK, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        for _ in 0..budget.threads.max(1) {
            scope.spawn(work);
        }
    });
    Guessed {
        tried: tried.into_inner(),
        elapsed: begun.elapsed(),
        hits: hits.into_inner().unwrap_or_else(PoisonError::into_inner),
    }
}

/// Turns most guesses away before the look-up in the set.
struct Filter {
    bits: Vec<u64>,
    mask: u32,
}

impl Filter {
    fn new(hashes: &HashSet<[u8; 16]>) -> Self {
        let size = (hashes.len().max(64) * 32).next_power_of_two();
        let mut filter = Self {
            bits: vec![0; size / 64],
            mask: u32::try_from(size - 1).unwrap_or(u32::MAX),
        };
        for hash in hashes {
            let bit = filter.bit(hash);
            filter.bits[bit / 64] |= 1 << (bit % 64);
        }
        filter
    }

    #[inline]
    fn may_hold(&self, hash: &[u8; 16]) -> bool {
        let bit = self.bit(hash);
        self.bits[bit / 64] & (1 << (bit % 64)) != 0
    }

    #[inline]
    fn bit(&self, hash: &[u8; 16]) -> usize {
        let word = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        (word & self.mask) as usize
    }
}

fn text_of(number: u64) -> [u8; TEXT_LEN] {
    let mut text = [b'+'; TEXT_LEN];
    let mut rest = number;
    for digit in text[1..].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    text
}

fn increment(text: &mut [u8; TEXT_LEN]) {
    for digit in text.iter_mut().rev() {
        if *digit != b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guess::Unkeyed;

    #[test]
    fn numbers_are_counted_up_as_text() {
        let mut text = text_of(FIRST + 99);
        assert_eq!(&text, b"+33600000099");
        increment(&mut text);
        assert_eq!(&text, b"+33600000100");
        assert_eq!(&text_of(FIRST + MOBILES - 1), b"+33799999999");
    }

    #[test]
    fn a_number_among_those_tried_is_hit_and_no_other() {
        let stolen = HashSet::from([Unkeyed.hash(b"+33600000042"), Unkeyed.hash(b"+49600000042")]);
        let budget = Budget::default();
        let guessed = try_all_mobiles(&Unkeyed, &stolen, Duration::from_millis(200), &budget);
        assert_eq!(guessed.hits, HashSet::from([Unkeyed.hash(b"+33600000042")]));
        assert!(guessed.tried >= CHUNK);
    }
}
