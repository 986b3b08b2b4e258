//! Derived keys at the keeper's door.

use crate::fixture::Fixture;
use lethe_crypto::{ApiKey, DerivedKey};
use lethe_keeper::{Admitted, Credential, Refusal, Request, Sought};
use lethe_model::{
    Bounds, Caveat, FieldSet, Grant, Networks, OrderStates, Power, Purpose, Quota, SubjectId,
};
use std::sync::Arc;

const HOUR_MS: i64 = 60 * 60 * 1000;

fn parent_with(fixture: &Fixture, change: impl FnOnce(&mut Grant)) -> (Arc<Credential>, ApiKey) {
    let mut grant = Grant {
        fields: FieldSet::parse(["contact.email", "contact.phone"]).unwrap(),
        purposes: [Purpose::Support].into_iter().collect(),
        powers: [Power::Reveal, Power::List].into_iter().collect(),
        quota: Quota::people_per_day(3),
        expires_at_ms: Some(fixture.clock.in_days(30)),
        owner: Some("ada".to_owned()),
        ..Grant::default()
    };
    change(&mut grant);
    fixture
        .keeper()
        .create_credential(&fixture.operator(), "support", grant)
        .unwrap()
}

fn parent(fixture: &Fixture) -> (Arc<Credential>, ApiKey) {
    parent_with(fixture, |_| ())
}

fn enter(fixture: &Fixture, key: &DerivedKey) -> Result<Arc<Credential>, Refusal> {
    fixture.keeper().authenticate_derived(key, None)
}

fn label(text: &str) -> Caveat {
    Caveat::Label(text.to_owned())
}

fn read(
    fixture: &Fixture,
    credential: &Arc<Credential>,
    person: SubjectId,
    field: &str,
) -> Result<Admitted, Refusal> {
    let fields = FieldSet::parse([field]).unwrap();
    let request = Request {
        credential: Arc::clone(credential),
        purpose: Purpose::Support,
        sought: Sought::Fields(vec![(person, fields)]),
        token: None,
        states: OrderStates::ALL,
    };
    fixture.keeper().admit(vec![request]).pop().unwrap()
}

#[test]
fn a_field_that_was_taken_away_is_refused_and_the_rest_is_not() {
    let fixture = Fixture::new(100);
    let people = fixture.people(1);
    let (_, secret) = parent(&fixture);
    let only_email = Caveat::Fields(FieldSet::parse(["contact.email"]).unwrap());
    let key = enter(
        &fixture,
        &DerivedKey::derive(&secret, &[only_email]).unwrap(),
    )
    .unwrap();
    read(&fixture, &key, people[0].subject, "contact.email").unwrap();
    let refused = read(&fixture, &key, people[0].subject, "contact.phone").unwrap_err();
    assert_eq!(refused, Refusal::Field("contact.phone".to_owned()));
}

#[test]
fn a_derived_key_ends_at_its_own_time_and_with_its_parent() {
    let fixture = Fixture::new(100);
    let (parent, secret) = parent(&fixture);
    let end_ms = fixture.clock.in_days(0) + HOUR_MS;
    let hour = DerivedKey::derive(&secret, &[Caveat::Expires(end_ms)]).unwrap();
    let other = DerivedKey::derive(&secret, &[label("other")]).unwrap();
    enter(&fixture, &hour).unwrap();
    fixture.clock.advance_hours(1);
    assert_eq!(enter(&fixture, &hour).unwrap_err(), Refusal::Expired);
    // A later end that is appended does not prolong it.
    let later = hour
        .narrowed_by(&[Caveat::Expires(end_ms + HOUR_MS)])
        .unwrap();
    assert_eq!(enter(&fixture, &later).unwrap_err(), Refusal::Expired);
    enter(&fixture, &other).unwrap();
    fixture
        .keeper()
        .revoke_credential(&fixture.operator(), &parent.id)
        .unwrap();
    assert_eq!(
        enter(&fixture, &other).unwrap_err(),
        Refusal::DerivedInvalid
    );
}

#[test]
fn a_derived_key_of_a_parent_that_has_expired_is_not_valid() {
    let fixture = Fixture::new(100);
    let (_, secret) = parent(&fixture);
    let key = DerivedKey::derive(&secret, &[label("late")]).unwrap();
    fixture.clock.advance_hours(24 * 30);
    assert_eq!(enter(&fixture, &key).unwrap_err(), Refusal::DerivedInvalid);
}

#[test]
fn a_tag_of_another_chain_is_refused() {
    let fixture = Fixture::new(100);
    let (_, secret) = parent(&fixture);
    let (_, stranger) = parent(&fixture);
    let narrow = Caveat::Fields(FieldSet::parse(["contact.email"]).unwrap());
    let both = DerivedKey::derive(&secret, &[label("desk"), narrow]).unwrap();
    let first = DerivedKey::derive(&secret, &[label("desk")]).unwrap();
    // Whoever drops the last caveat has no tag for what is left.
    let cut = with_tag_of(&first, &both);
    assert_eq!(enter(&fixture, &cut).unwrap_err(), Refusal::DerivedInvalid);
    let foreign = DerivedKey::derive(&stranger, &[label("desk")]).unwrap();
    let moved = with_tag_of(&first, &foreign);
    assert_eq!(
        enter(&fixture, &moved).unwrap_err(),
        Refusal::DerivedInvalid
    );
    enter(&fixture, &foreign).unwrap();
}

