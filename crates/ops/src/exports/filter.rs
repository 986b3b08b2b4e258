//! Which orders an export is about: a closed filter.

use jiff::civil::Date;
use lethe_model::OrderState;
use lethe_policy::Day;
use lethe_store::active::orders::OrderRow;
use serde::{Deserialize, Serialize};

/// Which orders an export is about. What is absent restricts nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportFilter {
    /// Ordered on this day or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered_from: Option<Date>,
    /// Ordered on this day or earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered_until: Option<Date>,
    /// Sent to this country, ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// In this state: `unshipped`, `shipped` or `cancelled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// With a line of this SKU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
}

impl ExportFilter {
    /// Says what is wrong with it.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let is_country =
            |text: &String| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_state = |text: &String| {
            OrderState::parse(text).is_some_and(|state| state != OrderState::Account)
        };
        let is_sku = |text: &String| (1..=100).contains(&text.len()) && !text.contains('@');
        if self.country.as_ref().is_some_and(|one| !is_country(one)) {
            Some("`country` must be two capital letters, such as DE")
        } else if self.state.as_ref().is_some_and(|one| !is_state(one)) {
            Some("`state` must be unshipped, shipped or cancelled")
        } else if self.sku.as_ref().is_some_and(|one| !is_sku(one)) {
            Some("`sku` must be 1 to 100 characters without an address")
        } else if *self == Self::default() {
            Some("must restrict something: days, country, state or SKU")
        } else {
            None
        }
    }

    /// Says whether an order is meant.
    pub(super) fn takes(&self, order: &OrderRow) -> bool {
        let day = |date: Date| i64::from(Day::from_date(date).0);
        let after = self
            .ordered_from
            .is_none_or(|from| order.ordered_on.is_some_and(|on| on >= day(from)));
        let before = self
            .ordered_until
            .is_none_or(|until| order.ordered_on.is_some_and(|on| on <= day(until)));
        let is_there = |wanted: &Option<String>, is: Option<&str>| {
            wanted
                .as_ref()
                .is_none_or(|wanted| is == Some(wanted.as_str()))
        };
        after
            && before
            && is_there(&self.country, order.country.as_deref())
            && is_there(&self.state, Some(state(order).name()))
            && self.sku.as_ref().is_none_or(|sku| has_line(order, sku))
    }
}

/// Says where an order stands.
pub(super) fn state(order: &OrderRow) -> OrderState {
    let is_shipped =
        order.fulfilled_on.is_some() || order.fulfillment_status.as_deref() == Some("fulfilled");
    match (is_shipped, order.cancelled_on.is_some()) {
        (true, _) => OrderState::Shipped,
        (false, true) => OrderState::Cancelled,
        (false, false) => OrderState::Unshipped,
    }
}

fn has_line(order: &OrderRow, sku: &str) -> bool {
    let lines: Vec<serde_json::Value> = serde_json::from_str(&order.lines).unwrap_or_default();
    lines.iter().any(|line| line["sku"] == sku)
}
