//! One log key and one log number per subject. Destroying the row forgets the subject in the log.

use crate::{Row, StoreError, Tx, args};
use lethe_model::{StoreId, SubjectId, SubjectNumber};

const INSERT: &str = "INSERT INTO subject_keys (subject_id, subject_number, store_id, epoch, wrapped) \
     VALUES ($1, $2, $3, $4, $5)";
const FETCH: &str = "SELECT subject_id, subject_number, store_id, epoch, wrapped FROM subject_keys \
     WHERE subject_id = $1";
const BY_NUMBER: &str = "SELECT subject_id, subject_number, store_id, epoch, wrapped \
     FROM subject_keys WHERE subject_number = $1";
const DELETE: &str = "DELETE FROM subject_keys WHERE subject_id = $1";
const STALE: &str = "SELECT subject_id, subject_number, store_id, epoch, wrapped FROM subject_keys \
     WHERE subject_id > $1 AND epoch < $2 ORDER BY subject_id LIMIT $3";
const REWRAP: &str = "UPDATE subject_keys SET epoch = $1, wrapped = $2 WHERE subject_id = $3";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, FETCH, BY_NUMBER, DELETE, STALE, REWRAP];

/// What runs for every reveal, search or order.
pub(crate) const HOT: &[&str] = &[INSERT, FETCH];

/// One subject's row.
#[derive(Debug, Clone)]
pub struct SubjectKeyRow {
    /// The subject.
    pub subject: SubjectId,
    /// Its number in the log.
    pub number: SubjectNumber,
    /// Its shop.
    pub store: StoreId,
    /// The epoch that wraps its log key.
    pub epoch: i64,
    /// The log key, bound to subject and number.
    pub wrapped: Vec<u8>,
}

/// Adds a subject.
pub fn insert(tx: &Tx<'_>, row: &SubjectKeyRow) -> Result<(), StoreError> {
    insert_many(tx, std::slice::from_ref(row))
}

/// Adds subjects.
pub fn insert_many(tx: &Tx<'_>, rows: &[SubjectKeyRow]) -> Result<(), StoreError> {
    let mut values = Vec::with_capacity(rows.len());
    for row in rows {
        let number = i64::try_from(row.number.0).map_err(|_| INCONSISTENT)?;
        let (store, epoch) = (row.store.0.into(), row.epoch.into());
        let subject = (&row.subject).into();
        values.push([subject, number.into(), store, epoch, (&row.wrapped).into()]);
    }
    tx.execute_many(INSERT, &values)?;
    Ok(())
}

/// Fetches a subject's row.
pub fn fetch(tx: &Tx<'_>, subject: &SubjectId) -> Result<Option<SubjectKeyRow>, StoreError> {
    tx.query_first(FETCH, args![subject], from_row)
}

/// Fetches subjects' rows, each in the place of its id.
pub fn fetch_many(
    tx: &Tx<'_>,
    subjects: &[SubjectId],
) -> Result<Vec<Option<SubjectKeyRow>>, StoreError> {
    let keys: Vec<_> = subjects.iter().map(|subject| [subject.into()]).collect();
    let answers = tx.query_many(FETCH, &keys, from_row)?;
    Ok(answers.into_iter().map(|mut rows| rows.pop()).collect())
}

/// Finds whose number it is.
pub fn by_number(tx: &Tx<'_>, number: SubjectNumber) -> Result<Option<SubjectKeyRow>, StoreError> {
    let number = i64::try_from(number.0).map_err(|_| INCONSISTENT)?;
    tx.query_first(BY_NUMBER, args![number], from_row)
}

/// Destroys a subject's log key and number.
pub fn delete(tx: &Tx<'_>, subject: &SubjectId) -> Result<(), StoreError> {
    tx.execute(DELETE, args![subject])?;
    Ok(())
}

/// Returns up to `limit` rows after `after` that an epoch before `epoch` wraps.
pub fn stale(
    tx: &Tx<'_>,
    after: &SubjectId,
    epoch: i64,
    limit: i64,
) -> Result<Vec<SubjectKeyRow>, StoreError> {
    tx.query(STALE, args![after, epoch, limit], from_row)
}

/// Replaces the wrapping of a log key.
pub fn rewrap(
    tx: &Tx<'_>,
    subject: &SubjectId,
    epoch: i64,
    wrapped: &[u8],
) -> Result<(), StoreError> {
    tx.execute(REWRAP, args![epoch, wrapped, subject])?;
    Ok(())
}

/// Replaces the epochs and wrappings of log keys by those of these rows.
pub fn rewrap_many(tx: &Tx<'_>, rows: &[SubjectKeyRow]) -> Result<(), StoreError> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            [
                row.epoch.into(),
                (&row.wrapped).into(),
                (&row.subject).into(),
            ]
        })
        .collect();
    tx.execute_many(REWRAP, &rows)?;
    Ok(())
}

const INCONSISTENT: StoreError = StoreError::Inconsistent {
    table: "subject_keys",
};

fn from_row(row: &Row<'_>) -> Result<SubjectKeyRow, StoreError> {
    Ok(SubjectKeyRow {
        subject: row.subject(0, "subject_keys")?,
        number: SubjectNumber(u64::try_from(row.int(1)?).map_err(|_| INCONSISTENT)?),
        store: StoreId(row.int(2)?),
        epoch: row.int(3)?,
        wrapped: row.blob(4)?,
    })
}
