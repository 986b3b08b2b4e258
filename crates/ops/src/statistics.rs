//! Statistics that remain when an order is gone: month, country, product category, amount band.
//!
//! A month is closed, and only then shown, when no order of it is left in the active store; groups of
//! fewer buyers than the minimum are merged first, and dropped when even that is not enough. A buyer
//! is counted once a month, in the group of the first order that leaves, so that no sum of groups
//! counts anybody twice.

use crate::{Error, Vault};
use lethe_keeper::Credential;
use lethe_policy::{Day, Policy};
use lethe_store::active::orders::{self, OrderRow};
use lethe_store::active::statistics::{self, StatisticsRow};
use lethe_store::{StoreError, Tx};
use serde::Serialize;

/// A band that stands for all of them.
const ANY_BAND: i64 = -1;

/// One group of orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatisticsView {
    /// The month of the orders, `2024-03`.
    pub month: String,
    /// Destination; absent where groups were merged.
    pub country: Option<String>,
    /// The product's category; absent where groups were merged.
    pub product: Option<String>,
    /// ISO 4217 code.
    pub currency: String,
    /// The amount's band from 0; absent where groups were merged.
    pub band: Option<i64>,
    /// How many orders.
    pub orders: i64,
    /// Their sum in the currency's minor unit.
    pub total_minor: i64,
}

impl Vault {
    /// Lists the groups of all closed months.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `list`.
    pub fn statistics(&self, credential: &Credential) -> Result<Vec<StatisticsView>, Error> {
        self.permit(credential, lethe_model::Power::List)?;
        let rows = self.read_active(|tx| statistics::settled(tx, credential.store))?;
        Ok(rows.into_iter().map(StatisticsView::from).collect())
    }
}

/// Counts an order that leaves the active store, in the transaction that removes it.
pub(crate) fn count(tx: &Tx<'_>, policy: &Policy, order: &OrderRow) -> Result<(), StoreError> {
    let (Some(day), Some(total_minor), Some(currency)) =
        (order.ordered_on, order.total_minor, order.currency.clone())
    else {
        return Ok(());
    };
    let rules = policy.statistics();
    let lines: serde_json::Value = serde_json::from_str(&order.lines).unwrap_or_default();
    let skus: Vec<&str> = lines
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|line| line.get("sku")?.as_str())
        .collect();
    let month = month_of(day);
    // A late order of a closed month would make a group of one: it is not counted.
    let is_closed = statistics::of_month(tx, order.store, month)?
        .first()
        .is_some_and(|row| row.settled_at.is_some());
    if is_closed {
        return Ok(());
    }
    let is_new_buyer = statistics::count_buyer(tx, order.store, month, &order.subject)?;
    let group = StatisticsRow {
        month,
        country: order.country.clone().unwrap_or_default(),
        product: rules.product(&skus),
        currency,
        band: rules.band(total_minor),
        orders: 1,
        total_minor,
        buyers: i64::from(is_new_buyer),
        settled_at: None,
    };
    statistics::add(tx, order.store, &group)
}

/// Closes every month of which no order is left; returns how many were closed.
pub(crate) fn settle(
    tx: &Tx<'_>,
    store: lethe_model::StoreId,
    policy: &Policy,
    today: Day,
    now_ms: i64,
) -> Result<u64, StoreError> {
    let mut closed = 0;
    for month in statistics::open_months(tx, store)? {
        let (first, next) = (first_day(month), first_day(month + 1));
        if i64::from(today.0) < next || orders::exist_between(tx, store, first, next)? {
            continue;
        }
        let rows = statistics::of_month(tx, store, month)?;
        let minimum = i64::from(policy.statistics().minimum_group);
        statistics::settle(tx, store, month, &merged(rows, minimum), now_ms)?;
        closed += 1;
    }
    Ok(closed)
}

