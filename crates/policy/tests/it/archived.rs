//! Archived records under later policies.

use lethe_model::Category;
use lethe_policy::{ArchiveClock, BadArchiveClock, Day, Policy};

use crate::support::{Judge, changed, changed_rule, day, default, shipped};

fn clock(policy: &Policy) -> ArchiveClock {
    let verdict = policy.order(Category::Invoice, &shipped(), "2026-05-01");
    verdict.archive_clock().expect("an invoice is archived")
}

#[test]
fn an_archived_record_carries_the_days_its_keeps_count_from() {
    let clock = clock(&default());
    let json = clock.to_json();
    assert_eq!(json, r#"{"rule":"invoice","keeps":[["accounting",20818]]}"#);
    assert_eq!(ArchiveClock::parse(&json), Ok(clock));
    assert_eq!(Day(20818), day("2026-12-31"));
}

#[test]
fn the_archive_keeps_a_record_through_its_last_day() {
    let policy = default();
    let clock = clock(&policy);
    let judge = |today: &str| policy.archive_verdict("main", Category::Invoice, &clock, day(today));
    let last = judge("2036-12-31");
    assert_eq!(last.kept_until, Some(day("2036-12-31")));
    assert!(!last.is_due(day("2036-12-31")));
    assert_eq!(last.minimum.unwrap().until, day("2036-12-31"));
    assert!(last.reasons[0].contains("L123-22"));
    let over = judge("2037-01-01");
    assert!(over.is_due(day("2037-01-01")));
    assert_eq!(over.minimum, None);
}

#[test]
fn a_later_policy_applies_to_what_is_in_the_archive_already() {
    let clock = clock(&default());
    let longer = changed_rule("invoice", "period = \"P10Y\"", "period = \"P12Y\"");
    let verdict = longer.archive_verdict("main", Category::Invoice, &clock, day("2026-06-01"));
    assert_eq!(verdict.kept_until, Some(day("2038-12-31")));
    let free = changed_rule("invoice", "minimum = true", "minimum = false");
    let verdict = free.archive_verdict("main", Category::Invoice, &clock, day("2026-06-01"));
    assert_eq!(verdict.minimum, None, "an erasure request takes it now");
}

#[test]
fn a_keep_that_the_policy_no_longer_names_keeps_the_record_even_from_requests() {
    let clock = clock(&default());
    let renamed = changed("name = \"accounting\"", "name = \"books\"");
    let erased = {
        let text = Policy::DEFAULT_TEXT;
        let start = text.find("# ---- The invoice:").unwrap();
        let end = text.find("# ---- Documents").unwrap();
        let rule = "[[rule]]\nname = \"invoice\"\ncategory = \"invoice\"\nstart = \"last-event\"\n\
                    period = \"P3M\"\nthen = \"erase\"\nbasis = \"b\"\nreference = \"r\"\n\n";
        Policy::parse(&format!("{}{rule}{}", &text[..start], &text[end..])).unwrap()
    };
    for policy in [renamed, erased] {
        let verdict = policy.archive_verdict("main", Category::Invoice, &clock, day("2099-01-01"));
        assert_eq!(verdict.unknown_keeps, ["accounting"]);
        assert_eq!(verdict.kept_until, None);
        assert!(!verdict.is_due(day("2099-01-01")));
        assert_eq!(verdict.minimum.unwrap().until, Day::LAST);
    }
}

#[test]
fn a_malformed_clock_is_refused() {
    for text in [
        "",
        "{}",
        "null",
        r#"{"rule":"invoice","keeps":[]}"#,
        r#"{"rule":"","keeps":[["a",1]]}"#,
        r#"{"rule":"invoice","keeps":[["",1]]}"#,
        r#"{"rule":"invoice","keeps":[["a",1],["a",2]]}"#,
        r#"{"rule":"invoice","keeps":[["a","2026-12-31"]]}"#,
        r#"{"rule":"invoice","keeps":[["a",1.5]]}"#,
        r#"{"rule":"invoice","keeps":[["a",99999999999]]}"#,
        r#"{"rule":"invoice","keeps":[["a"]]}"#,
        r#"{"rule":"invoice","keeps":[["a",1]],"more":1}"#,
        r#"{"rule":"invoice","keeps":[["a",1]]} x"#,
    ] {
        assert_eq!(ArchiveClock::parse(text), Err(BadArchiveClock), "{text}");
    }
}
