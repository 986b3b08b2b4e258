//! Break-glass: what it gives, that it ends by itself, and that somebody must look at it.

use lethe_model::{FieldSet, Purpose};
use lethe_ops::{Error, NewBreakGlass, Refusal, RevealQuery};
use lethe_store::Kind;
use lethe_testkit::{OrderSketch, TestVault};

fn shop(people: u32) -> TestVault {
    let mut test = TestVault::start();
    let orders: Vec<OrderSketch> = (0..people)
        .map(|n| OrderSketch::new(1_001 + n, &format!("p{n}")))
        .collect();
    test.import(&orders);
    test
}

fn emergency(key: &str) -> NewBreakGlass {
    NewBreakGlass {
        key: key.to_owned(),
        fields: FieldSet::parse(["contact.email"]).unwrap(),
        purposes: vec![Purpose::Legal],
        people: 2,
        reason: "recall 2026/7".to_owned(),
    }
}

#[test]
fn a_key_gets_more_for_an_hour_and_the_log_has_it_first() {
    let test = shop(4);
    let (vault, operator) = (test.vault(), test.operator());
    let (key, secret) = test.key("support", &["delivery.city", "invoice.reference"], 1);
    let own = test.order_token(&key, 1_001);
    let legal = RevealQuery {
        fields: FieldSet::parse(["contact.email"]).unwrap(),
        purpose: Purpose::Legal,
    };
    assert!(vault.reveal(&key, &own, legal).is_err());
    let opened = vault.break_glass(&operator, &emergency(&key.id)).unwrap();
    assert_eq!(opened.state, "active");
    let log = vault.log_entries(&operator, None, None, 1).unwrap();
    let detail = log[0].act.detail.as_ref().unwrap();
    assert_eq!(detail["break_glass"]["reason"], "recall 2026/7");
    let twice = vault.break_glass(&operator, &emergency(&key.id));
    assert!(matches!(
        twice,
        Err(Error::Refused(Refusal::NotApprovable(_)))
    ));
    let wider = vault.authenticate(&secret, None).unwrap();
    vault.reveal(&wider, &own, legal).unwrap();
    // One of its own, and two more.
    for n in 1..3 {
        let token = test.order_token(&wider, 1_001 + n);
        vault.reveal(&wider, &token, legal).unwrap();
    }
    let query = lethe_ops::FindQuery::order("#1004", Purpose::Support).unwrap();
    let fourth = vault.find(&wider, query);
    assert!(matches!(fourth, Err(Error::Refused(Refusal::Quota { .. }))));
    test.clock.advance_hours(1);
    assert!(
        vault.reveal(&wider, &own, legal).is_err(),
        "it ended by itself"
    );
    assert_eq!(
        vault.break_glasses(&operator).unwrap()[0].state,
        "to-review"
    );
}

#[test]
fn an_emergency_that_nobody_looked_at_is_overdue_and_the_last_one() {
    let mut test = shop(1);
    let operator = test.operator();
    let (key, _) = test.key("support", &["delivery.city"], 1);
    let opened = test
        .vault()
        .break_glass(&operator, &emergency(&key.id))
        .unwrap();
    let early = test
        .vault()
        .review_break_glass(&operator, &opened.id, "all well, case 7");
    assert!(early.is_err(), "it lasts still");
    test.clock.advance_hours(72);
    test.restart();
    let (vault, operator) = (test.vault(), test.operator());
    assert_eq!(
        vault.break_glasses(&operator).unwrap()[0].state,
        "review-overdue"
    );
    assert_eq!(vault.status().unwrap().stores[0].overdue_reviews, 1);
    let next = vault.break_glass(&operator, &emergency(&key.id));
    assert!(matches!(
        next,
        Err(Error::Refused(Refusal::NotApprovable(_)))
    ));
    // There are others: whoever opened it does not judge it.
    let [dpo, _] = ["dpo", "finance"].map(|who| test.approver(who));
    let own = vault.review_break_glass(&operator, &opened.id, "all well, case 7");
    assert!(matches!(
        own,
        Err(Error::Refused(Refusal::NotApprovable(_)))
    ));
    let reviewed = vault
        .review_break_glass(&dpo, &opened.id, "all well, case 7")
        .unwrap();
    assert_eq!(
        (reviewed.state, reviewed.reviewed_by),
        ("reviewed", Some(dpo.id.clone()))
    );
    assert!(
        vault
            .review_break_glass(&dpo, &opened.id, "again 8")
            .is_err()
    );
    assert_eq!(vault.status().unwrap().stores[0].overdue_reviews, 0);
    vault.break_glass(&operator, &emergency(&key.id)).unwrap();
}

#[test]
fn an_emergency_that_was_edited_in_the_database_stops_the_vault() {
    let mut test = shop(1);
    let (key, _) = test.key("support", &["delivery.city"], 1);
    test.vault()
        .break_glass(&test.operator(), &emergency(&key.id))
        .unwrap();
    test.close();
    let sql = "UPDATE break_glass SET body = replace(body, '\"people\":2', '\"people\":9'); \
         SELECT body FROM break_glass";
    assert!(test.ask(Kind::Keyring, sql).contains("\"people\":9"));
    assert!(test.open().is_err());
}
