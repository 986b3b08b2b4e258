//! Where a day begins.

use jiff::Timestamp;
use lethe_policy::OrderClock;

use crate::support::{changed, day, default};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

#[test]
fn half_past_eleven_of_new_years_eve_in_utc_is_the_next_financial_year_in_paris() {
    let policy = default();
    let ordered = policy.today(at("2023-12-31T23:30:00Z"));
    assert_eq!(ordered, day("2024-01-01"));
    let order = OrderClock {
        ordered: Some(ordered),
        ..OrderClock::default()
    };
    let year = policy.financial_year(&order).unwrap();
    assert_eq!(
        (year.label.as_str(), year.last_day),
        ("2024", day("2024-12-31"))
    );

    let in_utc = changed("Europe/Paris", "UTC");
    assert_eq!(in_utc.today(at("2023-12-31T23:30:00Z")), day("2023-12-31"));
}

#[test]
fn a_day_begins_at_its_own_midnight_in_summer_and_in_winter() {
    let policy = default();
    for (instant, expected) in [
        // The night on which clocks go forward has no 02:30.
        ("2026-03-28T22:59:59Z", "2026-03-28"),
        ("2026-03-28T23:00:00Z", "2026-03-29"),
        ("2026-03-29T21:59:59Z", "2026-03-29"),
        ("2026-03-29T22:00:00Z", "2026-03-30"),
        // The night on which they go back has it twice.
        ("2026-10-25T00:30:00Z", "2026-10-25"),
        ("2026-10-25T01:30:00Z", "2026-10-25"),
        ("2026-10-25T22:59:59Z", "2026-10-25"),
        ("2026-10-25T23:00:00Z", "2026-10-26"),
    ] {
        assert_eq!(policy.today(at(instant)), day(expected), "{instant}");
    }
}

#[test]
fn every_instant_falls_on_some_day() {
    for zone in [
        "Europe/Paris",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "UTC",
    ] {
        let policy = changed("Europe/Paris", zone);
        for instant in [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH] {
            let day = policy.today(instant);
            let away =
                (day.to_date() - instant.to_zoned(jiff::tz::TimeZone::UTC).date()).get_days();
            assert!((-1..=1).contains(&away), "{zone} {instant}");
        }
    }
}

#[test]
fn the_financial_year_is_that_of_payment_else_of_the_order_else_of_the_earliest_event() {
    let policy = changed("ends = \"12-31\"", "ends = \"02-end\"");
    let mut order = OrderClock {
        shipped: Some(day("2025-03-01")),
        delivered: Some(day("2026-03-01")),
        ..OrderClock::default()
    };
    let year = |order: &OrderClock| policy.financial_year(order).map(|year| year.last_day);
    assert_eq!(year(&order), Some(day("2026-02-28")));
    order.ordered = Some(day("2024-02-29"));
    assert_eq!(year(&order), Some(day("2024-02-29")));
    order.paid = Some(day("2024-03-01"));
    assert_eq!(year(&order), Some(day("2025-02-28")));
    assert_eq!(year(&OrderClock::default()), None);
}
