//! Data keys: one per record and generation, wrapped. Destroying the row is erasure.

use crate::{Row, StoreError, Tx, args};
use lethe_model::{Category, OrderId, RecordId, SubjectId};

const INSERT: &str = "INSERT INTO data_keys (subject_id, order_id, category, generation, epoch, wrapped) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const OF_RECORD: &str = "SELECT subject_id, order_id, category, generation, epoch, wrapped \
     FROM data_keys WHERE subject_id = $1 AND order_id = $2 AND category = $3 ORDER BY generation";
const DELETE: &str = "DELETE FROM data_keys \
     WHERE subject_id = $1 AND order_id = $2 AND category = $3 AND generation = $4";
const DELETE_SUBJECT: &str = "DELETE FROM data_keys WHERE subject_id = $1";
const STALE: &str = "SELECT subject_id, order_id, category, generation, epoch, wrapped \
     FROM data_keys WHERE (subject_id, order_id, category, generation) > ($1, $2, $3, $4) \
     AND epoch < $5 ORDER BY subject_id, order_id, category, generation LIMIT $6";
const REWRAP: &str = "UPDATE data_keys SET epoch = $1, wrapped = $2 \
     WHERE subject_id = $3 AND order_id = $4 AND category = $5 AND generation = $6";
const COUNT_BEFORE: &str = "SELECT COUNT(*) FROM data_keys WHERE epoch < $1";
const COUNT: &str = "SELECT COUNT(*) FROM data_keys";

pub(crate) const STATEMENTS: &[&str] = &[
    INSERT,
    OF_RECORD,
    DELETE,
    DELETE_SUBJECT,
    STALE,
    REWRAP,
    COUNT_BEFORE,
    COUNT,
];

/// One wrapped data key.
#[derive(Debug, Clone)]
pub struct DataKeyRow {
    /// The record it opens.
    pub record: RecordId,
    /// Which version of the record.
    pub generation: u32,
    /// The epoch that wraps it.
    pub epoch: i64,
    /// The key, bound to record and generation.
    pub wrapped: Vec<u8>,
}

/// Adds a key.
pub fn insert(tx: &Tx<'_>, row: &DataKeyRow) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        args![
            &row.record.subject,
            &row.record.order,
            i64::from(row.record.category.number()),
            i64::from(row.generation),
            row.epoch,
            &row.wrapped,
        ],
    )?;
    Ok(())
}

/// Returns the keys of a record: one, or two while a new version is being stored.
pub fn of_record(tx: &Tx<'_>, record: &RecordId) -> Result<Vec<DataKeyRow>, StoreError> {
    let key = args![
        &record.subject,
        &record.order,
        i64::from(record.category.number())
    ];
    tx.query(OF_RECORD, key, from_row)
}

/// Destroys one key.
pub fn delete(tx: &Tx<'_>, record: &RecordId, generation: u32) -> Result<(), StoreError> {
    tx.execute(
        DELETE,
        args![
            &record.subject,
            &record.order,
            i64::from(record.category.number()),
            i64::from(generation),
        ],
    )?;
    Ok(())
}

/// Destroys all keys of a subject and returns how many there were.
pub fn delete_subject(tx: &Tx<'_>, subject: &SubjectId) -> Result<usize, StoreError> {
    tx.execute(DELETE_SUBJECT, args![subject])
}

/// Returns up to `limit` keys after the given one that an epoch before `epoch` wraps.
pub fn stale(
    tx: &Tx<'_>,
    after: Option<&DataKeyRow>,
    epoch: i64,
    limit: i64,
) -> Result<Vec<DataKeyRow>, StoreError> {
    let nobody = (SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT);
    let (subject, order, category, generation) = after.map_or((nobody.0, nobody.1, 0, 0), |row| {
        let category = i64::from(row.record.category.number());
        (
            row.record.subject,
            row.record.order,
            category,
            i64::from(row.generation),
        )
    });
    tx.query(
        STALE,
        args![&subject, &order, category, generation, epoch, limit],
        from_row,
    )
}

/// Replaces the wrapping of a key.
pub fn rewrap(tx: &Tx<'_>, row: &DataKeyRow) -> Result<(), StoreError> {
    tx.execute(
        REWRAP,
        args![
            row.epoch,
            &row.wrapped,
            &row.record.subject,
            &row.record.order,
            i64::from(row.record.category.number()),
            i64::from(row.generation),
        ],
    )?;
    Ok(())
}

/// Counts the keys that epochs before `epoch` wrap.
pub fn count_before(tx: &Tx<'_>, epoch: i64) -> Result<i64, StoreError> {
    Ok(tx
        .query_first(COUNT_BEFORE, args![epoch], |row| row.int(0))?
        .unwrap_or(0))
}

/// Counts all keys.
pub fn count(tx: &Tx<'_>) -> Result<i64, StoreError> {
    Ok(tx.query_first(COUNT, &[], |row| row.int(0))?.unwrap_or(0))
}

fn from_row(row: &Row<'_>) -> Result<DataKeyRow, StoreError> {
    const INCONSISTENT: StoreError = StoreError::Inconsistent { table: "data_keys" };
    Ok(DataKeyRow {
        record: RecordId {
            subject: row.subject(0, "data_keys")?,
            order: row.order(1, "data_keys")?,
            category: Category::from_number(row.int(2)?).ok_or(INCONSISTENT)?,
        },
        generation: u32::try_from(row.int(3)?).map_err(|_| INCONSISTENT)?,
        epoch: row.int(4)?,
        wrapped: row.blob(5)?,
    })
}
