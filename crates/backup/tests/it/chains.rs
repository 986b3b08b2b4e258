//! Incremental data backups.

use crate::fixture::{Keeper, Place, files};
use lethe_backup::{BackupError, CHAIN_LENGTH_MAX, Class, Made, verify};
use std::fs;
use std::path::Path;

fn refused(result: Result<lethe_backup::Unpacked, BackupError>) -> String {
    result.unwrap_err().to_string()
}

fn paths<'m>(made: &[&'m Made]) -> Vec<&'m Path> {
    made.iter().map(|one| one.file.as_path()).collect()
}

#[test]
fn a_chain_unpacks_to_the_same_bytes_as_a_full_backup() {
    let mut place = Place::with_orders();
    let first = place.data();
    place.more_orders(3_000, 200);
    let second = place.data();
    let operator = place.test.operator();
    for number in [1000, 1010, 3_040] {
        let token = place.test.order_token(&operator, number);
        place.test.vault().erase(&operator, &token).unwrap();
    }
    let third = place.data();
    // Nothing changes from here on.
    place.test.close();
    let fourth = place.data();
    let full = place.full();
    let lengths: Vec<u32> = [&first, &second, &third, &fourth, &full]
        .map(|made| made.chain_length)
        .into();
    assert_eq!(lengths, [1, 2, 3, 4, 1]);
    let chain = paths(&[&fourth, &first, &third, &second]);
    place.unpack(&chain, "chain").unwrap();
    place.unpack(&paths(&[&full]), "full").unwrap();
    assert!(files(&place.path("chain")) == files(&place.path("full")));
    assert_eq!(fourth.covers_bytes, full.covers_bytes);
}

#[test]
fn an_incremental_backup_holds_what_changed_and_little_else() {
    let place = Place::with_orders();
    place.more_orders(3_000, 2_000);
    let first = place.data();
    let unchanged = place.data();
    assert!(first.bytes > 1_000_000);
    // Header, names, hashes and the encryption's own.
    assert!(unchanged.bytes < 4_000, "{}", unchanged.bytes);
    place.more_orders(9_000, 1);
    let changed = place.data();
    assert!(changed.bytes < first.bytes, "{}", changed.bytes);
    place
        .unpack(&paths(&[&first, &unchanged, &changed]), "all")
        .unwrap();
}

#[test]
fn missing_and_foreign_links_are_refused() {
    let place = Place::with_orders();
    let first = place.data();
    place.more_orders(3_000, 5);
    let second = place.data();
    place.more_orders(4_000, 5);
    let third = place.data();
    let other_full = place.full();
    let said = refused(place.unpack(&paths(&[&first, &third]), "x"));
    assert!(
        said.contains("which is missing between those given"),
        "{said}"
    );
    let said = refused(place.unpack(&paths(&[&second]), "x"));
    assert!(
        said.contains("give every link from the full backup on"),
        "{said}"
    );
    let said = refused(place.unpack(&paths(&[&other_full, &second]), "x"));
    assert!(said.contains(&first.header.id.to_string()), "{said}");
    let said = refused(place.unpack(&paths(&[&first, &other_full]), "x"));
    assert!(said.contains("a second full backup"), "{said}");
    let said = refused(place.unpack(&paths(&[&first, &first]), "x"));
    assert!(said.contains("a second full backup"), "{said}");
    let keyrings = [place.keyring(), place.keyring()];
    let said = refused(place.unpack(&paths(&[&keyrings[0], &keyrings[1]]), "x"));
    assert!(said.contains("both keyring backups"), "{said}");
    let mut foreign = Place::with_orders();
    foreign.keeper.recipients = place.keeper.recipients.clone();
    foreign.test.close();
    fs::write(foreign.test.path().join("log/vkey"), "another log's key\n").unwrap();
    let keyring = foreign.keyring();
    let said = refused(place.unpack(&paths(&[&first, &keyring]), "x"));
    assert!(said.contains("of different installations"), "{said}");
    let said = refused(place.unpack(&[], "x"));
    assert!(said.contains("at least one"), "{said}");
    assert!(!place.path("x").exists() && !place.path("x.partial").exists());
}

