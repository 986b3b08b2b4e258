//! Restore: a backup from before brings nobody back, opens no old door, and loses nothing unsaid.

use crate::reveal::query;
use jiff::civil::date;
use lethe_backup::{BackupSpec, Class, Identities, NewIdentity, Recipients, back_up, unpack};
use lethe_model::Purpose;
use lethe_ops::{
    Error, FindQuery, HoldGround, Installation, NewHold, RestoreInput, RestoreReport, Vault,
    lock_restored,
};
use lethe_store::Folder;
use lethe_testkit::{OrderSketch, PASSPHRASE, TestVault};
use std::fs;
use std::path::PathBuf;

/// Backups of both classes as of now.
pub(crate) struct Saved {
    files: Vec<PathBuf>,
    identity: PathBuf,
}

pub(crate) fn save(test: &TestVault, name: &str) -> Saved {
    let to = test.beside(name);
    fs::create_dir_all(&to).unwrap();
    let random = test.around().random;
    let identity = NewIdentity::generate();
    let path = to.join("identity");
    identity.write(&path).unwrap();
    let mut recipients = Recipients::default();
    recipients.add(&identity.recipient()).unwrap();
    let folder = Folder::new(test.path());
    let files = [Class::Data, Class::Keyring].map(|class| {
        let spec = BackupSpec {
            folder: &folder,
            class,
            to: &to,
            recipients: &recipients,
            destroy_after_ms: test.clock.in_days(35),
            is_full: true,
        };
        back_up(&spec, &*test.clock, &*random, &mut |_| ())
            .unwrap()
            .file
    });
    Saved {
        files: files.into_iter().collect(),
        identity: path,
    }
}

/// Loses the folder and restores it from backups; the ledger was copied away before.
pub(crate) fn restore(
    test: &mut TestVault,
    saved: &Saved,
    input: &RestoreInput,
) -> Result<(Vault, RestoreReport), Error> {
    let target = test.beside("restored");
    drop(fs::remove_dir_all(&target));
    let files: Vec<&std::path::Path> = saved.files.iter().map(PathBuf::as_path).collect();
    let identities = Identities::from_file(&saved.identity).unwrap();
    unpack(&files, &identities, &target, &mut |_| ()).unwrap();
    fs::copy(test.path().join("root.key"), target.join("root.key")).unwrap();
    lock_restored(&target).unwrap();
    let locked = Installation::find(&target)
        .unwrap()
        .open(PASSPHRASE, test.around());
    assert!(
        matches!(locked, Err(Error::Restoring)),
        "locked until it has caught up"
    );
    let installation = Installation::find(&target).unwrap();
    installation.finish_restore(PASSPHRASE, test.around(), input, |_| ())
}

pub(crate) fn ledger_copy(test: &TestVault) -> PathBuf {
    let copy = test.beside("ledger-copy.jsonl");
    fs::copy(Folder::new(test.path()).ledger(), &copy).unwrap();
    copy
}

fn finds(vault: &Vault, email: &str) -> usize {
    let operator = vault.operator(lethe_model::StoreId(1)).unwrap();
    let query = FindQuery::email(email, Purpose::Support).unwrap();
    vault.find(&operator, query).unwrap().subjects.len()
}

#[test]
fn an_erasure_a_revocation_and_a_hold_since_the_backup_are_done_again() {
    let mut test = TestVault::with_archive();
    if test.is_on_server("backups are of files") {
        return;
    }
    test.import(&[
        OrderSketch::new(1001, "ana"),
        OrderSketch::new(1002, "bob"),
        OrderSketch::new(1003, "cleo"),
    ]);
    let (_, secret) = test.key("warehouse", &["delivery.city"], 10);
    let saved = save(&test, "backups");
    let operator = test.operator();
    let ana = test.order_token(&operator, 1001);
    let cleo = test.order_token(&operator, 1003);
    test.vault().erase(&operator, &ana).unwrap();
    let keys = test.vault().list_credentials(&operator).unwrap();
    let key = keys
        .iter()
        .find(|key| key.recipient == "warehouse")
        .unwrap();
    test.vault().revoke_credential(&operator, &key.id).unwrap();
    let hold = NewHold {
        tokens: vec![cleo],
        archived: Vec::new(),
        categories: Vec::new(),
        matter: "2026/114".to_owned(),
        ground: HoldGround::LegalClaims,
        review_on: date(2026, 6, 1),
    };
    test.vault().place_hold(&operator, &hold).unwrap();
    let input = RestoreInput {
        ledgers: vec![ledger_copy(&test)],
        ..RestoreInput::default()
    };
    test.close();
    let (vault, report) = restore(&mut test, &saved, &input).unwrap();
    assert_eq!(
        (report.people_forgotten, report.keys_revoked, report.holds),
        (1, 1, 1)
    );
    assert!(
        vault.authenticate(&secret, None).is_err(),
        "the key stays revoked"
    );
    let operator = vault.operator(lethe_model::StoreId(1)).unwrap();
    assert_eq!(vault.list_holds(&operator).unwrap()[0].records, 3);
    assert_eq!(
        vault.status().unwrap().stores[0].orders,
        2,
        "hers is not among them"
    );
    // The day's quotas count as spent: what was read since the backup is not known.
    let by_name = FindQuery::order("#1002", Purpose::Support).unwrap();
    assert!(vault.find(&operator, by_name).is_err());
    test.clock.advance_hours(25);
    assert_eq!(finds(&vault, "marked-ana@example.com"), 0);
    assert_eq!(finds(&vault, "marked-bob@example.com"), 1);
    drop(vault);
}

