//! Sealed records.

use crate::{Row, StoreError, Tx, Value, args};
use lethe_model::{Category, OrderId, RecordId, StoreId, SubjectId};

const UPSERT: &str = "INSERT INTO records (subject_id, order_id, category, store_id, generation, envelope) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (subject_id, order_id, category) \
     DO UPDATE SET generation = excluded.generation, envelope = excluded.envelope";
const FETCH: &str = "SELECT store_id, generation, envelope FROM records \
     WHERE subject_id = $1 AND order_id = $2 AND category = $3";
const DELETE: &str =
    "DELETE FROM records WHERE subject_id = $1 AND order_id = $2 AND category = $3";
const DELETE_SUBJECT: &str = "DELETE FROM records WHERE subject_id = $1";
// Lengths, not envelopes: documents are large, and whoever lists records opens none of them.
const OF_SUBJECT: &str = "SELECT subject_id, order_id, category, generation, LENGTH(envelope) \
     FROM records WHERE subject_id = $1 ORDER BY order_id, category";
const OF_ORDER: &str = "SELECT subject_id, order_id, category, generation, LENGTH(envelope) \
     FROM records WHERE subject_id = $1 AND order_id = $2 ORDER BY category";
const ANY_OF_SUBJECT: &str = "SELECT 1 FROM records WHERE subject_id = $1 LIMIT 1";
const PEOPLE: &str = "SELECT COUNT(*) FROM (SELECT DISTINCT subject_id FROM records \
     WHERE store_id = $1) AS people";
const PAGE: &str = "SELECT subject_id, order_id, category, generation FROM records \
     WHERE (subject_id, order_id, category) > ($1, $2, $3) \
     ORDER BY subject_id, order_id, category LIMIT $4";
const COUNT: &str = "SELECT COUNT(*) FROM records WHERE store_id = $1";

pub(crate) const STATEMENTS: &[&str] = &[
    UPSERT,
    FETCH,
    DELETE,
    DELETE_SUBJECT,
    OF_SUBJECT,
    OF_ORDER,
    ANY_OF_SUBJECT,
    PEOPLE,
    PAGE,
    COUNT,
];

/// What runs for every reveal, search or order.
pub(crate) const HOT: &[&str] = &[UPSERT, FETCH, DELETE, OF_SUBJECT, OF_ORDER];

/// One record as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Which record.
    pub id: RecordId,
    /// Whose shop.
    pub store: StoreId,
    /// Which data key it is sealed under.
    pub generation: u32,
    /// The sealed fields.
    pub envelope: Vec<u8>,
}

/// One record without what is sealed in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordHead {
    /// Which record.
    pub id: RecordId,
    /// Which data key it is sealed under.
    pub generation: u32,
    /// How long its envelope is, in bytes.
    pub bytes: u64,
}

/// Stores a record, in the place of its earlier version.
pub fn upsert(tx: &Tx<'_>, record: &RecordRow) -> Result<(), StoreError> {
    tx.execute(UPSERT, &values(record))?;
    Ok(())
}

/// Stores records, each in the place of an earlier generation.
pub fn upsert_many(tx: &Tx<'_>, records: &[RecordRow]) -> Result<(), StoreError> {
    let rows: Vec<_> = records.iter().map(values).collect();
    tx.execute_many(UPSERT, &rows)?;
    Ok(())
}

/// Fetches one record.
pub fn fetch(tx: &Tx<'_>, id: &RecordId) -> Result<Option<RecordRow>, StoreError> {
    tx.query_first(FETCH, &key(id), |row| from_row(id, row))
}

/// Fetches records, each in the place of its id; `None` where there is none.
pub fn fetch_many(tx: &Tx<'_>, ids: &[RecordId]) -> Result<Vec<Option<RecordRow>>, StoreError> {
    let keys: Vec<_> = ids.iter().map(key).collect();
    let columns = |row: &Row<'_>| Ok((row.int(0)?, generation(row, 1)?, row.blob(2)?));
    let answers = tx.query_many(FETCH, &keys, columns)?;
    let rows = ids.iter().zip(answers).map(|(id, mut rows)| {
        let (store, generation, envelope) = rows.pop()?;
        Some(RecordRow {
            id: *id,
            store: StoreId(store),
            generation,
            envelope,
        })
    });
    Ok(rows.collect())
}

