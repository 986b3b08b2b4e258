//! Data keys: one per record and generation, wrapped. Destroying the row is erasure.

use crate::{Row, StoreError, Tx, Value, args};
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

/// What runs for every reveal, search or order.
pub(crate) const HOT: &[&str] = &[INSERT, OF_RECORD, DELETE];

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
    insert_many(tx, std::slice::from_ref(row))
}

/// Adds keys.
pub fn insert_many(tx: &Tx<'_>, rows: &[DataKeyRow]) -> Result<(), StoreError> {
    let rows: Vec<_> = rows.iter().map(values).collect();
    tx.execute_many(INSERT, &rows)?;
    Ok(())
}

/// Returns the keys of a record: one, or two while a new version is being stored.
pub fn of_record(tx: &Tx<'_>, record: &RecordId) -> Result<Vec<DataKeyRow>, StoreError> {
    tx.query(OF_RECORD, &key(record), from_row)
}

/// Returns the keys of records, those of each in the place of its id.
pub fn of_records(tx: &Tx<'_>, records: &[RecordId]) -> Result<Vec<Vec<DataKeyRow>>, StoreError> {
    let keys: Vec<_> = records.iter().map(key).collect();
    tx.query_many(OF_RECORD, &keys, from_row)
}

/// Destroys one key.
pub fn delete(tx: &Tx<'_>, record: &RecordId, generation: u32) -> Result<(), StoreError> {
    delete_many(tx, &[(*record, generation)])
}

/// Destroys keys of records, each by its generation.
pub fn delete_many(tx: &Tx<'_>, keys: &[(RecordId, u32)]) -> Result<(), StoreError> {
    let rows: Vec<_> = keys
        .iter()
        .map(|(record, generation)| {
            let [subject, order, category] = key(record);
            [subject, order, category, i64::from(*generation).into()]
        })
        .collect();
    tx.execute_many(DELETE, &rows)?;
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
    rewrap_many(tx, std::slice::from_ref(row))
}

/// Replaces the wrappings of keys.
pub fn rewrap_many(tx: &Tx<'_>, rows: &[DataKeyRow]) -> Result<(), StoreError> {
    let values = |row| {
        let [subject, order, category, generation, epoch, wrapped] = values(row);
        [epoch, wrapped, subject, order, category, generation]
    };
    let rows: Vec<_> = rows.iter().map(values).collect();
    tx.execute_many(REWRAP, &rows)?;
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

fn key(record: &RecordId) -> [Value<'_>; 3] {
    let category = i64::from(record.category.number());
    [
        (&record.subject).into(),
        (&record.order).into(),
        category.into(),
    ]
}

fn values(row: &DataKeyRow) -> [Value<'_>; 6] {
    let [subject, order, category] = key(&row.record);
    let generation = i64::from(row.generation).into();
    [
        subject,
        order,
        category,
        generation,
        row.epoch.into(),
        (&row.wrapped).into(),
    ]
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
