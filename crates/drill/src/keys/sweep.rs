//! The sweep: every stolen value cut into keys, and each key tried, on all threads.

use super::candidates::{count_of, keys_in};
use super::locks::{Locks, Role, SealedRecord, each_record};
use crate::stolen::StolenFolder;
use crate::{Budget, DrillError};
use lethe_crypto::SecretKey;
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Values tried between two looks at the clock.
const BATCH_VALUES: usize = 4_096;
/// Values of exactly a key's length that lie beside no record, at most: each is tried on every
/// record.
const BARE_KEYS_MAX: usize = 64;

/// What trying every key on everything gave.
#[derive(Debug, Default)]
pub(crate) struct KeySweep {
    /// Keys tried.
    pub(crate) keys: u64,
    /// Keys there would have been to try.
    pub(crate) keys_in_all: u64,
    /// Single attempts to open something.
    pub(crate) attempts: u64,
    pub(crate) elapsed: Duration,
    /// What was opened.
    pub(crate) roles: BTreeSet<Role>,
    /// Where the keys lay that opened something.
    pub(crate) places: BTreeSet<String>,
}

/// A stolen value that may hold a key.
struct Suspect {
    bytes: Vec<u8>,
    place: usize,
    /// The records it lies beside.
    beside: Vec<SealedRecord>,
}

/// Tries every key found in databases and files on everything sealed.
pub(crate) fn sweep(stolen: &StolenFolder, budget: &Budget) -> Result<KeySweep, DrillError> {
    let locks = Locks::collect(stolen)?;
    let mut trying = Trying {
        locks,
        sweep: KeySweep::default(),
        places: Vec::new(),
        batch: Vec::new(),
        bare: Vec::new(),
        begun: Instant::now(),
        budget,
    };
    let (active, keyring) = (stolen.active()?, stolen.keyring()?);
    // The keyring first: it is small and where keys are.
    trying.files(stolen)?;
    trying
        .database("keyring", &keyring, &active)
        .map_err(DrillError::database("the keyring"))?;
    trying
        .database("active store", &active, &active)
        .map_err(DrillError::database("the active store"))?;
    trying.flush();
    trying
        .bare_keys(&active)
        .map_err(DrillError::database("the active store"))?;
    trying.sweep.elapsed = trying.begun.elapsed();
    Ok(trying.sweep)
}

/// A sweep under way: `gather` feeds it.
pub(super) struct Trying<'b> {
    locks: Locks,
    pub(super) sweep: KeySweep,
    places: Vec<String>,
    batch: Vec<Suspect>,
    bare: Vec<(SecretKey, usize)>,
    begun: Instant,
    budget: &'b Budget,
}

impl Trying<'_> {
    pub(super) fn place(&mut self, name: String) -> usize {
        self.places.push(name);
        self.places.len() - 1
    }

    pub(super) fn is_over(&self) -> bool {
        self.begun.elapsed() > self.budget.keys
    }

    pub(super) fn add(&mut self, bytes: Vec<u8>, place: usize, beside: Vec<SealedRecord>) {
        self.sweep.keys_in_all += count_of(bytes.len());
        if let Ok(mut key) = <[u8; 32]>::try_from(bytes.as_slice())
            && beside.is_empty()
            && self.bare.len() < BARE_KEYS_MAX
        {
            self.bare.push((SecretKey::take(&mut key), place));
        }
        self.batch.push(Suspect {
            bytes,
            place,
            beside,
        });
        if self.batch.len() >= BATCH_VALUES {
            self.flush();
        }
    }

    /// Tries values that are nothing but a key on every record.
    fn bare_keys(&mut self, active: &Connection) -> rusqlite::Result<()> {
        if self.bare.is_empty() {
            return Ok(());
        }
        let bare = std::mem::take(&mut self.bare);
        each_record(active, |record| {
            for (key, place) in &bare {
                self.sweep.attempts += 1;
                if record.opens(key) {
                    let subject = *record.context.record.subject.as_bytes();
                    self.sweep.roles.insert(Role::Record(subject));
                    self.sweep.places.insert(self.places[*place].clone());
                }
            }
            !self.is_over()
        })
    }

    /// Tries the keys of all gathered values, on all threads.
    fn flush(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        let next = AtomicUsize::new(0);
        let (keys, attempts) = (AtomicU64::new(0), AtomicU64::new(0));
        let found = Mutex::new(Vec::new());
        let deadline = self.budget.keys;
        let work = || {
            while let Some(suspect) = batch.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (mut tried, mut tests) = (0, 0);
                keys_in(&suspect.bytes, |key| {
                    tried += 1;
                    let (role, count) = try_on_all(&self.locks, suspect, key);
                    tests += count;
                    if let Some(role) = role {
                        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                        found.push((role, suspect.place));
                    }
                    tried % 1_024 != 0 || self.begun.elapsed() <= deadline
                });
                keys.fetch_add(tried, Ordering::Relaxed);
                attempts.fetch_add(tests, Ordering::Relaxed);
                if self.begun.elapsed() > deadline {
                    break;
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..self.budget.threads.max(1) {
                scope.spawn(work);
            }
        });
        self.sweep.keys += keys.into_inner();
        self.sweep.attempts += attempts.into_inner();
        for (role, place) in found.into_inner().unwrap_or_else(PoisonError::into_inner) {
            self.sweep.roles.insert(role);
            self.sweep.places.insert(self.places[place].clone());
        }
    }
}

/// Tries one key; says what it is and how many attempts it took.
fn try_on_all(locks: &Locks, suspect: &Suspect, key: &SecretKey) -> (Option<Role>, u64) {
    if let Some(role) = locks.try_key(key) {
        return (Some(role), locks.count());
    }
    let records = match suspect.beside.as_slice() {
        [] => locks.sampled(),
        beside => beside,
    };
    let opened = records.iter().find(|record| record.opens(key));
    let role = opened.map(|record| Role::Record(*record.context.record.subject.as_bytes()));
    (role, locks.count() + records.len() as u64)
}
