//! Orders as pseudonymous relations: who bought what, when, for how much; no field of a person.

use crate::{Row, StoreError, Tx, Value, args};
use lethe_model::{OrderId, OrderState, StoreId, SubjectId};

const UPSERT: &str = "INSERT INTO orders (subject_id, order_id, store_id, recipient_id, linked_by, \
     country, currency, total_minor, refunded_minor, ordered_on, paid_on, fulfilled_on, \
     cancelled_on, financial_status, fulfillment_status, accepts_marketing, lines, revision, \
     delivered_on, refunded_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
     $15, $16, $17, $18, $19, $20) \
     ON CONFLICT (subject_id, order_id) DO UPDATE SET recipient_id = excluded.recipient_id, \
     country = excluded.country, currency = excluded.currency, \
     total_minor = excluded.total_minor, refunded_minor = excluded.refunded_minor, \
     ordered_on = excluded.ordered_on, paid_on = excluded.paid_on, \
     fulfilled_on = excluded.fulfilled_on, cancelled_on = excluded.cancelled_on, \
     financial_status = excluded.financial_status, \
     fulfillment_status = excluded.fulfillment_status, \
     accepts_marketing = excluded.accepts_marketing, lines = excluded.lines, \
     revision = excluded.revision, \
     delivered_on = COALESCE(excluded.delivered_on, orders.delivered_on), \
     refunded_on = COALESCE(excluded.refunded_on, orders.refunded_on)";
const FETCH: &str = "SELECT subject_id, order_id, store_id, recipient_id, linked_by, country, \
     currency, total_minor, refunded_minor, ordered_on, paid_on, fulfilled_on, cancelled_on, \
     financial_status, fulfillment_status, accepts_marketing, lines, revision, \
     delivered_on, refunded_on FROM orders WHERE subject_id = $1 AND order_id = $2";
const STANDING: &str = "SELECT recipient_id, fulfilled_on, cancelled_on, fulfillment_status FROM orders \
     WHERE subject_id = $1 AND order_id = $2";
const BUYERS_UNSHIPPED: &str = "SELECT COUNT(DISTINCT subject_id) FROM orders WHERE store_id = $1 \
     AND fulfilled_on IS NULL AND COALESCE(fulfillment_status, '') <> 'fulfilled' \
     AND cancelled_on IS NULL";
const BUYERS_SHIPPED: &str = "SELECT COUNT(DISTINCT subject_id) FROM orders WHERE store_id = $1 \
     AND (fulfilled_on IS NOT NULL OR COALESCE(fulfillment_status, '') = 'fulfilled')";
const BUYERS_CANCELLED: &str = "SELECT COUNT(DISTINCT subject_id) FROM orders WHERE store_id = $1 \
     AND fulfilled_on IS NULL AND COALESCE(fulfillment_status, '') <> 'fulfilled' \
     AND cancelled_on IS NOT NULL";
const PAGE: &str = "SELECT subject_id, order_id, store_id, recipient_id, linked_by, country, \
     currency, total_minor, refunded_minor, ordered_on, paid_on, fulfilled_on, cancelled_on, \
     financial_status, fulfillment_status, accepts_marketing, lines, revision, \
     delivered_on, refunded_on FROM orders WHERE (subject_id, order_id) > ($1, $2) AND store_id = $3 \
     ORDER BY subject_id, order_id LIMIT $4";
const OF_SUBJECT: &str = "SELECT subject_id, order_id, store_id, recipient_id, linked_by, country, \
     currency, total_minor, refunded_minor, ordered_on, paid_on, fulfilled_on, cancelled_on, \
     financial_status, fulfillment_status, accepts_marketing, lines, revision, \
     delivered_on, refunded_on FROM orders WHERE subject_id = $1 ORDER BY order_id";
const DELETE: &str = "DELETE FROM orders WHERE subject_id = $1 AND order_id = $2";
const SET_DELIVERED: &str =
    "UPDATE orders SET delivered_on = $1 WHERE subject_id = $2 AND order_id = $3";
const EXISTS_BETWEEN: &str = "SELECT 1 FROM orders WHERE store_id = $1 AND ordered_on >= $2 \
     AND ordered_on < $3 LIMIT 1";
const DELETE_SUBJECT: &str = "DELETE FROM orders WHERE subject_id = $1";
const COUNT: &str = "SELECT COUNT(*) FROM orders WHERE store_id = $1";

pub(crate) const STATEMENTS: &[&str] = &[
    UPSERT,
    FETCH,
    STANDING,
    BUYERS_UNSHIPPED,
    BUYERS_SHIPPED,
    BUYERS_CANCELLED,
    PAGE,
    OF_SUBJECT,
    DELETE,
    SET_DELIVERED,
    EXISTS_BETWEEN,
    DELETE_SUBJECT,
    COUNT,
];

