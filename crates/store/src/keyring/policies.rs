//! Retention policies as they were adopted; the newest that is effective is in force.

use super::counters;
use crate::{Row, StoreError, Tx, args};

const INSERT: &str = "INSERT INTO policies (policy_id, text, adopted_by, adopted_at, effective_at, mac) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const LIST: &str = "SELECT policy_id, text, adopted_by, adopted_at, effective_at, mac \
     FROM policies ORDER BY policy_id";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, LIST];

/// One adopted policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRow {
    /// 1, 2, 3, …
    pub id: i64,
    /// The file as it was adopted.
    pub text: String,
    /// The credential that adopted it.
    pub adopted_by: String,
    /// Unix milliseconds.
    pub adopted_at: i64,
    /// From when on it may destroy, Unix milliseconds.
    pub effective_at: i64,
    /// Over everything above: an edited row is noticed.
    pub mac: [u8; 32],
}

/// Adds a policy.
pub fn insert(tx: &Tx<'_>, row: &PolicyRow) -> Result<(), StoreError> {
    counters::note_change(tx)?;
    tx.execute(
        INSERT,
        args![
            row.id,
            &row.text,
            &row.adopted_by,
            row.adopted_at,
            row.effective_at,
            &row.mac,
        ],
    )?;
    Ok(())
}

/// Lists all policies, oldest first.
pub fn list(tx: &Tx<'_>) -> Result<Vec<PolicyRow>, StoreError> {
    tx.query(LIST, &[], from_row)
}

fn from_row(row: &Row<'_>) -> Result<PolicyRow, StoreError> {
    Ok(PolicyRow {
        id: row.int(0)?,
        text: row.text(1)?,
        adopted_by: row.text(2)?,
        adopted_at: row.int(3)?,
        effective_at: row.int(4)?,
        mac: row.array(5, "policies")?,
    })
}
