//! The whole-log check.

use lethe_tlog::{AuditError, AuditProgress, BundleError, Hash, ReadError, audit, empty_root};
use proptest::prelude::*;

use crate::support::PublishedLog;

fn run(log: &PublishedLog) -> Result<Hash, AuditError> {
    let checkpoint = log.checkpoint();
    audit(log, checkpoint.size(), checkpoint.root(), |_| ())
}

#[test]
fn sound_logs_pass_at_every_kind_of_size() {
    for size in [
        0, 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 70_000,
    ] {
        let log = PublishedLog::of_size(size);
        assert_eq!(run(&log).unwrap(), *log.checkpoint().root(), "size {size}");
    }
}

#[test]
fn an_empty_log_has_nothing_but_its_root() {
    let log = PublishedLog::of_size(0);
    assert!(matches!(
        audit(&log, 0, &Hash::from_bytes([1; 32]), |_| ()),
        Err(AuditError::Root { size: 0, found, .. }) if found == empty_root()
    ));
}

#[test]
fn progress_is_told_after_each_bundle() {
    let log = PublishedLog::of_size(600);
    let mut told = Vec::new();
    audit(&log, 600, log.checkpoint().root(), |progress| {
        told.push(progress);
    })
    .unwrap();
    assert_eq!(
        told,
        [256, 512, 600].map(|checked| AuditProgress { checked, size: 600 })
    );
}

#[test]
fn an_earlier_size_is_audited_out_of_a_log_that_has_grown() {
    let (earlier, later) = (PublishedLog::of_size(300), PublishedLog::of_size(1000));
    let root = *earlier.checkpoint().root();
    assert_eq!(audit(&later, 300, &root, |_| ()).unwrap(), root);
}

#[test]
fn a_changed_entry_is_named_and_not_shown() {
    let mut log = PublishedLog::of_size(300);
    // The first bytes of bundle 1 are the length of entry 256.
    log.flip_bit("tile/entries/001.p/44", 2);
    let error = run(&log).unwrap_err();
    assert_eq!(
        error.to_string(),
        "entry 256 in tile/entries/001.p/44 does not have the hash in tile/0/001.p/44"
    );
}

#[test]
fn a_changed_leaf_hash_is_named() {
    let mut log = PublishedLog::of_size(300);
    log.flip_bit("tile/0/000", 32 * 77);
    assert!(matches!(
        run(&log),
        Err(AuditError::Entry { index: 77, .. })
    ));
}

#[test]
fn changed_upper_tiles_are_named() {
    let mut log = PublishedLog::of_size(70_000);
    log.flip_bit("tile/1/000", 32 * 5 + 1);
    assert_eq!(
        run(&log).unwrap_err().to_string(),
        "hash 5 of tile/1/000 is not the root of the tile below it"
    );
    let mut log = PublishedLog::of_size(70_000);
    log.flip_bit("tile/2/000.p/1", 0);
    assert_eq!(
        run(&log).unwrap_err().to_string(),
        "hash 0 of tile/2/000.p/1 is not the root of the tile below it"
    );
}

#[test]
fn a_broken_length_is_named() {
    let mut log = PublishedLog::of_size(3);
    log.flip_bit("tile/entries/000.p/3", 0);
    assert!(matches!(
        run(&log),
        Err(AuditError::Bundle {
            source: BundleError::Truncated(0),
            ..
        })
    ));
}

#[test]
fn missing_and_short_resources_are_named() {
    for path in [
        "tile/entries/001.p/44",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/0/000",
    ] {
        let mut log = PublishedLog::of_size(300);
        log.files.remove(path).unwrap();
        assert_eq!(
            run(&log).unwrap_err().to_string(),
            format!("{path} is missing")
        );
    }
    for path in ["tile/0/001.p/44", "tile/1/000.p/1"] {
        for cut in [1, 32] {
            let mut log = PublishedLog::of_size(300);
            let tile = log.files.get_mut(path).unwrap();
            tile.truncate(tile.len() - cut);
            assert!(matches!(
                run(&log),
                Err(AuditError::Read(ReadError::Malformed(_)))
            ));
        }
    }
}

#[test]
fn a_log_rewritten_in_every_file_does_not_have_the_committed_root() {
    let committed = *PublishedLog::of_size(300).checkpoint().root();
    let mut entries: Vec<Vec<u8>> = (0..300u32).map(|n| n.to_be_bytes().to_vec()).collect();
    entries[150].push(1);
    let rewritten = PublishedLog::of(&entries);
    assert!(matches!(
        audit(&rewritten, 300, &committed, |_| ()),
        Err(AuditError::Root { size: 300, expected, .. }) if expected == committed
    ));
}

#[test]
fn sizes_beyond_any_log_are_refused_at_once() {
    let log = PublishedLog::of_size(3);
    let found = audit(&log, u64::MAX, log.checkpoint().root(), |_| ());
    assert!(matches!(found, Err(AuditError::TooLarge(u64::MAX))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_flipped_bit_goes_unnoticed(
        size in prop_oneof![1..20u64, 250..600u64],
        file in any::<prop::sample::Index>(),
        byte in any::<prop::sample::Index>(),
    ) {
        let mut log = PublishedLog::of_size(size);
        let checkpoint = log.checkpoint();
        log.files.remove("checkpoint");
        let path = file.get(&log.files.keys().cloned().collect::<Vec<_>>()).clone();
        let length = log.files[&path].len();
        log.flip_bit(&path, byte.index(length));
        prop_assert!(audit(&log, size, checkpoint.root(), |_| ()).is_err(), "{path}");
    }
}