/// Removes one record; harmless when it is not there.
pub fn delete(tx: &Tx<'_>, id: &RecordId) -> Result<usize, StoreError> {
    tx.execute(DELETE, &key(id))
}

/// Removes records, and says of each whether it was there.
pub fn delete_many(tx: &Tx<'_>, ids: &[RecordId]) -> Result<Vec<bool>, StoreError> {
    let keys: Vec<_> = ids.iter().map(key).collect();
    let removed = tx.execute_many(DELETE, &keys)?;
    Ok(removed.into_iter().map(|rows| rows == 1).collect())
}

/// Removes all records of a subject and returns how many there were.
pub fn delete_subject(tx: &Tx<'_>, subject: &SubjectId) -> Result<usize, StoreError> {
    tx.execute(DELETE_SUBJECT, args![subject])
}

/// Lists all records of a subject.
pub fn of_subject(tx: &Tx<'_>, subject: &SubjectId) -> Result<Vec<RecordHead>, StoreError> {
    tx.query(OF_SUBJECT, args![subject], head)
}

/// Lists the records of one subject in one order.
pub fn of_order(
    tx: &Tx<'_>,
    subject: &SubjectId,
    order: &OrderId,
) -> Result<Vec<RecordHead>, StoreError> {
    tx.query(OF_ORDER, args![subject, order], head)
}

/// Says whether anything of a subject is stored.
pub fn any_of_subject(tx: &Tx<'_>, subject: &SubjectId) -> Result<bool, StoreError> {
    let found = tx.query_first(ANY_OF_SUBJECT, args![subject], |_| Ok(()))?;
    Ok(found.is_some())
}

/// Returns up to `limit` records after the given one, each with its generation.
pub fn page(
    tx: &Tx<'_>,
    after: Option<&RecordId>,
    limit: i64,
) -> Result<Vec<(RecordId, u32)>, StoreError> {
    let (subject, order, category) = after.map_or(
        (SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT, 0),
        |id| (id.subject, id.order, i64::from(id.category.number())),
    );
    tx.query(PAGE, args![&subject, &order, category, limit], |row| {
        Ok((record_id(row, 0, "records")?, generation(row, 3)?))
    })
}

/// Counts the people of a shop of whom anything is stored.
pub fn people(tx: &Tx<'_>, store: StoreId) -> Result<i64, StoreError> {
    Ok(tx
        .query_first(PEOPLE, args![store.0], |row| row.int(0))?
        .unwrap_or(0))
}

/// Counts the records of a shop.
pub fn count(tx: &Tx<'_>, store: StoreId) -> Result<i64, StoreError> {
    Ok(tx
        .query_first(COUNT, args![store.0], |row| row.int(0))?
        .unwrap_or(0))
}

fn key(id: &RecordId) -> [Value<'_>; 3] {
    let category = i64::from(id.category.number());
    [(&id.subject).into(), (&id.order).into(), category.into()]
}

fn values(record: &RecordRow) -> [Value<'_>; 6] {
    let [subject, order, category] = key(&record.id);
    [
        subject,
        order,
        category,
        record.store.0.into(),
        i64::from(record.generation).into(),
        (&record.envelope).into(),
    ]
}

fn from_row(id: &RecordId, row: &Row<'_>) -> Result<RecordRow, StoreError> {
    Ok(RecordRow {
        id: *id,
        store: StoreId(row.int(0)?),
        generation: generation(row, 1)?,
        envelope: row.blob(2)?,
    })
}

fn generation(row: &Row<'_>, column: usize) -> Result<u32, StoreError> {
    u32::try_from(row.int(column)?).map_err(|_| StoreError::Inconsistent { table: "records" })
}

/// Reads a record's id from three columns.
pub(crate) fn record_id(
    row: &Row<'_>,
    first: usize,
    table: &'static str,
) -> Result<RecordId, StoreError> {
    Ok(RecordId {
        subject: row.subject(first, table)?,
        order: row.order(first + 1, table)?,
        category: Category::from_number(row.int(first + 2)?)
            .ok_or(StoreError::Inconsistent { table })?,
    })
}

fn head(row: &Row<'_>) -> Result<RecordHead, StoreError> {
    Ok(RecordHead {
        id: record_id(row, 0, "records")?,
        generation: generation(row, 3)?,
        bytes: u64::try_from(row.int(4)?).unwrap_or(0),
    })
}