/// What runs for every reveal, search or order.
pub(crate) const HOT: &[&str] = &[UPSERT, FETCH, STANDING, OF_SUBJECT];

/// One order. Dates are days since 1970-01-01 in the
/// policy's time zone: a finer time would identify people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    /// The buyer.
    pub subject: SubjectId,
    /// The order.
    pub order: OrderId,
    /// The shop.
    pub store: StoreId,
    /// Who receives it, when that is somebody else.
    pub recipient: Option<SubjectId>,
    /// What linked it to an already known subject (`email`, `phone`, `customer`); `None` if new.
    pub linked_by: Option<String>,
    /// Country it goes to, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Total in the currency's minor unit.
    pub total_minor: Option<i64>,
    /// Refunded so far, in the currency's minor unit.
    pub refunded_minor: Option<i64>,
    /// Day of the order.
    pub ordered_on: Option<i64>,
    /// Day of payment.
    pub paid_on: Option<i64>,
    /// Day of shipment.
    pub fulfilled_on: Option<i64>,
    /// Day of cancellation.
    pub cancelled_on: Option<i64>,
    /// Day of delivery, where somebody said so.
    pub delivered_on: Option<i64>,
    /// Day of the latest refund.
    pub refunded_on: Option<i64>,
    /// The platform's word for the payment.
    pub financial_status: Option<String>,
    /// The platform's word for the shipment.
    pub fulfillment_status: Option<String>,
    /// Consent to marketing as the source stated it.
    pub accepts_marketing: Option<bool>,
    /// The lines as JSON that SQL never looks into.
    pub lines: String,
    /// How many versions of it were taken in, from 0.
    pub revision: u32,
}

/// Stores an order, in the place of its earlier version.
pub fn upsert(tx: &Tx<'_>, order: &OrderRow) -> Result<(), StoreError> {
    tx.execute(UPSERT, &values(order))?;
    Ok(())
}

/// Notes orders, each in the place of an earlier state.
pub fn upsert_many(tx: &Tx<'_>, orders: &[OrderRow]) -> Result<(), StoreError> {
    let rows: Vec<_> = orders.iter().map(values).collect();
    tx.execute_many(UPSERT, &rows)?;
    Ok(())
}

/// Fetches one order.
pub fn fetch(
    tx: &Tx<'_>,
    subject: &SubjectId,
    order: &OrderId,
) -> Result<Option<OrderRow>, StoreError> {
    tx.query_first(FETCH, args![subject, order], from_row)
}

/// Where an order stands, for whoever wants to read its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Who receives it, when that is not the buyer.
    pub recipient: Option<SubjectId>,
    /// Its state.
    pub state: OrderState,
}

/// Says where orders stand, each in the place of its ids; `None` where there is none.
pub fn standings(
    tx: &Tx<'_>,
    orders: &[(SubjectId, OrderId)],
) -> Result<Vec<Option<Standing>>, StoreError> {
    let keys = orders.iter();
    let keys: Vec<_> = keys
        .map(|(subject, order)| [subject.into(), order.into()])
        .collect();
    let answers = tx.query_many(STANDING, &keys, standing_of)?;
    Ok(answers.into_iter().map(|mut rows| rows.pop()).collect())
}

fn standing_of(row: &Row<'_>) -> Result<Standing, StoreError> {
    let recipient = match row.opt_blob(0)? {
        None => None,
        Some(bytes) => Some(
            SubjectId::from_slice(&bytes).ok_or(StoreError::Inconsistent { table: "orders" })?,
        ),
    };
    let is_shipped = row.opt_int(1)?.is_some() || row.opt_text(3)?.as_deref() == Some("fulfilled");
    let state = match (is_shipped, row.opt_int(2)?.is_some()) {
        (true, _) => OrderState::Shipped,
        (false, true) => OrderState::Cancelled,
        (false, false) => OrderState::Unshipped,
    };
    Ok(Standing { recipient, state })
}

/// Says who receives an order, when that is not the buyer.
pub fn recipient(
    tx: &Tx<'_>,
    subject: &SubjectId,
    order: &OrderId,
) -> Result<Option<SubjectId>, StoreError> {
    let standing = standings(tx, &[(*subject, *order)])?.pop().flatten();
    Ok(standing.and_then(|one| one.recipient))
}

