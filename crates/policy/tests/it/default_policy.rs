//! The default policy gives the dates that French textbooks give.

use lethe_model::{Category, FieldSet};
use lethe_policy::{AccountClock, OrderClock, Policy, SealedTo, Then};

use crate::support::{Judge, ORDER_CATEGORIES, changed, day, default, shipped};

/// What becomes of each kind of record, and when.
#[test]
fn a_shipped_order_is_sorted_three_months_after_its_last_event() {
    let policy = default();
    let order = shipped();
    for category in ORDER_CATEGORIES {
        let verdict = policy.order(category, &order, "2026-04-07");
        assert_eq!(verdict.kept_until, Some(day("2026-04-07")), "{category:?}");
        assert!(!verdict.is_due(day("2026-04-07")), "the last day is kept");
        assert!(verdict.is_due(day("2026-04-08")));
        let is_archived = matches!(verdict.then, Then::Archive(_));
        let should_be = !matches!(category, Category::Delivery | Category::Support);
        assert_eq!(is_archived, should_be, "{category:?}");
    }
}

#[test]
fn an_invoice_is_kept_ten_years_from_the_close_of_its_financial_year() {
    let policy = default();
    let verdict = policy.order(Category::Invoice, &shipped(), "2026-04-08");
    let minimum = verdict.minimum().unwrap();
    assert_eq!(minimum.start, day("2026-12-31"));
    assert_eq!(minimum.until, day("2036-12-31"));
    assert!(minimum.reference.contains("L123-22"));

    let ends_in_june = changed("ends = \"12-31\"", "ends = \"06-30\"");
    let verdict = ends_in_june.order(Category::Invoice, &shipped(), "2026-04-08");
    assert_eq!(verdict.minimum().unwrap().until, day("2036-06-30"));
}

#[test]
fn a_contract_of_120_euros_delivered_after_the_year_is_kept_ten_years_from_delivery() {
    let policy = default();
    let order = OrderClock {
        ordered: Some(day("2025-12-28")),
        paid: Some(day("2025-12-28")),
        shipped: Some(day("2025-12-30")),
        delivered: Some(day("2026-01-03")),
        total_minor: Some(12_000),
        currency: Some("EUR".to_owned()),
        ..OrderClock::default()
    };
    let until = |order: &OrderClock| {
        let verdict = policy.order(Category::Invoice, order, "2026-05-01");
        let minimum = verdict.minimum().unwrap();
        (minimum.name.clone(), minimum.until)
    };
    assert_eq!(
        until(&order),
        ("consumer contract".to_owned(), day("2036-01-03"))
    );
    let cheaper = OrderClock {
        total_minor: Some(11_999),
        ..order.clone()
    };
    assert_eq!(
        until(&cheaper),
        ("accounting".to_owned(), day("2035-12-31"))
    );
    for unknown in [
        OrderClock {
            total_minor: None,
            ..order.clone()
        },
        OrderClock {
            total_minor: Some(100),
            currency: Some("USD".to_owned()),
            ..order.clone()
        },
        OrderClock {
            total_minor: Some(100),
            currency: None,
            ..order
        },
    ] {
        assert_eq!(
            until(&unknown).0,
            "consumer contract",
            "it may be as large: {unknown:?}"
        );
    }
}

#[test]
fn the_email_alone_is_archived_for_warnings_and_an_erasure_request_takes_it() {
    let policy = default();
    let verdict = policy.order(Category::Contact, &shipped(), "2026-04-08");
    let Then::Archive(plan) = &verdict.then else {
        panic!("{verdict:?}")
    };
    assert_eq!(plan.fields, FieldSet::parse(["contact.email"]).unwrap());
    assert_eq!(plan.sealed_to, SealedTo::Notification);
    assert_eq!(plan.kept_until(), day("2036-12-31"));
    assert_eq!(verdict.minimum(), None);
}

#[test]
fn the_archive_takes_no_phone_number() {
    let policy = default();
    for category in ORDER_CATEGORIES {
        let fields = policy.archive_fields("main", category);
        assert!(
            fields
                .iter()
                .all(|field| !field.to_string().ends_with(".phone"))
        );
    }
    assert!(policy.archive_fields("main", Category::Delivery).is_empty());
}

#[test]
fn an_account_is_erased_two_years_after_the_last_contact() {
    let policy = default();
    let account = AccountClock {
        created: Some(day("2020-02-01")),
        last_contact: Some(day("2024-02-29")),
    };
    let verdict = policy.account(&account, "2026-02-28");
    assert_eq!(verdict.kept_until, Some(day("2026-02-28")));
    assert_eq!(verdict.then, Then::Erase);
    let never_used = AccountClock {
        last_contact: None,
        ..account
    };
    let verdict = policy.account(&never_used, "2026-02-28");
    assert_eq!(verdict.kept_until, Some(day("2022-02-01")));
}

#[test]
fn the_default_policy_has_no_warning_and_knows_its_own_text() {
    let policy = default();
    assert_eq!(policy.warnings(), []);
    assert_eq!(policy.text(), Policy::DEFAULT_TEXT);
    assert!(policy.unruled().is_empty());
    assert_ne!(policy.hash(), changed("P35D", "P34D").hash());
}
