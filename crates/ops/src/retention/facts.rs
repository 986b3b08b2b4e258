//! From rows to clocks: what the policy may know of an order or an account.

use lethe_model::Category;
use lethe_policy::{AccountClock, Day, OrderClock};
use lethe_store::active::contacts::ContactRow;
use lethe_store::active::events::EventRow;
use lethe_store::active::orders::OrderRow;

/// The kinds of records that belong to an order.
pub(crate) const ORDER_CATEGORIES: [Category; 5] = [
    Category::Contact,
    Category::Delivery,
    Category::Invoice,
    Category::Support,
    Category::Document,
];

/// Returns an order's clock.
pub(crate) fn order_clock(row: &OrderRow, events: &[EventRow]) -> OrderClock {
    let closed = events.iter().filter_map(|event| event.closed_on).max();
    let open = events
        .iter()
        .filter(|event| event.closed_on.is_none())
        .map(|event| event.opened_on)
        .max();
    OrderClock {
        ordered: day(row.ordered_on),
        paid: day(row.paid_on),
        shipped: day(row.fulfilled_on),
        delivered: day(row.delivered_on),
        cancelled: day(row.cancelled_on),
        refunded: day(row.refunded_on),
        last_closed_event: day(closed),
        open_event_since: day(open),
        total_minor: row.total_minor,
        currency: row.currency.clone(),
    }
}

/// Returns an account's clock.
pub(crate) fn account_clock(row: &ContactRow) -> AccountClock {
    AccountClock {
        created: day(row.created_on),
        last_contact: day(row.last_on),
    }
}

/// Reads a stored day.
pub(crate) fn day(day: Option<i64>) -> Option<Day> {
    day.and_then(|day| i32::try_from(day).ok()).map(Day)
}
