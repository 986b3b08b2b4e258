//! Emergencies: each with a tag that the keeper checks.

use super::counters;
use crate::{Row, StoreError, Tx, args};
use lethe_model::StoreId;

const PUT: &str = "INSERT INTO break_glass (id, store_id, body, mac) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (id) DO UPDATE SET body = excluded.body, mac = excluded.mac";
const LIST: &str = "SELECT id, store_id, body, mac FROM break_glass ORDER BY id";

pub(crate) const STATEMENTS: &[&str] = &[PUT, LIST];

/// One emergency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlassRow {
    /// Its public id.
    pub id: String,
    /// The shop.
    pub store: StoreId,
    /// What was given, why, and what came of looking at it, as JSON.
    pub body: String,
    /// Over all of that.
    pub mac: [u8; 32],
}

/// Writes an emergency in the place of its earlier state.
pub fn put(tx: &Tx<'_>, row: &BreakGlassRow) -> Result<(), StoreError> {
    counters::note_change(tx)?;
    tx.execute(PUT, args![&row.id, row.store.0, &row.body, &row.mac])?;
    Ok(())
}

/// Lists them.
pub fn list(tx: &Tx<'_>) -> Result<Vec<BreakGlassRow>, StoreError> {
    tx.query(LIST, args![], |row: &Row<'_>| {
        Ok(BreakGlassRow {
            id: row.text(0)?,
            store: StoreId(row.int(1)?),
            body: row.text(2)?,
            mac: row.array(3, "break_glass")?,
        })
    })
}
