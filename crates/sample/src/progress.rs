//! What became of an order by the end date: paid, sent, cancelled, refunded.

use crate::chance::Chance;
use crate::rates;
use jiff::Timestamp;

/// The payment state, in the platform's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FinancialStatus {
    /// Not paid yet.
    Pending,
    /// Paid.
    Paid,
    /// Refunded in part.
    PartiallyRefunded,
    /// Refunded.
    Refunded,
    /// Cancelled before money moved.
    Voided,
}

impl FinancialStatus {
    /// Returns the word exports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
            Self::Voided => "voided",
        }
    }
}

/// The shipment state, in the platform's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FulfillmentStatus {
    /// Nothing was sent.
    Unfulfilled,
    /// The first line was sent, the rest not yet.
    Partial,
    /// Everything was sent.
    Fulfilled,
}

impl FulfillmentStatus {
    /// Returns the word exports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unfulfilled => "unfulfilled",
            Self::Partial => "partial",
            Self::Fulfilled => "fulfilled",
        }
    }
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Payment state.
    pub financial: FinancialStatus,
    /// Shipment state.
    pub fulfillment: FulfillmentStatus,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// When it was handed to the carrier.
    pub fulfilled_at: Option<Timestamp>,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
    /// Refunded so far, in the order's currency's minor unit.
    pub refunded_minor: i64,
    /// How it was to be paid.
    pub payment_method: &'static str,
}

/// The ways an order can go.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Delivered,
    Cancelled,
    Refunded,
    PartiallyRefunded,
    Stuck,
    Pending,
}

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

impl Progress {
    /// Draws what became of an order placed at `ordered` by the time `close`, in Unix seconds.
    pub(crate) fn draw(
        ordered: i64,
        close: i64,
        total_minor: i64,
        line_count: usize,
        chance: &mut Chance,
    ) -> Self {
        let fate = fate(chance);
        let method = chance.weighted(&[72, 22, 6]);
        let by_bank = method == 2 || fate == Fate::Pending;
        let delay = if by_bank {
            i64::from(chance.between(1, 4)) * DAY + i64::from(chance.below(40_000))
        } else {
            i64::from(chance.below(90))
        };
        let shipped_after = i64::from(chance.between(1, 5)) * DAY - i64::from(chance.below(40_000));
        let cancelled_after = HOUR + i64::from(chance.below(2 * DAY as u32));
        let partial = chance.permille(150);
        let reached = |at: i64| (at <= close).then_some(at);

        let cancelled = reached(ordered + cancelled_after).filter(|_| fate == Fate::Cancelled);
        let paid = reached(ordered + delay)
            .filter(|_| fate != Fate::Pending)
            .filter(|&paid| cancelled.is_none_or(|cancelled| paid < cancelled));
        let fulfilled = paid
            .and_then(|paid| reached(paid + shipped_after))
            .filter(|_| !matches!(fate, Fate::Cancelled | Fate::Stuck));
        let (financial, refunded_minor) = match (fate, paid.is_some()) {
            (Fate::Cancelled, true) if cancelled.is_some() => {
                (FinancialStatus::Refunded, total_minor)
            }
            (Fate::Cancelled, false) if cancelled.is_some() => (FinancialStatus::Voided, 0),
            (Fate::Refunded, true) if fulfilled.is_some() => {
                (FinancialStatus::Refunded, total_minor)
            }
            (Fate::PartiallyRefunded, true) if fulfilled.is_some() => {
                (FinancialStatus::PartiallyRefunded, (total_minor / 4).max(1))
            }
            (_, true) => (FinancialStatus::Paid, 0),
            (_, false) => (FinancialStatus::Pending, 0),
        };
        Self {
            financial,
            fulfillment: match fulfilled {
                None => FulfillmentStatus::Unfulfilled,
                Some(at) if line_count > 1 && partial && close - at < 30 * DAY => {
                    FulfillmentStatus::Partial
                }
                Some(_) => FulfillmentStatus::Fulfilled,
            },
            paid_at: paid.map(instant),
            fulfilled_at: fulfilled.map(instant),
            cancelled_at: cancelled.map(instant),
            refunded_minor,
            payment_method: match method {
                _ if by_bank => "Bank Deposit",
                1 => "PayPal Express Checkout",
                _ => "Shopify Payments",
            },
        }
    }
}

/// Turns Unix seconds of the shop's years into an instant.
pub(crate) fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

fn fate(chance: &mut Chance) -> Fate {
    let odd = [
        (Fate::Cancelled, rates::CANCELLED),
        (Fate::Refunded, rates::REFUNDED),
        (Fate::PartiallyRefunded, rates::PARTIALLY_REFUNDED),
        (Fate::Stuck, rates::STUCK),
        (Fate::Pending, rates::PENDING),
    ];
    let mut rest = chance.below(1000);
    for (fate, rate) in odd {
        match rest.checked_sub(rate) {
            Some(less) => rest = less,
            None => return fate,
        }
    }
    Fate::Delivered
}
