//! Derived keys: for one order, one field, one hour, made by whoever holds the parent.

use crate::restore::{ledger_copy, restore, save};
use crate::reveal::{query, values};
use lethe_crypto::{ApiKey, DerivedKey, PresentedKey};
use lethe_model::{Caveat, FieldSet, Purpose};
use lethe_ops::{BrowserVerdict, Credential, Error, FindQuery, Refusal, RestoreInput, Vault};
use lethe_testkit::{OrderSketch, TestVault};
use std::sync::Arc;

const FIELDS: &[&str] = &["delivery.street", "delivery.city", "invoice.reference"];

fn enter(vault: &Vault, key: &DerivedKey) -> Result<Arc<Credential>, Error> {
    vault.authenticate_presented(&PresentedKey::Derived(key.clone()), None)
}

fn shop() -> (TestVault, Arc<Credential>, ApiKey) {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana"), OrderSketch::new(1002, "bob")]);
    let (parent, secret) = test.key("carrier", FIELDS, 10);
    (test, parent, secret)
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result.unwrap_err() {
        Error::Refused(refusal) => refusal,
        other => panic!("{other}"),
    }
}

#[test]
fn a_key_for_one_shipment_opens_that_order_and_nothing_else() {
    let (test, parent, secret) = shop();
    let vault = test.vault();
    let (mine, other) = (
        test.order_token(&parent, 1001),
        test.order_token(&parent, 1002),
    );
    let subject = vault.order(&parent, &mine).unwrap().subject;
    let only = Caveat::Orders(vec![mine.clone()]);
    let derived = DerivedKey::derive(&secret, &[only]).unwrap();
    let key = enter(vault, &derived).unwrap();
    let revealed = vault
        .reveal(&key, &mine, query(&["delivery.city"]))
        .unwrap();
    assert_eq!(values(&revealed)[0].1, "Marked City of ana");
    assert_eq!(vault.order(&key, &mine).unwrap().token, mine);
    vault.explain(&key, &mine).unwrap();
    let by_number = FindQuery::order("#1001", Purpose::Support).unwrap();
    for refused in [
        refusal(vault.reveal(&key, &other, query(&["delivery.city"]))),
        refusal(vault.find(&key, by_number)),
        refusal(vault.order(&key, &other)),
        refusal(vault.explain(&key, &other)),
        refusal(vault.list_orders(&key, None, 10)),
        refusal(vault.subject(&key, &subject)),
        refusal(vault.reveal(&key, &subject, query(&["account.customer_id"]))),
    ] {
        // The account's fields are not the parent's either.
        let is_field = matches!(refused, Refusal::Field(_));
        assert!(refused == Refusal::Order || is_field, "{refused}");
    }
    let log = vault.log_entries(&test.operator(), None, None, 20).unwrap();
    let reveal = log.iter().find(|one| one.index == revealed.log_index);
    let detail = reveal.unwrap().act.detail.clone().unwrap();
    assert_eq!(detail["derived"], derived.fingerprint().to_string());
}

#[test]
fn orders_that_are_named_twice_leave_those_that_both_name() {
    let (test, parent, secret) = shop();
    let vault = test.vault();
    let (one, two) = (
        test.order_token(&parent, 1001),
        test.order_token(&parent, 1002),
    );
    let both = Caveat::Orders(vec![one.clone(), two.clone()]);
    let only_two = Caveat::Orders(vec![two.clone()]);
    let only_one = Caveat::Orders(vec![one.clone()]);
    let key = DerivedKey::derive(&secret, &[both, only_two]).unwrap();
    let none = enter(vault, &key.narrowed_by(&[only_one]).unwrap()).unwrap();
    let key = enter(vault, &key).unwrap();
    let city = || query(&["delivery.city"]);
    vault.reveal(&key, &two, city()).unwrap();
    assert_eq!(refusal(vault.reveal(&key, &one, city())), Refusal::Order);
    for token in [&one, &two] {
        assert_eq!(refusal(vault.reveal(&none, token, city())), Refusal::Order);
    }
}

