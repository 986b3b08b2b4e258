//! What goes in comes out, and works.

use crate::fixture::{Place, deliver, files, names};
use lethe_backup::{Class, Unpacked, list, verify};
use lethe_ops::{Installation, Surroundings};
use lethe_testkit::PASSPHRASE;
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn a_backup_of_a_vault_in_use_becomes_a_vault_that_opens() {
    let place = Place::with_orders();
    place.publish();
    let (data, keyring) = (place.data(), place.keyring());
    let unpacked = place
        .unpack(&[&keyring.file, &data.file], "restored")
        .unwrap();
    assert_eq!(unpacked.data.as_ref(), Some(&data.header));
    assert_eq!(unpacked.keyring.as_ref(), Some(&keyring.header));
    assert!(unpacked.log_entries >= data.header.log.size && data.header.log.size > 0);
    let restored = place.path("restored");
    assert!(place.test.leaks(&restored).is_empty());
    let unpacked = files(&restored);
    assert!(!unpacked.contains_key(Path::new("root.key")));
    let live = fs::read(place.test.path().join("log/vkey")).unwrap();
    assert_eq!(unpacked[Path::new("log/vkey")], live);
    // The root key comes from elsewhere, the passphrase from a head.
    fs::copy(
        place.test.path().join("root.key"),
        restored.join("root.key"),
    )
    .unwrap();
    let around = Surroundings {
        clock: Arc::clone(&place.test.clock) as _,
        random: Arc::new(lethe_testkit::SeededRandom::new(99)),
    };
    let vault = Installation::find(&restored)
        .unwrap()
        .open(PASSPHRASE, around)
        .unwrap();
    assert_eq!(vault.status().unwrap().stores[0].orders, 40);
    vault.verify_log(|_| ()).unwrap();
}

#[test]
fn the_public_tree_is_made_again_byte_for_byte() {
    let mut place = Place::with_orders();
    for round in 0..60 {
        place.more_orders(10_000 + round * 10, 7);
    }
    place.publish();
    // Nothing is published between the backup and the comparison.
    place.test.close();
    let data = place.data();
    place.unpack(&[&data.file], "restored").unwrap();
    let tree = |folder: &Path| {
        let mut tree = std::collections::BTreeMap::new();
        let mut open = vec![folder.to_owned()];
        while let Some(path) = open.pop() {
            for entry in fs::read_dir(path).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let name = path.strip_prefix(folder).unwrap().to_owned();
                    tree.insert(name, fs::read(&path).unwrap());
                }
            }
        }
        tree
    };
    let live = tree(&place.test.path().join("log/tree"));
    assert!(live.len() >= 3);
    assert!(live == tree(&place.path("restored/log/tree")));
}