#[test]
fn without_the_newer_ledger_the_erased_would_be_back_so_the_backup_alone_does_not_prove_it() {
    let mut test = TestVault::with_archive();
    if test.is_on_server("backups are of files") {
        return;
    }
    test.import(&[OrderSketch::new(1001, "ana")]);
    let saved = save(&test, "backups");
    let operator = test.operator();
    let ana = test.order_token(&operator, 1001);
    test.vault().erase(&operator, &ana).unwrap();
    test.close();
    let (vault, report) = restore(&mut test, &saved, &RestoreInput::default()).unwrap();
    assert_eq!(report.people_forgotten, 0);
    test.clock.advance_hours(25);
    assert_eq!(
        finds(&vault, "marked-ana@example.com"),
        1,
        "why the ledger is kept elsewhere"
    );
}

#[test]
fn a_log_shorter_than_a_witnessed_checkpoint_keeps_the_vault_locked_until_the_gap_is_accepted() {
    let mut test = TestVault::with_archive();
    if test.is_on_server("backups are of files") {
        return;
    }
    test.import(&[OrderSketch::new(1001, "ana")]);
    let saved = save(&test, "backups");
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    test.vault()
        .reveal(&operator, &token, query(&["contact.email"]))
        .unwrap();
    test.close();
    let seen = fs::read_to_string(test.path().join("log/tree/checkpoint")).unwrap();
    let mut input = RestoreInput {
        checkpoint: Some(seen),
        ..RestoreInput::default()
    };
    let refused = restore(&mut test, &saved, &input);
    assert!(matches!(
        refused,
        Err(Error::Invalid {
            field: "checkpoint",
            ..
        })
    ));
    input.accept_gap = Some("disk lost on 2026-01-15".to_owned());
    let (vault, report) = restore(&mut test, &saved, &input).unwrap();
    assert!(
        report.log_gap >= 2,
        "the look-up and the reveal are lost, and it says so"
    );
    let operator = vault.operator(lethe_model::StoreId(1)).unwrap();
    let entries = vault.log_entries(&operator, None, None, 50).unwrap();
    let told = entries
        .iter()
        .find_map(|entry| entry.act.detail.as_ref()?.get("accepted_gap"));
    assert_eq!(told.unwrap(), "disk lost on 2026-01-15");
    let before = fs::read_to_string(test.path().join("log/vkey")).unwrap();
    assert!(!before.starts_with(&report.log_origin), "a log of its own");
}

#[test]
fn orders_newer_than_the_data_backup_can_come_in_again() {
    let mut test = TestVault::with_archive();
    if test.is_on_server("backups are of files") {
        return;
    }
    test.import(&[OrderSketch::new(1001, "ana")]);
    let old = save(&test, "older");
    test.import(&[OrderSketch::new(1001, "ana"), OrderSketch::new(1002, "bob")]);
    // Closed in good order, the keyring forgets how the order came in, and knows it only as stored.
    test.restart();
    let new = save(&test, "newer");
    test.close();
    // The data of the older backup with the keyring of the newer.
    let target = test.beside("restored");
    let [data, keyring] = [(&old, 0), (&new, 1)].map(|(saved, at)| {
        let into = test.beside(&format!("part-{at}"));
        let identities = Identities::from_file(&saved.identity).unwrap();
        unpack(&[&saved.files[at]], &identities, &into, &mut |_| ()).unwrap();
        into
    });
    fs::rename(&data, &target).unwrap();
    fs::rename(keyring.join("keyring"), target.join("keyring")).unwrap();
    for file in fs::read_dir(keyring.join("ledger")).unwrap() {
        let file = file.unwrap();
        fs::create_dir_all(target.join("ledger")).unwrap();
        fs::copy(file.path(), target.join("ledger").join(file.file_name())).unwrap();
    }
    fs::copy(test.path().join("root.key"), target.join("root.key")).unwrap();
    lock_restored(&target).unwrap();
    let installation = Installation::find(&target).unwrap();
    let input = RestoreInput::default();
    let (vault, report) = installation
        .finish_restore(PASSPHRASE, test.around(), &input, |_| ())
        .unwrap();
    assert_eq!(report.orders_lost, 1, "#1002 is known and gone");
    test.adopt(vault);
    let again = test.import(&[OrderSketch::new(1001, "ana"), OrderSketch::new(1002, "bob")]);
    assert_eq!((again.imported, again.unchanged), (1, 1));
    test.close();
}

#[test]
fn a_forged_copy_of_the_ledger_is_refused() {
    let mut test = TestVault::with_archive();
    if test.is_on_server("backups are of files") {
        return;
    }
    test.import(&[OrderSketch::new(1001, "ana")]);
    let saved = save(&test, "backups");
    let operator = test.operator();
    let ana = test.order_token(&operator, 1001);
    test.vault().erase(&operator, &ana).unwrap();
    let copy = ledger_copy(&test);
    let text = fs::read_to_string(&copy).unwrap();
    fs::write(&copy, text.replacen("destroyed", "destroyee", 1)).unwrap();
    test.close();
    let input = RestoreInput {
        ledgers: vec![copy],
        ..RestoreInput::default()
    };
    assert!(restore(&mut test, &saved, &input).is_err());
}
