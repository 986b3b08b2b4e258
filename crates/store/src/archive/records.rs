//! Archived records.

use crate::{Row, StoreError, Tx, args};
use lethe_model::{OrderId, RecordId, StoreId, SubjectId};

const INSERT: &str = "INSERT INTO archived_records (subject_id, order_id, category, store_id, key_id, \
     sealed_key, envelope, clock, archived_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const FETCH: &str = "SELECT subject_id, order_id, category, store_id, key_id, sealed_key, envelope, \
     clock, archived_on FROM archived_records \
     WHERE subject_id = $1 AND order_id = $2 AND category = $3";
const OF_SUBJECT: &str = "SELECT subject_id, order_id, category, store_id, key_id, sealed_key, \
     envelope, clock, archived_on FROM archived_records WHERE subject_id = $1 \
     ORDER BY order_id, category";
const CLOCKS: &str = "SELECT subject_id, order_id, category, clock FROM archived_records \
     WHERE (subject_id, order_id, category) > ($1, $2, $3) AND store_id = $4 \
     ORDER BY subject_id, order_id, category LIMIT $5";
const PAGE: &str = "SELECT subject_id, order_id, category FROM archived_records \
     WHERE (subject_id, order_id, category) > ($1, $2, $3) \
     ORDER BY subject_id, order_id, category LIMIT $4";
const DELETE: &str = "DELETE FROM archived_records \
     WHERE subject_id = $1 AND order_id = $2 AND category = $3";
const DELETE_SUBJECT: &str = "DELETE FROM archived_records WHERE subject_id = $1";
const COUNTS: &str = "SELECT key_id, COUNT(*) FROM archived_records WHERE store_id = $1 \
     GROUP BY key_id ORDER BY key_id";
const ORDERS: &str = "SELECT COUNT(*) FROM (SELECT DISTINCT subject_id FROM archived_records \
     WHERE store_id = $1) AS orders";
const SOME_OF_KEY: &str = "SELECT subject_id, order_id, category, store_id, key_id, sealed_key, \
     envelope, clock, archived_on FROM archived_records WHERE key_id = $1 AND subject_id > $2 \
     ORDER BY subject_id, order_id, category LIMIT $3";

pub(crate) const STATEMENTS: &[&str] = &[
    INSERT,
    FETCH,
    OF_SUBJECT,
    CLOCKS,
    PAGE,
    DELETE,
    DELETE_SUBJECT,
    COUNTS,
    ORDERS,
    SOME_OF_KEY,
];

/// What runs for every reveal, search or order.
pub(crate) const HOT: &[&str] = &[FETCH, OF_SUBJECT];

/// One archived record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedRow {
    /// Which record. Subject and order are the archive's own: they stand nowhere in the active store.
    pub id: RecordId,
    /// Whose shop.
    pub store: StoreId,
    /// The archive key its record key is sealed to.
    pub key_id: String,
    /// The sealed record key, wrapped by a data key of the keyring.
    pub sealed_key: Vec<u8>,
    /// The sealed fields.
    pub envelope: Vec<u8>,
    /// What its term counts from.
    pub clock: String,
    /// Day since 1970-01-01.
    pub archived_on: i64,
}

/// Stores a record.
pub fn insert(tx: &Tx<'_>, row: &ArchivedRow) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        args![
            &row.id.subject,
            &row.id.order,
            i64::from(row.id.category.number()),
            row.store.0,
            &row.key_id,
            &row.sealed_key,
            &row.envelope,
            &row.clock,
            row.archived_on,
        ],
    )?;
    Ok(())
}

/// Fetches one record.
pub fn fetch(tx: &Tx<'_>, id: &RecordId) -> Result<Option<ArchivedRow>, StoreError> {
    let key = args![&id.subject, &id.order, i64::from(id.category.number())];
    tx.query_first(FETCH, key, from_row)
}

/// Lists the records of an archived order.
pub fn of_subject(tx: &Tx<'_>, subject: &SubjectId) -> Result<Vec<ArchivedRow>, StoreError> {
    tx.query(OF_SUBJECT, args![subject], from_row)
}

/// Returns up to `limit` records of a shop after the given one, each with its clock.
pub fn clocks(
    tx: &Tx<'_>,
    store: StoreId,
    after: Option<&RecordId>,
    limit: i64,
) -> Result<Vec<(RecordId, String)>, StoreError> {
    let (subject, order, category) = after.map_or(
        (SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT, 0),
        |id| (id.subject, id.order, i64::from(id.category.number())),
    );
    tx.query(
        CLOCKS,
        args![&subject, &order, category, store.0, limit],
        |row| Ok((record_id(row)?, row.text(3)?)),
    )
}

/// Returns up to `limit` records of all shops after the given one.
pub fn page(
    tx: &Tx<'_>,
    after: Option<&RecordId>,
    limit: i64,
) -> Result<Vec<RecordId>, StoreError> {
    let (subject, order, category) = after.map_or(
        (SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT, 0),
        |id| (id.subject, id.order, i64::from(id.category.number())),
    );
    tx.query(PAGE, args![&subject, &order, category, limit], record_id)
}

/// Returns up to `limit` records under one archive key, from a place in the order of subjects on.
pub fn some_of_key(
    tx: &Tx<'_>,
    key_id: &str,
    from: &SubjectId,
    limit: i64,
) -> Result<Vec<ArchivedRow>, StoreError> {
    tx.query(SOME_OF_KEY, args![key_id, from, limit], from_row)
}

/// Removes one record; harmless when it is not there.
pub fn delete(tx: &Tx<'_>, id: &RecordId) -> Result<usize, StoreError> {
    let category = i64::from(id.category.number());
    tx.execute(DELETE, args![&id.subject, &id.order, category])
}

/// Removes all records of an archived order.
pub fn delete_subject(tx: &Tx<'_>, subject: &SubjectId) -> Result<usize, StoreError> {
    tx.execute(DELETE_SUBJECT, args![subject])
}

/// Counts a shop's archived orders.
pub fn orders(tx: &Tx<'_>, store: StoreId) -> Result<i64, StoreError> {
    Ok(tx
        .query_first(ORDERS, args![store.0], |row| row.int(0))?
        .unwrap_or(0))
}

/// Counts a shop's records by archive key.
pub fn counts(tx: &Tx<'_>, store: StoreId) -> Result<Vec<(String, i64)>, StoreError> {
    tx.query(COUNTS, args![store.0], |row| {
        Ok((row.text(0)?, row.int(1)?))
    })
}

fn record_id(row: &Row<'_>) -> Result<RecordId, StoreError> {
    crate::active::records::record_id(row, 0, "archived_records")
}

fn from_row(row: &Row<'_>) -> Result<ArchivedRow, StoreError> {
    Ok(ArchivedRow {
        id: record_id(row)?,
        store: StoreId(row.int(3)?),
        key_id: row.text(4)?,
        sealed_key: row.blob(5)?,
        envelope: row.blob(6)?,
        clock: row.text(7)?,
        archived_on: row.int(8)?,
    })
}
