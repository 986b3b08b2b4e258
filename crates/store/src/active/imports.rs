//! How far an import of a file has come, so that it can be resumed.

use crate::{StoreError, Tx, args};

const UPSERT: &str = "INSERT INTO import_progress (source, rows_done, report, updated_at) \
     VALUES ($1, $2, $3, $4) ON CONFLICT (source) DO UPDATE SET rows_done = excluded.rows_done, \
     report = excluded.report, updated_at = excluded.updated_at";
const FETCH: &str = "SELECT rows_done, report FROM import_progress WHERE source = $1";
const DELETE: &str = "DELETE FROM import_progress WHERE source = $1";

pub(crate) const STATEMENTS: &[&str] = &[UPSERT, FETCH, DELETE];

/// Notes that the first `rows_done` items of a source are stored, in the transaction storing them.
pub fn upsert(
    tx: &Tx<'_>,
    source: &[u8; 16],
    rows_done: i64,
    report: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(UPSERT, args![source, rows_done, report, now_ms])?;
    Ok(())
}

/// Returns how many items of a source are stored, and the report so far.
pub fn fetch(tx: &Tx<'_>, source: &[u8; 16]) -> Result<Option<(i64, String)>, StoreError> {
    tx.query_first(FETCH, args![source], |row| Ok((row.int(0)?, row.text(1)?)))
}

/// Forgets a source once it is done.
pub fn delete(tx: &Tx<'_>, source: &[u8; 16]) -> Result<(), StoreError> {
    tx.execute(DELETE, args![source])?;
    Ok(())
}
