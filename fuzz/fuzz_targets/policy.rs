//! A clock of days, an empty line, and any text as a policy: every mistake is told, and what is
//! accepted judges without a panic and never contradicts itself.
#![no_main]

use std::sync::LazyLock;

use lethe_model::Category;
use lethe_policy::{ArchiveClock, Clock, Day, OrderClock, Policy, Then};

static DEFAULT: LazyLock<Policy> =
    LazyLock::new(|| Policy::parse(Policy::DEFAULT_TEXT).expect("the default policy"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let at = bytes.windows(2).position(|two| two == b"\n\n").unwrap_or(0);
    let Ok(text) = std::str::from_utf8(&bytes[at..]) else { return };
    let mut days = bytes[..at].chunks_exact(4).map(|four| {
        let day = i32::from_le_bytes(four.try_into().expect("four bytes"));
        (day != 0).then_some(Day(day))
    });
    let mut next = || days.next().flatten();
    let today = next().unwrap_or_default();
    let order = OrderClock {
        ordered: next(),
        paid: next(),
        shipped: next(),
        delivered: next(),
        cancelled: next(),
        refunded: next(),
        last_closed_event: next(),
        open_event_since: next(),
        total_minor: next().map(|day| i64::from(day.0)),
        currency: Some("EUR".to_owned()),
    };
    let read = match Policy::parse(text) {
        Ok(policy) => Some(policy),
        Err(errors) => {
            assert!(!errors.problems().is_empty() && !errors.to_string().is_empty());
            None
        }
    };
    let policy = read.as_ref().unwrap_or(&DEFAULT);
    assert!(policy.diff(policy).changes.is_empty());
    if DEFAULT.diff(policy).changes.is_empty() {
        assert!(policy.diff(&DEFAULT).changes.is_empty());
    }
    for category in Category::ALL {
        let clock = Clock::Order(&order);
        let verdict = policy.verdict("main", category, clock, today);
        assert!(!policy.explain("main", category, clock, today).to_string().is_empty());
        if let Then::Archive(plan) = &verdict.then {
            let clock = verdict.archive_clock().expect("what is archived has a clock");
            let clock = ArchiveClock::parse(&clock.to_json()).expect("its own clock");
            let archived = policy.archive_verdict("main", category, &clock, today);
            assert_eq!(archived.kept_until, Some(plan.kept_until()));
        }
    }
});
