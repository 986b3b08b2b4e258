//! The shops of this installation and who answers for them.

use crate::{StoreError, Tx, args};
use lethe_model::StoreId;

const INSERT: &str =
    "INSERT INTO stores (store_id, name, controller, created_at) VALUES ($1, $2, $3, $4)";
const LIST: &str = "SELECT store_id, name, controller, created_at FROM stores ORDER BY store_id";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, LIST];

/// A shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreRow {
    /// Its number.
    pub id: StoreId,
    /// Its short name.
    pub name: String,
    /// The controller (GDPR Art. 4(7)): the company that answers for its data.
    pub controller: String,
    /// When it was added, Unix milliseconds.
    pub created_at: i64,
}

/// Adds a shop.
pub fn insert(tx: &Tx<'_>, store: &StoreRow) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        args![store.id.0, &store.name, &store.controller, store.created_at],
    )?;
    Ok(())
}

/// Lists all shops.
pub fn list(tx: &Tx<'_>) -> Result<Vec<StoreRow>, StoreError> {
    tx.query(LIST, &[], |row| {
        Ok(StoreRow {
            id: StoreId(row.int(0)?),
            name: row.text(1)?,
            controller: row.text(2)?,
            created_at: row.int(3)?,
        })
    })
}
