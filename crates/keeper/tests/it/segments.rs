//! A log that has grown over several segments. Large bodies fill them quickly.

use lethe_crypto::SecretKey;
use lethe_keeper::log::{
    AccessLog, ActKind, Body, Entry, History, LogError, LogFiles, LogKeys, Phase, PublicPart,
};
use lethe_model::Random;
use lethe_testkit::SeededRandom;
use lethe_tlog::{Checkpoint, Hash, Note, NoteSigner, TileReader, root_of_leaves};
use std::path::Path;

const ORIGIN: &str = "lethe.invalid/log/test";
/// Four of these and a little fill a segment of 64 MiB.
const LARGE: usize = 17 << 20;

fn keys() -> LogKeys {
    LogKeys {
        origin: ORIGIN.to_owned(),
        signer: NoteSigner::new(ORIGIN, &[5; 32]).unwrap(),
        body_key: body_key(),
    }
}

fn body_key() -> SecretKey {
    SecretKey::take(&mut [6; 32])
}

fn body(random: &SeededRandom, detail: &str) -> Body {
    let public = PublicPart {
        act: ActKind::Audit,
        phase: Phase::Act,
        store: 1,
        credential: "key_1".into(),
        purpose: None,
        fields: Vec::new(),
        denied: None,
        subjects: 0,
        misses: 0,
        root: None,
        intent: None,
        detail: Some(detail.into()),
    };
    let mut salt = [0; 16];
    random.fill(&mut salt);
    Body::new(salt, public, Vec::new())
}

/// Appends small entries in groups, then large ones until the segment is full.
fn fill(log: &mut AccessLog, random: &SeededRandom, now_ms: i64) {
    for group in 0..60 {
        let bodies: Vec<Body> = (0..11).map(|_| body(random, "small")).collect();
        log.append(now_ms + group, &bodies, random).unwrap();
        if group % 7 == 0 {
            log.publish().unwrap();
        }
    }
    let large = body(random, &"x".repeat(LARGE));
    for _ in 0..4 {
        log.append(now_ms + 60, std::slice::from_ref(&large), random)
            .unwrap();
    }
}

fn entries(dir: &Path) -> Vec<Entry> {
    let mut entries = Vec::new();
    let key = body_key();
    let history = History::new(LogFiles::new(dir), key.clone());
    let read = history.each_from(0, |act| {
        entries.push(act.entry);
        true
    });
    read.unwrap();
    entries
}

/// Compares every tile with one computed from the entries, and the checkpoint with its root.
fn assert_published(dir: &Path, entries: &[Entry]) {
    let files = LogFiles::new(dir);
    let leaves: Vec<Hash> = entries.iter().map(Entry::leaf).collect();
    let note = Note::parse(files.checkpoint().unwrap().unwrap().as_bytes()).unwrap();
    let checkpoint: Checkpoint = note.text().parse().unwrap();
    assert_eq!(checkpoint.size(), leaves.len() as u64);
    assert_eq!(*checkpoint.root(), root_of_leaves(&leaves));
    let mut level = 0;
    let mut hashes = leaves;
    while !hashes.is_empty() {
        for (index, tile) in hashes.chunks(256).enumerate() {
            let width = u16::try_from(tile.len()).unwrap();
            let read = files.tile(level, index as u64, width).unwrap();
            assert_eq!(read, tile, "level {level}, tile {index}");
        }
        let whole = hashes.chunks_exact(256);
        hashes = whole.map(root_of_leaves).collect();
        level += 1;
    }
}

#[test]
fn a_log_over_three_segments_is_one_log_also_after_each_restart() {
    let home = tempfile::tempdir().unwrap();
    let random = SeededRandom::new(1);
    for round in 0..3 {
        let (mut log, torn) = AccessLog::open(home.path(), keys(), &random).unwrap();
        assert_eq!((log.size(), torn), (round * 664, 0));
        fill(&mut log, &random, i64::try_from(round).unwrap() * 1_000);
        log.publish().unwrap();
    }
    let files = LogFiles::new(home.path());
    let firsts: Vec<u64> = files
        .segments()
        .unwrap()
        .iter()
        .map(|one| one.first)
        .collect();
    assert_eq!(firsts, [0, 664, 1328]);
    let entries = entries(home.path());
    assert_eq!(entries.len(), 3 * 664);
    assert_published(home.path(), &entries);

    // Only the last segment is needed to go on, and what was published is enough to prove the rest.
    std::fs::remove_file(&files.segments().unwrap()[0].path).unwrap();
    let (mut log, _) = AccessLog::open(home.path(), keys(), &random).unwrap();
    log.append(5_000, &[body(&random, "more")], &random)
        .unwrap();
    log.publish().unwrap();
    assert_eq!(log.size(), 3 * 664 + 1);
}

#[test]
fn a_segment_that_a_crash_left_empty_or_half_written_is_no_damage() {
    let home = tempfile::tempdir().unwrap();
    let random = SeededRandom::new(2);
    let (mut log, _) = AccessLog::open(home.path(), keys(), &random).unwrap();
    fill(&mut log, &random, 0);
    log.append(
        1_000,
        &[body(&random, "first of the second segment")],
        &random,
    )
    .unwrap();
    let size = log.size();
    drop(log);
    let files = LogFiles::new(home.path());
    let last = files.segments().unwrap().pop().unwrap();
    let whole = std::fs::read(&last.path).unwrap();
    // The entry was never acknowledged as published; its write may be torn anywhere.
    for cut in (whole.len() - 200..whole.len()).step_by(9) {
        std::fs::write(&last.path, &whole[..cut]).unwrap();
        let (log, torn) = AccessLog::open(home.path(), keys(), &random).unwrap();
        assert_eq!(log.size(), size - 1, "cut at {cut}");
        let left = std::fs::metadata(&last.path).unwrap().len();
        assert_eq!(left + torn, cut as u64, "what is left is whole");
    }
    // A new segment is written aside: a crash leaves a file that is never read.
    std::fs::write(last.path.with_extension("new"), b"half a header").unwrap();
    let (log, _) = AccessLog::open(home.path(), keys(), &random).unwrap();
    assert_eq!(log.size(), size - 1);
}

#[test]
fn a_segment_taken_away_from_the_end_is_noticed() {
    let home = tempfile::tempdir().unwrap();
    let random = SeededRandom::new(3);
    let (mut log, _) = AccessLog::open(home.path(), keys(), &random).unwrap();
    fill(&mut log, &random, 0);
    log.append(1_000, &[body(&random, "in the second segment")], &random)
        .unwrap();
    log.publish().unwrap();
    drop(log);
    let last = LogFiles::new(home.path())
        .segments()
        .unwrap()
        .pop()
        .unwrap();
    std::fs::remove_file(last.path).unwrap();
    let opened = AccessLog::open(home.path(), keys(), &random);
    assert!(matches!(opened, Err(LogError::Truncated { .. })));
}

#[test]
fn a_log_that_ran_ahead_of_its_checkpoint_publishes_the_rest_when_it_opens_again() {
    let home = tempfile::tempdir().unwrap();
    let random = SeededRandom::new(4);
    let (mut log, _) = AccessLog::open(home.path(), keys(), &random).unwrap();
    for _ in 0..3 {
        let bodies: Vec<Body> = (0..200).map(|_| body(&random, "small")).collect();
        log.append(0, &bodies, &random).unwrap();
    }
    drop(log);
    let (mut log, _) = AccessLog::open(home.path(), keys(), &random).unwrap();
    log.publish().unwrap();
    assert_published(home.path(), &entries(home.path()));
}
