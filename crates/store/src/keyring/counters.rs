//! High-water marks: numbers that were given out once and never again.

use crate::{StoreError, Tx, args};

const FETCH: &str = "SELECT value FROM counters WHERE name = $1";
const RAISE: &str = "INSERT INTO counters (name, value) VALUES ($1, $2) \
     ON CONFLICT (name) DO UPDATE SET value = excluded.value";

const ADD: &str = "INSERT INTO counters (name, value) VALUES ($1, $2) \
     ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value RETURNING value";

pub(crate) const STATEMENTS: &[&str] = &[FETCH, RAISE, ADD];

/// Up to which subject numbers may have been used.
pub const SUBJECT_NUMBERS: &str = "subject-numbers";

/// Grows with every change of what a keeper keeps in memory: other vaults read it again then.
pub const GENERATION: &str = "generation";

/// The last moment somebody has vouched for, Unix milliseconds.
pub const TRUSTED_CLOCK: &str = "trusted-clock";

/// Returns a mark; 0 before it was first raised.
pub fn fetch(tx: &Tx<'_>, name: &str) -> Result<u64, StoreError> {
    let value = tx
        .query_first(FETCH, args![name], |row| row.int(0))?
        .unwrap_or(0);
    u64::try_from(value).map_err(|_| StoreError::Inconsistent { table: "counters" })
}

/// Raises a mark.
pub fn raise(tx: &Tx<'_>, name: &str, value: u64) -> Result<(), StoreError> {
    let value = i64::try_from(value).map_err(|_| StoreError::Inconsistent { table: "counters" })?;
    tx.execute(RAISE, args![name, value])?;
    Ok(())
}

/// Adds to a mark and returns where it stands: two who add at once are given different numbers.
pub fn add(tx: &Tx<'_>, name: &str, by: u64) -> Result<u64, StoreError> {
    let inconsistent = || StoreError::Inconsistent { table: "counters" };
    let by = i64::try_from(by).map_err(|_| inconsistent())?;
    let value = tx.query_first(ADD, args![name, by], |row| row.int(0))?;
    let value = value.ok_or_else(inconsistent)?;
    u64::try_from(value).map_err(|_| inconsistent())
}

/// Says that something changed which a keeper keeps in memory.
pub(super) fn note_change(tx: &Tx<'_>) -> Result<(), StoreError> {
    add(tx, GENERATION, 1).map(drop)
}
