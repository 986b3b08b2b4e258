//! Archived orders are subjects of their own; this is the way back to the person they were of.

use crate::{StoreError, Tx, args};
use lethe_model::SubjectId;

const INSERT: &str = "INSERT INTO archive_subjects (subject_id, origin_id) VALUES ($1, $2)";
const OF_ORIGIN: &str =
    "SELECT subject_id FROM archive_subjects WHERE origin_id = $1 ORDER BY subject_id";
const ORIGIN: &str = "SELECT origin_id FROM archive_subjects WHERE subject_id = $1";
const DELETE: &str = "DELETE FROM archive_subjects WHERE subject_id = $1";
const DELETE_ORIGIN: &str = "DELETE FROM archive_subjects WHERE origin_id = $1";
const COUNT: &str = "SELECT COUNT(*) FROM archive_subjects";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, OF_ORIGIN, ORIGIN, DELETE, DELETE_ORIGIN, COUNT];

/// What runs for every reveal, search or order.
pub(crate) const HOT: &[&str] = &[ORIGIN];

/// Notes whose order an archive subject is.
pub fn insert(tx: &Tx<'_>, subject: &SubjectId, origin: &SubjectId) -> Result<(), StoreError> {
    tx.execute(INSERT, args![subject, origin])?;
    Ok(())
}

/// Lists the archived orders of a person.
pub fn of_origin(tx: &Tx<'_>, origin: &SubjectId) -> Result<Vec<SubjectId>, StoreError> {
    tx.query(OF_ORIGIN, args![origin], |row| {
        row.subject(0, "archive_subjects")
    })
}

/// Says whose order it was; `None` once that person asked to be forgotten.
pub fn origin(tx: &Tx<'_>, subject: &SubjectId) -> Result<Option<SubjectId>, StoreError> {
    tx.query_first(ORIGIN, args![subject], |row| {
        row.subject(0, "archive_subjects")
    })
}

/// Forgets one archived order.
pub fn delete(tx: &Tx<'_>, subject: &SubjectId) -> Result<(), StoreError> {
    tx.execute(DELETE, args![subject])?;
    Ok(())
}

/// Forgets whose orders the archived ones of a person were.
pub fn delete_origin(tx: &Tx<'_>, origin: &SubjectId) -> Result<(), StoreError> {
    tx.execute(DELETE_ORIGIN, args![origin])?;
    Ok(())
}

/// Counts the archived orders whose person is still known.
pub fn count(tx: &Tx<'_>) -> Result<i64, StoreError> {
    Ok(tx.query_first(COUNT, &[], |row| row.int(0))?.unwrap_or(0))
}
