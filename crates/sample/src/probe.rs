//! Probe people: marked subjects that a breach drill plants and later looks for.
//!
//! Whoever has the drill key can derive them again, and so can look for them after the database
//! has erased or archived them; nobody else can tell them from customers with odd names.

use crate::address::Address;
use crate::basket::Basket;
use crate::chance::{Chance, Domain};
use crate::country::Country;
use crate::history::{Window, time_of_day};
use crate::order::SampleOrder;
use crate::orders_csv::write_orders;
use crate::person::SamplePerson;
use crate::phone::PROBES;
use crate::progress::{FinancialStatus, FulfillmentStatus, Progress, instant};
use jiff::civil::Date;
use std::io;

/// How many phone numbers there are for probe people; further probes share them.
pub const PROBE_PHONES: u32 = 10_000;

/// Ages of probe orders in days: in delivery, under warranty, in the accounting archive, and past
/// the ten years of that archive even where they run from the end of a financial year.
const AGES: [(u32, u32); 4] = [(5, 80), (100, 700), (800, 3_500), (4_030, 4_380)];

/// Enough years for the oldest.
const YEARS: u32 = 13;

/// Derives the probe people of a drill key. They depend on the key and their position alone.
///
/// First name, last name, street (between number and end) and the local part of the e-mail address
/// are random ASCII letters, at least 14 each, that occur nowhere else: finding one among
/// stolen bytes means finding that person.
pub fn probe_people(drill_key: &[u8; 32], count: u32) -> Vec<SamplePerson> {
    (0..count).map(|index| person(drill_key, index)).collect()
}

/// Derives the orders of the probe people by an end date, in order of time.
///
/// One to three each, and their ages differ: by position, a probe is in delivery, under warranty,
/// in the archive, or past it. [`SampleOrder::person`] is the position in [`probe_people`]. Every
/// fourth has a note with the name and phone number in it.
pub fn probe_orders(drill_key: &[u8; 32], count: u32, end: Date) -> Vec<SampleOrder> {
    let window = Window::new(end, YEARS);
    let people = probe_people(drill_key, count);
    let mut orders: Vec<SampleOrder> = people
        .iter()
        .flat_map(|person| orders_of(drill_key, person, &window))
        .collect();
    orders.sort_by_key(|order| (order.created_at, order.person));
    for (ordinal, order) in (0..).zip(&mut orders) {
        // Far above the numbers and ids of the shop under test.
        order.number = 9_000_001 + ordinal;
        order.id = 90_000_000_000_000 + ordinal * 32_768;
    }
    orders
}

/// Writes the orders of the probe people as Shopify's orders export.
///
/// # Errors
///
/// Returns the error of the writer.
pub fn write_probe_orders_csv(
    drill_key: &[u8; 32],
    count: u32,
    end: Date,
    out: impl io::Write,
) -> io::Result<()> {
    write_orders(probe_orders(drill_key, count, end), out)
}

fn person(drill_key: &[u8; 32], index: u32) -> SamplePerson {
    let chance = &mut Chance::of(drill_key, Domain::Probe, u64::from(index) << 4);
    let (first_name, last_name) = (word(chance), word(chance));
    let street = format!("{} rue {}", chance.between(1, 199), word(chance));
    let email = format!("{}@example.org", word(chance).to_lowercase());
    let address = Address::draw(Country::France, chance);
    let offset = Chance::of(drill_key, Domain::Setup, 0).below(PROBE_PHONES);
    let position = (u64::from(index) * 7919 + u64::from(offset)) % u64::from(PROBE_PHONES);
    let phone = PROBES.number(position as u32, chance);
    SamplePerson {
        index,
        customer_id: 90_000_000_000_000 + u64::from(index),
        name: format!("{first_name} {last_name}"),
        first_name,
        last_name,
        email: Some(email),
        phone: phone.written,
        phone_e164: phone.e164,
        street,
        street2: None,
        city: address.city.to_owned(),
        region: None,
        postal_code: address.postal_code,
        country: Country::France,
        company: None,
        accepts_marketing: chance.permille(500),
    }
}

fn orders_of(drill_key: &[u8; 32], person: &SamplePerson, window: &Window) -> Vec<SampleOrder> {
    let position = (u64::from(person.index) << 4) | 1;
    let chance = &mut Chance::of(drill_key, Domain::Probe, position);
    let (youngest, oldest) = AGES[person.index as usize % AGES.len()];
    let mut order = || {
        let day = window.days_before_end(chance.between(youngest, oldest));
        let at = day + time_of_day(chance);
        let basket = Basket::draw(person.country, person.country, chance);
        let note =
            (person.index % 4 == 3).then(|| format!("Appeler {} au {}", person.name, person.phone));
        SampleOrder {
            number: 0,
            id: 0,
            person: person.index,
            email: person.email.clone(),
            billing: person.home(),
            shipping: person.home(),
            is_gift: false,
            note,
            note_secret: None,
            note_attributes: String::new(),
            tags: String::new(),
            accepts_marketing: person.accepts_marketing,
            created_at: instant(at),
            basket,
            progress: Progress {
                financial: FinancialStatus::Paid,
                fulfillment: FulfillmentStatus::Fulfilled,
                paid_at: Some(instant(at + 30)),
                fulfilled_at: Some(instant(at + 3 * 86_400)),
                cancelled_at: None,
                refunded_minor: 0,
                payment_method: "Shopify Payments",
            },
            payment_reference: format!("r{:08x}{:08x}", chance.word(), chance.word()),
            risk_level: "Low",
            source: "web",
            zip_apostrophe: true,
        }
    };
    (0..=person.index % 3).map(|_| order()).collect()
}

/// Makes a word of seven syllables that can be spoken and means nothing: one of 2^42.
fn word(chance: &mut Chance) -> String {
    let mut word = String::with_capacity(14);
    for _ in 0..7 {
        let consonant = char::from(*chance.pick(b"bdfghjklmnprstvz"));
        let vowel = char::from(*chance.pick(b"aeio"));
        word.push(if word.is_empty() {
            consonant.to_ascii_uppercase()
        } else {
            consonant
        });
        word.push(vowel);
    }
    word
}
