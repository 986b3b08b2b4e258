//! What somebody with write access to the databases can do: nothing unnoticed.

use crate::reveal::query;
use lethe_keeper::KeeperError;
use lethe_ops::{Error, Refusal};
use lethe_store::Kind;
use lethe_testkit::{OrderSketch, TestVault};

fn filled() -> TestVault {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana"), OrderSketch::new(1002, "bob")]);
    test
}

#[test]
fn an_envelope_moved_to_another_persons_row_does_not_open() {
    let test = filled();
    let operator = test.operator();
    let tokens = [1001, 1002].map(|number| test.order_token(&operator, number));
    test.alter(
        Kind::Active,
        "CREATE TEMP TABLE swap AS SELECT subject_id, envelope FROM records WHERE category = 1;
             UPDATE records SET envelope = (SELECT envelope FROM swap
               WHERE swap.subject_id <> records.subject_id) WHERE category = 1;",
    );
    for token in tokens {
        let opened = test
            .vault()
            .reveal(&operator, &token, query(&["contact.email"]));
        assert!(matches!(opened, Err(Error::Altered)));
        assert!(
            test.vault()
                .reveal(&operator, &token, query(&["delivery.city"]))
                .is_ok()
        );
    }
}

#[test]
fn a_wrapped_key_moved_to_another_persons_row_does_not_open() {
    let test = filled();
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    test.alter(
        Kind::Keyring,
        "CREATE TEMP TABLE swap AS SELECT subject_id, wrapped FROM data_keys WHERE category = 1;
             UPDATE data_keys SET wrapped = (SELECT wrapped FROM swap
               WHERE swap.subject_id <> data_keys.subject_id) WHERE category = 1;",
    );
    let opened = test
        .vault()
        .reveal(&operator, &token, query(&["contact.email"]));
    assert!(matches!(
        opened,
        Err(Error::Refused(Refusal::KeyringUnavailable(_)))
    ));
}

#[test]
fn a_widened_grant_is_noticed_when_the_vault_opens() {
    let mut test = filled();
    test.key("support", &["contact.email"], 5);
    test.close();
    test.alter(
        Kind::Keyring,
        "UPDATE credentials SET grant_json = replace(grant_json, '\"people_per_day\":5', \
         '\"people_per_day\":5000') WHERE recipient = 'support'",
    );
    let grant = "SELECT grant_json FROM credentials WHERE recipient = 'support'";
    assert!(test.ask(Kind::Keyring, grant).contains("5000"));
    let refused = test.open().unwrap_err();
    assert!(
        matches!(refused, Error::Keeper(KeeperError::ForgedCredential { .. })),
        "{refused}"
    );
}

#[test]
fn a_revocation_that_is_undone_in_the_database_is_noticed() {
    let mut test = filled();
    let (key, _) = test.key("support", &["contact.email"], 5);
    test.vault()
        .revoke_credential(&test.operator(), &key.id)
        .unwrap();
    test.close();
    test.alter(Kind::Keyring, "UPDATE credentials SET revoked_at = NULL");
    assert!(matches!(
        test.open(),
        Err(Error::Keeper(KeeperError::ForgedCredential { .. }))
    ));
}

#[test]
fn exchanged_subject_numbers_are_noticed_before_anything_is_revealed() {
    let test = filled();
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    test.alter(
        Kind::Keyring,
        "UPDATE subject_keys SET subject_number = subject_number + 1000000;
             UPDATE subject_keys SET subject_number = 1000003 - subject_number;",
    );
    let opened = test
        .vault()
        .reveal(&operator, &token, query(&["contact.email"]));
    assert!(matches!(
        opened,
        Err(Error::Refused(Refusal::KeyringUnavailable(_)))
    ));
}

#[test]
fn a_wrong_passphrase_and_a_damaged_root_key_file_are_told_apart() {
    let mut test = filled();
    test.close();
    let find = || lethe_ops::Installation::find(&test.path());
    let around = lethe_ops::Surroundings {
        clock: std::sync::Arc::clone(&test.clock) as _,
        random: std::sync::Arc::new(lethe_testkit::SeededRandom::new(7)),
    };
    let wrong = find()
        .unwrap()
        .open("another passphrase", around)
        .err()
        .unwrap();
    assert_eq!(wrong.code(), "wrong-passphrase");
    let path = test.path().join("root.key");
    let good = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, good.replace("passes = 1", "passes = 2")).unwrap();
    assert_eq!(find().err().unwrap().code(), "root-key-file");
    std::fs::write(&path, good).unwrap();
    test.open().unwrap();
}

#[test]
fn a_second_process_on_the_folder_is_told_who_holds_it() {
    let test = filled();
    let second = lethe_ops::Installation::find(&test.path()).err().unwrap();
    assert_eq!(second.code(), "folder-locked");
    assert!(second.to_string().contains(&std::process::id().to_string()));
}
