//! Credentials that vendors hold elsewhere: what is known of each, and never the secret.

use crate::{Row, StoreError, Tx, args};
use lethe_model::StoreId;

const PUT: &str = "INSERT INTO vendor_keys (vendor_key_id, store_id, vendor, kind, label, owner, scopes, \
     categories, created_on, rotated_on, used_on, expires_on, can_export, has_networks, recipient, people, \
     people_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
     ON CONFLICT (vendor_key_id) DO UPDATE SET vendor = excluded.vendor, kind = excluded.kind, \
     label = excluded.label, owner = excluded.owner, scopes = excluded.scopes, \
     categories = excluded.categories, created_on = excluded.created_on, rotated_on = excluded.rotated_on, \
     used_on = excluded.used_on, expires_on = excluded.expires_on, can_export = excluded.can_export, \
     has_networks = excluded.has_networks, recipient = excluded.recipient, people = excluded.people, \
     people_on = excluded.people_on";
const LIST: &str = "SELECT vendor_key_id, store_id, vendor, kind, label, owner, scopes, categories, \
     created_on, rotated_on, used_on, expires_on, can_export, has_networks, recipient, people, people_on \
     FROM vendor_keys WHERE store_id = $1 ORDER BY vendor, label, vendor_key_id";
const DELETE: &str = "DELETE FROM vendor_keys WHERE vendor_key_id = $1 AND store_id = $2";

pub(crate) const STATEMENTS: &[&str] = &[PUT, LIST, DELETE];

/// What is known of one. Days are counted from 1970-01-01.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorKeyRow {
    /// Its public id.
    pub id: String,
    /// The shop.
    pub store: StoreId,
    /// Who issued it.
    pub vendor: String,
    /// What it is: a key, an app, a seat, an integration.
    pub kind: String,
    /// What the merchant calls it.
    pub label: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The vendor's names of what it may do, as a JSON list.
    pub scopes: String,
    /// The kinds of records it can read, as a JSON list.
    pub categories: String,
    /// The day it was made.
    pub created_on: i64,
    /// The day its secret was last replaced.
    pub rotated_on: Option<i64>,
    /// The day it was last used.
    pub used_on: Option<i64>,
    /// The day it ends.
    pub expires_on: Option<i64>,
    /// Whether it can take many customers at once.
    pub can_export: bool,
    /// Whether it works from named networks only.
    pub has_networks: bool,
    /// Who gets from Lethe what it can read: then people are counted.
    pub recipient: Option<String>,
    /// How many people it reaches, as stated.
    pub people: Option<i64>,
    /// The day that was stated.
    pub people_on: Option<i64>,
}

/// Writes one, in the place of an earlier one of its id.
pub fn put(tx: &Tx<'_>, row: &VendorKeyRow) -> Result<(), StoreError> {
    tx.execute(
        PUT,
        args![
            &row.id,
            row.store.0,
            &row.vendor,
            &row.kind,
            &row.label,
            row.owner.as_ref(),
            &row.scopes,
            &row.categories,
            row.created_on,
            row.rotated_on,
            row.used_on,
            row.expires_on,
            i64::from(row.can_export),
            i64::from(row.has_networks),
            row.recipient.as_ref(),
            row.people,
            row.people_on,
        ],
    )?;
    Ok(())
}

/// Lists a shop's.
pub fn list(tx: &Tx<'_>, store: StoreId) -> Result<Vec<VendorKeyRow>, StoreError> {
    tx.query(LIST, args![store.0], from_row)
}

/// Removes one; says whether it was there.
pub fn delete(tx: &Tx<'_>, store: StoreId, id: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, args![id, store.0])? == 1)
}

fn from_row(row: &Row<'_>) -> Result<VendorKeyRow, StoreError> {
    Ok(VendorKeyRow {
        id: row.text(0)?,
        store: StoreId(row.int(1)?),
        vendor: row.text(2)?,
        kind: row.text(3)?,
        label: row.text(4)?,
        owner: row.opt_text(5)?,
        scopes: row.text(6)?,
        categories: row.text(7)?,
        created_on: row.int(8)?,
        rotated_on: row.opt_int(9)?,
        used_on: row.opt_int(10)?,
        expires_on: row.opt_int(11)?,
        can_export: row.int(12)? != 0,
        has_networks: row.int(13)? != 0,
        recipient: row.opt_text(14)?,
        people: row.opt_int(15)?,
        people_on: row.opt_int(16)?,
    })
}