/// Merges groups that are too small: first the bands, then the products, then the countries. What is
/// still too small is dropped.
fn merged(rows: Vec<StatisticsRow>, minimum: i64) -> Vec<StatisticsRow> {
    let coarser: [fn(&mut StatisticsRow); 3] = [
        |row| row.band = ANY_BAND,
        |row| row.product.clear(),
        |row| row.country.clear(),
    ];
    let (mut kept, mut small): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.buyers >= minimum);
    for blur in coarser {
        let mut groups: Vec<StatisticsRow> = Vec::new();
        for mut row in small {
            blur(&mut row);
            let same = |other: &&mut StatisticsRow| key(other) == key(&row);
            match groups.iter_mut().find(same) {
                Some(group) => {
                    group.orders += row.orders;
                    group.buyers += row.buyers;
                    group.total_minor += row.total_minor;
                }
                None => groups.push(row),
            }
        }
        let (large, rest): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|row| row.buyers >= minimum);
        kept.extend(large);
        small = rest;
    }
    kept
}

fn key(row: &StatisticsRow) -> (&str, &str, &str, i64) {
    (&row.country, &row.product, &row.currency, row.band)
}

/// Months since January 1970.
fn month_of(day: i64) -> i64 {
    let date = Day(i32::try_from(day).unwrap_or(0)).to_date();
    (i64::from(date.year()) - 1970) * 12 + i64::from(date.month()) - 1
}

fn first_day(month: i64) -> i64 {
    let year = i16::try_from(1970 + month.div_euclid(12)).unwrap_or(i16::MAX - 1);
    let number = i8::try_from(month.rem_euclid(12) + 1).expect("1 to 12");
    i64::from(Day::from_date(jiff::civil::date(year.clamp(-9999, 9999), number, 1)).0)
}

impl From<StatisticsRow> for StatisticsView {
    fn from(row: StatisticsRow) -> Self {
        let named = |text: String| Some(text).filter(|text| !text.is_empty());
        let (year, month) = (
            1970 + row.month.div_euclid(12),
            row.month.rem_euclid(12) + 1,
        );
        Self {
            month: format!("{year:04}-{month:02}"),
            country: named(row.country),
            product: named(row.product),
            currency: row.currency,
            band: Some(row.band).filter(|band| *band != ANY_BAND),
            orders: row.orders,
            total_minor: row.total_minor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(country: &str, product: &str, band: i64, orders: i64) -> StatisticsRow {
        StatisticsRow {
            month: 600,
            country: country.to_owned(),
            product: product.to_owned(),
            currency: "EUR".to_owned(),
            band,
            orders,
            total_minor: orders * 100,
            buyers: orders,
            settled_at: None,
        }
    }

    #[test]
    fn small_groups_are_merged_until_they_are_large_enough() {
        let rows = vec![
            group("FR", "Wallets", 0, 12),
            group("FR", "Wallets", 1, 4),
            group("FR", "Wallets", 2, 7),
            group("DE", "Wallets", 0, 6),
            group("DE", "Cases", 0, 5),
            group("IT", "Cases", 0, 3),
        ];
        let kept = merged(rows, 10);
        let seen: Vec<_> = kept.iter().map(|row| (key(row), row.orders)).collect();
        assert_eq!(
            seen,
            [
                (("FR", "Wallets", "EUR", 0), 12),
                (("FR", "Wallets", "EUR", -1), 11),
                (("DE", "", "EUR", -1), 11),
            ]
        );
    }

    #[test]
    fn no_group_under_the_minimum_stays() {
        let rows = (0..9).map(|band| group("FR", "Wallets", band, 1)).collect();
        assert!(merged(rows, 10).is_empty());
    }

    #[test]
    fn many_orders_of_few_buyers_are_a_small_group() {
        let mut reseller = group("FR", "Wallets", 0, 400);
        reseller.buyers = 1;
        assert!(merged(vec![reseller.clone()], 10).is_empty());
        let kept = merged(vec![reseller, group("FR", "Wallets", 1, 9)], 10);
        let seen: Vec<_> = kept.iter().map(|row| (row.orders, row.buyers)).collect();
        assert_eq!(seen, [(409, 10)]);
    }

    #[test]
    fn months_begin_where_the_calendar_says() {
        assert_eq!(month_of(0), 0);
        assert_eq!(first_day(0), 0);
        assert_eq!(month_of(-1), -1);
        assert_eq!(first_day(1), 31);
        assert_eq!(month_of(first_day(677)), 677);
    }
}
