//! Key-encryption keys, one per rotation epoch, wrapped by the root key.

use super::counters;
use crate::{StoreError, Tx, args};

const INSERT: &str = "INSERT INTO key_epochs (epoch, wrapped, created_at) VALUES ($1, $2, $3)";
const LIST: &str = "SELECT epoch, wrapped, created_at FROM key_epochs ORDER BY epoch";
const DELETE: &str = "DELETE FROM key_epochs WHERE epoch = $1";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, LIST, DELETE];

/// One epoch.
#[derive(Debug, Clone)]
pub struct EpochRow {
    /// Its number; the highest is the one that wraps.
    pub epoch: i64,
    /// The key-encryption key under the root key.
    pub wrapped: Vec<u8>,
    /// When it was made, Unix milliseconds.
    pub created_at: i64,
}

/// Adds an epoch.
pub fn insert(tx: &Tx<'_>, row: &EpochRow) -> Result<(), StoreError> {
    counters::note_change(tx)?;
    tx.execute(INSERT, args![row.epoch, &row.wrapped, row.created_at])?;
    Ok(())
}

/// Lists the epochs, oldest first.
pub fn list(tx: &Tx<'_>) -> Result<Vec<EpochRow>, StoreError> {
    tx.query(LIST, &[], |row| {
        Ok(EpochRow {
            epoch: row.int(0)?,
            wrapped: row.blob(1)?,
            created_at: row.int(2)?,
        })
    })
}

/// Destroys an epoch: what it wraps here opens no more. A backup from before has its own copy.
pub fn delete(tx: &Tx<'_>, epoch: i64) -> Result<(), StoreError> {
    counters::note_change(tx)?;
    tx.execute(DELETE, args![epoch])?;
    Ok(())
}
