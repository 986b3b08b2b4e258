//! Clocks: the days in an order's or an account's life from which terms count.

use crate::Day;
use serde::{Deserialize, Serialize};

/// What is known of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderClock {
    /// When it was placed.
    pub ordered: Option<Day>,
    /// When it was paid.
    pub paid: Option<Day>,
    /// When it was handed to the carrier.
    pub shipped: Option<Day>,
    /// When it arrived.
    pub delivered: Option<Day>,
    /// When it was cancelled.
    pub cancelled: Option<Day>,
    /// When money was last returned.
    pub refunded: Option<Day>,
    /// When the last return or dispute ended.
    pub last_closed_event: Option<Day>,
    /// Since when the latest return or dispute is open.
    pub open_event_since: Option<Day>,
    /// The total in the currency's minor unit.
    pub total_minor: Option<i64>,
    /// ISO 4217 code.
    pub currency: Option<String>,
}

/// What is known of an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountClock {
    /// When it was made.
    pub created: Option<Day>,
    /// When the person was last in touch.
    pub last_contact: Option<Day>,
}

/// Either.
#[derive(Debug, Clone, Copy)]
pub enum Clock<'a> {
    /// An order's.
    Order(&'a OrderClock),
    /// An account's.
    Account(&'a AccountClock),
}

/// What a term counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartEvent {
    /// The order was placed.
    Ordered,
    /// It was paid.
    Paid,
    /// It was handed to the carrier.
    Shipped,
    /// It arrived.
    Delivered,
    /// The latest of shipping, delivery, cancellation, refund, and the end of returns and disputes.
    LastEvent,
    /// The end of the financial year in which it was paid, else placed.
    FinancialYearEnd,
    /// The person was last in touch.
    LastContact,
    /// The account was made.
    Created,
}

impl StartEvent {
    /// Returns its name in policies.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Paid => "paid",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::LastEvent => "last-event",
            Self::FinancialYearEnd => "financial-year-end",
            Self::LastContact => "last-contact",
            Self::Created => "created",
        }
    }

    /// Says whether it is a day of an account rather than of an order.
    pub(crate) const fn is_of_account(self) -> bool {
        matches!(self, Self::LastContact | Self::Created)
    }

    /// Returns the day it happened on; `year_end` says when a day's financial year ends.
    pub(crate) fn day(self, clock: Clock<'_>, year_end: impl Fn(Day) -> Day) -> Option<Day> {
        match (self, clock) {
            (Self::Ordered, Clock::Order(order)) => order.ordered,
            (Self::Paid, Clock::Order(order)) => order.paid,
            (Self::Shipped, Clock::Order(order)) => order.shipped,
            (Self::Delivered, Clock::Order(order)) => order.delivered,
            (Self::LastEvent, Clock::Order(order)) => order.last_event(),
            (Self::FinancialYearEnd, Clock::Order(order)) => order.accounted().map(year_end),
            (Self::LastContact, Clock::Account(account)) => account.last_contact,
            (Self::Created, Clock::Account(account)) => account.created,
            _ => None,
        }
    }
}

impl OrderClock {
    fn last_event(&self) -> Option<Day> {
        [
            self.shipped,
            self.delivered,
            self.cancelled,
            self.refunded,
            self.last_closed_event,
        ]
        .into_iter()
        .flatten()
        .max()
    }

    /// The day accounting goes by.
    pub(crate) fn accounted(&self) -> Option<Day> {
        self.paid.or(self.ordered)
    }

    /// Says whether somebody owed or paid something: what was cancelled unpaid makes no invoice.
    pub(crate) fn is_owed(&self) -> bool {
        (self.paid.is_some() || self.cancelled.is_none()) && self.total_minor != Some(0)
    }
}

/// What an archived record's terms count from, as the archive keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveClock {
    /// The rule that archived it.
    pub rule: String,
    /// The keeps that applied, each with the day it counts from.
    pub keeps: Vec<(String, Day)>,
}

/// A clock that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an archived record's clock is malformed")]
pub struct BadArchiveClock;

impl ArchiveClock {
    /// Writes it as one line.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("words and numbers serialise")
    }

    /// Reads it.
    pub fn parse(text: &str) -> Result<Self, BadArchiveClock> {
        serde_json::from_str(text).map_err(|_| BadArchiveClock)
    }
}
