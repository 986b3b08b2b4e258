//! Clocks that stop, stand-ins for days, and which rule wins.

use lethe_model::Category;
use lethe_policy::{AccountClock, Clock, OrderClock, Policy, StartEvent, Then, WhyErased};

use crate::support::{Judge, changed, changed_rule, day, default, shipped};

#[test]
fn the_last_event_is_the_latest_of_all_that_ended() {
    let policy = default();
    let last = |change: fn(&mut OrderClock)| {
        let mut order = shipped();
        change(&mut order);
        let verdict = policy.order(Category::Delivery, &order, "2026-12-01");
        verdict.start.unwrap().day.to_string()
    };
    assert_eq!(last(|_| ()), "2026-01-07");
    assert_eq!(
        last(|order| order.delivered = Some(day("2026-01-09"))),
        "2026-01-09"
    );
    assert_eq!(
        last(|order| order.cancelled = Some(day("2026-01-20"))),
        "2026-01-20"
    );
    assert_eq!(
        last(|order| order.refunded = Some(day("2026-02-01"))),
        "2026-02-01"
    );
    assert_eq!(
        last(|order| order.last_closed_event = Some(day("2026-03-01"))),
        "2026-03-01"
    );
    assert_eq!(
        last(|order| order.refunded = Some(day("2026-01-06"))),
        "2026-01-07"
    );
}

#[test]
fn an_open_dispute_stops_the_clock_but_not_for_ever() {
    let policy = default();
    let order = OrderClock {
        open_event_since: Some(day("2026-02-01")),
        ..shipped()
    };
    let during = policy.order(Category::Delivery, &order, "2029-02-01");
    assert_eq!(during.kept_until, None);
    assert!(!during.is_due(day("2029-02-01")));
    assert_eq!(
        during.not_started.as_deref(),
        Some("a return, refund or dispute is open")
    );

    let after = policy.order(Category::Delivery, &order, "2029-02-02");
    assert_eq!(
        after.kept_until,
        Some(day("2026-04-07")),
        "it no longer counts"
    );
    assert!(after.is_due(day("2029-02-02")));
}

#[test]
fn an_open_dispute_stops_rules_with_other_start_events_too() {
    let policy = changed_rule("delivery", "\"last-event\"", "\"shipped\"");
    let order = OrderClock {
        open_event_since: Some(day("2026-02-01")),
        ..shipped()
    };
    assert_eq!(
        policy
            .order(Category::Delivery, &order, "2026-12-01")
            .kept_until,
        None
    );
}

#[test]
fn an_order_that_never_left_starts_its_clock_by_the_substitute() {
    let policy = default();
    let order = OrderClock {
        shipped: None,
        ..shipped()
    };
    let verdict = policy.order(Category::Delivery, &order, "2026-02-01");
    let start = verdict.start.unwrap();
    assert!(start.is_substitute);
    assert_eq!(
        (start.event, start.day),
        (StartEvent::Ordered, day("2027-01-05"))
    );
    assert_eq!(verdict.kept_until, Some(day("2027-04-05")));
}

#[test]
fn substitutes_are_tried_in_order() {
    let policy = changed_rule(
        "delivery",
        "start = \"last-event\"\nperiod = \"P3M\"",
        "start = \"delivered\"\nperiod = \"P3M\"",
    );
    let text = policy.text().replacen(
        "substitutes = [{ start = \"ordered\", plus = \"P1Y\" }]",
        "substitutes = [{ start = \"shipped\", plus = \"P14D\" }, { start = \"ordered\", plus = \"P1Y\" }]",
        1,
    );
    let policy = Policy::parse(&text).unwrap();
    let until = |order: &OrderClock| {
        let verdict = policy.order(Category::Delivery, order, "2026-02-01");
        verdict.kept_until.map(|day| day.to_string())
    };
    let mut order = shipped();
    assert_eq!(until(&order).as_deref(), Some("2026-04-21"));
    order.delivered = Some(day("2026-01-09"));
    assert_eq!(until(&order).as_deref(), Some("2026-04-09"));
    (order.delivered, order.shipped) = (None, None);
    assert_eq!(until(&order).as_deref(), Some("2027-04-05"));
}

