//! Look-up hashes: which subjects a hashed e-mail address, phone number or account id belongs to.

use crate::{StoreError, Tx, args};
use lethe_model::SubjectId;

const INSERT: &str = "INSERT INTO lookups (hash, subject_id, kind) VALUES ($1, $2, $3) \
     ON CONFLICT (hash, subject_id) DO NOTHING";
const FIND: &str = "SELECT subject_id FROM lookups WHERE hash = $1 ORDER BY subject_id LIMIT $2";
const DELETE: &str = "DELETE FROM lookups WHERE hash = $1 AND subject_id = $2";
const DELETE_SUBJECT: &str = "DELETE FROM lookups WHERE subject_id = $1";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, FIND, DELETE, DELETE_SUBJECT];

/// What runs for every reveal, search or order.
pub(crate) const HOT: &[&str] = &[INSERT, FIND, DELETE];

/// Adds a way to a subject; returns whether it is new.
pub fn insert(
    tx: &Tx<'_>,
    hash: &[u8; 16],
    subject: &SubjectId,
    kind: i64,
) -> Result<bool, StoreError> {
    Ok(tx.execute(INSERT, args![hash, subject, kind])? == 1)
}

/// Adds look-ups: hash, whose, kind; says of each whether it is new.
pub fn insert_many(
    tx: &Tx<'_>,
    lookups: &[([u8; 16], SubjectId, i64)],
) -> Result<Vec<bool>, StoreError> {
    let rows: Vec<_> = lookups
        .iter()
        .map(|(hash, subject, kind)| [hash.into(), subject.into(), (*kind).into()])
        .collect();
    let added = tx.execute_many(INSERT, &rows)?;
    Ok(added.into_iter().map(|rows| rows == 1).collect())
}

/// Returns up to `limit` subjects with this hash.
pub fn find(tx: &Tx<'_>, hash: &[u8; 16], limit: i64) -> Result<Vec<SubjectId>, StoreError> {
    tx.query(FIND, args![hash, limit], |row| row.subject(0, "lookups"))
}

/// Removes one way to a subject.
pub fn delete(tx: &Tx<'_>, hash: &[u8; 16], subject: &SubjectId) -> Result<(), StoreError> {
    tx.execute(DELETE, args![hash, subject])?;
    Ok(())
}

/// Removes all ways to a subject and returns how many there were.
pub fn delete_subject(tx: &Tx<'_>, subject: &SubjectId) -> Result<usize, StoreError> {
    tx.execute(DELETE_SUBJECT, args![subject])
}
