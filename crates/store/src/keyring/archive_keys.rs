//! Public halves of the archive's keys. The private halves are not on this machine.

use crate::{Row, StoreError, Tx, args};

const INSERT: &str = "INSERT INTO archive_keys (key_id, public_key, set_id, created_at, mac) \
     VALUES ($1, $2, $3, $4, $5)";
const LIST: &str = "SELECT key_id, public_key, set_id, created_at, tested_at, mac \
     FROM archive_keys ORDER BY key_id";
const TESTED: &str = "UPDATE archive_keys SET tested_at = $1 WHERE key_id = $2";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, LIST, TESTED];

/// One archive key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveKeyRow {
    /// `year/2024` or `notification`.
    pub key_id: String,
    /// X25519.
    pub public_key: [u8; 32],
    /// Which ceremony made it.
    pub set_id: [u8; 16],
    /// Unix milliseconds.
    pub created_at: i64,
    /// When shares and data were last proved to open, Unix milliseconds.
    pub tested_at: Option<i64>,
    /// Over id, key and set, so that nobody puts a key of their own here.
    pub mac: [u8; 32],
}

/// Adds a key.
pub fn insert(tx: &Tx<'_>, row: &ArchiveKeyRow) -> Result<(), StoreError> {
    let (key, set, mac) = (&row.public_key, &row.set_id, &row.mac);
    tx.execute(INSERT, args![&row.key_id, key, set, row.created_at, mac])?;
    Ok(())
}

/// Lists all keys.
pub fn list(tx: &Tx<'_>) -> Result<Vec<ArchiveKeyRow>, StoreError> {
    tx.query(LIST, &[], from_row)
}

/// Notes that a key was proved to open.
pub fn tested(tx: &Tx<'_>, key_id: &str, at_ms: i64) -> Result<(), StoreError> {
    tx.execute(TESTED, args![at_ms, key_id])?;
    Ok(())
}

fn from_row(row: &Row<'_>) -> Result<ArchiveKeyRow, StoreError> {
    Ok(ArchiveKeyRow {
        key_id: row.text(0)?,
        public_key: row.array(1, "archive_keys")?,
        set_id: row.array(2, "archive_keys")?,
        created_at: row.int(3)?,
        tested_at: row.opt_int(4)?,
        mac: row.array(5, "archive_keys")?,
    })
}
