//! Reveal and find: what is given, to whom, and what the log then holds.

use lethe_model::{FieldSet, Purpose};
use lethe_ops::{Error, FindQuery, Refusal, RevealQuery, Revealed};
use lethe_testkit::{OrderSketch, TestVault};

pub(crate) fn query(fields: &[&str]) -> RevealQuery {
    let fields = FieldSet::parse(fields.iter().copied()).unwrap();
    RevealQuery {
        fields,
        purpose: Purpose::Support,
    }
}

pub(crate) fn values(revealed: &Revealed) -> Vec<(String, String)> {
    let field = |(field, value): &(lethe_model::Field, lethe_model::Personal)| {
        (field.to_string(), value.expose().to_owned())
    };
    revealed.fields.iter().map(field).collect()
}

#[test]
fn a_reveal_gives_the_granted_fields_and_the_log_holds_it() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana")]);
    let (key, _) = test.key(
        "warehouse",
        &["delivery.street", "delivery.city", "invoice.reference"],
        10,
    );
    let token = test.order_token(&key, 1001);
    let revealed = test
        .vault()
        .reveal(&key, &token, query(&["delivery.street", "delivery.city"]))
        .unwrap();
    assert_eq!(
        values(&revealed),
        [
            (
                "delivery.street".to_owned(),
                "1 Marked Street of ana".to_owned()
            ),
            ("delivery.city".to_owned(), "Marked City of ana".to_owned()),
        ]
    );
    let log = test
        .vault()
        .log_entries(&test.operator(), None, None, 1)
        .unwrap();
    assert_eq!(log[0].index, revealed.log_index);
    assert_eq!(log[0].act.credential, key.id);
    assert_eq!(log[0].act.fields, ["delivery.street", "delivery.city"]);
    assert_eq!(log[0].act.subjects, 1);
}

#[test]
fn a_field_a_purpose_or_a_token_that_was_not_granted_is_refused_and_the_denial_is_logged() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana")]);
    let (key, _) = test.key("warehouse", &["delivery.street", "invoice.reference"], 10);
    let token = test.order_token(&key, 1001);
    let denied = test
        .vault()
        .reveal(&key, &token, query(&["delivery.street", "contact.email"]));
    assert!(
        matches!(denied, Err(Error::Refused(Refusal::Field(field))) if field == "contact.email")
    );
    let marketing = RevealQuery {
        purpose: Purpose::Marketing,
        ..query(&["delivery.street"])
    };
    let denied = test.vault().reveal(&key, &token, marketing);
    assert!(matches!(
        denied,
        Err(Error::Refused(Refusal::Purpose("marketing")))
    ));
    let log = test
        .vault()
        .log_entries(&test.operator(), None, None, 2)
        .unwrap();
    assert_eq!(log[0].act.denied.as_deref(), Some("purpose-not-granted"));
    assert_eq!(log[1].act.denied.as_deref(), Some("field-not-granted"));
    assert_eq!(log[1].act.subjects, 0);
}

#[test]
fn a_token_of_another_recipient_opens_nothing() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana")]);
    let fields = ["delivery.street", "invoice.reference"];
    let (warehouse, _) = test.key("warehouse", &fields, 10);
    let (support, _) = test.key("support", &fields, 10);
    let token = test.order_token(&warehouse, 1001);
    assert_ne!(token, test.order_token(&support, 1001));
    let stolen = test
        .vault()
        .reveal(&support, &token, query(&["delivery.street"]));
    assert!(matches!(stolen, Err(Error::NotFound)));
}

#[test]
fn an_email_address_is_found_in_any_letter_case_and_kept_as_written() {
    let mut test = TestVault::start();
    let order = OrderSketch::new(1001, "ana").email(Some("Marked-Ana@Example.com"));
    test.import(&[order]);
    let (key, _) = test.key("support", &["contact.email", "invoice.reference"], 10);
    let find = |text| {
        let query = FindQuery::email(text, Purpose::Support).unwrap();
        test.vault().find(&key, query).unwrap().subjects.len()
    };
    assert_eq!(find("marked-ana@example.com"), 1);
    assert_eq!(find("MARKED-ANA@EXAMPLE.COM"), 1);
    assert_eq!(find("marked.ana@example.com"), 0);
    let token = test.order_token(&key, 1001);
    let revealed = test
        .vault()
        .reveal(&key, &token, query(&["contact.email"]))
        .unwrap();
    assert_eq!(values(&revealed)[0].1, "Marked-Ana@Example.com");
}

#[test]
fn the_quota_counts_distinct_people_and_survives_a_restart() {
    let mut test = TestVault::start();
    let orders: Vec<OrderSketch> = (0..4)
        .map(|n| OrderSketch::new(1001 + n, &format!("person{n}")))
        .collect();
    test.import(&orders);
    let (key, secret) = test.key("support", &["contact.email", "invoice.reference"], 2);
    let first = test.order_token(&key, 1001);
    let second = test.order_token(&key, 1002);
    let reveal = |test: &TestVault, token: &str| {
        let key = test.vault().authenticate(&secret, None).unwrap();
        test.vault().reveal(&key, token, query(&["contact.email"]))
    };
    assert!(reveal(&test, &first).is_ok());
    assert!(reveal(&test, &second).is_ok());
    test.restart();
    assert!(reveal(&test, &first).is_ok());
    let key = test.vault().authenticate(&secret, None).unwrap();
    let third = FindQuery::order("#1003", Purpose::Support).unwrap();
    let refused = test.vault().find(&key, third.clone());
    assert!(matches!(
        refused,
        Err(Error::Refused(Refusal::Quota { .. }))
    ));
    let guess = FindQuery::email("nobody@example.com", Purpose::Support).unwrap();
    assert!(matches!(
        test.vault().find(&key, guess),
        Err(Error::Refused(Refusal::Quota { .. }))
    ));
    test.clock.advance_hours(25);
    assert!(test.vault().find(&key, third).is_ok());
}

#[test]
fn a_clock_that_goes_back_opens_no_quota_window() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana"), OrderSketch::new(1002, "bob")]);
    let (key, _) = test.key("support", &["contact.email", "invoice.reference"], 1);
    test.order_token(&key, 1001);
    test.clock.advance_hours(-48);
    let second = FindQuery::order("#1002", Purpose::Support).unwrap();
    assert!(matches!(
        test.vault().find(&key, second),
        Err(Error::Refused(Refusal::Quota { .. }))
    ));
}

#[test]
fn an_order_token_opens_the_order_and_a_subject_token_the_account() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana")]);
    let operator = test.operator();
    let found = FindQuery::order("#1001", Purpose::Support).unwrap();
    let found = test
        .vault()
        .find(&operator, found)
        .unwrap()
        .subjects
        .remove(0);
    let wrong = test
        .vault()
        .reveal(&operator, &found.subject, query(&["contact.email"]));
    assert!(matches!(
        wrong,
        Err(Error::Invalid {
            field: "fields",
            ..
        })
    ));
    let wrong = test
        .vault()
        .reveal(&operator, &found.order.unwrap(), query(&["account.email"]));
    assert!(matches!(
        wrong,
        Err(Error::Invalid {
            field: "fields",
            ..
        })
    ));
}
