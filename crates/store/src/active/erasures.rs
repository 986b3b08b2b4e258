//! Erasures: asked for, waiting, done here, confirmed by everybody who holds a copy.

use crate::{Row, StoreError, Tx, args};
use lethe_model::{StoreId, SubjectId};

const INSERT: &str = "INSERT INTO erasures (erasure_id, store_id, subject_id, state, requested_by, \
     requested_at, not_before) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const FETCH: &str = "SELECT erasure_id, store_id, subject_id, state, requested_by, requested_at, \
     not_before, erased_at, report FROM erasures WHERE erasure_id = $1";
const LIST: &str = "SELECT erasure_id, store_id, subject_id, state, requested_by, requested_at, \
     not_before, erased_at, report FROM erasures WHERE store_id = $1 AND state <> $2 \
     ORDER BY requested_at, erasure_id LIMIT $3";
const OF_SUBJECT: &str = "SELECT erasure_id, store_id, subject_id, state, requested_by, requested_at, \
     not_before, erased_at, report FROM erasures WHERE subject_id = $1 AND state = 'waiting'";
const SET: &str = "UPDATE erasures SET state = $1, subject_id = $2, erased_at = $3, report = $4 \
     WHERE erasure_id = $5";
const CANCEL: &str = "UPDATE erasures SET subject_id = NULL, state = 'cancelled' \
     WHERE erasure_id = $1 AND state = 'waiting'";
const ASKED_SINCE: &str = "SELECT COUNT(*) FROM erasures WHERE store_id = $1 AND requested_by <> $2 \
     AND requested_at >= $3";
const ASK: &str = "INSERT INTO erasure_holders (erasure_id, holder, asked_at) VALUES ($1, $2, $3) \
     ON CONFLICT (erasure_id, holder) DO NOTHING";
const CONFIRM: &str = "UPDATE erasure_holders SET confirmed_at = $1, evidence = $2 \
     WHERE erasure_id = $3 AND holder = $4 AND confirmed_at IS NULL";
const HOLDERS: &str = "SELECT holder, asked_at, confirmed_at, evidence FROM erasure_holders \
     WHERE erasure_id = $1 ORDER BY holder";

pub(crate) const STATEMENTS: &[&str] = &[
    INSERT,
    FETCH,
    LIST,
    OF_SUBJECT,
    SET,
    CANCEL,
    ASKED_SINCE,
    ASK,
    CONFIRM,
    HOLDERS,
];

/// One erasure. Once it is done nothing in it leads to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureRow {
    /// Its public, random id.
    pub id: String,
    /// The shop.
    pub store: StoreId,
    /// Who is to be erased; `None` once that happened or was cancelled.
    pub subject: Option<SubjectId>,
    /// `waiting`, `cancelled`, `held`, `partial` or `complete`.
    pub state: String,
    /// The credential that asked.
    pub requested_by: String,
    /// Unix milliseconds.
    pub requested_at: i64,
    /// It is not carried out by itself before, Unix milliseconds.
    pub not_before: i64,
    /// When it was carried out here, Unix milliseconds.
    pub erased_at: Option<i64>,
    /// What was done, as JSON without ids of people.
    pub report: Option<String>,
}

/// A holder of copies who was asked to erase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedHolder {
    /// Its name.
    pub name: String,
    /// Unix milliseconds.
    pub asked_at: i64,
    /// When it confirmed, Unix milliseconds.
    pub confirmed_at: Option<i64>,
    /// How that is known.
    pub evidence: Option<String>,
}

/// Notes an erasure that was asked for.
pub fn insert(tx: &Tx<'_>, row: &ErasureRow) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        args![
            &row.id,
            row.store.0,
            row.subject.as_ref(),
            &row.state,
            &row.requested_by,
            row.requested_at,
            row.not_before,
        ],
    )?;
    Ok(())
}

/// Fetches one.
pub fn fetch(tx: &Tx<'_>, id: &str) -> Result<Option<ErasureRow>, StoreError> {
    tx.query_first(FETCH, args![id], from_row)
}

/// Lists up to `limit` erasures of a shop that are not in `but_not`, oldest first.
pub fn list(
    tx: &Tx<'_>,
    store: StoreId,
    but_not: &str,
    limit: i64,
) -> Result<Vec<ErasureRow>, StoreError> {
    tx.query(LIST, args![store.0, but_not, limit], from_row)
}

/// Finds the erasure that waits for a person.
pub fn of_subject(tx: &Tx<'_>, subject: &SubjectId) -> Result<Option<ErasureRow>, StoreError> {
    tx.query_first(OF_SUBJECT, args![subject], from_row)
}

/// Notes what became of an erasure, and whom a hold still keeps: nobody, else.
pub fn set(
    tx: &Tx<'_>,
    id: &str,
    state: &str,
    held: Option<&SubjectId>,
    erased_at: Option<i64>,
    report: &str,
) -> Result<(), StoreError> {
    tx.execute(SET, args![state, held, erased_at, report, id])?;
    Ok(())
}

/// Takes a waiting erasure back; says whether it was still waiting.
pub fn cancel(tx: &Tx<'_>, id: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(CANCEL, args![id])? == 1)
}

/// Counts the erasures that somebody else than `operator` has asked for since a moment.
pub fn count_asked(
    tx: &Tx<'_>,
    store: StoreId,
    operator: &str,
    since_ms: i64,
) -> Result<i64, StoreError> {
    let args = args![store.0, operator, since_ms];
    Ok(tx
        .query_first(ASKED_SINCE, args, |row| row.int(0))?
        .unwrap_or(0))
}

/// Notes that a holder of copies was asked, unless it was before.
pub fn ask(tx: &Tx<'_>, id: &str, holder: &str, at_ms: i64) -> Result<(), StoreError> {
    tx.execute(ASK, args![id, holder, at_ms])?;
    Ok(())
}

/// Notes that a holder has confirmed; says whether it was still open.
pub fn confirm(
    tx: &Tx<'_>,
    id: &str,
    holder: &str,
    evidence: &str,
    at_ms: i64,
) -> Result<bool, StoreError> {
    Ok(tx.execute(CONFIRM, args![at_ms, evidence, id, holder])? == 1)
}

/// Lists the holders that were asked.
pub fn asked(tx: &Tx<'_>, id: &str) -> Result<Vec<AskedHolder>, StoreError> {
    tx.query(HOLDERS, args![id], |row| {
        Ok(AskedHolder {
            name: row.text(0)?,
            asked_at: row.int(1)?,
            confirmed_at: row.opt_int(2)?,
            evidence: row.opt_text(3)?,
        })
    })
}

fn from_row(row: &Row<'_>) -> Result<ErasureRow, StoreError> {
    const INCONSISTENT: StoreError = StoreError::Inconsistent { table: "erasures" };
    let subject = match row.opt_blob(2)? {
        None => None,
        Some(bytes) => Some(SubjectId::from_slice(&bytes).ok_or(INCONSISTENT)?),
    };
    Ok(ErasureRow {
        id: row.text(0)?,
        store: StoreId(row.int(1)?),
        subject,
        state: row.text(3)?,
        requested_by: row.text(4)?,
        requested_at: row.int(5)?,
        not_before: row.int(6)?,
        erased_at: row.opt_int(7)?,
        report: row.opt_text(8)?,
    })
}
