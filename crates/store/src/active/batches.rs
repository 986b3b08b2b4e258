//! Marks of intake batches whose data is durable: how recovery tells a finished batch from a torn one.

use crate::{StoreError, Tx, args};

const INSERT: &str = "INSERT INTO batches (intent_id, created_at) VALUES ($1, $2)";
const CLAIM: &str = "INSERT INTO batches (intent_id, created_at) VALUES ($1, $2) \
     ON CONFLICT (intent_id) DO NOTHING";
const EXISTS: &str = "SELECT 1 FROM batches WHERE intent_id = $1";
const DELETE: &str = "DELETE FROM batches WHERE intent_id = $1";
const CLEAR: &str = "DELETE FROM batches WHERE created_at < $1";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, CLAIM, EXISTS, DELETE, CLEAR];

/// What runs for every reveal, search or order.
pub(crate) const HOT: &[&str] = &[INSERT, DELETE];

/// Marks a batch, in the transaction that stores its data.
pub fn insert(tx: &Tx<'_>, intent: &[u8; 16], now_ms: i64) -> Result<(), StoreError> {
    tx.execute(INSERT, args![intent, now_ms])?;
    Ok(())
}

/// Says whether a batch's data is durable; from then on it cannot become so if it is not: the mark
/// stands in its way.
pub fn claim(tx: &Tx<'_>, intent: &[u8; 16], now_ms: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(CLAIM, args![intent, now_ms])? == 0)
}

/// Says whether a batch's data is durable.
pub fn exists(tx: &Tx<'_>, intent: &[u8; 16]) -> Result<bool, StoreError> {
    Ok(tx.query_first(EXISTS, args![intent], |_| Ok(()))?.is_some())
}

/// Forgets the mark, once the keyring has forgotten the intent.
pub fn delete(tx: &Tx<'_>, intent: &[u8; 16]) -> Result<(), StoreError> {
    tx.execute(DELETE, args![intent])?;
    Ok(())
}

/// Forgets marks, once the keyring has forgotten their intents.
pub fn delete_many(tx: &Tx<'_>, intents: &[[u8; 16]]) -> Result<(), StoreError> {
    let rows: Vec<_> = intents.iter().map(|intent| [intent.into()]).collect();
    tx.execute_many(DELETE, &rows)?;
    Ok(())
}

/// Forgets all marks from before a moment, once no intent is open that could ask for one.
pub fn clear(tx: &Tx<'_>, before_ms: i64) -> Result<(), StoreError> {
    tx.execute(CLEAR, args![before_ms])?;
    Ok(())
}
