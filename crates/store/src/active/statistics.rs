//! What remains when an order is gone: counts of groups, no order and no person.

use crate::{Row, StoreError, Tx, args};
use lethe_model::{StoreId, SubjectId};

const ADD: &str = "INSERT INTO statistics (store_id, month, country, product, currency, band, orders, \
     total_minor, buyers) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
     ON CONFLICT (store_id, month, country, product, currency, band) DO UPDATE SET \
     orders = statistics.orders + excluded.orders, \
     buyers = statistics.buyers + excluded.buyers, \
     total_minor = statistics.total_minor + excluded.total_minor";
const MONTHS: &str = "SELECT DISTINCT month FROM statistics \
     WHERE store_id = $1 AND settled_at IS NULL ORDER BY month";
const OF_MONTH: &str = "SELECT month, country, product, currency, band, orders, total_minor, settled_at, buyers \
     FROM statistics WHERE store_id = $1 AND month = $2 \
     ORDER BY country, product, currency, band";
const DELETE_MONTH: &str = "DELETE FROM statistics WHERE store_id = $1 AND month = $2";
const SETTLE: &str = "UPDATE statistics SET settled_at = $1 WHERE store_id = $2 AND month = $3";
const SETTLED: &str = "SELECT month, country, product, currency, band, orders, total_minor, settled_at, buyers \
     FROM statistics WHERE store_id = $1 AND settled_at IS NOT NULL \
     ORDER BY month, country, product, currency, band";
const COUNT_BUYER: &str = "INSERT INTO counted_buyers (subject_id, month, store_id) \
     VALUES ($1, $2, $3) ON CONFLICT (subject_id, month) DO NOTHING";
const FORGET_BUYER: &str = "DELETE FROM counted_buyers WHERE subject_id = $1";
const FORGET_MONTH: &str = "DELETE FROM counted_buyers WHERE store_id = $1 AND month = $2";
const FORGET_GONE: &str = "DELETE FROM counted_buyers WHERE subject_id NOT IN (SELECT subject_id FROM orders) \
     AND subject_id NOT IN (SELECT subject_id FROM records)";

pub(crate) const STATEMENTS: &[&str] = &[
    ADD,
    MONTHS,
    OF_MONTH,
    DELETE_MONTH,
    SETTLE,
    SETTLED,
    COUNT_BUYER,
    FORGET_BUYER,
    FORGET_MONTH,
    FORGET_GONE,
];

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatisticsRow {
    /// Months since January 1970.
    pub month: i64,
    /// ISO 3166-1 alpha-2, or empty where groups were merged.
    pub country: String,
    /// The product's category, or empty where groups were merged.
    pub product: String,
    /// ISO 4217 code.
    pub currency: String,
    /// The amount's band from 0, or -1 where groups were merged.
    pub band: i64,
    /// How many orders.
    pub orders: i64,
    /// Their sum in the currency's minor unit.
    pub total_minor: i64,
    /// How many people at least: each is counted once a month, in the group of the first of their
    /// orders that left. So buyers of several groups may be added up.
    pub buyers: i64,
    /// When the month was closed, Unix milliseconds: only then may it be shown.
    pub settled_at: Option<i64>,
}

/// Adds to a group.
pub fn add(tx: &Tx<'_>, store: StoreId, row: &StatisticsRow) -> Result<(), StoreError> {
    tx.execute(
        ADD,
        args![
            store.0,
            row.month,
            &row.country,
            &row.product,
            &row.currency,
            row.band,
            row.orders,
            row.total_minor,
            row.buyers,
        ],
    )?;
    Ok(())
}

/// Says whether this subject was not counted yet as a buyer of the month, and notes that it is now.
pub fn count_buyer(
    tx: &Tx<'_>,
    store: StoreId,
    month: i64,
    subject: &SubjectId,
) -> Result<bool, StoreError> {
    Ok(tx.execute(COUNT_BUYER, args![subject, month, store.0])? == 1)
}

/// Forgets in which months a subject was counted: nothing of it is left in the active store.
pub fn forget_buyer(tx: &Tx<'_>, subject: &SubjectId) -> Result<(), StoreError> {
    tx.execute(FORGET_BUYER, args![subject])?;
    Ok(())
}

/// Forgets in which months subjects were counted of whom nothing is left, as after a restore.
pub fn forget_gone_buyers(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.execute(FORGET_GONE, args![])?;
    Ok(())
}

/// Lists the months that are not closed yet.
pub fn open_months(tx: &Tx<'_>, store: StoreId) -> Result<Vec<i64>, StoreError> {
    tx.query(MONTHS, args![store.0], |row| row.int(0))
}

/// Lists the groups of a month.
pub fn of_month(tx: &Tx<'_>, store: StoreId, month: i64) -> Result<Vec<StatisticsRow>, StoreError> {
    tx.query(OF_MONTH, args![store.0, month], from_row)
}

/// Closes a month with the groups that may stay, and forgets who was counted in it.
pub fn settle(
    tx: &Tx<'_>,
    store: StoreId,
    month: i64,
    groups: &[StatisticsRow],
    at_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(DELETE_MONTH, args![store.0, month])?;
    for group in groups {
        add(tx, store, group)?;
    }
    tx.execute(SETTLE, args![at_ms, store.0, month])?;
    tx.execute(FORGET_MONTH, args![store.0, month])?;
    Ok(())
}

/// Lists the groups of all closed months.
pub fn settled(tx: &Tx<'_>, store: StoreId) -> Result<Vec<StatisticsRow>, StoreError> {
    tx.query(SETTLED, args![store.0], from_row)
}

fn from_row(row: &Row<'_>) -> Result<StatisticsRow, StoreError> {
    Ok(StatisticsRow {
        month: row.int(0)?,
        country: row.text(1)?,
        product: row.text(2)?,
        currency: row.text(3)?,
        band: row.int(4)?,
        orders: row.int(5)?,
        total_minor: row.int(6)?,
        settled_at: row.opt_int(7)?,
        buyers: row.int(8)?,
    })
}
