//! The oddities of a real shop occur at the rates stated for them.

use crate::END;
use lethe_sample::{
    FinancialStatus, FulfillmentStatus, NoteSecret, SampleOrder, Shop, ShopSpec, TEST_MNEMONIC,
    rates,
};
use std::collections::HashMap;

/// A shop large enough for rare things to show their rate.
fn shop() -> Shop {
    Shop::new(ShopSpec {
        customers: 20_000,
        ..ShopSpec::new(5, END)
    })
}

/// Counts in per mille.
fn permille(orders: &[SampleOrder], is_odd: impl Fn(&SampleOrder) -> bool) -> f64 {
    let count = orders.iter().filter(|order| is_odd(order)).count();
    count as f64 * 1000.0 / orders.len() as f64
}

/// Allows four standard deviations of so many draws, and a little for orders that share a customer.
fn assert_rate(what: &str, seen: f64, stated: u32, draws: usize) {
    let stated = f64::from(stated);
    let deviation = (stated * (1000.0 - stated) / draws as f64).sqrt();
    assert!(
        (seen - stated).abs() < 1.0 + 4.0 * deviation,
        "{what}: {seen} instead of {stated}"
    );
}

#[test]
fn orders_are_odd_at_the_stated_rates() {
    type IsOdd = fn(&SampleOrder) -> bool;
    let orders: Vec<SampleOrder> = shop().orders().collect();
    let table: [(&str, u32, IsOdd); 9] = [
        (
            "guests",
            rates::GUEST_PEOPLE + rates::FORGOTTEN_EMAILS,
            |order| order.email.is_none(),
        ),
        ("gifts", rates::GIFTS, |order| order.is_gift),
        ("notes", rates::NOTES, |order| order.note.is_some()),
        ("companies", rates::COMPANY_PEOPLE, |order| {
            order.billing.company.is_some()
        }),
        ("discounts", rates::DISCOUNTS, |order| {
            order.basket.discount_code.is_some()
        }),
        ("cancelled", rates::CANCELLED, |order| {
            order.progress.cancelled_at.is_some()
        }),
        ("refunded in part", rates::PARTIALLY_REFUNDED, |order| {
            order.progress.financial == FinancialStatus::PartiallyRefunded
        }),
        ("unpaid", rates::PENDING, |order| {
            order.progress.financial == FinancialStatus::Pending
        }),
        ("marketing", rates::ACCEPTS_MARKETING, |order| {
            order.accepts_marketing
        }),
    ];
    for (what, stated, is_odd) in table {
        assert_rate(what, permille(&orders, is_odd), stated, orders.len());
    }
}

#[test]
fn repeat_orders_write_the_same_email_in_another_case() {
    let shop = shop();
    let mut seen = HashMap::new();
    let (mut repeats, mut recased) = (0, 0);
    for order in shop.orders() {
        let is_first = seen.insert(order.person, ()).is_none();
        let (Some(written), Some(own)) = (order.email, shop.person(order.person).email) else {
            continue;
        };
        assert!(written.eq_ignore_ascii_case(&own), "{written} is not {own}");
        assert!(!is_first || written == own);
        repeats += usize::from(!is_first);
        recased += usize::from(written != own);
    }
    let rate = recased as f64 * 1000.0 / repeats as f64;
    assert_rate("recased", rate, rates::RECASED_EMAILS, repeats);
}

#[test]
fn gifts_go_to_somebody_else_and_nothing_else_does() {
    for order in shop().orders().take(5_000) {
        if order.is_gift {
            assert_ne!(order.shipping.street, order.billing.street);
        } else {
            assert_eq!(order.shipping.name, order.billing.name);
        }
    }
}

#[test]
fn notes_hold_secrets_line_breaks_and_quotes() {
    let orders: Vec<SampleOrder> = shop()
        .orders()
        .filter(|order| order.note.is_some())
        .collect();
    let with = |secret| permille(&orders, move |order| order.note_secret == Some(secret));
    assert_rate(
        "cards",
        with(NoteSecret::Card),
        rates::NOTE_CARDS,
        orders.len(),
    );
    assert_rate(
        "phrases",
        with(NoteSecret::Mnemonic),
        rates::NOTE_MNEMONICS,
        orders.len(),
    );
    for order in &orders {
        let note = order.note.as_deref().unwrap();
        let digits: String = note.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(
            digits.starts_with("4111111111111111"),
            order.note_secret == Some(NoteSecret::Card)
        );
        assert_eq!(
            note.contains(TEST_MNEMONIC),
            order.note_secret == Some(NoteSecret::Mnemonic)
        );
    }
    let holding = |text: &'static str| {
        permille(&orders, move |order| {
            order.note.as_deref().unwrap().contains(text)
        })
    };
    assert!(holding("\n") > 100.0 && holding("\"") > 20.0);
}

#[test]
fn dates_and_states_agree() {
    for order in shop().orders() {
        let progress = &order.progress;
        let close = "2026-02-01T00:00:00+01".parse().unwrap();
        let dates = [
            progress.paid_at,
            progress.fulfilled_at,
            progress.cancelled_at,
        ];
        assert!(
            dates
                .into_iter()
                .flatten()
                .all(|at| at >= order.created_at && at < close)
        );
        assert_eq!(
            progress.fulfilled_at.is_some(),
            progress.fulfillment != FulfillmentStatus::Unfulfilled
        );
        assert!(progress.fulfilled_at.is_none() || progress.fulfilled_at > progress.paid_at);
        assert!(progress.cancelled_at.is_none() || progress.fulfilled_at.is_none());
        let is_unpaid = matches!(
            progress.financial,
            FinancialStatus::Pending | FinancialStatus::Voided
        );
        assert_eq!(progress.paid_at.is_none(), is_unpaid, "{progress:?}");
        let is_refunded = matches!(
            progress.financial,
            FinancialStatus::Refunded | FinancialStatus::PartiallyRefunded
        );
        assert_eq!(progress.refunded_minor > 0, is_refunded);
        assert!(progress.refunded_minor <= order.basket.total_minor);
    }
}

#[test]
fn the_last_orders_are_not_sent_yet() {
    let orders: Vec<SampleOrder> = shop().orders().collect();
    let unsent = |orders: &[SampleOrder]| {
        permille(orders, |order| {
            order.progress.fulfillment == FulfillmentStatus::Unfulfilled
        })
    };
    assert!(unsent(&orders[orders.len() - 10..]) > 900.0);
    assert!(unsent(&orders[..orders.len() / 2]) < 60.0);
}
