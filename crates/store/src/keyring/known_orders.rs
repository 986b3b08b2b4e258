//! Which orders were taken in, by the hash of their number: makes intake idempotent, answers look-ups
//! by order number, and keeps erased orders from coming back.

use crate::{Row, StoreError, Tx, args};
use lethe_model::{OrderId, SubjectId};

const INSERT: &str = "INSERT INTO known_orders (hash, subject_id, order_id, digest, updated_at) \
     VALUES ($1, $2, $3, $4, $5)";
const FETCH: &str = "SELECT subject_id, order_id, digest, updated_at, erased_at, archived_at \
     FROM known_orders WHERE hash = $1";
const RENEW: &str = "UPDATE known_orders SET digest = $1, updated_at = $2 WHERE hash = $3";
const DELETE: &str = "DELETE FROM known_orders WHERE hash = $1 AND erased_at IS NULL";
const ERASE_SUBJECT: &str = "UPDATE known_orders SET subject_id = NULL, order_id = NULL, \
     digest = NULL, updated_at = NULL, archived_at = NULL, erased_at = $1 WHERE subject_id = $2";
const ERASE_ORDER: &str = "UPDATE known_orders SET subject_id = NULL, order_id = NULL, \
     digest = NULL, updated_at = NULL, archived_at = NULL, erased_at = $1 \
     WHERE subject_id = $2 AND order_id = $3";
const ARCHIVE_ORDER: &str = "UPDATE known_orders SET subject_id = $1, order_id = $2, digest = NULL, \
     archived_at = $3 WHERE subject_id = $4 AND order_id = $5";
// An account that is known by its e-mail address leaves nothing: its hash would be one of a person.
const FORGET_BY_EMAIL: &str = "DELETE FROM known_orders WHERE subject_id = $1 AND order_id = $2 \
     AND hash IN (SELECT hash FROM lookups WHERE subject_id = $1 AND kind = $3)";
const FORGET_ACCOUNT: &str = "DELETE FROM known_orders WHERE subject_id = $1 AND order_id = $2 \
     AND erased_at IS NULL";
const OF_ORDER: &str = "SELECT hash FROM known_orders WHERE subject_id = $1 AND order_id = $2";
const OF_SUBJECT_BUT: &str = "SELECT hash FROM known_orders WHERE subject_id = $1 \
     AND hash NOT IN (SELECT hash FROM lookups WHERE subject_id = $1 AND kind = $2)";
const BURY: &str = "INSERT INTO known_orders (hash, erased_at) VALUES ($1, $2) \
     ON CONFLICT (hash) DO NOTHING";
const PAGE: &str = "SELECT hash, subject_id, order_id, archived_at FROM known_orders \
     WHERE hash > $1 AND subject_id IS NOT NULL ORDER BY hash LIMIT $2";
const EXPIRE: &str = "DELETE FROM known_orders WHERE erased_at < $1";

pub(crate) const STATEMENTS: &[&str] = &[
    INSERT,
    FETCH,
    RENEW,
    DELETE,
    ERASE_SUBJECT,
    ERASE_ORDER,
    ARCHIVE_ORDER,
    FORGET_BY_EMAIL,
    FORGET_ACCOUNT,
    OF_ORDER,
    OF_SUBJECT_BUT,
    BURY,
    PAGE,
    EXPIRE,
];

/// What runs for every reveal, search or order.
pub(crate) const HOT: &[&str] = &[INSERT, FETCH, RENEW, DELETE];

/// A known order that is not a tombstone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownRow {
    /// Hash of its number.
    pub hash: [u8; 16],
    /// The buyer, or the order's own subject in the archive.
    pub subject: SubjectId,
    /// The order.
    pub order: OrderId,
    /// Whether it is in the archive.
    pub is_archived: bool,
}

/// What is known of an order's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownOrder {
    /// It is stored.
    Stored {
        /// The buyer.
        subject: SubjectId,
        /// The order.
        order: OrderId,
        /// Keyed hash of its content; `None` when the next delivery must be taken as new.
        digest: Option<Vec<u8>>,
        /// When its source last changed it, Unix milliseconds.
        updated_at: Option<i64>,
    },
    /// It has left the active store for the archive.
    Archived {
        /// The order's own subject there.
        subject: SubjectId,
        /// The order's id there.
        order: OrderId,
    },
    /// It was erased and stays so.
    Erased,
}

/// Notes a new order.
pub fn insert(
    tx: &Tx<'_>,
    hash: &[u8; 16],
    subject: &SubjectId,
    order: &OrderId,
    digest: &[u8],
    updated_at: Option<i64>,
) -> Result<(), StoreError> {
    tx.execute(INSERT, args![hash, subject, order, digest, updated_at])?;
    Ok(())
}

