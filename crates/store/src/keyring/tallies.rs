//! Tallies: snapshots of what credentials have met and used, so that a restart need not read the
//! whole log again.

use crate::{Row, StoreError, Tx, args};

const PUT: &str = "INSERT INTO tallies (name, snapshot) VALUES ($1, $2) \
     ON CONFLICT (name) DO UPDATE SET snapshot = excluded.snapshot";
const LIST: &str = "SELECT name, snapshot FROM tallies ORDER BY name";
const CLEAR: &str = "DELETE FROM tallies";

pub(crate) const STATEMENTS: &[&str] = &[PUT, LIST, CLEAR];

/// Writes a snapshot in the place of an earlier one of that name.
pub fn put(tx: &Tx<'_>, name: &str, snapshot: &[u8]) -> Result<(), StoreError> {
    tx.execute(PUT, args![name, snapshot])?;
    Ok(())
}

/// Lists all snapshots by name.
pub fn list(tx: &Tx<'_>) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    tx.query(LIST, &[], |row: &Row<'_>| Ok((row.text(0)?, row.blob(1)?)))
}

/// Forgets all of them: the log brings them back.
pub fn clear(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.execute(CLEAR, &[])?;
    Ok(())
}
