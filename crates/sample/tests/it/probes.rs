//! Probe people can be found in bytes without a false hit.

use crate::{END, default_shop};
use lethe_sample::{
    SamplePerson, probe_orders, probe_people, write_orders_csv, write_probe_orders_csv,
};
use std::collections::HashSet;

const KEY: [u8; 32] = [0x5a; 32];

/// The words that mark a probe.
fn marks(person: &SamplePerson) -> [String; 4] {
    let email = person.email.as_deref().unwrap();
    let street = person.street.rsplit(' ').next().unwrap();
    [
        person.first_name.clone(),
        person.last_name.clone(),
        street.to_owned(),
        email.strip_suffix("@example.org").unwrap().to_owned(),
    ]
}

#[test]
fn probes_repeat_with_their_key_and_differ_without_it() {
    assert_eq!(probe_people(&KEY, 20), probe_people(&KEY, 20));
    assert_eq!(probe_people(&KEY, 20)[..5], probe_people(&KEY, 5));
    let other: HashSet<String> = probe_people(&[1; 32], 20)
        .into_iter()
        .map(|person| person.name)
        .collect();
    assert!(
        probe_people(&KEY, 20)
            .iter()
            .all(|person| !other.contains(&person.name))
    );
}

#[test]
fn every_mark_is_long_unique_and_in_no_other() {
    let people = probe_people(&KEY, 2_000);
    let marks: Vec<String> = people.iter().flat_map(marks).collect();
    assert!(marks.iter().all(|mark| mark.len() >= 12));
    let folded: HashSet<String> = marks.iter().map(|mark| mark.to_lowercase()).collect();
    assert_eq!(folded.len(), marks.len());
    let phones: HashSet<&str> = people
        .iter()
        .map(|person| person.phone_e164.as_str())
        .collect();
    assert_eq!(phones.len(), people.len());
}

#[test]
fn no_mark_and_no_phone_number_occurs_in_the_sample_shop() {
    let mut bytes = Vec::new();
    write_orders_csv(&default_shop(), &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap().to_lowercase();
    for person in probe_people(&KEY, 50) {
        assert!(
            marks(&person)
                .iter()
                .all(|mark| !text.contains(&mark.to_lowercase()))
        );
        assert!(!text.contains(&person.phone_e164) && !text.contains(&person.phone));
    }
}

#[test]
fn probe_phone_numbers_are_valid() {
    for person in probe_people(&KEY, 500) {
        let read = phonenumber::parse(Some(phonenumber::country::FR), &person.phone).unwrap();
        assert!(read.is_valid());
        assert_eq!(
            read.format().mode(phonenumber::Mode::E164).to_string(),
            person.phone_e164
        );
    }
}

#[test]
fn probe_orders_are_of_every_age_and_in_order_of_time() {
    let orders = probe_orders(&KEY, 40, END);
    assert!(orders.is_sorted_by_key(|order| order.created_at));
    assert!(
        (9_000_001..)
            .zip(&orders)
            .all(|(number, order)| order.number == number)
    );
    let people: HashSet<u32> = orders.iter().map(|order| order.person).collect();
    assert_eq!(people.len(), 40);
    let close: jiff::Timestamp = "2026-02-01T00:00:00Z".parse().unwrap();
    let ages = orders
        .iter()
        .map(|order| order.created_at.duration_until(close).as_secs() / 86_400);
    let ages: Vec<i64> = ages.collect();
    for (youngest, oldest) in [(5, 81), (100, 701), (800, 3_501), (4_030, 4_381)] {
        assert!(
            ages.iter()
                .filter(|age| (youngest..=oldest).contains(*age))
                .count()
                >= 10
        );
    }
}

#[test]
fn the_probe_export_holds_every_value_of_every_probe() {
    let mut bytes = Vec::new();
    write_probe_orders_csv(&KEY, 12, END, &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    for person in probe_people(&KEY, 12) {
        let email = person.email.clone().unwrap();
        for value in [
            &person.name,
            &email,
            &person.phone,
            &person.street,
            &person.postal_code,
        ] {
            assert!(text.contains(value.as_str()), "{value}");
        }
    }
}
