//! Who the customers are and when they order.

use crate::{END, default_shop};
use lethe_sample::{Country, Shop, ShopSpec, write_orders_csv};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};

fn orders_csv(spec: ShopSpec) -> Vec<u8> {
    let mut csv = Vec::new();
    write_orders_csv(&Shop::new(spec), &mut csv).unwrap();
    csv
}

#[test]
fn the_default_shop_never_changes() {
    let digest = Sha256::digest(orders_csv(ShopSpec::new(1, END)));
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex,
        "56281500cef39b4ab931b2cdb7095adf9839174a7b32dcb933855beddf7dd1bf"
    );
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let spec = ShopSpec {
        customers: 200,
        ..ShopSpec::new(7, END)
    };
    assert_eq!(orders_csv(spec), orders_csv(spec));
    assert_ne!(orders_csv(spec), orders_csv(ShopSpec { seed: 8, ..spec }));
}

#[test]
fn a_shop_without_customers_has_no_orders() {
    let shop = Shop::new(ShopSpec {
        customers: 0,
        ..ShopSpec::new(1, END)
    });
    assert_eq!(shop.orders().count(), 0);
}

#[test]
fn numbers_ids_and_dates_ascend_together() {
    let orders: Vec<_> = default_shop().orders().collect();
    assert!(orders.is_sorted_by_key(|order| order.created_at));
    assert!(orders.windows(2).all(|pair| pair[0].id < pair[1].id));
    assert!(
        (1001..)
            .zip(&orders)
            .all(|(number, order)| order.number == number)
    );
    assert!(orders.iter().all(|order| order.id.to_string().len() == 13));
    let last = &orders[orders.len() - 1];
    assert!(last.created_at < "2026-02-01T00:00:00+01".parse().unwrap());
}

#[test]
fn every_customer_has_one_to_nine_orders_and_about_1_6_on_average() {
    let mut counts: HashMap<u32, u32> = HashMap::new();
    for order in default_shop().orders() {
        *counts.entry(order.person).or_default() += 1;
    }
    assert_eq!(counts.len(), 2_000);
    assert!(counts.values().all(|count| (1..=9).contains(count)));
    let mean = f64::from(counts.values().sum::<u32>()) / 2_000.0;
    assert!((1.5..1.7).contains(&mean), "{mean}");
}

#[test]
fn a_customer_alone_has_the_same_orders_as_within_the_shop() {
    let shop = default_shop();
    let within: Vec<_> = shop.orders().filter(|order| order.person == 77).collect();
    let alone = shop.orders_of(77);
    assert_eq!(within.len(), alone.len());
    for (within, mut alone) in within.into_iter().zip(alone) {
        // Only what counts the orders of the whole shop may differ.
        (alone.number, alone.id) = (within.number, within.id);
        assert_eq!(within, alone);
    }
}

#[test]
fn ids_and_emails_are_unique_whatever_the_letter_case() {
    let shop = Shop::new(ShopSpec {
        customers: 50_000,
        ..ShopSpec::new(3, END)
    });
    let mut ids = HashSet::new();
    let mut emails = HashSet::new();
    for person in shop.people() {
        assert!(ids.insert(person.customer_id));
        if let Some(email) = person.email {
            assert!(emails.insert(email.to_lowercase()), "{email}");
        }
    }
}

#[test]
fn emails_end_in_reserved_names_only() {
    for email in default_shop().people().filter_map(|person| person.email) {
        let (_, domain) = email.split_once('@').unwrap();
        let is_example = ["example.com", "example.org", "example.net"].contains(&domain);
        assert!(
            is_example || domain.ends_with(".test") || domain.ends_with(".example"),
            "{email}"
        );
    }
}

#[test]
fn phone_numbers_read_as_stated_and_are_unique_in_the_default_shop() {
    let mut seen = HashSet::new();
    for person in default_shop().people() {
        let region = person.country.code().parse().unwrap();
        let read = phonenumber::parse(Some(region), &person.phone).unwrap();
        let e164 = read.format().mode(phonenumber::Mode::E164).to_string();
        assert_eq!(e164, person.phone_e164);
        assert!(seen.insert(e164), "{person:?}");
    }
}

#[test]
fn two_in_five_customers_are_french_and_every_country_occurs() {
    let mut countries: BTreeMap<Country, u32> = BTreeMap::new();
    default_shop()
        .people()
        .for_each(|person| *countries.entry(person.country).or_default() += 1);
    assert!(
        (720..880).contains(&countries[&Country::France]),
        "{countries:?}"
    );
    assert_eq!(countries.len(), Country::ALL.len());
}

#[test]
fn names_and_addresses_are_in_eight_scripts() {
    let text: String = default_shop()
        .people()
        .map(|person| person.name + &person.street + &person.city)
        .collect();
    for (script, first, last) in [
        ("Latin with accents", 'À', 'ÿ'),
        ("Greek", 'Α', 'ω'),
        ("Cyrillic", 'А', 'я'),
        ("Hebrew", 'א', 'ת'),
        ("Arabic", 'ء', 'ي'),
        ("Han", '一', '龥'),
        ("Hiragana", 'ぁ', 'ん'),
        ("Katakana", 'ァ', 'ヶ'),
    ] {
        let count = text
            .chars()
            .filter(|letter| (first..=last).contains(letter))
            .count();
        assert!(count >= 5, "{script}: {count}");
    }
}
