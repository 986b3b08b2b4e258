//! API keys: bounded, expiring, revocable at once.

use crate::reveal::query;
use lethe_model::{FieldSet, Grant, Power, Purpose, Quota};
use lethe_ops::{Error, NewCredential, Refusal};
use lethe_testkit::{OrderSketch, TestVault};

fn grant(test: &TestVault) -> Grant {
    Grant {
        fields: FieldSet::parse(["contact.email"]).unwrap(),
        purposes: [Purpose::Support].into_iter().collect(),
        powers: [Power::Reveal].into_iter().collect(),
        quota: Quota::people_per_day(10),
        expires_at_ms: Some(test.clock.in_days(30)),
        owner: Some("ada".to_owned()),
        ..Grant::default()
    }
}

#[test]
fn a_revoked_key_is_refused_from_the_next_request_on_even_when_it_was_already_presented() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana")]);
    let (key, secret) = test.key("support", &["contact.email", "invoice.reference"], 10);
    let token = test.order_token(&key, 1001);
    test.vault()
        .revoke_credential(&test.operator(), &key.id)
        .unwrap();
    let late = test.vault().reveal(&key, &token, query(&["contact.email"]));
    assert!(matches!(late, Err(Error::Refused(Refusal::Revoked))));
    let presented = test.vault().authenticate(&secret, None);
    assert!(matches!(
        presented,
        Err(Error::Refused(Refusal::Unauthenticated))
    ));
    test.restart();
    assert!(test.vault().authenticate(&secret, None).is_err());
}

#[test]
fn an_expired_key_is_refused() {
    let test = TestVault::start();
    let (_, secret) = test.key("support", &["contact.email"], 10);
    test.clock.advance_hours(24 * 90);
    assert!(matches!(
        test.vault().authenticate(&secret, None),
        Err(Error::Refused(Refusal::Unauthenticated))
    ));
}

#[test]
fn a_key_without_end_without_people_or_wider_than_its_maker_is_not_made() {
    let test = TestVault::start();
    let make = |grant: Grant| {
        let new = NewCredential {
            recipient: "support".into(),
            grant,
        };
        test.vault()
            .create_credential(&test.operator(), &new)
            .map(|created| created.view.id)
    };
    assert!(make(grant(&test)).is_ok());
    assert!(
        make(Grant {
            expires_at_ms: None,
            ..grant(&test)
        })
        .is_err()
    );
    assert!(
        make(Grant {
            expires_at_ms: Some(test.clock.in_days(400)),
            ..grant(&test)
        })
        .is_err()
    );
    assert!(
        make(Grant {
            expires_at_ms: Some(test.clock.in_days(-1)),
            ..grant(&test)
        })
        .is_err()
    );
    assert!(
        make(Grant {
            quota: Quota::people_per_day(0),
            ..grant(&test)
        })
        .is_err()
    );
    assert!(
        make(Grant {
            fields: FieldSet::EMPTY,
            ..grant(&test)
        })
        .is_err()
    );
    let (narrow, _) = test.key("support", &["contact.email"], 10);
    let new = NewCredential {
        recipient: "friend".into(),
        grant: grant(&test),
    };
    assert!(test.vault().create_credential(&narrow, &new).is_err());
}

#[test]
fn the_blast_radius_is_the_smaller_of_people_and_quota() {
    let mut test = TestVault::start();
    let orders: Vec<OrderSketch> = (0..8)
        .map(|n| OrderSketch::new(1001 + n, &format!("person{n}")))
        .collect();
    test.import(&orders);
    test.key("small", &["contact.email"], 3);
    test.key("large", &["contact.email"], 300);
    let keys = test.vault().list_credentials(&test.operator()).unwrap();
    let of = |name: &str| keys.iter().find(|key| key.recipient == name).unwrap();
    assert_eq!(of("small").blast_radius.people_24h, 3);
    assert_eq!(of("small").blast_radius.people_until_expiry, 8);
    assert_eq!(of("large").blast_radius.people_24h, 8);
}
