//! The sweep: every value of every table, then every file, cut into keys and tried.

use super::candidates::{count_of, decoded_runs, keys_in};
use super::free_pages::free_pages;
use super::locks::{Locks, Role, SealedRecord, each_record, records_of};
use crate::stolen::StolenFolder;
use crate::{Budget, DrillError};
use lethe_crypto::SecretKey;
use rusqlite::{Connection, types::ValueRef};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Values tried between two looks at the clock.
const BATCH_VALUES: usize = 4_096;
/// Larger files beside the databases are cut into keys up to here.
const FILE_BYTES_MAX: u64 = 256 << 10;
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

struct Trying<'b> {
    locks: Locks,
    sweep: KeySweep,
    places: Vec<String>,
    batch: Vec<Suspect>,
    bare: Vec<(SecretKey, usize)>,
    begun: Instant,
    budget: &'b Budget,
}

impl Trying<'_> {
    fn files(&mut self, stolen: &StolenFolder) -> Result<(), DrillError> {
        for file in stolen.all_files()? {
            let name = stolen.name_of(&file);
            if file.extension().is_some_and(|end| end == "db") {
                let place = self.place(format!("free pages of {name}"));
                for page in free_pages(&file)? {
                    self.add(page, place, Vec::new());
                }
                continue;
            }
            // The public tree is hashes of what the segments hold.
            if name.starts_with("log/tree") {
                continue;
            }
            let mut bytes = Vec::new();
            let read = File::open(&file)
                .and_then(|file| file.take(FILE_BYTES_MAX).read_to_end(&mut bytes));
            read.map_err(DrillError::file(&file))?;
            let place = self.place(format!("the file {name}"));
            for run in decoded_runs(&bytes) {
                self.add(run, place, Vec::new());
            }
            self.add(bytes, place, Vec::new());
        }
        Ok(())
    }

    fn database(
        &mut self,
        what: &str,
        database: &Connection,
        active: &Connection,
    ) -> rusqlite::Result<()> {
        let mut tables = crate::search::table_names(database)?;
        // The big tables last, so that a limit leaves out the least likely places.
        tables.sort_by_key(|table| matches!(table.as_str(), "data_keys" | "lookups" | "records"));
        for table in tables {
            let sql = format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""));
            let mut statement = database.prepare(&sql)?;
            let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let at = |name| columns.iter().position(|column| column == name);
            let owner = at("subject_id").zip(at("order_id"));
            let places: Vec<usize> = columns
                .iter()
                .map(|column| self.place(format!("the {what}, table {table}, column {column}")))
                .collect();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let mut values = Vec::new();
                for (column, place) in places.iter().enumerate() {
                    match row.get_ref(column)? {
                        ValueRef::Blob(bytes) => values.push((bytes.to_vec(), *place)),
                        ValueRef::Text(text) => {
                            let runs = decoded_runs(text).into_iter();
                            values.extend(runs.map(|run| (run, *place)));
                        }
                        _ => {}
                    }
                }
                values.retain(|(bytes, _)| count_of(bytes.len()) > 0);
                if self.is_over() {
                    let counts = values.iter().map(|(bytes, _)| count_of(bytes.len()));
                    self.sweep.keys_in_all += counts.sum::<u64>();
                    continue;
                }
                for (bytes, place) in values {
                    let beside = match owner {
                        Some((subject, order)) => {
                            let ids: (Option<Vec<u8>>, Option<Vec<u8>>) =
                                (row.get(subject)?, row.get(order)?);
                            records_of(active, ids.0.as_deref(), ids.1.as_deref())?
                        }
                        None => Vec::new(),
                    };
                    self.add(bytes, place, beside);
                }
            }
        }
        Ok(())
    }

    fn place(&mut self, name: String) -> usize {
        self.places.push(name);
        self.places.len() - 1
    }

    fn is_over(&self) -> bool {
        self.begun.elapsed() > self.budget.keys
    }

    fn add(&mut self, bytes: Vec<u8>, place: usize, beside: Vec<SealedRecord>) {
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
