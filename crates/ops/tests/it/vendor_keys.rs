//! Credentials at vendors: what each reaches, counted where Lethe can.

use crate::reveal::query;
use lethe_model::Category;
use lethe_ops::{Error, NewVendorKey, VendorKeyKind};
use lethe_testkit::{OrderSketch, TestVault};

fn described() -> NewVendorKey {
    NewVendorKey {
        vendor: "Klaviyo".to_owned(),
        kind: VendorKeyKind::Integration,
        label: "order mails".to_owned(),
        owner: Some("ada".to_owned()),
        scopes: vec!["profiles:read".to_owned()],
        categories: vec![Category::Contact],
        created_on: None,
        rotated_on: None,
        used_on: None,
        expires_on: None,
        can_export: false,
        has_networks: true,
        recipient: None,
        people: None,
        people_on: None,
    }
}

#[test]
fn people_are_counted_once_whichever_key_of_the_recipient_they_went_to() {
    let mut test = TestVault::start();
    test.import(&[
        OrderSketch::new(1001, "ana"),
        OrderSketch::new(1002, "ben"),
        OrderSketch::new(1003, "cleo"),
    ]);
    let read = |test: &TestVault, numbers: &[u32]| {
        let (key, _) = test.key("mailer", &["contact.email", "invoice.reference"], 10);
        for number in numbers {
            let token = test.order_token(&key, *number);
            let values = query(&["contact.email"]);
            test.vault().reveal(&key, &token, values).unwrap();
        }
        test.vault()
            .revoke_credential(&test.operator(), &key.id)
            .unwrap();
    };
    read(&test, &[1001, 1002]);
    read(&test, &[1002]);
    let mut new = described();
    new.recipient = Some("mailer".to_owned());
    let added = test.vault().add_vendor_key(&test.operator(), &new).unwrap();
    assert_eq!(
        (added.reach.people, added.reach.source),
        (Some(2), "counted")
    );
    test.restart();
    let blast = test.vault().vendor_blast(&test.operator()).unwrap();
    assert_eq!(blast[0].people, Some(2));
    assert!(blast[0].fields.contains(&"contact.email".to_owned()));
    assert!(!blast[0].fields.contains(&"delivery.street".to_owned()));
    // What the merchant knows of the vendor's own collection can only add.
    new.people = Some(40);
    let changed = test
        .vault()
        .replace_vendor_key(&test.operator(), &added.id, &new)
        .unwrap();
    assert_eq!(
        (changed.reach.people, changed.reach.source),
        (Some(40), "stated")
    );
}

#[test]
fn the_list_is_linted_with_the_worst_first() {
    let test = TestVault::start();
    let mut new = described();
    new.owner = None;
    test.vault().add_vendor_key(&test.operator(), &new).unwrap();
    test.clock.advance_hours(24 * 100);
    let found = test.vault().lint_vendor_keys(&test.operator()).unwrap();
    let rules: Vec<_> = found.iter().map(|one| one.rule).collect();
    assert_eq!(
        rules,
        [
            "no-owner",
            "unused",
            "reach-unknown",
            "not-rotated",
            "no-expiry"
        ]
    );
}

#[test]
fn a_secret_is_stored_nowhere() {
    let mut test = TestVault::start();
    let secret = ["pk", "_", "0f1e2d3c4b5a69788796a5b4c3d2e1f0ab"].concat();
    test.mark(&secret);
    let mut new = described();
    new.label.clone_from(&secret);
    let refused = test.vault().add_vendor_key(&test.operator(), &new);
    assert!(matches!(
        refused,
        Err(Error::Invalid { field: "label", .. })
    ));
    assert!(
        test.vault()
            .list_vendor_keys(&test.operator())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn only_whoever_may_make_keys_sees_and_changes_the_list() {
    let test = TestVault::start();
    let (key, _) = test.key("support", &["contact.email"], 10);
    let vault = test.vault();
    assert!(vault.list_vendor_keys(&key).is_err());
    assert!(vault.add_vendor_key(&key, &described()).is_err());
    assert!(vault.remove_vendor_key(&key, "vkey_none").is_err());
    let operator = test.operator();
    let missing = vault.remove_vendor_key(&operator, "vkey_none");
    assert!(matches!(missing, Err(Error::NotFound)));
    let missing = vault.replace_vendor_key(&operator, "vkey_none", &described());
    assert!(matches!(missing, Err(Error::NotFound)));
}
