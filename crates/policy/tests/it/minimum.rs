//! The law's minimum: never lost for want of a day.

use lethe_model::Category;
use lethe_policy::{GivenBy, OrderClock};

use crate::support::{Judge, changed_rule, day, default, shipped};

#[test]
fn the_minimum_is_known_before_the_record_is_due() {
    let policy = default();
    let verdict = policy.order(Category::Invoice, &shipped(), "2026-01-08");
    assert!(!verdict.is_due(day("2026-01-08")));
    assert_eq!(verdict.minimum().unwrap().until, day("2036-12-31"));
}

#[test]
fn the_minimum_holds_while_a_dispute_is_open() {
    let policy = default();
    let order = OrderClock {
        open_event_since: Some(day("2026-02-01")),
        ..shipped()
    };
    let verdict = policy.order(Category::Invoice, &order, "2026-06-01");
    assert_eq!(verdict.kept_until, None);
    assert_eq!(verdict.minimum().unwrap().until, day("2036-12-31"));
}

#[test]
fn an_order_without_day_of_order_or_payment_has_the_financial_year_of_its_first_event() {
    let policy = default();
    let order = OrderClock {
        ordered: None,
        paid: None,
        ..shipped()
    };
    let verdict = policy.order(Category::Invoice, &order, "2026-06-01");
    assert_eq!(verdict.minimum().unwrap().until, day("2036-12-31"));
    assert_eq!(policy.financial_year(&order).unwrap().label, "2026");
}

#[test]
fn a_minimum_without_its_day_counts_from_the_active_clock() {
    let policy = changed_rule(
        "invoice",
        "start = \"financial-year-end\"",
        "start = \"paid\"",
    );
    let order = OrderClock {
        paid: None,
        ..shipped()
    };
    let verdict = policy.order(Category::Invoice, &order, "2026-06-01");
    let minimum = verdict.minimum().unwrap();
    assert_eq!(minimum.given_by, GivenBy::ActiveClock);
    assert_eq!(
        (minimum.start, minimum.until),
        (day("2026-01-07"), day("2036-01-07"))
    );
}

#[test]
fn an_order_of_which_no_day_is_known_is_bound_as_if_it_were_of_today() {
    let policy = default();
    let verdict = policy.order(Category::Invoice, &OrderClock::default(), "2026-06-01");
    assert!(!verdict.is_due(day("2026-06-01")));
    let minimum = verdict.minimum().unwrap();
    assert_eq!(minimum.given_by, GivenBy::Today);
    assert_eq!(minimum.until, day("2036-12-31"));
}

#[test]
fn a_mere_maximum_binds_no_erasure_request_but_keeps_the_record_otherwise() {
    let policy = changed_rule("invoice", "minimum = true", "minimum = false");
    let verdict = policy.order(Category::Invoice, &shipped(), "2026-06-01");
    assert_eq!(verdict.minimum(), None);
    assert!(verdict.archive_clock().is_some());
}
