//! Canaries: nobody can tell them, and whoever reads one is stopped.

use crate::reveal::query;
use lethe_model::Purpose;
use lethe_ops::{AlertKind, CanaryChoice, Error, FindQuery, Reaction, Refusal};
use lethe_testkit::{OrderSketch, TestVault, orders_csv};

fn plant(test: &TestVault, recipient: &str, numbers: std::ops::Range<u32>) {
    let orders: Vec<OrderSketch> = numbers
        .map(|n| OrderSketch::new(n, &format!("canary{n}")).shipped("2026-01-05"))
        .collect();
    let csv = orders_csv(&orders);
    let mut source = lethe_formats::read_shopify_orders(csv.as_bytes()).unwrap();
    let operator = test.operator();
    let planted = test
        .vault()
        .plant_canaries(&operator, recipient, &mut source)
        .unwrap();
    assert_eq!(planted, orders.len() as u64);
}

/// Lists every order token that a credential is shown.
fn listed(test: &TestVault, key: &lethe_ops::Credential) -> Vec<String> {
    let page = test.vault().list_orders(key, None, 200).unwrap();
    page.items.into_iter().map(|order| order.token).collect()
}

/// Lists the credentials about which there is an alert of a canary.
fn alerts(test: &TestVault) -> Vec<String> {
    let all = test.vault().alerts(&test.operator(), 100).unwrap();
    let all = all.into_iter();
    all.filter(|one| one.kind == AlertKind::CanaryRead.name())
        .filter_map(|one| one.credential)
        .collect()
}

#[test]
fn whoever_reads_a_list_meets_its_own_canary_and_is_suspended_at_once() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana"), OrderSketch::new(1002, "ben")]);
    let (thief, _) = test.key("marketing", &["contact.email", "invoice.reference"], 100);
    let (honest, _) = test.key("support", &["contact.email", "invoice.reference"], 100);
    plant(&test, "marketing", 7001..7003);
    let token = test.order_token(&honest, 1001);
    test.vault()
        .reveal(&honest, &token, query(&["contact.email"]))
        .unwrap();
    assert!(alerts(&test).is_empty());
    assert_eq!(
        listed(&test, &honest).len(),
        2,
        "others' canaries are not shown"
    );

    let tokens = listed(&test, &thief);
    assert_eq!(tokens.len(), 4);
    let mut refusals = 0;
    for token in &tokens {
        let read = test
            .vault()
            .reveal(&thief, token, query(&["contact.email"]));
        let is_stopped = matches!(read, Err(Error::Refused(Refusal::Quarantined(_))));
        refusals += u32::from(is_stopped);
    }
    assert!(refusals >= 1, "it got {} of 4", 4 - refusals);
    assert_eq!(alerts(&test), std::slice::from_ref(&thief.id));
    let counts = test.vault().canary_counts(&test.operator()).unwrap();
    assert_eq!(
        (counts[0].recipient.as_str(), counts[0].orders),
        ("marketing", 2)
    );
}

#[test]
fn a_look_up_that_hits_a_canary_raises_an_alarm_too() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana")]);
    let (key, _) = test.key("marketing", &["contact.email", "invoice.reference"], 100);
    plant(&test, "marketing", 7001..7002);
    let guess = FindQuery::order("#7001", Purpose::Support).unwrap();
    test.vault().find(&key, guess).unwrap();
    assert_eq!(alerts(&test).len(), 1);
    let again = FindQuery::order("#1001", Purpose::Support).unwrap();
    let refused = test.vault().find(&key, again);
    assert!(matches!(
        refused,
        Err(Error::Refused(Refusal::Quarantined(_)))
    ));
}

#[test]
fn where_the_settings_say_so_a_canary_throttles_and_known_people_stay_readable() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana"), OrderSketch::new(1002, "ben")]);
    let (key, _) = test.key("marketing", &["contact.email", "invoice.reference"], 100);
    plant(&test, "marketing", 7001..7002);
    let operator = test.operator();
    let mut settings = test.vault().access_settings(&operator).unwrap();
    settings.canaries = Reaction::Throttle;
    test.vault()
        .set_access_settings(&operator, settings)
        .unwrap();
    let (known, new) = (test.order_token(&key, 1001), "#1002");
    let hit = FindQuery::order("#7001", Purpose::Support).unwrap();
    test.vault().find(&key, hit).unwrap();
    let key = test.vault().current(&key.id).unwrap();
    test.vault()
        .reveal(&key, &known, query(&["contact.email"]))
        .unwrap();
    let refused = test
        .vault()
        .find(&key, FindQuery::order(new, Purpose::Support).unwrap());
    assert!(matches!(
        refused,
        Err(Error::Refused(Refusal::Throttled { .. }))
    ));
    test.clock.advance_hours(25);
    test.vault()
        .find(&key, FindQuery::order(new, Purpose::Support).unwrap())
        .unwrap();
}