#[test]
fn the_tokens_of_another_recipient_open_nothing_in_a_derived_key() {
    let (test, _, secret) = shop();
    let (stranger, _) = test.key("stranger", FIELDS, 10);
    let foreign = test.order_token(&stranger, 1001);
    let only = Caveat::Orders(vec![foreign.clone()]);
    let key = DerivedKey::derive(&secret, &[only]).unwrap();
    let key = enter(test.vault(), &key).unwrap();
    let read = test
        .vault()
        .reveal(&key, &foreign, query(&["delivery.city"]));
    assert!(matches!(read, Err(Error::NotFound)));
}

#[test]
fn a_narrowed_field_is_refused_before_anything_is_opened() {
    let (test, parent, secret) = shop();
    let token = test.order_token(&parent, 1001);
    let city = Caveat::Fields(FieldSet::parse(["delivery.city"]).unwrap());
    let key = enter(test.vault(), &DerivedKey::derive(&secret, &[city]).unwrap()).unwrap();
    let read = |fields: &[&str]| test.vault().reveal(&key, &token, query(fields));
    read(&["delivery.city"]).unwrap();
    let refused = refusal(read(&["delivery.city", "delivery.street"]));
    assert_eq!(refused, Refusal::Field("delivery.street".to_owned()));
}

#[test]
fn a_derived_key_in_a_web_page_holds_its_parent_back() {
    let (test, parent, secret) = shop();
    let vault = test.vault();
    let key = DerivedKey::derive(&secret, &[Caveat::Label("page".to_owned())]).unwrap();
    let stranger = DerivedKey::derive(
        &ApiKey::generate(&*test.around().random),
        &[Caveat::Label("page".to_owned())],
    );
    let seen = |key: DerivedKey| {
        let page = Some("https://shop.example/track");
        vault.seen_in_browser(&PresentedKey::Derived(key), None, page)
    };
    assert_eq!(seen(stranger.unwrap()).unwrap(), BrowserVerdict::Unknown);
    assert_eq!(seen(key.clone()).unwrap(), BrowserVerdict::Quarantined);
    let token = refusal(enter(vault, &key));
    assert!(matches!(token, Refusal::Quarantined(_)));
    let keys = vault.list_credentials(&test.operator()).unwrap();
    let parent = keys.iter().find(|one| one.id == parent.id).unwrap();
    assert_eq!(parent.state, "quarantined");
}

#[test]
fn a_dead_derived_key_in_a_web_page_holds_nobody_back() {
    let (test, parent, secret) = shop();
    let vault = test.vault();
    let lost = DerivedKey::derive(&secret, &[Caveat::Label("lost".to_owned())]).unwrap();
    let fingerprint = lost.fingerprint().to_string();
    vault
        .revoke_derived(&test.operator(), &parent.id, &fingerprint)
        .unwrap();
    let seen = vault.seen_in_browser(&PresentedKey::Derived(lost), None, None);
    assert_eq!(seen.unwrap(), BrowserVerdict::Unknown);
    vault.authenticate(&secret, None).unwrap();
}

#[test]
fn derived_keys_that_were_revoked_since_the_backup_stay_revoked_after_a_restore() {
    let mut test = TestVault::with_archive();
    if test.is_on_server("backups are of files") {
        return;
    }
    let (parent, secret) = test.key("carrier", FIELDS, 10);
    let saved = save(&test, "backups");
    let derive = |label: &str| {
        let caveat = Caveat::Label(label.to_owned());
        DerivedKey::derive(&secret, &[caveat]).unwrap()
    };
    let (first, second, living) = (derive("one"), derive("two"), derive("three"));
    for lost in [&first, &second] {
        let name = lost.fingerprint().to_string();
        test.vault()
            .revoke_derived(&test.operator(), &parent.id, &name)
            .unwrap();
    }
    let input = RestoreInput {
        ledgers: vec![ledger_copy(&test)],
        ..RestoreInput::default()
    };
    test.close();
    let (vault, report) = restore(&mut test, &saved, &input).unwrap();
    assert_eq!(report.keys_revoked, 2);
    for lost in [&first, &second] {
        assert_eq!(refusal(enter(&vault, lost)), Refusal::DerivedInvalid);
    }
    enter(&vault, &living).unwrap();
    drop(vault);
}
