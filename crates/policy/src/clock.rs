//! Clocks: what is known of the days in the life of an order or an account.

use std::fmt;

use lethe_model::Category;
use serde::Serialize;

use crate::Day;

/// The days of one order. What an export lacks is none.
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
    /// When money last went back.
    pub refunded: Option<Day>,
    /// When the latest return, refund or dispute was closed.
    pub last_closed_event: Option<Day>,
    /// Since when a return, refund or dispute has been open; the latest, where several are.
    pub open_event_since: Option<Day>,
    /// The total in the currency's minor unit.
    pub total_minor: Option<i64>,
    /// ISO 4217 code.
    pub currency: Option<String>,
}

/// The days of one account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountClock {
    /// When it was made.
    pub created: Option<Day>,
    /// When the person themselves last made contact. Opening an e-mail is no contact.
    pub last_contact: Option<Day>,
}

/// The clock that a record is judged by.
#[derive(Debug, Clone, Copy)]
pub enum Clock<'a> {
    /// A record of an order.
    Order(&'a OrderClock),
    /// A customer account.
    Account(&'a AccountClock),
}

/// The event from whose day a period is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
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
    /// The latest of shipped, delivered, cancelled, refunded, and a closed return or dispute.
    LastEvent,
    /// The end of the financial year that contains the day of payment, else of the order.
    FinancialYearEnd,
    /// The person themselves last made contact.
    LastContact,
    /// The account was made.
    Created,
}

impl StartEvent {
    /// Every start event.
    pub const ALL: [Self; 8] = [
        Self::Ordered,
        Self::Paid,
        Self::Shipped,
        Self::Delivered,
        Self::LastEvent,
        Self::FinancialYearEnd,
        Self::LastContact,
        Self::Created,
    ];

    /// Returns the name used in the policy.
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

    /// Says whether a record of this category can have such an event.
    pub(crate) fn fits(self, category: Category) -> bool {
        let is_of_account = matches!(self, Self::LastContact | Self::Created);
        is_of_account == (category == Category::Account)
    }
}

impl fmt::Display for StartEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl OrderClock {
    /// Returns the latest day on which something came to an end, open events aside.
    pub fn last_event(&self) -> Option<Day> {
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

    /// Returns the day that accounting goes by: paid, else ordered, else the earliest that is known
    /// at all.
    pub fn booked(&self) -> Option<Day> {
        let events = [
            self.shipped,
            self.delivered,
            self.cancelled,
            self.refunded,
            self.last_closed_event,
        ];
        self.paid
            .or(self.ordered)
            .or_else(|| events.into_iter().flatten().min())
    }

    /// Says whether there is a sale to account for: something was paid (or given back, which says
    /// the same) or never cancelled, and it was not free.
    pub fn is_owed(&self) -> bool {
        let is_paid = self.paid.is_some() || self.refunded.is_some();
        let is_free = self.total_minor.is_some_and(|total| total <= 0);
        (is_paid || self.cancelled.is_none()) && !is_free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cancelled_unpaid_or_cost_nothing_is_owed_by_nobody() {
        let day = Some(Day(20_000));
        let order = OrderClock {
            ordered: day,
            total_minor: Some(5900),
            ..OrderClock::default()
        };
        assert!(order.is_owed());
        let cancelled = OrderClock {
            cancelled: day,
            ..order.clone()
        };
        assert!(!cancelled.is_owed());
        for paid in [
            OrderClock {
                paid: day,
                ..cancelled.clone()
            },
            OrderClock {
                refunded: day,
                ..cancelled.clone()
            },
        ] {
            assert!(paid.is_owed(), "{paid:?}");
        }
        for total_minor in [Some(0), Some(-1)] {
            let free = OrderClock {
                total_minor,
                paid: day,
                ..order.clone()
            };
            assert!(!free.is_owed(), "{free:?}");
        }
        assert!(
            OrderClock::default().is_owed(),
            "nothing is known, so it may be"
        );
    }

    #[test]
    fn accounting_goes_by_payment_then_order_then_whatever_is_known() {
        let mut order = OrderClock {
            shipped: Some(Day(5)),
            refunded: Some(Day(3)),
            ..OrderClock::default()
        };
        assert_eq!(order.booked(), Some(Day(3)));
        order.ordered = Some(Day(9));
        assert_eq!(order.booked(), Some(Day(9)));
        order.paid = Some(Day(10));
        assert_eq!(order.booked(), Some(Day(10)));
        assert_eq!(OrderClock::default().booked(), None);
    }
}
