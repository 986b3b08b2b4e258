//! What happened to an order that keeps it open, or moves the day its clock starts from.

use crate::{Row, StoreError, Tx, args};
use lethe_model::{OrderId, SubjectId};

const UPSERT: &str = "INSERT INTO order_events (subject_id, order_id, kind, reference, opened_on, closed_on) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (subject_id, order_id, kind, reference) \
     DO UPDATE SET closed_on = excluded.closed_on";
const OF_ORDER: &str = "SELECT kind, reference, opened_on, closed_on FROM order_events \
     WHERE subject_id = $1 AND order_id = $2 ORDER BY kind, reference";
const DELETE_ORDER: &str = "DELETE FROM order_events WHERE subject_id = $1 AND order_id = $2";
const DELETE_SUBJECT: &str = "DELETE FROM order_events WHERE subject_id = $1";

pub(crate) const STATEMENTS: &[&str] = &[UPSERT, OF_ORDER, DELETE_ORDER, DELETE_SUBJECT];

/// One event. Days since 1970-01-01 in the shop's time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// `return` or `dispute`.
    pub kind: String,
    /// The shop's own number for it.
    pub reference: String,
    /// When it began.
    pub opened_on: i64,
    /// When it ended; `None` while it is open.
    pub closed_on: Option<i64>,
}

/// Notes an event, or its end.
pub fn upsert(
    tx: &Tx<'_>,
    subject: &SubjectId,
    order: &OrderId,
    event: &EventRow,
) -> Result<(), StoreError> {
    tx.execute(
        UPSERT,
        args![
            subject,
            order,
            &event.kind,
            &event.reference,
            event.opened_on,
            event.closed_on,
        ],
    )?;
    Ok(())
}

/// Lists the events of an order.
pub fn of_order(
    tx: &Tx<'_>,
    subject: &SubjectId,
    order: &OrderId,
) -> Result<Vec<EventRow>, StoreError> {
    tx.query(OF_ORDER, args![subject, order], from_row)
}

/// Forgets the events of an order.
pub fn delete_order(tx: &Tx<'_>, subject: &SubjectId, order: &OrderId) -> Result<(), StoreError> {
    tx.execute(DELETE_ORDER, args![subject, order])?;
    Ok(())
}

/// Forgets the events of all orders of a subject.
pub fn delete_subject(tx: &Tx<'_>, subject: &SubjectId) -> Result<(), StoreError> {
    tx.execute(DELETE_SUBJECT, args![subject])?;
    Ok(())
}

fn from_row(row: &Row<'_>) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        kind: row.text(0)?,
        reference: row.text(1)?,
        opened_on: row.int(2)?,
        closed_on: row.opt_int(3)?,
    })
}
