//! High-water marks: numbers that were given out once and never again.

use crate::{StoreError, Tx, args};

const FETCH: &str = "SELECT value FROM counters WHERE name = $1";
const RAISE: &str = "INSERT INTO counters (name, value) VALUES ($1, $2) \
     ON CONFLICT (name) DO UPDATE SET value = excluded.value";

pub(crate) const STATEMENTS: &[&str] = &[FETCH, RAISE];

/// Up to which subject numbers may have been used.
pub const SUBJECT_NUMBERS: &str = "subject-numbers";

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
