//! Legal holds: records that must not be destroyed, and why.

use crate::{Row, StoreError, Tx, args};
use lethe_model::{RecordId, StoreId, SubjectId};

const INSERT: &str = "INSERT INTO legal_holds (hold_id, store_id, matter, ground, placed_by, placed_at, \
     review_on) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (hold_id) DO NOTHING";
const HOLD: &str = "INSERT INTO held_records (subject_id, order_id, category, hold_id) \
     VALUES ($1, $2, $3, $4) ON CONFLICT (subject_id, order_id, category, hold_id) DO NOTHING";
const LIST: &str = "SELECT hold_id, store_id, matter, ground, placed_by, placed_at, review_on, \
     released_by, released_at FROM legal_holds WHERE store_id = $1 ORDER BY placed_at, hold_id";
const FETCH: &str = "SELECT hold_id, store_id, matter, ground, placed_by, placed_at, review_on, \
     released_by, released_at FROM legal_holds WHERE hold_id = $1";
const RELEASE: &str = "UPDATE legal_holds SET released_by = $1, released_at = $2 \
     WHERE hold_id = $3 AND released_at IS NULL";
const UNHOLD: &str = "DELETE FROM held_records WHERE hold_id = $1";
const HOLDS_OF: &str = "SELECT hold_id FROM held_records \
     WHERE subject_id = $1 AND order_id = $2 AND category = $3 ORDER BY hold_id";
const ANY_OF_SUBJECT: &str = "SELECT 1 FROM held_records WHERE subject_id = $1 LIMIT 1";
const RECORDS_OF: &str = "SELECT subject_id, order_id, category FROM held_records \
     WHERE hold_id = $1 ORDER BY subject_id, order_id, category";

pub(crate) const STATEMENTS: &[&str] = &[
    INSERT,
    HOLD,
    LIST,
    FETCH,
    RELEASE,
    UNHOLD,
    HOLDS_OF,
    ANY_OF_SUBJECT,
    RECORDS_OF,
];

/// What runs for every reveal, search or order.
pub(crate) const HOT: &[&str] = &[ANY_OF_SUBJECT];

/// One hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// Its public id.
    pub id: String,
    /// The shop.
    pub store: StoreId,
    /// The case's number: never a name.
    pub matter: String,
    /// The legal ground.
    pub ground: String,
    /// The credential that placed it.
    pub placed_by: String,
    /// Unix milliseconds.
    pub placed_at: i64,
    /// The day somebody must ask whether it is still needed, since 1970-01-01.
    pub review_on: i64,
    /// The credential that released it.
    pub released_by: Option<String>,
    /// Unix milliseconds.
    pub released_at: Option<i64>,
}

/// Places a hold on records; harmless to repeat.
pub fn insert(tx: &Tx<'_>, hold: &HoldRow, records: &[RecordId]) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        args![
            &hold.id,
            hold.store.0,
            &hold.matter,
            &hold.ground,
            &hold.placed_by,
            hold.placed_at,
            hold.review_on,
        ],
    )?;
    let rows: Vec<_> = records
        .iter()
        .map(|record| {
            let category = i64::from(record.category.number());
            let (subject, order) = (&record.subject, &record.order);
            [
                subject.into(),
                order.into(),
                category.into(),
                (&hold.id).into(),
            ]
        })
        .collect();
    tx.execute_many(HOLD, &rows)?;
    Ok(())
}

/// Lists a shop's holds, oldest first, released ones too.
pub fn list(tx: &Tx<'_>, store: StoreId) -> Result<Vec<HoldRow>, StoreError> {
    tx.query(LIST, args![store.0], from_row)
}

/// Fetches a hold.
pub fn fetch(tx: &Tx<'_>, id: &str) -> Result<Option<HoldRow>, StoreError> {
    tx.query_first(FETCH, args![id], from_row)
}

/// Releases a hold; says whether it was still in place.
pub fn release(tx: &Tx<'_>, id: &str, by: &str, at_ms: i64) -> Result<bool, StoreError> {
    let was_held = tx.execute(RELEASE, args![by, at_ms, id])? == 1;
    tx.execute(UNHOLD, args![id])?;
    Ok(was_held)
}

/// Lists the holds on a record.
pub fn of_record(tx: &Tx<'_>, record: &RecordId) -> Result<Vec<String>, StoreError> {
    let category = i64::from(record.category.number());
    let key = args![&record.subject, &record.order, category];
    tx.query(HOLDS_OF, key, |row| row.text(0))
}

/// Says whether anything of a subject is held.
pub fn any_of_subject(tx: &Tx<'_>, subject: &SubjectId) -> Result<bool, StoreError> {
    let found = tx.query_first(ANY_OF_SUBJECT, args![subject], |_| Ok(()))?;
    Ok(found.is_some())
}

/// Lists the records under a hold.
pub fn records(tx: &Tx<'_>, id: &str) -> Result<Vec<RecordId>, StoreError> {
    tx.query(RECORDS_OF, args![id], |row| {
        super::records::record_id(row, 0, "held_records")
    })
}

fn from_row(row: &Row<'_>) -> Result<HoldRow, StoreError> {
    Ok(HoldRow {
        id: row.text(0)?,
        store: StoreId(row.int(1)?),
        matter: row.text(2)?,
        ground: row.text(3)?,
        placed_by: row.text(4)?,
        placed_at: row.int(5)?,
        review_on: row.int(6)?,
        released_by: row.opt_text(7)?,
        released_at: row.opt_int(8)?,
    })
}