/// Counts the buyers who have an order that is unshipped, shipped, cancelled: in this order.
pub fn buyers_by_state(tx: &Tx<'_>, store: StoreId) -> Result<[i64; 3], StoreError> {
    let mut counts = [0; 3];
    let statements = [BUYERS_UNSHIPPED, BUYERS_SHIPPED, BUYERS_CANCELLED];
    for (count, statement) in counts.iter_mut().zip(statements) {
        *count = tx
            .query_first(statement, args![store.0], |row| row.int(0))?
            .unwrap_or(0);
    }
    Ok(counts)
}

/// Returns up to `limit` orders of a shop that stand after the given one.
pub fn page(
    tx: &Tx<'_>,
    store: StoreId,
    after: (SubjectId, OrderId),
    limit: i64,
) -> Result<Vec<OrderRow>, StoreError> {
    tx.query(PAGE, args![&after.0, &after.1, store.0, limit], from_row)
}

/// Lists the orders of a buyer.
pub fn of_subject(tx: &Tx<'_>, subject: &SubjectId) -> Result<Vec<OrderRow>, StoreError> {
    tx.query(OF_SUBJECT, args![subject], from_row)
}

/// Removes one order.
pub fn delete(tx: &Tx<'_>, subject: &SubjectId, order: &OrderId) -> Result<usize, StoreError> {
    tx.execute(DELETE, args![subject, order])
}

/// Notes the day of delivery; says whether the order is there.
pub fn set_delivered(
    tx: &Tx<'_>,
    subject: &SubjectId,
    order: &OrderId,
    day: i64,
) -> Result<bool, StoreError> {
    Ok(tx.execute(SET_DELIVERED, args![day, subject, order])? == 1)
}

/// Says whether a shop has an order placed in these days, the last excluded.
pub fn exist_between(
    tx: &Tx<'_>,
    store: StoreId,
    from: i64,
    before: i64,
) -> Result<bool, StoreError> {
    let found = tx.query_first(EXISTS_BETWEEN, args![store.0, from, before], |_| Ok(()))?;
    Ok(found.is_some())
}

/// Removes all orders of a buyer and returns how many there were.
pub fn delete_subject(tx: &Tx<'_>, subject: &SubjectId) -> Result<usize, StoreError> {
    tx.execute(DELETE_SUBJECT, args![subject])
}

/// Counts the orders of a shop.
pub fn count(tx: &Tx<'_>, store: StoreId) -> Result<i64, StoreError> {
    Ok(tx
        .query_first(COUNT, args![store.0], |row| row.int(0))?
        .unwrap_or(0))
}

fn values(order: &OrderRow) -> [Value<'_>; 20] {
    [
        Value::from(&order.subject),
        Value::from(&order.order),
        Value::from(order.store.0),
        Value::from(order.recipient.as_ref()),
        Value::from(order.linked_by.as_ref()),
        Value::from(order.country.as_ref()),
        Value::from(order.currency.as_ref()),
        Value::from(order.total_minor),
        Value::from(order.refunded_minor),
        Value::from(order.ordered_on),
        Value::from(order.paid_on),
        Value::from(order.fulfilled_on),
        Value::from(order.cancelled_on),
        Value::from(order.financial_status.as_ref()),
        Value::from(order.fulfillment_status.as_ref()),
        Value::from(order.accepts_marketing.map(i64::from)),
        Value::from(&order.lines),
        Value::from(i64::from(order.revision)),
        Value::from(order.delivered_on),
        Value::from(order.refunded_on),
    ]
}

fn from_row(row: &Row<'_>) -> Result<OrderRow, StoreError> {
    let inconsistent = StoreError::Inconsistent { table: "orders" };
    let recipient = match row.opt_blob(3)? {
        None => None,
        Some(bytes) => Some(SubjectId::from_slice(&bytes).ok_or(inconsistent)?),
    };
    Ok(OrderRow {
        subject: row.subject(0, "orders")?,
        order: row.order(1, "orders")?,
        store: StoreId(row.int(2)?),
        recipient,
        linked_by: row.opt_text(4)?,
        country: row.opt_text(5)?,
        currency: row.opt_text(6)?,
        total_minor: row.opt_int(7)?,
        refunded_minor: row.opt_int(8)?,
        ordered_on: row.opt_int(9)?,
        paid_on: row.opt_int(10)?,
        fulfilled_on: row.opt_int(11)?,
        cancelled_on: row.opt_int(12)?,
        financial_status: row.opt_text(13)?,
        fulfillment_status: row.opt_text(14)?,
        accepts_marketing: row.opt_int(15)?.map(|flag| flag != 0),
        lines: row.text(16)?,
        revision: u32::try_from(row.int(17)?)
            .map_err(|_| StoreError::Inconsistent { table: "orders" })?,
        delivered_on: row.opt_int(18)?,
        refunded_on: row.opt_int(19)?,
    })
}
