//! Explanations, as people read them.

use insta::assert_snapshot;
use lethe_model::Category;
use lethe_policy::{AccountClock, Clock, OrderClock, Policy};

use crate::support::{ORDER_CATEGORIES, changed_rule, day, default, shipped};

fn explain(policy: &Policy, category: Category, order: &OrderClock, today: &str) -> String {
    let clock = Clock::Order(order);
    policy
        .explain("main", category, clock, day(today))
        .to_string()
}

#[test]
fn a_shipped_order_kind_by_kind() {
    let policy = default();
    let all = ORDER_CATEGORIES.map(|category| explain(&policy, category, &shipped(), "2026-03-01"));
    assert_snapshot!(all.join("\n"));
}

#[test]
fn an_expensive_order_that_is_due() {
    let order = OrderClock {
        delivered: Some(day("2026-01-09")),
        total_minor: Some(24_900),
        ..shipped()
    };
    assert_snapshot!(explain(&default(), Category::Invoice, &order, "2026-05-01"));
}

#[test]
fn clocks_that_have_not_started() {
    let policy = default();
    let open = OrderClock {
        open_event_since: Some(day("2026-02-01")),
        ..shipped()
    };
    let unsent = OrderClock {
        shipped: None,
        ..shipped()
    };
    let all = [
        explain(&policy, Category::Delivery, &open, "2026-05-01"),
        explain(&policy, Category::Delivery, &unsent, "2026-05-01"),
        explain(
            &policy,
            Category::Invoice,
            &OrderClock::default(),
            "2026-05-01",
        ),
    ];
    assert_snapshot!(all.join("\n"));
}

#[test]
fn orders_that_no_archive_takes() {
    let policy = default();
    let unpaid = OrderClock {
        paid: None,
        shipped: None,
        cancelled: Some(day("2026-01-06")),
        ..shipped()
    };
    let old = OrderClock {
        ordered: Some(day("2014-01-05")),
        paid: None,
        shipped: Some(day("2014-01-07")),
        ..shipped()
    };
    let only_expensive = changed_rule(
        "document",
        "minimum = true\n",
        "minimum = true\nwhen = { total_at_least = 12000, currency = \"EUR\" }\n",
    );
    let all = [
        explain(&policy, Category::Invoice, &unpaid, "2026-05-01"),
        explain(&policy, Category::Invoice, &old, "2026-05-01"),
        explain(
            &only_expensive,
            Category::Document,
            &shipped(),
            "2026-05-01",
        ),
    ];
    assert_snapshot!(all.join("\n"));
}

#[test]
fn an_account() {
    let account = AccountClock {
        created: Some(day("2020-02-01")),
        last_contact: None,
    };
    let explained = default().explain(
        "main",
        Category::Account,
        Clock::Account(&account),
        day("2026-01-01"),
    );
    assert_snapshot!(explained);
}

#[test]
fn an_answer_for_programs_has_dates_and_not_numbers() {
    let order = shipped();
    let explained = default().explain(
        "main",
        Category::Invoice,
        Clock::Order(&order),
        day("2026-03-01"),
    );
    assert_snapshot!(serde_json::to_string_pretty(&explained).unwrap());
}
