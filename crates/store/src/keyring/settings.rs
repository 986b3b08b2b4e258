//! Settings of the whole installation, each with a tag that the keeper checks.

use super::counters;
use crate::{Row, StoreError, Tx, args};

const PUT: &str = "INSERT INTO settings (name, value, mac) VALUES ($1, $2, $3) \
     ON CONFLICT (name) DO UPDATE SET value = excluded.value, mac = excluded.mac";
const FETCH: &str = "SELECT value, mac FROM settings WHERE name = $1";

pub(crate) const STATEMENTS: &[&str] = &[PUT, FETCH];

/// Writes a setting in the place of an earlier one.
pub fn put(tx: &Tx<'_>, name: &str, value: &str, mac: &[u8]) -> Result<(), StoreError> {
    counters::note_change(tx)?;
    tx.execute(PUT, args![name, value, mac])?;
    Ok(())
}

/// Reads a setting and its tag.
pub fn fetch(tx: &Tx<'_>, name: &str) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    tx.query_first(FETCH, args![name], |row: &Row<'_>| {
        Ok((row.text(0)?, row.blob(1)?))
    })
}
