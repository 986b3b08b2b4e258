//! Retention runs: what each did, and where one that was interrupted goes on.

use crate::{Row, StoreError, Tx, args};
use lethe_model::{OrderId, StoreId, SubjectId};

const INSERT: &str = "INSERT INTO retention_runs (run_id, store_id, state, started_by, started_at, today, \
     policy_hash, at_phase, at_subject, at_order, report) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const ADVANCE: &str = "UPDATE retention_runs SET at_phase = $1, at_subject = $2, at_order = $3, \
     report = $4 WHERE run_id = $5";
const FINISH: &str = "UPDATE retention_runs SET state = $1, finished_at = $2, report = $3 \
     WHERE run_id = $4";
const LIST: &str = "SELECT run_id, store_id, state, started_by, started_at, finished_at, today, \
     policy_hash, at_phase, at_subject, at_order, report FROM retention_runs WHERE store_id = $1 \
     ORDER BY started_at DESC, run_id LIMIT $2";
const SINCE: &str = "SELECT run_id, store_id, state, started_by, started_at, finished_at, today, \
     policy_hash, at_phase, at_subject, at_order, report FROM retention_runs WHERE store_id = $1 \
     AND (started_at > $2 OR state = 'running') ORDER BY started_at DESC, run_id";
const REPORTS: &str = "SELECT report FROM retention_runs WHERE store_id = $1";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, ADVANCE, FINISH, LIST, SINCE, REPORTS];

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its public id.
    pub id: String,
    /// The shop.
    pub store: StoreId,
    /// `running`, `stopped` or `done`.
    pub state: String,
    /// The credential that started it.
    pub started_by: String,
    /// Unix milliseconds.
    pub started_at: i64,
    /// Unix milliseconds.
    pub finished_at: Option<i64>,
    /// The day it works for, since 1970-01-01.
    pub today: i64,
    /// The policy it applies.
    pub policy_hash: [u8; 32],
    /// How far it has come: phase, subject, order.
    pub at: (i64, SubjectId, OrderId),
    /// What it did so far, as JSON in counts.
    pub report: String,
}

/// Begins a run.
pub fn insert(tx: &Tx<'_>, row: &RunRow) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        args![
            &row.id,
            row.store.0,
            &row.state,
            &row.started_by,
            row.started_at,
            row.today,
            &row.policy_hash,
            row.at.0,
            &row.at.1,
            &row.at.2,
            &row.report,
        ],
    )?;
    Ok(())
}

/// Notes how far a run has come, in the transaction that did it.
pub fn advance(
    tx: &Tx<'_>,
    id: &str,
    at: &(i64, SubjectId, OrderId),
    report: &str,
) -> Result<(), StoreError> {
    tx.execute(ADVANCE, args![at.0, &at.1, &at.2, report, id])?;
    Ok(())
}

/// Ends a run.
pub fn finish(
    tx: &Tx<'_>,
    id: &str,
    state: &str,
    at_ms: i64,
    report: &str,
) -> Result<(), StoreError> {
    tx.execute(FINISH, args![state, at_ms, report, id])?;
    Ok(())
}

/// Lists the last runs of a shop, newest first.
pub fn list(tx: &Tx<'_>, store: StoreId, limit: i64) -> Result<Vec<RunRow>, StoreError> {
    tx.query(LIST, args![store.0, limit], from_row)
}

/// Lists the runs of a shop that began after a moment or have not ended, newest first.
pub fn since(tx: &Tx<'_>, store: StoreId, after_ms: i64) -> Result<Vec<RunRow>, StoreError> {
    tx.query(SINCE, args![store.0, after_ms], from_row)
}

/// Lists what all runs of a shop did, as JSON in counts.
pub fn reports(tx: &Tx<'_>, store: StoreId) -> Result<Vec<String>, StoreError> {
    tx.query(REPORTS, args![store.0], |row| row.text(0))
}

fn from_row(row: &Row<'_>) -> Result<RunRow, StoreError> {
    const TABLE: &str = "retention_runs";
    Ok(RunRow {
        id: row.text(0)?,
        store: StoreId(row.int(1)?),
        state: row.text(2)?,
        started_by: row.text(3)?,
        started_at: row.int(4)?,
        finished_at: row.opt_int(5)?,
        today: row.int(6)?,
        policy_hash: row.array(7, TABLE)?,
        at: (row.int(8)?, row.subject(9, TABLE)?, row.order(10, TABLE)?),
        report: row.text(11)?,
    })
}