#[test]
fn backups_made_while_orders_come_in_are_each_of_one_moment() {
    let place = Place::with_orders();
    let is_over = AtomicBool::new(false);
    let mut orders = Vec::new();
    std::thread::scope(|scope| {
        let (test, is_over) = (&place.test, &is_over);
        scope.spawn(move || {
            for round in 0.. {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                deliver(test, 2_000 + round * 20, 20);
            }
        });
        for round in 0..5 {
            // Data first: then every record has its key.
            let (data, keyring) = (place.data(), place.keyring());
            assert_eq!(data.header.base.is_some(), round > 0);
            let into = format!("round {round}");
            let chain = chain(&place);
            let mut files: Vec<&Path> = chain.iter().map(AsRef::as_ref).collect();
            files.push(&keyring.file);
            place.unpack(&files, &into).unwrap();
            orders.push(check_one_moment(&place.path(&into)));
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert!(orders.is_sorted() && orders[0] < orders[4], "{orders:?}");
    let folder = place.to();
    let verified = verify(
        &folder,
        &place.keeper.identities,
        place.dir.path(),
        place.random(),
        &mut |_| (),
    );
    // Five keyrings, and the one data backup that no other continues.
    assert_eq!(verified.unwrap().len(), 6);
}

fn chain(place: &Place) -> Vec<std::path::PathBuf> {
    let backups = list(&place.to()).unwrap();
    let data = backups
        .into_iter()
        .filter(|one| one.name.class == Class::Data);
    data.map(|one| one.file).collect()
}

/// Checks that each order has all its records, and each record its key; returns how many orders.
fn check_one_moment(folder: &Path) -> i64 {
    let active = Connection::open(folder.join("active/active.db")).unwrap();
    let keyring = folder.join("keyring/keyring.db");
    let attach = "ATTACH DATABASE $1 AS keyring";
    active.execute(attach, [keyring.to_str().unwrap()]).unwrap();
    let count = |sql: &str| {
        active
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    // Each of these orders has a record for delivery, one for the invoice and one for contact.
    let incomplete = "SELECT count(*) FROM (SELECT order_id FROM records WHERE order_id IN \
                      (SELECT order_id FROM orders) GROUP BY order_id HAVING count(*) <> \
                      (SELECT count(*) FROM records GROUP BY order_id ORDER BY order_id DESC LIMIT 1))";
    assert_eq!(count(incomplete), 0);
    let without_key = "SELECT count(*) FROM records WHERE NOT EXISTS (SELECT 1 FROM \
                       keyring.data_keys AS k WHERE k.subject_id = records.subject_id AND \
                       k.order_id = records.order_id AND k.category = records.category)";
    assert_eq!(count(without_key), 0);
    count("SELECT count(*) FROM orders")
}

#[test]
fn the_archive_and_the_ledger_come_along_and_the_ledgers_of_both_classes_stay_apart() {
    let place = Place::with_orders();
    let operator = place.test.operator();
    let ledger = place.test.path().join("ledger/ledger.jsonl");
    let erase = |number| {
        let token = place.test.order_token(&operator, number);
        place.test.vault().erase(&operator, &token).unwrap();
        fs::read_to_string(&ledger).unwrap()
    };
    let first = erase(1_000);
    let data = place.data();
    let second = erase(1_010);
    let keyring = place.keyring();
    let unpacked: Unpacked = place
        .unpack(&[&data.file, &keyring.file], "restored")
        .unwrap();
    let names: Vec<_> = unpacked.data.unwrap().databases;
    assert!(names.iter().any(|one| one.name == "archive/archive.db"));
    let restored = files(&place.path("restored"));
    let text = |name: &str| String::from_utf8(restored[Path::new(name)].clone()).unwrap();
    assert_eq!(text("ledger/from-data.jsonl"), first);
    assert_eq!(text("ledger/from-keyring.jsonl"), second);
    assert!(restored.contains_key(Path::new("archive/archive.db")));
}

#[test]
fn nothing_is_left_beside_the_backups_and_no_lock_is_taken() {
    let place = Place::with_orders();
    // The vault is open, so the folder is locked by it.
    let (data, keyring) = (place.data(), place.keyring());
    let mut made = vec![data.file, keyring.file];
    made.sort();
    let there: Vec<_> = names(&place.to())
        .iter()
        .map(|name| place.to().join(name))
        .collect();
    assert_eq!(there, made);
    let state = format!("{}.blocks", data.header.id);
    let beside = names(&place.test.path().join("backups"));
    let mut expected = vec![state, "catalog.jsonl".into(), "catalog.lock".into()];
    expected.sort();
    assert_eq!(beside, expected);
}

#[test]
fn unpacking_needs_an_empty_folder_and_replaces_what_a_crash_left() {
    let place = Place::with_orders();
    let data = place.data();
    fs::create_dir_all(place.path("full/of")).unwrap();
    let error = place.unpack(&[&data.file], "full").unwrap_err();
    assert!(error.to_string().contains("is not empty"), "{error}");
    fs::create_dir(place.path("empty")).unwrap();
    fs::create_dir_all(place.path("empty.partial/active")).unwrap();
    fs::write(place.path("empty.partial/active/active.db"), "half").unwrap();
    place.unpack(&[&data.file], "empty").unwrap();
    assert!(!place.path("empty.partial").exists());
    assert!(files(&place.path("empty")).contains_key(Path::new("active/active.db")));
}