/// The first key's head and caveats with the last 32 bytes of the second.
fn with_tag_of(head: &DerivedKey, tag: &DerivedKey) -> DerivedKey {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
    const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let body = |key: &DerivedKey| {
        let text = key.expose();
        BASE64.decode(&text[9..text.len() - 6]).unwrap()
    };
    let (mut bytes, tag) = (body(head), body(tag));
    let at = bytes.len() - 32;
    bytes[at..].copy_from_slice(&tag[tag.len() - 32..]);
    let body = BASE64.encode(bytes);
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut check = [0; 6];
    for digit in check.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    let check = std::str::from_utf8(&check).unwrap();
    DerivedKey::parse(&format!("lethe_dk_{body}{check}")).unwrap()
}

#[test]
fn parent_and_derived_keys_share_one_quota_and_the_narrower_bound_holds_on_it() {
    let fixture = Fixture::new(100);
    let people = fixture.people(4);
    let (parent, secret) = parent(&fixture);
    let two = Caveat::People(Bounds::per_day(2));
    let key = enter(&fixture, &DerivedKey::derive(&secret, &[two]).unwrap()).unwrap();
    let wide = DerivedKey::derive(&secret, &[label("wide")]).unwrap();
    let wide = enter(&fixture, &wide).unwrap();
    let meet = |by: &Arc<Credential>, n: usize| {
        read(&fixture, by, people[n].subject, "contact.email").map(|_| ())
    };
    meet(&parent, 0).unwrap();
    meet(&key, 1).unwrap();
    assert!(matches!(meet(&key, 2), Err(Refusal::Quota { .. })));
    // Somebody who was met already is free.
    meet(&key, 0).unwrap();
    meet(&wide, 2).unwrap();
    assert!(matches!(meet(&parent, 3), Err(Refusal::Quota { .. })));
    assert_eq!(fixture.keeper().quota_used(&parent)[1], 3);
}

#[test]
fn a_rate_is_not_renewed_by_deriving_on() {
    let fixture = Fixture::new(100);
    let (_, secret) = parent_with(&fixture, |grant| grant.quota.requests_per_second = Some(9));
    let slow = DerivedKey::derive(&secret, &[Caveat::RequestsPerSecond(2)]).unwrap();
    let further = |n: u32| {
        let more = [label(&format!("copy-{n}")), Caveat::RequestsPerSecond(9)];
        slow.narrowed_by(&more).unwrap()
    };
    enter(&fixture, &further(1)).unwrap();
    enter(&fixture, &further(2)).unwrap();
    let third = enter(&fixture, &further(3));
    assert!(matches!(third, Err(Refusal::Rate { .. })));
    let other = DerivedKey::derive(&secret, &[Caveat::RequestsPerSecond(2)]).unwrap();
    assert!(
        enter(&fixture, &other).is_err(),
        "the same caveats are the same key"
    );
    let other = DerivedKey::derive(&secret, &[label("other")]).unwrap();
    enter(&fixture, &other).unwrap();
}

#[test]
fn a_revoked_derived_key_stays_revoked_with_all_that_derive_from_it() {
    let mut fixture = Fixture::new(100);
    let (parent, secret) = parent(&fixture);
    let lost = DerivedKey::derive(&secret, &[label("lost")]).unwrap();
    let renamed = lost.narrowed_by(&[label("found")]).unwrap();
    let other = DerivedKey::derive(&secret, &[label("other")]).unwrap();
    let revoke = |fixture: &Fixture| {
        let operator = fixture.operator();
        let fingerprint = lost.fingerprint();
        let keeper = fixture.keeper();
        keeper.revoke_derived(&operator, &parent.id, fingerprint)
    };
    revoke(&fixture).unwrap();
    revoke(&fixture).unwrap();
    for _ in 0..2 {
        for dead in [&lost, &renamed] {
            assert_eq!(enter(&fixture, dead).unwrap_err(), Refusal::DerivedInvalid);
        }
        enter(&fixture, &other).unwrap();
        fixture.keeper().authenticate(&secret, None).unwrap();
        fixture.restart();
    }
}

#[test]
fn networks_without_a_common_address_let_nobody_in() {
    let fixture = Fixture::new(100);
    let office = |text| Networks::parse([text]).unwrap();
    let (_, secret) = parent_with(&fixture, |grant| grant.networks = office("127.0.0.0/8"));
    let narrow = |text| Caveat::Networks(office(text));
    let here = DerivedKey::derive(&secret, &[narrow("127.0.0.1")]).unwrap();
    enter(&fixture, &here).unwrap();
    let nowhere = DerivedKey::derive(&secret, &[narrow("10.0.0.0/8")]).unwrap();
    assert_eq!(enter(&fixture, &nowhere).unwrap_err(), Refusal::Network);
    let from = Some("10.0.0.1".parse().unwrap());
    let entered = fixture.keeper().authenticate_derived(&nowhere, from);
    assert_eq!(entered.unwrap_err(), Refusal::Network);
}

#[test]
fn the_log_names_the_derived_key_beside_its_parent() {
    let fixture = Fixture::new(100);
    let people = fixture.people(1);
    let (parent, secret) = parent(&fixture);
    let derived = DerivedKey::derive(&secret, &[label("parcel-desk")]).unwrap();
    let key = enter(&fixture, &derived).unwrap();
    read(&fixture, &key, people[0].subject, "contact.email").unwrap();
    let mut last = None;
    let read = fixture.keeper().history().each_from(0, |act| {
        last = Some((act.public.credential.clone(), act.public.detail.clone()));
        true
    });
    read.unwrap();
    let named = serde_json::json!({
        "derived": derived.fingerprint().to_string(), "label": "parcel-desk"
    });
    assert_eq!(last, Some((parent.id.clone(), Some(named))));
}