#[test]
fn canaries_stay_canaries_after_a_restart_and_no_row_says_so() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana")]);
    let (key, secret) = test.key("marketing", &["contact.email", "invoice.reference"], 100);
    plant(&test, "marketing", 7001..7002);
    test.restart();
    let key = {
        drop(key);
        test.vault().authenticate(&secret, None).unwrap()
    };
    let hit = FindQuery::order("#7001", Purpose::Support).unwrap();
    test.vault().find(&key, hit).unwrap();
    assert_eq!(alerts(&test).len(), 1);
}

#[test]
fn a_canary_is_erased_like_a_person_once_two_others_have_approved_exactly_that() {
    let mut test = TestVault::with_archive();
    test.import(&[OrderSketch::new(1001, "ana")]);
    let (key, _) = test.key("marketing", &["contact.email", "invoice.reference"], 100);
    plant(&test, "marketing", 7001..7004);
    let [dpo, finance] = ["dpo", "finance"].map(|who| test.approver(who));
    let (operator, vault) = (test.operator(), test.vault());
    let ids = vault.canary_counts(&operator).unwrap().remove(0).ids;
    assert_eq!(ids.len(), 3);
    let one = CanaryChoice::Ids(vec![ids[0].clone()]);
    let remove = |which: &CanaryChoice| vault.remove_canaries(&operator, which, "case 7");
    let Err(Error::ApprovalNeeded { proposal }) = remove(&one) else {
        panic!("it needs two others");
    };
    for approver in [&dpo, &finance] {
        let shown = vault.proposals(approver).unwrap().remove(0);
        assert_eq!(shown.details.unwrap()["canaries"][0], ids[0]);
        vault.approve(approver, &proposal, &shown.sha256).unwrap();
    }
    let all = CanaryChoice::Recipient("marketing".to_owned());
    assert!(matches!(remove(&all), Err(Error::ApprovalNeeded { .. })));
    assert_eq!(listed(&test, &key).len(), 4);
    let removed = remove(&one).unwrap();
    assert_eq!((&removed.removed[..], removed.warning), (&ids[..1], None));
    assert_eq!(listed(&test, &key).len(), 3);
    assert!(matches!(remove(&one), Err(Error::NotFound)));
    // What is left of it is an erasure like another: the ledger has it, and nothing says `canary`.
    let erasures = serde_json::to_string(&vault.list_erasures(&operator, true).unwrap()).unwrap();
    assert!(
        erasures.contains("era_") && !erasures.contains("canar"),
        "{erasures}"
    );
}

#[test]
fn canaries_that_are_not_there_and_callers_who_may_not_erase_are_refused() {
    let mut test = TestVault::with_archive();
    test.import(&[OrderSketch::new(1001, "ana")]);
    let (key, _) = test.key("marketing", &["contact.email"], 100);
    plant(&test, "marketing", 7001..7002);
    let operator = test.operator();
    let remove = |by, which: &CanaryChoice| test.vault().remove_canaries(by, which, "case 7");
    let unknown = CanaryChoice::Ids(vec!["can_0011223344556677".to_owned()]);
    assert!(matches!(remove(&operator, &unknown), Err(Error::NotFound)));
    let of_nobody = CanaryChoice::Recipient("support".to_owned());
    assert!(matches!(
        remove(&operator, &of_nobody),
        Err(Error::NotFound)
    ));
    let all = CanaryChoice::Recipient("marketing".to_owned());
    assert!(matches!(
        remove(&key, &all),
        Err(Error::Refused(Refusal::Power("keys")))
    ));
    // Nobody else could approve: one person is enough, and is told so.
    assert!(remove(&operator, &all).unwrap().warning.is_some());
    assert!(test.vault().canary_counts(&operator).unwrap().is_empty());
}

#[test]
fn a_removal_that_cannot_be_done_uses_no_approval_up() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana")]);
    let _key = test.key("marketing", &["contact.email"], 100);
    plant(&test, "marketing", 7001..7002);
    let operator = test.operator();
    let dpo = test.approver("dpo");
    test.approver("finance");
    let all = CanaryChoice::Recipient("marketing".to_owned());
    // There is no key yet for the archive, where the law wants the invoice.
    let refused = test.vault().remove_canaries(&operator, &all, "case 7");
    assert!(matches!(refused, Err(Error::CannotArchive { .. })));
    assert!(test.vault().proposals(&dpo).unwrap().is_empty());
}
