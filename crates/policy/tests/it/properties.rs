//! What holds for every clock, every day and every text.

use lethe_model::Category;
use lethe_policy::{AccountClock, ArchiveClock, Clock, Day, OrderClock, Period, Policy, Then};
use proptest::option;
use proptest::prelude::*;

use crate::support::{ORDER_CATEGORIES, default};

fn any_day() -> impl Strategy<Value = Day> {
    prop_oneof![
        8 => (10_000..30_000i32).prop_map(Day),
        1 => any::<i32>().prop_map(Day),
    ]
}

fn any_order() -> impl Strategy<Value = OrderClock> {
    let days = prop::array::uniform8(option::of(any_day()));
    let total = option::of(-1..30_000i64);
    let currency = option::of(prop::sample::select(vec!["EUR", "USD"]));
    (days, total, currency).prop_map(|(days, total_minor, currency)| OrderClock {
        ordered: days[0],
        paid: days[1],
        shipped: days[2],
        delivered: days[3],
        cancelled: days[4],
        refunded: days[5],
        last_closed_event: days[6],
        open_event_since: days[7],
        total_minor,
        currency: currency.map(str::to_owned),
    })
}

fn any_period() -> impl Strategy<Value = Period> {
    (0..30u32, 0..30u32, 0..400u32)
        .prop_filter("some time", |(years, months, days)| {
            years + months + days > 0
        })
        .prop_map(|(years, months, days)| {
            Period::parse(&format!("P{years}Y{months}M{days}D")).unwrap()
        })
}

proptest! {
    #[test]
    fn a_later_start_never_ends_earlier(one in any_day(), other in any_day(), period in any_period()) {
        let (early, late) = (one.min(other), one.max(other));
        prop_assert!(early.plus(&period) <= late.plus(&period));
        prop_assert!(early.plus(&period) >= early.min(Day::LAST));
    }

    #[test]
    fn a_period_that_is_never_longer_never_ends_later(
        start in any_day(), one in any_period(), other in any_period(),
    ) {
        match one.compare(&other) {
            Some(std::cmp::Ordering::Less) => prop_assert!(start.plus(&one) <= start.plus(&other)),
            Some(std::cmp::Ordering::Equal) => prop_assert_eq!(start.plus(&one), start.plus(&other)),
            Some(std::cmp::Ordering::Greater) => prop_assert!(start.plus(&one) >= start.plus(&other)),
            None => {}
        }
    }

    #[test]
    fn a_period_is_read_as_it_is_printed(period in any_period()) {
        prop_assert_eq!(Period::parse(&period.to_string()), Ok(period));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*") {
        let _read = Policy::parse(&text);
        let _read = Period::parse(&text);
        let _read = ArchiveClock::parse(&text);
    }

    #[test]
    fn no_damage_to_the_default_makes_the_parser_panic(
        at in 0..Policy::DEFAULT_TEXT.len(), length in 0..60usize, put in "[\\PC\\n]{0,12}",
    ) {
        let bytes = Policy::DEFAULT_TEXT.as_bytes();
        let end = (at + length).min(bytes.len());
        let damaged = [&bytes[..at], put.as_bytes(), &bytes[end..]].concat();
        if let Err(errors) = Policy::parse(&String::from_utf8_lossy(&damaged)) {
            prop_assert!(!errors.problems().is_empty());
        }
    }

    #[test]
    fn every_clock_has_a_verdict_and_an_explanation(order in any_order(), today in any_day()) {
        let policy = default();
        for category in Category::ALL {
            let clock = Clock::Order(&order);
            let verdict = policy.verdict("main", category, clock, today);
            prop_assert_eq!(verdict.start.is_some(), verdict.kept_until.is_some());
            prop_assert_ne!(verdict.start.is_some(), verdict.not_started.is_some());
            prop_assert!(!policy.explain("main", category, clock, today).to_string().is_empty());
        }
    }

    #[test]
    fn no_minimum_outlasts_the_archive_s_own_term(order in any_order(), today in any_day()) {
        let policy = default();
        for category in ORDER_CATEGORIES {
            let verdict = policy.verdict("main", category, Clock::Order(&order), today);
            let Then::Archive(plan) = &verdict.then else { continue };
            prop_assert!(plan.kept_until() >= today);
            if let Some(minimum) = verdict.minimum() {
                prop_assert!(minimum.until <= plan.kept_until());
            }
        }
    }

    #[test]
    fn the_archive_judges_a_record_as_the_verdict_that_sent_it_there(
        order in any_order(), today in any_day(),
    ) {
        let policy = default();
        for category in ORDER_CATEGORIES {
            let verdict = policy.verdict("main", category, Clock::Order(&order), today);
            let (Then::Archive(plan), Some(clock)) = (&verdict.then, verdict.archive_clock()) else {
                continue;
            };
            let clock = ArchiveClock::parse(&clock.to_json()).unwrap();
            let archived = policy.archive_verdict("main", category, &clock, today);
            prop_assert!(archived.unknown_keeps.is_empty());
            prop_assert_eq!(archived.kept_until, Some(plan.kept_until()));
            let minimum = verdict.minimum().map(|keep| keep.until).filter(|until| *until >= today);
            prop_assert_eq!(archived.minimum.map(|keep| keep.until), minimum);
        }
    }

    #[test]
    fn what_was_sold_within_ten_years_is_never_erased_as_an_invoice(
        order in any_order(), today in (10_000..30_000i32).prop_map(Day),
    ) {
        let policy = default();
        let ten_years = Period::parse("P10Y").unwrap();
        let is_recent = order.booked().is_some_and(|day| day.plus(&ten_years) >= today);
        if order.is_owed() && is_recent {
            let verdict = policy.verdict("main", Category::Invoice, Clock::Order(&order), today);
            prop_assert!(matches!(verdict.then, Then::Archive(_)), "{:?}", verdict);
        }
    }

    #[test]
    fn time_alone_only_ever_makes_a_record_due(account in option::of(any_day()), today in 10_000..30_000i32) {
        let policy = default();
        let clock = AccountClock { created: None, last_contact: account };
        let verdict = policy.verdict("main", Category::Account, Clock::Account(&clock), Day(today));
        let later = policy.verdict("main", Category::Account, Clock::Account(&clock), Day(today + 1));
        prop_assert!(!verdict.is_due(Day(today)) || later.is_due(Day(today + 1)));
    }
}
