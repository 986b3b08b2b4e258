//! Erasure: gone, stays gone, and the log stays provable.

use crate::reveal::query;
use lethe_model::{FieldSet, Grant, Power, Purpose, Quota};
use lethe_ops::{Error, FindQuery, NewCredential, Refusal};
use lethe_testkit::{OrderSketch, TestVault};

#[test]
fn an_erased_person_is_gone_and_does_not_come_back_with_the_same_file() {
    let mut test = TestVault::with_archive();
    let orders = [
        OrderSketch::new(1001, "ana").gift_to("zoe"),
        OrderSketch::new(1002, "bob"),
    ];
    test.import(&orders);
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    let erased = test.vault().erase(&operator, &token).unwrap();
    assert_eq!(
        (erased.report.subjects, erased.report.orders),
        (2, 1),
        "the gift's recipient goes too"
    );
    assert!(matches!(
        test.vault().erase(&operator, &token),
        Err(Error::NotFound)
    ));
    let gone = test
        .vault()
        .reveal(&operator, &token, query(&["contact.email"]));
    assert!(matches!(
        gone,
        Err(Error::NotFound | Error::Refused(lethe_ops::Refusal::Gone))
    ));
    let again = test.import(&orders);
    assert_eq!((again.imported, again.unchanged, again.rejected), (0, 1, 1));
    test.restart();
    let query = FindQuery::email("marked-ana@example.com", Purpose::Support).unwrap();
    assert!(
        test.vault()
            .find(&test.operator(), query)
            .unwrap()
            .subjects
            .is_empty()
    );
}

#[test]
fn after_an_erasure_the_log_verifies_and_older_proofs_still_hold() {
    let mut test = TestVault::with_archive();
    test.import(&[OrderSketch::new(1001, "ana"), OrderSketch::new(1002, "bob")]);
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    let revealed = test
        .vault()
        .reveal(&operator, &token, query(&["contact.email"]))
        .unwrap();
    let before = test.vault().log_proof(revealed.log_index).unwrap();
    let found = test
        .vault()
        .log_entries(&operator, Some(&token), None, 10)
        .unwrap();
    assert_eq!(found.len(), 3, "intake, look-up and reveal are about her");
    test.vault().erase(&operator, &token).unwrap();
    let verified = test.vault().verify_log(|_| ()).unwrap();
    assert_eq!(verified.bodies, Some(verified.entries));
    let after = test.vault().log_proof(revealed.log_index).unwrap();
    assert_eq!(after.entry, before.entry);
    let shown = test
        .vault()
        .log_entries(&operator, None, None, 100)
        .unwrap();
    let entry = shown
        .iter()
        .find(|entry| entry.index == revealed.log_index)
        .unwrap();
    assert_eq!(
        (entry.act.subjects, entry.people.len()),
        (1, 0),
        "counted, and nobody's any more"
    );
    let forgotten = test.vault().log_entries(&operator, Some(&token), None, 10);
    assert!(matches!(forgotten, Err(Error::NotFound)));
}

#[test]
fn the_log_number_of_an_erased_person_is_never_given_to_another() {
    let mut test = TestVault::with_archive();
    test.import(&[OrderSketch::new(1001, "ana")]);
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    let revealed = test
        .vault()
        .reveal(&operator, &token, query(&["contact.email"]))
        .unwrap();
    test.vault().erase(&operator, &token).unwrap();
    for restart in [false, true] {
        if restart {
            test.restart();
        }
        test.import(&[OrderSketch::new(1002 + u32::from(restart), "bob")]);
        let operator = test.operator();
        let shown = test
            .vault()
            .log_entries(&operator, None, None, 100)
            .unwrap();
        let entry = shown
            .iter()
            .find(|entry| entry.index == revealed.log_index)
            .unwrap();
        assert!(entry.people.is_empty(), "her entry is nobody's");
    }
}

#[test]
fn an_erased_gift_recipient_stays_erased_and_stands_in_nobodys_way() {
    let mut test = TestVault::with_archive();
    test.import(&[OrderSketch::new(1001, "ana")
        .gift_to("zoe")
        .phone("06 39 98 12 34")]);
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    let zoe = {
        let shown = test.vault().log_entries(&operator, None, None, 50).unwrap();
        let intake = shown.iter().find(|entry| entry.people.len() == 2).unwrap();
        let buyer = test.vault().order(&operator, &token).unwrap().subject;
        intake
            .people
            .iter()
            .find(|one| **one != buyer)
            .unwrap()
            .clone()
    };
    test.vault().erase(&operator, &zoe).unwrap();
    let both = query(&["contact.name", "delivery.name"]);
    let revealed = test.vault().reveal(&operator, &token, both).unwrap();
    assert_eq!(
        crate::reveal::values(&revealed).len(),
        1,
        "hers is gone, the buyer's is there"
    );
    let update = OrderSketch::new(1001, "ana").gift_to("zoe").total("99.00");
    let report = test.import(&[update, OrderSketch::new(1002, "bob")]);
    assert_eq!(
        (report.updated, report.imported, report.rejected),
        (1, 1, 0)
    );
    let revealed = test.vault().reveal(&operator, &token, both).unwrap();
    assert_eq!(
        crate::reveal::values(&revealed).len(),
        1,
        "an update does not bring her back"
    );
    let erased = test.vault().erase(&operator, &token).unwrap();
    assert_eq!(erased.report.subjects, 1, "she is gone already");
}

#[test]
fn what_a_key_asks_for_waits_and_the_key_cannot_confirm_it() {
    let mut test = TestVault::with_archive();
    test.import(&[OrderSketch::new(1001, "ana")]);
    let grant = Grant {
        fields: FieldSet::parse(["contact.email", "invoice.reference"]).unwrap(),
        purposes: [Purpose::Support].into_iter().collect(),
        powers: [Power::Reveal, Power::Erase].into_iter().collect(),
        quota: Quota::people_per_day(10),
        expires_at_ms: Some(test.clock.in_days(90)),
        owner: Some("ada".to_owned()),
        ..Grant::default()
    };
    let new = NewCredential {
        recipient: "desk".to_owned(),
        grant,
    };
    let made = test
        .vault()
        .create_credential(&test.operator(), &new)
        .unwrap();
    let key = test.vault().authenticate(&made.secret, None).unwrap();
    let token = test.order_token(&key, 1001);
    let asked = test.vault().request_erasure(&key, &token).unwrap();
    assert_eq!(asked.state, "waiting");
    let again = test.vault().request_erasure(&key, &token).unwrap();
    assert_eq!(again.id, asked.id, "one request a person");
    assert!(matches!(
        test.vault().confirm_erasure(&key, &asked.id),
        Err(Error::Refused(Refusal::Power(_)))
    ));
    test.vault()
        .reveal(&key, &token, query(&["contact.email"]))
        .expect("nothing is erased while it waits");
    let operator = test.operator();
    let erased = test.vault().confirm_erasure(&operator, &asked.id).unwrap();
    assert_eq!(erased.report.id, asked.id);
    assert!(
        test.vault()
            .reveal(&key, &token, query(&["contact.email"]))
            .is_err()
    );
}
