//! Erasures that a legal hold keeps back: tried again once it is released.

use jiff::civil::date;
use lethe_model::{Category, Power};
use lethe_ops::{ErasureView, Error, HoldGround, NewHold, NewHolder};
use lethe_testkit::{OrderSketch, TestVault};

/// Erases a person of whom a hold keeps the address; returns the ids of the erasure and of the hold.
fn held(test: &mut TestVault) -> (String, String) {
    test.import(&[OrderSketch::new(1001, "ana")]);
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    let hold = NewHold {
        tokens: vec![token.clone()],
        archived: Vec::new(),
        categories: vec![Category::Delivery],
        matter: "2026/114".to_owned(),
        ground: HoldGround::LegalClaims,
        review_on: date(2026, 6, 1),
    };
    let hold = test.vault().place_hold(&operator, &hold).unwrap();
    let erased = test.vault().erase(&operator, &token).unwrap();
    assert_eq!(erased.report.state, "held");
    (erased.report.id, hold.id)
}

fn shown(test: &TestVault, id: &str) -> ErasureView {
    test.vault().erasure(&test.operator(), id).unwrap()
}

#[test]
fn after_a_holds_release_the_operator_confirms_what_it_kept() {
    let mut test = TestVault::with_archive();
    let (id, hold) = held(&mut test);
    let operator = test.operator();
    let early = test.vault().confirm_erasure(&operator, &id);
    assert!(
        matches!(
            early,
            Err(Error::Invalid {
                field: "erasure",
                ..
            })
        ),
        "the hold is still there"
    );
    assert_eq!(shown(&test, &id).state, "held");
    test.vault().release_hold(&operator, &hold).unwrap();
    let erased = test.vault().confirm_erasure(&operator, &id).unwrap();
    assert_eq!(erased.report.records, 1, "the address");
    assert_eq!(shown(&test, &id).state, "complete");
    assert_eq!(test.vault().status().unwrap().stores[0].orders, 0);
    let again = test.vault().confirm_erasure(&operator, &id);
    assert!(matches!(again, Err(Error::NotFound)));
}

#[test]
fn holders_that_confirmed_while_it_was_held_are_not_asked_twice() {
    for has_confirmed in [true, false] {
        let mut test = TestVault::with_archive();
        let operator = test.operator();
        let holder = NewHolder {
            name: "newsletter".to_owned(),
            role: "processor".to_owned(),
            receives: vec![Category::Contact],
            retention_days: None,
        };
        test.vault().add_holder(&operator, &holder).unwrap();
        let (id, hold) = held(&mut test);
        let vault = test.vault();
        let confirm = || vault.confirm_holder(&operator, &id, "newsletter", "ticket 1");
        if has_confirmed {
            confirm().unwrap();
        }
        vault.release_hold(&operator, &hold).unwrap();
        vault.confirm_erasure(&operator, &id).unwrap();
        if !has_confirmed {
            assert_eq!(shown(&test, &id).state, "partial");
            confirm().unwrap();
        }
        let done = shown(&test, &id);
        assert_eq!((done.state.as_str(), done.holders.len()), ("complete", 1));
    }
}

#[test]
fn an_erasure_is_shown_to_whoever_may_erase_and_to_nobody_else() {
    let mut test = TestVault::with_archive();
    let (id, _) = held(&mut test);
    assert!(shown(&test, &id).erased_at.is_some());
    let (reader, _) = test.key("support", &["delivery.city"], 10);
    assert!(!reader.may(Power::Erase));
    assert!(test.vault().erasure(&reader, &id).is_err());
    let none = test.vault().erasure(&test.operator(), "era_none");
    assert!(matches!(none, Err(Error::NotFound)));
}
