//! Open intents: acts that the log announces and whose end is not yet certain.

use crate::{StoreError, Tx, args};

const INSERT: &str = "INSERT INTO intents (intent_id, origin, log_index, payload, created_at) VALUES ($1, $2, $3, $4, $5)";
const RENEW: &str = "UPDATE intents SET payload = $1 WHERE intent_id = $2";
const LIST: &str =
    "SELECT intent_id, origin, log_index, payload FROM intents ORDER BY origin, log_index";
const DELETE: &str = "DELETE FROM intents WHERE intent_id = $1";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, RENEW, LIST, DELETE];

/// What runs for every reveal, search or order.
pub(crate) const HOT: &[&str] = &[INSERT, DELETE];

/// One open intent.
#[derive(Debug, Clone)]
pub struct IntentRow {
    /// Its random id.
    pub id: [u8; 16],
    /// The log that announces it; empty where there is only one.
    pub origin: String,
    /// Where the log announces it.
    pub log_index: i64,
    /// What must be undone or finished, without a personal value.
    pub payload: Vec<u8>,
}

/// Notes an intent, in the transaction that begins its act.
pub fn insert(tx: &Tx<'_>, row: &IntentRow, now_ms: i64) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        args![&row.id, &row.origin, row.log_index, &row.payload, now_ms],
    )?;
    Ok(())
}

/// Notes a further step of an intent, in the transaction that takes it; `false` when somebody else
/// has ended it: then nothing of the step may be done.
pub fn renew(tx: &Tx<'_>, id: &[u8; 16], payload: &[u8]) -> Result<bool, StoreError> {
    Ok(tx.execute(RENEW, args![payload, id])? == 1)
}

/// Lists the open intents, oldest first.
pub fn list(tx: &Tx<'_>) -> Result<Vec<IntentRow>, StoreError> {
    tx.query(LIST, &[], |row| {
        Ok(IntentRow {
            id: row.array(0, "intents")?,
            origin: row.text(1)?,
            log_index: row.int(2)?,
            payload: row.blob(3)?,
        })
    })
}

/// Forgets an intent whose act has ended.
pub fn delete(tx: &Tx<'_>, id: &[u8; 16]) -> Result<(), StoreError> {
    tx.execute(DELETE, args![id])?;
    Ok(())
}