#[test]
fn without_any_day_the_clock_has_not_started_and_the_verdict_says_so() {
    let policy = default();
    let verdict = policy.order(Category::Delivery, &OrderClock::default(), "2099-01-01");
    assert_eq!(
        verdict.not_started.as_deref(),
        Some("the day of last-event is not known")
    );
    assert!(!verdict.is_due(day("2099-01-01")));
    let verdict = policy.account(&AccountClock::default(), "2099-01-01");
    assert!(verdict.not_started.is_some());
    let order = shipped();
    let mixed = policy.verdict(
        "main",
        Category::Account,
        Clock::Order(&order),
        day("2099-01-01"),
    );
    assert!(mixed.not_started.is_some(), "an order has no last contact");
}

#[test]
fn a_rule_for_a_shop_wins_there_and_nowhere_else() {
    let own = "[[rule]]\nname = \"delivery-outlet\"\ncategory = \"delivery\"\nstore = \"outlet\"\n\
               start = \"shipped\"\nperiod = \"P1M\"\nthen = \"anonymise\"\n\
               basis = \"GDPR Art. 6(1)(b)\"\nreference = \"GDPR Art. 5(1)(e)\"\n\n[backups]";
    let policy = changed("[backups]", own);
    let order = shipped();
    let judge = |store| {
        policy.verdict(
            store,
            Category::Delivery,
            Clock::Order(&order),
            day("2026-02-01"),
        )
    };
    let outlet = judge("outlet");
    assert_eq!(outlet.rule.unwrap().name, "delivery-outlet");
    assert_eq!(
        (outlet.kept_until, outlet.then),
        (Some(day("2026-02-07")), Then::Anonymise)
    );
    assert_eq!(judge("main").rule.unwrap().name, "delivery");
    let invoice = policy.verdict(
        "outlet",
        Category::Invoice,
        Clock::Order(&order),
        day("2026-02-01"),
    );
    assert_eq!(
        invoice.rule.unwrap().name,
        "invoice",
        "the general rule fills the gap"
    );
}

#[test]
fn a_category_left_out_on_purpose_is_kept() {
    let text = Policy::DEFAULT_TEXT;
    let start = text.find("# ---- Notes and custom fields").unwrap();
    let end = text.find("# ---- The invoice").unwrap();
    let text = format!("{}{}", &text[..start], &text[end..]);
    let policy =
        Policy::parse(&text.replacen("format = 1", "format = 1\nunruled = [\"support\"]", 1))
            .unwrap();
    let verdict = policy.order(Category::Support, &shipped(), "2099-01-01");
    assert_eq!((&verdict.rule, &verdict.then), (&None, &Then::Keep));
    assert!(!verdict.is_due(day("2099-01-01")));
}

#[test]
fn what_was_cancelled_unpaid_is_erased_and_not_archived() {
    let policy = default();
    let order = OrderClock {
        paid: None,
        shipped: None,
        cancelled: Some(day("2026-01-06")),
        ..shipped()
    };
    for category in [Category::Invoice, Category::Document, Category::Contact] {
        let verdict = policy.order(category, &order, "2026-05-01");
        assert_eq!(verdict.then, Then::Erase);
        assert_eq!(verdict.why_erased, Some(WhyErased::NotForTheArchive));
        assert_eq!(verdict.minimum(), None, "an erasure request takes it");
    }
    let refunded = OrderClock {
        refunded: Some(day("2026-01-07")),
        ..order
    };
    let verdict = policy.order(Category::Invoice, &refunded, "2026-05-01");
    assert!(
        matches!(verdict.then, Then::Archive(_)),
        "what came back was paid"
    );
}

#[test]
fn an_order_that_comes_twelve_years_late_goes_nowhere() {
    let policy = default();
    let order = OrderClock {
        ordered: Some(day("2014-01-05")),
        paid: Some(day("2014-01-05")),
        shipped: Some(day("2014-01-07")),
        ..shipped()
    };
    let verdict = policy.order(Category::Invoice, &order, "2025-01-01");
    assert!(verdict.is_due(day("2025-01-01")));
    assert_eq!(verdict.then, Then::Erase);
    let kept_until = day("2024-12-31");
    assert_eq!(
        verdict.why_erased,
        Some(WhyErased::ArchiveTermOver { kept_until })
    );
    let the_day_before = policy.order(Category::Invoice, &order, "2024-12-31");
    assert!(matches!(the_day_before.then, Then::Archive(_)));
}