/// Looks an order's number up.
pub fn fetch(tx: &Tx<'_>, hash: &[u8; 16]) -> Result<Option<KnownOrder>, StoreError> {
    tx.query_first(FETCH, args![hash], from_row)
}

/// Notes a new version; `None` as digest makes the next delivery count as new.
pub fn renew(
    tx: &Tx<'_>,
    hash: &[u8; 16],
    digest: Option<&[u8]>,
    updated_at: Option<i64>,
) -> Result<(), StoreError> {
    tx.execute(RENEW, args![digest, updated_at, hash])?;
    Ok(())
}

/// Forgets an order that was never stored after all.
pub fn delete(tx: &Tx<'_>, hash: &[u8; 16]) -> Result<(), StoreError> {
    tx.execute(DELETE, args![hash])?;
    Ok(())
}

/// Turns a buyer's orders into tombstones: a hash of the number and a date, nothing of the person.
pub fn erase_subject(tx: &Tx<'_>, subject: &SubjectId, now_ms: i64) -> Result<usize, StoreError> {
    tx.execute(ERASE_SUBJECT, args![now_ms, subject])
}

/// Turns one order into a tombstone.
pub fn erase_order(
    tx: &Tx<'_>,
    subject: &SubjectId,
    order: &OrderId,
    now_ms: i64,
) -> Result<usize, StoreError> {
    tx.execute(ERASE_ORDER, args![now_ms, subject, order])
}

/// Notes that an order is in the archive now, under other ids.
pub fn archive_order(
    tx: &Tx<'_>,
    from: (&SubjectId, &OrderId),
    to: (&SubjectId, &OrderId),
    now_ms: i64,
) -> Result<usize, StoreError> {
    tx.execute(ARCHIVE_ORDER, args![to.0, to.1, now_ms, from.0, from.1])
}

/// Forgets the accounts of a subject that are known by a look-up hash of this kind.
pub fn forget_account_by(tx: &Tx<'_>, subject: &SubjectId, kind: i64) -> Result<(), StoreError> {
    tx.execute(FORGET_BY_EMAIL, args![subject, &OrderId::ACCOUNT, kind])?;
    Ok(())
}

/// Forgets that a subject has an account, so that the shop may hand it in again.
pub fn forget_account(tx: &Tx<'_>, subject: &SubjectId) -> Result<(), StoreError> {
    tx.execute(FORGET_ACCOUNT, args![subject, &OrderId::ACCOUNT])?;
    Ok(())
}

/// Lists the hashes an order is known by.
pub fn of_order(
    tx: &Tx<'_>,
    subject: &SubjectId,
    order: &OrderId,
) -> Result<Vec<[u8; 16]>, StoreError> {
    tx.query(OF_ORDER, args![subject, order], |row| {
        row.array(0, "known_orders")
    })
}

/// Lists the hashes a subject's orders and account are known by, but those that are look-up hashes of
/// a kind.
pub fn of_subject_but(
    tx: &Tx<'_>,
    subject: &SubjectId,
    kind: i64,
) -> Result<Vec<[u8; 16]>, StoreError> {
    tx.query(OF_SUBJECT_BUT, args![subject, kind], |row| {
        row.array(0, "known_orders")
    })
}

/// Makes a tombstone for a number that is not known; harmless when it is.
pub fn bury(tx: &Tx<'_>, hash: &[u8; 16], at_ms: i64) -> Result<(), StoreError> {
    tx.execute(BURY, args![hash, at_ms])?;
    Ok(())
}

/// Returns up to `limit` known orders after a hash.
pub fn page(tx: &Tx<'_>, after: &[u8; 16], limit: i64) -> Result<Vec<KnownRow>, StoreError> {
    tx.query(PAGE, args![after, limit], |row| {
        Ok(KnownRow {
            hash: row.array(0, "known_orders")?,
            subject: row.subject(1, "known_orders")?,
            order: row.order(2, "known_orders")?,
            is_archived: row.opt_int(3)?.is_some(),
        })
    })
}

/// Drops tombstones older than their term; returns how many there were.
pub fn expire(tx: &Tx<'_>, before_ms: i64) -> Result<usize, StoreError> {
    tx.execute(EXPIRE, args![before_ms])
}

fn from_row(row: &Row<'_>) -> Result<KnownOrder, StoreError> {
    if row.opt_int(4)?.is_some() {
        return Ok(KnownOrder::Erased);
    }
    if row.opt_int(5)?.is_some() {
        return Ok(KnownOrder::Archived {
            subject: row.subject(0, "known_orders")?,
            order: row.order(1, "known_orders")?,
        });
    }
    Ok(KnownOrder::Stored {
        subject: row.subject(0, "known_orders")?,
        order: row.order(1, "known_orders")?,
        digest: row.opt_blob(2)?,
        updated_at: row.opt_int(3)?,
    })
}
