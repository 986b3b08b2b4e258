//! When a person was last in touch: the clock of their account.

use crate::{Row, StoreError, Tx, args};
use lethe_model::{StoreId, SubjectId};

// The latest day wins; an unknown one never replaces a known one.
const TOUCH: &str = "INSERT INTO contacts (subject_id, store_id, created_on, last_on) \
     VALUES ($1, $2, $3, $4) ON CONFLICT (subject_id) DO UPDATE SET \
     created_on = COALESCE(contacts.created_on, excluded.created_on), \
     last_on = CASE WHEN contacts.last_on IS NULL OR excluded.last_on > contacts.last_on \
     THEN COALESCE(excluded.last_on, contacts.last_on) ELSE contacts.last_on END";
const FETCH: &str = "SELECT subject_id, created_on, last_on FROM contacts WHERE subject_id = $1";
const PAGE: &str = "SELECT subject_id, created_on, last_on FROM contacts \
     WHERE subject_id > $1 AND store_id = $2 ORDER BY subject_id LIMIT $3";
const DELETE: &str = "DELETE FROM contacts WHERE subject_id = $1";

pub(crate) const STATEMENTS: &[&str] = &[TOUCH, FETCH, PAGE, DELETE];

/// What runs for every reveal, search or order.
pub(crate) const HOT: &[&str] = &[TOUCH];

/// A person's clock. Days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactRow {
    /// Who.
    pub subject: SubjectId,
    /// When the account was made.
    pub created_on: Option<i64>,
    /// When the person was last in touch.
    pub last_on: Option<i64>,
}

/// Notes a contact.
pub fn touch(tx: &Tx<'_>, store: StoreId, row: &ContactRow) -> Result<(), StoreError> {
    let (created, last) = (row.created_on, row.last_on);
    tx.execute(TOUCH, args![&row.subject, store.0, created, last])?;
    Ok(())
}

/// Notes contacts, each in its shop.
pub fn touch_many(tx: &Tx<'_>, contacts: &[(StoreId, ContactRow)]) -> Result<(), StoreError> {
    let rows: Vec<_> = contacts
        .iter()
        .map(|(store, row)| {
            let (created, last) = (row.created_on.into(), row.last_on.into());
            [(&row.subject).into(), store.0.into(), created, last]
        })
        .collect();
    tx.execute_many(TOUCH, &rows)?;
    Ok(())
}

/// Fetches a person's clock.
pub fn fetch(tx: &Tx<'_>, subject: &SubjectId) -> Result<Option<ContactRow>, StoreError> {
    tx.query_first(FETCH, args![subject], from_row)
}

/// Returns up to `limit` people of a shop after the given one.
pub fn page(
    tx: &Tx<'_>,
    store: StoreId,
    after: &SubjectId,
    limit: i64,
) -> Result<Vec<ContactRow>, StoreError> {
    tx.query(PAGE, args![after, store.0, limit], from_row)
}

/// Forgets a person's clock.
pub fn delete(tx: &Tx<'_>, subject: &SubjectId) -> Result<(), StoreError> {
    tx.execute(DELETE, args![subject])?;
    Ok(())
}

fn from_row(row: &Row<'_>) -> Result<ContactRow, StoreError> {
    Ok(ContactRow {
        subject: row.subject(0, "contacts")?,
        created_on: row.opt_int(1)?,
        last_on: row.opt_int(2)?,
    })
}