#[test]
fn verifying_one_link_finds_its_bases_beside_it() {
    let place = Place::with_orders();
    let first = place.data();
    place.more_orders(3_000, 5);
    let second = place.data();
    let check = |target: &Path| {
        let identities = &place.keeper.identities;
        verify(
            target,
            identities,
            place.dir.path(),
            place.random(),
            &mut |_| (),
        )
    };
    assert_eq!(check(&second.file).unwrap()[0].chain_length, 2);
    assert_eq!(check(&first.file).unwrap()[0].chain_length, 1);
    fs::remove_file(&first.file).unwrap();
    let said = check(&second.file).unwrap_err().to_string();
    assert!(said.contains("which is not beside it"), "{said}");
    let left: Vec<_> = crate::fixture::names(place.dir.path());
    assert_eq!(left, ["backups", "identity"]);
}

#[test]
fn a_full_backup_is_made_when_the_base_cannot_be_continued() {
    let mut place = Place::with_orders();
    let first = place.data();
    // Gone.
    fs::remove_file(&first.file).unwrap();
    let second = place.data();
    assert_eq!(second.header.base, None);
    // Cut short.
    let bytes = fs::read(&second.file).unwrap();
    fs::write(&second.file, &bytes[..bytes.len() - 1]).unwrap();
    let third = place.data();
    assert_eq!(third.header.base, None);
    // For somebody else, who could not read the base.
    let earlier = place.data();
    assert!(earlier.header.base.is_some());
    place.keeper = Keeper::new(place.dir.path(), "other");
    assert_eq!(place.data().header.base, None);
    // What it left is forgotten, or damaged.
    let state = |made: &Made| {
        place
            .test
            .path()
            .join(format!("backups/{}.blocks", made.header.id))
    };
    let last = place.data();
    let mut bytes = fs::read(state(&last)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(state(&last), bytes).unwrap();
    assert_eq!(place.data().header.base, None);
    fs::remove_dir_all(place.test.path().join("backups")).unwrap();
    assert_eq!(place.data().header.base, None);
}

#[test]
fn chains_end_before_they_are_too_long_to_restore() {
    let place = Place::with_orders();
    let lengths: Vec<u32> = (0..=CHAIN_LENGTH_MAX)
        .map(|_| place.data().chain_length)
        .collect();
    let expected: Vec<u32> = (1..=CHAIN_LENGTH_MAX).chain([1]).collect();
    assert_eq!(lengths, expected);
    // States of bases that were continued are gone.
    let states = crate::fixture::names(&place.test.path().join("backups"));
    let states = states
        .iter()
        .filter(|name| name.ends_with(".blocks"))
        .count();
    assert_eq!(states, 2);
}

#[test]
fn what_was_cut_off_and_written_anew_is_stored_anew() {
    let mut place = Place::with_orders();
    // Closed, so that nobody else writes the ledger.
    place.test.close();
    let ledger = place.test.path().join("ledger/ledger.jsonl");
    let mut made = Vec::new();
    for text in [
        "one\ntwo\n",
        "one\ntvo\n",
        "one\ntvo\nthree\n",
        "one\nfour\nfive\nsix\n",
        "one\n",
    ] {
        fs::write(&ledger, text).unwrap();
        made.push(place.make(Class::Data, false).unwrap());
        let into = format!("after {}", made.len());
        place
            .unpack(&paths(&made.iter().collect::<Vec<_>>()), &into)
            .unwrap();
        let restored = place.path(&into).join("ledger/from-data.jsonl");
        assert_eq!(fs::read_to_string(restored).unwrap(), text);
    }
    assert_eq!(made.last().unwrap().chain_length, 5);
    fs::remove_file(&ledger).unwrap();
    made.push(place.data());
    place
        .unpack(&paths(&made.iter().collect::<Vec<_>>()), "without")
        .unwrap();
    assert!(!place.path("without/ledger/from-data.jsonl").exists());
}
