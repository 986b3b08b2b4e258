//! Damaged, altered and swapped bytes: noticed, named, and nothing else is lost.

use crate::shop::{ORDERS, Shop, assert_run, copy};
use rusqlite::Connection;
use std::fs;
use std::path::Path;

#[test]
fn a_damaged_root_key_file_is_told_apart_from_a_wrong_passphrase() {
    let shop = Shop::filled();
    let path = shop.data().join("root.key");
    let whole = fs::read_to_string(&path).unwrap();
    let altered = whole.replacen("sealed = \"", "sealed = \"AAAA", 1);
    assert_ne!(altered, whole);
    fs::write(&path, altered).unwrap();
    assert_run!(shop.run("status"), @r"
    [stderr]
    lethe: the root key file is damaged: restore it from its copy (nothing else can open the data) [root-key-file]
    [exit 1]
    ");
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(shop.run("status").code, 1);
    fs::write(&path, whole).unwrap();
    assert_eq!(shop.counts().1, ORDERS);
}

#[test]
fn an_altered_record_does_not_open_and_the_others_do() {
    let shop = Shop::filled();
    let people = shop.people();
    let (_, order) = shop.tokens(&people[0]);
    let reveal = format!("reveal {order} --fields delivery.name --purpose support");
    shop.ok(&reveal);
    // Version, nonce, number and length of the first field: then comes the name.
    alter_records(&shop.data(), |envelope| envelope[20] ^= 1);
    assert_run!(shop.run(&reveal), @r"
    [stderr]
    lethe: a sealed record does not open: it was altered or moved in the database; restore it from a backup, and treat it as an incident [record-altered]
    [exit 6]
    ");
    alter_records(&shop.data(), |envelope| envelope[20] ^= 1);
    shop.ok(&reveal);
    alter_records(&shop.data(), |envelope| {
        envelope.truncate(envelope.len() - 1);
    });
    assert_eq!(shop.run(&reveal).code, 6);
    shop.ok("log verify");
}

#[test]
fn swapped_records_do_not_open() {
    let shop = Shop::filled();
    let people = shop.people();
    let (_, order) = shop.tokens(&people[0]);
    let active = Connection::open(shop.data().join("active/active.db")).unwrap();
    let rows = delivery_records(&active);
    for (at, (key, _)) in rows.iter().enumerate() {
        write_record(&active, key, &rows[(at + 1) % rows.len()].1);
    }
    drop(active);
    assert_run!(
        shop.run(&format!("reveal {order} --fields delivery.name --purpose support")),
        @r"
    [stderr]
    lethe: a sealed record does not open: it was altered or moved in the database; restore it from a backup, and treat it as an incident [record-altered]
    [exit 6]
    "
    );
    shop.ok(&format!(
        "reveal {order} --fields invoice.name --purpose support"
    ));
}

#[test]
fn a_credential_that_was_widened_in_the_database_is_noticed() {
    let shop = Shop::filled();
    shop.make_key(
        "--recipient tool --fields contact.email --purposes marketing --people-per-day 9 --expires P9D",
    );
    let keyring = Connection::open(shop.data().join("keyring/keyring.db")).unwrap();
    let widened = keyring
        .execute(
            "UPDATE credentials SET grant_json = replace(grant_json, ':9,', ':9000000,')",
            [],
        )
        .unwrap();
    assert!(widened > 0);
    drop(keyring);
    assert_run!(shop.run("key list"), @r"
    [stderr]
    lethe: credential key_… was changed in the database: its row does not authenticate; restore the keyring from a backup, and treat it as an incident [keyring]
    [exit 6]
    ");
}

#[test]
fn a_truncated_database_is_named() {
    let shop = Shop::filled();
    let saved = shop.path("saved");
    copy(&shop.data(), &saved);
    let database = shop.data().join("active/active.db");
    let bytes = fs::read(&database).unwrap();
    drop(fs::remove_file(shop.data().join("active/active.db-wal")));
    fs::write(&database, &bytes[..bytes.len() / 3]).unwrap();
    let run = shop.run("orders");
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("[database]"), "{}", run.stderr);
    fs::write(
        &database,
        b"this is not a database, but it is longer than a header of one is",
    )
    .unwrap();
    assert_run!(shop.run("status"), @r"
    [stderr]
    lethe: the SQLite database is damaged (not a database file): restore it from a backup [database]
    [exit 1]
    ");
    fs::remove_dir_all(shop.data()).unwrap();
    copy(&saved, &shop.data());
    assert_eq!(shop.counts().1, ORDERS);
}

#[test]
fn a_changed_log_does_not_verify() {
    let shop = Shop::filled();
    let key = shop.json("status")["log_key"].as_str().unwrap().to_owned();
    let tree = shop.data().join("log/tree");
    let bundle = first_file(&tree.join("tile/entries"));
    let whole = fs::read(&bundle).unwrap();
    let mut altered = whole.clone();
    let at = altered.len() / 2 + 20;
    altered[at] ^= 1;
    fs::write(&bundle, altered).unwrap();
    let offline = format!("log verify --tree lethe-data/log/tree --key {key}");
    assert_run!(shop.run(&offline), @r"
    [stderr]
    lethe: the access log does not verify: entry 2 in tile/entries/000.p/4 does not have the hash in tile/0/000.p/4; treat it as an incident [log]
    [exit 6]
    ");
    fs::write(&bundle, whole).unwrap();
    shop.ok(&offline);
    let checkpoint = fs::read_to_string(tree.join("checkpoint")).unwrap();
    fs::write(
        tree.join("checkpoint"),
        checkpoint.replacen("\n4\n", "\n3\n", 1),
    )
    .unwrap();
    assert_run!(shop.run(&offline), @r"
    [stderr]
    lethe: the log's checkpoint is not signed by this installation's log key [log]
    [exit 6]
    ");
    fs::write(tree.join("checkpoint"), checkpoint).unwrap();
    let segment = first_file(&shop.data().join("log/segments"));
    let mut bytes = fs::read(&segment).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    fs::write(&segment, bytes).unwrap();
    assert_eq!(shop.run("log verify").code, 6);
}

fn alter_records(data: &Path, change: impl Fn(&mut Vec<u8>)) {
    let active = Connection::open(data.join("active/active.db")).unwrap();
    for (key, mut envelope) in delivery_records(&active) {
        change(&mut envelope);
        write_record(&active, &key, &envelope);
    }
}

/// Subject and order of a record.
type Key = (Vec<u8>, Vec<u8>);

fn delivery_records(active: &Connection) -> Vec<(Key, Vec<u8>)> {
    active
        .prepare("SELECT subject_id, order_id, envelope FROM records WHERE category = 2")
        .unwrap()
        .query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn write_record(active: &Connection, key: &Key, envelope: &[u8]) {
    let update = "UPDATE records SET envelope = $1 \
         WHERE subject_id = $2 AND order_id = $3 AND category = 2";
    let changed = active.execute(update, (envelope, &key.0, &key.1)).unwrap();
    assert_eq!(changed, 1);
}

fn first_file(folder: &Path) -> std::path::PathBuf {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|one| one.unwrap().path())
        .collect();
    entries.sort();
    let first = entries.remove(0);
    if first.is_dir() {
        first_file(&first)
    } else {
        first
    }
}
