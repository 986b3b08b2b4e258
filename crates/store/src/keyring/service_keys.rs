//! Keys that serve no single record: index, token, log and grant keys, wrapped by the root key.

use super::counters;
use crate::{StoreError, Tx, args};

const INSERT: &str = "INSERT INTO service_keys (kind, scope, generation, wrapped, created_at) \
     VALUES ($1, $2, $3, $4, $5)";
const LIST: &str = "SELECT kind, scope, generation, wrapped FROM service_keys \
     ORDER BY kind, scope, generation";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, LIST];

/// One service key.
#[derive(Debug, Clone)]
pub struct ServiceKeyRow {
    /// What it serves: `index`, `token`, `log`, …
    pub kind: String,
    /// For what: a store and kind, a store and recipient.
    pub scope: String,
    /// Which of its successors.
    pub generation: i64,
    /// The key under the root key.
    pub wrapped: Vec<u8>,
}

/// Adds a key.
pub fn insert(tx: &Tx<'_>, row: &ServiceKeyRow, now_ms: i64) -> Result<(), StoreError> {
    counters::note_change(tx)?;
    tx.execute(
        INSERT,
        args![&row.kind, &row.scope, row.generation, &row.wrapped, now_ms],
    )?;
    Ok(())
}

/// Lists all service keys.
pub fn list(tx: &Tx<'_>) -> Result<Vec<ServiceKeyRow>, StoreError> {
    tx.query(LIST, &[], |row| {
        Ok(ServiceKeyRow {
            kind: row.text(0)?,
            scope: row.text(1)?,
            generation: row.int(2)?,
            wrapped: row.blob(3)?,
        })
    })
}
