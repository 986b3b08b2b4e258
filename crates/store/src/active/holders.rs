//! Who else holds copies: processors and controllers that must confirm an erasure.

use crate::{StoreError, Tx, args};
use lethe_model::StoreId;

const UPSERT: &str = "INSERT INTO holders (store_id, name, role, receives, retention_days) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (store_id, name) DO UPDATE SET role = excluded.role, \
     receives = excluded.receives, retention_days = excluded.retention_days";
const LIST: &str = "SELECT name, role, receives, retention_days FROM holders WHERE store_id = $1 \
     ORDER BY name";
const DELETE: &str = "DELETE FROM holders WHERE store_id = $1 AND name = $2";

pub(crate) const STATEMENTS: &[&str] = &[UPSERT, LIST, DELETE];

/// A holder of copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderRow {
    /// Its name.
    pub name: String,
    /// `processor`, `joint-controller` or `controller`.
    pub role: String,
    /// The categories it receives, comma-separated.
    pub receives: String,
    /// After how many days it deletes by itself, where that is agreed.
    pub retention_days: Option<i64>,
}

/// Notes a holder.
pub fn upsert(tx: &Tx<'_>, store: StoreId, row: &HolderRow) -> Result<(), StoreError> {
    let (role, receives) = (&row.role, &row.receives);
    tx.execute(
        UPSERT,
        args![store.0, &row.name, role, receives, row.retention_days],
    )?;
    Ok(())
}

/// Lists a shop's holders.
pub fn list(tx: &Tx<'_>, store: StoreId) -> Result<Vec<HolderRow>, StoreError> {
    tx.query(LIST, args![store.0], |row| {
        Ok(HolderRow {
            name: row.text(0)?,
            role: row.text(1)?,
            receives: row.text(2)?,
            retention_days: row.opt_int(3)?,
        })
    })
}

/// Removes a holder; says whether it was there.
pub fn delete(tx: &Tx<'_>, store: StoreId, name: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, args![store.0, name])? == 1)
}
