//! Credentials: API keys by their keyed hash, with an authenticated grant.

use super::counters;
use crate::{Row, StoreError, Tx, args};
use lethe_model::StoreId;

const INSERT: &str = "INSERT INTO credentials \
     (credential_id, store_id, key_hash, recipient, grant_json, mac, created_at, standing, \
     derivation_id, derivation_root) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const LIST: &str = "SELECT credential_id, store_id, key_hash, recipient, grant_json, mac, created_at, \
     revoked_at, standing, derivation_id, derivation_root FROM credentials ORDER BY created_at, credential_id";
const UPDATE: &str = "UPDATE credentials SET grant_json = $1, mac = $2, revoked_at = $3, \
     standing = $4, recipient = $5 WHERE credential_id = $6 AND revoked_at IS NULL";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, LIST, UPDATE];

/// One credential.
#[derive(Debug, Clone)]
pub struct CredentialRow {
    /// Its public id.
    pub id: String,
    /// The shop it works for.
    pub store: StoreId,
    /// Keyed hash of the secret; `None` for the operator and for people who log in.
    pub key_hash: Option<Vec<u8>>,
    /// Who holds it: tokens are made per recipient.
    pub recipient: String,
    /// The grant as JSON.
    pub grant_json: String,
    /// Authenticates all other columns.
    pub mac: Vec<u8>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds, once revoked.
    pub revoked_at: Option<i64>,
    /// What holds it back, as JSON.
    pub standing: Option<String>,
    /// Names the secret; `None` for the operator, and where no keys can be derived.
    pub derivation_id: Option<Vec<u8>>,
    /// The wrapped root of the keys that derive from this one.
    pub derivation_root: Option<Vec<u8>>,
}

/// Adds a credential.
pub fn insert(tx: &Tx<'_>, row: &CredentialRow) -> Result<(), StoreError> {
    counters::note_change(tx)?;
    tx.execute(
        INSERT,
        args![
            &row.id,
            row.store.0,
            row.key_hash.as_ref(),
            &row.recipient,
            &row.grant_json,
            &row.mac,
            row.created_at,
            row.standing.as_ref(),
            row.derivation_id.as_ref(),
            row.derivation_root.as_ref(),
        ],
    )?;
    Ok(())
}

/// Lists all credentials, oldest first.
pub fn list(tx: &Tx<'_>) -> Result<Vec<CredentialRow>, StoreError> {
    tx.query(LIST, &[], from_row)
}

/// Writes a living credential's grant, revocation, standing and recipient; returns whether it was living.
pub fn update(tx: &Tx<'_>, row: &CredentialRow) -> Result<bool, StoreError> {
    counters::note_change(tx)?;
    let changed = tx.execute(
        UPDATE,
        args![
            &row.grant_json,
            &row.mac,
            row.revoked_at,
            row.standing.as_ref(),
            &row.recipient,
            &row.id
        ],
    )?;
    Ok(changed == 1)
}

fn from_row(row: &Row<'_>) -> Result<CredentialRow, StoreError> {
    Ok(CredentialRow {
        id: row.text(0)?,
        store: StoreId(row.int(1)?),
        key_hash: row.opt_blob(2)?,
        recipient: row.text(3)?,
        grant_json: row.text(4)?,
        mac: row.blob(5)?,
        created_at: row.int(6)?,
        revoked_at: row.opt_int(7)?,
        standing: row.opt_text(8)?,
        derivation_id: row.opt_blob(9)?,
        derivation_root: row.opt_blob(10)?,
    })
}
