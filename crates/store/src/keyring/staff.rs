//! People who log in: hashes and wrapped secrets beside their credentials.

use crate::{Row, StoreError, Tx, args};
use lethe_model::StoreId;

const INSERT: &str = "INSERT INTO staff (credential_id, store_id, name, role, password_hash, totp, \
     last_step, recovery, created_at, changed_at, mac) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const UPDATE: &str = "UPDATE staff SET role = $1, password_hash = $2, totp = $3, last_step = $4, \
     recovery = $5, changed_at = $6, mac = $7 WHERE credential_id = $8";
const DELETE: &str = "DELETE FROM staff WHERE credential_id = $1";
const LIST: &str = "SELECT credential_id, store_id, name, role, password_hash, totp, last_step, \
     recovery, created_at, changed_at, mac FROM staff ORDER BY store_id, name";
const BY_NAME: &str = "SELECT credential_id, store_id, name, role, password_hash, totp, last_step, \
     recovery, created_at, changed_at, mac FROM staff WHERE store_id = $1 AND name = $2";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, UPDATE, DELETE, LIST, BY_NAME];

/// One person.
#[derive(Debug, Clone)]
pub struct StaffRow {
    /// The credential that is theirs.
    pub credential: String,
    /// The shop they work for.
    pub store: StoreId,
    /// Their name, unique in the shop.
    pub name: String,
    /// Their role.
    pub role: String,
    /// PHC string.
    pub password_hash: String,
    /// The one-time codes' secret, wrapped.
    pub totp: Vec<u8>,
    /// The step of the last code that was used; -1 before the first.
    pub last_step: i64,
    /// Keyed hashes of the recovery codes that are left, one after the other.
    pub recovery: Vec<u8>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When password or second factor last changed, Unix milliseconds.
    pub changed_at: i64,
    /// Authenticates all other columns.
    pub mac: Vec<u8>,
}

/// Adds a person.
pub fn insert(tx: &Tx<'_>, row: &StaffRow) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        args![
            &row.credential,
            row.store.0,
            &row.name,
            &row.role,
            &row.password_hash,
            &row.totp,
            row.last_step,
            &row.recovery,
            row.created_at,
            row.changed_at,
            &row.mac,
        ],
    )?;
    Ok(())
}

/// Writes what can change of a person; returns whether there is one.
pub fn update(tx: &Tx<'_>, row: &StaffRow) -> Result<bool, StoreError> {
    let changed = tx.execute(
        UPDATE,
        args![
            &row.role,
            &row.password_hash,
            &row.totp,
            row.last_step,
            &row.recovery,
            row.changed_at,
            &row.mac,
            &row.credential,
        ],
    )?;
    Ok(changed == 1)
}

/// Removes a person's secrets; the credential stays.
pub fn delete(tx: &Tx<'_>, credential: &str) -> Result<(), StoreError> {
    tx.execute(DELETE, args![credential])?;
    Ok(())
}

/// Lists everybody, by shop and name.
pub fn list(tx: &Tx<'_>) -> Result<Vec<StaffRow>, StoreError> {
    tx.query(LIST, &[], from_row)
}

/// Finds somebody by name.
pub fn by_name(tx: &Tx<'_>, store: StoreId, name: &str) -> Result<Option<StaffRow>, StoreError> {
    tx.query_first(BY_NAME, args![store.0, name], from_row)
}

fn from_row(row: &Row<'_>) -> Result<StaffRow, StoreError> {
    Ok(StaffRow {
        credential: row.text(0)?,
        store: StoreId(row.int(1)?),
        name: row.text(2)?,
        role: row.text(3)?,
        password_hash: row.text(4)?,
        totp: row.blob(5)?,
        last_step: row.int(6)?,
        recovery: row.blob(7)?,
        created_at: row.int(8)?,
        changed_at: row.int(9)?,
        mac: row.blob(10)?,
    })
}
