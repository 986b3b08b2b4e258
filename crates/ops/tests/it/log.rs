//! The log on disk: what a crash leaves, what an attacker changes, what a full disk stops.

use crate::reveal::query;
use lethe_keeper::KeeperError;
use lethe_keeper::log::LogError;
use lethe_ops::Error;
use lethe_testkit::{OrderSketch, TestVault};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

fn last_segment(test: &TestVault) -> PathBuf {
    let folder = test.path().join("log/segments");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files.pop().unwrap()
}

fn filled() -> TestVault {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana"), OrderSketch::new(1002, "bob")]);
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    test.vault()
        .reveal(&operator, &token, query(&["contact.email"]))
        .unwrap();
    test
}

#[test]
fn every_entry_has_a_proof_that_the_checkpoint_confirms() {
    let test = filled();
    let verified = test.vault().verify_log(|_| ()).unwrap();
    let key: lethe_tlog::VerifierKey = test.vault().log_key().parse().unwrap();
    let policy = lethe_tlog::TrustPolicy::log_only(key.name().as_str(), key.clone()).unwrap();
    for index in 0..verified.entries {
        let file = test.vault().log_proof(index).unwrap();
        let proof = lethe_tlog::TlogProof::parse(file.proof.as_bytes()).unwrap();
        let entry = base64_decode(&file.entry);
        proof
            .verify(&lethe_tlog::leaf_hash(&entry), &policy)
            .unwrap();
        let other = lethe_tlog::leaf_hash(&[entry.as_slice(), b"x"].concat());
        assert!(proof.verify(&other, &policy).is_err());
    }
}

#[test]
fn a_torn_last_write_is_dropped_and_told() {
    let mut test = filled();
    if test.is_on_server("the log is not only in files") {
        return;
    }
    let size = test.vault().status().unwrap().log_entries;
    test.close();
    let mut file = OpenOptions::new()
        .append(true)
        .open(last_segment(&test))
        .unwrap();
    file.write_all(&[0, 0, 1, 0, 0, 0, 0, 1, 9, 9]).unwrap();
    test.open().unwrap();
    assert_eq!(test.vault().status().unwrap().log_entries, size + 1);
    let told = test
        .vault()
        .log_entries(&test.operator(), None, None, 1)
        .unwrap();
    assert_eq!(
        told[0].act.detail.as_ref().unwrap()["unacknowledged_bytes_dropped"],
        10
    );
    test.vault().verify_log(|_| ()).unwrap();
}

#[test]
fn a_log_whose_tail_was_cut_off_does_not_open() {
    let mut test = filled();
    if test.is_on_server("the log is not only in files") {
        return;
    }
    test.close();
    let path = last_segment(&test);
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(fs::metadata(&path).unwrap().len() - 40)
        .unwrap();
    let refused = test.open().unwrap_err();
    assert!(
        matches!(
            refused,
            Error::Keeper(KeeperError::Log(LogError::Truncated { .. }))
        ),
        "{refused}"
    );
}

#[test]
fn one_flipped_byte_anywhere_in_the_segment_is_noticed() {
    let mut test = filled();
    test.close();
    let path = last_segment(&test);
    let good = fs::read(&path).unwrap();
    for at in (0..good.len()).step_by(97) {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        fs::write(&path, &bad).unwrap();
        let noticed = test.open().is_err() || test.vault().verify_log(|_| ()).is_err();
        test.close();
        assert!(noticed, "byte {at}");
    }
    fs::write(&path, good).unwrap();
    test.open().unwrap();
    test.vault().verify_log(|_| ()).unwrap();
}

#[test]
fn one_flipped_byte_in_a_published_tile_is_noticed() {
    let test = filled();
    test.vault().verify_log(|_| ()).unwrap();
    let tile = find_file(&test.path().join("log/tree/tile/entries"));
    let mut bytes = fs::read(&tile).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&tile, bytes).unwrap();
    assert!(matches!(
        test.vault().verify_log(|_| ()),
        Err(Error::LogTree(_))
    ));
}

#[test]
fn a_vault_whose_log_cannot_be_opened_stays_closed_and_loses_nothing() {
    let mut test = filled();
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    test.close();
    // Root may write to anything: a folder in the segment's place stops everybody.
    let path = last_segment(&test);
    let aside = path.with_extension("aside");
    fs::rename(&path, &aside).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(test.open().is_err());
    fs::remove_dir(&path).unwrap();
    fs::rename(&aside, &path).unwrap();
    test.open().unwrap();
    let operator = test.operator();
    test.vault()
        .reveal(&operator, &token, query(&["contact.email"]))
        .unwrap();
}

fn find_file(folder: &std::path::Path) -> PathBuf {
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            return path;
        }
        if path.is_dir() {
            return find_file(&path);
        }
    }
    panic!("no file below {}", folder.display());
}

fn base64_decode(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

#[test]
fn an_act_that_was_announced_and_never_begun_gets_its_outcome_at_the_next_start() {
    let mut test = filled();
    if test.is_on_server("the log is not only in files") {
        return;
    }
    let operator = test.operator();
    test.close();
    // The keyring of a moment ago: the state after a crash between log and keyring.
    let keyring = test.path().join("keyring/keyring.db");
    let before = fs::read(&keyring).unwrap();
    let active = test.path().join("active/active.db");
    let active_before = fs::read(&active).unwrap();
    test.open().unwrap();
    test.import(&[OrderSketch::new(1003, "carl")]);
    let size = test.vault().status().unwrap().log_entries;
    test.close();
    cut_last_groups(&last_segment(&test), 1);
    fs::remove_file(test.path().join("log/tree/checkpoint")).unwrap();
    for path in [&keyring, &active] {
        for suffix in ["-wal", "-shm"] {
            drop(fs::remove_file(format!("{}{suffix}", path.display())));
        }
    }
    fs::write(&keyring, before).unwrap();
    fs::write(&active, active_before).unwrap();
    test.open().unwrap();
    let told = test.vault().log_entries(&operator, None, None, 1).unwrap();
    assert_eq!(told[0].act.intent, Some(size - 2));
    assert_eq!(
        told[0].act.detail.as_ref().unwrap()["outcome"],
        "never-begun"
    );
    test.restart();
    let again = test.vault().log_entries(&operator, None, None, 3).unwrap();
    assert!(
        again
            .iter()
            .filter(|entry| entry.act.intent.is_some())
            .count()
            == 1,
        "told once"
    );
}

/// Cuts whole groups off a segment's end, as if they had never been written.
fn cut_last_groups(path: &std::path::Path, count: usize) {
    let bytes = fs::read(path).unwrap();
    let (_, start) = lethe_keeper::log::SegmentHeader::parse(&bytes).unwrap();
    let mut groups = lethe_keeper::log::Groups::new(&bytes, start);
    let mut starts = Vec::new();
    while let Some(group) = groups.next_group().unwrap() {
        starts.push(group.at);
    }
    let keep = starts[starts.len() - count];
    OpenOptions::new()
        .write(true)
        .open(path)
        .unwrap()
        .set_len(keep as u64)
        .unwrap();
}
